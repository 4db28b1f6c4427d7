//! FollowTheMoney entities as JSON lines, the form OpenSanctions publishes. [`ftm_delta`](crate::ftm_delta) reads its delta files.
//!
//! Identifiers are kept as they are. Only parties become entries ([`party`]); what else there is gives what it says to the party it is
//! about ([`ftm_given`](crate::ftm_given)), or is left out and counted in a notice. What no property of the model holds is kept as a
//! remark under its name.

use crate::ListsError;
use crate::draft::Draft;
use crate::entry::At;
use crate::ftm_given::{ADDRESS_OF, Given, Gives, WALLET};
use crate::json_lines::{JsonLine, JsonLines, text, texts};
use crate::snapshot::{Gathering, NoticeKind, Reading, Snapshot};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use tenantry_model::listed::{self, Property, Schema};
use tenantry_model::time::Date;

pub(crate) const FILE: &str = "entities.ftm.json";
pub(crate) const DELTA_FILE: &str = "entities.delta.json";

/// Reads FollowTheMoney JSON lines as the list with this code and title.
pub fn read_ftm(
    list: &str,
    title: &str,
    published_on: Option<Date>,
    input: impl Read,
) -> Result<Reading, ListsError> {
    let mut gathering = Gathering::default();
    let (mut given, mut left_out) = (Given::default(), LeftOut::default());
    let mut lines = JsonLines::new(FILE, input);
    while let Some(line) = lines.next()? {
        match line {
            JsonLine::Bad { line, why, last } => bad_line(&mut gathering, FILE, line, why, last),
            JsonLine::Object { line, object } => match made(At { file: FILE, line }, object) {
                Ok(made) => {
                    gathering.records += 1;
                    left_out.count(&made);
                    given.take(&mut gathering, made);
                }
                Err(why) => gathering.record(FILE, line, None, why),
            },
        }
    }
    given.put(FILE, &mut gathering);
    left_out.tell(FILE, &mut gathering);
    gathering.finish(list, title, published_on)
}

/// Whether a snapshot was read from FollowTheMoney lines.
pub(crate) fn is_read_from(snapshot: &Snapshot) -> bool {
    let first = snapshot.entities().first().and_then(|entity| entity.properties.values().flatten().next());
    first.is_some_and(|value| [FILE, DELTA_FILE].iter().any(|file| value.origin.file.starts_with(file)))
}

pub(crate) fn bad_line(gathering: &mut Gathering, file: &str, line: u64, why: &str, last: bool) {
    gathering.record(file, line, None, why);
    if last {
        gathering.notice(file, line, NoticeKind::Truncated, "the file ends inside a line: it is cut off");
    }
}

pub(crate) const NO_ID: &str = "the entity has no identifier";

/// What becomes of an entity: an entry, something that it gives to others, both, or nothing.
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) schema: String,
    /// What to call it where others are tied to it.
    pub(crate) caption: String,
    pub(crate) party: Option<Party>,
    pub(crate) giver: Option<(u64, Map<String, Value>)>,
}

/// An entry, and the identifiers of the addresses it names.
pub(crate) struct Party {
    pub(crate) draft: Draft,
    pub(crate) addresses: Vec<String>,
}

pub(crate) fn made(at: At<'_>, object: Map<String, Value>) -> Result<Made, &'static str> {
    let schema = text(&object, "schema").to_owned();
    if schema.is_empty() {
        return Err("the line has no schema");
    }
    let id = text(&object, "id").to_owned();
    if id.is_empty() {
        return Err(NO_ID);
    }
    let caption = name(&object);
    let party = party(&schema, &object).map(|schema| entity(at, schema, &object));
    let gives = Gives::of(&schema).is_some() && (party.is_none() || schema == WALLET);
    Ok(Made { id, schema, caption, party, giver: gives.then_some((at.line, object)) })
}

/// The schemata of FollowTheMoney that are no party and say nothing of one that could be kept. Without its post or its contract a
/// party is found all the same; as entries of their own they would be hits for whoever is called like a street.
const OUTSIDE: &[&str] = &[
    "Analyzable",
    "Article",
    "Assessment",
    "Audio",
    "BankAccount",
    "Call",
    "Contract",
    "ContractAward",
    "CourtCase",
    "CourtCaseParty",
    "Debt",
    "Document",
    "Documentation",
    "EconomicActivity",
    "Email",
    "Event",
    "Folder",
    "HyperText",
    "Image",
    "Interest",
    "Interval",
    "License",
    "Mention",
    "Message",
    "Note",
    "Package",
    "Page",
    "Pages",
    "PlainText",
    "Position",
    "Post",
    "Program",
    "Project",
    "ProjectParticipant",
    "RealEstate",
    "Risk",
    "Similar",
    "Table",
    "TaxRoll",
    "Trip",
    "Value",
    "Video",
    "Workbook",
];

/// What kind of entry an entity is, if it is a party. A schema that is not known here is one when it has a name: whoever is listed
/// under a word of a later vocabulary must not be missed. A security stands for itself only where it names no issuer.
fn party(schema: &str, object: &Map<String, Value>) -> Option<Schema> {
    let says = |property: &str| {
        let properties = object.get("properties").and_then(Value::as_object);
        properties.and_then(|all| all.get(property)).is_some_and(|values| !texts(values).is_empty())
    };
    match schema {
        "PublicBody" => Some(Schema::Organization),
        "Asset" | "Vehicle" => Some(Schema::Thing),
        "Security" => (!says("issuer")).then_some(Schema::Thing),
        WALLET => Some(Schema::CryptoWallet),
        _ if Gives::of(schema).is_some() || OUTSIDE.contains(&schema) => None,
        other => other.parse().ok().or_else(|| (!name(object).is_empty()).then_some(Schema::Thing)),
    }
}

fn is_known(schema: &str) -> bool {
    matches!(schema, "PublicBody" | "Asset" | "Vehicle" | "Security")
        || Gives::of(schema).is_some()
        || OUTSIDE.contains(&schema)
        || schema.parse::<Schema>().is_ok()
}

/// The caption, or the first name.
fn name(object: &Map<String, Value>) -> String {
    let caption = text(object, "caption");
    if !caption.is_empty() {
        return caption.to_owned();
    }
    let properties = object.get("properties").and_then(Value::as_object);
    let names = properties.and_then(|all| all.get("name")).map(texts).unwrap_or_default();
    names.into_iter().map(|name| name.trim().to_owned()).find(|name| !name.is_empty()).unwrap_or_default()
}

fn entity(at: At<'_>, schema: Schema, object: &Map<String, Value>) -> Party {
    let mut draft = Draft::new(text(object, "id").to_owned(), schema);
    let mut addresses = Vec::new();
    if let Some(Value::Object(properties)) = object.get("properties") {
        let currency = properties.get("currency").map(texts).unwrap_or_default().into_iter().next();
        for (name, values) in properties {
            if name == ADDRESS_OF {
                addresses = texts(values);
                continue;
            }
            let property = property(name);
            for value in texts(values) {
                match property {
                    Some(Property::Wallet) => {
                        let currency = currency.as_deref().unwrap_or_default().trim();
                        at.put_noted(&mut draft, Property::Wallet, &value, currency);
                    }
                    Some(property) => at.put(&mut draft, property, &value),
                    None => at.put_noted(&mut draft, Property::Notes, &value, name),
                }
            }
        }
    }
    if draft.texts(Property::Name).next().is_none() {
        at.put(&mut draft, Property::Name, text(object, "caption"));
    }
    Party { draft, addresses }
}

/// What was left out, and what was taken under a schema that is not known here: how much of each.
#[derive(Default)]
pub(crate) struct LeftOut {
    outside: BTreeMap<String, u64>,
    unknown: BTreeMap<String, u64>,
}

/// Schemata that are counted apart. FollowTheMoney has some seventy.
const SCHEMATA_COUNTED_MAX: usize = 200;

impl LeftOut {
    pub(crate) fn count(&mut self, made: &Made) {
        let counts = if made.party.is_none() && made.giver.is_none() {
            &mut self.outside
        } else if !is_known(&made.schema) {
            &mut self.unknown
        } else {
            return;
        };
        let apart = counts.contains_key(&made.schema) || counts.len() < SCHEMATA_COUNTED_MAX;
        let schema = if apart { made.schema.as_str() } else { "other schemata" };
        match counts.get_mut(schema) {
            Some(count) => *count += 1,
            None => {
                counts.insert(schema.to_owned(), 1);
            }
        }
    }

    pub(crate) fn tell(self, file: &str, gathering: &mut Gathering) {
        for (schema, count) in self.outside {
            let why = format!("left out, because they are no parties: {count} of schema `{schema}`");
            gathering.notice(file, 0, NoticeKind::Doubtful, why);
        }
        for (schema, count) in self.unknown {
            let why = format!(
                "kept as things, because their schema is not known here: {count} of schema `{schema}`"
            );
            gathering.notice(file, 0, NoticeKind::Doubtful, why);
        }
    }
}

/// The names of what ties may lead to and is no entry, by identifier.
pub(crate) type Names = HashMap<String, String>;

/// The property of the model that a FollowTheMoney property is.
pub(crate) fn property(name: &str) -> Option<Property> {
    Some(match name {
        "program" => Property::Program,
        "vatCode" | "innCode" => Property::TaxNumber,
        "ogrnCode" | "okpoCode" | "uscCode" | "kppCode" => Property::RegistrationNumber,
        "secondName" => Property::MiddleName,
        "mainCountry" => Property::Country,
        "isin" => Property::Isin,
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
