//! What a trial says: how far it has come, and at the end one row for each writer, and whether the trial itself can be believed.

use crate::progress::Progress;
use crate::remnants;
use crate::stop;
use crate::writers::Kind;
use anyhow::{Result, bail};
use std::path::Path;

/// What befell one writer.
pub(crate) struct Row {
    pub(crate) kind: Kind,
    progress: Progress,
    with_loss: u32,
    worst: usize,
    acknowledged: u64,
    remnants: u32,
    broken: u32,
    first_broken: Option<String>,
}

impl Row {
    fn new(kind: Kind, planned: u32) -> Self {
        let progress = Progress::of(kind.word(), planned);
        let (with_loss, worst, acknowledged, remnants, broken) = (0, 0, 0, 0, 0);
        Self { kind, progress, with_loss, worst, acknowledged, remnants, broken, first_broken: None }
    }

    /// How many accidents there were.
    pub(crate) const fn accidents(&self) -> u32 {
        self.progress.done()
    }

    /// Looks at what one accident left.
    pub(crate) fn look(&mut self, folder: &Path, acknowledged: &[u32]) {
        self.acknowledged += acknowledged.len() as u64;
        match self.kind.writer().recover(folder, acknowledged) {
            Ok(recovered) if recovered.lost == 0 => {}
            Ok(recovered) => {
                self.with_loss += 1;
                self.worst = self.worst.max(recovered.lost);
            }
            Err(error) => self.finds(format!("{error:#}")),
        }
        let Self { with_loss, acknowledged, remnants, broken, .. } = self;
        let so_far = format!(
            "{acknowledged} acknowledged, {with_loss} with loss, {remnants} with remnants, {broken} broken"
        );
        self.progress.advance(&so_far);
    }

    /// Searches a whole disk, with what belongs to no file, for secrets whose destruction was acknowledged.
    pub(crate) fn search(&mut self, image: &Path, destroyed: &[Vec<u8>]) -> Result<()> {
        let found = remnants::find(image, destroyed)?;
        let Some((_, at)) = found.first() else { return Ok(()) };
        let (many, all) = (found.len(), destroyed.len());
        self.remnants += 1;
        self.tell(format!("{many} of {all} destroyed keys are still on the disk, one at byte {at}"));
        Ok(())
    }

    /// Notes that an accident showed something that must not be.
    pub(crate) fn finds(&mut self, why: String) {
        self.broken += 1;
        self.tell(why);
    }

    /// Tells of it at once: the next one may be another.
    fn tell(&mut self, why: String) {
        if !self.kind.is_control() {
            println!("   !!! {}: {why}", self.kind.word());
        }
        self.first_broken.get_or_insert(why);
    }

    /// Whether the writer kept every promise.
    pub(crate) const fn is_clean(&self) -> bool {
        self.with_loss == 0 && self.broken == 0 && self.remnants == 0
    }
}

/// The rows of one trial.
pub(crate) struct Table {
    trial: &'static str,
    rows: Vec<Row>,
}

impl Table {
    pub(crate) const fn of(trial: &'static str) -> Self {
        Self { trial, rows: Vec::new() }
    }

    /// Lets accidents befall one writer until there were as many as planned: `some` makes a few of those that are left, at least one.
    pub(crate) fn row(
        &mut self,
        kind: Kind,
        planned: u32,
        mut some: impl FnMut(&mut Row, u32) -> Result<()>,
    ) -> Result<()> {
        let (mut row, mut ended) = (Row::new(kind, planned), Ok(()));
        while ended.is_ok() && row.accidents() < planned && !stop::was_asked() {
            let left = planned - row.accidents();
            ended = some(&mut row, left);
        }
        self.rows.push(row);
        // Whoever stops the trial stops the writer, too.
        if stop::was_asked() { Ok(()) } else { ended }
    }

    /// Prints the rows, those of a trial that did not come to its end as well, and judges: the real writers must be clean, every
    /// control must not be.
    pub(crate) fn conclude(self, ended: Result<()>) -> Result<()> {
        let Self { trial, rows } = self;
        println!("\n{trial}");
        println!(
            "{:<20} {:>9} {:>13} {:>10} {:>11} {:>14} {:>8}",
            "writer", "accidents", "acknowledged", "with loss", "worst loss", "with remnants", "broken"
        );
        for row in &rows {
            let Row { acknowledged, with_loss, worst, remnants, broken, .. } = row;
            println!(
                "{:<20} {:>9} {acknowledged:>13} {with_loss:>10} {worst:>11} {remnants:>14} {broken:>8}",
                row.kind.word(),
                row.accidents()
            );
            if let Some(why) = &row.first_broken {
                println!("   first: {why}");
            }
        }
        if let Some(row) = rows.iter().find(|row| !row.kind.is_control() && !row.is_clean()) {
            bail!("{trial}: the {} lost or broke what it had acknowledged", row.kind.word());
        }
        ended?;
        if stop::was_asked() {
            bail!("{trial}: stopped before its end; what is said above is what was seen so far");
        }
        if let Some(row) = rows.iter().find(|row| row.kind.is_control() && row.is_clean()) {
            let word = row.kind.word();
            bail!("{trial}: nothing was found wrong with `{word}`, so this trial finds nothing");
        }
        Ok(())
    }
}

/// Says that a trial was left out, so that nobody takes silence for success.
pub(crate) fn left_out(trial: &str, why: &str) {
    println!("\n!!! {trial} IS LEFT OUT: {why}. What it would have shown is NOT shown.\n");
}
