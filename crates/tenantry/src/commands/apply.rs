//! `tenantry apply`: an application from a file.

use super::{WrongInput, deployment};
use crate::cli::Apply;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use tenantry_model::account::AccountState;
use tenantry_register::Applied;
use tenantry_register::intake::NewApplication;

/// Largest application, in bytes; that of the HTTP API.
const BYTES_MAX: u64 = 1 << 20;

pub(super) fn run(file: Option<&Path>, apply: &Apply, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let application = read(&apply.file).context(WrongInput)?;
    let register = deployment::open(&config)?;
    let applied = register.apply(&deployment::operator(), application)?;
    out.answer(&applied, text(&applied)?)?;
    Ok(match applied.state {
        AccountState::Open => Exit::Yes,
        AccountState::Refused | AccountState::Suspended | AccountState::Closed => Exit::No,
        AccountState::Applied | AccountState::InReview | AccountState::Restricted => Exit::Within,
    })
}

/// Reads an application strictly: a key that is given twice or is unknown is refused.
fn read(path: &Path) -> Result<NewApplication> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > BYTES_MAX {
        anyhow::bail!("an application has at most {BYTES_MAX} bytes");
    }
    tenantry_server::http::json::parse(&bytes).map_err(|problem| {
        let mut text = problem.code().as_str().to_owned();
        for error in problem.errors() {
            text.push_str("; ");
            text.push_str(&error.pointer);
            text.push_str(": ");
            text.push_str(&error.detail);
        }
        anyhow::Error::msg(text)
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
