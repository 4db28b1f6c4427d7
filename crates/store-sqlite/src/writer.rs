//! The one thread that writes: group commit, and the rule that nothing is written after an error of the disk.
//!
//! Answering wakes as many threads as the batch has units, which costs as much as writing them. A second thread does it, while
//! the writer already runs the next batch or waits for the disk.
//!
//! A batch first runs without savepoints, because inside one SQLite keeps a copy of every page a unit touches. Only when a unit
//! fails is the batch undone and run again with a savepoint for each, and so are the next few, since refusals come in swarms.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tenantry_store::sync::{Mutex, MutexGuard, PoisonError};
use tenantry_store::{Job, Queue, Ran, Statement, StoreError, Waiting, WhenFull, limits};

use crate::answers::{self, Answering, Answers};
use crate::errors::{Stage, describe, is_fatal, translate};
use crate::log;
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

/// Batches with savepoints after one in which a unit failed.
const CAREFUL_BATCHES: u32 = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Savepoints {
    None,
    PerUnit,
}

/// How a batch came to its end.
enum Ended {
    /// Its units can be answered.
    Well,
    /// Nothing was recorded, because one unit failed and there was no savepoint to go back to.
    UnitFailed,
}

/// Who may change the database: one at a time, and nobody after an error of the disk, which stands here from then on.
#[derive(Debug, Default)]
struct Right {
    /// Held while waiting for the other, so that the writer, which comes back at once, does not always come first.
    turn: Mutex<()>,
    stopped: Mutex<Option<StoreError>>,
}

impl Right {
    fn wait(&self) -> MutexGuard<'_, Option<StoreError>> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writer's thread and the one that answers.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Queue,
    right: Arc<Right>,
    /// Behind the queue, because it is dropped after it: it ends when the writer has gone.
    _answering: Answering,
}

impl Writer {
    pub(crate) fn start(mut connection: Connection) -> Result<Self, StoreError> {
        log::copy_back(&mut connection)?;
        let (answers, answering) = answers::start()?;
        let right = Arc::<Right>::default();
        let shared = Arc::clone(&right);
        let serve = move |waiting| serve(&connection, &waiting, &answers, &shared);
        let queue = Queue::start("store-writer", vec![Box::new(serve)])?;
        Ok(Self { queue, right, _answering: answering })
    }

    /// Changes the database through another connection, between two batches. If the disk fails at it, every unit from then on is
    /// refused with that error; if it has failed before, nothing is done.
    pub(crate) fn between_batches<T>(
        &self,
        change: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut stopped = self.right.wait();
        if let Some(error) = stopped.as_ref() {
            return Err(error.clone());
        }
        let changed = change();
        if let Err(error @ (StoreError::Stopped { .. } | StoreError::DiskFull)) = &changed {
            *stopped = Some(error.clone());
        }
        changed
    }

    pub(crate) fn submit(&self, when_full: WhenFull, job: Job) {
        self.queue.submit(when_full, job);
    }
}

fn serve(connection: &Connection, waiting: &Waiting, answers: &Answers, right: &Right) {
    let mut prepared = PreparedStatements::new(connection);
    let mut careful = 0_u32;
    while let Some(mut batch) = waiting.batch(limits::BATCH_UNITS_MAX) {
        let mut stopped = right.wait();
        if let Some(error) = stopped.as_ref() {
            let error = error.clone();
            drop(stopped);
            answers.give(batch, Err(error));
            continue;
        }
        let savepoints = if careful == 0 { Savepoints::None } else { Savepoints::PerUnit };
        careful = careful.saturating_sub(1);
        let mut ended = run_batch(connection, &mut prepared, &mut batch, savepoints);
        if matches!(ended, Ok(Ended::UnitFailed)) {
            careful = CAREFUL_BATCHES;
            ended = run_batch(connection, &mut prepared, &mut batch, Savepoints::PerUnit);
        }
        let outcome = ended.map(drop).map_err(|broken| {
            stopped.clone_from(&broken.later);
            broken.told
        });
        drop(stopped);
        answers.give(batch, outcome);
    }
    close_without_writing(connection, right.wait().as_ref());
}

/// After an error of the disk, closing must not flush again what may not have reached it: opening recovers from what did.
fn close_without_writing(connection: &Connection, stopped: Option<&StoreError>) {
    if stopped.is_some() {
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    }
}

/// A batch that was not recorded.
struct Broken {
    /// What its units are told.
    told: StoreError,
    /// What every later unit is told, if the writer cannot go on.
    later: Option<StoreError>,
}

/// Runs a batch in one transaction.
fn run_batch(
    connection: &Connection,
    prepared: &mut PreparedStatements<'_>,
    batch: &mut [Job],
    savepoints: Savepoints,
) -> Result<Ended, Box<Broken>> {
    if let Err(error) = prepared.control(&BEGIN) {
        // Another process may be writing; only an error of the disk is a reason to stop.
        let told = StoreError::Unavailable { reason: describe(&error) };
        return Err(Box::new(Broken { told, later: is_fatal(&error).then(|| stopped("begin", &error)) }));
    }
    let (alone, mut failed) = (batch.len() == 1, false);
    for job in batch {
        match run_unit(prepared, job, savepoints) {
            Ok(Ran::Keep) => {}
            Ok(Ran::RollBack) => failed = savepoints == Savepoints::None,
            Err(told) => {
                let _ = connection.execute_batch("ROLLBACK");
                let later = match &told {
                    StoreError::Stopped { .. } | StoreError::DiskFull => told.clone(),
                    other => StoreError::Stopped { reason: other.to_string() },
                };
                return Err(Box::new(Broken { told, later: Some(later) }));
            }
        }
        if failed {
            let _ = connection.execute_batch("ROLLBACK");
            // Alone in its transaction, the unit takes nobody with it.
            return Ok(if alone { Ended::Well } else { Ended::UnitFailed });
        }
    }
    let Err(error) = prepared.control(&COMMIT) else { return Ok(Ended::Well) };
    let _ = connection.execute_batch("ROLLBACK");
    // After a failed flush the commit may still reach the disk; a full disk is noticed before that.
    let (told, later) = match translate("COMMIT", Stage::Run, &error) {
        StoreError::DiskFull => (StoreError::DiskFull, StoreError::DiskFull),
        _ => (StoreError::OutcomeUnknown, stopped("commit", &error)),
    };
    Err(Box::new(Broken { told, later: Some(later) }))
}

/// Runs one unit, in its savepoint if there are any. An `Err` ends the whole batch, and the writer.
fn run_unit(
    prepared: &mut PreparedStatements<'_>,
    job: &mut Job,
    savepoints: Savepoints,
) -> Result<Ran, StoreError> {
    let broken = |error: rusqlite::Error| stopped("savepoint", &error);
    if savepoints == Savepoints::PerUnit {
        prepared.control(&UNIT).map_err(broken)?;
    }
    let mut tx = SqliteTx::of_the_writer(prepared);
    let ran = job.run(&mut tx);
    if let Some(fatal) = tx.fatal {
        return Err(fatal);
    }
    if savepoints == Savepoints::PerUnit {
        if ran == Ran::RollBack {
            prepared.control(&UNDO).map_err(broken)?;
        }
        prepared.control(&KEEP).map_err(broken)?;
    }
    Ok(ran)
}

fn stopped(during: &str, error: &rusqlite::Error) -> StoreError {
    StoreError::Stopped { reason: format!("SQLite failed during {during}: {}", describe(error)) }
}
