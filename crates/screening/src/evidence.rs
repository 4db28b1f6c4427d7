//! Evidence of everything but names: how many thousandths of a bit an agreement or a difference is worth. The
//! figures say how much more often the relation is seen in true pairs than between strangers; they are part of the
//! frozen algorithm.

use crate::conflict;
use crate::dates;
use crate::entity::Attributes;
use crate::hit::{Attribute, Direction, HardRule, Note, Point};
use crate::normal;
use crate::query::Query;
use tenantry_model::fact::Gender;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::listed::Property;
use tenantry_model::time::PartialDate;

pub(crate) const IDENTIFIER_SAME: i32 = 18_000;
const WALLET_SAME: i32 = 24_000;
const EMAIL_SAME: i32 = 18_000;
const DOMAIN_SAME: i32 = 8_000;
const PHONE_SAME: i32 = 9_000;
pub(crate) const COUNTRY_SAME: i32 = 1_500;
pub(crate) const COUNTRY_DIFFERENT: i32 = -1_500;
pub(crate) const GENDER_SAME: i32 = 300;
pub(crate) const GENDER_DIFFERENT: i32 = -4_000;
const ADDRESS_SIMILAR: i32 = 3_000;
/// Share of an address's words that must be found in the other, in thousandths.
const ADDRESS_SIMILAR_MIN: usize = 600;

/// What a query offers besides names, in the form it is compared in.
pub(crate) struct Asked {
    births: Vec<PartialDate>,
    countries: Vec<Jurisdiction>,
    female: Option<bool>,
    /// Attribute, property when known, normal form.
    pub(crate) exact: Vec<(Attribute, Option<Property>, String)>,
    /// Numbers whose kind is known.
    numbers: Vec<AskedNumber>,
    addresses: Vec<Vec<String>>,
}

/// A number of a known kind, and which countries may have issued it.
pub(crate) struct AskedNumber {
    pub(crate) property: Property,
    pub(crate) normal: String,
    pub(crate) countries: Vec<Jurisdiction>,
}

impl Asked {
    pub(crate) fn of(query: &Query) -> Self {
        let mut countries: Vec<_> =
            query.nationalities.iter().chain(&query.countries).map(|c| c.country()).collect();
        countries.sort_unstable();
        countries.dedup();
        let mut exact = Vec::new();
        let mut numbers = Vec::new();
        for identifier in &query.identifiers {
            let Some(normal) = normal::identifier(identifier.value.expose()) else { continue };
            if let Some(property) = identifier.property {
                let issuer = identifier.country.map(|country| vec![country.country()]);
                let countries = issuer.unwrap_or_else(|| countries.clone());
                numbers.push(AskedNumber { property, normal: normal.clone(), countries });
            }
            exact.push((Attribute::Identifier, identifier.property, normal));
        }
        let plain = [
            (Attribute::Wallet, &query.wallets, normal::wallet as fn(&str) -> Option<String>),
            (Attribute::Email, &query.emails, normal::email),
            (Attribute::Domain, &query.domains, normal::domain),
            (Attribute::Phone, &query.phones, normal::phone),
        ];
        for (attribute, values, normal) in plain {
            exact.extend(values.iter().filter_map(|v| normal(v.expose())).map(|n| (attribute, None, n)));
        }
        let female = match query.gender {
            Some(Gender::Female) => Some(true),
            Some(Gender::Male) => Some(false),
            _ => None,
        };
        let addresses = query.addresses.iter().map(|a| words(a.expose())).collect();
        let births = query.birth_dates.iter().map(|b| *b.expose()).collect();
        Self { births, countries, female, exact, numbers, addresses }
    }

    /// The most that attributes can say for any entity.
    pub(crate) fn best_case(&self) -> i32 {
        let exact: i32 = EXACT_ATTRIBUTES
            .iter()
            .filter(|a| self.exact.iter().any(|e| e.0 == **a))
            .map(|a| worth(*a))
            .sum();
        let ranges: i32 = RANGES.iter().filter(|(a, _, _)| !self.lacks(*a)).map(|(_, same, _)| same).sum();
        exact + ranges + if self.addresses.is_empty() { 0 } else { ADDRESS_SIMILAR }
    }

    /// Sum of all points, without building them.
    pub(crate) fn bits(&self, listed: &Attributes) -> i32 {
        let birth = dates::relation(&self.births, &listed.births).map_or(0, |r| r.0);
        let country = country(&self.countries, &listed.countries).map_or(0, |r| r.0);
        let gender = gender(self.female, listed.female).map_or(0, |r| r.0);
        let address = address(&self.addresses, listed).map_or(0, |r| r.0);
        let exact: i32 =
            EXACT_ATTRIBUTES.iter().map(|a| self.exact_match(*a, listed).map_or(0, |r| r.0)).sum();
        birth + country + gender + address + exact
    }

    /// One point per attribute that either side has.
    pub(crate) fn points(&self, listed: &Attributes) -> Vec<Point> {
        let mut out = Vec::new();
        let dates: Vec<String> = listed.births.iter().map(ToString::to_string).collect();
        let born = dates::relation(&self.births, &listed.births);
        point(
            &mut out,
            Attribute::BirthDate,
            born.map(|(b, n, i)| (b, n, dates.get(i).cloned().unwrap_or_default())),
            !self.births.is_empty(),
            &dates.join("; "),
        );
        let codes = listed.countries.iter().map(Jurisdiction::as_str).collect::<Vec<_>>().join("; ");
        let found = country(&self.countries, &listed.countries).map(|(b, n)| (b, n, codes.clone()));
        point(&mut out, Attribute::Country, found, !self.countries.is_empty(), &codes);
        let word = listed.female.map_or("", |f| if f { "female" } else { "male" });
        let found = gender(self.female, listed.female).map(|(b, n)| (b, n, word.to_owned()));
        point(&mut out, Attribute::Gender, found, self.female.is_some(), word);
        let first = listed.addresses.first().map_or("", |a| a);
        point(
            &mut out,
            Attribute::Address,
            address(&self.addresses, listed),
            !self.addresses.is_empty(),
            first,
        );
        for attribute in EXACT_ATTRIBUTES {
            let asked = self.exact.iter().any(|(a, _, _)| a == attribute);
            let published = listed
                .exact
                .iter()
                .find(|e| of_property(e.property) == *attribute)
                .map_or("", |e| &e.published);
            let found = self.exact_match(*attribute, listed);
            point(&mut out, *attribute, found, asked, published);
        }
        out
    }

    /// Evidence, relation and published value of an exactly compared attribute. A different value is no evidence, since
    /// people hold several, but for numbers of which a bearer has one.
    fn exact_match(&self, attribute: Attribute, listed: &Attributes) -> Option<(i32, Note, String)> {
        let mine = || self.exact.iter().filter(move |(a, _, _)| *a == attribute);
        mine().next()?;
        let same = listed.exact.iter().find(|e| mine().any(|m| agrees(m, e)));
        if let Some(same) = same {
            return Some((worth(attribute), Note::Same, same.published.to_string()));
        }
        if attribute == Attribute::Identifier
            && let Some((bits, other)) = conflict::strongest(&self.numbers, &listed.exact)
        {
            return Some((bits, Note::Different, other.published.to_string()));
        }
        let other = listed.exact.iter().find(|e| of_property(e.property) == attribute)?;
        Some((0, Note::Different, other.published.to_string()))
    }

    /// Rules that make a hit whatever the score.
    pub(crate) fn hard_rules(&self, listed: &Attributes) -> Vec<HardRule> {
        let mut out = Vec::new();
        for exact in &listed.exact {
            if !self.exact.iter().any(|m| agrees(m, exact)) {
                continue;
            }
            let listed = exact.published.to_string();
            match of_property(exact.property) {
                Attribute::Identifier => {
                    out.push(HardRule::SameIdentifier { property: exact.property, listed });
                }
                Attribute::Wallet => out.push(HardRule::SameWallet { listed }),
                Attribute::Email => out.push(HardRule::SameEmail { listed }),
                _ => {}
            }
        }
        out
    }

    /// Whether both hold one and the same wallet: then it does not matter what the entry is of.
    pub(crate) fn same_wallet(&self, listed: &Attributes) -> bool {
        let mut wallets = listed.exact.iter().filter(|e| e.property == Property::Wallet);
        wallets.any(|e| self.exact.iter().any(|m| agrees(m, e)))
    }

    /// Whether the two are of different countries.
    pub(crate) fn elsewhere(&self, listed: &Attributes) -> bool {
        country(&self.countries, &listed.countries).is_some_and(|(bits, _)| bits < 0)
    }

    /// Whether the query has a number that is compared with those of this kind.
    pub(crate) fn has_number(&self, kind: Property) -> bool {
        let numbers = self.exact.iter().filter(|(attribute, ..)| *attribute == Attribute::Identifier);
        numbers.into_iter().any(|(_, property, _)| property.is_none_or(|p| p == kind))
    }

    /// What identifying numbers say.
    pub(crate) fn identifier_bits(&self, listed: &Attributes) -> i32 {
        self.exact_match(Attribute::Identifier, listed).map_or(0, |(bits, ..)| bits)
    }

    /// Countries the query is of.
    pub(crate) fn countries(&self) -> &[Jurisdiction] {
        &self.countries
    }

    /// Whether the query leaves this attribute open.
    pub(crate) fn lacks(&self, attribute: Attribute) -> bool {
        match attribute {
            Attribute::BirthDate => self.births.is_empty(),
            Attribute::Country => self.countries.is_empty(),
            Attribute::Gender => self.female.is_none(),
            _ => false,
        }
    }
}

const EXACT_ATTRIBUTES: &[Attribute] =
    &[Attribute::Identifier, Attribute::Wallet, Attribute::Email, Attribute::Domain, Attribute::Phone];

/// Full agreement and clear difference of the attributes a reviewer can ask for.
pub(crate) const RANGES: &[(Attribute, i32, i32)] = &[
    (Attribute::BirthDate, dates::SAME, dates::DIFFERENT),
    (Attribute::Country, COUNTRY_SAME, COUNTRY_DIFFERENT),
    (Attribute::Gender, GENDER_SAME, GENDER_DIFFERENT),
];

fn of_property(property: Property) -> Attribute {
    match property {
        Property::Wallet => Attribute::Wallet,
        Property::Email => Attribute::Email,
        Property::Website => Attribute::Domain,
        Property::Phone => Attribute::Phone,
        _ => Attribute::Identifier,
    }
}

fn worth(attribute: Attribute) -> i32 {
    match attribute {
        Attribute::Wallet => WALLET_SAME,
        Attribute::Email => EMAIL_SAME,
        Attribute::Domain => DOMAIN_SAME,
        Attribute::Phone => PHONE_SAME,
        _ => IDENTIFIER_SAME,
    }
}

fn agrees(mine: &(Attribute, Option<Property>, String), listed: &crate::entity::Exact) -> bool {
    mine.0 == of_property(listed.property)
        && *mine.2 == *listed.normal
        && mine.1.is_none_or(|p| comparable_numbers(p, listed.property))
}

/// Publishers file one number under several headings; only numbers of clearly other things never agree.
fn comparable_numbers(a: Property, b: Property) -> bool {
    let thing = |p: Property| {
        matches!(p, Property::ImoNumber | Property::Mmsi | Property::CallSign | Property::SerialNumber)
    };
    a == b || (!thing(a) && !thing(b))
}

fn point(
    out: &mut Vec<Point>,
    attribute: Attribute,
    found: Option<(i32, Note, String)>,
    asked: bool,
    listed: &str,
) {
    let point = match found {
        Some((bits, note, listed)) => {
            let direction = match bits {
                0 => Direction::Unknown,
                b if b > 0 => Direction::For,
                _ => Direction::Against,
            };
            Point { attribute, direction, bits, note, listed, names: None }
        }
        None if !asked && listed.is_empty() => return,
        None => {
            let note = if asked { Note::MissingInList } else { Note::MissingInQuery };
            Point {
                attribute,
                direction: Direction::Unknown,
                bits: 0,
                note,
                listed: listed.to_owned(),
                names: None,
            }
        }
    };
    out.push(point);
}

fn country(asked: &[Jurisdiction], listed: &[Jurisdiction]) -> Option<(i32, Note)> {
    if asked.is_empty() || listed.is_empty() {
        return None;
    }
    let same = asked.iter().any(|c| listed.contains(c));
    Some(if same { (COUNTRY_SAME, Note::Same) } else { (COUNTRY_DIFFERENT, Note::Different) })
}

fn gender(asked: Option<bool>, listed: Option<bool>) -> Option<(i32, Note)> {
    let (asked, listed) = (asked?, listed?);
    Some(if asked == listed { (GENDER_SAME, Note::Same) } else { (GENDER_DIFFERENT, Note::Different) })
}

fn address(asked: &[Vec<String>], listed: &Attributes) -> Option<(i32, Note, String)> {
    if asked.is_empty() || listed.addresses.is_empty() {
        return None;
    }
    for address in &listed.addresses {
        let theirs = words(address);
        let shared = |mine: &Vec<String>| mine.iter().filter(|w| theirs.contains(w)).count();
        if asked.iter().any(|m| {
            m.len() >= 3
                && theirs.len() >= 3
                && shared(m) * 1000 >= ADDRESS_SIMILAR_MIN * m.len().min(theirs.len())
        }) {
            return Some((ADDRESS_SIMILAR, Note::Similar, address.to_string()));
        }
    }
    Some((0, Note::Different, listed.addresses.first().map(ToString::to_string).unwrap_or_default()))
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}
