//! Doubts about who somebody is: they stay until a person concludes, whatever whoever applies changes meanwhile.

use crate::world::{Applicant, LIST, LISTED_NAME, START, World, machine, on_both, staff, system};
use serde_json::{Value, json};
use std::fmt::Write as _;
use tenantry_model::account::AccountState;
use tenantry_model::case::{CaseKind, CaseState};
use tenantry_model::fact::FactKind;
use tenantry_model::id::{AccountId, CaseId, FactId, PartyId};
use tenantry_model::staff::{Job, Role};
use tenantry_policy::gate::Answer;
use tenantry_register::{Applied, Call};

on_both!(
    another_name_does_not_clear_a_match,
    a_doubt_outlives_the_fact_that_raised_it,
    a_former_name_is_still_looked_for,
    a_name_that_is_not_read_whole_is_no_pass,
    matches_beyond_those_shown_are_raised_when_these_are_decided,
);

fn state(world: &World, account: AccountId) -> AccountState {
    world.register.account(&staff(Role::Auditor, 1), account).unwrap().summary.state
}

fn facts_of(world: &World, party: PartyId, kind: FactKind) -> Vec<FactId> {
    let facts = world.register.party(&staff(Role::Auditor, 1), party).unwrap().facts;
    facts.into_iter().filter(|f| f.kind == kind && f.superseded_at.is_none()).map(|f| f.id).collect()
}

/// Puts facts in the place of all of a kind.
fn replace(world: &World, call: &Call, applied: &Applied, kind: FactKind, facts: Value) {
    let party = applied.parties["me"];
    let sent = json!({ "facts": facts, "supersedes": facts_of(world, party, kind),
        "checks": [{ "key": "deed", "method": "document_examined", "result": "pass", "checked_at": START,
                     "description": "a deed of change of name" }] });
    world.register.add_facts(call, party, serde_json::from_value(sent).unwrap()).unwrap();
}

fn dismiss(world: &World, case: CaseId) {
    let decision =
        json!({ "verdict": "dismiss", "reason_code": "different_place", "note": "born elsewhere" });
    world.decide(&staff(Role::Reviewer, 1), case, decision).unwrap();
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
}

fn another_name_does_not_clear_a_match(world: &World) {
    let reseller = world.apply(&Applicant::new(9).selling());
    for (number, key) in [(1, machine(None)), (2, staff(Role::Reviewer, 3))] {
        let applied =
            world.apply(&Applicant { reseller: Some(reseller.account), ..Applicant::listed(number) });
        assert_eq!(applied.state, AccountState::InReview);
        // What was read from a document a reseller cannot take back.
        let facts = facts_of(world, applied.parties["me"], FactKind::LegalName);
        let sent = serde_json::from_value(json!({ "facts": [], "supersedes": facts })).unwrap();
        let confined = machine(Some(reseller.account));
        let refused = world.register.add_facts(&confined, applied.parties["me"], sent).unwrap_err();
        assert!(refused.to_string().contains("cannot speak for"), "{refused}");
        let name =
            json!([{ "fact": { "kind": "legal_name", "text": "Zebulon Quillfeather" }, "check": "deed" }]);
        replace(world, &key, &applied, FactKind::LegalName, name);
        assert_eq!(state(world, applied.account), AccountState::InReview);
        assert_eq!(world.gate(applied.account), Answer::Deny);
        let overtaken = world.register.case(&staff(Role::Reviewer, 1), applied.cases[0]).unwrap().head;
        assert_eq!(
            (overtaken.state, overtaken.verdict),
            (CaseState::Closed, None),
            "it rested on one name only"
        );
        let [case] = world.open_cases()[..] else { panic!("{:?}", world.open_cases()) };
        world.register.lease(&staff(Role::Reviewer, 1), case).unwrap();
        let detail = world.register.case(&staff(Role::Reviewer, 1), case).unwrap().detail.unwrap();
        assert_eq!(detail.names, ["Zebulon Quillfeather", LISTED_NAME]);
        dismiss(world, case);
        assert_eq!(
            (state(world, applied.account), world.gate(applied.account)),
            (AccountState::Open, Answer::Allow)
        );
        let decision =
            world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap().decisions[0].id;
        let replay = world.register.replay(&staff(Role::Auditor, 1), decision).unwrap();
        assert!(replay.same && replay.differences.is_empty(), "{replay:?}");
    }
}

fn a_doubt_outlives_the_fact_that_raised_it(world: &World) {
    let mut applicant = Applicant::new(1);
    applicant.more.push(json!({ "fact": { "kind": "payment", "method": "card", "token": "tok_far",
                                          "issuer_jurisdiction": "VU" } }));
    let applied = world.apply(&applicant);
    assert_eq!((applied.state, applied.cases.len()), (AccountState::InReview, 1));
    let card = json!([{ "fact": { "kind": "payment", "method": "card", "token": "tok_near" } }]);
    replace(world, &machine(None), &applied, FactKind::Payment, card);
    assert_eq!(
        (state(world, applied.account), world.gate(applied.account)),
        (AccountState::InReview, Answer::Deny)
    );
    let [case] = world.open_cases()[..] else { panic!("{:?}", world.open_cases()) };
    assert_eq!(case, applied.cases[0]);
    world.register.reassess_all(&system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    assert_eq!(state(world, applied.account), AccountState::InReview);
    let decision = json!({ "verdict": "dismiss", "reason_code": "explained_by_evidence", "note": "a card of the employer" });
    world.decide(&staff(Role::Reviewer, 1), case, decision).unwrap();
    assert_eq!(
        (state(world, applied.account), world.gate(applied.account)),
        (AccountState::Open, Answer::Allow)
    );
}

fn a_former_name_is_still_looked_for(world: &World) {
    let applied = world.apply(&Applicant { name: "Wilhelmina Ostrowicka".to_owned(), ..Applicant::new(1) });
    assert_eq!(applied.state, AccountState::Open);
    let name = json!([{ "fact": { "kind": "legal_name", "text": "Ermengarde Voss" }, "check": "deed" }]);
    replace(world, &machine(None), &applied, FactKind::LegalName, name);
    assert!(world.open_cases().is_empty());
    world.import(&format!("{LIST}3,\"OSTROWICKA, Wilhelmina\",1985-04-12,nz\n"));
    world.register.rescreen(&system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    let [case] = world.open_cases()[..] else { panic!("{:?}", world.open_cases()) };
    assert_eq!(world.register.case(&staff(Role::Reviewer, 1), case).unwrap().head.kind, CaseKind::Match);
}

fn matches_beyond_those_shown_are_raised_when_these_are_decided(world: &World) {
    let mut list = LIST.to_owned();
    for number in 100..124 {
        writeln!(list, "{number},\"VOLKONSKOV, Dmitri Sergeyevich\",1969-03-14,ru").unwrap();
    }
    world.import(&list);
    let applied = world.apply(&Applicant::listed(1));
    let hits = |case| {
        let reviewer = staff(Role::Reviewer, 1);
        world.register.lease(&reviewer, case).unwrap();
        let view = world.register.case(&reviewer, case).unwrap();
        let more =
            view.head.sentences.iter().filter(|s| s.contains("wait until these are decided: 5")).count();
        (view.detail.unwrap().hits.len(), more)
    };
    let [first] = world.open_cases()[..] else { panic!("{:?}", world.open_cases()) };
    assert_eq!(hits(first), (20, 1), "of 25");
    dismiss(world, first);
    assert_eq!(
        (state(world, applied.account), world.gate(applied.account)),
        (AccountState::InReview, Answer::Deny)
    );
    let auditor = staff(Role::Auditor, 1);
    let decision = world.register.account(&auditor, applied.account).unwrap().decisions[0].id;
    assert!(world.register.replay(&auditor, decision).unwrap().differences.is_empty());
    let [second] = world.open_cases()[..] else { panic!("{:?}", world.open_cases()) };
    assert_eq!(hits(second), (5, 0));
    dismiss(world, second);
    assert_eq!(
        (state(world, applied.account), world.gate(applied.account)),
        (AccountState::Open, Answer::Allow)
    );
    let pass = world.register.reassess_all(&system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    assert_eq!((pass.changed, pass.cases), (0, 0));
}

fn a_name_that_is_not_read_whole_is_no_pass(world: &World) {
    let long = |last: &str| format!("{}{last}", "Zebulon ".repeat(40));
    let applied = world.apply(&Applicant { name: long("Quillfeather"), ..Applicant::new(1) });
    assert_eq!((applied.state, world.gate(applied.account)), (AccountState::InReview, Answer::Deny));
    let [first] = world.open_cases()[..] else { panic!("{:?}", world.open_cases()) };
    let reviewer = staff(Role::Reviewer, 1);
    let settle = |case| {
        world.register.lease(&reviewer, case).unwrap();
        let head = world.register.case(&reviewer, case).unwrap().head;
        assert_eq!(head.kind, CaseKind::Failure);
        assert!(
            head.sentences.iter().any(|s| s.contains("a name was not read whole")),
            "{:?}",
            head.sentences
        );
        let decision =
            json!({ "verdict": "dismiss", "reason_code": "explained_by_evidence", "note": "looked up" });
        world.decide(&reviewer, case, decision).unwrap();
        world.approve(&staff(Role::Reviewer, 2)).unwrap();
        assert_eq!(
            (state(world, applied.account), world.gate(applied.account)),
            (AccountState::Open, Answer::Allow)
        );
    };
    settle(first);
    let pass = world.register.reassess_all(&system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    assert_eq!((pass.changed, pass.cases), (0, 0));
    // Another such name is another doubt.
    let name = json!([{ "fact": { "kind": "legal_name", "text": long("Ostrowicka") }, "check": "deed" }]);
    replace(world, &machine(None), &applied, FactKind::LegalName, name);
    let [second] = world.open_cases()[..] else { panic!("{:?}", world.open_cases()) };
    settle(second);
    let decision = world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap().decisions[0].id;
    let replay = world.register.replay(&staff(Role::Auditor, 1), decision).unwrap();
    assert!(replay.same && replay.differences.is_empty(), "{replay:?}");
}
