//! The use cases: the only crate that joins engines, store, vault and ledger, and the only place that changes anything.
//!
//! Every use case is a method of [`Register`] that takes a [`Call`]: who asks, why, under which idempotency key. A change
//! passes one choke point (`unit`): the actor is authorised against one table ([`access`]), a repeated request is answered
//! from what was answered before, and state, ledger leaf and outgoing messages are written in one unit. What must not be done
//! alone is held until a second person approves the exact content.
//!
//! The crate speaks to nobody: no HTTP, no files, no clock of its own. It blocks the calling thread until a change is durable.
//!
//! * the main job: [`Register::apply`], [`Register::add_facts`], [`Register::gate`];
//! * people's work: cases, measures, approvals, orders, reveals;
//! * the record: checkpoints, proofs, evidence packages, replay of decisions.

pub mod access;
pub mod accounts;
mod apply;
pub mod approvals;
mod assess;
mod call;
pub mod cases;
pub mod checkpoints;
pub mod completeness;
mod core;
mod decisions;
pub mod disclosure;
mod dossier;
pub mod erasure;
mod error;
pub mod events;
pub mod evidence;
mod flagged;
pub mod fsck;
pub mod gate;
pub mod holds;
pub mod intake;
mod keys;
pub mod ledger_view;
mod linked;
pub mod matching;
pub mod measures;
mod memory;
mod named;
pub mod new_origin;
pub mod orders;
pub mod outbox;
mod outcome;
pub mod packs;
pub mod parties;
pub mod people;
mod query;
pub mod reassess;
pub mod record;
pub mod replay;
pub mod retention;
pub mod roles;
pub mod rotation;
pub mod rules;
mod salt;
mod set_up;
mod sight;
pub mod signal_lists;
mod signals;
pub mod timestamps;
mod unit;
pub mod upkeep;
pub mod watchlists;
pub mod witnessing;
mod world;

pub use access::Action;
pub use apply::Applied;
pub use call::{Call, IdempotencyKey, Reason};
pub use core::Means;
pub use error::RegisterError;
pub use gate::GateAnswer;
pub use outcome::Cause;
pub use set_up::SetUp;
pub use tenantry_witness::Signing;
pub use world::SnapshotInForce;

use std::sync::Arc;

/// The register. Cheap to clone; all clones share one state.
#[derive(Clone)]
pub struct Register {
    pub(crate) core: Arc<core::Core>,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Register")
    }
}
