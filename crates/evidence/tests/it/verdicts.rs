//! What the verifier concludes from packages that a dishonest or careless builder could make and sign.

use tenantry_evidence::{Attachment, build};
use tenantry_ledger::Pseudonym;
use tenantry_verifier::{Verdict, verify};

use crate::cases::CASES;
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
    let signer = TestSigner::new(1);
    for (name, verdict, reason, change) in CASES {
        let mut package = Ledger::new().package(&signer);
        change(&mut package);
        let report = verify(&build(&package, &signer).unwrap(), None, None);
        assert_eq!(report.verdict, verdict, "{name}: {report}");
        assert!(report.reasons.iter().any(|line| line.contains(reason)), "{name}: {report}");
        assert!(report.complete.is_none() || !report.reasons.iter().any(|line| line.contains("subject")));
    }
}

#[test]
fn without_an_index_completeness_is_the_signers_word() {
    let signer = TestSigner::new(1);
    let mut package = Ledger::new().package(&signer);
    package.index = None;
    let report = verify(&build(&package, &signer).unwrap(), None, None);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(report.complete.is_none(), "{report}");
    assert!(
        report.not_checked.iter().any(|line| line.contains("rests on the signer's statement")),
        "{report}"
    );
}

#[test]
fn a_selection_without_claim_is_valid_and_says_so() {
    let signer = TestSigner::new(1);
    let mut package = Ledger::new().package(&signer);
    package.complete.clear();
    package.index = None;
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
