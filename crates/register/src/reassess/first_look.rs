//! A first look at many accounts, to tell which of them changed list entries can concern. It reads in one unit what is screened
//! of the parties and what hits they had, and nothing else; only accounts that may come out otherwise are opened whole.

use super::delta::Delta;
use super::not_assessed::is_of_one_account;
use crate::RegisterError;
use crate::assess::HITS_MAX;
use crate::core::Core;
use crate::decisions::in_force;
use crate::dossier::{self, FactsOf, Held};
use crate::gate;
use crate::query::{is_screened, screening_query};
use std::sync::Arc;
use tenantry_model::id::{AccountId, DecisionId, PartyId};
use tenantry_screening::Query;
use tenantry_store::repo::{account, party};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// What a pass over changed entries does with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing: screened already, by this pass before it was interrupted or by an assessment since.
    Pass,
    /// Record that its parties met the changes, and that it comes out as before.
    Stamp,
    /// Assess it whole.
    Assess,
}

/// What the first look found.
pub(super) struct Look {
    pub(super) account: AccountId,
    pub(super) parties: Vec<PartyId>,
    /// What to do as long as no query finds anything.
    pub(super) step: Step,
    /// What to ask about the parties.
    pub(super) queries: Vec<Query>,
}

impl Look {
    const fn to_assess(account: AccountId) -> Self {
        Self { account, parties: Vec::new(), step: Step::Assess, queries: Vec::new() }
    }
}

impl Core {
    /// Looks at accounts. One that cannot be looked at is to be assessed, which tells what is wrong with it.
    pub(super) fn look_at(
        self: &Arc<Self>,
        ids: &[AccountId],
        delta: &Arc<Delta>,
    ) -> Result<Vec<Look>, RegisterError> {
        match self.look_at_together(ids, delta) {
            Err(error) if is_of_one_account(&error) => {}
            looks => return looks,
        }
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            match self.look_at_together(std::slice::from_ref(id), delta) {
                Ok(looks) => all.extend(looks),
                Err(error) if is_of_one_account(&error) => all.push(Look::to_assess(*id)),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    fn look_at_together(
        self: &Arc<Self>,
        ids: &[AccountId],
        delta: &Arc<Delta>,
    ) -> Result<Vec<Look>, RegisterError> {
        let (vault, delta, ids) = (Arc::clone(&self.vault), Arc::clone(delta), ids.to_vec());
        self.store.read(move |tx| ids.iter().map(|id| look_at(tx, &vault, *id, &delta)).collect())
    }
}

fn look_at(tx: &mut dyn Tx, vault: &Vault, id: AccountId, delta: &Delta) -> Result<Look, RegisterError> {
    let row = account::find(tx, id)?.ok_or(RegisterError::NotFound { what: "account" })?;
    // One that could not be assessed may be stamped from before; it is tried again whatever its stamps say.
    if gate::is_not_assessed(&row.gate) {
        return Ok(Look::to_assess(id));
    }
    let mut parties = Vec::new();
    for party in dossier::involved(tx, id, Held::Now)?.parties.into_keys() {
        parties.push(party::find(tx, party)?.ok_or(RegisterError::NotFound { what: "party" })?);
    }
    let all_with = |with: [u8; 32]| !parties.is_empty() && parties.iter().all(|p| p.screened_with == with);
    let mut look = Look {
        account: id,
        parties: parties.iter().map(|p| p.id).collect(),
        step: Step::Assess,
        queries: Vec::new(),
    };
    if all_with(delta.to) {
        look.step = Step::Pass;
    } else if all_with(delta.from) && !had_touched_hits(tx, vault, row.decision, delta)? {
        look.step = Step::Stamp;
        for party in &parties {
            let FactsOf { in_force, former_names } = dossier::facts_of(tx, vault, party, &is_screened)?;
            look.queries.extend(screening_query(party.kind, &in_force, &former_names));
        }
    }
    Ok(look)
}

/// Whether the decision in force rests on a hit on an entry that changed or went, or left hits out of which one may move up.
/// Without a decision nothing is known.
fn had_touched_hits(
    tx: &mut dyn Tx,
    vault: &Vault,
    decision: Option<DecisionId>,
    delta: &Delta,
) -> Result<bool, RegisterError> {
    if delta.touched.is_empty() {
        return Ok(decision.is_none());
    }
    let Some(before) = in_force(tx, vault, decision)? else { return Ok(true) };
    Ok(before.inputs()?.parties.into_iter().any(|party| {
        party.hits.len() >= HITS_MAX
            || party.hits.into_iter().any(|hit| delta.touched.contains(&(hit.list, hit.entity)))
    }))
}
