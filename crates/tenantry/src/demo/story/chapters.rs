//! The five chapters: who applies, and what to look at.

use super::listed::{ListedOrganisation, Picks, nearly};
use super::{Cast, Chapter, Place as Where, ReceivedOrder, Slots, Step, Story};
use crate::demo::companies::{Company, Owners, interest};
use crate::demo::events::{Closure, Ending};
use crate::demo::people::{Papers, Person, mail_host};
use crate::demo::places::Place;
use crate::demo::random::Seeded;
use crate::demo::sheet::{self, text};
use crate::demo::signals;
use crate::demo::{Opening, Plan, Profile, mix, number, opened_at, reference};
use anyhow::Result;
use std::collections::BTreeMap;
use tenantry_model::account::AccountRole;
use tenantry_model::case::CaseKind;
use tenantry_model::fact::{Claim, FactValue, PaymentMethod};
use tenantry_model::order::OrderKind;
use tenantry_model::party::Control;
use tenantry_model::time::{DAY_US, PartialDate, Timestamp};
use tenantry_register::intake::NewApplication;

/// Days between the opening of the account in chapter four and its removal.
const REMOVED_AFTER_DAYS: u32 = 120;

pub(super) fn cast(plan: &Plan, accounts: usize, slots: Slots, picks: &Picks) -> Result<Cast> {
    let scene = Scene { plan: *plan, accounts };
    let mut openings = BTreeMap::new();
    let returning = scene.person(slots.removed, "TR")?;
    let removed = scene.removed(slots.removed, &returning)?;
    let closure = Closure {
        reference: reference(slots.removed),
        at: removed.at.plus_days(REMOVED_AFTER_DAYS),
        ending: Ending::ForCause,
        reason: "Removed for cause: phishing pages on three addresses, warnings unanswered.".to_owned(),
    };
    openings.insert(slots.reseller, scene.reseller(slots.reseller)?);
    openings.insert(slots.sub_reseller, scene.sub_reseller(slots.sub_reseller, slots.reseller)?);
    openings.insert(slots.removed, removed);
    openings.insert(slots.ordered, scene.ordered(slots.ordered)?);
    openings.insert(slots.near_name, scene.near_name(slots.near_name, picks)?);
    openings.insert(slots.front, scene.front(slots.front, picks)?);
    let [first, second, third] = slots.listed_customers;
    let [one, two] = &picks.customers;
    openings.insert(first, scene.listed_customer(first, one, slots.sub_reseller)?);
    openings.insert(second, scene.listed_customer(second, two, slots.sub_reseller)?);
    openings.insert(third, scene.wallet_customer(third, picks, slots.sub_reseller)?);
    openings.insert(slots.returner, scene.returner(slots.returner, &returning)?);
    let order = ReceivedOrder {
        kind: OrderKind::EuropeanProductionOrder,
        authority: "Public Prosecutor's Office of Beispielstadt, cybercrime unit (invented)",
        file_number: "4 UJs 1021/26",
        received_at: plan.base.plus_micros(-DAY_US),
        accounts: vec![reference(slots.ordered)],
        asks: "Subscriber data and the addresses from which the account was administered since it was opened.",
    };
    Ok(Cast { openings, removed: closure, story: Story { chapters: chapters(slots, picks), order } })
}

/// What every opening of the story is made from.
#[derive(Clone, Copy)]
struct Scene {
    plan: Plan,
    accounts: usize,
}

const HOLDER: [AccountRole; 2] = [AccountRole::Customer, AccountRole::Payer];

impl Scene {
    fn dice(self, slot: usize) -> Seeded {
        Seeded::branch(self.plan.seed, "story", number(slot))
    }

    fn at(self, slot: usize) -> Timestamp {
        opened_at(&self.plan, self.accounts, slot)
    }

    fn person(self, slot: usize, country: &str) -> Result<Person> {
        let dice = self.dice(slot);
        Person::at(Place::in_country(country, &dice)?, &dice)
    }

    fn opening(self, slot: usize, under: Option<usize>, application: NewApplication) -> Opening {
        Opening { at: self.at(slot), under: under.map(reference), profile: Profile::Story, application }
    }

    /// An individual who applies alone, with everything asked for.
    fn alone(self, slot: usize, under: Option<usize>, person: &Person) -> Result<Opening> {
        let (dice, at) = (self.dice(slot), self.at(slot));
        let mut customer =
            person.sheet("customer", &HOLDER, Papers::Passport, Claim::ForeignPerson, at, &dice)?;
        person.contracts(&mut customer, &dice)?;
        let parties = vec![customer.done()];
        let application =
            NewApplication { reference: reference(slot), reseller: None, parties, interests: Vec::new() };
        Ok(self.opening(slot, under, application))
    }

    /// Chapter one: nearly the name of a listed person, same country, born on the same day of another year: a likeness that only
    /// somebody who looks can tell from the same person.
    fn near_name(self, slot: usize, picks: &Picks) -> Result<Opening> {
        let listed = &picks.namesake;
        let mut person = self.person(slot, &listed.country)?;
        person.name = nearly(&listed.name);
        person.native_name = None;
        let (month, day) = (listed.born.month().or(Some(3)), listed.born.day().or(Some(9)));
        person.born = PartialDate::new(listed.born.year().saturating_add(11), month, day)?;
        person.email = format!("studio@{}", mail_host(&person.name));
        self.alone(slot, None, &person)
    }

    /// Chapter two: a Delaware company whose declared director holds a little, and a holding abroad most of it.
    fn front(self, slot: usize, picks: &Picks) -> Result<Opening> {
        let (dice, at) = (self.dice(slot), self.at(slot));
        let mut seat = Place::american(&dice)?;
        seat.town = "Dover, DE 19901";
        seat.jurisdiction = "US-DE".parse()?;
        let company = Company::named("Larkmere Render Services", seat, &dice);
        let mut customer = company.sheet("customer", &HOLDER, Claim::UsPerson, at, &dice)?;
        company.contracts(&mut customer, &dice)?;
        let director = Person::at(Place::american(&dice)?, &dice)?;
        let control = [Control::SeniorOfficer, Control::Nominee];
        let director = director.sheet(
            "director",
            &[AccountRole::Signatory],
            Papers::Passport,
            Claim::UsPerson,
            at,
            &dice,
        )?;
        let mut owners = Owners::default();
        owners.add(director.done(), 10, &control)?;
        let holding = Company::named("Elaionas Holdings", Place::in_country("CY", &dice)?, &dice);
        owners.add(holding.sheet("holding", &[], Claim::ForeignPerson, at, &dice)?.done(), 90, &[])?;
        let mut hidden = Person::at(Place::in_country(&picks.hidden.country, &dice)?, &dice)?;
        hidden.name.clone_from(&picks.hidden.name);
        hidden.native_name = None;
        hidden.born = picks.hidden.born;
        let hidden = hidden.sheet(
            "owner",
            &[AccountRole::BeneficialOwner],
            Papers::None,
            Claim::ForeignPerson,
            at,
            &dice,
        )?;
        owners.interests.push(interest("owner", "holding", 70, &[])?);
        owners.parties.push(hidden.done());
        let parties = std::iter::once(customer.done()).chain(owners.parties).collect();
        let interests = owners.interests;
        Ok(self.opening(
            slot,
            None,
            NewApplication { reference: reference(slot), reseller: None, parties, interests },
        ))
    }

    /// Chapter three: a hosting firm that buys addresses in bulk and sells them on.
    fn reseller(self, slot: usize) -> Result<Opening> {
        let dice = self.dice(slot);
        let company = Company::named("Luntiang Ulap Hosting", Place::in_country("PH", &dice)?, &dice);
        Ok(self.opening(slot, None, mix::selling_on(reference(slot), &company, self.at(slot), &dice)?))
    }

    fn sub_reseller(self, slot: usize, above: usize) -> Result<Opening> {
        let dice = self.dice(slot);
        let company = Company::named("Kiln Street Nodes", Place::in_country("SG", &dice)?, &dice);
        Ok(self.opening(slot, Some(above), mix::selling_on(reference(slot), &company, self.at(slot), &dice)?))
    }

    fn listed_customer(self, slot: usize, listed: &ListedOrganisation, under: usize) -> Result<Opening> {
        let (dice, at) = (self.dice(slot), self.at(slot));
        let place = Place::in_country(&listed.country, &dice)?;
        let mut company = Company::at(place, &dice);
        company.name.clone_from(&listed.name);
        company.email = format!("noc@{}", mail_host(&listed.name.chars().take(40).collect::<String>()));
        let mut customer = company.sheet("customer", &HOLDER, Claim::ForeignPerson, at, &dice)?;
        company.contracts(&mut customer, &dice)?;
        let owners = Owners::direct(&company, Claim::ForeignPerson, at, &dice)?;
        let parties = std::iter::once(customer.done()).chain(owners.parties).collect();
        let interests = owners.interests;
        let application = NewApplication { reference: reference(slot), reseller: None, parties, interests };
        Ok(self.opening(slot, Some(under), application))
    }

    /// An unknown name that pays from a listed wallet.
    fn wallet_customer(self, slot: usize, picks: &Picks, under: usize) -> Result<Opening> {
        let mut opening = self.alone(slot, Some(under), &self.person(slot, "VN")?)?;
        let payment = FactValue::Payment {
            method: PaymentMethod::Wallet,
            token: sheet::token(&picks.wallet.address)?,
            issuer: Some(text(&picks.wallet.currency)?),
            issuer_jurisdiction: None,
        };
        for party in &mut opening.application.parties {
            for fact in &mut party.facts {
                if matches!(fact.fact, FactValue::Payment { .. }) {
                    fact.fact = payment.clone();
                }
            }
        }
        Ok(opening)
    }

    /// Chapter four, first part: an ordinary customer, later removed.
    fn removed(self, slot: usize, person: &Person) -> Result<Opening> {
        self.alone(slot, None, person)
    }

    /// Chapter four, second part: another name, mail and number, the same passport and the same card; from a network that hides its
    /// user, and with an address that lasts an hour.
    fn returner(self, slot: usize, before: &Person) -> Result<Opening> {
        let mut person = self.person(slot, before.place.country.code)?;
        person.document.clone_from(&before.document);
        person.payment.clone_from(&before.payment);
        let mut opening = self.alone(slot, None, &person)?;
        for fact in opening.application.parties.iter_mut().flat_map(|party| &mut party.facts) {
            match &mut fact.fact {
                FactValue::AccessFrom { ip, .. } => *ip = sheet::ip(signals::HIDDEN.into()),
                FactValue::Email { .. } => fact.fact = sheet::email(signals::THROW_AWAY)?,
                _ => {}
            }
        }
        Ok(opening)
    }

    /// Chapter five: the customer an authority asks about.
    fn ordered(self, slot: usize) -> Result<Opening> {
        self.alone(slot, None, &self.person(slot, "DE")?)
    }
}

fn chapters(slots: Slots, picks: &Picks) -> Vec<Chapter> {
    let account = |slot| Where::Account(reference(slot));
    let case = |kind, slot| Where::Case(kind, reference(slot));
    let step = |place, look| Step { place, look };
    let [first, second, third] = slots.listed_customers;
    vec![
        Chapter {
            number: 1,
            title: "A name close to a listed one",
            happened: "Somebody applies whose name differs by one letter from a name on the OFAC list, from the same country.",
            steps: vec![
                step(
                    case(CaseKind::Match, slots.near_name),
                    "What speaks for the same person, what against, what is unknown. The years of birth are eleven apart.",
                ),
                step(
                    account(slots.near_name),
                    "The account waits: nothing may be provisioned until somebody has decided.",
                ),
            ],
            matters: "Most people who resemble a listed person are somebody else. The decision needs a reason code, and it is kept.",
            listed: vec![picks.namesake.id.clone()],
        },
        Chapter {
            number: 2,
            title: "A front company with a hidden owner",
            happened: "A Delaware company looks like any US customer. Ninety per cent of it belong to a holding in Cyprus, and \
                       seventy per cent of that to one person, who is listed.",
            steps: vec![
                step(
                    account(slots.front),
                    "Sixty-three per cent, computed through the holding: well over a quarter, so a foreign owner pulls the account in.",
                ),
                step(
                    case(CaseKind::Match, slots.front),
                    "The match is with the owner, not with the company that signed.",
                ),
            ],
            matters: "The rule asks who owns the customer, at any depth. Who only checks the name on the contract sees a US company.",
            listed: vec![picks.hidden.id.clone()],
        },
        Chapter {
            number: 3,
            title: "A reseller whose customers are listed",
            happened: "A hosting firm buys in bulk and sells on to a second firm. Two customers at the end of the chain bear listed \
                       names; a third pays from a listed wallet.",
            steps: vec![
                step(account(slots.reseller), "The chain below: reseller, sub-reseller, customers."),
                step(
                    case(CaseKind::Match, first),
                    "A listed organisation, found two levels below the contract.",
                ),
                step(case(CaseKind::Match, second), "The second one: one case each, decided one by one."),
                step(
                    case(CaseKind::Match, third),
                    "Nobody lists this name. The wallet is listed, and an identifier decides.",
                ),
                step(
                    account(slots.sub_reseller),
                    "The firm in the middle: one account, three cases below it.",
                ),
                step(
                    Where::Measures,
                    "Write a measure against the reseller that reaches the whole chain, and preview whom it hits.",
                ),
            ],
            matters: "Resellers are how infrastructure reaches people who could not open an account. The chain has to be known to its end.",
            listed: picks.customers.iter().map(|c| c.id.clone()).chain([picks.wallet.id.clone()]).collect(),
        },
        Chapter {
            number: 4,
            title: "Somebody who was removed comes back",
            happened: "A customer was removed for phishing. Now an application arrives under another name, through a network that hides its \
                       user, with an e-mail address that lasts an hour, and with the same passport and the same card.",
            steps: vec![
                step(account(slots.removed), "The first account, closed for cause, with the reason."),
                step(
                    case(CaseKind::Link, slots.returner),
                    "What the two have in common, and how much each of it says.",
                ),
                step(
                    case(CaseKind::RedFlag, slots.returner),
                    "Two red flags, each with the list and the version it comes from. Honest people hide, too: a flag asks for a look.",
                ),
            ],
            matters: "Recognising somebody is evidence, not a verdict: a person decides. A shared internet address would not have been enough.",
            listed: Vec::new(),
        },
        Chapter {
            number: 5,
            title: "An order with a deadline",
            happened: "A prosecutor's office sends a European Production Order about a customer. Ten days are left from receipt.",
            steps: vec![
                step(
                    Where::Order,
                    "The clock, what is asked, and what is held from now on so that nothing is erased.",
                ),
                step(account(slots.ordered), "The account under hold; the customer is not told."),
                step(
                    Where::Ledger,
                    "Receipt, hold and every look at the data are records; checkpoints prove none is missing.",
                ),
            ],
            matters: "Handing over takes two people and a legal basis, and what was handed over can be verified by whoever receives it.",
            listed: Vec::new(),
        },
    ]
}
