//! Passwords: Argon2id with the parameters RFC 9106 recommends for memory-constrained use.

use crate::RegisterError;
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier, Version};
use tenantry_model::random::{Entropy, draw};

/// Shortest accepted password, in characters.
const LENGTH_MIN: usize = 12;
/// Longest accepted password, in bytes; more would only cost time.
const BYTES_MAX: usize = 256;
/// Memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (65_536, 3, 1);

pub(super) fn hash(password: &str, entropy: &dyn Entropy) -> Result<String, RegisterError> {
    if password.chars().count() < LENGTH_MIN || password.len() > BYTES_MAX {
        return Err(RegisterError::invalid(
            "/password",
            "a password has at least 12 characters and at most 256 bytes",
        ));
    }
    let salt: [u8; 16] = draw(entropy);
    let hashed = hasher().hash_password_with_salt(password.as_bytes(), &salt);
    hashed
        .map(|hash| hash.to_string())
        .map_err(|e| RegisterError::Vault { reason: format!("cannot hash a password: {e}") })
}

pub(super) fn check(password: &str, hash: &str) -> bool {
    let Ok(parsed) = argon2::password_hash::phc::PasswordHash::new(hash) else { return false };
    password.len() <= BYTES_MAX && hasher().verify_password(password.as_bytes(), &parsed).is_ok()
}

/// Spends the time a check takes; nothing is right.
pub(super) fn check_nothing(password: &str) -> bool {
    let mut out = [0; 32];
    let limited = password.as_bytes().get(..password.len().min(BYTES_MAX)).unwrap_or_default();
    let _spent = hasher().hash_password_into(limited, &[0; 16], &mut out);
    false
}

fn hasher() -> Argon2<'static> {
    let (memory_kib, passes, lanes) = COST;
    let params = Params::new(memory_kib, passes, lanes, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}
