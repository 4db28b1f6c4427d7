//! Carrying out what was approved, in steps that can each be the last before a power cut.

use super::destroy::{Destroyed, Outcome, Why};
use super::{Object, Target, content_hash, due, holds_on};
use crate::access::{Action, authorise};
use crate::approvals::{ContentHash, Pending};
use crate::call::Call;
use crate::core::Core;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError};
use serde::Serialize;
use std::sync::Arc;
use tenantry_model::erasure::{ErasureFate, ErasureState};
use tenantry_model::event::EventType;
use tenantry_model::id::ErasureId;
use tenantry_store::repo::erasure::{self, ErasureItemRow, ErasureRow};
use tenantry_store::{Overwritten, StoreExt};

/// Batches carried out in one round.
const BATCHES_MAX: u32 = 100;
/// Keys destroyed in one unit: few, so that others do not wait long.
const KEYS_PER_UNIT: u32 = 25;

/// Keeps what was erased, outside the database, so that a copy restored later can be brought up to date before it is
/// used. No personal data and no key material goes into it.
pub trait ErasureJournal: Send + Sync {
    /// Appends these durably. Appending the same twice does no harm.
    ///
    /// # Errors
    /// Why it could not; the erasure is then not reported as done and is tried again.
    fn append(&self, destroyed: &[Destroyed]) -> Result<(), String>;
}

/// What a round carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CarriedOut {
    /// Batches that are done.
    pub done: Vec<ErasureId>,
    /// Keys destroyed. Where nothing had ever been sealed there was none.
    pub erased: usize,
    /// Keys kept because a hold covers them.
    pub held: usize,
    /// Keys kept because they are no longer due.
    pub not_due: usize,
}

impl Register {
    /// Says where destroyed keys are noted outside the database. The first one given stays.
    pub fn keep_erasure_journal(&self, journal: Arc<dyn ErasureJournal>) {
        let _ = self.core.journal.set(journal);
    }

    /// [`Register::carry_out_erasures`] with the journal that [`Register::keep_erasure_journal`] was given.
    ///
    /// # Errors
    /// [`RegisterError::Evaluation`] without one: an erasure that a restored copy would undo is not carried out.
    pub fn carry_out_approved(&self, call: &Call) -> Result<CarriedOut, RegisterError> {
        authorise(&call.actor, Action::Erase)?;
        let journal = self.core.journal.get().ok_or_else(|| RegisterError::Evaluation {
            what: "erasures are not carried out without an erasure journal".to_owned(),
        })?;
        self.carry_out_erasures(call, &**journal)
    }

    /// Finishes what was begun, then carries out every approved batch whose days of grace are over.
    ///
    /// # Errors
    /// [`RegisterError::Evaluation`] when the journal cannot be written; what was begun is finished in the next round. The error is
    /// that of the first batch that failed; those behind it were carried out.
    pub fn carry_out_erasures(
        &self,
        call: &Call,
        journal: &dyn ErasureJournal,
    ) -> Result<CarriedOut, RegisterError> {
        authorise(&call.actor, Action::Erase)?;
        let now = self.core.clock.now();
        let (begun, approved) = self.core.store.read(|tx| {
            let begun = erasure::in_state(tx, ErasureState::UnderWay, BATCHES_MAX)?;
            Ok::<_, RegisterError>((begun, erasure::in_state(tx, ErasureState::Approved, BATCHES_MAX)?))
        })?;
        let (mut carried, mut failed) = (CarriedOut::default(), None);
        for row in begun.into_iter().chain(approved.into_iter().filter(|row| row.erase_from <= now)) {
            // One that cannot be carried out keeps no other from its day.
            if let Err(error) = self.core.carry_out_one(call, row.id, row.state, journal, &mut carried) {
                tracing::error!(erasure = %row.id, code = error.code(), "an approved erasure could not be carried out");
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(carried), Err)
    }
}

impl Core {
    fn carry_out_one(
        self: &Arc<Self>,
        call: &Call,
        id: ErasureId,
        state: ErasureState,
        journal: &dyn ErasureJournal,
        carried: &mut CarriedOut,
    ) -> Result<(), RegisterError> {
        if state == ErasureState::Approved {
            self.change(call, Action::Erase, &("intent", id), move |unit| unit.intend(id))?;
        }
        while self.is_left_of(id)? {
            self.change(call, Action::Erase, &("destroy", id), move |unit| unit.destroy_some(id))?;
        }
        self.finish(call, id, journal, carried)
    }

    fn is_left_of(&self, id: ErasureId) -> Result<bool, RegisterError> {
        self.store
            .read(move |tx| Ok(!erasure::items_with_fate(tx, id, ErasureFate::Scheduled, 1)?.is_empty()))
    }

    /// Writes the journal, overwrites what was deleted, and only then says that it is done.
    fn finish(
        self: &Arc<Self>,
        call: &Call,
        id: ErasureId,
        journal: &dyn ErasureJournal,
        carried: &mut CarriedOut,
    ) -> Result<(), RegisterError> {
        let items = self.store.read(move |tx| erasure::items(tx, id).map_err(RegisterError::from))?;
        let destroyed: Vec<Destroyed> = items.iter().filter_map(destroyed).collect();
        journal.append(&destroyed).map_err(|reason| RegisterError::Evaluation {
            what: format!("the erasure journal could not be written: {reason}"),
        })?;
        // Whoever read meanwhile may have unwrapped again what is gone.
        self.vault.forget_keys();
        let overwritten = self.store.overwrite_deleted()?;
        self.change(call, Action::Erase, &("done", id), move |unit| unit.record_done(id, overwritten))?;
        let count = |fate| items.iter().filter(|item| item.fate == fate).count();
        carried.done.push(id);
        carried.erased += destroyed.iter().filter(|erased| erased.key.is_some()).count();
        carried.held += count(ErasureFate::Held);
        carried.not_due += count(ErasureFate::NotDue);
        Ok(())
    }
}

fn destroyed(item: &ErasureItemRow) -> Option<Destroyed> {
    let object = Object::from_parts(item.kind, item.object);
    let erased = Destroyed { object, subject: item.subject, class: item.class, key: item.key_id };
    (item.fate == ErasureFate::Erased).then_some(erased)
}

fn target_of(item: &ErasureItemRow) -> Result<Target, RegisterError> {
    let class = Retention::from_number(item.class).ok_or_else(|| RegisterError::Ledger {
        reason: "an item of an erasure has a retention class that does not exist".to_owned(),
    })?;
    Ok(Target { subject: item.subject, class, object: Object::from_parts(item.kind, item.object) })
}

impl Unit<'_> {
    /// Looks at every item again and records what is about to be destroyed.
    fn intend(&mut self, id: ErasureId) -> Result<(), RegisterError> {
        let mut row = self.erasure_in(id, ErasureState::Approved)?;
        // Of exactly these keys.
        if content_hash(&row.pack, &erasure::items(self.tx, id)?).bytes() != row.content_hash {
            return Err(RegisterError::SecondPerson);
        }
        let world = self.core.world();
        let mut about = Vec::new();
        let now = self.not_before();
        for mut item in erasure::items_with_fate(self.tx, id, ErasureFate::Scheduled, u32::MAX)? {
            let target = target_of(&item)?;
            if !holds_on(self.tx, &target)?.is_empty() {
                item.fate = ErasureFate::Held;
            } else if due(self.tx, &world.pack, &target)?.is_none_or(|due| due.over_at > now) {
                item.fate = ErasureFate::NotDue;
            } else {
                about.push((target.object, item.class));
                continue;
            }
            erasure::settle(self.tx, id, &item)?;
        }
        self.rest_on(&row)?;
        let record =
            Record::new(RecordType::ErasureIntended, self.core.deployment, Retention::DecisionEvidence)
                .text("erasure", id)
                .text("content_hash", ContentHash::from_bytes(row.content_hash))
                .json("items", &about)
                .caused_by(u64::try_from(row.scheduled_leaf).unwrap_or_default());
        let leaf = self.record(record)?;
        row.intent_leaf = i64::try_from(leaf).ok();
        row.state = ErasureState::UnderWay;
        self.store_erasure(&row)
    }

    /// Destroys some of what is left of a batch.
    fn destroy_some(&mut self, id: ErasureId) -> Result<(), RegisterError> {
        let row = self.erasure_in(id, ErasureState::UnderWay)?;
        self.rest_on(&row)?;
        let cause = row.intent_leaf.and_then(|leaf| u64::try_from(leaf).ok());
        let mut held = Vec::new();
        for mut item in erasure::items_with_fate(self.tx, id, ErasureFate::Scheduled, KEYS_PER_UNIT)? {
            let target = target_of(&item)?;
            let why = Why { under: id.to_string(), basis: &item.basis, cause };
            match self.destroy(&target, &why)? {
                Outcome::Held => {
                    held.push((target.object, item.class));
                    item.fate = ErasureFate::Held;
                }
                Outcome::Erased { key, leaf } => {
                    item.fate = ErasureFate::Erased;
                    item.key_id = key;
                    item.leaf = i64::try_from(leaf).ok();
                }
            }
            erasure::settle(self.tx, id, &item)?;
        }
        if held.is_empty() {
            return Ok(());
        }
        // A hold was placed after the intent was recorded.
        let record =
            Record::new(RecordType::ErasureIntended, self.core.deployment, Retention::DecisionEvidence)
                .text("erasure", id)
                .json("held_meanwhile", &held)
                .caused_by(cause.unwrap_or_default());
        self.record(record).map(drop)
    }

    fn record_done(&mut self, id: ErasureId, overwritten: Overwritten) -> Result<(), RegisterError> {
        let mut row = self.erasure_in(id, ErasureState::UnderWay)?;
        let items = erasure::items(self.tx, id)?;
        let with = |fate| -> Vec<_> {
            let these = items.iter().filter(|item| item.fate == fate);
            these.map(|item| (Object::from_parts(item.kind, item.object), item.class, item.leaf)).collect()
        };
        let live = match overwritten {
            Overwritten::FileAndLog => "none in the database file or its log",
            Overwritten::TableOnly => {
                "none in the table; the server's log and freed blocks until it reuses them"
            }
        };
        self.rest_on(&row)?;
        let record = Record::new(RecordType::ErasureDone, self.core.deployment, Retention::DecisionEvidence)
            .text("erasure", id)
            .text("content_hash", ContentHash::from_bytes(row.content_hash))
            .json("erased", &with(ErasureFate::Erased))
            .json("held", &with(ErasureFate::Held))
            .json("not_due", &with(ErasureFate::NotDue))
            .text("remnants", live)
            .text("remaining_copies", "backups made before, until the provider deletes them; a restored one is brought up to date from the journal")
            .caused_by(row.intent_leaf.and_then(|leaf| u64::try_from(leaf).ok()).unwrap_or_default());
        let leaf = self.record(record)?;
        row.done_leaf = i64::try_from(leaf).ok();
        row.done_at = Some(self.now);
        row.state = ErasureState::Done;
        self.store_erasure(&row)?;
        let told = serde_json::json!({ "erasure": id, "keys": items.iter().filter(|item| item.key_id.is_some()).count() });
        self.emit(EventType::ErasureDone, id, &told)
    }

    /// What is done for a batch rests on its approval.
    fn rest_on(&mut self, row: &ErasureRow) -> Result<(), RegisterError> {
        let content = ContentHash::from_bytes(row.content_hash);
        self.rest_on_approval_in(row.approval_leaf, &Pending::Erase { erasure: row.id, content })
    }
}
