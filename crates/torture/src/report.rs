//! What a trial says at the end: one row for each writer, and whether the trial itself can be believed.

use crate::writers::Kind;
use anyhow::{Result, bail};

/// What befell one writer.
pub(crate) struct Row {
    pub(crate) kind: Kind,
    accidents: u32,
    with_loss: u32,
    worst: usize,
    acknowledged: u64,
    broken: u32,
    first_broken: Option<String>,
}

impl Row {
    pub(crate) const fn new(kind: Kind) -> Self {
        Self { kind, accidents: 0, with_loss: 0, worst: 0, acknowledged: 0, broken: 0, first_broken: None }
    }

    /// Looks at what one accident left.
    pub(crate) fn look(&mut self, folder: &std::path::Path, acknowledged: &[u32]) {
        self.accidents += 1;
        self.acknowledged += acknowledged.len() as u64;
        match self.kind.writer().recover(folder, acknowledged) {
            Ok(recovered) if recovered.lost == 0 => {}
            Ok(recovered) => {
                self.with_loss += 1;
                self.worst = self.worst.max(recovered.lost);
            }
            Err(error) => self.finds(format!("{error:#}")),
        }
    }

    /// Notes that an accident showed something that must not be, and tells of it at once: the next one may be another.
    pub(crate) fn finds(&mut self, why: String) {
        self.broken += 1;
        if matches!(self.kind, Kind::Register | Kind::Eraser) {
            println!("   !!! {}: {why}", self.kind.word());
        }
        self.first_broken.get_or_insert(why);
    }

    /// Whether the writer kept every promise.
    pub(crate) const fn is_clean(&self) -> bool {
        self.with_loss == 0 && self.broken == 0
    }
}

/// Prints the rows and judges: the real writers must be clean, every control must not be.
pub(crate) fn conclude(trial: &str, rows: &[Row]) -> Result<()> {
    println!("\n{trial}");
    println!(
        "{:<20} {:>9} {:>13} {:>10} {:>12} {:>8}",
        "writer", "accidents", "acknowledged", "with loss", "worst loss", "broken"
    );
    for row in rows {
        let Row { accidents, acknowledged, with_loss, worst, broken, .. } = row;
        println!(
            "{:<20} {accidents:>9} {acknowledged:>13} {with_loss:>10} {worst:>12} {broken:>8}",
            row.kind.word()
        );
        if let Some(why) = &row.first_broken {
            println!("   first broken: {why}");
        }
    }
    for row in rows {
        match row.kind {
            Kind::Register | Kind::Eraser if !row.is_clean() => {
                bail!("{trial}: the {} lost or broke what it had acknowledged", row.kind.word())
            }
            Kind::Register | Kind::Eraser => {}
            control if row.is_clean() => {
                bail!(
                    "{trial}: nothing was found wrong with `{}`, so this trial finds nothing",
                    control.word()
                )
            }
            _ => {}
        }
    }
    Ok(())
}

/// Says that a trial was left out, so that nobody takes silence for success.
pub(crate) fn left_out(trial: &str, why: &str) {
    println!("\n!!! {trial} IS LEFT OUT: {why}. What it would have shown is NOT shown.\n");
}
