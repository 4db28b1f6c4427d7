//! `tenantry ledger`: checking everything that is stored, beginning the signer's memory anew; going on under a new name is in
//! `new_origin`.

use super::deployment::{self, operator};
use super::{WrongInput, new_origin, two_people};
use crate::cli::Ledger;
use crate::cli::exit::Exit;
use crate::cli::output::{Output, progress};
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::path::Path;
use tenantry_model::staff::{Actor, Job};
use tenantry_register::fsck::{Report, Step};
use tenantry_register::{Call, Reason, RegisterError, Signing};
use tenantry_witness::HeadFile;

pub(super) fn run(file: Option<&Path>, asked: &Ledger, out: Output) -> Result<Exit> {
    match asked {
        Ledger::Fsck => check(file, out),
        Ledger::Remember { size, reason } => remember(file, *size, reason, out),
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
        if checked.keys > 0 {
            bar.set_message("checking keys and rows");
        }
    }
    bar.finish_and_clear();
    let report = check.into_report();
    out.answer(&report, text(&report)?)?;
    Ok(if report.is_sound() { Exit::Yes } else { Exit::No })
}

/// Writes the memory of the signer from the newest stored checkpoint, if that has as many leaves as two people say.
fn remember(file: Option<&Path>, size: u64, reason: &str, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let reason = Reason::parse(reason).context(WrongInput)?;
    let memory = HeadFile::at(&config.ledger.lock);
    // A signer that showed witnesses an empty tree remembers that, and nothing that could be lost.
    if memory.read()?.is_some_and(|remembered| remembered.size > 0) {
        let what = format!("{} is there: a memory is not replaced", config.ledger.lock.display());
        return Err(anyhow::Error::msg(what).context(WrongInput));
    }
    // Only this opening goes without a memory; it signs nothing.
    let register = deployment::open_with(&config, Signing::Forgetful)?;
    let asked = register.ask_every_witness(&Call::by(Actor::System { job: Job::Checkpoints }));
    let unwitnessed = match asked {
        Ok(_) => None,
        Err(RegisterError::Unwitnessed { reason }) => Some(reason),
        Err(error) => return Err(error.into()),
    };
    let approval = two_people::agree(&register, &reason, |first| register.request_memory(first, size))?;
    let held = memory.lock()?;
    let newest = register.begin_memory(&operator(), approval, size)?;
    held.replace(&newest)?;
    let mut text = format!("{} remembers {size} leaves", config.ledger.lock.display());
    if let Some(reason) = unwitnessed {
        write!(text, "\nnot all witnesses could say whether they know more: {reason}")?;
    }
    out.answer(&serde_json::json!({ "size": size, "lock": config.ledger.lock }), text)?;
    Ok(Exit::Yes)
}

fn text(report: &Report) -> Result<String> {
    let checked = &report.checked;
    let mut text = String::new();
    for finding in &report.findings {
        writeln!(text, "{}: {}", finding.place, finding.what)?;
    }
    for (place, more) in &report.more {
        writeln!(text, "{place}: and {more} more")?;
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
