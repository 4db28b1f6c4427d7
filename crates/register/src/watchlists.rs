//! Watchlists in force: importing a new version, what is in force, and the proof that every party was screened against it.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::record::{Record, RecordType, Retention};
use crate::world::{self, SnapshotInForce};
use crate::{Register, RegisterError};
use serde::Serialize;
use tenantry_lists::{Reading, Snapshot};
use tenantry_model::id::SnapshotId;
use tenantry_model::listed::{ListedEntity, SnapshotHeader};
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::{list, party};

/// Versions listed, newest first.
const HISTORY_MAX: u32 = 200;

/// What importing a list did.
#[derive(Debug, Clone, Serialize)]
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
    /// Records of the file that were doubtful or set aside, as file, line and why.
    pub notices: Vec<String>,
    /// `true` when this very version was in force already and nothing was done.
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
    /// Parties there are.
    pub parties: i64,
    /// Parties whose last screening was against an older set of lists. 0 is the proof that nobody was missed.
    pub parties_behind: i64,
}

impl Register {
    /// Brings a new version of a list into force. Refuses one that is truncated, malformed or suddenly much smaller: then the
    /// version in force stays. Parties are screened against it by [`Register::reassess_all`].
    pub fn import_list(&self, call: &Call, reading: &Reading) -> Result<Imported, RegisterError> {
        authorise(&call.actor, Action::ImportList)?;
        let header = reading.snapshot.header().clone();
        let before = self.in_force(&header.list);
        tenantry_lists::acceptable(before.as_ref().map(|b| &b.header), reading)
            .map_err(|refusal| RegisterError::ListRefused { reason: refusal.to_string() })?;
        let notices: Vec<String> =
            reading.notices.iter().map(|n| format!("{}:{}: {}", n.file, n.line, n.why)).collect();
        if let Some(before) = before.as_ref().filter(|b| b.header.digest == header.digest) {
            let (snapshot, header) = (before.id, before.header.clone());
            return Ok(Imported {
                snapshot,
                header,
                added: 0,
                removed: 0,
                changed: 0,
                notices,
                unchanged: true,
            });
        }
        let (added, removed, changed) = self.differences(before.as_ref(), &reading.snapshot)?;
        let packed = reading.snapshot.pack();
        let new = header.clone();
        let snapshot = self.core.change(
            call,
            Action::ImportList,
            &(header.list.clone(), header.digest.clone()),
            move |unit| {
                let id = SnapshotId::new(unit.now, &*unit.core.entropy);
                let row = list::SnapshotRow {
                    id,
                    list: new.list.clone(),
                    header: serde_json::to_string(&new).unwrap_or_default(),
                    imported_at: unit.now,
                    superseded_at: None,
                };
                list::add(unit.tx, &row, &packed)?;
                world::raise_generation(unit.tx)?;
                let record =
                    Record::new(RecordType::ListImported, unit.core.deployment, Retention::DecisionEvidence)
                        .text("snapshot", id)
                        .json("header", &new)
                        .text("added", added)
                        .text("removed", removed)
                        .text("changed", changed);
                unit.record(record)?;
                unit.emit(
                    "tenantry.list.imported",
                    &new.list,
                    &serde_json::json!({ "snapshot": id, "list": new.list }),
                )?;
                Ok(id)
            },
        )?;
        self.core.reload_world()?;
        Ok(Imported { snapshot, header, added, removed, changed, notices, unchanged: false })
    }

    /// The lists in force, their history, and how many parties are behind.
    pub fn lists(&self, call: &Call) -> Result<ListsView, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let with = self.core.world().screened_with;
        self.core.store.read(move |tx| {
            let rows = list::history(tx, HISTORY_MAX)?;
            let history = rows.into_iter().map(snapshot_view).collect::<Result<Vec<_>, _>>()?;
            let rows = list::current(tx)?;
            let in_force = rows.into_iter().map(snapshot_view).collect::<Result<Vec<_>, _>>()?;
            Ok(ListsView {
                in_force,
                history,
                algorithm: tenantry_screening::ALGORITHM,
                parties: party::count(tx)?,
                parties_behind: party::count_unscreened(tx, &with)?,
            })
        })
    }

    /// A listed entity of the versions in force, with every value and where it was read.
    pub fn listed_entity(
        &self,
        call: &Call,
        list: &str,
        entity: &str,
    ) -> Result<ListedEntity, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let missing = || RegisterError::NotFound { what: "listed entity" };
        if list == world::MEASURES_LIST {
            let world = self.core.world();
            let named = world.measures.iter().flat_map(world::named_persons).find(|e| e.id == entity);
            return named.ok_or_else(missing);
        }
        let snapshot = self.in_force(list).ok_or_else(missing)?;
        let snapshot = world::load_snapshot(&self.core.store, snapshot.id)?;
        snapshot.into_entities().into_iter().find(|e| e.id == entity).ok_or_else(missing)
    }

    fn in_force(&self, list: &str) -> Option<SnapshotInForce> {
        self.core.world().snapshots.iter().find(|s| s.header.list == list).cloned()
    }

    fn differences(
        &self,
        before: Option<&SnapshotInForce>,
        new: &Snapshot,
    ) -> Result<(usize, usize, usize), RegisterError> {
        let Some(before) = before else { return Ok((new.entities().len(), 0, 0)) };
        let old = world::load_snapshot(&self.core.store, before.id)?;
        let mut counts = (0, 0, 0);
        for change in tenantry_lists::diff(&old, new) {
            match change {
                tenantry_lists::Change::Added(_) => counts.0 += 1,
                tenantry_lists::Change::Removed(_) => counts.1 += 1,
                tenantry_lists::Change::Changed { .. } => counts.2 += 1,
            }
        }
        Ok(counts)
    }
}

fn snapshot_view(row: list::SnapshotRow) -> Result<SnapshotView, RegisterError> {
    let unreadable = |_| RegisterError::Ledger { reason: format!("the header of {} cannot be read", row.id) };
    Ok(SnapshotView {
        header: serde_json::from_str(&row.header).map_err(unreadable)?,
        id: row.id,
        imported_at: row.imported_at,
        superseded_at: row.superseded_at,
    })
}
