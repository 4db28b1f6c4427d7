//! FollowTheMoney entities as JSON lines, the form OpenSanctions publishes, and its delta files.
//!
//! Identifiers are kept as they are. Entities that tie two others together (ownership, family, directorship) become ties, documents and
//! wallets go to their holder and sanctions to their subject; what no property of the model holds is kept as a remark under its name.
//!
//! A value or tie that came from an entity of its own names that entity after its file (`entities.ftm.json#passport-7`), so that
//! a delta which changes or deletes it finds everything it gave.

use crate::entry::At;
use crate::json_lines::{JsonLine, JsonLines, text, texts};
use crate::snapshot::{Gathering, NoticeKind, Reading, Snapshot};
use crate::{ListsError, country_code};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::io::Read;
use tenantry_model::listed::{self, ListedEntity, Origin, Property, Relation, Schema};
use tenantry_model::time::Date;

const FILE: &str = "entities.ftm.json";
const DELTA_FILE: &str = "entities.delta.json";
/// Between the file and the entity that gave a value to another.
const GIVER: char = '#';

/// Reads FollowTheMoney JSON lines as the list with this code and title.
pub fn read_ftm(
    list: &str,
    title: &str,
    published_on: Option<Date>,
    input: impl Read,
) -> Result<Reading, ListsError> {
    let mut gathering = Gathering::default();
    let mut givers = Vec::new();
    let mut lines = JsonLines::new(FILE, input);
    while let Some(line) = lines.next()? {
        match line {
            JsonLine::Bad { line, why, last } => bad_line(&mut gathering, FILE, line, why, last),
            JsonLine::Object { line, object } => match made(At { file: FILE, line }, object) {
                Ok(Made { party, giver }) => {
                    gathering.records += 1;
                    gathering.entities.extend(party);
                    givers.extend(giver);
                }
                Err(why) => gathering.record(FILE, line, None, why),
            },
        }
    }
    put_given(FILE, &mut gathering, &givers);
    gathering.finish(list, title, published_on)
}

/// Applies a delta file (`{"op": "ADD" | "MOD" | "DEL", "entity": {...}}` per line) to a snapshot that was read by
/// [`read_ftm`]. Entries that change move to the end; what entities of their own gave them stays until those are changed or
/// deleted themselves. A snapshot that does not name who gave what, of an earlier version or another format, is refused. What an
/// entity gave to one that was not there is not kept, so a full file should be read from time to time.
pub fn apply_ftm_delta(
    base: &Snapshot,
    published_on: Option<Date>,
    input: impl Read,
) -> Result<Reading, ListsError> {
    if !base.entities().iter().all(names_its_givers) {
        return Err(ListsError::Delta {
            why: "the version in force was read by an earlier version of this program or from another format, and does not say \
                  which documents and ties came from entities of their own; import the whole file once",
        });
    }
    let mut gathering = Gathering::default();
    let mut changes = Changes::default();
    let mut lines = JsonLines::new(DELTA_FILE, input);
    while let Some(line) = lines.next()? {
        match line {
            JsonLine::Bad { line, why, last } => bad_line(&mut gathering, DELTA_FILE, line, why, last),
            JsonLine::Object { line, mut object } => {
                gathering.records += 1;
                let delete = text(&object, "op") == "DEL";
                let Some(Value::Object(inner)) = object.remove("entity") else {
                    gathering.notice(DELTA_FILE, line, NoticeKind::SetAside, "the line has no entity");
                    continue;
                };
                if let Err(why) = changes.take(line, delete, inner) {
                    gathering.notice(DELTA_FILE, line, NoticeKind::SetAside, why);
                }
            }
        }
    }
    changes.apply(base, &mut gathering);
    let header = base.header();
    gathering.finish(&header.list, &header.title, published_on)
}

/// What a delta says, the last word on each entity.
#[derive(Default)]
struct Changes {
    /// Place of what became of each entity that is named, by identifier; nothing when it was deleted.
    by_id: HashMap<String, Option<usize>>,
    made: Vec<Option<Made>>,
}

impl Changes {
    fn take(&mut self, line: u64, delete: bool, object: Map<String, Value>) -> Result<(), &'static str> {
        let id = text(&object, "id").to_owned();
        if id.is_empty() {
            return Err(NO_ID);
        }
        let made = if delete { None } else { Some(made(At { file: DELTA_FILE, line }, object)?) };
        if let Some(Some(earlier)) = self.by_id.insert(id, made.as_ref().map(|_| self.made.len()))
            && let Some(slot) = self.made.get_mut(earlier)
        {
            *slot = None;
        }
        self.made.extend(made.map(Some));
        Ok(())
    }

    fn apply(self, base: &Snapshot, gathering: &mut Gathering) {
        let Self { by_id, made } = self;
        // Without what changed or deleted entities gave, and without ties to entries that are no more.
        let stays = |origin: &Origin| giver(origin).is_none_or(|giver| !by_id.contains_key(giver));
        let mut given: HashMap<&str, ListedEntity> = HashMap::new();
        for entity in base.entities() {
            let mut entity = entity.clone();
            for values in entity.properties.values_mut() {
                values.retain(|value| stays(&value.origin));
            }
            entity.properties.retain(|_, values| !values.is_empty());
            entity.relations.retain(|tie| stays(&tie.origin) && by_id.get(&tie.target) != Some(&None));
            if let Some((id, _)) = by_id.get_key_value(&entity.id) {
                given.insert(id, entity);
            } else {
                gathering.entities.push(entity);
            }
        }
        let mut givers = Vec::new();
        for made in made.into_iter().flatten() {
            if let Some(mut party) = made.party {
                if let Some(earlier) = given.remove(party.id.as_str()) {
                    keep_given(&mut party, earlier);
                }
                gathering.entities.push(party);
            }
            givers.extend(made.giver);
        }
        put_given(DELTA_FILE, gathering, &givers);
        name_targets(&mut gathering.entities, &by_id);
    }
}

/// What others gave to an entry stays when the entry itself is sent again.
fn keep_given(party: &mut ListedEntity, earlier: ListedEntity) {
    for (property, values) in earlier.properties {
        let kept = values.into_iter().filter(|value| giver(&value.origin).is_some());
        for value in kept {
            push_given(party, property, value);
        }
    }
    party.relations.extend(earlier.relations);
}

/// Ties show the name of their other end, which may have changed.
fn name_targets(entities: &mut [ListedEntity], changed: &HashMap<String, Option<usize>>) {
    let names: HashMap<String, String> = entities
        .iter()
        .filter(|entity| changed.contains_key(&entity.id))
        .map(|entity| (entity.id.clone(), entity.caption().to_owned()))
        .collect();
    for tie in entities.iter_mut().flat_map(|entity| &mut entity.relations) {
        if let Some(name) = names.get(&tie.target) {
            tie.target_name.clone_from(name);
        }
    }
}

/// The entity that gave a value or tie to another.
fn giver(origin: &Origin) -> Option<&str> {
    origin.file.split_once(GIVER).map(|(_, giver)| giver)
}

/// Whether everything in an entry that did not stand in its own line says who gave it.
fn names_its_givers(entity: &ListedEntity) -> bool {
    let origins = entity.properties.values().flatten().map(|value| &value.origin);
    let mut own = origins.filter(|origin| giver(origin).is_none());
    let one_line = own.next().is_none_or(|first| {
        (first.file == FILE || first.file == DELTA_FILE) && own.all(|origin| origin == first)
    });
    one_line && entity.relations.iter().all(|tie| giver(&tie.origin).is_some())
}

fn bad_line(gathering: &mut Gathering, file: &str, line: u64, why: &str, last: bool) {
    gathering.record(file, line, None, why);
    if last {
        gathering.notice(file, line, NoticeKind::Truncated, "the file ends inside a line: it is cut off");
    }
}

const NO_ID: &str = "the entity has no identifier";

/// What becomes of an entity: an entry, something that it gives to others, or both.
struct Made {
    party: Option<ListedEntity>,
    giver: Option<(u64, Map<String, Value>)>,
}

fn made(at: At<'_>, object: Map<String, Value>) -> Result<Made, &'static str> {
    let schema = text(&object, "schema");
    if schema.is_empty() {
        return Err("the line has no schema");
    }
    if text(&object, "id").is_empty() {
        return Err(NO_ID);
    }
    let gives = Gives::of(schema).is_some();
    let party = (!gives || schema == WALLET).then(|| {
        let schema = match schema {
            "PublicBody" => Schema::Organization,
            known => known.parse().unwrap_or(Schema::Thing),
        };
        entity(at, schema, &object)
    });
    Ok(Made { party, giver: gives.then_some((at.line, object)) })
}

/// A wallet is an entry of its own, and a number of its holder.
const WALLET: &str = "CryptoWallet";

/// What an entity gives to the one that its first property names.
#[derive(Clone, Copy)]
enum Gives {
    /// A tie of this name to the entities in the property.
    Tie(&'static str, &'static str),
    /// The values of this property as those of ours, with the country.
    Document(&'static str, Property),
    /// Address and currency.
    Wallet,
    /// Programme and date.
    Sanction,
}

impl Gives {
    /// The property that names whom it gives to, and what.
    fn of(schema: &str) -> Option<(&'static str, Self)> {
        Some(match schema {
            "Ownership" => ("owner", Self::Tie("owner of", "asset")),
            "Directorship" => ("director", Self::Tie("director of", "organization")),
            "Membership" => ("member", Self::Tie("member of", "organization")),
            "Employment" => ("employee", Self::Tie("employed by", "employer")),
            "Representation" => ("agent", Self::Tie("agent of", "client")),
            "Family" => ("person", Self::Tie("family of", "relative")),
            "Associate" => ("person", Self::Tie("associate of", "associate")),
            "Succession" => ("predecessor", Self::Tie("predecessor of", "successor")),
            "UnknownLink" => ("subject", Self::Tie("linked to", "object")),
            "Payment" => ("payer", Self::Tie("paid", "beneficiary")),
            "Occupancy" => ("holder", Self::Tie("holds", "post")),
            "Passport" => ("holder", Self::Document("number", Property::PassportNumber)),
            "Identification" => ("holder", Self::Document("number", Property::IdNumber)),
            WALLET => ("holder", Self::Wallet),
            "Sanction" => ("entity", Self::Sanction),
            _ => return None,
        })
    }
}

fn put_given(file: &str, gathering: &mut Gathering, givers: &[(u64, Map<String, Value>)]) {
    let entities = gathering.entities.iter().enumerate();
    let index: HashMap<String, usize> = entities.map(|(index, entity)| (entity.id.clone(), index)).collect();
    for (line, object) in givers {
        let from = Origin { file: format!("{file}{GIVER}{}", text(object, "id")), line: *line };
        give(&from, &mut gathering.entities, &index, object);
    }
}

fn give(
    from: &Origin,
    entities: &mut [ListedEntity],
    index: &HashMap<String, usize>,
    object: &Map<String, Value>,
) {
    let Some((to, gives)) = Gives::of(text(object, "schema")) else { return };
    let Some(Value::Object(properties)) = object.get("properties") else { return };
    let of = |field: &str| properties.get(field).map(texts).unwrap_or_default();
    let first = |field: &str| of(field).into_iter().next().unwrap_or_default();
    for receiver in of(to) {
        let Some(receiver) = index.get(&receiver).copied() else { continue };
        let mut put = |property, texts: Vec<String>, note: &str| {
            let Some(entity) = entities.get_mut(receiver) else { return };
            for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
                let (text, note) = (text.to_owned(), note.to_owned());
                push_given(entity, property, listed::Value { text, note, origin: from.clone() });
            }
        };
        match gives {
            Gives::Document(field, property) => {
                put(property, of(field), country_code(&first("country")).unwrap_or_default());
            }
            Gives::Wallet => put(Property::Wallet, of("publicKey"), first("currency").trim()),
            Gives::Sanction => {
                put(Property::Program, of("program"), "");
                put(Property::ListedOn, of("startDate"), "");
            }
            Gives::Tie(kind, others) => {
                for target in of(others) {
                    let target_name = index
                        .get(&target)
                        .and_then(|i| entities.get(*i))
                        .map_or_else(String::new, |entity| entity.caption().to_owned());
                    let tie = Relation { kind: kind.to_owned(), target, target_name, origin: from.clone() };
                    if let Some(entity) = entities.get_mut(receiver) {
                        entity.relations.push(tie);
                    }
                }
            }
        }
    }
}

/// Adds a value that an entity of its own gave, beside an equal one that somebody else gave: one of them may go alone.
fn push_given(entity: &mut ListedEntity, property: Property, value: listed::Value) {
    let values = entity.properties.entry(property).or_default();
    let same = |known: &listed::Value| {
        known.text == value.text && known.note == value.note && known.origin.file == value.origin.file
    };
    if !values.iter().any(same) {
        values.push(value);
    }
}

fn entity(at: At<'_>, schema: Schema, object: &Map<String, Value>) -> ListedEntity {
    let mut entity = ListedEntity::new(text(object, "id").to_owned(), schema);
    if let Some(Value::Object(properties)) = object.get("properties") {
        let currency = properties.get("currency").map(texts).unwrap_or_default().into_iter().next();
        for (name, values) in properties {
            let property = property(name);
            for value in texts(values) {
                match property {
                    Some(Property::Wallet) => {
                        let currency = currency.as_deref().unwrap_or_default().trim();
                        at.put_noted(&mut entity, Property::Wallet, &value, currency);
                    }
                    Some(property) => at.put(&mut entity, property, &value),
                    None => at.put_noted(&mut entity, Property::Notes, &value, name),
                }
            }
        }
    }
    if entity.texts(Property::Name).next().is_none() {
        at.put(&mut entity, Property::Name, text(object, "caption"));
    }
    entity
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

/// The values of a property as FollowTheMoney has them: each once, and a range of dates, for which it has no form, as its two ends.
pub fn ftm_texts(property: Property, values: &[listed::Value]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::with_capacity(values.len());
    for value in values {
        let ends = value.text.split_once('/').filter(|_| property == Property::BirthDate);
        let ends = ends.map_or_else(|| vec![value.text.as_str()], |(from, to)| vec![from, to]);
        for text in ends {
            if !texts.iter().any(|known| known == text) {
                texts.push(text.to_owned());
            }
        }
    }
    texts
}
