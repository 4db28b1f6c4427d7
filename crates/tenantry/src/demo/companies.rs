//! Invented companies, with the people who own, direct and administer them.

use super::people::{self, Papers, Person};
use super::places::{self, Place};
use super::random::Seeded;
use super::sheet::{self, Sheet, text};
use anyhow::Result;
use tenantry_model::account::AccountRole;
use tenantry_model::evidence::{CheckMethod, CheckResult};
use tenantry_model::fact::{AccessKind, AddressUse, Claim, EntityForm, FactValue, NameUse, Source};
use tenantry_model::party::{Control, PartyKind};
use tenantry_model::share::{Share, ShareRange};
use tenantry_model::time::Timestamp;
use tenantry_register::intake::{NewInterest, NewParty};

/// An invented company.
pub(super) struct Company {
    pub(super) place: Place,
    pub(super) name: String,
    stem: String,
    pub(super) email: String,
    pub(super) telephone: String,
    pub(super) registration: String,
    pub(super) payment: String,
}

impl Company {
    /// A company at `place`.
    pub(super) fn at(place: Place, dice: &Seeded) -> Self {
        let language = place.language;
        let stem =
            format!("{}{}", dice.pick(language.family_starts).roman, dice.pick(language.family_ends).roman);
        Self::named(&format!("{stem} {}", dice.pick(language.trades)), place, dice)
    }

    /// A company with this name before the legal form.
    pub(super) fn named(stem: &str, place: Place, dice: &Seeded) -> Self {
        Self {
            name: format!("{stem} {}", dice.pick(place.country.forms)),
            stem: stem.to_owned(),
            email: format!("cloud.{}@{}", dice.digits(4), people::mail_host(stem)),
            telephone: place.telephone(dice),
            registration: format!("{}-{}", place.country.code, dice.digits(7)),
            payment: people::payment_token(dice),
            place,
        }
    }

    /// The name without trade and legal form.
    pub(super) fn stem(&self) -> &str {
        self.stem.split(' ').next().unwrap_or_default()
    }

    /// The company as a party with everything the pack asks of an organisation.
    pub(super) fn sheet(
        &self,
        key: &str,
        roles: &[AccountRole],
        claim: Claim,
        at: Timestamp,
        dice: &Seeded,
    ) -> Result<Sheet> {
        let mut sheet = Sheet::new(key, PartyKind::Organisation, roles, at);
        sheet.check(
            "registry",
            CheckMethod::RegistryLookup,
            CheckResult::Pass,
            "Extract of the company register: name, number, seat and directors agree.",
        )?;
        sheet.shows("registry", sheet::name(&self.name)?);
        if dice.chance(20) {
            let online = text(&format!("{} Online", self.stem()))?;
            sheet.says(FactValue::OtherName { usage: NameUse::Trade, text: online });
        }
        sheet.says(FactValue::Address {
            usage: AddressUse::PrincipalPlace,
            street: text(&self.place.street(dice))?,
            locality: Some(text(self.place.town)?),
            jurisdiction: self.place.jurisdiction,
        });
        sheet.says(FactValue::StatusClaim { claim });
        sheet.reads(
            Source::Registry,
            "registry",
            FactValue::OrganisedUnder { jurisdiction: self.place.jurisdiction },
        );
        sheet.reads(
            Source::Registry,
            "registry",
            FactValue::RegistrationNumber {
                jurisdiction: self.place.state,
                number: text(&self.registration)?,
            },
        );
        sheet.says(FactValue::OrganisationForm { form: EntityForm::SeparateEntity });
        sheet.says(FactValue::Headquarters { jurisdiction: self.place.state });
        sheet.says(sheet::email(&self.email)?);
        sheet.says(sheet::telephone(&self.telephone)?);
        Ok(sheet)
    }

    /// Adds what is asked of the one who contracts: means of payment, place of use, and the address of the sign-up.
    pub(super) fn contracts(&self, sheet: &mut Sheet, dice: &Seeded) -> Result<()> {
        sheet.says(FactValue::PlaceOfUse { jurisdiction: self.place.jurisdiction });
        sheet.observes(people::payment(&self.payment, self.place.state)?);
        sheet.observes(FactValue::AccessFrom {
            ip: sheet::ip(places::address(dice)),
            access: AccessKind::SignUp,
            jurisdiction: Some(self.place.jurisdiction),
        });
        Ok(())
    }
}

/// Owners of a company, as parties and what they hold. Shares add up to the whole.
#[derive(Default)]
pub(super) struct Owners {
    pub(super) parties: Vec<NewParty>,
    pub(super) interests: Vec<NewInterest>,
}

impl Owners {
    /// One to three people from the company's own country who hold it directly; the first directs it, too.
    pub(super) fn direct(company: &Company, claim: Claim, at: Timestamp, dice: &Seeded) -> Result<Self> {
        let mut owners = Self::default();
        let shares: &[u32] = dice.pick(&[&[100], &[100], &[60, 40], &[50, 50], &[55, 30, 15]]);
        for (position, percent) in shares.iter().enumerate() {
            let person = Person::at(Place::in_country(company.place.country.code, dice)?, dice)?;
            let key = format!("owner-{}", position + 1);
            let mut roles = vec![AccountRole::BeneficialOwner];
            if *percent < 25 {
                roles.clear();
            }
            if position == 0 {
                roles.push(AccountRole::Signatory);
            }
            let control: &[Control] = if position == 0 { &[Control::SeniorOfficer] } else { &[] };
            owners.add(
                person.sheet(&key, &roles, Papers::Passport, claim, at, dice)?.done(),
                *percent,
                control,
            )?;
        }
        Ok(owners)
    }

    /// Adds an owner who holds `percent` of the customer directly.
    pub(super) fn add(&mut self, party: NewParty, percent: u32, control: &[Control]) -> Result<()> {
        self.interests.push(interest(&party.key, "customer", percent, control)?);
        self.parties.push(party);
        Ok(())
    }
}

/// What `owner` holds in `owned`.
pub(super) fn interest(owner: &str, owned: &str, percent: u32, control: &[Control]) -> Result<NewInterest> {
    let share = ShareRange::exactly(Share::from_ppm(percent.saturating_mul(10_000))?);
    Ok(NewInterest {
        owner: owner.to_owned(),
        owned: owned.to_owned(),
        share: Some(share),
        control: control.to_vec(),
    })
}
