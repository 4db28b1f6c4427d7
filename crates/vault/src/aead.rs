//! AES-256-GCM with a random nonce, and the two byte layouts that use it: wrapped keys and sealed records.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use tenantry_model::random::{Entropy, draw};
use zeroize::Zeroizing;

use crate::VaultError;

/// A 256-bit key, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const WRAP_VERSION: u8 = 1;

/// Draws a key.
pub(crate) fn draw_key(entropy: &dyn Entropy) -> Key {
    let mut key = Zeroizing::new([0; 32]);
    entropy.fill(key.as_mut());
    key
}

/// Appends `nonce (12) | ciphertext | tag (16)` to `out`.
pub(crate) fn seal_into(
    out: &mut Vec<u8>,
    key: &[u8; 32],
    aad: &[u8],
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Result<(), VaultError> {
    let refused = |_| VaultError::Cryptography { operation: "encrypt" };
    let nonce: [u8; NONCE_BYTES] = draw(entropy);
    out.reserve(NONCE_BYTES + plaintext.len() + TAG_BYTES);
    out.extend_from_slice(&nonce);
    let start = out.len();
    out.extend_from_slice(plaintext);
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(refused)?);
    let body = out.get_mut(start..).unwrap_or_default();
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), body)
        .map_err(refused)?;
    out.extend_from_slice(tag.as_ref());
    Ok(())
}

/// Opens `nonce | ciphertext | tag`; `None` when it does not authenticate.
pub(crate) fn open(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let mut buffer = Zeroizing::new(body.to_vec());
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let length = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), buffer.as_mut_slice())
        .ok()?
        .len();
    buffer.truncate(length);
    Some(buffer)
}

/// `version (1) | nonce (12) | wrapped key (32) | tag (16)`.
pub(crate) fn wrap(
    wrapping: &[u8; 32],
    context: &[u8],
    key: &[u8; 32],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, VaultError> {
    let mut out = vec![WRAP_VERSION];
    seal_into(&mut out, wrapping, context, key, entropy)?;
    Ok(out)
}

pub(crate) fn unwrap(
    wrapping: &[u8; 32],
    context: &[u8],
    wrapped: &[u8],
    what: &'static str,
) -> Result<Key, VaultError> {
    let opened = match wrapped.split_first() {
        Some((&WRAP_VERSION, sealed)) => open(wrapping, context, sealed),
        _ => None,
    };
    let key = opened.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    key.map(Zeroizing::new).ok_or(VaultError::Altered { what })
}
