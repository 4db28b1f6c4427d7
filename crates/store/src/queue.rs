//! For drivers: a bounded queue of units and the threads that serve it.

use crate::sync::channel::{Receiver, Sender, TrySendError, bounded};
use crate::sync::thread::{self, JoinHandle};
use crate::{Job, StoreError, WhenFull, limits};

/// A queue of at most [`QUEUED_UNITS_MAX`](limits::QUEUED_UNITS_MAX) units, and the threads that serve it.
///
/// Dropping it lets the threads finish what was accepted, and waits for them.
#[derive(Debug)]
pub struct Queue {
    entrance: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

/// The end of a [`Queue`] at which a thread takes units.
#[derive(Debug, Clone)]
pub struct Waiting(Receiver<Job>);

/// What one thread of a [`Queue`] does until [`Waiting::batch`] answers `None`.
pub type Server = Box<dyn FnOnce(Waiting) + Send>;

impl Queue {
    /// Starts one thread per server, all named `name`.
    ///
    /// # Errors
    /// [`StoreError::Open`] when the operating system refuses a thread.
    pub fn start(name: &str, servers: Vec<Server>) -> Result<Self, StoreError> {
        let (entrance, waiting) = bounded(limits::QUEUED_UNITS_MAX);
        let mut queue = Self { entrance: Some(entrance), threads: Vec::new() };
        for server in servers {
            let waiting = Waiting(waiting.clone());
            let thread = thread::Builder::new().name(name.to_owned()).spawn(move || server(waiting));
            let refused =
                |error| StoreError::Open { reason: format!("cannot start the thread {name}: {error}") };
            queue.threads.push(thread.map_err(refused)?);
        }
        Ok(queue)
    }

    /// Puts a unit into the queue.
    pub fn submit(&self, when_full: WhenFull, job: Job) {
        let Some(entrance) = &self.entrance else { return };
        // Where a thread has gone, its job is dropped, and thereby answers its caller.
        match when_full {
            WhenFull::Wait => drop(entrance.send(job)),
            WhenFull::Refuse => {
                if let Err(TrySendError::Full(job)) = entrance.try_send(job) {
                    job.finish(Err(StoreError::Busy { units_max: limits::QUEUED_UNITS_MAX }));
                }
            }
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.entrance = None;
        for thread in self.threads.drain(..) {
            // The last owner of a store may be a callback on one of its own threads, which cannot wait for itself.
            if thread.thread().id() != thread::current().id() {
                let _ended = thread.join();
            }
        }
    }
}

impl Waiting {
    /// Waits for a unit and takes it together with those already behind it, at most `units_max`; `None` at the end.
    ///
    /// It does not wait for more: whoever comes later must not delay the commit of those before.
    pub fn batch(&self, units_max: usize) -> Option<Vec<Job>> {
        let first = self.0.recv().ok()?;
        let more = self.0.len().min(units_max.saturating_sub(1));
        Some(std::iter::once(first).chain(self.0.try_iter().take(more)).collect())
    }
}
