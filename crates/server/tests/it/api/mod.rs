//! The API over a real register: a temporary SQLite, time that stands still, randomness that repeats.

mod bad_input;
mod coverage;
mod gate;
mod given;
mod idempotency;
mod ledger;
mod openapi;
mod paging;
mod schema;
mod snapshots;
mod webhooks;
mod yente;
