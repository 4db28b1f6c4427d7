//! # The unit of work over two databases, and the repositories written once above it
//!
//! Everything the register changes, it changes in a *unit*: a closure over one transaction. The unit is recorded whole and
//! durably, or not at all, on the embedded SQLite as on a PostgreSQL server. This crate holds what both have in common:
//!
//! * [`Statement`], [`statements!`], [`params!`], [`Value`], [`Row`]: SQL as named constants, three column types;
//! * [`Tx`], [`query_one`], [`query_all`]: an open transaction as repositories see it;
//! * [`Store`], [`StoreExt`]: three lanes for units ([`read`](StoreExt::read), [`write`](StoreExt::write),
//!   [`sequence`](StoreExt::sequence));
//! * [`Migration`], [`MIGRATIONS`]: the schema.
//!
//! It deliberately opens no connection and knows no driver; `tenantry-store-sqlite` and `tenantry-store-postgres` do.
//!
//! ```
//! use tenantry_store::{Store, StoreError, StoreExt, params, query_one, statements};
//!
//! statements! {
//!     ADD = "INSERT INTO note (id, body) VALUES ($1, $2)";
//!     FIND = "SELECT body FROM note WHERE id = $1";
//! }
//!
//! fn add_and_read_back(store: &dyn Store, id: i64, body: String) -> Result<Option<String>, StoreError> {
//!     store.sequence(move |tx| {
//!         tx.execute(&ADD, params![id, &body])?;
//!         query_one(tx, &FIND, params![id], |row| Ok(row.text(0)?.to_owned()))
//!     })
//! }
//! ```
//!
//! ## Rules for SQL that runs on both
//!
//! Columns are `INTEGER`/`BIGINT`, `TEXT` or `BLOB`/`BYTEA`, and SQLite tables are `STRICT`. A statement that fails ends its
//! unit (see [`Tx`]). A value in a key or an index is at most 2,600
//! bytes long, the limit of PostgreSQL. Text is compared byte by byte, so store a folded column where people search without regard to case.

pub mod limits;
pub mod repo;
pub mod sync;

mod error;
mod job;
mod migrate;
mod queue;
mod row;
mod statement;
mod store;
mod tx;
mod value;

pub use error::{ConstraintRule, StoreError};
pub use job::{Job, Ran};
pub use migrate::{Dialect, MIGRATIONS, Migration, MigrationReport, SchemaTx};
pub use queue::{Queue, Server, Waiting};
pub use row::{Cell, Columns, Row};
pub use statement::Statement;
pub use store::{Lane, Overwritten, SchemaWork, Store, StoreExt, WhenFull};
pub use tx::{Tx, query_all, query_one};
pub use value::Value;
