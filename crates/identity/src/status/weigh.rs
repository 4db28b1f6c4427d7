//! From facts to weighed bases: what each kind of fact says about status, and how much.

use super::{Basis, BasisCode, PointsTo, ResellerChecks, Weight};
use tenantry_model::fact::{AddressUse, Claim, DocumentKind, Fact, FactKind, FactValue, Source, Strength};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::party::PartyKind;
use tenantry_model::time::Timestamp;

/// The facts that still speak: a reviewer's corroborated fact silences what was recorded on the same question before it.
pub(super) fn unsettled<'a>(facts: &[&'a Fact]) -> Vec<&'a Fact> {
    let settled_at = |question: FactKind| {
        facts.iter().filter(|f| f.value.kind() == question && settles(f)).map(|f| f.recorded_at).max()
    };
    facts
        .iter()
        .filter(|fact| {
            settled_at(question(fact.value.kind())).is_none_or(|settled| fact.recorded_at >= settled)
        })
        .copied()
        .collect()
}

/// The question a kind of fact bears on, named by the fact that settles it: where somebody is settles where
/// connections, payments and addresses point.
const fn question(kind: FactKind) -> FactKind {
    match kind {
        FactKind::Address
        | FactKind::PlaceOfUse
        | FactKind::AccessFrom
        | FactKind::Payment
        | FactKind::Telephone => FactKind::LocatedIn,
        other => other,
    }
}

fn settles(fact: &Fact) -> bool {
    fact.source == Source::Reviewer && fact.strength >= Strength::Corroborated
}

/// What one fact says about the status of a party of this kind; `None` when it says nothing.
pub(super) fn basis(kind: PartyKind, fact: &Fact, checks: ResellerChecks, now: Timestamp) -> Option<Basis> {
    let (code, points_to, most) = match kind {
        PartyKind::Individual => individual(&fact.value, now)?,
        PartyKind::Organisation => organisation(&fact.value)?,
    };
    let own_word = fact.source == Source::Reseller && checks == ResellerChecks::DoNotCorroborate;
    let most = if own_word && points_to == PointsTo::Us { Weight::Claim } else { most };
    let weight = by_strength(fact.strength).min(most);
    Some(Basis { code, points_to, weight, facts: vec![fact.id] })
}

fn individual(value: &FactValue, now: Timestamp) -> Option<(BasisCode, PointsTo, Weight)> {
    let (code, place, most) = match value {
        FactValue::Citizenship { jurisdiction } => {
            (BasisCode::Citizenship, *jurisdiction, Weight::Determinative)
        }
        FactValue::PermanentResidence { jurisdiction } => {
            // Permanent residence elsewhere says where somebody may live, not that they are foreign.
            if !jurisdiction.is_us() {
                return None;
            }
            (BasisCode::PermanentResidence, *jurisdiction, Weight::Determinative)
        }
        FactValue::IdentityDocument { document, jurisdiction, expires_on, .. } => {
            let (code, most) = document_basis(*document, *jurisdiction)?;
            let expired = expires_on.is_some_and(|last| last < now.date());
            (code, *jurisdiction, if expired { most.min(Weight::Weak) } else { most })
        }
        FactValue::LocatedIn { jurisdiction } => (BasisCode::Location, *jurisdiction, Weight::Strong),
        FactValue::Address {
            usage: AddressUse::Residential | AddressUse::Business, jurisdiction, ..
        } => (BasisCode::Address, *jurisdiction, Weight::Medium),
        FactValue::PlaceOfUse { jurisdiction } => (BasisCode::PlaceOfUse, *jurisdiction, Weight::Weak),
        FactValue::AccessFrom { jurisdiction: Some(place), .. } => {
            (BasisCode::AccessOrigin, *place, Weight::Weak)
        }
        FactValue::Payment { issuer_jurisdiction: Some(place), .. } => {
            (BasisCode::PaymentOrigin, *place, Weight::Weak)
        }
        FactValue::Telephone { number } => {
            // +1 is shared by two dozen countries and says nothing.
            let abroad = !number.expose().starts_with("+1");
            return abroad.then_some((BasisCode::TelephoneOrigin, PointsTo::Foreign, Weight::Weak));
        }
        FactValue::StatusClaim { claim } => return Some(claimed(*claim)),
        _ => return None,
    };
    Some((code, points(place), most))
}

fn organisation(value: &FactValue) -> Option<(BasisCode, PointsTo, Weight)> {
    match value {
        FactValue::OrganisedUnder { jurisdiction } => {
            Some((BasisCode::Constitution, points(*jurisdiction), Weight::Determinative))
        }
        FactValue::RegistrationNumber { jurisdiction, .. } => {
            Some((BasisCode::Registration, points(*jurisdiction), Weight::Medium))
        }
        FactValue::StatusClaim { claim } => Some(claimed(*claim)),
        _ => None,
    }
}

/// What a document shows, if anything: a driving licence shows residence at most and is issued to anybody who
/// lives there; so is a permit to reside for a time, which at most fits that somebody is there. Only a card that shows permanent
/// residence shows what DEF-05 names. Foreign ones of either kind show nothing about US status.
fn document_basis(document: DocumentKind, issuer: Jurisdiction) -> Option<(BasisCode, Weight)> {
    match document {
        DocumentKind::Passport | DocumentKind::NationalIdCard => {
            Some((BasisCode::NationalDocument, Weight::Determinative))
        }
        DocumentKind::ResidencePermit => issuer.is_us().then_some((BasisCode::ResidencePermit, Weight::Weak)),
        DocumentKind::PermanentResidentCard => {
            issuer.is_us().then_some((BasisCode::PermanentResidentCard, Weight::Strong))
        }
        DocumentKind::DrivingLicence => Some((BasisCode::DrivingLicence, Weight::Weak)),
        DocumentKind::Other => None,
    }
}

const fn claimed(claim: Claim) -> (BasisCode, PointsTo, Weight) {
    let points_to = match claim {
        Claim::UsPerson => PointsTo::Us,
        Claim::ForeignPerson => PointsTo::Foreign,
    };
    (BasisCode::Claim, points_to, Weight::Claim)
}

fn points(place: Jurisdiction) -> PointsTo {
    if place.is_us() { PointsTo::Us } else { PointsTo::Foreign }
}

const fn by_strength(strength: Strength) -> Weight {
    match strength {
        Strength::SelfAsserted => Weight::Claim,
        Strength::Consistent => Weight::Weak,
        Strength::Corroborated => Weight::Strong,
        Strength::Authenticated => Weight::Determinative,
    }
}
