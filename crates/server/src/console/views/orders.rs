//! Legal orders with their deadlines.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Count, Event, Link, When};
use super::queue::Sla;
use super::shell::Shell;

/// `GET /console/orders?state=`.
#[derive(Clone, Template)]
#[template(path = "console/orders.html")]
pub struct OrdersPage {
    /// Frame.
    pub shell: Shell,
    /// Open, due this week, overdue.
    pub counts: Vec<Count>,
    /// Filter by state.
    pub states: Vec<Choice>,
    /// The orders, soonest deadline first.
    pub rows: Vec<OrderRow>,
}

/// One order in the list.
#[derive(Clone)]
pub struct OrderRow {
    /// Order id.
    pub id: String,
    /// Preservation request, subpoena, court order, warrant, EPOC, emergency request.
    pub instrument: String,
    /// Issuing authority.
    pub authority: String,
    /// What it asks for.
    pub asks: String,
    /// State.
    pub state: Badge,
    /// Deadline.
    pub due: When,
    /// Time left.
    pub left: Sla,
}

/// `GET /console/orders/{id}`.
#[derive(Clone, Template)]
#[template(path = "console/order.html")]
pub struct OrderPage {
    /// Frame.
    pub shell: Shell,
    /// Order id.
    pub id: String,
    /// Instrument.
    pub instrument: String,
    /// State.
    pub state: Badge,
    /// Deadline.
    pub due: When,
    /// Time left.
    pub left: Sla,
    /// Extracted fields: issuer, statute, target, address, time range with zone, data classes, secrecy.
    pub fields: Vec<OrderField>,
    /// Out-of-band check of the issuer, scope check and the like; each must be good before anything is handed over.
    pub checks: Vec<OrderCheck>,
    /// Accounts the order reaches.
    pub targets: Vec<OrderTarget>,
    /// What happened, newest first.
    pub timeline: Vec<Event>,
}

/// An extracted field.
#[derive(Clone)]
pub struct OrderField {
    /// Name.
    pub label: String,
    /// Value.
    pub value: String,
}

/// A check an order must pass.
#[derive(Clone)]
pub struct OrderCheck {
    /// What is checked.
    pub text: String,
    /// Passed, open, failed.
    pub standing: Badge,
    /// Who and how; empty while open.
    pub detail: String,
}

/// An account an order reaches.
#[derive(Clone)]
pub struct OrderTarget {
    /// The account.
    pub account: Link,
    /// Why: held the address from … until ….
    pub why: String,
    /// Certain, ambiguous.
    pub certainty: Badge,
}

opaque_debug!(OrdersPage, OrderRow, OrderPage, OrderField, OrderCheck, OrderTarget);
