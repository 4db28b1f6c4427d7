//! A stand-in for signatures: SHA-256 over key and message, stretched to the length of the real one.

use sha2::{Digest as _, Sha256};
use tenantry_ledger::{
    LedgerError, NoteSigner, SignatureCheck, SignatureType, SignedMessage, UnixSeconds, VerifierKey,
    cosigned_message, timestamped_signature,
};

/// Signs at a fixed time.
pub(crate) struct ToySigner {
    pub(crate) key: VerifierKey,
    pub(crate) time: UnixSeconds,
}

impl ToySigner {
    pub(crate) fn new(name: &str, signature_type: SignatureType, seed: u8) -> Self {
        let bytes = if signature_type == SignatureType::COSIGNATURE_ML_DSA_44 { 1_312 } else { 32 };
        let key = VerifierKey::new(name, signature_type, &vec![seed; bytes]).unwrap();
        Self { key, time: UnixSeconds(1_790_000_000) }
    }

    pub(crate) fn log(name: &str, seed: u8) -> Self {
        Self::new(name, SignatureType::ED25519, seed)
    }

    pub(crate) fn witness(name: &str, seed: u8) -> Self {
        Self::new(name, SignatureType::COSIGNATURE_ED25519, seed)
    }
}

impl NoteSigner for ToySigner {
    fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        Ok(match self.key.signature_type() {
            SignatureType::ED25519 => toy(&self.key, text.as_bytes(), 64),
            SignatureType::COSIGNATURE_ML_DSA_44 => {
                let message = cosigned_message(&self.key, text, self.time)?;
                timestamped_signature(self.time, &toy(&self.key, &message, 2_420))
            }
            _ => {
                let message = cosigned_message(&self.key, text, self.time)?;
                timestamped_signature(self.time, &toy(&self.key, &message, 64))
            }
        })
    }
}

fn toy(key: &VerifierKey, message: &[u8], length: usize) -> Vec<u8> {
    let hash = Sha256::new().chain_update(key.public_key()).chain_update(message).finalize();
    hash.iter().copied().cycle().take(length).collect()
}

pub(crate) struct ToyCheck;

impl SignatureCheck for ToyCheck {
    fn check(&self, key: &VerifierKey, text: &str, signature: &[u8]) -> bool {
        SignedMessage::of(key, text, signature)
            .is_ok_and(|signed| signed.signature == toy(key, &signed.message, signed.signature.len()))
    }
}
