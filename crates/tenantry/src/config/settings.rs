//! Every setting by name, so that each can be given by an environment variable, too.

/// What kind of value a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// Texts; in an environment variable separated by commas.
    Texts,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
}

/// A setting: its key in the file, sections joined by dots, and its kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) key: &'static str,
    pub(super) kind: Kind,
}

const fn of(key: &'static str, kind: Kind) -> Setting {
    Setting { key, kind }
}

/// All settings, in the order of the example file.
pub(super) const SETTINGS: &[Setting] = &[
    of("data_folder", Kind::Text),
    of("provider.name", Kind::Text),
    of("server.listen", Kind::Text),
    of("server.public_url", Kind::Text),
    of("server.trusted_proxies", Kind::Texts),
    of("store.sqlite", Kind::Text),
    of("store.postgres", Kind::Text),
    of("root_key.file", Kind::Text),
    of("root_key.unlock_file", Kind::Text),
    of("root_key.passphrase", Kind::Text),
    of("root_key.module", Kind::Text),
    of("root_key.token", Kind::Text),
    of("root_key.key", Kind::Text),
    of("root_key.pin_file", Kind::Text),
    of("policy.pack", Kind::Text),
    of("ledger.lock", Kind::Text),
    of("ledger.signer_socket", Kind::Text),
    of("witnesses.policy", Kind::Text),
    of("witnesses.alarm_minutes", Kind::Number),
    of("timestamps.urls", Kind::Texts),
    of("timestamps.roots", Kind::Text),
    of("lists.screen_against", Kind::Texts),
    of("lists.age_days_max", Kind::Number),
    of("rate_limits.gate.per_second", Kind::Number),
    of("rate_limits.gate.burst", Kind::Number),
    of("rate_limits.general.per_second", Kind::Number),
    of("rate_limits.general.burst", Kind::Number),
    of("rate_limits.anonymous.per_second", Kind::Number),
    of("rate_limits.anonymous.burst", Kind::Number),
    of("webhooks.allow_private", Kind::Flag),
    of("logs.format", Kind::Text),
    of("logs.level", Kind::Text),
    of("sessions.idle_minutes", Kind::Number),
    of("sessions.absolute_hours", Kind::Number),
];

/// What every variable of ours begins with.
pub const VARIABLE_PREFIX: &str = "TENANTRY_";

/// The file in the data folder by which the signer remembers, unless set otherwise.
pub const SIGNER_MEMORY: &str = "checkpoint.lock";

/// Variables of ours that are not settings: the place of the configuration file itself.
pub(super) const OTHER_VARIABLES: [&str; 1] = ["TENANTRY_CONFIG"];

impl Setting {
    /// The environment variable, for example `TENANTRY_STORE_POSTGRES` for `store.postgres`.
    pub(super) fn variable(self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.key.replace('.', "_").to_uppercase())
    }
}

/// The keys and environment variables of all settings.
pub fn keys_and_variables() -> impl Iterator<Item = (&'static str, String)> {
    SETTINGS.iter().map(|setting| (setting.key, setting.variable()))
}
