//! The program itself, as an operator types it.

use anyhow::{Context as _, Result, anyhow};
use clap::Parser as _;
use std::path::Path;
use std::process::{Command, Stdio};
use tenantry::cli::Cli;

/// What a command answered.
pub(super) struct Said {
    pub(super) code: Option<i32>,
    /// What it wrote, errors first.
    pub(super) text: String,
}

/// Runs a command in this process and folder.
pub(super) fn run_here(words: &[&str]) -> Result<()> {
    let cli = Cli::try_parse_from(["tenantry"].iter().chain(words))?;
    tenantry::commands::run(cli).map_err(|failure| anyhow!("{failure}"))?;
    Ok(())
}

/// Runs a command in a process of its own, in this folder.
pub(super) fn said_by(folder: &Path, words: &[&str]) -> Result<Said> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("program").args(words).current_dir(folder).env_clear().stdin(Stdio::null());
    let output = command.output().context("cannot start the program")?;
    let text = [output.stderr, output.stdout].concat();
    Ok(Said { code: output.status.code(), text: String::from_utf8_lossy(&text).trim().to_owned() })
}
