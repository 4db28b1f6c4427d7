//! Jump anywhere: account, party, case, order, measure, address at a time.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Link};
use super::shell::Shell;

/// `GET /console/search?q=`.
#[derive(Clone, Template)]
#[template(path = "console/search.html")]
pub struct SearchPage {
    /// Frame.
    pub shell: Shell,
    /// What was typed.
    pub query: String,
    /// How it was understood: `an address at a time`; empty when nothing was typed.
    pub understood: String,
    /// Results in groups.
    pub groups: Vec<SearchGroup>,
    /// Whether more was found than is shown; a sentence, or empty.
    pub cut: String,
}

/// Results of one kind.
#[derive(Clone)]
pub struct SearchGroup {
    /// `Accounts`, `Cases`, …
    pub title: String,
    /// The results.
    pub hits: Vec<SearchHit>,
}

/// One result.
#[derive(Clone)]
pub struct SearchHit {
    /// Where.
    pub link: Link,
    /// State.
    pub state: Badge,
    /// Why it was found.
    pub why: String,
}

opaque_debug!(SearchPage, SearchGroup, SearchHit);
