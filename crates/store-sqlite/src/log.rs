//! Copying the log back into the database file.
//!
//! SQLite would do it by itself after a commit and keep quiet about an error, since the log still has everything. But a disk that
//! fails to flush is not to be written to again, so the writer does it and stops like after any other error of the disk.

use std::ffi::c_int;

use rusqlite::hooks::Wal;
use rusqlite::{Connection, Error, ErrorCode, ffi};
use tenantry_store::StoreError;

use crate::errors::describe;

/// Pages in the log after which it is copied back: 64 MiB. A page that changes often is written back once, not at every turn; with a
/// quarter of it, the writer spends a third of its time on copying.
const PAGES_MAX: c_int = 16_000;

/// Has the log copied back after a commit that made it long. An error of it is an error of that commit, which then is in the log
/// nevertheless.
pub(crate) fn copy_back(connection: &mut Connection) -> Result<(), StoreError> {
    let after_commit =
        |wal: &mut Wal, pages| if pages < PAGES_MAX { Ok(()) } else { passed_on(wal.checkpoint()) };
    connection.wal_hook(Some(after_commit)).map_err(|error| StoreError::Open {
        reason: format!("the log cannot be watched: {}", describe(&error)),
    })
}

/// What the commit is told.
fn passed_on(copied: Result<(), Error>) -> Result<(), Error> {
    match copied {
        Ok(()) => Ok(()),
        Err(error) => match error.sqlite_error_code() {
            // Somebody else is copying, or reads what would be overwritten: the next commit tries again.
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Ok(()),
            Some(ErrorCode::SystemIoFailure) => Err(error),
            // A full disk would be taken for a commit that was not made.
            _ => Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_WRITE), None)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_waiting_is_forgiven() {
        let of = |code| passed_on(Err(Error::SqliteFailure(ffi::Error::new(code), None)));
        let code = |code| of(code).map_err(|error| error.sqlite_error().map(|error| error.extended_code));
        assert_eq!(code(ffi::SQLITE_BUSY), Ok(()));
        assert_eq!(code(ffi::SQLITE_IOERR_FSYNC), Err(Some(ffi::SQLITE_IOERR_FSYNC)));
        for other in [ffi::SQLITE_FULL, ffi::SQLITE_CORRUPT, ffi::SQLITE_NOMEM] {
            assert_eq!(code(other), Err(Some(ffi::SQLITE_IOERR_WRITE)));
        }
    }
}
