//! Signal lists: published lists that say something about an address or a domain and nothing about anybody.
//!
//! A watchlist names parties and is screened against; a signal list is looked up. What it says is weak evidence: a red flag rests on
//! it, never a measure.

use crate::time::Date;
use crate::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// What the entries of a signal list are.
    pub enum SignalKind as "kind of signal list" {
        /// Addresses of networks that hide their user: exits of Tor, VPNs and open proxies.
        AnonymousNetwork = "anonymous_network",
        /// Domains of services that give away e-mail addresses for an hour.
        DisposableEmail = "disposable_email",
    }
}

/// What one version of a signal list says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalListHeader {
    /// Short code of the list, for example `tor-exits`.
    pub list: String,
    /// What its entries are.
    pub kind: SignalKind,
    /// Where it was published, in the words of whoever imported it: an address, or the name of the file.
    pub source: String,
    /// Date of the version, where it is known.
    pub published_on: Option<Date>,
    /// Number of entries.
    pub entries: u64,
    /// SHA-256 over the entries in their one order, lower-case hexadecimal: the version.
    pub digest: String,
    /// SHA-256 of the file as it was published, lower-case hexadecimal.
    pub file_digest: String,
}

impl SignalListHeader {
    /// Digits of the digest that name a version to people.
    const DIGITS_SHOWN: usize = 12;

    /// The version for people: its date, where it is known, and the first digits of its digest.
    ///
    /// ```
    /// # use tenantry_model::signal::{SignalKind, SignalListHeader};
    /// # let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned();
    /// let header = SignalListHeader {
    ///     list: "tor-exits".to_owned(),
    ///     kind: SignalKind::AnonymousNetwork,
    ///     source: "exits.txt".to_owned(),
    ///     published_on: "2026-11-30".parse().ok(),
    ///     entries: 1_746,
    ///     file_digest: digest.clone(),
    ///     digest,
    /// };
    /// assert_eq!(header.version(), "tor-exits of 2026-11-30, version 9f86d081884c");
    /// ```
    pub fn version(&self) -> String {
        let digits: String = self.digest.chars().take(Self::DIGITS_SHOWN).collect();
        match self.published_on {
            Some(day) => format!("{} of {day}, version {digits}", self.list),
            None => format!("{}, version {digits}", self.list),
        }
    }
}
