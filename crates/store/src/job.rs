//! A unit of work on its way to a connection: a closure, and the callback that takes its answer.
//!
//! Drivers see only [`Job`]. It catches panics, remembers whether a statement failed, and answers exactly once, also when
//! it is dropped because its thread has gone.

use std::cell::Cell as ThreadCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::sync::thread_local;
use crate::{Row, Statement, StoreError, Tx, Value};

/// A unit of work with its callback. Only drivers run it.
pub struct Job {
    body: Box<dyn Body>,
}

/// What a driver has to do after a run of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// Keep the changes of this unit.
    Keep,
    /// Undo the changes of this unit, and of this unit only.
    RollBack,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").finish_non_exhaustive()
    }
}

impl Job {
    /// Packs a closure and the callback for its answer.
    pub fn new<T, E>(
        unit: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Self
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        Self { body: Box::new(Typed { unit: Some(unit), done: Some(done), answer: None }) }
    }

    /// Runs the closure once in the given transaction. May be called again after a rollback.
    pub fn run(&mut self, tx: &mut dyn Tx) -> Ran {
        self.body.run(tx)
    }

    /// Answers the caller: with what the last run answered if `outcome` is `Ok`, else with that error.
    ///
    /// Call it with `Ok` only once the last run is durable, or rolled back by its own wish.
    pub fn finish(mut self, outcome: Result<(), StoreError>) {
        self.body.finish(outcome);
    }
}

/// Whether this thread is inside a unit or its callback, where a blocking call would wait for itself.
pub(crate) fn inside_unit() -> bool {
    INSIDE.with(ThreadCell::get)
}

thread_local! {
    static INSIDE: ThreadCell<bool> = const { ThreadCell::new(false) };
}

struct Inside {
    before: bool,
}

impl Inside {
    fn enter() -> Self {
        Self { before: INSIDE.with(|inside| inside.replace(true)) }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.set(self.before));
    }
}

trait Body: Send {
    fn run(&mut self, tx: &mut dyn Tx) -> Ran;
    fn finish(&mut self, outcome: Result<(), StoreError>);
}

struct Typed<F, D, T, E>
where
    D: FnOnce(Result<T, E>),
    E: From<StoreError>,
{
    /// Gone before the caller has its answer, so that nothing of what it owns outlives the call.
    unit: Option<F>,
    done: Option<D>,
    answer: Option<Result<T, E>>,
}

impl<F, D, T, E> Body for Typed<F, D, T, E>
where
    F: FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    D: FnOnce(Result<T, E>) + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> Ran {
        let _inside = Inside::enter();
        let mut guard = Guard { tx, failed: None };
        let unit = self.unit.as_mut();
        let answer = catch_unwind(AssertUnwindSafe(|| unit.map(|unit| unit(&mut guard))));
        let answer = match (answer, guard.failed) {
            (Err(_panic), _) => Err(StoreError::UnitPanicked.into()),
            (Ok(None), _) => Err(gone().into()),
            (Ok(Some(Ok(_))), Some(statement)) => Err(StoreError::UnitFailed { statement }.into()),
            (Ok(Some(answer)), _) => answer,
        };
        let ran = if answer.is_ok() { Ran::Keep } else { Ran::RollBack };
        self.answer = Some(answer);
        ran
    }

    fn finish(&mut self, outcome: Result<(), StoreError>) {
        let Some(done) = self.done.take() else { return };
        self.unit = None;
        let answer = match (outcome, self.answer.take()) {
            (Err(error), _) => Err(error.into()),
            (Ok(()), Some(answer)) => answer,
            (Ok(()), None) => Err(gone().into()),
        };
        let _inside = Inside::enter();
        // The callback belongs to the caller: its panic must not end the thread that serves everybody.
        let _panic = catch_unwind(AssertUnwindSafe(|| done(answer)));
    }
}

impl<F, D, T, E> Drop for Typed<F, D, T, E>
where
    D: FnOnce(Result<T, E>),
    E: From<StoreError>,
{
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            self.unit = None;
            let _inside = Inside::enter();
            let _panic = catch_unwind(AssertUnwindSafe(|| done(Err(gone().into()))));
        }
    }
}

fn gone() -> StoreError {
    StoreError::Stopped { reason: "the unit was never run to its end".to_owned() }
}

/// Gives both databases the same rules: no statement after a failed one, no text that only one of them can store.
struct Guard<'a> {
    tx: &'a mut dyn Tx,
    failed: Option<&'static str>,
}

impl Guard<'_> {
    fn check(&mut self, statement: &Statement, params: &[Value]) -> Result<(), StoreError> {
        if let Some(statement) = self.failed {
            return Err(StoreError::UnitFailed { statement });
        }
        for (index, value) in params.iter().enumerate() {
            if matches!(value, Value::Text(text) if text.contains('\0')) {
                self.failed = Some(statement.name);
                let reason = "holds the character U+0000, which cannot be stored";
                return Err(StoreError::Parameter { statement: statement.name, position: index + 1, reason });
            }
        }
        Ok(())
    }

    fn note<T>(&mut self, statement: &Statement, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_err() {
            self.failed = Some(statement.name);
        }
        result
    }
}

impl Tx for Guard<'_> {
    fn execute(&mut self, statement: &Statement, params: &[Value]) -> Result<u64, StoreError> {
        self.check(statement, params)?;
        let result = self.tx.execute(statement, params);
        self.note(statement, result)
    }

    fn query(
        &mut self,
        statement: &Statement,
        params: &[Value],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.check(statement, params)?;
        let result = self.tx.query(statement, params, each);
        self.note(statement, result)
    }
}
