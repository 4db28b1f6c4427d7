//! How an account stands with which another has something in common: whether its holder was turned away, and for what (CRT-16).
//!
//! It is read from the decision the account stands on, not remembered beside it: when a measure ends or what was missing comes, the
//! account is decided again, and nobody is held to what it was.

use crate::RegisterError;
use crate::assess::Inputs;
use crate::decisions::in_force;
use std::collections::BTreeSet;
use tenantry_linkage::Standing;
use tenantry_model::account::AccountState;
use tenantry_policy::decision::{Decision, Outcome};
use tenantry_policy::input::Signal;
use tenantry_policy::rule::RuleCode;
use tenantry_store::Tx;
use tenantry_store::repo::account::AccountRow;
use tenantry_vault::Vault;

/// How an account stands. One that was closed while it was refused or suspended stands as it did.
pub(crate) fn standing_of(
    tx: &mut dyn Tx,
    vault: &Vault,
    row: &AccountRow,
) -> Result<Standing, RegisterError> {
    if row.for_cause == 1 {
        return Ok(Standing::ClosedForCause);
    }
    let stopped = matches!(row.state, AccountState::Refused | AccountState::Suspended);
    if !stopped && row.state != AccountState::Closed {
        return Ok(Standing::Ordinary);
    }
    let recorded = match in_force(tx, vault, row.decision) {
        Ok(Some(recorded)) => recorded,
        // Stopped, and nobody can say any more for what: not ordinary.
        Ok(None) | Err(RegisterError::Erased) if stopped => return Ok(Standing::Unverified),
        Ok(None) | Err(RegisterError::Erased) => return Ok(Standing::Ordinary),
        Err(other) => return Err(other),
    };
    let (decision, inputs) = (recorded.decision()?, recorded.inputs()?);
    let rules = rules_against(&decision, &inputs);
    // A measure that may reach an account stops it where a reviewer found that it does.
    let may_reach = stopped && rules.contains(&RuleCode::MeasureMayReach);
    Ok(if may_reach || rules.iter().any(|rule| rule.refuses_for_good()) {
        Standing::Prohibited
    } else if stopped || decision.outcome == Outcome::Refused {
        Standing::Unverified
    } else {
        Standing::Ordinary
    })
}

/// What an account was decided on, with what an earlier refusal of it said.
fn rules_against(decision: &Decision, inputs: &Inputs) -> BTreeSet<RuleCode> {
    let said = inputs.signals.iter().filter_map(|signal| match signal {
        Signal::RefusedBefore { rules, .. } => Some(rules),
        _ => None,
    });
    let reasons = decision.reasons.iter().map(|reason| reason.rule);
    reasons.chain(said.flatten().copied()).collect()
}
