//! From configuration to an open register: settings, store, root key.

use super::{WrongInput, backup, journal};
use crate::cli::output::hex;
use crate::config::{
    Config, Override, RootKey as RootKeySettings, Store as StoreSettings, Unlock as UnlockSettings,
};
use crate::system::{self, SystemClock};
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tenantry_mapped::MappedFolder;
use tenantry_model::clock::Clock;
use tenantry_model::random::Entropy;
use tenantry_model::staff::{Actor, Job};
use tenantry_register::erasure::Replayed;
use tenantry_register::rules::{ListRules, Rules, SessionRules};
use tenantry_register::{Call, Register, RegisterError, Signing};
use tenantry_store::{MIGRATIONS, Store, StoreExt as _};
use tenantry_store_postgres::{PostgresOptions, PostgresStore};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_vault::{
    RootKey, SealedFile, StretchCost, SystemEntropy, TokenKey, TokenRoot, Unlock, create_key_file,
    read_key_file, read_pin,
};
use tenantry_witness::WitnessClient;

/// The file that is read when none is named.
const DEFAULT_FILE: &str = "tenantry.toml";
/// Folder of prepared screening indexes, in the data folder. It may be deleted at any time.
const SHELF: &str = "screening";
/// Fewest characters of a passphrase.
const PASSPHRASE_LENGTH_MIN: usize = 12;

/// The configuration that applies: the named file, else `tenantry.toml` if there is one, under the environment.
pub(super) fn settings(file: Option<&Path>, options: Vec<Override>) -> Result<Config> {
    let here = PathBuf::from(DEFAULT_FILE);
    let file = file.map(Path::to_path_buf).or_else(|| here.exists().then_some(here));
    let (mut overrides, problems) = Override::from_variables(system::variables());
    // Later ones stand above earlier ones.
    overrides.extend(options);
    match Config::load(file.as_deref(), &overrides) {
        Ok(config) if problems.is_empty() => Ok(config),
        Ok(_) => Err(crate::config::ConfigError::Wrong(problems).into()),
        Err(crate::config::ConfigError::Wrong(mut found)) => {
            found.extend(problems);
            Err(crate::config::ConfigError::Wrong(found).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The call of whoever holds the machine.
pub(super) const fn operator() -> Call {
    Call::by(Actor::System { job: Job::CommandLine })
}

/// Opens the configured deployment. Refuses a schema that is not this version's.
pub(super) fn open(config: &Config) -> Result<Register> {
    Ok(open_and_replay(config)?.0)
}

/// The same, to serve: first every witness is asked, because one may know a larger or another ledger. One that cannot be reached
/// keeps nobody from serving.
pub(super) fn open_to_serve(config: &Config) -> Result<Register> {
    let register = open_with(config, signing(config))?;
    match register.ask_every_witness(&Call::by(Actor::System { job: Job::Checkpoints })) {
        Err(RegisterError::Unwitnessed { reason }) => {
            tracing::warn!(reason, "the newest checkpoint lacks cosignatures");
        }
        other => drop(other?),
    }
    journal::attach(&register, &config.data_folder)?;
    if let StoreSettings::Sqlite { path } = &config.store {
        for file in backup::set_aside_before(path) {
            tracing::warn!(file = %file.display(), "a database set aside by a restore keeps the keys of what was erased since; delete it");
        }
    }
    Ok(register)
}

/// The same, and what its erasure journal made it erase again.
pub(super) fn open_and_replay(config: &Config) -> Result<(Register, Replayed)> {
    let register = open_with(config, signing(config))?;
    let replayed = journal::attach(&register, &config.data_folder)?;
    Ok((register, replayed))
}

/// Who signs for this deployment.
fn signing(config: &Config) -> Signing {
    match &config.ledger.signer_socket {
        Some(socket) => Signing::Process(socket.clone()),
        None => Signing::Remembering(config.ledger.lock.clone()),
    }
}

/// Opens the deployment with this signer, and does nothing else.
pub(super) fn open_with(config: &Config, signing: Signing) -> Result<Register> {
    let store = open_store(&config.store)?;
    store
        .check_schema(MIGRATIONS)
        .context("the store has another schema; `tenantry migrate --check` tells")?;
    let root = open_root(&config.root_key)?;
    let (clock, entropy) = surroundings();
    let shelf = shelf(&config.data_folder);
    let register = Register::open_signing(store, root, clock, entropy, shelf, signing)?;
    if let Some(path) = &config.witnesses.policy {
        let policy = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the policy of witnesses {}", path.display()))?;
        register.set_witnesses(
            &policy,
            Arc::new(WitnessClient::default()),
            config.witnesses.alarm_minutes,
        )?;
    }
    register.go_by(rules(config));
    Ok(register)
}

/// Where prepared screening indexes lie.
pub(super) fn shelf(data_folder: &Path) -> Arc<MappedFolder> {
    Arc::new(MappedFolder::new(data_folder.join(SHELF)))
}

/// The rules of the register, as configured.
fn rules(config: &Config) -> Rules {
    Rules {
        lists: ListRules {
            required: config.lists.screen_against.clone(),
            age_days_max: Some(config.lists.age_days_max),
        },
        sessions: SessionRules {
            idle_minutes: config.sessions.idle_minutes,
            absolute_hours: config.sessions.absolute_hours,
        },
    }
}

/// Clock and randomness of the machine.
pub(super) fn surroundings() -> (Arc<dyn Clock>, Arc<dyn Entropy>) {
    (Arc::new(SystemClock), Arc::new(SystemEntropy))
}

/// Opens the configured database.
pub(super) fn open_store(store: &StoreSettings) -> Result<Arc<dyn Store>> {
    Ok(match store {
        StoreSettings::Sqlite { path } => {
            let prepared = backup::restoring(path);
            if !path.exists() && prepared.exists() {
                anyhow::bail!(
                    "{} is missing, and {} is ready to stand in its place: a restore was interrupted. Run \
                     `tenantry restore` once more, or move back what it set aside beside it",
                    path.display(),
                    prepared.display()
                );
            }
            let opened = SqliteStore::open(path, &SqliteOptions::default());
            Arc::new(opened.with_context(|| format!("cannot open {}", path.display()))?)
        }
        StoreSettings::Postgres { url } => {
            let opened = PostgresStore::open(&PostgresOptions::new(url.clone()));
            Arc::new(opened.with_context(|| format!("cannot open {}", store.shown()))?)
        }
    })
}

/// Opens the root key, asking for the passphrase if that is what unlocks it.
pub(super) fn open_root(settings: &RootKeySettings) -> Result<Arc<dyn RootKey>> {
    let root = match &settings.unlock {
        UnlockSettings::File(path) => {
            let key = read_key_file(path)?;
            SealedFile::open(&settings.file, Unlock::KeyFile(&key))?
        }
        UnlockSettings::Passphrase => {
            let passphrase = rpassword::prompt_password("Passphrase of the root key: ")?;
            SealedFile::open(&settings.file, Unlock::Passphrase(&passphrase))?
        }
        UnlockSettings::Token { module, token, key, pin_file } => {
            let pin = read_pin(pin_file)?;
            return Ok(Arc::new(TokenRoot::open(&TokenKey { module, token, label: key, pin: &pin })?));
        }
    };
    Ok(Arc::new(root))
}

/// Makes a root key and what unlocks it. Never overwrites either.
pub(super) fn create_root(settings: &RootKeySettings) -> Result<Arc<dyn RootKey>> {
    let cost = StretchCost::default();
    let root = match &settings.unlock {
        UnlockSettings::File(path) => {
            let key = create_key_file(path, &SystemEntropy)?;
            SealedFile::create(&settings.file, Unlock::KeyFile(&key), cost, &SystemEntropy)?
        }
        UnlockSettings::Passphrase => {
            let passphrase = rpassword::prompt_password("New passphrase of the root key: ")?;
            if passphrase.chars().count() < PASSPHRASE_LENGTH_MIN {
                let short = format!("a passphrase has {PASSPHRASE_LENGTH_MIN} characters or more");
                return Err(anyhow::Error::msg(short).context(WrongInput));
            }
            if rpassword::prompt_password("The same again: ")? != passphrase {
                return Err(anyhow::Error::msg("the two passphrases differ").context(WrongInput));
            }
            SealedFile::create(&settings.file, Unlock::Passphrase(&passphrase), cost, &SystemEntropy)?
        }
        UnlockSettings::Token { module, token, key, pin_file } => {
            let pin = read_pin(pin_file)?;
            return Ok(Arc::new(TokenRoot::create(&TokenKey { module, token, label: key, pin: &pin })?));
        }
    };
    Ok(Arc::new(root))
}

/// The address of a one-time log-in link.
pub(super) fn login_url(base: &str, token: &[u8; 32]) -> String {
    format!("{base}/console/login/link?token={}", hex(token))
}
