//! One case: the customer on the left, the comparison in the middle, the listed party on the right, the decision below.
//!
//! The comparison always adds up: [`Comparison::total`] is the sum of the points of its rows, and unknown fields are rows
//! too. Nothing is preselected. When a second person looks, the evidence comes first and the maker's verdict after it.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Digest, Event, Link, Provenance, SecondPerson, When};
use super::queue::{Lease, Sla};
use super::shell::Shell;

/// `GET /console/cases/{id}`.
#[derive(Clone, Template)]
#[template(path = "console/case.html")]
pub struct CasePage {
    /// Frame.
    pub shell: Shell,
    /// Case number.
    pub id: String,
    /// Kind in words.
    pub kind: String,
    /// State.
    pub state: Badge,
    /// Time left.
    pub sla: Sla,
    /// Who works on it.
    pub lease: Lease,
    /// The list version compared with, `OFAC SDN 2026-11-22`; none for kinds without a list.
    pub list: Option<Link>,
    /// The account concerned.
    pub account: Link,
    /// Why the viewer sees it, one sentence.
    pub why: String,
    /// Which side moved: `new match`, `list changed`, `customer changed`, `matcher changed`, `scheduled proof`.
    pub moved: String,
    /// The decision before this one.
    pub previous: Option<PreviousDecision>,
    /// What the provider knows.
    pub customer: Side,
    /// Field by field; none for kinds that compare nothing.
    pub comparison: Option<Comparison>,
    /// What it is compared with: the listed party or the other account.
    pub other: Option<Side>,
    /// What would decide the case, smallest first.
    pub deciders: Vec<Decider>,
    /// Other accounts linked to this one.
    pub links: Vec<CaseLink>,
    /// What happened, newest first.
    pub timeline: Vec<Event>,
    /// Rules in view.
    pub policy: Vec<Clause>,
    /// Steps the pack asks for.
    pub checklist: Vec<Step>,
    /// What the viewer can do.
    pub work: Work,
}

/// What the viewer can do with the case.
#[derive(Clone)]
pub enum Work {
    /// Take the lease first; posts to `/console/cases/{id}/lease`.
    Take,
    /// Decide; posts to `/console/cases/{id}/decision`.
    Decide(DecisionForm),
    /// Approve or return as second person; posts to `/console/approvals/{id}`.
    Approve(Box<SecondPerson>),
    /// Someone else holds the lease.
    Wait {
        /// Who.
        name: String,
        /// For how long.
        left: String,
    },
    /// It is decided.
    Closed(Closure),
}

/// How a case ended.
#[derive(Clone)]
pub struct Closure {
    /// The verdict in words.
    pub verdict: String,
    /// Reason code and meaning.
    pub reason: String,
    /// The note.
    pub note: String,
    /// Who decided, and who approved where that was due.
    pub by: String,
    /// When.
    pub at: When,
    /// The ledger record.
    pub record: Link,
}

/// What was decided last time and on what basis.
#[derive(Clone)]
pub struct PreviousDecision {
    /// When.
    pub at: When,
    /// Who.
    pub by: String,
    /// The verdict in words.
    pub verdict: String,
    /// Reason code and meaning.
    pub reason: String,
    /// The note.
    pub note: String,
    /// The fields relied on, each with whether it moved since.
    pub basis: Vec<Basis>,
}

/// A field a decision relied on.
#[derive(Clone)]
pub struct Basis {
    /// Field name.
    pub field: String,
    /// `unchanged`, or what moved.
    pub standing: Badge,
}

/// One side of the comparison.
#[derive(Clone)]
pub struct Side {
    /// `Customer, as verified`; `Listed party`.
    pub title: String,
    /// Party, account or list entry.
    pub link: Option<Link>,
    /// Program, list and version, or the reseller chain; one line each.
    pub context: Vec<String>,
    /// Its fields.
    pub rows: Vec<SideRow>,
    /// Source document, previous version.
    pub documents: Vec<Link>,
}

/// A field of one side.
#[derive(Clone)]
pub struct SideRow {
    /// Field name.
    pub label: String,
    /// One or more values.
    pub values: Vec<String>,
    /// Where it comes from.
    pub provenance: Option<Provenance>,
    /// Whether it moved since the last decision.
    pub change: Change,
}

/// How a value moved since the last decision.
#[derive(Clone)]
pub enum Change {
    /// Not at all.
    None,
    /// Was not there.
    Added,
    /// Was there, is gone.
    Removed,
    /// Was another value.
    Changed {
        /// The value before.
        before: String,
    },
}

/// The field comparison.
#[derive(Clone)]
pub struct Comparison {
    /// One row per field, unknown ones included.
    pub rows: Vec<ComparisonRow>,
    /// Sum of the points.
    pub total: i32,
    /// The total at the last decision.
    pub before: Option<i32>,
    /// From which total a case is opened.
    pub cutoff: i32,
    /// What the unknown fields could add or take at most: `−25 to +30`.
    pub open_range: String,
    /// Engine version that scored.
    pub engine: String,
}

/// One compared field.
#[derive(Clone)]
pub struct ComparisonRow {
    /// Field name.
    pub field: String,
    /// Left value, cut into equal and different runs.
    pub left: Vec<Span>,
    /// Right value, cut likewise.
    pub right: Vec<Span>,
    /// How they relate, in words: `equal`, `close`, `transliteration`, `differs`, `no data`.
    pub relation: String,
    /// Points; 0 for unknown.
    pub points: i32,
    /// For, against or unknown.
    pub weight: Weight,
    /// Why so many points.
    pub note: String,
    /// Whether it is new since the last decision.
    pub fresh: Fresh,
}

/// What a field says about the two being the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Speaks for it.
    For,
    /// Speaks against it.
    Against,
    /// Says nothing.
    Unknown,
}

/// Whether a comparison row moved since the last decision.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// It did.
    Yes,
    /// It did not.
    No,
}

/// A run of characters.
#[derive(Clone)]
pub struct Span {
    /// The characters.
    pub text: String,
    /// Whether the other side has them too.
    pub run: Run,
}

/// Whether a run of characters is on both sides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// On both sides.
    Same,
    /// Only here.
    Differs,
}

impl Span {
    /// A run on both sides.
    pub fn same(text: &str) -> Self {
        Self { text: text.to_owned(), run: Run::Same }
    }

    /// A run only on this side.
    pub fn differs(text: &str) -> Self {
        Self { text: text.to_owned(), run: Run::Differs }
    }

    fn is_same(&self) -> bool {
        self.run == Run::Same
    }
}

impl ComparisonRow {
    fn is_fresh(&self) -> bool {
        self.fresh == Fresh::Yes
    }

    fn signed(&self) -> String {
        signed(self.points)
    }

    fn weight_word(&self) -> &'static str {
        match self.weight {
            Weight::For => "for",
            Weight::Against => "against",
            Weight::Unknown => "unknown",
        }
    }

    /// Length of the bar in percent; 40 points fill it.
    fn bar(&self) -> u32 {
        const POINTS_FULL: u32 = 40;
        (self.points.unsigned_abs() * 100 / POINTS_FULL).min(100)
    }
}

impl Comparison {
    fn sum(&self, weight: Weight) -> i32 {
        self.rows.iter().filter(|row| row.weight == weight).map(|row| row.points).sum()
    }

    fn points_for(&self) -> String {
        signed(self.sum(Weight::For))
    }

    fn points_against(&self) -> String {
        signed(self.sum(Weight::Against))
    }

    fn unknown(&self) -> usize {
        self.rows.iter().filter(|row| row.weight == Weight::Unknown).count()
    }
}

/// Points with their sign: `+12`, `−15`, `0`.
fn signed(points: i32) -> String {
    match points {
        0 => "0".to_owned(),
        1.. => format!("+{points}"),
        _ => format!("−{}", points.unsigned_abs()),
    }
}

/// A missing fact that would decide the case.
#[derive(Clone)]
pub struct Decider {
    /// The fact: `place of birth`.
    pub fact: String,
    /// What either answer would do: `a match adds 12, a difference takes 25`.
    pub effect: String,
    /// Machine name of the request sent to the customer; empty when it cannot be asked for.
    pub request: String,
    /// Language the customer would be asked in.
    pub language: String,
}

/// An account linked to this one.
#[derive(Clone)]
pub struct CaseLink {
    /// The account.
    pub account: Link,
    /// `strong`, `weak`, `discounted`.
    pub strength: Badge,
    /// Shared attribute with rarity: `same card; 1 of 4.1 M accounts shares it`.
    pub basis: String,
}

/// A rule shown in full.
#[derive(Clone)]
pub struct Clause {
    /// `Section 4.2`.
    pub label: String,
    /// The text.
    pub text: String,
    /// Where it comes from: regulation, requirement id, pack version.
    pub citation: String,
}

/// A step the pack asks for before deciding.
#[derive(Clone)]
pub struct Step {
    /// What to do.
    pub text: String,
    /// `done`, `open`, `not possible`.
    pub standing: Badge,
}

/// The decision form. Nothing is preselected.
#[derive(Clone)]
pub struct DecisionForm {
    /// Version of what the reviewer sees; a decision on another version is refused with 409.
    pub version: Digest,
    /// Time left on the lease.
    pub lease_left: String,
    /// The verdicts, at most nine; the position is the key.
    pub verdicts: Vec<Verdict>,
    /// Reason codes in groups, one group per verdict.
    pub reasons: Vec<ReasonGroup>,
    /// What went wrong with the last try; empty at first.
    pub problem: String,
    /// The note typed before, after a failed try.
    pub note: String,
}

/// A possible verdict.
#[derive(Clone)]
pub struct Verdict {
    /// Sent with the form.
    pub value: String,
    /// Printed.
    pub label: String,
    /// What choosing it would do, counted: measures, accounts, resources, downstream.
    pub effect: String,
    /// `takes effect at once; can be undone for 10 s`, `needs a second person`.
    pub finality: String,
}

/// Reason codes that go with one verdict.
#[derive(Clone)]
pub struct ReasonGroup {
    /// The verdict's label.
    pub verdict: String,
    /// The codes.
    pub codes: Vec<Choice>,
}

opaque_debug!(
    CasePage,
    Work,
    Closure,
    PreviousDecision,
    Basis,
    Side,
    SideRow,
    Change,
    Comparison,
    ComparisonRow,
    Weight,
    Fresh,
    Span,
    Run,
    Decider,
    CaseLink,
    Clause,
    Step,
    DecisionForm,
    Verdict,
    ReasonGroup
);
