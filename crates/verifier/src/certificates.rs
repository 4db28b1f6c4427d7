//! Signatures under the certificates of time-stamp authorities, verified in pure Rust: RSA and ECDSA with SHA-2, as
//! `tenantry_timestamp` names them. The service verifies the same tokens with another library before it keeps them.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs1v15;
use rsa::signature::Verifier as _;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use tenantry_timestamp::{KeyCheck, PublicKey, Scheme};

/// Shortest RSA key that dates anything, in bytes: 2,048 bits.
const RSA_BYTES_MIN: usize = 256;

/// Verifies RSA (PKCS #1 v1.5, 2,048 to 8,192 bits) and ECDSA (P-256, P-384) signatures.
#[derive(Debug, Clone, Copy, Default)]
pub struct PureCertificateCheck;

impl KeyCheck for PureCertificateCheck {
    fn check(&self, scheme: Scheme, key: PublicKey<'_>, message: &[u8], signature: &[u8]) -> bool {
        match (scheme, key) {
            (Scheme::RsaSha256 | Scheme::RsaSha384 | Scheme::RsaSha512, PublicKey::Rsa(key)) => {
                rsa(scheme, key, message, signature)
            }
            (Scheme::EcdsaSha256, key) => ecdsa(key, &Sha256::digest(message), signature),
            (Scheme::EcdsaSha384, key) => ecdsa(key, &Sha384::digest(message), signature),
            _ => false,
        }
    }
}

fn rsa(scheme: Scheme, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = rsa::PublicKey::from_pkcs1_der(key) else { return false };
    if key.size() < RSA_BYTES_MIN || signature.len() != key.size() {
        return false;
    }
    let Ok(signature) = pkcs1v15::Signature::try_from(signature) else { return false };
    match scheme {
        Scheme::RsaSha256 => pkcs1v15::VerifyingKey::<Sha256>::new(key).verify(message, &signature).is_ok(),
        Scheme::RsaSha384 => pkcs1v15::VerifyingKey::<Sha384>::new(key).verify(message, &signature).is_ok(),
        Scheme::RsaSha512 => pkcs1v15::VerifyingKey::<Sha512>::new(key).verify(message, &signature).is_ok(),
        _ => false,
    }
}

fn ecdsa(key: PublicKey<'_>, digest: &[u8], signature: &[u8]) -> bool {
    match key {
        PublicKey::P256(key) => {
            let (key, signature) = (
                p256::ecdsa::VerifyingKey::from_sec1_bytes(key),
                p256::ecdsa::Signature::from_der(signature),
            );
            matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_prehash(digest, &signature).is_ok())
        }
        PublicKey::P384(key) => {
            let (key, signature) = (
                p384::ecdsa::VerifyingKey::from_sec1_bytes(key),
                p384::ecdsa::Signature::from_der(signature),
            );
            matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_prehash(digest, &signature).is_ok())
        }
        PublicKey::Rsa(_) => false,
    }
}
