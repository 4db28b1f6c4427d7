//! `tenantry ledger`: checking everything that is stored; going on under a new name is in `new_origin`.

use super::deployment::{self, operator};
use super::new_origin;
use crate::cli::Ledger;
use crate::cli::exit::Exit;
use crate::cli::output::{Output, progress};
use anyhow::Result;
use std::fmt::Write as _;
use std::path::Path;
use tenantry_register::fsck::{Report, Step};

pub(super) fn run(file: Option<&Path>, asked: &Ledger, out: Output) -> Result<Exit> {
    match asked {
        Ledger::Fsck => check(file, out),
        Ledger::NewOrigin { origin, reason, statement } => {
            new_origin::run(file, origin, reason, statement, out)
        }
    }
}

fn check(file: Option<&Path>, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    let mut check = register.check(&operator())?;
    let bar = progress("checking leaves", 0);
    while check.step()? == Step::More {
        let checked = check.progress();
        bar.set_length(checked.leaves_total);
        bar.set_position(checked.leaves);
        if checked.leaves == checked.leaves_total {
            bar.set_message("checking keys and rows");
        }
    }
    bar.finish_and_clear();
    let report = check.into_report();
    out.answer(&report, text(&report)?)?;
    Ok(if report.is_sound() { Exit::Yes } else { Exit::No })
}

fn text(report: &Report) -> Result<String> {
    let checked = &report.checked;
    let mut text = String::new();
    for finding in &report.findings {
        writeln!(text, "{}: {}", finding.place, finding.what)?;
    }
    if report.more > 0 {
        writeln!(text, "and {} more", report.more)?;
    }
    let verdict = if report.is_sound() { "sound" } else { "NOT as it was written" };
    write!(
        text,
        "{verdict}: {} leaves, {} bodies opened, {} erased, {} tiles, {} checkpoints, {} keys, {} rows",
        checked.leaves,
        checked.bodies,
        checked.erased,
        checked.tiles,
        checked.checkpoints,
        checked.keys,
        checked.rows,
    )?;
    Ok(text)
}
