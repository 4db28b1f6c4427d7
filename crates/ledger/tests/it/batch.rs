//! Events in batches: two-stage proofs.

use proptest::prelude::*;
use tenantry_ledger::batch::{BatchStatement, EVENT_BYTES, Event, prove_event, verify_event};
use tenantry_ledger::{Pseudonym, RecordType, RetentionClass, UnixNanos, limits};

use crate::hex;

fn event(number: u16) -> Event {
    Event {
        event_type: RecordType(0x0102),
        schema: 3,
        event_at: UnixNanos(1_790_000_000_000_000_000 + u64::from(number) * 7 % 5),
        recorded_at: UnixNanos(1_790_000_001_000_000_000),
        subject: Pseudonym([0xbb; 16]),
        commitment: [0xee; 32],
        number,
        retention: RetentionClass::PERSONAL_DATA,
    }
}

fn events(count: u16) -> Vec<u8> {
    (0..count).flat_map(|number| event(number).encode().unwrap()).collect()
}

/// Written out by hand from the module documentation.
#[test]
fn the_golden_event() {
    let golden = [
        "00137265672d6c65646765722f6576656e742f7631",
        "0102",
        "0003",
        "18d75b8423f30002",
        "18d75b845f8dca00",
        &"bb".repeat(16),
        &"ee".repeat(32),
        "0001",
        "01",
    ]
    .concat();
    assert_eq!(hex(&event(1).encode().unwrap()), golden);
    assert_eq!(golden.len(), 2 * EVENT_BYTES);
}

#[test]
fn every_event_of_batches_of_many_sizes_is_proven() {
    for count in (1..40).chain([255, 256, 257, 4_096]) {
        let bytes = events(count);
        let statement = BatchStatement::of(&bytes).unwrap();
        assert_eq!(statement.events, u64::from(count));
        for number in (0..count).step_by(usize::from(count / 40 + 1)) {
            let path = prove_event(&bytes, number).unwrap();
            let encoded = event(number).encode().unwrap();
            assert_eq!(verify_event(&encoded, &path, &statement).unwrap(), event(number));
            let neighbour = event(number ^ 1).encode().unwrap();
            assert!(verify_event(&neighbour, &path, &statement).is_err());
            for at in 0..EVENT_BYTES {
                let mut bad = encoded;
                bad[at] ^= 1;
                assert!(verify_event(&bad, &path, &statement).is_err(), "byte {at}");
            }
        }
        assert!(prove_event(&bytes, count).is_err());
    }
}

#[test]
fn batches_that_are_not_batches_are_refused() {
    assert!(BatchStatement::of(&[]).is_err());
    assert!(BatchStatement::of(&events(3)[..EVENT_BYTES * 3 - 1]).is_err());
    let mut swapped = events(3);
    swapped.rotate_left(EVENT_BYTES);
    assert!(BatchStatement::of(&swapped).is_err(), "events sit at their numbers");
    let many = events(limits::BATCH_EVENTS_MAX as u16);
    let one_more = [many.as_slice(), &event(0).encode().unwrap()].concat();
    assert!(BatchStatement::of(&many).is_ok() && BatchStatement::of(&one_more).is_err());
    assert!(Event { number: limits::BATCH_EVENTS_MAX as u16, ..event(0) }.encode().is_err());
    assert!(Event { retention: RetentionClass(0), ..event(0) }.encode().is_err());
    let statement = BatchStatement::of(&events(8)).unwrap();
    let path = prove_event(&events(8), 3).unwrap();
    let narrower = BatchStatement { last: UnixNanos(statement.first.0), ..statement };
    let outside = (0..8).filter(|n| {
        verify_event(&event(*n).encode().unwrap(), &prove_event(&events(8), *n).unwrap(), &narrower).is_err()
    });
    assert!(outside.count() > 0 && verify_event(&event(3).encode().unwrap(), &path, &statement).is_ok());
}

proptest! {
    #[test]
    fn foreign_events_never_panic_and_reading_is_the_inverse_of_writing(bytes: Vec<u8>, tail in prop::collection::vec(any::<u8>(), 71)) {
        let labelled = [&event(0).encode().unwrap()[..21], &tail].concat();
        for input in [&bytes, &labelled] {
            if let Ok(event) = Event::decode(input) {
                prop_assert_eq!(&event.encode().unwrap().to_vec(), input);
            }
            let _either = BatchStatement::of(input);
        }
    }
}
