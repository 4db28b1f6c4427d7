//! The n-th flush or write of a writer fails, as a disk that breaks or fills would make it.
//!
//! A flush that failed must not be tried again: the operating system may have forgotten what was to be flushed. So the writer has
//! to end by itself, with an error, having acknowledged nothing that is not there afterwards.

use crate::acks;
use crate::process::{Running, has, wait_until, writer};
use crate::report::{Row, conclude, left_out};
use crate::writers::Kind;
use anyhow::{Result, ensure};
use std::process::{Command, Stdio};

const TRIAL: &str = "failing calls";

/// The failures that are injected: the calls, and what they answer.
const FAILURES: [&str; 3] = ["fsync,fdatasync:error=EIO", "pwrite64:error=ENOSPC", "pwrite64:retval=0"];
/// Calls between two positions: positions fall on log and database, on first commits and on later check-points.
const STEP: u32 = 7;

pub(crate) fn run(positions: u32) -> Result<()> {
    if !has("strace") {
        left_out(TRIAL, "`strace` is not installed");
        return Ok(());
    }
    let mut row = Row::new(Kind::Register);
    for failure in FAILURES {
        for position in 0..positions {
            fail_once(failure, 2 + position * STEP, &mut row)?;
        }
        println!("   {failure}: {positions} positions");
    }
    conclude(TRIAL, &[row])
}

fn fail_once(failure: &str, when: u32, row: &mut Row) -> Result<()> {
    let disk = tempfile::tempdir()?;
    Kind::Register.writer().prepare(disk.path())?;
    let told = disk.path().join("acknowledged");
    let write = writer(Kind::Register, disk.path(), &told)?;
    let inject = format!("inject={failure}:when={when}");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &inject]);
    strace.arg(write.get_program()).args(write.get_args()).stdin(Stdio::null()).stderr(Stdio::null());
    let mut running = Running(strace.spawn()?);
    let mut ended = None;
    wait_until(&format!("the end of a writer whose {failure} failed at {when}"), || {
        ended = running.0.try_wait().ok().flatten();
        ended.is_some()
    })?;
    ensure!(
        ended.is_some_and(|status| !status.success()),
        "a writer ended well although {failure} failed at {when}"
    );
    row.look(disk.path(), &acks::read(&told)?);
    Ok(())
}
