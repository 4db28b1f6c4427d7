//! The writers that trials start: the real one, and controls that are known to be wrong.

mod controls;
mod deployment;
mod eraser;
mod register;

use crate::acks::Teller;
use anyhow::Result;
use clap::ValueEnum;
use std::path::Path;

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
    /// Control: SQLite whose commits are not flushed.
    UnflushedCommits,
    /// Control: a log that is never flushed.
    UnflushedLog,
    /// Control: files that are flushed and renamed, in a folder that is not.
    UnflushedFolder,
    /// Control: a log whose flush is tried again when it failed.
    RetriedFlush,
}

impl Kind {
    /// What must lose something wherever the power can be cut.
    pub(crate) const CONTROLS: [Self; 3] =
        [Self::UnflushedCommits, Self::UnflushedLog, Self::UnflushedFolder];

    pub(crate) fn writer(self) -> Box<dyn Writer> {
        match self {
            Self::Register => Box::new(register::RegisterWriter),
            Self::Eraser => Box::new(eraser::EraserWriter),
            Self::UnflushedCommits => Box::new(controls::UnflushedCommits),
            Self::UnflushedLog => Box::new(controls::UnflushedLog),
            Self::UnflushedFolder => Box::new(controls::UnflushedFolder),
            Self::RetriedFlush => Box::new(controls::RetriedFlush),
        }
    }

    /// The word for it on the command line and in the report.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Eraser => "eraser",
            Self::UnflushedCommits => "unflushed-commits",
            Self::UnflushedLog => "unflushed-log",
            Self::UnflushedFolder => "unflushed-folder",
            Self::RetriedFlush => "retried-flush",
        }
    }
}
