//! The register over real stores.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a panic of a test is its failure"
)]

mod access;
mod appeals;
mod approvals;
mod bad_lists;
mod cases;
mod checkpoints;
mod clock;
mod completeness;
mod deadlines;
mod doubts;
mod events;
mod evidence;
mod fixtures;
mod fsck;
mod fsck_columns;
mod gate;
mod gateway;
mod idempotency;
mod intake;
mod interleaving;
mod list_rules;
mod malice;
mod measures;
mod model;
mod new_origin;
mod not_assessed;
mod order_documents;
mod orders;
mod outbox;
mod packages;
mod packs;
mod people;
mod replay;
mod rescreening;
mod resellers;
mod retention;
mod retention_own;
mod returning;
mod roles;
mod rotation;
mod signals;
mod signing;
mod timestamps;
mod witnessing;
mod world;
