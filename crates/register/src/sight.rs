//! What an actor may see: everything, or the subtree of the reseller account it is confined to.

use crate::RegisterError;
use crate::dossier::RESELLER_LEVELS_MAX;
use crate::record::RecordType;
use crate::retention::accounts_behind;
use std::collections::BTreeSet;
use tenantry_model::id::{AccountId, MeasureId, PartyId};
use tenantry_model::staff::Actor;
use tenantry_policy::decision::Decision;
use tenantry_policy::measures::{Reach, Via};
use tenantry_policy::rule::RuleCode;
use tenantry_store::Tx;
use tenantry_store::repo::account::{self, AccountRow};
use tenantry_store::repo::erasure;

/// The account, if the actor may see it. Unknown and out of sight are the same error on purpose.
pub(crate) fn account_in_sight(
    tx: &mut dyn Tx,
    actor: &Actor,
    id: AccountId,
) -> Result<AccountRow, RegisterError> {
    let row = account::find(tx, id)?.ok_or(RegisterError::NotFound { what: "account" })?;
    if is_in_sight(tx, actor, &row)? { Ok(row) } else { Err(RegisterError::NotFound { what: "account" }) }
}

/// The account that an actor means by a reference, whether or not they may see it.
///
/// A reseller's key gives references that are its own; it means those first, then what the provider filed for it. A machine of the
/// provider means the provider's alone, so that no reseller can take the place of an account by choosing its name. A person may also
/// mean the only one there is among the resellers'.
pub(crate) fn account_meant(
    tx: &mut dyn Tx,
    actor: &Actor,
    reference: &str,
) -> Result<Option<AccountRow>, RegisterError> {
    if let Some(own) = actor.confined_to()
        && let Some(row) = account::find_by_reference(tx, Some(own), reference)?
    {
        return Ok(Some(row));
    }
    if let Some(row) = account::find_by_reference(tx, None, reference)? {
        return Ok(Some(row));
    }
    if matches!(actor, Actor::ApiKey { .. }) {
        return Ok(None);
    }
    let mut found = account::by_reference_of_resellers(tx, reference, 2)?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// A decision as the actor may see it. Whom an account resembles, what listed parties own, which accounts are linked and who stands
/// above a reseller is not that reseller's business: the rule, its sentence and what would change the outcome are told all the same.
pub(crate) fn decision_for(actor: &Actor, mut decision: Decision) -> Decision {
    if actor.confined_to().is_none() {
        return decision;
    }
    let above = |reach: &Reach| match reach.via {
        Via::Chain { party, .. } => Some((reach.measure, party)),
        Via::Role { .. } | Via::OnBehalfOf { .. } => None,
    };
    let (measures, mut parties): (BTreeSet<MeasureId>, BTreeSet<PartyId>) =
        decision.reaches.iter().filter_map(above).unzip();
    for own in &decision.parties {
        parties.remove(&own.party);
    }
    let is_above = |party: Option<PartyId>| party.is_some_and(|party| parties.contains(&party));
    for reason in &mut decision.reasons {
        let of_others = matches!(
            reason.rule,
            RuleCode::ListedMatch
                | RuleCode::ListedConfirmed
                | RuleCode::OwnedByListed
                | RuleCode::MayBeOwnedByListed
                | RuleCode::LinkClosedForCause
                | RuleCode::LinkWeak
                | RuleCode::SharedInstrument
                | RuleCode::ResellerStanding
        );
        if of_others {
            reason.detail.clear();
        }
        // The measure and its citation say where those above are, and so does how it reaches them.
        if reason.measure.is_some_and(|measure| measures.contains(&measure)) {
            (reason.party, reason.measure) = (None, None);
            reason.facts.clear();
            reason.detail.clear();
            reason.citation.clear();
        }
    }
    for change in decision.would_change.iter_mut().filter(|change| is_above(change.party)) {
        change.party = None;
    }
    for case in decision.cases.iter_mut().filter(|case| is_above(case.party)) {
        case.party = None;
    }
    decision.reaches.retain(|reach| !matches!(reach.via, Via::Chain { .. }));
    decision
}

/// Whether records of this type are about what a reseller sent or is told anyway. All others are the provider's own work.
pub(crate) const fn is_the_resellers(kind: RecordType) -> bool {
    use RecordType as T;
    matches!(
        kind,
        T::PartyRecorded
            | T::ApplicationReceived
            | T::Decided
            | T::AccountChanged
            | T::AccessReported
            | T::EventsBatched
    )
}

/// Refuses an account whose personal data was erased: a record about it would make a new key, which nothing erases any more.
pub(crate) fn not_erased(tx: &mut dyn Tx, id: AccountId) -> Result<(), RegisterError> {
    if erasure::erased_class(tx, id)? > 0 { Err(RegisterError::Erased) } else { Ok(()) }
}

/// Whether the actor may see the account.
pub(crate) fn is_in_sight(tx: &mut dyn Tx, actor: &Actor, row: &AccountRow) -> Result<bool, RegisterError> {
    let Some(own) = actor.confined_to() else { return Ok(true) };
    let (mut id, mut parent) = (row.id, row.parent);
    for _ in 0..=RESELLER_LEVELS_MAX {
        if id == own {
            return Ok(true);
        }
        let Some(above) = parent else { return Ok(false) };
        id = above;
        parent = account::find(tx, above)?.and_then(|row| row.parent);
    }
    Ok(false)
}

/// Refuses a party none of whose accounts the actor may see.
pub(crate) fn party_in_sight(tx: &mut dyn Tx, actor: &Actor, id: PartyId) -> Result<(), RegisterError> {
    if actor.confined_to().is_none() {
        return Ok(());
    }
    for account in accounts_behind(tx, id)? {
        if let Some(row) = account::find(tx, account)?
            && is_in_sight(tx, actor, &row)?
        {
            return Ok(());
        }
    }
    Err(RegisterError::NotFound { what: "party" })
}
