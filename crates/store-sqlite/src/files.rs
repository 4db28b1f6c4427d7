//! What concerns the database as a file: remnants of deleted content, damage, copies.

use std::io::Read as _;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tenantry_store::{Overwritten, StoreError};

use crate::errors::{Stage, describe, is_fatal, translate};
use crate::gaps;

/// Most lines of a damage report.
const DAMAGE_LINES_MAX: usize = 100;

/// Bytes of the log's head, of the head of each page in it, and of a page.
const LOG_HEAD_BYTES: u64 = 32;
const FRAME_HEAD_BYTES: u64 = 24;
const PAGE_BYTES: u64 = 4_096;
/// Where head and pages of the log name the run they belong to: pages of an earlier run name another.
const RUN_IN_LOG_HEAD: usize = 16;
const RUN_IN_FRAME_HEAD: usize = 8;
const RUN_BYTES: usize = 8;
/// Zeros written by one statement, and so many more than the log is long.
const ZEROS_BYTES: u64 = 256 << 10;
const SPARE_BYTES: u64 = 64 << 10;
/// How often overwriting the log begins again because somebody else wrote to it.
const OVERWRITINGS_MAX: u32 = 5;

/// Overwrites copies of rows in the gaps of pages, moves the whole log into the file, overwrites the log and cuts it to nothing.
/// With `secure_delete` the file has zeros where deleted content was; until this has happened, both still have the old pages.
/// Cutting alone would leave them on the disk, in blocks that belong to no file. After an error of the disk, [`StoreError::Stopped`], nobody may write.
pub(crate) fn truncate_log(connection: &Connection, path: &Path) -> Result<Overwritten, StoreError> {
    let busy = || StoreError::Unavailable {
        reason: "somebody kept reading or writing; the log could not be cut".to_owned(),
    };
    let overwritten = |connection| {
        for _ in 0..OVERWRITINGS_MAX {
            if check_point(connection, "PRAGMA wal_checkpoint(RESTART)")?.busy {
                return Ok(false);
            }
            overwrite_log(connection, path)?;
            // Nobody has written since the log began anew.
            if check_point(connection, "PRAGMA wal_checkpoint(PASSIVE)")?.pages == 0
                && is_of_one_run(&log_of(path))?
            {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let cut = gaps::overwrite(connection).and_then(|()| overwritten(connection)).and_then(|overwritten| {
        if !overwritten || check_point(connection, "PRAGMA wal_checkpoint(TRUNCATE)")?.busy {
            return Ok(Err(busy()));
        }
        Ok(Ok(Overwritten::FileAndLog))
    });
    cut.unwrap_or_else(|error| {
        if !is_fatal(&error) {
            return Err(translate("wal_checkpoint", Stage::Run, &error));
        }
        // Closing must not try again what the disk failed at.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        Err(match translate("wal_checkpoint", Stage::Run, &error) {
            StoreError::DiskFull => StoreError::DiskFull,
            _ => StoreError::Stopped {
                reason: format!("SQLite failed while the log was cut: {}", describe(&error)),
            },
        })
    })
}

/// What SQLite says of a check-point.
struct CheckPoint {
    busy: bool,
    /// Pages in the log, those that were moved included.
    pages: i64,
}

fn check_point(connection: &Connection, pragma: &str) -> rusqlite::Result<CheckPoint> {
    connection
        .query_row(pragma, (), |row| Ok(CheckPoint { busy: row.get::<_, i64>(0)? != 0, pages: row.get(1)? }))
}

/// Has SQLite write zeros over the whole log, from its beginning: a transaction that is too large for the memory it is given goes
/// to the log page by page, and is then undone. Only SQLite can tell that nobody reads what is overwritten.
fn overwrite_log(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    let log = log_of(path);
    let bytes = std::fs::metadata(&log).map_or(0, |log| log.len());
    if bytes == 0 {
        return Ok(());
    }
    connection.execute_batch(
        "PRAGMA cache_size = 8; BEGIN IMMEDIATE; CREATE TABLE overwriting (zeros BLOB) STRICT",
    )?;
    // The last pages stay in memory.
    let pieces = (bytes + SPARE_BYTES).div_ceil(ZEROS_BYTES);
    let write =
        |_| connection.execute("INSERT INTO overwriting VALUES (zeroblob($1))", (ZEROS_BYTES.cast_signed(),));
    let written = (0..pieces).try_for_each(|piece| write(piece).map(drop));
    connection.execute_batch("ROLLBACK")?;
    written?;
    // Cut before it reached the disk, it would never get there.
    std::fs::File::open(&log).and_then(|log| log.sync_all()).map_err(|_| flush_failed())
}

/// Whether every page of the log was written after the log last began anew.
fn is_of_one_run(log: &Path) -> rusqlite::Result<bool> {
    let read = || -> std::io::Result<bool> {
        let mut log = std::io::BufReader::new(std::fs::File::open(log)?);
        let mut head = [0; LOG_HEAD_BYTES as usize];
        let length = log.get_ref().metadata()?.len();
        if length == 0 {
            return Ok(true);
        }
        log.read_exact(&mut head)?;
        let run = head.get(RUN_IN_LOG_HEAD..RUN_IN_LOG_HEAD + RUN_BYTES);
        let mut at = LOG_HEAD_BYTES;
        while at < length {
            let mut head = [0; FRAME_HEAD_BYTES as usize];
            log.read_exact(&mut head)?;
            if head.get(RUN_IN_FRAME_HEAD..RUN_IN_FRAME_HEAD + RUN_BYTES) != run {
                return Ok(false);
            }
            log.seek_relative(PAGE_BYTES.cast_signed())?;
            at += FRAME_HEAD_BYTES + PAGE_BYTES;
        }
        Ok(true)
    };
    read().map_err(|_| flush_failed())
}

/// What failed is not SQLite's, but as bad.
fn flush_failed() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC), None)
}

fn log_of(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// SQLite's own check of pages, freelist, order of rows and completeness of indexes.
pub(crate) fn check(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let failed = |error: rusqlite::Error| translate("integrity_check", Stage::Run, &error);
    let mut statement = match connection.prepare(&format!("PRAGMA integrity_check({DAMAGE_LINES_MAX})")) {
        Ok(statement) => statement,
        // The schema itself is damaged.
        Err(error) => return Ok(vec![describe(&error)]),
    };
    let lines = statement.query_map((), |row| row.get::<_, String>(0)).map_err(failed)?;
    let mut damage = Vec::new();
    for line in lines {
        match line {
            Ok(line) if line == "ok" => {}
            Ok(line) => damage.push(line),
            Err(error) => damage.push(describe(&error)),
        }
    }
    Ok(damage)
}

/// Copies everything into a new file that only its owner can read, and makes it durable.
pub(crate) fn copy(connection: &Connection, target: &Path) -> Result<(), StoreError> {
    let refused = |reason: String| StoreError::Refused { statement: "backup", reason };
    let io = |error: std::io::Error| refused(format!("`{}`: {error}", target.display()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(target).map_err(io)?;
    let name = target.to_str().ok_or_else(|| refused("the name of the file is not text".to_owned()))?;
    // An existing empty file is what VACUUM INTO accepts as a target.
    connection.execute("VACUUM INTO $1", (name,)).map_err(|error| translate("backup", Stage::Run, &error))?;
    file.sync_all().map_err(io)?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    std::fs::File::open(folder.unwrap_or_else(|| Path::new(".")))
        .and_then(|folder| folder.sync_all())
        .map_err(io)
}
