//! Who stands where on an account that exists: parties that come to it, roles and interests that begin or end (CIP-19, CRT-03).
//!
//! Nothing is taken out of the record. A role or an interest that ends keeps its holder among those the account's packages, holds and
//! retention clocks cover; decisions are made on what is held now. The account is assessed again at once, and for a while the change
//! itself is a reason to look (CIP-20).

use crate::access::{Action, authorise};
use crate::accounts::{AccountSummary, still_open, store_change, summary};
use crate::call::Call;
use crate::dossier::{self, Held};
use crate::intake::{
    IntakeParty, NewInterest, NewParty, check_levels, check_sources, interests_between, levels, limits,
    own_statements, statements,
};
use crate::outcome::Cause;
use crate::record::{Record, RecordType, Retention};
use crate::sight::{account_in_sight, not_erased};
use crate::unit::{Unit, pseudonym};
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tenantry_model::account::AccountRole;
use tenantry_model::event::EventType;
use tenantry_model::id::{AccountId, CaseId, DecisionId, PartyId};
use tenantry_model::party::{Interest, Status};
use tenantry_model::time::Timestamp;
use tenantry_store::repo::{account, party};
use tenantry_store::{StoreExt, Tx};

/// Changes of who stands where on an account, as sent. Parties that are on it already are named by identifier, those that come to it
/// by a key of the sender's choice.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolesChange {
    /// Who comes to the account, with roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<NewParty>,
    /// Roles that parties on the account take up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub begin: Vec<RoleOf>,
    /// Roles that end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub end: Vec<RoleOf>,
    /// Who holds what in whom from now on; takes the place of what the same holder held in the same party.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interests: Vec<NewInterest>,
    /// Interests that end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub end_interests: Vec<InterestOf>,
}

/// A role of a party on the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleOf {
    /// Who.
    pub party: PartyId,
    /// Which role.
    pub role: AccountRole,
}

/// An interest between two parties of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterestOf {
    /// Who holds it.
    pub owner: PartyId,
    /// In whom.
    pub owned: PartyId,
}

/// What is kept for a repetition of the request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    /// Written; the account is still to be assessed again.
    Changed {
        /// Identifiers given to the parties that came.
        parties: BTreeMap<String, PartyId>,
    },
    /// Assessed again, too.
    Answered(Box<RolesChanged>),
}

/// What a change of roles led to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RolesChanged {
    /// Identifiers given to the parties that came, by the keys of the request.
    pub parties: BTreeMap<String, PartyId>,
    /// The account after it was assessed again.
    pub account: AccountSummary,
    /// The new decision; `None` when everything came out as before.
    pub decision: Option<DecisionId>,
    /// Cases opened.
    pub cases: Vec<CaseId>,
}

/// A change with its identifiers, as it is written.
struct Change {
    parties: Vec<IntakeParty>,
    begin: Vec<RoleOf>,
    end: Vec<RoleOf>,
    interests: Vec<Interest>,
    end_interests: Vec<InterestOf>,
}

impl Register {
    /// Changes who stands where on an account, if it is still as the caller saw it, and assesses it again.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] names the field; [`RegisterError::Changed`] when the account is not as the caller saw it;
    /// [`RegisterError::State`] for one that is closed; [`RegisterError::NotFound`] for one out of sight.
    pub fn change_roles(
        &self,
        call: &Call,
        id: AccountId,
        version: i64,
        mut sent: RolesChange,
    ) -> Result<RolesChanged, RegisterError> {
        authorise(&call.actor, Action::AddFacts)?;
        for party in &mut sent.parties {
            own_statements(&call.actor, &mut party.facts);
        }
        let actor = call.actor.clone();
        let known = self.core.store.read(move |tx| {
            account_in_sight(tx, &actor, id)?;
            dossier::involved(tx, id, Held::Ever)
        })?;
        let known: BTreeSet<PartyId> = known.parties.into_keys().collect();
        let request = ("roles", id, version, sent);
        // Before what was sent is looked at: it may not be what the account could become any more.
        let kept = match self.core.answered_before(call, Action::AddFacts, &request)? {
            Some(kept) => kept,
            None => self.write_roles(call, &known, request)?,
        };
        // A repetition finishes what was interrupted after the change, and is otherwise answered as the first time.
        let parties = match kept {
            Kept::Answered(answer) => return Ok(*answer),
            Kept::Changed { parties } => parties,
        };
        let reassessed = self.core.reassess(id, Cause::Facts)?;
        self.core.look_below(id);
        let account = self.core.store.read(move |tx| {
            let row = account::find(tx, id)?.ok_or(RegisterError::NotFound { what: "account" })?;
            Ok::<_, RegisterError>(summary(&row))
        })?;
        let answer =
            RolesChanged { parties, account, decision: reassessed.decision, cases: reassessed.cases };
        self.core.keep_whole_answer(call, &Kept::Answered(Box::new(answer.clone())))?;
        Ok(answer)
    }

    /// Writes what was sent.
    fn write_roles(
        &self,
        call: &Call,
        known: &BTreeSet<PartyId>,
        request: (&'static str, AccountId, i64, RolesChange),
    ) -> Result<Kept, RegisterError> {
        let (_, id, version, sent) = &request;
        for (position, party) in sent.parties.iter().enumerate() {
            check_sources(&call.actor, &format!("/parties/{position}"), &party.facts)?;
        }
        let (change, keys) = self.parse(sent, known, self.core.clock.now())?;
        let (actor, id, version) = (call.actor.clone(), *id, *version);
        self.core.change(call, Action::AddFacts, &request, move |unit| {
            let closed = "who stands on a closed account does not change any more";
            let row = still_open(unit.tx, &actor, id, version, closed)?;
            not_erased(unit.tx, id)?;
            unit.write_change(&row, &change)?;
            Ok(Kept::Changed { parties: keys.clone() })
        })
    }

    fn parse(
        &self,
        sent: &RolesChange,
        known: &BTreeSet<PartyId>,
        now: Timestamp,
    ) -> Result<(Change, BTreeMap<String, PartyId>), RegisterError> {
        let entropy = &*self.core.entropy;
        let mut keys = BTreeMap::new();
        let mut parties = Vec::with_capacity(sent.parties.len());
        if known.len() + sent.parties.len() > limits::PARTIES_MAX {
            let detail = format!("an account has at most {} parties", limits::PARTIES_MAX);
            return Err(RegisterError::invalid("/parties", detail));
        }
        for (position, party) in sent.parties.iter().cloned().enumerate() {
            let at = format!("/parties/{position}");
            let id = PartyId::new(now, entropy);
            if party.key.parse::<PartyId>().is_ok() {
                let detail = "reads as an identifier; a new party has a key of your choice";
                return Err(RegisterError::invalid(format!("{at}/key"), detail));
            }
            if keys.insert(party.key, id).is_some() {
                return Err(RegisterError::invalid(format!("{at}/key"), "another party has the same key"));
            }
            if party.roles.contains(&AccountRole::Customer) {
                return Err(RegisterError::invalid(format!("{at}/roles"), ONE_CUSTOMER));
            }
            let (facts, checks) = statements(&at, id, party.kind, party.facts, party.checks, now, entropy)?;
            parties.push(IntakeParty { id, kind: party.kind, roles: party.roles, facts, checks });
        }
        let roles = |field: &str, roles: &[RoleOf]| {
            for (position, named) in roles.iter().enumerate() {
                let at = format!("/{field}/{position}");
                if !known.contains(&named.party) {
                    return Err(RegisterError::invalid(format!("{at}/party"), NOT_ON_IT));
                }
                if named.role == AccountRole::Customer {
                    return Err(RegisterError::invalid(format!("{at}/role"), ONE_CUSTOMER));
                }
            }
            Ok(roles.to_vec())
        };
        let named = |text: &str| match text.parse::<PartyId>() {
            Ok(id) => known.contains(&id).then_some(id),
            Err(_) => keys.get(text).copied(),
        };
        if sent.interests.len() > limits::INTERESTS_MAX {
            let detail = format!("at most {} interests", limits::INTERESTS_MAX);
            return Err(RegisterError::invalid("/interests", detail));
        }
        let interests = interests_between(&sent.interests, NOT_ON_IT, &named)?;
        let change = Change {
            parties,
            begin: roles("begin", &sent.begin)?,
            end: roles("end", &sent.end)?,
            interests,
            end_interests: sent.end_interests.clone(),
        };
        let empty = sent.parties.is_empty()
            && change.begin.is_empty()
            && change.end.is_empty()
            && sent.interests.is_empty()
            && change.end_interests.is_empty();
        if empty {
            return Err(RegisterError::invalid("/", "send at least one party, role or interest"));
        }
        Ok((change, keys))
    }
}

const ONE_CUSTOMER: &str =
    "an account has the customer it was asked for by; who takes it over applies under a new reference";
const NOT_ON_IT: &str = "no party of this account or request";

impl Unit<'_> {
    fn write_change(&mut self, row: &account::AccountRow, change: &Change) -> Result<(), RegisterError> {
        // Before and after: a reseller that stops selling leaves accounts below it, one that begins has none yet.
        self.below_waits(row.id)?;
        let mut leaves = Vec::with_capacity(change.parties.len());
        for new in &change.parties {
            let subject = pseudonym(self.now, &*self.core.entropy);
            leaves.push(self.write_party(new, subject, Status::Undetermined, [0; 32])?);
            for role in &new.roles {
                account::add_role(self.tx, row.id, new.id, *role, self.now)?;
            }
        }
        let held: BTreeSet<(PartyId, AccountRole)> = account::roles(self.tx, row.id)?.into_iter().collect();
        for (position, RoleOf { party, role }) in change.begin.iter().enumerate() {
            if held.contains(&(*party, *role)) {
                let at = format!("/begin/{position}");
                return Err(RegisterError::invalid(at, "the party holds this role already"));
            }
            account::add_role(self.tx, row.id, *party, *role, self.now)?;
        }
        for (position, RoleOf { party, role }) in change.end.iter().enumerate() {
            if !account::end_role(self.tx, row.id, *party, *role, self.now)? {
                let at = format!("/end/{position}");
                return Err(RegisterError::invalid(at, "the party does not hold this role"));
            }
        }
        for interest in &change.interests {
            let content = serde_json::to_string(interest).unwrap_or_default();
            party::put_interest(self.tx, interest.owner, interest.owned, &content, self.now)?;
        }
        let involved = dossier::involved(self.tx, row.id, Held::Now)?;
        for (position, InterestOf { owner, owned }) in change.end_interests.iter().enumerate() {
            let held = involved.interests.iter().any(|held| (held.owner, held.owned) == (*owner, *owned));
            if !held || !party::end_interest(self.tx, *owner, *owned, self.now)? {
                let at = format!("/end_interests/{position}");
                return Err(RegisterError::invalid(
                    at,
                    "no interest of this owner in this party of the account",
                ));
            }
        }
        self.still_found(row.id, change)?;
        let parties: Vec<_> = change.parties.iter().map(|p| (p.id, p.kind, p.roles.clone())).collect();
        let mut record = Record::new(RecordType::RolesRecorded, row.subject, Retention::DecisionEvidence)
            .text("account", row.id)
            .text("by", self.call.actor_text())
            .json("parties", &parties)
            .json("begin", &change.begin)
            .json("end", &change.end)
            .json("interests", &change.interests)
            .json("end_interests", &change.end_interests);
        for leaf in leaves {
            record = record.caused_by(leaf);
        }
        self.record(record)?;
        unscreened(self.tx, row.id, self.now)?;
        let told = serde_json::json!({ "account": row.id, "reference": row.reference });
        self.emit(EventType::AccountPartiesChanged, row.id, &told)?;
        self.below_waits(row.id)?;
        store_change(self.tx, row)
    }
}

impl Unit<'_> {
    /// Refuses a change after which somebody it names, or somebody who was above one it names, is not found from the account any more.
    fn still_found(&mut self, account: AccountId, change: &Change) -> Result<(), RegisterError> {
        if change.parties.is_empty() && change.interests.is_empty() {
            return Ok(());
        }
        let involved = dossier::involved(self.tx, account, Held::Now)?;
        let roots = involved.parties.iter().filter(|(_, roles)| !roles.is_empty()).map(|(party, _)| *party);
        let levels = levels(roots, &involved.interests);
        check_levels(&levels, change.parties.iter().map(|party| party.id))?;
        for (position, interest) in change.interests.iter().enumerate() {
            let at = format!("/interests/{position}/owned");
            if !levels.contains_key(&interest.owned) {
                let detail = "has no role on the account and owns nobody who has, directly or through others";
                return Err(RegisterError::invalid(at, detail));
            }
        }
        if levels.values().any(|level| *level > limits::OWNERSHIP_LEVELS_MAX) {
            let detail = format!(
                "somebody would stand more than {} levels of owners above everybody with a role on the account",
                limits::OWNERSHIP_LEVELS_MAX
            );
            return Err(RegisterError::invalid("/interests", detail));
        }
        Ok(())
    }
}

/// Counts everybody on the account as not screened until it is assessed again: if that is interrupted, the next pass does it.
fn unscreened(tx: &mut dyn Tx, id: AccountId, now: Timestamp) -> Result<(), RegisterError> {
    for (on_it, _) in account::roles(tx, id)? {
        party::screened(tx, on_it, &[0; 32], now)?;
    }
    Ok(())
}
