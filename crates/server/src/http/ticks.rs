//! Elapsed time as a parameter: durations and rates are measured in microseconds since an arbitrary start.

use std::time::Instant;

/// Tells how much time has passed since some fixed moment. Never goes back.
pub trait Ticks: Send + Sync {
    /// Microseconds since that moment.
    fn now_us(&self) -> u64;
}

/// The monotonic clock of the system, counted from the creation of the value.
#[derive(Debug)]
pub struct SystemTicks(Instant);

impl SystemTicks {
    /// Starts counting.
    #[expect(clippy::disallowed_methods, reason = "the edge measures elapsed time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Ticks for SystemTicks {
    fn now_us(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
