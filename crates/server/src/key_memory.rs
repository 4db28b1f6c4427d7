//! API keys in memory, so that checking one never waits for the store.
//!
//! A key that this node makes or revokes counts at once; what other nodes did is seen at the next refresh, a second
//! later. When refreshing has failed for too long nobody is let in any more: a revocation elsewhere could have been
//! missed. How old the memory is says a clock that nobody sets, so that one set back does not keep a revoked key working.

use crate::http::api_key::{KeyDirectory, KeyHash, KeyRecord, KeysUnavailable, Principal};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tenantry_model::clock::Clock;
use tenantry_model::id::ApiKeyId;
use tenantry_model::staff::Actor;
use tenantry_register::people::KeyInForce;
use tenantry_register::{Register, RegisterError};

/// Age of the memory from which it counts as unknown, microseconds.
const STALE_AFTER_US: i64 = 30_000_000;

/// The keys in force.
pub struct KeyMemory {
    register: Register,
    clock: Arc<dyn Clock>,
    known: RwLock<HashMap<ApiKeyId, KeyRecord>>,
    /// Held while the store is read and what it said is taken over, so that the older of two answers never comes last.
    changing: Mutex<()>,
    refreshed_at_us: AtomicI64,
}

impl KeyMemory {
    /// Reads all keys once.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn open(register: Register, clock: Arc<dyn Clock>) -> Result<Self, RegisterError> {
        let memory = Self {
            register,
            clock,
            known: RwLock::default(),
            changing: Mutex::default(),
            refreshed_at_us: AtomicI64::new(0),
        };
        memory.refresh()?;
        Ok(memory)
    }

    /// Takes over what changed in the store. Blocks.
    ///
    /// # Errors
    /// When the store does not answer; what was known stays.
    pub fn refresh(&self) -> Result<(), RegisterError> {
        let _changing = self.changing();
        let now = self.clock.ticks_us();
        let in_force = self.register.keys_in_force()?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) =
            in_force.iter().filter_map(record).collect();
        self.refreshed_at_us.store(now, Ordering::Release);
        Ok(())
    }

    /// Takes over one key that was just made. Blocks.
    ///
    /// # Errors
    /// When the store does not answer; the next refresh finds the key.
    pub fn learn(&self, id: ApiKeyId) -> Result<(), RegisterError> {
        let _changing = self.changing();
        let made = self.register.key_in_force(id)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(made.as_ref().and_then(record));
        Ok(())
    }

    /// Forgets a key that was just revoked.
    pub fn forget(&self, id: ApiKeyId) {
        let _changing = self.changing();
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<ApiKeyId, KeyRecord>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyDirectory for KeyMemory {
    fn find(&self, id: ApiKeyId) -> Result<Option<KeyRecord>, KeysUnavailable> {
        let refreshed_at = self.refreshed_at_us.load(Ordering::Acquire);
        if self.clock.ticks_us().saturating_sub(refreshed_at) > STALE_AFTER_US {
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

fn record(key: &KeyInForce) -> Option<(ApiKeyId, KeyRecord)> {
    let Actor::ApiKey { id, scopes, reseller } = &key.actor else { return None };
    let principal = Principal { key: *id, scopes: scopes.as_slice().into(), confined_to: *reseller };
    Some((*id, KeyRecord { hash: KeyHash(key.hash), ends_at: None, principal }))
}
