//! What happens after opening: accesses that the provider reports, and accounts that end.

use super::places::{self, Place};
use super::random::Seeded;
use super::{Opening, Plan, Profile, number, sheet};
use serde::Serialize;
use tenantry_model::fact::{AccessKind, FactValue, Source};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_register::intake::NewFact;

/// How many of a hundred accounts report accesses.
const ACTIVE_PERCENT: u64 = 40;
/// Most accesses of one account.
const ACCESSES_MAX: u64 = 3;
/// How many of a thousand accounts ended.
const ENDED_PER_THOUSAND: u64 = 15;

/// An access to an account, to be added to its customer as a fact.
#[derive(Debug, Clone, Serialize)]
pub struct Access {
    /// Reference of the account.
    pub reference: String,
    /// When.
    pub at: Timestamp,
    /// From where and why: a fact of kind `access_from`.
    pub fact: NewFact,
}

/// Why an account ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The customer left.
    ByCustomer,
    /// The provider removed the customer.
    ForCause,
}

/// The end of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closure {
    /// Reference of the account.
    pub reference: String,
    /// When.
    pub at: Timestamp,
    /// On whose side the end came.
    pub ending: Ending,
    /// Why, in words.
    pub reason: String,
}

pub(super) fn accesses(plan: &Plan, openings: &[Opening]) -> Vec<Access> {
    let mut accesses = Vec::new();
    for (slot, opening) in openings.iter().enumerate() {
        let dice = Seeded::branch(plan.seed, "access", number(slot));
        if !dice.chance(ACTIVE_PERCENT) {
            continue;
        }
        let Some(place) = place_of(opening, &dice) else { continue };
        for _ in 0..dice.between(1, ACCESSES_MAX) {
            accesses.push(access(opening, place, later(plan, opening.at, &dice), &dice));
        }
    }
    accesses.sort_by(|a, b| (a.at, &a.reference).cmp(&(b.at, &b.reference)));
    accesses
}

/// Accounts that ended, `removed` among them: the story's customer who was thrown out and comes back.
pub(super) fn closures(plan: &Plan, openings: &[Opening], removed: Closure) -> Vec<Closure> {
    let mut closures = vec![removed];
    for (slot, opening) in openings.iter().enumerate() {
        let dice = Seeded::branch(plan.seed, "closure", number(slot));
        let ordinary = matches!(opening.profile, Profile::UsIndividual | Profile::ForeignIndividual);
        if ordinary && dice.below(1_000) < ENDED_PER_THOUSAND {
            closures.push(Closure {
                reference: opening.application.reference.clone(),
                at: later(plan, opening.at, &dice),
                ending: Ending::ByCustomer,
                reason: "The customer ended the contract; nothing is owed.".to_owned(),
            });
        }
    }
    closures.sort_by(|a, b| (a.at, &a.reference).cmp(&(b.at, &b.reference)));
    closures
}

fn access(opening: &Opening, place: Place, at: Timestamp, dice: &Seeded) -> Access {
    let kind = if dice.chance(30) { AccessKind::Administration } else { AccessKind::Access };
    let fact = FactValue::AccessFrom {
        ip: sheet::ip(places::address(dice)),
        access: kind,
        jurisdiction: Some(place.jurisdiction),
    };
    let fact = NewFact { fact, source: Source::Observed, check: None, stated_at: Some(at) };
    Access { reference: opening.application.reference.clone(), at, fact }
}

/// Where the customer uses the product, as far as the tables know the country.
fn place_of(opening: &Opening, dice: &Seeded) -> Option<Place> {
    let mut facts = opening.application.parties.first()?.facts.iter();
    let used_in: Jurisdiction = facts.find_map(|f| match f.fact {
        FactValue::PlaceOfUse { jurisdiction } => Some(jurisdiction),
        _ => None,
    })?;
    let code = if used_in.is_us() { Jurisdiction::US } else { used_in.country() };
    Place::in_country(code.as_str(), dice).ok()
}

/// Some instant between a day after `opened_at` and the end of the history.
fn later(plan: &Plan, opened_at: Timestamp, dice: &Seeded) -> Timestamp {
    let room_us = plan.base.as_micros().saturating_sub(opened_at.as_micros()).saturating_sub(DAY_US).max(1);
    let first =
        opened_at.plus_micros(DAY_US.min(plan.base.as_micros().saturating_sub(opened_at.as_micros())));
    let after_us = dice.below(u64::try_from(room_us).unwrap_or(1));
    first.plus_micros(i64::try_from(after_us).unwrap_or(0))
}
