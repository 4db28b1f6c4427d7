//! Cases: leases, what a reader sees, and what a verdict does to the account and the gate.

use crate::world::{Applicant, World, machine, on_both, staff};
use serde_json::json;
use tenantry_model::account::{AccountState, Ending};
use tenantry_model::case::{CaseKind, CaseState, ReasonCode, Verdict};
use tenantry_model::id::AccountId;
use tenantry_model::staff::{Job, Role};
use tenantry_policy::gate::Answer;
use tenantry_register::RegisterError;
use tenantry_register::cases::{CaseFilter, LEASE_MINUTES, Whose, fits};

on_both!(
    a_lease_gives_a_case_one_owner_until_it_expires,
    only_the_holder_sees_the_sealed_part,
    a_dismissed_match_opens_the_account_and_holds_until_facts_change,
    a_confirmed_match_refuses_and_the_gate_denies,
    a_confirmed_match_suspends_an_open_account_at_once,
    a_reviewer_opens_an_account_by_dismissing_what_stood_against_it,
    an_escalated_case_waits_for_a_senior,
    facts_bring_a_case_back_that_waited_for_the_customer,
    decisions_that_do_not_fit_are_refused,
    a_confined_key_sees_no_cases,
    an_old_answer_does_not_reopen_the_gate,
    the_second_person_sees_the_evidence_first,
    accounts_linked_to_a_removed_one_are_looked_at,
    accounts_below_a_reseller_that_ends_are_looked_at,
);

fn state(world: &World, account: AccountId) -> AccountState {
    world.register.account(&staff(Role::Auditor, 1), account).unwrap().summary.state
}

fn a_lease_gives_a_case_one_owner_until_it_expires(world: &World) {
    let case = world.apply(&Applicant::listed(1)).cases[0];
    let (first, second) = (staff(Role::Reviewer, 1), staff(Role::Reviewer, 2));
    let lease = world.register.lease(&first, case).unwrap();
    let taken = world.register.lease(&second, case);
    assert!(matches!(taken, Err(RegisterError::Leased)), "{taken:?}");
    let mine = CaseFilter { whose: Whose::Mine, ..CaseFilter::default() };
    let listed = |call| world.register.queue(call, mine, None, 10).unwrap().cases.len();
    assert_eq!((listed(&first), listed(&second)), (1, 0));
    world.clock.advance_micros((LEASE_MINUTES - 1) * 60_000_000);
    let renewed = world.register.renew(&first, case).unwrap();
    assert!(renewed.until > lease.until);
    world.clock.advance_micros(LEASE_MINUTES * 60_000_000);
    assert_eq!(listed(&first), 0, "it expired");
    let decision =
        serde_json::from_value(json!({ "verdict": "dismiss", "reason_code": "different_name" })).unwrap();
    let late = world.register.decide(&first, case, renewed.version, decision);
    assert!(matches!(late, Err(RegisterError::Leased)), "{late:?}");
    world.register.lease(&second, case).unwrap();
    world.register.release(&second, case).unwrap();
    world.register.lease(&first, case).unwrap();
}

fn only_the_holder_sees_the_sealed_part(world: &World) {
    let applied = world.apply(&Applicant::listed(1));
    let case = applied.cases[0];
    let (first, second) = (staff(Role::Reviewer, 1), staff(Role::Reviewer, 2));
    assert!(world.register.case(&first, case).unwrap().detail.is_none());
    let leaves = || world.register.ledger_state(&staff(Role::Auditor, 1)).unwrap().size;
    let before = leaves();
    world.register.lease(&first, case).unwrap();
    assert_eq!(leaves(), before + 1, "the access is on record before anything is shown");
    let detail = world.register.case(&first, case).unwrap().detail.unwrap();
    assert_eq!(detail.hits.len(), 1);
    assert_eq!(detail.names, [crate::world::LISTED_NAME]);
    assert!(world.register.case(&second, case).unwrap().detail.is_none());
    // What comes later was not in the record of the access: it is shown when the case is taken again, which is another record.
    world.clock.advance_micros(1_000_000);
    let shown = |call| world.register.case(call, case).unwrap().detail.unwrap().facts.len();
    let at_first = shown(&first);
    let said = json!({ "facts": [{ "fact": { "kind": "telephone", "number": "+6493001234" } }] });
    let said = serde_json::from_value(said).unwrap();
    world.register.add_facts(&staff(Role::Reviewer, 3), applied.parties["me"], said).unwrap();
    assert_eq!(shown(&first), at_first);
    let before = leaves();
    world.register.lease(&first, case).unwrap();
    assert_eq!((leaves(), shown(&first)), (before + 1, at_first + 1));
    assert!(!format!("{detail:?}").contains("Volkonskov"));
}

fn a_dismissed_match_opens_the_account_and_holds_until_facts_change(world: &World) {
    let mut applicant = Applicant::listed(1);
    for text in ["Dima Volkonskov", "Dmitry S. Volkonskov", "D. S. Volkonskov"] {
        applicant.more.push(json!({ "fact": { "kind": "other_name", "usage": "alias", "text": text } }));
    }
    let applied = world.apply(&applicant);
    assert_eq!(applied.state, AccountState::InReview);
    let (first, second) = (staff(Role::Reviewer, 1), staff(Role::Reviewer, 2));
    let decision =
        json!({ "verdict": "dismiss", "reason_code": "different_place", "note": "born elsewhere" });
    world.decide(&first, applied.cases[0], decision).unwrap();
    world.approve(&second).unwrap();
    assert_eq!(state(world, applied.account), AccountState::Open);
    assert_eq!(world.gate(applied.account), Answer::Allow);
    // A pass over everything raises nothing again.
    let pass = world.register.reassess_all(&crate::world::system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    assert_eq!((pass.accounts, pass.changed, pass.cases), (1, 0, 0));
    assert!(world.open_cases().is_empty());
    // New facts on the customer's side: a new concern, and an open account stays open meanwhile.
    let facts = json!({ "facts": [{ "fact": { "kind": "located_in", "jurisdiction": "RU" } }] });
    let party = applied.parties["me"];
    world.register.add_facts(&first, party, serde_json::from_value(facts).unwrap()).unwrap();
    let open = world.open_cases();
    assert_eq!(open.len(), 1);
    assert_ne!(open[0], applied.cases[0]);
    assert_eq!(state(world, applied.account), AccountState::Open);
}

fn a_confirmed_match_refuses_and_the_gate_denies(world: &World) {
    let applied = world.apply(&Applicant::listed(1));
    let decision = json!({ "verdict": "confirm", "reason_code": "same_identity", "note": "same date and place of birth" });
    world.decide(&staff(Role::Reviewer, 1), applied.cases[0], decision).unwrap();
    assert_eq!(state(world, applied.account), AccountState::InReview, "one person alone changes nothing");
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
    assert_eq!(state(world, applied.account), AccountState::Refused);
    assert_eq!(world.gate(applied.account), Answer::Deny);
    assert!(world.open_cases().is_empty(), "what was confirmed asks for no further case");
    world.register.reassess_all(&crate::world::system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    assert_eq!(state(world, applied.account), AccountState::Refused, "no automatic decision brings it back");
}

fn a_confirmed_match_suspends_an_open_account_at_once(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    assert_eq!((applied.state, world.gate(applied.account)), (AccountState::Open, Answer::Allow));
    let pass = world.register.reassess_all(&crate::world::system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    assert_eq!(pass.changed, 0, "nothing changed, so nothing is decided anew");
    let name = Applicant::new(1).name;
    let list =
        format!("id,name,born,country\n9,\"{name}\",1985-04-12,nz\n2,\"ZUBRANSKY, Ottokar\",1951-07-02,cz\n");
    world.import(&list);
    world.register.reassess_all(&crate::world::system(Job::Rescreening), 10, &mut |_| {}).unwrap();
    let [case] = world.open_cases()[..] else { panic!("one case") };
    assert_eq!(state(world, applied.account), AccountState::Open, "a likeness takes nothing away");
    assert_eq!(
        world.gate(applied.account),
        Answer::Deny,
        "so near a one hands nothing new out until somebody looked"
    );
    let decision = json!({ "verdict": "confirm", "reason_code": "same_identity", "note": "same document" });
    world.decide(&staff(Role::Reviewer, 1), case, decision).unwrap();
    world.approve(&staff(Role::Legal, 2)).unwrap();
    // Without following the store: the node that approved knows at once.
    let answer = world.register.gate(&applied.reference, tenantry_model::account::Capability::Access);
    assert_eq!(answer.answer, Answer::Deny);
    assert_eq!(state(world, applied.account), AccountState::Suspended);
}

fn a_reviewer_opens_an_account_by_dismissing_what_stood_against_it(world: &World) {
    let mut applicant = Applicant::new(1);
    // The card comes from a country that is stated nowhere: a red flag, decided by one person.
    applicant.more.push(json!({ "fact": { "kind": "payment", "method": "card", "token": "tok_far",
                                          "issuer_jurisdiction": "VU" } }));
    let applied = world.apply(&applicant);
    assert_eq!(
        (applied.state, applied.cases.len()),
        (AccountState::InReview, 1),
        "{:?}",
        applied.decision.reasons
    );
    let decision =
        json!({ "verdict": "dismiss", "reason_code": "explained_by_evidence", "note": "works there" });
    let decided = world.decide(&staff(Role::Reviewer, 1), applied.cases[0], decision).unwrap();
    assert_eq!(decided.state, CaseState::Closed);
    assert_eq!(decided.account.map(|a| a.state), Some(AccountState::Open));
    assert_eq!(world.gate(applied.account), Answer::Allow);
}

fn an_escalated_case_waits_for_a_senior(world: &World) {
    let case = world.apply(&Applicant::listed(1)).cases[0];
    let decision = json!({ "verdict": "escalate", "reason_code": "needs_senior", "note": "cannot tell" });
    world.decide(&staff(Role::Reviewer, 1), case, decision).unwrap();
    let head = world.register.case(&staff(Role::Reviewer, 1), case).unwrap().head;
    assert_eq!((head.state, head.priority, head.leased_by), (CaseState::Open, 0, None));
    let taken = world.register.lease(&staff(Role::Reviewer, 2), case);
    assert!(matches!(taken, Err(RegisterError::Forbidden { .. })), "{taken:?}");
    let decision = json!({ "verdict": "dismiss", "reason_code": "different_name" });
    world.decide(&staff(Role::ComplianceOfficer, 1), case, decision).unwrap();
    let approved = world.approve(&staff(Role::Reviewer, 2));
    assert!(matches!(approved, Err(RegisterError::Forbidden { .. })), "{approved:?}");
    world.approve(&staff(Role::Legal, 1)).unwrap();
}

fn facts_bring_a_case_back_that_waited_for_the_customer(world: &World) {
    let applied = world.apply(&Applicant::listed(1));
    let reviewer = staff(Role::Reviewer, 1);
    let decision = json!({ "verdict": "need_information", "reason_code": "information_requested", "note": "place of birth" });
    let decided = world.decide(&reviewer, applied.cases[0], decision).unwrap();
    assert_eq!(decided.state, CaseState::AwaitingCustomer);
    let facts = json!({ "facts": [{ "fact": { "kind": "gender", "gender": "male" } }] });
    world
        .register
        .add_facts(&reviewer, applied.parties["me"], serde_json::from_value(facts).unwrap())
        .unwrap();
    assert_eq!(world.register.case(&reviewer, applied.cases[0]).unwrap().head.state, CaseState::Open);
}

fn decisions_that_do_not_fit_are_refused(world: &World) {
    let case = world.apply(&Applicant::listed(1)).cases[0];
    let reviewer = staff(Role::Reviewer, 1);
    let refused = |decision, pointer: &str| {
        let answer = world.decide(&reviewer, case, decision);
        assert!(
            matches!(&answer, Err(RegisterError::Invalid { pointer: p, .. }) if p == pointer),
            "{answer:?}"
        );
    };
    refused(json!({ "verdict": "dismiss", "reason_code": "item_received" }), "/reason_code");
    refused(json!({ "verdict": "confirm", "reason_code": "same_identity" }), "/note");
    refused(
        json!({ "verdict": "confirm", "reason_code": "same_identity", "note": "x", "confirmed": ["a/b"] }),
        "/confirmed/0",
    );
    let lease = world.register.lease(&reviewer, case).unwrap();
    let decision =
        serde_json::from_value(json!({ "verdict": "dismiss", "reason_code": "different_name" })).unwrap();
    let stale = world.register.decide(&reviewer, case, lease.version - 1, decision);
    assert!(matches!(stale, Err(RegisterError::Changed { .. })), "{stale:?}");
    let auditor = world.register.lease(&staff(Role::Auditor, 1), case);
    assert!(matches!(auditor, Err(RegisterError::Forbidden { .. })), "{auditor:?}");
}

fn a_confined_key_sees_no_cases(world: &World) {
    let applied = world.apply(&Applicant::listed(1));
    let key = machine(Some(applied.account));
    assert!(world.register.queue(&key, CaseFilter::default(), None, 10).unwrap().cases.is_empty());
    assert!(world.register.case_counts(&key).unwrap().is_empty());
    let read = world.register.case(&key, applied.cases[0]);
    assert!(matches!(read, Err(RegisterError::NotFound { .. })), "{read:?}");
    let whole = machine(None);
    assert_eq!(world.register.queue(&whole, CaseFilter::default(), None, 10).unwrap().cases.len(), 1);
    let leased = world.register.lease(&whole, applied.cases[0]);
    assert!(matches!(leased, Err(RegisterError::Forbidden { .. })), "{leased:?}");
}

fn an_old_answer_does_not_reopen_the_gate(world: &World) {
    use tenantry_register::IdempotencyKey;
    let key = IdempotencyKey::parse("application-1").unwrap();
    let call = crate::world::system(Job::SetUp).under(key);
    let applicant = Applicant::new(1);
    let first = world.register.apply(&call, applicant.sent()).unwrap();
    assert_eq!(world.gate(first.account), Answer::Allow);
    world.clock.advance_micros(1);
    let officer = staff(Role::ComplianceOfficer, 1);
    let version = world.register.account(&officer, first.account).unwrap().summary.version;
    world.register.close_account(&officer, first.account, version, Ending::Ordinary).unwrap();
    assert_eq!(world.gate(first.account), Answer::Deny);
    let repeated = world.register.apply(&call, applicant.sent()).unwrap();
    assert_eq!(repeated.account, first.account);
    assert_eq!(world.gate(first.account), Answer::Deny, "a repeated request is not a new decision");
}

fn the_second_person_sees_the_evidence_first(world: &World) {
    let case = world.apply(&Applicant::listed(1)).cases[0];
    let (first, second) = (staff(Role::Reviewer, 1), staff(Role::Reviewer, 2));
    let decision =
        json!({ "verdict": "dismiss", "reason_code": "different_place", "note": "never left Nelson" });
    world.decide(&first, case, decision).unwrap();
    let own = world.register.lease(&first, case);
    assert!(matches!(own, Err(RegisterError::SecondPerson)), "{own:?}");
    let request = world.register.approvals(&second).unwrap().remove(0);
    assert_eq!(request.reason.as_deref(), Some("dismiss: different_place"), "the note is behind the lease");
    let lease = world.register.lease(&second, case).unwrap();
    let detail = world.register.case(&second, case).unwrap().detail.unwrap();
    assert_eq!((detail.hits.len(), detail.notes), (1, vec!["never left Nelson".to_owned()]));
    let decision =
        serde_json::from_value(json!({ "verdict": "dismiss", "reason_code": "different_name" })).unwrap();
    let decided = world.register.decide(&second, case, lease.version, decision);
    assert!(
        matches!(decided, Err(RegisterError::State { .. })),
        "the waiting verdict is answered: {decided:?}"
    );
    world.approve(&second).unwrap();
    assert_eq!(world.register.case(&second, case).unwrap().head.state, CaseState::Closed);
}

fn accounts_linked_to_a_removed_one_are_looked_at(world: &World) {
    let wallet = json!({ "fact": { "kind": "payment", "method": "wallet", "issuer": "XBT",
                                   "token": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq" } });
    let (mut removed, mut other) = (Applicant::listed(1), Applicant::new(2));
    removed.more.push(wallet.clone());
    other.more.push(wallet);
    let (removed, other) = (world.apply(&removed), world.apply(&other));
    assert_eq!(other.state, AccountState::Open, "{:?}", other.decision.reasons);
    let decision = json!({ "verdict": "confirm", "reason_code": "same_identity", "note": "same passport" });
    world.decide(&staff(Role::Reviewer, 1), removed.cases[0], decision).unwrap();
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
    let page = world.register.queue(&staff(Role::Reviewer, 1), CaseFilter::default(), None, 10).unwrap();
    let cases: Vec<_> = page.cases.iter().map(|case| (case.kind, case.account)).collect();
    assert_eq!(cases, [(CaseKind::Link, Some(other.account))]);
    assert_eq!(state(world, other.account), AccountState::Open, "a link is a reason to look, not a verdict");
}

fn accounts_below_a_reseller_that_ends_are_looked_at(world: &World) {
    let reseller = world.apply(&Applicant::new(1).selling());
    let between = world.apply(&Applicant { reseller: Some(reseller.account), ..Applicant::new(2).selling() });
    let customer = world.apply(&Applicant { reseller: Some(between.account), ..Applicant::new(3) });
    assert_eq!(customer.state, AccountState::Open, "{:?}", customer.decision.reasons);
    let officer = staff(Role::ComplianceOfficer, 1);
    let version = world.register.account(&officer, reseller.account).unwrap().summary.version;
    world.register.close_account(&officer, reseller.account, version, Ending::ForCause).unwrap();
    for account in [between.account, customer.account] {
        let view = world.register.account(&officer, account).unwrap();
        assert_eq!(view.cases.len(), 1, "a case at once, not with the next pass: {:?}", view.cases);
        assert_eq!(view.summary.state, AccountState::Open, "a case is a reason to look, not a verdict");
    }
}

#[test]
fn every_verdict_on_every_kind_has_a_reason() {
    for kind in CaseKind::ALL {
        for verdict in Verdict::ALL {
            let reasons = ReasonCode::ALL.iter().filter(|reason| fits(*kind, *verdict, **reason)).count();
            assert!(reasons > 0, "{verdict} on {kind}");
        }
    }
    for reason in ReasonCode::ALL {
        let used = CaseKind::ALL.iter().any(|k| Verdict::ALL.iter().any(|v| fits(*k, *v, *reason)));
        assert!(used, "{reason} fits nothing");
    }
}
