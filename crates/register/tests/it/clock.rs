//! A clock that jumps: records keep their order, and nothing is erased or lapses because a clock ran ahead for a while.

use crate::checkpoints::check_chains;
use crate::retention::{Journal, closed, hold_on};
use crate::world::{Applicant, World, machine, on_both, staff, system};
use tenantry_ledger::LeafHeader;
use tenantry_model::erasure::ErasureFate;
use tenantry_model::hold::{HoldKind, HoldState};
use tenantry_model::staff::{Job, Role};
use tenantry_model::time::Timestamp;
use tenantry_register::Call;
use tenantry_register::erasure::GRACE_DAYS;
use tenantry_store::StoreExt;
use tenantry_store::repo::ledger;

on_both!(
    records_keep_their_order_whatever_the_clock_does,
    nothing_is_scheduled_because_a_clock_ran_ahead,
    nothing_is_erased_because_a_clock_ran_ahead,
    no_hold_lapses_because_a_clock_ran_ahead,
    a_time_that_no_record_can_hold_is_refused,
    a_second_that_comes_twice_keeps_the_order,
    in_which_zone_a_time_is_told_changes_nothing,
);

const YEAR: i32 = 366;

fn job() -> Call {
    system(Job::Retention)
}

fn officer() -> Call {
    staff(Role::ComplianceOfficer, 1)
}

fn counsel() -> Call {
    staff(Role::Legal, 2)
}

/// Something is recorded while the clock is wrong by so many days, and the clock is set right again.
fn wrong_for_a_while(world: &World, days: i32) {
    world.clock.advance_days(days);
    let url = format!("https://{}.example.org/", world.now().as_micros());
    world.register.add_endpoint(&staff(Role::Operator, 1), &url, &[]).unwrap();
    world.clock.advance_days(-days);
}

fn records_keep_their_order_whatever_the_clock_does(world: &World) {
    for (number, jump) in (0..).zip([400, -1, 1, 3 * YEAR, -3 * YEAR, -300, 40, -40]) {
        world.clock.advance_days(jump);
        world.apply(&Applicant::new(number));
        world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    }
    let rows = world.store.read(|tx| ledger::range(tx, 0, u32::MAX)).unwrap();
    let leaves: Vec<Vec<u8>> = rows.into_iter().map(|row| row.bytes).collect();
    check_chains(&leaves).unwrap();
    let times = leaves.iter().map(|leaf| LeafHeader::decode(leaf).unwrap().recorded_at.0);
    assert!(times.is_sorted());
    assert_eq!(world.register.ledger_trouble(), None);
}

fn nothing_is_scheduled_because_a_clock_ran_ahead(world: &World) {
    closed(world, 1);
    wrong_for_a_while(world, 5 * YEAR);
    assert_eq!(world.register.schedule_erasures(&job()).unwrap(), []);
    world.clock.advance_days(2 * YEAR);
    assert_eq!(world.register.schedule_erasures(&job()).unwrap().len(), 1);
}

fn nothing_is_erased_because_a_clock_ran_ahead(world: &World) {
    let register = &world.register;
    let (account, _) = closed(world, 1);
    world.clock.advance_days(2 * YEAR);
    let batch = register.schedule_erasures(&job()).unwrap().remove(0);
    register.request_erasure(&officer(), batch).unwrap();
    world.approve(&counsel()).unwrap();
    // Somebody signs in, so that two more years begin; then the ledger's own time is ahead of all of it.
    let access = serde_json::json!({ "at": world.now(), "access": "access" });
    let access = serde_json::from_value(access).unwrap();
    register.report_access(&machine(None), account, access).unwrap();
    wrong_for_a_while(world, 9 * YEAR);
    world.clock.advance_days(i32::try_from(GRACE_DAYS).unwrap());
    let journal = Journal::default();
    assert_eq!(register.carry_out_erasures(&job(), &journal).unwrap().done, [batch]);
    let items = register.erasure(&officer(), batch).unwrap().items;
    assert!(items.iter().all(|item| item.fate == ErasureFate::NotDue), "{items:?}");
    assert!(journal.kept.lock().unwrap().is_empty());
}

fn no_hold_lapses_because_a_clock_ran_ahead(world: &World) {
    let (account, _) = closed(world, 1);
    let mut new = hold_on(&[account]);
    new.kind = HoldKind::PreservationRequest;
    let hold = world.register.place_hold(&counsel(), new).unwrap().id;
    wrong_for_a_while(world, YEAR);
    assert_eq!(world.register.lapse_holds(&job()).unwrap(), []);
    assert_eq!(world.register.hold(&counsel(), hold).unwrap().state, HoldState::InForce);
    world.clock.advance_days(91);
    assert_eq!(world.register.lapse_holds(&job()).unwrap(), [hold]);
}

fn a_time_that_no_record_can_hold_is_refused(world: &World) {
    world.apply(&Applicant::new(1));
    world.clock.advance_days(600 * YEAR);
    let url = "https://1.example.org/";
    let refused = world.register.add_endpoint(&staff(Role::Operator, 1), url, &[]).unwrap_err();
    assert!(refused.to_string().contains("from 1970 to 2554"), "{refused}");
    world.clock.advance_days(-600 * YEAR);
    // Nothing of it was kept, so that the ledger's time did not run ahead.
    world.apply(&Applicant::new(2));
    let newest = world.store.read(|tx| ledger::head(tx)).unwrap().unwrap();
    assert!(newest.recorded_at <= world.now());
}

/// At a leap second a machine shows the last second of the day twice, and others tell of a sixty-first one.
fn a_second_that_comes_twice_keeps_the_order(world: &World) {
    let leap: Timestamp = "2028-12-31T23:59:59Z".parse().unwrap();
    let account = world.apply(&Applicant::new(1)).account;
    world.clock.advance_micros(leap.as_micros() - world.now().as_micros());
    for (number, step_us) in (2..).zip([400_000, 400_000, -800_000, 400_000, 900_000]) {
        world.clock.advance_micros(step_us);
        world.apply(&Applicant::new(number));
    }
    for (at, accepted) in
        [("2028-12-31T23:59:59Z", true), ("2028-12-31T23:59:60Z", true), ("2028-12-31T23:59:61Z", false)]
    {
        let access = serde_json::json!({ "at": at, "access": "access" });
        let parsed = serde_json::from_value(access);
        assert_eq!(parsed.is_ok(), accepted, "{at}");
        if let Ok(access) = parsed {
            world.register.report_access(&machine(None), account, access).unwrap();
        }
    }
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    let rows = world.store.read(|tx| ledger::range(tx, 0, u32::MAX)).unwrap();
    let leaves: Vec<Vec<u8>> = rows.into_iter().map(|row| row.bytes).collect();
    check_chains(&leaves).unwrap();
    assert!(leaves.iter().map(|leaf| LeafHeader::decode(leaf).unwrap().recorded_at.0).is_sorted());
}

/// The hour that comes twice in autumn, and a zone a day ahead: instants are what counts.
fn in_which_zone_a_time_is_told_changes_nothing(world: &World) {
    world.clock.advance_days(YEAR);
    let told = [
        "2026-11-29T00:30:00Z",
        "2026-11-29T02:30:00+02:00",
        "2026-11-29T14:30:00+14:00",
        "2026-11-28T12:30:00-12:00",
    ];
    let accounts: Vec<_> = (1..)
        .zip(told)
        .map(|(number, at)| {
            let (account, _) = closed(world, number);
            let access = serde_json::json!({ "at": at, "access": "access" });
            world
                .register
                .report_access(&machine(None), account, serde_json::from_value(access).unwrap())
                .unwrap();
            account
        })
        .collect();
    let last_access = |account| world.register.account(&officer(), account).unwrap().summary.last_access_at;
    let first = last_access(accounts[0]);
    assert!(first.is_some() && accounts.iter().all(|account| last_access(*account) == first));
}
