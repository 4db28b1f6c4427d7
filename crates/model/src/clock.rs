//! Time as a parameter: the only way code of this workspace learns what time it is.

use crate::time::Timestamp;

/// Tells the present instant. The binary has one that asks the system; tests have one that stands still.
pub trait Clock: Send + Sync {
    /// The present instant, UTC.
    fn now(&self) -> Timestamp;

    /// Microseconds since some fixed moment, for ages: they never go back and never leap, whatever is done to the clock on the wall.
    /// A clock that stands still, or has no other, counts by its instants.
    fn ticks_us(&self) -> i64 {
        self.now().as_micros()
    }
}
