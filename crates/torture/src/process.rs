//! Starting programs: the writers, and the machine's own tools.

use crate::writers::Kind;
use crate::{acks, stop};
use anyhow::{Context as _, Result, bail};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a writer may take to its first acknowledgement before the trial gives up.
const STEPS_MAX: u32 = 3_000;
const STEP: Duration = Duration::from_millis(10);

/// The command line of a writer.
pub(crate) fn writer(kind: Kind, folder: &Path, acks: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["write", kind.word()]).arg(folder).arg(acks);
    command.stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::null());
    Ok(command)
}

/// A started writer that is killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    told: PathBuf,
    errors: PathBuf,
}

/// What a writer was seen to do.
pub(crate) enum Awaited {
    /// It acknowledged something.
    Acknowledged,
    /// It has done all that it can do on this disk, and ended.
    Ended,
}

impl Running {
    /// Starts a writer that tells its acknowledgements to `told`, and beside it why it failed.
    pub(crate) fn start(kind: Kind, folder: &Path, told: &Path) -> Result<Self> {
        let errors = told.with_extension("errors");
        let child = writer(kind, folder, told)?.stderr(File::create(&errors)?).spawn()?;
        Ok(Self { child, told: told.to_owned(), errors })
    }

    /// Waits until it has acknowledged more than so many.
    pub(crate) fn wait_for_more_than(&mut self, before: u64) -> Result<Awaited> {
        for _ in 0..STEPS_MAX {
            if acks::count(&self.told) > before {
                return Ok(Awaited::Acknowledged);
            }
            if stop::was_asked() {
                bail!("stopped while waiting for an acknowledgement");
            }
            match self.child.try_wait()? {
                None => pause(STEP),
                Some(status) if status.success() => return Ok(Awaited::Ended),
                Some(status) => {
                    let why = std::fs::read_to_string(&self.errors).unwrap_or_default();
                    bail!("the writer ended with {status}: {}", why.trim());
                }
            }
        }
        bail!("waited in vain for an acknowledgement")
    }

    /// Lets no more of its program run.
    pub(crate) fn kill(mut self) -> Result<()> {
        Ok(self.child.kill()?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets a random time pass.
#[expect(clippy::disallowed_methods, reason = "an accident happens at a time that nobody waits for")]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Runs a tool of the machine and answers what it printed.
pub(crate) fn tool(words: &[&str]) -> Result<String> {
    let (name, rest) = words.split_first().context("no tool was named")?;
    let output = Command::new(name).args(rest).output().with_context(|| format!("cannot start `{name}`"))?;
    if !output.status.success() {
        bail!("`{}` failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether the machine has a tool.
pub(crate) fn has(name: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {name}")])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A path as text, for command lines.
pub(crate) fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}
