//! The shapes of bodies as the OpenAPI document shows them.
//!
//! What is read and written are the register's own types; the core crates know nothing of OpenAPI. The structs here are
//! never constructed: they mirror those types for the document, and the tests hold every body that the API really
//! answers against them.
#![expect(missing_debug_implementations, clippy::zero_sized_map_values, reason = "never constructed")]

pub mod case;
pub mod decision;
pub mod facts;
pub mod intake;
pub mod record;
pub mod retention;
pub mod signals;
pub mod views;
pub mod words;
