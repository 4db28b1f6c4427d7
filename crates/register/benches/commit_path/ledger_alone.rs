//! The ledger without anything around it: the client commits to a body; one unit makes the leaf, extends the tree and stores
//! all of it.

use crate::{CLIENTS, Closed, SystemClock, closed_loop, folder, store};
use std::time::Duration;
use tenantry_ledger::{
    Body, Field, Frontier, LeafHeader, Pseudonym, RecordType, RetentionClass, UnixNanos, leaf_hash,
};
use tenantry_model::clock::Clock as _;
use tenantry_model::random::{Entropy as _, draw};
use tenantry_store::repo::ledger;
use tenantry_store::{StoreError, StoreExt as _, Tx};
use tenantry_vault::SystemEntropy;

/// Bytes of one leaf with its body, as stored.
pub(crate) fn row_bytes() -> usize {
    let body = body();
    leaf(0, [1; 16], 1, [0; 32], &body).len() + body.encode().len()
}

pub(crate) fn measure(time: Duration) -> Closed {
    let folder = folder();
    let store = store(&folder);
    closed_loop(time, |client| {
        let store = store.clone();
        let mut subject = [0; 16];
        subject.copy_from_slice(&[client.to_be_bytes(), (CLIENTS - client).to_be_bytes()].concat());
        move || {
            let body = body();
            store.sequence(move |tx| append(tx, subject, &body)).unwrap();
        }
    })
}

fn append(tx: &mut dyn Tx, subject: [u8; 16], body: &Body) -> Result<(), StoreError> {
    let mut tree = match ledger::head(tx)? {
        Some(head) => Frontier::from_bytes(&head.frontier).unwrap(),
        None => Frontier::new(),
    };
    let chain = ledger::chain(tx, &subject)?;
    let (before, last) = chain.map_or((0, [0; 32]), |chain| (chain.records, chain.hash));
    let bytes = leaf(tree.size(), subject, u64::try_from(before + 1).unwrap(), last, body);
    let (hash, seq) = (leaf_hash(&bytes), i64::try_from(tree.size()).unwrap());
    tree.append(hash);
    let recorded_at = SystemClock.now();
    ledger::append(
        tx,
        &ledger::LeafRow {
            seq,
            leaf_type: 6,
            recorded_at,
            subject,
            subject_seq: before + 1,
            prev: chain.map(|chain| chain.leaf),
            class: i64::from(RetentionClass::PERSONAL_DATA.0),
            bytes,
            body: body.encode(),
        },
    )?;
    ledger::set_chain(tx, &subject, &ledger::ChainRow { records: before + 1, leaf: seq, hash })?;
    let head = ledger::HeadRow { size: seq + 1, frontier: tree.to_bytes(), recorded_at };
    ledger::set_head(tx, &head)
}

fn body() -> Body {
    let fields = vec![
        Field::new("account", "acc_01kayv9qaf6kxj7d8wqp1g3w5z"),
        Field::new("at", "2026-01-01T00:00:00Z"),
        Field::new("access", "access"),
        Field::new("ip", "192.0.2.7"),
    ];
    Body::new(RecordType(6), 1, fields, |out| SystemEntropy.fill(out)).unwrap()
}

fn leaf(log_seq: u64, subject: [u8; 16], subject_seq: u64, last: [u8; 32], body: &Body) -> Vec<u8> {
    let at = UnixNanos(u64::try_from(SystemClock.now().as_micros()).unwrap() * 1_000);
    let header = LeafHeader {
        log_seq,
        record_type: RecordType(6),
        schema: 1,
        recorded_at: at,
        event_at: at,
        producer: "tenantry/register".to_owned(),
        actor: Pseudonym(draw(&SystemEntropy)),
        approvals: Vec::new(),
        subject: Pseudonym(subject),
        subject_seq,
        prev_subject_leaf: last,
        retention: RetentionClass::PERSONAL_DATA,
        rule_version: [0; 32],
        causes: Vec::new(),
        commitment: body.commitment(),
    };
    header.encode().unwrap()
}
