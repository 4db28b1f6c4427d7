// Keyboard shortcuts of the console. Everything here has a link, a button or a field on the page: this file only finds the
// element that declares the key (data-key) and uses it. Inert while typing; single keys can be switched off (data-keys).
"use strict";
(() => {
  const root = document.documentElement;
  const typing = (node) => node.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
  const shown = (node) => node.getClientRects().length > 0;
  const find = (key) =>
    [...document.querySelectorAll("[data-key], [data-key-also]")].find(
      (node) => (node.dataset.key === key || node.dataset.keyAlso === key) && shown(node),
    );

  function use(node) {
    if (node.matches("input[type=radio]")) {
      node.checked = true;
      node.focus();
      node.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (node.matches("input, select, textarea")) {
      node.focus();
      if (node.select) node.select();
    } else if (node.matches("a, button, summary")) {
      node.click();
    } else {
      node.scrollIntoView({ block: "start" });
      node.focus();
    }
  }

  function move(step) {
    const rows = [...document.querySelectorAll("[data-row]")].filter(shown);
    if (rows.length === 0) return false;
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
    const target = rows[next].hasAttribute("tabindex") ? rows[next] : rows[next].querySelector("a, button");
    if (!target) return false;
    target.focus();
    target.scrollIntoView({ block: "nearest" });
    return true;
  }

  function differencesOnly() {
    const table = document.querySelector(".compare");
    if (!table) return false;
    const only = table.classList.toggle("differences");
    for (const row of table.querySelectorAll("tbody tr:not(.because)")) {
      const equal = row.classList.contains("for") && !row.querySelector("mark, .moved-word");
      row.hidden = only && equal;
      if (row.nextElementSibling) row.nextElementSibling.hidden = row.hidden;
    }
    return true;
  }

  function single(key) {
    if (key === "j") return move(1);
    if (key === "k") return move(-1);
    if (key === "d") return differencesOnly();
    if (key === "?") {
      document.getElementById("keys").showModal();
      return true;
    }
    const node = find(key === "A" ? "Shift-A" : key);
    if (node) use(node);
    return Boolean(node);
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      const jump = find("Ctrl-K");
      if (jump) {
        use(jump);
        event.preventDefault();
      }
      return;
    }
    if (event.key === "Escape" && typing(event.target)) {
      event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || root.dataset.keys === "off" || typing(event.target)) return;
    if (document.querySelector("dialog[open]") || event.repeat && !"jk".includes(event.key)) return;
    if (single(event.key)) event.preventDefault();
  });

  // The link in the footer opens the list in place where scripts run.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[data-key="?"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.getElementById("keys").showModal();
  });
})();
