//! The writers that trials start: the real one, and controls that are known to be wrong.

mod controls;
pub(crate) mod deployment;
mod eraser;
mod migrator;
mod program;
mod register;
mod restorer;
mod secrets;

use crate::acks::Teller;
use anyhow::Result;
use clap::ValueEnum;
use eraser::{EraserWriter, Log};
use std::path::Path;

/// Runs one command of the program itself, as an operator types it.
pub(crate) fn run_program(words: &[String]) -> Result<()> {
    program::run_here(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A program that promises to keep what it acknowledged.
pub(crate) trait Writer {
    /// Makes the folder ready, before anything is promised. The trial flushes it.
    fn prepare(&self, folder: &Path) -> Result<()>;

    /// Writes numbers from where the folder stands, telling each as soon as it is promised, until told to stop.
    fn work(&self, folder: &Path, acks: &Teller) -> Result<()>;

    /// Opens what is left as a start after the accident would, and looks for every number.
    ///
    /// An `Err` is a folder that cannot be opened or contradicts itself.
    fn recover(&self, folder: &Path, acknowledged: &[u32]) -> Result<Recovered>;
}

/// What was found after an accident.
pub(crate) struct Recovered {
    /// Numbers that were acknowledged and are not there.
    pub(crate) lost: usize,
}

/// The writers by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// The register on its embedded store: applications, each with state, ledger leaf and messages.
    Register,
    /// The register, whose accounts are erased one after the other.
    Eraser,
    /// The program's `restore`, of a copy from before an erasure.
    Restorer,
    /// Migrations of databases of older versions.
    Migrator,
    /// Control: SQLite whose commits are not flushed.
    UnflushedCommits,
    /// Control: a log that is never flushed.
    UnflushedLog,
    /// Control: files that are flushed and renamed, in a folder that is not.
    UnflushedFolder,
    /// Control: a log whose flush is tried again when it failed.
    RetriedFlush,
    /// Control: the eraser, whose database keeps its log.
    UncutLog,
    /// Control: keys that are deleted and not overwritten.
    KeptContent,
}

impl Kind {
    /// What must lose something wherever the power can be cut.
    pub(crate) const CONTROLS: [Self; 3] =
        [Self::UnflushedCommits, Self::UnflushedLog, Self::UnflushedFolder];

    /// What must leave remnants of destroyed keys on the disk.
    pub(crate) const KEEPING: [Self; 2] = [Self::UncutLog, Self::KeptContent];

    /// Whether it is known to be wrong.
    pub(crate) const fn is_control(self) -> bool {
        !matches!(self, Self::Register | Self::Eraser | Self::Restorer | Self::Migrator)
    }

    pub(crate) fn writer(self) -> Box<dyn Writer> {
        match self {
            Self::Register => Box::new(register::RegisterWriter),
            Self::Eraser => Box::new(EraserWriter { log: Log::Cut }),
            Self::Restorer => Box::new(restorer::RestorerWriter),
            Self::Migrator => Box::new(migrator::MigratorWriter),
            Self::UnflushedCommits => Box::new(controls::UnflushedCommits),
            Self::UnflushedLog => Box::new(controls::UnflushedLog),
            Self::UnflushedFolder => Box::new(controls::UnflushedFolder),
            Self::RetriedFlush => Box::new(controls::RetriedFlush),
            Self::UncutLog => Box::new(EraserWriter { log: Log::Left }),
            Self::KeptContent => Box::new(controls::KeptContent),
        }
    }

    /// The word for it on the command line and in the report.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Eraser => "eraser",
            Self::Restorer => "restorer",
            Self::Migrator => "migrator",
            Self::UnflushedCommits => "unflushed-commits",
            Self::UnflushedLog => "unflushed-log",
            Self::UnflushedFolder => "unflushed-folder",
            Self::RetriedFlush => "retried-flush",
            Self::UncutLog => "uncut-log",
            Self::KeptContent => "kept-content",
        }
    }
}
