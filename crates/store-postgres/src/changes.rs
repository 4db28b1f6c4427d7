//! The lanes that change something: batches of units in one transaction, run again as long as that is certain to be harmless.
//!
//! A batch first runs without savepoints, because a server slows down for everybody when a transaction has many of them.
//! Only if one of its units fails is it run again in small parts, where each unit has a savepoint of its own.
//!
//! The sequencer first becomes the leader (`lock.rs`), and lets others lead as soon as what it took from its queue is durable.

use tenantry_store::{Job, Ran, StoreError, Waiting, limits};

use crate::connection::{Connection, Link};
use crate::errors::{is_lost, translate, unavailable};
use crate::lock::{LEAD, Lane, Lock, STEP_DOWN};
use crate::transaction::{Ended, PostgresTx};

/// Units per transaction where each has a savepoint. PostgreSQL keeps track of 64 per session without going to disk.
const SAVEPOINT_UNITS_MAX: usize = 60;

/// Runs after which a unit that collides gets the database for itself.
const RUNS_TOGETHER_MAX: u32 = 2;

pub(crate) fn serve(mut link: Link, waiting: &Waiting, lane: Lane, units_max: usize) {
    while let Some(mut batch) = waiting.batch(units_max) {
        match settle(&mut link, &mut batch, lane, Savepoints::None) {
            Settled::Answer(outcome) => {
                step_down(&mut link);
                answer(batch, outcome);
            }
            Settled::UnitFailed => {
                while !batch.is_empty() {
                    let mut part: Vec<Job> = batch.drain(..batch.len().min(SAVEPOINT_UNITS_MAX)).collect();
                    let settled = settle(&mut link, &mut part, lane, Savepoints::PerUnit);
                    step_down(&mut link);
                    answer(part, settled.outcome());
                }
            }
        }
    }
}

/// Lets others lead. A session that cannot even do that is given up, which does it, too; what it committed stays committed.
fn step_down(link: &mut Link) {
    let Some(connection) = link.leading() else { return };
    match connection.client.batch_execute(STEP_DOWN) {
        Ok(()) => connection.leads = false,
        Err(_) => link.discard(),
    }
}

fn answer(batch: Vec<Job>, outcome: Result<(), StoreError>) {
    for job in batch {
        job.finish(outcome.clone());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Savepoints {
    None,
    PerUnit,
}

/// How a batch ended for good.
enum Settled {
    /// The answer for all its units.
    Answer(Result<(), StoreError>),
    /// Nothing was recorded, because one unit failed and there was no savepoint to go back to.
    UnitFailed,
}

impl Settled {
    fn outcome(self) -> Result<(), StoreError> {
        match self {
            Self::Answer(outcome) => outcome,
            // With savepoints there is always one to go back to.
            Self::UnitFailed => Err(StoreError::Contention { runs: 1 }),
        }
    }
}

/// How one run of a batch ended.
enum Run {
    Settled(Settled),
    /// Nothing was recorded, for a reason that another run will not meet.
    Again(Ended),
}

fn settle(link: &mut Link, batch: &mut [Job], lane: Lane, savepoints: Savepoints) -> Settled {
    let mut collisions = 0;
    for _ in 0..limits::UNIT_RUNS_MAX {
        let connection = match link.connection() {
            Ok(connection) => connection,
            Err(error) => return Settled::Answer(Err(error)),
        };
        let lock = if collisions < RUNS_TOGETHER_MAX { Lock::Shared } else { Lock::Alone };
        let ran = match lead(connection, lane) {
            Ok(()) => run(connection, batch, lock, savepoints),
            Err(run) => run,
        };
        match ran {
            Run::Settled(settled) => return settled,
            Run::Again(Ended::Collided) => collisions += 1,
            Run::Again(Ended::Lost) => link.discard(),
        }
    }
    Settled::Answer(Err(StoreError::Contention { runs: limits::UNIT_RUNS_MAX }))
}

/// Makes the sequencer's session the leader, waiting for the one that leads now.
fn lead(connection: &mut Connection, lane: Lane) -> Result<(), Run> {
    if lane == Lane::Writer || connection.leads {
        return Ok(());
    }
    connection.client.batch_execute(LEAD).map_err(|error| not_done(&error))?;
    connection.leads = true;
    Ok(())
}

fn run(connection: &mut Connection, batch: &mut [Job], lock: Lock, savepoints: Savepoints) -> Run {
    if let Err(error) = connection.client.batch_execute(lock.begin()) {
        return not_begun(connection, &error);
    }
    let units = batch.len();
    for job in batch {
        if let Err(run) = run_unit(connection, job, units, savepoints) {
            let _ = connection.client.batch_execute("ROLLBACK");
            return run;
        }
    }
    let Err(error) = connection.client.batch_execute("COMMIT") else {
        return Run::Settled(Settled::Answer(Ok(())));
    };
    if is_lost(&error) {
        // The next use of the link finds the connection closed.
        return Run::Settled(Settled::Answer(Err(StoreError::OutcomeUnknown)));
    }
    match translate("COMMIT", &error) {
        StoreError::Collision { .. } => Run::Again(Ended::Collided),
        refused => Run::Settled(Settled::Answer(Err(refused))),
    }
}

/// Runs one unit. An `Err` ends the transaction of the whole batch.
fn run_unit(
    connection: &mut Connection,
    job: &mut Job,
    units: usize,
    savepoints: Savepoints,
) -> Result<(), Run> {
    if savepoints == Savepoints::PerUnit {
        control(connection, "SAVEPOINT unit")?;
    }
    let mut tx = PostgresTx::new(connection);
    let ran = job.run(&mut tx);
    if let Some(ended) = tx.ended {
        return Err(Run::Again(ended));
    }
    match (ran, savepoints) {
        (Ran::Keep, Savepoints::None) => Ok(()),
        (Ran::Keep, Savepoints::PerUnit) => control(connection, "RELEASE unit"),
        (Ran::RollBack, Savepoints::PerUnit) => control(connection, "ROLLBACK TO unit; RELEASE unit"),
        // Alone in its transaction, the unit takes nobody with it.
        (Ran::RollBack, Savepoints::None) if units == 1 => Err(Run::Settled(Settled::Answer(Ok(())))),
        (Ran::RollBack, Savepoints::None) => Err(Run::Settled(Settled::UnitFailed)),
    }
}

fn control(connection: &mut Connection, text: &str) -> Result<(), Run> {
    connection.client.batch_execute(text).map_err(|error| not_done(&error))
}

fn not_begun(connection: &mut Connection, error: &postgres::Error) -> Run {
    let _ = connection.client.batch_execute("ROLLBACK");
    let no_schema = error.code() == Some(&postgres::error::SqlState::UNDEFINED_TABLE);
    if no_schema {
        let reason = "the database has no schema yet; run `tenantry migrate`".to_owned();
        return Run::Settled(Settled::Answer(Err(StoreError::Refused { statement: "BEGIN", reason })));
    }
    not_done(error)
}

/// An error before the commit: whatever it was, nothing is recorded.
fn not_done(error: &postgres::Error) -> Run {
    if is_lost(error) {
        return Run::Again(Ended::Lost);
    }
    match translate("transaction control", error) {
        StoreError::Collision { .. } => Run::Again(Ended::Collided),
        _ => Run::Settled(Settled::Answer(Err(unavailable(error)))),
    }
}
