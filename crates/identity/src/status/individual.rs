//! Individuals: citizenship, permanent residence, or physical presence (DEF-05).

use super::weigh::basis;
use super::{
    Basis, BasisCode, Contradiction, ContradictionCode, MissingFact, PointsTo, ResellerChecks, StatusFinding,
    Weight,
};
use tenantry_model::fact::{Fact, FactKind, FactValue, Strength};
use tenantry_model::id::FactId;
use tenantry_model::party::{PartyKind, Status};
use tenantry_model::time::Timestamp;

pub(super) fn determine(facts: &[&Fact], checks: ResellerChecks, now: Timestamp) -> StatusFinding {
    let facts = latest_location_first(facts);
    let bases: Vec<Basis> =
        facts.iter().filter_map(|f| basis(PartyKind::Individual, f, checks, now)).collect();
    let contradictions = contradictions(&bases);
    let strong_us = bases.iter().any(|b| b.points_to == PointsTo::Us && is_strong(b));
    let any_us = bases.iter().any(|b| b.points_to == PointsTo::Us && bears_status(b.code));
    let any_foreign = bases.iter().any(|b| b.points_to == PointsTo::Foreign && bears_status(b.code));
    let status = match (contradictions.is_empty(), strong_us, any_us, any_foreign) {
        (true, true, _, _) => Status::UsPerson,
        // Nobody gains by claiming to be foreign, so a statement is enough when nothing says US.
        (true, false, false, true) => Status::ForeignPerson,
        _ => Status::Undetermined,
    };
    let missing = if status == Status::Undetermined { settling() } else { Vec::new() };
    StatusFinding { status, bases, contradictions, missing }
}

/// Of the statements where the person is, only the latest by each source speaks: people move.
fn latest_location_first<'a>(facts: &[&'a Fact]) -> Vec<&'a Fact> {
    let located = |f: &Fact| matches!(f.value, FactValue::LocatedIn { .. });
    let superseded = |fact: &Fact| {
        located(fact)
            && facts.iter().any(|later| {
                located(later)
                    && later.source == fact.source
                    && later.strength >= fact.strength
                    && later.stated_at > fact.stated_at
            })
    };
    facts.iter().filter(|f| !superseded(f)).copied().collect()
}

fn contradictions(bases: &[Basis]) -> Vec<Contradiction> {
    let us = |codes: &'static [BasisCode]| strongest(bases, PointsTo::Us, codes);
    let foreign = |codes: &'static [BasisCode]| strongest(bases, PointsTo::Foreign, codes);
    let citizenship = us(NATIONALITY).filter(|w| *w >= Weight::Strong);
    let residence = us(RESIDENCE).filter(|w| *w >= Weight::Strong);
    let presence = us(&[BasisCode::Location]).filter(|w| *w >= Weight::Strong);
    let foreign_nationality = foreign(NATIONALITY);
    let claims_us = us(&[BasisCode::Claim]).is_some();
    let claims_foreign = foreign(&[BasisCode::Claim]).is_some();
    let shown = citizenship.or(residence).or(presence).is_some();
    let mut out = Vec::new();

    if claims_us && claims_foreign {
        out.push(of(ContradictionCode::ClaimsBoth, bases, |b| b.code == BasisCode::Claim));
    }
    if claims_foreign && !claims_us && shown {
        out.push(of(ContradictionCode::ForeignClaimAgainstFacts, bases, |b| {
            b.code == BasisCode::Claim || (b.points_to == PointsTo::Us && is_strong(b))
        }));
    }
    if claims_us
        && !shown
        && bases.iter().any(|b| b.points_to == PointsTo::Foreign && b.code != BasisCode::Claim)
    {
        out.push(of(ContradictionCode::UsClaimAgainstFacts, bases, |b| {
            (b.code == BasisCode::Claim) == (b.points_to == PointsTo::Us)
        }));
    }
    // Permanent residents and people present have foreign passports as a rule; citizens may have a second one.
    if let (Some(own), Some(other), None) = (citizenship, foreign_nationality, residence)
        && other > own
    {
        out.push(of(ContradictionCode::Nationality, bases, |b| NATIONALITY.contains(&b.code)));
    }
    let places_abroad = foreign(PLACES).is_some();
    if presence.is_some() && citizenship.is_none() && residence.is_none() && places_abroad {
        out.push(of(ContradictionCode::Presence, bases, |b| {
            PLACES.contains(&b.code) && (b.points_to == PointsTo::Foreign || b.code == BasisCode::Location)
        }));
    }
    out
}

const NATIONALITY: &[BasisCode] = &[BasisCode::Citizenship, BasisCode::NationalDocument];
const RESIDENCE: &[BasisCode] = &[BasisCode::PermanentResidence, BasisCode::PermanentResidentCard];
const PLACES: &[BasisCode] = &[
    BasisCode::Location,
    BasisCode::Address,
    BasisCode::PlaceOfUse,
    BasisCode::AccessOrigin,
    BasisCode::PaymentOrigin,
    BasisCode::TelephoneOrigin,
];

/// Codes that bear on status by themselves; the others are only where something or somebody was seen.
const fn bears_status(code: BasisCode) -> bool {
    matches!(
        code,
        BasisCode::Citizenship
            | BasisCode::NationalDocument
            | BasisCode::PermanentResidence
            | BasisCode::PermanentResidentCard
            | BasisCode::Location
            | BasisCode::Claim
    )
}

/// A basis that suffices for a US result: strong, and about what the definition names.
fn is_strong(basis: &Basis) -> bool {
    basis.weight >= Weight::Strong && bears_status(basis.code)
}

fn strongest(bases: &[Basis], points_to: PointsTo, codes: &[BasisCode]) -> Option<Weight> {
    bases.iter().filter(|b| b.points_to == points_to && codes.contains(&b.code)).map(|b| b.weight).max()
}

fn of(code: ContradictionCode, bases: &[Basis], concerned: impl Fn(&Basis) -> bool) -> Contradiction {
    let mut facts: Vec<FactId> =
        bases.iter().filter(|b| concerned(b)).flat_map(|b| b.facts.iter().copied()).collect();
    facts.sort();
    facts.dedup();
    Contradiction { code, facts }
}

fn settling() -> Vec<MissingFact> {
    [FactKind::Citizenship, FactKind::PermanentResidence, FactKind::LocatedIn]
        .map(|kind| MissingFact { kind, strength: Strength::Corroborated })
        .to_vec()
}
