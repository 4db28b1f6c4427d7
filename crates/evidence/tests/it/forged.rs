//! Packages that no builder of ours would make: files as somebody writes them who holds the key and signs what he likes. Judged by
//! the library and the Python verifier.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use sha2::{Digest as _, Sha256, Sha512};
use tenantry_evidence::build;
use tenantry_ledger::{Body, Field, Pseudonym, RecordType, SignedNote, TlogProof};
use tenantry_verifier::{Verdict, layout, verify, zip};

use crate::bagit::python_with;
use crate::python::run;
use crate::sample::{Ledger, ORIGIN, TestSigner, leaf, sample};

/// The files of a bag.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;
/// A change to the files of a good package, and what has to be said of it.
type Forgery = (&'static str, Verdict, &'static str, fn(&mut Files));
/// A change to the bytes of a leaf, and why it is refused.
type BadLeaf = (&'static str, &'static str, fn(&mut Vec<u8>));
type Digest = fn(&[u8]) -> String;

const SUBJECT: &str = "07070707070707070707070707070707";
const RECORD: &str = "data/records/000000.json";
const PROOF: &str = "data/records/000000.tlog-proof";
const ERASURE: &str = "data/erased/000003.json";

const FORGERIES: [Forgery; 26] = [
    (
        "everything of a subject left out, and stated so",
        Verdict::Incomplete,
        "nothing here proves",
        |files| {
            let proof = format!("data/complete/{SUBJECT}.proof");
            files.retain(|path, _| !path.starts_with("data/records/") && !path.starts_with("data/erased/"));
            files.remove(&proof).unwrap();
            replace(files, layout::STATEMENT, "\"records\": 4", "\"records\": 0");
            for ending in ["leaf", "json", "open", "tlog-proof"] {
                let bytes = files.remove(&format!("data/custody/000004.{ending}")).unwrap();
                files.insert(format!("data/records/000004.{ending}"), bytes);
            }
        },
    ),
    ("nobody is stated", Verdict::Invalid, "about nobody", |files| {
        files.remove(&format!("data/complete/{SUBJECT}.proof")).unwrap();
        files.insert(layout::STATEMENT.to_owned(), br#"{ "tree_size": 8, "subjects": [] }"#.to_vec());
    }),
    ("count without statement", Verdict::Invalid, "nothing says whose records", |files| {
        let proof = format!("data/complete/{SUBJECT}.proof");
        files.retain(|path, _| !path.starts_with(layout::COMPLETE) || *path == proof);
    }),
    ("file without a place", Verdict::Invalid, "does not belong", |files| {
        files.insert("verify/more.html".to_owned(), vec![]);
    }),
    ("file like a manifest", Verdict::Invalid, "does not belong", |files| {
        files.insert("tagmanifest-sha512.txt".to_owned(), vec![]);
    }),
    ("bag of another version", Verdict::Invalid, "not that of BagIt 1.0", |files| {
        replace(files, layout::BAGIT, "1.0", "0.9");
    }),
    ("payload of another size", Verdict::Invalid, "does not state the size", |files| {
        files.insert(layout::BAG_INFO.to_owned(), b"Payload-Oxum: 1.1\n".to_vec());
    }),
    ("manifest in another order", Verdict::Invalid, "is not what `manifest-sha256.txt` lists", |files| {
        let lines = manifest(files, |path| path.starts_with("data/"), sha256);
        let turned: String = lines.split_inclusive('\n').rev().collect();
        files.insert(layout::MANIFEST_256.to_owned(), turned.into_bytes());
    }),
    ("field of a record named twice", Verdict::Invalid, "not in the format of a record", |files| {
        replace(files, RECORD, "\"schema\": 1", "\"schema\": 2, \"schema\": 1");
    }),
    ("name of a field named twice", Verdict::Invalid, "not in the format of a record", |files| {
        replace(files, RECORD, "\"name\": \"name\"", "\"name\": \"event\", \"name\": \"name\"");
    }),
    ("number stated twice", Verdict::Invalid, "not in its format", |files| {
        replace(files, layout::STATEMENT, "\"records\": 4", "\"records\": 9, \"records\": 4");
    }),
    ("rule of an erasure named twice", Verdict::Invalid, "not in the format of an erasure", |files| {
        replace(files, ERASURE, "\"rule\"", "\"rule\": \"none\", \"rule\"");
    }),
    ("text beside base64", Verdict::Invalid, "neither or both", |files| {
        replace(files, RECORD, "\"text\": \"A. Example\"", "\"text\": \"A. Example\", \"base64\": \"QQ==\"");
    }),
    ("unknown field in a record", Verdict::Invalid, "not in the format of a record", |files| {
        replace(files, RECORD, "\"schema\": 1", "\"schema\": 1, \"checked\": true");
    }),
    ("unknown field in a field", Verdict::Invalid, "not in the format of a record", |files| {
        replace(files, RECORD, "\"text\": \"A. Example\"", "\"text\": \"A. Example\", \"note\": \"B\"");
    }),
    ("unknown field in the statement", Verdict::Invalid, "not in its format", |files| {
        replace(files, layout::STATEMENT, "\"records\": 4", "\"records\": 4, \"until\": 2026");
    }),
    ("unknown field in an erasure", Verdict::Invalid, "not in the format of an erasure", |files| {
        replace(files, ERASURE, "\"rule\"", "\"why\": \"\", \"rule\"");
    }),
    ("subject without names", Verdict::Invalid, "not in its format", |files| {
        let claim = format!("[[\"{SUBJECT}\", 4]]");
        files.insert(
            layout::STATEMENT.to_owned(),
            format!("{{\"tree_size\": 8, \"subjects\": {claim}}}").into_bytes(),
        );
    }),
    ("null beside text", Verdict::Invalid, "not in the format of a record", |files| {
        replace(files, RECORD, "\"text\": \"A. Example\"", "\"text\": \"A. Example\", \"base64\": null");
    }),
    ("number with a fraction", Verdict::Invalid, "not in the format of a record", |files| {
        replace(files, RECORD, "\"schema\": 1", "\"schema\": 1.0");
    }),
    ("truth for a number", Verdict::Invalid, "not in the format of a record", |files| {
        replace(files, RECORD, "\"schema\": 1", "\"schema\": true");
    }),
    ("number below nothing", Verdict::Invalid, "not in the format of a record", |files| {
        replace(files, RECORD, "\"log_seq\": 0", "\"log_seq\": -0");
    }),
    ("place with a leading zero", Verdict::Invalid, "without leading zeros", |files| {
        replace(files, PROOF, "index 0", "index 00");
    }),
    ("signature in a proof many times", Verdict::Invalid, "signatures", |files| {
        let line = String::from_utf8(files[PROOF].clone()).unwrap().lines().last().unwrap().to_owned() + "\n";
        files.get_mut(PROOF).unwrap().extend(line.repeat(64).into_bytes());
    }),
    ("unknown line in the policy", Verdict::Invalid, "policy in the package cannot be read", |files| {
        replace(files, layout::POLICY, "quorum none\n", "quorum none\nquorum all\n");
    }),
    ("key shown that did not sign", Verdict::Invalid, "which must sign it", |files| {
        let other = TestSigner::new(9);
        let own = TestSigner::new(1);
        let (first, then) = (other.key(), own.key());
        files.insert(layout::LOG_KEY.to_owned(), format!("{first}\n{then}\n").into_bytes());
        let policy = format!("log {first}\nlog {then}\nquorum none\n");
        files.insert(layout::POLICY.to_owned(), policy.into_bytes());
    }),
];

const LEAVES: [BadLeaf; 8] = [
    ("no retention class", "retention", |leaf| leaf[132] = 0),
    ("producer in capitals", "producer", |leaf| leaf[50] = b'R'),
    ("number without a subject", "subject_seq", |leaf| leaf[99] = 1),
    ("subject without a number", "subject_seq", |leaf| leaf[80] = 1),
    ("leaf before the first", "prev_subject_leaf", |leaf| leaf[100] = 1),
    ("approval by itself", "earlier leaves only", |leaf| refer(leaf, 74, &[8])),
    ("causes in another order", "strictly ascending", |leaf| refer(leaf, 165, &[2, 1])),
    ("cause twice", "strictly ascending", |leaf| refer(leaf, 165, &[1, 1])),
];

static PYTHON: LazyLock<Option<PathBuf>> = LazyLock::new(|| python_with("cryptography"));

#[test]
fn files_that_no_builder_writes_are_called_what_they_are() {
    let signer = TestSigner::new(1);
    check("nothing changed", Verdict::Valid, "", &seal(files(&sample()), &signer));
    for (name, verdict, reason, change) in FORGERIES {
        let mut files = files(&sample());
        change(&mut files);
        check(name, verdict, reason, &seal(files, &signer));
    }
}

#[test]
fn leaves_that_no_ledger_has_are_refused() {
    check("nothing changed", Verdict::Valid, "", &with_leaf(|_| {}));
    for (name, reason, change) in LEAVES {
        check(name, Verdict::Invalid, reason, &with_leaf(change));
    }
}

/// Nobody has to hold a key to write a bad signature beside a good one.
#[test]
fn a_bad_signature_of_a_known_key_is_found_beside_a_good_one() {
    let (signer, other) = (TestSigner::new(1), TestSigner::new(9));
    let mut package = Ledger::new().package(&signer);
    package.checkpoint = Ledger::new().head().sign(&[&signer, &other]).unwrap();
    package.log_keys.push(other.key().clone());
    let good = build(&package, &signer).unwrap();
    check("two keys", Verdict::Valid, "", &good);
    let mut files = files(&good);
    let sealed = seal(files.clone(), &signer);
    let note = files_with_seal(&sealed).remove(layout::TAG_NOTE).unwrap();
    let foreign = SignedNote::sign("another text\n", &[&other]).unwrap().to_string();
    let line = foreign.lines().last().unwrap().to_owned() + "\n";
    files.insert(layout::TAG_NOTE.to_owned(), [note, line.into_bytes()].concat());
    check("bad signature", Verdict::Invalid, "does not hold", &seal(files, &signer));
}

pub(crate) fn check(name: &str, verdict: Verdict, reason: &str, package: &[u8]) {
    let report = verify(package, None, None);
    assert_eq!(report.verdict, verdict, "{name}: {report}");
    assert!(reason.is_empty() || report.reasons.iter().any(|line| line.contains(reason)), "{name}: {report}");
    if let Some(python) = &*PYTHON {
        assert_eq!(run(python, package, None).1, verdict.to_string(), "{name}");
    }
}

/// The good package with one more record, whose leaf was changed before it came into the ledger.
fn with_leaf(change: fn(&mut Vec<u8>)) -> Vec<u8> {
    let (mut ledger, signer) = (Ledger::new(), TestSigner::new(1));
    let body =
        Body::new(RecordType(7), 1, vec![Field::new("event", "more")], |random| random.fill(1)).unwrap();
    let mut bytes = leaf(8, &body, (Pseudonym::NONE, 0, [0; 32]));
    change(&mut bytes);
    ledger.append(bytes.clone(), body);
    let package = ledger.package(&signer);
    let (path, checkpoint) = (ledger.record(8, None).path, package.checkpoint.to_string());
    let proof = TlogProof { extra: None, index: 8, path, checkpoint }.to_string();
    let mut files = files(&build(&package, &signer).unwrap());
    files.insert("data/records/000008.leaf".to_owned(), bytes);
    files.insert("data/records/000008.tlog-proof".to_owned(), proof.into_bytes());
    seal(files, &signer)
}

/// Puts references to other leaves where a leaf has none.
fn refer(leaf: &mut Vec<u8>, at: usize, to: &[u64]) {
    let references = to.iter().flat_map(|index| index.to_be_bytes());
    let bytes: Vec<u8> = (to.len() as u16).to_be_bytes().into_iter().chain(references).collect();
    leaf.splice(at..at + 2, bytes);
}

fn replace(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "{path}: {text}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
}

fn files_with_seal(package: &[u8]) -> Files {
    let files = zip::read(package).unwrap().into_iter();
    files.map(|(path, bytes)| (path.strip_prefix(layout::BAG).unwrap().to_owned(), bytes.to_vec())).collect()
}

/// The files of a package without those that are computed from the others.
pub(crate) fn files(package: &[u8]) -> Files {
    let mut files = files_with_seal(package);
    files.retain(|path, _| !path.contains("manifest") && path != layout::BAG_INFO);
    files
}

fn sha256(bytes: &[u8]) -> String {
    layout::hex(&Sha256::digest(bytes))
}

fn sha512(bytes: &[u8]) -> String {
    layout::hex(&Sha512::digest(bytes))
}

fn manifest(files: &Files, covers: fn(&str) -> bool, digest: Digest) -> String {
    files.iter().filter(|(path, _)| covers(path)).fold(String::new(), |mut text, (path, bytes)| {
        writeln!(text, "{}  {path}", digest(bytes)).unwrap();
        text
    })
}

/// Adds what is computed from the files, unless somebody wrote it himself, and signs.
pub(crate) fn seal(mut files: Files, signer: &TestSigner) -> Vec<u8> {
    let payload = |path: &str| path.starts_with("data/");
    let (short, long) = (manifest(&files, payload, sha256), manifest(&files, payload, sha512));
    files.entry(layout::MANIFEST_256.to_owned()).or_insert(short.into_bytes());
    files.entry(layout::MANIFEST_512.to_owned()).or_insert(long.into_bytes());
    let sizes: Vec<usize> = files.iter().filter(|(path, _)| payload(path)).map(|(_, b)| b.len()).collect();
    let oxum = format!("Payload-Oxum: {}.{}\n", sizes.iter().sum::<usize>(), sizes.len());
    files.entry(layout::BAG_INFO.to_owned()).or_insert(oxum.into_bytes());
    let tag =
        |path: &str| !path.starts_with("data/") && path != layout::TAG_MANIFEST && path != layout::TAG_NOTE;
    let tags = manifest(&files, tag, sha256);
    let text = layout::package_note_text(ORIGIN, &sha256(tags.as_bytes()));
    files.insert(layout::TAG_MANIFEST.to_owned(), tags.into_bytes());
    let note = SignedNote::sign(&text, &[signer]).unwrap().to_string();
    files.entry(layout::TAG_NOTE.to_owned()).or_insert(note.into_bytes());
    let named: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(path, bytes)| (format!("{}{path}", layout::BAG), bytes)).collect();
    let borrowed: Vec<(&str, &[u8])> =
        named.iter().map(|(path, bytes)| (path.as_str(), &bytes[..])).collect();
    zip::write(&borrowed).unwrap()
}
