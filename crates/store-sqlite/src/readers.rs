//! Connections for reading, lent to calling threads one unit at a time.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tenantry_store::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use tenantry_store::{Job, StoreError};

use crate::connection::open_reading;
use crate::errors::describe;
use crate::transaction::SqliteTx;

#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    /// Places for connections: a lent one is absent, a broken one is an empty place.
    places: Mutex<Vec<Option<Connection>>>,
    returned: Condvar,
}

impl Readers {
    pub(crate) fn open(path: &Path, count: usize) -> Result<Self, StoreError> {
        let places = (0..count).map(|_| open_reading(path).map(Some)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { path: path.to_owned(), places: Mutex::new(places), returned: Condvar::new() })
    }

    /// Runs one unit on the calling thread and answers it.
    pub(crate) fn run(&self, mut job: Job) {
        let lent = self.lend();
        let (kept, outcome) = match lent.map_or_else(|| open_reading(&self.path), Ok) {
            Ok(connection) => {
                let outcome = run_on(&connection, &mut job);
                // A connection that is still inside a transaction, or failed to begin one, is not used again.
                let healthy = outcome.is_ok() && connection.is_autocommit();
                (healthy.then_some(connection), outcome)
            }
            Err(error) => (None, Err(error)),
        };
        self.take_back(kept);
        job.finish(outcome);
    }

    fn lend(&self) -> Option<Connection> {
        let mut places = self.places();
        loop {
            if let Some(place) = places.pop() {
                return place;
            }
            places = self.returned.wait(places).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn take_back(&self, connection: Option<Connection>) {
        self.places().push(connection);
        self.returned.notify_one();
    }

    fn places(&self) -> MutexGuard<'_, Vec<Option<Connection>>> {
        // The lock guards a list of whole connections; a panic while it is held cannot leave one half changed.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn run_on(connection: &Connection, job: &mut Job) -> Result<(), StoreError> {
    let unavailable = |error: rusqlite::Error| StoreError::Unavailable { reason: describe(&error) };
    connection.execute_batch("BEGIN").map_err(unavailable)?;
    job.run(&mut SqliteTx::new(connection));
    connection.execute_batch("ROLLBACK").map_err(unavailable)
}
