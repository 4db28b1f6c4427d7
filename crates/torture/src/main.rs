//! What the record survives: power cuts, failing system calls, kills, bits that flip.
//!
//! Each trial starts a writer as a process of its own. The writer tells every acknowledgement to a file in memory, outside the
//! disk under test, so that afterwards it is known what the writer had promised and what the disk still holds. The real writers
//! are the register itself on its embedded store: taking applications (`writers::register`) and erasing them
//! (`writers::eraser`), while checkpoints are signed. The others (`writers::controls`) are known to be wrong: a trial that finds
//! nothing wrong with them has found nothing at all, and says so by failing.
//!
//! * `power-cut`: the disk is frozen at a random moment, searched to its last byte for keys whose destruction was acknowledged,
//!   and what had reached it is opened again;
//! * `crash-states`: the writes and flushes of a run are recorded, and disks are put together that a power cut could have
//!   left: everything flushed, and any part of what was not, down to single sectors;
//! * `failing-calls`: a flush, a write, an opening or a renaming fails, on log, database, erasure journal, or what the signer
//!   remembers;
//! * `kills`: the process is killed at a random moment, also while it restores a copy (`writers::restorer`) or migrates an older
//!   database (`writers::migrator`);
//! * `rot`: single bits flip in what a deployment has on its disk, and whatever can be read otherwise has to be found.
//!
//! `cargo xtask torture` runs all of them. Where the machine lacks what a trial needs (root, loop devices, XFS, `strace`), the
//! trial says so loudly and is left out. Every trial tells how far it has come with what it has seen so far; Ctrl-C ends it, and its
//! table is shown.

#![expect(clippy::print_stdout, reason = "a trial reports to the person who started it")]

mod acks;
mod crash_states;
mod disk;
mod failing_calls;
mod kills;
mod power_cut;
mod process;
mod progress;
mod remnants;
mod report;
mod rot;
mod stop;
mod trace;
mod writers;

use crate::writers::Kind;
use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Tries to make the record lose what it acknowledged.
#[derive(Parser)]
struct Words {
    #[command(subcommand)]
    trial: Trial,
}

#[derive(Subcommand)]
enum Trial {
    /// Freezes the disk under a writer at random moments (root, loop devices, XFS).
    PowerCut {
        /// Cuts of the register; its eraser and each control get a quarter, at least 4.
        #[arg(long, default_value_t = 60)]
        cuts: u32,
        /// What the random moments follow from.
        #[arg(long, default_value_t = 13_984)]
        seed: u64,
    },
    /// Puts disks together that a power cut could have left (`strace`).
    CrashStates {
        /// Disks of the real writer; each control gets a tenth, at least 20.
        #[arg(long, default_value_t = 500)]
        states: u32,
        /// What the choice of moment and sectors follows from.
        #[arg(long, default_value_t = 13_984)]
        seed: u64,
    },
    /// Lets a flush, a write, an opening or a renaming fail (`strace`).
    FailingCalls {
        /// Positions among the calls of each kind of failure.
        #[arg(long, default_value_t = 6)]
        positions: u32,
    },
    /// Kills the writer at random moments.
    Kills {
        /// How often each of the real writers is killed.
        #[arg(long, default_value_t = 100)]
        kills: u32,
        /// What the random moments follow from.
        #[arg(long, default_value_t = 13_984)]
        seed: u64,
    },
    /// Flips single bits in the files of a deployment.
    Rot {
        /// Bits that are flipped, each on a copy of its own.
        #[arg(long, default_value_t = 300)]
        flips: u32,
        /// What the choice of bits follows from.
        #[arg(long, default_value_t = 13_984)]
        seed: u64,
    },
    /// One command of the program itself, for trials that start it.
    #[command(hide = true)]
    Program {
        /// What an operator types behind `tenantry`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Works until it is stopped: the process that the trials start.
    #[command(hide = true)]
    Write {
        /// Which writer.
        kind: Kind,
        /// The folder on the disk under test, prepared before.
        folder: PathBuf,
        /// Where acknowledgements are told.
        acks: PathBuf,
        /// Stops by itself after this many acknowledgements.
        #[arg(long)]
        acknowledgements_max: Option<u32>,
    },
}

fn main() -> Result<()> {
    match Words::parse().trial {
        Trial::Write { kind, folder, acks, acknowledgements_max } => {
            kind.writer().work(&folder, &acks::Teller::open(&acks, acknowledgements_max)?)
        }
        Trial::Program { words } => writers::run_program(&words),
        trial => {
            stop::listen()?;
            try_it(trial)
        }
    }
}

fn try_it(trial: Trial) -> Result<()> {
    match trial {
        Trial::PowerCut { cuts, seed } => power_cut::run(cuts, seed),
        Trial::CrashStates { states, seed } => crash_states::run(states, seed),
        Trial::FailingCalls { positions } => failing_calls::run(positions),
        Trial::Kills { kills, seed } => kills::run(kills, seed),
        Trial::Rot { flips, seed } => rot::run(flips, seed),
        Trial::Write { .. } | Trial::Program { .. } => Ok(()),
    }
}
