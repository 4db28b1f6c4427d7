//! What arrives from outside: an application, facts, checks. Parsed once into the model; nothing unchecked passes.
//!
//! The shapes here are the bodies of the HTTP API and of `tenantry apply FILE`. Parties are named by a key of the sender's
//! choice within one request. [`Intake::parse`] gives every party and fact its identifier and refuses, naming the field,
//! what cannot be: a role without a party, a date of birth in the future, a share of a party in itself.

use crate::RegisterError;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tenantry_model::account::AccountRole;
use tenantry_model::evidence::{CheckMethod, CheckResult};
use tenantry_model::fact::{Fact, FactKind, FactValue, Source, Strength};
use tenantry_model::id::{AccountId, EvidenceId, FactId, PartyId};
use tenantry_model::party::{Control, Interest, PartyKind};
use tenantry_model::personal::PersonalText;
use tenantry_model::random::Entropy;
use tenantry_model::share::ShareRange;
use tenantry_model::staff::Actor;
use tenantry_model::time::Timestamp;

/// Bounds of one application.
pub mod limits {
    /// Parties in one application.
    pub const PARTIES_MAX: usize = 200;
    /// Facts about one party.
    pub const FACTS_MAX: usize = 200;
    /// Checks about one party.
    pub const CHECKS_MAX: usize = 50;
    /// Interests in one application.
    pub const INTERESTS_MAX: usize = 1_000;
    /// Levels of owners above those who have a role on the account.
    pub const OWNERSHIP_LEVELS_MAX: usize = 20;
    /// Characters in a provider's reference.
    pub const REFERENCE_LENGTH_MAX: usize = 120;
    /// Earliest instant at which something can have been said or checked: the year 1900, in microseconds.
    pub const STATED_US_MIN: i64 = -2_208_988_800_000_000;
    /// Earliest year of a date of birth.
    pub const BIRTH_YEAR_MIN: i16 = 1880;
}

/// An application as sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewApplication {
    /// The provider's own reference for the account; unique.
    pub reference: String,
    /// Reseller account under which the account is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reseller: Option<AccountId>,
    /// Who is involved; exactly one customer.
    pub parties: Vec<NewParty>,
    /// Who holds what in whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interests: Vec<NewInterest>,
}

/// A party as sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewParty {
    /// Name of the party within this request.
    pub key: String,
    /// Individual or organisation.
    pub kind: PartyKind,
    /// Roles on the account; may be empty for a link in the chain of ownership.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<AccountRole>,
    /// What is said of it.
    pub facts: Vec<NewFact>,
    /// What was checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<NewCheck>,
}

/// A fact as sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFact {
    /// The statement.
    pub fact: FactValue,
    /// Where it comes from; declared by the applicant unless said otherwise.
    #[serde(default = "declared")]
    pub source: Source,
    /// Key of the check that supports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// When it was said or observed; now unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_at: Option<Timestamp>,
}

/// A check as sent: what was examined, how, and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCheck {
    /// Name of the check within this party.
    pub key: String,
    /// How.
    pub method: CheckMethod,
    /// What came of it.
    pub result: CheckResult,
    /// When it was made.
    pub checked_at: Timestamp,
    /// What was examined and by whom, in words: a description, not a copy (REC-02).
    pub description: PersonalText,
}

/// An interest as sent, between two parties of the same request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewInterest {
    /// Key of the holder.
    pub owner: String,
    /// Key of what is held.
    pub owned: String,
    /// Share, exact or as a band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<ShareRange>,
    /// Kinds of control.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control: Vec<Control>,
}

const fn declared() -> Source {
    Source::Declared
}

/// A check with its identifier.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) id: EvidenceId,
    pub(crate) method: CheckMethod,
    pub(crate) result: CheckResult,
    pub(crate) checked_at: Timestamp,
    pub(crate) description: PersonalText,
}

/// A party with its identifiers.
#[derive(Debug, Clone)]
pub(crate) struct IntakeParty {
    pub(crate) id: PartyId,
    pub(crate) kind: PartyKind,
    pub(crate) roles: Vec<AccountRole>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) checks: Vec<Check>,
}

/// A parsed application.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    pub(crate) reference: String,
    pub(crate) reseller: Option<AccountId>,
    pub(crate) parties: Vec<IntakeParty>,
    pub(crate) interests: Vec<Interest>,
}

impl Intake {
    /// Parses an application that arrived at `now`.
    pub(crate) fn parse(
        sent: NewApplication,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, RegisterError> {
        let reference = reference(&sent.reference)?;
        check_parties(&sent)?;
        let mut ids = BTreeMap::new();
        let mut parties = Vec::with_capacity(sent.parties.len());
        for (position, party) in sent.parties.into_iter().enumerate() {
            let at = format!("/parties/{position}");
            let id = PartyId::new(now, entropy);
            if ids.insert(party.key.clone(), id).is_some() {
                return Err(RegisterError::invalid(format!("{at}/key"), "another party has the same key"));
            }
            let (facts, checks) = statements(&at, id, party.kind, party.facts, party.checks, now, entropy)?;
            parties.push(IntakeParty { id, kind: party.kind, roles: party.roles, facts, checks });
        }
        let interests = interests(&sent.interests, &ids)?;
        let roots = parties.iter().filter(|party| !party.roles.is_empty()).map(|party| party.id);
        check_levels(&levels(roots, &interests), parties.iter().map(|party| party.id))?;
        Ok(Self { reference, reseller: sent.reseller, parties, interests })
    }
}

/// Refuses a source that the actor cannot speak for. What a reviewer entered comes from a person of the provider; what a registry
/// says and what the provider observed, not from a reseller.
pub(crate) fn check_sources(actor: &Actor, at: &str, facts: &[NewFact]) -> Result<(), RegisterError> {
    let Some(position) = facts.iter().position(|fact| !may_state(actor, fact.source)) else { return Ok(()) };
    let detail = if actor.confined_to().is_some() {
        "a key of a reseller gives facts with the source `declared` or `reseller`"
    } else {
        "the source `reviewer` is for what a member of staff enters"
    };
    Err(RegisterError::invalid(format!("{at}/facts/{position}/source"), detail))
}

/// What a reseller's key declares with a check of its own is the reseller's statement about its customer, not the customer's.
pub(crate) fn own_statements(actor: &Actor, facts: &mut [NewFact]) {
    if actor.confined_to().is_some() {
        for fact in facts.iter_mut().filter(|fact| fact.check.is_some() && fact.source == Source::Declared) {
            fact.source = Source::Reseller;
        }
    }
}

/// Whether an actor speaks for a source: may state a fact in its name, and take back one that stands in it.
pub(crate) const fn may_state(actor: &Actor, source: Source) -> bool {
    match actor {
        Actor::Staff { .. } => true,
        Actor::ApiKey { reseller: Some(_), .. } => matches!(source, Source::Declared | Source::Reseller),
        Actor::ApiKey { reseller: None, .. } | Actor::System { .. } => !matches!(source, Source::Reviewer),
    }
}

/// Parses facts and checks about one party; `at` is the JSON pointer to it.
pub(crate) fn statements(
    at: &str,
    party: PartyId,
    kind: PartyKind,
    facts: Vec<NewFact>,
    checks: Vec<NewCheck>,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<(Vec<Fact>, Vec<Check>), RegisterError> {
    if facts.len() > limits::FACTS_MAX || checks.len() > limits::CHECKS_MAX {
        let detail = format!("at most {} facts and {} checks", limits::FACTS_MAX, limits::CHECKS_MAX);
        return Err(RegisterError::invalid(at, detail));
    }
    let mut made = BTreeMap::new();
    for (position, check) in checks.into_iter().enumerate() {
        let pointer = format!("{at}/checks/{position}");
        can_have_been(&format!("{pointer}/checked_at"), check.checked_at, now)?;
        let id = EvidenceId::new(now, entropy);
        let NewCheck { key, method, result, checked_at, description } = check;
        if made.insert(key, Check { id, method, result, checked_at, description }).is_some() {
            return Err(RegisterError::invalid(format!("{pointer}/key"), "another check has the same key"));
        }
    }
    let mut parsed = Vec::with_capacity(facts.len());
    for (position, fact) in facts.into_iter().enumerate() {
        let pointer = format!("{at}/facts/{position}");
        parsed.push(parse_fact(&pointer, party, kind, fact, &made, now, entropy)?);
    }
    Ok((parsed, made.into_values().collect()))
}

fn parse_fact(
    pointer: &str,
    party: PartyId,
    kind: PartyKind,
    sent: NewFact,
    checks: &BTreeMap<String, Check>,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Fact, RegisterError> {
    fits_kind(pointer, kind, sent.fact.kind())?;
    dates_can_be(pointer, &sent.fact, now)?;
    let stated_at = sent.stated_at.unwrap_or(now);
    can_have_been(&format!("{pointer}/stated_at"), stated_at, now)?;
    let check = match &sent.check {
        None => None,
        Some(key) => Some(checks.get(key).ok_or_else(|| {
            RegisterError::invalid(format!("{pointer}/check"), "no check of this party has this key")
        })?),
    };
    Ok(Fact {
        id: FactId::new(now, entropy),
        party,
        strength: strength(sent.source, check),
        value: sent.fact,
        source: sent.source,
        evidence: check.map(|c| c.id),
        stated_at,
        recorded_at: now,
    })
}

/// How far a statement from outside is believed. Authentication is never taken on somebody's word: it is given only by
/// code of this register that verified a signature itself.
fn strength(source: Source, check: Option<&Check>) -> Strength {
    match (source, check.map(|c| c.result)) {
        (Source::Declared | Source::Reseller, Some(CheckResult::Pass)) => Strength::Corroborated,
        (Source::Declared | Source::Reseller, _) => Strength::SelfAsserted,
        (_, Some(CheckResult::Pass)) => Strength::Corroborated,
        (Source::Observed, None) => Strength::Consistent,
        (_, _) => Strength::SelfAsserted,
    }
}

fn reference(text: &str) -> Result<String, RegisterError> {
    let ok = !text.is_empty()
        && text.chars().count() <= limits::REFERENCE_LENGTH_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'/'));
    if ok && !text.starts_with("acc_") {
        return Ok(text.to_owned());
    }
    let detail = "a reference has 1 to 120 letters, digits or - _ . : / and does not begin with acc_; do not put personal data into it";
    Err(RegisterError::invalid("/reference", detail))
}

fn check_parties(sent: &NewApplication) -> Result<(), RegisterError> {
    if sent.parties.is_empty() || sent.parties.len() > limits::PARTIES_MAX {
        let detail = format!("an application has 1 to {} parties", limits::PARTIES_MAX);
        return Err(RegisterError::invalid("/parties", detail));
    }
    let customers = sent.parties.iter().filter(|p| p.roles.contains(&AccountRole::Customer)).count();
    if customers != 1 {
        return Err(RegisterError::invalid("/parties", "exactly one party has the role `customer`"));
    }
    Ok(())
}

fn interests(sent: &[NewInterest], ids: &BTreeMap<String, PartyId>) -> Result<Vec<Interest>, RegisterError> {
    if sent.len() > limits::INTERESTS_MAX {
        let detail = format!("at most {} interests", limits::INTERESTS_MAX);
        return Err(RegisterError::invalid("/interests", detail));
    }
    let named = |key: &str| ids.get(key).copied();
    interests_between(sent, "no party of this request has this key", &named)
}

/// How many levels of owners each party stands above those in `roots`; a party that is not above any of them has none.
pub(crate) fn levels(
    roots: impl Iterator<Item = PartyId>,
    interests: &[Interest],
) -> BTreeMap<PartyId, usize> {
    let mut levels: BTreeMap<PartyId, usize> = roots.map(|party| (party, 0)).collect();
    let mut level = 0;
    loop {
        let here = |party: &PartyId| levels.get(party) == Some(&level);
        let owners = interests.iter().filter(|interest| here(&interest.owned)).map(|interest| interest.owner);
        let owners: Vec<PartyId> = owners.filter(|owner| !levels.contains_key(owner)).collect();
        if owners.is_empty() {
            return levels;
        }
        level += 1;
        levels.extend(owners.into_iter().map(|owner| (owner, level)));
    }
}

/// Refuses a party, of those in the order in which they were sent, that has nothing to do with the account: it would be decided on
/// once and never found again, neither to be screened nor to be held, shown or erased.
pub(crate) fn check_levels(
    levels: &BTreeMap<PartyId, usize>,
    parties: impl Iterator<Item = PartyId>,
) -> Result<(), RegisterError> {
    for (position, party) in parties.enumerate() {
        let detail = match levels.get(&party) {
            Some(level) if *level <= limits::OWNERSHIP_LEVELS_MAX => continue,
            Some(_) => format!(
                "stands more than {} levels of owners above everybody with a role on the account; name the owners above in short",
                limits::OWNERSHIP_LEVELS_MAX
            ),
            None => "has no role on the account and owns nobody who has, directly or through others; give it a role, \
                or say in `interests` in whom it holds what"
                .to_owned(),
        };
        return Err(RegisterError::invalid(format!("/parties/{position}"), detail));
    }
    Ok(())
}

/// Parses interests whose parties `named` finds; `unknown` is what to say of one that it does not. Each pair once: what is held is
/// kept by pair, so a second statement would take the place of the first.
pub(crate) fn interests_between(
    sent: &[NewInterest],
    unknown: &str,
    named: &dyn Fn(&str) -> Option<PartyId>,
) -> Result<Vec<Interest>, RegisterError> {
    let mut pairs = BTreeSet::new();
    let mut parsed = Vec::with_capacity(sent.len());
    for (position, interest) in sent.iter().enumerate() {
        let interest = interest_between(position, interest, unknown, named)?;
        if !pairs.insert((interest.owner, interest.owned)) {
            let detail = "an interest before has the same owner and the same owned party; state share and control in one";
            return Err(RegisterError::invalid(format!("/interests/{position}"), detail));
        }
        parsed.push(interest);
    }
    Ok(parsed)
}

fn interest_between(
    position: usize,
    sent: &NewInterest,
    unknown: &str,
    named: &dyn Fn(&str) -> Option<PartyId>,
) -> Result<Interest, RegisterError> {
    let at = format!("/interests/{position}");
    let find = |field: &str, key: &str| {
        named(key).ok_or_else(|| RegisterError::invalid(format!("{at}/{field}"), unknown))
    };
    let owner = find("owner", &sent.owner)?;
    let owned = find("owned", &sent.owned)?;
    if owner == owned {
        return Err(RegisterError::invalid(at, "a party cannot hold an interest in itself"));
    }
    if sent.share.is_none() && sent.control.is_empty() {
        return Err(RegisterError::invalid(at, "an interest states a share, a kind of control, or both"));
    }
    let mut control = sent.control.clone();
    control.sort_unstable();
    control.dedup();
    Ok(Interest { owner, owned, share: sent.share, control })
}

fn fits_kind(pointer: &str, party: PartyKind, fact: FactKind) -> Result<(), RegisterError> {
    let only = match fact {
        FactKind::DateOfBirth
        | FactKind::Gender
        | FactKind::Citizenship
        | FactKind::PermanentResidence
        | FactKind::NationalId
        | FactKind::IdentityDocument => PartyKind::Individual,
        FactKind::OrganisedUnder
        | FactKind::OrganisationForm
        | FactKind::RegistrationNumber
        | FactKind::Headquarters
        | FactKind::UltimateParent => PartyKind::Organisation,
        _ => return Ok(()),
    };
    if only == party {
        return Ok(());
    }
    Err(RegisterError::invalid(
        format!("{pointer}/fact/kind"),
        format!("`{fact}` is a fact about an {only}, not an {party}"),
    ))
}

fn dates_can_be(pointer: &str, fact: &FactValue, now: Timestamp) -> Result<(), RegisterError> {
    if let FactValue::DateOfBirth { date } = fact {
        if date.earliest() > now.date() {
            return Err(RegisterError::invalid(
                format!("{pointer}/fact/date"),
                "a date of birth lies in the past",
            ));
        }
        if date.year() < limits::BIRTH_YEAR_MIN {
            let detail = format!("a date of birth is not before {}", limits::BIRTH_YEAR_MIN);
            return Err(RegisterError::invalid(format!("{pointer}/fact/date"), detail));
        }
    }
    Ok(())
}

/// Whether an instant lies in the future, even for a machine whose clock is behind.
pub(crate) fn lies_ahead(at: Timestamp, now: Timestamp) -> bool {
    /// Clocks of two machines may differ by this much.
    const SKEW_US: i64 = 300_000_000;
    at > now.plus_micros(SKEW_US)
}

fn can_have_been(pointer: &str, at: Timestamp, now: Timestamp) -> Result<(), RegisterError> {
    if lies_ahead(at, now) {
        return Err(RegisterError::invalid(pointer, "lies in the future"));
    }
    if at.as_micros() < limits::STATED_US_MIN {
        return Err(RegisterError::invalid(pointer, "lies before the year 1900"));
    }
    Ok(())
}
