//! Screening again what has to be, and no more: when lists have changed, their changed entries meet every party, and an account
//! is assessed whole only where that can make a difference.
//!
//! That is sound because the score of a pair depends on the pair alone. A party that met all entries of the old versions, has no
//! hit on an entry that changed or went, and is like none of the changed entries, comes out as before. Everything else, a new
//! algorithm, pack or measure included, means that everybody meets everything.

use super::first_look::Step;
use super::{Pass, Reassessed, Stamp, in_parallel};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::core::Core;
use crate::outcome::Cause;
use crate::record::{Record, RecordType, Retention};
use crate::world::{self, World};
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use tenantry_lists::{Change, Snapshot};
use tenantry_model::id::{AccountId, MeasureId, SnapshotId};
use tenantry_model::listed::{ListedEntity, SnapshotHeader};
use tenantry_model::time::Timestamp;
use tenantry_screening::{Index, Options, Score};
use tenantry_store::repo::setting;
use tenantry_store::{StoreExt, Tx};

/// Setting that holds the last complete pass.
const LAST_PASS: &str = "last_pass";

/// The last pass that went over everybody and ended.
#[derive(Debug, Clone, Serialize)]
pub struct LastPass {
    /// When it ended.
    pub ended_at: Timestamp,
    /// What it did.
    pub pass: Pass,
}

/// What everybody had met when a pass ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Baseline {
    ended_at: Timestamp,
    pass: Pass,
    algorithm: String,
    pack: [u8; 32],
    snapshots: Vec<(String, SnapshotId)>,
    measures: Vec<MeasureId>,
    screened_with: [u8; 32],
    /// Active parties that were behind all the same, because an account they are on could not be assessed.
    #[serde(default)]
    left_behind: i64,
}

/// What changed in the lists since a pass.
pub(super) struct Delta {
    /// What parties were screened with then.
    pub(super) from: [u8; 32],
    /// What they are screened with now.
    pub(super) to: [u8; 32],
    /// The entries that are new or changed.
    index: Index,
    /// What makes a party like one of them.
    options: Options,
    /// List and identifier of entries that changed or went.
    pub(super) touched: BTreeSet<(String, String)>,
    entries: u64,
}

/// The last complete pass.
pub(crate) fn last_pass(tx: &mut dyn Tx) -> Result<Option<LastPass>, RegisterError> {
    Ok(baseline(tx)?.map(|b| LastPass { ended_at: b.ended_at, pass: b.pass }))
}

/// Under which pack the last complete pass decided.
pub(crate) fn decided_under(tx: &mut dyn Tx) -> Result<Option<[u8; 32]>, RegisterError> {
    Ok(baseline(tx)?.map(|baseline| baseline.pack))
}

fn baseline(tx: &mut dyn Tx) -> Result<Option<Baseline>, RegisterError> {
    // One that cannot be read is none: then everybody meets everything.
    Ok(setting::find(tx, LAST_PASS)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

impl Register {
    /// Whether somebody was last screened against other lists than those in force and a pass may change that, or another pack was
    /// adopted. Whom the last pass left behind because an account could not be assessed is tried by [`Register::mind_clocks`].
    pub fn rescreening_waits(&self, call: &Call) -> Result<bool, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let world = self.core.world();
        let before = self.core.store.read(|tx| baseline(tx))?;
        let left = before.filter(|before| before.screened_with == world.screened_with);
        let left = left.map_or(0, |before| before.left_behind);
        Ok(self.core.parties_behind(&world)? > left || self.pack_waits(call)?)
    }

    /// Screens everybody against the lists in force: against the entries that changed since the last complete pass where that is
    /// enough, else against everything. Records that it was done. Idempotent: run it again when it was interrupted.
    pub fn rescreen(
        &self,
        call: &Call,
        chunk: u32,
        progress: &mut dyn FnMut(&Pass),
    ) -> Result<Pass, RegisterError> {
        authorise(&call.actor, Action::Reassess)?;
        let world = self.core.reload_world()?;
        let Some(delta) = self.core.delta(&world)? else { return self.reassess_all(call, chunk, progress) };
        let delta = Arc::new(delta);
        let work = |ids: &[AccountId], pass: &mut Pass| self.core.meet_changes(call, ids, &delta, pass);
        let mut pass = self.core.go_over(chunk, progress, &work)?;
        pass.changed_entries = delta.entries;
        self.core.record_pass(call, &world, &pass)?;
        Ok(pass)
    }
}

impl Core {
    /// Lets the parties of these accounts meet what changed. An account is assessed whole only where that can make a
    /// difference; of the others it is recorded that they were screened.
    fn meet_changes(
        self: &Arc<Self>,
        call: &Call,
        ids: &[AccountId],
        delta: &Arc<Delta>,
        pass: &mut Pass,
    ) -> Result<Vec<Reassessed>, RegisterError> {
        let looks = in_parallel(ids, |ids| {
            let mut looks = self.look_at(ids, delta)?;
            let asked = looks.iter_mut().enumerate().flat_map(|(at, look)| {
                std::mem::take(&mut look.queries).into_iter().map(move |query| (at, query))
            });
            let asked: Vec<_> = asked.collect();
            delta.index.pass(asked.into_iter(), &delta.options, NonZeroUsize::MIN, |at, _| {
                if let Some(look) = looks.get_mut(at) {
                    look.step = Step::Assess;
                }
            });
            Ok(looks)
        })?;
        let of_step = |step| looks.iter().filter(move |look| look.step == step);
        let assess: Vec<AccountId> = of_step(Step::Assess).map(|look| look.account).collect();
        let at = self.clock.now();
        let stamps: Vec<Stamp> = of_step(Step::Stamp)
            .map(|look| Stamp { look_again: None, parties: look.parties.clone(), with: delta.to, at })
            .collect();
        pass.met_changes += stamps.len() as u64;
        self.stamp(stamps)?;
        self.reassess_chunk(call, &assess, &|_| true, Cause::World, pass)
    }

    /// What changed in the lists since the last complete pass; `None` when everybody has to meet everything.
    fn delta(&self, world: &World) -> Result<Option<Delta>, RegisterError> {
        let Some(before) = self.store.read(|tx| baseline(tx))? else { return Ok(None) };
        let same = before.algorithm == tenantry_screening::ALGORITHM
            && before.pack == world.pack_hash()
            && before.measures == measures(world);
        // While lists are missing or too old an assessment says so, and nobody comes out as before.
        if !same || !self.list_troubles(world, self.clock.now()).is_empty() {
            return Ok(None);
        }
        let (mut parts, mut touched): (Vec<(SnapshotHeader, Vec<ListedEntity>)>, _) =
            (Vec::new(), BTreeSet::new());
        for snapshot in &world.snapshots {
            let list = &snapshot.header.list;
            let old = before.snapshots.iter().find(|(code, _)| code == list).map(|(_, id)| *id);
            if old == Some(snapshot.id) {
                continue;
            }
            let new = world::load_snapshot(&self.store, snapshot.id)?;
            let old = old.map(|id| world::load_snapshot(&self.store, id)).transpose()?;
            parts.push((snapshot.header.clone(), changed(old.as_ref(), &new, &mut touched)));
        }
        if before.snapshots.iter().any(|(list, _)| !world.snapshots.iter().any(|s| s.header.list == *list)) {
            return Ok(None);
        }
        let parts: Vec<_> =
            parts.iter().map(|(header, entries)| (header.clone(), entries.as_slice())).collect();
        let index = Index::build(&parts);
        let gone = touched.iter().filter(|(_, entity)| index.entity(entity).is_none()).count();
        let threshold = Score::new(world.pack.thresholds.match_review.value);
        Ok(Some(Delta {
            from: before.screened_with,
            to: world.screened_with,
            entries: (index.len() + gone) as u64,
            index,
            options: Options { threshold, limit: 1 },
            touched,
        }))
    }

    /// Writes down that everybody has met everything in force.
    pub(crate) fn record_pass(
        self: &Arc<Self>,
        call: &Call,
        world: &World,
        pass: &Pass,
    ) -> Result<(), RegisterError> {
        let left_behind = self.parties_behind(world)?;
        let done = Baseline {
            ended_at: self.clock.now(),
            pass: *pass,
            algorithm: tenantry_screening::ALGORITHM.to_owned(),
            pack: world.pack_hash(),
            snapshots: world.snapshots.iter().map(|s| (s.header.list.clone(), s.id)).collect(),
            measures: measures(world),
            screened_with: world.screened_with,
            left_behind,
        };
        let (core, generation) = (Arc::clone(self), world.generation);
        self.change(call, Action::Reassess, &("all", generation), move |unit| {
            let kept = serde_json::to_vec(&done).unwrap_or_default();
            setting::put(unit.tx, LAST_PASS, &kept)?;
            let record =
                Record::new(RecordType::RescreeningDone, core.deployment, Retention::DecisionEvidence)
                    .text("generation", generation)
                    .bytes("screened_with", &done.screened_with)
                    .json("pass", &done.pass);
            unit.record(record).map(|_| ())
        })
    }
}

fn measures(world: &World) -> Vec<MeasureId> {
    world.measures.iter().map(|measure| measure.id).collect()
}

/// The entries that are new or changed; what changed or went is added to `touched`.
fn changed(
    old: Option<&Snapshot>,
    new: &Snapshot,
    touched: &mut BTreeSet<(String, String)>,
) -> Vec<ListedEntity> {
    let Some(old) = old else { return new.entities().to_vec() };
    let list = &new.header().list;
    let mut fresh = BTreeSet::new();
    for change in tenantry_lists::diff(old, new) {
        if !matches!(change, Change::Added(_)) {
            touched.insert((list.clone(), change.id().to_owned()));
        }
        if !matches!(change, Change::Removed(_)) {
            fresh.insert(change.id().to_owned());
        }
    }
    new.entities().iter().filter(|entity| fresh.contains(&entity.id)).cloned().collect()
}
