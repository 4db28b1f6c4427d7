//! Signers and witnesses with real files, sockets and keys.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic of a helper is the failure of its test"
)]

mod head_file;
mod log;
mod signer;
mod witness;
