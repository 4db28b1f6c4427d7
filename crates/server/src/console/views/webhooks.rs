//! Webhooks: where events go, what could not be delivered, and sending it again.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Count, Pager, When};
use super::shell::Shell;

/// `GET /console/webhooks`. Replays post to `/console/webhooks/messages/{id}/replay`.
#[derive(Clone, Template)]
#[template(path = "console/webhooks.html")]
pub struct WebhooksPage {
    /// Frame.
    pub shell: Shell,
    /// Messages by state.
    pub counts: Vec<Count>,
    /// Endpoints.
    pub endpoints: Vec<EndpointRow>,
    /// Messages given up on, newest first.
    pub dead: Vec<DeadLetter>,
    /// Where the others are.
    pub pager: Pager,
}

/// An endpoint.
#[derive(Clone)]
pub struct EndpointRow {
    /// Id.
    pub id: String,
    /// Address.
    pub url: String,
    /// Kinds of events.
    pub events: Vec<String>,
    /// In use, switched off.
    pub state: Badge,
    /// When it was added.
    pub added: When,
}

/// A message that could not be delivered.
#[derive(Clone)]
pub struct DeadLetter {
    /// Message id.
    pub id: String,
    /// Identifier of the event, the same in every attempt.
    pub event: String,
    /// About what.
    pub subject: String,
    /// Endpoint's address.
    pub endpoint: String,
    /// Tries made.
    pub tries: String,
    /// Last answer: `HTTP 502`, `timed out after 10 s`.
    pub error: String,
    /// When it was given up.
    pub at: When,
}

opaque_debug!(WebhooksPage, EndpointRow, DeadLetter);
