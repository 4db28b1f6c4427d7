//! OFAC's `SDN.XML` and `CONSOLIDATED.XML`: the legacy lists with their fields apart, as laid down in OFAC's schema.
//!
//! Unlike the CSV files nothing is cut here, aliases say whether they are weak, and identity documents come apart. The
//! type of a document is one of the labels of the remarks.

use crate::ListsError;
use crate::dates::date;
use crate::draft::Draft;
use crate::entry::{At, Document};
use crate::labels::{Kind, kind_of};
use crate::leftover::put_left;
use crate::ofac::{OfacList, resolve_relations};
use crate::remarks::{Ending, put_labelled, put_remarks};
use crate::snapshot::{Gathering, Reading};
use crate::xml::{Node, Records, read_records};
use std::io::Read;
use tenantry_model::listed::{Property, Schema};

const FORMAT: &str = "OFAC's list as XML";

/// Reads an OFAC list from its XML file (not the advanced one).
pub fn read_ofac_xml(list: OfacList, input: impl Read) -> Result<Reading, ListsError> {
    let (code, title, _) = list.facts();
    let file = if list == OfacList::Sdn { "sdn.xml" } else { "consolidated.xml" };
    let records = Records::new(file, FORMAT, &["publshInformation", "publishInformation", "sdnEntry"], input);
    let mut gathering = Gathering::default();
    let mut published_on = None;
    read_records(
        records,
        "sdnList",
        &mut gathering,
        |_| {},
        |gathering, node| {
            if node.name == "sdnEntry" {
                gathering.record(
                    file,
                    node.line,
                    entity(At { file, line: node.line }, code, node),
                    "the entry has no name or no uid",
                );
            } else {
                published_on = us_date(node.text_of("Publish_Date"));
            }
        },
    )?;
    resolve_relations(&mut gathering.entities);
    gathering.finish(code, title, published_on)
}

/// `07/13/2026`, month first.
pub(crate) fn us_date(text: &str) -> Option<tenantry_model::time::Date> {
    match text.split('/').collect::<Vec<_>>().as_slice() {
        [month, day, year] => date(&format!("{year}-{month:0>2}-{day:0>2}"))?.parse().ok(),
        _ => date(text)?.parse().ok(),
    }
}

fn entity(at: At<'_>, list: &str, node: &Node) -> Option<Draft> {
    let (name, uid) = (name(node), node.text_of("uid"));
    if name.is_empty() || uid.is_empty() {
        return None;
    }
    let schema = match node.text_of("sdnType") {
        "Individual" => Schema::Person,
        "Vessel" => Schema::Vessel,
        "Aircraft" => Schema::Airplane,
        _ => Schema::Organization,
    };
    let mut entity = Draft::new(format!("{list}-{uid}"), schema);
    at.put(&mut entity, Property::Name, &name);
    if schema == Schema::Person {
        at.put(&mut entity, Property::FirstName, node.text_of("firstName"));
        at.put(&mut entity, Property::LastName, node.text_of("lastName"));
    }
    at.put(&mut entity, Property::Topic, "sanction");
    at.put(&mut entity, Property::Title, node.text_of("title"));
    for program in node.below(&["programList", "program"]) {
        at.on(program.line).put(&mut entity, Property::Program, program.text());
    }
    put_remarks(at, &mut entity, node.text_of("remarks"), Ending::Whole);
    for alias in node.below(&["akaList", "aka"]) {
        let property = match (alias.text_of("type"), alias.text_of("category")) {
            ("f.k.a.", _) => Property::PreviousName,
            (_, "weak") => Property::WeakAlias,
            _ => Property::Alias,
        };
        at.on(alias.line).put(&mut entity, property, &self::name(alias));
    }
    for address in node.below(&["addressList", "address"]) {
        let parts = ["address1", "address2", "address3", "city", "stateOrProvince", "postalCode"];
        let country = address.text_of("country");
        at.on(address.line).put_address(&mut entity, &parts.map(|part| address.text_of(part)), country);
    }
    for id in node.below(&["idList", "id"]) {
        put_id(at.on(id.line), &mut entity, id);
    }
    for item in node.below(&["dateOfBirthList", "dateOfBirthItem", "dateOfBirth"]) {
        at.on(item.line).put_date(&mut entity, Property::BirthDate, item.text());
    }
    for item in node.below(&["placeOfBirthList", "placeOfBirthItem", "placeOfBirth"]) {
        at.on(item.line).put_birth_place(&mut entity, item.text());
    }
    for item in node.below(&["nationalityList", "nationality", "country"]) {
        at.on(item.line).put_country(&mut entity, Property::Nationality, item.text());
    }
    for item in node.below(&["citizenshipList", "citizenship", "country"]) {
        at.on(item.line).put_country(&mut entity, Property::Citizenship, item.text());
    }
    if let Some(vessel) = node.first("vesselInfo") {
        put_vessel(at.on(vessel.line), &mut entity, vessel);
    }
    put_left(at, &mut entity, node, "", &|name, _| STRUCTURAL.contains(&name));
    Some(entity)
}

/// Numbers of the publisher's database, and which of several values is shown first.
const STRUCTURAL: &[&str] = &["uid", "mainEntry"];

fn name(node: &Node) -> String {
    [node.text_of("firstName"), node.text_of("lastName")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn put_vessel(at: At<'_>, entity: &mut Draft, vessel: &Node) {
    at.put(entity, Property::CallSign, vessel.text_of("callSign"));
    at.put(entity, Property::Type, vessel.text_of("vesselType"));
    at.put_country(entity, Property::Flag, vessel.text_of("vesselFlag"));
    at.relate(entity, "owner", "", vessel.text_of("vesselOwner"));
    at.put(entity, Property::DeadweightTonnage, vessel.text_of("tonnage"));
    at.put(entity, Property::GrossTonnage, vessel.text_of("grossRegisteredTonnage"));
}

fn put_id(at: At<'_>, entity: &mut Draft, id: &Node) {
    let described = Document {
        number: id.text_of("idNumber"),
        country: id.text_of("idCountry"),
        label: id.text_of("idType"),
        issued: id.text_of("issueDate"),
        expires: id.text_of("expirationDate"),
    };
    put_typed_id(at, entity, &described);
}

/// A document whose label says what it is.
pub(crate) fn put_typed_id(at: At<'_>, entity: &mut Draft, document: &Document<'_>) {
    let label = document.label;
    if let Some(currency) = label.strip_prefix("Digital Currency Address - ") {
        return at.put_noted(entity, Property::Wallet, document.number, currency);
    }
    if label == "Legal Entity Identifier" {
        return at.put_document(entity, Property::LeiCode, &Document { label: "", ..*document });
    }
    match kind_of(label) {
        Some((_, Kind::Document(property))) => {
            at.put_document(entity, property, &Document { label: "", ..*document });
        }
        Some((_, Kind::Labelled(property))) => at.put_document(entity, property, document),
        Some((known, kind)) => put_labelled(at, entity, known, kind, document.number),
        None => at.put_document(entity, Property::IdNumber, document),
    }
}
