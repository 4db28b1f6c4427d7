//! `tenantry backup` and `tenantry restore`. A restored copy is older than what happened since: before anything is answered
//! from it, what the erasure journal names is erased again.

use super::{WrongInput, deployment, journal};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::{Backup, Restore};
use crate::config::{Config, Store as StoreSettings};
use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use tenantry_register::erasure::Replayed;
use tenantry_store::{MIGRATIONS, StoreExt as _};
use tenantry_store_sqlite::NobodyUses;

/// Databases that are set aside before somebody has to clear up.
const SET_ASIDE_MAX: u32 = 1_000;

pub(super) fn back_up(file: Option<&Path>, asked: &Backup, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let store = deployment::open_store(&config.store)?;
    store.check_schema(MIGRATIONS)?;
    store.back_up(&asked.file)?;
    let bytes = fs::metadata(&asked.file)?.len();
    let text = format!(
        "{}: {bytes} bytes\nkeep root key and {} apart from it",
        asked.file.display(),
        journal::path(&config.data_folder).display(),
    );
    out.answer(&serde_json::json!({ "file": asked.file, "bytes": bytes }), text)?;
    Ok(Exit::Yes)
}

pub(super) fn restore(file: Option<&Path>, asked: &Restore, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let StoreSettings::Sqlite { path } = &config.store else {
        let what = "a PostgreSQL store is restored with its own tools; what was erased since is erased again when \
                    this program opens it";
        return Err(anyhow::Error::msg(what).context(WrongInput));
    };
    let kept = journal::path(&config.data_folder);
    if let Some(newest) = &asked.journal {
        journal::merge(newest, &kept)?;
    } else if !asked.nothing_was_erased && !kept.exists() {
        let what = format!(
            "there is no erasure journal at {}; name the newest one with --journal, or say --nothing-was-erased",
            kept.display()
        );
        return Err(anyhow::Error::msg(what).context(WrongInput));
    }
    // Whoever has the database open would go on writing to it after it was moved away.
    let nobody = NobodyUses::of(path).context("nothing was restored").context(WrongInput)?;
    drop(nobody);
    let prepared = restoring(path);
    let replayed = match prepare(&asked.file, &prepared, &config) {
        Ok(replayed) => replayed,
        Err(error) => {
            remove(&prepared)?;
            return Err(
                error.context("nothing was restored; what stands in the place of the database is as it was")
            );
        }
    };
    fold_log(&config.store, path);
    let nobody = NobodyUses::of(path);
    if nobody.is_err() {
        remove(&prepared)?;
    }
    let _nobody = nobody.context("nothing was restored").context(WrongInput)?;
    let before = set_aside(path)?;
    fs::rename(&prepared, path).with_context(|| format!("cannot move {}", prepared.display()))?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    let mut text = format!("{} stands in the place of the database", asked.file.display());
    if let Some(before) = &before {
        write!(
            text,
            "\nwhat was there is kept as {}: it keeps the keys of what will be erased from now on, so delete it soon",
            before.display()
        )?;
    }
    for hold in &replayed.holds_ended {
        write!(text, "\nended the hold {hold}: what it kept was erased after the copy was made")?;
    }
    let answer = serde_json::json!({
        "restored": asked.file, "set_aside": before, "erased_again": replayed.erased,
        "holds_ended": replayed.holds_ended,
    });
    out.answer(&answer, text)?;
    Ok(Exit::Yes)
}

/// The copy proves itself before anything that is there is moved: it is sound, its keys open, the signer has not signed more
/// than it has, and what was erased since is erased in it.
fn prepare(from: &Path, prepared: &Path, config: &Config) -> Result<Replayed> {
    remove(prepared)?;
    copy(from, prepared)?;
    let settings = StoreSettings::Sqlite { path: prepared.to_path_buf() };
    {
        let store = deployment::open_store(&settings)?;
        store.migrate(MIGRATIONS).context("the copy is not a database of this program")?;
        let damage = store.check_structure()?;
        if !damage.is_empty() {
            return Err(anyhow::anyhow!("the copy is damaged: {}", damage.join("; ")));
        }
    }
    let (_, replayed) = deployment::open_and_replay(&Config { store: settings.clone(), ..config.clone() })?;
    // One file is moved: whatever waits in its log goes into it first.
    deployment::open_store(&settings)?.overwrite_deleted()?;
    Ok(replayed)
}

/// Removes what an attempt left.
fn remove(prepared: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm", "-use"] {
        let file = with_suffix(prepared, suffix);
        if file.exists() {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    Ok(())
}

/// Where a copy is prepared that is to stand in the place of this database. While there is one and no database, a restore was
/// interrupted at its last step.
pub(super) fn restoring(path: &Path) -> PathBuf {
    with_suffix(path, ".restoring")
}

/// Brings what waits in a database's log into the database, so that the two cannot be parted. One that does not open any more
/// is moved as it is.
fn fold_log(settings: &StoreSettings, path: &Path) {
    if path.exists() {
        let _whole = deployment::open_store(settings).map(|store| store.overwrite_deleted());
    }
}

/// Databases that restores have set aside beside this one. They hold the keys of what was erased since.
pub(super) fn set_aside_before(path: &Path) -> Vec<PathBuf> {
    let aside = (1..SET_ASIDE_MAX).map(|n| with_suffix(path, &format!(".before-restore-{n}")));
    aside.filter(|file| file.exists()).collect()
}

/// Moves a database and its log out of the way. Answers where they went. A log without its database is moved too: the next start
/// would replay it onto whatever stands in the database's place.
fn set_aside(path: &Path) -> Result<Option<PathBuf>> {
    if !path.exists() && !with_suffix(path, "-wal").exists() {
        return Ok(None);
    }
    let aside = (1..SET_ASIDE_MAX).map(|n| with_suffix(path, &format!(".before-restore-{n}")));
    let aside =
        aside.into_iter().find(|candidate| !candidate.exists()).context("too many databases set aside")?;
    for suffix in ["", "-wal"] {
        let from = with_suffix(path, suffix);
        if from.exists() {
            fs::rename(&from, with_suffix(&aside, suffix))
                .with_context(|| format!("cannot move {}", from.display()))?;
        }
    }
    let shared = with_suffix(path, "-shm");
    if shared.exists() {
        fs::remove_file(shared)?;
    }
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(Some(aside))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display())).context(WrongInput)?;
    fs::File::open(to)?.sync_all()?;
    Ok(())
}
