//! Retention: what is due, who may have it erased, what a hold keeps, and that nothing is left of what was erased.

use crate::world::{Applicant, World, machine, on_both, staff, system};
use serde_json::json;
use std::sync::Mutex;
use tenantry_model::account::Ending;
use tenantry_model::erasure::{ErasureFate, ErasureState};
use tenantry_model::hold::{HoldKind, HoldState, Silence};
use tenantry_model::id::{AccountId, ErasureId, HoldId, PartyId};
use tenantry_model::order::OrderKind;
use tenantry_model::staff::{Job, Role};
use tenantry_register::erasure::{Destroyed, DuePlace, ErasureJournal, GRACE_DAYS};
use tenantry_register::fsck::Step;
use tenantry_register::holds::{HoldView, NewHold};
use tenantry_register::people::NewStaff;
use tenantry_register::record::RecordType;
use tenantry_register::retention::Object;
use tenantry_register::{Applied, Call, RegisterError};

on_both!(
    nothing_is_erased_before_its_time_and_without_two_people,
    a_column_that_says_approved_erases_nothing,
    an_access_after_closing_moves_the_clock,
    why_an_account_was_closed_is_kept_and_goes_with_the_person,
    a_party_lives_as_long_as_one_of_its_accounts,
    a_hold_keeps_what_it_covers_until_two_people_release_it,
    a_hold_placed_in_the_days_of_grace_wins,
    a_preservation_request_places_a_hold_that_lapses_or_is_renewed_once,
    what_was_begun_is_finished,
    a_copy_from_before_the_erasure_is_brought_up_to_date,
    decision_evidence_goes_after_ten_years,
    a_party_that_stayed_when_its_account_went_is_erased_when_it_is_released,
    an_owner_is_found_behind_owners_of_whom_nothing_is_left,
    a_long_chain_of_owners_keeps_nobody_from_erasure,
);

/// A journal in memory that fails when told to.
#[derive(Default)]
pub(crate) struct Journal {
    pub(crate) kept: Mutex<Vec<Destroyed>>,
    pub(crate) fails: Mutex<Option<String>>,
}

impl ErasureJournal for Journal {
    fn append(&self, destroyed: &[Destroyed]) -> Result<(), String> {
        if let Some(reason) = self.fails.lock().unwrap().clone() {
            return Err(reason);
        }
        self.kept.lock().unwrap().extend_from_slice(destroyed);
        Ok(())
    }
}

fn job() -> Call {
    system(Job::Retention)
}

fn officer() -> Call {
    staff(Role::ComplianceOfficer, 1)
}

fn counsel() -> Call {
    staff(Role::Legal, 2)
}

/// An account that was opened and closed again, with its customer.
pub(crate) fn closed(world: &World, number: u16) -> (AccountId, PartyId) {
    let applied = world.apply(&Applicant::new(number));
    close(world, applied.account);
    (applied.account, applied.parties["me"])
}

fn close(world: &World, account: AccountId) {
    let version = world.register.account(&officer(), account).unwrap().summary.version;
    world.register.close_account(&officer(), account, version, Ending::Ordinary).unwrap();
}

fn years(world: &World, years: i32) {
    world.clock.advance_days(366 * years);
}

/// Asks for a batch and has it approved by somebody else.
fn approve(world: &World, id: ErasureId) {
    world.register.request_erasure(&officer(), id).unwrap();
    world.approve(&counsel()).unwrap();
}

/// Schedules, approves, waits and carries out.
pub(crate) fn erase_what_is_due(world: &World, journal: &Journal) -> Vec<ErasureId> {
    let batches = world.register.schedule_erasures(&job()).unwrap();
    for batch in &batches {
        approve(world, *batch);
    }
    world.clock.advance_days(i32::try_from(GRACE_DAYS).unwrap());
    world.register.carry_out_erasures(&job(), journal).unwrap().done
}

#[track_caller]
fn is_erased(world: &World, party: PartyId) -> bool {
    match world.register.reveal(&officer(), party, &[]) {
        Ok(revealed) => {
            assert!(!revealed.values.is_empty());
            false
        }
        Err(RegisterError::Erased) => true,
        Err(other) => panic!("{other}"),
    }
}

pub(crate) fn hold_on(accounts: &[AccountId]) -> NewHold {
    NewHold {
        kind: HoldKind::Litigation,
        silence: Silence::Silent,
        authority: "Office of the General Counsel".to_owned(),
        reference: "matter 12".to_owned(),
        matter: "Ngata against Example Cloud".to_owned(),
        accounts: accounts.iter().map(ToString::to_string).collect(),
        parties: Vec::new(),
        records_from: None,
        records_until: None,
        record_types: Vec::new(),
        owner: None,
        review_at: None,
    }
}

fn release(world: &World, hold: HoldId) {
    world.register.request_hold_release(&officer(), hold).unwrap();
    world.approve(&counsel()).unwrap();
}

fn nothing_is_erased_before_its_time_and_without_two_people(world: &World) {
    let register = &world.register;
    let (account, party) = closed(world, 1);
    world.clock.advance_days(2 * 365 - 1);
    assert_eq!(register.schedule_erasures(&job()).unwrap(), [], "a day too early");
    assert!(register.due_for_erasure(&officer()).unwrap().is_empty());
    world.clock.advance_days(2);
    let due = register.due_for_erasure(&officer()).unwrap();
    assert!(due.iter().all(|line| line.place == DuePlace::Next && line.class == 1), "{due:?}");
    let [batch] = register.schedule_erasures(&job()).unwrap()[..] else { panic!("one batch") };
    assert_eq!(register.schedule_erasures(&job()).unwrap(), [], "scheduled once");
    let view = register.erasure(&officer(), batch).unwrap();
    let objects: Vec<Object> = view.items.iter().map(|item| item.object).collect();
    assert!(objects.contains(&Object::Account(account)) && objects.contains(&Object::Party(party)));
    assert_eq!(view.erase_from, world.now().plus_days(GRACE_DAYS));

    // Nobody asked: nothing happens, however long it takes.
    let journal = Journal::default();
    world.clock.advance_days(30);
    assert!(register.carry_out_erasures(&job(), &journal).unwrap().done.is_empty());
    // A machine asks for nothing, the one who asked approves nothing, another content is not what was asked for.
    assert!(matches!(register.request_erasure(&machine(None), batch), Err(RegisterError::Forbidden { .. })));
    register.request_erasure(&officer(), batch).unwrap();
    assert!(matches!(world.approve(&officer()), Err(RegisterError::SecondPerson)));
    let waiting = register.approvals(&counsel()).unwrap().remove(0);
    let other = tenantry_register::approvals::ContentHash::from_bytes([7; 32]);
    let wrong = register.approve(&counsel(), waiting.id, other);
    assert!(matches!(wrong, Err(RegisterError::ApprovalVoid)));
    assert!(register.carry_out_erasures(&job(), &journal).unwrap().done.is_empty());
    assert!(!is_erased(world, party));
    // Rejected, it is scheduled as before and can be asked for again.
    register.reject(&counsel(), waiting.id).unwrap();
    assert_eq!(register.erasure(&officer(), batch).unwrap().state, ErasureState::Scheduled);
    approve(world, batch);
    let carried = register.carry_out_erasures(&job(), &journal).unwrap();
    assert_eq!((carried.done, carried.held, carried.not_due), (vec![batch], 0, 0));
    assert!(is_erased(world, party));
    let view = register.erasure(&officer(), batch).unwrap();
    assert_eq!(view.state, ErasureState::Done);
    assert!(view.items.iter().all(|item| item.fate == ErasureFate::Erased && item.leaf.is_some()));
    assert!(journal.kept.lock().unwrap().iter().any(|key| key.object == Object::Party(party)));
    // What identifies the account outside is gone; the ledger still verifies and still says what was decided.
    let summary = register.account(&officer(), account).unwrap().summary;
    assert_eq!(summary.reference, format!("erased:{account}"));
    register.checkpoint(&system(Job::Checkpoints)).unwrap();
    assert_eq!(register.ledger_trouble(), None);
    assert!(register.due_for_erasure(&officer()).unwrap().is_empty());
    assert_eq!(register.schedule_erasures(&job()).unwrap(), []);
    // The provider may use the reference again.
    world.apply(&Applicant::new(1));
}

/// Whoever can write to the database can write that something was approved; only the ledger says that it was.
fn a_column_that_says_approved_erases_nothing(world: &World) {
    let (_, party) = closed(world, 1);
    years(world, 2);
    let [batch] = world.register.schedule_erasures(&job()).unwrap()[..] else { panic!("one batch") };
    world.clock.advance_days(i32::try_from(GRACE_DAYS).unwrap());
    let carried = || world.register.carry_out_erasures(&job(), &Journal::default());
    for state in ["approved", "under_way"] {
        world.run(&format!("UPDATE erasure SET state = '{state}'"));
        assert!(matches!(carried(), Err(RegisterError::SecondPerson)), "{state}");
    }
    // Nor does an approval of something else.
    world.run("UPDATE erasure SET state = 'scheduled'");
    approve(world, batch);
    world.run("UPDATE erasure_item SET due_at = due_at - 1");
    assert!(matches!(carried(), Err(RegisterError::SecondPerson)));
    assert!(!is_erased(world, party));
    world.run("UPDATE erasure_item SET due_at = due_at + 1");
    assert_eq!(carried().unwrap().done, [batch]);
    assert!(is_erased(world, party));
}

fn an_access_after_closing_moves_the_clock(world: &World) {
    let (account, party) = closed(world, 1);
    years(world, 2);
    let batches = world.register.schedule_erasures(&job()).unwrap();
    approve(world, batches[0]);
    // Somebody signs in to the closed account in the days of grace.
    let at = world.now();
    let access = serde_json::from_value(serde_json::json!({ "at": at, "access": "access" })).unwrap();
    world.register.report_access(&machine(None), account, access).unwrap();
    world.clock.advance_days(i32::try_from(GRACE_DAYS).unwrap());
    let carried = world.register.carry_out_erasures(&job(), &Journal::default()).unwrap();
    assert_eq!((carried.erased, carried.held), (0, 0));
    assert!(carried.not_due > 0);
    assert!(!is_erased(world, party));
}

fn a_party_lives_as_long_as_one_of_its_accounts(world: &World) {
    let (_, shared) = closed(world, 1);
    let applied = world.apply(&Applicant::new(2));
    years(world, 3);
    erase_what_is_due(world, &Journal::default());
    assert!(is_erased(world, shared), "its only account is closed");
    assert!(!is_erased(world, applied.parties["me"]), "its account is open");
}

fn a_hold_keeps_what_it_covers_until_two_people_release_it(world: &World) {
    let register = &world.register;
    let ((account, party), (_, other)) = (closed(world, 1), closed(world, 2));
    let hold = register.place_hold(&counsel(), hold_on(&[account])).unwrap();
    assert_eq!(hold.objects, [Object::Account(account)]);
    assert!(hold.keys >= 2, "the account's and its customer's: {}", hold.keys);
    years(world, 3);
    let due = register.due_for_erasure(&officer()).unwrap();
    let held = due.iter().filter(|line| line.place == DuePlace::Held);
    assert!(held.clone().count() > 0 && held.clone().all(|line| line.holds.contains(&hold.id)));
    erase_what_is_due(world, &Journal::default());
    assert!(!is_erased(world, party), "held");
    assert!(is_erased(world, other), "not held");
    // One person asks, and is not enough; a machine and an auditor may not even ask.
    for call in [machine(None), staff(Role::Auditor, 3)] {
        let refused = register.request_hold_release(&call, hold.id);
        assert!(matches!(refused, Err(RegisterError::Forbidden { .. })));
    }
    register.request_hold_release(&officer(), hold.id).unwrap();
    assert!(matches!(world.approve(&officer()), Err(RegisterError::SecondPerson)));
    assert_eq!(register.hold(&counsel(), hold.id).unwrap().state, HoldState::InForce);
    world.approve(&counsel()).unwrap();
    assert_eq!(register.hold(&counsel(), hold.id).unwrap().state, HoldState::Released);
    // Released is not erased: it is scheduled like anything else, with its days of grace.
    let batches = register.schedule_erasures(&job()).unwrap();
    approve(world, batches[0]);
    assert!(register.carry_out_erasures(&job(), &Journal::default()).unwrap().done.is_empty());
    assert!(!is_erased(world, party));
    world.clock.advance_days(i32::try_from(GRACE_DAYS).unwrap());
    register.carry_out_erasures(&job(), &Journal::default()).unwrap();
    assert!(is_erased(world, party));
}

fn a_hold_placed_in_the_days_of_grace_wins(world: &World) {
    let register = &world.register;
    let ((account, party), (_, other)) = (closed(world, 1), closed(world, 2));
    years(world, 2);
    let batches = register.schedule_erasures(&job()).unwrap();
    approve(world, batches[0]);
    world.clock.advance_days(i32::try_from(GRACE_DAYS).unwrap());
    let mut new = hold_on(&[]);
    new.parties = vec![party];
    register.place_hold(&counsel(), new).unwrap();
    let carried = register.carry_out_erasures(&job(), &Journal::default()).unwrap();
    assert!(carried.held > 0 && carried.erased > 0, "{carried:?}");
    assert!(!is_erased(world, party));
    assert!(is_erased(world, other));
    let view = register.erasure(&officer(), batches[0]).unwrap();
    let kept = |item: &&tenantry_register::erasure::ErasureItemView| item.fate == ErasureFate::Held;
    let held: Vec<Object> = view.items.iter().filter(kept).map(|item| item.object).collect();
    assert!(held.contains(&Object::Party(party)) && held.contains(&Object::Account(account)), "{held:?}");
}

/// A hold confined to types of records keeps one key of an account and not the other.
fn hold_on_facts(accounts: &[AccountId], parties: &[PartyId]) -> NewHold {
    NewHold {
        parties: parties.to_vec(),
        record_types: vec![RecordType::PartyRecorded.number()],
        ..hold_on(accounts)
    }
}

fn reference(world: &World, account: AccountId) -> String {
    world.register.account(&officer(), account).unwrap().summary.reference
}

fn a_party_that_stayed_when_its_account_went_is_erased_when_it_is_released(world: &World) {
    let (account, party) = closed(world, 1);
    let hold = world.register.place_hold(&counsel(), hold_on_facts(&[account], &[])).unwrap();
    years(world, 2);
    erase_what_is_due(world, &Journal::default());
    assert_eq!(reference(world, account), format!("erased:{account}"), "no hold keeps the account's own key");
    assert!(!is_erased(world, party));
    assert_eq!(world.register.schedule_erasures(&job()).unwrap(), [], "held");
    let due = world.register.due_for_erasure(&officer()).unwrap();
    assert!(due.iter().any(|line| line.object == Object::Party(party) && line.holds.contains(&hold.id)));
    release(world, hold.id);
    assert_eq!(erase_what_is_due(world, &Journal::default()).len(), 1);
    assert!(is_erased(world, party));
    assert!(world.register.due_for_erasure(&officer()).unwrap().is_empty());
    assert_eq!(crate::fsck::check(world).findings, []);
}

/// Parties that own each other in a row, the first of whom is the customer; these with a role of their own, the others without.
fn in_a_row(world: &World, parties: usize, roles: &[&str]) -> Applied {
    let party = |number: usize| {
        json!({ "key": format!("p{number}"), "kind": "organisation", "roles": if number == 0 { &["customer"] } else { roles },
            "facts": [{ "fact": { "kind": "legal_name", "text": format!("Kowhai Holdings {number} Limited") } }] })
    };
    let owns = |number: usize| json!({ "owner": format!("p{number}"), "owned": format!("p{}", number - 1), "share": { "min": "100", "max": "100" } });
    let sent = json!({ "reference": "in-a-row", "parties": (0..parties).map(party).collect::<Vec<_>>(),
        "interests": (1..parties).map(owns).collect::<Vec<_>>() });
    world.register.apply(&system(Job::SetUp), serde_json::from_value(sent).unwrap()).unwrap()
}

fn an_owner_is_found_behind_owners_of_whom_nothing_is_left(world: &World) {
    let applied = in_a_row(world, 3, &[]);
    let [customer, holding, owner] = ["p0", "p1", "p2"].map(|key| applied.parties[key]);
    close(world, applied.account);
    let hold = world.register.place_hold(&counsel(), hold_on_facts(&[], &[owner])).unwrap();
    // First their personal data, ten years later what was decided about them.
    for age in [3, 11] {
        years(world, age);
        erase_what_is_due(world, &Journal::default());
    }
    assert!(is_erased(world, customer) && is_erased(world, holding) && !is_erased(world, owner));
    assert!(world.register.account(&officer(), applied.account).unwrap().decision.is_none());
    let held = world.register.account(&officer(), applied.account).unwrap().interests;
    assert_eq!(held.len(), 2, "how the owner is found from the account");
    release(world, hold.id);
    erase_what_is_due(world, &Journal::default());
    assert!(is_erased(world, owner));
    // The record of that goes ten years later, and with it who held what in whom.
    years(world, 11);
    erase_what_is_due(world, &Journal::default());
    assert!(world.register.account(&officer(), applied.account).unwrap().interests.is_empty());
    assert!(world.register.due_for_erasure(&officer()).unwrap().is_empty());
}

fn a_long_chain_of_owners_keeps_nobody_from_erasure(world: &World) {
    let (_, other) = closed(world, 1);
    let applied = in_a_row(world, 40, &["user"]);
    close(world, applied.account);
    years(world, 3);
    erase_what_is_due(world, &Journal::default());
    assert!(is_erased(world, other));
    assert!(applied.parties.values().all(|party| is_erased(world, *party)));
}

fn order_of(world: &World, account: AccountId) -> HoldView {
    let new = serde_json::json!({ "kind": OrderKind::PreservationRequest, "authority": "Court of Example",
        "reference": "2026/17", "accounts": [account] });
    let order = world.register.receive_order(&counsel(), serde_json::from_value(new).unwrap()).unwrap();
    let holds = world.register.holds(&counsel(), None).unwrap();
    holds.into_iter().find(|hold| hold.order == Some(order.id)).unwrap()
}

fn a_preservation_request_places_a_hold_that_lapses_or_is_renewed_once(world: &World) {
    let register = &world.register;
    let (account, party) = closed(world, 1);
    years(world, 2);
    let first = order_of(world, account);
    assert_eq!((first.kind, first.silence), (HoldKind::PreservationRequest, Silence::Silent));
    assert_eq!(first.expires_at, Some(world.now().plus_days(90)));
    world.clock.advance_days(89);
    assert_eq!(register.lapse_holds(&job()).unwrap(), []);
    let renewed = register.renew_hold(&counsel(), first.id).unwrap();
    assert_eq!(renewed.expires_at, first.expires_at.map(|at| at.plus_days(90)));
    let again = register.renew_hold(&counsel(), first.id);
    assert!(matches!(again, Err(RegisterError::State { .. })), "{again:?}");
    world.clock.advance_days(90);
    assert_eq!(register.schedule_erasures(&job()).unwrap(), [], "still held");
    world.clock.advance_days(1);
    assert_eq!(register.lapse_holds(&job()).unwrap(), [first.id]);
    assert_eq!(register.hold(&counsel(), first.id).unwrap().state, HoldState::Lapsed);
    erase_what_is_due(world, &Journal::default());
    assert!(is_erased(world, party));
}

fn what_was_begun_is_finished(world: &World) {
    let register = &world.register;
    let (_, party) = closed(world, 1);
    years(world, 2);
    let batches = register.schedule_erasures(&job()).unwrap();
    approve(world, batches[0]);
    world.clock.advance_days(i32::try_from(GRACE_DAYS).unwrap());
    let journal = Journal::default();
    *journal.fails.lock().unwrap() = Some("disk full".to_owned());
    let failed = register.carry_out_erasures(&job(), &journal);
    assert!(matches!(failed, Err(RegisterError::Evaluation { .. })), "{failed:?}");
    // The keys are gone, but nobody says that it is done before the journal is written.
    assert!(is_erased(world, party));
    assert_eq!(register.erasure(&officer(), batches[0]).unwrap().state, ErasureState::UnderWay);
    *journal.fails.lock().unwrap() = None;
    let carried = register.carry_out_erasures(&job(), &journal).unwrap();
    assert_eq!(carried.done, batches);
    assert!(!journal.kept.lock().unwrap().is_empty());
    assert_eq!(register.erasure(&officer(), batches[0]).unwrap().state, ErasureState::Done);
}

fn a_copy_from_before_the_erasure_is_brought_up_to_date(world: &World) {
    let register = &world.register;
    let (_, party) = closed(world, 1);
    years(world, 2);
    // A journal as another copy of this database would have written it: the keys as they are now.
    let entries = world.keys_of(party);
    let replayed = register.replay_erasures(&job(), &entries).unwrap();
    assert_eq!((replayed.erased, replayed.holds_ended), (entries.len(), Vec::new()));
    assert!(is_erased(world, party));
    let again = register.replay_erasures(&job(), &entries).unwrap();
    assert_eq!(again.erased, 0, "nothing is left to do");
    // The journal names a key that is younger than the copy: what the copy has of that subject was erased with it.
    let (_, other) = closed(world, 2);
    let younger: Vec<_> =
        world.keys_of(other).into_iter().map(|entry| Destroyed { key: Some([9; 16]), ..entry }).collect();
    assert_eq!(register.replay_erasures(&job(), &younger).unwrap().erased, 1);
    assert!(is_erased(world, other));
    assert_eq!(register.replay_erasures(&job(), &younger).unwrap().erased, 0);
    // The same names in the journal of another deployment are nothing to this one.
    let (_, third) = closed(world, 3);
    let foreign: Vec<_> = world
        .keys_of(third)
        .into_iter()
        .map(|entry| Destroyed { key: Some([8; 16]), subject: [7; 16], ..entry })
        .collect();
    assert_eq!(register.replay_erasures(&job(), &foreign).unwrap().erased, 0);
    assert!(!is_erased(world, third));
}

/// A copy of the database from before erasures, a hold that was released since, and a colleague who was forgotten: after the journal
/// was replayed nothing of it is left, what had no key included.
#[test]
fn nothing_that_was_erased_since_comes_back_with_a_copy() {
    let world = World::sqlite();
    let register = &world.register;
    let measure = json!({ "title": "Test measure", "citation": "none", "effect": { "effect": "prohibit" },
        "target": { "kind": "jurisdiction", "jurisdictions": ["BY"] }, "determined_on": "2026-11-20",
        "effective": { "from": "at_once" } });
    register.propose_measure(&officer(), serde_json::from_value(measure).unwrap()).unwrap();
    world.approve(&counsel()).unwrap();
    // Refused, and never seen: nothing was ever sealed under the account itself.
    let (keyless, held) = (world.apply(&Applicant::new(1).in_country("BY")), closed(&world, 2));
    let left =
        NewStaff { login: "one@example.org".to_owned(), name: "One Person".to_owned(), role: Role::Reviewer };
    let left = register.add_staff(&system(Job::CommandLine), left).unwrap();
    register.disable_staff(&staff(Role::Administrator, 1), left).unwrap();
    let hold = register.place_hold(&counsel(), hold_on(&[held.0])).unwrap().id;
    years(&world, 2);
    let copy = world.compact_file();

    let journal = Journal::default();
    release(&world, hold);
    assert!(!erase_what_is_due(&world, &journal).is_empty());
    assert!(is_erased(&world, held.1) && is_erased(&world, keyless.parties["me"]));
    let noted = journal.kept.lock().unwrap().clone();
    for object in [Object::Account(keyless.account), Object::Staff(left)] {
        let entry = noted.iter().find(|entry| entry.object == object);
        assert!(entry.is_some_and(|entry| entry.key.is_none()), "nothing was sealed under it: {entry:?}");
    }

    let (restored, _folder) = world.opened(&copy);
    assert_eq!(restored.hold(&officer(), hold).unwrap().state, HoldState::InForce, "the copy is older");
    assert!(restored.reveal(&officer(), held.1, &[]).is_ok());
    let replayed = restored.replay_erasures(&job(), &noted).unwrap();
    assert_eq!((replayed.erased, replayed.holds_ended), (noted.len(), vec![hold]));
    assert_eq!(restored.hold(&officer(), hold).unwrap().state, HoldState::Released);
    for party in [held.1, keyless.parties["me"]] {
        let shown = restored.reveal(&officer(), party, &[]);
        assert!(matches!(shown, Err(RegisterError::Erased)), "{shown:?}");
    }
    for account in [keyless.account, held.0] {
        let shown = restored.account(&officer(), account).unwrap().summary.reference;
        assert_eq!(shown, format!("erased:{account}"));
    }
    let staff_now = restored.staff(&staff(Role::Administrator, 1)).unwrap();
    assert!(staff_now.iter().all(|person| person.name != "One Person" && person.login != "one@example.org"));
    assert_eq!(restored.replay_erasures(&job(), &noted).unwrap().erased, 0, "once");
    let mut check = restored.check(&system(Job::CommandLine)).unwrap();
    while check.step().unwrap() == Step::More {}
    assert_eq!(check.into_report().findings, []);
}

fn decision_evidence_goes_after_ten_years(world: &World) {
    let register = &world.register;
    let (account, party) = closed(world, 1);
    years(world, 3);
    erase_what_is_due(world, &Journal::default());
    assert!(is_erased(world, party));
    assert!(register.account(&officer(), account).unwrap().decision.is_some(), "evidence stays");
    years(world, 7);
    assert_eq!(register.schedule_erasures(&job()).unwrap(), [], "the erasure is evidence of its own");
    years(world, 3);
    erase_what_is_due(world, &Journal::default());
    assert!(register.account(&officer(), account).unwrap().decision.is_none());
    register.checkpoint(&system(Job::Checkpoints)).unwrap();
    assert_eq!(register.ledger_trouble(), None);
}

#[test]
fn a_hold_that_cannot_be_is_refused() {
    let world = World::sqlite();
    let (account, _) = closed(&world, 1);
    let check = |pointer: &str, change: &dyn Fn(&mut NewHold)| {
        let mut new = hold_on(&[account]);
        change(&mut new);
        match world.register.place_hold(&counsel(), new) {
            Err(RegisterError::Invalid { pointer: found, .. }) => assert_eq!(found, pointer),
            other => panic!("{other:?}"),
        }
    };
    check("/authority", &|new| new.authority = " ".to_owned());
    check("/reference", &|new| new.reference = "a\nb".to_owned());
    check("/matter", &|new| new.matter = "x".repeat(20_001));
    check("/accounts", &|new| new.accounts.clear());
    check("/accounts/0", &|new| new.accounts = vec!["nobody".to_owned()]);
    check("/parties/0", &|new| new.parties = vec![PartyId::from_bytes([1; 16])]);
    check("/review_at", &|new| new.review_at = Some(world.now()));
    check("/records_until", &|new| {
        new.records_from = Some(world.now());
        new.records_until = Some(world.now());
    });
}

#[test]
fn what_a_hold_is_about_is_shown_only_after_a_record() {
    let world = World::sqlite();
    let (account, _) = closed(&world, 1);
    let hold = world.register.place_hold(&counsel(), hold_on(&[account])).unwrap();
    let before = world.register.ledger_state(&officer()).unwrap().size;
    let matter = world.register.hold_matter(&counsel(), hold.id).unwrap();
    assert_eq!(matter, "Ngata against Example Cloud");
    assert_eq!(world.register.ledger_state(&officer()).unwrap().size, before + 1);
    assert!(matches!(
        world.register.hold_matter(&staff(Role::Auditor, 1), hold.id),
        Err(RegisterError::Forbidden { .. })
    ));
}

/// A hold and an erasure at the same moment: whoever is acknowledged first wins, and a hold that says it keeps a key keeps it.
#[test]
fn a_hold_and_an_erasure_race() {
    for world in [World::sqlite(), World::postgres()] {
        let closed: Vec<_> = (1..=8).map(|number| closed(&world, number)).collect();
        years(&world, 2);
        let batches = world.register.schedule_erasures(&job()).unwrap();
        approve(&world, batches[0]);
        world.clock.advance_days(i32::try_from(GRACE_DAYS).unwrap());
        let holds = std::thread::scope(|scope| {
            let placing: Vec<_> = closed
                .iter()
                .map(|(account, _)| {
                    let register = world.register.clone();
                    scope.spawn(move || register.place_hold(&counsel(), hold_on(&[*account])).unwrap())
                })
                .collect();
            world.register.carry_out_erasures(&job(), &Journal::default()).unwrap();
            placing.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        for ((_, party), hold) in closed.iter().zip(&holds) {
            let pinned = world.pins(hold.id, *party);
            assert_eq!(
                pinned,
                !is_erased(&world, *party),
                "what the hold said it keeps is there, what it did not is gone"
            );
        }
        world.register.carry_out_erasures(&job(), &Journal::default()).unwrap();
        for hold in holds {
            release(&world, hold.id);
        }
        erase_what_is_due(&world, &Journal::default());
        assert!(
            closed.iter().all(|(_, party)| is_erased(&world, *party)),
            "what was held is due like the rest"
        );
        assert!(world.register.due_for_erasure(&officer()).unwrap().is_empty());
    }
}

/// The statement itself keeps a pinned key, whatever its caller forgot.
#[test]
fn no_statement_deletes_a_pinned_key() {
    let world = World::sqlite();
    let (account, party) = closed(&world, 1);
    let hold = world.register.place_hold(&counsel(), hold_on(&[account])).unwrap();
    let entry = world.keys_of(party)[0];
    assert_eq!(world.delete_key(entry), None);
    release(&world, hold.id);
    assert_eq!(world.delete_key(entry), entry.key);
}

/// After erasure and upkeep no column of any table holds the provider's reference, and no table says more of the party than
/// identifiers, dates and kinds.
#[test]
fn no_column_holds_what_identified_the_account() {
    let world = World::sqlite();
    let (account, party) = closed(&world, 777);
    assert!(world.tables_with("ref-777").contains(&"account".to_owned()), "the search finds what is there");
    years(&world, 3);
    erase_what_is_due(&world, &Journal::default());
    world.register.forget_what_is_over(&system(Job::Clocks)).unwrap();
    assert_eq!(world.tables_with("ref-777"), Vec::<String>::new());
    assert_eq!(world.tokens_of(account), 0);
    let view = world.register.party(&officer(), party).unwrap();
    assert_eq!(view.status, tenantry_model::party::Status::Undetermined);
}

/// Key bytes are searched for in the raw files: database, log and a copy made afterwards.
#[test]
fn no_key_bytes_are_left_in_the_files() {
    let world = World::sqlite();
    let ((_, party), (_, other)) = (closed(&world, 1), closed(&world, 2));
    years(&world, 1);
    close(&world, world.apply(&Applicant::new(3)).account);
    years(&world, 1);
    let [erased, kept] = [party, other].map(|party| world.wrapped_key(party));
    let journal = Journal::default();
    let hold = {
        let mut new = hold_on(&[]);
        new.parties = vec![other];
        world.register.place_hold(&counsel(), new).unwrap()
    };
    assert!(world.files_contain(&erased) && world.files_contain(&kept));
    erase_what_is_due(&world, &journal);
    assert!(!world.files_contain(&erased), "wrapped key bytes are still in a file");
    assert!(world.files_contain(&kept), "the search finds what is there: {}", hold.id);
}

fn why_an_account_was_closed_is_kept_and_goes_with_the_person(world: &World) {
    let (account, _) = closed(world, 1);
    let titles = |world: &World| -> Vec<String> {
        let told = world.register.timeline(&officer(), account).unwrap();
        told.into_iter().map(|entry| entry.title).collect()
    };
    assert_eq!(titles(world).iter().filter(|title| *title == "Reason given").count(), 1);
    years(world, 3);
    erase_what_is_due(world, &Journal::default());
    assert_eq!(crate::fsck::check(world).findings, []);
}

/// More records than one leaf can list are listed in several, and each erased record finds the one that states its erasure.
#[test]
fn an_account_with_many_records_is_erased_and_its_package_says_so() {
    const ACCESSES: usize = 12_400;
    const CALLERS: usize = 31;
    let world = World::sqlite();
    let applied = world.apply(&Applicant::new(1));
    std::thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                for _ in 0..ACCESSES / CALLERS {
                    let access =
                        serde_json::from_value(serde_json::json!({ "at": world.now(), "access": "access" }));
                    world.register.report_access(&machine(None), applied.account, access.unwrap()).unwrap();
                }
            });
        }
    });
    close(&world, applied.account);
    years(&world, 3);
    let journal = Journal::default();
    assert_eq!(erase_what_is_due(&world, &journal).len(), 1);
    assert!(is_erased(&world, applied.parties["me"]));
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    // The register verifies what it builds.
    world.register.build_evidence(&officer(), applied.account, "erased long ago", None).unwrap();
}
