//! The Ed25519 checkpoint signer: a note signer whose seed is sealed under the root. It signs what it is given; that a
//! checkpoint extends the last one is checked by whoever calls it.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use tenantry_ledger::{LedgerError, NoteSigner, SignatureCheck, SignatureType, VerifierKey};
use tenantry_model::random::Entropy;

use crate::aead;
use crate::{RootKey, SealedSecret, VaultError};

/// Signs checkpoints and package notes.
pub struct CheckpointSigner {
    pair: Ed25519KeyPair,
    key: VerifierKey,
}

impl std::fmt::Debug for CheckpointSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CheckpointSigner({})", self.key)
    }
}

impl CheckpointSigner {
    /// Draws a key for the log `origin` and returns it also sealed, to be stored.
    ///
    /// # Errors
    /// When `origin` is not a key name or the root refuses.
    pub fn create(
        origin: &str,
        root: &dyn RootKey,
        entropy: &dyn Entropy,
    ) -> Result<(Self, SealedSecret), VaultError> {
        let seed = aead::draw_key(entropy);
        let sealed = SealedSecret(root.wrap(&context(origin), &seed, entropy)?);
        Ok((Self::assemble(origin, &seed)?, sealed))
    }

    /// Opens a stored key.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it was altered or belongs to another root or origin.
    pub fn open(origin: &str, root: &dyn RootKey, sealed: &SealedSecret) -> Result<Self, VaultError> {
        let seed = root.unwrap(&context(origin), &sealed.0)?;
        Self::assemble(origin, &seed)
    }

    fn assemble(origin: &str, seed: &[u8; 32]) -> Result<Self, VaultError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|_| VaultError::Cryptography { operation: "load a signing key" })?;
        let key = VerifierKey::new(origin, SignatureType::ED25519, pair.public_key().as_ref())?;
        Ok(Self { pair, key })
    }
}

impl NoteSigner for CheckpointSigner {
    fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        let signature = self.pair.sign(text.as_bytes()).as_ref().to_vec();
        // A fault while signing can leak the key; what leaves here verifies.
        if !Ed25519Check.check(&self.key, text, &signature) {
            return Err(LedgerError::Signing { reason: "the fresh signature does not verify".to_owned() });
        }
        Ok(signature)
    }
}

/// Verifies Ed25519 note signatures.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ed25519Check;

impl SignatureCheck for Ed25519Check {
    fn check(&self, key: &VerifierKey, text: &str, signature: &[u8]) -> bool {
        key.signature_type() == SignatureType::ED25519
            && UnparsedPublicKey::new(&ED25519, key.public_key()).verify(text.as_bytes(), signature).is_ok()
    }
}

fn context(origin: &str) -> Vec<u8> {
    [b"tenantry/secret/ed25519/v1/".as_slice(), origin.as_bytes()].concat()
}
