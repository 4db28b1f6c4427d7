//! `tenantry apply`: an application from a file.

use super::{WrongInput, deployment, read_json};
use crate::cli::Apply;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::path::Path;
use tenantry_model::account::AccountState;
use tenantry_register::Applied;

pub(super) fn run(file: Option<&Path>, apply: &Apply, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let application = read_json(&apply.file).context(WrongInput)?;
    let register = deployment::open(&config)?;
    let applied = register.apply(&deployment::operator(), application)?;
    out.answer(&applied, text(&applied)?)?;
    Ok(match applied.state {
        AccountState::Open => Exit::Yes,
        AccountState::Refused | AccountState::Suspended | AccountState::Closed => Exit::No,
        AccountState::Applied | AccountState::InReview | AccountState::Restricted => Exit::Within,
    })
}

fn text(applied: &Applied) -> Result<String> {
    let mut text = format!("{} ({}): {}\n", applied.reference, applied.account, applied.state);
    for reason in &applied.decision.reasons {
        writeln!(
            text,
            "  {} [{}, {}] {}",
            reason.rule.as_str(),
            reason.requirement,
            reason.citation,
            reason.text
        )?;
    }
    for case in &applied.cases {
        writeln!(text, "  case {case}")?;
    }
    writeln!(text, "decision {}, ledger leaf {}", applied.decision_id, applied.leaf)?;
    Ok(text)
}
