//! How a listed entity compares with a query, in yente's words.
//!
//! The evidence behind a score is counted in bits, so `features` holds bits: above zero speaks for the same party, below zero
//! against. `explanations` says the same attribute by attribute, with the values that were compared.

use serde::Serialize;
use std::collections::BTreeMap;
use tenantry_screening::{Attribute, Explanation, HardRule, Hit, Note, Point, Query, Score};
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
    FeatureResult { score: bits(point.bits), detail, query: (!asked.is_empty()).then_some(asked), candidate }
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
