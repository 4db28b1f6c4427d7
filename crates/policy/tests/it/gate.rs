//! The gate's answers (CIP-16), closed by default.

use crate::build::*;
use tenantry_identity::status::ResellerChecks;
use tenantry_model::account::{AccountRole, AccountState, Capability};
use tenantry_policy::decide;
use tenantry_policy::decision::Outcome;
use tenantry_policy::gate::{Answer, DecisionSummary, GateVerdict, RuleSet, verdict};
use tenantry_policy::input::{ChainLink, DecisionInput, HitStanding, HitSummary, Signal};
use tenantry_policy::pack::Pack;
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

/// What an open account may do while it is reviewed (CIP-16), for one party of it, one chain above, or one measure.
fn reviewed(change: impl Fn(&mut DecisionInput<'_>)) -> GateVerdict {
    let (pack, measures) = (pack(), vec![crate::measures::possible()]);
    let mut input = input(&pack, vec![foreign_person(1, &[AccountRole::Customer])], vec![]);
    input.measures = &measures;
    change(&mut input);
    let decision = decide(&input);
    assert_eq!(decision.outcome, Outcome::Review, "{:?}", decision.reasons);
    verdict(AccountState::Open, Some(&decision.summary()), &decision.reaches, now())
}

fn hit(score_per_mille: u16, hard_rule: Option<&str>) -> HitSummary {
    let (list, entity) = ("ofac-sdn".to_owned(), "1".to_owned());
    HitSummary {
        list,
        entity,
        score_per_mille,
        hard_rule: hard_rule.map(str::to_owned),
        standing: HitStanding::New,
    }
}

#[test]
fn a_look_alike_withholds_nothing_and_more_than_a_name_does() {
    let grave = pack().under_review.unwrap().match_grave;
    for (hit, expect) in [
        (hit(700, None), Answer::Allow),
        (hit(grave - 1, None), Answer::Allow),
        (hit(grave, None), Answer::Deny),
        (hit(1_000, None), Answer::Deny),
        (hit(100, Some("same_identifier")), Answer::Deny),
    ] {
        let name = format!("{hit:?}");
        let verdict = reviewed(|input| {
            input.measures = &[];
            input.parties[0].hits = vec![hit.clone()];
        });
        assert_eq!(verdict.answer(Capability::Provision), expect, "{name}");
        let denied = expect == Answer::Deny;
        let goes_on = if denied { Answer::Condition } else { Answer::Allow };
        assert_eq!(verdict.answer(Capability::Access), goes_on, "what runs goes on: {name}");
        assert_eq!(verdict.reasons().contains(RuleCode::ListedMatch), denied, "{name}");
    }
}

#[test]
fn a_reseller_above_that_is_gone_withholds_and_one_under_review_does_not() {
    for (state, expect) in [
        (AccountState::InReview, Answer::Allow),
        (AccountState::Suspended, Answer::Deny),
        (AccountState::Refused, Answer::Deny),
        (AccountState::Closed, Answer::Deny),
    ] {
        let link = ChainLink { account: ACCOUNT, state, parties: Vec::new() };
        let below = |input: &mut DecisionInput<'_>| {
            input.measures = &[];
            input.reseller_chain = vec![link.clone()];
        };
        assert_eq!(reviewed(below).answer(Capability::Provision), expect, "{state}");
        let dismissed = reviewed(|input| {
            below(input);
            let rules = vec![RuleCode::ResellerStanding];
            input.signals.push(Signal::Dismissed { party: None, rules });
        });
        assert_eq!(dismissed.answer(Capability::Provision), Answer::Allow, "{state}, and a reviewer looked");
    }
}

#[test]
fn a_measure_that_may_reach_withholds_until_a_reviewer_has_looked() {
    let verdict = reviewed(|_| {});
    assert_eq!(verdict.answer(Capability::Provision), Answer::Deny);
    assert!(verdict.reasons().contains(RuleCode::MeasureMayReach));
    let dismissed = |of: u8| {
        reviewed(|input| {
            let rules = vec![RuleCode::MeasureMayReach];
            input.signals.push(Signal::Dismissed { party: Some(id(of)), rules });
        })
    };
    assert_eq!(dismissed(1).answer(Capability::Provision), Answer::Allow);
    assert_eq!(dismissed(2).answer(Capability::Provision), Answer::Deny, "what was found of somebody else");
}

#[test]
fn what_is_grave_is_the_packs_to_say_within_bounds() {
    for (from, to) in [
        (
            "rules = [\"listed_match\", \"measure_may_reach\", \"reseller_standing\"]",
            "rules = [\"link_weak\"]",
        ),
        ("match_grave = 960", "match_grave = 699"),
        ("match_grave = 960", "match_grave = 1001"),
    ] {
        let text = PACK.replace(from, to);
        assert_ne!(text, PACK);
        assert!(Pack::parse(&text).is_err(), "{to}");
    }
    // A pack that was adopted before it could say so withholds nothing, and believes no reseller.
    let (first, rest) = PACK.split_once("[under_review]").unwrap();
    let (_, rest) = rest.split_once("# Calendar days a case may wait.").unwrap();
    let before = Pack::parse(&format!("{first}{rest}")).unwrap();
    assert_eq!(
        (before.under_review.is_none(), before.reseller_checks()),
        (true, ResellerChecks::DoNotCorroborate)
    );
}
