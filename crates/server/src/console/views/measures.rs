//! Special measures: the list, one measure with the preview of whom it hits and the four-eyes request, and a new one.

use askama::Template;

use super::lists::NotAssessed;
use super::opaque_debug;
use super::parts::{ApprovalStanding, Badge, Bar, Choice, Count, Digest, Link, SecondPerson, When};
use super::shell::Shell;

/// `GET /console/measures`.
#[derive(Clone, Template)]
#[template(path = "console/measures.html")]
pub struct MeasuresPage {
    /// Frame.
    pub shell: Shell,
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
    /// `prohibits`, or `withholds …`.
    pub effect: String,
    /// `jurisdiction: …` or `2 persons`.
    pub scope: String,
    /// Proposed, upcoming, in force, over, rejected, lifted.
    pub state: Badge,
    /// In force from.
    pub from: When,
    /// Until.
    pub until: When,
}

/// `GET /console/measures/{id}`. Lifting posts to `/console/measures/{id}/lift`, extending to
/// `/console/measures/{id}/extend`, approvals to `/console/approvals/{id}`.
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
    /// `prohibits`, or `withholds …`.
    pub effect: String,
    /// What falls under it, in words, one line each.
    pub scope: Vec<String>,
    /// Legal basis with citation.
    pub basis: String,
    /// Date of the determination.
    pub determined: String,
    /// In force from.
    pub from: When,
    /// Until.
    pub until: When,
    /// How its end was put off, in words, one line each.
    pub extensions: Vec<String>,
    /// Who proposed it, and when.
    pub proposed: String,
    /// Hash of the exact content.
    pub content: Digest,
    /// Whom it hits; none for viewers who may neither propose nor approve.
    pub preview: Option<MeasurePreview>,
    /// What can be done with it.
    pub work: MeasureWork,
}

/// Whom a measure hits.
#[derive(Clone)]
pub struct MeasurePreview {
    /// When it was counted.
    pub at: When,
    /// Totals.
    pub totals: Vec<Count>,
    /// Accounts by state.
    pub by_state: Vec<HitShare>,
    /// Downstream of resellers.
    pub by_reseller: Vec<ResellerHit>,
    /// A few examples, strongest first.
    pub examples: Vec<HitExample>,
    /// Parties that resemble a person the measure names, best first: work for a reviewer.
    pub candidates: Vec<Candidate>,
    /// Accounts that nobody can count, if there are any.
    pub not_assessed: Option<NotAssessed>,
}

/// Accounts of one state.
#[derive(Clone)]
pub struct HitShare {
    /// The state.
    pub state: Badge,
    /// Certainly hit, formatted.
    pub certain: String,
    /// Possibly hit, formatted.
    pub possible: String,
    /// Share of all that are hit.
    pub share: Bar,
}

/// Hits below one reseller.
#[derive(Clone)]
pub struct ResellerHit {
    /// The reseller.
    pub reseller: Link,
    /// Accounts hit directly below it.
    pub accounts: String,
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
    /// Certain, possible.
    pub certainty: Badge,
}

/// A party that resembles a person named.
#[derive(Clone)]
pub struct Candidate {
    /// An account it has a part in.
    pub account: Link,
    /// The party.
    pub party: Link,
    /// How alike, `0.912`.
    pub score: String,
}

/// What the viewer can do with a measure.
#[derive(Clone)]
pub enum MeasureWork {
    /// Ask for a second person to lift it or to put off its end.
    Change(Box<MeasureChange>),
    /// A request waits.
    Approve(Box<SecondPerson>),
    /// Nothing: over, or the role may only read. The sentence says which.
    Read(String),
}

/// What can be asked for while a measure is approved and has not ended.
#[derive(Clone, Default)]
pub struct MeasureChange {
    /// What went wrong with the last try to lift it; empty at first.
    pub lift_problem: String,
    /// What went wrong with the last try to extend it; empty at first.
    pub extend_problem: String,
    /// The new end as typed before, ISO.
    pub until: String,
    /// The citation as typed before.
    pub notice: String,
    /// The date of the notice as typed before, ISO.
    pub noticed_on: String,
    /// The reason as typed before.
    pub reason: String,
}

/// `GET /console/measures/new`, posts to the same path: a preview first, then the proposal.
#[derive(Clone, Template)]
#[template(path = "console/measure_new.html")]
pub struct MeasureNewPage {
    /// Frame.
    pub shell: Shell,
    /// What went wrong with the last try; empty at first.
    pub problem: String,
    /// Values typed before.
    pub draft: MeasureDraft,
    /// Capabilities a condition can withhold; chosen ones as typed before.
    pub capabilities: Vec<Choice>,
    /// Contested regions with their codes, as a hint.
    pub regions: Vec<(String, String)>,
    /// Whom it would hit, after a preview.
    pub preview: Option<MeasurePreview>,
}

/// A measure as typed.
#[derive(Clone, Default)]
pub struct MeasureDraft {
    /// Title.
    pub title: String,
    /// Authority and citation.
    pub basis: String,
    /// `jurisdiction` or `person`; empty at first.
    pub scope: String,
    /// Jurisdiction codes, separated by spaces.
    pub jurisdictions: String,
    /// Names of the person, one per line.
    pub names: String,
    /// Date of birth, whole or in part.
    pub birth_date: String,
    /// Countries the order connects the person with.
    pub countries: String,
    /// Numbers of documents, wallets, one per line.
    pub identifiers: String,
    /// A party confirmed to be this person.
    pub party: String,
    /// Further persons, one per line.
    pub more: String,
    /// `prohibit` or `condition`; empty at first.
    pub effect: String,
    /// `whole_chain` or `direct_accounts`; empty at first.
    pub reach: String,
    /// Date of the determination, ISO.
    pub determined_on: String,
    /// `at_once`, `after_grace` or `on`; empty at first.
    pub effective: String,
    /// ISO date for `on`.
    pub from: String,
    /// ISO date or empty.
    pub until: String,
    /// Why it is proposed.
    pub reason: String,
}

opaque_debug!(
    MeasureChange,
    MeasuresPage,
    MeasureRow,
    MeasurePage,
    MeasurePreview,
    HitShare,
    ResellerHit,
    HitExample,
    Candidate,
    MeasureWork,
    MeasureNewPage,
    MeasureDraft
);
