//! A flush, a write, an opening or a renaming fails, as a disk that breaks or fills would make it.
//!
//! A flush that failed must not be tried again: the operating system may have forgotten what was to be flushed and report success
//! the second time. So the writer has to change its files no more from that call on, to end by itself with an error, and to have
//! acknowledged nothing that is not there afterwards. That holds for the store as for the file in which the signer remembers what
//! it signed and for the journal of erasures: what was erased and could not be noted there is not reported as done, and noted later. A file of the store that could not be opened says nothing about what the disk holds: there the writer may also do
//! without, but it must neither hang nor lose anything. The control tries a flush again and goes on.

use crate::acks;
use crate::process::{has, text, writer};
use crate::report::{Row, Table, left_out};
use crate::writers::Kind;
use anyhow::{Context as _, Result};
use std::path::Path;
use std::process::{Command, Stdio};

const TRIAL: &str = "failing calls";
/// Seconds after which a writer that does not end is killed, and counted as broken. It hangs: even a slow machine needs a tenth.
const SECONDS_MAX: &str = "300";
/// The calls that are watched.
const WATCHED: &str = "trace=pwrite64,write,fsync,fdatasync,ftruncate,rename,renameat,renameat2,openat";
/// Those of them that change a file: after a failure there is none.
const CHANGES: [&str; 8] =
    ["pwrite64(", "write(", "fsync(", "fdatasync(", "ftruncate(", "rename(", "renameat(", "renameat2("];

/// A failure that is injected.
struct Failure {
    /// Files on which calls count.
    files: &'static [&'static str],
    /// Which calls, and what they answer.
    calls: &'static str,
    /// Calls between two positions.
    step: u32,
    /// Positions that one run surely has.
    most: u32,
    /// What the writer has to do.
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Change nothing more and end with an error.
    Stop,
    /// End with an error, or go on and end well.
    StopOrGoOn,
}

impl Then {
    /// Acknowledgements after which a writer ends well. One that has to stop gets there only if no call failed. One that may go on
    /// has done enough when the log was copied back, which takes about 200; under a tracer more would be minutes.
    const fn acknowledgements_max(self) -> &'static str {
        match self {
            Self::Stop => "4000",
            Self::StopOrGoOn => "800",
        }
    }
}

/// The log, which commits go to, and the database, which the log is copied back to.
const STORE: &[&str] = &["register.db", "register.db-wal"];
const DATABASE: &[&str] = &["register.db"];
const LOG: &[&str] = &["register.db-wal"];
/// What the signer remembers, and the file beside it that is written, flushed and renamed.
const MEMORY: &[&str] = &["checkpoint.lock", "checkpoint.lock.new"];

/// The erasure journal, which is only ever appended to.
const JOURNAL: &[&str] = &["erased.journal"];

const RENAMING_FAILS: &str = "rename,renameat,renameat2:error=EIO";

const OF_THE_REGISTER: [Failure; 14] = [
    Failure { files: STORE, calls: "fsync,fdatasync:error=EIO", step: 3, most: 60, then: Then::Stop },
    Failure { files: STORE, calls: "pwrite64:error=EIO", step: 37, most: 60, then: Then::Stop },
    Failure { files: STORE, calls: "pwrite64:error=ENOSPC", step: 41, most: 60, then: Then::Stop },
    Failure { files: STORE, calls: "pwrite64:retval=0", step: 43, most: 60, then: Then::Stop },
    Failure { files: DATABASE, calls: "fsync,fdatasync:error=EIO", step: 1, most: 1, then: Then::Stop },
    Failure { files: DATABASE, calls: "pwrite64:error=EIO", step: 11, most: 60, then: Then::Stop },
    Failure { files: DATABASE, calls: "openat:error=EIO", step: 1, most: 6, then: Then::StopOrGoOn },
    Failure { files: LOG, calls: "openat:error=EMFILE", step: 1, most: 6, then: Then::StopOrGoOn },
    Failure { files: MEMORY, calls: "openat:error=EIO", step: 2, most: 20, then: Then::Stop },
    Failure { files: MEMORY, calls: "openat:error=ENOSPC", step: 3, most: 20, then: Then::Stop },
    Failure { files: MEMORY, calls: "write:error=ENOSPC", step: 2, most: 20, then: Then::Stop },
    Failure { files: MEMORY, calls: "write:retval=0", step: 3, most: 20, then: Then::Stop },
    Failure { files: MEMORY, calls: "fsync,fdatasync:error=EIO", step: 2, most: 20, then: Then::Stop },
    Failure { files: MEMORY, calls: RENAMING_FAILS, step: 2, most: 20, then: Then::Stop },
];
/// Cutting the log after an erasure is done by another connection than the one that writes.
const OF_THE_ERASER: [Failure; 8] = [
    Failure { files: DATABASE, calls: "fsync,fdatasync:error=EIO", step: 1, most: 8, then: Then::Stop },
    Failure { files: STORE, calls: "ftruncate:error=EIO", step: 1, most: 4, then: Then::Stop },
    Failure { files: JOURNAL, calls: "openat:error=EIO", step: 1, most: 8, then: Then::Stop },
    Failure { files: JOURNAL, calls: "openat:error=EMFILE", step: 1, most: 4, then: Then::Stop },
    Failure { files: JOURNAL, calls: "ftruncate:error=EIO", step: 1, most: 1, then: Then::Stop },
    Failure { files: JOURNAL, calls: "write:error=ENOSPC", step: 1, most: 8, then: Then::Stop },
    Failure { files: JOURNAL, calls: "write:retval=0", step: 1, most: 4, then: Then::Stop },
    Failure { files: JOURNAL, calls: "fsync,fdatasync:error=EIO", step: 1, most: 8, then: Then::Stop },
];
const OF_THE_CONTROL: [Failure; 1] =
    [Failure { files: &["log"], calls: "fsync,fdatasync:error=EIO", step: 3, most: 60, then: Then::Stop }];

pub(crate) fn run(positions: u32) -> Result<()> {
    if let Some(why) = lacking() {
        left_out(TRIAL, &why);
        return Ok(());
    }
    let mut table = Table::of(TRIAL);
    let ended = fail_all(positions, &mut table);
    table.conclude(ended)
}

fn fail_all(positions: u32, table: &mut Table) -> Result<()> {
    let all: [(Kind, &[Failure]); 3] = [
        (Kind::Register, &OF_THE_REGISTER),
        (Kind::Eraser, &OF_THE_ERASER),
        (Kind::RetriedFlush, &OF_THE_CONTROL),
    ];
    for (kind, failures) in all {
        let places = |failure: &'static Failure| {
            (0..positions.min(failure.most)).map(move |position| (failure, 1 + position * failure.step))
        };
        let places: Vec<_> = failures.iter().flat_map(places).collect();
        table.row(kind, u32::try_from(places.len())?, |row, _| {
            let (failure, when) = places.get(row.accidents() as usize).context("no place is left")?;
            fail_once(failure, *when, row)
        })?;
    }
    Ok(())
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

fn fail_once(failure: &Failure, when: u32, row: &mut Row) -> Result<()> {
    let (disk, outside) = (tempfile::tempdir()?, tempfile::tempdir()?);
    row.kind.writer().prepare(disk.path())?;
    let (told, trace) = (outside.path().join("acknowledged"), outside.path().join("trace"));
    let write = writer(row.kind, disk.path(), &told)?;
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-o", text(&trace)?, "-e", WATCHED]);
    strace.args(["-e", &format!("inject={}:when={when}", failure.calls)]);
    for file in failure.files {
        strace.arg("-P").arg(disk.path().join(file));
    }
    strace.args(["timeout", "-s", "KILL", SECONDS_MAX]).arg(write.get_program()).args(write.get_args());
    strace.args(["--acknowledgements-max", failure.then.acknowledgements_max()]);
    let output =
        strace.stdin(Stdio::null()).stdout(Stdio::null()).output().context("cannot start `strace`")?;
    row.look(disk.path(), &acks::read(&told)?);
    let seen = Seen::read(&trace)?;
    let place = format!("{} at {when} on {}", failure.calls, failure.files.join(" and "));
    let ended_well = output.status.success();
    if !seen.failed {
        row.finds(format!("{place}: no call failed, so nothing was tried"));
    } else if failure.then == Then::Stop && seen.after > 0 {
        row.finds(format!("{place}: {} more changes after it", seen.after));
    } else if output.status.code() != Some(1) && !(ended_well && failure.then == Then::StopOrGoOn) {
        row.finds(format!("{place}: the writer ended with {} instead of an error", output.status));
    }
    Ok(())
}

/// What a writer did to the watched files.
struct Seen {
    /// Whether a call was made to fail.
    failed: bool,
    /// Changes that began after it.
    after: usize,
}

impl Seen {
    fn read(trace: &Path) -> Result<Self> {
        let lines = std::fs::read_to_string(trace).context("nothing was traced")?;
        let mut lines = lines.lines().skip_while(|line| !line.contains("(INJECTED)"));
        let failed = lines.next().is_some();
        let after = lines.filter(|line| CHANGES.iter().any(|call| line.contains(call))).count();
        Ok(Self { failed, after })
    }
}
