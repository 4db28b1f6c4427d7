//! How long a package of 100,000 records takes to build and to verify.
#![expect(clippy::expect_used, reason = "a benchmark stops on a broken sample")]

use ed25519_dalek::{Signer as _, SigningKey};
use tenantry_evidence::{Package, Record, Summary, build};
use tenantry_ledger::{
    Body, Checkpoint, Field, Frontier, Hash, HashSource, LeafHeader, LedgerError, NoteSigner, Pseudonym,
    RecordType, RetentionClass, SignatureType, UnixNanos, VerifierKey, inclusion_proof, leaf_hash,
};
use tenantry_verifier::{Verdict, verify};

const RECORDS: u64 = 100_000;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn build_100k(bencher: divan::Bencher<'_, '_>) {
    let (package, signer) = package();
    bencher.bench_local(|| build(&package, &signer).map(|bytes| bytes.len()));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn verify_100k(bencher: divan::Bencher<'_, '_>) {
    let (package, signer) = package();
    let bytes = build(&package, &signer).expect("the sample fits");
    bencher.bench_local(|| assert_eq!(verify(&bytes, None, None).verdict, Verdict::Valid));
}

struct Key(SigningKey, VerifierKey);

impl NoteSigner for Key {
    fn verifier_key(&self) -> &VerifierKey {
        &self.1
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        Ok(self.0.sign(text.as_bytes()).to_bytes().to_vec())
    }
}

struct Levels(Vec<Vec<Hash>>);

impl HashSource for Levels {
    type Error = LedgerError;

    fn hash(&self, level: u8, index: u64) -> Result<Hash, LedgerError> {
        let found = self.0.get(usize::from(level)).and_then(|hashes| hashes.get(index as usize));
        found.copied().ok_or(LedgerError::MissingHash { level, index })
    }
}

fn package() -> (Package, Key) {
    let secret = SigningKey::from_bytes(&[1; 32]);
    let public = secret.verifying_key().to_bytes();
    let key = VerifierKey::new("bench.example/log", SignatureType::ED25519, &public).expect("a valid key");
    let signer = Key(secret, key.clone());
    let (mut tree, mut levels, mut leaves, mut bodies) =
        (Frontier::new(), Levels(vec![Vec::new(); 20]), Vec::new(), Vec::new());
    for index in 0..RECORDS {
        let fields = vec![Field::new("account", "0123456789"), Field::new("event", "opened")];
        let body =
            Body::new(RecordType(1), 1, fields, |random| random.fill(index as u8)).expect("a valid body");
        let leaf = LeafHeader {
            log_seq: index,
            record_type: RecordType(1),
            schema: 1,
            recorded_at: UnixNanos(index),
            event_at: UnixNanos(index),
            producer: "bench".into(),
            actor: Pseudonym::NONE,
            approvals: vec![],
            subject: Pseudonym::NONE,
            subject_seq: 0,
            prev_subject_leaf: [0; 32],
            retention: RetentionClass::PERSONAL_DATA,
            rule_version: [0; 32],
            causes: vec![],
            commitment: body.commitment(),
        }
        .encode()
        .expect("a valid leaf");
        tree.append_with(leaf_hash(&leaf), |level, _, hash| {
            if let Some(hashes) = levels.0.get_mut(usize::from(level)) {
                hashes.push(hash);
            }
        });
        leaves.push(leaf);
        bodies.push(body);
    }
    let records = leaves.into_iter().zip(&bodies).zip(0..).map(|((leaf, body), index)| Record {
        leaf,
        path: inclusion_proof(&levels, index, RECORDS).expect("a complete source"),
        disclosure: Some(body.disclose_all()),
    });
    let checkpoint = Checkpoint { origin: key.name().to_owned(), size: RECORDS, root: tree.root() };
    let package = Package {
        source_organization: "Bench".into(),
        external_identifier: "bench".into(),
        bagging_date: "2026-11-23".into(),
        checkpoint: checkpoint.sign(&[&signer]).expect("it signs"),
        log_keys: vec![key],
        witnesses: "quorum none\n".into(),
        time_stamps: vec![],
        request: vec![],
        records: records.collect(),
        process: None,
        custody: vec![],
        erased: vec![],
        complete: vec![],
        index: None,
        events: vec![],
        summary: Summary::default(),
    };
    (package, signer)
}
