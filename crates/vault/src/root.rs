//! The root of the key hierarchy as a trait, so that a hardware module can stand in for the sealed file.

use tenantry_model::random::Entropy;
use zeroize::Zeroizing;

use crate::VaultError;

/// Wraps and unwraps the few keys directly below the root. Calls may be slow; the vault caches what it unwraps.
pub trait RootKey: Send + Sync {
    /// Encrypts a key so that only this root opens it, and only under the same `context`.
    ///
    /// # Errors
    /// When the provider refuses.
    fn wrap(&self, context: &[u8], key: &[u8; 32], entropy: &dyn Entropy) -> Result<Vec<u8>, VaultError>;

    /// Opens what [`RootKey::wrap`] made.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it was altered, made by another root or for another context.
    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, VaultError>;
}

/// A secret of the deployment under its root: store it anywhere, it opens only with the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret(pub Vec<u8>);
