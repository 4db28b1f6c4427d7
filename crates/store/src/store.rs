//! The store itself: three lanes for units of work, one object-safe trait for drivers, one extension for callers.

use std::path::Path;

use crate::migrate::{apply_migrations, check_migrations};
use crate::sync::mpsc::sync_channel;
use crate::{Job, Migration, MigrationReport, Ran, SchemaTx, Statement, StoreError, Tx, job};

/// Which way a unit takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// One consistent snapshot, nothing can be changed.
    Read,
    /// Changes without a ledger leaf: sessions, deliveries, jobs.
    Write,
    /// Changes that append to the ledger. All of them pass through one sequencer, in one order.
    Sequence,
}

/// What happens to a unit that finds the queue full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhenFull {
    /// The calling thread waits for a place.
    Wait,
    /// The unit is answered [`StoreError::Busy`] at once.
    Refuse,
}

/// A database that runs units of work. Drivers implement it; callers use [`StoreExt`].
pub trait Store: Send + Sync {
    /// Takes a unit. Its callback is called exactly once, when the outcome is durable or certain not to happen.
    fn submit(&self, lane: Lane, when_full: WhenFull, job: Job);

    /// Runs `work` in one transaction that may change the schema, on a connection of its own.
    ///
    /// [`Ran::Keep`] commits; [`Ran::RollBack`] and an `Err` undo everything.
    fn schema_session(&self, work: &mut SchemaWork<'_>) -> Result<(), StoreError>;

    /// Overwrites what was deleted before this call, as far as the database can reach it. Slow; for after an erasure.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when somebody kept reading the old content; call again.
    fn overwrite_deleted(&self) -> Result<Overwritten, StoreError>;

    /// Looks through the whole file for damage of its structure, indexes included. Answers what is wrong, in the database's words
    /// about pages and indexes, never values; nothing when all is well or when the database cannot tell.
    ///
    /// # Errors
    /// When the check cannot be made.
    fn check_structure(&self) -> Result<Vec<String>, StoreError>;

    /// Writes a consistent copy of everything into a new file while work goes on. The copy has no remnants of deleted content.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the file exists, cannot be written, or the database has a tool of its own for this.
    fn back_up(&self, target: &Path) -> Result<(), StoreError>;
}

/// How far deleted content was overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Overwritten {
    /// In the database file and in its log.
    FileAndLog,
    /// In the table; the log and freed blocks keep it until the server reuses them.
    TableOnly,
}

/// The closure of [`Store::schema_session`].
pub type SchemaWork<'a> = dyn FnMut(&mut dyn SchemaTx) -> Result<Ran, StoreError> + Send + 'a;

/// Units of work as closures. Implemented for every [`Store`], also for `dyn Store`.
///
/// The calling thread waits until the outcome is durable; on an asynchronous runtime call these inside `spawn_blocking`, or use
/// [`submit_sequence`](StoreExt::submit_sequence).
///
/// * An `Err` from the closure rolls back this unit and no other, and is handed back unchanged.
/// * **The closure may be run again** after a rollback (PostgreSQL re-runs a unit that collided). It must have no effects
///   outside its transaction, and must not consume what it captured.
/// * The closure runs on a thread of the store, so it owns what it uses (`move`, `Send`, `'static`).
/// * Neither the closure nor a callback may call the blocking methods of the store: [`StoreError::Nested`].
pub trait StoreExt: Store {
    /// Reads one consistent snapshot. Statements that change something fail with [`StoreError::ReadOnly`].
    fn read<T, E>(&self, unit: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        wait(self, Lane::Read, unit)
    }

    /// Changes records that have no ledger leaf, such as sessions, deliveries and jobs.
    fn write<T, E>(&self, unit: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        wait(self, Lane::Write, unit)
    }

    /// Changes records and appends their ledger leaf, in the one order of the ledger.
    fn sequence<T, E>(&self, unit: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        wait(self, Lane::Sequence, unit)
    }

    /// [`sequence`](StoreExt::sequence) without waiting: `on_done` gets the answer on a thread of the store.
    ///
    /// `on_done` must be brief and must not block: everybody else waits for that thread. Waking a task or sending into a
    /// channel is what it is for. When the queue is full it gets [`StoreError::Busy`] before this method returns.
    fn submit_sequence<T, E>(
        &self,
        unit: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        on_done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Lane::Sequence, WhenFull::Refuse, Job::new(unit, on_done));
    }

    /// [`write`](StoreExt::write) without waiting, under the rules of [`submit_sequence`](StoreExt::submit_sequence).
    fn submit_write<T, E>(
        &self,
        unit: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        on_done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Lane::Write, WhenFull::Refuse, Job::new(unit, on_done));
    }

    /// Brings the database to the newest of these migrations, all in one transaction, and reports what was done.
    ///
    /// # Errors
    /// [`StoreError::SchemaTooNew`], [`StoreError::SchemaDiffers`], [`StoreError::Migration`], or why there is no connection.
    fn migrate(&self, migrations: &[Migration]) -> Result<MigrationReport, StoreError> {
        let mut report = MigrationReport { before: 0, after: 0 };
        self.schema_session(&mut |schema| {
            report = apply_migrations(schema, migrations)?;
            Ok(Ran::Keep)
        })?;
        Ok(report)
    }

    /// Checks that the database has exactly these migrations, and changes nothing.
    ///
    /// # Errors
    /// [`StoreError::SchemaTooNew`], [`StoreError::SchemaTooOld`], [`StoreError::SchemaDiffers`].
    fn check_schema(&self, migrations: &[Migration]) -> Result<(), StoreError> {
        self.schema_session(&mut |schema| check_migrations(schema, migrations).map(|()| Ran::RollBack))
    }

    /// Prepares each statement without running it: does the SQL of this program fit the schema of this database?
    ///
    /// # Errors
    /// The first statement that the database does not accept, with its reason.
    fn check_statements(&self, statements: &[&Statement]) -> Result<(), StoreError> {
        self.schema_session(&mut |schema| {
            statements.iter().try_for_each(|statement| schema.prepare(statement))?;
            Ok(Ran::RollBack)
        })
    }
}

impl<S: Store + ?Sized> StoreExt for S {}

fn wait<T, E>(
    store: &(impl Store + ?Sized),
    lane: Lane,
    unit: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    if job::inside_unit() {
        return Err(StoreError::Nested.into());
    }
    let (answer, answered) = sync_channel(1);
    let done = move |result| {
        // The receiver waits below and cannot have gone.
        let _sent = answer.send(result);
    };
    store.submit(lane, WhenFull::Wait, Job::new(unit, done));
    answered.recv().unwrap_or_else(|_| {
        Err(StoreError::Stopped { reason: "the unit was dropped without an answer".to_owned() }.into())
    })
}
