//! The disk is frozen at random moments while a writer works, and what had reached it is opened again.
//!
//! Where a writer destroys keys, the frozen disk is searched first, every byte of it: blocks that belong to no file any more keep
//! what was in them. Searched for are the keys whose destruction had been acknowledged when the disk was frozen, wrapped and as
//! they were drawn; what is under way may still be there.

use crate::acks;
use crate::disk::{self, Outer};
use crate::process::{Awaited, Running, pause, tool};
use crate::report::{Row, Table, left_out};
use crate::stop;
use crate::writers::Kind;
use anyhow::Result;
use std::time::Duration;
use tenantry_model::random::{Entropy, draw};
use tenantry_testkit::SeededEntropy;

const TRIAL: &str = "power cuts";
const OTHER_CUTS_MIN: u32 = 4;
/// Longest time between two cuts.
const PAUSE_MS_MAX: u32 = 700;
/// Cuts after which a new disk is taken, so that looking stays quick.
const CUTS_PER_DISK: u32 = 25;

pub(crate) fn run(cuts: u32, seed: u64) -> Result<()> {
    if let Some(why) = disk::lacking() {
        left_out(TRIAL, &why);
        return Ok(());
    }
    let (outer, dice) = (Outer::new()?, SeededEntropy::new(seed));
    let mut table = Table::of(TRIAL);
    let ended = cut_all(&outer, cuts, &dice, &mut table);
    table.conclude(ended)
}

fn cut_all(outer: &Outer, cuts: u32, dice: &dyn Entropy, table: &mut Table) -> Result<()> {
    let fewer = (cuts / 4).max(OTHER_CUTS_MIN);
    let others = [Kind::Eraser].into_iter().chain(Kind::CONTROLS).chain(Kind::KEEPING);
    for (kind, cuts) in [(Kind::Register, cuts)].into_iter().chain(others.map(|kind| (kind, fewer))) {
        table.row(kind, cuts, |row, left| cut_one_disk(outer, left, dice, row))?;
    }
    Ok(())
}

/// One disk and one writer, cut again and again, at most until the disk fills.
fn cut_one_disk(outer: &Outer, cuts: u32, dice: &dyn Entropy, row: &mut Row) -> Result<()> {
    let disk = outer.disk()?;
    row.kind.writer().prepare(disk.folder())?;
    tool(&["sync"])?;
    let outside = tempfile::tempdir_in("/dev/shm")?;
    let told = outside.path().join("acknowledged");
    let mut running = Running::start(row.kind, disk.folder(), &told)?;
    for cut in 0..cuts.min(CUTS_PER_DISK) {
        if stop::was_asked() || (cut > 0 && disk.is_filling()) {
            break;
        }
        let before = acks::count(&told);
        if matches!(running.wait_for_more_than(before)?, Awaited::Ended) {
            break;
        }
        pause(Duration::from_millis(u64::from(u32::from_be_bytes(draw(dice)) % PAUSE_MS_MAX)));
        // First what was promised, then what is there: the other way round a loss could hide.
        let acknowledged = acks::read(&told)?;
        let destroyed = acks::read_destroyed(&told, &acknowledged)?;
        let mut frozen = disk.cut()?;
        if !destroyed.is_empty() {
            row.search(frozen.image(), &destroyed)?;
        }
        row.look(frozen.mount()?, &acknowledged);
    }
    Ok(())
}
