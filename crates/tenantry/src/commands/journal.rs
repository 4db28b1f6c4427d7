//! The erasure journal of a deployment: a file in its data folder. Back it up apart from the database: it says what a restored
//! database must erase again.

use super::deployment::operator;
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tenantry_register::Register;
use tenantry_register::erasure::{Destroyed, ErasureJournal, Replayed};
use tenantry_register::retention::Object;
use tenantry_vault::{JournalEntry, append_journal, read_journal};

/// Name of the file in the data folder.
const FILE: &str = "erasures.journal";

/// Where a deployment's journal is.
pub(super) fn path(data_folder: &Path) -> PathBuf {
    data_folder.join(FILE)
}

/// Adds what another journal names to the one that is kept.
pub(super) fn merge(other: &Path, kept: &Path) -> Result<()> {
    let known: BTreeSet<Destroyed> = read(kept)?.into_iter().collect();
    if !other.exists() {
        return Err(anyhow::anyhow!("there is no file {}", other.display()));
    }
    let new: Vec<JournalEntry> = read(other)?.iter().filter(|key| !known.contains(key)).map(entry).collect();
    Ok(append_journal(kept, &new)?)
}

/// An erasure journal in a file.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    /// Set when the disk failed: what was to be flushed then may be lost although a later attempt succeeds.
    stopped: AtomicBool,
}

impl FileJournal {
    /// The journal in this file, which is made when the first key is noted.
    pub const fn at(path: PathBuf) -> Self {
        Self { path, stopped: AtomicBool::new(false) }
    }
}

impl ErasureJournal for FileJournal {
    fn append(&self, destroyed: &[Destroyed]) -> std::result::Result<(), String> {
        if self.stopped.load(Ordering::Acquire) {
            return Err("its disk failed before; start the process again once the disk is sound".to_owned());
        }
        let entries: Vec<JournalEntry> = destroyed.iter().map(entry).collect();
        append_journal(&self.path, &entries).map_err(|error| {
            self.stopped.store(true, Ordering::Release);
            error.to_string()
        })
    }
}

/// Brings an opened register up to date with the journal of its data folder, notes in it what it lacks, and gives it to the register.
///
/// # Errors
/// When the journal cannot be read or written, or is not as it was written.
pub fn attach(register: &Register, data_folder: &Path) -> Result<Replayed> {
    let path = path(data_folder);
    let noted: BTreeSet<Destroyed> = read(&path)?.into_iter().collect();
    let replayed = register.replay_erasures(&operator(), &noted.iter().copied().collect::<Vec<_>>())?;
    let lacking: Vec<JournalEntry> =
        register.erased_here(&operator())?.iter().filter(|key| !noted.contains(key)).map(entry).collect();
    if !lacking.is_empty() {
        append_journal(&path, &lacking)?;
    }
    if replayed.erased > 0 {
        let Replayed { erased, holds_ended } = &replayed;
        // Standard error may be closed; the records of the erasures are in the ledger.
        let _ = writeln!(
            std::io::stderr().lock(),
            "tenantry: the database is older than {}: made {erased} erasures again, and ended {} holds that were over by then",
            path.display(),
            holds_ended.len()
        );
    }
    register.keep_erasure_journal(Arc::new(FileJournal::at(path)));
    Ok(replayed)
}

fn read(path: &Path) -> Result<Vec<Destroyed>> {
    let entries = read_journal(path).with_context(|| format!("the erasure journal {}", path.display()))?;
    let destroyed = |entry: JournalEntry| Destroyed {
        object: Object::from_parts(entry.kind, entry.object),
        subject: entry.subject,
        class: entry.class,
        key: entry.key,
    };
    Ok(entries.into_iter().map(destroyed).collect())
}

fn entry(key: &Destroyed) -> JournalEntry {
    JournalEntry {
        kind: key.object.kind(),
        object: key.object.bytes(),
        subject: key.subject,
        class: key.class,
        key: key.key,
    }
}
