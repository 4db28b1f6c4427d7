//! The receipt of a package, of a ledger that signs with keys of two kinds: both verifiers agree on each.

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use tenantry_evidence::build;
use tenantry_ledger::{
    Field, LedgerError, NoteSigner, Pseudonym, SignatureType, TlogProof, UnixSeconds, VerifierKey,
    consistency_proof, cosigned_message, timestamped_signature,
};
use tenantry_verifier::{Policy, Verdict, layout, receipt, verify};

use crate::bagit::python_with;
use crate::python::run;
use crate::sample::{Ledger, ORIGIN, TestSigner};

/// The second kind of key of the log.
struct Timed(SigningKey, VerifierKey);

impl Timed {
    fn new() -> Self {
        let secret = SigningKey::from_bytes(&[5; 32]);
        let public = secret.verifying_key().to_bytes();
        let key = VerifierKey::new(ORIGIN, SignatureType::COSIGNATURE_ED25519, &public).unwrap();
        Self(secret, key)
    }

    /// A witness, which signs the same way under a name of its own.
    fn witness(name: &str, seed: u8) -> Self {
        let secret = SigningKey::from_bytes(&[seed; 32]);
        let public = secret.verifying_key().to_bytes();
        Self(secret, VerifierKey::new(name, SignatureType::COSIGNATURE_ED25519, &public).unwrap())
    }
}

impl NoteSigner for Timed {
    fn verifier_key(&self) -> &VerifierKey {
        &self.1
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        let at = UnixSeconds(1_790_000_500);
        let message = cosigned_message(&self.1, text, at)?;
        Ok(timestamped_signature(at, &self.0.sign(&message).to_bytes()))
    }
}

/// Number of the kind of record that states the building of a package.
const EVIDENCE_BUILT: u16 = 19;

/// A package, and its receipt from a record of this kind under a checkpoint with the signatures of these keys.
fn made(kind: u16, signers: &[&dyn NoteSigner]) -> (Vec<u8>, String) {
    made_with(kind, signers, "quorum none\n", &[])
}

/// The same of a package that asks for witnesses, with the cosignatures of these under its own checkpoint.
fn made_with(
    kind: u16,
    signers: &[&dyn NoteSigner],
    witnesses: &str,
    cosigners: &[&dyn NoteSigner],
) -> (Vec<u8>, String) {
    let (mut ledger, signer, timed) = (Ledger::new(), TestSigner::new(1), Timed::new());
    let mut parts = ledger.package(&signer);
    let all: Vec<&dyn NoteSigner> =
        [&signer as &dyn NoteSigner, &timed].into_iter().chain(cosigners.iter().copied()).collect();
    parts.checkpoint = ledger.head().sign(&all).unwrap();
    parts.witnesses = witnesses.into();
    parts.log_keys.push(timed.1);
    let package = build(&parts, &signer).unwrap();
    let digest = layout::hex(&Sha256::digest(&package));
    let before = ledger.tree.size();
    let fields = vec![Field::new("account", "acc_example"), Field::new(receipt::DIGEST_FIELD, digest)];
    ledger.record_about(Pseudonym::NONE, kind, fields);
    let record = ledger.record(8, Some(&[receipt::DIGEST_FIELD]));
    let checkpoint = ledger.head().sign(signers).unwrap().to_string();
    let proof = TlogProof { extra: None, index: 8, path: record.path, checkpoint };
    let continues = consistency_proof(&ledger.levels, before, ledger.tree.size()).unwrap();
    let receipt = receipt::write(&record.leaf, &record.disclosure.unwrap(), &proof, &continues).unwrap();
    (package, receipt)
}

#[track_caller]
fn check(verdict: Verdict, reason: &str, package: &[u8], receipt: &str) {
    let (first, second) = (TestSigner::new(1), Timed::new());
    let policy = format!("log {}\nlog {}\nquorum none\n", first.key(), second.1);
    for policy in [None, Some(Policy::parse(policy.as_bytes()).unwrap())] {
        let report = verify(package, policy.as_ref(), Some(receipt.as_bytes()));
        assert_eq!(report.verdict, verdict, "{report}");
        assert!(reason.is_empty() || report.reasons.iter().any(|line| line.contains(reason)), "{report}");
    }
    if let Some(python) = python_with("cryptography") {
        assert_eq!(run(&python, package, Some(receipt)).1, verdict.to_string(), "{reason}");
    }
}

#[test]
fn a_receipt_bears_every_kind_of_signature_that_the_keys_make() {
    let (signer, timed) = (TestSigner::new(1), Timed::new());
    let (package, receipt) = made(EVIDENCE_BUILT, &[&signer, &timed]);
    check(Verdict::Valid, "", &package, &receipt);
    let (package, receipt) = made(EVIDENCE_BUILT, &[&signer]);
    let lacking = "the checkpoint of the receipt has no Ed25519 (timed) signature";
    check(Verdict::Incomplete, lacking, &package, &receipt);
    let (package, receipt) = made(EVIDENCE_BUILT, &[&TestSigner::new(9)]);
    check(Verdict::Invalid, "the receipt: ", &package, &receipt);
}

/// A witness that saw the checkpoint of a package and not that of its receipt vouches for half of what was handed over.
#[test]
fn the_receipt_needs_its_witnesses_as_the_package_does() {
    let (witness, stranger) = (Timed::witness("w.example", 6), Timed::witness("w.example", 7));
    let policy = format!("witness w {}\nquorum w\n", witness.1);
    let logs = format!("log {}\nlog {}\n", TestSigner::new(1).key(), Timed::new().1);
    let readers = Policy::parse((logs + &policy).as_bytes()).unwrap();
    for (cosigners, verdict) in [
        (vec![&witness as &dyn NoteSigner], Verdict::Valid),
        (vec![], Verdict::Incomplete),
        (vec![&stranger], Verdict::Incomplete),
    ] {
        let (signer, timed) = (TestSigner::new(1), Timed::new());
        let signers: Vec<&dyn NoteSigner> =
            [&signer as &dyn NoteSigner, &timed].into_iter().chain(cosigners).collect();
        let (package, receipt) = made_with(EVIDENCE_BUILT, &signers, &policy, &[&witness]);
        for policy in [None, Some(&readers)] {
            let report = verify(&package, policy, Some(receipt.as_bytes()));
            assert_eq!(report.verdict, verdict, "{report}");
            let told =
                report.reasons.iter().any(|line| line.contains("cosigned the checkpoint of the receipt"));
            assert_eq!(told, verdict == Verdict::Incomplete, "{report}");
        }
        if let Some(python) = python_with("cryptography") {
            assert_eq!(run(&python, &package, Some(&receipt)).1, verdict.to_string());
        }
    }
}

#[test]
fn a_receipt_is_of_a_record_that_states_a_package() {
    let (signer, timed) = (TestSigner::new(1), Timed::new());
    let (package, receipt) = made(7, &[&signer, &timed]);
    check(Verdict::Invalid, "its record is not that of a package", &package, &receipt);
}

#[test]
fn a_receipt_says_everything_once_and_nothing_else() {
    let (signer, timed) = (TestSigner::new(1), Timed::new());
    let (package, receipt) = made(EVIDENCE_BUILT, &[&signer, &timed]);
    let format = "\"format\": \"tenantry/receipt@v1\"";
    for other in ["\"format\": \"tenantry/receipt@v2\"", "\"note\": 1", format] {
        let changed = receipt.replacen(format, &format!("{other}, {format}"), 1);
        check(Verdict::Invalid, "not in its format", &package, &changed);
    }
    check(Verdict::Invalid, "another package", &crate::sample::sample(), &receipt);
}
