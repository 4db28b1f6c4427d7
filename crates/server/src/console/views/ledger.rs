//! State of the ledger: how large, which root, who signed, who witnessed, and how to check all that without us.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Digest, Event, When};
use super::shell::Shell;

/// `GET /console/ledger?leaf=`.
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
    /// Root hash of the last checkpoint.
    pub root: Digest,
    /// Time of the last checkpoint.
    pub checkpoint: When,
    /// Leaves since then that no checkpoint covers yet.
    pub uncovered: String,
    /// Origin line of the log.
    pub origin: String,
    /// The signed note, as served.
    pub note: String,
    /// Signing keys, the current one first.
    pub keys: Vec<SignerKey>,
    /// Witnesses.
    pub witnesses: Vec<Witness>,
    /// Commands that verify, in order.
    pub verify: Vec<VerifyStep>,
    /// Newest records.
    pub recent: Vec<Event>,
}

/// A key that signs checkpoints.
#[derive(Clone)]
pub struct SignerKey {
    /// Name in the note.
    pub name: String,
    /// The verifier line to compare out of band.
    pub verifier: Digest,
    /// In use, retired.
    pub state: Badge,
    /// Since when.
    pub since: When,
}

/// A witness that cosigns.
#[derive(Clone)]
pub struct Witness {
    /// Name.
    pub name: String,
    /// In order, late, refusing.
    pub state: Badge,
    /// Size it cosigned last.
    pub size: String,
    /// When; none before the first time.
    pub at: Option<When>,
}

/// One step of checking the ledger.
#[derive(Clone)]
pub struct VerifyStep {
    /// What it proves.
    pub text: String,
    /// The command.
    pub command: String,
}

opaque_debug!(LedgerPage, SignerKey, Witness, VerifyStep);
