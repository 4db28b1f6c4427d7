//! "Exactly n records": every subject's chain is proven from the index leaf, and a lie about it is not.

use crate::fixtures::{Desk, individual, job, staff};
use std::collections::BTreeMap;
use tenantry_ledger::completeness::verify_chain;
use tenantry_ledger::{Hash, LeafHeader, Pseudonym, leaf_hash};
use tenantry_model::staff::{Job, Role};
use tenantry_register::RegisterError;
use tenantry_store::{StoreExt, params, statements};

const HOUR_US: i64 = 3_600_000_000;

statements! {
    CHANGE_ONE = "UPDATE leaf SET bytes = (SELECT other.bytes FROM leaf AS other WHERE other.seq = 3) \
        WHERE seq = (SELECT max(newest.seq) - 1 FROM leaf AS newest)";
}

fn index(desk: &Desk) -> Option<u64> {
    desk.register.index_chains(&job(Job::Checkpoints)).unwrap()
}

/// The chains among the first `covers` leaves.
fn chains(desk: &Desk, covers: u64) -> BTreeMap<Pseudonym, (Vec<LeafHeader>, Vec<Hash>)> {
    let mut chains = BTreeMap::<_, (Vec<_>, Vec<_>)>::new();
    for bytes in crate::checkpoints::leaves(desk).into_iter().take(covers as usize) {
        let header = LeafHeader::decode(&bytes).unwrap();
        let chain = chains.entry(header.subject).or_default();
        chain.0.push(header);
        chain.1.push(leaf_hash(&bytes));
    }
    chains
}

#[track_caller]
fn check(desk: &Desk) {
    for number in 0..5 {
        desk.open_account(number);
    }
    assert_eq!(index(desk), None, "not before an hour has passed");
    desk.clock.advance_micros(HOUR_US);
    let leaf = index(desk).unwrap();
    assert_eq!(index(desk), None);
    desk.clock.advance_micros(HOUR_US);
    assert_eq!(index(desk), None, "an index of an index alone tells nothing");
    desk.open_account(9);
    let chains = chains(desk, leaf);
    let subjects: Vec<[u8; 16]> = chains.keys().map(|subject| subject.0).chain([[0xfe; 16]]).collect();
    let auditor = staff(Role::Auditor);
    let found = desk.register.completeness(&auditor, &subjects).unwrap();
    assert_eq!((found.leaf_index, found.statement.covers), (leaf, leaf));
    assert_eq!(found.statement.entries, chains.len() as u64);
    assert_eq!(found.proofs.len(), chains.len(), "nobody who has no record is proven");
    for (proof, (subject, (headers, hashes))) in found.proofs.iter().zip(&chains) {
        assert_eq!(proof.chain.subject, *subject);
        proof.verify(&found.statement).unwrap();
        verify_chain(headers, hashes, &proof.chain).unwrap();
        assert!(verify_chain(&headers[1..], &hashes[1..], &proof.chain).is_err());
    }
    let shown: Vec<&str> = found.shown.shown().map(|field| field.name.as_str()).collect();
    assert_eq!(shown, ["covers", "entries", "root"], "the key stays sealed");
    assert_eq!(desk.register.check_index(&auditor).unwrap(), found.statement);
    assert!(matches!(desk.register.index_chains(&auditor), Err(RegisterError::Forbidden { .. })));
    // The next index replaces it.
    desk.clock.advance_micros(HOUR_US);
    assert!(index(desk).unwrap() > leaf);
}

#[test]
fn every_subject_is_proven_on_sqlite() {
    check(&Desk::new());
}

#[test]
fn every_subject_is_proven_on_postgresql() {
    check(&Desk::on_postgres());
}

#[test]
fn subjects_by_the_thousand_are_read_in_pages() {
    let desk = Desk::new();
    let legal = staff(Role::Legal);
    for number in 0..4_200 {
        desk.register.receive_order(&legal, crate::checkpoints::order(number)).unwrap();
    }
    desk.clock.advance_micros(HOUR_US);
    let leaf = index(&desk).unwrap();
    // More subjects than a page that are younger than the index.
    for number in 5_000..9_200 {
        desk.register.receive_order(&legal, crate::checkpoints::order(number)).unwrap();
    }
    let subjects: Vec<[u8; 16]> = chains(&desk, leaf).keys().map(|subject| subject.0).collect();
    let found = desk.register.completeness(&staff(Role::Auditor), &subjects).unwrap();
    assert_eq!(found.proofs.len(), subjects.len());
    assert!(found.proofs.iter().all(|proof| proof.verify(&found.statement).is_ok()));
}

#[test]
fn leaves_that_were_changed_do_not_lead_to_the_index() {
    let desk = Desk::new();
    desk.apply(individual(1, "Aroha Ngata"));
    desk.apply(individual(2, "Aroha Ngata"));
    desk.clock.advance_micros(HOUR_US);
    index(&desk).unwrap();
    desk.store.write(|tx| tx.execute(&CHANGE_ONE, params![])).unwrap();
    let refused = desk.register.check_index(&staff(Role::Auditor));
    assert!(matches!(refused, Err(RegisterError::Ledger { .. })), "{refused:?}");
}
