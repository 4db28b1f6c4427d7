//! Signatures of notes and checkpoints, verified in pure Rust: Ed25519, and cosignatures with Ed25519 and ML-DSA-44. The
//! service signs with another library; what one signs the other checks in every run of the tests.

use ed25519_dalek::{Signature, VerifyingKey};
use ml_dsa::{EncodedVerifyingKey, MlDsa44};
use tenantry_ledger::{SignatureCheck, SignatureType, SignedMessage, VerifierKey};

/// Verifies note signatures strictly: no malleable signatures, no weak keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct PureCheck;

impl SignatureCheck for PureCheck {
    fn check(&self, key: &VerifierKey, text: &str, signature: &[u8]) -> bool {
        let Ok(signed) = SignedMessage::of(key, text, signature) else { return false };
        match key.signature_type() {
            SignatureType::ED25519 | SignatureType::COSIGNATURE_ED25519 => {
                ed25519(key.public_key(), &signed.message, signed.signature)
            }
            SignatureType::COSIGNATURE_ML_DSA_44 => {
                ml_dsa_44(key.public_key(), &signed.message, signed.signature)
            }
            _ => false,
        }
    }
}

fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (key.try_into(), Signature::from_slice(signature)) else { return false };
    VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

/// FIPS 204, with the empty context string.
fn ml_dsa_44(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = EncodedVerifyingKey::<MlDsa44>::try_from(key) else { return false };
    let Ok(signature) = ml_dsa::Signature::<MlDsa44>::try_from(signature) else { return false };
    ml_dsa::VerifyingKey::<MlDsa44>::decode(&key).verify_with_context(message, &[], &signature)
}
