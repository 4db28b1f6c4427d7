//! Inputs for tests: people and companies with what is needed, to be spoiled one thing at a time.

use tenantry_model::account::AccountRole;
use tenantry_model::fact::*;
use tenantry_model::id::{AccountId, FactId, PartyId};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::party::{Interest, PartyKind};
use tenantry_model::personal::PersonalText;
use tenantry_model::share::ShareRange;
use tenantry_model::time::Timestamp;
use tenantry_policy::decision::Decision;
use tenantry_policy::input::{DecisionInput, PartyInput, Screening};
use tenantry_policy::pack::Pack;
use tenantry_policy::rule::RuleCode;

pub(crate) const PACK: &str = include_str!("../../../../packs/eo13984-nprm-2024.toml");
pub(crate) const ACCOUNT: AccountId = AccountId::from_bytes([0xaa; 16]);

pub(crate) fn pack() -> Pack {
    Pack::parse(PACK).unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

pub(crate) fn j(code: &str) -> Jurisdiction {
    code.parse().unwrap()
}

pub(crate) fn text(text: &str) -> PersonalText {
    PersonalText::parse("text", text).unwrap()
}

pub(crate) fn id(number: u8) -> PartyId {
    PartyId::from_bytes([number; 16])
}

/// A party whose facts are numbered in the order they are added.
pub(crate) struct Party(pub(crate) PartyInput);

impl Party {
    pub(crate) fn new(number: u8, kind: PartyKind, roles: &[AccountRole]) -> Self {
        Self(PartyInput {
            id: id(number),
            kind,
            roles: roles.to_vec(),
            facts: Vec::new(),
            hits: Vec::new(),
            screening: Screening::Evaluated,
        })
    }

    pub(crate) fn fact(mut self, value: FactValue, strength: Strength) -> Self {
        let number = self.0.facts.iter().map(|fact| fact.id.bytes()[15] + 1).max().unwrap_or(0);
        let mut bytes = self.0.id.bytes();
        bytes[15] = number;
        let at = now().plus_days(0).plus_micros(-1_000_000 + i64::from(number));
        let source = if strength == Strength::SelfAsserted { Source::Declared } else { Source::Document };
        self.0.facts.push(Fact {
            id: FactId::from_bytes(bytes),
            party: self.0.id,
            value,
            source,
            strength,
            evidence: None,
            stated_at: at,
            recorded_at: at,
        });
        self
    }

    pub(crate) fn without(mut self, kind: FactKind) -> Self {
        self.0.facts.retain(|fact| fact.value.kind() != kind);
        self
    }

    pub(crate) fn contact(self, country: &str) -> Self {
        let said = Strength::SelfAsserted;
        let ip = PersonalIp::new("198.51.100.7".parse().unwrap());
        self.fact(FactValue::PlaceOfUse { jurisdiction: j(country) }, said)
            .fact(payment(country), said)
            .fact(FactValue::Email { address: EmailAddress::parse("zora.quill@example.org").unwrap() }, said)
            .fact(FactValue::Telephone { number: TelephoneNumber::parse("+4930123456").unwrap() }, said)
            .fact(
                FactValue::AccessFrom { ip, access: AccessKind::SignUp, jurisdiction: Some(j(country)) },
                said,
            )
    }
}

pub(crate) fn payment(country: &str) -> FactValue {
    FactValue::Payment {
        method: PaymentMethod::Card,
        token: PaymentToken::parse("tok_1x").unwrap(),
        issuer: None,
        issuer_jurisdiction: Some(j(country)),
    }
}

pub(crate) fn address(usage: AddressUse, country: &str) -> FactValue {
    FactValue::Address { usage, street: text("Lindenweg 5"), locality: None, jurisdiction: j(country) }
}

pub(crate) fn passport(country: &str) -> FactValue {
    FactValue::IdentityDocument {
        document: DocumentKind::Passport,
        jurisdiction: j(country),
        number: text("C01X00T47"),
        expires_on: Some("2031-05-28".parse().unwrap()),
    }
}

/// A foreign individual with everything that is asked, verified.
pub(crate) fn foreign_person(number: u8, roles: &[AccountRole]) -> Party {
    Party::new(number, PartyKind::Individual, roles)
        .fact(FactValue::LegalName { text: text("Zora Quill") }, Strength::Corroborated)
        .fact(FactValue::StatusClaim { claim: Claim::ForeignPerson }, Strength::SelfAsserted)
        .fact(passport("DE"), Strength::Corroborated)
        .fact(address(AddressUse::Residential, "DE"), Strength::SelfAsserted)
        .contact("DE")
}

/// A US citizen with what the pre-screen asks.
pub(crate) fn us_person(number: u8, roles: &[AccountRole]) -> Party {
    Party::new(number, PartyKind::Individual, roles)
        .fact(FactValue::LegalName { text: text("Zora Quill") }, Strength::Corroborated)
        .fact(FactValue::StatusClaim { claim: Claim::UsPerson }, Strength::SelfAsserted)
        .fact(passport("US"), Strength::Authenticated)
}

/// A company of this law with everything that is asked, verified.
pub(crate) fn company(number: u8, law: &str, roles: &[AccountRole]) -> Party {
    let claim = if j(law).is_us() { Claim::UsPerson } else { Claim::ForeignPerson };
    Party::new(number, PartyKind::Organisation, roles)
        .fact(FactValue::LegalName { text: text("Quill Hosting") }, Strength::Corroborated)
        .fact(FactValue::StatusClaim { claim }, Strength::SelfAsserted)
        .fact(FactValue::OrganisedUnder { jurisdiction: j(law) }, Strength::Corroborated)
        .fact(address(AddressUse::PrincipalPlace, law), Strength::SelfAsserted)
        .contact(law)
}

pub(crate) fn owns(owner: u8, percent: &str, owned: u8) -> Interest {
    let share = Some(ShareRange::exactly(percent.parse().unwrap()));
    Interest { owner: id(owner), owned: id(owned), share, control: vec![] }
}

pub(crate) fn input(pack: &Pack, parties: Vec<Party>, interests: Vec<Interest>) -> DecisionInput<'_> {
    let mut input = DecisionInput::new(pack, now(), ACCOUNT);
    input.parties = parties.into_iter().map(|party| party.0).collect();
    input.interests = interests;
    input
}

pub(crate) fn rules(decision: &Decision) -> Vec<RuleCode> {
    let mut rules: Vec<RuleCode> = decision.reasons.iter().map(|reason| reason.rule).collect();
    rules.sort();
    rules.dedup();
    rules
}
