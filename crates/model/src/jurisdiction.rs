//! Jurisdictions: countries, their subdivisions, and regions whose status is contested (DEF-10).
//!
//! A *foreign jurisdiction* under 15 CFR 7.301 (proposed) is any country, subnational territory or region not
//! under US jurisdiction where someone exercises authority, recognised or not. So a code here is one of:
//! ISO 3166-1 alpha-2 (`FR`), the user-assigned `XK`, an ISO 3166-2 subdivision (`UA-43`), or a code of our own
//! table for a region ISO does not name (`X-NCY`). Containment follows the recognised state; the table also
//! says which other state exercises control, so that a measure can be written against either.

use crate::ModelError;
use crate::error::shown;
use std::fmt;
use std::str::FromStr;

/// A jurisdiction code, upper case. Cheap to copy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jurisdiction {
    text: [u8; 6],
    length: u8,
}

/// Officially assigned ISO 3166-1 alpha-2 codes, and the user-assigned `XK`.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM \
JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS \
MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW \
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM \
US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// ISO 3166-2: a line per country, its code and the parts behind the dash. Taken from the tables of the crate `rust_iso3166`
/// 0.2.0 (2026).
const SUBDIVISIONS: &str = include_str!("subdivisions.txt");

/// Codes under US civil or military jurisdiction: the states, the district and the territories.
const US_TERRITORIES: [&str; 6] = ["AS", "GU", "MP", "PR", "UM", "VI"];

/// A region that ISO does not name or whose control differs from its recognised state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contested {
    /// Code in this register.
    pub code: &'static str,
    /// Name for people, neutral in wording.
    pub name: &'static str,
    /// State of which it is widely recognised to be part.
    pub recognised_part_of: &'static str,
    /// State that exercises authority there without being the recognised state, when it has a code. A claim alone
    /// is not named here: Taiwan and Kosovo govern themselves, whoever claims them.
    pub controlled_by: Option<&'static str>,
    /// ISO 3166-2 codes of which at least a part is the same land.
    pub overlaps: &'static [&'static str],
}

/// Contested regions the register knows. Codes that look like ISO 3166-2 are ISO 3166-2.
pub const CONTESTED: &[Contested] = &[
    Contested {
        code: "UA-43",
        name: "Crimea",
        recognised_part_of: "UA",
        controlled_by: Some("RU"),
        overlaps: &[],
    },
    Contested {
        code: "UA-40",
        name: "Sevastopol",
        recognised_part_of: "UA",
        controlled_by: Some("RU"),
        overlaps: &[],
    },
    Contested {
        code: "X-DNR",
        name: "so-called Donetsk People's Republic",
        recognised_part_of: "UA",
        controlled_by: Some("RU"),
        overlaps: &["UA-14"],
    },
    Contested {
        code: "X-LNR",
        name: "so-called Luhansk People's Republic",
        recognised_part_of: "UA",
        controlled_by: Some("RU"),
        overlaps: &["UA-09"],
    },
    Contested {
        code: "X-KHE",
        name: "occupied part of Kherson oblast",
        recognised_part_of: "UA",
        controlled_by: Some("RU"),
        overlaps: &["UA-65"],
    },
    Contested {
        code: "X-ZAP",
        name: "occupied part of Zaporizhzhia oblast",
        recognised_part_of: "UA",
        controlled_by: Some("RU"),
        overlaps: &["UA-23"],
    },
    Contested {
        code: "GE-AB",
        name: "Abkhazia",
        recognised_part_of: "GE",
        controlled_by: None,
        overlaps: &[],
    },
    Contested {
        code: "X-SOS",
        name: "South Ossetia",
        recognised_part_of: "GE",
        controlled_by: None,
        overlaps: &["GE-SK", "GE-MM", "GE-RL", "GE-IM"],
    },
    Contested {
        code: "X-TRN",
        name: "Transnistria",
        recognised_part_of: "MD",
        controlled_by: None,
        overlaps: &["MD-SN", "MD-BD"],
    },
    Contested {
        code: "X-NCY",
        name: "northern Cyprus",
        recognised_part_of: "CY",
        controlled_by: Some("TR"),
        overlaps: &["CY-01", "CY-03", "CY-04", "CY-06"],
    },
    Contested {
        code: "X-SOL",
        name: "Somaliland",
        recognised_part_of: "SO",
        controlled_by: None,
        overlaps: &["SO-AW", "SO-SA", "SO-SO", "SO-TO", "SO-WO"],
    },
    Contested {
        code: "EH",
        name: "Western Sahara",
        recognised_part_of: "EH",
        controlled_by: Some("MA"),
        overlaps: &[],
    },
    Contested { code: "XK", name: "Kosovo", recognised_part_of: "XK", controlled_by: None, overlaps: &[] },
    Contested {
        code: "TW",
        name: "Taiwan",
        recognised_part_of: "TW",
        controlled_by: None,
        overlaps: &["CN-TW"],
    },
];

/// Land that ISO 3166 gives two codes: one of its own, and one below the state it belongs to. Taiwan is not among them: see
/// [`CONTESTED`].
const TWINS: &[(&str, &str)] = &[
    ("HK", "CN-HK"),
    ("MO", "CN-MO"),
    ("AX", "FI-01"),
    ("GP", "FR-971"),
    ("MQ", "FR-972"),
    ("GF", "FR-973"),
    ("RE", "FR-974"),
    ("YT", "FR-976"),
    ("BL", "FR-BL"),
    ("MF", "FR-MF"),
    ("NC", "FR-NC"),
    ("PF", "FR-PF"),
    ("PM", "FR-PM"),
    ("TF", "FR-TF"),
    ("WF", "FR-WF"),
    ("AW", "NL-AW"),
    ("CW", "NL-CW"),
    ("SX", "NL-SX"),
    ("BQ-BO", "NL-BQ1"),
    ("BQ-SA", "NL-BQ2"),
    ("BQ-SE", "NL-BQ3"),
    ("AS", "US-AS"),
    ("GU", "US-GU"),
    ("MP", "US-MP"),
    ("PR", "US-PR"),
    ("UM", "US-UM"),
    ("VI", "US-VI"),
];

impl Jurisdiction {
    /// The United States.
    pub const US: Self = Self { text: *b"US\0\0\0\0", length: 2 };

    /// The code as text.
    pub fn as_str(&self) -> &str {
        self.text
            .get(..usize::from(self.length))
            .and_then(|t| std::str::from_utf8(t).ok())
            .unwrap_or_default()
    }

    /// The country this code belongs to: itself, the country before the dash, or the recognised state.
    pub fn country(self) -> Self {
        if let Some(contested) = self.contested() {
            return Self::of(contested.recognised_part_of);
        }
        Self::of(self.as_str().split('-').next().unwrap_or_default())
    }

    /// The row of the contested-regions table, when there is one.
    pub fn contested(self) -> Option<&'static Contested> {
        CONTESTED.iter().find(|c| c.code == self.as_str())
    }

    /// Whether this jurisdiction is `other` or lies within it, by whichever of two codes the same land is written. Follows recognition; control is looked up with
    /// [`Jurisdiction::is_controlled_by`].
    pub fn is_within(self, other: Self) -> bool {
        let is_there = |place: Self| place == other || place.country() == other;
        is_there(self)
            || self.below().is_some_and(|below| below == other)
            || self.above().is_some_and(is_there)
            || (other == Self::US && self.is_us())
    }

    /// The code of the same land below the state it belongs to.
    fn below(self) -> Option<Self> {
        TWINS.iter().find(|(own, _)| *own == self.as_str()).map(|(_, below)| Self::of(below))
    }

    /// The code of its own that land below a state has.
    fn above(self) -> Option<Self> {
        TWINS.iter().find(|(_, below)| *below == self.as_str()).map(|(own, _)| Self::of(own))
    }

    /// Whether this and `other` are codes of which one covers at least a part of the other's land: a contested region and the
    /// subdivisions that a publisher files it under, or land with a code of its own and the state it belongs to. What is written of
    /// the state may or may not mean that land: Hong Kong is a case of its own in some measures and part of China in others.
    ///
    /// ```
    /// use tenantry_model::jurisdiction::Jurisdiction;
    ///
    /// let (region, oblast): (Jurisdiction, Jurisdiction) = ("X-DNR".parse()?, "UA-14".parse()?);
    /// assert!(region.overlaps(oblast) && oblast.overlaps(region));
    /// # Ok::<(), tenantry_model::ModelError>(())
    /// ```
    pub fn overlaps(self, other: Self) -> bool {
        let covers =
            |one: Self, two: Self| one.contested().is_some_and(|c| c.overlaps.contains(&two.as_str()));
        let belongs = |one: Self, two: Self| one.below().is_some_and(|below| below.country() == two);
        covers(self, other) || covers(other, self) || belongs(self, other) || belongs(other, self)
    }

    /// Whether `other` exercises authority here without being the recognised state.
    pub fn is_controlled_by(self, other: Self) -> bool {
        self.contested().is_some_and(|c| c.controlled_by == Some(other.as_str()))
    }

    /// Whether US civil or military jurisdiction reaches here: the states, the district, the territories.
    pub fn is_us(self) -> bool {
        let country = self.country();
        country == Self::US || US_TERRITORIES.contains(&country.as_str())
    }

    fn of(code: &str) -> Self {
        let mut text = [0; 6];
        for (slot, byte) in text.iter_mut().zip(code.bytes()) {
            *slot = byte;
        }
        Self { text, length: u8::try_from(code.len().min(6)).unwrap_or(0) }
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Jurisdiction {
    type Err = ModelError;
    fn from_str(text: &str) -> Result<Self, ModelError> {
        let upper = text.trim().to_ascii_uppercase();
        let known = CONTESTED.iter().any(|c| c.code == upper)
            || COUNTRIES.split(' ').any(|c| c == upper)
            || is_subdivision(&upper);
        if known { Ok(Self::of(&upper)) } else { Err(ModelError::Jurisdiction { given: shown(text) }) }
    }
}

crate::words::serde_by_text!(Jurisdiction);

/// Whether ISO 3166-2 has this code. A part of a country that does not exist would make a measure that reaches nobody.
fn is_subdivision(code: &str) -> bool {
    let Some((country, part)) = code.split_once('-') else { return false };
    let mut rows = SUBDIVISIONS.lines().filter_map(|line| line.split_once(' '));
    !part.is_empty() && rows.any(|(of, parts)| of == country && parts.split(' ').any(|p| p == part))
}
