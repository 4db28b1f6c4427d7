//! Deliveries of one subject to one endpoint go in order, are claimed once, and are given up or replayed as told.

use crate::fixtures::{Desk, job, staff};
use std::collections::BTreeMap;
use tenantry_model::id::{DeliveryId, EndpointId};
use tenantry_model::staff::{Actor, Job, Role, Scope};
use tenantry_model::time::Timestamp;
use tenantry_register::outbox::{ClaimedDelivery, DeliveryOutcome, limits};
use tenantry_register::{Call, RegisterError};

const MINUTE_US: i64 = 60_000_000;

fn endpoint(desk: &Desk, types: &[&str]) -> EndpointId {
    let types: Vec<String> = types.iter().map(|word| (*word).to_owned()).collect();
    desk.register.add_endpoint(&staff(Role::Operator), "https://hooks.example.org/", &types).unwrap().0
}

fn now(desk: &Desk) -> Timestamp {
    use tenantry_model::clock::Clock as _;
    desk.clock.now()
}

fn claim(desk: &Desk, id: DeliveryId) -> Option<ClaimedDelivery> {
    let now = now(desk);
    desk.register.claim_delivery(&job(Job::Deliveries), id, now, now.plus_micros(MINUTE_US)).unwrap()
}

fn due(desk: &Desk) -> Vec<DeliveryId> {
    let open = desk.register.open_deliveries(&job(Job::Deliveries), 1_000).unwrap();
    open.into_iter().filter(|row| row.next_at <= now(desk)).map(|row| row.id).collect()
}

fn settle(desk: &Desk, claimed: &ClaimedDelivery, outcome: &DeliveryOutcome) {
    desk.register.settle_delivery(&job(Job::Deliveries), claimed.id, claimed.attempt, outcome).unwrap();
}

#[test]
fn every_subject_goes_in_order_and_without_gap() {
    let desk = Desk::new();
    let endpoints = [endpoint(&desk, &[]), endpoint(&desk, &["tenantry.case.opened"])];
    for number in 0..20 {
        desk.open_account(number);
    }
    let mut seen: BTreeMap<(usize, String), Vec<u64>> = BTreeMap::new();
    let mut arrived = 0;
    loop {
        let due = due(&desk);
        let Some(id) = due.get(arrived % due.len().max(1)) else { break };
        let claimed = claim(&desk, *id).unwrap();
        assert!(claim(&desk, *id).is_none(), "claimed twice");
        let which = desk.register.open_deliveries(&job(Job::Deliveries), 1_000).unwrap();
        let row = which.iter().find(|row| row.id == *id).unwrap();
        assert_eq!(row.claimed_until, Some(now(&desk).plus_micros(MINUTE_US)));
        let place = endpoints.iter().position(|endpoint| *endpoint == row.endpoint).unwrap();
        seen.entry((place, claimed.event.subject.clone())).or_default().push(claimed.sequence);
        settle(&desk, &claimed, &DeliveryOutcome::Delivered { at: now(&desk) });
        arrived += 1;
    }
    assert!(arrived > 20);
    for (subject, sequences) in seen {
        assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>(), "{subject:?}");
    }
    let counts = desk.register.delivery_counts(&staff(Role::Operator)).unwrap();
    assert_eq!(counts, [("delivered".to_owned(), arrived as i64)]);
}

#[test]
fn a_claim_whose_process_died_runs_out() {
    let desk = Desk::new();
    endpoint(&desk, &[]);
    desk.open_account(1);
    let id = due(&desk)[0];
    let first = claim(&desk, id).unwrap();
    desk.clock.advance_micros(MINUTE_US);
    let second = claim(&desk, id).unwrap();
    assert_eq!((first.attempt, second.attempt), (1, 2));
    assert_eq!(first.event, second.event, "the receiver can drop the repetition");
    // The first one comes back late and changes nothing.
    settle(&desk, &first, &DeliveryOutcome::Delivered { at: now(&desk) });
    assert!(desk.register.open_deliveries(&job(Job::Deliveries), 9).unwrap().iter().any(|row| row.id == id));
    let error = "status 500".to_owned();
    let next_at = now(&desk).plus_micros(5);
    settle(&desk, &second, &DeliveryOutcome::Retry { next_at, status: Some(500), error });
    assert!(!due(&desk).contains(&id));
    desk.clock.advance_micros(5);
    assert!(due(&desk).contains(&id));
}

#[test]
fn dead_letters_are_shown_and_replayed() {
    let desk = Desk::new();
    endpoint(&desk, &["tenantry.account.in_review", "tenantry.account.opened", "tenantry.case.opened"]);
    desk.open_account(1);
    let claimed = claim(&desk, due(&desk)[0]).unwrap();
    let error = "x".repeat(1_000);
    settle(&desk, &claimed, &DeliveryOutcome::Dead { at: now(&desk), status: Some(500), error });
    let operator = staff(Role::Operator);
    let dead = desk.register.dead_letters(&operator, None, 50).unwrap();
    assert_eq!(dead.iter().map(|row| (row.id, row.attempts)).collect::<Vec<_>>(), [(claimed.id, 1)]);
    assert_eq!(dead[0].last_error.as_ref().map(String::len), Some(limits::ERROR_LENGTH_MAX));
    desk.register.replay_delivery(&operator, claimed.id).unwrap();
    assert_eq!(claim(&desk, claimed.id).unwrap().attempt, 1);
    let again = desk.register.replay_delivery(&operator, claimed.id);
    assert!(matches!(again, Err(RegisterError::NotFound { .. })), "it waits already");
}

#[test]
fn an_endpoint_that_is_gone_is_switched_off() {
    let desk = Desk::new();
    let id = endpoint(&desk, &[]);
    desk.open_account(1);
    let waiting = due(&desk);
    let claimed = claim(&desk, waiting[0]).unwrap();
    settle(&desk, &claimed, &DeliveryOutcome::EndpointGone { at: now(&desk) });
    let operator = staff(Role::Operator);
    let endpoints = desk.register.endpoints(&operator).unwrap();
    assert_eq!(endpoints.iter().map(|e| (e.id, e.disabled_at.is_some())).collect::<Vec<_>>(), [(id, true)]);
    let line = desk.register.latest_records(&staff(Role::Auditor), None, 1).unwrap();
    assert_eq!(line[0].title, "Administration changed");
    for id in due(&desk) {
        assert!(claim(&desk, id).is_none(), "nothing is sent to an endpoint that was switched off");
    }
    assert_eq!(due(&desk), []);
    let refused = desk.register.replay_delivery(&operator, claimed.id);
    assert!(matches!(refused, Err(RegisterError::State { .. })));
    let refused = desk.register.disable_endpoint(&operator, id);
    assert!(matches!(refused, Err(RegisterError::NotFound { .. })));
}

#[test]
fn endpoints_that_cannot_be_are_refused() {
    let desk = Desk::new();
    let operator = staff(Role::Operator);
    let check = |url: &str, types: &[&str], pointer: &str| {
        let types: Vec<String> = types.iter().map(|word| (*word).to_owned()).collect();
        match desk.register.add_endpoint(&operator, url, &types) {
            Err(RegisterError::Invalid { pointer: found, .. }) => {
                assert_eq!(found, pointer, "{url} {types:?}");
            }
            other => panic!("{url} {types:?}: {other:?}"),
        }
    };
    let long = format!("https://example.org/{}", "x".repeat(limits::URL_LENGTH_MAX));
    for url in
        ["", "example.org", "ftp://example.org/", "https://example.org/a b", "https://exämple.org/", &long]
    {
        check(url, &[], "/url");
    }
    for word in ["", "tenantry.", "account.opened", "tenantry.account opened", "tenantry.Account"] {
        check("https://example.org/", &["tenantry.case.opened", word], "/types/1");
    }
    check("https://example.org/", &["tenantry.case.opened"; limits::TYPES_MAX + 1], "/types");
}

#[test]
fn a_key_of_one_reseller_does_not_manage_webhooks() {
    let desk = Desk::new();
    let reseller = Some(desk.open_account(1));
    let id = tenantry_model::id::ApiKeyId::from_bytes([7; 16]);
    let key = Call::by(Actor::ApiKey { id, scopes: vec![Scope::Webhooks], reseller });
    assert!(matches!(desk.register.endpoints(&key), Err(RegisterError::Forbidden { .. })));
    assert!(matches!(desk.register.dead_letters(&key, None, 50), Err(RegisterError::Forbidden { .. })));
}
