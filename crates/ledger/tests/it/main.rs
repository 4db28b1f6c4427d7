//! Tests of the ledger formats: golden vectors, an independent oracle, properties, and damage.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic of a helper is the failure of its test"
)]

mod batch;
mod body;
mod completeness;
mod leaf;
mod merkle;
mod note;
mod policy;
mod tiles;
mod toy;
mod witness;

/// Lower-case hexadecimal of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
