//! # Helpers for tests
//!
//! * [`FixedClock`], [`SeededEntropy`]: time and randomness as a test gives them.
//! * [`applicant()`]: somebody whose application opens an account.
//! * [`PrivatePostgres`]: a PostgreSQL server of this test process alone, gone when the process is gone.
//! * [`store_conformance!`](crate::store_conformance): the suite that every driver of the store has to pass.
//! * [`logs`]: everything a test process logs, to be searched for what must not be in it.
//! * [`catalogue`]: what tables, columns and keys a store really has, in words that are the same for both databases.
//!
//! Nothing here is used outside tests and the programs that torture the record, and everything here panics when something is wrong: that is how a test fails.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a panic of the test kit is the failure of a test"
)]

pub mod catalogue;
pub mod conformance;
pub mod logs;

mod applicant;
mod given;
mod postgres;

pub use applicant::applicant;
pub use given::{FixedClock, SeededEntropy};
pub use postgres::PrivatePostgres;
