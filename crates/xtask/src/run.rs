//! Running programs as named, timed steps.
//!
//! A `Steps` runs one step after the other, prints what it runs and how long it took, carries on after a
//! failure so that one run shows everything that is wrong, and fails at the end when any step failed.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

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

/// Runs `command` with its output shown; an exit code other than zero is an error.
pub(crate) fn show(command: &mut Command) -> anyhow::Result<()> {
    println!("   $ {}", line(command));
    let status = command.status().with_context(|| format!("cannot start `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
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
    done: Vec<(String, Duration, bool)>,
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
            Err(error) => println!("== {name}: FAILED, {}: {error:#}", shown(took)),
        }
        self.done.push((name.to_owned(), took, outcome.is_ok()));
    }

    /// Prints the summary and fails when a step failed.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        println!();
        for (name, took, ok) in &self.done {
            println!("   {:<6} {:>8}  {name}", if *ok { "ok" } else { "FAILED" }, shown(*took));
        }
        let failed: Vec<&str> =
            self.done.iter().filter(|(_, _, ok)| !ok).map(|(name, _, _)| name.as_str()).collect();
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
        assert!(read(&mut program("no-such-program", &[])).is_err());
        assert_eq!(read(&mut program("echo", &["hello"])).unwrap(), "hello\n");
    }

    #[test]
    fn times_are_shown_for_people() {
        assert_eq!(shown(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(shown(Duration::from_secs(125)), "2 min 05 s");
    }
}
