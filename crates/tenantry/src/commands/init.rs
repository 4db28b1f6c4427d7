//! `tenantry init` and `tenantry migrate`: before a deployment can serve.

use super::deployment::{self, create_root, login_url, open_store, surroundings};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::{Init, Migrate};
use crate::config::{Config, Pack};
use anyhow::{Context as _, Result};
use std::path::Path;
use tenantry_model::staff::Role;
use tenantry_register::people::NewStaff;
use tenantry_register::{Register, RegisterError, SetUp};
use tenantry_store::{MIGRATIONS, StoreExt as _};

/// The pack that comes with the program.
pub(super) const BUILT_IN_PACK: &str = include_str!("../../../../packs/eo13984-nprm-2024.toml");

pub(super) fn run(file: Option<&Path>, init: &Init, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    std::fs::create_dir_all(&config.data_folder)
        .with_context(|| format!("cannot create the data folder {}", config.data_folder.display()))?;
    let pack = pack(&config)?;
    let store = open_store(&config.store)?;
    store.migrate(MIGRATIONS)?;
    if Register::is_set_up(&store)? {
        return Err(RegisterError::Duplicate { what: "deployment", field: "store" }.into());
    }
    let root = create_root(&config.root_key)?;
    let (clock, entropy) = surroundings();
    let register =
        Register::set_up(store, root, clock, entropy, SetUp { origin: init.origin.clone(), pack })?;
    let call = deployment::operator();
    let new = NewStaff { login: init.admin.clone(), name: init.name.clone(), role: Role::Administrator };
    let id = register.add_staff(&call, new)?;
    let link = login_url(&config.server.public_url, &register.login_link(&call, id)?);
    let text = format!(
        "set up: {}\nroot key {}: back it up away from the database\nfirst administrator {id}\n\
         log-in link, works once after `tenantry serve`: {link}",
        config.store.shown(),
        config.root_key.shown(),
    );
    let answer = serde_json::json!({ "staff": id, "login_link": link, "root_key": config.root_key.shown() });
    out.answer(&answer, text)?;
    Ok(Exit::Yes)
}

pub(super) fn migrate(file: Option<&Path>, migrate: &Migrate, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let store = open_store(&config.store)?;
    if migrate.check {
        let due = store.check_schema(MIGRATIONS).err().map(|error| error.to_string());
        let text = due.clone().unwrap_or_else(|| "the schema is this version's".to_owned());
        out.answer(&serde_json::json!({ "up_to_date": due.is_none(), "due": due }), text)?;
        return Ok(if due.is_none() { Exit::Yes } else { Exit::No });
    }
    let report = store.migrate(MIGRATIONS)?;
    let text = if report.before == report.after {
        format!("the schema is this version's ({})", report.after)
    } else {
        format!("migrated from {} to {}", report.before, report.after)
    };
    out.answer(&serde_json::json!({ "before": report.before, "after": report.after }), text)?;
    Ok(Exit::Yes)
}

fn pack(config: &Config) -> Result<String> {
    match &config.pack {
        Pack::BuiltIn => Ok(BUILT_IN_PACK.to_owned()),
        Pack::File(path) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the policy pack {}", path.display())),
    }
}
