//! Signatures under certificates, for time-stamps.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};
use tenantry_timestamp::{KeyCheck, PublicKey, Scheme};

/// Verifies RSA (PKCS #1 v1.5, 2,048 bits or more) and ECDSA (P-256, P-384) signatures.
#[derive(Debug, Clone, Copy, Default)]
pub struct CertificateCheck;

impl KeyCheck for CertificateCheck {
    fn check(&self, scheme: Scheme, key: PublicKey<'_>, message: &[u8], signature: &[u8]) -> bool {
        let (algorithm, key): (&'static dyn VerificationAlgorithm, &[u8]) = match (scheme, key) {
            (Scheme::RsaSha256, PublicKey::Rsa(key)) => (&RSA_PKCS1_2048_8192_SHA256, key),
            (Scheme::RsaSha384, PublicKey::Rsa(key)) => (&RSA_PKCS1_2048_8192_SHA384, key),
            (Scheme::RsaSha512, PublicKey::Rsa(key)) => (&RSA_PKCS1_2048_8192_SHA512, key),
            (Scheme::EcdsaSha256, PublicKey::P256(key)) => (&ECDSA_P256_SHA256_ASN1, key),
            (Scheme::EcdsaSha384, PublicKey::P256(key)) => (&ECDSA_P256_SHA384_ASN1, key),
            (Scheme::EcdsaSha256, PublicKey::P384(key)) => (&ECDSA_P384_SHA256_ASN1, key),
            (Scheme::EcdsaSha384, PublicKey::P384(key)) => (&ECDSA_P384_SHA384_ASN1, key),
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
    }
}
