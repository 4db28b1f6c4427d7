//! Appeals: redress for whoever was refused (CIP-18).

use crate::fsck::check;
use crate::world::{Applicant, World, machine, on_both, staff};
use serde_json::json;
use tenantry_model::account::AccountState;
use tenantry_model::case::CaseKind;
use tenantry_model::id::{AccountId, CaseId};
use tenantry_model::staff::Role;
use tenantry_policy::gate::Answer;
use tenantry_register::cases::{AppealReceived, CaseFilter, NewAppeal};
use tenantry_register::{Call, RegisterError};

on_both!(
    a_granted_appeal_has_the_account_looked_at_with_fresh_eyes,
    a_refused_appeal_changes_nothing,
    an_appeal_is_about_something_that_was_decided,
);

fn new(statement: &str) -> NewAppeal {
    serde_json::from_value(json!({ "ground": "taken_for_another", "statement": statement })).unwrap()
}

fn appeal(world: &World, call: &Call, account: AccountId) -> Result<AppealReceived, RegisterError> {
    world.register.appeal(call, account, new("I am not that person; my passport shows another birthplace."))
}

fn state(world: &World, account: AccountId) -> AccountState {
    world.register.account(&staff(Role::Auditor, 1), account).unwrap().summary.state
}

/// The case of a kind that waits.
fn waiting(world: &World, kind: CaseKind) -> Option<CaseId> {
    let page = world.register.queue(&staff(Role::Reviewer, 1), CaseFilter::default(), None, 50).unwrap();
    page.cases.iter().find(|case| case.kind == kind).map(|case| case.id)
}

/// Somebody with the name of a listed person, whom two reviewers took for that person.
fn refused_as_listed(world: &World) -> AccountId {
    let applied = world.apply(&Applicant::listed(1));
    let confirm = json!({ "verdict": "confirm", "reason_code": "same_identity", "note": "name and date" });
    let case = waiting(world, CaseKind::Match).unwrap();
    world.decide(&staff(Role::Reviewer, 1), case, confirm).unwrap();
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
    assert_eq!(state(world, applied.account), AccountState::Refused);
    applied.account
}

fn a_granted_appeal_has_the_account_looked_at_with_fresh_eyes(world: &World) {
    let account = refused_as_listed(world);
    let received = appeal(world, &machine(None), account).unwrap();
    let twice = appeal(world, &machine(None), account);
    assert!(matches!(twice, Err(RegisterError::State { .. })), "{twice:?}");
    let grant = json!({ "verdict": "confirm", "reason_code": "decision_wrong", "note": "other birthplace" });
    let own = world.decide(&staff(Role::Reviewer, 1), received.case, grant.clone());
    assert!(matches!(own, Err(RegisterError::State { what: "appeal", .. })), "{own:?}");
    world.register.release(&staff(Role::Reviewer, 1), received.case).unwrap();
    world.decide(&staff(Role::Reviewer, 3), received.case, grant).unwrap();
    assert_eq!(waiting(world, CaseKind::Match), None, "nothing moves on one person's word");
    world.approve(&staff(Role::ComplianceOfficer, 4)).unwrap();
    assert_eq!(state(world, account), AccountState::Refused, "granted is not opened");
    // The likeness is raised again.
    let again = waiting(world, CaseKind::Match).unwrap();
    let dismiss = json!({ "verdict": "dismiss", "reason_code": "different_place", "note": "" });
    world.decide(&staff(Role::Reviewer, 3), again, dismiss).unwrap();
    world.approve(&staff(Role::Reviewer, 4)).unwrap();
    assert_eq!((state(world, account), world.gate(account)), (AccountState::Open, Answer::Allow));
    assert_eq!(check(world).findings, []);
}

fn a_refused_appeal_changes_nothing(world: &World) {
    let account = refused_as_listed(world);
    let received = appeal(world, &staff(Role::Reviewer, 2), account).unwrap();
    let stands =
        json!({ "verdict": "dismiss", "reason_code": "decision_stands", "note": "the same document" });
    world.decide(&staff(Role::Reviewer, 3), received.case, stands).unwrap();
    assert_eq!((state(world, account), world.gate(account)), (AccountState::Refused, Answer::Deny));
    assert_eq!(waiting(world, CaseKind::Match), None);
    // What is new may be said in another appeal.
    appeal(world, &machine(None), account).unwrap();
}

fn an_appeal_is_about_something_that_was_decided(world: &World) {
    let open = world.apply(&Applicant::new(2));
    let nothing = appeal(world, &machine(None), open.account);
    assert!(matches!(nothing, Err(RegisterError::State { .. })), "{nothing:?}");
    let account = refused_as_listed(world);
    for statement in ["", " ", "\u{7}", &"a".repeat(4_001)] {
        let refused = world.register.appeal(&machine(None), account, new(statement));
        assert!(matches!(&refused, Err(RegisterError::Invalid { .. })), "{refused:?}");
    }
    let elsewhere = machine(Some(open.account));
    let unseen = appeal(world, &elsewhere, account);
    assert!(matches!(unseen, Err(RegisterError::NotFound { .. })), "{unseen:?}");
}
