//! The words of the register as types: parties, accounts, facts, jurisdictions, listed entities.
//!
//! This is the ground floor. It holds data that cannot be wrong once it exists: every text that enters is
//! parsed here and refused with a clear [`ModelError`], and past that point nothing is checked again. The
//! crate does no I/O and reads no clock; [`clock::Clock`] and [`random::Entropy`] are how the rest of the
//! workspace asks for time and randomness.
//!
//! Personal data is held in [`personal::Personal`], which prints as `[personal]` whatever is inside.
//!
//! ```
//! use tenantry_model::jurisdiction::Jurisdiction;
//! use tenantry_model::time::Date;
//!
//! let crimea: Jurisdiction = "UA-43".parse()?;
//! assert!(crimea.is_within("UA".parse()?));
//! assert!("2026-02-30".parse::<Date>().is_err());
//! # Ok::<(), tenantry_model::ModelError>(())
//! ```

pub mod account;
pub mod case;
pub mod clock;
pub mod erasure;
pub mod error;
pub mod event;
pub mod evidence;
pub mod fact;
pub mod hold;
pub mod id;
pub mod jurisdiction;
pub mod listed;
pub mod measure;
pub mod order;
pub mod party;
pub mod personal;
pub mod random;
pub mod share;
pub mod signal;
pub mod staff;
pub mod time;
mod words;

pub use error::ModelError;
