//! The repositories: every SQL text of the register, one file per subject, written once for both databases.
//!
//! A repository reads and writes rows and nothing else. It decides nothing, reads no clock, and never sees plaintext: what is
//! personal arrives sealed. Look-ups answer `Option`; lists are bounded by a limit the caller names.

pub mod account;
pub mod approval;
pub mod blob;
pub mod case;
pub mod check;
pub mod decision;
pub mod disclosure;
pub mod erasure;
pub mod hold;
pub mod idempotency;
pub mod key;
pub mod ledger;
pub mod list;
pub mod measure;
pub mod order;
pub mod outbox;
pub mod party;
pub mod setting;
pub mod signal;
pub mod staff;

mod convert;

use crate::Statement;

/// Every statement of every repository, for the test that prepares them all on both databases.
pub const ALL_STATEMENTS: &[&[&Statement]] = &[
    account::ALL,
    approval::ALL,
    blob::ALL,
    case::ALL,
    check::ALL,
    decision::ALL,
    disclosure::ALL,
    erasure::ALL,
    hold::ALL,
    idempotency::ALL,
    key::ALL,
    ledger::ALL,
    list::ALL,
    measure::ALL,
    order::ALL,
    outbox::ALL,
    party::ALL,
    setting::ALL,
    signal::ALL,
    staff::ALL,
];
