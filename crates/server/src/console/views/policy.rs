//! The policy pack: what is in force, what another text would change, and asking for it.

use askama::Template;

use super::opaque_debug;
use super::parts::{ApprovalStanding, Badge, Digest, SecondPerson};
use super::shell::Shell;

/// `GET /console/policy` and `GET /console/policy/{hash}`.
#[derive(Clone, Template)]
#[template(path = "console/policy.html")]
pub struct PolicyPage {
    /// Frame.
    pub shell: Shell,
    /// Title of the pack.
    pub title: String,
    /// Identifier and version.
    pub name: String,
    /// In force, proposed, earlier.
    pub state: Badge,
    /// Whether its regime is in force, in its own words.
    pub status: String,
    /// What a reader must know before relying on it.
    pub note: String,
    /// SHA-256 of its text.
    pub hash: Digest,
    /// A sentence while accounts wait to be decided under it; empty otherwise.
    pub pass: String,
    /// Its clocks.
    pub clocks: Vec<Period>,
    /// How long records are kept.
    pub retention: Vec<Period>,
    /// What changes in the text in force, where this is another.
    pub changes: Vec<Change>,
    /// The text.
    pub text: String,
    /// What the viewer can do.
    pub work: PolicyWork,
}

/// What a viewer can do with a pack.
#[derive(Clone)]
pub enum PolicyWork {
    /// Look.
    Read,
    /// Ask for another text.
    Propose(PolicyDraft),
    /// Answer as the second person.
    Approve(Box<SecondPerson>),
}

/// A text that somebody wants to be in force.
#[derive(Clone, Default)]
pub struct PolicyDraft {
    /// The text.
    pub text: String,
    /// Why.
    pub reason: String,
    /// What is wrong with it; empty on a first look.
    pub problem: String,
}

/// A length of time with what starts it and why.
#[derive(Clone)]
pub struct Period {
    /// Its name in the pack.
    pub name: String,
    /// `30 days`.
    pub length: String,
    /// What starts it.
    pub anchor: String,
    /// Requirement id and citation.
    pub source: String,
}

/// A line of the difference between two texts.
#[derive(Clone)]
pub enum Change {
    /// A line that stays, shown for its place.
    Same(String),
    /// A line that comes.
    Added(String),
    /// A line that goes.
    Removed(String),
}

opaque_debug!(PolicyPage, PolicyWork, PolicyDraft, Period, Change);
