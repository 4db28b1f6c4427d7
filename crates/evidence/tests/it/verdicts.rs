//! What the verifier concludes from packages that a dishonest or careless builder could make and sign.

use tenantry_evidence::{Attachment, Package, SubjectClaim, build};
use tenantry_ledger::Pseudonym;
use tenantry_verifier::{Verdict, verify};

use crate::sample::{Ledger, SUBJECT, TestSigner, sample};

#[test]
fn the_report_of_a_good_package_reads_well() {
    let mut report = verify(&sample(), None, None);
    // It changes with every word of the page and the instructions inside.
    "[hash]".clone_into(&mut report.package_sha256);
    insta::assert_snapshot!("valid_report", report.to_string());
    insta::assert_json_snapshot!("valid_report_json", report);
}

#[test]
fn the_same_parts_give_the_same_bytes() {
    assert_eq!(sample(), sample());
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    type Change = fn(&mut Package);
    let cases: [(&str, Verdict, &str, Change); 10] = [
        ("gap", Verdict::Incomplete, "1 of 4 records stated", |package| drop(package.records.remove(1))),
        ("end cut off", Verdict::Incomplete, "1 of 4 records stated", |package| drop(package.records.pop())),
        ("unstated erasure", Verdict::Incomplete, "states the erasure of 3", |package| {
            drop(package.custody.pop());
        }),
        ("no records", Verdict::Incomplete, "holds no record", |package| {
            package.records.clear();
            package.complete.clear();
        }),
        ("understated", Verdict::Invalid, "more records than stated", |package| {
            package.complete[0].records = 3;
        }),
        ("absent subject", Verdict::Incomplete, "2 of 2 records stated", |package| {
            package.complete.push(SubjectClaim { subject: Pseudonym([8; 16]), records: 2 });
        }),
        ("proof of another leaf", Verdict::Invalid, "root hash", |package| {
            package.records[0].path = package.records[1].path.clone();
        }),
        ("fields of another record", Verdict::Invalid, "does not match the commitment", |package| {
            package.records[0].disclosure = package.custody[0].disclosure.clone();
        }),
        ("record twice", Verdict::Invalid, "twice", |package| {
            package.custody.push(package.records[0].clone());
        }),
        ("erasure before the record", Verdict::Invalid, "no later record", |package| {
            package.erased[0].erased_by = 2;
        }),
    ];
    let signer = TestSigner::new(1);
    for (name, verdict, reason, change) in cases {
        let mut package = Ledger::new().package(&signer);
        change(&mut package);
        let report = verify(&build(&package, &signer).unwrap(), None, None);
        assert_eq!(report.verdict, verdict, "{name}: {report}");
        assert!(report.reasons.iter().any(|line| line.contains(reason)), "{name}: {report}");
    }
}

#[test]
fn a_selection_without_claim_is_valid_and_says_so() {
    let signer = TestSigner::new(1);
    let mut package = Ledger::new().package(&signer);
    package.complete.clear();
    package.records.remove(1);
    let report = verify(&build(&package, &signer).unwrap(), None, None);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(report.not_checked.iter().any(|line| line.contains("completeness")), "{report}");
}

#[test]
fn the_builder_refuses_names_that_leave_their_folder() {
    let signer = TestSigner::new(1);
    for name in ["../x", "a/b", "", ".hidden", "with space", "é"] {
        let mut package = Ledger::new().package(&signer);
        package.request.push(Attachment { name: name.into(), bytes: vec![] });
        assert!(build(&package, &signer).is_err(), "`{name}`");
    }
    let mut package = Ledger::new().package(&signer);
    package.external_identifier = "two\nlines".into();
    assert!(build(&package, &signer).is_err());
}

#[test]
fn hidden_values_are_not_in_the_package() {
    let signer = TestSigner::new(1);
    let mut package = Ledger::new().package(&signer);
    package.records[0].disclosure = None;
    let bytes = build(&package, &signer).unwrap();
    assert!(!bytes.windows(10).any(|window| window == b"A. Example"));
    assert_eq!(SUBJECT, Pseudonym([7; 16]));
}
