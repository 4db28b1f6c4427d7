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
    /// Name, or its masked form.
    pub name: String,
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
    /// Fields the pack requires that are missing.
    pub missing: Vec<MissingFact>,
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
    /// Pack and clause.
    pub citation: String,
    /// When it was derived.
    pub derived: When,
    /// When it must be derived again at the latest; none when never.
    pub due: Option<When>,
}

/// One basis of a status.
#[derive(Clone)]
pub struct StatusBasis {
    /// The test: `citizenship`, `place of incorporation`, `lawful permanent residence`.
    pub test: String,
    /// What it found, without revealing masked values.
    pub finding: String,
    /// Which way it points: `US`, `foreign`, `undetermined`.
    pub points_to: Badge,
    /// Clause.
    pub citation: String,
}

/// Two facts that do not agree.
#[derive(Clone)]
pub struct Contradiction {
    /// What does not agree.
    pub text: String,
    /// What would settle it.
    pub remedy: String,
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
    /// Hidden; what may be said of it: `••••-••-02`, `2 letters, Cyrillic`.
    Masked(String),
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

/// A field the pack requires.
#[derive(Clone)]
pub struct MissingFact {
    /// Field name.
    pub label: String,
    /// Why it is required.
    pub citation: String,
}

/// An account on which the party has a role.
#[derive(Clone)]
pub struct PartyAccount {
    /// Role.
    pub role: String,
    /// Account.
    pub account: Link,
    /// Its state.
    pub state: Badge,
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
    PartyAccount
);
