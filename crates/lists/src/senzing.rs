//! Entities as Senzing JSON lines: attributes in upper case, repeated ones in nested lists.
//!
//! Features of one entry may stand flat in the record or in lists of objects under any name (`NAMES`, `ADDRESSES`, `FEATURES`); both are
//! read alike. Attributes no rule knows are kept as remarks under their name.

use crate::ListsError;
use crate::draft::Draft;
use crate::entry::{At, Document};
use crate::json_lines::{JsonLine, JsonLines, text, texts};
use crate::snapshot::{Gathering, NoticeKind, Reading};
use serde_json::{Map, Value};
use std::io::Read;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::time::Date;

const FILE: &str = "senzing.jsonl";

/// Reads Senzing JSON lines as the list with this code and title.
pub fn read_senzing(
    list: &str,
    title: &str,
    published_on: Option<Date>,
    input: impl Read,
) -> Result<Reading, ListsError> {
    let mut gathering = Gathering::default();
    let mut lines = JsonLines::new(FILE, input);
    while let Some(line) = lines.next()? {
        match line {
            JsonLine::Bad { line, why, last } => {
                gathering.record(FILE, line, None, why);
                if last {
                    gathering.notice(
                        FILE,
                        line,
                        NoticeKind::Truncated,
                        "the file ends inside a line: it is cut off",
                    );
                }
            }
            JsonLine::Object { line, object } => {
                let entity = entity(At { file: FILE, line }, list, &object);
                gathering.record(FILE, line, entity, "the record has no `RECORD_ID` or no name");
            }
        }
    }
    gathering.finish(list, title, published_on)
}

fn entity(at: At<'_>, list: &str, object: &Map<String, Value>) -> Option<Draft> {
    let id = object.get("RECORD_ID").map(texts).unwrap_or_default().into_iter().next()?;
    let mut features: Vec<&Map<String, Value>> = vec![object];
    features.extend(object.values().filter_map(Value::as_array).flatten().filter_map(Value::as_object));
    let kind = features
        .iter()
        .map(|feature| text(feature, "RECORD_TYPE"))
        .find(|kind| !kind.is_empty())
        .unwrap_or_default();
    let schema = match kind.to_ascii_uppercase().as_str() {
        "PERSON" | "INDIVIDUAL" => Schema::Person,
        "ORGANIZATION" | "COMPANY" | "BUSINESS" => Schema::Organization,
        "VESSEL" => Schema::Vessel,
        "AIRCRAFT" => Schema::Airplane,
        _ => Schema::LegalEntity,
    };
    let mut entity = Draft::new(format!("{list}-{id}"), schema);
    for feature in features {
        put_feature(at, &mut entity, feature);
    }
    let named = entity.texts(Property::Name).next().is_some();
    named.then_some(entity)
}

fn put_feature(at: At<'_>, entity: &mut Draft, feature: &Map<String, Value>) {
    put_name(at, entity, feature);
    let of = |field: &str| text(feature, field);
    let parts =
        ["ADDR_FULL", "ADDR_LINE1", "ADDR_LINE2", "ADDR_CITY", "ADDR_STATE", "ADDR_POSTAL_CODE"].map(of);
    at.put_address(entity, &parts, of("ADDR_COUNTRY"));
    for (property, label, number, country) in DOCUMENTS {
        let numbers = feature.get(*number).map(texts).unwrap_or_default();
        for number in &numbers {
            at.put_document(
                entity,
                *property,
                &Document { number, country: of(country), label, ..Document::default() },
            );
        }
    }
    for (field, value) in feature {
        for value in texts(value) {
            put_plain(at, entity, field, &value);
        }
    }
}

fn put_plain(at: At<'_>, entity: &mut Draft, field: &str, value: &str) {
    match field {
        "DATE_OF_BIRTH" => at.put_date(entity, Property::BirthDate, value),
        "DATE_OF_DEATH" => at.put_date(entity, Property::DeathDate, value),
        "REGISTRATION_DATE" => at.put_date(entity, Property::IncorporationDate, value),
        "PLACE_OF_BIRTH" => at.put_birth_place(entity, value),
        "GENDER" => at.put_gender(entity, value),
        "NATIONALITY" => at.put_country(entity, Property::Nationality, value),
        "CITIZENSHIP" => at.put_country(entity, Property::Citizenship, value),
        "REGISTRATION_COUNTRY" => at.put_country(entity, Property::Jurisdiction, value),
        "COUNTRY_OF_ASSOCIATION" => at.put_country(entity, Property::Country, value),
        "PHONE_NUMBER" => at.put(entity, Property::Phone, value),
        "EMAIL_ADDRESS" => at.put(entity, Property::Email, value),
        "WEBSITE_ADDRESS" => at.put(entity, Property::Website, value),
        "LEI_NUMBER" => at.put(entity, Property::LeiCode, value),
        "DUNS_NUMBER" => at.put(entity, Property::DunsCode, value),
        "IMO_NUMBER" => at.put(entity, Property::ImoNumber, value),
        "RISK_TOPIC" | "RISK" => at.put(entity, Property::Topic, value),
        "RECORD_ID" | "RECORD_TYPE" | "DATA_SOURCE" => {}
        _ if ["NAME_", "ADDR_"].iter().any(|prefix| field.starts_with(prefix)) => {}
        _ if DOCUMENTS.iter().any(|(.., number, country)| field == *number || field == *country) => {}
        _ => at.put_noted(entity, Property::Notes, value, field),
    }
}

/// Property, label, and the attributes of number and country.
const DOCUMENTS: &[(Property, &str, &str, &str)] = &[
    (Property::PassportNumber, "", "PASSPORT_NUMBER", "PASSPORT_COUNTRY"),
    (Property::IdNumber, "", "NATIONAL_ID_NUMBER", "NATIONAL_ID_COUNTRY"),
    (Property::IdNumber, "driver's license", "DRIVERS_LICENSE_NUMBER", "DRIVERS_LICENSE_STATE"),
    (Property::IdNumber, "SSN", "SSN_NUMBER", "SSN_COUNTRY"),
    (Property::TaxNumber, "", "TAX_ID_NUMBER", "TAX_ID_COUNTRY"),
    (Property::IdNumber, "", "OTHER_ID_NUMBER", "OTHER_ID_COUNTRY"),
];

fn put_name(at: At<'_>, entity: &mut Draft, feature: &Map<String, Value>) {
    let of = |field: &str| text(feature, field);
    let parts = ["NAME_FIRST", "NAME_MIDDLE", "NAME_LAST", "NAME_SUFFIX"].map(of);
    let joined = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let first = entity.texts(Property::Name).next().is_none();
    let property = match of("NAME_TYPE").to_ascii_uppercase().as_str() {
        "PRIMARY" => Property::Name,
        "FORMER" => Property::PreviousName,
        "WEAK" => Property::WeakAlias,
        _ if first => Property::Name,
        _ => Property::Alias,
    };
    for whole in [of("NAME_FULL"), of("NAME_ORG"), joined.as_str()] {
        at.put(entity, property, whole);
    }
    at.put(entity, Property::FirstName, parts.first().copied().unwrap_or_default());
    at.put(entity, Property::LastName, parts.get(2).copied().unwrap_or_default());
}
