//! Who applies: the mix of applicants, and what makes each kind different.
//!
//! The kinds say what an applicant sends, never how it ends: outcomes are the policy's.

use super::companies::{Company, Owners};
use super::people::{Papers, Person};
use super::places::Place;
use super::random::Seeded;
use anyhow::Result;
use serde::Serialize;
use tenantry_model::account::AccountRole;
use tenantry_model::fact::{Claim, FactKind, FactValue};
use tenantry_model::party::Control;
use tenantry_model::time::Timestamp;
use tenantry_register::intake::{NewApplication, NewParty};

/// Kind of applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// A US citizen or resident with a passport.
    UsIndividual,
    /// A US company owned by people with US passports.
    UsCompany,
    /// A US company of which a foreign person holds a quarter or more.
    UsCompanyForeignOwner,
    /// A foreign person with everything asked for.
    ForeignIndividual,
    /// A foreign company with everything asked for.
    ForeignCompany,
    /// A foreign person who left out something that is asked for.
    IncompleteIndividual,
    /// A foreign company that names no owner.
    OwnersMissing,
    /// Somebody who says to be a US person and shows nothing.
    ClaimAlone,
    /// Somebody who says to be a US person and shows papers of another country.
    ClaimContradicted,
    /// A foreign person whose passport did not pass.
    FailedPassport,
    /// A company that sells on, directly below the provider.
    Reseller,
    /// A company that sells on below another reseller.
    SubReseller,
    /// Somebody from the guided story.
    Story,
}

/// How many of a hundred applicants are of each kind.
const MIX: &[(Profile, u64)] = &[
    (Profile::UsIndividual, 33),
    (Profile::UsCompany, 14),
    (Profile::UsCompanyForeignOwner, 3),
    (Profile::ForeignIndividual, 24),
    (Profile::ForeignCompany, 12),
    (Profile::IncompleteIndividual, 6),
    (Profile::OwnersMissing, 2),
    (Profile::ClaimAlone, 3),
    (Profile::ClaimContradicted, 2),
    (Profile::FailedPassport, 1),
];

/// The kind of the next ordinary applicant.
pub(super) fn deal(dice: &Seeded) -> Profile {
    let mut left = dice.below(MIX.iter().map(|(_, share)| share).sum());
    for (profile, share) in MIX {
        if left < *share {
            return *profile;
        }
        left -= share;
    }
    Profile::ForeignIndividual
}

/// The same applicant with what was left out.
pub(super) const fn completed(profile: Profile) -> Profile {
    match profile {
        Profile::IncompleteIndividual => Profile::ForeignIndividual,
        Profile::OwnersMissing => Profile::ForeignCompany,
        Profile::ClaimAlone => Profile::UsIndividual,
        other => other,
    }
}

/// The application of an ordinary applicant.
pub(super) fn application(
    profile: Profile,
    reference: String,
    at: Timestamp,
    dice: &Seeded,
) -> Result<NewApplication> {
    match profile {
        Profile::UsIndividual => {
            individual(reference, Place::american(dice)?, Papers::Passport, Claim::UsPerson, None, at, dice)
        }
        Profile::ForeignIndividual | Profile::Story => individual(
            reference,
            Place::abroad(dice)?,
            Papers::Passport,
            Claim::ForeignPerson,
            None,
            at,
            dice,
        ),
        Profile::IncompleteIndividual => {
            let kinds = [
                Some(FactKind::Telephone),
                Some(FactKind::Address),
                Some(FactKind::Payment),
                Some(FactKind::PlaceOfUse),
            ];
            let missing = dice.pick(&kinds);
            individual(
                reference,
                Place::abroad(dice)?,
                Papers::Passport,
                Claim::ForeignPerson,
                missing,
                at,
                dice,
            )
        }
        Profile::ClaimAlone => {
            individual(reference, Place::american(dice)?, Papers::None, Claim::UsPerson, None, at, dice)
        }
        Profile::ClaimContradicted => {
            individual(reference, Place::abroad(dice)?, Papers::Passport, Claim::UsPerson, None, at, dice)
        }
        Profile::FailedPassport => individual(
            reference,
            Place::abroad(dice)?,
            Papers::PassportRefused,
            Claim::ForeignPerson,
            None,
            at,
            dice,
        ),
        Profile::UsCompany => {
            company(reference, Place::american(dice)?, Claim::UsPerson, Holding::Declared, at, dice)
        }
        Profile::UsCompanyForeignOwner => {
            company(reference, Place::american(dice)?, Claim::UsPerson, Holding::ForeignOwner, at, dice)
        }
        Profile::ForeignCompany => {
            company(reference, Place::abroad(dice)?, Claim::ForeignPerson, Holding::Declared, at, dice)
        }
        Profile::OwnersMissing => {
            company(reference, Place::abroad(dice)?, Claim::ForeignPerson, Holding::Undeclared, at, dice)
        }
        Profile::Reseller | Profile::SubReseller => reseller(reference, reseller_place(dice)?, at, dice),
    }
}

/// A company that sells on, at `place`, with its owners.
pub(super) fn reseller(
    reference: String,
    place: Place,
    at: Timestamp,
    dice: &Seeded,
) -> Result<NewApplication> {
    let company = Company::named(&format!("{} Hosting", Company::at(place, dice).stem()), place, dice);
    selling_on(reference, &company, at, dice)
}

/// The application of `company` for an account under which it sells on.
pub(super) fn selling_on(
    reference: String,
    company: &Company,
    at: Timestamp,
    dice: &Seeded,
) -> Result<NewApplication> {
    let claim = claim_of(company.place);
    let roles = [AccountRole::Customer, AccountRole::Payer, AccountRole::Reseller];
    let mut customer = company.sheet("customer", &roles, claim, at, dice)?;
    company.contracts(&mut customer, dice)?;
    let owners = Owners::direct(company, claim, at, dice)?;
    Ok(with_owners(reference, customer.done(), owners))
}

fn reseller_place(dice: &Seeded) -> Result<Place> {
    let code = dice.pick(&["US", "SG", "DE", "PL", "TR", "VN", "KE", "BR", "AE", "CY"]);
    Place::in_country(code, dice)
}

/// What an honest party from here says of its status.
pub(super) fn claim_of(place: Place) -> Claim {
    if place.jurisdiction.is_us() { Claim::UsPerson } else { Claim::ForeignPerson }
}

fn individual(
    reference: String,
    place: Place,
    papers: Papers,
    claim: Claim,
    missing: Option<FactKind>,
    at: Timestamp,
    dice: &Seeded,
) -> Result<NewApplication> {
    let person = Person::at(place, dice)?;
    let mut customer =
        person.sheet("customer", &[AccountRole::Customer, AccountRole::Payer], papers, claim, at, dice)?;
    person.contracts(&mut customer, dice)?;
    if papers == Papers::Passport && claim == Claim::UsPerson && place.jurisdiction.is_us() {
        customer.says(FactValue::LocatedIn { jurisdiction: place.jurisdiction });
    }
    if let Some(missing) = missing {
        customer.without(|fact| fact.kind() == missing);
    }
    Ok(NewApplication { reference, reseller: None, parties: vec![customer.done()], interests: Vec::new() })
}

/// How a company is held, as far as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holding {
    /// By people of its own country.
    Declared,
    /// In part by somebody from abroad.
    ForeignOwner,
    /// It does not say.
    Undeclared,
}

fn company(
    reference: String,
    place: Place,
    claim: Claim,
    holding: Holding,
    at: Timestamp,
    dice: &Seeded,
) -> Result<NewApplication> {
    let company = Company::at(place, dice);
    let mut customer =
        company.sheet("customer", &[AccountRole::Customer, AccountRole::Payer], claim, at, dice)?;
    company.contracts(&mut customer, dice)?;
    let mut owners = match holding {
        Holding::Declared => Owners::direct(&company, claim, at, dice)?,
        Holding::ForeignOwner => mixed_owners(&company, at, dice)?,
        Holding::Undeclared => Owners::default(),
    };
    if dice.chance(30) {
        let admin = Person::at(Place::in_country(place.country.code, dice)?, dice)?;
        owners
            .parties
            .push(admin.sheet("admin", &[AccountRole::User], Papers::Passport, claim, at, dice)?.done());
    }
    Ok(with_owners(reference, customer.done(), owners))
}

fn mixed_owners(company: &Company, at: Timestamp, dice: &Seeded) -> Result<Owners> {
    let mut owners = Owners::default();
    let roles = [AccountRole::BeneficialOwner];
    let native = Person::at(Place::in_country(company.place.country.code, dice)?, dice)?;
    let foreign = Person::at(Place::abroad(dice)?, dice)?;
    let share = u32::try_from(dice.between(25, 49))?;
    let control = [Control::SeniorOfficer];
    let first = native.sheet("owner-1", &roles, Papers::Passport, Claim::UsPerson, at, dice)?;
    owners.add(first.done(), 100_u32.saturating_sub(share), &control)?;
    let second = foreign.sheet("owner-2", &roles, Papers::Passport, Claim::ForeignPerson, at, dice)?;
    owners.add(second.done(), share, &[])?;
    Ok(owners)
}

fn with_owners(reference: String, customer: NewParty, owners: Owners) -> NewApplication {
    let parties = std::iter::once(customer).chain(owners.parties).collect();
    NewApplication { reference, reseller: None, parties, interests: owners.interests }
}
