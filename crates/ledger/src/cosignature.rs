//! C2SP `tlog-cosignature`: what a timestamped Ed25519 or ML-DSA-44 signature over a checkpoint is computed over.
//!
//! The message of an Ed25519 cosignature (type 0x04) is the text `cosignature/v1`, a `time` line and the whole note text. The
//! message of an ML-DSA-44 cosignature (type 0x06) is binary, integers big-endian:
//!
//! ```text
//! "subtree/v1\n\0" (12) | length u8, cosigner name | time u64 | length u8, origin | start u64 = 0 | end u64 = size | root (32)
//! ```
//!
//! Both kinds of signature are `time u64 | signature`. This module builds messages; it computes no signature.

use crate::LedgerError;
use crate::checkpoint::Checkpoint;
use crate::note::{SignatureType, VerifierKey};

const FORMAT: &str = "cosignature";
const SUBTREE_LABEL: &[u8; 12] = b"subtree/v1\n\0";
/// Bytes of an Ed25519 signature.
const ED25519_BYTES: usize = 64;
/// Bytes of an ML-DSA-44 signature.
const ML_DSA_44_BYTES: usize = 2_420;

/// Whole seconds since 1970-01-01T00:00:00Z, at most 2^63 - 1. 0 in an ML-DSA-44 cosignature says nothing about time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub u64);

/// What a signature line claims: this signature over that message, made at that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedMessage<'s> {
    /// The bytes that are signed.
    pub message: Vec<u8>,
    /// The bare signature, without time.
    pub signature: &'s [u8],
    /// When it was made, for the kinds that say so.
    pub time: Option<UnixSeconds>,
}

impl<'s> SignedMessage<'s> {
    /// Takes a signature by `key` over the note `text` apart, whatever its type. Whoever implements
    /// [`crate::SignatureCheck`] verifies [`SignedMessage::signature`] over [`SignedMessage::message`] with
    /// [`VerifierKey::public_key`], with an empty context for ML-DSA-44.
    ///
    /// # Errors
    /// When the signature has another length than its type has, or a cosigned text is not a checkpoint.
    pub fn of(key: &VerifierKey, text: &str, signature: &'s [u8]) -> Result<Self, LedgerError> {
        let bytes = match key.signature_type() {
            SignatureType::COSIGNATURE_ED25519 => ED25519_BYTES,
            SignatureType::COSIGNATURE_ML_DSA_44 => ML_DSA_44_BYTES,
            _ => return Ok(Self { message: text.as_bytes().to_vec(), signature, time: None }),
        };
        let Some((time, signature)) = signature.split_first_chunk() else {
            return Err(LedgerError::Truncated { format: FORMAT, part: "time" });
        };
        if signature.len() != bytes {
            return Err(LedgerError::invalid(FORMAT, "signature", "its length is fixed by its type"));
        }
        let time = UnixSeconds(u64::from_be_bytes(*time));
        Ok(Self { message: cosigned_message(key, text, time)?, signature, time: Some(time) })
    }
}

/// The message that `key` signs at `time` to cosign the checkpoint `text`.
///
/// # Errors
/// When the text is not a checkpoint, the time is beyond its range or a name beyond 255 bytes, or the key makes no cosignatures.
pub fn cosigned_message(key: &VerifierKey, text: &str, time: UnixSeconds) -> Result<Vec<u8>, LedgerError> {
    let checkpoint = Checkpoint::parse_any_text(text)?;
    if time.0 > i64::MAX as u64 {
        return Err(LedgerError::invalid(FORMAT, "time", "at most 2^63 - 1 seconds"));
    }
    match key.signature_type() {
        SignatureType::COSIGNATURE_ED25519 => {
            Ok(format!("cosignature/v1\ntime {}\n{text}", time.0).into_bytes())
        }
        SignatureType::COSIGNATURE_ML_DSA_44 => {
            let mut out = Vec::with_capacity(96 + key.name().len() + checkpoint.origin.len());
            out.extend_from_slice(SUBTREE_LABEL);
            put_name(&mut out, key.name())?;
            out.extend_from_slice(&time.0.to_be_bytes());
            put_name(&mut out, &checkpoint.origin)?;
            out.extend_from_slice(&0_u64.to_be_bytes());
            out.extend_from_slice(&checkpoint.size.to_be_bytes());
            out.extend_from_slice(&checkpoint.root);
            Ok(out)
        }
        _ => Err(LedgerError::invalid(FORMAT, "type", "0x04 or 0x06")),
    }
}

/// The signature bytes as they stand in a note, behind the key id: time, then signature.
pub fn timestamped_signature(time: UnixSeconds, signature: &[u8]) -> Vec<u8> {
    [&time.0.to_be_bytes(), signature].concat()
}

fn put_name(out: &mut Vec<u8>, name: &str) -> Result<(), LedgerError> {
    let length = u8::try_from(name.len()).ok().filter(|length| *length > 0);
    let Some(length) = length else {
        return Err(LedgerError::invalid(FORMAT, "name", "1 to 255 bytes"));
    };
    out.push(length);
    out.extend_from_slice(name.as_bytes());
    Ok(())
}
