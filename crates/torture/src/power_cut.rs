//! The disk is frozen at random moments while a writer works.

use crate::acks;
use crate::disk::{self, Outer};
use crate::process::{Running, pause, tool, wait_until, writer};
use crate::report::{Row, conclude, left_out};
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
    let mut rows = vec![cut_often(&outer, Kind::Register, cuts, &dice)?];
    for other in [Kind::Eraser].into_iter().chain(Kind::CONTROLS) {
        rows.push(cut_often(&outer, other, (cuts / 4).max(OTHER_CUTS_MIN), &dice)?);
    }
    conclude(TRIAL, &rows)
}

fn cut_often(outer: &Outer, kind: Kind, cuts: u32, dice: &dyn Entropy) -> Result<Row> {
    let mut row = Row::new(kind);
    let mut left = cuts;
    while left > 0 {
        left = cut_one_disk(outer, kind, left, dice, &mut row)?;
    }
    Ok(row)
}

/// One disk and one writer, cut again and again, at most until the disk fills. Answers how many cuts are left.
fn cut_one_disk(outer: &Outer, kind: Kind, cuts: u32, dice: &dyn Entropy, row: &mut Row) -> Result<u32> {
    let disk = outer.disk()?;
    kind.writer().prepare(disk.folder())?;
    tool(&["sync"])?;
    let outside = tempfile::tempdir_in("/dev/shm")?;
    let told = outside.path().join("acknowledged");
    let running = Running(writer(kind, disk.folder(), &told)?.spawn()?);
    let mut left = cuts;
    let end = cuts.saturating_sub(CUTS_PER_DISK);
    while left > end && (left == cuts || !disk.is_filling()) {
        let before = acks::count(&told);
        wait_until("an acknowledgement", || acks::count(&told) > before)?;
        pause(Duration::from_millis(u64::from(u32::from_be_bytes(draw(dice)) % PAUSE_MS_MAX)));
        // First what was promised, then what is there: the other way round a loss could hide.
        let acknowledged = acks::read(&told)?;
        let frozen = disk.cut()?;
        row.look(frozen.folder()?, &acknowledged);
        left -= 1;
        println!("   {}: {left} cuts left, {} acknowledged", kind.word(), acknowledged.len());
    }
    drop(running);
    Ok(left)
}
