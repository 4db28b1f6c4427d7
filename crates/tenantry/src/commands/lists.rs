//! `tenantry lists`: fetch, import, pack, show, compare.

use super::{WrongInput, deployment, fetch};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::{Fetch, ListFiles, Lists};
use anyhow::{Context as _, Result};
use serde::Serialize;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use tenantry_lists::{
    Change, FieldChange, OwnMapping, Part, Reading, diff, read_files_without, read_own_csv,
};
use tenantry_model::listed::SnapshotHeader;
use tenantry_model::time::Date;

/// Most notices shown to people; JSON has all of them.
const NOTICES_SHOWN_MAX: usize = 20;
/// Bytes of a file that are looked at to tell a delta.
const HEAD_BYTES: u64 = 64 << 10;

pub(super) fn run(file: Option<&Path>, lists: &Lists, out: Output) -> Result<Exit> {
    match lists {
        Lists::Import(files) => import(file, files, out),
        Lists::ImportSignals(files) => super::signals::import(file, files, out),
        Lists::Fetch(asked) => fetch(file, asked, out),
        Lists::Pack { list, output } => pack(list, output, out),
        Lists::List => list(file, out),
        Lists::Diff { old, new } => compare(old, new, out),
    }
}

fn fetch(file: Option<&Path>, asked: &Fetch, out: Output) -> Result<Exit> {
    if !asked.import {
        return fetch::run(asked, out, |_| Ok(()));
    }
    let register = deployment::open(&deployment::settings(file, Vec::new())?)?;
    fetch::run(asked, out, |reading| {
        register.import_list(&deployment::operator(), reading, &asked.without)?;
        Ok(())
    })
}

fn import(file: Option<&Path>, files: &ListFiles, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    let reading = match (files.files.as_slice(), &files.code) {
        ([delta], Some(list)) if is_delta(delta)? => {
            let base = register.list_in_force(&deployment::operator(), list)?;
            let input = File::open(delta).with_context(|| format!("cannot read {}", delta.display()))?;
            tenantry_lists::apply_ftm_delta(&base, files.published_on, input).context(WrongInput)?
        }
        _ => read_list(files)?,
    };
    let imported = register.import_list(&deployment::operator(), &reading, &files.without)?;
    let mut text = format!("{} of {}: ", imported.header.title, published(imported.header.published_on));
    if imported.unchanged {
        text.push_str("this version is in force already and confirmed as of now\n");
    } else {
        let (entries, added, removed) = (imported.header.entities, imported.added, imported.removed);
        writeln!(text, "{entries} entries, {added} added, {removed} removed, {} changed", imported.changed)?;
    }
    for notice in imported.notices.iter().take(NOTICES_SHOWN_MAX) {
        writeln!(text, "  {notice}")?;
    }
    out.answer(&imported, text)?;
    Ok(Exit::Yes)
}

/// What was wrong in the files of a list, as file, line and why.
pub(super) fn notices(reading: &Reading) -> Vec<String> {
    reading.notices.iter().map(|n| format!("{}:{}: {}", n.file, n.line, n.why)).collect()
}

/// Tells people on standard error what was wrong in the files of a list.
pub(super) fn tell(list: &Path, notices: &[String]) -> io::Result<()> {
    let mut err = io::stderr().lock();
    for notice in notices.iter().take(NOTICES_SHOWN_MAX) {
        writeln!(err, "{}: {notice}", list.display())?;
    }
    match notices.len().saturating_sub(NOTICES_SHOWN_MAX) {
        0 => Ok(()),
        more => writeln!(err, "{}: and {more} more", list.display()),
    }
}

/// What was packed.
#[derive(Serialize)]
struct Packed<'a> {
    #[serde(flatten)]
    header: &'a SnapshotHeader,
    notices: &'a [String],
}

fn pack(files: &ListFiles, output: &Path, out: Output) -> Result<Exit> {
    let reading = read_list(files)?;
    tenantry_lists::acceptable(None, &reading).context("the list is refused").context(WrongInput)?;
    let mut target =
        File::create_new(output).with_context(|| format!("cannot create {}", output.display()))?;
    target.write_all(&reading.snapshot.pack())?;
    target.sync_all()?;
    let (header, notices) = (reading.snapshot.header(), notices(&reading));
    tell(output, &notices)?;
    let text = format!("{}: {}, {} entries", output.display(), header.title, header.entities);
    out.answer(&Packed { header, notices: &notices }, text)?;
    Ok(Exit::Yes)
}

fn list(file: Option<&Path>, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let lists = deployment::open(&config)?.lists(&deployment::operator())?;
    let mut text = String::new();
    for snapshot in &lists.in_force {
        let header = &snapshot.header;
        let published = published(header.published_on);
        writeln!(
            text,
            "{:10} {:7} entries, of {published}, imported {}, confirmed {}",
            header.list, header.entities, snapshot.imported_at, snapshot.confirmed_at
        )?;
    }
    for list in &lists.signal_lists.in_force {
        let header = &list.header;
        let published = published(header.published_on);
        writeln!(
            text,
            "{:10} {:7} entries, of {published}, imported {}, confirmed {}, {}",
            header.list, header.entries, list.imported_at, list.confirmed_at, header.kind
        )?;
    }
    for list in &lists.signal_lists.unreadable {
        writeln!(
            text,
            "the signal list {list} cannot be read; import it again: whoever is assessed meanwhile is reviewed"
        )?;
    }
    if lists.in_force.is_empty() {
        text.push_str("no list is in force; `tenantry lists import` brings one\n");
    }
    for trouble in &lists.troubles {
        writeln!(text, "{trouble}: whoever is screened meanwhile is reviewed")?;
    }
    out.answer(&lists, text)?;
    Ok(Exit::Yes)
}

fn compare(old: &Path, new: &Path, out: Output) -> Result<Exit> {
    // Nobody is screened against what is compared here, so that one file of a set will do.
    let read = |path: &Path| -> Result<(Reading, Vec<String>)> {
        let reading = read(&[path.to_path_buf()], None, None, &Part::ALL)?;
        let notices = notices(&reading);
        tell(path, &notices)?;
        Ok((reading, notices))
    };
    let ((old, old_notices), (new, new_notices)) = (read(old)?, read(new)?);
    let changes = diff(&old.snapshot, &new.snapshot);
    let (mut text, mut shown) = (String::new(), Vec::new());
    let none: &[FieldChange] = &[];
    for change in &changes {
        let (word, caption, fields) = match change {
            Change::Added(entity) => ("added", entity.caption(), none),
            Change::Removed(entity) => ("removed", entity.caption(), none),
            Change::Changed { caption, fields, .. } => ("changed", caption.as_str(), fields.as_slice()),
        };
        writeln!(text, "{word:8} {} {caption}", change.id())?;
        let mut by_field = Vec::new();
        for field in fields {
            for (sign, values) in [('-', &field.removed), ('+', &field.added)] {
                for value in values {
                    writeln!(text, "    {sign} {}: {value}", field.field)?;
                }
            }
            let FieldChange { field, removed, added } = field;
            by_field.push(serde_json::json!({ "field": field, "removed": removed, "added": added }));
        }
        shown.push(
            serde_json::json!({ "id": change.id(), "change": word, "caption": caption, "fields": by_field }),
        );
    }
    writeln!(text, "{} entries differ", changes.len())?;
    let notices = serde_json::json!({ "old": old_notices, "new": new_notices });
    out.answer(&serde_json::json!({ "changes": shown, "notices": notices }), text)?;
    Ok(if changes.is_empty() { Exit::Yes } else { Exit::No })
}

/// The list that the files make, by the mapping where one is given.
fn read_list(files: &ListFiles) -> Result<Reading> {
    let Some(mapping) = &files.mapping else {
        return read(&files.files, files.code.as_deref(), files.published_on, &files.without);
    };
    let [file] = files.files.as_slice() else {
        anyhow::bail!(anyhow::anyhow!("a mapping is of one file").context(WrongInput));
    };
    let text = std::fs::read_to_string(mapping)
        .with_context(|| format!("cannot read {}", mapping.display()))
        .context(WrongInput)?;
    let mapping: OwnMapping = text.parse().map_err(anyhow::Error::from).context(WrongInput)?;
    let input =
        File::open(file).with_context(|| format!("cannot read {}", file.display())).context(WrongInput)?;
    read_own_csv(&mapping, files.published_on, input).map_err(anyhow::Error::from).context(WrongInput)
}

/// Whether a file is a FollowTheMoney delta.
fn is_delta(path: &Path) -> Result<bool> {
    let file =
        File::open(path).with_context(|| format!("cannot read {}", path.display())).context(WrongInput)?;
    let mut head = String::new();
    BufReader::new(file.take(HEAD_BYTES)).read_line(&mut head).context(WrongInput)?;
    Ok(head.contains("\"op\"") && head.contains("\"entity\""))
}

fn read(
    files: &[PathBuf],
    code: Option<&str>,
    published_on: Option<Date>,
    without: &[Part],
) -> Result<Reading> {
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    read_files_without(&paths, code, published_on, without).map_err(anyhow::Error::from).context(WrongInput)
}

fn published(on: Option<Date>) -> String {
    on.map_or_else(|| "unknown date".to_owned(), |date| date.to_string())
}
