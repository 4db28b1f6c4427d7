//! The bounded channel of the queue as the scheduler sees it: the same contract as crossbeam's, made of a lock and two conditions.
//!
//! It holds as many messages as it was made for, hands each to one receiver in the order in which they were sent, wakes one waiting
//! thread per message or place, and tells both ends when the other has gone. What crossbeam does inside is its own tests' affair.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Condvar, Mutex, MutexGuard, PoisonError};

/// Makes a channel for at most `places` waiting messages.
pub fn bounded<T>(places: usize) -> (Sender<T>, Receiver<T>) {
    let state = State { waiting: VecDeque::new(), places, senders: 1, receivers: 1 };
    let shared = Arc::new(Shared { state: Mutex::new(state), filled: Condvar::new(), freed: Condvar::new() });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

/// The end that sends.
#[derive(Debug)]
pub struct Sender<T>(Arc<Shared<T>>);

/// The end that receives. Clones share the messages between them.
#[derive(Debug)]
pub struct Receiver<T>(Arc<Shared<T>>);

/// Why a message could not be sent at once. It holds the message.
#[derive(Debug)]
pub enum TrySendError<T> {
    /// Every place is taken.
    Full(T),
    /// All receivers have gone.
    Disconnected(T),
}

/// All receivers have gone. It holds the message.
#[derive(Debug)]
pub struct SendError<T>(pub T);

/// Nothing waits, and all senders have gone.
#[derive(Debug)]
pub struct RecvError;

#[derive(Debug)]
struct Shared<T> {
    state: Mutex<State<T>>,
    /// There is a message, or no sender any more.
    filled: Condvar,
    /// There is a place, or no receiver any more.
    freed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    places: usize,
    senders: usize,
    receivers: usize,
}

impl<T> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, state: &mut State<T>, message: T) {
        state.waiting.push_back(message);
        self.filled.notify_one();
    }

    fn take(&self, state: &mut State<T>) -> Option<T> {
        let message = state.waiting.pop_front()?;
        self.freed.notify_one();
        Some(message)
    }
}

impl<T> Sender<T> {
    /// Sends a message, waiting for a place.
    ///
    /// # Errors
    /// [`SendError`] when nobody can receive it.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        let mut state = self.0.state();
        while state.receivers > 0 && state.waiting.len() >= state.places {
            state = self.0.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.receivers == 0 {
            return Err(SendError(message));
        }
        self.0.put(&mut state, message);
        Ok(())
    }

    /// Sends a message if there is a place.
    ///
    /// # Errors
    /// [`TrySendError`] when there is none, or nobody can receive it.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let mut state = self.0.state();
        if state.receivers == 0 {
            return Err(TrySendError::Disconnected(message));
        }
        if state.waiting.len() >= state.places {
            return Err(TrySendError::Full(message));
        }
        self.0.put(&mut state, message);
        Ok(())
    }
}

impl<T> Receiver<T> {
    /// Waits for a message and takes it.
    ///
    /// # Errors
    /// [`RecvError`] when none can come any more.
    pub fn recv(&self) -> Result<T, RecvError> {
        let mut state = self.0.state();
        loop {
            if let Some(message) = self.0.take(&mut state) {
                return Ok(message);
            }
            if state.senders == 0 {
                return Err(RecvError);
            }
            state = self.0.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The messages that wait.
    #[expect(clippy::len_without_is_empty, reason = "the queue asks for nothing else")]
    pub fn len(&self) -> usize {
        self.0.state().waiting.len()
    }

    /// Takes what waits, one at each step, and does not wait itself.
    pub fn try_iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.0.take(&mut self.0.state()))
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.0.state().receivers += 1;
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.state().senders -= 1;
        self.0.filled.notify_all();
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.receivers -= 1;
        // As with crossbeam, what nobody can take any more is dropped with the last receiver, outside the lock.
        let orphans = if state.receivers == 0 { std::mem::take(&mut state.waiting) } else { VecDeque::new() };
        drop(state);
        self.0.freed.notify_all();
        drop(orphans);
    }
}
