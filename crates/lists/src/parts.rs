//! What a list holds beside its entries, counted, so that a version that lost one kind of it is told from a sound one.
//!
//! A list without its aliases has as many entries as before and finds nobody under another name. Counts are taken from the
//! entries whenever two versions are compared: nothing is stored, and a snapshot packed by an earlier version has them too.

use crate::Snapshot;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use tenantry_model::listed::{ListedEntity, Property};

/// A kind of what a list holds. Whoever accepts a version without it says so by this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The entries themselves, by the identifiers of their publisher.
    Entries,
    /// Main names.
    Names,
    /// Other names: strong, weak and former.
    Aliases,
    /// Numbers of documents and registers, wallets, and what else is compared to the letter.
    Identifiers,
    /// Addresses.
    Addresses,
    /// Entries with a date of birth.
    BirthDates,
    /// Entries with a country.
    Countries,
    /// Ties to other entries.
    Ties,
}

impl Part {
    /// Every part, in declaration order.
    pub const ALL: [Self; 8] = [
        Self::Entries,
        Self::Names,
        Self::Aliases,
        Self::Identifiers,
        Self::Addresses,
        Self::BirthDates,
        Self::Countries,
        Self::Ties,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Names => "names",
            Self::Aliases => "aliases",
            Self::Identifiers => "identifiers",
            Self::Addresses => "addresses",
            Self::BirthDates => "birth-dates",
            Self::Countries => "countries",
            Self::Ties => "ties",
        }
    }

    /// How much of it an entry holds. The two ends of a range of dates are one date, whichever way a version wrote them.
    fn of(self, entity: &ListedEntity) -> u64 {
        let values = |properties: &[Property]| {
            properties
                .iter()
                .filter_map(|property| entity.properties.get(property))
                .map(Vec::len)
                .sum::<usize>()
        };
        let count = match self {
            Self::Entries => 1,
            Self::Names => values(&[Property::Name]),
            Self::Aliases => values(&[Property::Alias, Property::WeakAlias, Property::PreviousName]),
            Self::Identifiers => values(IDENTIFIERS),
            Self::Addresses => values(&[Property::Address]),
            Self::BirthDates => values(&[Property::BirthDate]).min(1),
            Self::Countries => values(COUNTRIES).min(1),
            Self::Ties => entity.relations.len(),
        };
        count as u64
    }

    /// How much of it these entries hold.
    pub(crate) fn count<'e>(self, entities: impl IntoIterator<Item = &'e ListedEntity>) -> u64 {
        entities.into_iter().map(|entity| self.of(entity)).sum()
    }
}

/// How many entries of `old` are in `new` under the same identifier.
pub(crate) fn kept(old: &[&ListedEntity], new: &Snapshot) -> u64 {
    let known: HashSet<&str> = new.entities().iter().map(|entity| entity.id.as_str()).collect();
    old.iter().filter(|entity| known.contains(entity.id.as_str())).count() as u64
}

const COUNTRIES: &[Property] = &[
    Property::Nationality,
    Property::Citizenship,
    Property::Country,
    Property::Jurisdiction,
    Property::Flag,
];

const IDENTIFIERS: &[Property] = &[
    Property::PassportNumber,
    Property::IdNumber,
    Property::TaxNumber,
    Property::RegistrationNumber,
    Property::LeiCode,
    Property::DunsCode,
    Property::SwiftBic,
    Property::ImoNumber,
    Property::Mmsi,
    Property::Isin,
    Property::Bik,
    Property::CallSign,
    Property::SerialNumber,
    Property::Wallet,
    Property::Email,
    Property::Website,
    Property::Phone,
];

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Part {
    type Err = String;

    /// The word, or the name that OFAC gives the file that holds it.
    fn from_str(text: &str) -> Result<Self, String> {
        let word = match text {
            "alt" => "aliases",
            "add" => "addresses",
            other => other,
        };
        Self::ALL.into_iter().find(|part| part.as_str() == word).ok_or_else(|| {
            let words = Self::ALL.map(Self::as_str).join(", ");
            format!("is none of {words}")
        })
    }
}
