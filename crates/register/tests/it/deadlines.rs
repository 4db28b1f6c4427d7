//! Time runs out: for what was asked and did not come, for use on provisional terms, and for what was verified long ago.

use crate::fsck::check;
use crate::world::{Applicant, PACK, World, machine, on_both, staff, system};
use serde_json::json;
use tenantry_model::account::AccountState;
use tenantry_model::case::CaseKind;
use tenantry_model::id::AccountId;
use tenantry_model::staff::{Job, Role};
use tenantry_policy::gate::Answer;
use tenantry_register::Applied;
use tenantry_register::cases::CaseFilter;
use tenantry_register::intake::NewApplication;

on_both!(
    what_does_not_come_in_time_is_refused_and_may_still_come,
    what_was_verified_long_ago_wants_a_new_look_and_takes_nothing_away,
    one_account_that_cannot_be_assessed_keeps_no_other_waiting,
);

/// Somebody who says everything and shows nothing.
fn unverified(number: u16) -> NewApplication {
    let mut sent = Applicant::new(number).sent();
    for party in &mut sent.parties {
        party.checks.clear();
        party.facts.iter_mut().for_each(|fact| fact.check = None);
    }
    sent
}

fn apply(world: &World, sent: NewApplication) -> Applied {
    world.clock.advance_micros(1_000_000);
    world.register.apply(&system(Job::SetUp), sent).unwrap()
}

fn verify(world: &World, applied: &Applied) {
    let facts = Applicant::new(1).sent().parties.remove(0);
    let sent = json!({ "facts": facts.facts, "checks": facts.checks });
    world
        .register
        .add_facts(&machine(None), applied.parties["me"], serde_json::from_value(sent).unwrap())
        .unwrap();
}

fn state(world: &World, account: AccountId) -> AccountState {
    world.register.account(&staff(Role::Auditor, 1), account).unwrap().summary.state
}

/// What the clocks do at the end of so many days.
fn days_pass(world: &World, days: i32) -> u64 {
    world.clock.advance_days(days);
    world.register.mind_clocks(&system(Job::Clocks)).unwrap().ran_out.changed
}

fn missing_items(world: &World, account: AccountId) -> usize {
    let reviewer = staff(Role::Reviewer, 1);
    let page = world.register.queue(&reviewer, CaseFilter::default(), None, 200).unwrap();
    let ours = |case: &&tenantry_register::cases::CaseHead| {
        case.account == Some(account) && case.kind == CaseKind::MissingItem
    };
    page.cases.iter().filter(ours).count()
}

fn what_does_not_come_in_time_is_refused_and_may_still_come(world: &World) {
    let applied = apply(world, unverified(1));
    let complete = world.apply(&Applicant::new(2));
    assert_eq!((applied.state, complete.state), (AccountState::InReview, AccountState::Open));
    assert_eq!(days_pass(world, 29), 0, "a day is left");
    assert_eq!(days_pass(world, 1), 1);
    let view = world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap();
    assert_eq!((view.summary.state, view.for_cause), (AccountState::Refused, false));
    let decision = view.decision.unwrap();
    assert_eq!(decision.reasons[0].rule.as_str(), "verification_overdue");
    assert!(decision.reasons[0].sentence().contains("30 days allowed"), "{}", decision.reasons[0].sentence());
    let replayed = world.register.replay(&staff(Role::Auditor, 1), view.decisions[0].id).unwrap();
    assert!(replayed.same, "{:?}", replayed.differences);
    assert_eq!(state(world, complete.account), AccountState::Open);
    assert_eq!(days_pass(world, 5), 0, "once is enough");
    verify(world, &applied);
    assert_eq!(
        state(world, applied.account),
        AccountState::Open,
        "what was missing came, and nobody was refused for cause"
    );
    assert_eq!(check(world).findings, []);
}

fn what_was_verified_long_ago_wants_a_new_look_and_takes_nothing_away(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    assert_eq!(days_pass(world, 364), 0);
    assert_eq!(days_pass(world, 1), 1);
    assert_eq!(missing_items(world, applied.account), 1);
    assert_eq!(world.gate(applied.account), Answer::Allow);
    let still_so = json!({ "verdict": "dismiss", "reason_code": "explained_by_evidence", "note": "asked, nothing changed" });
    world.decide(&staff(Role::Reviewer, 1), world.open_cases()[0], still_so).unwrap();
    assert_eq!(days_pass(world, 100), 0, "the reviewer's word holds for the year");
    assert_eq!(missing_items(world, applied.account), 0);
    assert_eq!(days_pass(world, 265), 1);
    assert_eq!(missing_items(world, applied.account), 1, "the next year is another concern");
    verify(world, &applied);
    let decision =
        world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap().decision.unwrap();
    assert!(decision.reasons.iter().all(|reason| reason.rule.as_str() != "reverification_due"));
    assert_eq!(check(world).findings, []);
}

fn one_account_that_cannot_be_assessed_keeps_no_other_waiting(world: &World) {
    let [broken, sound] = [1, 2].map(|number| apply(world, unverified(number)));
    let subject = broken.parties["me"];
    let keys = world.keys_of(subject);
    world.delete_key(keys[0]);
    days_pass(world, 31);
    assert_eq!(state(world, broken.account), AccountState::InReview);
    assert_eq!(state(world, sound.account), AccountState::Refused);
}

/// A provider that lets customers in while verification runs.
#[test]
fn provisional_use_ends() {
    let pack = PACK.replace("[provisional]\nstate = \"off\"", "[provisional]\nstate = \"on\"");
    assert_ne!(pack, PACK);
    let world = World::under(&pack);
    let applied = apply(&world, unverified(1));
    assert_eq!(applied.state, AccountState::Restricted);
    assert_eq!(world.gate(applied.account), Answer::Condition);
    days_pass(&world, 29);
    assert_eq!(state(&world, applied.account), AccountState::Restricted);
    days_pass(&world, 1);
    assert_eq!(state(&world, applied.account), AccountState::Suspended);
    assert_eq!(world.gate(applied.account), Answer::Deny);
    verify(&world, &applied);
    assert_eq!(state(&world, applied.account), AccountState::Open);
    assert_eq!(check(&world).findings, []);
}
