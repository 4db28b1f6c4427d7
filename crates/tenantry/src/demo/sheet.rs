//! A party as it is filled in: facts and checks in the shape of an application.

use anyhow::Result;
use tenantry_model::account::AccountRole;
use tenantry_model::evidence::{CheckMethod, CheckResult};
use tenantry_model::fact::{EmailAddress, FactValue, PaymentToken, PersonalIp, Source, TelephoneNumber};
use tenantry_model::party::PartyKind;
use tenantry_model::personal::PersonalText;
use tenantry_model::time::Timestamp;
use tenantry_register::intake::{NewCheck, NewFact, NewParty};

/// A party under construction, everything said at one instant.
pub(super) struct Sheet {
    party: NewParty,
    at: Timestamp,
}

impl Sheet {
    pub(super) fn new(key: &str, kind: PartyKind, roles: &[AccountRole], at: Timestamp) -> Self {
        let party = NewParty {
            key: key.to_owned(),
            kind,
            roles: roles.to_vec(),
            facts: Vec::new(),
            checks: Vec::new(),
        };
        Self { party, at }
    }

    /// What the applicant says.
    pub(super) fn says(&mut self, fact: FactValue) {
        self.add(fact, Source::Declared, None);
    }

    /// What the applicant says and a check bears out (or not: the check tells).
    pub(super) fn shows(&mut self, check: &str, fact: FactValue) {
        self.add(fact, Source::Declared, Some(check));
    }

    /// What was read from a document or found in a registry during a check.
    pub(super) fn reads(&mut self, source: Source, check: &str, fact: FactValue) {
        self.add(fact, source, Some(check));
    }

    /// What the provider saw for itself.
    pub(super) fn observes(&mut self, fact: FactValue) {
        self.add(fact, Source::Observed, None);
    }

    /// A check that was made.
    pub(super) fn check(
        &mut self,
        key: &str,
        method: CheckMethod,
        result: CheckResult,
        what: &str,
    ) -> Result<()> {
        let description = text(what)?;
        self.party.checks.push(NewCheck {
            key: key.to_owned(),
            method,
            result,
            checked_at: self.at,
            description,
        });
        Ok(())
    }

    /// Forgets every fact that `unwanted` picks: an application in which something is missing.
    pub(super) fn without(&mut self, unwanted: impl Fn(&FactValue) -> bool) {
        self.party.facts.retain(|fact| !unwanted(&fact.fact));
    }

    pub(super) fn done(self) -> NewParty {
        self.party
    }

    fn add(&mut self, fact: FactValue, source: Source, check: Option<&str>) {
        let check = check.map(str::to_owned);
        self.party.facts.push(NewFact { fact, source, check, stated_at: Some(self.at) });
    }
}

pub(super) fn text(text: &str) -> Result<PersonalText> {
    Ok(PersonalText::parse("text of the demo", text)?)
}

pub(super) fn name(full: &str) -> Result<FactValue> {
    Ok(FactValue::LegalName { text: text(full)? })
}

pub(super) fn email(address: &str) -> Result<FactValue> {
    Ok(FactValue::Email { address: EmailAddress::parse(address)? })
}

pub(super) fn telephone(number: &str) -> Result<FactValue> {
    Ok(FactValue::Telephone { number: TelephoneNumber::parse(number)? })
}

pub(super) fn ip(address: std::net::IpAddr) -> PersonalIp {
    PersonalIp::new(address)
}

pub(super) fn token(text: &str) -> Result<PaymentToken> {
    Ok(PaymentToken::parse(text)?)
}
