//! `tenantry gate`: may this account do this now?

use super::deployment;
use crate::cli::Gate;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use anyhow::Result;
use std::path::Path;

pub(super) fn run(file: Option<&Path>, gate: &Gate, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    let answer = register.gate(&gate.account, gate.action);
    let word = answer.answer.as_str();
    let why =
        if answer.reasons.is_empty() { String::new() } else { format!(": {}", answer.reasons.join(", ")) };
    out.answer(&answer, format!("{word}{why}"))?;
    Ok(match word {
        "allow" => Exit::Yes,
        "condition" => Exit::Within,
        _ => Exit::No,
    })
}
