//! What waits for a second person.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Digest, Link, SecondPerson, When};
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
    /// Requests that lapsed or were voided by a change.
    pub void: Vec<ApprovalRow>,
}

/// One request.
#[derive(Clone)]
pub struct ApprovalRow {
    /// Request id.
    pub id: String,
    /// `measure`, `disclosure`, `erasure`, `hold release`, `key change`, `case decision`.
    pub kind: String,
    /// What is asked.
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
    /// State.
    pub state: Badge,
}

/// `GET /console/approvals/{id}`: evidence first, then the verdict. Posts to the same path with `verdict=approve|return`.
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
