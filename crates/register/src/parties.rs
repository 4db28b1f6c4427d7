//! Parties: what is said of them, by whom and how well supported, without the values; and the values, revealed to a person
//! for a purpose only after the access record is durable.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::decisions::in_force;
use crate::dossier::{Held, involved, open_fact};
use crate::intake::{NewCheck, NewFact, check_sources, may_state, own_statements, statements};
use crate::outcome::Cause;
use crate::record::{Record, RecordType, Retention};
use crate::retention::accounts_behind;
use crate::sight::party_in_sight;
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use tenantry_identity::status::StatusFinding;
use tenantry_model::account::AccountRole;
use tenantry_model::event::EventType;
use tenantry_model::fact::{FactKind, FactValue, Source, Strength};
use tenantry_model::id::{AccountId, EvidenceId, FactId, PartyId};
use tenantry_model::party::{PartyKind, Status};
use tenantry_model::time::Timestamp;
use tenantry_store::repo::{account, key, party};
use tenantry_store::{StoreExt, Tx};

/// Facts and checks to add to a party.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStatements {
    /// What is said.
    #[serde(default)]
    pub facts: Vec<NewFact>,
    /// What was checked.
    #[serde(default)]
    pub checks: Vec<NewCheck>,
    /// Facts in force that these take the place of.
    #[serde(default)]
    pub supersedes: Vec<FactId>,
}

/// What adding facts led to.
#[derive(Debug, Clone, Serialize)]
pub struct FactsAdded {
    /// Identifiers of the new facts, in order.
    pub facts: Vec<FactId>,
    /// The accounts that were assessed again, with their state afterwards.
    pub accounts: Vec<(AccountId, tenantry_model::account::AccountState)>,
}

/// A party without its values.
#[derive(Debug, Clone, Serialize)]
pub struct PartyView {
    /// Identifier.
    pub id: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Status as last determined.
    pub status: Status,
    /// How the status came about, as of the decision in force on its first account.
    pub finding: Option<StatusFinding>,
    /// Grows with every change; the ETag of the party.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When it was last screened.
    pub screened_at: Timestamp,
    /// Whether that was against the lists now in force.
    pub screened_newest: bool,
    /// Its facts, superseded ones included, oldest first.
    pub facts: Vec<FactView>,
    /// Its checks, oldest first.
    pub checks: Vec<CheckView>,
    /// Its roles on accounts.
    pub accounts: Vec<(AccountId, String, AccountRole)>,
}

/// A fact without its value.
#[derive(Debug, Clone, Serialize)]
pub struct FactView {
    /// Identifier.
    pub id: FactId,
    /// What kind.
    pub kind: FactKind,
    /// Where it comes from.
    pub source: Source,
    /// How well it is supported.
    pub strength: Strength,
    /// What supports it.
    pub evidence: Option<EvidenceId>,
    /// When it was said or observed.
    pub stated_at: Timestamp,
    /// When the register learned it.
    pub recorded_at: Timestamp,
    /// When a later fact took its place.
    pub superseded_at: Option<Timestamp>,
}

/// A check without its description.
#[derive(Debug, Clone, Serialize)]
pub struct CheckView {
    /// Identifier.
    pub id: EvidenceId,
    /// How.
    pub method: String,
    /// What came of it.
    pub result: String,
    /// When it was made.
    pub checked_at: Timestamp,
}

/// Values shown to a person. Prints nothing.
#[derive(Clone, Serialize)]
pub struct Revealed {
    /// Index of the access record.
    pub leaf: u64,
    /// The values, by fact.
    pub values: Vec<(FactId, FactValue)>,
}

impl std::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revealed").field("leaf", &self.leaf).finish_non_exhaustive()
    }
}

impl Register {
    /// A party without its values.
    pub fn party(&self, call: &Call, id: PartyId) -> Result<PartyView, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let (actor, vault) = (call.actor.clone(), Arc::clone(&self.core.vault));
        let newest = self.core.world().screened_with;
        self.core.store.read(move |tx| {
            let row = party::find(tx, id)?.ok_or(RegisterError::NotFound { what: "party" })?;
            party_in_sight(tx, &actor, id)?;
            let mut accounts = Vec::new();
            let mut finding = None;
            for (account, role) in account::accounts_of(tx, id)? {
                let Some(of) = account::find(tx, account)? else { continue };
                if finding.is_none()
                    && let Some(recorded) = in_force(tx, &vault, of.decision)?
                {
                    finding =
                        recorded.decision()?.parties.into_iter().find(|f| f.party == id).map(|f| f.status);
                }
                accounts.push((account, of.reference, role));
            }
            Ok(PartyView {
                id,
                kind: row.kind,
                status: row.status,
                finding,
                version: row.version,
                created_at: row.created_at,
                screened_at: row.screened_at,
                screened_newest: row.screened_with == newest,
                facts: party::facts(tx, id)?.into_iter().map(fact_view).collect(),
                checks: party::evidence(tx, id)?.into_iter().map(check_view).collect(),
                accounts,
            })
        })
    }

    /// Adds facts and checks to a party, then assesses every account it has a part in.
    pub fn add_facts(
        &self,
        call: &Call,
        id: PartyId,
        mut sent: NewStatements,
    ) -> Result<FactsAdded, RegisterError> {
        authorise(&call.actor, Action::AddFacts)?;
        let now = self.core.clock.now();
        let actor = call.actor.clone();
        let row = self.core.store.read(move |tx| {
            let row = party::find(tx, id)?.ok_or(RegisterError::NotFound { what: "party" })?;
            party_in_sight(tx, &actor, id)?;
            Ok::<_, RegisterError>(row)
        })?;
        if sent.facts.is_empty() && sent.checks.is_empty() && sent.supersedes.is_empty() {
            return Err(RegisterError::invalid("/facts", "send at least one fact or check"));
        }
        check_sources(&call.actor, "", &sent.facts)?;
        own_statements(&call.actor, &mut sent.facts);
        let request = (id, sent.clone());
        let (facts, checks) =
            statements("", id, row.kind, sent.facts, sent.checks, now, &*self.core.entropy)?;
        let ids = self.core.change(call, Action::AddFacts, &request, move |unit| {
            not_erased(unit.tx, id, &row.subject)?;
            for superseded in &sent.supersedes {
                let known = party::facts(unit.tx, id)?.into_iter().find(|f| f.id == *superseded);
                if known.as_ref().is_some_and(|known| !may_state(&unit.call.actor, known.source)) {
                    return Err(RegisterError::invalid(
                        "/supersedes",
                        "a fact from a source that this caller cannot speak for",
                    ));
                }
                if known.is_none() || !party::supersede(unit.tx, *superseded, unit.now)? {
                    return Err(RegisterError::invalid(
                        "/supersedes",
                        "not a fact of this party that is in force",
                    ));
                }
            }
            unit.write_statements(id, &row.subject, &facts, &checks, &sent.supersedes)?;
            let sold_by_it = account::accounts_of(unit.tx, id)?.into_iter();
            for (account, _) in sold_by_it.filter(|(_, role)| *role == AccountRole::Reseller) {
                unit.below_waits(account)?;
            }
            // The party counts as not screened until its accounts are assessed again: if that is interrupted, the next pass does it.
            party::screened(unit.tx, id, &[0; 32], unit.now)?;
            unit.emit(EventType::PartyFactsAdded, id, &serde_json::json!({ "party": id }))?;
            Ok(facts.iter().map(|f| f.id).collect::<Vec<_>>())
        })?;
        let accounts = self.core.store.read(move |tx| {
            // Those behind whose parties it stands, too: what is said of an owner without a role decides as much.
            let mut accounts = BTreeSet::new();
            for account in accounts_behind(tx, id)? {
                if involved(tx, account, Held::Now)?.parties.contains_key(&id) {
                    accounts.insert(account);
                }
            }
            Ok::<_, RegisterError>(accounts)
        })?;
        let mut assessed = Vec::with_capacity(accounts.len());
        for account in accounts {
            assessed.push((account, self.core.reassess(account, Cause::Facts)?.state));
            self.core.look_below(account);
        }
        Ok(FactsAdded { facts: ids, accounts: assessed })
    }

    /// Shows values of a party to a person. The access record (who, why, which facts) is durable before anything is opened;
    /// if it cannot be written, nothing is shown. `kinds` empty means all.
    pub fn reveal(&self, call: &Call, id: PartyId, kinds: &[FactKind]) -> Result<Revealed, RegisterError> {
        let kinds: Vec<FactKind> = kinds.to_vec();
        let reason = call.reason.clone();
        let (leaf, subject, shown) =
            self.core.change(call, Action::Reveal, &("reveal", id, &kinds.clone()), move |unit| {
                let row = party::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "party" })?;
                not_erased(unit.tx, id, &row.subject)?;
                let mut facts = party::facts(unit.tx, id)?;
                facts.retain(|f| kinds.is_empty() || kinds.contains(&f.kind));
                let shown: Vec<FactId> = facts.iter().map(|f| f.id).collect();
                let purpose = reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
                let record = Record::new(RecordType::Revealed, row.subject, Retention::PersonalData)
                    .text("party", id)
                    .text("actor", unit.call.actor_text())
                    .text("purpose", purpose)
                    .json("facts", &shown);
                Ok((unit.record(record)?, row.subject, shown))
            })?;
        let vault = Arc::clone(&self.core.vault);
        let values = self.core.store.read(move |tx| {
            let mut values = Vec::with_capacity(shown.len());
            for row in party::facts(tx, id)?.into_iter().filter(|f| shown.contains(&f.id)) {
                let fact = open_fact(tx, &vault, &subject, row)?;
                values.push((fact.id, fact.value));
            }
            Ok::<_, RegisterError>(values)
        })?;
        Ok(Revealed { leaf, values })
    }
}

fn fact_view(row: party::FactRow) -> FactView {
    FactView {
        id: row.id,
        kind: row.kind,
        source: row.source,
        strength: row.strength,
        evidence: row.evidence,
        stated_at: row.stated_at,
        recorded_at: row.recorded_at,
        superseded_at: row.superseded_at,
    }
}

fn check_view(row: party::EvidenceRow) -> CheckView {
    CheckView { id: row.id, method: row.method, result: row.result, checked_at: row.checked_at }
}

/// Refuses a party of whom nothing is left: a record would make a new key for it.
fn not_erased(tx: &mut dyn Tx, id: PartyId, subject: &[u8; 16]) -> Result<(), RegisterError> {
    let key = key::find_subject(tx, subject, Retention::PersonalData.number())?;
    if key.is_none() && !party::facts(tx, id)?.is_empty() { Err(RegisterError::Erased) } else { Ok(()) }
}
