//! Jump anywhere by an identifier or a reference. Nothing is found by what a party is called or owns: a value in an address
//! line stays in histories and logs.

use askama::Template;

use super::opaque_debug;
use super::parts::Link;
use super::shell::Shell;

/// `GET /console/search?q=`.
#[derive(Clone, Template)]
#[template(path = "console/search.html")]
pub struct SearchPage {
    /// Frame.
    pub shell: Shell,
    /// What was typed.
    pub query: String,
    /// What was found.
    pub hits: Vec<SearchHit>,
}

/// One result.
#[derive(Clone)]
pub struct SearchHit {
    /// Where.
    pub link: Link,
    /// What it is: `account`, `case`.
    pub what: String,
}

opaque_debug!(SearchPage, SearchHit);
