//! One case: the customer on the left, the comparison in the middle, the listed party on the right, the decision below.
//!
//! The comparison always adds up: [`Comparison::total`] is the sum of the points of its rows, and unknown fields are rows
//! too. Nothing is preselected. What is sealed is on the page only while the viewer holds the lease, because taking it is
//! the record of looking.

use askama::Template;

use super::opaque_debug;
use super::parts::{ApprovalStanding, Badge, Choice, Event, Link, Provenance, SecondPerson, When};
use super::queue::{Lease, Sla};
use super::shell::Shell;

/// `GET /console/cases/{id}`.
#[derive(Clone, Template)]
#[template(path = "console/case.html")]
pub struct CasePage {
    /// Frame.
    pub shell: Shell,
    /// Case id.
    pub id: String,
    /// The last characters of the id, for the headline.
    pub short: String,
    /// Kind in words.
    pub kind: String,
    /// State.
    pub state: Badge,
    /// Time left.
    pub sla: Sla,
    /// Who works on it.
    pub lease: Lease,
    /// The account concerned; none when an order names none or several.
    pub account: Option<Link>,
    /// The party concerned.
    pub party: Option<Link>,
    /// Where facts about it are recorded, when facts can settle the case and the viewer may record them.
    pub record: Option<Link>,
    /// Why it exists, sentences of the pack.
    pub why: Vec<String>,
    /// Whether the decision in force still raises the concern; a sentence, or empty.
    pub raised: String,
    /// Rules behind it.
    pub rules: Vec<String>,
    /// Requirement ids behind it.
    pub requirements: Vec<String>,
    /// The verdict before this one, for a case that was decided, asked about or escalated.
    pub previous: Option<Previous>,
    /// What is sealed; none without the lease.
    pub detail: Option<Detail>,
    /// What happened, newest first.
    pub timeline: Vec<Event>,
    /// What the viewer can do.
    pub work: Work,
}

/// What is sealed in a case.
#[derive(Clone)]
pub struct Detail {
    /// What the provider knows of the party.
    pub customer: Option<Side>,
    /// Comparisons with listed parties, best first.
    pub hits: Vec<HitView>,
    /// Other accounts linked to this one.
    pub links: Vec<CaseLink>,
    /// What an order demands, in its own words; empty for other kinds.
    pub words: String,
    /// What reviewers noted, oldest first.
    pub notes: Vec<String>,
}

/// A comparison with one listed party.
#[derive(Clone)]
pub struct HitView {
    /// `list/entity`.
    pub key: String,
    /// Its name as published.
    pub caption: String,
    /// Field by field.
    pub comparison: Comparison,
    /// What would decide it most; none when nothing is missing.
    pub decider: Option<Decider>,
    /// The listed party.
    pub other: Side,
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
    /// Nothing: it is decided, waits for somebody else, or the role may only read. The sentence says which.
    Read(String),
}

/// What was concluded last.
#[derive(Clone)]
pub struct Previous {
    /// When.
    pub at: When,
    /// Who.
    pub by: String,
    /// The verdict in words.
    pub verdict: String,
    /// Reason code in words.
    pub reason: String,
}

/// One side of the comparison.
#[derive(Clone)]
pub struct Side {
    /// `Customer`; `Listed party`.
    pub title: String,
    /// Party or account.
    pub link: Option<Link>,
    /// List and version; one line each.
    pub context: Vec<String>,
    /// Its fields.
    pub rows: Vec<SideRow>,
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
}

/// The field comparison. A point is a thousandth of a bit of evidence and is printed in bits.
#[derive(Clone)]
pub struct Comparison {
    /// One row per field, unknown ones included.
    pub rows: Vec<ComparisonRow>,
    /// Sum of the points.
    pub total: i32,
    /// The calibrated score, `0.912`.
    pub score: String,
    /// Rules that make a hit whatever the score, in words.
    pub hard: Vec<String>,
    /// Algorithm that scored.
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
    /// How they relate, in words.
    pub relation: String,
    /// Points; 0 for unknown.
    pub points: i32,
    /// For, against or unknown.
    pub weight: Weight,
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

    /// Length of the bar in percent; 20 bits fill it.
    fn bar(&self) -> u32 {
        const POINTS_FULL: u32 = 20_000;
        (self.points.unsigned_abs().saturating_mul(100) / POINTS_FULL).min(100)
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

    fn points_total(&self) -> String {
        signed(self.total)
    }

    fn unknown(&self) -> usize {
        self.rows.iter().filter(|row| row.weight == Weight::Unknown).count()
    }
}

/// Thousandths of a bit as bits with their sign, exactly: `+12`, `−1.5`, `+17.342`, `0`.
fn signed(points: i32) -> String {
    let (whole, rest) = (points.unsigned_abs() / 1_000, points.unsigned_abs() % 1_000);
    let digits = format!("{whole}.{rest:03}");
    let text = digits.trim_end_matches('0').trim_end_matches('.');
    match points {
        0 => "0".to_owned(),
        1.. => format!("+{text}"),
        _ => format!("−{text}"),
    }
}

/// A missing fact that would decide the case.
#[derive(Clone)]
pub struct Decider {
    /// The fact: `date of birth`.
    pub fact: String,
    /// What either answer would do: `if it agrees the score is 0.998, if it differs 0.412`.
    pub effect: String,
}

/// An account linked to this one.
#[derive(Clone)]
pub struct CaseLink {
    /// The account.
    pub account: Link,
    /// How it stands: closed for cause, or not.
    pub standing: Badge,
    /// `strong`, `medium`, `weak`.
    pub strength: Badge,
    /// Values both have, with how many accounts share each.
    pub basis: Vec<String>,
    /// What speaks against; empty when nothing.
    pub against: String,
}

/// The decision form. Nothing is preselected.
#[derive(Clone)]
pub struct DecisionForm {
    /// Version of what the reviewer sees; a decision on another version is refused with 409.
    pub version: String,
    /// The verdicts, at most nine; the position is the key.
    pub verdicts: Vec<Verdict>,
    /// Reason codes in groups, one group per verdict.
    pub reasons: Vec<ReasonGroup>,
    /// For a case with several hits: which of them a confirmation is about.
    pub hits: Vec<Choice>,
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
    /// What choosing it would do.
    pub effect: String,
    /// `takes effect at once`, `needs a second person: …`.
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
    Detail,
    HitView,
    Work,
    Previous,
    Side,
    SideRow,
    Comparison,
    ComparisonRow,
    Weight,
    Span,
    Run,
    Decider,
    CaseLink,
    DecisionForm,
    Verdict,
    ReasonGroup
);

#[cfg(test)]
mod tests {
    use super::signed;

    #[test]
    fn bits_are_printed_exactly() {
        for (points, text) in
            [(0, "0"), (6_000, "+6"), (-1_500, "−1.5"), (17_342, "+17.342"), (-40, "−0.04"), (20_000, "+20")]
        {
            assert_eq!(signed(points), text);
        }
    }
}
