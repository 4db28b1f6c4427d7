//! How a listed entity compares with a query, in yente's words.
//!
//! The evidence behind a score is counted in bits, so `features` holds bits: above zero speaks for the same party, below zero
//! against. `explanations` says the same attribute by attribute, with the values that were compared.

use serde::Serialize;
use std::collections::BTreeMap;
use tenantry_names::{Comparison, EditKind, How, Span};
use tenantry_screening::{
    Attribute, Decisive, Explanation, HardRule, Hit, NameDetail, Note, Point, Query, Score,
};
use utoipa::ToSchema;

/// The evidence of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FeatureResult {
    /// Bits; the scores of all attributes add up to the total behind the score of the entity.
    pub score: f64,
    /// How the values relate, as a stable word; for names with their likeness, 0 to 1.
    pub detail: String,
    /// What the query says.
    pub query: Option<String>,
    /// What the list says.
    pub candidate: Option<String>,
    /// For names: which characters of the two were lined up with which.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub alignment: Option<Alignment>,
}

/// How two names line up. Places are characters counted from 0: the first, and one past the last.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Alignment {
    /// Parts that stand for one another, in the order of the query's name.
    pub parts: Vec<AlignedPart>,
    /// Parts that only the query's name has.
    pub query_only: Vec<[u16; 2]>,
    /// Parts that only the list's name has.
    pub candidate_only: Vec<[u16; 2]>,
}

/// Two parts that stand for one another.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlignedPart {
    /// Where in the query's name.
    pub query: [u16; 2],
    /// Where in the list's name.
    pub candidate: [u16; 2],
    /// What makes them alike: `same`, `equivalent`, `spelling`, `sound`, `transcribed`, `glued` or `initial`.
    pub how: &'static str,
    /// How alike, 0 to 1.
    pub likeness: f64,
    /// Differences letter by letter; none when the parts are the same or in different scripts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub edits: Vec<AlignedEdit>,
}

/// One difference between two parts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlignedEdit {
    /// What it does to the query's name: `replace`, `insert`, `delete` or `swap`.
    pub kind: &'static str,
    /// Where in the query's name.
    pub query: [u16; 2],
    /// Where in the list's name.
    pub candidate: [u16; 2],
}

/// The smallest missing fact whose answer decides whether this is a hit at the published threshold of 0.7.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DecisiveFact {
    /// What to ask for, as in `explanations`.
    pub attribute: &'static str,
    /// Which number, for `identifier`; the same number is a match by a hard rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub property: Option<&'static str>,
    /// Score when it agrees.
    pub if_same: f64,
    /// Score when it differs.
    pub if_different: f64,
}

/// What was found out about one entity.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Evidence {
    /// 0 to 1 by the published calibration.
    pub score: f64,
    /// Whether the score reaches the threshold or a hard rule holds.
    #[serde(rename = "match")]
    pub is_match: bool,
    /// Bits by attribute; attributes that one side leaves open are absent.
    pub features: BTreeMap<&'static str, f64>,
    /// Why, by attribute; attributes that one side leaves open are there with 0 bits.
    pub explanations: BTreeMap<&'static str, FeatureResult>,
    /// Rules that make a match whatever the score: `same_identifier`, `same_wallet`, `same_email`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub hard_rules: Vec<&'static str>,
    /// The smallest missing fact that would decide; absent when none would.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub decisive: Option<DecisiveFact>,
}

impl Evidence {
    /// The evidence of a hit; it is a match from `threshold` on.
    pub fn of(query: &Query, hit: &Hit, threshold: Score) -> Self {
        Self::explained(query, hit.score, &hit.explanation, threshold)
    }

    /// The evidence of an explanation.
    pub fn explained(query: &Query, score: Score, explanation: &Explanation, threshold: Score) -> Self {
        let compared = |p: &&Point| !matches!(p.note, Note::MissingInQuery | Note::MissingInList);
        let points = || explanation.points.iter();
        Self {
            score: unit(score),
            is_match: score >= threshold || !explanation.hard_rules.is_empty(),
            features: points().filter(compared).map(|p| (word(p.attribute), bits(p.bits))).collect(),
            explanations: points().map(|p| (word(p.attribute), feature(query, p))).collect(),
            hard_rules: explanation.hard_rules.iter().map(rule).collect(),
            decisive: explanation.decisive.as_ref().map(decisive),
        }
    }
}

/// A score as yente writes it: 0 to 1.
pub fn unit(score: Score) -> f64 {
    f64::from(score.per_mille()) / 1000.0
}

fn bits(thousandths: i32) -> f64 {
    f64::from(thousandths) / 1000.0
}

/// Every attribute with its word and what it means.
pub const ATTRIBUTES: [(Attribute, &str, &str); 10] = [
    (Attribute::Name, "name", "Names, aliases and former names; the best pair counts, more the rarer it is"),
    (Attribute::BirthDate, "birth_date", "Date of birth or founding, graded by how far apart"),
    (Attribute::Country, "country", "Countries and nationalities, as a sign of identity only"),
    (Attribute::Gender, "gender", "Gender as documents state it"),
    (Attribute::Identifier, "identifier", "Identifying numbers; the same number is a hard rule"),
    (Attribute::Wallet, "wallet", "Virtual-currency addresses; the same address is a hard rule"),
    (Attribute::Email, "email", "E-mail addresses; the same address is a hard rule"),
    (Attribute::Domain, "domain", "Domains and web sites"),
    (Attribute::Phone, "phone", "Telephone numbers"),
    (Attribute::Address, "address", "Postal addresses that share most words"),
];

fn word(attribute: Attribute) -> &'static str {
    ATTRIBUTES.iter().find(|(a, ..)| *a == attribute).map_or("", |(_, word, _)| word)
}

const fn rule(rule: &HardRule) -> &'static str {
    match rule {
        HardRule::SameIdentifier { .. } => "same_identifier",
        HardRule::SameWallet { .. } => "same_wallet",
        HardRule::SameEmail { .. } => "same_email",
    }
}

fn feature(query: &Query, point: &Point) -> FeatureResult {
    let asked = asked(query, point);
    let detail = match &point.names {
        Some(names) => {
            format!("{} {}", note(point.note), Score::new(names.comparison.similarity))
        }
        None => note(point.note).to_owned(),
    };
    let candidate = (!point.listed.is_empty()).then(|| point.listed.clone());
    let alignment = point.names.as_ref().map(|NameDetail { comparison, .. }| alignment(comparison));
    let query = (!asked.is_empty()).then_some(asked);
    FeatureResult { score: bits(point.bits), detail, query, candidate, alignment }
}

fn decisive(decisive: &Decisive) -> DecisiveFact {
    DecisiveFact {
        attribute: word(decisive.attribute),
        property: decisive.property.map(tenantry_model::listed::Property::as_str),
        if_same: unit(decisive.if_same),
        if_different: unit(decisive.if_different),
    }
}

fn alignment(comparison: &Comparison) -> Alignment {
    let places = |spans: &[Span]| spans.iter().copied().map(place).collect();
    let part = |part: &tenantry_names::Aligned| AlignedPart {
        query: place(part.left),
        candidate: place(part.right),
        how: how(part.how),
        likeness: bits(part.likeness.into()),
        edits: part.edits.iter().map(edit).collect(),
    };
    Alignment {
        parts: comparison.aligned.iter().map(part).collect(),
        query_only: places(&comparison.left_only),
        candidate_only: places(&comparison.right_only),
    }
}

fn edit(edit: &tenantry_names::Edit) -> AlignedEdit {
    let kind = match edit.kind {
        EditKind::Replace => "replace",
        EditKind::Insert => "insert",
        EditKind::Delete => "delete",
        EditKind::Swap => "swap",
    };
    AlignedEdit { kind, query: place(edit.left), candidate: place(edit.right) }
}

const fn place(span: Span) -> [u16; 2] {
    [span.start, span.end]
}

const fn how(how: How) -> &'static str {
    match how {
        How::Same => "same",
        How::Equivalent => "equivalent",
        How::Spelling => "spelling",
        How::Sound => "sound",
        How::Transcribed => "transcribed",
        How::Glued => "glued",
        How::Initial => "initial",
    }
}

/// What the query says about an attribute, in one line.
fn asked(query: &Query, point: &Point) -> String {
    let texts = |values: &[tenantry_model::personal::Personal<String>]| {
        values.iter().map(|v| v.expose().as_str()).collect::<Vec<_>>().join("; ")
    };
    match point.attribute {
        Attribute::Name => {
            let at = point.names.as_ref().map_or(0, |n| n.query_name);
            query.names.get(at).map(|n| n.expose().clone()).unwrap_or_default()
        }
        Attribute::BirthDate => {
            query.birth_dates.iter().map(|d| d.expose().to_string()).collect::<Vec<_>>().join("; ")
        }
        Attribute::Country => {
            let codes = query.nationalities.iter().chain(&query.countries);
            codes.map(ToString::to_string).collect::<Vec<_>>().join("; ")
        }
        Attribute::Gender => query.gender.map(|g| g.to_string()).unwrap_or_default(),
        Attribute::Identifier => {
            query.identifiers.iter().map(|i| i.value.expose().as_str()).collect::<Vec<_>>().join("; ")
        }
        Attribute::Wallet => texts(&query.wallets),
        Attribute::Email => texts(&query.emails),
        Attribute::Domain => texts(&query.domains),
        Attribute::Phone => texts(&query.phones),
        Attribute::Address => texts(&query.addresses),
    }
}

const fn note(note: Note) -> &'static str {
    match note {
        Note::NameSame => "name_same",
        Note::NameClose => "name_close",
        Note::NameDifferent => "name_different",
        Note::DateSame => "date_same",
        Note::DateSameMonth => "date_same_month",
        Note::DateSameYear => "date_same_year",
        Note::DateSwapped => "date_swapped",
        Note::DateDigit => "date_digit",
        Note::DateOtherYear => "date_other_year",
        Note::DateYearApart => "date_year_apart",
        Note::DateYearsApart => "date_years_apart",
        Note::DateDifferent => "date_different",
        Note::DateWithin => "date_within",
        Note::Same => "same",
        Note::Similar => "similar",
        Note::Different => "different",
        Note::MissingInQuery => "missing_in_query",
        Note::MissingInList => "missing_in_list",
    }
}
