//! `tenantry lists import-signals`.

use super::{WrongInput, deployment};
use crate::cli::SignalFiles;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use tenantry_lists::limits::SIGNAL_BYTES_MAX;
use tenantry_lists::{SignalFile, read_signal_list};
use tenantry_signals::Naming;

/// Most notices shown to people; JSON has all of them.
const NOTICES_SHOWN_MAX: usize = 20;

pub(super) fn import(file: Option<&Path>, asked: &SignalFiles, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    let mut files = Vec::with_capacity(asked.files.len());
    for path in &asked.files {
        let mut bytes = Vec::new();
        let opened = File::open(path).with_context(|| format!("cannot read {}", path.display()));
        // One byte more than a list may have is enough to see that it has too many.
        opened.context(WrongInput)?.take(SIGNAL_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        files.push((name, bytes));
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let naming = Naming {
        list: asked.code.clone(),
        source: asked.source.clone().unwrap_or_else(|| names.join(", ")),
        published_on: asked.published_on,
    };
    let files: Vec<SignalFile<'_>> = files.iter().map(|(name, bytes)| SignalFile { name, bytes }).collect();
    let reading =
        read_signal_list(asked.kind, naming, &files).map_err(anyhow::Error::from).context(WrongInput)?;
    let imported = register.import_signals(&deployment::operator(), &reading, &asked.without)?;
    let mut text = String::new();
    if imported.unchanged {
        writeln!(
            text,
            "{}: this version is in force already and confirmed as of now",
            imported.header.version()
        )?;
    } else {
        let before =
            imported.entries_before.map_or_else(|| "the first".to_owned(), |n| format!("{n} before"));
        writeln!(text, "{}: {} entries, {before}", imported.header.version(), imported.header.entries)?;
    }
    for notice in imported.notices.iter().take(NOTICES_SHOWN_MAX) {
        writeln!(text, "  {notice}")?;
    }
    out.answer(&imported, text)?;
    Ok(Exit::Yes)
}
