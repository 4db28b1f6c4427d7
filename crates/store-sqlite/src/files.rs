//! What concerns the database as a file: remnants of deleted content, damage, copies.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tenantry_store::{Overwritten, StoreError};

use crate::errors::{Stage, describe, is_fatal, translate};

/// Most lines of a damage report.
const DAMAGE_LINES_MAX: usize = 100;

/// Moves the whole log into the file and cuts it to nothing. With `secure_delete` the file has zeros where deleted content was;
/// until this has happened, both still have the old pages. After an error of the disk, [`StoreError::Stopped`], nobody may write.
pub(crate) fn truncate_log(connection: &Connection) -> Result<Overwritten, StoreError> {
    let cut = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get::<_, i64>(0));
    let busy = cut.map_err(|error| {
        if !is_fatal(&error) {
            return translate("wal_checkpoint", Stage::Run, &error);
        }
        // Closing must not try again what the disk failed at.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        match translate("wal_checkpoint", Stage::Run, &error) {
            StoreError::DiskFull => StoreError::DiskFull,
            _ => StoreError::Stopped {
                reason: format!("SQLite failed while the log was cut: {}", describe(&error)),
            },
        }
    })?;
    if busy == 0 {
        return Ok(Overwritten::FileAndLog);
    }
    Err(StoreError::Unavailable { reason: "somebody kept reading; the log could not be cut".to_owned() })
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
