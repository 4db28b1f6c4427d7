//! Small text pieces that several C2SP formats share: canonical decimals and base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Hash, LedgerError};

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn from_base64(
    text: &str,
    format: &'static str,
    part: &'static str,
) -> Result<Vec<u8>, LedgerError> {
    STANDARD.decode(text).map_err(|_| LedgerError::invalid(format, part, "standard base64 with padding"))
}

pub(crate) fn hash_from_base64(
    text: &str,
    format: &'static str,
    part: &'static str,
) -> Result<Hash, LedgerError> {
    let bytes = from_base64(text, format, part)?;
    Hash::try_from(bytes.as_slice()).map_err(|_| LedgerError::invalid(format, part, "32 bytes in base64"))
}

/// A decimal number without sign, spaces or leading zeros.
pub(crate) fn decimal(text: &str, format: &'static str, part: &'static str) -> Result<u64, LedgerError> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| canonical).ok_or(LedgerError::invalid(
        format,
        part,
        "a decimal number without leading zeros",
    ))
}
