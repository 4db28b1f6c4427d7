//! No changed byte may go unnoticed, in files and in the archive around them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use tenantry_verifier::{Policy, Verdict, verify, zip as own_zip};

use crate::sample::{TestSigner, sample};
use tenantry_ledger::NoteSigner as _;

/// Positions that matter most: every byte of what is small, and of large files (pages, prints) some hundred.
fn positions(package: &[u8]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..package.len()).collect();
    for bytes in unzip(package).values().filter(|bytes| bytes.len() > 4_096) {
        let start = package.windows(bytes.len()).position(|window| window == bytes).unwrap();
        let stride = (bytes.len() / 200) | 1;
        positions.retain(|at| !(start..start + bytes.len()).contains(at) || (at - start) % stride == 0);
    }
    positions
}

#[test]
fn every_flipped_byte_of_the_archive_is_found() {
    let package = sample();
    assert_eq!(verify(&package, None, None).verdict, Verdict::Valid);
    let mut changed = package.clone();
    for at in positions(&package) {
        let mask = [0x01, 0x20, 0xff][at % 3];
        changed[at] ^= mask;
        assert_ne!(verify(&changed, None, None).verdict, Verdict::Valid, "byte {at} changed by {mask:#x}");
        changed[at] ^= mask;
    }
}

#[test]
fn every_cut_and_every_addition_is_found() {
    let package = sample();
    for length in positions(&package) {
        assert_ne!(verify(&package[..length], None, None).verdict, Verdict::Valid, "cut to {length}");
    }
    for (name, changed) in additions(&package) {
        assert_eq!(verify(&changed, None, None).verdict, Verdict::Invalid, "{name}");
    }
}

/// What somebody without a key could add to a package or change around its files.
pub(crate) fn additions(package: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let with_file = |path: &'static str, bytes: &'static [u8]| {
        let mut files = own_zip::read(package).unwrap();
        files.push((path, bytes));
        files.sort_unstable();
        own_zip::write(&files).unwrap()
    };
    let directory = package.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = package.to_vec();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    };
    vec![
        ("a byte before it", [b"\0", package].concat()),
        ("a program before it", [b"#!/bin/sh\nexit 1\n", package].concat()),
        ("a byte behind it", [package, b"\0"].concat()),
        ("another archive behind it", [package, package].concat()),
        ("a comment", [&package[..package.len() - 2], b"\x02\0ok"].concat()),
        ("a symbolic link", with(directory + 38, &(0o120_777_u32 << 16).to_le_bytes())),
        ("another date", with(directory + 12, b"\x22\x22\x55\x55")),
        ("a file like a tag manifest", with_file("bag/tagmanifest-README-FIRST.html", b"all is well")),
        ("a tag manifest of another kind", with_file("bag/tagmanifest-sha512.txt", b"")),
        ("a folder like a tag manifest", with_file("bag/tagmanifest/report.pdf", b"")),
        ("a tag file", with_file("bag/fetch.txt", b"")),
        ("a payload file", with_file("bag/data/request/order-2.pdf", b"%PDF-1.7")),
        ("a file beside the bag", with_file("read-me-first.txt", b"")),
    ]
}

/// The attacker repairs the archive's own checksums by writing it anew with a common ZIP library.
#[test]
fn one_changed_byte_per_file_in_a_rewritten_archive_is_found() {
    let files = unzip(&sample());
    assert_eq!(
        verify(&rezip(&files), None, None).verdict,
        Verdict::Invalid,
        "another byte form is refused as such"
    );
    for (path, bytes) in &files {
        let mut changed = files.clone();
        let mut altered = bytes.clone();
        let middle = altered.len() / 2;
        altered[middle] ^= 1;
        changed.insert(path.clone(), altered);
        assert_ne!(verify(&rezip(&changed), None, None).verdict, Verdict::Valid, "{path}");
    }
}

#[test]
fn a_package_under_another_key_is_refused_by_a_policy() {
    let (ours, other) = (TestSigner::new(1), TestSigner::new(2));
    let policy = |signer: &TestSigner| {
        Policy::parse(format!("# trusted\nlog {}\nquorum none\n", signer.verifier_key()).as_bytes()).unwrap()
    };
    assert_eq!(verify(&sample(), Some(&policy(&ours)), None).verdict, Verdict::Valid);
    assert_eq!(verify(&sample(), Some(&policy(&other)), None).verdict, Verdict::Invalid);
}

/// The `zip` crate as a second opinion on the archive format.
pub(crate) fn unzip(package: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let name = file.name().unwrap().into_owned();
        files.insert(name, bytes);
    }
    files
}

fn rezip(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (path, bytes) in files {
        writer.start_file(path.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
