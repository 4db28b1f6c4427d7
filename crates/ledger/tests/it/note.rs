//! Notes, keys, checkpoints and proofs as text.

use proptest::prelude::*;
use tenantry_ledger::{
    Checkpoint, LedgerError, SignatureType, SignedNote, TlogProof, VerifierKey, inclusion_proof, leaf_hash,
    limits,
};

use crate::merkle::Levels;
use crate::toy::{ToyCheck, ToySigner};

/// The verifier key and note of the Go `sumdb/note` documentation, which the C2SP format descends from.
#[test]
fn a_foreign_key_and_note_are_read() {
    let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key = VerifierKey::parse(text).unwrap();
    assert_eq!((key.name(), key.key_id()), ("PeterNeumann", 0xc74f_20a3));
    assert_eq!(key.to_string(), text);
    let note = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n\n\
                — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let parsed = SignedNote::parse(note.as_bytes()).unwrap();
    assert!(key.matches(&parsed.signatures()[0]));
    assert_eq!(parsed.signatures()[0].signature.len(), 64);
    assert_eq!(parsed.to_string(), note);
}

/// The example of the `tlog-checkpoint` specification.
#[test]
fn the_specification_checkpoint_is_read() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
                — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    let note = SignedNote::parse(text.as_bytes()).unwrap();
    let checkpoint = Checkpoint::parse_text(note.text()).unwrap();
    assert_eq!(checkpoint.size, 20_852_163);
    assert_eq!(note.to_string(), text);
    assert_eq!(checkpoint.to_text(), note.text());
}

#[test]
fn signatures_of_unknown_keys_are_ignored_and_bad_ones_of_known_keys_refuse() {
    let (log, witness, stranger) = (
        ToySigner::log("log.example", 1),
        ToySigner::log("witness.example", 2),
        ToySigner::log("x.example", 3),
    );
    let note = SignedNote::sign("text\n", &[&log, &stranger, &witness]).unwrap();
    let known = [log.key.clone(), witness.key.clone()];
    assert_eq!(note.verify(&known, &ToyCheck).unwrap(), [&log.key, &witness.key]);
    let other = [ToySigner::log("other.example", 1).key];
    assert_eq!(note.verify(&other, &ToyCheck), Err(LedgerError::NoKnownSignature));
    let renamed = [ToySigner::log("log.example", 9).key];
    assert_eq!(note.verify(&renamed, &ToyCheck), Err(LedgerError::NoKnownSignature), "same name, other key");
    let mut forged = note.clone();
    let mut signature = note.signatures()[2].clone();
    signature.signature[0] ^= 1;
    forged.push(signature);
    assert!(matches!(forged.verify(&known, &ToyCheck), Err(LedgerError::BadSignature { .. })));
}

#[test]
fn malformed_notes_are_refused() {
    let good = SignedNote::sign("text\n", &[&ToySigner::log("log.example", 1)]).unwrap().to_string();
    let line = good.lines().last().unwrap();
    for bad in [
        String::new(),
        "text\n".into(),
        "text\n\n".into(),
        good.trim_end().into(),
        format!("{good}\n"),
        good.replace("— ", "- "),
        good.replace("text", "te\txt"),
        good.replace("text", "te\rxt"),
        good.replace("log.example ", "log.example  "),
        good.replace("log.example ", "log+example "),
        good.replace("log.example ", "log.example ="),
        format!("text\n\n— log.example {}\n", "AAAAAA=="),
        format!("text\n\n{}", format!("{line}\n").repeat(limits::NOTE_SIGNATURES_MAX + 1)),
        format!("{}\n\n{line}\n", "a".repeat(limits::NOTE_BYTES_MAX)),
    ] {
        assert!(SignedNote::parse(bad.as_bytes()).is_err(), "{bad:?}");
    }
    assert!(SignedNote::parse(b"text\xff\n\n").is_err());
    assert!(SignedNote::sign("no newline", &[&ToySigner::log("a", 1)]).is_err());
    assert!(SignedNote::sign("text\n", &[]).is_err());
}

#[test]
fn malformed_keys_are_refused() {
    let good = ToySigner::log("log.example", 1).key.to_string();
    assert_eq!(VerifierKey::parse(&good).unwrap().to_string(), good);
    for at in 0..good.len() {
        let mut bad = good.clone().into_bytes();
        bad[at] ^= 1;
        assert!(String::from_utf8(bad).map_or(true, |bad| VerifierKey::parse(&bad).is_err()), "byte {at}");
    }
    for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b", &"a".repeat(256)] {
        assert!(VerifierKey::new(name, SignatureType::ED25519, &[1; 32]).is_err(), "{name:?}");
    }
    assert!(VerifierKey::new("a", SignatureType::ED25519, &[1; 31]).is_err());
    assert!(VerifierKey::new("a", SignatureType::COSIGNATURE_ML_DSA_44, &[1; 1_312]).is_ok());
}

#[test]
fn only_the_canonical_checkpoint_is_read() {
    let good = "log.example\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    assert!(Checkpoint::parse_text(good).is_ok());
    for bad in [
        good.trim_end().to_owned(),
        format!("{good}extension\n"),
        format!("{good}\n"),
        good.replace("\n7\n", "\n07\n"),
        good.replace("\n7\n", "\n+7\n"),
        good.replace("\n7\n", "\n\n"),
        good.replace("\n7\n", "\n18446744073709551615\n"),
        good.replace("log.example", ""),
        good.replace('=', ""),
    ] {
        assert!(Checkpoint::parse_text(&bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_checkpoint_counts_only_when_its_own_log_signed_it() {
    let (log, witness) = (ToySigner::log("log.example", 1), ToySigner::log("witness.example", 2));
    let checkpoint = Checkpoint { origin: "log.example".into(), size: 1, root: [1; 32] };
    let keys = [log.key.clone(), witness.key.clone()];
    let both = checkpoint.sign(&[&log, &witness]).unwrap().to_string();
    assert_eq!(Checkpoint::verify(both.as_bytes(), &keys, &ToyCheck).unwrap(), checkpoint);
    let only_witness = checkpoint.sign(&[&witness]).unwrap().to_string();
    assert_eq!(
        Checkpoint::verify(only_witness.as_bytes(), &keys, &ToyCheck),
        Err(LedgerError::NoKnownSignature)
    );
}

#[test]
fn every_flipped_byte_of_a_proof_file_is_refused() {
    let log = ToySigner::log("log.example", 1);
    let (levels, tree, _) = Levels::of(11);
    let checkpoint = Checkpoint { origin: "log.example".into(), size: tree.size(), root: tree.root() };
    let proof = TlogProof {
        extra: None,
        index: 5,
        path: inclusion_proof(&levels, 5, 11).unwrap(),
        checkpoint: checkpoint.sign(&[&log]).unwrap().to_string(),
    };
    let text = proof.to_string();
    assert_eq!(TlogProof::parse(text.as_bytes()).unwrap(), proof);
    let leaf = leaf_hash(&5_u64.to_be_bytes());
    let accept = |bytes: &[u8]| -> Result<(), LedgerError> {
        let proof = TlogProof::parse(bytes)?;
        let signed =
            Checkpoint::verify(proof.checkpoint.as_bytes(), std::slice::from_ref(&log.key), &ToyCheck)?;
        proof.verify(&leaf, &signed)
    };
    accept(text.as_bytes()).unwrap();
    for at in 0..text.len() {
        for mask in [1, 0x20, 0x80] {
            let mut bad = text.clone().into_bytes();
            bad[at] ^= mask;
            assert!(accept(&bad).is_err(), "byte {at} changed by {mask:#x}");
        }
    }
    let with_extra = TlogProof { extra: Some(b"context".to_vec()), ..proof };
    assert_eq!(TlogProof::parse(with_extra.to_string().as_bytes()).unwrap(), with_extra);
}

proptest! {
    #[test]
    fn foreign_text_never_panics_and_reading_is_the_inverse_of_writing(
        text in "(c2sp.org/tlog-proof@v1\nindex [0-9]{1,3}\n)?([a-z ]{0,9}\n){0,3}\n?(— [a-z]{1,3} [A-Za-z0-9+/]{8}\n){0,3}"
    ) {
        if let Ok(note) = SignedNote::parse(text.as_bytes()) {
            prop_assert_eq!(note.to_string(), text.clone());
        }
        if let Ok(proof) = TlogProof::parse(text.as_bytes()) {
            prop_assert_eq!(proof.to_string(), text.clone());
        }
        let _either = (VerifierKey::parse(&text), Checkpoint::parse_text(&text));
    }
}
