//! What becomes of one flip: a copy is opened as a start opens it, checked whole, and written to and signed.

use super::deployment::{self, DATABASE, Image, JOURNAL, LOG, MEMORY};
use super::dump::Dump;
use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use tempfile::TempDir;
use tenantry_ledger::{Frontier, Hash, leaf_hash};
use tenantry_model::staff::Job;
use tenantry_register::checkpoints::SignedCheckpoint;
use tenantry_register::fsck::Step;
use tenantry_register::{Call, Register};
use tenantry_store::StoreExt as _;
use tenantry_store::repo::ledger;
use tenantry_testkit::applicant;
use tenantry_vault::read_journal;
use tenantry_witness::HeadFile;

/// Somebody who has not applied yet.
const NEWCOMER: u32 = 9_999;
const CHECKED_AT: &str = "2026-11-01T00:00:00Z";

/// What was noticed of a flip.
pub(super) enum Found {
    /// The deployment does not start.
    AtStart,
    /// The check of everything finds something.
    ByCheck,
    /// The newest checkpoint is gone, and the next signature makes it again.
    MadeAgain,
    /// Nothing, and nothing can be read that was not there before.
    NotUsed,
    /// Nothing, although these places read otherwise.
    Missed(BTreeSet<String>),
}

/// What was signed over a flip.
pub(super) enum Signature {
    None,
    /// A checkpoint over the leaves as they were before the flip, and what was written since.
    Beside,
    /// A checkpoint over something else.
    Over,
}

pub(super) struct Verdict {
    pub(super) found: Found,
    pub(super) signature: Signature,
}

/// Knows a deployment as it was, and judges copies with a flip.
pub(super) struct Judge<'a> {
    image: &'a Image,
    dump: Dump,
    leaves: Vec<Hash>,
}

impl<'a> Judge<'a> {
    /// Everything has to be in order before anything flips.
    pub(super) fn of(image: &'a Image) -> Result<Self> {
        let folder = image.write(None)?;
        let dump = Dump::of(&folder.path().join(DATABASE))?;
        let folder = image.write(None)?;
        let store = deployment::open_store(folder.path())?;
        let leaves = store.read(|tx| ledger::range(tx, 0, u32::MAX))?;
        let leaves: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(&leaf.bytes)).collect();
        drop(store);
        let judge = Self { image, dump, leaves };
        let register = deployment::start(folder.path())?;
        let findings = check(&register)?;
        ensure!(findings.is_empty(), "the check finds without any flip: {findings:?}");
        let signed = sign(&register)?;
        ensure!(judge.is_beside(&signed, folder.path())?, "what is signed is not what stands there");
        Ok(judge)
    }

    pub(super) fn bits_of(&self, file: &str) -> u64 {
        self.image.bits_of(file)
    }

    /// Judges one flip.
    pub(super) fn judge(&self, file: &'static str, bit: u64) -> Result<Verdict> {
        let folder = self.image.write(Some((file, bit)))?;
        let Ok(register) = deployment::start(folder.path()) else {
            return Ok(Verdict { found: Found::AtStart, signature: Signature::None });
        };
        let is_found = !check(&register).is_ok_and(|findings| findings.is_empty());
        let signed = sign(&register);
        drop(register);
        let signature = match &signed {
            Err(_) => Signature::None,
            Ok(signed) if self.is_beside(signed, folder.path())? => Signature::Beside,
            Ok(_) => Signature::Over,
        };
        let found = if is_found { Found::ByCheck } else { self.compare(file, bit)? };
        Ok(Verdict { found, signature })
    }

    /// Judges one flip in the database by what SQLite itself finds.
    pub(super) fn judge_by_structure_alone(&self, bit: u64) -> Result<Verdict> {
        let folder = self.image.write(Some((DATABASE, bit)))?;
        let found = match Connection::open(folder.path().join(DATABASE)).and_then(|connection| {
            connection.query_row("PRAGMA integrity_check", (), |row| row.get::<_, String>(0))
        }) {
            Err(_) => Found::AtStart,
            Ok(verdict) if verdict != "ok" => Found::ByCheck,
            Ok(_) => self.compare(DATABASE, bit)?,
        };
        Ok(Verdict { found, signature: Signature::None })
    }

    /// Every table and column in which something stands.
    pub(super) fn columns(&self) -> Vec<(String, String)> {
        self.dump.columns()
    }

    /// Changes one bit of one value, as SQLite itself writes it: indexes say the same as the row.
    pub(super) fn judge_column(&self, table: &str, column: &str) -> Result<Verdict> {
        let folder = self.image.write(None)?;
        if !flip_value(&folder.path().join(DATABASE), table, column)? {
            return Ok(Verdict { found: Found::AtStart, signature: Signature::None });
        }
        let missed = || Found::Missed(BTreeSet::from([format!("{table}.{column}")]));
        let found = match deployment::start(folder.path()) {
            Err(_) => Found::AtStart,
            Ok(register) => match check(&register) {
                Ok(findings) if findings.is_empty() => missed(),
                _ => Found::ByCheck,
            },
        };
        Ok(Verdict { found, signature: Signature::None })
    }

    /// What reads otherwise because of a flip that nobody noticed.
    fn compare(&self, file: &'static str, bit: u64) -> Result<Found> {
        let folder = self.image.write(Some((file, bit)))?;
        let untouched = self.image.write(None)?;
        let same =
            |same: bool| if same { Found::NotUsed } else { Found::Missed(BTreeSet::from([file.to_owned()])) };
        Ok(match file {
            DATABASE | LOG => {
                let after = Dump::of(&folder.path().join(DATABASE));
                let after =
                    after.context("a database that nobody found anything wrong with cannot be read")?;
                let places = self.dump.differences(&after);
                if places.is_empty() {
                    Found::NotUsed
                } else if file == LOG && self.dump.lacks_only_the_newest_checkpoint(&after) {
                    self.makes_it_again(folder.path())?
                } else {
                    Found::Missed(places)
                }
            }
            MEMORY => {
                let read = |folder: &TempDir| HeadFile::at(folder.path().join(MEMORY)).read();
                same(read(&folder)? == read(&untouched)?)
            }
            JOURNAL => {
                let read = |folder: &TempDir| read_journal(&folder.path().join(JOURNAL));
                same(read(&folder)? == read(&untouched)?)
            }
            // Every wrapped key was opened by the check, so that the root is the one it was.
            _ => Found::NotUsed,
        })
    }

    /// A ledger without its newest checkpoint: the next signature is over the same leaves.
    fn makes_it_again(&self, folder: &Path) -> Result<Found> {
        let signed = deployment::start(folder)?.checkpoint(&system(Job::Checkpoints))?;
        let signed = signed.context("the newest checkpoint is gone and not made again")?;
        ensure!(self.is_beside(&signed, folder)?, "another checkpoint was made in the place of the newest");
        Ok(Found::MadeAgain)
    }

    /// Whether a checkpoint is over the leaves as they were, followed by what stands behind them now.
    fn is_beside(&self, signed: &SignedCheckpoint, folder: &Path) -> Result<bool> {
        let mut tree = Frontier::new();
        for hash in &self.leaves {
            tree.append(*hash);
        }
        let first = i64::try_from(tree.size())?;
        let store = deployment::open_store(folder)?;
        for leaf in store.read(move |tx| ledger::range(tx, first, u32::MAX))? {
            tree.append(leaf_hash(&leaf.bytes));
        }
        Ok(signed.size == tree.size() && signed.root == hex(&tree.root()))
    }
}

fn hex(hash: &Hash) -> String {
    hash.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

const fn system(job: Job) -> Call {
    deployment::job(job)
}

/// What the check of everything finds.
fn check(register: &Register) -> Result<Vec<String>> {
    let mut check = register.check(&system(Job::CommandLine))?;
    while check.step()? == Step::More {}
    Ok(check
        .into_report()
        .findings
        .into_iter()
        .map(|finding| format!("{}: {}", finding.place, finding.what))
        .collect())
}

/// Writes something new and has it signed.
fn sign(register: &Register) -> Result<SignedCheckpoint> {
    let application = serde_json::from_value(applicant(NEWCOMER, CHECKED_AT))?;
    // Where it is refused, there may still be something to sign.
    let _ = register.apply(&system(Job::SetUp), application);
    register.checkpoint(&system(Job::Checkpoints))?.context("there was nothing to sign")
}

/// Flips the lowest bit in the middle of a value, in the newest row in which that gives another row. Answers whether there is one:
/// the schema may refuse every other value.
fn flip_value(database: &Path, table: &str, column: &str) -> Result<bool> {
    let connection = Connection::open(database)?;
    let query = format!("SELECT * FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
    let mut statement = connection.prepare(&query)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = statement.query(())?;
    let mut rows: Vec<Vec<Value>> = Vec::new();
    while let Some(row) = found.next()? {
        rows.push((0..names.len()).map(|place| row.get(place)).collect::<rusqlite::Result<_>>()?);
    }
    drop(found);
    drop(statement);
    let place = names.iter().position(|name| name == column).context("the column is not there")?;
    let those: Vec<String> = names.iter().zip(1..).map(|(name, n)| format!("\"{name}\" IS ?{n}")).collect();
    let update =
        format!("UPDATE \"{table}\" SET \"{column}\" = ?{} WHERE {}", names.len() + 1, those.join(" AND "));
    for mut row in rows.into_iter().rev() {
        let Some(flipped) = row.get(place).and_then(flip) else { continue };
        row.push(flipped);
        // Another row may have the other value already, or the schema refuses it.
        if connection.execute(&update, rusqlite::params_from_iter(row)).is_ok_and(|changed| changed > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn flip(value: &Value) -> Option<Value> {
    let flip_in = |mut bytes: Vec<u8>| {
        let middle = bytes.len() / 2;
        *bytes.get_mut(middle)? ^= 1;
        Some(bytes)
    };
    Some(match value {
        Value::Null | Value::Real(_) => return None,
        Value::Integer(number) => Value::Integer(number ^ 1),
        Value::Text(text) => Value::Text(String::from_utf8(flip_in(text.clone().into_bytes())?).ok()?),
        Value::Blob(bytes) => Value::Blob(flip_in(bytes.clone())?),
    })
}
