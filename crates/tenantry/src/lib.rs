//! The binary of Tenantry as a library: what `main` calls, and what its tests call.
//!
//! It is the outermost ring: it reads configuration ([`config`]), the clock and the environment ([`system`]), parses the
//! command line ([`cli`]), and joins the crates below it into commands ([`commands`]). It decides nothing about anybody:
//! commands call the use cases of the register, as the HTTP server does. [`demo`] generates a provider's history from a
//! seed, as plain data.

pub mod cli;
pub mod commands;
pub mod config;
pub mod demo;
pub mod system;
