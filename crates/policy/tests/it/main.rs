//! The policy engine: pack, decisions, measures, gate; tables named after requirements, snapshots, properties.
#![expect(clippy::unwrap_used, reason = "a panic of a helper is the failure of its test")]

mod build;
mod decide;
mod gate;
mod measures;
mod pack;
mod properties;
