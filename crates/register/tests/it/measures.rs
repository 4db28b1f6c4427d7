//! Measures: written and refused, previewed, in force from their date to their end, lifted; and that the preview is what happens.

use crate::world::{Applicant, World, on_both, staff, system};
use proptest::prelude::*;
use serde_json::{Value, json};
use tenantry_model::account::{AccountState, Capability};
use tenantry_model::case::CaseKind;
use tenantry_model::id::MeasureId;
use tenantry_model::measure::MeasureState;
use tenantry_model::staff::{Job, Role};
use tenantry_policy::gate::Answer;
use tenantry_policy::measures::{Certainty, Timing};
use tenantry_register::RegisterError;
use tenantry_register::accounts::AccountFilter;
use tenantry_register::cases::CaseFilter;
use tenantry_register::measures::{NewMeasure, Phase, TargetView};

on_both!(
    a_measure_bites_from_its_date_to_its_end,
    a_lifted_measure_gives_accounts_back,
    a_measure_is_extended_by_notice_before_it_ends,
    conditions_withhold_what_they_name,
    a_measure_on_a_person_is_a_reviewer_s_work,
    a_confirmed_person_is_under_the_measure_s_effect_from_its_date_to_its_end,
    a_reviewer_finds_that_a_measure_reaches,
    names_are_shown_only_for_a_reason,
    applications_see_an_approved_measure_at_once,
);

pub(crate) fn on_jurisdictions(jurisdictions: &[&str], effective: Value) -> Value {
    json!({
        "title": "Test measure", "citation": "15 CFR 7.307(b), test determination",
        "target": { "kind": "jurisdiction", "jurisdictions": jurisdictions },
        "effect": { "effect": "prohibit" }, "determined_on": "2026-11-20", "effective": effective,
    })
}

fn on_person(name: &str, born: &str) -> Value {
    json!({
        "title": "Test measure on a person", "citation": "15 CFR 7.307(b), test determination",
        "target": { "kind": "person", "persons": [{ "names": [name], "birth_date": born }] },
        "effect": { "effect": "prohibit" }, "determined_on": "2026-11-20", "effective": { "from": "at_once" },
    })
}

fn read(measure: &Value) -> NewMeasure {
    serde_json::from_value(measure.clone()).unwrap()
}

/// Proposes, approves, and lets the clocks be minded.
pub(crate) fn put_into_force(world: &World, measure: &Value) -> MeasureId {
    let proposed = world.register.propose_measure(&staff(Role::ComplianceOfficer, 1), read(measure)).unwrap();
    world.approve(&staff(Role::Legal, 2)).unwrap();
    mind(world);
    proposed.measure
}

fn mind(world: &World) -> tenantry_register::reassess::Minded {
    world.register.mind_clocks(&system(Job::Clocks)).unwrap()
}

fn state(world: &World, reference: &str) -> AccountState {
    let reader = staff(Role::Auditor, 1);
    let id = world.register.account_by_reference(&reader, reference).unwrap();
    world.register.account(&reader, id).unwrap().summary.state
}

fn a_measure_bites_from_its_date_to_its_end(world: &World) {
    let applied = world.apply(&Applicant::new(1).in_country("BY"));
    assert_eq!(applied.state, AccountState::Open, "{:?}", applied.decision.reasons);
    let mut measure = on_jurisdictions(&["BY"], json!({ "from": "instant", "at": "2026-12-23T00:00:00Z" }));
    measure["expires_at"] = json!("2027-02-01T00:00:00Z");
    let id = put_into_force(world, &measure);
    let look = || (state(world, "ref-1"), world.gate(applied.account));
    let phase = || world.register.measure(&staff(Role::Auditor, 1), id).unwrap().phase;
    assert_eq!((phase(), look()), (Phase::Upcoming, (AccountState::Open, Answer::Allow)));
    world.clock.advance_days(29);
    assert!(mind(world).began.is_empty());
    assert_eq!(look(), (AccountState::Open, Answer::Allow));
    world.clock.advance_days(1);
    let minded = mind(world);
    assert_eq!((minded.began, minded.pass.changed), (vec![id], 1));
    assert_eq!((phase(), look()), (Phase::InForce, (AccountState::Suspended, Answer::Deny)));
    assert!(mind(world).began.is_empty(), "once");
    world.clock.advance_days(40);
    assert_eq!(mind(world).ended, [id]);
    assert_eq!((phase(), look()), (Phase::Expired, (AccountState::Open, Answer::Allow)));
    assert!(mind(world).ended.is_empty(), "once");
}

fn a_lifted_measure_gives_accounts_back(world: &World) {
    let applied = world.apply(&Applicant::new(1).in_country("BY"));
    let id = put_into_force(world, &on_jurisdictions(&["BY"], json!({ "from": "at_once" })));
    assert_eq!(world.gate(applied.account), Answer::Deny);
    let officer = staff(Role::ComplianceOfficer, 1);
    world.register.lift_measure(&officer, id).unwrap();
    let twice = world.register.lift_measure(&officer, id);
    assert!(matches!(twice, Err(RegisterError::State { .. })), "{twice:?}");
    let alone = world.approve(&officer);
    assert!(matches!(alone, Err(RegisterError::SecondPerson)), "{alone:?}");
    world.approve(&staff(Role::ComplianceOfficer, 2)).unwrap();
    mind(world);
    assert_eq!(world.register.measure(&officer, id).unwrap().state, MeasureState::Lifted);
    assert_eq!((state(world, "ref-1"), world.gate(applied.account)), (AccountState::Open, Answer::Allow));
}

/// SPM-04: longer than 365 days only by a notice within that time; what was decided before replays as it was.
fn a_measure_is_extended_by_notice_before_it_ends(world: &World) {
    let applied = world.apply(&Applicant::new(1).in_country("BY"));
    let mut measure = on_jurisdictions(&["BY"], json!({ "from": "at_once" }));
    measure["expires_at"] = json!("2027-02-01T00:00:00Z");
    let id = put_into_force(world, &measure);
    mind(world);
    let before = world.register.account(&staff(Role::Auditor, 1), applied.account).unwrap();
    let decision = before.decisions.first().unwrap().id;
    let officer = staff(Role::ComplianceOfficer, 1);
    let ask = |until: &str, noticed_on: &str| {
        let new = json!({ "until": until, "notice": "92 FR 101", "noticed_on": noticed_on });
        world.register.extend_measure(&officer, id, serde_json::from_value(new).unwrap())
    };
    for (until, noticed_on, pointer) in [
        ("2027-01-31T00:00:00Z", "2026-11-21", "/until"),
        ("2028-02-02T00:00:00Z", "2026-11-21", "/until"),
        ("2027-12-01T00:00:00Z", "2099-01-01", "/noticed_on"),
        ("2027-12-01T00:00:00Z", "2001-01-01", "/noticed_on"),
    ] {
        let refused = ask(until, noticed_on);
        assert!(
            matches!(&refused, Err(RegisterError::Invalid { pointer: at, .. }) if at == pointer),
            "{until} {refused:?}"
        );
    }
    ask("2027-12-01T00:00:00Z", "2026-11-21").unwrap();
    let alone = world.approve(&officer);
    assert!(matches!(alone, Err(RegisterError::SecondPerson)), "{alone:?}");
    world.approve(&staff(Role::Legal, 2)).unwrap();
    let view = world.register.measure(&officer, id).unwrap();
    assert_eq!((view.expires_at.to_string().as_str(), view.extensions.len()), ("2027-12-01T00:00:00Z", 1));
    world.clock.advance_days(100);
    assert!(mind(world).ended.is_empty(), "its old end is past and means nothing");
    assert_eq!(world.gate(applied.account), Answer::Deny);
    let replay = world.register.replay(&staff(Role::Auditor, 1), decision).unwrap();
    assert!(replay.same, "decided before the extension: {:?}", replay.differences);
    world.clock.advance_days(300);
    assert_eq!(mind(world).ended, [id]);
    assert_eq!(world.gate(applied.account), Answer::Allow);
    let late = ask("2028-11-01T00:00:00Z", "2026-11-21");
    assert!(matches!(late, Err(RegisterError::State { .. })), "{late:?}");
}

fn conditions_withhold_what_they_name(world: &World) {
    let applied = world.apply(&Applicant::new(1).in_country("BY"));
    let mut measure = on_jurisdictions(&["BY"], json!({ "from": "at_once" }));
    measure["effect"] = json!({ "effect": "condition", "withheld": ["gpu", "scale"] });
    put_into_force(world, &measure);
    assert_eq!(state(world, "ref-1"), AccountState::Restricted);
    world.register.follow_gate().unwrap();
    let asked = |capability| world.register.gate(&applied.reference, capability).answer;
    assert_eq!(asked(Capability::Gpu), Answer::Deny);
    assert_eq!(asked(Capability::Access), Answer::Condition);
}

/// Who is confirmed to be a person a measure names is under that measure, neither sooner nor longer nor more than it says.
fn a_confirmed_person_is_under_the_measure_s_effect_from_its_date_to_its_end(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    let mut measure = on_person(&Applicant::new(1).name, "1985-04-12");
    measure["effect"] = json!({ "effect": "condition", "withheld": ["gpu"] });
    measure["effective"] = json!({ "from": "instant", "at": "2026-12-23T00:00:00Z" });
    measure["expires_at"] = json!("2027-02-01T00:00:00Z");
    put_into_force(world, &measure);
    world.register.rescreen(&system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    let page = world.register.queue(&staff(Role::Reviewer, 1), CaseFilter::default(), None, 10).unwrap();
    let case = page.cases.iter().find(|case| case.account == Some(applied.account)).unwrap();
    let decision = json!({ "verdict": "confirm", "reason_code": "same_identity", "note": "same passport" });
    world.decide(&staff(Role::Reviewer, 1), case.id, decision).unwrap();
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
    let gpu = || {
        world.register.follow_gate().unwrap();
        world.register.gate(&applied.reference, Capability::Gpu).answer
    };
    assert_eq!((state(world, "ref-1"), gpu()), (AccountState::Open, Answer::Allow), "not in force yet");
    world.clock.advance_days(31);
    mind(world);
    assert_eq!((state(world, "ref-1"), gpu()), (AccountState::Restricted, Answer::Deny));
    assert_eq!(world.register.gate(&applied.reference, Capability::Access).answer, Answer::Condition);
    world.clock.advance_days(50);
    mind(world);
    assert_eq!((state(world, "ref-1"), gpu()), (AccountState::Open, Answer::Allow), "it is over");
    let namesake = world.apply(&Applicant { name: Applicant::new(1).name, ..Applicant::new(2) });
    assert_eq!(namesake.state, AccountState::Open, "nobody is held for a measure that is over");
}

fn a_measure_on_a_person_is_a_reviewer_s_work(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    let other = world.apply(&Applicant::new(2));
    let measure = on_person(&Applicant::new(1).name, "1985-04-12");
    let preview = world.register.preview_measure(&staff(Role::ComplianceOfficer, 1), read(&measure)).unwrap();
    assert_eq!((preview.accounts, preview.now.certain), (2, 0));
    let best = preview.candidates.first().unwrap();
    assert_eq!((best.party, best.account, best.person), (applied.parties["me"], applied.account, 0));
    put_into_force(world, &measure);
    let page = world.register.queue(&staff(Role::Reviewer, 1), CaseFilter::default(), None, 10).unwrap();
    let accounts: Vec<_> = page.cases.iter().map(|case| (case.kind, case.account)).collect();
    assert!(accounts.contains(&(CaseKind::Match, Some(applied.account))), "{accounts:?}");
    let asked = |action| world.register.gate(&applied.account.to_string(), action).answer;
    assert_eq!(world.gate(applied.account), Answer::Deny, "name and date of birth: nothing new for now");
    assert_eq!(asked(Capability::Access), Answer::Condition, "a likeness takes nothing away");
    let case = page.cases.iter().find(|case| case.account == Some(applied.account)).unwrap();
    let decision = json!({ "verdict": "confirm", "reason_code": "same_identity", "note": "same passport" });
    world.decide(&staff(Role::Reviewer, 1), case.id, decision).unwrap();
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
    assert_eq!(world.gate(applied.account), Answer::Deny);
    assert_eq!(world.gate(other.account), Answer::Allow);
}

fn a_reviewer_finds_that_a_measure_reaches(world: &World) {
    // Ukraine is stated, where in Ukraine is not: the facts leave open whether a measure on Crimea reaches.
    let applied = world.apply(&Applicant::new(1).in_country("UA"));
    assert_eq!(applied.state, AccountState::Open, "{:?}", applied.decision.reasons);
    put_into_force(world, &on_jurisdictions(&["UA-43"], json!({ "from": "at_once" })));
    let asked = |action| world.register.gate(&applied.account.to_string(), action);
    assert_eq!(world.gate(applied.account), Answer::Deny, "nothing new while a reviewer looks");
    assert!(asked(Capability::Provision).reasons.iter().any(|reason| reason == "measure_may_reach"));
    assert_eq!(asked(Capability::Access).answer, Answer::Condition, "what runs goes on");
    let [case] = world.open_cases()[..] else { panic!("one case") };
    let decision =
        json!({ "verdict": "confirm", "reason_code": "measure_applies", "note": "invoices go to Yalta" });
    world.decide(&staff(Role::Reviewer, 1), case, decision).unwrap();
    assert_eq!((state(world, "ref-1"), world.gate(applied.account)), (AccountState::Suspended, Answer::Deny));
    world.register.reassess_all(&system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    assert_eq!(world.gate(applied.account), Answer::Deny, "what a reviewer found stands");
    world.clock.advance_days(365);
    mind(world);
    assert_eq!(world.gate(applied.account), Answer::Allow, "until the measure ends");
}

fn names_are_shown_only_for_a_reason(world: &World) {
    let officer = staff(Role::ComplianceOfficer, 1);
    let proposed =
        world.register.propose_measure(&officer, read(&on_person("Ottilie Named", "1960-01-01"))).unwrap();
    let view = world.register.measure(&staff(Role::Auditor, 1), proposed.measure).unwrap();
    assert_eq!(view.target, TargetView::Person { persons: 1, confirmed: 0 });
    let shown = serde_json::to_string(&world.register.approvals(&staff(Role::Legal, 1)).unwrap()).unwrap();
    assert!(!shown.contains("Ottilie"));
    let mut silent = officer.clone();
    silent.reason = None;
    let refused = world.register.reveal_measure(&silent, proposed.measure);
    assert!(matches!(refused, Err(RegisterError::ReasonMissing { .. })), "{refused:?}");
    let persons = world.register.reveal_measure(&officer, proposed.measure).unwrap();
    assert_eq!(persons[0].names[0].expose(), "Ottilie Named");
}

fn applications_see_an_approved_measure_at_once(world: &World) {
    put_into_force(world, &on_jurisdictions(&["BY"], json!({ "from": "at_once" })));
    let applied = world.apply(&Applicant::new(1).in_country("BY"));
    assert_eq!((applied.state, world.gate(applied.account)), (AccountState::Refused, Answer::Deny));
    assert_eq!(world.apply(&Applicant::new(2)).state, AccountState::Open);
}

/// However many were proposed after it, and however many requests wait.
#[test]
fn an_old_measure_begins_and_an_old_request_lapses() {
    use tenantry_model::random::draw;
    use tenantry_store::StoreExt;
    use tenantry_store::repo::{approval, measure};
    let world = World::sqlite();
    let applied = world.apply(&Applicant::new(1).in_country("BY"));
    let upcoming = on_jurisdictions(&["BY"], json!({ "from": "instant", "at": "2026-12-23T00:00:00Z" }));
    let id = put_into_force(&world, &upcoming);
    let waits = world
        .register
        .propose_measure(
            &staff(Role::ComplianceOfficer, 1),
            read(&on_jurisdictions(&["RU"], json!({ "from": "at_once" }))),
        )
        .unwrap();
    world
        .store
        .write(move |tx| {
            let row = measure::find(tx, id)?.unwrap();
            let request = approval::find(tx, waits.approval)?.unwrap();
            let entropy = tenantry_testkit::SeededEntropy::new(99);
            for _ in 0..1_001 {
                let mut id: [u8; 16] = draw(&entropy);
                id[0] = 0xff;
                let (mut row, mut request) = (row.clone(), request.clone());
                row.id = MeasureId::from_bytes(id);
                row.state = MeasureState::Rejected;
                measure::add(tx, &row)?;
                request.id = tenantry_model::id::ApprovalId::from_bytes(id);
                request.object = row.id.to_string();
                request.requested_at = request.requested_at.plus_micros(-1);
                request.expires_at = request.expires_at.plus_days(1_000);
                approval::add(tx, &request)?;
            }
            Ok::<_, tenantry_store::StoreError>(())
        })
        .unwrap();
    world.clock.advance_days(40);
    let minded = mind(&world);
    assert_eq!((minded.began, minded.lapsed), (vec![id], vec![waits.approval]));
    assert_eq!(world.gate(applied.account), Answer::Deny);
}

#[test]
fn what_cannot_be_is_refused_with_the_field() {
    let world = World::sqlite();
    let officer = staff(Role::ComplianceOfficer, 1);
    let at_once = || on_jurisdictions(&["BY"], json!({ "from": "at_once" }));
    let check = |pointer: &str, value: Value, expected: &str| {
        let mut measure = at_once();
        *measure.pointer_mut(pointer).unwrap_or(&mut Value::Null) = value.clone();
        if measure.pointer(pointer).is_none() {
            measure[pointer.trim_start_matches('/')] = value;
        }
        let answer = world.register.propose_measure(&officer, read(&measure));
        assert!(
            matches!(&answer, Err(RegisterError::Invalid { pointer, .. }) if pointer == expected),
            "{answer:?}"
        );
    };
    check("/title", json!(" "), "/title");
    check("/citation", json!(""), "/citation");
    check("/determined_on", json!("2026-11-24"), "/determined_on");
    check("/target/jurisdictions", json!([]), "/target/jurisdictions");
    check("/target/jurisdictions", json!(["BY", "US-CA"]), "/target/jurisdictions/1");
    check("/target/jurisdictions", json!(["BY", "BY"]), "/target/jurisdictions/1");
    check("/effect", json!({ "effect": "condition", "withheld": [] }), "/effect/withheld");
    check("/effect", json!({ "effect": "condition", "withheld": ["gpu", "gpu"] }), "/effect/withheld");
    check("/expires_at", json!("2027-11-21T00:00:00Z"), "/expires_at");
    check("/expires_at", json!("2026-11-22T00:00:00Z"), "/expires_at");
    check("/effective", json!({ "from": "instant", "at": "2026-11-19T00:00:00Z" }), "/effective/at");
    check("/target", json!({ "kind": "person", "persons": [] }), "/target/persons");
    check("/target", json!({ "kind": "person", "persons": [{ "names": [] }] }), "/target/persons/0/names");
    let nobody = json!([{ "names": ["A B"], "confirmed": ["pty_00000000000000000000000000"] }]);
    check("/target", json!({ "kind": "person", "persons": nobody }), "/target/persons/0/confirmed/0");
    let typo = json!({ "title": "x", "efect": 1 });
    assert!(serde_json::from_value::<NewMeasure>(typo).is_err());
}

#[test]
fn dates_follow_the_determination() {
    let world = World::sqlite();
    let mut measure = on_jurisdictions(&["BY"], json!({ "from": "after_grace" }));
    measure.as_object_mut().unwrap().remove("effective");
    let proposed =
        world.register.propose_measure(&staff(Role::ComplianceOfficer, 1), read(&measure)).unwrap();
    let view = world.register.measure(&staff(Role::Auditor, 1), proposed.measure).unwrap();
    assert_eq!(view.effective_at.to_string(), "2027-05-19T00:00:00Z", "180 days (SPM-05)");
    assert_eq!(view.expires_at.to_string(), "2027-11-20T00:00:00Z", "365 days (SPM-04)");
}

/// Who applies, in which order, below whom.
fn populations() -> impl Strategy<Value = Vec<(usize, Option<usize>)>> {
    prop::collection::vec((0..COUNTRIES.len(), prop::option::of(0..3_usize)), 1..8)
}

const COUNTRIES: [&str; 5] = ["NZ", "BY", "UA", "UA-43", "PL"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// The preview says what happens on the effective date, account by account.
    #[test]
    fn the_preview_is_what_then_happens(
        population in populations(),
        target in prop::sample::subsequence(COUNTRIES.to_vec(), 1..3),
        whole_chain in any::<bool>(),
        days in 0..3_i32,
    ) {
        let world = World::sqlite();
        let resellers: Vec<_> =
            (0..3).map(|n| world.apply(&Applicant::new(900 + n).in_country(COUNTRIES[usize::from(n)]).selling()).account).collect();
        for (number, (country, reseller)) in population.iter().enumerate() {
            let mut applicant = Applicant::new(u16::try_from(number).unwrap()).in_country(COUNTRIES[*country]);
            applicant.reseller = reseller.map(|r| resellers[r]);
            prop_assert_eq!(world.apply(&applicant).state, AccountState::Open);
        }
        let at = world.now().plus_days(u32::try_from(days).unwrap());
        let mut measure = on_jurisdictions(&target, json!({ "from": "instant", "at": at }));
        measure["reach"] = json!(if whole_chain { "whole_chain" } else { "direct_accounts" });
        let preview = world.register.preview_measure(&staff(Role::ComplianceOfficer, 1), read(&measure)).unwrap();
        prop_assert_eq!(preview.on_effective_date.timing, Timing::InForce);
        put_into_force(&world, &measure);
        world.clock.advance_days(days);
        mind(&world);
        let reader = staff(Role::Auditor, 1);
        let mut suspended = Vec::new();
        let page = world.register.accounts(&reader, AccountFilter::default(), None, 200).unwrap();
        for account in page {
            if account.state == AccountState::Suspended {
                suspended.push(account.id);
            }
        }
        let mut certain: Vec<_> =
            preview.examples.iter().filter(|e| e.certainty == Certainty::Certain).map(|e| e.account).collect();
        certain.sort_unstable();
        suspended.sort_unstable();
        prop_assert_eq!(&suspended, &certain);
        prop_assert_eq!(preview.on_effective_date.certain, certain.len() as u64);
        let filter = CaseFilter { kind: Some(CaseKind::Measure), ..CaseFilter::default() };
        let cases = world.register.queue(&staff(Role::Reviewer, 1), filter, None, 200).unwrap().cases;
        let mut possible: Vec<_> = cases
            .iter()
            .filter(|case| case.rules.iter().any(|rule| rule == "measure_may_reach"))
            .filter_map(|case| case.account)
            .collect();
        possible.sort_unstable();
        possible.dedup();
        let mut foretold: Vec<_> =
            preview.examples.iter().filter(|e| e.certainty == Certainty::Possible).map(|e| e.account).collect();
        foretold.sort_unstable();
        prop_assert_eq!(possible, foretold);
    }
}
