//! The writer is killed at random moments and started again on what it left.
//!
//! Necessary and far from sufficient: what the operating system holds in memory survives a kill, so that a writer that flushes
//! nothing passes too. That is why this trial has no controls.

use crate::acks;
use crate::process::{Running, pause, wait_until, writer};
use crate::report::{Row, conclude};
use crate::writers::Kind;
use anyhow::Result;
use std::time::Duration;
use tenantry_model::random::draw;
use tenantry_testkit::SeededEntropy;

const TRIAL: &str = "kills";
/// Longest time between the first acknowledgement and the kill.
const PAUSE_MS_MAX: u32 = 120;
/// Kills after which a new folder is begun, so that looking stays quick.
const KILLS_PER_FOLDER: u32 = 25;

pub(crate) fn run(kills: u32, seed: u64) -> Result<()> {
    let dice = SeededEntropy::new(seed);
    let mut row = Row::new(Kind::Register);
    let mut left = kills;
    while left > 0 {
        let disk = tempfile::tempdir()?;
        Kind::Register.writer().prepare(disk.path())?;
        let told = disk.path().join("acknowledged");
        for _ in 0..left.min(KILLS_PER_FOLDER) {
            let before = acks::count(&told);
            let mut running = Running(writer(Kind::Register, disk.path(), &told)?.spawn()?);
            wait_until("an acknowledgement", || acks::count(&told) > before)?;
            pause(Duration::from_millis(u64::from(u32::from_be_bytes(draw(&dice)) % PAUSE_MS_MAX)));
            running.0.kill()?;
            drop(running);
            row.look(disk.path(), &acks::read(&told)?);
            left -= 1;
        }
        println!("   {} of {kills} kills", kills - left);
    }
    conclude(TRIAL, &[row])
}
