//! FollowTheMoney entities as JSON lines, the form OpenSanctions publishes, and its delta files.
//!
//! Identifiers are kept as they are. Entities that tie two others together (ownership, family, directorship) become ties, documents go
//! to their holder and sanctions to their subject; what no property of the model holds is kept as a remark under its name.

use crate::entry::At;
use crate::json_lines::{JsonLine, JsonLines, text, texts};
use crate::snapshot::{Gathering, NoticeKind, Reading, Snapshot};
use crate::{ListsError, country_code};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::io::Read;
use tenantry_model::listed::{ListedEntity, Property, Relation, Schema};
use tenantry_model::time::Date;

const FILE: &str = "entities.ftm.json";
const DELTA_FILE: &str = "entities.delta.json";

/// Reads FollowTheMoney JSON lines as the list with this code and title.
pub fn read_ftm(
    list: &str,
    title: &str,
    published_on: Option<Date>,
    input: impl Read,
) -> Result<Reading, ListsError> {
    let mut gathering = Gathering::default();
    let mut ties = Vec::new();
    let mut lines = JsonLines::new(FILE, input);
    while let Some(line) = lines.next()? {
        match line {
            JsonLine::Bad { line, why, last } => bad_line(&mut gathering, FILE, line, why, last),
            JsonLine::Object { line, object } => match kind_of(&object) {
                Some(Kind::Party(schema)) => {
                    let entity = entity(At { file: FILE, line }, schema, &object);
                    gathering.record(FILE, line, entity, "the entity has no identifier");
                }
                Some(Kind::Tie(..)) => {
                    gathering.records += 1;
                    ties.push((line, object));
                }
                None => gathering.record(FILE, line, None, "the line has no schema"),
            },
        }
    }
    put_ties(FILE, &mut gathering, &ties);
    gathering.finish(list, title, published_on)
}

/// Applies a delta file (`{"op": "ADD" | "MOD" | "DEL", "entity": {...}}` per line) to a snapshot that was read by
/// [`read_ftm`]. Entries that change move to the end and keep their ties to entries that remain; documents that stood in
/// entities of their own are not carried over, so a full file should be read from time to time.
pub fn apply_ftm_delta(
    base: &Snapshot,
    published_on: Option<Date>,
    input: impl Read,
) -> Result<Reading, ListsError> {
    let mut gathering = Gathering::default();
    let mut changes: HashMap<String, Option<usize>> = HashMap::new();
    let mut added: Vec<Option<ListedEntity>> = Vec::new();
    let mut ties = Vec::new();
    let mut lines = JsonLines::new(DELTA_FILE, input);
    while let Some(line) = lines.next()? {
        let (line, object) = match line {
            JsonLine::Bad { line, why, last } => {
                bad_line(&mut gathering, DELTA_FILE, line, why, last);
                continue;
            }
            JsonLine::Object { line, object } => (line, object),
        };
        gathering.records += 1;
        let Some(Value::Object(inner)) = object.get("entity") else {
            gathering.notice(DELTA_FILE, line, NoticeKind::SetAside, "the line has no entity");
            continue;
        };
        if let Some(Some(earlier)) = changes.insert(text(inner, "id").to_owned(), None)
            && let Some(slot) = added.get_mut(earlier)
        {
            *slot = None;
        }
        if text(&object, "op") == "DEL" {
            continue;
        }
        let made = match kind_of(inner) {
            Some(Kind::Party(schema)) => entity(At { file: DELTA_FILE, line }, schema, inner),
            Some(Kind::Tie(..)) => {
                ties.push((line, inner.clone()));
                continue;
            }
            None => None,
        };
        match made {
            Some(entity) => {
                changes.insert(entity.id.clone(), Some(added.len()));
                added.push(Some(entity));
            }
            None => gathering.notice(
                DELTA_FILE,
                line,
                NoticeKind::SetAside,
                "the entity has no schema or no identifier",
            ),
        }
    }
    let mut earlier_ties: HashMap<&str, &[Relation]> = HashMap::new();
    for entity in base.entities() {
        if changes.contains_key(&entity.id) {
            earlier_ties.insert(&entity.id, &entity.relations);
        } else {
            gathering.entities.push(entity.clone());
        }
    }
    for mut entity in added.into_iter().flatten() {
        // Ties are entities of their own and not sent again when one of their ends changes.
        let kept = earlier_ties.get(entity.id.as_str()).copied().unwrap_or_default().iter();
        entity.relations.extend(kept.filter(|tie| changes.get(&tie.target) != Some(&None)).cloned());
        gathering.entities.push(entity);
    }
    put_ties(DELTA_FILE, &mut gathering, &ties);
    let header = base.header();
    gathering.finish(&header.list, &header.title, published_on)
}

fn bad_line(gathering: &mut Gathering, file: &str, line: u64, why: &str, last: bool) {
    gathering.record(file, line, None, why);
    if last {
        gathering.notice(file, line, NoticeKind::Truncated, "the file ends inside a line: it is cut off");
    }
}

enum Kind {
    /// Somebody or something that can be listed.
    Party(Schema),
    /// A tie: its name, and the properties that hold its two ends.
    Tie(&'static str, &'static str, &'static str),
}

fn kind_of(object: &Map<String, Value>) -> Option<Kind> {
    let schema = text(object, "schema");
    if let Some((_, name, from, to)) = TIES.iter().find(|(tie, ..)| *tie == schema) {
        return Some(Kind::Tie(name, from, to));
    }
    Some(Kind::Party(match schema {
        "" => return None,
        "PublicBody" => Schema::Organization,
        known => known.parse().unwrap_or(Schema::Thing),
    }))
}

/// Schema, our word for the tie, and the two ends. A document or sanction has one end and no other.
const TIES: &[(&str, &str, &str, &str)] = &[
    ("Ownership", "owner of", "owner", "asset"),
    ("Directorship", "director of", "director", "organization"),
    ("Membership", "member of", "member", "organization"),
    ("Employment", "employed by", "employee", "employer"),
    ("Representation", "agent of", "agent", "client"),
    ("Family", "family of", "person", "relative"),
    ("Associate", "associate of", "person", "associate"),
    ("Succession", "predecessor of", "predecessor", "successor"),
    ("UnknownLink", "linked to", "subject", "object"),
    ("Payment", "paid", "payer", "beneficiary"),
    ("Occupancy", "holds", "holder", "post"),
    ("Passport", "", "holder", ""),
    ("Identification", "", "holder", ""),
    ("Sanction", "", "entity", ""),
];

fn put_ties(file: &str, gathering: &mut Gathering, ties: &[(u64, Map<String, Value>)]) {
    let entities = gathering.entities.iter().enumerate();
    let index: HashMap<String, usize> = entities.map(|(index, entity)| (entity.id.clone(), index)).collect();
    for (line, object) in ties {
        put_tie(At { file, line: *line }, gathering, &index, object);
    }
}

fn put_tie(
    at: At<'_>,
    gathering: &mut Gathering,
    index: &HashMap<String, usize>,
    object: &Map<String, Value>,
) {
    let Some(Kind::Tie(name, from, to)) = kind_of(object) else { return };
    let Some(Value::Object(properties)) = object.get("properties") else { return };
    let of = |field: &str| properties.get(field).map(texts).unwrap_or_default();
    for subject in of(from) {
        for target in of(to) {
            let target_name = index
                .get(&target)
                .and_then(|i| gathering.entities.get(*i))
                .map_or("", |e| e.caption())
                .to_owned();
            if let Some(entity) = index.get(&subject).and_then(|i| gathering.entities.get_mut(*i)) {
                at.relate(entity, name, &target, &target_name);
            }
        }
        let Some(entity) = index.get(&subject).and_then(|i| gathering.entities.get_mut(*i)) else { continue };
        let number =
            if text(object, "schema") == "Passport" { Property::PassportNumber } else { Property::IdNumber };
        if name.is_empty() && from == "holder" {
            let country = of("country").first().and_then(|country| country_code(country)).unwrap_or_default();
            for text in &of("number") {
                at.put_noted(entity, number, text, country);
            }
        }
        if from == "entity" {
            for text in &of("program") {
                at.put(entity, Property::Program, text);
            }
            for text in &of("startDate") {
                at.put(entity, Property::ListedOn, text);
            }
        }
    }
}

fn entity(at: At<'_>, schema: Schema, object: &Map<String, Value>) -> Option<ListedEntity> {
    let id = text(object, "id");
    if id.is_empty() {
        return None;
    }
    let mut entity = ListedEntity::new(id.to_owned(), schema);
    if let Some(Value::Object(properties)) = object.get("properties") {
        for (name, values) in properties {
            let property = property(name);
            for value in texts(values) {
                match property {
                    Some(property) => at.put(&mut entity, property, &value),
                    None => at.put_noted(&mut entity, Property::Notes, &value, name),
                }
            }
        }
    }
    if entity.texts(Property::Name).next().is_none() {
        at.put(&mut entity, Property::Name, text(object, "caption"));
    }
    Some(entity)
}

/// The property of the model that a FollowTheMoney property is.
pub(crate) fn property(name: &str) -> Option<Property> {
    Some(match name {
        "program" => Property::Program,
        "vatCode" | "innCode" => Property::TaxNumber,
        "ogrnCode" | "okpoCode" | "uscCode" | "kppCode" => Property::RegistrationNumber,
        "secondName" => Property::MiddleName,
        "mainCountry" => Property::Country,
        known => known.parse().ok()?,
    })
}
