//! The world a decision is made in: the pack, the snapshots and the signal lists in force, the approved measures.
//!
//! A world is immutable. Whoever changes one of its parts raises its generation in the same unit; every node notices a new
//! generation and loads the world again. A decision names the generation it was made in, and the unit that writes it
//! refuses another one, so no decision rests on a list or measure that was already replaced.

use crate::named;
use crate::signals::Signals;
use crate::{RegisterError, keys};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tenantry_lists::Snapshot;
use tenantry_model::id::SnapshotId;
use tenantry_model::listed::{ListedEntity, Origin, Property, Schema, SnapshotHeader, Value};
use tenantry_model::measure::{Measure, NamedPerson, Target};
use tenantry_model::time::Timestamp;
use tenantry_policy::pack::Pack;
use tenantry_screening::{Index, Shelf};
use tenantry_store::repo::{list, measure, setting};
use tenantry_store::{Store, StoreExt, Tx};
use tenantry_vault::Vault;

/// Setting that holds the hash of the pack in force.
pub(crate) const PACK: &str = "pack";
/// Setting that holds the generation of the world.
const GENERATION: &str = "generation";

/// A snapshot in force.
#[derive(Debug, Clone)]
pub struct SnapshotInForce {
    /// Identifier.
    pub id: SnapshotId,
    /// What it says of itself.
    pub header: SnapshotHeader,
    /// When it came into force here.
    pub imported_at: Timestamp,
    /// When it was last found to be the newest.
    pub confirmed_at: Timestamp,
}

impl SnapshotInForce {
    pub(crate) fn of(row: &list::SnapshotRow) -> Result<Self, RegisterError> {
        let header = serde_json::from_str(&row.header).map_err(|_| RegisterError::Evaluation {
            what: format!("the header of snapshot {} cannot be read", row.id),
        })?;
        Ok(Self { id: row.id, header, imported_at: row.imported_at, confirmed_at: row.confirmed_at })
    }
}

pub(crate) struct World {
    pub(crate) generation: u64,
    pub(crate) pack: Arc<Pack>,
    pub(crate) index: Arc<Index>,
    pub(crate) snapshots: Vec<SnapshotInForce>,
    pub(crate) signals: Signals,
    /// Digest over the identifiers of the snapshots and the name of the algorithm.
    pub(crate) screened_with: [u8; 32],
    pub(crate) measures: Vec<Measure>,
}

impl World {
    pub(crate) fn pack_hash(&self) -> [u8; 32] {
        self.pack.hash()
    }

    /// The world of a deployment that is being set up: a pack and nothing else.
    pub(crate) fn initial(pack: Pack) -> Self {
        Self {
            generation: 0,
            pack: Arc::new(pack),
            index: Arc::new(Index::build(&[])),
            snapshots: Vec::new(),
            signals: Signals::default(),
            screened_with: digest_of(&[], &[]),
            measures: Vec::new(),
        }
    }

    /// Loads the world; takes the index over from `before` when the snapshots are the same.
    pub(crate) fn load(
        store: &Arc<dyn Store>,
        vault: &Arc<Vault>,
        shelf: &dyn Shelf,
        before: Option<&Self>,
    ) -> Result<Self, RegisterError> {
        let reader = Arc::clone(vault);
        let known = before.map(|world| world.signals.clone()).unwrap_or_default();
        let parts = store.read(move |tx| read_parts(tx, &reader, &known))?;
        let pack = parse_pack(&parts.pack)?;
        let screened_with = digest_of(&parts.snapshots, &parts.measures);
        let index = match before {
            Some(world) if world.screened_with == screened_with => Arc::clone(&world.index),
            _ => Arc::new(build_index(store, shelf, &parts.snapshots, &parts.measures)?),
        };
        Ok(Self {
            generation: parts.generation,
            pack: Arc::new(pack),
            index,
            snapshots: parts.snapshots,
            signals: parts.signals,
            screened_with,
            measures: parts.measures,
        })
    }
}

/// The generation of the world as stored.
pub(crate) fn generation(tx: &mut dyn Tx) -> Result<u64, RegisterError> {
    let bytes = setting::find(tx, GENERATION)?.unwrap_or_default();
    Ok(bytes.try_into().map(u64::from_be_bytes).unwrap_or_default())
}

/// Raises the generation: every node loads the world again.
pub(crate) fn raise_generation(tx: &mut dyn Tx) -> Result<(), RegisterError> {
    let next = generation(tx)? + 1;
    setting::put(tx, GENERATION, &next.to_be_bytes())?;
    Ok(())
}

struct Parts {
    generation: u64,
    pack: String,
    snapshots: Vec<SnapshotInForce>,
    signals: Signals,
    measures: Vec<Measure>,
}

/// Parses the text of a pack.
pub(crate) fn parse_pack(text: &str) -> Result<Pack, RegisterError> {
    Pack::parse(text).map_err(|e| RegisterError::Evaluation { what: format!("the policy pack: {e}") })
}

fn read_parts(tx: &mut dyn Tx, vault: &Vault, known: &Signals) -> Result<Parts, RegisterError> {
    let missing = |what: &str| RegisterError::Evaluation { what: format!("{what}; run `tenantry init`") };
    let hash: [u8; 32] = setting::find(tx, PACK)?
        .and_then(|h| h.try_into().ok())
        .ok_or_else(|| missing("no policy pack is in force"))?;
    let pack =
        setting::find_pack(tx, &hash)?.ok_or_else(|| missing("the text of the pack in force is gone"))?;
    let mut snapshots = Vec::new();
    for row in list::current(tx)? {
        snapshots.push(SnapshotInForce::of(&row)?);
    }
    let mut measures = Vec::new();
    for row in measure::approved(tx)? {
        match keys::open_json(tx, vault, &row.subject, &row.id.bytes(), &row.sealed) {
            Ok(measure) => measures.push(measure),
            // It ended years ago.
            Err(RegisterError::Erased) => {}
            Err(other) => return Err(other),
        }
    }
    let signals = Signals::read(tx, known)?;
    Ok(Parts { generation: generation(tx)?, pack, snapshots, signals, measures })
}

fn digest_of(snapshots: &[SnapshotInForce], measures: &[Measure]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(tenantry_screening::ALGORITHM);
    for snapshot in snapshots {
        hash.update(snapshot.id.bytes());
    }
    for measure in measures.iter().filter(|m| matches!(m.target, Target::Person { .. })) {
        hash.update(measure.id.bytes());
    }
    hash.finalize().into()
}

/// The index a world screens with: that of the lists from the shelf or built for it, and beside it, never in a file,
/// that of the persons named in measures. A replay gets its own the same way, or it would not find the same hits.
pub(crate) fn build_index(
    store: &Arc<dyn Store>,
    shelf: &dyn Shelf,
    snapshots: &[SnapshotInForce],
    measures: &[Measure],
) -> Result<Index, RegisterError> {
    let shelved = Index::from_shelf(shelf, &digest_of(snapshots, &[]), || index_of_lists(store, snapshots))?;
    if let Some(error) = shelved.refused {
        tracing::warn!(%error, "a prepared screening index was refused; it was built again from the lists");
    }
    let named: Vec<ListedEntity> = measures.iter().flat_map(named_persons).collect();
    if named.is_empty() {
        return Ok(shelved.index);
    }
    Ok(shelved.index.with(Index::build(&[(measures_header(named.len()), named.as_slice())])))
}

fn index_of_lists(store: &Arc<dyn Store>, snapshots: &[SnapshotInForce]) -> Result<Index, RegisterError> {
    let mut loaded = Vec::with_capacity(snapshots.len());
    for snapshot in snapshots {
        loaded.push(load_snapshot(store, snapshot.id)?);
    }
    let parts: Vec<_> = loaded.iter().map(|s| (s.header().clone(), s.entities())).collect();
    Ok(Index::build(&parts))
}

/// Code of the list that the persons named in measures make up.
pub(crate) const MEASURES_LIST: &str = "measures";

fn measures_header(entities: usize) -> SnapshotHeader {
    SnapshotHeader {
        list: MEASURES_LIST.to_owned(),
        title: "Persons named in special measures".to_owned(),
        published_on: None,
        entities: entities as u64,
        digest: String::new(),
    }
}

/// The persons a measure names, as listed entities, so that they are compared like any other listed party.
pub(crate) fn named_persons(measure: &Measure) -> Vec<ListedEntity> {
    let Target::Person { persons } = &measure.target else { return Vec::new() };
    persons.iter().enumerate().map(|(number, person)| named_person(measure, number, person)).collect()
}

fn named_person(measure: &Measure, number: usize, person: &NamedPerson) -> ListedEntity {
    let value = |text: String| Value {
        text,
        note: String::new(),
        origin: Origin { file: measure.id.to_string(), line: number as u64 + 1 },
    };
    let mut entity = ListedEntity::new(named::entity(measure.id, number), Schema::LegalEntity);
    for (position, name) in person.names.iter().enumerate() {
        let property = if position == 0 { Property::Name } else { Property::Alias };
        entity.push(property, value(name.expose().to_owned()));
    }
    if let Some(date) = person.birth_date {
        entity.push(Property::BirthDate, value(date.to_string()));
    }
    for country in &person.countries {
        entity.push(Property::Country, value(country.country().to_string().to_lowercase()));
    }
    for identifier in &person.identifiers {
        entity.push(Property::IdNumber, value(identifier.expose().to_owned()));
        entity.push(Property::Wallet, value(identifier.expose().to_owned()));
    }
    entity
}

/// A snapshot with its entries, its digest checked.
pub(crate) fn load_snapshot(store: &Arc<dyn Store>, id: SnapshotId) -> Result<Snapshot, RegisterError> {
    let packed = store.read(move |tx| list::packed(tx, id).map_err(RegisterError::from))?;
    let packed = packed.ok_or(RegisterError::NotFound { what: "snapshot" })?;
    Snapshot::unpack(&packed).map_err(|e| RegisterError::Evaluation { what: format!("snapshot {id}: {e}") })
}
