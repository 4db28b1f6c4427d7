//! Legal process starts the clock of its kind, opens a case, and tells the outside nothing but identifiers.

use crate::fixtures::{Desk, NOON_US, staff};
use tenantry_model::case::CaseKind;
use tenantry_model::id::EventId;
use tenantry_model::order::OrderKind;
use tenantry_model::staff::Role;
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_register::RegisterError;
use tenantry_register::orders::{NewOrder, default_due, limits};
use tenantry_store::StoreExt;
use tenantry_store::repo::{case, outbox};

const HOUR_US: i64 = 3_600_000_000;

fn order(kind: OrderKind) -> NewOrder {
    NewOrder {
        kind,
        authority: "Court of Example".to_owned(),
        reference: "2026/17".to_owned(),
        received_at: None,
        due_at: None,
        accounts: Vec::new(),
        words: "Name everybody behind Aroha Ngata".to_owned(),
        document: None,
    }
}

#[test]
fn deadlines_by_kind() {
    let received = Timestamp::from_micros(NOON_US);
    let cases = [
        (OrderKind::PreservationRequest, Some(90 * DAY_US)),
        (OrderKind::EuropeanProductionOrder, Some(10 * DAY_US)),
        (OrderKind::EuropeanPreservationOrder, Some(60 * DAY_US)),
        (OrderKind::EmergencyRequest, Some(8 * HOUR_US)),
        (OrderKind::RegulatorRequest, Some(10 * DAY_US)),
        (OrderKind::Subpoena, None),
        (OrderKind::CourtOrder, None),
        (OrderKind::Warrant, None),
    ];
    assert_eq!(cases.len(), OrderKind::ALL.len());
    for (kind, after_us) in cases {
        assert_eq!(default_due(kind, received), after_us.map(|us| received.plus_micros(us)), "{kind}");
    }
}

#[test]
fn an_order_is_recorded_with_its_case() {
    let desk = Desk::new();
    let account = desk.open_account(7);
    let legal = staff(Role::Legal);
    let mut new = order(OrderKind::EmergencyRequest);
    new.accounts = vec!["ref-7".to_owned(), account.to_string()];
    let seen = desk.register.receive_order(&legal, new).unwrap();
    assert_eq!(seen.accounts, [account], "named twice, meant once");
    assert_eq!(seen.due_at, seen.received_at.plus_micros(8 * HOUR_US));
    assert_eq!(desk.register.order(&legal, seen.id).unwrap(), seen);
    assert_eq!(desk.register.orders(&legal).unwrap(), std::slice::from_ref(&seen));
    let row = desk.store.read(move |tx| case::find(tx, seen.case)).unwrap().unwrap();
    assert_eq!((row.kind, row.account, row.priority), (CaseKind::Order, Some(account), 0));
    assert!(row.due_at <= seen.due_at, "the work is never due after the order");
    let auditor = staff(Role::Auditor);
    let records = desk.register.latest_records(&auditor, None, 4).unwrap();
    let titles: Vec<_> = records.iter().rev().map(|line| line.title).collect();
    assert_eq!(titles, ["Order received", "Order received", "Case opened", "Hold placed"]);
}

#[test]
fn events_about_orders_carry_identifiers_only() {
    let desk = Desk::new();
    desk.register.receive_order(&staff(Role::Legal), order(OrderKind::PreservationRequest)).unwrap();
    let events = desk.store.read(|tx| outbox::events(tx, EventId::from_bytes([0; 16]), 100)).unwrap();
    let told: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert!(told.contains(&"tenantry.order.received"), "{told:?}");
    for event in events {
        for secret in ["Aroha", "Court", "2026/17"] {
            assert!(!event.data.contains(secret) && !event.subject.contains(secret), "{}", event.event_type);
        }
    }
}

#[track_caller]
fn check_invalid(pointer: &str, change: impl FnOnce(&mut NewOrder)) {
    let desk = Desk::new();
    let mut new = order(OrderKind::RegulatorRequest);
    change(&mut new);
    let size = desk.ledger_size();
    match desk.register.receive_order(&staff(Role::Legal), new) {
        Err(RegisterError::Invalid { pointer: found, .. }) => assert_eq!(found, pointer),
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.ledger_size(), size, "nothing was recorded");
}

#[test]
fn orders_that_cannot_be_are_refused() {
    let now = Timestamp::from_micros(NOON_US);
    check_invalid("/authority", |new| new.authority = " ".to_owned());
    check_invalid("/reference", |new| new.reference = "a\nb".to_owned());
    check_invalid("/reference", |new| new.reference = "x".repeat(limits::LINE_LENGTH_MAX + 1));
    check_invalid("/words", |new| new.words = "x".repeat(limits::WORDS_LENGTH_MAX + 1));
    check_invalid("/accounts", |new| new.accounts = vec!["a".to_owned(); limits::ACCOUNTS_MAX + 1]);
    check_invalid("/accounts/0", |new| new.accounts = vec!["nobody".to_owned()]);
    check_invalid("/accounts/0", |new| new.accounts = vec!["no\0body".to_owned()]);
    check_invalid("/due_at", |new| new.kind = OrderKind::Warrant);
    check_invalid("/due_at", |new| new.due_at = Some(now));
    check_invalid("/received_at", |new| new.received_at = Some(now.plus_micros(1)));
    check_invalid("/received_at", |new| new.received_at = Some(now.plus_micros(-366 * DAY_US)));
}

#[test]
fn only_those_who_work_on_legal_process_see_it() {
    let desk = Desk::new();
    desk.register.receive_order(&staff(Role::Legal), order(OrderKind::RegulatorRequest)).unwrap();
    for role in Role::ALL.iter().copied() {
        let sees = matches!(role, Role::Reviewer | Role::ComplianceOfficer | Role::Legal);
        assert_eq!(desk.register.orders(&staff(role)).is_ok(), sees, "{role}");
    }
    let refused = desk.register.receive_order(&staff(Role::Reviewer), order(OrderKind::RegulatorRequest));
    assert!(matches!(refused, Err(RegisterError::Forbidden { .. })));
}
