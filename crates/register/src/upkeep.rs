//! Upkeep: forgetting what has served its time and is no record.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::{Register, RegisterError};
use tenantry_store::repo::{idempotency, outbox, staff};
use tenantry_store::{StoreError, StoreExt};

/// Days an answer is kept for a repeated request.
pub const ANSWERS_DAYS: u32 = 7;
/// Days an event and its deliveries are kept. They carry the provider's reference, so they are gone before anything falls due.
pub const EVENTS_DAYS: u32 = 400;
const DAY_US: i64 = tenantry_model::time::DAY_US;

impl Register {
    /// Whether the store takes changes. Asks by a unit that changes nothing, on the way every change goes.
    ///
    /// # Errors
    /// What a change would be told: [`StoreError::Stopped`] when the store will take none until it is opened again.
    pub fn takes_changes(&self) -> Result<(), StoreError> {
        self.core.store.write(|_| Ok(()))
    }

    /// Forgets answers older than [`ANSWERS_DAYS`], events older than [`EVENTS_DAYS`], sessions that have ended, and every unwrapped
    /// key in memory: another node may have destroyed its row. Answers how many rows went.
    pub fn forget_what_is_over(&self, call: &Call) -> Result<u64, RegisterError> {
        authorise(&call.actor, Action::Reassess)?;
        self.core.vault.forget_keys();
        let now = self.core.clock.now();
        let answers_before = now.plus_micros(-i64::from(ANSWERS_DAYS) * DAY_US);
        let events_before = now.plus_micros(-i64::from(EVENTS_DAYS) * DAY_US);
        self.core.store.write(move |tx| {
            let answers = idempotency::forget(tx, answers_before)?;
            let events = outbox::forget(tx, events_before)?;
            Ok::<_, RegisterError>(answers + events + staff::forget_sessions(tx, now)?)
        })
    }
}
