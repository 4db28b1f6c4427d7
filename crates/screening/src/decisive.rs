//! The smallest missing fact that would decide: of what the list says and the query leaves open, the least to ask for whose
//! answer makes the difference between a hit and none. A fact that moves the score and decides nothing is not asked for.

use crate::calibrate::{calibration, required_bits};
use crate::conflict;
use crate::dates;
use crate::entity::Attributes;
use crate::evidence::{
    Asked, COUNTRY_DIFFERENT, COUNTRY_SAME, GENDER_DIFFERENT, GENDER_SAME, IDENTIFIER_SAME,
};
use crate::hit::{Attribute, Decisive, Score};
use crate::normal;
use tenantry_model::listed::Property;

/// How a pair stands before anything more is asked.
pub(crate) struct Standing<'p> {
    pub(crate) asked: &'p Asked,
    pub(crate) listed: &'p Attributes,
    /// Sum of all points.
    pub(crate) total: i32,
    /// What the names say in it.
    pub(crate) names: i32,
    /// Whether only a hard rule can still bring the pair up.
    pub(crate) apart: bool,
}

/// What the names would say if the two were known to be of one country, and of two.
pub(crate) struct NamesByCountry {
    pub(crate) same: i32,
    pub(crate) different: i32,
}

/// The score after either answer, and whether that is a hit.
struct Answers {
    same: (i32, bool),
    different: (i32, bool),
}

/// The fact to ask for, if one decides. Asked in the order of what it takes to answer: gender, country, date of birth, an
/// identifying number. `by_country` is asked only when it matters.
pub(crate) fn decisive(
    standing: &Standing,
    by_country: impl FnOnce() -> Option<NamesByCountry>,
) -> Option<Decisive> {
    let decides = |attribute, answers: Option<Answers>| {
        let found = answers.filter(|a| a.same.1 != a.different.1)?;
        let (if_same, if_different) = (calibration(found.same.0), calibration(found.different.0));
        Some(Decisive { attribute, property: None, if_same, if_different })
    };
    if !standing.apart {
        let by_points = decides(Attribute::Gender, standing.gender())
            .or_else(|| decides(Attribute::Country, standing.country(by_country)))
            .or_else(|| decides(Attribute::BirthDate, standing.birth_date()));
        if by_points.is_some() {
            return by_points;
        }
    }
    normal::IDENTIFIERS.iter().find_map(|property| {
        let found = decides(Attribute::Identifier, standing.identifier(*property))?;
        Some(Decisive { property: Some(*property), ..found })
    })
}

impl Standing<'_> {
    /// A total, and whether it is a hit at the published threshold.
    fn at(&self, total: i32) -> (i32, bool) {
        (total, !self.apart && total >= required_bits(Score::THRESHOLD))
    }

    fn answers(&self, same: i32, different: i32) -> Answers {
        Answers { same: self.at(self.total + same), different: self.at(self.total + different) }
    }

    fn gender(&self) -> Option<Answers> {
        let open = self.asked.lacks(Attribute::Gender) && self.listed.female.is_some();
        open.then(|| self.answers(GENDER_SAME, GENDER_DIFFERENT))
    }

    fn country(&self, by_country: impl FnOnce() -> Option<NamesByCountry>) -> Option<Answers> {
        if !self.asked.lacks(Attribute::Country) || self.listed.countries.is_empty() {
            return None;
        }
        let names = by_country().unwrap_or(NamesByCountry { same: self.names, different: self.names });
        let (same, different) = (names.same - self.names, names.different - self.names);
        Some(self.answers(same + COUNTRY_SAME, different + COUNTRY_DIFFERENT))
    }

    fn birth_date(&self) -> Option<Answers> {
        let open = self.asked.lacks(Attribute::BirthDate);
        let best = dates::best_answer(&self.listed.births).filter(|_| open)?;
        Some(self.answers(best, dates::DIFFERENT))
    }

    /// The same number is a hit by a hard rule; another one speaks against where its bearer has one only.
    fn identifier(&self, property: Property) -> Option<Answers> {
        let mut listed = self.listed.exact.iter().filter(|e| e.property == property).peekable();
        listed.peek()?;
        if self.asked.has_number(property) {
            return None;
        }
        let now = self.asked.identifier_bits(self.listed);
        let another = conflict::of_another(property, listed).min(now);
        let same = (self.total - now + IDENTIFIER_SAME, true);
        Some(Answers { same, different: self.at(self.total - now + another) })
    }
}
