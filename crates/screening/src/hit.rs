//! What is answered: hits and their explanations, in exact integers, ready to be stored as evidence.

use serde::{Deserialize, Serialize};
use std::fmt;
use tenantry_model::listed::Property;
use tenantry_names::Comparison;

/// A score in thousandths: 0 (cannot be) to 1000 (certain). An ordering of evidence by a published calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(u16);

impl Score {
    /// The published threshold: 700.
    pub const THRESHOLD: Self = Self(700);
    /// No threshold below this has an effect: 500. Fainter likeness is not searched for.
    pub const FLOOR: Self = Self(500);
    /// Certain.
    pub const MAX: Self = Self(1000);

    /// A score; values above 1000 become 1000.
    pub const fn new(per_mille: u16) -> Self {
        if per_mille > 1000 { Self::MAX } else { Self(per_mille) }
    }

    /// Thousandths.
    pub const fn per_mille(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// A listed entity that could be the party asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hit {
    /// Code of the list.
    pub list: String,
    /// Identifier of the entity, stable across versions of the list.
    pub entity: String,
    /// Name of the entity as published.
    pub caption: String,
    /// How strong the evidence is.
    pub score: Score,
    /// Why.
    pub explanation: Explanation,
}

/// Why a hit has its score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// Frozen name of the algorithm, [`crate::ALGORITHM`].
    pub algorithm: String,
    /// One point per attribute that either side has, names first.
    pub points: Vec<Point>,
    /// Sum of the points, in thousandths of a bit.
    pub total: i32,
    /// Why the score stays under [`Score::FLOOR`] whatever the total is; `None` when the total decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capped: Option<Cap>,
    /// Rules that make a hit whatever the score.
    pub hard_rules: Vec<HardRule>,
    /// The smallest missing fact whose answer decides whether this is a hit at [`Score::THRESHOLD`]; `None` when none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decisive: Option<Decisive>,
}

/// A rule that keeps a pair from being a hit, whatever its points add up to, unless a [`HardRule`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// No name of one side is alike enough to one of the other (a similarity of 550), or a side has none: what else agrees
    /// is true of many.
    NamesApart,
    /// One is a thing that the other cannot be, such as a person and a vessel.
    KindsApart,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// Names.
    Name,
    /// Date of birth or founding.
    BirthDate,
    /// Country or nationality, as a sign of identity only.
    Country,
    /// Gender.
    Gender,
    /// Identifying number.
    Identifier,
    /// Virtual-currency address.
    Wallet,
    /// E-mail address.
    Email,
    /// Domain or web site.
    Domain,
    /// Telephone number.
    Phone,
    /// Postal address.
    Address,
}

/// Which way a point counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Speaks for the same party.
    For,
    /// Speaks against.
    Against,
    /// One side does not say.
    Unknown,
}

/// How two values relate, as a stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Names agree in every part.
    NameSame,
    /// Names agree with small differences.
    NameClose,
    /// Names differ.
    NameDifferent,
    /// The same day.
    DateSame,
    /// The same year and month, the day is not known on one side.
    DateSameMonth,
    /// The same year, more is not known on one side.
    DateSameYear,
    /// Day and month changed places.
    DateSwapped,
    /// One digit differs.
    DateDigit,
    /// The same day and month in another year.
    DateOtherYear,
    /// A year apart at most.
    DateYearApart,
    /// A few years apart.
    DateYearsApart,
    /// Many years apart.
    DateDifferent,
    /// Within the range of dates that the list gives.
    DateWithin,
    /// At least one value is the same.
    Same,
    /// Largely the same words.
    Similar,
    /// Both sides say something, nothing agrees.
    Different,
    /// The query does not say.
    MissingInQuery,
    /// The list does not say.
    MissingInList,
}

/// One attribute's share in the total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// What was compared.
    pub attribute: Attribute,
    /// Which way it counts.
    pub direction: Direction,
    /// How much, in thousandths of a bit.
    pub bits: i32,
    /// How the values relate.
    pub note: Note,
    /// The list's value that was compared; empty when it has none.
    pub listed: String,
    /// Alignment of the names, for [`Attribute::Name`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<NameDetail>,
}

/// Which names were compared, and how they line up. Spans on the left are in the query's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameDetail {
    /// Position in [`crate::Query::names`].
    pub query_name: usize,
    /// Which property of the list the name is.
    pub property: Property,
    /// The alignment.
    pub comparison: Comparison,
}

/// A rule that makes a hit whatever the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "rule")]
pub enum HardRule {
    /// An identifying number is exactly the same.
    SameIdentifier {
        /// Which property of the list.
        property: Property,
        /// The list's value.
        listed: String,
    },
    /// A virtual-currency address is exactly the same.
    SameWallet {
        /// The list's value.
        listed: String,
    },
    /// An e-mail address is exactly the same.
    SameEmail {
        /// The list's value.
        listed: String,
    },
}

/// The smallest missing fact that would decide: one answer makes a hit at [`Score::THRESHOLD`], the other none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisive {
    /// What to ask for.
    pub attribute: Attribute,
    /// Which number, for [`Attribute::Identifier`]. The same number is a hit by a [`HardRule`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Property>,
    /// Score when it agrees as fully as what the list says allows.
    pub if_same: Score,
    /// Score when it differs clearly.
    pub if_different: Score,
}
