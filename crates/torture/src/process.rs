//! Starting programs: the writers, and the machine's own tools.

use crate::stop;
use crate::writers::Kind;
use anyhow::{Context as _, Result, bail};
use std::path::Path;
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

/// A started process that is killed when it is dropped.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until `holds`, looking again and again.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) -> Result<()> {
    for _ in 0..STEPS_MAX {
        if holds() {
            return Ok(());
        }
        if stop::was_asked() {
            bail!("stopped while waiting: {what}");
        }
        pause(STEP);
    }
    bail!("waited in vain: {what}")
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
