//! Body, commitment and disclosure.

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use tenantry_ledger::{Body, Entry, Field, LedgerError, RecordType, limits};

fn body() -> Body {
    let fields = vec![Field::new("name", "A. Example"), Field::new("country", "NZ"), Field::new("note", "")];
    let mut next = 0_u8;
    Body::new(RecordType(7), 2, fields, |random| {
        for byte in random {
            *byte = next;
            next = next.wrapping_add(1);
        }
    })
    .unwrap()
}

/// The construction of the module documentation, written out a second time with nothing but SHA-256.
#[test]
fn the_commitment_is_the_documented_one() {
    let digest = |salt: u8, position: u16, name: &str, value: &str| {
        let salt: Vec<u8> = (salt..salt + 16).collect();
        let mut text = b"\x00\x13reg-ledger/field/v1".to_vec();
        text.extend(salt);
        text.extend([0, 7, 0, 2]);
        text.extend(position.to_be_bytes());
        text.extend((name.len() as u16).to_be_bytes());
        text.extend(name.as_bytes());
        text.extend((value.len() as u32).to_be_bytes());
        text.extend(value.as_bytes());
        Sha256::digest(text).to_vec()
    };
    let leaf = |data: Vec<u8>| Sha256::digest([vec![0], data].concat()).to_vec();
    let node = |left: Vec<u8>, right: Vec<u8>| Sha256::digest([vec![1], left, right].concat()).to_vec();
    let root = node(
        node(leaf(digest(32, 0, "name", "A. Example")), leaf(digest(48, 1, "country", "NZ"))),
        leaf(digest(64, 2, "note", "")),
    );
    let message = [b"\x00\x12reg-ledger/body/v1\x00\x07\x00\x02\x00\x03".to_vec(), root].concat();
    let pad = |with: u8| (0..64_u8).map(|at| (if at < 32 { at } else { 0 }) ^ with).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), message].concat()).to_vec();
    let outer = Sha256::digest([pad(0x5c), inner].concat());
    assert_eq!(body().commitment(), <[u8; 32]>::from(outer));
}

#[test]
fn a_field_can_be_shown_and_the_rest_stays_proven() {
    let (body, commitment) = (body(), body().commitment());
    let shown = body.disclose(&["country"]).unwrap();
    shown.verify(RecordType(7), 2, &commitment).unwrap();
    assert_eq!(shown.shown().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["country"]);
    assert_eq!(shown.verify(RecordType(8), 2, &commitment), Err(LedgerError::CommitmentMismatch));
    assert_eq!(shown.verify(RecordType(7), 3, &commitment), Err(LedgerError::CommitmentMismatch));
    assert!(matches!(body.disclose(&["missing"]), Err(LedgerError::NoSuchField { .. })));
    body.disclose_all().verify(RecordType(7), 2, &commitment).unwrap();

    let mut bad = shown.clone();
    bad.blinding[0] ^= 1;
    assert!(bad.verify(RecordType(7), 2, &commitment).is_err());
    let mut bad = shown.clone();
    bad.entries.swap(0, 1);
    assert!(bad.verify(RecordType(7), 2, &commitment).is_err());
    let mut bad = shown.clone();
    bad.entries.pop();
    assert!(bad.verify(RecordType(7), 2, &commitment).is_err());
    for at in 0..3 {
        let mut bad = shown.clone();
        match &mut bad.entries[at] {
            Entry::Shown { field, .. } => field.value[0] ^= 1,
            Entry::Hidden { digest } => digest[0] ^= 1,
        }
        assert!(bad.verify(RecordType(7), 2, &commitment).is_err(), "entry {at}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let text = format!("{:?} {:?} {:?}", body(), body().fields().collect::<Vec<_>>(), body().disclose_all());
    assert!(!text.contains("Example"), "{text}");
}

#[test]
fn bad_bodies_are_refused() {
    let make = |fields| Body::new(RecordType(1), 1, fields, |_| {});
    for name in ["", "Name", "a b", &"a".repeat(65)] {
        assert!(make(vec![Field::new(name, "")]).is_err(), "`{name}`");
    }
    assert!(make(vec![Field::new("a", ""), Field::new("a", "")]).is_err(), "repeated name");
    let names = |count: usize| (0..count).map(|at| Field::new(format!("f{at}"), "")).collect::<Vec<_>>();
    assert!(make(names(limits::FIELDS_MAX)).is_ok());
    assert!(make(names(limits::FIELDS_MAX + 1)).is_err());
    assert!(make(vec![Field::new("a", vec![0; limits::FIELD_VALUE_BYTES_MAX])]).is_ok());
    assert!(make(vec![Field::new("a", vec![0; limits::FIELD_VALUE_BYTES_MAX + 1])]).is_err());
}

#[test]
fn cut_and_extended_openings_are_refused() {
    let bytes = body().encode();
    assert_eq!(Body::decode(&bytes).unwrap(), body());
    for length in 0..bytes.len() {
        assert!(Body::decode(&bytes[..length]).is_err(), "cut to {length}");
    }
    assert!(Body::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        assert!(
            Body::decode(&bad).map_or(true, |other| other.commitment() != body().commitment()),
            "byte {at} is not bound"
        );
    }
}

proptest! {
    #[test]
    fn any_body_comes_back_and_discloses(values in prop::collection::vec(any::<Vec<u8>>(), 0..12), mask: u16, seed: u8) {
        let fields = values.iter().enumerate().map(|(at, value)| Field::new(format!("f{at}"), value.clone()));
        let body = Body::new(RecordType(1), 1, fields.collect(), |random| random.fill(seed)).unwrap();
        prop_assert_eq!(&Body::decode(&body.encode()).unwrap(), &body);
        let names: Vec<String> =
            (0..values.len()).filter(|at| mask >> at & 1 == 1).map(|at| format!("f{at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let shown = body.disclose(&names).unwrap();
        prop_assert_eq!(shown.shown().count(), names.len());
        prop_assert!(shown.verify(RecordType(1), 1, &body.commitment()).is_ok());
    }

    #[test]
    fn foreign_bytes_never_panic(bytes: Vec<u8>) {
        let mut labelled = b"\x00\x15reg-ledger/opening/v1".to_vec();
        labelled.extend(&bytes);
        let _either = (Body::decode(&bytes), Body::decode(&labelled));
    }
}
