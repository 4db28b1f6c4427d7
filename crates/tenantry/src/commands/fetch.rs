//! `tenantry lists fetch`: the publishers' newest files into a folder, whole or not at all.
//!
//! Every list has a folder of its own. New files are gathered beside it, read, and take its place only when they make an acceptable
//! list; what was there before stays otherwise. What the publisher said about a file is kept, so that the next run asks only
//! for what is newer. A new version is compared with the files that are there, not with what was noted about them.

use super::WrongInput;
use super::lists::notices;
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
use tenantry_lists::{Part, Reading, acceptable, acceptable_after, read_files, read_files_without};
use tenantry_model::listed::SnapshotHeader;
use tenantry_register::RegisterError;

/// What is remembered of a list's files.
const REMEMBERED: &str = "fetched.json";

/// Most notices shown to people of one list; JSON has all of them.
const NOTICES_SHOWN_MAX: usize = 20;

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

/// A list and where its files are.
struct Source {
    list: String,
    /// Names and addresses.
    files: Vec<(String, String)>,
    /// What an address holds that nobody else may see.
    token: Option<String>,
}

impl Source {
    fn of(publisher: &Publisher, mirror: Option<&str>) -> Self {
        let address = |name: &str, url: &str| match mirror {
            Some(mirror) => format!("{}/{name}", mirror.trim_end_matches('/')),
            None => url.to_owned(),
        };
        let files =
            publisher.files.iter().map(|(name, url)| ((*name).to_owned(), address(name, url))).collect();
        Self { list: publisher.list.to_owned(), files, token: None }
    }

    /// One file at an address of the operator's own.
    fn at(list: &str, url: &str, token_file: Option<&Path>) -> Result<Self> {
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c));
        if list.is_empty() || list.starts_with('.') || !plain(list) {
            anyhow::bail!(
                anyhow::anyhow!("`{list}` is no code of a list: it names a folder").context(WrongInput)
            );
        }
        // The name tells formats apart where the content does not.
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let name = path.rsplit('/').next().filter(|name| plain(name) && !name.starts_with('.'));
        let name = name.filter(|name| !name.is_empty() && *name != REMEMBERED).unwrap_or("list").to_owned();
        let token = token_file.map(|file| token(file, plain)).transpose()?;
        let url = match &token {
            Some(token) => url.replace(TOKEN, token),
            None => url.to_owned(),
        };
        Ok(Self { list: list.to_owned(), files: vec![(name, url)], token })
    }

    /// A text that may name an address, without its token.
    fn shown(&self, text: &str) -> String {
        match &self.token {
            Some(token) => text.replace(token.as_str(), TOKEN),
            None => text.to_owned(),
        }
    }
}

/// What stands for a token in an address.
const TOKEN: &str = "{token}";

/// A token from its file. One that an address would have to write in another way could not be kept out of messages.
fn token(file: &Path, plain: impl Fn(&str) -> bool) -> Result<String> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read {}", file.display()))
        .context(WrongInput)?;
    let token = text.trim();
    if token.is_empty() || !plain(token) {
        let why = "holds no token: letters, digits and `-._~` on one line";
        anyhow::bail!(anyhow::anyhow!("{} {why}", file.display()).context(WrongInput));
    }
    Ok(token.to_owned())
}

/// How one list ended.
#[derive(Serialize)]
struct Outcome {
    list: String,
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
    New { entries: u64, files: BTreeMap<String, String>, notices: Vec<String> },
    /// The files make no acceptable list, or not one that may follow the one in force; what was there stays.
    Refused { why: String },
    /// The files could not be had; what was there stays.
    Failed { why: String },
}

/// Fetches, and hands every new list to `take`.
pub(super) fn run(asked: &Fetch, out: Output, mut take: impl FnMut(&Reading) -> Result<()>) -> Result<Exit> {
    let lists = chosen(asked)?;
    let downloader = Downloader::new(concat!("tenantry/", env!("CARGO_PKG_VERSION")));
    let (mut outcomes, mut text, mut exit) = (Vec::new(), String::new(), Exit::Yes);
    for source in lists {
        let folder = asked.folder.join(&source.list);
        let end = match one(&downloader, &source, asked, &folder, &mut take) {
            Ok(end) => end,
            Err(error) => {
                // What was gathered is worth nothing without the rest; the next run begins anew anyway.
                let _ = fs::remove_dir_all(beside(&folder));
                End::Failed { why: source.shown(&format!("{error:#}")) }
            }
        };
        let said = match &end {
            End::Unchanged => "unchanged".to_owned(),
            End::New { entries, .. } => format!("new version, {entries} entries, in {}", folder.display()),
            End::Refused { why } => format!("REFUSED, what was there stays: {why}"),
            End::Failed { why } => format!("FAILED, what was there stays: {why}"),
        };
        writeln!(text, "{:12} {said}", source.list)?;
        if let End::New { notices, .. } = &end {
            for notice in notices.iter().take(NOTICES_SHOWN_MAX) {
                writeln!(text, "  {notice}")?;
            }
        }
        exit = match &end {
            End::Failed { .. } => Exit::Failed,
            End::Refused { .. } if exit == Exit::Yes => Exit::No,
            _ => exit,
        };
        outcomes.push(Outcome { list: source.list, folder, end });
    }
    out.answer(&serde_json::json!({ "lists": outcomes }), text)?;
    Ok(exit)
}

fn chosen(asked: &Fetch) -> Result<Vec<Source>> {
    if let (Some(url), Some(list)) = (&asked.url, &asked.list) {
        return Ok(vec![Source::at(list, url, asked.token_file.as_deref())?]);
    }
    let mirror = asked.mirror.as_deref();
    if asked.lists.is_empty() {
        return Ok(PUBLISHERS.iter().map(|publisher| Source::of(publisher, mirror)).collect());
    }
    let of = |code: &String| {
        let known = || PUBLISHERS.iter().map(|p| p.list).collect::<Vec<_>>().join(", ");
        PUBLISHERS
            .iter()
            .find(|p| p.list == code)
            .map(|publisher| Source::of(publisher, mirror))
            .with_context(|| {
                format!(
                    "`{code}` cannot be fetched; these can: {}; others with their address in --url",
                    known()
                )
            })
            .context(WrongInput)
    };
    asked.lists.iter().map(of).collect()
}

fn one(
    downloader: &Downloader,
    source: &Source,
    asked: &Fetch,
    folder: &Path,
    take: &mut impl FnMut(&Reading) -> Result<()>,
) -> Result<End> {
    take_back(folder)?;
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
    for (name, url) in &source.files {
        let held = before.files.get(name).filter(|_| folder.join(name).is_file());
        let of = if let Some(of) = download(downloader, url, name, held, &new.join(name))? {
            newer |= held.is_none_or(|held| held.sha256 != of.sha256);
            of
        } else {
            fs::copy(folder.join(name), new.join(name))?;
            held.cloned().unwrap_or_default()
        };
        remembered.files.insert(name.clone(), of);
        paths.push(new.join(name));
    }
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    if !newer {
        if asked.import {
            // The version in force, imported again, is confirmed: it is as young as this.
            let reading = read_files(&paths, Some(&source.list), None)?;
            if let Err(error) = take(&reading) {
                return refused_by_register(&new, error);
            }
        }
        fs::remove_dir_all(&new)?;
        return Ok(End::Unchanged);
    }
    let reading = match read_files(&paths, Some(&source.list), None) {
        Ok(reading) => reading,
        Err(error) => return refused(&new, error.to_string()),
    };
    let read = &reading.snapshot.header().list;
    if *read != source.list {
        return refused(&new, format!("what is there is the list `{read}`, not `{}`", source.list));
    }
    let follows = match there(source, folder)? {
        Some(there) => acceptable(Some(there.snapshot.header()), &reading)
            .and_then(|()| acceptable_after(&there.snapshot, &reading, &asked.without)),
        None => acceptable(None, &reading),
    };
    if let Err(refusal) = follows {
        return refused(&new, refusal.to_string());
    }
    if let Err(error) = take(&reading) {
        return refused_by_register(&new, error);
    }
    remembered.header = Some(reading.snapshot.header().clone());
    fs::write(new.join(REMEMBERED), serde_json::to_vec_pretty(&remembered)?)?;
    put_in_place(&new, folder)?;
    let files = remembered.files.into_iter().map(|(name, of)| (name, of.sha256)).collect();
    Ok(End::New { entries: reading.snapshot.header().entities, files, notices: notices(&reading) })
}

/// Where new files are gathered.
fn beside(folder: &Path) -> PathBuf {
    folder.with_extension("new")
}

/// Where what was there stands aside while new files take its place.
fn aside(folder: &Path) -> PathBuf {
    folder.with_extension("old")
}

/// A run that was stopped between setting the old files aside and putting the new ones in place has left none: the old ones are
/// what the next version is compared with, so they come back first.
fn take_back(folder: &Path) -> Result<()> {
    let old = aside(folder);
    if old.exists() && !folder.exists() {
        fs::rename(&old, folder).with_context(|| format!("cannot put {} back in place", folder.display()))?;
    }
    Ok(())
}

/// The list that is there, if there is one. Whatever it lacks, it is what a new version is compared with.
fn there(source: &Source, folder: &Path) -> Result<Option<Reading>> {
    let files = source.files.iter().map(|(name, _)| folder.join(name));
    let files: Vec<PathBuf> = files.filter(|file| file.is_file()).collect();
    if files.is_empty() {
        return Ok(None);
    }
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    read_files_without(&files, Some(&source.list), None, &Part::ALL).map(Some).with_context(|| {
        format!("what is there cannot be read to compare with; remove {} to begin anew", folder.display())
    })
}

fn refused(new: &Path, why: String) -> Result<End> {
    fs::remove_dir_all(new)?;
    Ok(End::Refused { why })
}

/// A list that the register refuses is refused; anything else that went wrong there is a failure.
fn refused_by_register(new: &Path, error: anyhow::Error) -> Result<End> {
    match error.downcast_ref::<RegisterError>() {
        Some(RegisterError::ListRefused { .. }) => refused(new, error.to_string()),
        _ => Err(error),
    }
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
    let old = aside(folder);
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
