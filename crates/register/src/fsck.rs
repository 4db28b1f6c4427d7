//! Checking everything that is stored, from the leaves up: `tenantry ledger fsck`, and the scrubber that does the same slowly.
//!
//! A [`Check`] walks the ledger once and then the tables beside it, in units of bounded size, so memory does not grow with the
//! number of leaves. It goes on behind whatever is broken: a leaf that is missing or another's is taken from its stored tile, a row
//! that cannot be read hides no other, and of each place some findings are kept and the rest counted.
//!
//! Per leaf: the row is the one that belongs there, its columns say what the leaf says, its hash extends the
//! tree, its subject's chain has no gap, its body opens under its key and is what the leaf commits to, or its erasure is a record. Per
//! tree: every stored tile, every signed checkpoint and every time-stamp agrees with the leaves. Beside it: every wrapped key opens,
//! every sealed row opens, packs have their hashes, and the database finds its own pages and indexes sound. Per batch of
//! events: they are what its leaf states, what is sealed of them opens and is what they commit to, and the rows that say whom the
//! batch is about name the subjects of its events, all of them and no others.
//!
//! Documents kept with orders are there and are what the records of their orders state.
//!
//! What stands in columns in plain is compared with the records that made it so, wherever it decides or proves something.
//! [`columns`] says of every column of every table whether it is compared, or why it is not. What SQLite itself does not use, its
//! free space, is not covered.

mod batches;
pub mod columns;
mod documents;
mod imports;
mod leaves;
mod legal;
mod outside;
mod people;
mod rows;
mod said;
mod scrub;
mod signal_lists;
mod snapshots;
mod standing;
mod work;

pub use scrub::ScrubState;
pub(crate) use scrub::Scrubber;

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::core::Core;
use crate::{Register, RegisterError};
use batches::Batches;
use leaves::Walk;
use rows::Table;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use tenantry_store::StoreExt;

/// Findings of one place kept in full; more are counted. One broken leaf can make every later checkpoint a finding, which must not
/// drive out what is wrong elsewhere.
pub const FINDINGS_PER_PLACE_MAX: usize = 200;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where: `leaf`, `body`, `chain`, `batch`, `head`, `tile`, `checkpoint`, `timestamp`, `key`, `row`, `token`, `decision`, `pack`,
    /// `approval`, `message`, `setting`, `database`.
    pub place: &'static str,
    /// Which one and what is wrong with it, without personal data.
    pub what: String,
}

/// How far a check has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Leaves checked.
    pub leaves: u64,
    /// Leaves there are.
    pub leaves_total: u64,
    /// Bodies that were opened and compared with their leaf.
    pub bodies: u64,
    /// Bodies whose key was destroyed by an erasure.
    pub erased: u64,
    /// Full tiles compared.
    pub tiles: u64,
    /// Checkpoints compared.
    pub checkpoints: u64,
    /// Wrapped keys opened.
    pub keys: u64,
    /// Sealed rows opened, and rows compared with their leaf or hash.
    pub rows: u64,
}

/// What a whole check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was looked at.
    pub checked: Progress,
    /// What is wrong, of each place the first two hundred.
    pub findings: Vec<Finding>,
    /// How many more, by place.
    pub more: BTreeMap<&'static str, u64>,
    /// The first thing that is wrong with the tree itself: leaves, their order, tiles, the head, what was signed.
    #[serde(skip)]
    broken: Option<String>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty() && self.more.is_empty()
    }

    /// Something about the tree itself: nothing may be signed over it or exported from it any more. What cannot be *read* is
    /// no such finding, for a disk or a connection may be to blame.
    fn broken(&mut self, place: &'static str, what: impl Into<String>) {
        let what = what.into();
        self.broken.get_or_insert_with(|| format!("{place}: {what}"));
        self.found(place, what);
    }

    fn found(&mut self, place: &'static str, what: impl Into<String>) {
        if self.findings.iter().filter(|found| found.place == place).count() < FINDINGS_PER_PLACE_MAX {
            self.findings.push(Finding { place, what: what.into() });
        } else {
            *self.more.entry(place).or_default() += 1;
        }
    }
}

/// A check under way: call [`Check::step`] until it says that it is done.
pub struct Check {
    core: Arc<Core>,
    report: Report,
    stage: Stage,
    depth: Depth,
}

/// How much a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The leaves there are when it begins, with what must agree with them.
    Ledger,
    /// The tables beside the ledger.
    Tables,
    /// Everything that is stored, and the structure of the database file that stores it.
    ContentAndFile,
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Check").field("checked", &self.report.checked).finish_non_exhaustive()
    }
}

enum Stage {
    Leaves(Box<Walk>),
    Batches(Batches),
    Table(Table),
    Database,
    Done,
}

/// Whether a check goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Call again.
    More,
    /// Everything was looked at.
    Done,
}

impl Register {
    /// Begins a check of everything.
    pub fn check(&self, call: &Call) -> Result<Check, RegisterError> {
        self.check_to(call, Depth::ContentAndFile)
    }

    fn check_to(&self, call: &Call, depth: Depth) -> Result<Check, RegisterError> {
        authorise(&call.actor, Action::CheckEverything)?;
        let core = Arc::clone(&self.core);
        let stage = match depth {
            Depth::Ledger | Depth::ContentAndFile => Stage::Leaves(Box::default()),
            Depth::Tables => Stage::Table(Table::first()),
        };
        Ok(Check { core, report: Report::default(), stage, depth })
    }
}

impl Check {
    /// Looks at the next few hundred things.
    ///
    /// # Errors
    /// When the database cannot be read at all; what is wrong with what it holds goes into the report.
    pub fn step(&mut self) -> Result<Step, RegisterError> {
        let (core, report) = (&self.core, &mut self.report);
        match &mut self.stage {
            Stage::Leaves(walk) => {
                let mut step = walk.step(core, report);
                // A ledger that grows as fast as it is read would keep a pass from ever ending.
                if step == Step::More && self.depth == Depth::Ledger && walk.is_past_the_beginning() {
                    walk.finish_early(core, report);
                    step = Step::Done;
                }
                if step == Step::Done {
                    self.stage = Stage::Batches(walk.batches());
                }
            }
            Stage::Batches(batches) => {
                if batches.step(core, report) == Step::Done {
                    self.stage = match self.depth {
                        Depth::Ledger => Stage::Done,
                        _ => Stage::Table(Table::first()),
                    };
                }
            }
            Stage::Table(table) => {
                if table.step(core, report) == Step::Done {
                    self.stage = match (table.next(), self.depth) {
                        (Some(next), _) => Stage::Table(next),
                        (None, Depth::ContentAndFile) => Stage::Database,
                        (None, _) => Stage::Done,
                    };
                }
            }
            Stage::Database => {
                for line in core.store.check_structure()? {
                    report.found("database", line);
                }
                self.stage = Stage::Done;
            }
            Stage::Done => return Ok(Step::Done),
        }
        Ok(if matches!(self.stage, Stage::Done) { Step::Done } else { Step::More })
    }

    /// How far it has come.
    pub const fn progress(&self) -> &Progress {
        &self.report.checked
    }

    /// What was found so far.
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// What was found.
    pub fn into_report(self) -> Report {
        self.report
    }
}

/// Runs one look at the database. A row that cannot be read is a finding, and the walk goes on behind it where it can.
fn look<T: Send + 'static>(
    core: &Arc<Core>,
    unit: impl FnMut(&mut dyn tenantry_store::Tx) -> Result<T, RegisterError> + Send + 'static,
) -> Result<T, RegisterError> {
    core.store.read(unit)
}
