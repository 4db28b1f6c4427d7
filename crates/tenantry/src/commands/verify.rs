//! `tenantry verify` and `tenantry evidence`. Verifying uses the evidence crate and nothing else: no configuration, no store.

use super::{WrongInput, deployment};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::output::hex;
use crate::cli::{Evidence, Verify};
use anyhow::{Context as _, Result};
use std::fs::OpenOptions;
use std::io::Write as _;
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

pub(super) fn build(file: Option<&Path>, asked: &Evidence, out: Output) -> Result<Exit> {
    let Evidence::Build { account, output, purpose } = asked;
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    let call = deployment::operator();
    let id = match account.parse() {
        Ok(id) => id,
        Err(_) => register.account_by_reference(&call, account)?,
    };
    let package = register.build_evidence(&call, id, purpose)?;
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(output)
        .with_context(|| format!("cannot create {}", output.display()))?;
    target.write_all(&package.zip)?;
    target.sync_all()?;
    let text = format!(
        "{}: {} records, {} bytes; recorded as leaf {}\ncheck it with: tenantry verify {}",
        output.display(),
        package.records,
        package.zip.len(),
        package.leaf,
        output.display(),
    );
    let sha256 = hex(&package.digest);
    let answer = serde_json::json!({
        "file": output, "records": package.records, "bytes": package.zip.len(), "sha256": sha256,
        "leaf": package.leaf, "tree_size": package.tree_size,
    });
    out.answer(&answer, text)?;
    Ok(Exit::Yes)
}
