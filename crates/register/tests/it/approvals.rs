//! Dual control: who may be the second person, what binds an approval, what makes it void.

use crate::world::{Applicant, World, machine, on_both, staff};
use serde_json::json;
use tenantry_model::account::AccountState;
use tenantry_model::case::CaseState;
use tenantry_model::measure::MeasureState;
use tenantry_model::staff::{Actor, Role};
use tenantry_register::approvals::{ContentHash, Standing, VALID_DAYS};
use tenantry_register::measures::{NewMeasure, Proposed};
use tenantry_register::{Call, RegisterError};

on_both!(
    an_approval_needs_another_person_in_a_role_of_the_table,
    another_content_is_not_what_was_approved,
    changed_facts_make_a_verdict_void,
    a_request_lapses_and_gives_its_object_back,
    a_rejection_gives_the_object_back,
    nothing_is_decided_twice,
);

pub(crate) fn measure() -> NewMeasure {
    serde_json::from_value(json!({
        "title": "Accounts located in Zubrowka's neighbour",
        "target": { "kind": "jurisdiction", "jurisdictions": ["BY"] },
        "effect": { "effect": "prohibit" },
        "citation": "15 CFR 7.307(b), test determination",
        "determined_on": "2026-11-20",
        "effective": { "from": "at_once" },
    }))
    .unwrap()
}

fn propose(world: &World, by: &Call) -> Proposed {
    world.register.propose_measure(by, measure()).unwrap()
}

fn an_approval_needs_another_person_in_a_role_of_the_table(world: &World) {
    let officer = staff(Role::ComplianceOfficer, 1);
    let proposed = propose(world, &officer);
    let hash = world.register.approval(&officer, proposed.approval).unwrap().content_hash;
    let try_as =
        |call: &Call| world.register.approve(call, proposed.approval, hash).map(|_| ()).map_err(|e| e.code());
    // The one who asked, in whatever role they come back.
    let Actor::Staff { id, .. } = officer.actor else { panic!("staff") };
    for role in Role::ALL {
        let mut same_person = officer.clone();
        same_person.actor = Actor::Staff { id, role: *role };
        let expected = match role {
            Role::ComplianceOfficer | Role::Legal => "second_person_required",
            _ => "forbidden",
        };
        assert_eq!(try_as(&same_person), Err(expected), "{role}");
    }
    assert_eq!(try_as(&machine(None)), Err("forbidden"));
    for role in [Role::Administrator, Role::Operator, Role::Reviewer, Role::Auditor] {
        assert_eq!(try_as(&staff(role, 2)), Err("forbidden"), "{role}");
    }
    let state = world.register.measure(&officer, proposed.measure).unwrap().state;
    assert_eq!(state, MeasureState::Proposed);
    // Everybody sees what is theirs to see.
    let reader = |call: &Call| world.register.approvals(call).unwrap().first().map(|a| a.reader);
    assert_eq!(reader(&officer), Some(Standing::Requester));
    assert_eq!(reader(&staff(Role::Legal, 2)), Some(Standing::SecondPerson));
    assert_eq!(reader(&staff(Role::Reviewer, 2)), None);
    assert_eq!(reader(&machine(None)), None);
    let to_decide = |call: &Call| world.register.approvals_to_decide(call).unwrap();
    assert_eq!(
        (to_decide(&officer), to_decide(&staff(Role::Legal, 2)), to_decide(&machine(None))),
        (0, 1, 0)
    );

    assert_eq!(try_as(&staff(Role::Legal, 2)), Ok(()));
    let state = world.register.measure(&officer, proposed.measure).unwrap().state;
    assert_eq!(state, MeasureState::Approved);
}

fn another_content_is_not_what_was_approved(world: &World) {
    let proposed = propose(world, &staff(Role::ComplianceOfficer, 1));
    let other = ContentHash::from_bytes([7; 32]);
    let answered = world.register.approve(&staff(Role::Legal, 2), proposed.approval, other);
    assert!(matches!(answered, Err(RegisterError::ApprovalVoid)), "{answered:?}");
    let view = world.register.measure(&staff(Role::Legal, 2), proposed.measure).unwrap();
    assert_eq!(view.state, MeasureState::Proposed);
    assert_eq!(view.approval, Some(proposed.approval), "a wrong hash changes nothing");
}

fn changed_facts_make_a_verdict_void(world: &World) {
    let applied = world.apply(&Applicant::listed(1));
    let [case] = applied.cases.as_slice() else { panic!("{:?}", applied.cases) };
    let (first, second) = (staff(Role::Reviewer, 1), staff(Role::Reviewer, 2));
    let decision = json!({ "verdict": "dismiss", "reason_code": "different_place" });
    let decided = world.decide(&first, *case, decision).unwrap();
    assert_eq!(decided.state, CaseState::AwaitingSecond);
    let request = world.register.approvals(&second).unwrap().remove(0);
    // Meanwhile the customer turns out to have lived where the listed person does.
    let party = applied.parties["me"];
    let facts = json!({ "facts": [{ "fact": { "kind": "located_in", "jurisdiction": "RU" } }] });
    world.register.add_facts(&first, party, serde_json::from_value(facts).unwrap()).unwrap();
    let answered = world.register.approve(&second, request.id, request.content_hash);
    assert!(matches!(answered, Err(RegisterError::ApprovalVoid)), "{answered:?}");
    let view = world.register.case(&first, *case).unwrap();
    assert_eq!(
        (view.head.state, view.head.verdict),
        (CaseState::Closed, None),
        "what it rested on has moved"
    );
    let [next] = world.open_cases()[..] else { panic!("{:?}", world.open_cases()) };
    assert_ne!(next, *case, "another takes its place, with what is known now");
    assert_eq!(
        world.register.account(&first, applied.account).unwrap().summary.state,
        AccountState::InReview
    );
    assert!(world.register.approvals(&second).unwrap().is_empty());
}

fn a_request_lapses_and_gives_its_object_back(world: &World) {
    use tenantry_model::staff::Job;
    let applied = world.apply(&Applicant::listed(1));
    let decision = json!({ "verdict": "dismiss", "reason_code": "different_place" });
    world.decide(&staff(Role::Reviewer, 1), applied.cases[0], decision).unwrap();
    let second = staff(Role::Reviewer, 2);
    let request = world.register.approvals(&second).unwrap().remove(0);
    world.clock.advance_days(i32::try_from(VALID_DAYS).unwrap());
    let answered = world.register.approve(&second, request.id, request.content_hash);
    assert!(matches!(answered, Err(RegisterError::ApprovalVoid)), "{answered:?}");
    assert_eq!(world.register.case(&second, applied.cases[0]).unwrap().head.state, CaseState::Open);
    // The same for one that nobody looked at.
    let proposed = propose(world, &staff(Role::ComplianceOfficer, 1));
    world.clock.advance_days(i32::try_from(VALID_DAYS).unwrap());
    let minded = world.register.mind_clocks(&crate::world::system(Job::Clocks)).unwrap();
    assert_eq!(minded.lapsed, [proposed.approval]);
    let state = world.register.measure(&second, proposed.measure).unwrap().state;
    assert_eq!(state, MeasureState::Rejected);
}

fn a_rejection_gives_the_object_back(world: &World) {
    let applied = world.apply(&Applicant::listed(1));
    let decision = json!({ "verdict": "confirm", "reason_code": "same_identity", "note": "same passport" });
    world.decide(&staff(Role::Reviewer, 1), applied.cases[0], decision).unwrap();
    let second = staff(Role::Legal, 2);
    let request = world.register.approvals(&second).unwrap().remove(0);
    world.register.reject(&second, request.id).unwrap();
    let view = world.register.case(&second, applied.cases[0]).unwrap();
    assert_eq!((view.head.state, view.head.verdict), (CaseState::Open, None));
    assert_eq!(
        world.register.account(&second, applied.account).unwrap().summary.state,
        AccountState::InReview
    );
    let mut silent = second;
    silent.reason = None;
    let refused = world.register.reject(&silent, request.id);
    assert!(matches!(refused, Err(RegisterError::ReasonMissing { .. })), "{refused:?}");
}

fn nothing_is_decided_twice(world: &World) {
    let proposed = propose(world, &staff(Role::ComplianceOfficer, 1));
    let second = staff(Role::Legal, 2);
    let hash = world.register.approval(&second, proposed.approval).unwrap().content_hash;
    world.register.approve(&second, proposed.approval, hash).unwrap();
    for again in [
        world.register.approve(&second, proposed.approval, hash),
        world.register.reject(&staff(Role::Legal, 3), proposed.approval),
    ] {
        assert!(matches!(again, Err(RegisterError::State { .. })), "{again:?}");
    }
}
