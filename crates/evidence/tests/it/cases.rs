//! Packages that a dishonest or careless builder could make and sign, and what every verifier has to say of them. Judged by the
//! library and the Python verifier here, and by those two and the page in a browser in the tests of the program.

use tenantry_evidence::{Attachment, Package, SubjectClaim};
use tenantry_ledger::{Body, Field, Pseudonym, RecordType, leaf_hash};
use tenantry_verifier::Verdict;

use crate::sample::{Ledger, TestSigner, leaf};

/// A change to the parts of a good package, and what has to be said of it.
pub(crate) type Case = (&'static str, Verdict, &'static str, fn(&mut Package));

pub(crate) const CASES: [Case; 35] = [
    ("gap", Verdict::Incomplete, "1 of 4 records stated", |package| drop(package.records.remove(1))),
    ("end cut off", Verdict::Incomplete, "1 of 4 records stated", |package| drop(package.records.pop())),
    ("unstated erasure", Verdict::Incomplete, "states the erasure of 3", |package| {
        drop(package.custody.pop());
    }),
    ("erasure stated without its content", Verdict::Incomplete, "is here without its content", |package| {
        package.custody.last_mut().unwrap().disclosure = None;
    }),
    ("erasure stated with its rule hidden", Verdict::Incomplete, "is here without its content", |package| {
        package.custody[0] = Ledger::new().record(4, Some(&["records"]));
    }),
    ("another legal process", Verdict::Invalid, "is not the document that record 1 states", |package| {
        package.process.as_mut().unwrap().document = Some(("pdf", b"%PDF-1.7 another order".to_vec()));
    }),
    ("legal process left out", Verdict::Incomplete, "received and kept is not in the package", |package| {
        package.process.as_mut().unwrap().document = None;
    }),
    (
        "what legal process it was is hidden",
        Verdict::Invalid,
        "is not the document that record 1",
        |package| {
            package.process.as_mut().unwrap().record = Ledger::new().record(1, Some(&["order"]));
        },
    ),
    ("legal process without its record", Verdict::Incomplete, "no record here says that", |package| {
        let process = package.process.take().unwrap();
        let (_, bytes) = process.document.unwrap();
        package.request.push(Attachment { name: "legal-process.pdf".into(), bytes });
    }),
    ("two legal processes", Verdict::Invalid, "more than one is here", |package| {
        package.request.push(Attachment { name: "legal-process.eml".into(), bytes: vec![] });
    }),
    ("order by a record of something else", Verdict::Invalid, "does not show that an order", |package| {
        package.process.as_mut().unwrap().record = package.custody.remove(0);
        package.erased.clear();
        package.complete.clear();
        package.index = None;
    }),
    ("scope that rests on another order", Verdict::Invalid, "does not rest on the order", |package| {
        package.request.push(scope("ord_of_another_day"));
    }),
    (
        "scope that rests on an order without its record",
        Verdict::Incomplete,
        "no record of its receipt",
        |package| {
            package.process = None;
            package.request.push(scope("ord_example"));
        },
    ),
    ("no records", Verdict::Incomplete, "holds no record", |package| {
        package.records.clear();
        package.erased.clear();
        package.complete.clear();
        package.index = None;
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
    ("erasure by a record of something else", Verdict::Invalid, "does not state an erasure", |package| {
        package.erased[0].erased_by = 5;
    }),
    ("erasure under another rule", Verdict::Invalid, "does not say that 3 was erased", |package| {
        package.erased[0].rule = "7.302(a)".into();
    }),
    (
        "last record left out, and stated so",
        Verdict::Invalid,
        "3 records are stated, but 4 were counted",
        |package| {
            package.records.pop();
            package.complete[0].records = 3;
        },
    ),
    ("count left out", Verdict::Incomplete, "what record 6 counted of subject", |package| {
        package.index.as_mut().unwrap().proofs.clear();
    }),
    ("count shortened", Verdict::Invalid, "root hash", |package| {
        package.records.pop();
        package.complete[0].records = 3;
        package.index.as_mut().unwrap().proofs[0].chain.records = 3;
    }),
    ("counted by a record of something else", Verdict::Invalid, "not that of an index", |package| {
        package.index.as_mut().unwrap().record = package.records[0].clone();
        package.records.remove(0);
    }),
    ("what was counted is not shown", Verdict::Invalid, "what it counted is not shown", |package| {
        package.index.as_mut().unwrap().record.disclosure = None;
    }),
    ("event of another place", Verdict::Invalid, "batch data/events/000007", |package| {
        package.events[0].events[0].0[90] ^= 1;
    }),
    ("proof of another event", Verdict::Invalid, "root hash", |package| {
        package.events[0].events[0].1 = package.events[0].events[1].1.clone();
    }),
    ("event twice", Verdict::Invalid, "each once", |package| {
        let event = package.events[0].events[0].clone();
        package.events[0].events.insert(0, event);
    }),
    ("batch of something else", Verdict::Invalid, "not that of a batch", |package| {
        package.events[0].record = package.records[0].clone();
        package.records.remove(0);
    }),
    ("witness asked for and not there", Verdict::Incomplete, "the package itself demands", |package| {
        package.witnesses = WITNESSES.into();
    }),
    ("key that did not sign", Verdict::Incomplete, "no Ed25519 signature", |package| {
        package.log_keys.push(TestSigner::new(9).key().clone());
    }),
    ("two first records of a subject", Verdict::Invalid, "repeats number 1", |package| {
        *package = with_records_numbered([1, 1]);
    }),
    ("second record before the first", Verdict::Invalid, "does not follow record 9", |package| {
        *package = with_records_numbered([2, 1]);
    }),
];

/// What a second person would have approved, resting on an order.
fn scope(order: &str) -> Attachment {
    Attachment { name: "scope.json".into(), bytes: format!("{{\"order\":\"{order}\"}}").into_bytes() }
}

/// The good package with two more records, of somebody else and with these numbers. A second one names the first as that before it.
fn with_records_numbered(numbers: [u64; 2]) -> Package {
    let mut ledger = Ledger::new();
    let (subject, nothing) = (Pseudonym([6; 16]), [0; 32]);
    let body =
        Body::new(RecordType(7), 1, vec![Field::new("event", "more")], |random| random.fill(1)).unwrap();
    let last = leaf(9, &body, (subject, numbers[1], nothing));
    let before = if numbers[0] == 2 { leaf_hash(&last) } else { nothing };
    ledger.append(leaf(8, &body, (subject, numbers[0], before)), body.clone());
    ledger.append(last, body);
    let mut package = ledger.package(&TestSigner::new(1));
    package.records.extend([ledger.record(8, None), ledger.record(9, None)]);
    package
}

/// A witness that saw nothing.
const WITNESSES: &str =
    "witness w witness.example/w1+977e6fec+BFDnIeScAT8Axiz1nyFjVCqdjfAkZO/rYV0xBRsP3cMm\nquorum w\n";
