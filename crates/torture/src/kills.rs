//! The writer is killed at random moments and started again on what it left.
//!
//! Necessary and far from sufficient: what the operating system holds in memory survives a kill, so that a writer that flushes
//! nothing passes too. That is why this trial has no controls. Half of the kills fall on erasures, which take several steps.

use crate::acks;
use crate::process::{Running, pause, wait_until, writer};
use crate::report::{Row, conclude};
use crate::writers::Kind;
use anyhow::Result;
use std::time::Duration;
use tenantry_model::random::{Entropy, draw};
use tenantry_testkit::SeededEntropy;

const TRIAL: &str = "kills";
/// Longest time between the first acknowledgement and the kill.
const PAUSE_MS_MAX: u32 = 120;
/// Kills after which a new folder is begun, so that looking stays quick.
const KILLS_PER_FOLDER: u32 = 25;

pub(crate) fn run(kills: u32, seed: u64) -> Result<()> {
    let dice = SeededEntropy::new(seed);
    let rows = [kill_often(Kind::Register, kills, &dice)?, kill_often(Kind::Eraser, kills, &dice)?];
    conclude(TRIAL, &rows)
}

fn kill_often(kind: Kind, kills: u32, dice: &dyn Entropy) -> Result<Row> {
    let mut row = Row::new(kind);
    let mut left = kills;
    while left > 0 {
        let disk = tempfile::tempdir()?;
        kind.writer().prepare(disk.path())?;
        let told = disk.path().join("acknowledged");
        for _ in 0..left.min(KILLS_PER_FOLDER) {
            let before = acks::count(&told);
            let mut running = Running(writer(kind, disk.path(), &told)?.spawn()?);
            wait_until("an acknowledgement", || acks::count(&told) > before)?;
            pause(Duration::from_millis(u64::from(u32::from_be_bytes(draw(dice)) % PAUSE_MS_MAX)));
            running.0.kill()?;
            drop(running);
            row.look(disk.path(), &acks::read(&told)?);
            left -= 1;
        }
        println!("   {}: {} of {kills} kills", kind.word(), kills - left);
    }
    Ok(row)
}
