//! An index written and opened again answers the same; anything else than what was written is refused.

use crate::{entity, index};
use proptest::prelude::*;
use std::sync::Arc;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_screening::{ImageError, Index, Options, Query, Score};

fn listed() -> Vec<ListedEntity> {
    vec![
        entity(
            "b",
            Schema::Company,
            &[(Property::Name, "Example Trading LLC"), (Property::Website, "example.com")],
        ),
        entity(
            "a",
            Schema::Person,
            &[
                (Property::Name, "EXAMPLE, Ada Maria"),
                (Property::Alias, "Ада Экзампл"),
                (Property::BirthDate, "1970-02-03"),
                (Property::Address, "1 Example Road, Exampleton"),
                (Property::PassportNumber, "X 123-456"),
            ],
        ),
        entity("c", Schema::Vessel, &[(Property::Name, "EXAMPLE STAR"), (Property::Flag, "pa")]),
    ]
}

fn open(bytes: &[u8]) -> Result<Index, ImageError> {
    Index::open(Arc::new(bytes.to_vec()))
}

#[test]
fn an_opened_index_answers_like_the_built_one() {
    let built = index(&listed());
    let opened = open(built.bytes()).expect("opens");
    assert_eq!(opened.headers(), built.headers());
    assert_eq!(opened.len(), 3);
    for id in ["a", "b", "c", "d", ""] {
        assert_eq!(opened.entity(id), built.entity(id));
    }
    let options = Options { threshold: Score::FLOOR, limit: 10 };
    for query in
        [Query::person("Ada Exampel"), Query::organisation("Exampel Trading"), Query::person("Ada Example")]
    {
        let hits = opened.search(&query, &options);
        assert!(!hits.is_empty());
        assert_eq!(hits, built.search(&query, &options));
    }
    assert_eq!(opened.bytes(), built.bytes());
}

#[test]
fn the_same_list_gives_the_same_bytes() {
    assert_eq!(index(&listed()).bytes(), index(&listed()).bytes());
}

#[test]
fn bytes_that_lie_unevenly_are_read_all_the_same() {
    struct Shifted(Vec<u8>);
    impl AsRef<[u8]> for Shifted {
        fn as_ref(&self) -> &[u8] {
            &self.0[1..]
        }
    }
    let built = index(&listed());
    let shifted = [&[0], built.bytes()].concat();
    let opened = Index::open(Arc::new(Shifted(shifted))).expect("opens");
    let query = Query::person("Ada Example");
    assert_eq!(opened.search(&query, &Options::default()), built.search(&query, &Options::default()));
}

#[test]
fn what_is_no_index_is_refused_with_a_reason() {
    let built = index(&listed());
    let bytes = built.bytes();
    let changed = |at: usize| {
        let mut out = bytes.to_vec();
        out[at] ^= 0x40;
        open(&out).expect_err("refused")
    };
    assert_eq!(open(b"").expect_err("refused"), ImageError::Foreign);
    assert_eq!(open(&[7; 4096]).expect_err("refused"), ImageError::Foreign);
    assert_eq!(changed(0), ImageError::Foreign);
    assert_eq!(changed(8), ImageError::OtherLayout);
    assert_eq!(changed(12), ImageError::OtherLayout);
    assert!(matches!(changed(16), ImageError::OtherAlgorithm { .. }));
    assert_eq!(changed(48), ImageError::OtherLayout);
    let length = bytes.len() as u64;
    let short = open(&bytes[..bytes.len() - 1]).expect_err("refused");
    assert_eq!(short, ImageError::CutShort { expected: length, found: length - 1 });
    assert_eq!(changed(bytes.len() - 1), ImageError::Damaged);
}

proptest! {
    #[test]
    fn no_changed_byte_goes_unnoticed(at in any::<prop::sample::Index>(), change in 1_u8..=255) {
        let mut bytes = index(&listed()).bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert!(open(&bytes).is_err());
    }
}
