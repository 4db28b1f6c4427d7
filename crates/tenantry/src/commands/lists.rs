//! `tenantry lists`: import, show, compare.

use super::{WrongInput, deployment};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::{ListFiles, Lists};
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tenantry_lists::{Change, Reading, diff, read_files};
use tenantry_model::time::Date;

/// Most notices shown to people; JSON has all of them.
const NOTICES_SHOWN_MAX: usize = 20;

pub(super) fn run(file: Option<&Path>, lists: &Lists, out: Output) -> Result<Exit> {
    match lists {
        Lists::Import(files) => import(file, files, out),
        Lists::List => list(file, out),
        Lists::Diff { old, new } => compare(old, new, out),
    }
}

fn import(file: Option<&Path>, files: &ListFiles, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let reading = read(&files.files, files.code.as_deref(), files.published_on)?;
    let register = deployment::open(&config)?;
    let imported = register.import_list(&deployment::operator(), &reading)?;
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
    let read = |path: &Path| read(&[path.to_path_buf()], None, None);
    let changes = diff(&read(old)?.snapshot, &read(new)?.snapshot);
    let (mut text, mut shown) = (String::new(), Vec::new());
    for change in &changes {
        let (word, caption, fields) = match change {
            Change::Added(entity) => ("added", entity.caption(), String::new()),
            Change::Removed(entity) => ("removed", entity.caption(), String::new()),
            Change::Changed { caption, fields, .. } => {
                let fields: Vec<&str> = fields.iter().map(|f| f.field.as_str()).collect();
                ("changed", caption.as_str(), fields.join(", "))
            }
        };
        writeln!(text, "{word:8} {} {caption} {fields}", change.id())?;
        shown.push(
            serde_json::json!({ "id": change.id(), "change": word, "caption": caption, "fields": fields }),
        );
    }
    writeln!(text, "{} entries differ", changes.len())?;
    out.answer(&serde_json::json!({ "changes": shown }), text)?;
    Ok(if changes.is_empty() { Exit::Yes } else { Exit::No })
}

fn read(files: &[PathBuf], code: Option<&str>, published_on: Option<Date>) -> Result<Reading> {
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    read_files(&paths, code, published_on).map_err(anyhow::Error::from).context(WrongInput)
}

fn published(on: Option<Date>) -> String {
    on.map_or_else(|| "unknown date".to_owned(), |date| date.to_string())
}
