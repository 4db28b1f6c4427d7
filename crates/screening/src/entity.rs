//! A listed entity as the index keeps it: names taken apart, the other attributes in the form they are compared in.

use crate::conflict;
use crate::dates::Born;
use crate::normal;
use serde::{Deserialize, Serialize};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_names::{Name, NameKind, Reading};

/// Properties that hold whole names.
pub(crate) const NAMES: &[Property] =
    &[Property::Name, Property::Alias, Property::PreviousName, Property::WeakAlias];

const COUNTRIES: &[Property] = &[
    Property::Nationality,
    Property::Citizenship,
    Property::Country,
    Property::Jurisdiction,
    Property::BirthCountry,
    Property::Flag,
];

/// Attributes other than names.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attributes {
    pub(crate) births: Box<[Born]>,
    pub(crate) countries: Box<[Jurisdiction]>,
    /// `true` for female, `false` for male.
    pub(crate) female: Option<bool>,
    /// Values compared exactly, sorted: attribute, property, normal form, value as published.
    pub(crate) exact: Box<[Exact]>,
    pub(crate) addresses: Box<[Box<str>]>,
    /// Family names, where the publisher keeps them apart.
    pub(crate) families: Box<[Box<str>]>,
}

/// A value compared exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Exact {
    pub(crate) property: Property,
    pub(crate) normal: Box<str>,
    pub(crate) published: Box<str>,
    /// Countries that may have issued it.
    pub(crate) countries: Box<[Jurisdiction]>,
    /// Whether its bearer has one such number only.
    pub(crate) single: bool,
}

impl Attributes {
    pub(crate) fn of(entity: &ListedEntity) -> Self {
        let dates = [Property::BirthDate, Property::IncorporationDate];
        let values = dates.iter().filter_map(|p| entity.properties.get(p)).flatten();
        let mut births: Vec<Born> = Vec::new();
        for born in values.filter_map(Born::listed) {
            if !births.contains(&born) {
                births.push(born);
            }
        }
        let mut countries: Vec<_> =
            COUNTRIES.iter().flat_map(|p| entity.texts(*p)).filter_map(normal::country).collect();
        countries.sort_unstable();
        countries.dedup();
        let female = entity.texts(Property::Gender).find_map(|g| match g {
            "female" => Some(true),
            "male" => Some(false),
            _ => None,
        });
        let addresses = entity.texts(Property::Address).map(Box::from).collect();
        let of_person = entity.schema == Schema::Person;
        let families = entity.texts(Property::LastName).filter(|_| of_person).map(Box::from).collect();
        Self {
            births: births.into(),
            exact: exact(entity, &countries).into(),
            countries: countries.into(),
            female,
            addresses,
            families,
        }
    }

    /// As bytes, for the index.
    pub(crate) fn encoded(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Back from [`Attributes::encoded`].
    pub(crate) fn decoded(bytes: &[u8]) -> Self {
        postcard::from_bytes(bytes).unwrap_or_default()
    }
}

/// A name of a party of this schema of whom that is known, when it has that reading and anything in it can be read.
pub(crate) fn name_of<'t>(
    text: &str,
    reading: Reading,
    schema: Schema,
    countries: &[Jurisdiction],
    families: impl Iterator<Item = &'t str>,
) -> Option<Name> {
    let name = Name::read(text, name_kind(schema), reading)?;
    if name.tokens().is_empty() {
        return None;
    }
    if name.kind() == NameKind::Person {
        return Some(name.of_family(families));
    }
    Some(name.at_home(|code| countries.iter().any(|c| c.as_str().eq_ignore_ascii_case(code))))
}

impl Attributes {
    /// A name of the listed entity of this schema, when it has that reading.
    pub(crate) fn name(&self, text: &str, reading: Reading, schema: Schema) -> Option<Name> {
        name_of(text, reading, schema, &self.countries, self.families.iter().map(|f| &**f))
    }
}

fn exact(entity: &ListedEntity, countries: &[Jurisdiction]) -> Vec<Exact> {
    let mut out = Vec::new();
    for (property, values) in &entity.properties {
        for value in values {
            if let Some(normal) = normal_form(*property, &value.text) {
                out.push(Exact {
                    property: *property,
                    normal: normal.into(),
                    published: value.text.as_str().into(),
                    countries: issuers(value.note_country(), countries),
                    single: conflict::is_single(*property, entity.schema, value),
                });
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Who may have issued a number of somebody of these countries.
fn issuers(stated: Option<&str>, countries: &[Jurisdiction]) -> Box<[Jurisdiction]> {
    stated.and_then(normal::country).map_or_else(|| countries.into(), |country| [country].into())
}

/// Normal form of a value of a property that is compared exactly.
pub(crate) fn normal_form(property: Property, text: &str) -> Option<String> {
    match property {
        Property::Wallet => normal::wallet(text),
        Property::Email => normal::email(text),
        Property::Website => normal::domain(text),
        Property::Phone => normal::phone(text),
        _ if normal::IDENTIFIERS.contains(&property) => normal::identifier(text),
        _ => None,
    }
}

/// How the names of something of this schema are read.
pub(crate) fn name_kind(schema: Schema) -> NameKind {
    match schema {
        Schema::Person => NameKind::Person,
        Schema::Company | Schema::Organization => NameKind::Organisation,
        Schema::LegalEntity => NameKind::Unknown,
        Schema::Vessel | Schema::Airplane | Schema::CryptoWallet | Schema::Thing => NameKind::Object,
    }
}

/// Whether a party of schema `query` can be a listed entity of schema `listed`.
pub(crate) fn comparable(query: Schema, listed: Schema) -> bool {
    let group = |s: Schema| match s {
        Schema::Person => 1_u8,
        Schema::Company | Schema::Organization => 2,
        Schema::LegalEntity => 3,
        Schema::Vessel => 4,
        Schema::Airplane => 8,
        Schema::CryptoWallet => 16,
        Schema::Thing => 31,
    };
    group(query) & group(listed) != 0
}
