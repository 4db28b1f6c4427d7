//! Erasure: what is due is scheduled for everybody to see, asked for, approved by a second person, and destroyed.
//!
//! ```text
//! due set -> scheduled (leaf; days of grace) -> asked for -> approved by a second person, bound to the exact keys
//!   -> intent (leaf; holds and clocks looked at again) -> keys destroyed (a leaf per key; holds looked at again)
//!   -> journal -> remnants overwritten -> done (leaf)
//! ```
//! Each arrow is one unit, and what was begun is finished by the next round, so a process that dies at any point leaves nothing
//! half erased. What is destroyed is the key of one subject and retention class, and with it every body and row sealed under it;
//! `docs/erasing.md` says for each table what happens to it. The leaves stay: they name nobody, and the tree still verifies.
//! REC-05, ENF-07; ledger design 5.2; NIST SP 800-88 Rev. 2 on cryptographic erase.

mod carry_out;
mod destroy;
mod replay;
mod view;

pub use carry_out::{CarriedOut, ErasureJournal};
pub use destroy::Destroyed;
pub use replay::Replayed;
pub use view::{DuePlace, DueView, ErasureItemView, ErasureView};

use crate::access::{Action, authorise};
use crate::approvals::{ContentHash, Pending};
use crate::call::Call;
use crate::core::Core;
use crate::record::{Record, RecordType, Retention};
use crate::retention::{Due, Object, Target, due, holds_on, own, targets};
use crate::unit::Unit;
use crate::{Register, RegisterError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use tenantry_model::account::AccountState;
use tenantry_model::erasure::{ErasureFate, ErasureObject, ErasureState};
use tenantry_model::event::EventType;
use tenantry_model::id::{AccountId, ApprovalId, ErasureId};
use tenantry_model::random::draw;
use tenantry_model::time::Timestamp;
use tenantry_policy::pack::Pack;
use tenantry_store::repo::erasure::{self, ErasureItemRow, ErasureRow};
use tenantry_store::repo::staff;
use tenantry_store::{StoreExt, Tx};

/// Days between scheduling and the earliest erasure, in which counsel can place a hold.
pub const GRACE_DAYS: u32 = 7;
/// Ended accounts looked at in one read.
const ACCOUNTS_PER_READ: u32 = 200;
/// Orders, measures, holds, disclosures or staff looked at in one read.
const OWN_PER_READ: u32 = 200;
/// Most keys of one batch: few enough to be looked through by the person who approves.
pub const ITEMS_PER_BATCH: usize = 500;

impl Register {
    /// Everything whose time is over, scheduled or not, with the holds that keep it.
    pub fn due_for_erasure(&self, call: &Call) -> Result<Vec<DueView>, RegisterError> {
        authorise(&call.actor, Action::ReadRetention)?;
        let now = self.core.clock.now();
        let due = self.core.due_set(now)?;
        self.core
            .store
            .read(move |tx| due.iter().map(|(target, due)| view::due_view(tx, target, due)).collect())
    }

    /// Puts everything that is due, not held and not scheduled yet into batches. Answers the new ones.
    pub fn schedule_erasures(&self, call: &Call) -> Result<Vec<ErasureId>, RegisterError> {
        authorise(&call.actor, Action::Erase)?;
        let now = self.core.clock.now();
        let due: Vec<Target> = self.core.due_set(now)?.into_keys().collect();
        let mut batches = Vec::new();
        for chunk in due.chunks(ITEMS_PER_BATCH) {
            let targets = chunk.to_vec();
            let scheduled = self.core.store.read({
                let targets = targets.clone();
                let core = Arc::clone(&self.core);
                move |tx| still_to_schedule(tx, &core.world().pack, &targets, now)
            })?;
            if scheduled.is_empty() {
                continue;
            }
            let batch = self
                .core
                .change(call, Action::Erase, &("schedule", now), move |unit| unit.schedule(&targets));
            match batch {
                Ok(id) => batches.push(id),
                // Somebody was faster; what is left comes up in the next round.
                Err(RegisterError::Changed { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(batches)
    }

    /// Batches before `before`, newest first.
    pub fn erasures(
        &self,
        call: &Call,
        before: Option<ErasureId>,
    ) -> Result<Vec<ErasureView>, RegisterError> {
        authorise(&call.actor, Action::ReadRetention)?;
        let before = before.unwrap_or(ErasureId::from_bytes([0xff; 16]));
        self.core.store.read(move |tx| {
            let rows = erasure::page(tx, before, view::ERASURES_PER_PAGE)?;
            rows.into_iter().map(|row| view::view(tx, row)).collect()
        })
    }

    /// One batch.
    pub fn erasure(&self, call: &Call, id: ErasureId) -> Result<ErasureView, RegisterError> {
        authorise(&call.actor, Action::ReadRetention)?;
        self.core.store.read(move |tx| {
            let row = erasure::find(tx, id)?.ok_or(RegisterError::NotFound { what: "erasure" })?;
            view::view(tx, row)
        })
    }

    /// Asks for a scheduled batch to be carried out. A second person approves exactly the keys it lists.
    ///
    /// # Errors
    /// [`RegisterError::State`] unless it is scheduled; [`RegisterError::SecondPerson`] when the caller is not a person.
    pub fn request_erasure(&self, call: &Call, id: ErasureId) -> Result<ApprovalId, RegisterError> {
        self.core.change(call, Action::RequestErasure, &("request_erasure", id), move |unit| {
            let mut row = unit.erasure_in(id, ErasureState::Scheduled)?;
            row.state = ErasureState::AwaitingSecond;
            unit.store_erasure(&row)?;
            let content = ContentHash::from_bytes(row.content_hash);
            let reason = unit.call.reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
            let subject: [u8; 16] = draw(&*unit.core.entropy);
            unit.request_approval(&Pending::Erase { erasure: id, content }, subject, &reason)
        })
    }
}

impl Core {
    /// Every key whose time is over at `now`, whether held or scheduled or neither.
    fn due_set(self: &Arc<Self>, now: Timestamp) -> Result<BTreeMap<Target, Due>, RegisterError> {
        let mut found = BTreeMap::new();
        for class in Retention::ALL {
            for state in [AccountState::Closed, AccountState::Refused] {
                let mut after = AccountId::from_bytes([0; 16]);
                loop {
                    let core = Arc::clone(self);
                    let (last, part) = self
                        .store
                        .read(move |tx| due_after(tx, &core.world().pack, class, state, after, now))?;
                    found.extend(part);
                    let Some(last) = last else { break };
                    after = last;
                }
            }
            // A party that stayed when its account was erased, because of a hold or a later record, is found by its own key.
            for kind in own::KINDS.into_iter().chain([ErasureObject::Party]) {
                let mut after = [0; 16];
                loop {
                    let core = Arc::clone(self);
                    let (last, part) = self
                        .store
                        .read(move |tx| own_due_after(tx, &core.world().pack, class, kind, after, now))?;
                    found.extend(part);
                    let Some(last) = last else { break };
                    after = last;
                }
            }
        }
        Ok(found)
    }
}

type OwnDuePage = (Option<[u8; 16]>, Vec<(Target, Due)>);

/// One page of what stands under pseudonyms of its own: the last one looked at, and what is due of it.
fn own_due_after(
    tx: &mut dyn Tx,
    pack: &Pack,
    class: Retention,
    kind: ErasureObject,
    after: [u8; 16],
    now: Timestamp,
) -> Result<OwnDuePage, RegisterError> {
    let ids = erasure::own_subjects(tx, kind, class.number(), &after, OWN_PER_READ)?;
    let mut found = Vec::new();
    for id in &ids {
        for target in targets(tx, Object::from_parts(kind, *id), class)? {
            if let Some(due) = due(tx, pack, &target)?.filter(|due| due.over_at <= now) {
                found.push((target, due));
            }
        }
    }
    Ok((ids.last().copied(), found))
}

type DuePage = (Option<AccountId>, Vec<(Target, Due)>);

/// One page of ended accounts: the last one looked at, and what is due of it.
fn due_after(
    tx: &mut dyn Tx,
    pack: &Pack,
    class: Retention,
    state: AccountState,
    after: AccountId,
    now: Timestamp,
) -> Result<DuePage, RegisterError> {
    let accounts = erasure::ended(tx, state, class.number() - 1, after, ACCOUNTS_PER_READ)?;
    let mut found = Vec::new();
    for id in &accounts {
        for target in targets(tx, Object::Account(*id), class)? {
            let Some(due) = due(tx, pack, &target)?.filter(|due| due.over_at <= now) else { continue };
            if is_left(tx, &target)? {
                found.push((target, due));
            }
        }
    }
    Ok((accounts.last().copied(), found))
}

/// Whether there is something left to erase: a key, or an account that was not cleared yet.
fn is_left(tx: &mut dyn Tx, target: &Target) -> Result<bool, RegisterError> {
    let class = target.class.number();
    if tenantry_store::repo::key::find_subject(tx, &target.subject, class)?.is_some() {
        return Ok(true);
    }
    match target.object {
        Object::Account(id) => Ok(erasure::erased_class(tx, id)? < i64::from(class)),
        // Name and log-in stand in the row, whether there ever was a key or not.
        Object::Staff(id) if target.class == Retention::PersonalData => {
            Ok(staff::find(tx, id)?.is_some_and(|row| !row.name.is_empty()))
        }
        _ => Ok(false),
    }
}

/// Those of these keys that are due at `now`, kept by no hold and in no batch that is not done.
fn still_to_schedule(
    tx: &mut dyn Tx,
    pack: &Pack,
    targets: &[Target],
    now: Timestamp,
) -> Result<Vec<ErasureItemRow>, RegisterError> {
    let mut items = Vec::new();
    for target in targets {
        let Some(due) = due(tx, pack, target)?.filter(|due| due.over_at <= now) else { continue };
        let waits = erasure::waits(tx, &target.subject, target.class.number())?;
        if waits || !is_left(tx, target)? || !holds_on(tx, target)?.is_empty() {
            continue;
        }
        items.push(ErasureItemRow {
            subject: target.subject,
            class: target.class.number(),
            kind: target.object.kind(),
            object: target.object.bytes(),
            basis: due.basis,
            anchor_at: due.anchor_at,
            due_at: due.over_at,
            fate: ErasureFate::Scheduled,
            key_id: None,
            leaf: None,
        });
    }
    Ok(items)
}

/// One line of what is approved.
#[derive(Serialize)]
struct ContentLine<'a> {
    object: Object,
    class: u8,
    subject: String,
    basis: &'a str,
    due_at: Timestamp,
}

/// Digest of exactly what a batch would destroy.
pub(crate) fn content_hash(pack: &[u8; 32], items: &[ErasureItemRow]) -> ContentHash {
    let mut lines: Vec<_> = items
        .iter()
        .map(|item| ContentLine {
            object: Object::from_parts(item.kind, item.object),
            class: item.class,
            subject: crate::ledger_view::hex(&item.subject),
            basis: &item.basis,
            due_at: item.due_at,
        })
        .collect();
    lines.sort_by(|a, b| (&a.subject, a.class).cmp(&(&b.subject, b.class)));
    ContentHash::of(&serde_json::to_vec(&(crate::ledger_view::hex(pack), lines)).unwrap_or_default())
}

impl Unit<'_> {
    /// Schedules what is due of these keys.
    fn schedule(&mut self, targets: &[Target]) -> Result<ErasureId, RegisterError> {
        let world = self.core.world();
        let now = self.not_before();
        let items = still_to_schedule(self.tx, &world.pack, targets, now)?;
        if items.is_empty() {
            return Err(RegisterError::Changed { what: "set of what is due" });
        }
        let id = ErasureId::new(self.now, &*self.core.entropy);
        let erase_from = self.now.plus_days(GRACE_DAYS);
        let pack = world.pack_hash();
        let content = content_hash(&pack, &items);
        let listed: Vec<_> = items
            .iter()
            .map(|item| (Object::from_parts(item.kind, item.object), item.class, &item.basis, item.due_at))
            .collect();
        let record =
            Record::new(RecordType::ErasureScheduled, self.core.deployment, Retention::DecisionEvidence)
                .text("erasure", id)
                .text("erase_from", erase_from)
                .text("content_hash", content)
                .json("items", &listed);
        let leaf = self.record(record)?;
        let row = ErasureRow {
            id,
            state: ErasureState::Scheduled,
            scheduled_at: self.now,
            erase_from,
            pack,
            content_hash: content.bytes(),
            scheduled_leaf: i64::try_from(leaf).unwrap_or(i64::MAX),
            approval_leaf: None,
            intent_leaf: None,
            done_leaf: None,
            done_at: None,
            version: 1,
        };
        erasure::add(self.tx, &row, &items)?;
        let told = serde_json::json!({ "erasure": id, "erase_from": erase_from, "keys": items.len() });
        self.emit(EventType::ErasureScheduled, id, &told)?;
        Ok(id)
    }

    /// Whether a batch is still exactly what was asked for.
    pub(crate) fn is_erasure_as_requested(
        &mut self,
        id: ErasureId,
        content: ContentHash,
    ) -> Result<bool, RegisterError> {
        let row = erasure::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "erasure" })?;
        let items = erasure::items(self.tx, id)?;
        let same = content_hash(&row.pack, &items) == content && row.content_hash == content.bytes();
        Ok(same && row.state == ErasureState::AwaitingSecond)
    }

    /// Notes that a second person approved a batch; it is carried out once its days of grace are over.
    pub(crate) fn approve_erasure(&mut self, id: ErasureId) -> Result<(), RegisterError> {
        let mut row = self.erasure_in(id, ErasureState::AwaitingSecond)?;
        row.state = ErasureState::Approved;
        row.approval_leaf = self.newest_approval().and_then(|leaf| i64::try_from(leaf).ok());
        self.store_erasure(&row)
    }

    /// A batch whose request was rejected or lapsed is scheduled as before.
    pub(crate) fn return_erasure(&mut self, id: ErasureId) -> Result<(), RegisterError> {
        let mut row = self.erasure_in(id, ErasureState::AwaitingSecond)?;
        row.state = ErasureState::Scheduled;
        self.store_erasure(&row)
    }

    fn erasure_in(&mut self, id: ErasureId, state: ErasureState) -> Result<ErasureRow, RegisterError> {
        let row = erasure::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "erasure" })?;
        if row.state == state {
            return Ok(row);
        }
        let hint = "ask only for what is scheduled; see where it stands";
        Err(RegisterError::State { what: "erasure", state: row.state.to_string(), hint })
    }

    fn store_erasure(&mut self, row: &ErasureRow) -> Result<(), RegisterError> {
        if erasure::change(self.tx, row)? {
            return Ok(());
        }
        Err(RegisterError::Changed { what: "erasure" })
    }
}
