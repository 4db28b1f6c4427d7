//! Single bits that flip in what a deployment has on its disk, one at a time, each on a copy of its own.
//!
//! Whoever opens the copy has to notice, or the check of everything (`tenantry ledger fsck`) has to find it; and nothing is signed
//! over it. A flip that neither notices is harmless only if nobody can read a difference: every row of every table, the schema and
//! the settings of the database are compared, and what the other files say. Then it lies in what is not used, and is counted on
//! its own. Of the log, the last commit may be gone without a trace, because a log that ends early is what a power cut leaves;
//! it holds the newest checkpoint, which the next signature makes again, and that is shown.
//!
//! What the check says that it leaves as it is ([`tenantry_register::fsck::columns`]) is counted on its own. Whatever else is
//! changed and not found fails the trial: one value is changed in every column of every table, so that a new column is not
//! forgotten.
//!
//! The control knows SQLite's own check of the file and nothing else. It has to miss something.

mod deployment;
mod dump;
mod judge;
mod not_bound;

use crate::progress::Progress;
use crate::stop;
use anyhow::{Context as _, Result, bail};
use deployment::{DATABASE, Image, JOURNAL, LOG, MEMORY, ROOT, UNLOCK};
use judge::{Judge, Verdict};
use std::collections::BTreeMap;
use tenantry_model::random::{Entropy, draw};
use tenantry_testkit::SeededEntropy;

const TRIAL: &str = "rot";
/// Flips that the control looks at, at most.
const CONTROL_FLIPS_MAX: u32 = 400;

/// The files and the share of all flips, in percent, that falls on each.
const SHARES: [(&str, u32); 6] =
    [(DATABASE, 60), (LOG, 20), (MEMORY, 5), (JOURNAL, 5), (ROOT, 5), (UNLOCK, 5)];

pub(crate) fn run(flips: u32, seed: u64) -> Result<()> {
    let dice = SeededEntropy::new(seed);
    let (whole, logged) = deployment::images(seed)?;
    let mut table = Table::default();
    let ended = flip_all(&whole, &logged, flips, &dice, &mut table);
    table.conclude(ended)
}

fn flip_all(whole: &Image, logged: &Image, flips: u32, dice: &dyn Entropy, table: &mut Table) -> Result<()> {
    let (of_whole, of_logged) = (Judge::of(whole)?, Judge::of(logged)?);
    change_every_column(flips, dice, &of_whole, table)?;
    for (file, share) in SHARES {
        // What waits in the log is in no other file.
        let judge = if file == LOG { &of_logged } else { &of_whole };
        let planned = (flips * share / 100).max(4);
        table.row(
            file,
            planned,
            |number| flip_at(number, file, dice, judge),
            |bit| judge.judge(file, bit),
        )?;
    }
    let planned = (flips * 60 / 100).clamp(4, CONTROL_FLIPS_MAX);
    table.row(
        CONTROL,
        planned,
        |number| flip_at(number, DATABASE, dice, &of_whole),
        |bit| of_whole.judge_by_structure_alone(bit),
    )
}

/// One value in every column of every table, or in as many columns as there are flips, chosen by the dice.
fn change_every_column(flips: u32, dice: &dyn Entropy, judge: &Judge<'_>, table: &mut Table) -> Result<()> {
    let mut columns = judge.columns();
    while columns.len() > flips as usize / COLUMNS_SHARE {
        let one = u64::from_be_bytes(draw(dice)) % columns.len() as u64;
        columns.swap_remove(usize::try_from(one)?);
    }
    let planned = u32::try_from(columns.len())?;
    table.row(COLUMNS, planned, u64::from, |number| {
        let (table, column) = columns.get(usize::try_from(number)?).context("no column is left")?;
        let verdict = judge.judge_column(table, column)?;
        if !matches!(verdict.found, judge::Found::Missed(_)) && not_bound::has(&format!("{table}.{column}")) {
            println!("   {table}.{column} is found, although the check says that it leaves it as it is");
        }
        Ok(verdict)
    })
}

fn flip_at(_: u32, file: &str, dice: &dyn Entropy, judge: &Judge<'_>) -> u64 {
    u64::from_be_bytes(draw(dice)) % judge.bits_of(file)
}

/// The row of values changed in every column.
const COLUMNS: &str = "every column";
/// One column for so many flips, where there are not enough flips for all.
const COLUMNS_SHARE: usize = 4;
/// The control's row.
const CONTROL: &str = "only SQLite's check";

#[derive(Default)]
struct Row {
    flips: u32,
    refused: u32,
    checked: u32,
    made_again: u32,
    unseen: u32,
    signed: u32,
    not_bound: u32,
    missed: u32,
    signed_over: u32,
    /// What could be read otherwise and nobody noticed, by table and column.
    where_missed: BTreeMap<String, u32>,
}

impl Row {
    fn so_far(&self) -> String {
        let Self { refused, checked, made_again, unseen, not_bound, missed, signed_over, .. } = self;
        format!(
            "{refused} refused at the start, {checked} found by the check, {made_again} made again, {unseen} in what is not used, \
             {not_bound} in what is not bound, {missed} missed, {signed_over} signed over"
        )
    }
}

#[derive(Default)]
struct Table {
    rows: Vec<(&'static str, Row)>,
}

impl Table {
    fn row(
        &mut self,
        name: &'static str,
        planned: u32,
        choose: impl Fn(u32) -> u64,
        look: impl Fn(u64) -> Result<Verdict>,
    ) -> Result<()> {
        let (mut row, mut progress) = (Row::default(), Progress::of(name, planned));
        let mut ended = Ok(());
        while row.flips < planned && !stop::was_asked() {
            let bit = choose(row.flips);
            match look(bit) {
                Ok(verdict) => row.count(name, bit, verdict),
                Err(error) => {
                    ended = Err(error);
                    break;
                }
            }
            progress.advance(&row.so_far());
        }
        self.rows.push((name, row));
        ended
    }

    fn conclude(self, ended: Result<()>) -> Result<()> {
        println!("\n{TRIAL}");
        println!(
            "{:<20} {:>6} {:>16} {:>14} {:>10} {:>8} {:>9} {:>6} {:>13} {:>11}",
            "file",
            "flips",
            "refused at start",
            "found by check",
            "made again",
            "not used",
            "not bound",
            "missed",
            "signed beside",
            "signed over"
        );
        for (name, row) in &self.rows {
            let Row { flips, refused, checked, made_again, unseen, not_bound, missed, .. } = row;
            let Row { signed, signed_over, where_missed, .. } = row;
            println!(
                "{name:<20} {flips:>6} {refused:>16} {checked:>14} {made_again:>10} {unseen:>8} {not_bound:>9} {missed:>6} \
                 {signed:>13} {signed_over:>11}"
            );
            for (place, count) in where_missed.iter().filter(|_| *name != CONTROL) {
                println!("   missed in {place}: {count}");
            }
        }
        for (name, row) in &self.rows {
            match (*name, row.missed) {
                (CONTROL, 0) if ended.is_ok() && !stop::was_asked() => {
                    bail!("{TRIAL}: nothing was found wrong with `{CONTROL}`, so this trial finds nothing")
                }
                (CONTROL, _) => {}
                (name, missed) if missed > 0 => bail!("{TRIAL}: {missed} flips in {name} were not found"),
                (name, _) if row.signed_over > 0 => {
                    bail!("{TRIAL}: {} checkpoints were signed over flips in {name}", row.signed_over)
                }
                _ => {}
            }
        }
        ended?;
        if stop::was_asked() {
            bail!("{TRIAL}: stopped before its end; what is said above is what was seen so far");
        }
        Ok(())
    }
}

impl Row {
    fn count(&mut self, name: &str, bit: u64, verdict: Verdict) {
        self.flips += 1;
        match verdict.found {
            judge::Found::AtStart => self.refused += 1,
            judge::Found::ByCheck => self.checked += 1,
            judge::Found::MadeAgain => self.made_again += 1,
            judge::Found::NotUsed => self.unseen += 1,
            judge::Found::Missed(places)
                if name != CONTROL && places.iter().all(|place| not_bound::has(place)) =>
            {
                self.not_bound += 1;
            }
            judge::Found::Missed(places) => {
                self.missed += 1;
                for place in places {
                    let seen = self.where_missed.entry(place.clone()).or_default();
                    *seen += 1;
                    if *seen == 1 && name != CONTROL {
                        println!("   !!! {name}: bit {bit} changed {place}, and nobody noticed");
                    }
                }
            }
        }
        match verdict.signature {
            judge::Signature::None => {}
            judge::Signature::Beside => self.signed += 1,
            judge::Signature::Over => {
                self.signed_over += 1;
                println!("   !!! {name}: a checkpoint was signed over bit {bit}");
            }
        }
    }
}
