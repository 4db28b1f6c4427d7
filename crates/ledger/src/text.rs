//! Small text pieces that several C2SP formats share: canonical decimals and base64.

use std::fmt::Write as _;

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

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Exactly `N` bytes in lower-case hexadecimal digits.
pub(crate) fn bytes_from_hex<const N: usize>(
    text: &str,
    format: &'static str,
    part: &'static str,
) -> Result<[u8; N], LedgerError> {
    let refused = LedgerError::invalid(format, part, "lower-case hexadecimal digits, two for each byte");
    let mut bytes = [0; N];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return Err(refused);
    }
    for (slot, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low)) else { return Err(refused) };
        *slot = high << 4 | low;
    }
    Ok(bytes)
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}
