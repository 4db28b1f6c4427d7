//! Units: recorded whole or not at all, each for itself, in one order.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use tenantry_store::{Job, Lane, StoreError, StoreExt, Tx, WhenFull, limits, params, query_one};

use super::{ADD_ENTRY, COUNT_ENTRIES, Gate, READ_COUNTER, SET_COUNTER, TestStore, append, positions};

/// Longer than anything takes that ends.
const FOR_EVER: Duration = Duration::from_mins(2);

/// Within a unit its own changes are seen at once; elsewhere as soon as it is answered.
pub fn a_unit_reads_its_own_writes_and_others_read_them_later(test: TestStore) {
    let test = test.with_tables();
    for expected in 1..=3 {
        let counted: Result<_, StoreError> = test.store.sequence(move |tx| {
            append(tx, 0)?;
            query_one(tx, &COUNT_ENTRIES, params![], |row| row.int(0))
        });
        assert_eq!(counted, Ok(Some(expected)));
        let read: Result<_, StoreError> =
            test.store.read(|tx| query_one(tx, &COUNT_ENTRIES, params![], |row| row.int(0)));
        assert_eq!(read, Ok(Some(expected)));
    }
}

/// Own errors, conflicts and panics: nobody else in the batch notices.
pub fn a_failing_unit_is_undone_alone_in_its_batch(test: TestStore) {
    let test = test.with_tables();
    let store = &*test.store;
    let gate = Gate::close(store);
    let (done, answers) = channel();
    for number in 0..10_i64 {
        let done = done.clone();
        let unit = move |tx: &mut dyn Tx| {
            let position = append(tx, number)?;
            match number {
                3 => Err(StoreError::Open { reason: "an error of the caller".to_owned() }),
                5 => tx.execute(&ADD_ENTRY, params![position, number]).map(|_| position),
                7 => panic!("a defect of the caller"),
                _ => Ok(position),
            }
        };
        store.submit_sequence(unit, move |answer| drop(done.send((number, answer))));
    }
    gate.open();
    let mut answers: Vec<_> = answers.iter().take(10).collect();
    answers.sort_by_key(|(number, _)| *number);
    let mut expected_position = 0;
    for (number, answer) in answers {
        match number {
            3 => assert!(matches!(answer, Err(StoreError::Open { .. })), "{answer:?}"),
            5 => assert!(matches!(answer, Err(StoreError::Conflict { .. })), "{answer:?}"),
            7 => assert_eq!(answer, Err(StoreError::UnitPanicked)),
            _ => {
                expected_position += 1;
                assert_eq!(answer, Ok(expected_position), "unit {number}");
            }
        }
    }
    assert_eq!(positions(store), [1, 2, 3, 4, 5, 6, 7]);
}

/// What the ledger needs: however many append at once, there is one order without gaps.
pub fn sixty_four_clients_append_without_gaps(test: TestStore) {
    const CLIENTS: i64 = 64;
    const APPENDS: i64 = 8;
    let test = test.with_tables();
    let mut answered: Vec<i64> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let store = &*test.store;
                scope.spawn(move || {
                    let one = || store.sequence(move |tx| append(tx, client)).expect("an append succeeds");
                    (0..APPENDS).map(|_| one()).collect::<Vec<i64>>()
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().expect("a client ends well")).collect()
    });
    answered.sort_unstable();
    let expected: Vec<i64> = (1..=CLIENTS * APPENDS).collect();
    assert_eq!(answered, expected);
    assert_eq!(positions(&*test.store), expected);
}

fn counter(tx: &mut dyn Tx, name: &str) -> Result<i64, StoreError> {
    Ok(query_one(tx, &READ_COUNTER, params![name], |row| row.int(0))?.unwrap_or(0))
}

/// Units that read and write the same row at the same time are run again until each has counted exactly once.
pub fn colliding_writes_all_get_through(test: TestStore) {
    let test = test.with_tables();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let counted: Result<u64, StoreError> = test.store.write(|tx| {
                        let value = counter(tx, "hot")?;
                        tx.execute(&SET_COUNTER, params!["hot", value + 1])
                    });
                    assert_eq!(counted, Ok(1));
                }
            });
        }
    });
    assert_eq!(test.store.read(|tx| counter(tx, "hot")), Ok(80));
}

/// Two accounts may be overdrawn singly but not together. One lane draws on one, the other lane on the other; each checks
/// the sum first. If the lanes did not exclude each other, the sum would fall below zero.
pub fn the_lanes_together_are_serialisable(test: TestStore) {
    let test = test.with_tables();
    let draw = |tx: &mut dyn Tx, name: &str| {
        let sum = counter(tx, "left")? + counter(tx, "right")?;
        if sum == 0 {
            return Ok(false);
        }
        let value = counter(tx, name)?;
        tx.execute(&SET_COUNTER, params![name, value - 1])?;
        Ok::<bool, StoreError>(true)
    };
    for round in 0..30 {
        let filled: Result<u64, StoreError> = test.store.write(|tx| {
            tx.execute(&SET_COUNTER, params!["left", 1])?;
            tx.execute(&SET_COUNTER, params!["right", 0])
        });
        assert_eq!(filled, Ok(1));
        let (left, right) = thread::scope(|scope| {
            let left = scope.spawn(|| test.store.write(move |tx| draw(tx, "left")));
            let right = test.store.sequence(move |tx| draw(tx, "right"));
            (left.join().expect("the other thread ends well"), right)
        });
        let drawn = [left, right].map(|answer| answer.expect("the unit got through"));
        assert_ne!(drawn, [true, true], "both drew the same one in round {round}");
        assert_ne!(drawn, [false, false], "nobody drew in round {round}");
    }
}

/// A record that is added while a unit reads does not appear half way through.
pub fn a_read_unit_sees_one_snapshot(test: TestStore) {
    let test = test.with_tables();
    let (begun, wait_for_begin) = channel();
    let (added, wait_for_added) = channel();
    let store = Arc::clone(&test.store);
    let reader = thread::spawn(move || {
        store.read(move |tx| {
            let count = |tx: &mut dyn Tx| query_one(tx, &COUNT_ENTRIES, params![], |row| row.int(0));
            let before = count(tx)?;
            let _ = begun.send(());
            let _ = wait_for_added.recv();
            Ok::<_, StoreError>((before, count(tx)?))
        })
    });
    wait_for_begin.recv().expect("the reader has begun");
    assert_eq!(test.store.sequence(|tx| append(tx, 1)), Ok(1));
    added.send(()).expect("the reader is waiting");
    assert_eq!(reader.join().expect("the reader ends well"), Ok((Some(0), Some(0))));
    assert_eq!(positions(&*test.store), [1]);
}

/// The queue has an end; at the end, who does not wait is told so, and nobody is forgotten.
pub fn a_full_queue_refuses_those_who_do_not_wait(test: TestStore) {
    const TOO_MANY: usize = 7;
    let test = test.with_tables();
    let gate = Gate::close(&*test.store);
    let (done, answers) = channel();
    for _ in 0..limits::QUEUED_UNITS_MAX + TOO_MANY {
        let done = done.clone();
        test.store.submit_sequence(|_| Ok::<(), StoreError>(()), move |answer| drop(done.send(answer)));
    }
    gate.open();
    drop(done);
    let answers: Vec<_> = answers.iter().collect();
    let busy = Err(StoreError::Busy { units_max: limits::QUEUED_UNITS_MAX });
    assert_eq!(answers.len(), limits::QUEUED_UNITS_MAX + TOO_MANY);
    assert_eq!(answers.iter().filter(|answer| **answer == busy).count(), TOO_MANY);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), limits::QUEUED_UNITS_MAX);
}

/// What was accepted is done, and answered, before the store is gone.
pub fn dropping_the_store_answers_everything(test: TestStore) {
    let TestStore { store, keep } = test.with_tables();
    let (done, answers) = channel();
    for number in 1..=20 {
        let done = done.clone();
        store.submit_sequence(move |tx| append(tx, number), move |answer| drop(done.send(answer)));
    }
    drop(store);
    drop(done);
    let answers: Result<Vec<i64>, StoreError> = answers.try_iter().collect();
    assert_eq!(answers, Ok((1..=20).collect()));
    drop(keep);
}

/// What a unit owns is gone before its caller has the answer: a caller that then drops the store closes it.
pub fn nothing_of_a_unit_outlives_its_answer(test: TestStore) {
    let test = test.with_tables();
    for (lane, number) in [(Lane::Read, 0), (Lane::Write, 1), (Lane::Sequence, 1)] {
        let owned = Arc::new(());
        let left = Arc::downgrade(&owned);
        let (done, answers) = channel();
        let unit = move |tx: &mut dyn Tx| {
            let _ = &owned;
            if lane == Lane::Sequence { append(tx, number) } else { Ok(number) }
        };
        let answered = move |answer: Result<i64, StoreError>| {
            let _ = done.send((answer, left.strong_count()));
        };
        test.store.submit(lane, WhenFull::Wait, Job::new(unit, answered));
        assert_eq!(answers.recv_timeout(FOR_EVER), Ok((Ok(number), 0)), "{lane:?}");
    }
}

/// The last owner of a store may be a callback: it must not wait for the thread it runs on.
pub fn the_last_owner_may_be_a_callback(test: TestStore) {
    let TestStore { store, keep } = test.with_tables();
    let ((go, may_go), (done, gone)) = (channel::<()>(), channel());
    let last = Arc::clone(&store);
    store.submit_sequence(
        |tx| append(tx, 1),
        move |_: Result<i64, StoreError>| {
            let _ = may_go.recv();
            drop(last);
            let _ = done.send(());
        },
    );
    drop(store);
    go.send(()).expect("the callback is waiting");
    assert_eq!(gone.recv_timeout(FOR_EVER), Ok(()), "the store waits for itself");
    drop(keep);
}

/// The same for the units of a whole batch, which own the store themselves.
pub fn the_last_owners_may_be_a_batch(test: TestStore) {
    let TestStore { store, keep } = test.with_tables();
    let gate = Gate::close(&*store);
    let (done, gone) = channel::<()>();
    for number in 1..=5 {
        let owned = (Arc::clone(&store), done.clone());
        store.submit_sequence(
            move |tx| {
                let _ = &owned;
                append(tx, number)
            },
            |_: Result<i64, StoreError>| (),
        );
    }
    drop((store, done));
    gate.open();
    assert_eq!(
        gone.recv_timeout(FOR_EVER),
        Err(RecvTimeoutError::Disconnected),
        "the store waits for itself"
    );
    drop(keep);
}

/// A callback that panics has its answer; the store goes on for everybody else.
pub fn a_panicking_callback_harms_nobody(test: TestStore) {
    let test = test.with_tables();
    test.store.submit_sequence(|tx| append(tx, 1), |_answer| panic!("a defect of the caller"));
    assert_eq!(test.store.sequence(|tx| append(tx, 2)), Ok(2));
}

/// A unit that waited for another one would wait for ever, as would a callback.
pub fn a_unit_cannot_await_another(test: TestStore) {
    let test = test.with_tables();
    let nested = || {
        let store = Arc::clone(&test.store);
        move |_: &mut dyn Tx| store.sequence(|tx| append(tx, 1))
    };
    let answers = [test.store.read(nested()), test.store.write(nested()), test.store.sequence(nested())];
    assert_eq!(answers, [const { Err(StoreError::Nested) }; 3]);
    let (done, answered) = channel();
    let store = Arc::clone(&test.store);
    test.store.submit_sequence(
        |tx| append(tx, 1),
        move |_: Result<i64, StoreError>| drop(done.send(store.sequence(|tx| append(tx, 1)))),
    );
    assert_eq!(answered.recv().expect("the callback was called"), Err(StoreError::Nested));
}
