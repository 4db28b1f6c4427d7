//! The program's own `restore`, again and again: a copy from before an erasure is put in the place of the database, and the key
//! that the erasure journal names is destroyed in it before it stands there.

use super::program::{Said, run_here, said_by};
use super::{Recovered, Writer};
use crate::acks::Teller;
use anyhow::{Context as _, Result, ensure};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tenantry_model::erasure::ErasureObject;
use tenantry_model::id::PartyId;
use tenantry_store::repo::{key, party};
use tenantry_store::{Store, StoreError, StoreExt as _};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::applicant;
use tenantry_vault::{JournalEntry, append_journal};

const RESTORE: [&str; 4] = ["restore", "copy.db", "--journal", "newest.journal"];
const FSCK: [&str; 3] = ["ledger", "fsck", "--json"];
const ACCOUNTS: u32 = 3;
/// The class of personal data.
const PERSONAL_DATA: u8 = 1;
/// What the program says when it finds a restore that did not come to its end.
const INTERRUPTED: &str = "a restore was interrupted";

pub(super) struct RestorerWriter;

impl Writer for RestorerWriter {
    fn prepare(&self, folder: &Path) -> Result<()> {
        std::fs::write(folder.join("tenantry.toml"), tenantry::config::EXAMPLE)?;
        let whom = ["--admin", "ada@example.org", "--name", "Ada", "--origin", "ledger.example.org/t"];
        succeeds(folder, &[["init"].as_slice(), &whom].concat())?;
        for number in 0..ACCOUNTS {
            let sent = serde_json::to_vec(&applicant(number, "2026-11-01T00:00:00Z"))?;
            std::fs::write(folder.join("application.json"), sent)?;
            said_by(folder, &["apply", "application.json"])?;
        }
        ensure!(references(folder)?.len() == ACCOUNTS as usize, "not every account was opened");
        succeeds(folder, &["backup", "copy.db"])?;
        let erased = key_of_first_party(folder)?.context("the first party has no key")?;
        Ok(append_journal(&folder.join("newest.journal"), &[erased])?)
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        std::env::set_current_dir(folder)?;
        for number in 0..u32::MAX {
            run_here(&RESTORE)?;
            for aside in set_aside(folder)? {
                std::fs::remove_file(aside)?;
            }
            if !acks.tell(number)? {
                break;
            }
        }
        Ok(())
    }

    fn recover(&self, folder: &Path, _: &[u32]) -> Result<Recovered> {
        let mut found = said_by(folder, &FSCK)?;
        if found.code != Some(0) {
            // It has to say what happened, and what it says to do has to help.
            ensure!(found.text.contains(INTERRUPTED), "it does not start, and says: {}", found.text);
            succeeds(folder, &RESTORE)?;
            found = said_by(folder, &FSCK)?;
        }
        ensure!(found.code == Some(0), "the check finds: {}", found.text);
        let lost = (ACCOUNTS as usize).saturating_sub(references(folder)?.len());
        ensure!(key_of_first_party(folder)?.is_none(), "what was erased is back");
        Ok(Recovered { lost })
    }
}

fn succeeds(folder: &Path, words: &[&str]) -> Result<()> {
    let Said { code, text } = said_by(folder, words)?;
    ensure!(code == Some(0), "`tenantry {}` ended with {code:?}: {text}", words.join(" "));
    Ok(())
}

fn data(folder: &Path) -> PathBuf {
    folder.join("tenantry-data")
}

fn open(folder: &Path) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(&data(folder).join("tenantry.db"), &SqliteOptions::default())?))
}

fn references(folder: &Path) -> Result<BTreeSet<String>> {
    super::deployment::references(&open(folder)?)
}

/// The key of the first party, as a journal names it.
fn key_of_first_party(folder: &Path) -> Result<Option<JournalEntry>> {
    let found = open(folder)?.read(|tx| {
        let Some(row) = party::page(tx, PartyId::from_bytes([0; 16]), 1)?.pop() else { return Ok(None) };
        let key = key::find_subject(tx, &row.subject, PERSONAL_DATA)?;
        Ok::<_, StoreError>(key.map(|key| JournalEntry {
            kind: ErasureObject::Party,
            object: row.id.bytes(),
            subject: row.subject,
            class: PERSONAL_DATA,
            key: Some(key.id),
        }))
    });
    Ok(found?)
}

fn set_aside(folder: &Path) -> Result<Vec<PathBuf>> {
    let files = std::fs::read_dir(data(folder))?.map(|file| Ok(file?.path()));
    let aside = |path: &PathBuf| path.to_string_lossy().contains(".before-restore-");
    Ok(files.collect::<std::io::Result<Vec<_>>>()?.into_iter().filter(aside).collect())
}
