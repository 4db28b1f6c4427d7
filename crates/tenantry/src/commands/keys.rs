//! `tenantry keys`: carrying out a change of keys that two people approved in the console.

use super::WrongInput;
use super::deployment::{self, create_root, operator};
use crate::cli::Keys;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use anyhow::{Context as _, Result};
use std::path::Path;
use tenantry_model::time::Date;

pub(super) fn run(file: Option<&Path>, asked: &Keys, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    match asked {
        Keys::RotateRoot { approval, to } => {
            let other = deployment::settings(Some(to), Vec::new())?;
            let root = create_root(&other.root_key)?;
            let keys = register.rotate_root(&operator(), *approval, root)?;
            let text = format!(
                "{keys} keys are wrapped under {} now\nuse {} from now on, then destroy {}",
                other.root_key.shown(),
                to.display(),
                config.root_key.shown(),
            );
            out.answer(&serde_json::json!({ "keys": keys, "root_key": other.root_key.shown() }), text)?;
        }
        Keys::RotateEpoch { approval, month, class } => {
            let first: Date =
                format!("{month}-01").parse().context("a month is written as 2026-11").context(WrongInput)?;
            let (year, month, _) = first.parts();
            let epoch = (i32::from(year) - 1970) * 12 + i32::from(month) - 1;
            let epoch = u32::try_from(epoch).context("there were no keys before 1970").context(WrongInput)?;
            let keys = register.rotate_epoch(&operator(), *approval, epoch, *class)?;
            out.answer(&serde_json::json!({ "keys": keys }), format!("{keys} keys are wrapped anew"))?;
        }
    }
    Ok(Exit::Yes)
}
