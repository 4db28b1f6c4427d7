//! Legal orders with their deadlines.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Count, Link, When};
use super::queue::Sla;
use super::shell::Shell;
use crate::console::forms::OrderForm;

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
    /// Where an order is received, for those who may.
    pub receive: Option<Link>,
    /// Disclosures, newest first, for those who may see them.
    pub disclosures: Vec<DisclosureRow>,
}

/// A disclosure in a list.
#[derive(Clone)]
pub struct DisclosureRow {
    /// Disclosure id.
    pub id: String,
    /// Its last characters.
    pub short: String,
    /// Who gets the package.
    pub recipient: String,
    /// Where it stands.
    pub state: Badge,
    /// When it was asked for.
    pub asked: When,
}

/// `GET /console/orders/new`, posts to the same path.
#[derive(Clone, Template)]
#[template(path = "console/order_new.html")]
pub struct OrderNewPage {
    /// Frame.
    pub shell: Shell,
    /// What went wrong with the last try; empty at first.
    pub problem: String,
    /// Kinds of legal process.
    pub kinds: Vec<Choice>,
    /// Kinds of documents.
    pub documents: Vec<Choice>,
    /// Values typed before.
    pub draft: OrderForm,
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
    /// The document it arrived as.
    pub document: Option<OrderDocumentCard>,
    /// What went wrong with the last try to read it; empty at first.
    pub problem: String,
    /// The case that carries the work.
    pub case: Link,
    /// Accounts the order names.
    pub targets: Vec<OrderTarget>,
    /// Disclosures that rest on it, for those who may see them.
    pub disclosures: Vec<DisclosureRow>,
}

/// The document an order arrived as: what its record states, and whether the viewer may read it.
#[derive(Clone)]
pub struct OrderDocumentCard {
    /// What it is.
    pub kind: String,
    /// Its size.
    pub size: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Whether it is kept.
    pub kept: String,
    /// What the viewer may do with it.
    pub reading: Reading,
}

/// Whether the viewer of a page may read a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// With a reason.
    Allowed,
    /// Not this viewer, or there is nothing to read.
    No,
}

impl OrderDocumentCard {
    fn may_read(&self) -> bool {
        self.reading == Reading::Allowed
    }
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
    /// Where a disclosure about it is asked for; without text for those who may not.
    pub disclose: Link,
}

opaque_debug!(
    OrdersPage,
    OrderRow,
    DisclosureRow,
    OrderNewPage,
    OrderPage,
    OrderField,
    OrderTarget,
    OrderDocumentCard,
    Reading
);
