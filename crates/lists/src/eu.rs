//! The European Union's consolidated list of financial sanctions (FSF), XML version 1.1.
//!
//! Everything is in attributes; an unknown country is `00`. Names come in many languages, each strong or weak; where a
//! language is given it is the note of the name.

use crate::ListsError;
use crate::dates::date;
use crate::draft::Draft;
use crate::entry::{At, Document, spaced};
use crate::leftover::put_left;
use crate::snapshot::{Gathering, Reading};
use crate::xml::{Node, Records, read_records};
use std::io::Read;
use tenantry_model::listed::{Property, Schema};

const LIST: &str = "eu-fsf";
const FILE: &str = "xmlFullSanctionsList_1_1.xml";

/// Reads the EU list from its XML file, version 1.1.
pub fn read_eu_xml(input: impl Read) -> Result<Reading, ListsError> {
    let records = Records::new(FILE, "the EU list as FSF XML 1.1", &["sanctionEntity"], input);
    let mut gathering = Gathering::default();
    let mut published_on = None;
    read_records(
        records,
        "export",
        &mut gathering,
        |root| published_on = date(root.attribute("generationDate")).and_then(|date| date.parse().ok()),
        |gathering, node| {
            gathering.record(FILE, node.line, entity(node), "the entry has no name or no reference number");
        },
    )?;
    gathering.finish(LIST, "EU Consolidated Financial Sanctions List", published_on)
}

fn entity(node: &Node) -> Option<Draft> {
    let at = At { file: FILE, line: node.line };
    let reference = [node.attribute("euReferenceNumber"), node.attribute("logicalId")]
        .into_iter()
        .find(|id| !id.is_empty())?;
    let kind = node.first("subjectType").map_or("", |subject| subject.attribute("code"));
    let schema = match kind {
        "person" => Schema::Person,
        "enterprise" => Schema::Organization,
        _ => Schema::LegalEntity,
    };
    let mut entity = Draft::new(format!("{LIST}-{reference}"), schema);
    for child in &node.children {
        let at = at.on(child.line);
        match child.name.as_str() {
            "nameAlias" => put_name(at, &mut entity, child),
            "birthdate" => put_birth(at, &mut entity, child),
            "citizenship" => at.put_country(&mut entity, Property::Citizenship, country(child)),
            "address" => {
                let parts = ["poBox", "street", "place", "city", "zipCode", "region"]
                    .map(|part| child.attribute(part));
                at.put_address(&mut entity, &parts, country(child));
                child
                    .below(&["contactInfo"])
                    .iter()
                    .for_each(|info| put_contact(at.on(info.line), &mut entity, info));
            }
            "contactInfo" => put_contact(at, &mut entity, child),
            "identification" => put_identification(at, &mut entity, child),
            "regulation" => {
                at.put(&mut entity, Property::Program, child.attribute("programme"));
                at.put(&mut entity, Property::LegalBasis, child.attribute("numberTitle"));
                at.put_date(&mut entity, Property::ListedOn, child.attribute("entryIntoForceDate"));
                at.put(&mut entity, Property::SourceUrl, child.text_of("publicationUrl"));
            }
            "remark" => at.put(&mut entity, Property::Notes, &spaced(child.text())),
            _ => {}
        }
    }
    at.put(&mut entity, Property::Topic, "sanction");
    at.put(&mut entity, Property::Notes, node.attribute("designationDetails"));
    for summary in node.named("regulationSummary") {
        at.on(summary.line).put(&mut entity, Property::LegalBasis, summary.attribute("numberTitle"));
        at.on(summary.line).put(&mut entity, Property::SourceUrl, summary.attribute("publicationUrl"));
    }
    put_left(at, &mut entity, node, "", &|name, _| STRUCTURAL.contains(&name));
    let named = entity.texts(Property::Name).next().is_some();
    named.then_some(entity)
}

/// Numbers of the publisher's database, the language a regulation was read in, and the letter that repeats the kind of the entry.
const STRUCTURAL: &[&str] = &["logicalId", "euReferenceNumber", "regulationLanguage", "classificationCode"];

fn put_contact(at: At<'_>, entity: &mut Draft, info: &Node) {
    let (key, value) = (info.attribute("key"), info.attribute("value"));
    match key.to_ascii_uppercase().as_str() {
        "EMAIL" => at.put(entity, Property::Email, value),
        "PHONE" | "MOBILE" | "TELEPHONE" => at.put(entity, Property::Phone, value),
        "WEB" | "WEBSITE" | "URL" => at.put(entity, Property::Website, value),
        _ => at.put_noted(entity, Property::Notes, value, key),
    }
}

fn country(node: &Node) -> &str {
    match (node.attribute("countryIso2Code"), node.attribute("countryDescription")) {
        ("00" | "", "UNKNOWN") => "",
        ("00" | "", name) => name,
        (code, _) => code,
    }
}

fn put_name(at: At<'_>, entity: &mut Draft, alias: &Node) {
    let whole = spaced(alias.attribute("wholeName"));
    let first = entity.texts(Property::Name).next().is_none();
    let property = match alias.attribute("strong") {
        _ if first => Property::Name,
        "false" => Property::WeakAlias,
        _ => Property::Alias,
    };
    at.put_noted(entity, property, &whole, &alias.attribute("nameLanguage").to_lowercase());
    // The parts of further names are not put beside those of the main name; where there is a whole name they are in it.
    if !whole.is_empty() {
        alias.pass_over(&["firstName", "middleName", "lastName"]);
    }
    if first {
        at.put(entity, Property::FirstName, alias.attribute("firstName"));
        at.put(entity, Property::MiddleName, alias.attribute("middleName"));
        at.put(entity, Property::LastName, alias.attribute("lastName"));
    }
    at.put(entity, Property::Title, alias.attribute("title"));
    at.put(entity, Property::Position, alias.attribute("function"));
    at.put_gender(entity, alias.attribute("gender"));
}

fn put_birth(at: At<'_>, entity: &mut Draft, birth: &Node) {
    let exact = birth.attribute("birthdate");
    let (from, to) = (birth.attribute("yearRangeFrom"), birth.attribute("yearRangeTo"));
    let published = match (exact, birth.attribute("year")) {
        ("", "" | "0") if !from.is_empty() => format!("{from} to {to}"),
        ("", "0") => String::new(),
        ("", year) => match (birth.attribute("monthOfYear"), birth.attribute("dayOfMonth")) {
            ("" | "0", _) => year.to_owned(),
            (month, "" | "0") => format!("{year}-{month:0>2}"),
            (month, day) => format!("{year}-{month:0>2}-{day:0>2}"),
        },
        (exact, _) => exact.to_owned(),
    };
    // Day and month of an exact date stand in it, and zero is how a part that is not known is written.
    birth.pass_over(&["dayOfMonth", "monthOfYear"]);
    if !exact.is_empty() && !from.is_empty() {
        at.put_date(entity, Property::BirthDate, &format!("{from} to {to}"));
    }
    match birth.attribute("calendarType") {
        "" | "GREGORIAN" => {}
        other => at.put_noted(entity, Property::Notes, other, "calendar of birthDate"),
    }
    let circa = if birth.attribute("circa") == "true" && !published.is_empty() { "circa " } else { "" };
    at.put_date(entity, Property::BirthDate, &format!("{circa}{published}"));
    let parts = [
        birth.attribute("place"),
        birth.attribute("city"),
        birth.attribute("region"),
        birth.attribute("countryDescription"),
    ];
    let place: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty() && *part != "UNKNOWN").collect();
    at.put_birth_place(entity, &place.join(", "));
    at.put_country(entity, Property::BirthCountry, country(birth));
}

fn put_identification(at: At<'_>, entity: &mut Draft, node: &Node) {
    let kind = node.attribute("identificationTypeCode");
    let property = match kind {
        "passport" | "diplomatic_passport" | "service_passport" => Property::PassportNumber,
        "fiscalcode" | "tax" => Property::TaxNumber,
        "regnumber" | "tradelic" => Property::RegistrationNumber,
        "swiftbic" => Property::SwiftBic,
        "imo" => Property::ImoNumber,
        _ => Property::IdNumber,
    };
    let (kind_in_words, issued, expires) = (
        node.attribute("identificationTypeDescription"),
        node.attribute("issueDate"),
        node.attribute("validTo"),
    );
    let label = if kind == "passport" { "" } else { kind_in_words };
    let country = country(node);
    let (number, latin) = (node.attribute("number"), node.attribute("latinNumber"));
    let described = Document { number, country, label, issued, expires };
    if !number.is_empty() || latin.is_empty() {
        at.put_described(entity, property, &described, kind_in_words);
    }
    if !latin.is_empty() {
        at.put_document(entity, property, &Document { number: latin, ..described });
    }
    for flag in ["diplomatic", "knownExpired", "knownFalse", "reportedLost", "revokedByIssuer"] {
        // "false" says nothing.
        if node.attribute(flag) == "true" {
            let of = if number.is_empty() { latin } else { number };
            at.put_noted(entity, Property::Notes, &format!("{flag} {of}"), "identification");
        }
    }
}
