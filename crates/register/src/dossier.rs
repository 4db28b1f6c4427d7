//! The dossier: all the register knows of one account, opened for an assessment.
//!
//! Opening a dossier is done by the register in its own name, to decide; it shows nothing to anybody. People see personal
//! data only through [`crate::Register::reveal`].

use crate::RegisterError;
use crate::keys::{self, KnownKeys};
use crate::query::is_name;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::fact::{Fact, FactKind, FactValue};
use tenantry_model::id::{AccountId, PartyId};
use tenantry_model::party::{Interest, PartyKind};
use tenantry_model::time::Timestamp;
use tenantry_policy::input::Dates;
use tenantry_store::Tx;
use tenantry_store::repo::{account, list, party};
use tenantry_vault::Vault;

/// Resellers that can stand above an account.
pub(crate) const RESELLER_LEVELS_MAX: usize = 8;

/// A party with everything said of it that is in force.
#[derive(Debug, Clone)]
pub(crate) struct DossierParty {
    pub(crate) id: PartyId,
    pub(crate) kind: PartyKind,
    pub(crate) subject: [u8; 16],
    pub(crate) roles: Vec<AccountRole>,
    pub(crate) facts: Vec<Fact>,
    /// Names that are not in force any more.
    pub(crate) former_names: Vec<Fact>,
    pub(crate) findings: Vec<list::FindingRow>,
}

/// A reseller above the account.
#[derive(Debug, Clone)]
pub(crate) struct DossierReseller {
    pub(crate) account: AccountId,
    pub(crate) state: AccountState,
    pub(crate) parties: Vec<DossierParty>,
}

#[derive(Debug, Clone)]
pub(crate) struct Dossier {
    pub(crate) account: AccountId,
    /// Since when clocks run over it.
    pub(crate) dates: Dates,
    pub(crate) parties: Vec<DossierParty>,
    pub(crate) interests: Vec<Interest>,
    /// When the owners of a party last changed after the account was asked for.
    pub(crate) owners_changed: BTreeMap<PartyId, Timestamp>,
    pub(crate) chain: Vec<DossierReseller>,
}

impl Dossier {
    /// The same dossier in one fixed order, so that what is compared by its bytes (the basis of a finding, the inputs of a
    /// decision) does not depend on how the dossier was come by.
    pub(crate) fn in_order(mut self) -> Self {
        self.parties.sort_by_key(|party| party.id);
        for party in &mut self.parties {
            party.roles.sort_unstable();
            party.facts.sort_by_key(|fact| (fact.recorded_at, fact.id));
            party.former_names.sort_by_key(|fact| (fact.recorded_at, fact.id));
        }
        self.interests.sort_by_key(|interest| (interest.owner, interest.owned));
        self
    }
}

/// Opens the dossier of an existing account.
pub(crate) fn open(tx: &mut dyn Tx, vault: &Vault, id: AccountId) -> Result<Dossier, RegisterError> {
    let row = account::find(tx, id)?.ok_or(RegisterError::NotFound { what: "account" })?;
    let OpenParties { parties, interests, mut owners_changed } = parties_of(tx, vault, id, &|_| true)?;
    owners_changed.retain(|_, at| *at > row.created_at);
    let chain = open_chain(tx, vault, row.parent)?;
    let dates = Dates { applied_at: Some(row.created_at), opened_at: row.opened_at };
    Ok(Dossier { account: id, dates, parties, interests, owners_changed, chain }.in_order())
}

/// Opens of an existing account only the facts of the kinds `wanted`, for a first look at many accounts. Its chain is left
/// empty; see [`open_chain_of`].
pub(crate) fn open_of(
    tx: &mut dyn Tx,
    vault: &Vault,
    id: AccountId,
    wanted: &dyn Fn(FactKind) -> bool,
) -> Result<Dossier, RegisterError> {
    let OpenParties { parties, interests, owners_changed } = parties_of(tx, vault, id, wanted)?;
    Ok(Dossier {
        account: id,
        dates: Dates::default(),
        parties,
        interests,
        owners_changed,
        chain: Vec::new(),
    })
}

/// Opens the resellers above an account, nearest first.
pub(crate) fn open_chain(
    tx: &mut dyn Tx,
    vault: &Vault,
    nearest: Option<AccountId>,
) -> Result<Vec<DossierReseller>, RegisterError> {
    open_chain_of(tx, vault, nearest, &|_| true)
}

/// As [`open_chain`], with only the facts of the kinds `wanted`.
pub(crate) fn open_chain_of(
    tx: &mut dyn Tx,
    vault: &Vault,
    nearest: Option<AccountId>,
    wanted: &dyn Fn(FactKind) -> bool,
) -> Result<Vec<DossierReseller>, RegisterError> {
    let mut chain = Vec::new();
    let mut next = nearest;
    while let Some(id) = next {
        if chain.len() == RESELLER_LEVELS_MAX {
            let detail = format!("at most {RESELLER_LEVELS_MAX} resellers can stand above an account");
            return Err(RegisterError::invalid("/reseller", detail));
        }
        let row = account::find(tx, id)?.ok_or(RegisterError::NotFound { what: "reseller account" })?;
        let parties = parties_of(tx, vault, id, wanted)?.parties;
        chain.push(DossierReseller { account: id, state: row.state, parties });
        next = row.parent;
    }
    Ok(chain)
}

/// [`Involved`] with every party opened.
struct OpenParties {
    parties: Vec<DossierParty>,
    interests: Vec<Interest>,
    owners_changed: BTreeMap<PartyId, Timestamp>,
}

/// The parties on an account and those who stand behind them, with the interests between them.
fn parties_of(
    tx: &mut dyn Tx,
    vault: &Vault,
    id: AccountId,
    wanted: &dyn Fn(FactKind) -> bool,
) -> Result<OpenParties, RegisterError> {
    let Involved { parties: involved, interests, owners_changed } = involved(tx, id, Held::Now)?;
    let mut parties = Vec::with_capacity(involved.len());
    for (id, roles) in involved {
        parties.push(open_party_of(tx, vault, id, roles, wanted)?);
    }
    Ok(OpenParties { parties, interests, owners_changed })
}

/// Who is involved in an account.
pub(crate) struct Involved {
    /// The parties in a role on it, with their roles, and those who stand behind them, without any.
    pub(crate) parties: BTreeMap<PartyId, Vec<AccountRole>>,
    /// The interests between them, those nearest to the account first.
    pub(crate) interests: Vec<Interest>,
    /// When owners last came to or left a party, its first ones included; whoever is named as owner owns the customer.
    pub(crate) owners_changed: BTreeMap<PartyId, Timestamp>,
}

/// Which roles and interests to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// Those that are held.
    Now,
    /// Those that have ended, too: what was recorded of their holders belongs to the account.
    Ever,
}

impl Held {
    fn counts(self, ended_at: Option<Timestamp>) -> bool {
        self == Self::Ever || ended_at.is_none()
    }
}

/// The parties on an account and those who stand behind them, level by level: the one walk up the owners. It ends, because each party
/// is visited once and an account has few; what is taken in has a limit of levels, see [`crate::intake::limits`].
pub(crate) fn involved(tx: &mut dyn Tx, id: AccountId, held: Held) -> Result<Involved, RegisterError> {
    let mut parties: BTreeMap<PartyId, Vec<AccountRole>> = BTreeMap::new();
    let mut owners_changed: BTreeMap<PartyId, Timestamp> = BTreeMap::new();
    let roles = account::roles_ever(tx, id)?;
    for role in roles.iter().filter(|role| held.counts(role.ended_at)) {
        parties.entry(role.party).or_default().push(role.role);
    }
    let named = roles.iter().filter(|role| role.role == AccountRole::BeneficialOwner);
    if let Some(at) = named.map(|role| role.ended_at.unwrap_or(role.since)).max() {
        let customers = parties.iter().filter(|(_, roles)| roles.contains(&AccountRole::Customer));
        owners_changed.extend(customers.map(|(customer, _)| (*customer, at)));
    }
    let mut interests = Vec::new();
    let mut level: Vec<PartyId> = parties.keys().copied().collect();
    while !level.is_empty() {
        let mut above = Vec::new();
        for owned in level {
            for row in party::interests_ever_in(tx, owned)? {
                let at = row.ended_at.unwrap_or(row.since);
                owners_changed.entry(owned).and_modify(|newest| *newest = at.max(*newest)).or_insert(at);
                if !held.counts(row.ended_at) {
                    continue;
                }
                let interest: Interest = serde_json::from_str(&row.content).map_err(|_| {
                    RegisterError::Ledger { reason: "a stored interest cannot be read".to_owned() }
                })?;
                if let Entry::Vacant(slot) = parties.entry(interest.owner) {
                    slot.insert(Vec::new());
                    above.push(interest.owner);
                }
                interests.push(interest);
            }
        }
        level = above;
    }
    Ok(Involved { parties, interests, owners_changed })
}

/// Opens one party: its facts in force and what was found about its matches.
pub(crate) fn open_party(
    tx: &mut dyn Tx,
    vault: &Vault,
    id: PartyId,
    roles: Vec<AccountRole>,
) -> Result<DossierParty, RegisterError> {
    open_party_of(tx, vault, id, roles, &|_| true)
}

fn open_party_of(
    tx: &mut dyn Tx,
    vault: &Vault,
    id: PartyId,
    roles: Vec<AccountRole>,
    wanted: &dyn Fn(FactKind) -> bool,
) -> Result<DossierParty, RegisterError> {
    let row = party::find(tx, id)?.ok_or(RegisterError::NotFound { what: "party" })?;
    let FactsOf { in_force, former_names } = facts_of(tx, vault, &row, wanted)?;
    let findings = list::findings(tx, id)?;
    Ok(DossierParty {
        id,
        kind: row.kind,
        subject: row.subject,
        roles,
        facts: in_force,
        former_names,
        findings,
    })
}

/// What is said of a party.
pub(crate) struct FactsOf {
    pub(crate) in_force: Vec<Fact>,
    /// Names others took the place of.
    pub(crate) former_names: Vec<Fact>,
}

/// Opens the facts of a party that are in force and the names it had before, of the kinds `wanted`, oldest first.
pub(crate) fn facts_of(
    tx: &mut dyn Tx,
    vault: &Vault,
    party: &party::PartyRow,
    wanted: &dyn Fn(FactKind) -> bool,
) -> Result<FactsOf, RegisterError> {
    let mut known = KnownKeys::default();
    let (mut in_force, mut former_names) = (Vec::new(), Vec::new());
    for row in party::facts(tx, party.id)? {
        let holds = row.superseded_at.is_none();
        if (holds || is_name(row.kind)) && wanted(row.kind) {
            let sealed = (&row.id.bytes(), row.sealed.as_slice());
            let value = keys::open_json_knowing(tx, vault, &mut known, &party.subject, sealed)?;
            if holds { &mut in_force } else { &mut former_names }.push(fact_of(row, value));
        }
    }
    in_force.sort_by_key(|fact| (fact.recorded_at, fact.id));
    former_names.sort_by_key(|fact| (fact.recorded_at, fact.id));
    Ok(FactsOf { in_force, former_names })
}

/// Opens one fact.
pub(crate) fn open_fact(
    tx: &mut dyn Tx,
    vault: &Vault,
    subject: &[u8; 16],
    row: party::FactRow,
) -> Result<Fact, RegisterError> {
    let value = keys::open_json(tx, vault, subject, &row.id.bytes(), &row.sealed)?;
    Ok(fact_of(row, value))
}

fn fact_of(row: party::FactRow, value: FactValue) -> Fact {
    Fact {
        id: row.id,
        party: row.party,
        value,
        source: row.source,
        strength: row.strength,
        evidence: row.evidence,
        stated_at: row.stated_at,
        recorded_at: row.recorded_at,
    }
}
