//! The built program from outside: started, asked over HTTP, killed, started again, stopped.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod bad_input;
mod browser;
// What a dishonest provider could sign is kept with the crate that makes packages; the sample signs with `ed25519_dalek`.
#[path = "../../../evidence/tests/it/cases.rs"]
mod cases;
mod client;
mod demo;
mod disk;
mod kill_loop;
mod logs;
mod main_job;
mod people;
mod program;
#[path = "../../../evidence/tests/it/sample.rs"]
#[expect(dead_code, reason = "the tests of the crate use all of it")]
mod sample;
mod three_verifiers;
