//! `tenantry lists fetch`: the publishers' newest files into a folder, whole or not at all.
//!
//! Every list has a folder of its own. New files are gathered beside it, read, and take its place only when they make an acceptable
//! list; what was there before stays otherwise. What the publisher said about a file is kept, so that the next run asks only
//! for what is newer.

use super::WrongInput;
use crate::cli::Fetch;
use crate::cli::exit::Exit;
use crate::cli::output::{Output, downloading};
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use tenantry_lists::fetch::{Downloader, Fetched, PUBLISHERS, Publisher, Wanted};
use tenantry_lists::{Reading, acceptable, read_files};
use tenantry_model::listed::SnapshotHeader;

/// What is remembered of a list's files.
const REMEMBERED: &str = "fetched.json";

#[derive(Default, Serialize, Deserialize)]
struct Remembered {
    /// What the version says of itself.
    header: Option<SnapshotHeader>,
    /// What the publisher said, by name of the file.
    files: BTreeMap<String, Of>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Of {
    etag: Option<String>,
    last_modified: Option<String>,
    sha256: String,
    bytes: u64,
}

/// How one list ended.
#[derive(Serialize)]
struct Outcome {
    list: &'static str,
    folder: PathBuf,
    #[serde(flatten)]
    end: End,
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum End {
    /// The publisher has nothing newer.
    Unchanged,
    /// A new version is there.
    New { entries: u64, files: BTreeMap<String, String> },
    /// The files make no acceptable list; what was there stays.
    Refused { why: String },
    /// The files could not be had; what was there stays.
    Failed { why: String },
}

/// Fetches, and hands every new list to `take`.
pub(super) fn run(asked: &Fetch, out: Output, mut take: impl FnMut(&Reading) -> Result<()>) -> Result<Exit> {
    let lists = chosen(asked)?;
    let downloader = Downloader::new(concat!("tenantry/", env!("CARGO_PKG_VERSION")));
    let (mut outcomes, mut text, mut exit) = (Vec::new(), String::new(), Exit::Yes);
    for publisher in lists {
        let folder = asked.folder.join(publisher.list);
        let end = match one(&downloader, publisher, asked, &folder, &mut take) {
            Ok(end) => end,
            Err(error) => {
                // What was gathered is worth nothing without the rest; the next run begins anew anyway.
                let _ = fs::remove_dir_all(beside(&folder));
                End::Failed { why: format!("{error:#}") }
            }
        };
        let said = match &end {
            End::Unchanged => "unchanged".to_owned(),
            End::New { entries, .. } => format!("new version, {entries} entries, in {}", folder.display()),
            End::Refused { why } => format!("REFUSED, what was there stays: {why}"),
            End::Failed { why } => format!("FAILED, what was there stays: {why}"),
        };
        writeln!(text, "{:12} {said}", publisher.list)?;
        exit = match &end {
            End::Failed { .. } => Exit::Failed,
            End::Refused { .. } if exit == Exit::Yes => Exit::No,
            _ => exit,
        };
        outcomes.push(Outcome { list: publisher.list, folder, end });
    }
    out.answer(&serde_json::json!({ "lists": outcomes }), text)?;
    Ok(exit)
}

fn chosen(asked: &Fetch) -> Result<Vec<&'static Publisher>> {
    if asked.lists.is_empty() {
        return Ok(PUBLISHERS.iter().collect());
    }
    let of = |code: &String| {
        let known = || PUBLISHERS.iter().map(|p| p.list).collect::<Vec<_>>().join(", ");
        PUBLISHERS
            .iter()
            .find(|p| p.list == code)
            .with_context(|| format!("`{code}` cannot be fetched; these can: {}", known()))
            .context(WrongInput)
    };
    asked.lists.iter().map(of).collect()
}

fn one(
    downloader: &Downloader,
    publisher: &Publisher,
    asked: &Fetch,
    folder: &Path,
    take: &mut impl FnMut(&Reading) -> Result<()>,
) -> Result<End> {
    let before: Remembered = fs::read(folder.join(REMEMBERED))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let (new, mut remembered) = (beside(folder), Remembered::default());
    if new.exists() {
        fs::remove_dir_all(&new)?;
    }
    fs::create_dir_all(&new).with_context(|| format!("cannot create {}", new.display()))?;
    let (mut paths, mut newer) = (Vec::new(), false);
    for (name, url) in publisher.files {
        let url = asked
            .mirror
            .as_ref()
            .map_or_else(|| (*url).to_owned(), |mirror| format!("{}/{name}", mirror.trim_end_matches('/')));
        let held = before.files.get(*name).filter(|_| folder.join(name).is_file());
        let of = if let Some(of) = download(downloader, &url, name, held, &new.join(name))? {
            newer |= held.is_none_or(|held| held.sha256 != of.sha256);
            of
        } else {
            fs::copy(folder.join(name), new.join(name))?;
            held.cloned().unwrap_or_default()
        };
        remembered.files.insert((*name).to_owned(), of);
        paths.push(new.join(name));
    }
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    if !newer {
        if asked.import {
            // The version in force, imported again, is confirmed: it is as young as this.
            take(&read_files(&paths, None, None)?)?;
        }
        fs::remove_dir_all(&new)?;
        return Ok(End::Unchanged);
    }
    let reading = match read_files(&paths, None, None) {
        Ok(reading) => reading,
        Err(error) => return refused(&new, error.to_string()),
    };
    if let Err(refusal) = acceptable(before.header.as_ref(), &reading) {
        return refused(&new, refusal.to_string());
    }
    take(&reading)?;
    remembered.header = Some(reading.snapshot.header().clone());
    fs::write(new.join(REMEMBERED), serde_json::to_vec_pretty(&remembered)?)?;
    put_in_place(&new, folder)?;
    let files = remembered.files.into_iter().map(|(name, of)| (name, of.sha256)).collect();
    Ok(End::New { entries: reading.snapshot.header().entities, files })
}

/// Where new files are gathered.
fn beside(folder: &Path) -> PathBuf {
    folder.with_extension("new")
}

fn refused(new: &Path, why: String) -> Result<End> {
    fs::remove_dir_all(new)?;
    Ok(End::Refused { why })
}

/// Downloads one file; nothing when the publisher has no newer one.
fn download(
    downloader: &Downloader,
    url: &str,
    name: &str,
    held: Option<&Of>,
    to: &Path,
) -> Result<Option<Of>> {
    let wanted = Wanted {
        etag: held.and_then(|held| held.etag.as_deref()),
        last_modified: held.and_then(|held| held.last_modified.as_deref()),
        ..Wanted::new(url)
    };
    let mut file = File::create_new(to).with_context(|| format!("cannot create {}", to.display()))?;
    let bar = downloading(name.to_owned());
    let fetched = downloader.fetch(&wanted, &mut file, |progress| {
        bar.set_length(progress.total.unwrap_or(progress.bytes));
        bar.set_position(progress.bytes);
    });
    bar.finish_and_clear();
    match fetched? {
        Fetched::NotModified => {
            fs::remove_file(to)?;
            Ok(None)
        }
        Fetched::Written(written) => {
            file.sync_all()?;
            Ok(Some(Of {
                etag: written.etag,
                last_modified: written.last_modified,
                sha256: written.sha256,
                bytes: written.bytes,
            }))
        }
    }
}

fn put_in_place(new: &Path, folder: &Path) -> Result<()> {
    let old = folder.with_extension("old");
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    if folder.exists() {
        fs::rename(folder, &old)?;
    }
    fs::rename(new, folder).with_context(|| format!("cannot put {} in place", folder.display()))?;
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    Ok(())
}
