//! Secrets that are shown once and stored nowhere, and that a repeated request is still answered with.
//!
//! What is kept of a request for its repetition is a salt; the secret is a keyed digest of it, which only this deployment can
//! compute. Without the token key of the vault the salt says nothing.

use serde::{Deserialize, Serialize};
use tenantry_model::random::{Entropy, draw};
use tenantry_vault::Vault;

/// From what a secret is made.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Salt([u8; 32]);

impl Salt {
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        Self(draw(entropy))
    }

    /// The secret: 256 bits.
    pub(crate) fn secret(&self, vault: &Vault) -> [u8; 32] {
        vault.token("shown-once", &self.0)
    }
}
