//! The writer is killed at random moments and started again on what it left.
//!
//! Necessary and far from sufficient: what the operating system holds in memory survives a kill, so that a writer that flushes
//! nothing passes too. That is why this trial has no controls. Nearly half of the kills fall on erasures, which take several steps; some
//! on restoring a copy and on migrating older databases, after which a start succeeds or says what to do.

use crate::acks;
use crate::process::{Awaited, Running, pause};
use crate::report::{Row, Table};
use crate::writers::Kind;
use anyhow::Result;
use std::time::Duration;
use tenantry_model::random::{Entropy, draw};
use tenantry_testkit::SeededEntropy;

const TRIAL: &str = "kills";
/// Longest time between the first acknowledgement and the kill.
const PAUSE_MS_MAX: u32 = 120;
const OTHER_KILLS_MIN: u32 = 4;
/// Kills after which a new folder is begun, so that looking stays quick.
const KILLS_PER_FOLDER: u32 = 25;

pub(crate) fn run(kills: u32, seed: u64) -> Result<()> {
    let dice = SeededEntropy::new(seed);
    let mut table = Table::of(TRIAL);
    let ended = kill_all(kills, &dice, &mut table);
    table.conclude(ended)
}

fn kill_all(kills: u32, dice: &dyn Entropy, table: &mut Table) -> Result<()> {
    let fewer = (kills / 4).max(OTHER_KILLS_MIN);
    for (kind, kills) in
        [(Kind::Register, kills), (Kind::Eraser, kills), (Kind::Restorer, fewer), (Kind::Migrator, fewer)]
    {
        table.row(kind, kills, |row, left| kill_in_one_folder(left.min(KILLS_PER_FOLDER), dice, row))?;
    }
    Ok(())
}

fn kill_in_one_folder(kills: u32, dice: &dyn Entropy, row: &mut Row) -> Result<()> {
    let disk = tempfile::tempdir()?;
    row.kind.writer().prepare(disk.path())?;
    let told = disk.path().join("acknowledged");
    for _ in 0..kills {
        let before = acks::count(&told);
        let mut running = Running::start(row.kind, disk.path(), &told)?;
        if matches!(running.wait_for_more_than(before)?, Awaited::Ended) {
            break;
        }
        pause(Duration::from_millis(u64::from(u32::from_be_bytes(draw(dice)) % PAUSE_MS_MAX)));
        running.kill()?;
        row.look(disk.path(), &acks::read(&told)?);
    }
    Ok(())
}
