//! `tenantry verify` and `tenantry evidence`. Verifying uses the evidence crate and nothing else: no configuration, no store.

use super::WrongInput;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::{Evidence, Verify};
use anyhow::{Context as _, Result};
use std::path::Path;
use tenantry_evidence::{Policy, Verdict, verify};

pub(super) fn run(asked: &Verify, out: Output) -> Result<Exit> {
    let policy = asked.policy.as_deref().map(policy).transpose().context(WrongInput)?;
    let package = std::fs::read(&asked.file)
        .with_context(|| format!("cannot read {}", asked.file.display()))
        .context(WrongInput)?;
    let report = verify(&package, policy.as_ref());
    out.answer(&report, &report)?;
    Ok(match report.verdict {
        Verdict::Valid => Exit::Yes,
        Verdict::Invalid => Exit::No,
        Verdict::Incomplete => Exit::Asked,
    })
}

fn policy(path: &Path) -> Result<Policy> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Policy::parse(&text)?)
}

pub(super) fn build(_file: Option<&Path>, asked: &Evidence, _out: Output) -> Result<Exit> {
    let Evidence::Build { account, .. } = asked;
    anyhow::bail!("no package about `{account}` can be built yet: the register does not hand out evidence")
}
