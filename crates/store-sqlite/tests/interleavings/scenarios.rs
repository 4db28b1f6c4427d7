//! What clients do at the same time, and what must be true whichever order they come in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tenantry_store::sync::mpsc::{Receiver, channel};
use tenantry_store::sync::thread;
use tenantry_store::{Store, StoreError, StoreExt, Tx, limits, params, query_all, statements};

use crate::Place;

statements! {
    pub(crate) CREATE = "CREATE TABLE unit (place INTEGER NOT NULL PRIMARY KEY, client INTEGER NOT NULL, \
        number INTEGER NOT NULL, UNIQUE (client, number)) STRICT";
    pub(crate) ADD = "INSERT INTO unit (client, number) VALUES ($1, $2)";
    pub(crate) LIST = "SELECT client, number FROM unit ORDER BY place";
}

/// A client's n-th unit.
type Unit = (i64, i64);

/// What callers have been told about their units, by turns.
type Answers = Receiver<(Unit, Result<(), StoreError>)>;

const CLIENTS: i64 = 3;

/// Whether, over all orders, both ways of a unit that does not wait were met.
#[derive(Default)]
pub(crate) struct Seen {
    accepted: AtomicBool,
    refused: AtomicBool,
}

impl Seen {
    pub(crate) fn assert_both_were_met(&self) {
        assert!(self.accepted.load(Ordering::Relaxed), "no order had the queue accept a unit");
        assert!(self.refused.load(Ordering::Relaxed), "no order had the queue full");
    }
}

/// Clients that wait for each answer find what they were told, on a connection that is not the writer's.
pub(crate) fn answered_is_visible(place: &impl Place) {
    let store = place.open();
    at_once(|client| {
        let store = Arc::clone(&store);
        move || {
            for number in 0..2 {
                let unit = (client, number);
                let answer = store.sequence(move |tx| add(tx, unit));
                assert_eq!(answer, Ok(()));
                assert!(list(&*store).contains(&unit), "unit {unit:?} was answered but cannot be seen");
            }
        }
    });
    let units = list(&*store);
    assert_eq!(units.len(), 2 * CLIENTS as usize);
    assert_in_order(&units);
}

/// Clients that do not wait between units have them run in the order in which they were submitted.
pub(crate) fn answered_is_in_order(place: &impl Place) {
    let store = place.open();
    at_once(|client| {
        let store = Arc::clone(&store);
        move || drop(told(&submit(&*store, client, 2), 2))
    });
    assert_in_order(&list(&*store));
}

/// Some units fail, after they have changed something. Their caller is told why, nothing of them stays, and the others are recorded.
pub(crate) fn failing_among_good(place: &impl Place) {
    let store = place.open();
    at_once(|client| {
        let store = Arc::clone(&store);
        move || {
            for number in 0..2 {
                let (unit, fails) = ((client, number), (client + number) % 3 == 0);
                let answer = store.sequence(move |tx| {
                    add(tx, unit)?;
                    if fails {
                        Err(StoreError::Unavailable { reason: "as wished".to_owned() })
                    } else {
                        Ok(())
                    }
                });
                let wished = Err(StoreError::Unavailable { reason: "as wished".to_owned() });
                assert_eq!(answer, if fails { wished } else { Ok(()) });
                assert_eq!(list(&*store).contains(&unit), !fails, "unit {unit:?}");
            }
        }
    });
    assert_in_order(&list(&*store));
}

/// Clients that never wait for a place. Each unit is answered once: recorded, or told that the queue is full.
pub(crate) fn answered_once(place: &impl Place, seen: &Seen) {
    let store = place.open();
    let heard = at_once(|client| {
        let store = Arc::clone(&store);
        move || {
            let heard = told(&submit(&*store, client, 3), 3);
            let accepted = heard.iter().filter(|(_, answer)| answer.is_ok());
            assert!(accepted.is_sorted_by_key(|(unit, _)| *unit), "one answer overtook another: {heard:?}");
            let recorded = list(&*store);
            for (unit, answer) in &heard {
                assert_eq!(recorded.contains(unit), answer.is_ok(), "unit {unit:?} was told {answer:?}");
            }
            heard
        }
    });
    let mut accepted = Vec::new();
    for (unit, answer) in heard.into_iter().flatten() {
        match answer {
            Ok(()) => accepted.push(unit),
            Err(error) => {
                assert_eq!(error, StoreError::Busy { units_max: limits::QUEUED_UNITS_MAX });
                seen.refused.store(true, Ordering::Relaxed);
            }
        }
    }
    seen.accepted.fetch_or(!accepted.is_empty(), Ordering::Relaxed);
    let mut recorded = list(&*store);
    assert_in_order(&recorded);
    recorded.sort_unstable();
    accepted.sort_unstable();
    assert_eq!(recorded, accepted);
}

/// Who else holds a store that its clients let go of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// Nobody: whoever drops it last waits until everything is answered.
    ByNobody,
    /// A callback on the writer's own thread, which cannot wait for itself.
    ByACallback,
}

/// Clients let go of the store while their units are under way. What was accepted is recorded and answered all the same.
pub(crate) fn dropped(place: &impl Place, held: Held) {
    let store = place.open();
    let answers = at_once(|client| {
        let store = Arc::clone(&store);
        move || {
            let (answer, answers) = channel();
            for number in 0..2 {
                let (unit, answer) = ((client, number), answer.clone());
                let holds = held == Held::ByACallback && unit == (0, 0);
                let held = holds.then(|| Arc::clone(&store));
                store.submit_sequence(
                    move |tx| add(tx, unit),
                    move |outcome| {
                        drop(held);
                        answer.send((unit, outcome)).unwrap();
                    },
                );
            }
            answers
        }
    });
    drop(store);
    let mut heard: Vec<_> = answers.iter().flat_map(Receiver::try_iter).collect();
    if held == Held::ByNobody {
        assert_eq!(heard.len(), 2 * CLIENTS as usize, "the store was dropped before it had answered");
    }
    heard.extend(answers.iter().flat_map(Receiver::iter));
    assert_eq!(heard.len(), 2 * CLIENTS as usize);
    let mut accepted = Vec::new();
    for (unit, answer) in heard {
        match answer {
            Ok(()) => accepted.push(unit),
            Err(StoreError::Busy { .. }) => {}
            Err(other) => panic!("unit {unit:?} was accepted but told: {other}"),
        }
    }
    let mut recorded = list(&*place.open());
    assert_in_order(&recorded);
    recorded.sort_unstable();
    accepted.sort_unstable();
    assert_eq!(recorded, accepted);
}

/// Runs one thread per client, and answers what each of them answers.
pub(crate) fn at_once<T: Send + 'static, C: FnOnce() -> T + Send + 'static>(
    client: impl Fn(i64) -> C,
) -> Vec<T> {
    let threads: Vec<_> = (0..CLIENTS).map(|number| thread::spawn(client(number))).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// Submits units of one client without waiting.
fn submit(store: &dyn Store, client: i64, units: i64) -> Answers {
    let (answer, answers) = channel();
    for number in 0..units {
        let (unit, answer) = ((client, number), answer.clone());
        store.submit_sequence(
            move |tx| add(tx, unit),
            move |outcome| {
                // Who does not listen any more has failed and said so.
                let _heard = answer.send((unit, outcome));
            },
        );
    }
    answers
}

/// Waits for so many answers, and makes sure that there are no more.
fn told(answers: &Answers, units: usize) -> Vec<(Unit, Result<(), StoreError>)> {
    let heard: Vec<_> = (0..units).map(|_| answers.recv().unwrap()).collect();
    assert!(answers.recv().is_err(), "more answers than units");
    heard
}

fn add(tx: &mut dyn Tx, (client, number): Unit) -> Result<(), StoreError> {
    thread::yield_now();
    tx.execute(&ADD, params![client, number])?;
    thread::yield_now();
    Ok(())
}

fn list(store: &dyn Store) -> Vec<Unit> {
    let listed: Result<_, StoreError> =
        store.read(|tx| query_all(tx, &LIST, params![], |row| Ok((row.int(0)?, row.int(1)?))));
    listed.unwrap()
}

fn assert_in_order(units: &[Unit]) {
    for client in 0..CLIENTS {
        let own: Vec<_> = units.iter().filter(|unit| unit.0 == client).collect();
        assert!(
            own.is_sorted(),
            "units of client {client} are not in the order of their submission: {own:?}"
        );
    }
}
