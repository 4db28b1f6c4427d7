//! Building a package from its parts. Pure: bytes in, bytes out; the same parts and signature give the same bytes.
//! The builder arranges and signs. What may be disclosed, and who approved it, was decided before.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256, Sha512};
use tenantry_ledger::batch::EVENT_BYTES;
use tenantry_ledger::completeness::SubjectProof;
use tenantry_ledger::{
    Checkpoint, Disclosure, Hash, LeafHeader, NoteSigner, Pseudonym, SignedNote, TlogProof, VerifierKey,
};
use tenantry_verifier::layout::{self, ErasureJson, StatementJson, SubjectJson};
use tenantry_verifier::zip;

use crate::{EvidenceError, Summary, paper, verifiers};

/// A ledger record in a package.
#[derive(Debug, Clone)]
pub struct Record {
    /// The leaf, as it is in the ledger.
    pub leaf: Vec<u8>,
    /// Inclusion proof of the leaf under the package's checkpoint.
    pub path: Vec<Hash>,
    /// The fields that are shown; `None` when the content stays sealed as a whole.
    pub disclosure: Option<Disclosure>,
}

/// A record in scope whose content was erased before.
#[derive(Debug, Clone)]
pub struct ErasedRecord {
    /// The leaf, as it is in the ledger.
    pub leaf: Vec<u8>,
    /// Inclusion proof of the leaf under the package's checkpoint.
    pub path: Vec<Hash>,
    /// Leaf index of the record that states the erasure; it belongs into `custody` or `records`.
    pub erased_by: u64,
    /// Rule under which it was erased, for example `7.302(e)`.
    pub rule: String,
}

/// "The ledger holds exactly `records` records of this subject, and they are all here." One without records is not stated: nothing
/// could prove it.
#[derive(Debug, Clone, Copy)]
pub struct SubjectClaim {
    /// The subject.
    pub subject: Pseudonym,
    /// How many records its chain has up to the checkpoint.
    pub records: u64,
}

/// The index leaf that counted the records of every subject, and what it says of the subjects claimed to be complete.
#[derive(Debug, Clone)]
pub struct IndexRecord {
    /// The leaf, with the fields that state the index.
    pub record: Record,
    /// One proof for each subject that has a record among the counted ones.
    pub proofs: Vec<SubjectProof>,
}

/// A batch of events, and those of its events that are handed over.
#[derive(Debug, Clone)]
pub struct EventBatch {
    /// The leaf, with the fields that state the batch.
    pub record: Record,
    /// Each event, byte for byte, with its sibling hashes within the batch; in their order.
    pub events: Vec<([u8; EVENT_BYTES], Vec<Hash>)>,
}

/// A time-stamp token over a checkpoint of the same ledger.
#[derive(Debug, Clone)]
pub struct TimeStamp {
    /// The token, RFC 3161, DER.
    pub token: Vec<u8>,
    /// The root certificate that the authority's chain ends at, PEM.
    pub root: String,
    /// The three lines of the checkpoint that it dates.
    pub head: String,
    /// Proof that the package's tree continues the tree of that checkpoint.
    pub continues: Vec<Hash>,
}

/// A file as it was received, such as legal process. The name has letters, digits, `.`, `_`, `-`.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// File name without folder.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// The legal process that a disclosure rests on.
#[derive(Debug, Clone)]
pub struct LegalProcess {
    /// The record of its receipt, which states SHA-256 and size of the document.
    pub record: Record,
    /// The document as it was received, where it is kept: what its file name ends with, and its bytes.
    pub document: Option<(&'static str, Vec<u8>)>,
}

/// Everything a package is made of.
#[derive(Debug, Clone)]
pub struct Package {
    /// Who hands it over; one line.
    pub source_organization: String,
    /// Reference of the request; one line.
    pub external_identifier: String,
    /// Day of making, `YYYY-MM-DD`.
    pub bagging_date: String,
    /// The signed checkpoint under which all proofs are.
    pub checkpoint: SignedNote,
    /// Keys of the log, named like the checkpoint's origin; the first one signs the package and stands in every proof.
    pub log_keys: Vec<VerifierKey>,
    /// Who witnesses the ledger: the lines of a `tlog-policy` without its logs, `quorum none` for nobody.
    pub witnesses: String,
    /// Time-stamp tokens.
    pub time_stamps: Vec<TimeStamp>,
    /// What was asked, and by whom.
    pub request: Vec<Attachment>,
    /// The legal process behind the request, where it rests on one.
    pub process: Option<LegalProcess>,
    /// The records handed over.
    pub records: Vec<Record>,
    /// Access, approval and export records about this package.
    pub custody: Vec<Record>,
    /// Records in scope that were erased before.
    pub erased: Vec<ErasedRecord>,
    /// Subjects whose records are here without exception. Empty: no claim of completeness.
    pub complete: Vec<SubjectClaim>,
    /// What proves that claim beyond the signer's word.
    pub index: Option<IndexRecord>,
    /// Events handed over.
    pub events: Vec<EventBatch>,
    /// What people are told of it.
    pub summary: Summary,
}

/// Builds the package: a ZIP with one BagIt folder, signed by `signer`, which holds the first of the log's keys.
///
/// # Errors
/// [`EvidenceError::Build`] when parts do not fit together; ledger errors for broken leaves or a failing signer.
pub fn build(package: &Package, signer: &dyn NoteSigner) -> Result<Vec<u8>, EvidenceError> {
    let key = package.log_keys.first().ok_or_else(|| EvidenceError::build("the log has no key"))?;
    let mut files = payload(package, key)?;
    let oxum: usize = files.values().map(Vec::len).sum();
    let count = files.len();
    let manifest_256 = manifest(&files, |bytes| layout::hex(&Sha256::digest(bytes)));
    let manifest_512 = manifest(&files, |bytes| layout::hex(&Sha512::digest(bytes)));

    let mut tags = BTreeMap::new();
    tags.insert(layout::BAGIT.to_owned(), layout::BAGIT_TEXT.as_bytes().to_vec());
    tags.insert(layout::BAG_INFO.to_owned(), bag_info(package, oxum, count)?.into_bytes());
    tags.insert(layout::MANIFEST_256.to_owned(), manifest_256.into_bytes());
    tags.insert(layout::MANIFEST_512.to_owned(), manifest_512.into_bytes());
    tags.insert(layout::README.to_owned(), verifiers::README.as_bytes().to_vec());
    tags.insert(layout::VERIFY_PY.to_owned(), verifiers::PYTHON.as_bytes().to_vec());
    tags.insert(layout::VERIFIER_SOURCE.to_owned(), verifiers::SOURCE.to_vec());
    tags.insert(layout::BUILD.to_owned(), verifiers::BUILD.as_bytes().to_vec());
    tags.insert(layout::VERIFY_HTML.to_owned(), verifiers::HTML.as_bytes().to_vec());
    let tag_manifest = manifest(&tags, |bytes| layout::hex(&Sha256::digest(bytes)));
    let digest = layout::hex(&Sha256::digest(tag_manifest.as_bytes()));
    let note = SignedNote::sign(&layout::package_note_text(key.name(), &digest), &[signer])?;

    files.append(&mut tags);
    files.insert(layout::TAG_MANIFEST.to_owned(), tag_manifest.into_bytes());
    files.insert(layout::TAG_NOTE.to_owned(), note.to_string().into_bytes());
    let named: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(path, bytes)| (format!("{}{path}", layout::BAG), bytes)).collect();
    let borrowed: Vec<(&str, &[u8])> =
        named.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    zip::write(&borrowed).map_err(EvidenceError::build)
}

fn payload(package: &Package, key: &VerifierKey) -> Result<BTreeMap<String, Vec<u8>>, EvidenceError> {
    let mut files = BTreeMap::new();
    let head = Checkpoint::parse_text(package.checkpoint.text())?;
    let checkpoint = signed_by(&package.checkpoint, key)?;
    for record in &package.records {
        put_record(&mut files, layout::RECORDS, record, &checkpoint)?;
    }
    for record in &package.custody {
        put_record(&mut files, layout::CUSTODY, record, &checkpoint)?;
    }
    for erased in &package.erased {
        let record = Record { leaf: erased.leaf.clone(), path: erased.path.clone(), disclosure: None };
        let header = put_record(&mut files, layout::ERASED, &record, &checkpoint)?;
        let erasure = ErasureJson { erased_by: erased.erased_by, rule: erased.rule.clone() };
        put_json(&mut files, format!("{}{}.json", layout::ERASED, layout::stem(header.log_seq)), &erasure)?;
    }
    for attachment in &package.request {
        if attachment.name.contains('/') {
            return Err(EvidenceError::build("the name of an attachment contains `/`"));
        }
        put(&mut files, format!("{}{}", layout::REQUEST, attachment.name), attachment.bytes.clone())?;
    }
    if let Some(process) = &package.process {
        put_record(&mut files, layout::REQUEST, &process.record, &checkpoint)?;
        if let Some((ending, bytes)) = &process.document {
            put(&mut files, format!("{}{ending}", layout::PROCESS), bytes.clone())?;
        }
    }
    for (stamp, number) in package.time_stamps.iter().zip(1..) {
        put_time_stamp(&mut files, stamp, number)?;
    }
    if let Some(index) = &package.index {
        put_record(&mut files, layout::COMPLETE, &index.record, &checkpoint)?;
        for proof in &index.proofs {
            let path = format!("{}{}.proof", layout::COMPLETE, proof.chain.subject);
            put(&mut files, path, proof.to_string().into_bytes())?;
        }
    }
    for batch in &package.events {
        let header = put_record(&mut files, layout::EVENTS, &batch.record, &checkpoint)?;
        let path = format!("{}{}.events", layout::EVENTS, layout::stem(header.log_seq));
        put(&mut files, path, layout::write_events(&batch.events).into_bytes())?;
    }
    let subjects = package.complete.iter().filter(|claim| claim.records > 0);
    let subjects: Vec<SubjectJson> = subjects
        .map(|claim| SubjectJson { subject: claim.subject.to_string(), records: claim.records })
        .collect();
    if !subjects.is_empty() {
        put_json(
            &mut files,
            layout::STATEMENT.to_owned(),
            &StatementJson { tree_size: head.size, subjects },
        )?;
    }
    put(&mut files, layout::CHECKPOINT.to_owned(), package.checkpoint.to_string().into_bytes())?;
    let lines = |before: &str| {
        package.log_keys.iter().fold(String::new(), |text, key| format!("{text}{before}{key}\n"))
    };
    put(&mut files, layout::LOG_KEY.to_owned(), lines("").into_bytes())?;
    put(&mut files, layout::POLICY.to_owned(), (lines("log ") + &package.witnesses).into_bytes())?;
    put(&mut files, layout::REPORT.to_owned(), paper::report(package, &head)?)?;
    put(&mut files, layout::CERTIFICATE.to_owned(), paper::certificate(package, &head)?)?;
    Ok(files)
}

/// The checkpoint with the signatures of one key only. Every proof repeats it, and the full set of signatures, which may be
/// many kilobytes, stands once in the package.
fn signed_by(note: &SignedNote, key: &VerifierKey) -> Result<String, EvidenceError> {
    let whole = note.to_string();
    let lines: Vec<&str> =
        whole.strip_prefix(note.text()).unwrap_or_default().split_inclusive('\n').skip(1).collect();
    let ours = lines.iter().zip(note.signatures()).filter(|(_, signature)| key.matches(signature));
    let ours: String = ours.map(|(line, _)| *line).collect();
    if ours.is_empty() {
        return Err(EvidenceError::build("the checkpoint is not signed by the first key of the log"));
    }
    Ok(format!("{}\n{ours}", note.text()))
}

fn put_time_stamp(
    files: &mut BTreeMap<String, Vec<u8>>,
    stamp: &TimeStamp,
    number: usize,
) -> Result<(), EvidenceError> {
    let size = Checkpoint::parse_text(&stamp.head)?.size;
    let base = format!("{}stamp-{}-{number:02}", layout::TRUST, layout::stem(size));
    put(files, format!("{base}.tsr"), stamp.token.clone())?;
    put(files, format!("{base}.pem"), stamp.root.clone().into_bytes())?;
    put(files, format!("{base}.head"), stamp.head.clone().into_bytes())?;
    put(files, format!("{base}.consistency"), layout::write_consistency(&stamp.continues).into_bytes())
}

fn put_record(
    files: &mut BTreeMap<String, Vec<u8>>,
    folder: &str,
    record: &Record,
    checkpoint: &str,
) -> Result<LeafHeader, EvidenceError> {
    let header = LeafHeader::decode(&record.leaf)?;
    let base = format!("{folder}{}", layout::stem(header.log_seq));
    let proof = TlogProof {
        extra: None,
        index: header.log_seq,
        path: record.path.clone(),
        checkpoint: checkpoint.to_owned(),
    };
    put(files, format!("{base}.leaf"), record.leaf.clone())?;
    put(files, format!("{base}.tlog-proof"), proof.to_string().into_bytes())?;
    if let Some(disclosure) = &record.disclosure {
        let (json, open) = layout::write_disclosure(&header, disclosure);
        put_json(files, format!("{base}.json"), &json)?;
        put(files, format!("{base}.open"), open.into_bytes())?;
    }
    Ok(header)
}

fn put_json(
    files: &mut BTreeMap<String, Vec<u8>>,
    path: String,
    value: &impl serde::Serialize,
) -> Result<(), EvidenceError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|error| EvidenceError::build(error.to_string()))?;
    bytes.push(b'\n');
    put(files, path, bytes)
}

fn put(files: &mut BTreeMap<String, Vec<u8>>, path: String, bytes: Vec<u8>) -> Result<(), EvidenceError> {
    if files.insert(path.clone(), bytes).is_some() {
        return Err(EvidenceError::build(format!("`{path}` occurs twice")));
    }
    Ok(())
}

fn manifest(files: &BTreeMap<String, Vec<u8>>, digest: impl Fn(&[u8]) -> String) -> String {
    files.iter().fold(String::new(), |text, (path, bytes)| text + &digest(bytes) + "  " + path + "\n")
}

fn bag_info(package: &Package, oxum: usize, count: usize) -> Result<String, EvidenceError> {
    let lines = [
        ("Bag-Software-Agent", concat!("tenantry ", env!("CARGO_PKG_VERSION")).to_owned()),
        ("Bagging-Date", package.bagging_date.clone()),
        ("External-Identifier", package.external_identifier.clone()),
        ("Payload-Oxum", format!("{oxum}.{count}")),
        ("Source-Organization", package.source_organization.clone()),
    ];
    if lines.iter().any(|(_, value)| value.is_empty() || value.contains(char::is_control)) {
        return Err(EvidenceError::build("organisation, identifier and date are one line each"));
    }
    Ok(lines.iter().fold(String::new(), |text, (label, value)| text + label + ": " + value + "\n"))
}
