//! Tests of the binary: configuration, command line, the demo's generator.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a panic is how a test fails, and speed does not matter here"
)]

mod cli;
mod config;
mod demo;
mod fetch;
mod restore;
mod screening;
