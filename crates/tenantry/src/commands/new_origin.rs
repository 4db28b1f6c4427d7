//! `tenantry ledger new-origin`: the way out when start-up refuses a tree and no better copy exists. The console is not there
//! then, so the two people log in here, one after the other.

use super::deployment::{self, operator};
use super::{WrongInput, two_people};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::config::Config;
use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tenantry_register::{Reason, Register};
use tenantry_store::{MIGRATIONS, Store, StoreExt as _};
use tenantry_witness::HeadFile;

pub(super) fn run(
    file: Option<&Path>,
    origin: &str,
    reason: &str,
    statement: &Path,
    out: Output,
) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    if config.ledger.signer_socket.is_some() {
        let what = "the signer is a process of its own; stop it and use a configuration that has its \
                    checkpoint.lock as ledger.lock, without signer_socket";
        return Err(anyhow::Error::msg(what).context(WrongInput));
    }
    let reason = Reason::parse(reason).context(WrongInput)?;
    let store = deployment::open_store(&config.store)?;
    store
        .check_schema(MIGRATIONS)
        .context("the store has another schema; `tenantry migrate --check` tells")?;
    if was_interrupted(&store, &config, origin)? {
        let aside = set_aside(&config.ledger.lock)?;
        let text =
            format!("the ledger goes on as {origin} already; the old memory is kept as {}", aside.display());
        out.answer(&serde_json::json!({ "origin": origin, "lock_kept": aside }), text)?;
        return Ok(Exit::Yes);
    }
    // Made first: what two people agree to must not end without the statement being written.
    let mut file = fs::OpenOptions::new();
    let mut file = file.write(true).create_new(true).open(statement);
    let file =
        file.as_mut().map_err(|error| anyhow::anyhow!("cannot write {}: {error}", statement.display()))?;
    let done = agree(&store, &config, origin, &reason);
    let note = match done {
        Ok(note) => note,
        Err(error) => {
            fs::remove_file(statement)?;
            return Err(error);
        }
    };
    file.write_all(note.as_bytes()).and_then(|()| file.sync_all())?;
    let aside = set_aside(&config.ledger.lock)?;
    let text = format!(
        "the ledger goes on as {origin}\ngive {} to everybody who holds a checkpoint of the old one\nthe old memory of the \
         signer is kept as {}: it is evidence\nwitnesses and readers need the new keys: `tenantry serve`, then /ledger/policy",
        statement.display(),
        aside.display(),
    );
    out.answer(&serde_json::json!({ "origin": origin, "statement": statement, "lock_kept": aside }), text)?;
    Ok(Exit::Yes)
}

/// Two people log in and agree; the ledger goes on under its new name. Answers the signed statement.
fn agree(store: &Arc<dyn Store>, config: &Config, origin: &str, reason: &Reason) -> Result<String> {
    let root = deployment::open_root(&config.root_key)?;
    let (clock, entropy) = deployment::surroundings();
    let lock = config.ledger.lock.clone();
    let register = Register::open_to_continue(Arc::clone(store), root, clock, entropy, lock)?;
    let approval = two_people::agree(&register, reason, |first| register.request_new_origin(first, origin))?;
    Ok(register.continue_under(&operator(), approval, origin)?.to_string())
}

/// Whether the ledger has this name already and only the signer's memory is still the old one.
fn was_interrupted(store: &Arc<dyn Store>, config: &Config, origin: &str) -> Result<bool> {
    let origins = Register::origins(store)?;
    let remembered = HeadFile::at(&config.ledger.lock).read()?.map(|checkpoint| checkpoint.origin);
    Ok(origins.current == origin && remembered.is_some() && remembered == origins.before)
}

/// Moves the signer's memory aside; the next signature begins another.
fn set_aside(lock: &Path) -> Result<PathBuf> {
    let ended = |n: u32| {
        let mut name = OsString::from(lock);
        name.push(format!(".ended-{n}"));
        PathBuf::from(name)
    };
    let aside =
        (1..1_000).map(ended).find(|candidate| !candidate.exists()).context("too many ended ledgers")?;
    if lock.exists() {
        fs::rename(lock, &aside).with_context(|| format!("cannot move {}", lock.display()))?;
    }
    Ok(aside)
}
