//! A flush or a write fails, as a disk that breaks or fills would make it.
//!
//! A flush that failed must not be tried again: the operating system may have forgotten what was to be flushed and report success
//! the second time. So the writer has to touch its files no more from that call on, to end by itself with an error, and to have
//! acknowledged nothing that is not there afterwards. The control tries again and goes on.

use crate::acks;
use crate::process::{has, text, writer};
use crate::report::{Row, conclude, left_out};
use crate::writers::Kind;
use anyhow::{Context as _, Result};
use std::path::Path;
use std::process::{Command, Stdio};

const TRIAL: &str = "failing calls";
/// Seconds after which a writer that does not end is killed, and counted as broken.
const SECONDS_MAX: &str = "60";
/// Acknowledgements after which a writer ends well: more than it takes until the log is copied back once.
const ACKNOWLEDGEMENTS_MAX: &str = "4000";
/// The calls that are watched.
const CALLS: [&str; 3] = ["pwrite64(", "fsync(", "fdatasync("];

/// A failure that is injected.
struct Failure {
    /// Files on which calls count.
    files: &'static [&'static str],
    /// Which calls, and what they answer.
    calls: &'static str,
    /// Calls between two positions.
    step: u32,
}

/// On the log, which commits go to, and on the database, which the log is copied back to.
const OF_THE_REGISTER: [Failure; 6] = [
    Failure { files: &["register.db", "register.db-wal"], calls: "fsync,fdatasync:error=EIO", step: 3 },
    Failure { files: &["register.db", "register.db-wal"], calls: "pwrite64:error=EIO", step: 37 },
    Failure { files: &["register.db", "register.db-wal"], calls: "pwrite64:error=ENOSPC", step: 41 },
    Failure { files: &["register.db", "register.db-wal"], calls: "pwrite64:retval=0", step: 43 },
    Failure { files: &["register.db"], calls: "fsync,fdatasync:error=EIO", step: 0 },
    Failure { files: &["register.db"], calls: "pwrite64:error=EIO", step: 11 },
];
const OF_THE_CONTROL: [Failure; 1] =
    [Failure { files: &["log"], calls: "fsync,fdatasync:error=EIO", step: 3 }];

pub(crate) fn run(positions: u32) -> Result<()> {
    if let Some(why) = lacking() {
        left_out(TRIAL, &why);
        return Ok(());
    }
    let rows = [
        fail_often(Kind::Register, &OF_THE_REGISTER, positions)?,
        fail_often(Kind::RetriedFlush, &OF_THE_CONTROL, positions)?,
    ];
    conclude(TRIAL, &rows)
}

/// What keeps this machine from the trial.
fn lacking() -> Option<String> {
    if let Some(missing) = ["strace", "timeout"].into_iter().find(|tool| !has(tool)) {
        return Some(format!("`{missing}` is not installed"));
    }
    let attempt = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
    let allowed = attempt.is_ok_and(|output| output.status.success());
    (!allowed).then(|| "processes may not be traced here (ptrace)".to_owned())
}

fn fail_often(kind: Kind, failures: &[Failure], positions: u32) -> Result<Row> {
    let mut row = Row::new(kind);
    for failure in failures {
        // Every copying back flushes the database once: one position is all there is in one run.
        let positions = if failure.step == 0 { 1 } else { positions };
        for position in 0..positions {
            fail_once(failure, 1 + position * failure.step, &mut row)?;
        }
        println!(
            "   {}: {} on {}: {positions} positions",
            kind.word(),
            failure.calls,
            failure.files.join(" and ")
        );
    }
    Ok(row)
}

fn fail_once(failure: &Failure, when: u32, row: &mut Row) -> Result<()> {
    let (disk, outside) = (tempfile::tempdir()?, tempfile::tempdir()?);
    row.kind.writer().prepare(disk.path())?;
    let (told, trace) = (outside.path().join("acknowledged"), outside.path().join("trace"));
    let write = writer(row.kind, disk.path(), &told)?;
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-o", text(&trace)?, "-e", "trace=pwrite64,fsync,fdatasync"]);
    strace.args(["-e", &format!("inject={}:when={when}", failure.calls)]);
    for file in failure.files {
        strace.arg("-P").arg(disk.path().join(file));
    }
    strace.args(["timeout", "-s", "KILL", SECONDS_MAX]).arg(write.get_program()).args(write.get_args());
    strace.args(["--acknowledgements-max", ACKNOWLEDGEMENTS_MAX]);
    let output =
        strace.stdin(Stdio::null()).stdout(Stdio::null()).output().context("cannot start `strace`")?;
    row.look(disk.path(), &acks::read(&told)?);
    let seen = Seen::read(&trace)?;
    let place = format!("{} at {when} on {}", failure.calls, failure.files.join(" and "));
    if !seen.failed {
        row.finds(format!("{place}: no call failed, so nothing was tried"));
    } else if seen.after > 0 {
        row.finds(format!("{place}: {} more writes or flushes after it", seen.after));
    } else if output.status.code() != Some(1) {
        row.finds(format!("{place}: the writer ended with {} instead of an error", output.status));
    }
    Ok(())
}

/// What a writer did to the watched files.
struct Seen {
    /// Whether a call was made to fail.
    failed: bool,
    /// Writes and flushes that began after it.
    after: usize,
}

impl Seen {
    fn read(trace: &Path) -> Result<Self> {
        let lines = std::fs::read_to_string(trace).context("nothing was traced")?;
        let mut lines = lines.lines().skip_while(|line| !line.contains("(INJECTED)"));
        let failed = lines.next().is_some();
        let after = lines.filter(|line| CALLS.iter().any(|call| line.contains(call))).count();
        Ok(Self { failed, after })
    }
}
