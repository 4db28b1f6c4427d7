//! Help: the keys, the words, and the switches.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Tone};
use super::shell::Shell;

/// `GET /console/help`.
#[derive(Clone, Template)]
#[template(path = "console/help.html")]
pub struct HelpPage {
    /// Frame.
    pub shell: Shell,
    /// Version of the program.
    pub version: String,
}

/// Keys that belong together.
#[derive(Clone, Copy)]
pub struct KeyGroup {
    /// Heading.
    pub title: &'static str,
    /// Key and what it does.
    pub keys: &'static [(&'static str, &'static str)],
}

/// The keyboard map, shown here and on `?`. `keys.js` implements exactly these; a test compares the two.
pub const KEYS: &[KeyGroup] = &[
    KeyGroup {
        title: "Everywhere",
        keys: &[
            ("?", "show or hide this list"),
            ("Ctrl-K", "search by reference or id"),
            ("/", "go to the filter of the page"),
            ("Escape", "leave a field, close a panel"),
        ],
    },
    KeyGroup {
        title: "Lists",
        keys: &[
            ("j", "next row or field"),
            ("k", "previous row or field"),
            ("Enter", "open the row"),
            ("n", "queue: take the next case"),
        ],
    },
    KeyGroup {
        title: "A case",
        keys: &[
            ("1 – 4", "choose a verdict (does not submit)"),
            ("r", "reason code"),
            ("m", "note"),
            ("n", "decide and take the next case"),
            ("s", "decide and stay"),
            ("c", "clear the form"),
            ("i", "choose need information"),
            ("e", "choose escalate"),
            ("z", "give the case back"),
            ("d", "differences only, or the full record"),
            ("g", "linked accounts"),
            ("t", "timeline"),
            ("Shift-A", "second person: go to the approval phrase"),
        ],
    },
    KeyGroup { title: "A party", keys: &[("v", "reveal masked values: go to the purpose")] },
];

/// The words used on every page.
pub(crate) const WORDS: &[(&str, &str)] = &[
    ("party", "an individual or an organisation; holds facts"),
    ("account", "the relationship under which resources are held: customer, beneficial owners, users, payer"),
    ("fact", "one dated, sourced statement about a party; statuses and decisions are derived from facts"),
    ("status", "US person, foreign person or undetermined, with its explanation"),
    ("measure", "a special measure: prohibit or condition, for a jurisdiction or a person, dated and cited"),
    ("gate", "the question a control plane asks before it provisions: may this account do this now?"),
    ("case", "work for a person: a match, a discrepancy, a red flag, a link, an order"),
    ("lease", "the time during which a case is yours; when it ends the case returns to the queue"),
    ("ledger", "the signed, append-only log of every record; anyone can check it"),
    ("second person", "someone other than the maker who approves the exact content, known by its hash"),
];

opaque_debug!(HelpPage, KeyGroup);
