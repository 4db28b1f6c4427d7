//! How far something long has come: how many of how many, how fast, how long it still takes, and what was seen so far, so that
//! nothing is lost when it is broken off.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Time between two lines: often for somebody who watches, seldom in a file.
const SHOWN_EVERY: Duration = Duration::from_millis(500);
const WRITTEN_EVERY: Duration = Duration::from_secs(20);

pub(crate) struct Progress {
    what: &'static str,
    done: u32,
    planned: u32,
    begun: Instant,
    told: Option<Instant>,
}

impl Progress {
    pub(crate) fn of(what: &'static str, planned: u32) -> Self {
        Self { what, done: 0, planned, begun: now(), told: None }
    }

    pub(crate) const fn done(&self) -> u32 {
        self.done
    }

    /// One more is done.
    pub(crate) fn advance(&mut self, so_far: &str) {
        self.done += 1;
        let is_watched = std::io::stdout().is_terminal();
        let every = if is_watched { SHOWN_EVERY } else { WRITTEN_EVERY };
        let at = now();
        let is_last = self.done == self.planned;
        if !is_last && at.duration_since(self.told.unwrap_or(self.begun)) < every {
            return;
        }
        self.told = Some(at);
        let line = self.line(at, so_far);
        if is_watched {
            // Over the line before, which may have been longer.
            print!("\r{line:<140}{}", if is_last { "\n" } else { "" });
        } else {
            println!("{line}");
        }
        // A line that nobody can read yet is told with the next.
        let _ = std::io::stdout().flush();
    }

    fn line(&self, at: Instant, so_far: &str) -> String {
        let Self { what, done, planned, .. } = self;
        let seconds = at.duration_since(self.begun).as_secs_f64();
        let rate = f64::from(*done) / seconds.max(0.001);
        let left = f64::from(planned - done) / rate;
        let pace =
            if *done == *planned { format!("in {}", time(seconds)) } else { format!("{} left", time(left)) };
        format!("   {what}: {done} of {planned}, {rate:.1}/s, {pace}; {so_far}")
    }
}

fn time(seconds: f64) -> String {
    if seconds < 120.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a trial takes is told to the person who waits for it"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_many_how_fast_and_how_long() {
        let mut progress = Progress::of("register", 1_000);
        progress.done = 250;
        let line = progress.line(progress.begun + Duration::from_secs(500), "none lost");
        assert_eq!(line, "   register: 250 of 1000, 0.5/s, 25 min left; none lost");
        progress.done = 1_000;
        let line = progress.line(progress.begun + Duration::from_secs(100), "none lost");
        assert_eq!(line, "   register: 1000 of 1000, 10.0/s, in 100 s; none lost");
    }
}
