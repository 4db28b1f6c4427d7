//! Watchlists in force: importing a new version, what is in force, and the proof that every party was screened against it.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::reassess::delta::{self, LastPass};
use crate::record::{Record, RecordType, Retention};
use crate::rules::screened_in_trouble;
use crate::signal_lists::{self, SignalListsView};
use crate::unit::Unit;
use crate::world::{self, SnapshotInForce};
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use tenantry_lists::{Part, Reading, Snapshot, acceptable, acceptable_after};
use tenantry_model::event::EventType;
use tenantry_model::id::SnapshotId;
use tenantry_model::listed::{ListedEntity, SnapshotHeader};
use tenantry_model::time::Timestamp;
use tenantry_store::repo::{list, party};
use tenantry_store::{StoreExt, Tx};

/// Versions listed, newest first.
const HISTORY_MAX: u32 = 200;

/// What importing a list did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Imported {
    /// The snapshot now in force.
    pub snapshot: SnapshotId,
    /// What it says of itself.
    pub header: SnapshotHeader,
    /// Entries added against the version before.
    pub added: usize,
    /// Entries removed.
    pub removed: usize,
    /// Entries changed.
    pub changed: usize,
    /// Parts whose loss against the version before was accepted by whoever imported it, by their words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Records of the file that were doubtful or set aside, as file, line and why.
    pub notices: Vec<String>,
    /// `true` when this very version was in force already: it is confirmed, and nobody is screened again.
    pub unchanged: bool,
}

/// A version of a list.
#[derive(Debug, Clone, Serialize)]
pub struct SnapshotView {
    /// Identifier.
    pub id: SnapshotId,
    /// What it says of itself.
    pub header: SnapshotHeader,
    /// When it came into force here.
    pub imported_at: Timestamp,
    /// When a newer one took its place.
    pub superseded_at: Option<Timestamp>,
    /// When it was last imported and found to be this version: a list is as old as this.
    pub confirmed_at: Timestamp,
}

/// The lists, and whether everybody was screened against them.
#[derive(Debug, Clone, Serialize)]
pub struct ListsView {
    /// Versions in force.
    pub in_force: Vec<SnapshotView>,
    /// All versions, newest first.
    pub history: Vec<SnapshotView>,
    /// Name of the matching algorithm.
    pub algorithm: &'static str,
    /// Active parties: on an account that is not closed, or behind one.
    pub parties: i64,
    /// Active parties whose last screening was against an older set of lists. 0 is the proof that nobody was missed.
    pub parties_behind: i64,
    /// Days a list may go unconfirmed before whoever is screened against it is reviewed.
    pub age_days_max: Option<u32>,
    /// Lists that are missing or too old, in words. As long as there is one, nobody new passes.
    pub troubles: Vec<String>,
    /// The last pass that went over everybody and ended.
    pub last_pass: Option<LastPass>,
    /// Signal lists: what is looked up, not screened against.
    pub signal_lists: SignalListsView,
    /// Files this process refused to import since it started, until a sound version of the same list came.
    pub refused: Vec<RefusedList>,
}

/// A file that was refused: the version in force stayed.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedList {
    /// Code of the list, or the name of a file that could not be read.
    pub list: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// Most refusals that are remembered, the latest of each list.
const REFUSALS_MAX: usize = 20;

/// What was refused lately. Kept in memory: a refusal changes nothing, and nothing is written for it.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Vec<RefusedList>>);

impl Refusals {
    fn add(&self, refused: RefusedList) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.list != refused.list);
        kept.insert(0, refused);
        kept.truncate(REFUSALS_MAX);
    }

    pub(crate) fn forget(&self, list: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|one| one.list != list);
    }

    fn all(&self) -> Vec<RefusedList> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Register {
    /// Brings a new version of a list into force. Refuses one that is truncated, malformed or suddenly much smaller, or that lost
    /// much of a part which is not among `without`: then the version in force stays. Parties are screened against it by [`Register::reassess_all`]. The version in force, imported
    /// again, is confirmed: its age begins anew, and a date of publication that is given now takes the place of an earlier one.
    pub fn import_list(
        &self,
        call: &Call,
        reading: &Reading,
        without: &[Part],
    ) -> Result<Imported, RegisterError> {
        authorise(&call.actor, Action::ImportList)?;
        let header = reading.snapshot.header().clone();
        let before = self.in_force(&header.list);
        // The very version in force need not be compared with itself.
        let other = before.as_ref().filter(|b| b.header.digest != header.digest);
        let old = other.map(|b| world::load_snapshot(&self.core.store, b.id)).transpose()?;
        if self.core.world().signals.lists.iter().any(|list| list.header().list == header.list) {
            let reason =
                format!("`{}` is the code of a signal list; give the list a code of its own", header.list);
            self.remember_refused(&header.list, &reason);
            return Err(RegisterError::ListRefused { reason });
        }
        let follows = acceptable(before.as_ref().map(|b| &b.header), reading)
            .and_then(|()| old.as_ref().map_or(Ok(()), |old| acceptable_after(old, reading, without)));
        if let Err(refusal) = follows {
            let reason = refusal.to_string();
            self.remember_refused(&header.list, &reason);
            return Err(RegisterError::ListRefused { reason });
        }
        self.core.refused.forget(&header.list);
        let notices: Vec<String> =
            reading.notices.iter().map(|n| format!("{}:{}: {}", n.file, n.line, n.why)).collect();
        let mut waived: Vec<String> = without.iter().map(ToString::to_string).collect();
        waived.sort_unstable();
        waived.dedup();
        let request = (header.list.clone(), header.digest.clone(), header.published_on, waived.clone());
        let known = before.as_ref().filter(|b| b.header.digest == header.digest);
        let imported = if let Some(known) = known {
            let header = SnapshotHeader {
                published_on: header.published_on.or(known.header.published_on),
                ..known.header.clone()
            };
            let snapshot = known.id;
            let answer = Imported {
                snapshot,
                header,
                added: 0,
                removed: 0,
                changed: 0,
                without: waived,
                notices,
                unchanged: true,
            };
            self.core.change(call, Action::ImportList, &request, move |unit| confirm(unit, answer.clone()))?
        } else {
            let (added, removed, changed) = differences(old.as_ref(), &reading.snapshot);
            let packed = reading.snapshot.pack();
            self.core.change(call, Action::ImportList, &request, move |unit| {
                let snapshot = SnapshotId::new(unit.now, &*unit.core.entropy);
                let (header, without, notices) = (header.clone(), waived.clone(), notices.clone());
                let answer = Imported {
                    snapshot,
                    header,
                    added,
                    removed,
                    changed,
                    without,
                    notices,
                    unchanged: false,
                };
                bring_into_force(unit, &packed, answer)
            })?
        };
        self.core.reload_world()?;
        Ok(imported)
    }

    /// Remembers that a file which was to be imported could not be read, so that people who look at the lists are told.
    pub fn list_unreadable(&self, call: &Call, file: &str, reason: &str) -> Result<(), RegisterError> {
        authorise(&call.actor, Action::ImportList)?;
        self.remember_refused(file, reason);
        Ok(())
    }

    fn remember_refused(&self, list: &str, reason: &str) {
        let (list, reason) = (list.to_owned(), reason.to_owned());
        self.core.refused.add(RefusedList { list, at: self.core.clock.now(), reason });
    }

    /// The lists in force, their history, and how many parties are behind.
    pub fn lists(&self, call: &Call) -> Result<ListsView, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let world = self.core.world();
        let troubles = self.core.list_troubles(&world, self.core.clock.now());
        let in_trouble = screened_in_trouble(&world.screened_with, &troubles);
        let (with, age_days_max) = (world.screened_with, self.core.rules.load().lists.age_days_max);
        let refused = self.core.refused.all();
        let unreadable = world.signals.unreadable.clone();
        self.core.store.read(move |tx| {
            let rows = list::history(tx, HISTORY_MAX)?;
            let history = rows.into_iter().map(snapshot_view).collect::<Result<Vec<_>, _>>()?;
            let rows = list::current(tx)?;
            let in_force = rows.into_iter().map(snapshot_view).collect::<Result<Vec<_>, _>>()?;
            let parties = party::count_active(tx)?;
            let parties_behind = behind(tx, &with, &in_trouble)?;
            Ok(ListsView {
                in_force,
                history,
                algorithm: tenantry_screening::ALGORITHM,
                parties,
                parties_behind,
                age_days_max,
                troubles: troubles.iter().map(ToString::to_string).collect(),
                last_pass: delta::last_pass(tx)?,
                signal_lists: signal_lists::view(tx, unreadable.clone())?,
                refused: refused.clone(),
            })
        })
    }

    /// The version in force of a list, whole.
    pub fn list_in_force(&self, call: &Call, list: &str) -> Result<Snapshot, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let snapshot = self.in_force(list).ok_or(RegisterError::NotFound { what: "list in force" })?;
        world::load_snapshot(&self.core.store, snapshot.id)
    }

    /// How many active parties are behind the lists in force.
    pub fn parties_behind(&self, call: &Call) -> Result<i64, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let world = self.core.world();
        let troubles = self.core.list_troubles(&world, self.core.clock.now());
        let in_trouble = screened_in_trouble(&world.screened_with, &troubles);
        self.core.store.read(move |tx| behind(tx, &world.screened_with, &in_trouble))
    }

    /// Listed entities of the versions in force, with every value and where it was read, as they are named by list and
    /// identifier. Each list is opened once; what is not there any more is left out.
    pub fn listed_entities(
        &self,
        call: &Call,
        named: &BTreeSet<(String, String)>,
    ) -> Result<BTreeMap<(String, String), ListedEntity>, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let world = self.core.world();
        let mut found = BTreeMap::new();
        for (list, id) in named {
            let entity = if list == world::MEASURES_LIST {
                world.measures.iter().flat_map(world::named_persons).find(|entity| entity.id == *id)
            } else {
                let Some(snapshot) = world.snapshots.iter().find(|s| s.header.list == *list) else {
                    continue;
                };
                self.core.entries(snapshot)?.find(id)
            };
            found.extend(entity.map(|entity| ((list.clone(), id.clone()), entity)));
        }
        Ok(found)
    }

    fn in_force(&self, list: &str) -> Option<SnapshotInForce> {
        self.core.world().snapshots.iter().find(|s| s.header.list == list).cloned()
    }
}

/// Entries added, removed and changed.
fn differences(old: Option<&Snapshot>, new: &Snapshot) -> (usize, usize, usize) {
    let Some(old) = old else { return (new.entities().len(), 0, 0) };
    let mut counts = (0, 0, 0);
    for change in tenantry_lists::diff(old, new) {
        match change {
            tenantry_lists::Change::Added(_) => counts.0 += 1,
            tenantry_lists::Change::Removed(_) => counts.1 += 1,
            tenantry_lists::Change::Changed { .. } => counts.2 += 1,
        }
    }
    counts
}

/// Active parties that are behind. Who was screened while lists were in trouble is not behind as long as they are.
fn behind(tx: &mut dyn Tx, with: &[u8; 32], in_trouble: &[u8; 32]) -> Result<i64, RegisterError> {
    let behind = party::count_unscreened(tx, with)?;
    if behind == 0 || in_trouble == with {
        return Ok(behind);
    }
    Ok(behind - (party::count_active(tx)? - party::count_unscreened(tx, in_trouble)?))
}

fn bring_into_force(unit: &mut Unit<'_>, packed: &[u8], answer: Imported) -> Result<Imported, RegisterError> {
    let row = list::SnapshotRow {
        id: answer.snapshot,
        list: answer.header.list.clone(),
        header: serde_json::to_string(&answer.header).unwrap_or_default(),
        imported_at: unit.now,
        superseded_at: None,
        confirmed_at: unit.now,
    };
    list::add(unit.tx, &row, packed)?;
    record_import(unit, &answer)?;
    unit.emit(
        EventType::ListImported,
        &answer.header.list,
        &serde_json::json!({ "snapshot": answer.snapshot, "list": answer.header.list }),
    )?;
    Ok(answer)
}

/// The version in force was imported again: it is as young as this import, and may have a better date.
fn confirm(unit: &mut Unit<'_>, answer: Imported) -> Result<Imported, RegisterError> {
    let header = serde_json::to_string(&answer.header).unwrap_or_default();
    if !list::confirm(unit.tx, answer.snapshot, unit.now, &header)? {
        return Err(RegisterError::Contention);
    }
    record_import(unit, &answer)?;
    Ok(answer)
}

fn record_import(unit: &mut Unit<'_>, imported: &Imported) -> Result<(), RegisterError> {
    world::raise_generation(unit.tx)?;
    let mut record = Record::new(RecordType::ListImported, unit.core.deployment, Retention::DecisionEvidence)
        .text("snapshot", imported.snapshot)
        .json("header", &imported.header)
        .text("added", imported.added)
        .text("removed", imported.removed)
        .text("changed", imported.changed)
        .text("unchanged", imported.unchanged);
    if !imported.without.is_empty() {
        record = record.text("without", imported.without.join(", "));
    }
    unit.record(record).map(|_| ())
}

fn snapshot_view(row: list::SnapshotRow) -> Result<SnapshotView, RegisterError> {
    let unreadable = |_| RegisterError::Ledger { reason: format!("the header of {} cannot be read", row.id) };
    Ok(SnapshotView {
        header: serde_json::from_str(&row.header).map_err(unreadable)?,
        id: row.id,
        imported_at: row.imported_at,
        superseded_at: row.superseded_at,
        confirmed_at: row.confirmed_at,
    })
}
