//! Organisations: the law of constitution decides (DEF-05), a branch is its parent (DEF-06).
//!
//! Addresses, headquarters, owners and parents do not change the status of an organisation: a company constituted
//! under US law and owned abroad is a US person, and its account is pulled in by its owners instead.

use super::weigh::basis;
use super::{
    Basis, BasisCode, Contradiction, ContradictionCode, MissingFact, PointsTo, ResellerChecks, StatusFinding,
    Weight,
};
use tenantry_model::fact::{EntityForm, Fact, FactKind, FactValue, Strength};
use tenantry_model::id::FactId;
use tenantry_model::party::{PartyKind, Status};
use tenantry_model::time::Timestamp;

pub(super) fn determine(facts: &[&Fact], checks: ResellerChecks) -> StatusFinding {
    let branch = is_branch(facts);
    let bases: Vec<Basis> = facts
        .iter()
        .filter_map(|f| basis(PartyKind::Organisation, f, checks, Timestamp::from_micros(0)))
        // A branch is registered where it works; that says nothing of the entity it belongs to.
        .filter(|b| branch == Branch::No || b.code != BasisCode::Registration)
        .collect();
    let contradictions = contradictions(&bases);
    let any = |points_to| bases.iter().any(|b| b.points_to == points_to && b.code != BasisCode::Registration);
    let constituted_in_us = bases.iter().any(|b| {
        b.code == BasisCode::Constitution && b.points_to == PointsTo::Us && b.weight >= Weight::Strong
    });
    let status = match (contradictions.is_empty(), constituted_in_us) {
        (true, true) => Status::UsPerson,
        (true, false) if any(PointsTo::Foreign) && !any(PointsTo::Us) => Status::ForeignPerson,
        _ => Status::Undetermined,
    };
    let missing = if status == Status::Undetermined {
        vec![MissingFact { kind: FactKind::OrganisedUnder, strength: Strength::Corroborated }]
    } else {
        Vec::new()
    };
    StatusFinding { status, bases, contradictions, missing }
}

#[derive(PartialEq, Eq)]
enum Branch {
    Yes,
    No,
}

fn is_branch(facts: &[&Fact]) -> Branch {
    let shown = |wanted: EntityForm| {
        facts.iter().any(|f| {
            matches!(f.value, FactValue::OrganisationForm { form } if form == wanted)
                && f.strength >= Strength::Corroborated
        })
    };
    if shown(EntityForm::Branch) && !shown(EntityForm::SeparateEntity) { Branch::Yes } else { Branch::No }
}

fn contradictions(bases: &[Basis]) -> Vec<Contradiction> {
    let has = |code, points_to| bases.iter().any(|b| b.code == code && b.points_to == points_to);
    let mut out = Vec::new();
    let us = has(BasisCode::Constitution, PointsTo::Us);
    let foreign = has(BasisCode::Constitution, PointsTo::Foreign);
    let (claims_us, claims_foreign) =
        (has(BasisCode::Claim, PointsTo::Us), has(BasisCode::Claim, PointsTo::Foreign));
    if us && foreign {
        out.push(of(ContradictionCode::Constitution, bases, &[BasisCode::Constitution]));
    }
    if claims_us && claims_foreign {
        out.push(of(ContradictionCode::ClaimsBoth, bases, &[BasisCode::Claim]));
    }
    let registered_abroad = has(BasisCode::Registration, PointsTo::Foreign);
    if claims_us && !us && (foreign || registered_abroad) {
        let codes = &[BasisCode::Claim, BasisCode::Constitution, BasisCode::Registration];
        out.push(of(ContradictionCode::UsClaimAgainstFacts, bases, codes));
    }
    if claims_foreign && us && !foreign {
        out.push(of(
            ContradictionCode::ForeignClaimAgainstFacts,
            bases,
            &[BasisCode::Claim, BasisCode::Constitution],
        ));
    }
    if us && !foreign && registered_abroad {
        out.push(of(
            ContradictionCode::RegisteredAbroad,
            bases,
            &[BasisCode::Constitution, BasisCode::Registration],
        ));
    }
    out
}

fn of(code: ContradictionCode, bases: &[Basis], codes: &[BasisCode]) -> Contradiction {
    let mut facts: Vec<FactId> =
        bases.iter().filter(|b| codes.contains(&b.code)).flat_map(|b| b.facts.iter().copied()).collect();
    facts.sort();
    facts.dedup();
    Contradiction { code, facts }
}
