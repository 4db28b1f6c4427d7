//! Tests of the evidence package: what it says, and that every changed byte is found.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a panic of a helper is the failure of its test"
)]

mod bagit;
mod cases;
mod dated;
mod forged;
mod opposing;
mod python;
mod receipts;
mod sample;
mod source;
mod submissions;
mod tamper;
mod verdicts;
