//! What may be sent now. A pure function over delivery rows.
//!
//! Order: of the open deliveries of one subject to one endpoint only the earliest may go; the others wait until
//! it is delivered or dead. A dead delivery does not hold up its successors: the gap in `sequence` tells the
//! receiver, and a person can replay it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use tenantry_model::id::{DeliveryId, EndpointId};
use tenantry_model::time::Timestamp;

/// One open delivery: neither delivered nor dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The delivery.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// What the event is about.
    pub subject: String,
    /// Place among the events of the subject.
    pub sequence: u64,
    /// Not before this instant.
    pub next_at: Timestamp,
    /// Somebody is trying it until then at the latest.
    pub claimed_until: Option<Timestamp>,
}

/// How much may be under way at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Over all endpoints.
    pub total: usize,
    /// To one endpoint.
    pub per_endpoint: usize,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// To be tried now, the longest due first.
    pub due: Vec<DeliveryId>,
    /// When something else may become due; `None` when nothing waits for time to pass.
    pub wake_at: Option<Timestamp>,
}

/// Decides what may be sent at `now`.
pub fn plan(rows: &[DeliveryRow], now: Timestamp, room: Room) -> Plan {
    let heads = heads(rows);
    let mut under_way: BTreeMap<EndpointId, usize> = BTreeMap::new();
    let mut plan = Plan::default();
    let mut ready = Vec::new();
    for row in heads {
        let claimed_until = row.claimed_until.filter(|until| *until > now);
        if claimed_until.is_some() {
            *under_way.entry(row.endpoint).or_default() += 1;
        }
        match claimed_until.or(Some(row.next_at).filter(|at| *at > now)) {
            Some(later) => plan.wake_at = Some(plan.wake_at.map_or(later, |at| at.min(later))),
            None => ready.push(row),
        }
    }
    ready.sort_by_key(|row| (row.next_at, row.id));
    let mut free = room.total.saturating_sub(under_way.values().sum());
    for row in ready {
        let busy = under_way.entry(row.endpoint).or_default();
        if free > 0 && *busy < room.per_endpoint {
            (free, *busy) = (free - 1, *busy + 1);
            plan.due.push(row.id);
        }
    }
    plan
}

/// The earliest row of each subject and endpoint.
fn heads(rows: &[DeliveryRow]) -> Vec<&DeliveryRow> {
    let mut heads: BTreeMap<(EndpointId, &str), &DeliveryRow> = BTreeMap::new();
    for row in rows {
        match heads.entry((row.endpoint, row.subject.as_str())) {
            Entry::Vacant(slot) => {
                slot.insert(row);
            }
            Entry::Occupied(mut slot) => {
                if (row.sequence, row.id) < (slot.get().sequence, slot.get().id) {
                    slot.insert(row);
                }
            }
        }
    }
    heads.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOM: Room = Room { total: 3, per_endpoint: 2 };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// `id endpoint subject sequence next_at [claimed_until]`, seconds.
    fn row(text: &str) -> DeliveryRow {
        let parts: Vec<&str> = text.split(' ').collect();
        let number = |i: usize| parts[i].parse::<u8>().unwrap();
        DeliveryRow {
            id: DeliveryId::from_bytes([number(0); 16]),
            endpoint: EndpointId::from_bytes([number(1); 16]),
            subject: parts[2].to_owned(),
            sequence: u64::from(number(3)),
            next_at: at(i64::from(number(4))),
            claimed_until: parts.get(5).map(|s| at(s.parse().unwrap())),
        }
    }

    #[track_caller]
    fn check(rows: &[&str], now: i64, due: &[u8], wake_at: Option<i64>) {
        let rows: Vec<_> = rows.iter().map(|text| row(text)).collect();
        let due = due.iter().map(|n| DeliveryId::from_bytes([*n; 16])).collect();
        assert_eq!(plan(&rows, at(now), ROOM), Plan { due, wake_at: wake_at.map(at) });
    }

    #[test]
    fn deliveries_go_when_due_in_order_and_within_room() {
        check(&[], 10, &[], None);
        check(&["1 1 a 1 10"], 9, &[], Some(10));
        check(&["1 1 a 1 10"], 10, &[1], None);
        // Later events of a subject wait for the earliest, whatever the order of the rows.
        check(&["2 1 a 2 0", "1 1 a 1 0"], 10, &[1], None);
        check(&["2 1 a 2 0", "1 1 a 1 20"], 10, &[], Some(20));
        // Other subjects and other endpoints do not.
        check(&["1 1 a 1 20", "2 1 b 2 5", "3 2 a 2 4"], 10, &[3, 2], Some(20));
        // A claimed one is left alone until the claim runs out.
        check(&["1 1 a 1 0 15", "2 1 a 2 0"], 10, &[], Some(15));
        check(&["1 1 a 1 0 15", "2 1 a 2 0"], 15, &[1], None);
        // Two per endpoint, three in all; the longest due go first.
        check(&["1 1 a 1 3", "2 1 b 1 2", "3 1 c 1 1"], 10, &[3, 2], None);
        check(&["1 1 a 1 1", "2 2 a 1 2", "3 3 a 1 3", "4 4 a 1 4"], 10, &[1, 2, 3], None);
        check(&["1 1 a 1 1 99", "2 1 b 1 1 99", "3 1 c 1 1", "4 2 c 1 1", "5 2 d 1 1"], 10, &[4], Some(99));
    }

    proptest! {
        /// Whatever the rows: at most one of a subject and endpoint goes, none has an open predecessor, room holds.
        #[test]
        fn order_and_room_hold(
            rows in proptest::collection::vec((any::<u8>(), 0_u8..3, 0_u8..3, 0_u8..5, 0_u8..20, proptest::option::of(0_u8..20)), 0..40),
            now in 0_i64..20,
        ) {
            let rows: Vec<_> = rows.iter().map(|(id, endpoint, subject, sequence, next, claim)| {
                let claim = claim.map_or(String::new(), |c| format!(" {c}"));
                row(&format!("{id} {endpoint} {subject} {sequence} {next}{claim}"))
            }).collect();
            let plan = plan(&rows, at(now), ROOM);
            prop_assert!(plan.due.len() <= ROOM.total);
            for id in &plan.due {
                prop_assert!(rows.iter().any(|sent| sent.id == *id
                    && sent.next_at <= at(now)
                    && rows.iter().all(|other| (other.endpoint, &other.subject) != (sent.endpoint, &sent.subject)
                        || (other.sequence, other.id) >= (sent.sequence, sent.id))));
            }
        }
    }
}
