//! OFAC's remarks, taken apart into fields.
//!
//! Remarks are features joined with `; `, each a label and a value, the second and further ones of a kind with `alt.`
//! before them. What no label explains stays a remark; nothing is dropped.

use crate::countries::country_code;
use crate::dates::date;
use crate::draft::Draft;
use crate::entry::{At, Document};
use crate::labels::{Kind, labelled};
use tenantry_model::listed::{Property, Schema};

/// Whether the publisher's file broke off inside the remarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    /// The last feature is incomplete.
    CutOff,
}

/// Puts every feature of `remarks` into the entry.
pub(crate) fn put_remarks(at: At<'_>, entity: &mut Draft, remarks: &str, ending: Ending) {
    let mut features: Vec<&str> = remarks.split("; ").collect();
    let last = if ending == Ending::CutOff { features.pop() } else { None };
    if ending == Ending::Whole
        && let Some(feature) = features.last_mut()
    {
        *feature = without_full_stop(feature);
    }
    for feature in features {
        put_feature(at, entity, feature);
    }
    if let Some(feature) = last {
        put_cut_off(at, entity, feature);
    }
}

/// The remarks end with a full stop of their own, except after one that belongs to the last value (`S.A.`).
fn without_full_stop(feature: &str) -> &str {
    let Some(before) = feature.trim_end().strip_suffix('.') else { return feature };
    let initial = before.chars().rev().nth(1).is_some_and(|letter| letter == '.');
    if initial { feature } else { before }
}

/// Puts one feature such as `DOB 10 Dec 1948` into the entry.
fn put_feature(at: At<'_>, entity: &mut Draft, feature: &str) {
    let feature = feature.trim();
    let feature = feature.strip_prefix("alt. ").unwrap_or(feature);
    if let Some((property, name)) = quoted_name(feature) {
        return at.put_person_name(entity, property, name);
    }
    let feature = feature.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(feature);
    if let Some((label, kind, value)) = labelled(feature) {
        return put_labelled(at, entity, label, kind, value);
    }
    // The title column is often repeated at the end of the remarks.
    if !entity.texts(Property::Title).any(|title| title == feature) {
        at.put(entity, Property::Notes, feature);
    }
}

/// Puts a value under its label into the entry; the country of a document may stand in brackets after it.
pub(crate) fn put_labelled(at: At<'_>, entity: &mut Draft, label: &str, kind: Kind, value: &str) {
    let plain = value.trim();
    match kind {
        Kind::Document(property) => put_number(at, entity, property, "", plain),
        Kind::Labelled(property) => put_number(at, entity, property, label, plain),
        Kind::Text(Property::ImoNumber) => {
            at.put(entity, Property::ImoNumber, plain.trim_start_matches("IMO").trim());
        }
        Kind::Text(Property::LegalBasis) => {
            at.put(entity, Property::LegalBasis, &format!("{label} {plain}"));
        }
        Kind::Text(Property::SecondarySanctionsRisk) => {
            at.put_noted(entity, Property::SecondarySanctionsRisk, plain, label.trim_end_matches([' ', '-']));
        }
        Kind::Text(property) => at.put(entity, property, plain),
        Kind::Date(property) => at.put_date(entity, property, plain),
        Kind::Country(property) => at.put_country(entity, property, plain),
        Kind::BirthPlace => at.put_birth_place(entity, plain),
        Kind::Gender => at.put_gender(entity, plain),
        Kind::Relation(word) => at.relate(entity, word, "", value),
        Kind::Wallet => {
            let (currency, address) = plain.split_once(' ').unwrap_or(("", plain));
            at.put_noted(entity, Property::Wallet, address, currency);
        }
        Kind::Remark => at.put(entity, Property::Notes, &format!("{label} {}", value.trim())),
        Kind::TargetType => {
            if matches!(
                plain,
                "Private Company" | "Public Company" | "State-Owned Enterprise" | "Financial Institution"
            ) && entity.schema == Schema::Organization
            {
                entity.is_a(Schema::Company);
            }
            at.put_noted(entity, Property::Notes, plain, "target type");
        }
    }
}

/// A number with its tail: `08928715 (Yemen) issued 06 Nov 2020 expires 05 Nov 2025`.
fn put_number(at: At<'_>, entity: &mut Draft, property: Property, label: &str, value: &str) {
    let mut document = Document { number: value, label, ..Document::default() };
    if let Some((before, day)) =
        document.number.rsplit_once(" expires ").filter(|(_, day)| date(day).is_some())
    {
        (document.number, document.expires) = (before.trim(), day);
    }
    if let Some((before, day)) =
        document.number.rsplit_once(" issued ").filter(|(_, day)| date(day).is_some())
    {
        (document.number, document.issued) = (before.trim(), day);
    }
    let bracketed = document.number.strip_suffix(')').and_then(|inner| inner.rsplit_once('('));
    if let Some((before, country)) = bracketed.filter(|(_, country)| country_code(country).is_some()) {
        (document.number, document.country) = (before.trim(), country);
    }
    at.put_document(entity, property, &document);
}

/// `a.k.a. 'NAME'` and its kin: OFAC's weak aliases live in the remarks, in quotes.
fn quoted_name(feature: &str) -> Option<(Property, &str)> {
    let (property, rest) = [
        ("a.k.a. ", Property::WeakAlias),
        ("f.k.a. ", Property::PreviousName),
        ("n.k.a. ", Property::WeakAlias),
    ]
    .into_iter()
    .find_map(|(word, property)| Some((property, feature.strip_prefix(word)?)))?;
    let rest = rest.trim();
    let quoted = ['\'', '"'].into_iter().find_map(|q| rest.strip_prefix(q)?.strip_suffix(q));
    Some((property, quoted.unwrap_or(rest)))
}

/// The feature the file broke off in: kept, and marked so that nobody compares it as a whole.
fn put_cut_off(at: At<'_>, entity: &mut Draft, feature: &str) {
    let feature = feature.trim();
    let plain = feature.strip_prefix("alt. ").unwrap_or(feature);
    match labelled(plain) {
        Some((_, Kind::Wallet, value)) if value.contains(' ') => {
            let (currency, address) = value.split_once(' ').unwrap_or(("", value));
            at.put_noted(entity, Property::Wallet, address, &format!("{currency}; cut off"));
        }
        Some((_, Kind::Document(property) | Kind::Labelled(property), value)) if !value.is_empty() => {
            at.put_noted(entity, property, value, "cut off");
        }
        _ => at.put_noted(entity, Property::Notes, feature, "cut off"),
    }
}
