//! What waits for a second person.

use askama::Template;

use super::opaque_debug;
use super::parts::{ApprovalStanding, Digest, Link, SecondPerson, When};
use super::shell::Shell;

/// `GET /console/approvals`.
#[derive(Clone, Template)]
#[template(path = "console/approvals.html")]
pub struct ApprovalsPage {
    /// Frame.
    pub shell: Shell,
    /// Requests the viewer may decide.
    pub ready: Vec<ApprovalRow>,
    /// Requests the viewer made.
    pub own: Vec<ApprovalRow>,
}

/// One request.
#[derive(Clone)]
pub struct ApprovalRow {
    /// Request id.
    pub id: String,
    /// `measure`, `lifting of a measure`, `verdict on a case`, `disclosure`.
    pub kind: String,
    /// What it is done to.
    pub subject: Link,
    /// What approving does.
    pub effect: String,
    /// Who asked.
    pub maker: String,
    /// When.
    pub asked: When,
    /// When it lapses.
    pub lapses: When,
    /// Hash of the content.
    pub content: Digest,
}

/// `GET /console/approvals/{id}`: the exact content first, then the request. Posts to the same path with
/// `verdict=approve|return`.
#[derive(Clone, Template)]
#[template(path = "console/approval.html")]
pub struct ApprovalPage {
    /// Frame.
    pub shell: Shell,
    /// Kind of request.
    pub kind: String,
    /// What it is about.
    pub subject: Link,
    /// The exact content: label and value per line.
    pub content: Vec<ContentLine>,
    /// Where the evidence is, one sentence; empty when all of it is above.
    pub evidence: String,
    /// The request.
    pub second: SecondPerson,
}

/// A line of the content that is approved.
#[derive(Clone)]
pub struct ContentLine {
    /// Name.
    pub label: String,
    /// Value.
    pub value: String,
}

opaque_debug!(ApprovalsPage, ApprovalRow, ApprovalPage, ContentLine);
