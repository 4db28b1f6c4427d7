//! Watchlists and signal lists: which snapshot is in use, how old it is, and whether everyone was screened against the newest.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Bar, Digest, When};
use super::shell::Shell;

/// `GET /console/lists`.
#[derive(Clone, Template)]
#[template(path = "console/lists.html")]
pub struct ListsPage {
    /// Frame.
    pub shell: Shell,
    /// Whether every active party was screened against the newest snapshots.
    pub heartbeat: Heartbeat,
    /// Lists that are missing or too old, a sentence each.
    pub troubles: Vec<String>,
    /// The watchlists.
    pub lists: Vec<ListCard>,
    /// The signal lists, which are looked up and not screened against.
    pub signals: Vec<ListCard>,
    /// Versions that were refused: when, and what is wrong with what.
    pub refused: Vec<(When, String)>,
}

/// The daily proof that nobody was left out.
#[derive(Clone)]
pub struct Heartbeat {
    /// `complete`, `incomplete`, `no list`.
    pub state: Badge,
    /// One sentence: `5 132 of 5 132 active parties screened against the newest snapshot of every list`.
    pub text: String,
    /// Share done.
    pub share: Bar,
    /// When the last complete pass ended, and what met what.
    pub pass: Option<(When, String)>,
}

/// One list.
#[derive(Clone)]
pub struct ListCard {
    /// List id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Where it comes from; empty where its name says so.
    pub source: String,
    /// In force, stale.
    pub state: Badge,
    /// Id of the snapshot in use.
    pub snapshot: Digest,
    /// Publication date of the snapshot in use, when its publisher gives one.
    pub published: Option<When>,
    /// When it was imported.
    pub imported: When,
    /// When it was last found to be the newest.
    pub confirmed: When,
    /// Entries: `18 412`.
    pub entries: String,
    /// Earlier snapshots, newest first.
    pub earlier: Vec<SnapshotRow>,
}

/// One snapshot.
#[derive(Clone)]
pub struct SnapshotRow {
    /// Id.
    pub id: Digest,
    /// Publication date, when its publisher gives one.
    pub published: Option<When>,
    /// When it was imported.
    pub imported: When,
    /// Entries.
    pub entries: String,
}

opaque_debug!(ListsPage, Heartbeat, ListCard, SnapshotRow);
