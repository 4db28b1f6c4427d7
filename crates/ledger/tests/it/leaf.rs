//! The leaf codec.

use proptest::prelude::*;
use tenantry_ledger::{LeafHeader, Pseudonym, RecordType, RetentionClass, UnixNanos, leaf_hash, limits};

use crate::hex;

fn leaf() -> LeafHeader {
    LeafHeader {
        log_seq: 300,
        record_type: RecordType(0x0102),
        schema: 3,
        recorded_at: UnixNanos(1_790_000_000_123_456_789),
        event_at: UnixNanos(1_790_000_000_000_000_000),
        producer: "register".into(),
        actor: Pseudonym([0xaa; 16]),
        approvals: vec![17, 18],
        subject: Pseudonym([0xbb; 16]),
        subject_seq: 2,
        prev_subject_leaf: [0xcc; 32],
        retention: RetentionClass::PERSONAL_DATA,
        rule_version: [0xdd; 32],
        causes: vec![299],
        commitment: [0xee; 32],
    }
}

/// Written out by hand from the table in the crate documentation.
#[test]
fn the_golden_leaf() {
    let golden = [
        "00127265672d6c65646765722f6c6561662f7631",
        "000000000000012c",
        "0102",
        "0003",
        "18d75b842b4ecd15",
        "18d75b8423f30000",
        "00087265676973746572",
        &"aa".repeat(16),
        "000200000000000000110000000000000012",
        &"bb".repeat(16),
        "0000000000000002",
        &"cc".repeat(32),
        "01",
        &"dd".repeat(32),
        "0001000000000000012b",
        &"ee".repeat(32),
    ]
    .concat();
    let bytes = leaf().encode().unwrap();
    assert_eq!(hex(&bytes), golden);
    assert_eq!(LeafHeader::decode(&bytes).unwrap(), leaf());
}

#[test]
fn every_flipped_bit_changes_the_meaning_or_is_refused() {
    let bytes = leaf().encode().unwrap();
    for at in 0..bytes.len() * 8 {
        let mut bad = bytes.clone();
        bad[at / 8] ^= 1 << (at % 8);
        assert_ne!(LeafHeader::decode(&bad).ok(), Some(leaf()), "bit {at}");
        assert_ne!(leaf_hash(&bad), leaf_hash(&bytes));
    }
    for length in 0..bytes.len() {
        assert!(LeafHeader::decode(&bytes[..length]).is_err(), "cut to {length}");
    }
    assert!(LeafHeader::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
    assert!(LeafHeader::decode(&vec![0; limits::LEAF_BYTES_MAX + 1]).is_err());
}

#[test]
fn broken_rules_are_refused_when_writing_and_reading() {
    type Change = fn(&mut LeafHeader);
    let cases: [(&str, Change); 12] = [
        ("empty producer", |leaf| leaf.producer.clear()),
        ("producer with a capital", |leaf| leaf.producer = "Register".into()),
        ("long producer", |leaf| leaf.producer = "a".repeat(65)),
        ("approval of itself", |leaf| leaf.approvals = vec![300]),
        ("approvals out of order", |leaf| leaf.approvals = vec![18, 17]),
        ("approval twice", |leaf| leaf.approvals = vec![17, 17]),
        ("cause in the future", |leaf| leaf.causes = vec![301]),
        ("no retention class", |leaf| leaf.retention = RetentionClass(0)),
        ("number without subject", |leaf| leaf.subject = Pseudonym::NONE),
        ("subject without number", |leaf| leaf.subject_seq = 0),
        ("first with a predecessor", |leaf| leaf.subject_seq = 1),
        ("second without a predecessor", |leaf| leaf.prev_subject_leaf = [0; 32]),
    ];
    for (name, change) in cases {
        let mut bad = leaf();
        change(&mut bad);
        assert!(bad.encode().is_err(), "{name}");
    }
    let mut many = leaf();
    many.log_seq = 1 << 40;
    many.causes = (0..limits::REFERENCES_MAX as u64).collect();
    let bytes = many.encode().unwrap();
    assert_eq!(LeafHeader::decode(&bytes).unwrap(), many);
    many.causes.push(1 << 30);
    assert!(many.encode().is_err(), "one more than the limit");
}

proptest! {
    #[test]
    fn any_leaf_comes_back(
        log_seq: u64, kind: u16, schema: u16, recorded: u64, event: u64, producer in "[a-z0-9._/-]{1,64}",
        actor: [u8; 16], mut references in prop::collection::vec(any::<u64>(), 0..20), subject: [u8; 16],
        number in 2_u64.., previous in prop::array::uniform32(1_u8..), class in 1_u8.., hash: [u8; 32],
    ) {
        references.retain(|reference| *reference < log_seq);
        references.sort_unstable();
        references.dedup();
        let none = subject == [0; 16];
        let leaf = LeafHeader {
            log_seq, record_type: RecordType(kind), schema, recorded_at: UnixNanos(recorded),
            event_at: UnixNanos(event), producer, actor: Pseudonym(actor), approvals: references.clone(),
            subject: Pseudonym(subject), subject_seq: if none { 0 } else { number },
            prev_subject_leaf: if none { [0; 32] } else { previous }, retention: RetentionClass(class),
            rule_version: hash, causes: references, commitment: hash,
        };
        prop_assert_eq!(LeafHeader::decode(&leaf.encode().unwrap()).unwrap(), leaf);
    }

    #[test]
    fn foreign_bytes_never_panic_and_reading_is_the_inverse_of_writing(bytes: Vec<u8>) {
        let mut labelled = leaf().encode().unwrap()[..20].to_vec();
        labelled.extend(&bytes);
        for input in [&bytes, &labelled] {
            if let Ok(leaf) = LeafHeader::decode(input) {
                prop_assert_eq!(&leaf.encode().unwrap(), input);
            }
        }
    }
}
