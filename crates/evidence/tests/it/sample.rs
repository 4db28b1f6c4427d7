//! A small ledger and packages made from it.

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use tenantry_evidence::{
    Attachment, ErasedRecord, EventBatch, IndexRecord, LegalProcess, Line, Package, Record, Section,
    SubjectClaim, Summary, build,
};
use tenantry_ledger::batch::{BatchStatement, EVENT_BYTES, Event, prove_event};
use tenantry_ledger::completeness::{ChainHead, Index};
use tenantry_ledger::{
    Body, Checkpoint, Field, Frontier, Hash, HashSource, LeafHeader, LedgerError, NoteSigner, Pseudonym,
    RecordType, RetentionClass, SignatureType, UnixNanos, VerifierKey, inclusion_proof, leaf_hash,
};
use tenantry_verifier::layout;

pub(crate) const ORIGIN: &str = "provider.example/ledger";
pub(crate) const SUBJECT: Pseudonym = Pseudonym([7; 16]);

pub(crate) struct TestSigner {
    secret: SigningKey,
    key: VerifierKey,
}

impl TestSigner {
    pub(crate) fn key(&self) -> &VerifierKey {
        &self.key
    }

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

/// Eight leaves: numbers 1 to 4 of the subject at 0, 2, 3, 5; others at 1 and 4. Leaf 1 is an order, leaf 3 was erased by leaf 4, leaf 6 counted the
/// first six, leaf 7 is a batch of events.
pub(crate) struct Ledger {
    pub(crate) leaves: Vec<Vec<u8>>,
    pub(crate) bodies: Vec<Body>,
    pub(crate) levels: Levels,
    pub(crate) tree: Frontier,
    pub(crate) events: Vec<u8>,
    last: (u64, Hash),
}

pub(crate) const COVERS: u64 = 6;
/// An order as it was received.
pub(crate) const PROCESS: &[u8] = b"%PDF-1.7 the order as it was received";
/// What is shown of its record.
pub(crate) const ORDER_FIELDS: [&str; 4] = ["order", "document", "document_bytes", "document_sha256"];

fn order() -> Vec<Field> {
    vec![
        Field::new("order", "ord_example"),
        Field::new("accounts", "[\"acc_example\",\"acc_of_somebody_else\"]"),
        Field::new("document", "kept"),
        Field::new("document_bytes", PROCESS.len().to_string()),
        Field::new("document_sha256", layout::hex(&Sha256::digest(PROCESS))),
    ]
}

impl Ledger {
    pub(crate) fn new() -> Self {
        let mut ledger = Self {
            leaves: vec![],
            bodies: vec![],
            levels: Levels::default(),
            tree: Frontier::new(),
            events: vec![],
            last: (0, [0; 32]),
        };
        for (index, of_subject) in [true, false, true, true, false, true].into_iter().enumerate() {
            if index == 4 {
                let told = vec![Field::new("basis", "7.302(e)"), Field::new("records", "[3]")];
                ledger.record_about(Pseudonym::NONE, 54, told);
                continue;
            }
            if index == 1 {
                ledger.record_about(Pseudonym::NONE, 17, order());
                continue;
            }
            let fields = vec![
                Field::new("event", format!("event {index}")),
                Field::new("name", "A. Example"),
                Field::new("raw", vec![0xff, index as u8]),
            ];
            ledger.record_about(if of_subject { SUBJECT } else { Pseudonym::NONE }, 7, fields);
        }
        let fields = ledger.index(4).statement().to_fields().map(|(name, value)| Field::new(name, value));
        ledger.record_about(Pseudonym::NONE, 40, fields.to_vec());
        for number in 0..5 {
            let event = Event {
                event_type: RecordType(6),
                schema: 1,
                event_at: UnixNanos(1_790_000_000_000_000_000 + u64::from(number)),
                recorded_at: UnixNanos(1_790_000_001_000_000_000),
                subject: SUBJECT,
                commitment: [number as u8; 32],
                number,
                retention: RetentionClass::PERSONAL_DATA,
            };
            ledger.events.extend_from_slice(&event.encode().unwrap());
        }
        let fields = BatchStatement::of(&ledger.events).unwrap().to_fields();
        let fields = fields.map(|(name, value)| Field::new(name, value));
        ledger.record_about(Pseudonym::NONE, 41, fields.to_vec());
        ledger
    }

    pub(crate) fn record_about(&mut self, subject: Pseudonym, kind: u16, fields: Vec<Field>) {
        let index = self.leaves.len() as u64;
        let body = Body::new(RecordType(kind), 1, fields, |random| random.fill(index as u8 + 1)).unwrap();
        let (number, previous) =
            if subject == SUBJECT { (self.last.0 + 1, self.last.1) } else { (0, [0; 32]) };
        self.append(leaf(index, &body, (subject, number, previous)), body);
        if subject == SUBJECT {
            self.last = (number, leaf_hash(self.leaves.last().unwrap()));
        }
    }

    /// The index over the first six leaves, as an honest operator counts, or with another number of records of the subject.
    pub(crate) fn index(&self, records: u64) -> Index {
        let heads = vec![
            ChainHead { subject: SUBJECT, records, head: leaf_hash(&self.leaves[5]) },
            ChainHead { subject: Pseudonym([8; 16]), records: 2, head: [5; 32] },
        ];
        Index::build(&[4; 32], COVERS, heads).unwrap()
    }

    pub(crate) fn batch(&self, numbers: &[u16]) -> EventBatch {
        let events = self.events.as_chunks::<EVENT_BYTES>().0;
        EventBatch {
            record: self.record(7, Some(&["events", "first", "last", "root"])),
            events: numbers
                .iter()
                .map(|number| (events[usize::from(*number)], prove_event(&self.events, *number).unwrap()))
                .collect(),
        }
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

    pub(crate) fn head(&self) -> Checkpoint {
        Checkpoint { origin: ORIGIN.to_owned(), size: self.tree.size(), root: self.tree.root() }
    }

    pub(crate) fn package(&self, signer: &TestSigner) -> Package {
        let erased = self.record(3, None);
        Package {
            source_organization: "Example Cloud Ltd".into(),
            external_identifier: "order-2026-17".into(),
            bagging_date: "2026-11-23".into(),
            checkpoint: self.head().sign(&[signer]).unwrap(),
            log_keys: vec![signer.key.clone()],
            witnesses: "quorum none\n".into(),
            time_stamps: vec![],
            request: vec![Attachment { name: "order.pdf".into(), bytes: b"%PDF-1.7 order".to_vec() }],
            process: Some(LegalProcess {
                record: self.record(1, Some(&ORDER_FIELDS)),
                document: Some(("pdf", PROCESS.to_vec())),
            }),
            records: vec![
                self.record(0, Some(&["event", "name", "raw"])),
                self.record(2, Some(&["event"])),
                self.record(5, None),
            ],
            custody: vec![self.record(4, Some(&["basis", "records"]))],
            erased: vec![ErasedRecord {
                leaf: erased.leaf,
                path: erased.path,
                erased_by: 4,
                rule: "7.302(e)".into(),
            }],
            complete: vec![SubjectClaim { subject: SUBJECT, records: 4 }],
            index: Some(IndexRecord {
                record: self.record(6, Some(&["covers", "entries", "root"])),
                proofs: vec![self.index(4).prove(SUBJECT).unwrap()],
            }),
            events: vec![self.batch(&[1, 3])],
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

/// The leaf of a body at a place: whom it is about, its number there, and the leaf before it.
pub(crate) fn leaf(index: u64, body: &Body, chain: (Pseudonym, u64, Hash)) -> Vec<u8> {
    let (subject, subject_seq, prev_subject_leaf) = chain;
    let header = LeafHeader {
        log_seq: index,
        record_type: body.record_type(),
        schema: body.schema(),
        recorded_at: UnixNanos(1_790_000_000_000_000_000 + index * 60_000_000_000),
        event_at: UnixNanos(1_790_000_000_000_000_000),
        producer: "register".into(),
        actor: Pseudonym([9; 16]),
        approvals: vec![],
        subject,
        subject_seq,
        prev_subject_leaf,
        retention: RetentionClass::PERSONAL_DATA,
        rule_version: [3; 32],
        causes: vec![],
        commitment: body.commitment(),
    };
    header.encode().unwrap()
}

pub(crate) fn sample() -> Vec<u8> {
    let signer = TestSigner::new(1);
    build(&Ledger::new().package(&signer), &signer).unwrap()
}
