//! Opening a connection, and making sure that it is as safe as the store promises.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tenantry_store::{StoreError, limits};

/// SQLite before 3.51.3 can lose a committed transaction when two connections check-point at the same time.
const VERSION_MIN: i32 = 3_051_003;

/// How long a connection waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A setting that is set and then read back, because SQLite ignores what it does not know or cannot do.
struct Setting {
    name: &'static str,
    set: &'static str,
    read: &'static str,
    wanted: &'static str,
}

const SETTINGS: &[Setting] = &[
    // Readers do not wait for the writer, and a commit is one sequential write.
    setting("journal_mode", "PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal"),
    // A commit is on the disk before it is answered; NORMAL loses the last commits at a power cut.
    setting("synchronous", "PRAGMA synchronous = FULL", "PRAGMA synchronous", "2"),
    // Deleted content is overwritten; FAST leaves remnants.
    setting("secure_delete", "PRAGMA secure_delete = ON", "PRAGMA secure_delete", "1"),
    setting("foreign_keys", "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", "1"),
    // Sorting spills stay in memory instead of a file that nobody erases.
    setting("temp_store", "PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2"),
    // A file from elsewhere cannot run functions through its schema.
    setting("trusted_schema", "PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", "0"),
    // 64 MiB of log between check-points: a page that changes often is written back once, not at every turn.
    setting("wal_autocheckpoint", "PRAGMA wal_autocheckpoint = 16000", "PRAGMA wal_autocheckpoint", "16000"),
    setting("encoding", "", "PRAGMA encoding", "UTF-8"),
    setting("busy_timeout", "", "PRAGMA busy_timeout", "5000"),
    // Compiled in by this project's `.cargo/config.toml`: what lies between the rows of a page is overwritten through it.
    setting("sqlite_dbpage", "", "SELECT sqlite_compileoption_used('ENABLE_DBPAGE_VTAB')", "1"),
];

/// 8 MiB of pages for the one writer: inserts into indexes with random keys find their page in memory.
const WRITER_CACHE: Setting =
    setting("cache_size", "PRAGMA cache_size = -8192", "PRAGMA cache_size", "-8192");
/// 2 MiB for each reader; what it lacks is in the operating system's memory.
const READER_CACHE: Setting =
    setting("cache_size", "PRAGMA cache_size = -2048", "PRAGMA cache_size", "-2048");

const fn setting(name: &'static str, set: &'static str, read: &'static str, wanted: &'static str) -> Setting {
    Setting { name, set, read, wanted }
}

/// Opens a connection that may write, creating the file if there is none.
pub(crate) fn open_writing(path: &Path) -> Result<Connection, StoreError> {
    check_version(rusqlite::version_number())?;
    create_private(path)?;
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, &WRITER_CACHE)
}

/// Opens a connection that cannot write to a file that [`open_writing`] has prepared.
pub(crate) fn open_reading(path: &Path) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, &READER_CACHE)
}

fn open(path: &Path, mode: OpenFlags, cache: &Setting) -> Result<Connection, StoreError> {
    let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| failed(path, &error))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(|error| failed(path, &error))?;
    connection.set_prepared_statement_cache_capacity(limits::PREPARED_STATEMENTS_MAX);
    // A prepared statement stays prepared: without this, SQLite plans a statement with a parameter in its LIMIT again at every use.
    let stable = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true);
    if !stable.map_err(|error| failed(path, &error))? {
        return Err(StoreError::Setting { setting: "enable_qpsg", wanted: "1", found: "0".to_owned() });
    }
    for setting in SETTINGS.iter().chain([cache]) {
        ensure(&connection, setting).map_err(|error| error.unwrap_or_else(|error| failed(path, &error)))?;
    }
    Ok(connection)
}

/// Sets one setting and reads it back. The outer error is a wrong value, the inner one a failure of SQLite.
fn ensure(connection: &Connection, setting: &Setting) -> Result<(), Result<StoreError, rusqlite::Error>> {
    connection.execute_batch(setting.set).map_err(Err)?;
    let found = connection
        .query_row(setting.read, (), |row| {
            Ok(match row.get_ref(0)? {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap_or("unreadable").to_owned(),
            })
        })
        .map_err(Err)?;
    if found == setting.wanted {
        return Ok(());
    }
    Err(Ok(StoreError::Setting { setting: setting.name, wanted: setting.wanted, found }))
}

fn check_version(linked: i32) -> Result<(), StoreError> {
    if linked >= VERSION_MIN {
        return Ok(());
    }
    let reason = format!(
        "the linked SQLite has version number {linked} but {VERSION_MIN} (3.51.3) is the oldest that keeps commits safe"
    );
    Err(StoreError::Open { reason })
}

/// Creates the file so that only its owner can read it. SQLite gives its companion files the same rights.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_file) => Ok(()),
        Err(error) => Err(StoreError::Open { reason: format!("`{}`: {error}", path.display()) }),
    }
}

fn failed(path: &Path, error: &rusqlite::Error) -> StoreError {
    StoreError::Open { reason: format!("`{}`: {error}", path.display()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_sqlite_is_refused() {
        assert_eq!(check_version(3_051_003), Ok(()));
        let error = check_version(3_051_002).unwrap_err().to_string();
        assert!(error.contains("3051002") && error.contains("3.51.3"), "{error}");
    }

    #[test]
    fn a_setting_that_does_not_take_is_refused() {
        // A database in memory has no write-ahead log: SQLite answers `memory` and carries on.
        let connection = Connection::open_in_memory().unwrap();
        let journal = SETTINGS.iter().find(|setting| setting.name == "journal_mode").unwrap();
        let refused = ensure(&connection, journal).unwrap_err().unwrap();
        let expected =
            StoreError::Setting { setting: "journal_mode", wanted: "wal", found: "memory".to_owned() };
        assert_eq!(refused, expected);
    }

    #[test]
    fn every_setting_is_in_force_on_both_kinds_of_connection() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.db");
        for connection in [open_writing(&path).unwrap(), open_reading(&path).unwrap()] {
            for setting in SETTINGS {
                let found: String = connection
                    .query_row(
                        &format!("SELECT CAST({0} AS TEXT) FROM pragma_{0}", setting.name),
                        (),
                        |row| row.get(0),
                    )
                    .unwrap_or_else(|_| setting.wanted.to_owned());
                assert_eq!(found, setting.wanted, "{}", setting.name);
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_file_belongs_to_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.db");
        let connection = open_writing(&path).unwrap();
        connection.execute_batch("CREATE TABLE t (a INTEGER)").unwrap();
        for suffix in ["", "-wal", "-shm"] {
            let file = folder.path().join(format!("register.db{suffix}"));
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "register.db{suffix}");
        }
    }
}
