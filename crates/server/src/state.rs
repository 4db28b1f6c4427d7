//! What every handler shares: the register, the keys in memory, and how a request becomes a [`Call`].

use crate::http::api_key::{ApiKey, Principal};
use crate::http::metrics::Metrics;
use crate::http::problem::Problem;
use crate::key_memory::KeyMemory;
use crate::webhooks::target::TargetPolicy;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use tenantry_model::clock::Clock;
use tenantry_model::id::{ApiKeyId, ApprovalId};
use tenantry_model::random::Entropy;
use tenantry_model::staff::Actor;
use tenantry_register::people::NewApiKey;
use tenantry_register::{Call, Register, RegisterError};
use tenantry_timestamp::Trust;
use tokio::sync::{Notify, Semaphore};

/// Which time-stamp authorities are asked, and whom they have to be certified by.
#[derive(Debug, Clone)]
pub struct Stamping {
    /// URLs of the authorities.
    pub urls: Vec<String>,
    /// Trusted root certificates.
    pub trust: Trust,
}

/// What the server is built from.
pub struct Shared {
    /// The register: the only place that decides and changes anything.
    pub register: Register,
    /// API keys as the edge checks them.
    pub keys: Arc<KeyMemory>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where people and machines reach this deployment, without a slash at the end.
    pub public_url: String,
    /// Which addresses webhook endpoints may have.
    pub webhook_targets: TargetPolicy,
    /// Lists are read one at a time: each may take much memory.
    pub imports: Semaphore,
    /// Authorities that date checkpoints; `None` when nobody is asked.
    pub stamping: Option<Stamping>,
    /// Rung when there may be deliveries to make.
    pub deliveries_bell: Arc<Notify>,
    /// Rung when the lists or measures in force may have changed.
    pub world_bell: Arc<Notify>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// The state of all handlers. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

impl AppState {
    /// Shares these parts.
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// Makes an API key that is known here at once. The answer is the only copy of its secret.
    ///
    /// # Errors
    /// As [`Register::create_api_key`]. Blocks.
    pub fn create_api_key(&self, call: &Call, new: NewApiKey) -> Result<ApiKey, RegisterError> {
        let (id, secret) = self.register.create_api_key(call, new)?;
        self.keys.learn(id)?;
        Ok(ApiKey::from_parts(id, secret))
    }

    /// Makes the API key that the caller asked for and a second person approved; it is known here at once. The answer is the only copy
    /// of its secret.
    ///
    /// # Errors
    /// As [`Register::approved_api_key`]. Blocks.
    pub fn approved_api_key(&self, call: &Call, request: ApprovalId) -> Result<ApiKey, RegisterError> {
        let (id, secret) = self.register.approved_api_key(call, request)?;
        self.keys.learn(id)?;
        Ok(ApiKey::from_parts(id, secret))
    }

    /// Revokes an API key; it stops working here at once and on other nodes within seconds.
    ///
    /// # Errors
    /// As [`Register::revoke_api_key`]. Blocks.
    pub fn revoke_api_key(&self, call: &Call, id: ApiKeyId) -> Result<(), RegisterError> {
        self.register.revoke_api_key(call, id)?;
        self.keys.forget(id);
        Ok(())
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppState")
    }
}

/// The call of a key's holder, before reason and idempotency key.
pub fn call_of(principal: &Principal) -> Call {
    Call::by(Actor::ApiKey {
        id: principal.key,
        scopes: principal.scopes.to_vec(),
        reseller: principal.confined_to,
    })
}

/// Runs a function of the register off the threads that serve connections; its refusals become problems.
///
/// # Errors
/// What the function refuses, by the one table in [`crate::api::refusal`].
pub async fn ask<T: Send + 'static>(
    state: &AppState,
    work: impl FnOnce(&Register) -> Result<T, RegisterError> + Send + 'static,
) -> Result<T, Problem> {
    let register = state.register.clone();
    crate::http::blocking(move || work(&register))
        .await?
        .map_err(|error| crate::api::refusal::problem(&error))
}
