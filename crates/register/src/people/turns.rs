//! How many passwords are worked on at one time. One takes 64 MiB and a good part of a second by design, and anybody can send
//! one: without turns a few hundred requests would take the memory of the machine.

use crate::RegisterError;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Passwords worked on at one time.
const AT_ONCE_MAX: usize = 2;
/// Most that wait for their turn; the next is refused at once.
const WAITING_MAX: usize = 16;
/// Longest wait for a turn.
const WAIT_MAX: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Taken {
    at_work: usize,
    waiting: usize,
}

/// The turns of one register.
#[derive(Default)]
pub(crate) struct Turns {
    taken: Mutex<Taken>,
    freed: Condvar,
}

/// A turn; it is over when this is dropped.
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    /// Waits for a turn, but not long.
    pub(super) fn take(&self) -> Result<Turn<'_>, RegisterError> {
        let mut taken = self.lock();
        if taken.at_work >= AT_ONCE_MAX {
            if taken.waiting >= WAITING_MAX {
                return Err(RegisterError::Busy { what: "log-ins" });
            }
            taken.waiting += 1;
            let waited = self.freed.wait_timeout_while(taken, WAIT_MAX, |taken| taken.at_work >= AT_ONCE_MAX);
            taken = waited.unwrap_or_else(PoisonError::into_inner).0;
            taken.waiting -= 1;
            if taken.at_work >= AT_ONCE_MAX {
                return Err(RegisterError::Busy { what: "log-ins" });
            }
        }
        taken.at_work += 1;
        Ok(Turn(self))
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.lock().at_work -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_so_many_wait_and_the_next_is_refused() {
        let turns = Turns::default();
        let first = turns.take().unwrap();
        let second = turns.take().unwrap();
        std::thread::scope(|scope| {
            let waiting: Vec<_> =
                (0..WAITING_MAX).map(|_| scope.spawn(|| turns.take().map(drop).is_ok())).collect();
            while turns.lock().waiting < WAITING_MAX {
                std::thread::yield_now();
            }
            assert!(matches!(turns.take().map(drop), Err(RegisterError::Busy { .. })));
            drop((first, second));
            assert!(waiting.into_iter().all(|one| one.join().unwrap()), "somebody waited in vain");
        });
        let taken = turns.lock();
        assert_eq!((taken.at_work, taken.waiting), (0, 0));
    }
}
