//! Special measures: the list, and one measure with the preview of who is hit and the four-eyes request.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Bar, Choice, Count, Digest, Event, Link, SecondPerson, When};
use super::shell::Shell;

/// `GET /console/measures`.
#[derive(Clone, Template)]
#[template(path = "console/measures.html")]
pub struct MeasuresPage {
    /// Frame.
    pub shell: Shell,
    /// Filter by state.
    pub states: Vec<Choice>,
    /// The measures, newest first.
    pub rows: Vec<MeasureRow>,
    /// Whether the viewer may propose one.
    pub propose: Option<Link>,
}

/// One measure in the list.
#[derive(Clone)]
pub struct MeasureRow {
    /// Measure id.
    pub id: String,
    /// Short title.
    pub title: String,
    /// `prohibit` or `condition`.
    pub effect: String,
    /// `jurisdiction: …` or `person: …`.
    pub scope: String,
    /// Draft, simulated, waiting, in force, ended.
    pub state: Badge,
    /// In force from.
    pub from: When,
    /// Accounts hit now.
    pub hit: String,
}

/// `GET /console/measures/{id}`. Requests post to `/console/measures/{id}/request`, approvals to `/console/approvals/{id}`.
#[derive(Clone, Template)]
#[template(path = "console/measure.html")]
pub struct MeasurePage {
    /// Frame.
    pub shell: Shell,
    /// Measure id.
    pub id: String,
    /// Title.
    pub title: String,
    /// State.
    pub state: Badge,
    /// `prohibit`, or `condition` with its text.
    pub effect: String,
    /// What falls under it, in words, one line each.
    pub scope: Vec<String>,
    /// Legal basis with citation.
    pub basis: String,
    /// In force from.
    pub from: When,
    /// Until; none when open.
    pub until: Option<When>,
    /// Hash of the exact content.
    pub content: Digest,
    /// Who would be hit.
    pub preview: MeasurePreview,
    /// What can be done with it.
    pub work: MeasureWork,
    /// What happened to it, newest first.
    pub timeline: Vec<Event>,
}

/// Who a measure hits.
#[derive(Clone)]
pub struct MeasurePreview {
    /// When it was counted.
    pub at: When,
    /// Totals: accounts, parties, resources, downstream.
    pub totals: Vec<Count>,
    /// Accounts by state.
    pub by_state: Vec<HitShare>,
    /// Downstream of resellers.
    pub by_reseller: Vec<ResellerHit>,
    /// A few examples, worst first.
    pub examples: Vec<HitExample>,
    /// What the preview could not evaluate; each counts as review, never as pass.
    pub unknown: Vec<String>,
}

/// Accounts of one state.
#[derive(Clone)]
pub struct HitShare {
    /// The state.
    pub state: Badge,
    /// How many, formatted.
    pub count: String,
    /// Share of all that are hit.
    pub share: Bar,
    /// What would happen to them.
    pub effect: String,
}

/// Hits below one reseller.
#[derive(Clone)]
pub struct ResellerHit {
    /// The reseller.
    pub reseller: Link,
    /// Accounts hit of accounts held: `12 of 340`.
    pub accounts: String,
    /// Level below the provider.
    pub level: String,
}

/// One account that would be hit.
#[derive(Clone)]
pub struct HitExample {
    /// The account.
    pub account: Link,
    /// Why it falls under the measure.
    pub why: String,
    /// State.
    pub state: Badge,
    /// What would change.
    pub change: String,
}

/// What the viewer can do with a measure.
#[derive(Clone)]
pub enum MeasureWork {
    /// Ask for a second person to put it into force or to end it.
    Request {
        /// `put into force` or `end`.
        action: String,
        /// Reason codes.
        reasons: Vec<Choice>,
        /// What went wrong with the last try; empty at first.
        problem: String,
    },
    /// A request waits.
    Approve(Box<SecondPerson>),
    /// Nothing: in force or ended, or the role may only read. The sentence says which.
    Read(String),
}

/// `GET /console/measures/new`, posts to the same path; the answer is the measure as draft with its preview.
#[derive(Clone, Template)]
#[template(path = "console/measure_new.html")]
pub struct MeasureNewPage {
    /// Frame.
    pub shell: Shell,
    /// What went wrong with the last try, per field: name and sentence.
    pub problems: Vec<FieldProblem>,
    /// Values typed before.
    pub draft: MeasureDraft,
    /// Jurisdictions to choose from.
    pub jurisdictions: Vec<Choice>,
}

/// A field that was not understood.
#[derive(Clone)]
pub struct FieldProblem {
    /// Name of the field's input.
    pub field: String,
    /// What is wrong and how to put it right.
    pub text: String,
}

/// A measure as typed.
#[derive(Clone, Default)]
pub struct MeasureDraft {
    /// Title.
    pub title: String,
    /// Legal basis.
    pub basis: String,
    /// Person or organisation by id, for person-based measures.
    pub party: String,
    /// Condition text.
    pub condition: String,
    /// From, ISO date.
    pub from: String,
    /// Until, ISO date or empty.
    pub until: String,
}

opaque_debug!(
    MeasuresPage,
    MeasureRow,
    MeasurePage,
    MeasurePreview,
    HitShare,
    ResellerHit,
    HitExample,
    MeasureWork,
    MeasureNewPage,
    FieldProblem,
    MeasureDraft
);
