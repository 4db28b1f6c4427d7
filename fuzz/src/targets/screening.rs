//! Prepared screening indexes as files. What is no index or was damaged is refused. One that somebody wrote on purpose, checksum and
//! all, opens or is refused; it is not searched, for whoever may write these files could leave out of them whom they like.

use sha2::{Digest as _, Sha256};
use std::sync::{Arc, OnceLock};
use tenantry_lists::read_ftm;
use tenantry_screening::{Index, Options, Query, Score};

/// Where the header has the checksum over all that follows the header.
const CHECKSUM: std::ops::Range<usize> = 72..104;

/// A true index.
fn truth() -> &'static [u8] {
    static TRUTH: OnceLock<Vec<u8>> = OnceLock::new();
    TRUTH.get_or_init(|| {
        let list = include_bytes!("../../sample/list.ftm.json");
        let snapshot = read_ftm("own", "Own list", None, list.as_slice()).expect("a sound list").snapshot;
        Index::build(&[(snapshot.header().clone(), snapshot.entities())]).bytes().to_vec()
    })
}

/// Bytes as they are, or, behind a first byte of 1, changes of a true index: six bytes each, a place and what is written over
/// four bytes there.
pub(crate) fn image(data: &[u8]) {
    let Some((1, changes)) = data.split_first() else {
        if let Ok(index) = Index::open(Arc::new(data.to_vec())) {
            assert_eq!(index.bytes(), data);
        }
        return;
    };
    let mut bytes = truth().to_vec();
    for change in changes.chunks_exact(6) {
        let (place, written) = change.split_at(2);
        let word = usize::from(u16::from_le_bytes([place[0], place[1]]));
        let words = bytes.len() / 4 - CHECKSUM.end / 4;
        let at = CHECKSUM.end + word % words * 4;
        bytes[at..at + 4].copy_from_slice(written);
    }
    let changed = bytes != truth();
    if changed {
        assert!(Index::open(Arc::new(bytes.clone())).is_err(), "damage that goes unnoticed");
    }
    let checksum = Sha256::digest(&bytes[CHECKSUM.end..]);
    bytes[CHECKSUM].copy_from_slice(&checksum);
    let Ok(index) = Index::open(Arc::new(bytes)) else { return };
    let _ = (index.headers().len(), index.len());
    for id in ["a", "b", ""] {
        assert!(index.entity(id).is_none_or(|found| found.id == id));
    }
    if !changed {
        let options = Options { threshold: Score::FLOOR, limit: 10 };
        assert!(!index.search(&Query::person("Ada Exampel"), &options).is_empty());
    }
}
