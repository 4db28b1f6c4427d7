//! What a witness accepts, and the status it answers with otherwise.

use proptest::prelude::*;
use tenantry_ledger::{
    AddCheckpoint, Checkpoint, Refusal, TreeHead, check_growth, consistency_proof, limits,
};

use crate::merkle::Levels;
use crate::toy::{ToyCheck, ToySigner};

const ORIGIN: &str = "log.example/one";

/// The request of the specification.
const EXAMPLE: &str = "old 20852014\n\
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
\n\
example.com/behind-the-sofa\n\
20852163\n\
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
\n\
— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

#[test]
fn the_request_of_the_specification() {
    let request = AddCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!((request.old, request.proof.len(), request.note.signatures().len()), (20_852_014, 4, 2));
    assert_eq!(request.checkpoint().unwrap().size, 20_852_163);
    assert_eq!(request.to_string(), EXAMPLE);
}

struct Log {
    levels: Levels,
    roots: Vec<[u8; 32]>,
    signer: ToySigner,
}

impl Log {
    fn new() -> Self {
        let (levels, _, roots) = Levels::of(60);
        Self { levels, roots, signer: ToySigner::log(ORIGIN, 1) }
    }

    fn head(&self, size: u64) -> TreeHead {
        TreeHead { size, root: self.roots[size as usize] }
    }

    fn request(&self, old: u64, size: u64) -> AddCheckpoint {
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: self.roots[size as usize] };
        let proof = consistency_proof(&self.levels, old, size).unwrap_or_default();
        AddCheckpoint { old, proof, note: checkpoint.sign(&[&self.signer]).unwrap() }
    }
}

#[test]
fn growth_is_accepted_from_any_size_to_any_size() {
    let log = Log::new();
    let keys = [log.signer.key.clone()];
    for old in 0..60 {
        for size in old..60 {
            let request = log.request(old, size);
            let text = request.to_string();
            let read = AddCheckpoint::parse(text.as_bytes()).unwrap();
            assert_eq!(read, request);
            assert_eq!(read.check(&keys, &log.head(old), &ToyCheck).unwrap().size, size);
        }
    }
    assert_eq!(log.request(0, 0).check(&keys, &TreeHead::empty(), &ToyCheck).unwrap().size, 0);
}

#[test]
fn everything_else_is_refused_with_the_status_of_the_specification() {
    let log = Log::new();
    let keys = [log.signer.key.clone()];
    let other = [ToySigner::log(ORIGIN, 2).key];
    let status = |request: &AddCheckpoint, keys: &[_], latest: &TreeHead| {
        request.check(keys, latest, &ToyCheck).map_err(|refusal| refusal.status())
    };
    let good = log.request(10, 20);
    assert_eq!(status(&good, &[], &log.head(10)), Err(404), "unknown origin");
    assert_eq!(status(&good, &other, &log.head(10)), Err(403), "no trusted signature");
    assert_eq!(status(&AddCheckpoint { old: 21, ..good.clone() }, &keys, &log.head(21)), Err(400));
    assert_eq!(status(&good, &keys, &log.head(11)), Err(409), "another size was seen");
    assert_eq!(status(&good, &keys, &TreeHead::empty()), Err(409));
    let refusal = good.check(&keys, &log.head(11), &ToyCheck).unwrap_err();
    assert_eq!(refusal, Refusal::OtherSize { latest: 11 });
    let forked = TreeHead { size: 20, root: [7; 32] };
    assert_eq!(status(&log.request(20, 20), &keys, &forked), Err(409), "same size, other root");
    let forked = TreeHead { size: 10, root: [7; 32] };
    assert_eq!(status(&good, &keys, &forked), Err(422), "an older root that was another");
    for proof in [vec![], good.proof[1..].to_vec(), [good.proof.as_slice(), &[[0; 32]]].concat()] {
        assert_eq!(status(&AddCheckpoint { proof, ..good.clone() }, &keys, &log.head(10)), Err(422));
    }
    let first = log.request(0, 5);
    let proof = vec![[0; 32]];
    assert_eq!(status(&AddCheckpoint { proof, ..first }, &keys, &TreeHead::empty()), Err(422));
    for at in 0..good.proof.len() * 32 {
        let mut bad = good.clone();
        bad.proof[at / 32][at % 32] ^= 1;
        assert_eq!(status(&bad, &keys, &log.head(10)), Err(422));
    }
}

#[test]
fn every_changed_byte_of_a_request_is_refused() {
    let log = Log::new();
    let keys = [log.signer.key.clone()];
    let text = log.request(10, 20).to_string();
    for at in 0..text.len() {
        for mask in [1, 0x20, 0x80] {
            let mut bad = text.clone().into_bytes();
            bad[at] ^= mask;
            let accepted =
                AddCheckpoint::parse(&bad).ok().and_then(|r| r.check(&keys, &log.head(10), &ToyCheck).ok());
            assert_eq!(accepted, None, "byte {at} changed by {mask:#x}");
        }
    }
    let long = "old 1\n".to_owned()
        + &"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n".repeat(limits::WITNESS_PROOF_LINES_MAX + 1);
    let note = text.split_once("\n\n").unwrap().1;
    assert!(AddCheckpoint::parse(format!("{long}\n{note}").as_bytes()).is_err());
}

proptest! {
    #[test]
    fn a_head_never_goes_back(old in 0_u64..60, claimed in 0_u64..60, new in 0_u64..60) {
        let log = Log::new();
        let proof = consistency_proof(&log.levels, claimed, new).unwrap_or_default();
        let accepted = check_growth(&log.head(old), claimed, &log.head(new), &proof).is_ok();
        prop_assert_eq!(accepted, claimed == old && new >= old);
    }

    #[test]
    fn foreign_requests_never_panic(bytes: Vec<u8>, text in "(old |[0-9]|\n|— |[a-z]|=){0,60}") {
        let _either = (AddCheckpoint::parse(&bytes), AddCheckpoint::parse(text.as_bytes()));
    }
}
