//! Disclosures: asking for one, and one with what exactly would leave.

use askama::Template;

use super::opaque_debug;
use super::parts::{ApprovalStanding, Badge, Choice, Digest, Link, SecondPerson, When};
use super::shell::Shell;

/// `GET /console/disclosures/new`, posts to the same path.
#[derive(Clone, Template)]
#[template(path = "console/disclosure_new.html")]
pub struct DisclosureNewPage {
    /// Frame.
    pub shell: Shell,
    /// What went wrong with the last try; empty at first.
    pub problem: String,
    /// The account it is about.
    pub account: Link,
    /// Its identifier, as the form sends it.
    pub account_id: String,
    /// The order that is its basis; its text is empty without one.
    pub order: Link,
    /// Its identifier, as the form sends it; empty without one.
    pub order_id: String,
    /// Legal bases.
    pub bases: Vec<Choice>,
    /// Kinds of facts.
    pub kinds: Vec<Choice>,
    /// Recipient as typed.
    pub recipient: String,
    /// The recipient's public key as typed.
    pub encrypt_to: String,
    /// Reason as typed.
    pub reason: String,
}

/// `GET /console/disclosures/{id}`.
#[derive(Clone, Template)]
#[template(path = "console/disclosure.html")]
pub struct DisclosurePage {
    /// Frame.
    pub shell: Shell,
    /// Identifier.
    pub id: String,
    /// Where it stands.
    pub state: Badge,
    /// The account it is about.
    pub account: Link,
    /// Who gets the package.
    pub recipient: String,
    /// Why they may have it.
    pub basis: String,
    /// The order, where that is the basis; its text is empty without one.
    pub order: Link,
    /// When it was asked for.
    pub asked: When,
    /// Kinds of facts.
    pub kinds: String,
    /// What exactly would leave, per party.
    pub shown: Vec<ShownParty>,
    /// What the viewer can do.
    pub work: DisclosureWork,
}

/// The facts of one party that would leave.
#[derive(Clone)]
pub struct ShownParty {
    /// The party.
    pub party: Link,
    /// How many facts.
    pub facts: String,
    /// Their identifiers.
    pub ids: Vec<Digest>,
}

/// What the viewer can do with a disclosure.
#[derive(Clone)]
pub enum DisclosureWork {
    /// A request waits for a second person.
    Approve(Box<SecondPerson>),
    /// It is approved: the package can be built until then.
    Build {
        /// Until when.
        until: When,
    },
    /// Nothing: over. The sentence says why.
    Read(String),
}

opaque_debug!(DisclosureNewPage, DisclosurePage, ShownParty, DisclosureWork);
