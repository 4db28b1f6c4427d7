//! Keys of resellers: what they may state, what they see, and what becomes of their customers when they end.

use crate::world::{Applicant, OpenRoot, World, machine, on_both, staff, system};
use serde_json::json;
use std::sync::Arc;
use tenantry_model::account::{AccountState, Capability, Ending};
use tenantry_model::fact::Source;
use tenantry_model::id::AccountId;
use tenantry_model::party::Status;
use tenantry_model::staff::{Actor, Job, Role};
use tenantry_policy::decision::Decision;
use tenantry_policy::gate::Answer;
use tenantry_policy::rule::RuleCode;
use tenantry_register::accounts::AccountFilter;
use tenantry_register::intake::NewApplication;
use tenantry_register::{Applied, Call, RegisterError};
use tenantry_verifier::{Policy, Verdict, verify};

on_both!(
    nobody_gives_a_source_they_cannot_speak_for,
    a_key_of_a_reseller_sees_nothing_of_the_provider_s_own_work,
    a_key_of_a_reseller_lists_what_is_below_it_and_nothing_else,
    a_reference_tells_a_reseller_nothing_of_anybody_else,
    a_reseller_s_own_check_supports_no_claim_to_be_a_us_person,
    nothing_new_below_a_reseller_that_is_gone,
    a_package_for_a_reseller_shows_nothing_of_the_provider_s_own_work,
    a_decision_tells_a_reseller_nothing_of_who_stands_above_it,
);

/// Each reseller's references are its own: one that the provider or another reseller uses is free, and leads nobody to that account.
fn a_reference_tells_a_reseller_nothing_of_anybody_else(world: &World) {
    let ours = world.apply(&Applicant::new(1));
    let [one, two] = [8, 9].map(|number| world.apply(&Applicant::new(number).selling()).account);
    let apply = |own: AccountId, name: u16| {
        world.clock.advance_micros(1_000_000);
        let mut sent = Applicant { reseller: Some(own), ..Applicant::new(name) }.sent();
        "ref-1".clone_into(&mut sent.reference);
        world.register.apply(&machine(Some(own)), said_by_the_reseller(sent))
    };
    let [below_one, below_two] = [apply(one, 11), apply(two, 12)].map(|applied| applied.unwrap().account);
    let again = apply(one, 13);
    assert!(matches!(again, Err(RegisterError::Duplicate { .. })), "its own reference is taken: {again:?}");
    let meant = |call: &Call| world.register.account_by_reference(call, "ref-1").ok();
    assert_eq!(meant(&machine(Some(one))), Some(below_one));
    assert_eq!(meant(&machine(Some(two))), Some(below_two));
    assert_eq!(meant(&machine(None)), Some(ours.account));
    let asked = |own, reference: &str| world.register.gate_for(own, reference, Capability::Provision).account;
    world.register.follow_gate().unwrap();
    assert_eq!(
        [None, Some(one), Some(two)].map(|own| asked(own, "ref-1")),
        [Some(ours.account), Some(below_one), Some(below_two)]
    );
    // A process that starts later knows the same.
    let later = world.reopened(Arc::new(OpenRoot)).unwrap();
    later.follow_gate().unwrap();
    assert_eq!(later.gate_for(Some(two), "ref-1", Capability::Provision).account, Some(below_two));

    // What the provider filed for a reseller is found by it; what a reseller filed takes no place among the provider's.
    let filed = world.apply(&Applicant { reseller: Some(one), ..Applicant::new(20) });
    assert_eq!(world.register.account_by_reference(&machine(Some(one)), "ref-20").ok(), Some(filed.account));
    assert!(world.register.account_by_reference(&machine(Some(two)), "ref-20").is_err());
    let mut sent = Applicant { reseller: Some(two), ..Applicant::new(21) }.sent();
    "squatted".clone_into(&mut sent.reference);
    let squatted = world.register.apply(&machine(Some(two)), said_by_the_reseller(sent)).unwrap();
    assert!(world.register.account_by_reference(&machine(None), "squatted").is_err());
    assert_eq!(asked(None, "squatted"), None);
    // A person may mean the only one there is.
    let reviewer = staff(Role::Reviewer, 1);
    assert_eq!(world.register.account_by_reference(&reviewer, "squatted").ok(), Some(squatted.account));
    assert_eq!(crate::fsck::check(world).findings, []);
}

fn said_by_the_reseller(mut sent: NewApplication) -> NewApplication {
    for fact in &mut sent.parties[0].facts {
        fact.source = Source::Reseller;
    }
    sent
}

/// Whoever sells has an interest in who its customer is (CIP-07).
fn a_reseller_s_own_check_supports_no_claim_to_be_a_us_person(world: &World) {
    let reseller = world.apply(&Applicant::new(9).selling()).account;
    let applicant = |number: u16| {
        let american = Applicant { reseller: Some(reseller), ..Applicant::new(number) }.in_country("US");
        let mut sent = serde_json::to_value(american.sent()).unwrap();
        for fact in sent["parties"][0]["facts"].as_array_mut().unwrap() {
            if fact["fact"]["kind"] == "status_claim" {
                fact["fact"]["claim"] = json!("us_person");
            }
        }
        sent
    };
    let status = |call: &Call, sent: serde_json::Value| {
        world.clock.advance_micros(1_000_000);
        let applied = world.register.apply(call, serde_json::from_value(sent).unwrap()).unwrap();
        let account = world.register.account(&system(Job::SetUp), applied.account).unwrap();
        (account.roles[0].status, applied.state)
    };
    let by_provider = status(&system(Job::SetUp), applicant(1));
    assert_eq!(by_provider, (Status::UsPerson, AccountState::Open));
    for source in ["declared", "reseller"] {
        let mut sent = applicant(if source == "declared" { 2 } else { 3 });
        for fact in sent["parties"][0]["facts"].as_array_mut().unwrap() {
            fact["source"] = json!(source);
        }
        let by_reseller = status(&machine(Some(reseller)), sent);
        assert_eq!(by_reseller, (Status::Undetermined, AccountState::InReview), "{source}");
    }
}

/// CIP-16, RES-05: what runs goes on, nothing new is handed out, until a reviewer has looked.
fn nothing_new_below_a_reseller_that_is_gone(world: &World) {
    let reseller = world.apply(&Applicant::new(9).selling());
    let customer = world.apply(&Applicant { reseller: Some(reseller.account), ..Applicant::new(1) });
    assert_eq!(world.gate(customer.account), Answer::Allow);
    let officer = staff(Role::ComplianceOfficer, 1);
    let version = world.register.account(&officer, reseller.account).unwrap().summary.version;
    world.register.close_account(&officer, reseller.account, version, Ending::Ordinary).unwrap();
    world.register.finish_below(&system(Job::Rescreening)).unwrap();
    let asked = |action| world.register.gate(&customer.account.to_string(), action);
    assert_eq!(world.gate(customer.account), Answer::Deny);
    assert!(asked(Capability::Provision).reasons.iter().any(|reason| reason == "reseller_standing"));
    assert_eq!(asked(Capability::Access).answer, Answer::Condition);
    assert_eq!(asked(Capability::Egress).answer, Answer::Condition);
    let account = world.register.account(&officer, customer.account).unwrap();
    assert_eq!(account.summary.state, AccountState::Open, "a review alone takes no account away");
    let dismiss = json!({ "verdict": "dismiss", "reason_code": "explained_by_evidence", "note": "direct contract signed" });
    world.decide(&staff(Role::Reviewer, 1), account.cases[0].id, dismiss).unwrap();
    assert_eq!(world.gate(customer.account), Answer::Allow, "a reviewer has looked");
    world.register.reassess_all(&system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    assert_eq!(world.gate(customer.account), Answer::Allow, "and what they found stands");
}

fn nobody_gives_a_source_they_cannot_speak_for(world: &World) {
    let reseller = world.apply(&Applicant::new(9).selling());
    let customer = world.apply(&Applicant { reseller: Some(reseller.account), ..Applicant::new(1) });
    let add = |call: &Call, source: &str| {
        let facts =
            json!({ "facts": [{ "fact": { "kind": "gender", "gender": "female" }, "source": source }] });
        world.register.add_facts(call, customer.parties["me"], serde_json::from_value(facts).unwrap())
    };
    let check = |call: &Call, may: &[&str]| {
        for source in ["declared", "reseller", "document", "credential", "registry", "observed", "reviewer"] {
            let answer = add(call, source).map(drop);
            match answer {
                Ok(()) => assert!(may.contains(&source), "{source} by {:?}", call.actor),
                Err(RegisterError::Invalid { pointer, .. }) => {
                    assert!(
                        pointer == "/facts/0/source" && !may.contains(&source),
                        "{source} by {:?}",
                        call.actor
                    );
                }
                Err(other) => panic!("{other}"),
            }
        }
    };
    check(&machine(Some(reseller.account)), &["declared", "reseller"]);
    let machines = ["declared", "reseller", "document", "credential", "registry", "observed"];
    check(&machine(None), &machines);
    check(&staff(Role::Reviewer, 1), &[machines.as_slice(), &["reviewer"]].concat());

    let mut second = Applicant { reseller: Some(reseller.account), ..Applicant::new(2) };
    second.more.push(json!({ "fact": { "kind": "gender", "gender": "female" }, "source": "registry" }));
    let refused = world.register.apply(&machine(Some(reseller.account)), second.sent());
    let at = |answer| match answer {
        Err(RegisterError::Invalid { pointer, .. }) => pointer,
        other => panic!("{other:?}"),
    };
    assert!(at(refused).starts_with("/parties/0/facts/"));

    let long_ago = json!({ "checks": [{ "key": "old", "method": "document_examined", "result": "pass",
        "checked_at": "0000-06-01T00:00:00Z", "description": "a passport" }] });
    let sent = serde_json::from_value(long_ago).unwrap();
    let refused = world.register.add_facts(&machine(None), customer.parties["me"], sent);
    assert_eq!(at(refused.map(|_| unreachable(customer.account))), "/checks/0/checked_at");
}

fn unreachable(account: AccountId) -> Applied {
    panic!("facts about {account} were taken")
}

fn a_key_of_a_reseller_sees_nothing_of_the_provider_s_own_work(world: &World) {
    let reseller = world.apply(&Applicant::new(9).selling());
    let customer = world.apply(&Applicant { reseller: Some(reseller.account), ..Applicant::listed(1) });
    let reviewer = staff(Role::Reviewer, 1);
    let decision =
        json!({ "verdict": "dismiss", "reason_code": "different_place", "note": "born elsewhere" });
    world.decide(&reviewer, customer.cases[0], decision).unwrap();
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
    world.register.reveal(&reviewer, customer.parties["me"], &[]).unwrap();
    let titles = |call: &Call| {
        let mut titles: Vec<String> = world
            .register
            .timeline(call, customer.account)
            .unwrap()
            .into_iter()
            .map(|entry| entry.title)
            .collect();
        titles.sort();
        titles.dedup();
        titles
    };
    let seen = titles(&machine(Some(reseller.account)));
    assert_eq!(seen, ["Account changed", "Application received", "Decided", "Facts recorded"]);
    let whole = titles(&machine(None));
    for own in ["Case opened", "Match dismissed", "Personal data shown", "Second person answered"] {
        assert!(whole.iter().any(|title| title == own), "{own}: {whole:?}");
    }
}

/// Which rules opened a case, whom somebody resembled and who of the staff decided stay sealed; the records are there, and counted.
fn a_package_for_a_reseller_shows_nothing_of_the_provider_s_own_work(world: &World) {
    let reseller = world.apply(&Applicant::new(9).selling()).account;
    let [cleared, removed] =
        [1, 2].map(|n| world.apply(&Applicant { reseller: Some(reseller), ..Applicant::listed(n) }));
    let second = staff(Role::Reviewer, 2);
    for (customer, verdict, reason) in
        [(&cleared, "dismiss", "different_place"), (&removed, "confirm", "same_identity")]
    {
        let decision =
            json!({ "verdict": verdict, "reason_code": reason, "note": "compared with the passport" });
        world.decide(&staff(Role::Reviewer, 1), customer.cases[0], decision).unwrap();
        world.approve(&second).unwrap();
    }
    let package = |call: &Call, account: AccountId| {
        let zip = world.register.build_evidence(call, account, "own records", None).unwrap().zip;
        let policy = Policy::parse(world.register.trust_policy().as_bytes()).unwrap();
        let report = verify(&zip, Some(&policy), None);
        assert_eq!(report.verdict, Verdict::Valid, "{report}");
        (zip, report.counts)
    };
    let holds = |zip: &[u8], text: &str| zip.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    let check = |customer: &Applied, secrets: &[&str], shown: &[&str]| {
        let (whole, of_whole) = package(&staff(Role::Auditor, 1), customer.account);
        let (own, of_own) = package(&machine(Some(reseller)), customer.account);
        assert_eq!(of_own.records, of_whole.records, "no record is left out");
        for secret in secrets {
            assert!(holds(&whole, secret), "the control: {secret}");
            assert!(!holds(&own, secret), "{secret}");
        }
        for text in shown {
            assert!(holds(&own, text), "{text}");
        }
    };
    let above = reseller.to_string();
    let case = cleared.cases[0].to_string();
    check(&cleared, &["test-list", "listed_match", &case], &["ref-1", "in_review", "open", &above]);
    let Actor::Staff { id, .. } = second.actor else { panic!("a member of staff") };
    check(&removed, &["listed_confirmed", &id.to_string()], &["ref-2", "refused", &above]);
}

/// A measure that reaches a customer through the chain says to those below that it prohibits, and nothing of whom it found above.
fn a_decision_tells_a_reseller_nothing_of_who_stands_above_it(world: &World) {
    let above = world.apply(&Applicant::new(9).selling().in_country("BY"));
    let between = world.apply(&Applicant { reseller: Some(above.account), ..Applicant::new(8).selling() });
    let officer = staff(Role::ComplianceOfficer, 1);
    let measure = json!({ "title": "Measure", "target": { "kind": "jurisdiction", "jurisdictions": ["BY"] },
        "effect": { "effect": "prohibit" }, "citation": "15 CFR 7.307(b), test determination",
        "determined_on": "2026-10-20", "effective": { "from": "at_once" } });
    world.register.propose_measure(&officer, serde_json::from_value(measure).unwrap()).unwrap();
    world.approve(&staff(Role::Legal, 1)).unwrap();
    let customer = world.apply(&Applicant { reseller: Some(between.account), ..Applicant::new(1) });
    let seen_by = |call: &Call| world.register.account(call, customer.account).unwrap().decision.unwrap();
    let whole = seen_by(&officer);
    let of_measure = |decision: &Decision| {
        decision.reasons.iter().find(|reason| reason.rule == RuleCode::MeasureProhibits).cloned().unwrap()
    };
    let known = of_measure(&whole);
    let above_party = above.parties["me"];
    assert!(
        known.party == Some(above_party) && known.measure.is_some() && !known.facts.is_empty(),
        "the control"
    );
    let told = seen_by(&machine(Some(between.account)));
    let reason = of_measure(&told);
    assert_eq!((reason.party, reason.measure, reason.facts.as_slice()), (None, None, &[][..]));
    assert_eq!(
        (reason.text, reason.requirement, told.outcome),
        (known.text, known.requirement, whole.outcome)
    );
    let text = serde_json::to_string(&told).unwrap();
    let facts = known.facts.iter().map(ToString::to_string);
    let own = [above_party.to_string(), above.account.to_string(), "7.307(b), test".to_owned()];
    for secret in facts.chain(own).chain(known.measure.map(|measure| measure.to_string())) {
        assert!(!text.contains(&secret), "{secret} in {text}");
    }
}

fn a_key_of_a_reseller_lists_what_is_below_it_and_nothing_else(world: &World) {
    let other = world.apply(&Applicant::new(8).selling());
    let reseller = world.apply(&Applicant::new(9).selling());
    let below = |above: AccountId, applicant: Applicant| Applicant { reseller: Some(above), ..applicant };
    let between = world.apply(&below(reseller.account, Applicant::new(1).selling()));
    let mut ours = vec![reseller.account, between.account];
    for number in 10..16 {
        world.apply(&below(other.account, Applicant::new(number)));
        let above = if number % 2 == 0 { reseller.account } else { between.account };
        ours.push(world.apply(&below(above, Applicant::new(number + 20))).account);
    }
    let key = machine(Some(reseller.account));
    let pages = |filter: AccountFilter| {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = world.register.accounts(&key, filter, after, 3).unwrap();
            let Some(last) = page.last() else { return all };
            after = Some(last.id);
            all.extend(page.into_iter().map(|account| account.id));
        }
    };
    ours.sort_unstable();
    assert_eq!(pages(AccountFilter::default()), ours);
    assert_eq!(pages(AccountFilter { state: Some(AccountState::Open), reseller: None }), ours);
    assert!(pages(AccountFilter { state: Some(AccountState::Closed), reseller: None }).is_empty());
    assert_eq!(pages(AccountFilter { state: None, reseller: Some(between.account) }).len(), 3);
    assert!(pages(AccountFilter { state: None, reseller: Some(other.account) }).is_empty());
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = world.register.applications(&key, after, 3).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        listed.extend(page.into_iter().map(|application| application.account.id));
    }
    listed.sort_unstable();
    assert_eq!(listed, ours);
}

/// More customers than are looked at at once: what is left is done by the next process, too, and none is left out for good.
#[test]
fn all_accounts_below_a_reseller_that_ends_are_looked_at() {
    const CUSTOMERS: u16 = 130;
    let world = World::sqlite();
    let reseller = world.apply(&Applicant::new(1).selling());
    let accounts: Vec<AccountId> = (0..CUSTOMERS)
        .map(|n| {
            world.apply(&Applicant { reseller: Some(reseller.account), ..Applicant::new(n + 10) }).account
        })
        .collect();
    let officer = staff(Role::ComplianceOfficer, 1);
    let version = world.register.account(&officer, reseller.account).unwrap().summary.version;
    world.register.close_account(&officer, reseller.account, version, Ending::ForCause).unwrap();
    let without_case = || {
        let cases = |id: &&AccountId| world.register.account(&officer, **id).unwrap().cases.len();
        accounts.iter().filter(|id| cases(id) == 0).count()
    };
    let left = without_case();
    assert!((1..usize::from(CUSTOMERS)).contains(&left), "some at once, some later: {left}");
    let next = world.reopened(Arc::new(OpenRoot)).unwrap();
    assert_eq!(next.finish_below(&system(Job::Rescreening)).unwrap(), u64::from(CUSTOMERS));
    assert_eq!(without_case(), 0);
    assert_eq!(next.finish_below(&system(Job::Rescreening)).unwrap(), 0, "once");
}
