//! Retention of what stands under pseudonyms of its own: orders, holds, disclosures, measures, and who worked here.

use crate::retention::{Journal, closed, erase_what_is_due, hold_on};
use crate::world::{Applicant, World, on_both, staff, system};
use serde_json::json;
use tenantry_model::case::CaseState;
use tenantry_model::erasure::ErasureFate;
use tenantry_model::id::{AccountId, DisclosureId, HoldId, MeasureId, OrderId, StaffId};
use tenantry_model::staff::{Job, Role};
use tenantry_register::people::NewStaff;
use tenantry_register::record::RecordType;
use tenantry_register::retention::Object;
use tenantry_register::{Call, RegisterError, fsck};
use tenantry_store::StoreExt;
use tenantry_store::repo::order;

on_both!(
    the_words_of_an_order_go_with_the_account_they_are_about,
    the_matter_of_a_hold_goes_once_it_is_over,
    the_scope_of_a_disclosure_goes_with_its_account,
    a_measure_goes_ten_years_after_its_end,
    who_worked_here_goes_two_years_after_leaving,
    a_hold_on_an_account_keeps_what_tells_about_it,
    a_hold_can_be_confined_to_types_of_records,
);

fn officer() -> Call {
    staff(Role::ComplianceOfficer, 1)
}

fn counsel() -> Call {
    staff(Role::Legal, 2)
}

fn years(world: &World, years: i32) {
    world.clock.advance_days(366 * years);
}

/// Everything that is due now, of personal data.
fn due(world: &World) -> Vec<Object> {
    let lines = world.register.due_for_erasure(&officer()).unwrap();
    lines.into_iter().filter(|line| line.class == 1).map(|line| line.object).collect()
}

/// Erases what is due. Answers what of it was destroyed, and finds everything sound afterwards.
fn erase(world: &World) -> Vec<Object> {
    let done = erase_what_is_due(world, &Journal::default());
    let mut check = world.register.check(&system(Job::CommandLine)).unwrap();
    while check.step().unwrap() == fsck::Step::More {}
    assert_eq!(check.into_report().findings, []);
    let items = done.into_iter().flat_map(|id| world.register.erasure(&officer(), id).unwrap().items);
    items.filter(|item| item.fate == ErasureFate::Erased && item.class == 1).map(|item| item.object).collect()
}

/// A request of a regulator, which places no hold, about an account; its case is done.
fn answered_order(world: &World, account: AccountId) -> OrderId {
    let new = json!({ "kind": "regulator_request", "authority": "Bureau of Example", "reference": "2026/17",
        "accounts": [account], "words": "Everything about Aroha Ngata" });
    let order = world.register.receive_order(&counsel(), serde_json::from_value(new).unwrap()).unwrap();
    let done = json!({ "verdict": "confirm", "reason_code": "order_executed", "note": "handed over" });
    if world.decide(&counsel(), order.case, done).unwrap().state == CaseState::AwaitingSecond {
        world.approve(&officer()).unwrap();
    }
    order.id
}

fn disclosure(world: &World, account: AccountId) -> DisclosureId {
    let new = json!({ "account": account, "kinds": ["legal_name"], "recipient": "Bureau of Example",
        "legal_basis": "consent" });
    let asked = world.register.request_disclosure(&counsel(), serde_json::from_value(new).unwrap()).unwrap();
    world.approve(&officer()).unwrap();
    asked.scope.id
}

fn the_words_of_an_order_go_with_the_account_they_are_about(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    let order = answered_order(world, applied.account);
    years(world, 5);
    assert_eq!(due(world), [], "the account is open");
    let version = world.register.account(&officer(), applied.account).unwrap().summary.version;
    let ordinary = tenantry_model::account::Ending::Ordinary;
    world.register.close_account(&officer(), applied.account, version, ordinary).unwrap();
    world.clock.advance_days(2 * 365 - 1);
    assert_eq!(due(world), [], "a day too early");
    world.clock.advance_days(2);
    assert!(due(world).contains(&Object::Order(order)));
    assert!(erase(world).contains(&Object::Order(order)));
    assert_eq!(due(world), []);
    // That it arrived and when stays; what it said is gone.
    let view = world.register.order(&counsel(), order).unwrap();
    assert_eq!(view.reference, "2026/17");
    let row = world.store.read(move |tx| order::find(tx, view.id)).unwrap().unwrap();
    assert_eq!(row.sealed.len(), 17, "the name of the key that is gone");
}

fn the_matter_of_a_hold_goes_once_it_is_over(world: &World) {
    let (account, _) = closed(world, 1);
    let hold: HoldId = world.register.place_hold(&counsel(), hold_on(&[account])).unwrap().id;
    years(world, 5);
    assert!(!due(world).contains(&Object::Hold(hold)), "it is in force");
    world.register.request_hold_release(&officer(), hold).unwrap();
    world.approve(&counsel()).unwrap();
    let first = erase(world);
    assert!(
        !first.is_empty() && !first.contains(&Object::Hold(hold)),
        "its own two years begin now: {first:?}"
    );
    years(world, 2);
    assert_eq!(erase(world), [Object::Hold(hold)]);
    let matter = world.register.hold_matter(&counsel(), hold);
    assert!(matches!(matter, Err(RegisterError::Erased)), "{matter:?}");
}

fn the_scope_of_a_disclosure_goes_with_its_account(world: &World) {
    let ((account, _), open) = (closed(world, 1), world.apply(&Applicant::new(2)).account);
    let [gone, kept] = [account, open].map(|account| disclosure(world, account));
    years(world, 3);
    assert!(erase(world).contains(&Object::Disclosure(gone)));
    let left: Vec<_> = world.register.disclosures(&officer()).unwrap();
    assert_eq!(left.iter().map(|view| view.scope.id).collect::<Vec<_>>(), [kept]);
    let erased = world.register.disclosure(&officer(), gone);
    assert!(matches!(erased, Err(RegisterError::Erased)), "{erased:?}");
}

fn a_measure_goes_ten_years_after_its_end(world: &World) {
    let new = json!({ "title": "About a person", "citation": "15 CFR 7.307(b), test determination",
        "target": { "kind": "person", "persons": [{ "names": ["Ottokar Zubransky"], "birth_date": "1951-07-02" }] },
        "effect": { "effect": "prohibit" }, "determined_on": "2026-11-20", "effective": { "from": "at_once" } });
    let measure: MeasureId =
        world.register.propose_measure(&officer(), serde_json::from_value(new).unwrap()).unwrap().measure;
    world.approve(&counsel()).unwrap();
    world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    years(world, 2);
    world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    years(world, 9);
    assert_eq!(due(world), [], "it ended nine years ago");
    years(world, 2);
    assert_eq!(erase(world), [Object::Measure(measure)]);
    assert!(world.register.measures(&officer()).unwrap().is_empty());
    // The world is loaded without it, here and by the next process.
    world.apply(&Applicant::new(1));
    let reopened = world.reopened(std::sync::Arc::new(crate::world::OpenRoot)).unwrap();
    reopened.apply(&system(Job::SetUp), Applicant::new(2).sent()).unwrap();
}

fn who_worked_here_goes_two_years_after_leaving(world: &World) {
    let admin = staff(Role::Administrator, 1);
    let add = |login: &str, name: &str| {
        let new = NewStaff { login: login.to_owned(), name: name.to_owned(), role: Role::Reviewer };
        world.register.add_staff(&system(Job::CommandLine), new).unwrap()
    };
    let [left, stays]: [StaffId; 2] =
        [add("eve@example.org", "Eve Example"), add("mallory@example.org", "Mallory")];
    world.register.disable_staff(&admin, left).unwrap();
    world.clock.advance_days(2 * 365 - 1);
    assert_eq!(due(world), []);
    years(world, 1);
    assert_eq!(erase(world), [Object::Staff(left)]);
    assert_eq!(due(world), []);
    let people = world.register.staff(&admin).unwrap();
    let of = |id| {
        people.iter().find(|one| one.id == id).map(|one| (one.login.as_str(), one.name.as_str())).unwrap()
    };
    assert_eq!(of(stays), ("mallory@example.org", "Mallory"));
    assert_eq!(of(left), (format!("erased:{left}").as_str(), ""));
    assert!(world.register.login_link(&system(Job::CommandLine), left).is_err(), "who has left is let in");
    if world.folder.is_some() {
        assert_eq!(world.tables_with("eve@example.org"), Vec::<String>::new());
        assert!(world.tables_with("mallory@example.org").contains(&"staff".to_owned()), "the search finds");
    }
}

fn a_hold_on_an_account_keeps_what_tells_about_it(world: &World) {
    let (account, _) = closed(world, 1);
    let alone = world.register.place_hold(&counsel(), hold_on(&[account])).unwrap();
    world.register.request_hold_release(&officer(), alone.id).unwrap();
    world.approve(&counsel()).unwrap();
    let (order, scope) = (answered_order(world, account), disclosure(world, account));
    let before = world.register.place_hold(&counsel(), hold_on(&[account])).unwrap();
    assert_eq!(before.keys, alone.keys + 3, "both classes of the order, and the disclosure");
    // What came after the hold is kept as well.
    let later = answered_order(world, account);
    years(world, 3);
    let objects = due(world);
    for kept in [Object::Order(order), Object::Disclosure(scope), Object::Order(later)] {
        assert!(objects.contains(&kept), "{kept} is due, and held");
    }
    assert_eq!(erase(world), [], "{objects:?}");
    world.register.request_hold_release(&officer(), before.id).unwrap();
    world.approve(&counsel()).unwrap();
    let erased = erase(world);
    for gone in [Object::Order(order), Object::Disclosure(scope), Object::Order(later)] {
        assert!(erased.contains(&gone), "{gone}");
    }
}

fn a_hold_can_be_confined_to_types_of_records(world: &World) {
    let (account, party) = closed(world, 1);
    let mut new = hold_on(&[account]);
    new.record_types = vec![9_999];
    let unknown = world.register.place_hold(&counsel(), new.clone());
    assert!(
        matches!(unknown, Err(RegisterError::Invalid { ref pointer, .. }) if pointer == "/record_types/0"),
        "{unknown:?}"
    );
    // Decisions are evidence without personal data: what identifies the person is not held with them.
    new.record_types = vec![RecordType::Decided.number()];
    let hold = world.register.place_hold(&counsel(), new).unwrap();
    assert_eq!((hold.record_types.as_slice(), hold.keys), ([RecordType::Decided.number()].as_slice(), 1));
    years(world, 3);
    let erased = erase(world);
    assert!(
        erased.contains(&Object::Account(account)) && erased.contains(&Object::Party(party)),
        "{erased:?}"
    );
    years(world, 12);
    let lines = world.register.due_for_erasure(&officer()).unwrap();
    let held: Vec<Object> =
        lines.iter().filter(|line| !line.holds.is_empty()).map(|line| line.object).collect();
    assert_eq!(held, [Object::Account(account)], "its decisions are kept, and nothing else");
}
