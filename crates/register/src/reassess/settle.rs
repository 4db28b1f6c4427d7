//! What reviewers have settled, applied to an account whose automatic decision asks for a review.
//!
//! A decision is computed from facts and never edited. Where it ends in `review`, the state of the account speaks: it opens
//! when a reviewer has dismissed every concern behind the review, nothing required is missing and no case is left open. A
//! measure that may reach the account, and of which a reviewer found that it does, counts like one that certainly does.

use crate::RegisterError;
use crate::assess::{Assessment, InputParty};
use crate::cases::is_weak;
use crate::outcome::concern;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use tenantry_model::account::AccountState;
use tenantry_model::case::{CaseKind, CaseState, Verdict};
use tenantry_model::id::PartyId;
use tenantry_policy::decision::{Decision, Outcome, Reason};
use tenantry_policy::measures::{Certainty, Reach, ReachEffect, Via, combine};
use tenantry_policy::rule::Effect;
use tenantry_store::repo::account::AccountRow;
use tenantry_store::repo::case::{self, CaseRow};

impl Unit<'_> {
    /// Lets what reviewers settled speak. `row` is changed; the caller stores it.
    pub(super) fn settle(
        &mut self,
        assessment: &Assessment,
        row: &mut AccountRow,
    ) -> Result<(), RegisterError> {
        let automatic = &assessment.decision;
        if automatic.outcome != Outcome::Review || row.for_cause == 1 || row.state == AccountState::Closed {
            return Ok(());
        }
        let mut cases = Vec::new();
        for case in case::of_account(self.tx, row.id)? {
            if case.state == CaseState::Closed || !is_weak(&case)? {
                cases.push(case);
            }
        }
        let decision = with_confirmed_measures(assessment, &cases);
        let measured = combine(&decision.reaches, self.now);
        let usable = matches!(row.state, AccountState::Open | AccountState::Restricted);
        let state = match measured {
            Some((ReachEffect::Prohibit, _)) if usable => AccountState::Suspended,
            Some((ReachEffect::Prohibit, _)) if row.state == AccountState::Suspended => row.state,
            Some((ReachEffect::Prohibit, _)) => AccountState::Refused,
            Some((ReachEffect::Condition, _)) if usable || all_settled(assessment, &cases) => {
                AccountState::Restricted
            }
            None if !usable && all_settled(assessment, &cases) => AccountState::Open,
            Some(_) | None => row.state,
        };
        let before = row.state;
        row.state = state;
        self.set_gate(row, Some(&decision));
        if state == before {
            return Ok(());
        }
        if matches!(state, AccountState::Open | AccountState::Restricted) && row.opened_at.is_none() {
            row.opened_at = Some(self.now);
        }
        let record = Record::new(RecordType::AccountChanged, row.subject, Retention::DecisionEvidence)
            .text("account", row.id)
            .text("before", before)
            .text("state", state)
            .text("because", "reviewers settled what the decision asks to review")
            .text("by", self.call.actor_text());
        self.record(record)?;
        self.below_waits(row.id)?;
        self.tell_state(row)
    }

    /// Tells the outside where an account stands.
    pub(crate) fn tell_state(&mut self, row: &AccountRow) -> Result<(), RegisterError> {
        let data = serde_json::json!({
            "account": row.id,
            "reference": row.reference,
            "decision": row.decision,
            "state": row.state,
        });
        self.emit(crate::outcome::event_of(row.state), row.id, &data)
    }
}

/// The decision with every measure made certain of which a reviewer found that it reaches the account.
fn with_confirmed_measures(assessment: &Assessment, cases: &[CaseRow]) -> Decision {
    let mut decision = assessment.decision.clone();
    for draft in assessment.decision.cases.iter().filter(|d| d.kind == CaseKind::Measure) {
        if verdict(cases, &concern(assessment, draft)) == Some(Verdict::Confirm) {
            let ours = |reach: &&mut Reach| draft.party.is_none() || Some(party_of(reach.via)) == draft.party;
            for reach in decision.reaches.iter_mut().filter(ours) {
                reach.certainty = Certainty::Certain;
            }
        }
    }
    decision
}

const fn party_of(via: Via) -> PartyId {
    match via {
        Via::Role { party, .. } | Via::OnBehalfOf { party } | Via::Chain { party, .. } => party,
    }
}

/// Whether nothing is missing, none of these cases is open, and every reason for the review was settled by a reviewer.
fn all_settled(assessment: &Assessment, cases: &[CaseRow]) -> bool {
    let decision = &assessment.decision;
    decision.missing.is_empty()
        && !assessment.inputs.parties.iter().any(InputParty::has_left_out)
        && cases.iter().all(|case| case.state == CaseState::Closed || case.kind == CaseKind::Appeal)
        && decision
            .reasons
            .iter()
            .filter(|reason| reason.effect == Effect::Review)
            .all(|reason| is_settled(assessment, cases, reason))
}

fn is_settled(assessment: &Assessment, cases: &[CaseRow], reason: &Reason) -> bool {
    let behind = assessment
        .decision
        .cases
        .iter()
        .filter(|draft| draft.party == reason.party && draft.rules.contains(&reason.rule));
    let mut drafts = behind.peekable();
    // A reason without a case is nobody's work, so nobody settled it.
    drafts.peek().is_some()
        && drafts.all(|draft| match verdict(cases, &concern(assessment, draft)) {
            Some(Verdict::Dismiss) => true,
            // A condition that applies is settled: it is carried out.
            Some(Verdict::Confirm) => draft.kind == CaseKind::Measure,
            Some(Verdict::NeedInformation | Verdict::Escalate) | None => false,
        })
}

fn verdict(cases: &[CaseRow], concern: &[u8; 32]) -> Option<Verdict> {
    let closed = cases.iter().filter(|case| case.state == CaseState::Closed);
    closed.rfold(None, |newest, case| {
        newest.or((case.fingerprint == *concern).then_some(case.verdict).flatten())
    })
}
