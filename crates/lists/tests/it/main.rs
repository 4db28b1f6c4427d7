//! Tests of the list readers against their published files, damage and arbitrary input.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking and tell what they skip"
)]

mod acceptance;
mod damage;
mod fetch;
mod formats;
mod ftm;
mod ftm_parties;
mod golden;
mod import;
mod leaves;
mod limits;
mod memory;
mod own;
mod signals;
