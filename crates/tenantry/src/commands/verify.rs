//! `tenantry verify` and `tenantry evidence`. Verifying uses the verifier and nothing else: no configuration, no store.

use super::{WrongInput, deployment};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::output::hex;
use crate::cli::{Evidence, Verify};
use anyhow::{Context as _, Result};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tenantry_vault::Identity;
use tenantry_verifier::{Policy, Verdict, verify};

pub(super) fn run(asked: &Verify, out: Output) -> Result<Exit> {
    let policy = asked.policy.as_deref().map(policy).transpose().context(WrongInput)?;
    let package = match &asked.identity {
        None => bytes(&asked.file)?,
        Some(identity) => decrypted(&asked.file, identity)?,
    };
    let receipt = asked.receipt.as_deref().map(bytes).transpose()?;
    let report = verify(&package, policy.as_ref(), receipt.as_deref());
    out.answer(&report, &report)?;
    Ok(match report.verdict {
        Verdict::Valid => Exit::Yes,
        Verdict::Invalid => Exit::No,
        Verdict::Incomplete => Exit::Asked,
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display())).context(WrongInput)
}

/// How an encrypted file begins, binary or as text.
const ENCRYPTED: [&[u8]; 2] = [b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----"];

/// The content of an encrypted file, or the file itself when it is not encrypted. It stays in memory.
fn decrypted(file: &Path, identity: &Path) -> Result<Vec<u8>> {
    let text = std::fs::read_to_string(identity)
        .with_context(|| format!("cannot read {}", identity.display()))
        .context(WrongInput)?;
    let identity = Identity::parse_file(&text)
        .with_context(|| format!("{} is not usable", identity.display()))
        .context(WrongInput)?;
    let sent = bytes(file)?;
    if !ENCRYPTED.iter().any(|start| sent.trim_ascii_start().starts_with(start)) {
        return Ok(sent);
    }
    let plain = identity.decrypt(&sent).with_context(|| {
        format!(
            "{} cannot be decrypted: it was altered or cut, or it is not encrypted to {}",
            file.display(),
            identity.recipient()
        )
    });
    Ok(plain.context(WrongInput)?.to_vec())
}

fn policy(path: &Path) -> Result<Policy> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Policy::parse(&bytes)?)
}

pub(super) fn build(file: Option<&Path>, asked: &Evidence, out: Output) -> Result<Exit> {
    let Evidence::Build { account, output, purpose, recipient } = asked;
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    let call = deployment::operator();
    let id = match account.parse() {
        Ok(id) => id,
        Err(_) => register.account_by_reference(&call, account)?,
    };
    let package = register.build_evidence(&call, id, purpose, recipient.as_deref())?;
    write(output, package.file())?;
    let receipt = beside(output);
    write(&receipt, package.receipt.as_bytes())?;
    let (name, beside) = (output.display(), receipt.display());
    let (identity, sealed) = match &recipient {
        Some(recipient) => (" --identity KEY.txt", format!(", encrypted to {recipient}")),
        None => ("", String::new()),
    };
    let text = format!(
        "{name}: {} records, {} bytes{sealed}; recorded as leaf {}\n{beside}: proof of that\n\
         check it with: tenantry verify {name} --receipt {beside}{identity}",
        package.records,
        package.file().len(),
        package.leaf,
    );
    let sha256 = hex(&package.digest);
    let answer = serde_json::json!({
        "file": output, "receipt": receipt, "records": package.records,
        "bytes": package.file().len(), "sha256": sha256, "encrypted_to": recipient, "leaf": package.leaf, "tree_size": package.tree_size,
    });
    out.answer(&answer, text)?;
    Ok(Exit::Yes)
}

/// Where the receipt of a package goes: beside it, under its whole name.
fn beside(package: &Path) -> PathBuf {
    let mut name = package.as_os_str().to_owned();
    name.push(".receipt.json");
    name.into()
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .with_context(|| format!("cannot create {}", path.display()))?;
    target.write_all(bytes)?;
    Ok(target.sync_all()?)
}
