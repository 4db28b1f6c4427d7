//! Accounts below a reseller rest on it: they are assessed again when its standing or its facts change.
//!
//! That they wait is written in the unit that changes the reseller, so nothing is forgotten when the process ends. Whoever made the
//! change looks at the first of them at once; the rest is done by the job that screens again.

use super::Pass;
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::core::Core;
use crate::outcome::Cause;
use crate::unit::Unit;
use crate::{Register, RegisterError};
use std::collections::BTreeMap;
use std::sync::Arc;
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::id::AccountId;
use tenantry_model::staff::{Actor, Job};
use tenantry_store::repo::{account, setting};
use tenantry_store::{StoreExt, Tx};

/// Setting that holds the resellers below which accounts wait, each with the unit that last said so.
const WAITING: &str = "resellers_to_look_below";
/// Accounts below a reseller looked at before whoever changed it is answered.
const AT_ONCE_MAX: u64 = 100;
/// Accounts below a reseller that are read and written together.
const CHUNK: u32 = 50;

/// Resellers by identifier, each with the size of the ledger when the unit began that changed it.
type Waiting = BTreeMap<String, u64>;

/// How far to look.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    AtOnce,
    ToTheEnd,
}

impl Unit<'_> {
    /// Writes down that the accounts below this one, if it sells, have to be assessed again.
    pub(crate) fn below_waits(&mut self, id: AccountId) -> Result<(), RegisterError> {
        let sells = account::roles(self.tx, id)?.iter().any(|(_, role)| *role == AccountRole::Reseller);
        if !sells {
            return Ok(());
        }
        let mut waiting = waiting(self.tx)?;
        waiting.insert(id.to_string(), self.began_at());
        put(self.tx, &waiting)
    }
}

impl Core {
    /// Assesses the first of the accounts again that wait below this one. What fails here, or is more, is done by
    /// [`Register::finish_below`].
    pub(crate) fn look_below(self: &Arc<Self>, reseller: AccountId) {
        let call = Call::by(Actor::System { job: Job::Rescreening });
        if let Err(error) = self.look_below_of(&call, reseller, Reach::AtOnce) {
            tracing::warn!(%reseller, code = error.code(), "accounts below wait for the next pass");
        }
    }

    fn look_below_of(
        self: &Arc<Self>,
        call: &Call,
        reseller: AccountId,
        reach: Reach,
    ) -> Result<u64, RegisterError> {
        let key = reseller.to_string();
        let Some(said) = self.store.read(|tx| waiting(tx))?.get(&key).copied() else { return Ok(0) };
        let (mut resellers, mut looked_at) = (vec![reseller], 0);
        while let Some(above) = resellers.pop() {
            let mut after = AccountId::from_bytes([0; 16]);
            loop {
                let rows = self.store.read(move |tx| account::children(tx, above, after, CHUNK))?;
                let Some(last) = rows.last() else { break };
                if reach == Reach::AtOnce && looked_at >= AT_ONCE_MAX {
                    return Ok(looked_at);
                }
                after = last.id;
                let live = rows.iter().filter(|row| row.state != AccountState::Closed);
                let ids: Vec<AccountId> = live.map(|row| row.id).collect();
                self.reassess_chunk(call, &ids, &|_| true, Cause::World, &mut Pass::default())?;
                looked_at += rows.len() as u64;
                resellers.extend(rows.iter().map(|row| row.id));
            }
        }
        self.store.write(move |tx| {
            let mut waiting = waiting(tx)?;
            // One that was changed again meanwhile goes on waiting.
            if waiting.get(&key) == Some(&said) {
                waiting.remove(&key);
                put(tx, &waiting)?;
            }
            Ok::<_, RegisterError>(())
        })?;
        Ok(looked_at)
    }
}

impl Register {
    /// Assesses all accounts again that wait because a reseller above them has changed. Answers how many were looked at. Call it
    /// every few seconds; it is idempotent and goes on after an interruption.
    pub fn finish_below(&self, call: &Call) -> Result<u64, RegisterError> {
        authorise(&call.actor, Action::Reassess)?;
        let mut looked_at = 0;
        for id in self.core.store.read(|tx| waiting(tx))?.into_keys() {
            let id = id.parse().map_err(|_| unreadable())?;
            looked_at += self.core.look_below_of(call, id, Reach::ToTheEnd)?;
        }
        Ok(looked_at)
    }
}

fn waiting(tx: &mut dyn Tx) -> Result<Waiting, RegisterError> {
    let Some(kept) = setting::find(tx, WAITING)? else { return Ok(Waiting::new()) };
    serde_json::from_slice(&kept).map_err(|_| unreadable())
}

fn put(tx: &mut dyn Tx, waiting: &Waiting) -> Result<(), RegisterError> {
    Ok(setting::put(tx, WAITING, &serde_json::to_vec(waiting).unwrap_or_default())?)
}

fn unreadable() -> RegisterError {
    RegisterError::Ledger { reason: "the list of resellers to look below cannot be read".to_owned() }
}
