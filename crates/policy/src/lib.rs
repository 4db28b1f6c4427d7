//! From facts, matches, links and measures to a decision with reasons.
//!
//! * [`pack::Pack`]: a regime as data: required fields, thresholds, clocks, retention, what follows from each rule,
//!   each with requirement id and citation.
//! * [`decide()`]: one application or account to a [`decision::Decision`]: outcome, reasons, what is missing, what would
//!   change it, which cases to open. A pure function; the same input gives the same bytes for ever.
//! * [`measures`]: whether a special measure reaches an account, for previews, at application and over existing accounts.
//! * [`gate`]: decision, state and measures condensed to an answer per capability, small enough to keep for every account.
//!
//! It fails closed: what cannot be evaluated ends in review, never in an open account. Nationality is a legal test here
//! and never a sign of risk. Decisions hold identifiers and codes and no personal data, because they are kept when the
//! personal data is gone. Who may take a decision, and storing it, are not handled here.
//!
//! ```
//! use tenantry_model::{id::AccountId, time::Timestamp};
//! use tenantry_policy::decision::Outcome;
//! use tenantry_policy::{decide, input::DecisionInput, pack::Pack};
//!
//! let pack = Pack::parse(include_str!("../../../packs/eo13984-nprm-2024.toml"))?;
//! let now: Timestamp = "2026-11-23T07:00:00Z".parse()?;
//! let nobody = DecisionInput::new(&pack, now, AccountId::from_bytes([1; 16]));
//! let decision = decide(&nobody);
//! assert_eq!(decision.outcome, Outcome::Review);
//! assert_eq!(decision.reasons[0].requirement, "DEF-04");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod capability;
mod codes;
mod decide;
pub mod decision;
mod error;
pub mod gate;
pub mod input;
pub mod limits;
pub mod measures;
pub mod pack;
pub mod rule;

pub use decide::decide;
pub use error::PackError;

/// Version of the engine, recorded in every decision. Raised whenever the same input could give other bytes.
pub const ENGINE: &str = "tenantry-policy/2";
