//! What arrives is whole: everybody in it is screened, found again from the account, and said once; and what was answered is answered
//! again, whatever became of the account meanwhile.

use crate::fsck::check;
use crate::world::{Applicant, START, World, machine, on_both, staff, system};
use serde_json::{Value, json};
use tenantry_model::account::AccountState;
use tenantry_model::case::CaseKind;
use tenantry_model::id::PartyId;
use tenantry_model::staff::{Job, Role};
use tenantry_policy::rule::RuleCode;
use tenantry_register::cases::CaseFilter;
use tenantry_register::{Applied, Call, IdempotencyKey, RegisterError};

on_both!(
    a_holding_without_a_name_is_asked_for,
    a_payer_without_a_name_was_not_screened,
    a_pair_is_stated_once,
    everybody_is_found_again_from_the_account,
    a_change_of_roles_loses_nobody,
    an_answer_outlives_what_it_was_given_on,
    clocks_of_two_machines_differ,
);

fn apply(world: &World, call: &Call, sent: &Value) -> Result<Applied, RegisterError> {
    world.clock.advance_micros(1_000_000);
    world.register.apply(call, serde_json::from_value(sent.clone()).unwrap())
}

fn job() -> Call {
    system(Job::SetUp)
}

fn rules(applied: &Applied) -> Vec<(RuleCode, Option<PartyId>)> {
    applied.decision.reasons.iter().map(|reason| (reason.rule, reason.party)).collect()
}

/// A complete and verified organisation; its account opens when its owners are known.
fn company(key: &str, number: u16) -> Value {
    let checked = |fact: Value| json!({ "fact": fact, "check": "extract", "source": "registry" });
    let said = |fact: Value| json!({ "fact": fact });
    json!({ "key": key, "kind": "organisation", "roles": ["customer", "user", "payer"],
        "checks": [{ "key": "extract", "method": "document_examined", "result": "pass", "checked_at": START,
                     "description": "extract of the register" }],
        "facts": [
            checked(json!({ "kind": "legal_name", "text": format!("Harakeke Weaving {number} Limited") })),
            checked(json!({ "kind": "organised_under", "jurisdiction": "NZ" })),
            checked(json!({ "kind": "registration_number", "jurisdiction": "NZ", "number": format!("94290{number:05}") })),
            said(json!({ "kind": "organisation_form", "form": "separate_entity" })),
            said(json!({ "kind": "status_claim", "claim": "foreign_person" })),
            said(json!({ "kind": "address", "usage": "principal_place", "street": "7 Lambton Quay", "locality": "Wellington",
                         "jurisdiction": "NZ" })),
            said(json!({ "kind": "place_of_use", "jurisdiction": "NZ" })),
            said(json!({ "kind": "email", "address": format!("office{number}@example.org") })),
            said(json!({ "kind": "telephone", "number": format!("+64498{number:05}") })),
            said(json!({ "kind": "payment", "method": "card", "token": format!("tok_office_{number}") })),
            said(json!({ "kind": "access_from", "ip": "198.51.100.200", "access": "sign_up", "jurisdiction": "NZ" })),
        ] })
}

/// A complete and verified individual, without a role.
fn owner(key: &str, number: u16) -> Value {
    let mut party = serde_json::to_value(Applicant::new(number).sent().parties.remove(0)).unwrap();
    party["key"] = json!(key);
    party["roles"] = json!([]);
    party
}

fn owns(owner: impl serde::Serialize, owned: impl serde::Serialize) -> Value {
    json!({ "owner": owner, "owned": owned, "share": { "min": "100", "max": "100" } })
}

fn nobody(key: &str, kind: &str, roles: &[&str]) -> Value {
    json!({ "key": key, "kind": kind, "roles": roles, "facts": [] })
}

fn named(mut party: Value, name: &str) -> Value {
    party["facts"] = json!([{ "fact": { "kind": "legal_name", "text": name } }]);
    party
}

/// A company owned through `holding` by somebody who is known.
fn through(holding: Value) -> Value {
    json!({ "reference": "ref-1", "parties": [company("company", 1), holding, owner("owner", 2)],
        "interests": [owns("holding", "company"), owns("owner", "holding")] })
}

fn a_holding_without_a_name_is_asked_for(world: &World) {
    let applied = apply(world, &job(), &through(nobody("holding", "organisation", &[]))).unwrap();
    assert_eq!(applied.state, AccountState::InReview);
    let holding = applied.parties["holding"];
    let found = rules(&applied);
    assert!(found.contains(&(RuleCode::OwnerNotDescribed, Some(holding))), "{found:?}");
    assert!(found.iter().all(|(rule, _)| *rule != RuleCode::NotEvaluated), "said once: {found:?}");
    let replayed = world.register.replay(&staff(Role::Auditor, 1), applied.decision_id).unwrap();
    assert!(replayed.same, "{:?}", replayed.differences);
    // Its name comes: it is screened, and nothing is left but the reviewer's case.
    let name = json!({ "facts": [{ "fact": { "kind": "legal_name", "text": "Kowhai Holdings Limited" } }] });
    world.clock.advance_micros(1_000_000);
    world.register.add_facts(&machine(None), holding, serde_json::from_value(name).unwrap()).unwrap();
    let state = || world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap().summary.state;
    assert_eq!(state(), AccountState::Open);
    let mut sent = through(named(nobody("holding", "organisation", &[]), "Kowhai Holdings Limited"));
    sent["reference"] = json!("ref-2");
    let described = apply(world, &job(), &sent).unwrap();
    assert_eq!(described.state, AccountState::Open, "{:?}", described.decision.reasons);
    assert_eq!(check(world).findings, []);
}

fn a_payer_without_a_name_was_not_screened(world: &World) {
    let with = |reference: &str, number: u16, payer: Value| {
        let mut sent = serde_json::to_value(Applicant::new(number).sent()).unwrap();
        sent["reference"] = json!(reference);
        sent["parties"].as_array_mut().unwrap().push(payer);
        apply(world, &job(), &sent).unwrap()
    };
    for (number, role) in [(1, "payer"), (2, "user")] {
        let applied = with(role, number, nobody("other", "individual", &[role]));
        assert_eq!(applied.state, AccountState::InReview, "{role}");
        let found = rules(&applied);
        assert!(
            found.contains(&(RuleCode::NotEvaluated, Some(applied.parties["other"]))),
            "{role}: {found:?}"
        );
        assert!(applied.decision.cases.iter().any(|case| case.kind == CaseKind::Failure));
    }
    let known = with("known", 3, named(nobody("other", "individual", &["payer"]), "Hemi Rangi"));
    assert_eq!(known.state, AccountState::Open, "{:?}", known.decision.reasons);
    // Of a customer the pack asks for the name; that it is missing is said once.
    let mut sent = serde_json::to_value(Applicant::new(4).sent()).unwrap();
    sent["parties"][0]["facts"].as_array_mut().unwrap().retain(|fact| fact["fact"]["kind"] != "legal_name");
    let nameless = apply(world, &job(), &sent).unwrap();
    let found = rules(&nameless);
    assert!(found.iter().any(|(rule, _)| *rule == RuleCode::FieldMissing), "{found:?}");
    assert!(found.iter().all(|(rule, _)| *rule != RuleCode::NotEvaluated), "{found:?}");
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, RegisterError>, pointer: &str, says: &str) {
    match answer {
        Err(RegisterError::Invalid { pointer: found, detail }) => {
            assert_eq!(found, pointer, "{detail}");
            assert!(detail.contains(says), "{detail}");
        }
        other => panic!("{pointer}: {other:?}"),
    }
}

fn version(world: &World, applied: &Applied) -> i64 {
    world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap().summary.version
}

fn change(world: &World, applied: &Applied, sent: Value) -> Result<(), RegisterError> {
    world.clock.advance_micros(1_000_000);
    let sent = serde_json::from_value(sent).unwrap();
    world.register.change_roles(&machine(None), applied.account, version(world, applied), sent).map(drop)
}

fn a_pair_is_stated_once(world: &World) {
    let mut twice = through(named(nobody("holding", "organisation", &[]), "Kowhai Holdings Limited"));
    let control = json!({ "owner": "holding", "owned": "company", "control": ["voting_rights"] });
    twice["interests"].as_array_mut().unwrap().push(control);
    refused(apply(world, &job(), &twice), "/interests/2", "state share and control in one");
    twice["interests"].as_array_mut().unwrap().pop();
    twice["interests"][0]["control"] = json!(["voting_rights"]);
    let applied = apply(world, &job(), &twice).unwrap();
    let [company, holding] = ["company", "holding"].map(|key| applied.parties[key]);
    let both = json!({ "interests": [owns(holding, company), { "owner": holding, "owned": company, "control": ["voting_rights"] }] });
    refused(change(world, &applied, both), "/interests/1", "state share and control in one");
    change(world, &applied, json!({ "interests": [owns(holding, company)] })).unwrap();
}

/// A company with a chain of so many owners above it, each of whom owns the one before.
fn chain(levels: usize) -> Value {
    let link = |level: usize| {
        named(nobody(&format!("h{level}"), "organisation", &[]), &format!("Holding {level} Limited"))
    };
    let mut parties = vec![company("h0", 1)];
    parties.extend((1..=levels).map(link));
    let interests: Vec<Value> =
        (1..=levels).map(|level| owns(format!("h{level}"), format!("h{}", level - 1))).collect();
    json!({ "reference": "ref-1", "parties": parties, "interests": interests })
}

fn everybody_is_found_again_from_the_account(world: &World) {
    let with = |party: Value, interest: Option<Value>| {
        let mut sent = serde_json::to_value(Applicant::new(1).sent()).unwrap();
        sent["parties"].as_array_mut().unwrap().push(party);
        sent["interests"] = json!(interest.into_iter().collect::<Vec<_>>());
        apply(world, &job(), &sent)
    };
    let stranger = || named(nobody("stranger", "organisation", &[]), "Kowhai Holdings Limited");
    refused(with(stranger(), None), "/parties/1", "no role on the account");
    // What a party on the account owns is no part of the account.
    refused(with(stranger(), Some(owns("me", "stranger"))), "/parties/1", "no role on the account");
    refused(apply(world, &job(), &chain(21)), "/parties/21", "more than 20 levels");
    let applied = apply(world, &job(), &chain(20)).unwrap();
    let view = world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap();
    assert_eq!(view.interests.len(), 20, "the whole chain is found");
    assert_eq!(check(world).findings, []);
}

fn a_change_of_roles_loses_nobody(world: &World) {
    let applied = apply(world, &job(), &chain(20)).unwrap();
    let [first, last] = ["h1", "h20"].map(|key| applied.parties[key]);
    let customer = applied.parties["h0"];
    let another = |key: &str| named(nobody(key, "organisation", &[]), "Rimu Holdings Limited");
    let alone = json!({ "parties": [another("new")] });
    refused(change(world, &applied, alone), "/parties/0", "no role on the account");
    let above = json!({ "parties": [another("new")], "interests": [owns("new", last)] });
    refused(change(world, &applied, above), "/parties/0", "more than 20 levels");
    // Put in between, it would lift the others out of reach.
    let between = json!({ "parties": [another("new")], "end_interests": [{ "owner": first, "owned": customer }],
        "interests": [owns("new", customer), owns(first, "new")] });
    refused(change(world, &applied, between), "/interests", "more than 20 levels");
    let below = json!({ "parties": [another("new")], "interests": [owns(customer, "new")] });
    refused(change(world, &applied, below), "/parties/0", "no role on the account");
    // Who left the account is no place to hang an owner on.
    let off = json!({ "end_interests": [{ "owner": last, "owned": applied.parties["h19"] }] });
    change(world, &applied, off).unwrap();
    let on_gone = json!({ "interests": [owns(first, last)] });
    refused(change(world, &applied, on_gone), "/interests/0/owned", "no role on the account");
    change(world, &applied, json!({ "parties": [another("new")], "interests": [owns("new", customer)] }))
        .unwrap();
    assert_eq!(check(world).findings, []);
}

fn keyed(call: Call, key: &str) -> Call {
    call.under(IdempotencyKey::parse(key).unwrap())
}

fn an_answer_outlives_what_it_was_given_on(world: &World) {
    // An application under a reseller that stops selling.
    let reseller = world.apply(&Applicant::new(1).selling());
    let customer = Applicant { reseller: Some(reseller.account), ..Applicant::new(2) };
    let sent = serde_json::to_value(customer.sent()).unwrap();
    let first = apply(world, &keyed(machine(None), "one"), &sent).unwrap();
    let me = reseller.parties["me"];
    change(world, &reseller, json!({ "end": [{ "party": me, "role": "reseller" }] })).unwrap();
    let size = || world.register.ledger_state(&staff(Role::Auditor, 1)).unwrap().size;
    let before = size();
    let again = apply(world, &keyed(machine(None), "one"), &sent).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&first).unwrap());
    assert_eq!(size(), before);
    refused(
        apply(world, &machine(None), &{
            let mut other = sent.clone();
            other["reference"] = json!("ref-other");
            other
        }),
        "/reseller",
        "role `reseller`",
    );

    // A change of roles that would not fit any more once it is made.
    let many: Vec<Value> =
        (0..101).map(|n| named(nobody(&format!("u{n}"), "individual", &["user"]), "Hemi Rangi")).collect();
    let seen = version(world, &first);
    let roles = || {
        let sent = serde_json::from_value(json!({ "parties": many })).unwrap();
        world.register.change_roles(&keyed(machine(None), "two"), first.account, seen, sent)
    };
    let changed = roles().unwrap();
    assert_eq!(roles().unwrap().parties, changed.parties);

    // A batch that was recorded before somebody set the clock right.
    let batch = || {
        let access = json!({ "at": "2026-11-23T10:00:00Z", "access": "access" });
        vec![(first.account, serde_json::from_value(access).unwrap())]
    };
    world.clock.advance_micros(3 * 3_600_000_000);
    let key = || keyed(machine(None), "three");
    let receipt = world.register.report_accesses(&key(), batch()).unwrap();
    world.clock.advance_micros(-3 * 3_600_000_000);
    assert_eq!(world.register.report_accesses(&key(), batch()).unwrap(), receipt);
    refused(world.register.report_accesses(&machine(None), batch()), "/accesses/0/at", "future");
}

fn clocks_of_two_machines_differ(world: &World) {
    let account = world.apply(&Applicant::new(1)).account;
    for (ahead_seconds, fits) in [(299, true), (301, false)] {
        let at = world.now().plus_micros(ahead_seconds * 1_000_000);
        let access = || serde_json::from_value(json!({ "at": at, "access": "access" })).unwrap();
        let one = world.register.report_access(&machine(None), account, access());
        let batch = world.register.report_accesses(&machine(None), vec![(account, access())]);
        if fits {
            one.unwrap();
            batch.unwrap();
        } else {
            refused(one, "/at", "future");
            refused(batch, "/accesses/0/at", "future");
        }
    }
    let queue = world.register.queue(&staff(Role::Reviewer, 1), CaseFilter::default(), None, 10).unwrap();
    assert!(queue.cases.is_empty());
}
