//! # The embedded driver of the unit of work: SQLite in a file beside the program
//!
//! One thread owns the one connection that writes. It takes every unit that is waiting, runs each, commits once, and only then
//! has all of them answered: 64 callers share one flush of the disk instead of queueing for 64 (*group commit*). A unit that
//! fails is undone alone. Reads run on the caller's own thread, on connections that cannot write, each unit on one snapshot.
//!
//! What an answered unit is worth: it was synced to the disk before the answer (`journal_mode=WAL`, `synchronous=FULL`), and
//! erased content is overwritten (`secure_delete=ON`). Every connection sets these and reads them back; the store refuses to
//! open otherwise. After an I/O error or a full disk the writer stops and refuses everything that follows, because a flush
//! that failed once cannot be trusted when repeated; reads go on. Opening the store again starts from what is on disk.
//!
//! The file must lie on a local file system: the write-ahead log does not work over a network.
//!
//! ```
//! use tenantry_store::{StoreExt, params, query_one, statements};
//! use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
//!
//! statements! {
//!     CREATE = "CREATE TABLE note (id INTEGER NOT NULL PRIMARY KEY, body TEXT NOT NULL) STRICT";
//!     ADD = "INSERT INTO note (id, body) VALUES ($1, $2)";
//!     FIND = "SELECT body FROM note WHERE id = $1";
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default())?;
//! store.write(|tx| tx.execute(&CREATE, params![]))?;
//! store.sequence(|tx| tx.execute(&ADD, params![1, "first"]))?;
//! let body = store.read(|tx| query_one(tx, &FIND, params![1], |row| Ok(row.text(0)?.to_owned())))?;
//! assert_eq!(body.as_deref(), Some("first"));
//! # Ok(())
//! # }
//! ```

mod answers;
mod connection;
mod errors;
mod files;
mod gaps;
mod log;
mod prepared;
mod readers;
mod schema;
mod transaction;
mod usage;
mod writer;

use std::path::{Path, PathBuf};

use tenantry_store::{Job, Lane, Overwritten, SchemaWork, Store, StoreError, WhenFull, limits};

pub use crate::usage::NobodyUses;

use crate::readers::Readers;
use crate::usage::InUse;
use crate::writer::Writer;

/// How to open the embedded store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Connections that serve reads; a read unit waits when all are in use. At least 1.
    pub read_connections: usize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { read_connections: limits::READ_CONNECTIONS_DEFAULT }
    }
}

/// The embedded store. Dropping it waits until everything that was accepted is answered.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    writer: Writer,
    readers: Readers,
    /// Behind the connections, because it is dropped after them.
    _in_use: InUse,
}

impl SqliteStore {
    /// Opens the database file, creating it, readable by its owner only, if there is none.
    ///
    /// # Errors
    /// [`StoreError::Open`] when the file cannot be opened, is being replaced, or the linked SQLite is too old;
    /// [`StoreError::Setting`] when a setting that protects the records does not take effect.
    pub fn open(path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        let in_use = InUse::from_now_on(path)?;
        let writer = Writer::start(connection::open_writing(path)?)?;
        let readers = Readers::open(path, options.read_connections.max(1))?;
        Ok(Self { path: path.to_owned(), writer, readers, _in_use: in_use })
    }
}

impl Store for SqliteStore {
    /// A unit of the read lane runs on the calling thread, before this method returns.
    fn submit(&self, lane: Lane, when_full: WhenFull, job: Job) {
        match lane {
            Lane::Read => self.readers.run(job),
            Lane::Write | Lane::Sequence => self.writer.submit(when_full, job),
        }
    }

    fn schema_session(&self, work: &mut SchemaWork<'_>) -> Result<(), StoreError> {
        self.writer.between_batches(|| schema::session(&connection::open_writing(&self.path)?, work))
    }

    fn overwrite_deleted(&self) -> Result<Overwritten, StoreError> {
        self.writer
            .between_batches(|| files::truncate_log(&connection::open_writing(&self.path)?, &self.path))
    }

    fn check_structure(&self) -> Result<Vec<String>, StoreError> {
        files::check(&connection::open_reading(&self.path)?)
    }

    fn back_up(&self, target: &Path) -> Result<(), StoreError> {
        files::copy(&connection::open_writing(&self.path)?, target)
    }
}
