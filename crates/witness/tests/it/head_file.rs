//! The memory of a signer.

use tenantry_witness::{HeadFile, SignerError};

use crate::log::Log;

#[test]
fn what_was_remembered_comes_back_and_nothing_is_left_lying_about() {
    let folder = tempfile::tempdir().unwrap();
    let file = HeadFile::at(folder.path().join("checkpoint.lock"));
    assert_eq!(file.read().unwrap(), None);
    let log = Log::parting_at(40, 40);
    for size in 0..40 {
        let guard = file.lock().unwrap();
        guard.replace(&log.checkpoint(size)).unwrap();
        assert_eq!(guard.read().unwrap().unwrap(), log.checkpoint(size));
    }
    assert_eq!(HeadFile::at(file.path()).read().unwrap().unwrap().size, 39);
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["checkpoint.lock", "checkpoint.lock.guard"]);
}

#[test]
fn every_changed_or_missing_byte_is_damage_and_never_an_empty_memory() {
    let folder = tempfile::tempdir().unwrap();
    let file = HeadFile::at(folder.path().join("checkpoint.lock"));
    file.lock().unwrap().replace(&Log::parting_at(30, 30).checkpoint(20)).unwrap();
    let good = std::fs::read(file.path()).unwrap();
    let damaged = |bytes: &[u8]| {
        std::fs::write(file.path(), bytes).unwrap();
        matches!(file.read(), Err(SignerError::Damaged { .. }))
    };
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            assert!(damaged(&bad), "byte {at}, bit {bit}");
        }
        assert!(damaged(&good[..at]), "cut to {at} bytes");
    }
    assert!(damaged(&[good.as_slice(), b"\n"].concat()));
    assert!(damaged(&vec![0; 1 << 20]));
}
