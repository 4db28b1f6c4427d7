//! Running programs as named, timed steps.
//!
//! A `Steps` runs one step after the other, prints what it runs and how long it took, carries on after a
//! failure so that one run shows everything that is wrong, and fails at the end when any step failed. The end of an output is
//! what is kept of it longest, so what a failed step said is said there once more.

use std::{
    collections::VecDeque,
    io::{self, BufRead as _, BufReader, IsTerminal as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};

/// How long to wait for a line before asking whether the program has ended.
const PAUSE: Duration = Duration::from_millis(100);

/// The top folder of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// A program to run in the top folder, without standard input.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>, words: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(words).current_dir(root()).stdin(Stdio::null());
    command
}

/// Runs `command` with its output shown; an exit code other than zero is an error, which repeats what matters of the output
/// unless a person is watching.
pub(crate) fn show(command: &mut Command) -> anyhow::Result<()> {
    println!("   $ {}", line(command));
    let called = line(command);
    let starting = || format!("cannot start `{called}`");
    if io::stdout().is_terminal() {
        let status = command.status().with_context(starting)?;
        ensure!(status.success(), "`{called}` ended with {status}");
        return Ok(());
    }
    let (output, input) = io::pipe()?;
    let mut child = command.stdout(input.try_clone()?).stderr(input).spawn().with_context(starting)?;
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(output).split(b'\n').map_while(Result::ok);
        lines.map(|line| String::from_utf8_lossy(&line).into_owned()).try_for_each(|line| sender.send(line))
    });
    let (mut said, mut ended) = (Said::default(), None);
    // Not until the pipe is closed: a process that the child left behind may hold it open.
    loop {
        match lines.recv_timeout(PAUSE) {
            Ok(line) => {
                println!("{line}");
                said.hear(line);
            }
            Err(_) if ended.is_some() => break,
            Err(_) => ended = child.try_wait()?,
        }
    }
    let status = ended.map_or_else(|| child.wait(), Ok)?;
    ensure!(status.success(), "`{called}` ended with {status}\n{}", said.shown());
    Ok(())
}

/// What matters of a program's output when it failed: lines that tell of a failure, and the last ones.
#[derive(Default)]
struct Said {
    failures: Vec<String>,
    last: VecDeque<String>,
}

impl Said {
    /// Lines kept of each kind.
    const LINES_MAX: usize = 20;
    /// What stands in a line that tells of a failure: of a test, of a compiler, of a trial.
    const FAILURES: [&str; 4] = ["... FAILED", "panicked at", "error", "!!!"];

    fn hear(&mut self, line: String) {
        if self.last.len() == Self::LINES_MAX
            && let Some(old) = self.last.pop_front()
            && self.failures.len() < Self::LINES_MAX
            && Self::FAILURES.iter().any(|mark| old.contains(mark))
        {
            self.failures.push(old);
        }
        self.last.push_back(line);
    }

    fn shown(&self) -> String {
        let lines = self.failures.iter().chain(&self.last);
        lines.map(|line| format!("   | {line}")).collect::<Vec<_>>().join("\n")
    }
}

/// Runs `command` and returns what it wrote to standard output.
pub(crate) fn read(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot start `{}`", line(command)))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}: {}", line(command), output.status, error.trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// Steps that have run, in order, with their times and outcomes.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, Duration, anyhow::Result<()>)>,
}

impl Steps {
    /// Runs one step and says how it went.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> anyhow::Result<()>) {
        println!("\n== {name}");
        #[expect(clippy::disallowed_methods, reason = "the time a step took is for the reader only")]
        let started = Instant::now();
        let outcome = work();
        let took = started.elapsed();
        match &outcome {
            Ok(()) => println!("== {name}: ok, {}", shown(took)),
            Err(_) => println!("== {name}: FAILED, {}: why is told at the end", shown(took)),
        }
        self.done.push((name.to_owned(), took, outcome));
    }

    /// Prints the summary and fails when a step failed.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        println!();
        for (name, _, outcome) in &self.done {
            if let Err(error) = outcome {
                println!("== {name}: FAILED: {error:#}\n");
            }
        }
        for (name, took, outcome) in &self.done {
            println!("   {:<6} {:>8}  {name}", if outcome.is_ok() { "ok" } else { "FAILED" }, shown(*took));
        }
        let failed = self.done.iter().filter(|(_, _, outcome)| outcome.is_err());
        let failed: Vec<&str> = failed.map(|(name, _, _)| name.as_str()).collect();
        if failed.is_empty() {
            return Ok(());
        }
        bail!("failed: {}", failed.join(", "))
    }
}

fn shown(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", took.as_secs_f64());
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_does_not_stop_the_next_but_fails_the_whole() {
        let mut steps = Steps::default();
        let mut ran = false;
        steps.step("bad", || bail!("broken"));
        steps.step("good", || {
            ran = true;
            Ok(())
        });
        assert!(ran);
        let error = steps.finish().unwrap_err().to_string();
        assert_eq!(error, "failed: bad");
    }

    #[test]
    fn a_program_that_fails_is_an_error_that_names_it() {
        let error = show(&mut program("false", &["x"])).unwrap_err().to_string();
        assert!(error.starts_with("`false x` ended with"), "{error}");
        assert!(show(&mut program("no-such-program", &[])).is_err());
        assert!(read(&mut program("no-such-program", &[])).is_err());
        assert_eq!(read(&mut program("echo", &["hello"])).unwrap(), "hello\n");
    }

    #[test]
    fn of_a_long_output_failures_and_the_end_are_repeated() {
        let mut said = Said::default();
        said.hear("test one ... FAILED".to_owned());
        for n in 0..100 {
            said.hear(format!("line {n}"));
        }
        let shown = said.shown();
        assert!(shown.starts_with("   | test one ... FAILED\n   | line 80\n"), "{shown}");
        assert!(shown.ends_with("   | line 99"), "{shown}");
    }

    #[test]
    fn times_are_shown_for_people() {
        assert_eq!(shown(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(shown(Duration::from_secs(125)), "2 min 05 s");
    }
}
