//! Recording what a writer asked of the operating system, with `strace`: writes, flushes, names, and acknowledgements between them.

use anyhow::{Context as _, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

/// The calls that change files. What else a writer does cannot change what a power cut leaves.
const CALLS: &str =
    "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir";
/// Longest write that is recorded whole.
const BYTES_MAX: &str = "4194304";

/// One thing that a writer asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A name was given to a new or an existing file.
    Create { path: String },
    /// A folder was made.
    Folder { path: String },
    /// Bytes were written.
    Write { path: String, at: Option<u64>, bytes: Vec<u8> },
    /// A file was cut or extended.
    SetLength { path: String, length: u64 },
    /// A file or a folder was flushed.
    Flush { path: String },
    /// A name was moved.
    Rename { from: String, to: String },
    /// A name was removed.
    Remove { path: String },
}

/// Runs a writer to its end and answers what it did, in order.
pub(crate) fn record(writer: &Command, scratch: &Path) -> Result<Vec<Event>> {
    let output = scratch.join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-ff", "-ttt", "-y", "-xx", "-qq", "-s", BYTES_MAX, "-e", CALLS, "-o"]).arg(&output);
    strace.arg(writer.get_program()).args(writer.get_args());
    let status = strace.status().context("cannot start `strace`")?;
    ensure!(status.success(), "the writer failed while it was recorded: {status}");
    read(scratch)
}

/// Merges what was recorded for each thread, by the time at which each call began.
fn read(scratch: &Path) -> Result<Vec<Event>> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(scratch)? {
        let path = entry?.path();
        if path.file_name().is_none_or(|name| !name.to_string_lossy().starts_with("trace.")) {
            continue;
        }
        for line in std::fs::read_to_string(&path)?.lines() {
            let (at, call) = line.split_once(' ').with_context(|| format!("`{line}` has no time"))?;
            lines.push((at.to_owned(), call.to_owned()));
        }
    }
    lines.sort_by(|(one, _), (other, _)| one.cmp(other));
    let events: Result<Vec<_>> = lines.iter().map(|(_, call)| event(call)).collect();
    Ok(events?.into_iter().flatten().collect())
}

/// Reads one line; `None` for what failed or changes nothing.
fn event(line: &str) -> Result<Option<Event>> {
    let Some((call, rest)) = line.split_once('(') else { return Ok(None) };
    let Some((words, result)) = rest.rsplit_once(" = ") else { return Ok(None) };
    if result.starts_with('-') || result.starts_with('?') {
        return Ok(None);
    }
    let words = words.trim_end().strip_suffix(')').unwrap_or(words);
    let parts: Vec<&str> = words.split(", ").collect();
    let part = |n: usize| parts.get(n).copied().with_context(|| format!("`{call}` has no argument {n}"));
    Ok(Some(match call {
        "openat" if part(2)?.contains("O_CREAT") => Event::Create { path: target(result)? },
        "openat" => return Ok(None),
        "mkdir" => Event::Folder { path: string(part(0)?)? },
        "write" => Event::Write { path: target(part(0)?)?, at: None, bytes: bytes(part(1)?)? },
        "pwrite64" => {
            Event::Write { path: target(part(0)?)?, at: Some(part(3)?.parse()?), bytes: bytes(part(1)?)? }
        }
        "ftruncate" => Event::SetLength { path: target(part(0)?)?, length: part(1)?.parse()? },
        "fsync" | "fdatasync" => Event::Flush { path: target(part(0)?)? },
        "rename" => Event::Rename { from: string(part(0)?)?, to: string(part(1)?)? },
        "renameat" | "renameat2" => Event::Rename { from: string(part(1)?)?, to: string(part(3)?)? },
        "unlink" => Event::Remove { path: string(part(0)?)? },
        "unlinkat" => Event::Remove { path: string(part(1)?)? },
        other => bail!("`{other}` was not asked for"),
    }))
}

/// The path in `5<path>`.
fn target(word: &str) -> Result<String> {
    let path = word.split_once('<').and_then(|(_, rest)| rest.rsplit_once('>')).map(|(path, _)| path);
    let path = path.with_context(|| format!("`{word}` names no file"))?;
    if path.starts_with("\\x") { text(path) } else { Ok(path.to_owned()) }
}

/// A quoted path.
fn string(word: &str) -> Result<String> {
    text(word.trim_matches('"'))
}

fn text(hex: &str) -> Result<String> {
    Ok(String::from_utf8(bytes(hex)?)?)
}

/// `"\x00\x01"` as bytes.
fn bytes(word: &str) -> Result<Vec<u8>> {
    ensure!(!word.ends_with("..."), "a write was too long to be recorded whole");
    let hex = word.trim_matches('"').split("\\x").skip(1);
    hex.map(|two| u8::from_str_radix(two, 16).with_context(|| format!("`{two}` is no byte"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let path = r"\x2f\x61";
        let rows = [
            (
                format!(r#"pwrite64(5<{path}>, "\x00\xff", 2, 32) = 2"#),
                Some(Event::Write { path: "/a".to_owned(), at: Some(32), bytes: vec![0, 255] }),
            ),
            (
                format!(r#"write(6<{path}>, "\x07", 1) = 1"#),
                Some(Event::Write { path: "/a".to_owned(), at: None, bytes: vec![7] }),
            ),
            (format!("fdatasync(5<{path}>) = 0"), Some(Event::Flush { path: "/a".to_owned() })),
            ("fsync(5</a>) = -1 EIO (Input/output error)".to_owned(), None),
            (
                format!(r#"openat(AT_FDCWD<\x2f>, "{path}", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 5<{path}>"#),
                Some(Event::Create { path: "/a".to_owned() }),
            ),
            (format!(r#"openat(AT_FDCWD<\x2f>, "{path}", O_RDONLY) = 5<{path}>"#), None),
            (
                format!(r#"rename("{path}", "\x2f\x62") = 0"#),
                Some(Event::Rename { from: "/a".to_owned(), to: "/b".to_owned() }),
            ),
            ("+++ exited with 0 +++".to_owned(), None),
        ];
        for (line, expected) in rows {
            assert_eq!(event(&line).unwrap(), expected, "{line}");
        }
    }
}
