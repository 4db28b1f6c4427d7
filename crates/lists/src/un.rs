//! The consolidated list of the United Nations Security Council, as XML.
//!
//! Individuals carry up to four name parts in the order they are spoken, aliases marked good or low, names in the original
//! script, dates of birth that are exact, approximate or between years, and documents. The reference number (`CDi.001`) is
//! the identifier.

use crate::ListsError;
use crate::dates::date;
use crate::draft::Draft;
use crate::entry::{At, Document, spaced};
use crate::leftover::put_left;
use crate::snapshot::{Gathering, Reading};
use crate::xml::{Node, Records, read_records};
use std::io::Read;
use tenantry_model::listed::{Property, Schema};

pub(crate) const LIST: &str = "un-sc";
pub(crate) const TITLE: &str = "United Nations Security Council Consolidated List";
const FILE: &str = "consolidated.xml";
const FORMAT: &str = "the UN consolidated list as XML";

/// Reads the UN consolidated list from its XML file.
pub fn read_un_xml(input: impl Read) -> Result<Reading, ListsError> {
    let records = Records::new(FILE, FORMAT, &["INDIVIDUAL", "ENTITY"], input);
    let mut gathering = Gathering::default();
    let mut published_on = None;
    read_records(
        records,
        "CONSOLIDATED_LIST",
        &mut gathering,
        |root| published_on = date(root.attribute("dateGenerated")).and_then(|date| date.parse().ok()),
        |gathering, node| {
            gathering.record(FILE, node.line, entity(node), "the entry has no name or no reference number");
        },
    )?;
    gathering.finish(LIST, TITLE, published_on)
}

fn entity(node: &Node) -> Option<Draft> {
    let at = At { file: FILE, line: node.line };
    let person = node.name == "INDIVIDUAL";
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"].map(|part| node.text_of(part));
    let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let reference = node.text_of("REFERENCE_NUMBER");
    if name.is_empty() || reference.is_empty() {
        return None;
    }
    let mut entity =
        Draft::new(format!("{LIST}-{reference}"), if person { Schema::Person } else { Schema::Organization });
    at.put(&mut entity, Property::Name, &spaced(&name));
    if person {
        at.put(&mut entity, Property::FirstName, parts.first().copied().unwrap_or_default());
    }
    at.put(&mut entity, Property::Alias, &spaced(node.text_of("NAME_ORIGINAL_SCRIPT")));
    at.put(&mut entity, Property::Topic, "sanction");
    at.put(&mut entity, Property::Program, node.text_of("UN_LIST_TYPE"));
    at.put_date(&mut entity, Property::ListedOn, node.text_of("LISTED_ON"));
    at.put_gender(&mut entity, node.text_of("GENDER"));
    at.put(&mut entity, Property::Notes, node.text_of("COMMENTS1"));
    put_all(at, &mut entity, node, "TITLE", Property::Title);
    put_all(at, &mut entity, node, "DESIGNATION", Property::Position);
    for day in node.below(&["LAST_DAY_UPDATED", "VALUE"]) {
        at.on(day.line).put_date(&mut entity, Property::ModifiedAt, day.text());
    }
    for country in node.below(&["NATIONALITY", "VALUE"]) {
        at.on(country.line).put_country(&mut entity, Property::Nationality, country.text());
    }
    for child in &node.children {
        let at = at.on(child.line);
        match child.name.as_str() {
            "INDIVIDUAL_ALIAS" | "ENTITY_ALIAS" => put_alias(at, &mut entity, child),
            "INDIVIDUAL_ADDRESS" | "ENTITY_ADDRESS" => put_address(at, &mut entity, child),
            "INDIVIDUAL_DATE_OF_BIRTH" => put_birth(at, &mut entity, child),
            "INDIVIDUAL_PLACE_OF_BIRTH" => put_birth_place(at, &mut entity, child),
            "INDIVIDUAL_DOCUMENT" => put_document(at, &mut entity, child),
            _ => {}
        }
    }
    put_left(at, &mut entity, node, "", &|name, text| STRUCTURAL.contains(&name) || text == OWN_NAME);
    Some(entity)
}

/// What the list calls itself in every record.
const OWN_NAME: &str = "UN List";
/// Numbers and orders of records, which say nothing of whom they are about.
const STRUCTURAL: &[&str] = &["DATAID", "VERSIONNUM", "SORT_KEY", "SORT_KEY_LAST_MOD"];

fn put_all(at: At<'_>, entity: &mut Draft, node: &Node, name: &str, property: Property) {
    for value in node.below(&[name, "VALUE"]) {
        at.on(value.line).put(entity, property, value.text());
    }
}

fn put_alias(at: At<'_>, entity: &mut Draft, alias: &Node) {
    let property = match alias.text_of("QUALITY").to_ascii_lowercase().as_str() {
        "low" => Property::WeakAlias,
        "f.k.a." => Property::PreviousName,
        _ => Property::Alias,
    };
    for name in alias.text_of("ALIAS_NAME").split(';') {
        at.put(entity, property, &spaced(name));
    }
    at.put_date(entity, Property::BirthDate, alias.text_of("DATE_OF_BIRTH"));
    put_place(at, entity, &[alias.text_of("CITY_OF_BIRTH")], alias.text_of("COUNTRY_OF_BIRTH"));
    at.put_noted(entity, Property::Notes, alias.text_of("NOTE"), "alias");
}

fn put_address(at: At<'_>, entity: &mut Draft, address: &Node) {
    let parts = ["STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE"].map(|part| address.text_of(part));
    at.put_address(entity, &parts, address.text_of("COUNTRY"));
    at.put_noted(entity, Property::Notes, address.text_of("NOTE"), "address");
}

fn put_birth(at: At<'_>, entity: &mut Draft, birth: &Node) {
    let (from, to) = (birth.text_of("FROM_YEAR"), birth.text_of("TO_YEAR"));
    let (date, year) = (birth.text_of("DATE"), birth.text_of("YEAR"));
    let (kind, note) = (birth.text_of("TYPE_OF_DATE"), birth.text_of("NOTE"));
    let circa = if kind == "APPROXIMATELY" { "circa " } else { "" };
    let years = if from.is_empty() { String::new() } else { format!("{from} to {to}") };
    let dates = [date, if date.starts_with(year) { "" } else { year }, &years];
    let dates = dates.into_iter().filter(|date| !date.is_empty());
    let mut any = false;
    for date in dates {
        at.put_date(entity, Property::BirthDate, &format!("{circa}{date}"));
        any = true;
    }
    // Some dates are only in the note: "Nov. 1973".
    if any {
        at.put_noted(entity, Property::Notes, note, "birthDate");
    } else {
        at.put_date(entity, Property::BirthDate, note);
    }
    if !matches!(kind, "EXACT" | "APPROXIMATELY" | "BETWEEN") {
        at.put_noted(entity, Property::Notes, kind, "type of birthDate");
    }
}

fn put_birth_place(at: At<'_>, entity: &mut Draft, place: &Node) {
    put_place(
        at,
        entity,
        &[place.text_of("STREET"), place.text_of("CITY"), place.text_of("STATE_PROVINCE")],
        place.text_of("COUNTRY"),
    );
    at.put_noted(entity, Property::Notes, place.text_of("NOTE"), "birthPlace");
}

fn put_place(at: At<'_>, entity: &mut Draft, parts: &[&str], country: &str) {
    let whole: Vec<&str> = parts.iter().copied().chain([country]).filter(|part| !part.is_empty()).collect();
    at.put(entity, Property::BirthPlace, &whole.join(", "));
    at.put_country(entity, Property::BirthCountry, country);
}

fn put_document(at: At<'_>, entity: &mut Draft, document: &Node) {
    let (kind, further) = (document.text_of("TYPE_OF_DOCUMENT"), document.text_of("TYPE_OF_DOCUMENT2"));
    let lower = kind.to_lowercase();
    let passport = ["passport", "pasaporte", "passeport"].iter().any(|word| lower.contains(word));
    let property = if passport { Property::PassportNumber } else { Property::IdNumber };
    let label = match (if passport { "" } else { kind }, further) {
        (kind, "") => kind.to_owned(),
        ("", further) => further.to_owned(),
        (kind, further) => format!("{kind}, {further}"),
    };
    let (issuer, of_issue) = (document.text_of("ISSUING_COUNTRY"), document.text_of("COUNTRY_OF_ISSUE"));
    let described = Document {
        number: document.text_of("NUMBER"),
        country: if issuer.is_empty() { of_issue } else { issuer },
        label: &label,
        issued: document.text_of("DATE_OF_ISSUE"),
        expires: "",
    };
    at.put_described(entity, property, &described, kind);
    if !issuer.is_empty() && issuer != of_issue {
        at.put_noted(entity, Property::Notes, of_issue, "document country of issue");
    }
    if date(described.issued).is_none() {
        at.put_noted(entity, Property::Notes, described.issued, "document date of issue");
    }
    at.put_noted(entity, Property::Notes, document.text_of("CITY_OF_ISSUE"), "document city of issue");
    at.put_noted(entity, Property::Notes, document.text_of("NOTE"), "document");
}
