//! Commands: each reads what it needs, calls one or a few use cases, and answers.
//!
//! On the command line the operator acts: whoever holds the root key and the database. Records say so by naming the system
//! job of setting up. What needs two people, or a person's reason, is not here but in the console.

mod admin;
mod apply;
mod backup;
mod compare;
mod config;
mod demo;
mod deployment;
mod fetch;
mod gate;
mod in_order;
mod init;
mod journal;
mod json_lines;
mod keys;
mod ledger;
mod lists;
mod new_origin;
mod orders;
mod retention;
mod screen;
mod serving;
mod signals;
mod two_people;
mod verify;
mod witness;

pub use journal::{FileJournal, attach as attach_journal};

use crate::cli::exit::Exit;
use crate::cli::output::{Form, Output};
use crate::cli::{Cli, Command};
use crate::config::ConfigError;
use anyhow::Context as _;
use clap::CommandFactory as _;
use serde::de::DeserializeOwned;
use std::fmt;
use std::io::Read as _;
use std::path::Path;
use tenantry_register::RegisterError;

/// Largest JSON file read, in bytes; that of a body of the HTTP API.
const BYTES_MAX: u64 = 1 << 20;

/// Why a command could not answer.
#[derive(Debug)]
pub struct Failure {
    /// The exit code it ends with.
    pub exit: Exit,
    error: anyhow::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

/// Something is wrong with what was asked, not with the system.
#[derive(Debug)]
struct WrongInput;

impl fmt::Display for WrongInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this input cannot be used")
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let asked = error.downcast_ref::<ConfigError>().is_some()
            || error.downcast_ref::<WrongInput>().is_some()
            || error.downcast_ref::<RegisterError>().is_some_and(is_about_input);
        Self { exit: if asked { Exit::Asked } else { Exit::Failed }, error }
    }
}

const fn is_about_input(error: &RegisterError) -> bool {
    matches!(
        error,
        RegisterError::Invalid { .. }
            | RegisterError::NotFound { .. }
            | RegisterError::Duplicate { .. }
            | RegisterError::State { .. }
            | RegisterError::ListRefused { .. }
    )
}

/// Runs the command that was typed.
pub fn run(cli: Cli) -> Result<Exit, Failure> {
    let out = Output::new(if cli.json { Form::Json } else { Form::Text });
    let config = cli.config.as_deref();
    let exit = match cli.command {
        Command::Demo(demo) => demo::run(&demo, out),
        Command::Serve(serve) => serving::run(config, &serve, out),
        Command::Init(init) => init::run(config, &init, out),
        Command::Migrate(migrate) => init::migrate(config, &migrate, out),
        Command::Lists(lists) => lists::run(config, &lists, out),
        Command::Screen(asked) => screen::run(&asked),
        Command::Compare(asked) => compare::run(&asked),
        Command::Apply(apply) => apply::run(config, &apply, out),
        Command::Gate(gate) => gate::run(config, &gate, out),
        Command::Orders(orders) => orders::run(config, &orders, out),
        Command::Hold(hold) => retention::hold(config, hold, out),
        Command::Erase(erase) => retention::erase(config, &erase, out),
        Command::Backup(backup) => backup::back_up(config, &backup, out),
        Command::Restore(restore) => backup::restore(config, &restore, out),
        Command::Keys(keys) => keys::run(config, &keys, out),
        Command::Ledger(ledger) => ledger::run(config, &ledger, out),
        Command::Evidence(evidence) => verify::build(config, &evidence, out),
        Command::Verify(verify) => verify::run(&verify, out),
        Command::Witness(asked) => witness::witness(&asked, out),
        Command::Signer(asked) => witness::signer(config, &asked, out),
        Command::Config(what) => config::run(config, &what, out),
        Command::Admin(admin) => admin::run(config, admin, out),
        Command::Openapi => serving::openapi(out),
        Command::Completions { shell } => completions(shell, out),
    };
    exit.map_err(Failure::from)
}

fn completions(shell: clap_complete::Shell, out: Output) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tenantry", &mut script);
    out.raw(&String::from_utf8(script).context("the completions are not text")?)?;
    Ok(Exit::Yes)
}

/// Reads a JSON file, or standard input for `-`, strictly: a key that is given twice or is unknown is refused.
fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > BYTES_MAX {
        anyhow::bail!("the file may have at most {BYTES_MAX} bytes");
    }
    tenantry_server::http::json::parse(&bytes).map_err(|problem| {
        let mut text = problem.code().as_str().to_owned();
        for error in problem.errors() {
            text.push_str("; ");
            text.push_str(&error.pointer);
            text.push_str(": ");
            text.push_str(&error.detail);
        }
        anyhow::Error::msg(text)
    })
}
