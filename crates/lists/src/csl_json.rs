//! The Consolidated Screening List as JSON: `{"results": [...]}`, read one result at a time.
//!
//! The same fields as in the CSV file, with lists as lists and identifiers and addresses as objects.

use crate::ListsError;
use crate::bounded::{Allowed, Over, failed};
use crate::csl::{LIST, TITLE, schema, source_list};
use crate::draft::Draft;
use crate::entry::{At, Document};
use crate::json_lines::{text, texts};
use crate::limits::JSON_RESULT_BYTES_MAX;
use crate::ofac::resolve_relations;
use crate::ofac_xml::put_typed_id;
use crate::remarks::{Ending, put_remarks};
use crate::snapshot::{Gathering, NoticeKind, Reading};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::fmt;
use std::io::{BufReader, Read};
use std::rc::Rc;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::time::Date;

const FILE: &str = "consolidated.json";
const FORMAT: &str = "the Consolidated Screening List as JSON";

/// Reads the Consolidated Screening List from its JSON file. The line of a value is the number of its result, from 1.
pub fn read_csl_json(input: impl Read, published_on: Option<Date>) -> Result<Reading, ListsError> {
    let mut gathering = Gathering::default();
    let over = Over { what: "result of a JSON list in bytes", limit: JSON_RESULT_BYTES_MAX };
    let (input, left) = Allowed::new(input, over);
    let mut reader = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, input));
    let read = Outer(&mut gathering, left).deserialize(&mut reader);
    if let Err(error) = read.and_then(|()| reader.end()) {
        if error.is_io() {
            return Err(failed(FILE, error.into()));
        }
        if gathering.records == 0 {
            let why = if error.is_syntax() || error.is_eof() {
                "it is not JSON"
            } else {
                "it has no list `results`"
            };
            return Err(ListsError::Format {
                file: FILE.to_owned(),
                line: error.line() as u64,
                format: FORMAT,
                why: why.to_owned(),
            });
        }
        let why = "the JSON breaks off: the file is cut off or damaged";
        gathering.notice(FILE, error.line() as u64, NoticeKind::Truncated, why);
    }
    resolve_relations(&mut gathering.entities);
    gathering.finish(LIST, TITLE, published_on)
}

/// The outer object, and what may be read of one of its parts.
struct Outer<'g>(&'g mut Gathering, Rc<Cell<u64>>);

impl<'de> DeserializeSeed<'de> for Outer<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Outer<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list `results`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "results" {
                found = true;
                map.next_value_seed(Results(self.0, &self.1))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
            self.1.set(JSON_RESULT_BYTES_MAX);
        }
        if found { Ok(()) } else { Err(serde::de::Error::missing_field("results")) }
    }
}

/// The list of results.
struct Results<'g>(&'g mut Gathering, &'g Cell<u64>);

impl<'de> DeserializeSeed<'de> for Results<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Results<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of results")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(result) = seq.next_element::<Value>()? {
            self.1.set(JSON_RESULT_BYTES_MAX);
            number += 1;
            let entity =
                result.as_object().and_then(|result| entity(At { file: FILE, line: number }, result));
            self.0.record(FILE, number, entity, "the result has no name or no source list");
        }
        Ok(())
    }
}

fn entity(at: At<'_>, result: &Map<String, Value>) -> Option<Draft> {
    let of = |field: &str| text(result, field);
    let many = |field: &str| result.get(field).map(texts).unwrap_or_default();
    if of("name").is_empty() || of("source").is_empty() {
        return None;
    }
    let (code, topic) = source_list(of("source"));
    let numbers = many("entity_number");
    let key = numbers
        .first()
        .map(String::as_str)
        .into_iter()
        .chain([of("id"), of("_id")])
        .find(|key| !key.is_empty())
        .unwrap_or("0");
    let mut entity = Draft::new(format!("{LIST}-{code}-{key}"), schema(of("type")));
    let person = entity.schema == Schema::Person;
    let put_name = |entity: &mut Draft, property, name: &str| {
        if person { at.put_person_name(entity, property, name) } else { at.put(entity, property, name) }
    };
    put_name(&mut entity, Property::Name, of("name"));
    for name in &many("alt_names") {
        put_name(&mut entity, Property::Alias, name);
    }
    at.put(&mut entity, Property::Topic, topic);
    at.put_noted(&mut entity, Property::Program, of("source"), "list");
    for program in &many("programs") {
        at.put(&mut entity, Property::Program, program);
    }
    at.put(&mut entity, Property::Title, of("title"));
    at.put(&mut entity, Property::LegalBasis, of("federal_register_notice"));
    at.put_date(&mut entity, Property::ListedOn, of("start_date"));
    for note in ["end_date", "standard_order", "license_requirement", "license_policy"] {
        at.put_noted(&mut entity, Property::Notes, of(note), &note.replace('_', " "));
    }
    for (property, field) in [
        (Property::CallSign, "call_sign"),
        (Property::Type, "vessel_type"),
        (Property::DeadweightTonnage, "gross_tonnage"),
        (Property::GrossTonnage, "gross_registered_tonnage"),
    ] {
        for value in &many(field) {
            at.put(&mut entity, property, value);
        }
    }
    at.put_country(&mut entity, Property::Flag, of("vessel_flag"));
    at.relate(&mut entity, "owner", "", of("vessel_owner"));
    for country in &many("citizenships") {
        at.put_country(&mut entity, Property::Citizenship, country);
    }
    for country in &many("nationalities") {
        at.put_country(&mut entity, Property::Nationality, country);
    }
    for date in &many("dates_of_birth") {
        at.put_date(&mut entity, Property::BirthDate, date);
    }
    for place in &many("places_of_birth") {
        at.put_birth_place(&mut entity, place);
    }
    for address in objects(result, "addresses") {
        let parts = ["address", "city", "state", "postal_code"].map(|part| text(address, part));
        at.put_address(&mut entity, &parts, text(address, "country"));
    }
    for id in objects(result, "ids") {
        let described = Document {
            number: text(id, "number"),
            country: text(id, "country"),
            label: text(id, "type"),
            issued: text(id, "issue_date"),
            expires: text(id, "expiration_date"),
        };
        put_typed_id(at, &mut entity, &described);
    }
    put_remarks(at, &mut entity, of("remarks"), Ending::Whole);
    at.put(&mut entity, Property::SourceUrl, of("source_information_url"));
    Some(entity)
}

fn objects<'v>(result: &'v Map<String, Value>, field: &str) -> impl Iterator<Item = &'v Map<String, Value>> {
    result.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}
