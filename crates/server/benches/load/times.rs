//! Measured times and how they are printed.

use std::time::{Duration, Instant};

#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let answer = work();
        self.push(started.elapsed());
        answer
    }

    pub(crate) fn joined(all: Vec<Self>) -> Self {
        Self(all.into_iter().flat_map(|t| t.0).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn percentile(&self, percent: f64) -> Duration {
        let mut times = self.0.clone();
        times.sort_unstable();
        let place = ((times.len() as f64 * percent / 100.0).ceil() as usize).clamp(1, times.len().max(1));
        times.get(place - 1).copied().unwrap_or_default()
    }
}

pub(crate) fn line(what: &str, measured: &str, target: &str, load: &str) {
    println!("{what:<44} {measured:>12} {target:>12}  {load}");
}

pub(crate) fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
