//! What holds for every page: structure, names, labels, nothing inline, nothing from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_server::console::assets::ASSETS;
use tenantry_server::console::theme::Theme;
use tenantry_server::console::views::help::KEYS;

use super::html::{Tag, main_part, normal, tags};
use super::samples::pages;

/// Runs a check on every page in every theme; the message names the page.
fn every_page(check: impl Fn(&str, &[Tag])) {
    for theme in [Theme::System, Theme::Light, Theme::Dark] {
        for (name, html) in pages(theme) {
            check(name, &tags(&html));
        }
    }
}

fn is_control(tag: &Tag) -> bool {
    matches!(tag.name.as_str(), "select" | "textarea")
        || tag.name == "input" && tag.get("type") != Some("hidden")
}

#[test]
fn pages_read_as_written() {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        for (name, html) in pages(Theme::System) {
            insta::assert_snapshot!(name, main_part(&html));
        }
    });
}

#[test]
fn frame_reads_as_written() {
    let pages = pages(Theme::Dark);
    let (_, html) = pages.iter().find(|(name, _)| *name == "search_start").expect("sample");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("frame", normal(html));
    });
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    every_page(|page, tags| {
        for tag in tags {
            assert_ne!(tag.name, "style", "{page}");
            assert!(
                tag.name != "script" || tag.has("src") && tag.text.trim().is_empty(),
                "{page}: inline script"
            );
            for (key, value) in &tag.attributes {
                assert!(
                    key != "style" && !key.starts_with("on") && !key.starts_with("hx-on"),
                    "{page}: {key} on <{}>",
                    tag.name
                );
                if ["href", "src", "action", "hx-get", "hx-post", "formaction"].contains(&key.as_str()) {
                    let inside = value.starts_with('#') || value.starts_with('/') && !value.starts_with("//");
                    assert!(inside, "{page}: {key}={value} leaves the server");
                }
            }
        }
    });
}

#[test]
fn elements_are_closed_in_order() {
    const VOID: [&str; 8] = ["meta", "link", "input", "br", "hr", "img", "path", "rect"];
    every_page(|page, tags| {
        let mut open: Vec<&str> = Vec::new();
        for tag in tags.iter().filter(|tag| !VOID.contains(&tag.name.as_str()) && tag.name != "circle") {
            match tag.name.strip_prefix('/') {
                None => open.push(&tag.name),
                Some(closing) => assert_eq!(
                    open.pop(),
                    Some(closing),
                    "{page}: </{closing}> does not close the last open element"
                ),
            }
        }
        assert!(open.is_empty(), "{page}: left open: {open:?}");
    });
}

#[test]
fn ids_are_unique_and_references_arrive() {
    every_page(|page, tags| {
        let mut ids = BTreeSet::new();
        for id in tags.iter().filter_map(|tag| tag.get("id")) {
            assert!(ids.insert(id), "{page}: id {id} twice");
        }
        for tag in tags {
            for key in ["for", "aria-labelledby", "aria-describedby"] {
                for id in tag.get(key).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(id), "{page}: {key}={id} on <{}> points nowhere", tag.name);
                }
            }
            if let Some(id) = tag.get("href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(id), "{page}: link to #{id} points nowhere");
            }
        }
    });
}

#[test]
fn every_control_has_a_label_and_every_button_a_name() {
    every_page(|page, tags| {
        let labelled: BTreeSet<_> =
            tags.iter().filter(|tag| tag.name == "label").filter_map(|tag| tag.get("for")).collect();
        for tag in tags.iter().filter(|tag| is_control(tag)) {
            let id = tag
                .get("id")
                .unwrap_or_else(|| panic!("{page}: <{}> {:?} without id", tag.name, tag.get("name")));
            assert!(labelled.contains(id), "{page}: {id} has no label");
        }
        for (at, tag) in tags
            .iter()
            .enumerate()
            .filter(|(_, tag)| tag.name == "button" || tag.name == "a" && tag.has("href"))
        {
            let close = format!("/{}", tag.name);
            let words: String = tags[at..]
                .iter()
                .take_while(|inner| inner.name != close)
                .map(|inner| inner.text.as_str())
                .collect();
            assert!(!words.trim().is_empty() || tag.has("aria-label"), "{page}: nameless <{}>", tag.name);
        }
    });
}

#[test]
fn headings_go_down_one_step_at_a_time() {
    every_page(|page, tags| {
        let main = tags.iter().skip_while(|tag| tag.name != "main").take_while(|tag| tag.name != "/main");
        let mut before = 0;
        for tag in main {
            let Some(level) = tag.name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) else {
                continue;
            };
            assert!(level <= before + 1, "{page}: h{level} after h{before}");
            assert!(level > 1 || before == 0, "{page}: two h1");
            before = level;
        }
        assert!(before > 0, "{page}: no heading");
    });
}

#[test]
fn landmarks_title_and_language_are_there() {
    every_page(|page, tags| {
        let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
        assert_eq!((count("main"), count("header"), count("footer"), count("h1")), (1, 1, 1, 1), "{page}");
        let first = |name: &str| tags.iter().find(|tag| tag.name == name).expect(name);
        assert_eq!(first("html").get("lang"), Some("en"), "{page}");
        assert!(first("title").text.len() > " · Tenantry".len(), "{page}: empty title");
        assert_eq!(first("a").get("href"), Some("#main"), "{page}: the skip link comes first");
        let mut names = BTreeSet::new();
        for nav in tags.iter().filter(|tag| tag.name == "nav") {
            assert!(
                names.insert(nav.get("aria-label").expect("nav has a name")),
                "{page}: two navs of one name"
            );
        }
    });
}

#[test]
fn tables_have_captions_and_scopes() {
    every_page(|page, tags| {
        for (at, tag) in tags.iter().enumerate() {
            assert!(tag.name != "table" || tags[at + 1].name == "caption", "{page}: table without caption");
            assert!(tag.name != "th" || tag.has("scope"), "{page}: th without scope");
        }
    });
}

#[test]
fn no_verdict_and_no_reason_is_preselected() {
    every_page(|page, tags| {
        for tag in tags {
            assert!(tag.get("type") != Some("radio") || !tag.has("checked"), "{page}: preselected choice");
        }
        for (at, tag) in
            tags.iter().enumerate().filter(|(_, tag)| tag.name == "select" && tag.has("required"))
        {
            assert_eq!(
                tags[at + 1].get("value"),
                Some(""),
                "{page}: {:?} starts with a choice made",
                tag.get("name")
            );
        }
    });
}

#[test]
fn a_status_is_a_word_with_a_shape() {
    every_page(|page, tags| {
        for (at, _) in tags
            .iter()
            .enumerate()
            .filter(|(_, tag)| tag.get("class").is_some_and(|class| class.starts_with("badge ")))
        {
            let [svg, path, end] = [&tags[at + 1], &tags[at + 2], &tags[at + 3]];
            assert_eq!(
                (svg.name.as_str(), path.name.as_str(), end.name.as_str()),
                ("svg", "path", "/svg"),
                "{page}"
            );
            assert!(!end.text.trim().is_empty(), "{page}: badge without word");
        }
    });
}

#[test]
fn a_link_never_changes_anything() {
    const VERBS: [&str; 9] =
        ["lease", "undo", "replay", "revoke", "suspend", "reveal", "logout", "return", "fetch"];
    every_page(|page, tags| {
        for href in tags.iter().filter(|tag| tag.name == "a").filter_map(|tag| tag.get("href")) {
            let last = href.rsplit('/').next().unwrap_or_default();
            assert!(!VERBS.contains(&last), "{page}: {href} must be a form");
        }
    });
}

#[test]
fn the_keys_in_the_help_exist_and_no_other() {
    let script = ASSETS
        .iter()
        .find(|asset| asset.name == "keys.js")
        .map(|asset| String::from_utf8_lossy(asset.bytes))
        .expect("keys.js");
    let mut declared: BTreeMap<String, &str> = BTreeMap::new();
    for (name, html) in pages(Theme::System) {
        for tag in tags(&html) {
            for key in ["data-key", "data-key-also"].into_iter().filter_map(|key| tag.get(key)) {
                declared.insert(key.to_owned(), name);
            }
        }
    }
    let documented: BTreeSet<String> = KEYS
        .iter()
        .flat_map(|group| group.keys)
        .flat_map(|(key, _)| if *key == "1 – 4" { vec!["1", "2", "3", "4"] } else { vec![*key] })
        .map(str::to_owned)
        .collect();
    for key in &documented {
        let in_script = script.contains(&format!("key === \"{key}\""));
        assert!(
            declared.contains_key(key) || in_script || key == "Enter",
            "{key} is documented but does nothing"
        );
    }
    for (key, page) in &declared {
        assert!(documented.contains(key), "{key} on {page} is not in the help");
    }
}
