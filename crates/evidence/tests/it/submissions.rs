//! The receipt of a record alone, and files that are no package: both verifiers agree on each.

use tenantry_ledger::{SignedNote, TlogProof, inclusion_proof};
use tenantry_verifier::{Policy, Verdict, submission, verify};

use crate::bagit::python_with;
use crate::python::run;
use crate::sample::{Ledger, TestSigner};

fn signed(ledger: &Ledger, signer: &TestSigner) -> SignedNote {
    ledger.head().sign(&[signer]).unwrap()
}

fn policy(signer: &TestSigner) -> String {
    format!("log {}\nquorum none\n", signer.key())
}

/// The receipt of a leaf of the sample; of the batch, with two of its events.
fn receipt(ledger: &Ledger, signer: &TestSigner, index: u64) -> String {
    let path = inclusion_proof(&ledger.levels, index, ledger.tree.size()).unwrap();
    let proof = TlogProof { extra: None, index, path, checkpoint: signed(ledger, signer).to_string() };
    let batch = ledger.batch(&[0, 4]);
    let shown = batch.record.disclosure.unwrap();
    let events = (index == 7).then_some((&shown, batch.events.as_slice()));
    submission::write(&ledger.leaves[index as usize], &proof.to_string(), &policy(signer), events).unwrap()
}

#[test]
fn a_record_is_proven_without_a_package() {
    let (ledger, signer) = (Ledger::new(), TestSigner::new(1));
    for index in 0..8 {
        let text = receipt(&ledger, &signer, index);
        let report = verify(text.as_bytes(), None, None);
        assert_eq!(report.verdict, Verdict::Valid, "{report}");
        assert_eq!(report.counts.events, if index == 7 { 2 } else { 0 });
        let own = Policy::parse(policy(&signer).as_bytes()).unwrap();
        assert_eq!(verify(text.as_bytes(), Some(&own), None).verdict, Verdict::Valid);
        let other = Policy::parse(policy(&TestSigner::new(2)).as_bytes()).unwrap();
        assert_eq!(verify(text.as_bytes(), Some(&other), None).verdict, Verdict::Invalid);
        if let Some(python) = python_with("cryptography") {
            assert_eq!(run(&python, text.as_bytes(), None), (Some(0), "VALID".to_owned()));
        }
    }
}

#[test]
fn what_does_not_belong_to_the_record_is_found() {
    let (ledger, signer) = (Ledger::new(), TestSigner::new(1));
    let good = receipt(&ledger, &signer, 7);
    let value: serde_json::Value = serde_json::from_str(&good).unwrap();
    let other: serde_json::Value = serde_json::from_str(&receipt(&ledger, &signer, 5)).unwrap();
    let change = |part: &str, to: serde_json::Value| {
        let mut changed = value.clone();
        changed[part] = to;
        changed.to_string()
    };
    let text = |part: &str| value[part].as_str().unwrap();
    let cases = [
        ("format", change("format", "tenantry/record-receipt@v2".into())),
        ("leaf", change("leaf", other["leaf"].clone())),
        ("proof", change("proof", other["proof"].clone())),
        ("policy", change("policy", policy(&TestSigner::new(2)).into())),
        ("opening", change("opening", text("opening").replace("shown", "hidden").into())),
        ("events in another order", {
            let (head, events) = text("events").split_once("event ").unwrap();
            let (one, two) = events.split_once("event ").unwrap();
            change("events", format!("{head}event {two}event {one}").into())
        }),
        ("a field too many", change("more", "1".into())),
    ];
    for (name, changed) in cases {
        assert_eq!(verify(changed.as_bytes(), None, None).verdict, Verdict::Invalid, "{name}");
        if let Some(python) = python_with("cryptography") {
            assert_eq!(run(&python, changed.as_bytes(), None).0, Some(1), "{name}");
        }
    }
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone().into_bytes();
        bad[at] ^= 1;
        let report = verify(&bad, None, None);
        let harmless = serde_json::from_slice::<serde_json::Value>(&bad).is_ok_and(|read| read == value);
        assert!(harmless || report.verdict != Verdict::Valid, "byte {at}: {report}");
    }
}

#[test]
fn an_encrypted_file_says_how_to_decrypt_it() {
    for beginning in ["age-encryption.org/v1\n-> X25519 abc\n", "-----BEGIN AGE ENCRYPTED FILE-----\n"] {
        let report = verify(beginning.as_bytes(), None, None);
        assert_eq!(report.verdict, Verdict::Incomplete);
        assert!(report.reasons[0].contains("age --decrypt --identity"), "{report}");
        assert!(!report.not_checked.is_empty(), "{report}");
        if let Some(python) = python_with("cryptography") {
            assert_eq!(run(&python, beginning.as_bytes(), None), (Some(2), "INCOMPLETE".to_owned()));
        }
    }
}
