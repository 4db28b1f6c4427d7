//! Picks published entries for the story: by what they are and where they belong, never by name.
//!
//! Entries of cyber programmes come first because the order this register carries out is about malicious cyber activity.

use crate::demo::places::Place;
use crate::demo::random::Seeded;
use anyhow::{Context, Result};
use tenantry_lists::Snapshot;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_model::time::PartialDate;

/// A listed person.
#[derive(Debug, Clone)]
pub(super) struct ListedPerson {
    pub(super) id: String,
    /// Given name first.
    pub(super) name: String,
    pub(super) born: PartialDate,
    /// Country of nationality, ISO 3166-1 alpha-2, upper case; one the demo has towns in.
    pub(super) country: String,
}

/// A listed organisation.
#[derive(Debug, Clone)]
pub(super) struct ListedOrganisation {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) country: String,
}

/// A listed wallet and the entry that names it.
#[derive(Debug, Clone)]
pub(super) struct ListedWallet {
    pub(super) id: String,
    pub(super) address: String,
    /// Currency, for example `XBT`.
    pub(super) currency: String,
}

/// Everybody the story borrows from the list.
#[derive(Debug, Clone)]
pub(super) struct Picks {
    /// Resembled by the applicant of chapter one.
    pub(super) namesake: ListedPerson,
    /// Behind the front company of chapter two.
    pub(super) hidden: ListedPerson,
    /// Customers of the reseller in chapter three.
    pub(super) customers: [ListedOrganisation; 2],
    /// Pays for the third customer.
    pub(super) wallet: ListedWallet,
}

impl Picks {
    /// Picks from `list`.
    pub(super) fn from(list: &Snapshot) -> Result<Self> {
        let mut entities: Vec<&ListedEntity> = list.entities().iter().collect();
        entities.sort_by_key(|entity| (!is_cyber(entity), number(entity), entity.id.as_str()));
        let mut persons = entities.iter().filter_map(|entity| person(entity));
        let mut organisations = entities.iter().filter_map(|entity| organisation(entity));
        let lacking = "the list holds too few entries for the story; load the full OFAC list";
        Ok(Self {
            namesake: persons.next().context(lacking)?,
            hidden: persons.next().context(lacking)?,
            customers: [organisations.next().context(lacking)?, organisations.next().context(lacking)?],
            wallet: entities.iter().find_map(|entity| wallet(entity)).context(lacking)?,
        })
    }
}

/// The publisher's number, so that the pick does not depend on how numbers sort as text.
fn number(entity: &ListedEntity) -> u64 {
    entity.id.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(u64::MAX)
}

fn is_cyber(entity: &ListedEntity) -> bool {
    entity.texts(Property::Program).any(|program| program.starts_with("CYBER"))
}

/// A person with a name of several words, a whole date of birth, and a nationality the demo has towns in.
fn person(entity: &ListedEntity) -> Option<ListedPerson> {
    if entity.schema != Schema::Person {
        return None;
    }
    let name = given_first(entity)?;
    let plain = name.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    let words = name.split(' ').count();
    let born: PartialDate = entity.texts(Property::BirthDate).find_map(|text| text.parse().ok())?;
    if !plain || !(2..=3).contains(&words) || born.day().is_none() {
        return None;
    }
    let country = entity
        .texts(Property::Nationality)
        .chain(entity.texts(Property::Citizenship))
        .find_map(known_country)?;
    Some(ListedPerson { id: entity.id.clone(), name, born, country })
}

/// An organisation with a name of two words or more and a country the demo has towns in.
fn organisation(entity: &ListedEntity) -> Option<ListedOrganisation> {
    if !matches!(entity.schema, Schema::Company | Schema::Organization | Schema::LegalEntity) {
        return None;
    }
    let name = entity.texts(Property::Name).next()?;
    let wordy = (2..=7).contains(&name.split(' ').count()) && name.is_ascii() && name.len() > 12;
    let places = [Property::Country, Property::Jurisdiction].into_iter().flat_map(|p| entity.texts(p));
    let country = places.chain(address_countries(entity)).find_map(known_country)?;
    wordy.then(|| ListedOrganisation { id: entity.id.clone(), name: name.to_owned(), country })
}

fn address_countries(entity: &ListedEntity) -> impl Iterator<Item = &str> {
    entity.properties.get(&Property::Address).into_iter().flatten().filter_map(|value| value.note_country())
}

fn wallet(entity: &ListedEntity) -> Option<ListedWallet> {
    let value = entity.properties.get(&Property::Wallet)?.iter().find(|value| !value.is_cut_off())?;
    let currency = value.note.split("; ").next().unwrap_or_default().to_owned();
    Some(ListedWallet { id: entity.id.clone(), address: value.text.clone(), currency })
}

/// The main name with the given name first and ordinary capitals.
fn given_first(entity: &ListedEntity) -> Option<String> {
    let name = entity.texts(Property::Name).next()?;
    let turned = match name.split_once(", ") {
        Some((family, given)) => format!("{given} {family}"),
        None => name.to_owned(),
    };
    Some(turned.split_whitespace().map(capitalised).collect::<Vec<_>>().join(" "))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect(),
        None => String::new(),
    }
}

fn known_country(code: &str) -> Option<String> {
    let code = code.to_uppercase();
    let abroad = code != "US";
    (abroad && Place::in_country(&code, &Seeded::new(0)).is_ok()).then_some(code)
}

/// A name that a hurried eye takes for `name`: one letter of its longest word is another.
pub(super) fn nearly(name: &str) -> String {
    const LETTERS: [(char, char); 8] =
        [('y', 'i'), ('k', 'c'), ('v', 'w'), ('z', 's'), ('i', 'y'), ('o', 'u'), ('e', 'i'), ('a', 'e')];
    let longest = name.split(' ').max_by_key(|word| word.chars().count()).unwrap_or_default();
    let rest = |word: &str| word.chars().skip(1).collect::<String>();
    let change = LETTERS.iter().find(|(from, _)| rest(longest).contains(*from));
    let Some((from, to)) = change else { return format!("{name}a") };
    let changed: String =
        longest.chars().take(1).chain(rest(longest).replacen(*from, &to.to_string(), 1).chars()).collect();
    name.replacen(longest, &changed, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_differs_in_one_letter() {
        let rows =
            [("Ada Example", "Ada Exampli"), ("Boris Byk", "Borys Byk"), ("Yy Kk", "Yy Kc"), ("Xx", "Xxa")];
        for (name, near) in rows {
            assert_eq!(nearly(name), near);
        }
    }
}
