//! The surroundings of the process: clock, environment, log output, terminal. Read here and nowhere else.
//!
//! Everything below takes time and randomness as parameters; randomness is [`tenantry_vault::SystemEntropy`].

use crate::config::{LogFormat, Logs, VARIABLE_PREFIX};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tenantry_model::clock::Clock;
use tenantry_model::time::Timestamp;
use tracing_subscriber::filter::LevelFilter;

/// The clock of the machine, UTC.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine what time it is")]
    fn now(&self) -> Timestamp {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX),
        };
        Timestamp::from_micros(micros)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine how much time has passed"
    )]
    fn ticks_us(&self) -> i64 {
        static START: OnceLock<Instant> = OnceLock::new();
        let passed = START.get_or_init(Instant::now).elapsed();
        i64::try_from(passed.as_micros()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands where it is put while a history is replayed, and then runs with the machine's.
#[derive(Debug, Default)]
pub struct HistoryClock {
    /// Microseconds since 1970 at which it stands; 0 once it runs.
    stands_at_us: AtomicI64,
}

impl HistoryClock {
    /// Stands at `at` from now on. Never goes back: an earlier instant changes nothing.
    pub fn stand_at(&self, at: Timestamp) {
        self.stands_at_us.fetch_max(at.as_micros(), Ordering::AcqRel);
    }

    /// Runs with the machine's clock from now on.
    pub fn run(&self) {
        self.stands_at_us.store(0, Ordering::Release);
    }
}

impl Clock for HistoryClock {
    fn now(&self) -> Timestamp {
        match self.stands_at_us.load(Ordering::Acquire) {
            0 => SystemClock.now(),
            stands_at_us => Timestamp::from_micros(stands_at_us),
        }
    }

    fn ticks_us(&self) -> i64 {
        SystemClock.ticks_us()
    }
}

/// The environment variables that are ours. A value that is not text is reported by its replacement characters.
pub fn variables() -> Vec<(String, String)> {
    std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
        .collect()
}

/// Sends the log to standard error in the form asked for. Called once; later calls change nothing.
pub fn log_to_stderr(logs: &Logs) {
    let level: LevelFilter = logs.level.parse().unwrap_or(LevelFilter::INFO);
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    // The first subscriber stays; a second one is a test's business.
    let _ = match logs.format {
        LogFormat::Json => {
            subscriber.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
        LogFormat::Text => subscriber.with_target(false).with_ansi(false).try_init(),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_clock_stands_never_goes_back_and_then_runs() {
        let clock = HistoryClock::default();
        let (earlier, later) = (Timestamp::from_micros(1_000), Timestamp::from_micros(2_000));
        clock.stand_at(later);
        clock.stand_at(earlier);
        assert_eq!(clock.now(), later);
        clock.run();
        assert!(clock.now() > later);
    }
}
