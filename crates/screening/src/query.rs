//! What is asked: a customer's details, as far as they are known.

use crate::hit::Score;
use serde::{Deserialize, Serialize};
use tenantry_model::fact::Gender;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::personal::Personal;
use tenantry_model::time::PartialDate;

/// A customer (or any party) to be looked up. Everything is optional, but without a name only an exact identifier, wallet
/// or e-mail address finds anything; what is missing counts neither for nor against. The values are personal data and do not print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// What the party is. `LegalEntity` when it is not known whether person or organisation.
    pub schema: Schema,
    /// Names, aliases, former names, the name in its own script: each is compared, the best counts.
    pub names: Vec<Personal<String>>,
    /// Family names, as they stand in `names`, where they are known apart from given names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub family_names: Vec<Personal<String>>,
    /// Dates of birth (or founding), as far as known; the one that agrees best counts.
    #[serde(rename = "birth_date", default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub birth_dates: Vec<Personal<PartialDate>>,
    /// Nationalities and citizenships.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nationalities: Vec<Jurisdiction>,
    /// Countries of residence, registration or business.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<Jurisdiction>,
    /// Gender as an identity document states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Document, tax, registration and other numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Postal addresses in one line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Personal<String>>,
    /// Virtual-currency addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wallets: Vec<Personal<String>>,
    /// E-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Personal<String>>,
    /// Domains and web sites of the party.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<Personal<String>>,
    /// Telephone numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Personal<String>>,
}

/// A number that identifies, with its kind when known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// Which property of a listed entity it would be, for example `passportNumber`; `None` compares with all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Property>,
    /// The country that issued it, when known; else it may be of any country of the party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Jurisdiction>,
    /// The number as given.
    pub value: Personal<String>,
}

/// One date is written as it always was, several as a list.
mod one_or_many {
    use super::{Deserialize, PartialDate, Personal, Serialize};
    use serde::{Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        One(Personal<PartialDate>),
        Many(Vec<Personal<PartialDate>>),
    }

    pub(super) fn serialize<S: Serializer>(
        dates: &[Personal<PartialDate>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match dates {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Personal<PartialDate>>, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::One(date) => vec![date],
            Written::Many(dates) => dates,
        })
    }
}

impl Query {
    /// A query with one name and nothing else.
    pub fn new(schema: Schema, name: &str) -> Self {
        Self {
            schema,
            names: vec![Personal::new(name.to_owned())],
            family_names: Vec::new(),
            birth_dates: Vec::new(),
            nationalities: Vec::new(),
            countries: Vec::new(),
            gender: None,
            identifiers: Vec::new(),
            addresses: Vec::new(),
            wallets: Vec::new(),
            emails: Vec::new(),
            domains: Vec::new(),
            phones: Vec::new(),
        }
    }

    /// A person by name.
    pub fn person(name: &str) -> Self {
        Self::new(Schema::Person, name)
    }

    /// Whether there is nothing in it that could find anybody.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
            && self.identifiers.is_empty()
            && self.wallets.is_empty()
            && self.emails.is_empty()
    }

    /// An organisation by name.
    pub fn organisation(name: &str) -> Self {
        Self::new(Schema::Organization, name)
    }
}

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Least score of a hit. Hard rules make a hit below it. Values under [`Score::FLOOR`] act like the floor.
    pub threshold: Score,
    /// Most hits returned, best first; the rest is cut after ranking.
    pub limit: usize,
}

impl Default for Options {
    /// The published threshold, at most 50 hits.
    fn default() -> Self {
        Self { threshold: Score::THRESHOLD, limit: 50 }
    }
}
