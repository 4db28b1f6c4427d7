//! The time until a ledger of ten million leaves is ready after a start: opened, its newest signed checkpoint compared with the
//! stored tree, its head read. Reading every leaf again is what a full check is for. Files are in the page cache.

use crate::{SystemClock, deployment, folder, line, store};
use std::sync::Arc;
use std::time::Instant;
use tenantry_ledger::{Frontier, LeafHeader, Pseudonym, RecordType, RetentionClass, UnixNanos, leaf_hash};
use tenantry_model::clock::Clock as _;
use tenantry_model::staff::{Actor, Job};
use tenantry_register::{Call, Register};
use tenantry_store::repo::ledger;
use tenantry_store::{Store, StoreError, StoreExt as _, Tx};
use tenantry_vault::{SealedFile, SystemEntropy, Unlock};

const LEAVES: u64 = 10_000_000;
/// Leaves written in one unit.
const CHUNK: u64 = 50_000;
/// Leaves of one subject.
const LEAVES_PER_SUBJECT: u64 = 1_000;
/// A sealed body cannot be smaller than its tag, nonce and key name.
const BODY_BYTES: usize = 64;

pub(crate) fn measure() {
    let folder = folder();
    let signer = Call::by(Actor::System { job: Job::Checkpoints });
    let (started, size) = (Instant::now(), {
        let store = store(&folder);
        let register = deployment(Arc::clone(&store), &folder);
        for first in (0..LEAVES).step_by(usize::try_from(CHUNK).unwrap()) {
            store.sequence(move |tx| write(tx, first)).unwrap();
        }
        let written = Instant::now();
        let signed = register.checkpoint(&signer).unwrap().unwrap();
        println!("first checkpoint over {} leaves: {:.1} s", signed.size, written.elapsed().as_secs_f64());
        signed.size
    });
    println!("written and signed in {:.1} s", started.elapsed().as_secs_f64());

    let started = Instant::now();
    let store: Arc<dyn Store> = store(&folder);
    let path = folder.path().join("root.key");
    let root = SealedFile::open(&path, Unlock::Passphrase("load")).unwrap();
    let register =
        Register::open(store, Arc::new(root), Arc::new(SystemClock), Arc::new(SystemEntropy)).unwrap();
    let opened = started.elapsed();
    // Compares what was signed with what is stored; there is nothing new to sign.
    let fresh = register.checkpoint(&signer).unwrap();
    assert!(fresh.is_none() && register.ledger_trouble().is_none());
    let how = format!("{size} leaves, of which opening {:.2} s", opened.as_secs_f64());
    line("open a ledger until ready", &format!("{:.2} s", started.elapsed().as_secs_f64()), "<= 2 s", &how);
}

fn write(tx: &mut dyn Tx, first: u64) -> Result<(), StoreError> {
    let head = ledger::head(tx)?.unwrap();
    let mut tree = Frontier::from_bytes(&head.frontier).unwrap();
    let mut last = [0; 32];
    for number in first..first + CHUNK {
        let subject = u128::from(number / LEAVES_PER_SUBJECT + 1).to_be_bytes();
        let subject_seq = number % LEAVES_PER_SUBJECT + 1;
        let previous = if subject_seq == 1 { [0; 32] } else { last };
        let bytes = leaf(tree.size(), subject, subject_seq, previous);
        last = leaf_hash(&bytes);
        let row = ledger::LeafRow {
            seq: i64::try_from(tree.size()).unwrap(),
            leaf_type: 6,
            recorded_at: head.recorded_at,
            subject,
            subject_seq: i64::try_from(subject_seq).unwrap(),
            prev: (subject_seq > 1).then(|| i64::try_from(tree.size()).unwrap() - 1),
            class: i64::from(RetentionClass::DECISION_EVIDENCE.0),
            bytes,
            body: vec![0x5a; BODY_BYTES],
        };
        ledger::append(tx, &row)?;
        if subject_seq == LEAVES_PER_SUBJECT {
            let chain = ledger::ChainRow { records: row.subject_seq, leaf: row.seq, hash: last };
            ledger::set_chain(tx, &subject, &chain)?;
        }
        tree.append(last);
    }
    let size = i64::try_from(tree.size()).unwrap();
    ledger::set_head(tx, &ledger::HeadRow { size, frontier: tree.to_bytes(), recorded_at: head.recorded_at })
}

fn leaf(log_seq: u64, subject: [u8; 16], subject_seq: u64, prev_subject_leaf: [u8; 32]) -> Vec<u8> {
    let at = UnixNanos(u64::try_from(SystemClock.now().as_micros()).unwrap() * 1_000);
    let header = LeafHeader {
        log_seq,
        record_type: RecordType(6),
        schema: 1,
        recorded_at: at,
        event_at: at,
        producer: "tenantry/bench".to_owned(),
        actor: Pseudonym::NONE,
        approvals: Vec::new(),
        subject: Pseudonym(subject),
        subject_seq,
        prev_subject_leaf,
        retention: RetentionClass::DECISION_EVIDENCE,
        rule_version: [0; 32],
        causes: Vec::new(),
        commitment: [0x5a; 32],
    };
    header.encode().unwrap()
}
