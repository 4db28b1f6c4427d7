//! "Exactly n records": proofs hold for the truth and for nothing else.

use proptest::prelude::*;
use tenantry_ledger::completeness::{ChainHead, Index, IndexStatement, SubjectProof, verify_chain};
use tenantry_ledger::{
    Body, Field, Hash, LeafHeader, LedgerError, Pseudonym, RecordType, RetentionClass, UnixNanos, leaf_hash,
};

use crate::hex;

const KEY: [u8; 32] = [0x42; 32];
const GOLDEN_ROOT: &str = "e3f92a1982471b1cb8affb1079c23019bbcd025d31b960624d5660337c549898";
const GOLDEN_BLIND: &str = "ec5101f01792d22223f547d4ba95983a550fa0fdcd711bb9b9807a00fa696d62";

fn subject(number: u8) -> Pseudonym {
    Pseudonym([number; 16])
}

fn leaf(log_seq: u64, about: Pseudonym, subject_seq: u64, prev_subject_leaf: Hash) -> LeafHeader {
    LeafHeader {
        log_seq,
        record_type: RecordType(7),
        schema: 1,
        recorded_at: UnixNanos(1),
        event_at: UnixNanos(1),
        producer: "register".into(),
        actor: Pseudonym::NONE,
        approvals: vec![],
        subject: about,
        subject_seq,
        prev_subject_leaf,
        retention: RetentionClass::PERSONAL_DATA,
        rule_version: [0; 32],
        causes: vec![],
        commitment: [9; 32],
    }
}

/// Three subjects taking turns; the chain of each and the head of each.
fn ledger(leaves: u64) -> Vec<(Vec<LeafHeader>, Vec<Hash>, ChainHead)> {
    let mut chains: Vec<_> = (1..=3)
        .map(|n| (Vec::new(), Vec::new(), ChainHead { subject: subject(n), records: 0, head: [0; 32] }))
        .collect();
    for seq in 0..leaves {
        let (headers, hashes, chain) = &mut chains[(seq % 3) as usize];
        let header = leaf(seq, chain.subject, chain.records + 1, chain.head);
        let hash = leaf_hash(&header.encode().unwrap());
        (chain.records, chain.head) = (chain.records + 1, hash);
        headers.push(header);
        hashes.push(hash);
    }
    chains
}

fn heads(count: u64) -> Vec<ChainHead> {
    (0..count)
        .map(|n| ChainHead {
            subject: Pseudonym((u128::from(n) + 1).to_be_bytes()),
            records: n % 5 + 1,
            head: leaf_hash(&n.to_be_bytes()),
        })
        .collect()
}

/// Computed apart from this crate, by `hashlib` and `hmac` of Python, from the description in the documentation.
#[test]
fn the_golden_index() {
    let index = Index::build(&KEY, 12, heads(3)).unwrap();
    assert_eq!(index.statement().entries, 3);
    assert_eq!(hex(&index.statement().root), GOLDEN_ROOT);
    let proof = index.prove(Pseudonym(1_u128.to_be_bytes())).unwrap();
    assert_eq!(hex(&proof.blind), GOLDEN_BLIND);
}

#[test]
fn every_subject_of_indexes_of_many_sizes_is_proven_and_nobody_else() {
    for count in (0..40).chain([255, 256, 257]) {
        let all = heads(count);
        let index = Index::build(&KEY, 2_000, all.iter().rev().copied().collect()).unwrap();
        let statement = index.statement();
        for chain in &all {
            let proof = index.prove(chain.subject).unwrap();
            assert_eq!(proof.chain, *chain);
            proof.verify(&statement).unwrap();
            let text = proof.to_string();
            assert_eq!(SubjectProof::parse(&text).unwrap(), proof);
        }
        assert_eq!(index.prove(Pseudonym([0xff; 16])), None);
    }
}

#[test]
fn no_other_number_head_or_subject_is_proven() {
    let all = heads(37);
    let index = Index::build(&KEY, 2_000, all.clone()).unwrap();
    let statement = index.statement();
    for chain in &all {
        let proof = index.prove(chain.subject).unwrap();
        let text = proof.to_string();
        for at in 0..text.len() {
            let mut bad = text.clone().into_bytes();
            bad[at] ^= 1;
            let read = std::str::from_utf8(&bad).ok().and_then(|bad| SubjectProof::parse(bad).ok());
            assert!(read.is_none_or(|read| read.verify(&statement).is_err()), "byte {at}");
        }
        for records in [0, chain.records - 1, chain.records + 1] {
            let lie = SubjectProof { chain: ChainHead { records, ..*chain }, ..proof.clone() };
            assert!(lie.verify(&statement).is_err());
        }
    }
    let other = Index::build(&[1; 32], 2_000, all.clone()).unwrap();
    assert_ne!(other.statement().root, statement.root, "each index hides under a key of its own");
    assert!(other.prove(all[0].subject).unwrap().verify(&statement).is_err());
}

#[test]
fn indexes_that_would_lie_are_not_built() {
    let mut twice = heads(4);
    twice[3].subject = twice[0].subject;
    let mut empty = heads(4);
    empty[2].records = 0;
    let mut nobody = heads(4);
    nobody[1].subject = Pseudonym::NONE;
    for bad in [twice, empty, nobody] {
        assert!(Index::build(&KEY, 100, bad).is_err());
    }
}

#[test]
fn a_chain_with_anything_missing_added_or_moved_is_found() {
    for (leaves, hashes, chain) in ledger(30) {
        verify_chain(&leaves, &hashes, &chain).unwrap();
        for at in 0..leaves.len() {
            let mut fewer = (leaves.clone(), hashes.clone());
            fewer.0.remove(at);
            fewer.1.remove(at);
            let broken = verify_chain(&fewer.0, &fewer.1, &chain);
            assert_eq!(broken, Err(LedgerError::Chain { number: at as u64 + 1, records: 10 }));
            let mut other = leaves.clone();
            other[at].subject = subject(9);
            assert!(verify_chain(&other, &hashes, &chain).is_err());
        }
        let mut swapped = (leaves.clone(), hashes.clone());
        swapped.0.swap(3, 4);
        swapped.1.swap(3, 4);
        assert!(verify_chain(&swapped.0, &swapped.1, &chain).is_err());
        let mut longer = (leaves.clone(), hashes.clone());
        longer.0.push(leaf(99, chain.subject, 11, chain.head));
        longer.1.push([5; 32]);
        assert!(verify_chain(&longer.0, &longer.1, &chain).is_err());
        assert!(verify_chain(&leaves, &hashes[1..], &chain).is_err());
    }
}

#[test]
fn the_statement_is_read_from_the_index_leaf_only() {
    let statement = Index::build(&KEY, 12, heads(5)).unwrap().statement();
    let mut fields: Vec<Field> =
        statement.to_fields().into_iter().map(|(name, value)| Field::new(name, value)).collect();
    fields.push(Field::new("key", KEY));
    let body = Body::new(RecordType(80), 1, fields, |random| random.fill(3)).unwrap();
    let mut header = leaf(12, subject(1), 1, [0; 32]);
    (header.record_type, header.commitment) = (RecordType(80), body.commitment());
    let shown = body.disclose(&["covers", "entries", "root"]).unwrap();
    assert_eq!(IndexStatement::from_leaf(&header, &shown).unwrap(), statement);
    let partial = body.disclose(&["covers", "entries"]).unwrap();
    assert!(IndexStatement::from_leaf(&header, &partial).is_err());
    let earlier = LeafHeader { log_seq: 11, ..header.clone() };
    assert!(IndexStatement::from_leaf(&earlier, &shown).is_err(), "an index does not speak of the future");
    let other = LeafHeader { commitment: [1; 32], ..header };
    assert_eq!(IndexStatement::from_leaf(&other, &shown), Err(LedgerError::CommitmentMismatch));
}

proptest! {
    #[test]
    fn foreign_proofs_never_panic(text in "(reg-ledger/completeness/v1\n)?(subject |blind |records |head |position |[0-9a-f]{32}|[0-9]|\n){0,20}") {
        if let Ok(proof) = SubjectProof::parse(&text) {
            prop_assert_eq!(proof.to_string(), text);
        }
    }
}
