//! Who stands where on an account changes: owners come and go, and what was recorded of those who left stays the account's.

use crate::fsck::check;
use crate::measures::{on_jurisdictions, put_into_force};
use crate::world::{Applicant, LISTED_NAME, START, World, machine, on_both, staff, system};
use serde_json::{Value, json};
use tenantry_model::account::AccountState;
use tenantry_model::case::CaseKind;
use tenantry_model::id::PartyId;
use tenantry_model::staff::{Job, Role};
use tenantry_policy::gate::Answer;
use tenantry_register::cases::CaseFilter;
use tenantry_register::roles::RolesChanged;
use tenantry_register::{Applied, Call, RegisterError};

on_both!(
    an_owner_who_comes_is_screened_and_the_change_is_a_reason_to_look,
    an_owner_who_leaves_counts_no_more_and_stays_in_the_record,
    whoever_was_refused_does_not_come_back_by_taking_an_owner_off,
    what_cannot_be_is_refused_by_its_field,
);

fn change(world: &World, call: &Call, applied: &Applied, sent: Value) -> Result<RolesChanged, RegisterError> {
    let version = world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap().summary.version;
    world.clock.advance_micros(1_000_000);
    world.register.change_roles(call, applied.account, version, serde_json::from_value(sent).unwrap())
}

fn owner(name: &str, born: &str) -> Value {
    json!({ "key": "owner", "kind": "individual", "roles": ["beneficial_owner"],
        "facts": [
            { "fact": { "kind": "legal_name", "text": name }, "check": "passport", "source": "document" },
            { "fact": { "kind": "date_of_birth", "date": born }, "check": "passport", "source": "document" },
            { "fact": { "kind": "citizenship", "jurisdiction": "NZ" }, "check": "passport", "source": "document" },
        ],
        "checks": [{ "key": "passport", "method": "document_examined", "result": "pass", "checked_at": START,
                     "description": "passport seen" }] })
}

fn rules(world: &World, applied: &Applied) -> Vec<String> {
    let view = world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap();
    view.decision.unwrap().reasons.iter().map(|reason| reason.rule.to_string()).collect()
}

fn an_owner_who_comes_is_screened_and_the_change_is_a_reason_to_look(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    assert_eq!(applied.state, AccountState::Open);
    let changed =
        change(world, &machine(None), &applied, json!({ "parties": [owner(LISTED_NAME, "1969-03-14")] }))
            .unwrap();
    let rules = rules(world, &applied);
    for expected in ["listed_match", "recent_ownership_change"] {
        assert!(rules.iter().any(|rule| rule == expected), "{expected} is not among {rules:?}");
    }
    assert!(!changed.cases.is_empty());
    let view = world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap();
    assert!(view.roles.iter().any(|role| role.party == changed.parties["owner"]));
    let replayed = world.register.replay(&staff(Role::Auditor, 1), changed.decision.unwrap()).unwrap();
    assert!(replayed.same, "{:?}", replayed.differences);
    assert_eq!(check(world).findings, []);
}

fn an_owner_who_leaves_counts_no_more_and_stays_in_the_record(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    let key = machine(None);
    let changed =
        change(world, &key, &applied, json!({ "parties": [owner("Wiremu Tane Parata", "1970-01-02")],
            "interests": [{ "owner": "owner", "owned": applied.parties["me"], "control": ["voting_rights"] }] }))
        .unwrap();
    let gone = changed.parties["owner"];
    let end = json!({ "end": [{ "party": gone, "role": "beneficial_owner" }],
                      "end_interests": [{ "owner": gone, "owned": applied.parties["me"] }] });
    change(world, &key, &applied, end.clone()).unwrap();
    let view = world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap();
    assert!(view.roles.iter().all(|role| role.party != gone) && view.interests.is_empty());
    let told = world.register.timeline(&staff(Role::Auditor, 1), applied.account).unwrap();
    assert!(told.iter().any(|entry| entry.party == Some(gone)), "the record of who left stays the account's");
    let again = change(world, &key, &applied, end).unwrap_err();
    assert!(again.to_string().contains("does not hold this role"), "{again}");
    assert_eq!(check(world).findings, []);
    world.run("UPDATE account_role SET ended_at = NULL");
    assert!(!check(world).is_sound(), "a role that came back by itself is found");
}

/// A measure refused the account for an owner; without the owner it would open. Two people find that, not a key.
fn whoever_was_refused_does_not_come_back_by_taking_an_owner_off(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    let key = machine(None);
    let mut from_there = owner("Wiremu Tane Parata", "1970-01-02");
    let address = json!({ "fact": { "kind": "address", "usage": "residential", "street": "1 Shore Road", "jurisdiction": "TO" } });
    from_there["facts"].as_array_mut().unwrap().push(address);
    let changed = change(world, &key, &applied, json!({ "parties": [from_there] })).unwrap();
    put_into_force(world, &on_jurisdictions(&["TO"], json!({ "from": "at_once" })));
    let state = |world: &World| {
        world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap().summary.state
    };
    assert_eq!(state(world), AccountState::Suspended);
    let off = json!({ "end": [{ "party": changed.parties["owner"], "role": "beneficial_owner" }] });
    change(world, &key, &applied, off).unwrap();
    assert_eq!(state(world), AccountState::Suspended, "nobody has looked");
    assert!(rules(world, &applied).iter().any(|rule| rule == "refusal_questioned"));
    assert_eq!(world.gate(applied.account), Answer::Deny);
    // A pass over everything does not forget it.
    world.register.reassess_all(&system(Job::Rescreening), 100, &mut |_| {}).unwrap();
    assert_eq!(state(world), AccountState::Suspended);
    let queue = world.register.queue(&staff(Role::Reviewer, 1), CaseFilter::default(), None, 200).unwrap();
    for case in queue.cases {
        let (reason, note) = match case.kind {
            CaseKind::MissingItem => ("item_received", "asked by telephone"),
            CaseKind::Measure => ("measure_does_not_apply", "left the firm, extract seen"),
            _ => ("explained_by_evidence", "left the firm, extract seen"),
        };
        let dismiss = json!({ "verdict": "dismiss", "reason_code": reason, "note": note });
        if world.decide(&staff(Role::Reviewer, 1), case.id, dismiss).unwrap().approval.is_some() {
            world.approve(&staff(Role::Reviewer, 2)).unwrap();
        }
    }
    assert_eq!(state(world), AccountState::Open, "{:?}", rules(world, &applied));
    assert_eq!(check(world).findings, []);
}

fn what_cannot_be_is_refused_by_its_field(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    let me = applied.parties["me"];
    let stranger = PartyId::from_bytes([7; 16]);
    for (sent, field) in [
        (json!({}), "/"),
        (json!({ "end": [{ "party": me, "role": "customer" }] }), "/end/0/role"),
        (json!({ "begin": [{ "party": stranger, "role": "user" }] }), "/begin/0/party"),
        (json!({ "begin": [{ "party": me, "role": "user" }] }), "/begin/0"),
        (
            json!({ "interests": [{ "owner": stranger, "owned": me, "control": ["voting_rights"] }] }),
            "/interests/0/owner",
        ),
        (json!({ "end_interests": [{ "owner": me, "owned": stranger }] }), "/end_interests/0"),
    ] {
        match change(world, &machine(None), &applied, sent) {
            Err(RegisterError::Invalid { pointer, .. }) => assert_eq!(pointer, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let reseller = world.apply(&Applicant::new(2).selling());
    let confined = machine(Some(reseller.account));
    let sent = json!({ "end": [{ "party": me, "role": "user" }] });
    assert!(matches!(change(world, &confined, &applied, sent), Err(RegisterError::NotFound { .. })));
    let old = world.register.change_roles(
        &machine(None),
        applied.account,
        99,
        serde_json::from_value(json!({ "end": [{ "party": me, "role": "user" }] })).unwrap(),
    );
    assert!(matches!(old, Err(RegisterError::Changed { .. })));
    assert!(matches!(
        change(
            world,
            &staff(Role::Auditor, 1),
            &applied,
            json!({ "end": [{ "party": me, "role": "user" }] })
        ),
        Err(RegisterError::Forbidden { .. })
    ));
}
