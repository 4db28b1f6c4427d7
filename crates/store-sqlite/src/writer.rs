//! The one thread that writes: group commit, and the rule that nothing is written after an error of the disk.

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tenantry_store::{Job, Queue, Ran, Statement, StoreError, Waiting, limits};

use crate::errors::{Stage, describe, is_fatal, translate};
use crate::prepared::PreparedStatements;
use crate::transaction::SqliteTx;

static BEGIN: Statement = control("BEGIN IMMEDIATE");
static COMMIT: Statement = control("COMMIT");
static UNIT: Statement = control("SAVEPOINT unit");
static UNDO: Statement = control("ROLLBACK TO unit");
static KEEP: Statement = control("RELEASE unit");

/// A statement of this driver alone.
const fn control(text: &'static str) -> Statement {
    Statement { name: text, sqlite: text, postgres: "" }
}

/// Starts the writer's thread.
pub(crate) fn start(connection: Connection) -> Result<Queue, StoreError> {
    Queue::start("store-writer", vec![Box::new(move |waiting| serve(&connection, &waiting))])
}

fn serve(connection: &Connection, waiting: &Waiting) {
    let (mut prepared, mut stopped) = (PreparedStatements::new(connection), None);
    while let Some(batch) = waiting.batch(limits::BATCH_UNITS_MAX) {
        if let Some(error) = &stopped {
            answer(batch, Err(StoreError::clone(error)));
        } else {
            stopped = run_batch(connection, &mut prepared, batch).err();
            if stopped.is_some() {
                // Closing must not flush again what may not have reached the disk: opening recovers from what did.
                let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
            }
        }
    }
}

/// Runs a batch in one transaction and answers it. An `Err` is what every later unit is told.
fn run_batch<'c>(
    connection: &'c Connection,
    prepared: &mut PreparedStatements<'c>,
    mut batch: Vec<Job>,
) -> Result<(), StoreError> {
    if let Err(error) = prepared.control(&BEGIN) {
        // Another process may be writing; only an error of the disk is a reason to stop.
        answer(batch, Err(StoreError::Unavailable { reason: describe(&error) }));
        return if is_fatal(&error) { Err(stopped("begin", &error)) } else { Ok(()) };
    }
    if let Err(told) = batch.iter_mut().try_for_each(|job| run_unit(prepared, job)) {
        let _ = connection.execute_batch("ROLLBACK");
        let later = match &told {
            StoreError::Stopped { .. } | StoreError::DiskFull => told.clone(),
            other => StoreError::Stopped { reason: other.to_string() },
        };
        answer(batch, Err(told));
        return Err(later);
    }
    let Err(error) = prepared.control(&COMMIT) else {
        answer(batch, Ok(()));
        return Ok(());
    };
    let _ = connection.execute_batch("ROLLBACK");
    // After a failed flush the commit may still reach the disk; a full disk is noticed before that.
    let (told, later) = match translate("COMMIT", Stage::Run, &error) {
        StoreError::DiskFull => (StoreError::DiskFull, StoreError::DiskFull),
        _ => (StoreError::OutcomeUnknown, stopped("commit", &error)),
    };
    answer(batch, Err(told));
    Err(later)
}

/// Runs one unit in its savepoint. An `Err` ends the whole batch, and the writer.
fn run_unit(prepared: &mut PreparedStatements<'_>, job: &mut Job) -> Result<(), StoreError> {
    let broken = |error: rusqlite::Error| stopped("savepoint", &error);
    prepared.control(&UNIT).map_err(broken)?;
    let mut tx = SqliteTx::of_the_writer(prepared);
    let ran = job.run(&mut tx);
    if let Some(fatal) = tx.fatal {
        return Err(fatal);
    }
    if ran == Ran::RollBack {
        prepared.control(&UNDO).map_err(broken)?;
    }
    prepared.control(&KEEP).map_err(broken)
}

fn stopped(during: &str, error: &rusqlite::Error) -> StoreError {
    StoreError::Stopped { reason: format!("SQLite failed during {during}: {}", describe(error)) }
}

fn answer(batch: Vec<Job>, outcome: Result<(), StoreError>) {
    for job in batch {
        job.finish(outcome.clone());
    }
}
