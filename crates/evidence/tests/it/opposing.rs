//! What an opposing expert would try: packages that one verifier takes and the other does not, or that say VALID although something
//! is left out, added or bent. Whoever makes them holds the key and signs what he likes.

use std::collections::BTreeMap;
use std::process::Command;

use sha2::{Digest as _, Sha256};
use tenantry_evidence::{Attachment, EventBatch, IndexRecord, Package, build};
use tenantry_ledger::{Field, Pseudonym};
use tenantry_verifier::{Verdict, layout, verify};

use crate::bagit::python_with;
use crate::forged::{check, files, seal};
use crate::python::SCRIPT;
use crate::sample::{Ledger, ORDER_FIELDS, TestSigner, sample};

const SCOPE: &[u8] = b"{\"order\":null,\"salt\":\"0123\"}";

/// A package whose scope is approved, or not quite, by two records of these kinds and fields.
fn approved(request: (u16, Vec<Field>), answer: (u16, Vec<Field>)) -> Vec<u8> {
    let (mut ledger, signer) = (Ledger::new(), TestSigner::new(1));
    let names = |fields: &[Field]| fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
    let shown = [names(&request.1), names(&answer.1)];
    ledger.record_about(Pseudonym::NONE, request.0, request.1);
    ledger.record_about(Pseudonym::NONE, answer.0, answer.1);
    let mut package = ledger.package(&signer);
    for (place, names) in [8, 9].into_iter().zip(&shown) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        package.custody.push(ledger.record(place, Some(&names)));
    }
    package.process = None;
    package.request.push(Attachment { name: "scope.json".into(), bytes: SCOPE.to_vec() });
    build(&package, &signer).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    layout::hex(&Sha256::digest(bytes))
}

fn asked(scope: &[u8]) -> Vec<Field> {
    let content = format!("{{\"disclose\":\"{}\"}}", sha256(scope));
    let hash = sha256(content.as_bytes());
    vec![
        Field::new("content", content),
        Field::new("content_hash", hash),
        Field::new("requested_by", "stf_1"),
    ]
}

fn answered(state: &str, by: impl Into<Vec<u8>>) -> Vec<Field> {
    let hash = asked(SCOPE)[1].value.clone();
    vec![
        Field::new("content_hash", hash),
        Field::new("state", state),
        Field::new("requested_by", "stf_1"),
        Field::new("decided_by", by),
    ]
}

#[test]
fn only_another_person_who_was_asked_for_this_very_scope_approves_it() {
    let good = approved((12, asked(SCOPE)), (13, answered("approved", "stf_2")));
    check("approved", Verdict::Valid, "", &good);
    let unapproved = "no record here says that a second person approved";
    for (name, request, answer) in [
        ("by the one who asked", (12, asked(SCOPE)), (13, answered("approved", "stf_1"))),
        ("by nobody", (12, asked(SCOPE)), (13, answered("approved", ""))),
        ("rejected", (12, asked(SCOPE)), (13, answered("rejected", "stf_2"))),
        ("another scope", (12, asked(b"{}")), (13, answered("approved", "stf_2"))),
        ("answered before it was asked", (13, answered("approved", "stf_2")), (12, asked(SCOPE))),
        ("asked by a record of something else", (7, asked(SCOPE)), (13, answered("approved", "stf_2"))),
        ("answered by a record of something else", (12, asked(SCOPE)), (7, answered("approved", "stf_2"))),
    ] {
        check(name, Verdict::Incomplete, unapproved, &approved(request, answer));
    }
    // Somebody whose name cannot be read: neither takes it.
    let strange = approved((12, asked(SCOPE)), (13, answered("approved", b"stf_\xff".to_vec())));
    assert_eq!(verify(&strange, None, None).verdict, Verdict::Incomplete);
    assert_eq!(valid_by_python(&[("strange".to_owned(), strange)]), vec![] as Vec<String>);
}

/// A change to the good package of a ledger that has one more record, of this kind and with these fields, at place 8.
type WithRecord = (&'static str, &'static str, u16, Vec<Field>, fn(&Ledger, &mut Package));

#[test]
fn statements_that_cannot_be_read_are_refused_also_where_nothing_rests_on_them() {
    let text = |name: &str, value: &str| Field::new(name, value);
    let batch = vec![text("events", "1"), text("first", "1"), text("last", "2"), text("root", "none")];
    let index = vec![text("covers", "0"), text("entries", "0"), text("root", "none")];
    let order = vec![Field::new("order", b"ord_\xff".to_vec()), text("document", "hash_only")];
    let cases: [WithRecord; 4] = [
        ("batch without a root", "batch data/events/000008", 41, batch, |ledger, package| {
            let record = ledger.record(8, Some(&["events", "first", "last", "root"]));
            package.events = vec![EventBatch { record, events: vec![] }];
        }),
        ("index without a root", "the index data/complete/000008", 40, index, |ledger, package| {
            let record = ledger.record(8, Some(&["covers", "entries", "root"]));
            package.index = Some(IndexRecord { record, proofs: vec![] });
        }),
        ("order without a readable name", "does not rest on the order", 17, order, |ledger, package| {
            let process = package.process.as_mut().unwrap();
            (process.record, process.document) = (ledger.record(8, Some(&["order", "document"])), None);
            let scope = b"{\"order\":\"ord_\xff\"}".to_vec();
            package.request.push(Attachment { name: "scope.json".into(), bytes: scope });
        }),
        ("two orders", "more than one is here", 17, vec![text("order", "ord_2")], |ledger, package| {
            // The builder makes one; the other comes as files of the same form.
            let other = ledger.record(8, Some(&["order"]));
            package.custody.push(other);
        }),
    ];
    for (name, reason, kind, fields, change) in cases {
        let (mut ledger, signer) = (Ledger::new(), TestSigner::new(1));
        ledger.record_about(Pseudonym::NONE, kind, fields);
        let mut package = ledger.package(&signer);
        change(&ledger, &mut package);
        let mut files = files(&build(&package, &signer).unwrap());
        for ending in ["leaf", "json", "open", "tlog-proof"] {
            if let Some(bytes) = files.remove(&format!("data/custody/000008.{ending}")) {
                files.insert(format!("data/request/000008.{ending}"), bytes);
            }
        }
        check(name, Verdict::Invalid, reason, &seal(files, &signer));
    }
}

#[test]
fn an_order_shows_no_more_accounts_than_it_must() {
    let bytes = sample();
    assert!(ORDER_FIELDS.iter().all(|name| *name != "accounts"));
    assert!(!bytes.windows(23).any(|part| part == b"acc_of_somebody_else"));
}

/// Ways to bend a text a little.
/// What is done to a text, with its name.
type Bend = (&'static str, fn(&str) -> String);

const BENDS: [Bend; 12] = [
    ("no end of line", |text| text.trim_end().to_owned()),
    ("one more end of line", |text| format!("{text}\n")),
    ("blanks before", |text| format!(" {text}")),
    ("first line twice", |text| text.split_inclusive('\n').take(1).chain([text]).collect()),
    ("last line twice", |text| text.to_owned() + text.split_inclusive('\n').next_back().unwrap_or_default()),
    ("last line gone", |text| {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines[..lines.len() - 1].concat()
    }),
    ("lines turned around", |text| text.split_inclusive('\n').rev().collect()),
    ("carriage returns", |text| text.replace('\n', "\r\n")),
    ("capitals", |text| text.to_ascii_uppercase()),
    ("a zero before numbers", |text| text.replace(": ", ": 0")),
    ("numbers as words", |text| text.replace("\": ", "\": \"\" ")),
    ("another sign in the middle", |text| {
        let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        let (before, after) = text.split_at(middle);
        format!("{before}\u{e9}{after}")
    }),
];

/// Every text of the package bent in every way and signed again: what one verifier takes the other takes, too.
#[test]
fn both_verifiers_take_and_refuse_the_same_bent_texts() {
    let signer = TestSigner::new(1);
    let mut good = files(&sample());
    // What is only carried along makes them large.
    good.retain(|path, _| {
        !path.starts_with("verify/") && path != layout::REPORT && path != layout::CERTIFICATE
    });
    let mut bent = Vec::new();
    for (path, bytes) in &good {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        for (how, bend) in BENDS {
            let other = bend(text);
            if other == text {
                continue;
            }
            let mut files = good.clone();
            files.insert(path.clone(), other.into_bytes());
            bent.push((format!("{path}: {how}"), seal(files, &signer)));
        }
        let mut files = good.clone();
        files.remove(path);
        bent.push((format!("{path}: left out"), seal(files, &signer)));
    }
    assert!(bent.len() > 300, "{}", bent.len());
    let ours = bent.iter().filter(|(_, package)| verify(package, None, None).verdict == Verdict::Valid);
    let ours: Vec<String> = ours.map(|(name, _)| name.clone()).collect();
    if python_with("cryptography").is_some() {
        assert_eq!(valid_by_python(&bent), ours);
    }
    // Blanks, and a line said twice, bend nothing. What is missing of a record does.
    for name in &ours {
        let of_a_record = ["records", "custody", "erased", "events", "complete"];
        let of_a_record = of_a_record.iter().any(|folder| name.starts_with(&format!("data/{folder}/")));
        let missing = name.ends_with(": left out") || name.ends_with(": last line gone");
        assert!(!of_a_record || !missing, "{name} is taken");
    }
}

/// The names of those that the Python verifier calls VALID, in one process.
fn valid_by_python(packages: &[(String, Vec<u8>)]) -> Vec<String> {
    let Some(python) = python_with("cryptography") else { return Vec::new() };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("verify.py"), SCRIPT).unwrap();
    let names: BTreeMap<usize, &String> = packages.iter().map(|(name, _)| name).enumerate().collect();
    for (number, (_, package)) in packages.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.zip")), package).unwrap();
    }
    let script = "import sys; sys.path.insert(0, ''); import verify; verify.print = lambda *words: None\n\
        for number in range(int(sys.argv[1])):\n    sys.argv[1:] = [f'{number}.zip']\n    \
        if verify.main() == 0: print(number)\n";
    let count = packages.len().to_string();
    let output = Command::new(python).args(["-c", script, &count]).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).unwrap();
    told.lines().map(|line| names[&line.parse::<usize>().unwrap()].clone()).collect()
}
