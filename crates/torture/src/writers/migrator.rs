//! Databases of older versions, migrated again and again to the schema of this one.

use super::{Recovered, Writer};
use crate::acks::Teller;
use anyhow::{Result, ensure};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use tenantry_store::{MIGRATIONS, StoreExt as _};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};

/// Leaves in an old database, in chains of three.
const LEAVES: u32 = 3_000;
/// Records from the time of the first schema. Later ones move leaves to another table and follow their chains.
const FIRST_RECORDS: &str = "
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < 3000)
    INSERT INTO leaf (seq, type, recorded_at, subject, subject_seq, class, bytes, body)
      SELECT n, 1, n, CAST(printf('%016d', n / 3) AS BLOB), n % 3, 1, randomblob(200), randomblob(300) FROM number;
    INSERT INTO subject_head (subject, seq, last_leaf) SELECT subject, max(subject_seq), zeroblob(32) FROM leaf GROUP BY subject;
    INSERT INTO decision (id, account, decided_at, outcome, cause, pack, inputs, record, leaf)
      SELECT randomblob(16), randomblob(16), n, 'open', 'application', zeroblob(32), '{}', zeroblob(9), n
      FROM (SELECT seq AS n FROM leaf WHERE seq % 10 = 0);
";

pub(super) struct MigratorWriter;

impl Writer for MigratorWriter {
    fn prepare(&self, folder: &Path) -> Result<()> {
        let first = old(folder, 1);
        migrate(&first, 1)?;
        Connection::open(&first)?.execute_batch(FIRST_RECORDS)?;
        for version in 2..MIGRATIONS.len() {
            std::fs::copy(&first, old(folder, version))?;
            migrate(&old(folder, version), version)?;
        }
        take(folder, 1)
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        // What a killed process left is looked at before, so that it may go.
        for number in 0..u32::MAX {
            take(folder, 1 + number as usize % (MIGRATIONS.len() - 1))?;
            migrate(&current(folder), MIGRATIONS.len())?;
            if !acks.tell(number)? {
                break;
            }
        }
        Ok(())
    }

    fn recover(&self, folder: &Path, _: &[u32]) -> Result<Recovered> {
        let database = current(folder);
        let store = SqliteStore::open(&database, &SqliteOptions::default())?;
        // It is of one version or of the other: what has not been done is done now, and whole.
        store.migrate(MIGRATIONS)?;
        store.check_schema(MIGRATIONS)?;
        drop(store);
        let connection = Connection::open(database)?;
        let count = |what: &str| connection.query_row(what, (), |row| row.get::<_, u32>(0));
        let verdict: String = connection.query_row("PRAGMA integrity_check", (), |row| row.get(0))?;
        ensure!(verdict == "ok", "SQLite finds: {verdict}");
        let linked = "SELECT count(*) FROM leaf JOIN leaf AS before ON before.seq = leaf.prev \
                      AND before.subject = leaf.subject AND before.subject_seq = leaf.subject_seq - 1";
        let found = [
            count("SELECT count(*) FROM leaf")?,
            count(linked)? * 3 / 2,
            count("SELECT count(*) FROM subject_head")? * 3,
            count("SELECT count(*) FROM decision")? * 10,
        ];
        let lost = found.map(|found| LEAVES.abs_diff(found) as usize).into_iter().sum();
        Ok(Recovered { lost })
    }
}

fn old(folder: &Path, version: usize) -> PathBuf {
    folder.join(format!("old-{version}.db"))
}

fn current(folder: &Path) -> PathBuf {
    folder.join("register.db")
}

/// Puts an old database in the place of the one in use.
fn take(folder: &Path, version: usize) -> Result<()> {
    let beside = folder.join("beside.db");
    std::fs::copy(old(folder, version), &beside)?;
    for ending in ["-wal", "-shm"] {
        let left = folder.join(format!("register.db{ending}"));
        if left.exists() {
            std::fs::remove_file(left)?;
        }
    }
    Ok(std::fs::rename(beside, current(folder))?)
}

fn migrate(database: &Path, version: usize) -> Result<()> {
    let store = SqliteStore::open(database, &SqliteOptions::default())?;
    store.migrate(MIGRATIONS.get(..version).unwrap_or(MIGRATIONS))?;
    // One file is copied: what waits in the log goes into it.
    tenantry_store::Store::overwrite_deleted(&store)?;
    Ok(())
}
