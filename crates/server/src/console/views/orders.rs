//! Legal orders with their deadlines.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Count, Link, When};
use super::queue::Sla;
use super::shell::Shell;

/// `GET /console/orders`.
#[derive(Clone, Template)]
#[template(path = "console/orders.html")]
pub struct OrdersPage {
    /// Frame.
    pub shell: Shell,
    /// Open, due this week, overdue.
    pub counts: Vec<Count>,
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
    /// The authority's own reference.
    pub reference: String,
    /// The case that carries the work.
    pub case: Link,
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
    /// Deadline.
    pub due: When,
    /// Time left.
    pub left: Sla,
    /// Issuer, reference, receipt. What it says in words is part of its case.
    pub fields: Vec<OrderField>,
    /// The case that carries the work.
    pub case: Link,
    /// Accounts the order names.
    pub targets: Vec<OrderTarget>,
}

/// An extracted field.
#[derive(Clone)]
pub struct OrderField {
    /// Name.
    pub label: String,
    /// Value.
    pub value: String,
}

/// An account an order names.
#[derive(Clone)]
pub struct OrderTarget {
    /// The account.
    pub account: Link,
    /// Its state.
    pub state: Badge,
}

opaque_debug!(OrdersPage, OrderRow, OrderPage, OrderField, OrderTarget);
