//! `tenantry config`: what applies, or everything that is wrong.

use super::deployment;
use crate::cli::Config as What;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::config::EXAMPLE;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn run(file: Option<&Path>, what: &What, out: Output) -> Result<Exit> {
    match what {
        What::Example => out.raw(EXAMPLE)?,
        What::Check => {
            let config = deployment::settings(file, Vec::new())?;
            let shown = config.shown();
            let lines: Vec<String> = shown.iter().map(|(key, value)| format!("{key:26} {value}")).collect();
            let settings: BTreeMap<&str, String> = shown.into_iter().collect();
            out.answer(&serde_json::json!({ "ok": true, "settings": settings }), lines.join("\n"))?;
        }
    }
    Ok(Exit::Yes)
}
