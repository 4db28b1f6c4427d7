//! Watchlists: which snapshot is in use, how old it is, and whether everyone was screened against the newest.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Bar, Digest, Link, Tone, When};
use super::shell::Shell;

/// `GET /console/lists`. Fetching a list now posts to `/console/lists/{id}/fetch`.
#[derive(Clone, Template)]
#[template(path = "console/lists.html")]
pub struct ListsPage {
    /// Frame.
    pub shell: Shell,
    /// Whether every active party was screened against the newest snapshots.
    pub heartbeat: Heartbeat,
    /// The lists.
    pub lists: Vec<ListCard>,
}

/// The daily proof that nobody was left out.
#[derive(Clone)]
pub struct Heartbeat {
    /// `complete`, `running`, `incomplete`.
    pub state: Badge,
    /// One sentence: `5 132 of 5 132 active parties screened against the newest snapshot of every list`.
    pub text: String,
    /// Share done.
    pub share: Bar,
    /// When it last completed; none before the first time.
    pub completed: Option<When>,
    /// Parties left out, to look at; none when nobody is.
    pub missing: Option<Link>,
}

/// One list.
#[derive(Clone)]
pub struct ListCard {
    /// List id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Who publishes it.
    pub publisher: String,
    /// Fresh, stale, failing.
    pub state: Badge,
    /// What to do about it; empty when fresh.
    pub warning: String,
    /// Id of the snapshot in use.
    pub snapshot: Digest,
    /// Publication date of the snapshot in use.
    pub published: When,
    /// When it was fetched.
    pub fetched: When,
    /// Entries: `18 412`.
    pub entries: String,
    /// `+12 −3 ~41 since the snapshot before`.
    pub changes: String,
    /// Earlier snapshots, newest first.
    pub snapshots: Vec<SnapshotRow>,
}

impl ListCard {
    fn needs_attention(&self) -> bool {
        self.state.tone != Tone::Good
    }
}

/// One snapshot.
#[derive(Clone)]
pub struct SnapshotRow {
    /// Id.
    pub id: Digest,
    /// Publication date.
    pub published: When,
    /// Entries.
    pub entries: String,
    /// Added, removed, changed.
    pub changes: String,
    /// Cases it opened.
    pub cases: String,
}

opaque_debug!(ListsPage, Heartbeat, ListCard, SnapshotRow);
