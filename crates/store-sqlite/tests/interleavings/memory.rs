//! A store in memory behind the same queue as the real ones, and writers with one fault each, which the scenarios must find.

use std::path::Path;
use std::sync::Arc;

use tenantry_store::sync::{Mutex, MutexGuard};
use tenantry_store::{
    Cell, Columns, Job, Lane, Overwritten, Queue, Ran, Row, SchemaWork, Statement, Store, StoreError, Tx,
    Value, Waiting, WhenFull, limits,
};

use crate::Place;
use crate::scenarios::{ADD, LIST};

/// What the writer does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    AnswersBeforeCommit,
    ForgetsTheSecondOfABatch,
    TurnsABatchRound,
    LeavesWithTheStore,
}

/// Records that outlive the store.
pub(crate) struct Memory {
    committed: Committed,
    fault: Fault,
}

type Committed = Arc<Mutex<Vec<(i64, i64)>>>;

impl Memory {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { committed: Arc::default(), fault }
    }
}

impl Place for Memory {
    fn open(&self) -> Arc<dyn Store> {
        let (committed, fault) = (Arc::clone(&self.committed), self.fault);
        let open = Arc::new(Mutex::new(true));
        let seen_by_the_writer = Arc::clone(&open);
        let writer =
            Box::new(move |waiting: Waiting| serve(&committed, fault, &seen_by_the_writer, &waiting));
        let queue = Queue::start("store-writer", vec![writer]).unwrap();
        Arc::new(MemoryStore { open, queue, committed: Arc::clone(&self.committed) })
    }
}

struct MemoryStore {
    /// Whether the store has not been dropped yet.
    open: Arc<Mutex<bool>>,
    queue: Queue,
    committed: Committed,
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        *locked(&self.open) = false;
    }
}

fn serve(committed: &Committed, fault: Fault, open: &Mutex<bool>, waiting: &Waiting) {
    while let Some(mut batch) = waiting.batch(limits::BATCH_UNITS_MAX) {
        if fault == Fault::LeavesWithTheStore && !*locked(open) {
            return;
        }
        if fault == Fault::TurnsABatchRound {
            batch.reverse();
        }
        let mut pending = locked(committed).clone();
        for job in &mut batch {
            let mut tx = MemoryTx(pending.clone());
            if job.run(&mut tx) == Ran::Keep {
                pending = tx.0;
            }
        }
        if fault == Fault::AnswersBeforeCommit {
            batch.drain(..).for_each(|job| job.finish(Ok(())));
        }
        *locked(committed) = pending;
        if fault == Fault::ForgetsTheSecondOfABatch && batch.len() > 1 {
            std::mem::forget(batch.remove(1));
        }
        for job in batch {
            job.finish(Ok(()));
        }
    }
}

/// The rows as one transaction sees them.
struct MemoryTx(Vec<(i64, i64)>);

impl Tx for MemoryTx {
    fn execute(&mut self, statement: &Statement, params: &[Value]) -> Result<u64, StoreError> {
        assert_eq!(statement.name, ADD.name);
        let [Value::Int(client), Value::Int(number)] = params else { panic!("{params:?}") };
        self.0.push((*client, *number));
        Ok(1)
    }

    fn query(
        &mut self,
        statement: &Statement,
        _params: &[Value],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        assert_eq!(statement.name, LIST.name);
        self.0
            .iter()
            .try_for_each(|(client, number)| each(&Row::new(statement.name, &Pair(*client, *number))))
    }
}

struct Pair(i64, i64);

impl Columns for Pair {
    fn cell(&self, column: usize) -> Option<Cell<'_>> {
        [self.0, self.1].get(column).copied().map(Cell::Int)
    }
}

impl Store for MemoryStore {
    fn submit(&self, lane: Lane, when_full: WhenFull, mut job: Job) {
        if lane != Lane::Read {
            return self.queue.submit(when_full, job);
        }
        let snapshot = locked(&self.committed).clone();
        job.run(&mut MemoryTx(snapshot));
        job.finish(Ok(()));
    }

    fn schema_session(&self, _work: &mut SchemaWork<'_>) -> Result<(), StoreError> {
        Err(absent())
    }

    fn overwrite_deleted(&self) -> Result<Overwritten, StoreError> {
        Err(absent())
    }

    fn check_structure(&self) -> Result<Vec<String>, StoreError> {
        Err(absent())
    }

    fn back_up(&self, _target: &Path) -> Result<(), StoreError> {
        Err(absent())
    }
}

fn absent() -> StoreError {
    StoreError::Refused { statement: "memory", reason: "is for units only".to_owned() }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
