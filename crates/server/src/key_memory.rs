//! API keys in memory, so that checking one never waits for the store.
//!
//! A key that this node makes or revokes counts at once; what other nodes did is seen at the next refresh, a second
//! later. When refreshing has failed for too long nobody is let in any more: a revocation elsewhere could have been
//! missed.

use crate::http::api_key::{KeyDirectory, KeyHash, KeyRecord, KeysUnavailable, Principal};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tenantry_model::clock::Clock;
use tenantry_model::id::ApiKeyId;
use tenantry_model::staff::{Actor, Job};
use tenantry_register::people::KeyInForce;
use tenantry_register::{Call, Register, RegisterError};

/// Age of the memory from which it counts as unknown, microseconds.
const STALE_AFTER_US: i64 = 30_000_000;

/// The keys in force.
pub struct KeyMemory {
    register: Register,
    clock: Arc<dyn Clock>,
    known: RwLock<HashMap<ApiKeyId, KeyRecord>>,
    refreshed_at_us: AtomicI64,
}

impl KeyMemory {
    /// Reads all keys once.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn open(register: Register, clock: Arc<dyn Clock>) -> Result<Self, RegisterError> {
        let memory =
            Self { register, clock, known: RwLock::default(), refreshed_at_us: AtomicI64::new(i64::MIN) };
        memory.refresh()?;
        Ok(memory)
    }

    /// Takes over what changed in the store. Blocks.
    ///
    /// # Errors
    /// When the store does not answer; what was known stays.
    pub fn refresh(&self) -> Result<(), RegisterError> {
        let now = self.clock.now().as_micros();
        let listed = self.register.api_keys(&Call::by(Actor::System { job: Job::SetUp }))?;
        let in_force: HashSet<_> = listed.iter().filter(|k| k.revoked_at.is_none()).map(|k| k.id).collect();
        let known: HashSet<_> = self.read().keys().copied().collect();
        let mut fresh = Vec::new();
        for id in in_force.difference(&known) {
            fresh.extend(self.register.key_in_force(*id)?.and_then(|key| Some((*id, record(&key)?))));
        }
        let mut keys = self.known.write().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|id, _| in_force.contains(id));
        keys.extend(fresh);
        self.refreshed_at_us.fetch_max(now, Ordering::AcqRel);
        Ok(())
    }

    /// Forgets a key that was just revoked.
    pub fn forget(&self, id: ApiKeyId) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<ApiKeyId, KeyRecord>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyDirectory for KeyMemory {
    fn find(&self, id: ApiKeyId) -> Result<Option<KeyRecord>, KeysUnavailable> {
        let refreshed_at = self.refreshed_at_us.load(Ordering::Acquire);
        if self.clock.now().as_micros().saturating_sub(refreshed_at) > STALE_AFTER_US {
            return Err(KeysUnavailable);
        }
        Ok(self.read().get(&id).cloned())
    }
}

impl fmt::Debug for KeyMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyMemory").field("keys", &self.read().len()).finish_non_exhaustive()
    }
}

fn record(key: &KeyInForce) -> Option<KeyRecord> {
    let Actor::ApiKey { id, scopes, reseller } = &key.actor else { return None };
    let principal = Principal { key: *id, scopes: scopes.as_slice().into(), confined_to: *reseller };
    Some(KeyRecord { hash: KeyHash(key.hash), ends_at: None, principal })
}
