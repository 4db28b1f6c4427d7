//! Tells callers what became of their units, in the order of the batches.

use std::cell::Cell;
use std::sync::Arc;

use tenantry_store::sync::atomic::{AtomicUsize, Ordering};
use tenantry_store::sync::mpsc::{Receiver, Sender, channel};
use tenantry_store::sync::thread::{self, JoinHandle};
use tenantry_store::sync::thread_local;
use tenantry_store::{Job, StoreError};

/// A batch of at most so many units is answered by the writer itself when nothing waits: handing it over would take as long.
const UNITS_AT_ONCE_MAX: usize = 2;

type Outcome = Result<(), StoreError>;

thread_local! {
    /// Whether this thread is running callbacks of a store.
    static ANSWERS: Cell<bool> = const { Cell::new(false) };
}

/// The writer's end: where answered batches go. It holds no more than callers wait for.
pub(crate) struct Answers {
    entrance: Sender<(Vec<Job>, Outcome)>,
    /// Batches handed over and not yet answered. While there are any, later ones must not be answered past them.
    open: Arc<AtomicUsize>,
}

/// The store's end: the thread that answers. Dropping it, after the writer has gone, waits until everything is answered.
#[derive(Debug)]
pub(crate) struct Answering(Option<JoinHandle<()>>);

/// Starts the thread.
pub(crate) fn start() -> Result<(Answers, Answering), StoreError> {
    let (entrance, waiting) = channel();
    let open = Arc::new(AtomicUsize::new(0));
    let left = Arc::clone(&open);
    let thread = thread::Builder::new().name("store-answers".to_owned());
    let thread = thread.spawn(move || serve(&waiting, &left)).map_err(|error| StoreError::Open {
        reason: format!("cannot start the thread store-answers: {error}"),
    })?;
    Ok((Answers { entrance, open }, Answering(Some(thread))))
}

impl Answers {
    /// Answers every unit of a batch, now or soon.
    pub(crate) fn give(&self, batch: Vec<Job>, outcome: Outcome) {
        if batch.len() <= UNITS_AT_ONCE_MAX && self.open.load(Ordering::Acquire) == 0 {
            return answer(batch, &outcome);
        }
        self.open.fetch_add(1, Ordering::AcqRel);
        // Should the thread have gone, the batch comes back and is dropped, and each unit answers its caller thereby.
        let _gone = self.entrance.send((batch, outcome));
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        // The last owner of a store may be a callback, for whose end the thread that answers waits, or the writer.
        if let Some(thread) = self.0.take()
            && !ANSWERS.with(Cell::get)
        {
            let _ended = thread.join();
        }
    }
}

fn serve(waiting: &Receiver<(Vec<Job>, Outcome)>, open: &AtomicUsize) {
    while let Ok((batch, outcome)) = waiting.recv() {
        answer(batch, &outcome);
        open.fetch_sub(1, Ordering::AcqRel);
    }
}

fn answer(batch: Vec<Job>, outcome: &Outcome) {
    ANSWERS.with(|answers| answers.set(true));
    for job in batch {
        job.finish(outcome.clone());
    }
    ANSWERS.with(|answers| answers.set(false));
}
