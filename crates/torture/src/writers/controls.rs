//! Writers that are known to be wrong. Each leaves out one flush, in a way that real programs do.

use super::{Recovered, Writer};
use crate::acks::Teller;
use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;
use tenantry_model::random::Entropy as _;
use tenantry_vault::SystemEntropy;

/// The bytes of one record of a control.
const RECORD_BYTES: usize = 640;
/// The bytes of a wrapped key, and how many keys there are before the oldest goes.
const KEY_BYTES: usize = 61;
const KEYS_KEPT: u32 = 40;
/// Records after which the one that tries again has shown what it does.
const RETRIED_RECORDS_MAX: u32 = 100;

/// SQLite in its write-ahead log with `synchronous=NORMAL`: a commit is written and not flushed.
pub(super) struct UnflushedCommits;

impl Writer for UnflushedCommits {
    fn prepare(&self, folder: &Path) -> Result<()> {
        let connection = connection(folder)?;
        connection.execute_batch("CREATE TABLE record (number INTEGER PRIMARY KEY, body BLOB NOT NULL)")?;
        Ok(())
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        let connection = connection(folder)?;
        for number in 0.. {
            let insert = "INSERT INTO record (number, body) VALUES (?1, ?2)";
            connection.execute(insert, (number, vec![0_u8; RECORD_BYTES]))?;
            if !acks.tell(number)? {
                break;
            }
            pause(Duration::from_micros(100));
        }
        Ok(())
    }

    fn recover(&self, folder: &Path, acknowledged: &[u32]) -> Result<Recovered> {
        let connection = connection(folder)?;
        let verdict: String = connection.query_row("PRAGMA integrity_check", (), |row| row.get(0))?;
        ensure!(verdict == "ok", "SQLite finds: {verdict}");
        let present: u32 = connection.query_row("SELECT count(*) FROM record", (), |row| row.get(0))?;
        // Numbers are written in order, so that what is missing is missing at the end.
        Ok(Recovered { lost: acknowledged.len().saturating_sub(present as usize) })
    }
}

/// Keys that are deleted in SQLite's way, without overwriting what was deleted; the log is cut. Numbers are those of deleted keys.
pub(super) struct KeptContent;

impl Writer for KeptContent {
    fn prepare(&self, folder: &Path) -> Result<()> {
        let connection = connection(folder)?;
        connection.execute_batch("CREATE TABLE key (number INTEGER PRIMARY KEY, wrapped BLOB NOT NULL)")?;
        Ok(())
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        let connection = connection(folder)?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;")?;
        for number in 0..u32::MAX {
            let mut wrapped = vec![0_u8; KEY_BYTES];
            SystemEntropy.fill(&mut wrapped);
            connection.execute("INSERT INTO key VALUES (?1, ?2)", (number, &wrapped))?;
            let Some(old) = number.checked_sub(KEYS_KEPT) else { continue };
            let find = "SELECT wrapped FROM key WHERE number = ?1";
            let gone: Vec<u8> = connection.query_row(find, (old,), |row| row.get(0))?;
            connection.execute("DELETE FROM key WHERE number = ?1", (old,))?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?;
            acks.destroyed(old, &[gone])?;
            if !acks.tell(old)? {
                break;
            }
            pause(Duration::from_millis(5));
        }
        Ok(())
    }

    fn recover(&self, folder: &Path, acknowledged: &[u32]) -> Result<Recovered> {
        let find = "SELECT count(*) FROM key WHERE number = ?1";
        let connection = connection(folder)?;
        let mut lost = 0;
        for number in acknowledged {
            lost += usize::from(connection.query_row(find, (number,), |row| row.get::<_, u32>(0))? > 0);
        }
        Ok(Recovered { lost })
    }
}

/// The log is copied back, and flushed for that, about once in 10 seconds: a flush just before each accident would hide
/// the ones that are missing.
fn connection(folder: &Path) -> Result<Connection> {
    let connection = Connection::open(folder.join("control.db"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 40000;",
    )?;
    Ok(connection)
}

/// A file that records are appended to, and that nobody flushes.
pub(super) struct UnflushedLog;

impl Writer for UnflushedLog {
    fn prepare(&self, folder: &Path) -> Result<()> {
        File::create(folder.join("log"))?;
        Ok(())
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        let mut log = File::options().append(true).open(folder.join("log"))?;
        for number in 0..u32::MAX {
            log.write_all(&record(number))?;
            if !acks.tell(number)? {
                break;
            }
            pause(Duration::from_micros(100));
        }
        Ok(())
    }

    fn recover(&self, folder: &Path, acknowledged: &[u32]) -> Result<Recovered> {
        recover_log(folder, acknowledged)
    }
}

/// A file that records are appended to and flushed; a flush that fails is made once more, and believed.
pub(super) struct RetriedFlush;

impl Writer for RetriedFlush {
    fn prepare(&self, folder: &Path) -> Result<()> {
        File::create(folder.join("log"))?;
        Ok(())
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        let mut log = File::options().append(true).open(folder.join("log"))?;
        for number in 0..RETRIED_RECORDS_MAX {
            log.write_all(&record(number))?;
            log.sync_data().or_else(|_| log.sync_data())?;
            acks.tell(number)?;
        }
        Ok(())
    }

    fn recover(&self, folder: &Path, acknowledged: &[u32]) -> Result<Recovered> {
        recover_log(folder, acknowledged)
    }
}

fn record(number: u32) -> Vec<u8> {
    let mut record = vec![0_u8; RECORD_BYTES - 4];
    record.extend_from_slice(&number.to_be_bytes());
    record
}

fn recover_log(folder: &Path, acknowledged: &[u32]) -> Result<Recovered> {
    let log = fs::read(folder.join("log")).context("the log is gone")?;
    let whole = log
        .as_chunks::<RECORD_BYTES>()
        .0
        .iter()
        .zip(0_u32..)
        .take_while(|(record, number)| record.ends_with(&number.to_be_bytes()));
    Ok(Recovered { lost: acknowledged.len().saturating_sub(whole.count()) })
}

/// A file for each record, written beside, flushed and renamed; the folder that holds the names is not flushed.
pub(super) struct UnflushedFolder;

impl Writer for UnflushedFolder {
    fn prepare(&self, folder: &Path) -> Result<()> {
        fs::create_dir(folder.join("records"))?;
        Ok(())
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        let records = folder.join("records");
        for number in 0..u32::MAX {
            let beside = records.join("beside");
            let mut file = File::create(&beside)?;
            file.write_all(&[1; RECORD_BYTES])?;
            file.sync_all()?;
            fs::rename(&beside, records.join(number.to_string()))?;
            if !acks.tell(number)? {
                break;
            }
            // The next flush would carry this name along: an accident in between is what the rule is for.
            pause(Duration::from_millis(50));
        }
        Ok(())
    }

    fn recover(&self, folder: &Path, acknowledged: &[u32]) -> Result<Recovered> {
        let records = folder.join("records");
        let whole = |number: &&u32| {
            records.join(number.to_string()).metadata().is_ok_and(|file| file.len() == RECORD_BYTES as u64)
        };
        Ok(Recovered { lost: acknowledged.len() - acknowledged.iter().filter(whole).count() })
    }
}

#[expect(clippy::disallowed_methods, reason = "a control that filled its disk would try nothing")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
