//! A measure as written by a compliance officer, checked into the model. Dates follow the determination: 180 days until anybody
//! has to act (SPM-05), 365 days of life (SPM-04), unless the authority says otherwise.

use crate::RegisterError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenantry_model::id::MeasureId;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::measure::{
    Effect, GRACE_DAYS, LIFE_DAYS_MAX, Measure, NamedPerson, ResellerReach, Target,
};
use tenantry_model::time::{Date, Timestamp};
use tenantry_policy::pack::Pack;

/// Characters in a title.
const TITLE_LENGTH_MAX: usize = 200;
/// Characters in a citation.
pub(super) const CITATION_LENGTH_MAX: usize = 1_000;
/// Jurisdictions in one measure.
const JURISDICTIONS_MAX: usize = 50;
/// Persons in one measure.
const PERSONS_MAX: usize = 500;
/// Names, countries, identifiers or confirmed parties of one person.
const VALUES_MAX: usize = 50;

/// A measure as proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMeasure {
    /// Title for people, without names of persons.
    pub title: String,
    /// Whom it is about.
    pub target: Target,
    /// What it does.
    pub effect: Effect,
    /// Whether accounts below resellers are reached; the whole chain unless said otherwise.
    #[serde(default = "whole_chain")]
    pub reach: ResellerReach,
    /// Authority and citation of the determination.
    pub citation: String,
    /// Date of the determination.
    pub determined_on: Date,
    /// From when it is enforced; after the grace period unless said otherwise.
    #[serde(default)]
    pub effective: Effective,
    /// When it ends; 365 days after the determination unless it ends earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// From when a measure is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effective {
    /// From the moment a second person approves it.
    AtOnce,
    /// From this instant.
    Instant {
        /// The instant, not before the determination.
        at: Timestamp,
    },
    /// 180 days after the determination.
    #[default]
    AfterGrace,
}

const fn whole_chain() -> ResellerReach {
    ResellerReach::WholeChain
}

impl NewMeasure {
    /// Checks what was written and fixes its dates.
    pub(super) fn parse(self, id: MeasureId, now: Timestamp, pack: &Pack) -> Result<Measure, RegisterError> {
        text("/title", &self.title, TITLE_LENGTH_MAX)?;
        text("/citation", &self.citation, CITATION_LENGTH_MAX)?;
        check_target(&self.target)?;
        check_effect(&self.effect)?;
        if self.determined_on > now.date() {
            return Err(RegisterError::invalid("/determined_on", "lies in the future"));
        }
        let (effective_at, expires_at) = self.dates(now, pack)?;
        Ok(Measure {
            id,
            title: self.title.trim().to_owned(),
            target: self.target,
            effect: self.effect,
            reach: self.reach,
            citation: self.citation.trim().to_owned(),
            determined_on: self.determined_on,
            effective_at,
            expires_at,
            extensions: Vec::new(),
        })
    }

    fn dates(&self, now: Timestamp, pack: &Pack) -> Result<(Timestamp, Timestamp), RegisterError> {
        let determined = self.determined_on.start();
        let grace = pack.timer("measure_grace").map_or(GRACE_DAYS, |timer| timer.days);
        let effective_at = match self.effective {
            Effective::AtOnce => now,
            Effective::Instant { at } if at < determined => {
                return Err(RegisterError::invalid("/effective/at", "lies before the determination"));
            }
            Effective::Instant { at } => at,
            Effective::AfterGrace => determined.plus_days(grace),
        };
        let life = pack.timer("measure_life").map_or(LIFE_DAYS_MAX, |timer| timer.days).min(LIFE_DAYS_MAX);
        let latest = determined.plus_days(life);
        let expires_at = self.expires_at.unwrap_or(latest);
        if expires_at > latest {
            let detail = format!(
                "a measure lasts at most {life} days after its determination unless it is extended (SPM-04)"
            );
            return Err(RegisterError::invalid("/expires_at", detail));
        }
        if expires_at <= effective_at || expires_at <= now {
            return Err(RegisterError::invalid(
                "/expires_at",
                "the measure would end before it begins or lies in the past",
            ));
        }
        Ok((effective_at, expires_at))
    }
}

pub(super) fn text(pointer: &str, text: &str, length_max: usize) -> Result<(), RegisterError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > length_max || text.contains(char::is_control) {
        return Err(RegisterError::invalid(pointer, format!("has 1 to {length_max} printable characters")));
    }
    Ok(())
}

fn check_target(target: &Target) -> Result<(), RegisterError> {
    match target {
        Target::Jurisdiction { jurisdictions } => check_jurisdictions(jurisdictions),
        Target::Person { persons } => check_persons(persons),
    }
}

fn check_jurisdictions(jurisdictions: &[Jurisdiction]) -> Result<(), RegisterError> {
    let at = "/target/jurisdictions";
    if jurisdictions.is_empty() || jurisdictions.len() > JURISDICTIONS_MAX {
        return Err(RegisterError::invalid(at, format!("names 1 to {JURISDICTIONS_MAX} jurisdictions")));
    }
    let mut seen = BTreeSet::new();
    for (position, jurisdiction) in jurisdictions.iter().enumerate() {
        if jurisdiction.is_us() {
            let detail = "a measure is about foreign jurisdictions (SPM-01)";
            return Err(RegisterError::invalid(format!("{at}/{position}"), detail));
        }
        if !seen.insert(*jurisdiction) {
            return Err(RegisterError::invalid(format!("{at}/{position}"), "is named twice"));
        }
    }
    Ok(())
}

fn check_persons(persons: &[NamedPerson]) -> Result<(), RegisterError> {
    let at = "/target/persons";
    if persons.is_empty() || persons.len() > PERSONS_MAX {
        return Err(RegisterError::invalid(at, format!("names 1 to {PERSONS_MAX} persons")));
    }
    for (number, person) in persons.iter().enumerate() {
        if person.names.is_empty() {
            return Err(RegisterError::invalid(
                format!("{at}/{number}/names"),
                "a person has at least one name",
            ));
        }
        let most =
            [person.names.len(), person.countries.len(), person.identifiers.len(), person.confirmed.len()];
        if most.into_iter().any(|count| count > VALUES_MAX) {
            let detail =
                format!("at most {VALUES_MAX} names, countries, identifiers and confirmed parties each");
            return Err(RegisterError::invalid(format!("{at}/{number}"), detail));
        }
    }
    Ok(())
}

fn check_effect(effect: &Effect) -> Result<(), RegisterError> {
    let Effect::Condition { withheld } = effect else { return Ok(()) };
    let distinct: BTreeSet<_> = withheld.iter().collect();
    if withheld.is_empty() || distinct.len() != withheld.len() {
        return Err(RegisterError::invalid("/effect/withheld", "names at least one capability, each once"));
    }
    Ok(())
}
