//! The configuration file as written: every key optional, every value with its place. Unknown keys are refused.
//!
//! Whether values make sense is decided in [`super::resolve`], where all of them are known.

use serde::Deserialize;
use toml::Spanned;

pub(super) type Text = Option<Spanned<String>>;
pub(super) type Texts = Option<Vec<Spanned<String>>>;
pub(super) type Number = Option<Spanned<i64>>;
pub(super) type Flag = Option<Spanned<bool>>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Raw {
    pub(super) data_folder: Text,
    pub(super) provider: Provider,
    pub(super) server: Server,
    pub(super) store: Store,
    pub(super) root_key: RootKey,
    pub(super) policy: Policy,
    pub(super) ledger: Ledger,
    pub(super) witnesses: Witnesses,
    pub(super) timestamps: Timestamps,
    pub(super) lists: Lists,
    pub(super) rate_limits: RateLimits,
    pub(super) webhooks: Webhooks,
    pub(super) logs: Logs,
    pub(super) sessions: Sessions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Provider {
    pub(super) name: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Server {
    pub(super) listen: Text,
    pub(super) public_url: Text,
    pub(super) trusted_proxies: Texts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Store {
    pub(super) sqlite: Text,
    pub(super) postgres: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RootKey {
    pub(super) file: Text,
    pub(super) unlock_file: Text,
    pub(super) passphrase: Text,
    pub(super) module: Text,
    pub(super) token: Text,
    pub(super) key: Text,
    pub(super) pin_file: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Policy {
    pub(super) pack: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Ledger {
    pub(super) lock: Text,
    pub(super) signer_socket: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Witnesses {
    pub(super) policy: Text,
    pub(super) alarm_minutes: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Timestamps {
    pub(super) urls: Texts,
    pub(super) roots: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Lists {
    pub(super) screen_against: Texts,
    pub(super) age_days_max: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RateLimits {
    pub(super) gate: Rate,
    pub(super) general: Rate,
    pub(super) anonymous: Rate,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rate {
    pub(super) per_second: Number,
    pub(super) burst: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Webhooks {
    pub(super) allow_private: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Logs {
    pub(super) format: Text,
    pub(super) level: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Sessions {
    pub(super) idle_minutes: Number,
    pub(super) absolute_hours: Number,
}
