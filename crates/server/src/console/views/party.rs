//! One party: its status with bases and contradictions, and its facts, masked until revealed with a purpose.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Event, Link, Provenance, Tone, When};
use super::shell::Shell;

/// `GET /console/parties/{id}`. Revealing posts to `/console/parties/{id}/reveal`; the answer is this page with
/// [`PartyPage::revealed`] set, never stored by the browser.
#[derive(Clone, Template)]
#[template(path = "console/party.html")]
pub struct PartyPage {
    /// Frame.
    pub shell: Shell,
    /// Party id.
    pub id: String,
    /// What it is called where its name is not shown: `individual …q8x2km`.
    pub label: String,
    /// `individual` or `organisation`.
    pub kind: String,
    /// US, foreign or undetermined, explained.
    pub status: StatusView,
    /// Facts in groups.
    pub groups: Vec<FactGroup>,
    /// The access that makes the values visible; none while they are masked.
    pub revealed: Option<Access>,
    /// Purposes a reveal may have.
    pub purposes: Vec<Choice>,
    /// What went wrong with the last reveal; empty at first.
    pub problem: String,
    /// Facts that would settle the status.
    pub missing: Vec<MissingFact>,
    /// Kinds of facts the viewer may record; empty when none.
    pub kinds: Vec<Choice>,
    /// Checks that support the facts.
    pub checks: Vec<CheckRow>,
    /// Accounts it has a role on.
    pub accounts: Vec<PartyAccount>,
    /// Who looked at the values before, newest first.
    pub accesses: Vec<Event>,
}

/// The status with its explanation.
#[derive(Clone)]
pub struct StatusView {
    /// The status.
    pub status: Badge,
    /// One sentence.
    pub summary: String,
    /// What it rests on.
    pub bases: Vec<StatusBasis>,
    /// What speaks against each other, one sentence each.
    pub contradictions: Vec<Contradiction>,
    /// Clauses.
    pub citation: String,
    /// When the party was last screened.
    pub screened: When,
    /// Whether that was against the lists now in force.
    pub current: Badge,
}

/// One basis of a status.
#[derive(Clone)]
pub struct StatusBasis {
    /// The test: `citizenship`, `constitution`, `permanent residence`.
    pub test: String,
    /// How much it weighs: `claim`, `weak`, `medium`, `strong`, `determinative`.
    pub weight: String,
    /// Which way it points: `US`, `foreign`.
    pub points_to: Badge,
}

/// Two facts that do not agree.
#[derive(Clone)]
pub struct Contradiction {
    /// What does not agree.
    pub text: String,
    /// What would settle it.
    pub remedy: String,
    /// Where a fact that can settle it is recorded, one per kind; empty when the viewer may not.
    pub settled_by: Vec<Link>,
}

/// Facts of one kind: identity, addresses, payment, digital traces.
#[derive(Clone)]
pub struct FactGroup {
    /// Heading.
    pub title: String,
    /// The facts.
    pub facts: Vec<FactRow>,
}

/// One fact.
#[derive(Clone)]
pub struct FactRow {
    /// Field name.
    pub label: String,
    /// The last characters of its id, by which other pages name it.
    pub short: String,
    /// The value, masked or not.
    pub value: FactValue,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Whether it counts: `current`, `superseded`, `disputed`.
    pub standing: Badge,
}

/// A value as it may be shown.
#[derive(Clone)]
pub enum FactValue {
    /// Not personal, or revealed.
    Plain(String),
    /// Hidden.
    Masked,
    /// Its key was destroyed.
    Erased,
}

/// A recorded access.
#[derive(Clone)]
pub struct Access {
    /// Purpose in words.
    pub purpose: String,
    /// When.
    pub at: When,
    /// The ledger record.
    pub record: Link,
}

/// A fact that would settle something.
#[derive(Clone)]
pub struct MissingFact {
    /// Field name, leading to where it is recorded; without an address when the viewer may not.
    pub label: Link,
    /// How well it must be supported.
    pub strength: String,
}

/// A check, without what it saw.
#[derive(Clone)]
pub struct CheckRow {
    /// How it was made.
    pub method: String,
    /// What came of it.
    pub result: String,
    /// When.
    pub at: When,
}

/// An account on which the party has a role.
#[derive(Clone)]
pub struct PartyAccount {
    /// Role.
    pub role: String,
    /// Account.
    pub account: Link,
}

opaque_debug!(
    PartyPage,
    StatusView,
    StatusBasis,
    Contradiction,
    FactGroup,
    FactRow,
    FactValue,
    Access,
    MissingFact,
    CheckRow,
    PartyAccount
);
