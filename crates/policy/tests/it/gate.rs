//! The gate's answers (CIP-16), closed by default.

use crate::build::*;
use tenantry_model::account::{AccountRole, AccountState, Capability};
use tenantry_policy::decide;
use tenantry_policy::decision::Outcome;
use tenantry_policy::gate::{Answer, DecisionSummary, GateVerdict, RuleSet, verdict};
use tenantry_policy::rule::RuleCode;

fn answers(verdict: GateVerdict) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Capability::ALL.iter().map(|c| verdict.answer(*c)).collect();
    answers.sort();
    answers.dedup();
    answers
}

#[test]
fn closed_unless_decided_and_open() {
    let pack = pack();
    let summary = decide(&input(&pack, vec![foreign_person(1, &[AccountRole::Customer])], vec![])).summary();
    for state in AccountState::ALL {
        let expect = match state {
            AccountState::Open => Answer::Allow,
            AccountState::Restricted => Answer::Condition,
            _ => Answer::Deny,
        };
        assert_eq!(answers(verdict(*state, Some(&summary), &[], now())), [expect], "{state}");
        assert_eq!(answers(verdict(*state, None, &[], now())), [Answer::Deny], "{state}");
    }
    assert_eq!(answers(GateVerdict::closed()), [Answer::Deny]);
    assert!(GateVerdict::closed().reasons().contains(RuleCode::NoDecision));
}

#[test]
fn a_refusal_is_not_overruled_by_a_state() {
    let refused = DecisionSummary {
        outcome: Outcome::Refused,
        withheld: [].into_iter().collect(),
        reasons: RuleSet::default(),
    };
    assert_eq!(answers(verdict(AccountState::Open, Some(&refused), &[], now())), [Answer::Deny]);
}

#[test]
fn what_is_withheld_is_denied_and_the_rest_conditioned() {
    let restricted = DecisionSummary {
        outcome: Outcome::Restricted,
        withheld: [Capability::Gpu].into_iter().collect(),
        reasons: [RuleCode::NotVerified].into_iter().collect(),
    };
    let verdict = verdict(AccountState::Open, Some(&restricted), &[], now());
    assert_eq!(verdict.answer(Capability::Gpu), Answer::Deny);
    assert_eq!(verdict.answer(Capability::Provision), Answer::Condition);
    assert_eq!(
        verdict.reasons().iter().collect::<Vec<_>>(),
        [RuleCode::NotVerified, RuleCode::AccountRestricted]
    );
}

#[test]
fn a_verdict_is_small() {
    assert!(size_of::<GateVerdict>() <= 16);
}
