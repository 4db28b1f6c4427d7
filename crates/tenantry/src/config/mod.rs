//! Configuration: one TOML file, environment variables and options laid over it, parsed once into [`Config`].
//!
//! The order is option, variable, file, default. An unknown key or variable is an error, so that a spelling mistake cannot
//! switch off a safeguard, and every problem is reported at once with its line. Nothing here opens a store or a key.
//!
//! ```
//! use tenantry::config::Config;
//! let text = "[provider]\nname = \"Example Cloud\"\n[server]\nlisten = \"8080\"\n";
//! let error = Config::parse("tenantry.toml", text, &[]).unwrap_err();
//! assert!(error.to_string().contains("tenantry.toml:4: "));
//! ```

mod problem;
mod raw;
mod resolve;
mod settings;
mod source;

pub use problem::{ConfigError, Place, Problem};
pub use settings::{SIGNER_MEMORY, VARIABLE_PREFIX, keys_and_variables};
pub use source::Override;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The example file, with every setting and its default; `tenantry config example` prints it.
pub const EXAMPLE: &str = include_str!("../../tenantry.example.toml");

/// Everything a deployment decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where files are kept that are not named elsewhere.
    pub data_folder: PathBuf,
    /// Who the provider is.
    pub provider: Provider,
    /// Addresses.
    pub server: Server,
    /// The database.
    pub store: Store,
    /// The root of all keys.
    pub root_key: RootKey,
    /// The policy.
    pub pack: Pack,
    /// How the ledger is signed.
    pub ledger: Ledger,
    /// Who witnesses it.
    pub witnesses: Witnesses,
    /// Who dates it.
    pub timestamps: Timestamps,
    /// Watchlists.
    pub lists: Lists,
    /// How often callers may ask.
    pub rate_limits: RateLimits,
    /// Where webhooks may go.
    pub webhooks: WebhookTargets,
    /// Log output.
    pub logs: Logs,
    /// Console sessions.
    pub sessions: Sessions,
}

/// Who the provider is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Name shown to staff.
    pub name: String,
}

/// Addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Under which people and machines reach it, without a trailing slash.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// How the ledger is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// The file that remembers what was signed.
    pub lock: PathBuf,
    /// Where a signer in a process of its own answers; `None` when this process signs.
    pub signer_socket: Option<PathBuf>,
}

/// Who witnesses the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnesses {
    /// A C2SP tlog-policy file with witnesses and quorum; `None` when nobody witnesses.
    pub policy: Option<PathBuf>,
    /// Minutes without quorum after which that is an alarm.
    pub alarm_minutes: u32,
}

/// Who dates the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamps {
    /// URLs of time-stamp authorities, RFC 3161, each asked once a day.
    pub urls: Vec<String>,
    /// Their root certificates, PEM.
    pub roots: Option<PathBuf>,
}

/// The database.
#[derive(Clone, PartialEq, Eq)]
pub enum Store {
    /// Embedded, in one file.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// Where it is, with credentials; never printed.
        url: String,
    },
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Store {
    /// The store in words, without credentials.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite { path } => format!("SQLite, {}", path.display()),
            Self::Postgres { url } => format!("PostgreSQL, {}", without_credentials(url)),
        }
    }
}

/// What is after the credentials of an address, without parameters, which may hold a password, too.
fn without_credentials(url: &str) -> &str {
    let after =
        url.rsplit_once('@').map_or_else(|| url.split("://").last().unwrap_or_default(), |(_, after)| after);
    after.split('?').next().unwrap_or_default()
}

/// The root of all keys: a file with the encrypted root key, and what decrypts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootKey {
    /// The encrypted root key.
    pub file: PathBuf,
    /// What decrypts it.
    pub unlock: Unlock,
}

/// What decrypts the root key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unlock {
    /// A second file, best on another medium.
    File(PathBuf),
    /// A passphrase, asked for at start.
    Passphrase,
    /// Nothing: the root key is in a hardware module, which is reached through PKCS #11. There is no file.
    Token {
        /// The vendor's library.
        module: PathBuf,
        /// Label of the token.
        token: String,
        /// Label of the key on it.
        key: String,
        /// File with the PIN of the token's user.
        pin_file: PathBuf,
    },
}

impl RootKey {
    /// Where the root key is, in words.
    pub fn shown(&self) -> String {
        match &self.unlock {
            Unlock::File(path) => format!("{}, unlocked by {}", self.file.display(), path.display()),
            Unlock::Passphrase => format!("{}, unlocked by a passphrase", self.file.display()),
            Unlock::Token { module, token, key, .. } => {
                format!("key {key} of token {token}, through {}", module.display())
            }
        }
    }
}

/// The policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pack {
    /// The one that comes with the program: the proposal of January 2024.
    BuiltIn,
    /// One from a file.
    File(PathBuf),
}

/// Watchlists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists {
    /// Codes of the lists that must be there before anybody passes.
    pub screen_against: Vec<String>,
    /// Days after which a list counts as stale and answers become reviews.
    pub age_days_max: u32,
}

/// A sustained rate and how far it may be exceeded for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second.
    pub per_second: u32,
    /// Requests at once after a pause.
    pub burst: u32,
}

/// How often callers may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// Questions to the gate, per key.
    pub gate: Rate,
    /// Everything else, per key.
    pub general: Rate,
    /// Requests without credentials, per address.
    pub anonymous: Rate,
}

/// Where webhooks may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookTargets {
    /// Public addresses only.
    Public,
    /// Private and loopback addresses, too.
    PublicAndPrivate,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Lines for people.
    Text,
}

/// Log output, to standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logs {
    /// Form.
    pub format: LogFormat,
    /// Least severe level that is written: `error`, `warn`, `info`, `debug` or `trace`.
    pub level: &'static str,
}

/// Console sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sessions {
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub absolute_hours: u32,
}

impl Config {
    /// Reads the file at `path`, if one is given, and lays `overrides` over it.
    pub fn load(path: Option<&Path>, overrides: &[Override]) -> Result<Self, ConfigError> {
        let Some(path) = path else { return Self::parse("", "", overrides) };
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable { path: shown.clone(), reason: error.to_string() })?;
        Self::parse(&shown, &text, overrides)
    }

    /// Parses `text`, the content of `file` (its name appears in problems; empty for none), under `overrides`.
    pub fn parse(file: &str, text: &str, overrides: &[Override]) -> Result<Self, ConfigError> {
        let map = source::Map::new(file, text, overrides);
        let mut problems = Vec::new();
        let (raw, left_out) = source::read(&map, &mut problems);
        let base = Path::new(file).parent().unwrap_or_else(|| Path::new(""));
        let config = resolve::resolve(&raw, &left_out, base, &map, &mut problems);
        problems.sort();
        problems.dedup();
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(ConfigError::Wrong(problems)),
        }
    }

    /// What applies, as key and value in words, without secrets.
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        let joined = |words: Vec<String>| words.join(", ");
        let rate = |rate: Rate| format!("{} per second, {} at once", rate.per_second, rate.burst);
        vec![
            ("data_folder", self.data_folder.display().to_string()),
            ("provider.name", self.provider.name.clone()),
            ("server.listen", self.server.listen.to_string()),
            ("server.public_url", self.server.public_url.clone()),
            (
                "server.trusted_proxies",
                joined(self.server.trusted_proxies.iter().map(ToString::to_string).collect()),
            ),
            ("store", self.store.shown()),
            ("root_key", self.root_key.shown()),
            (
                "policy.pack",
                match &self.pack {
                    Pack::BuiltIn => "built in: eo13984-nprm-2024".to_owned(),
                    Pack::File(path) => path.display().to_string(),
                },
            ),
            ("lists.screen_against", joined(self.lists.screen_against.clone())),
            ("lists.age_days_max", self.lists.age_days_max.to_string()),
            ("rate_limits.gate", rate(self.rate_limits.gate)),
            ("rate_limits.general", rate(self.rate_limits.general)),
            ("rate_limits.anonymous", rate(self.rate_limits.anonymous)),
            ("webhooks.allow_private", (self.webhooks == WebhookTargets::PublicAndPrivate).to_string()),
            ("logs.format", if self.logs.format == LogFormat::Json { "json" } else { "text" }.to_owned()),
            ("logs.level", self.logs.level.to_owned()),
            ("sessions.idle_minutes", self.sessions.idle_minutes.to_string()),
            ("sessions.absolute_hours", self.sessions.absolute_hours.to_string()),
        ]
    }
}
