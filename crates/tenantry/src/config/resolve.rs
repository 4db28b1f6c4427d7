//! From what is written to what applies: defaults, parsing of each value, and what must fit together.

use super::problem::{Place, Problem};
use super::raw::{self, Number, Raw, Text, Texts};
use super::settings::SIGNER_MEMORY;
use super::source::Map;
use super::{
    Config, Ledger, Lists, LogFormat, Logs, Pack, Provider, Rate, RateLimits, RootKey, Server, Sessions,
    Store, Timestamps, Unlock, WebhookTargets, Witnesses,
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Most requests per second or at once that can be allowed.
const RATE_MAX: i64 = 1_000_000;
/// Where the server listens unless told otherwise: this machine only.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// Longest code of a list, characters.
const LIST_CODE_CHARS_MAX: usize = 100;
/// The levels of the log, least first.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// What applies; `None` when something without a default is missing. Keys in `left_out` were refused already. Paths are
/// taken from `base` on.
pub(super) fn resolve(
    raw: &Raw,
    left_out: &[String],
    base: &Path,
    map: &Map<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Config> {
    let mut reader = Reader { map, left_out, base, problems };
    let data_folder = reader.path(&raw.data_folder).unwrap_or_else(|| base.join("tenantry-data"));
    let provider = reader.provider(&raw.provider);
    let server = reader.server(&raw.server);
    let store = reader.store(&raw.store, &data_folder);
    let root_key = reader.root_key(&raw.root_key, &data_folder);
    let pack = reader.path(&raw.policy.pack).map_or(Pack::BuiltIn, Pack::File);
    let ledger = Ledger {
        lock: reader.path(&raw.ledger.lock).unwrap_or_else(|| data_folder.join(SIGNER_MEMORY)),
        signer_socket: reader.path(&raw.ledger.signer_socket),
    };
    let witnesses = Witnesses {
        policy: reader.path(&raw.witnesses.policy),
        alarm_minutes: reader.number("witnesses.alarm_minutes", &raw.witnesses.alarm_minutes, 1..=10_080, 15),
    };
    let timestamps = reader.timestamps(&raw.timestamps);
    let lists = reader.lists(&raw.lists);
    let rate_limits = RateLimits {
        gate: reader.rate(
            "rate_limits.gate",
            &raw.rate_limits.gate,
            Rate { per_second: 50_000, burst: 50_000 },
        ),
        general: reader.rate(
            "rate_limits.general",
            &raw.rate_limits.general,
            Rate { per_second: 4_000, burst: 8_000 },
        ),
        anonymous: reader.rate(
            "rate_limits.anonymous",
            &raw.rate_limits.anonymous,
            Rate { per_second: 50, burst: 300 },
        ),
    };
    let webhooks = match &raw.webhooks.allow_private {
        Some(allowed) if *allowed.get_ref() => WebhookTargets::PublicAndPrivate,
        _ => WebhookTargets::Public,
    };
    let logs = reader.logs(&raw.logs);
    let sessions = reader.sessions(&raw.sessions);
    Some(Config {
        data_folder,
        provider: provider?,
        server,
        store,
        root_key,
        pack,
        ledger,
        witnesses,
        timestamps,
        lists,
        rate_limits,
        webhooks,
        logs,
        sessions,
    })
}

struct Reader<'r, 't> {
    map: &'r Map<'t>,
    left_out: &'r [String],
    base: &'r Path,
    problems: &'r mut Vec<Problem>,
}

impl Reader<'_, '_> {
    fn refuse<T>(&mut self, value: &Spanned<T>, message: impl Into<String>) {
        self.problems.push(Problem::new(self.map.place(&value.span()), message));
    }

    fn missing(&mut self, message: &str) {
        let refused = |key: &String| message.contains(&format!(".{key} is missing"));
        if self.left_out.iter().any(refused) {
            return;
        }
        let place: Place = self.map.whole();
        self.problems.push(Problem::new(place, message));
    }

    fn path(&mut self, text: &Text) -> Option<PathBuf> {
        let text = text.as_ref()?;
        if text.get_ref().trim().is_empty() {
            self.refuse(text, "a path is empty; leave the key out for the default");
            return None;
        }
        Some(self.base.join(text.get_ref()))
    }

    fn word<T: std::str::FromStr>(&mut self, text: &Spanned<String>, example: &str) -> Option<T> {
        let parsed = text.get_ref().trim().parse().ok();
        if parsed.is_none() {
            self.refuse(text, format!("`{}` does not fit here; write for example {example}", text.get_ref()));
        }
        parsed
    }

    fn words<T: std::str::FromStr>(&mut self, texts: &Texts, example: &str) -> Vec<T> {
        texts.iter().flatten().filter_map(|text| self.word(text, example)).collect()
    }

    fn number(&mut self, key: &str, number: &Number, allowed: RangeInclusive<i64>, default: u32) -> u32 {
        let Some(number) = number else { return default };
        if !allowed.contains(number.get_ref()) {
            self.refuse(number, format!("{key} lies between {} and {}", allowed.start(), allowed.end()));
        }
        u32::try_from(*number.get_ref()).unwrap_or(default)
    }

    fn provider(&mut self, raw: &raw::Provider) -> Option<Provider> {
        let name = raw.name.as_ref().filter(|name| !name.get_ref().trim().is_empty());
        if name.is_none() {
            self.missing(
                "provider.name is missing: the name of the provider, as shown to staff and in packages",
            );
        }
        Some(Provider { name: name?.get_ref().trim().to_owned() })
    }

    fn server(&mut self, raw: &raw::Server) -> Server {
        let listen =
            raw.listen.as_ref().and_then(|text| self.word(text, "\"127.0.0.1:8080\"")).unwrap_or(LISTEN);
        let public_url =
            raw.public_url.as_ref().map_or_else(|| format!("http://{listen}"), |url| self.public_url(url));
        let trusted_proxies = self.words(&raw.trusted_proxies, "\"10.0.0.1\"");
        Server { listen, public_url, trusted_proxies }
    }

    fn public_url(&mut self, text: &Spanned<String>) -> String {
        let url = text.get_ref().trim().trim_end_matches('/');
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let here = ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|name| host.strip_prefix(name).is_some_and(|port| port.is_empty() || port.starts_with(':')));
        if host.is_empty() || host != rest || !(scheme == "https" || scheme == "http") {
            self.refuse(
                text,
                "a public URL is a scheme and a host, for example \"https://register.example.com\"",
            );
        } else if scheme == "http" && !here {
            self.refuse(
                text,
                "a public URL begins with https:// unless it is this machine; people log in here",
            );
        }
        url.to_owned()
    }

    fn store(&mut self, raw: &raw::Store, data_folder: &Path) -> Store {
        if let (Some(_), Some(second)) = (&raw.sqlite, &raw.postgres) {
            self.refuse(second, "store.sqlite and store.postgres are both given; keep one");
        }
        if let Some(url) = &raw.postgres {
            if !["postgres://", "postgresql://"].iter().any(|scheme| url.get_ref().starts_with(scheme)) {
                self.refuse(url, "store.postgres begins with postgres:// or postgresql://");
            }
            return Store::Postgres { url: url.get_ref().clone() };
        }
        Store::Sqlite { path: self.path(&raw.sqlite).unwrap_or_else(|| data_folder.join("tenantry.db")) }
    }

    fn root_key(&mut self, raw: &raw::RootKey, data_folder: &Path) -> RootKey {
        if let (Some(_), Some(second)) = (&raw.unlock_file, &raw.passphrase) {
            self.refuse(second, "root_key.unlock_file and root_key.passphrase are both given; keep one");
        }
        let file = self.path(&raw.file).unwrap_or_else(|| data_folder.join("root.key"));
        if let Some(module) = self.path(&raw.module) {
            return RootKey { file, unlock: self.token(raw, module, data_folder) };
        }
        let unlock = match &raw.passphrase {
            Some(word) => {
                if word.get_ref() != "ask" {
                    self.refuse(
                        word,
                        "root_key.passphrase can only be \"ask\": a passphrase does not belong into a file",
                    );
                }
                Unlock::Passphrase
            }
            None => {
                Unlock::File(self.path(&raw.unlock_file).unwrap_or_else(|| data_folder.join("unlock.key")))
            }
        };
        RootKey { file, unlock }
    }

    fn timestamps(&mut self, raw: &raw::Timestamps) -> Timestamps {
        let roots = self.path(&raw.roots);
        for url in raw.urls.iter().flatten() {
            if !["http://", "https://"].iter().any(|scheme| url.get_ref().starts_with(scheme)) {
                self.refuse(url, "the URL of a time-stamp authority begins with https:// or http://");
            } else if roots.is_none() {
                self.refuse(
                    url,
                    "timestamps.roots is missing: without trusted roots no token can be verified",
                );
            }
        }
        let urls = raw.urls.iter().flatten().map(|url| url.get_ref().clone()).collect();
        Timestamps { urls, roots }
    }

    /// A root key in a hardware module.
    fn token(&mut self, raw: &raw::RootKey, module: PathBuf, data_folder: &Path) -> Unlock {
        for other in [&raw.file, &raw.unlock_file, &raw.passphrase].into_iter().flatten() {
            self.refuse(
                other,
                "root_key.module is given: a key in a hardware module has no file and no passphrase",
            );
        }
        let named = |text: &Text, default: &str| {
            text.as_ref().map_or_else(|| default.to_owned(), |text| text.get_ref().clone())
        };
        Unlock::Token {
            module,
            token: named(&raw.token, "tenantry"),
            key: named(&raw.key, "tenantry-root"),
            pin_file: self.path(&raw.pin_file).unwrap_or_else(|| data_folder.join("token.pin")),
        }
    }

    fn lists(&mut self, raw: &raw::Lists) -> Lists {
        for code in raw.screen_against.iter().flatten() {
            if !is_list_code(code.get_ref()) {
                self.refuse(
                    code,
                    format!(
                        "`{}` is not the code of a list; codes look like ofac-sdn, us-csl, un-sc, own-banned",
                        code.get_ref()
                    ),
                );
            }
        }
        let screen_against = match &raw.screen_against {
            None => vec!["ofac-sdn".to_owned()],
            Some(codes) => codes.iter().map(|code| code.get_ref().clone()).collect(),
        };
        Lists {
            screen_against,
            age_days_max: self.number("lists.age_days_max", &raw.age_days_max, 1..=365, 3),
        }
    }

    fn rate(&mut self, key: &str, raw: &raw::Rate, default: Rate) -> Rate {
        Rate {
            per_second: self.number(
                &format!("{key}.per_second"),
                &raw.per_second,
                1..=RATE_MAX,
                default.per_second,
            ),
            burst: self.number(&format!("{key}.burst"), &raw.burst, 1..=RATE_MAX, default.burst),
        }
    }

    fn logs(&mut self, raw: &raw::Logs) -> Logs {
        let format = match raw.format.as_ref().map(|word| (word, word.get_ref().as_str())) {
            None | Some((_, "json")) => LogFormat::Json,
            Some((_, "text")) => LogFormat::Text,
            Some((word, given)) => {
                self.refuse(word, format!("`{given}` is not a form of the log; use json or text"));
                LogFormat::Json
            }
        };
        let mut level = "info";
        if let Some(word) = &raw.level {
            match LEVELS.iter().find(|level| **level == word.get_ref()) {
                Some(known) => level = known,
                None => self.refuse(
                    word,
                    format!("`{}` is not a level; use one of {}", word.get_ref(), LEVELS.join(", ")),
                ),
            }
        }
        Logs { format, level }
    }

    fn sessions(&mut self, raw: &raw::Sessions) -> Sessions {
        let sessions = Sessions {
            idle_minutes: self.number("sessions.idle_minutes", &raw.idle_minutes, 1..=720, 30),
            absolute_hours: self.number("sessions.absolute_hours", &raw.absolute_hours, 1..=168, 12),
        };
        if let Some(idle) = &raw.idle_minutes
            && sessions.idle_minutes > sessions.absolute_hours.saturating_mul(60)
        {
            self.refuse(
                idle,
                "sessions.idle_minutes is longer than sessions.absolute_hours allows a session to last",
            );
        }
        sessions
    }
}

/// Whether this can be the code of a list. A code that no list has is found by serving: the list is missing then.
fn is_list_code(code: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=LIST_CODE_CHARS_MAX).contains(&code.len()) && code.bytes().all(fits)
}
