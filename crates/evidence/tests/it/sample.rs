//! A small ledger and packages made from it.

use ed25519_dalek::{Signer as _, SigningKey};
use tenantry_evidence::{
    Attachment, ErasedRecord, Line, Package, Record, Section, SubjectClaim, Summary, build,
};
use tenantry_ledger::{
    Body, Checkpoint, Field, Frontier, Hash, HashSource, LeafHeader, LedgerError, NoteSigner, Pseudonym,
    RecordType, RetentionClass, SignatureType, UnixNanos, VerifierKey, inclusion_proof, leaf_hash,
};

pub(crate) const ORIGIN: &str = "provider.example/ledger";
pub(crate) const SUBJECT: Pseudonym = Pseudonym([7; 16]);

pub(crate) struct TestSigner {
    secret: SigningKey,
    key: VerifierKey,
}

impl TestSigner {
    pub(crate) fn new(seed: u8) -> Self {
        let secret = SigningKey::from_bytes(&[seed; 32]);
        let public = secret.verifying_key().to_bytes();
        Self { key: VerifierKey::new(ORIGIN, SignatureType::ED25519, &public).unwrap(), secret }
    }
}

impl NoteSigner for TestSigner {
    fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        Ok(self.secret.sign(text.as_bytes()).to_bytes().to_vec())
    }
}

/// Hashes of complete subtrees by level.
#[derive(Default)]
pub(crate) struct Levels(Vec<Vec<Hash>>);

impl HashSource for Levels {
    type Error = LedgerError;

    fn hash(&self, level: u8, index: u64) -> Result<Hash, LedgerError> {
        let found = self.0.get(usize::from(level)).and_then(|hashes| hashes.get(index as usize));
        found.copied().ok_or(LedgerError::MissingHash { level, index })
    }
}

/// Six leaves: numbers 1 to 4 of the subject at 0, 2, 3, 5; others at 1 and 4. Leaf 3 was erased by leaf 4.
pub(crate) struct Ledger {
    pub(crate) leaves: Vec<Vec<u8>>,
    pub(crate) bodies: Vec<Body>,
    pub(crate) levels: Levels,
    pub(crate) tree: Frontier,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        let mut ledger =
            Self { leaves: vec![], bodies: vec![], levels: Levels::default(), tree: Frontier::new() };
        let mut previous = (0, [0; 32]);
        for (index, subject) in [true, false, true, true, false, true].into_iter().enumerate() {
            let fields = vec![
                Field::new("event", format!("event {index}")),
                Field::new("name", "A. Example"),
                Field::new("raw", vec![0xff, index as u8]),
            ];
            let body = Body::new(RecordType(7), 1, fields, |random| random.fill(index as u8 + 1)).unwrap();
            let number = if subject { previous.0 + 1 } else { 0 };
            let leaf = LeafHeader {
                log_seq: index as u64,
                record_type: RecordType(7),
                schema: 1,
                recorded_at: UnixNanos(1_790_000_000_000_000_000),
                event_at: UnixNanos(1_790_000_000_000_000_000),
                producer: "register".into(),
                actor: Pseudonym([9; 16]),
                approvals: vec![],
                subject: if subject { SUBJECT } else { Pseudonym::NONE },
                subject_seq: number,
                prev_subject_leaf: if subject { previous.1 } else { [0; 32] },
                retention: RetentionClass::PERSONAL_DATA,
                rule_version: [3; 32],
                causes: vec![],
                commitment: body.commitment(),
            };
            ledger.append(leaf.encode().unwrap(), body);
            if subject {
                previous = (number, leaf_hash(ledger.leaves.last().unwrap()));
            }
        }
        ledger
    }

    pub(crate) fn append(&mut self, leaf: Vec<u8>, body: Body) {
        let levels = &mut self.levels.0;
        self.tree.append_with(leaf_hash(&leaf), |level, _, hash| {
            let level = usize::from(level);
            if levels.len() <= level {
                levels.resize(level + 1, Vec::new());
            }
            levels[level].push(hash);
        });
        self.leaves.push(leaf);
        self.bodies.push(body);
    }

    pub(crate) fn record(&self, index: usize, shown: Option<&[&str]>) -> Record {
        Record {
            leaf: self.leaves[index].clone(),
            path: inclusion_proof(&self.levels, index as u64, self.tree.size()).unwrap(),
            disclosure: shown.map(|names| self.bodies[index].disclose(names).unwrap()),
        }
    }

    pub(crate) fn package(&self, signer: &TestSigner) -> Package {
        let checkpoint =
            Checkpoint { origin: ORIGIN.to_owned(), size: self.tree.size(), root: self.tree.root() };
        let erased = self.record(3, None);
        Package {
            source_organization: "Example Cloud Ltd".into(),
            external_identifier: "order-2026-17".into(),
            bagging_date: "2026-11-23".into(),
            checkpoint: checkpoint.sign(&[signer]).unwrap(),
            log_keys: vec![signer.key.clone()],
            time_stamps: vec![],
            request: vec![Attachment { name: "order.pdf".into(), bytes: b"%PDF-1.7 order".to_vec() }],
            records: vec![
                self.record(0, Some(&["event", "name", "raw"])),
                self.record(2, Some(&["event"])),
                self.record(5, None),
            ],
            custody: vec![self.record(1, Some(&["event"])), self.record(4, Some(&[]))],
            erased: vec![ErasedRecord {
                leaf: erased.leaf,
                path: erased.path,
                erased_by: 4,
                rule: "7.302(e)".into(),
            }],
            complete: vec![SubjectClaim { subject: SUBJECT, records: 4 }],
            summary: Summary {
                about: vec![Line::new("Account", "acc_example"), Line::new("State", "open")],
                request: vec![
                    Line::new("Authority", "Bureau of Example, desk for cloud matters"),
                    Line::new("Reference", "2026-17"),
                ],
                minimisation: vec!["Only the event of each record is shown.".into()],
                sections: vec![Section {
                    heading: "Decisions, newest first".into(),
                    lines: vec!["2026-09-21T14:13:20Z: open, record 000002".into()],
                }],
                records: (0..6)
                    .map(|index| (index, Line::new("Facts recorded", "party of the account")))
                    .collect(),
            },
        }
    }
}

pub(crate) fn sample() -> Vec<u8> {
    let signer = TestSigner::new(1);
    build(&Ledger::new().package(&signer), &signer).unwrap()
}
