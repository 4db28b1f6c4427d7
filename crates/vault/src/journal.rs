//! The erasure journal: which keys were destroyed, in a text file beside the backups of the root key and away from those of the
//! database. A restored database is older than the erasures made after its backup; the journal says which to make again.
//!
//! ```text
//! tenantry-erasures@v1
//! <kind of object> <object> <subject> <class> <key>
//! ```
//! Kinds are those of [`ErasureObject`]. Object, subject and key are 32 lower-case hexadecimal digits. All of them are random: the file holds no personal data and
//! no key material. Lines are appended, never changed; the same line twice means the same as once.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;

use tenantry_model::erasure::ErasureObject;

use crate::VaultError;

const HEADER: &str = "tenantry-erasures@v1\n";
const NO_HEADER: &str = "its first line is not that of an erasure journal";
/// Longest line, in bytes; a line of the format has at most 113.
const LINE_BYTES_MAX: usize = 200;

/// One destroyed key.
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
    /// Name of the key.
    pub key: [u8; 16],
}

impl JournalEntry {
    /// Reads one line; `None` when it is not one.
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
        let (object, subject, key) = (unhex(object)?, unhex(subject)?, unhex(key)?);
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
        hex(f, &self.key)
    }
}

/// Appends entries durably, creating the file, readable by its owner only, if there is none.
///
/// # Errors
/// [`VaultError::Journal`] when the file is something else, [`VaultError::Io`].
pub fn append_journal(path: &Path, entries: &[JournalEntry]) -> Result<(), VaultError> {
    let failed = |action| move |source| VaultError::Io { action, path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed("open"))?;
    let mut start = Vec::new();
    Read::by_ref(&mut file).take(HEADER.len() as u64).read_to_end(&mut start).map_err(failed("read"))?;
    let begun = start == HEADER.as_bytes();
    if !begun {
        // The first append was cut off before there was an entry. Anything else is not ours to write to.
        if !HEADER.as_bytes().starts_with(&start) {
            return Err(VaultError::Journal { path: path.to_owned(), reason: NO_HEADER });
        }
        file.set_len(0).map_err(failed("write"))?;
    }
    // An append that was cut off left half a line; the line end makes it one that is not an entry.
    let mut text = if begun { "\n".to_owned() } else { HEADER.to_owned() };
    for entry in entries {
        text.push_str(&entry.to_string());
        text.push('\n');
    }
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed("write"))?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("make durable"))?;
    }
    Ok(())
}

/// Reads a journal; no file is an empty one. A line that was cut off while it was written does not count: its erasure was not
/// reported as done and is written again.
///
/// # Errors
/// [`VaultError::Journal`] when the file is something else, [`VaultError::Io`].
pub fn read_journal(path: &Path) -> Result<Vec<JournalEntry>, VaultError> {
    let failed = |source| VaultError::Io { action: "read", path: path.to_owned(), source };
    let malformed = |reason| VaultError::Journal { path: path.to_owned(), reason };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut reader = BufReader::new(file);
    let mut entries = Vec::new();
    let mut line = Vec::new();
    for number in 0_u64.. {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(failed)? == 0 || line.last() != Some(&b'\n') {
            if number == 0 && !HEADER.as_bytes().starts_with(&line) {
                return Err(malformed(NO_HEADER));
            }
            break;
        }
        line.pop();
        if line.len() > LINE_BYTES_MAX {
            return Err(malformed("one of its lines is too long"));
        }
        let text = std::str::from_utf8(&line).map_err(|_| malformed("it is not text"))?;
        match (number, text) {
            (0, text) if Some(text) == HEADER.strip_suffix('\n') => {}
            (0, _) => return Err(malformed(NO_HEADER)),
            // Empty, or cut off.
            (_, text) => entries.extend(JournalEntry::parse(text)),
        }
    }
    Ok(entries)
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
