//! # The PostgreSQL driver of the unit of work
//!
//! Several threads own one connection each: readers, writers, and one *sequencer* that runs every unit which appends to the
//! ledger. The sequencer takes all units that are waiting, runs them in one transaction and commits once, like the writer of
//! the embedded store. Any number of programs may share the database; an advisory lock lets one of them lead at a time. The lock
//! belongs to the session, so a pooler between must not share sessions out by transaction.
//!
//! Changing units run `SERIALIZABLE`. A unit that collides with another is run again by itself; from its third run it has the
//! database for itself, so it always gets through. How the lanes keep out of each other's way is written in `lock.rs`.
//!
//! When the connection breaks before the commit, the unit is run again on a new one. When it breaks *during* the commit, the
//! outcome is unknown: the caller is told so ([`StoreError::OutcomeUnknown`]) and repeats the request with the same idempotency
//! key; the driver never repeats such a unit by itself.
//!
//! **No TLS yet.** A server is reached through a Unix socket or the loopback address. Any other host is refused, unless the
//! options say that the network between is trusted, for example inside a tunnel.
//!
//! The server must be version 14 or later, with `fsync` and `full_page_writes` on, and the database in UTF-8 with text ordered
//! byte by byte, as on the embedded store: `createdb --template=template0 --encoding=UTF8 --locale=C register`.
//!
//! ```no_run
//! use tenantry_store::{MIGRATIONS, StoreExt};
//! use tenantry_store_postgres::{PostgresOptions, PostgresStore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let options = PostgresOptions::new("host=/run/postgresql dbname=register user=tenantry");
//! let store = PostgresStore::open(&options)?;
//! store.migrate(MIGRATIONS)?;
//! # Ok(())
//! # }
//! ```

mod changes;
mod connection;
mod errors;
mod lock;
mod options;
mod reads;
mod schema;
mod transaction;

use std::path::Path;

use postgres::Config;
use tenantry_store::{
    Job, Lane, Overwritten, Queue, SchemaWork, Server, Store, StoreError, WhenFull, limits,
};

use crate::connection::{Access, Link};
use crate::lock::Lane as Served;

pub use options::{Network, PostgresOptions, ServerDurability};

/// A store on a PostgreSQL server. Dropping it waits until everything that was accepted is answered.
pub struct PostgresStore {
    config: Config,
    durability: ServerDurability,
    readers: Queue,
    writers: Queue,
    sequencer: Queue,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The configuration may hold a password.
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Connects, and checks that the server keeps what it acknowledges.
    ///
    /// # Errors
    /// [`StoreError::Open`] for a connection string that cannot be used, [`StoreError::Setting`] for a server that is set up unsafely,
    /// [`StoreError::Unavailable`] when it cannot be reached.
    pub fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        let config = options.parse()?;
        let durability = options.durability;
        // One connection is opened and closed here, so that a wrong configuration is reported now and not by the first unit.
        schema::session(&config, durability, &mut |_| Ok(tenantry_store::Ran::RollBack))?;
        let link = |access| Link::new(config.clone(), access, durability);
        let readers = (0..options.read_connections.max(1)).map(|_| {
            let link = link(Access::Read);
            Box::new(move |waiting| reads::serve(link, &waiting)) as Server
        });
        let writers = (0..options.write_connections.max(1)).map(|_| {
            let link = link(Access::Change);
            Box::new(move |waiting| changes::serve(link, &waiting, Served::Writer, 1)) as Server
        });
        let link_of_sequencer = link(Access::Change);
        let sequencer: Server = Box::new(move |waiting| {
            changes::serve(link_of_sequencer, &waiting, Served::Sequencer, limits::BATCH_UNITS_MAX);
        });
        Ok(Self {
            readers: Queue::start("store-reader", readers.collect())?,
            writers: Queue::start("store-writer", writers.collect())?,
            sequencer: Queue::start("store-sequencer", vec![sequencer])?,
            config,
            durability,
        })
    }
}

impl Store for PostgresStore {
    fn submit(&self, lane: Lane, when_full: WhenFull, job: Job) {
        let queue = match lane {
            Lane::Read => &self.readers,
            Lane::Write => &self.writers,
            Lane::Sequence => &self.sequencer,
        };
        queue.submit(when_full, job);
    }

    fn schema_session(&self, work: &mut SchemaWork<'_>) -> Result<(), StoreError> {
        schema::session(&self.config, self.durability, work)
    }

    /// Rewrites the table of keys, so that no block of it holds a deleted one. Write-ahead log, archives and freed blocks keep it
    /// until the server reuses them.
    fn overwrite_deleted(&self) -> Result<Overwritten, StoreError> {
        schema::outside_transaction(&self.config, self.durability, "VACUUM (FULL) subject_key")?;
        Ok(Overwritten::TableOnly)
    }

    /// Nothing: the server checks its blocks itself where `data_checksums` is on, and `pg_amcheck` looks at indexes.
    fn check_structure(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    /// Refused: `pg_dump` and base backups are the server's own tools for this.
    fn back_up(&self, _: &Path) -> Result<(), StoreError> {
        Err(StoreError::Refused {
            statement: "backup",
            reason: "a PostgreSQL store is backed up with pg_dump or a base backup".to_owned(),
        })
    }
}
