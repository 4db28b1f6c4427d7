//! Whoever was turned away comes back under another reference (CRT-16): with the same passport from another country, with what was
//! missing, under the same name. A person looks; weak evidence alone takes nothing away.

use crate::fsck::check;
use crate::measures::{on_jurisdictions, put_into_force};
use crate::world::{Applicant, START, World, machine, on_both, staff, system};
use serde_json::{Value, json};
use tenantry_model::account::{AccountState, Ending};
use tenantry_model::case::CaseKind;
use tenantry_model::id::{AccountId, CaseId};
use tenantry_model::staff::{Job, Role};
use tenantry_policy::decision::Reason;
use tenantry_policy::rule::{Effect, RuleCode};
use tenantry_register::Applied;
use tenantry_register::cases::CaseFilter;

on_both!(
    another_country_does_not_open_what_a_measure_refused,
    an_account_closed_while_a_measure_refused_it_is_remembered_as_refused,
    when_the_measure_ends_nobody_is_held_to_it,
    what_was_missing_may_come_under_another_reference_and_a_reviewer_decides,
    a_name_with_its_date_of_birth_is_recognised_in_other_writing,
    a_street_and_a_connection_in_common_take_nothing_away,
    who_holds_an_account_already_is_looked_at_when_the_same_person_is_turned_away,
);

/// What an applicant sends, as JSON to be changed.
fn said(applicant: &Applicant) -> Value {
    serde_json::to_value(applicant.sent()).unwrap()
}

fn facts(sent: &mut Value) -> &mut Vec<Value> {
    sent["parties"][0]["facts"].as_array_mut().unwrap()
}

/// The same person says that it lives and pays elsewhere; passport, card, e-mail and telephone are the same.
fn elsewhere(mut sent: Value, reference: &str, country: &str) -> Value {
    sent["reference"] = json!(reference);
    for fact in facts(&mut sent) {
        let placed =
            ["address", "place_of_use", "access_from"].contains(&fact["fact"]["kind"].as_str().unwrap());
        if placed {
            fact["fact"]["jurisdiction"] = json!(country);
        }
    }
    sent
}

fn apply(world: &World, sent: Value) -> Applied {
    world.clock.advance_micros(1_000_000);
    world.register.apply(&system(Job::SetUp), serde_json::from_value(sent).unwrap()).unwrap()
}

fn state(world: &World, account: AccountId) -> AccountState {
    world.register.account(&staff(Role::Auditor, 1), account).unwrap().summary.state
}

fn reason(applied: &Applied, rule: RuleCode) -> Option<&Reason> {
    applied.decision.reasons.iter().find(|reason| reason.rule == rule)
}

/// The reason for which a person looks, which has to name the other account.
#[track_caller]
fn questioned<'a>(applied: &'a Applied, other: AccountId, for_what: &str) -> &'a Reason {
    assert_eq!(applied.state, AccountState::InReview, "{:?}", applied.decision.reasons);
    let reason = reason(applied, RuleCode::LinkClosedForCause).unwrap();
    assert_eq!(reason.effect, Effect::Review);
    assert!(reason.detail.contains(&other.to_string()), "{}", reason.detail);
    assert!(reason.detail.contains(for_what), "{}", reason.detail);
    let change = applied.decision.would_change.iter().find(|change| change.rule == reason.rule).unwrap();
    assert!(change.text.contains("the cause is settled"), "{}", change.text);
    reason
}

fn link_case(world: &World, account: AccountId) -> CaseId {
    let queue = world.register.queue(&staff(Role::Reviewer, 1), CaseFilter::default(), None, 200).unwrap();
    let ours = |case: &&tenantry_register::cases::CaseHead| {
        case.account == Some(account) && case.kind == CaseKind::Link
    };
    queue.cases.iter().find(ours).unwrap().id
}

/// A reviewer finds that there is nothing in it, with a second person where the table asks for one.
fn dismiss(world: &World, case: CaseId) {
    let dismiss =
        json!({ "verdict": "dismiss", "reason_code": "explained_by_evidence", "note": "asked and seen" });
    if world.decide(&staff(Role::Reviewer, 1), case, dismiss).unwrap().approval.is_some() {
        world.approve(&staff(Role::Reviewer, 2)).unwrap();
    }
}

fn another_country_does_not_open_what_a_measure_refused(world: &World) {
    put_into_force(world, &on_jurisdictions(&["BY"], json!({ "from": "at_once" })));
    let there = said(&Applicant::new(1).in_country("BY"));
    let refused = apply(world, there.clone());
    assert_eq!(refused.state, AccountState::Refused);
    let stranger = world.apply(&Applicant::new(2));
    assert_eq!(stranger.state, AccountState::Open, "who has nothing in common with it is not asked");

    let again = apply(world, elsewhere(there, "ref-1-again", "NZ"));
    questioned(&again, refused.account, "measure");
    let replayed = world.register.replay(&staff(Role::Auditor, 1), again.decision_id).unwrap();
    assert!(replayed.same, "{:?}", replayed.differences);
    // Nor by waiting: every assessment says it again.
    world.register.reassess_all(&system(Job::Rescreening), 100, &mut |_| {}).unwrap();
    assert_eq!(state(world, again.account), AccountState::InReview);
    dismiss(world, link_case(world, again.account));
    assert_eq!(state(world, again.account), AccountState::Open, "a reviewer found that it moved");
    assert_eq!(state(world, refused.account), AccountState::Refused);
    assert_eq!(check(world).findings, []);
}

fn an_account_closed_while_a_measure_refused_it_is_remembered_as_refused(world: &World) {
    put_into_force(world, &on_jurisdictions(&["BY"], json!({ "from": "at_once" })));
    let there = said(&Applicant::new(1).in_country("BY"));
    let refused = apply(world, there.clone());
    let officer = staff(Role::ComplianceOfficer, 1);
    let version = world.register.account(&officer, refused.account).unwrap().summary.version;
    world.register.close_account(&officer, refused.account, version, Ending::Ordinary).unwrap();
    let again = apply(world, elsewhere(there, "ref-1-again", "NZ"));
    questioned(&again, refused.account, "measure");
    // An account that was in use and ended in good order says nothing against its holder.
    let ordinary = world.apply(&Applicant::new(2));
    let version = world.register.account(&officer, ordinary.account).unwrap().summary.version;
    world.register.close_account(&officer, ordinary.account, version, Ending::Ordinary).unwrap();
    let back = apply(world, elsewhere(said(&Applicant::new(2)), "ref-2-again", "NZ"));
    assert_eq!(back.state, AccountState::Open, "{:?}", back.decision.reasons);
}

fn when_the_measure_ends_nobody_is_held_to_it(world: &World) {
    let measure = put_into_force(world, &on_jurisdictions(&["BY"], json!({ "from": "at_once" })));
    let there = said(&Applicant::new(1).in_country("BY"));
    let refused = apply(world, there.clone());
    world.register.lift_measure(&staff(Role::ComplianceOfficer, 1), measure).unwrap();
    world.approve(&staff(Role::ComplianceOfficer, 2)).unwrap();
    world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    assert_eq!(state(world, refused.account), AccountState::InReview, "the case of the measure still waits");
    let again = apply(world, elsewhere(there, "ref-1-again", "NZ"));
    assert_eq!(again.state, AccountState::Open, "{:?}", again.decision.reasons);
}

fn what_was_missing_may_come_under_another_reference_and_a_reviewer_decides(world: &World) {
    let mut unverified = said(&Applicant::new(1));
    unverified["parties"][0]["checks"] = json!([]);
    for fact in facts(&mut unverified) {
        fact.as_object_mut().unwrap().remove("check");
    }
    let first = apply(world, unverified);
    world.clock.advance_days(31);
    world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    assert_eq!(state(world, first.account), AccountState::Refused);

    let proper = elsewhere(said(&Applicant::new(1)), "ref-1-again", "NZ");
    let again = apply(world, proper);
    questioned(&again, first.account, "could not be verified");
    dismiss(world, link_case(world, again.account));
    assert_eq!(state(world, again.account), AccountState::Open);
    assert_eq!(check(world).findings, []);
}

/// Somebody with a passport of which only this is known, so that nothing else links.
fn only(number: u16, name: &str, born: &str) -> Value {
    let mut sent =
        said(&Applicant { name: name.to_owned(), born: born.to_owned(), ..Applicant::new(number) });
    sent["parties"][0]["checks"][0]["checked_at"] = json!(START);
    sent
}

fn close_for_cause(world: &World, account: AccountId) {
    let officer = staff(Role::ComplianceOfficer, 1);
    let version = world.register.account(&officer, account).unwrap().summary.version;
    world.register.close_account(&officer, account, version, Ending::ForCause).unwrap();
}

fn a_name_with_its_date_of_birth_is_recognised_in_other_writing(world: &World) {
    let first = apply(world, only(1, "José Müller-Łukasz", "1971-02-03"));
    assert_eq!(first.state, AccountState::Open, "{:?}", first.decision.reasons);
    close_for_cause(world, first.account);
    let same = apply(world, only(2, "MULLER LUKASZ, Jose", "1971-02-03"));
    questioned(&same, first.account, "");
    for (number, name, born, why) in [
        (3, "José Müller-Łukasz", "1971-02-04", "born on another day"),
        (4, "José Müller", "1971-02-03", "another name"),
    ] {
        let other = apply(world, only(number, name, born));
        assert_eq!(other.state, AccountState::Open, "{why}: {:?}", other.decision.reasons);
    }
    // The year alone is shared by too many, and says nothing.
    let year = apply(world, only(5, "José Müller-Łukasz", "1971"));
    assert!(
        reason(&year, RuleCode::LinkClosedForCause).is_none() && reason(&year, RuleCode::LinkWeak).is_none()
    );
}

fn a_street_and_a_connection_in_common_take_nothing_away(world: &World) {
    let first = apply(world, said(&Applicant::new(1)));
    close_for_cause(world, first.account);
    let at_the_same_place = |number: u16| {
        let mut sent = said(&Applicant::new(number));
        for fact in facts(&mut sent) {
            match fact["fact"]["kind"].as_str().unwrap() {
                "address" => fact["fact"]["street"] = json!("2, Queen street"),
                "access_from" => fact["fact"]["ip"] = json!("198.51.0.1"),
                _ => {}
            }
        }
        sent
    };
    let neighbour = apply(world, at_the_same_place(2));
    assert_eq!(neighbour.state, AccountState::Open, "{:?}", neighbour.decision.reasons);
    let noted = reason(&neighbour, RuleCode::LinkWeak).unwrap();
    assert_eq!((noted.effect, noted.detail.as_str()), (Effect::Note, first.account.to_string().as_str()));
    // Nor does it hold anybody back who has to bring something first.
    let mut later = at_the_same_place(3);
    let checks = later["parties"][0]["checks"].take();
    later["parties"][0]["checks"] = json!([]);
    for fact in facts(&mut later) {
        fact.as_object_mut().unwrap().remove("check");
    }
    let later = apply(world, later);
    assert_eq!(later.state, AccountState::InReview);
    link_case(world, later.account);
    let proof = json!({ "facts": at_the_same_place(3)["parties"][0]["facts"], "checks": checks });
    world.clock.advance_micros(1_000_000);
    world
        .register
        .add_facts(&machine(None), later.parties["me"], serde_json::from_value(proof).unwrap())
        .unwrap();
    assert_eq!(state(world, later.account), AccountState::Open);
}

fn who_holds_an_account_already_is_looked_at_when_the_same_person_is_turned_away(world: &World) {
    let here = said(&Applicant::new(1));
    let (held, stranger) = (apply(world, here.clone()), world.apply(&Applicant::new(2)));
    assert_eq!(held.state, AccountState::Open);
    put_into_force(world, &on_jurisdictions(&["BY"], json!({ "from": "at_once" })));
    let refused = apply(world, elsewhere(here, "ref-1-there", "BY"));
    assert_eq!(refused.state, AccountState::Refused, "{:?}", refused.decision.reasons);
    // No pass over everybody has been since.
    link_case(world, held.account);
    let officer = staff(Role::Auditor, 1);
    assert!(world.register.account(&officer, stranger.account).unwrap().cases.is_empty());
    assert_eq!(check(world).findings, []);
}
