//! Signal lists as they are published: one address, network or domain a line, comments behind `#`.
//!
//! The lines are read strictly. What could mean two things (an address with bits beyond its prefix) or would name everybody (a
//! registry's domain, half of the internet) is set aside with its place, never guessed at. A text has no mark at its end, so a file
//! whose last line has none either counts as cut off.

use crate::ListsError;
use crate::accept::Refusal;
use crate::limits::{
    NOTICES_MAX, SET_ASIDE_PER_MILLE_MAX, SIGNAL_BYTES_MAX, SIGNAL_ENTRIES_MAX, SIGNAL_LINE_BYTES_MAX,
    SIGNAL_SHRINK_PER_MILLE_MAX,
};
use crate::parts::Part;
use crate::snapshot::{Notice, NoticeKind};
use sha2::{Digest, Sha256};
use std::str::FromStr;
use tenantry_model::signal::{SignalKind, SignalListHeader};
use tenantry_signals::{Entries, Naming, SignalList, SignalsError};

/// A signal list and what was wrong in the files it was read from.
#[derive(Debug, Clone)]
pub struct SignalReading {
    /// The entries that could be read.
    pub list: SignalList,
    /// What was wrong, in the order it was met, at most [`NOTICES_MAX`].
    pub notices: Vec<Notice>,
    /// Lines that are neither empty nor a comment.
    pub records: u64,
    /// Those of them that were set aside.
    pub set_aside: u64,
}

/// A file of a signal list.
#[derive(Debug, Clone, Copy)]
pub struct SignalFile<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Reads the files of one version of a signal list.
///
/// # Errors
/// [`ListsError::TooLarge`] for more bytes or entries than any such list has.
///
/// ```
/// use tenantry_lists::{SignalFile, read_signal_list};
/// use tenantry_model::signal::SignalKind;
/// use tenantry_signals::Naming;
///
/// let bytes = b"# exits\n198.51.100.7\n203.0.113.0/24 # a VPN\n203.0.113.9/24\n";
/// let naming = Naming { list: "exits".to_owned(), source: "example".to_owned(), published_on: None };
/// let file = SignalFile { name: "exits.txt", bytes };
/// let reading = read_signal_list(SignalKind::AnonymousNetwork, naming, &[file])?;
/// assert_eq!((reading.list.header().entries, reading.set_aside), (2, 1));
/// assert_eq!(reading.notices[0].line, 4);
/// # Ok::<(), tenantry_lists::ListsError>(())
/// ```
pub fn read_signal_list(
    kind: SignalKind,
    naming: Naming,
    files: &[SignalFile<'_>],
) -> Result<SignalReading, ListsError> {
    let bytes = files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.bytes.len() as u64));
    if bytes > SIGNAL_BYTES_MAX {
        return Err(ListsError::TooLarge {
            what: "number of bytes of a signal list",
            limit: SIGNAL_BYTES_MAX,
        });
    }
    let mut lines = Lines::default();
    let entries = match kind {
        SignalKind::AnonymousNetwork => Entries::Networks(lines.read(files)?),
        SignalKind::DisposableEmail => Entries::Domains(lines.read(files)?),
    };
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.bytes);
    }
    Ok(SignalReading {
        list: SignalList::new(naming, entries, hash.finalize().into()),
        notices: lines.notices,
        records: lines.records,
        set_aside: lines.set_aside,
    })
}

#[derive(Default)]
struct Lines {
    notices: Vec<Notice>,
    records: u64,
    set_aside: u64,
}

impl Lines {
    fn read<T: FromStr<Err = SignalsError>>(
        &mut self,
        files: &[SignalFile<'_>],
    ) -> Result<Vec<T>, ListsError> {
        let mut entries = Vec::new();
        for file in files {
            let whole = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file.bytes);
            let mut last = 0;
            for (line, number) in whole.split(|byte| *byte == b'\n').zip(1_u64..) {
                last = number;
                match entry(line) {
                    None => continue,
                    Some(Ok(entry)) => entries.push(entry),
                    Some(Err(why)) => self.set_aside(file.name, number, &why),
                }
                self.records += 1;
                if entries.len() > SIGNAL_ENTRIES_MAX {
                    let limit = SIGNAL_ENTRIES_MAX as u64;
                    return Err(ListsError::TooLarge { what: "number of entries of a signal list", limit });
                }
            }
            if whole.last().is_some_and(|byte| *byte != b'\n') {
                let why = "the last line has no line end, so that the rest of it may be missing; add one if it is whole";
                self.notice(file.name, last, NoticeKind::Truncated, why.to_owned());
            }
        }
        Ok(entries)
    }

    fn set_aside(&mut self, file: &str, line: u64, why: &str) {
        self.set_aside += 1;
        self.notice(file, line, NoticeKind::SetAside, why.to_owned());
    }

    fn notice(&mut self, file: &str, line: u64, kind: NoticeKind, why: String) {
        // Truncation decides whether the list is used at all: it is never dropped.
        if self.notices.len() < NOTICES_MAX || kind == NoticeKind::Truncated {
            self.notices.push(Notice { file: file.to_owned(), line, kind, why });
        }
    }
}

/// What a line says; `None` when it says nothing.
fn entry<T: FromStr<Err = SignalsError>>(line: &[u8]) -> Option<Result<T, String>> {
    if line.len() > SIGNAL_LINE_BYTES_MAX {
        return Some(Err(format!("is longer than {SIGNAL_LINE_BYTES_MAX} bytes")));
    }
    let Ok(text) = std::str::from_utf8(line) else { return Some(Err("is not UTF-8".to_owned())) };
    let text = text.split_once('#').map_or(text, |(text, _)| text).trim();
    (!text.is_empty()).then(|| text.parse().map_err(|why: SignalsError| why.to_string()))
}

/// Refuses a reading that is cut off, too broken, suddenly much smaller, older, or of another list or kind than the version in force.
/// [`Part::Entries`] in `without` accepts that it is smaller; such lists change faster than watchlists, and may lose more.
pub fn acceptable_signals(
    in_force: Option<&SignalListHeader>,
    new: &SignalReading,
    without: &[Part],
) -> Result<(), Refusal> {
    if let Some(notice) = new.notices.iter().find(|notice| notice.kind == NoticeKind::Truncated) {
        return Err(Refusal::Truncated { file: notice.file.clone(), why: notice.why.clone() });
    }
    let header = new.list.header();
    if new.set_aside.saturating_mul(1_000) > new.records.saturating_mul(SET_ASIDE_PER_MILLE_MAX) {
        let limit_per_mille = SET_ASIDE_PER_MILLE_MAX;
        return Err(Refusal::Malformed { set_aside: new.set_aside, records: new.records, limit_per_mille });
    }
    if header.entries == 0 {
        return Err(Refusal::Empty);
    }
    let Some(before) = in_force else { return Ok(()) };
    if before.list != header.list {
        return Err(Refusal::OtherList { expected: before.list.clone(), given: header.list.clone() });
    }
    if before.kind != header.kind {
        return Err(Refusal::OtherKind { expected: before.kind, given: header.kind });
    }
    if before.digest == header.digest {
        return Ok(());
    }
    if let (Some(in_force), Some(given)) = (before.published_on, header.published_on)
        && given < in_force
    {
        return Err(Refusal::Older { in_force: in_force.to_string(), given: given.to_string() });
    }
    let (before, now, limit_per_mille) = (before.entries, header.entries, SIGNAL_SHRINK_PER_MILLE_MAX);
    let shrunk = now.saturating_mul(1_000) < before.saturating_mul(1_000 - limit_per_mille);
    if shrunk && !without.contains(&Part::Entries) {
        return Err(Refusal::Lost { part: Part::Entries, before, now, limit_per_mille });
    }
    Ok(())
}
