//! Where invented people and companies are, and the numbers under which they are reached.
//!
//! Nothing here reaches anybody: internet addresses are from ranges set aside for documentation and benchmarks
//! (RFC 5737, RFC 2544, RFC 3849), mail goes to names reserved for examples (RFC 2606), US numbers are the fictional
//! 555-01xx, and numbers elsewhere continue with 000, which no national plan assigns.

use super::random::Seeded;
use super::tables::{Country, LATIN, Language, SCRIPTS};
use anyhow::Result;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use tenantry_model::jurisdiction::Jurisdiction;

/// A town in a country in which a language is used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) language: Language,
    pub(super) country: Country,
    pub(super) town: &'static str,
    /// Country or, where it matters, subdivision.
    pub(super) jurisdiction: Jurisdiction,
    /// The country alone.
    pub(super) state: Jurisdiction,
}

/// Area codes in the United States in which the fictional numbers 555-0100 to 555-0199 exist.
const US_AREAS: [&str; 20] = [
    "202", "206", "212", "303", "305", "312", "404", "414", "503", "505", "512", "602", "614", "617", "702",
    "713", "801", "808", "907", "916",
];

impl Place {
    /// A town in the United States.
    pub(super) fn american(dice: &Seeded) -> Result<Self> {
        Self::in_country("US", dice)
    }

    /// A town in the country with this code.
    pub(super) fn in_country(code: &str, dice: &Seeded) -> Result<Self> {
        for language in LATIN.iter().chain(SCRIPTS) {
            if let Some(country) = language.countries.iter().find(|c| c.code == code) {
                return Self::of(*language, *country, dice);
            }
        }
        anyhow::bail!("the demo has no towns in `{code}`")
    }

    /// A town abroad, countries weighed.
    pub(super) fn abroad(dice: &Seeded) -> Result<Self> {
        let total = countries().map(|(_, country)| country.weight).sum();
        let mut left = dice.below(total);
        for (language, country) in countries() {
            if left < country.weight {
                return Self::of(*language, *country, dice);
            }
            left -= country.weight;
        }
        Self::american(dice)
    }

    fn of(language: Language, country: Country, dice: &Seeded) -> Result<Self> {
        let (town, subdivision) = dice.pick(country.towns);
        let state = country.code.parse()?;
        let jurisdiction = if subdivision.is_empty() { state } else { subdivision.parse()? };
        Ok(Self { language, country, town, jurisdiction, state })
    }

    /// A street and number.
    pub(super) fn street(&self, dice: &Seeded) -> String {
        format!("{} {}", dice.between(1, 240), dice.pick(self.language.streets))
    }

    /// A telephone number that rings nowhere.
    pub(super) fn telephone(&self, dice: &Seeded) -> String {
        if self.country.calling == "1" {
            return format!("+1{}55501{}", dice.pick(&US_AREAS), dice.digits(2));
        }
        format!("+{}000{}", self.country.calling, dice.digits(7))
    }
}

/// An internet address that leads nowhere: mostly one of its own, sometimes one that many share.
pub(super) fn address(dice: &Seeded) -> IpAddr {
    let byte = || u8::try_from(dice.below(256)).unwrap_or(0);
    let word = || u16::try_from(dice.below(65_536)).unwrap_or(0);
    match dice.below(10) {
        0 => Ipv4Addr::new(203, 0, 113, byte()).into(),
        1..=4 => Ipv6Addr::new(0x2001, 0x0db8, word(), word(), word(), 0, 0, word()).into(),
        _ => Ipv4Addr::new(198, if dice.chance(50) { 18 } else { 19 }, byte(), byte()).into(),
    }
}

fn countries() -> impl Iterator<Item = (&'static Language, &'static Country)> {
    LATIN
        .iter()
        .chain(SCRIPTS)
        .flat_map(|language| language.countries.iter().map(move |country| (language, country)))
}
