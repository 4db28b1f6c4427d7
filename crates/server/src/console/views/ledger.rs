//! State of the ledger: how large, which root, who signed, and how to check all that without us.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Digest, Event, Link, When};
use super::shell::Shell;

/// `GET /console/ledger?leaf=&before=`.
#[derive(Clone, Template)]
#[template(path = "console/ledger.html")]
pub struct LedgerPage {
    /// Frame.
    pub shell: Shell,
    /// In order, behind, failing closed.
    pub state: Badge,
    /// One sentence.
    pub summary: String,
    /// Number of leaves, formatted.
    pub size: String,
    /// The last checkpoint; none before the first.
    pub checkpoint: Option<Checkpoint>,
    /// Leaves since then that no checkpoint covers yet.
    pub uncovered: String,
    /// Origin line of the log.
    pub origin: String,
    /// The verifier line to compare out of band.
    pub verifier: String,
    /// SHA-256 behind the key, what people compare.
    pub fingerprint: String,
    /// Commands that verify, in order.
    pub verify: Vec<VerifyStep>,
    /// The record asked for; none when none was.
    pub leaf: Option<LeafRecord>,
    /// Newest records.
    pub recent: Vec<Event>,
    /// Older records; none when all are shown.
    pub older: Option<Link>,
}

/// A signed checkpoint.
#[derive(Clone)]
pub struct Checkpoint {
    /// Root hash.
    pub root: Digest,
    /// When it was signed.
    pub signed: When,
    /// The signed note, as served.
    pub note: String,
}

/// One record, without its sealed body.
#[derive(Clone)]
pub struct LeafRecord {
    /// Position, `#120 482`.
    pub index: String,
    /// What happened.
    pub title: String,
    /// When it was recorded.
    pub at: When,
    /// Names and values of its open part.
    pub fields: Vec<(String, String)>,
}

/// One step of checking the ledger.
#[derive(Clone)]
pub struct VerifyStep {
    /// What it proves.
    pub text: String,
    /// The command.
    pub command: String,
}

opaque_debug!(LedgerPage, Checkpoint, LeafRecord, VerifyStep);
