//! The erasure journal: what was erased, in a text file beside the backups of the root key and away from those of the
//! database. A restored database is older than the erasures made after its backup; the journal says which to make again.
//!
//! ```text
//! tenantry-erasures@v2
//! <kind of object> <object> <subject> <class> <key> <sum>
//! ```
//! Kinds are those of [`ErasureObject`]. Object, subject and key are 32 lower-case hexadecimal digits; the key is `-` where nothing had
//! been sealed and what stood in plain was deleted. All of them are random: the file holds no personal data and no key material. The
//! sum is the first 16 digits of the SHA-256 over the sum of the line before (of the first line: the header without its line end), a
//! space, and the line up to its own sum. A line that was changed, and one that is missing in the middle, are found, and such a
//! journal is refused: what it does not name any more would be answered from a restored copy. Lines are appended, never changed; the
//! same entry twice means the same as once. Files of version 1 have no sums and are written anew as version 2 by the next append.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use aws_lc_rs::digest;
use tenantry_model::erasure::ErasureObject;

use crate::VaultError;

const HEADER: &str = "tenantry-erasures@v2";
const HEADER_V1: &str = "tenantry-erasures@v1";
const NO_HEADER: &str = "its first line is not that of an erasure journal";
const DAMAGED: &str = "one of its lines was changed or is missing: put back the newest copy of the journal; nothing is served without it";
/// Longest line, in bytes; a line of the format has at most 130.
const LINE_BYTES_MAX: usize = 200;

/// One erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JournalEntry {
    /// What it protected records about.
    pub kind: ErasureObject,
    /// Identifier of that.
    pub object: [u8; 16],
    /// Pseudonym of the subject.
    pub subject: [u8; 16],
    /// Retention class.
    pub class: u8,
    /// Name of the key that was destroyed; `None` where nothing had been sealed.
    pub key: Option<[u8; 16]>,
}

impl JournalEntry {
    /// Reads one entry, without its sum; `None` when it is not one.
    ///
    /// ```
    /// use tenantry_vault::JournalEntry;
    /// let id = "00112233445566778899aabbccddeeff";
    /// let line = format!("party {id} {id} 1 {id}");
    /// assert_eq!(JournalEntry::parse(&line).map(|entry| entry.to_string()), Some(line));
    /// assert_eq!(JournalEntry::parse("party 00 11 1 22"), None);
    /// ```
    pub fn parse(line: &str) -> Option<Self> {
        let parts: Vec<&str> = line.split(' ').collect();
        let [kind, object, subject, class, key] = parts.as_slice() else { return None };
        let class = class.parse().ok().filter(|number: &u8| number.to_string() == **class)?;
        let (object, subject) = (unhex(object)?, unhex(subject)?);
        let key = if *key == "-" { None } else { Some(unhex(key)?) };
        Some(Self { kind: kind.parse().ok()?, object, subject, class, key })
    }
}

impl std::fmt::Display for JournalEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ", self.kind)?;
        hex(f, &self.object)?;
        f.write_str(" ")?;
        hex(f, &self.subject)?;
        write!(f, " {} ", self.class)?;
        match &self.key {
            Some(key) => hex(f, key),
            None => f.write_str("-"),
        }
    }
}

/// Appends entries durably, creating the file, readable by its owner only, if there is none. What an append that was cut off left
/// behind is taken away first: its erasure was not reported as done.
///
/// # Errors
/// [`VaultError::Journal`] when the file is something else or its end is damaged, [`VaultError::Io`].
pub fn append_journal(path: &Path, entries: &[JournalEntry]) -> Result<(), VaultError> {
    let failed = |action| move |source| VaultError::Io { action, path: path.to_owned(), source };
    let malformed = |reason| VaultError::Journal { path: path.to_owned(), reason };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed("open"))?;
    let mut start = Vec::new();
    let header = HEADER.len() as u64 + 1;
    Read::by_ref(&mut file).take(header).read_to_end(&mut start).map_err(failed("read"))?;
    if start.strip_suffix(b"\n") == Some(HEADER_V1.as_bytes()) {
        return replace(path, &[read_journal(path)?.as_slice(), entries].concat());
    }
    let begun = start.strip_suffix(b"\n") == Some(HEADER.as_bytes());
    let cut = [HEADER, HEADER_V1].iter().any(|header| header.as_bytes().starts_with(&start));
    // The first append was cut off before there was an entry. Anything else is not ours to write to.
    if !begun && !cut {
        return Err(malformed(NO_HEADER));
    }
    let length = file.seek(SeekFrom::End(0)).map_err(failed("read"))?;
    let from = if begun { length.saturating_sub(2 * LINE_BYTES_MAX as u64) } else { 0 };
    file.seek(SeekFrom::Start(from)).map_err(failed("read"))?;
    let mut tail = Vec::new();
    Read::by_ref(&mut file).read_to_end(&mut tail).map_err(failed("read"))?;
    let whole = if begun { tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1) } else { 0 };
    let unended = tail.split_off(whole);
    let mut sum =
        if begun { sum_of_last(&tail).ok_or_else(|| malformed(DAMAGED))? } else { HEADER.to_owned() };
    if begun && lost_its_end(&sum, &unended) {
        return Err(malformed(DAMAGED));
    }
    file.set_len(from + whole as u64).map_err(failed("write"))?;
    let mut text = if begun { String::new() } else { format!("{HEADER}\n") };
    for entry in entries {
        text.push_str(&line(&mut sum, entry));
    }
    file.seek(SeekFrom::End(0)).map_err(failed("write"))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed("write"))?;
    sync_folder(path)
}

/// Writes a journal anew in the place of one without sums.
fn replace(path: &Path, entries: &[JournalEntry]) -> Result<(), VaultError> {
    let failed = |source| VaultError::Io { action: "write", path: path.to_owned(), source };
    let new = path.with_extension("journal.new");
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    append_journal(&new, entries)?;
    std::fs::rename(&new, path).map_err(failed)?;
    sync_folder(path)
}

/// Makes durable that a file is in its folder.
pub(crate) fn sync_folder(path: &Path) -> Result<(), VaultError> {
    let failed = |source| VaultError::Io { action: "make durable", path: path.to_owned(), source };
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed),
        None => Ok(()),
    }
}

/// The line of an entry; `before` is the sum of the line before and becomes its own.
fn line(before: &mut String, entry: &JournalEntry) -> String {
    let text = entry.to_string();
    *before = sum(before, &text);
    format!("{text} {before}\n")
}

fn sum(before: &str, text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, format!("{before} {text}").as_bytes());
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    hash.as_ref().iter().take(8).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Whether this is a whole entry that only lacks its line end, where another byte stands: it was not cut off, it was changed.
fn lost_its_end(before: &str, line: &[u8]) -> bool {
    let text = line.split_last().and_then(|(_, text)| std::str::from_utf8(text).ok());
    text.and_then(|text| text.rsplit_once(' ')).is_some_and(|(entry, said)| sum(before, entry) == said)
}

/// The sum at the end of what was written, of the header where there is no entry yet.
fn sum_of_last(tail: &[u8]) -> Option<String> {
    let last = std::str::from_utf8(tail).ok()?.strip_suffix('\n')?.rsplit('\n').next()?;
    if last == HEADER {
        return Some(HEADER.to_owned());
    }
    let (text, sum) = last.rsplit_once(' ')?;
    JournalEntry::parse(text)?;
    Some(sum.to_owned())
}

/// Reads a journal; no file is an empty one. What was cut off while it was written does not count: its erasure was not reported as
/// done and is written again.
///
/// # Errors
/// [`VaultError::Journal`] when the file is something else or damaged, [`VaultError::Io`].
pub fn read_journal(path: &Path) -> Result<Vec<JournalEntry>, VaultError> {
    let failed = |source| VaultError::Io { action: "read", path: path.to_owned(), source };
    let malformed = |reason| VaultError::Journal { path: path.to_owned(), reason };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut reader = BufReader::new(file);
    let (mut entries, mut before, mut line) = (Vec::new(), String::new(), Vec::new());
    loop {
        line.clear();
        if Read::by_ref(&mut reader)
            .take(LINE_BYTES_MAX as u64)
            .read_until(b'\n', &mut line)
            .map_err(failed)?
            == 0
        {
            return Ok(entries);
        }
        let first = before.is_empty();
        if line.last() != Some(&b'\n') {
            if first && ![HEADER, HEADER_V1].iter().any(|header| header.as_bytes().starts_with(&line)) {
                return Err(malformed(NO_HEADER));
            }
            // Cut off, if it is the end of the file.
            if line.len() >= LINE_BYTES_MAX || !reader.fill_buf().map_err(failed)?.is_empty() {
                return Err(malformed("one of its lines is too long"));
            }
            if !first && lost_its_end(&before, &line) {
                return Err(malformed(DAMAGED));
            }
            return Ok(entries);
        }
        line.pop();
        let text = std::str::from_utf8(&line).map_err(|_| malformed(DAMAGED))?;
        if first {
            if ![HEADER, HEADER_V1].contains(&text) {
                return Err(malformed(NO_HEADER));
            }
            text.clone_into(&mut before);
        } else if before == HEADER_V1 {
            entries.extend(entry_v1(text).map_err(malformed)?);
        } else {
            let (entry, said) = text.rsplit_once(' ').ok_or_else(|| malformed(DAMAGED))?;
            if sum(&before, entry) != said {
                return Err(malformed(DAMAGED));
            }
            entries.push(JournalEntry::parse(entry).ok_or_else(|| malformed(DAMAGED))?);
            said.clone_into(&mut before);
        }
    }
}

/// An entry of version 1, which ended a line that was cut off and began the next: what is shorter than an entry counts as cut off,
/// anything else that is none as damaged.
fn entry_v1(text: &str) -> Result<Option<JournalEntry>, &'static str> {
    match JournalEntry::parse(text) {
        Some(entry) => Ok(Some(entry)),
        None if text.split(' ').count() < 5 || text.rsplit(' ').next().is_some_and(|key| key.len() < 32) => {
            Ok(None)
        }
        None => Err(DAMAGED),
    }
}

fn hex(f: &mut std::fmt::Formatter<'_>, bytes: &[u8; 16]) -> std::fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut out = [0; 16];
    for (slot, pair) in out.iter_mut().zip(text.as_bytes().chunks(2)) {
        *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}
