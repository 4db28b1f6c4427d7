//! Delta files of FollowTheMoney lists: what was added, changed and deleted since the version before.
//!
//! A delta carries no number, so that one which is missing shows only in what the next says: it adds what is there already,
//! or changes or deletes what is not. Such a delta is refused as a whole.

use crate::ListsError;
use crate::draft::{Draft, giver};
use crate::entry::At;
use crate::ftm::{DELTA_FILE, FILE, LeftOut, Made, NO_ID, Names, bad_line, made};
use crate::ftm_given::{ADDRESS_OF, Given};
use crate::json_lines::{JsonLine, JsonLines, text};
use crate::snapshot::{Gathering, NoticeKind, Reading, Snapshot};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::io::Read;
use tenantry_model::listed::{self, ListedEntity, Origin, Property};
use tenantry_model::time::Date;

/// Applies a delta file (`{"op": "ADD" | "MOD" | "DEL", "entity": {...}}` per line) to a snapshot that was read by
/// [`read_ftm`](crate::read_ftm). Entries that change move to the end; what entities of their own gave them stays until those are
/// changed or deleted themselves. A snapshot that does not name who gave what, of an earlier version or another format, is refused,
/// and so is a delta that does not follow the snapshot: one that adds what is there, or changes or deletes what is not. What an
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
    let held = Held::of(base);
    let (mut changes, mut left_out) = (Changes::default(), LeftOut::default());
    let mut lines = JsonLines::new(DELTA_FILE, input);
    while let Some(line) = lines.next()? {
        match line {
            JsonLine::Bad { line, why, last } => bad_line(&mut gathering, DELTA_FILE, line, why, last),
            JsonLine::Object { line, mut object } => {
                gathering.records += 1;
                let op = Op::of(text(&object, "op"));
                let (Some(op), Some(Value::Object(inner))) = (op, object.remove("entity")) else {
                    let why = "the line has no entity, or its `op` is none of ADD, MOD and DEL";
                    gathering.notice(DELTA_FILE, line, NoticeKind::SetAside, why);
                    continue;
                };
                match Change::of(line, op, inner) {
                    Ok(change) => {
                        changes.must_follow(&held, &change)?;
                        change.made.iter().for_each(|made| left_out.count(made));
                        changes.take(change);
                    }
                    Err(why) => gathering.notice(DELTA_FILE, line, NoticeKind::SetAside, why),
                }
            }
        }
    }
    changes.apply(base, &mut gathering);
    left_out.tell(DELTA_FILE, &mut gathering);
    let header = base.header();
    gathering.finish(&header.list, &header.title, published_on)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Change,
    Delete,
}

impl Op {
    fn of(word: &str) -> Option<Self> {
        match word {
            "ADD" => Some(Self::Add),
            "MOD" => Some(Self::Change),
            "DEL" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// One line of a delta.
struct Change {
    line: u64,
    op: Op,
    id: String,
    made: Option<Made>,
}

impl Change {
    fn of(line: u64, op: Op, object: Map<String, Value>) -> Result<Self, &'static str> {
        let id = text(&object, "id").to_owned();
        if id.is_empty() {
            return Err(NO_ID);
        }
        let made = if op == Op::Delete { None } else { Some(made(At { file: DELTA_FILE, line }, object)?) };
        Ok(Self { line, op, id, made })
    }
}

/// The identifiers of what a snapshot holds.
struct Held<'b> {
    /// Its entries, and what gave something to one.
    ids: HashSet<&'b str>,
    /// What ties lead to: an entry, something that is left out such as a post, or nothing that was ever in the file.
    targets: HashSet<&'b str>,
}

impl<'b> Held<'b> {
    fn of(base: &'b Snapshot) -> Self {
        let mut ids = HashSet::new();
        let mut targets = HashSet::new();
        for entity in base.entities() {
            ids.insert(entity.id.as_str());
            let values = entity.properties.values().flatten().map(|value| &value.origin);
            ids.extend(values.chain(entity.relations.iter().map(|tie| &tie.origin)).filter_map(giver));
            targets.extend(entity.relations.iter().map(|tie| tie.target.as_str()));
        }
        Self { ids, targets }
    }
}

/// What a delta says, the last word on each entity.
#[derive(Default)]
struct Changes {
    /// Place of what became of each entity that is named, by identifier; nothing when it was deleted.
    by_id: HashMap<String, Option<usize>>,
    made: Vec<Option<Made>>,
}

impl Changes {
    /// Refuses a change of what is not there, and an addition of what is. What is of no party is not held, so that nothing can be
    /// said of a change to it.
    fn must_follow(&self, held: &Held<'_>, change: &Change) -> Result<(), ListsError> {
        let id = change.id.as_str();
        let (there, may_be) = match self.by_id.get(id) {
            Some(now) => (now.is_some(), now.is_some()),
            None => (held.ids.contains(id), held.ids.contains(id) || held.targets.contains(id)),
        };
        let outside = change.made.as_ref().is_some_and(|made| made.party.is_none() && made.giver.is_none());
        let does = match change.op {
            Op::Add if there => "adds an entity that is there already",
            Op::Change if !may_be && !outside => "changes an entity that is not there",
            Op::Delete if !may_be => "deletes an entity that is not there",
            _ => return Ok(()),
        };
        Err(ListsError::DeltaGap { line: change.line, id: id.to_owned(), does })
    }

    fn take(&mut self, change: Change) {
        let place = change.made.as_ref().map(|_| self.made.len());
        if let Some(Some(earlier)) = self.by_id.insert(change.id, place)
            && let Some(slot) = self.made.get_mut(earlier)
        {
            *slot = None;
        }
        self.made.extend(change.made.map(Some));
    }

    fn apply(self, base: &Snapshot, gathering: &mut Gathering) {
        let Self { by_id, made } = self;
        let mut given = Given::default();
        let mut before: HashMap<&str, ListedEntity> = HashMap::new();
        let entries: HashSet<&str> = base.entities().iter().map(|entity| entity.id.as_str()).collect();
        let parties = made.iter().flatten().filter_map(|made| made.party.as_ref());
        let named: HashSet<&str> = parties.flat_map(|party| &party.addresses).map(String::as_str).collect();
        for entity in base.entities() {
            for tie in entity.relations.iter().filter(|tie| !entries.contains(tie.target.as_str())) {
                given.knows_name(&tie.target, &tie.target_name);
            }
            for value in entity.properties.get(&Property::Address).into_iter().flatten() {
                let address = giver(&value.origin).filter(|address| named.contains(address));
                if let Some(address) = address.filter(|address| !by_id.contains_key(*address)) {
                    given.knows_address(address, value);
                }
            }
            let (left, addresses) = without_changed(entity, &by_id);
            if let Some((id, _)) = by_id.get_key_value(&entity.id) {
                before.insert(id, left);
            } else {
                for address in addresses {
                    given.named(address, gathering.entities.len());
                }
                gathering.entities.push(left.into());
            }
        }
        for mut made in made.into_iter().flatten() {
            if let Some(party) = &mut made.party
                && let Some(earlier) = before.remove(made.id.as_str())
            {
                keep_given(&mut party.draft, earlier);
            }
            given.take(gathering, made);
        }
        given.put(DELTA_FILE, gathering);
        name_targets(&mut gathering.entities, &by_id, given.names());
    }
}

/// An entry without what changed or deleted entities gave it and without ties to entries that are no more, and those of its addresses
/// that changed.
fn without_changed(
    entity: &ListedEntity,
    by_id: &HashMap<String, Option<usize>>,
) -> (ListedEntity, Vec<String>) {
    let stays = |origin: &Origin| giver(origin).is_none_or(|giver| !by_id.contains_key(giver));
    let mut entity = entity.clone();
    let mut addresses = Vec::new();
    for (property, values) in &mut entity.properties {
        values.retain(|value| {
            let stays =
                stays(&value.origin) && !(is_named(*property, value) && by_id.contains_key(&value.text));
            let address = giver(&value.origin).filter(|_| *property == Property::Address);
            let address = address.or_else(|| is_named(*property, value).then_some(value.text.as_str()));
            addresses.extend(address.filter(|_| !stays).map(str::to_owned));
            stays
        });
    }
    entity.properties.retain(|_, values| !values.is_empty());
    entity.relations.retain(|tie| stays(&tie.origin) && by_id.get(&tie.target) != Some(&None));
    (entity, addresses)
}

/// Whether a value is the identifier of an address that was not in the file.
fn is_named(property: Property, value: &listed::Value) -> bool {
    property == Property::Notes && value.note == ADDRESS_OF
}

/// What others gave to an entry stays when the entry itself is sent again. Its addresses it names itself.
fn keep_given(party: &mut Draft, earlier: ListedEntity) {
    for (property, values) in earlier.properties {
        let given = |value: &listed::Value| giver(&value.origin).is_some() && property != Property::Address;
        for value in values.into_iter().filter(given) {
            party.push(property, value);
        }
    }
    earlier.relations.into_iter().for_each(|tie| party.add_tie(tie));
}

/// Ties show the name of their other end, which may have changed.
fn name_targets(entities: &mut [Draft], changed: &HashMap<String, Option<usize>>, outside: &Names) {
    let outside = outside.iter().filter(|(id, _)| changed.contains_key(*id));
    let mut names: HashMap<String, String> = outside.map(|(id, name)| (id.clone(), name.clone())).collect();
    let entries = entities.iter().filter(|entity| changed.contains_key(&entity.id));
    names.extend(entries.map(|entity| (entity.id.clone(), entity.caption().to_owned())));
    for tie in entities.iter_mut().flat_map(Draft::relations_mut) {
        if let Some(name) = names.get(&tie.target) {
            tie.target_name.clone_from(name);
        }
    }
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
