//! Legal process as it was received: kept sealed beside its order or only as its SHA-256, stated by the record of the order, read
//! with a record, erased with the order, checked with everything else, and handed over with what rests on it.

use crate::fsck::check;
use crate::retention::{Journal, erase_what_is_due};
use crate::world::{Applicant, World, on_both, staff};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use tenantry_model::id::{AccountId, ApprovalId, OrderId};
use tenantry_model::order::Keeping;
use tenantry_model::staff::Role;
use tenantry_register::orders::{DOCUMENT_BYTES_MAX, DocumentBytes, NewOrder, OrderView};
use tenantry_register::record::RecordType;
use tenantry_register::{Call, IdempotencyKey, Reason, RegisterError};
use tenantry_store::StoreExt;
use tenantry_store::repo::{blob, order};
use tenantry_verifier::{Report, Verdict, verify, zip};

on_both!(
    a_document_is_sealed_and_its_record_states_it,
    whoever_reads_it_says_why_and_that_is_a_record,
    one_that_may_not_be_kept_leaves_its_hash,
    every_change_of_it_is_found,
    it_is_erased_with_its_order,
    what_rests_on_an_order_carries_it,
    of_an_order_that_was_not_kept_the_package_names_the_hash,
);

const DOCUMENT: &[u8] = b"%PDF-1.7 Produce the subscriber behind ref-1, Aroha Ngata";

fn counsel() -> Call {
    staff(Role::Legal, 2)
}

fn officer() -> Call {
    staff(Role::ComplianceOfficer, 1)
}

fn reading() -> Call {
    counsel().because(Reason::parse("to see what has to be produced").unwrap())
}

fn sha256(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
    Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A request of a regulator, which places no hold.
fn new(accounts: &[AccountId], document: Value) -> NewOrder {
    let order = json!({ "kind": "regulator_request", "authority": "Bureau of Example", "reference": "2026/17",
        "accounts": accounts, "document": document });
    serde_json::from_value(order).unwrap()
}

fn kept() -> Value {
    json!({ "media_type": "application/pdf", "content": serde_json::to_value(DocumentBytes(DOCUMENT.to_vec())).unwrap() })
}

fn not_kept() -> Value {
    json!({ "media_type": "message/rfc822", "sha256": sha256(DOCUMENT), "size_bytes": DOCUMENT.len() })
}

fn ledger_size(world: &World) -> u64 {
    world.register.ledger_state(&staff(Role::Auditor, 9)).unwrap().size
}

/// An order about an account that arrived as a document which is kept.
pub(crate) fn receive_one(world: &World, account: AccountId) {
    receive(world, account, kept());
}

fn receive(world: &World, account: AccountId, document: Value) -> OrderView {
    world.register.receive_order(&counsel(), new(&[account], document)).unwrap()
}

fn sealed(world: &World, id: OrderId) -> Vec<blob::BlobRow> {
    let found = world.store.read(move |tx| {
        let subject = order::find(tx, id)?.unwrap().subject;
        blob::of_subject(tx, &subject)
    });
    found.unwrap()
}

fn a_document_is_sealed_and_its_record_states_it(world: &World) {
    let account = world.apply(&Applicant::new(1)).account;
    let received = receive(world, account, kept());
    let document = received.document.clone().unwrap();
    assert_eq!((document.sha256, document.size_bytes), (sha256(DOCUMENT), DOCUMENT.len() as u64));
    assert_eq!(document.keeping, Keeping::Kept);
    assert_eq!(world.register.order(&counsel(), received.id).unwrap(), received, "read back from its record");
    let [blob] = &sealed(world, received.id)[..] else { panic!("one sealed object") };
    assert_eq!(blob.address, <[u8; 32]>::from(Sha256::digest(&blob.sealed)));
    assert!(!blob.sealed.windows(5).any(|bytes| bytes == b"Aroha"));
    // Repeated under its key it is the same order; with another document it is another request.
    let once = || counsel().under(IdempotencyKey::parse("order-17").unwrap());
    let first = world.register.receive_order(&once(), new(&[account], kept())).unwrap();
    assert_eq!(world.register.receive_order(&once(), new(&[account], kept())).unwrap().id, first.id);
    let other = world.register.receive_order(&once(), new(&[account], not_kept()));
    assert!(matches!(other, Err(RegisterError::KeyReused)), "{other:?}");
}

fn whoever_reads_it_says_why_and_that_is_a_record(world: &World) {
    let account = world.apply(&Applicant::new(1)).account;
    let id = receive(world, account, kept()).id;
    let size = ledger_size(world);
    let silent = Call { reason: None, ..counsel() };
    assert!(matches!(world.register.order_document(&silent, id), Err(RegisterError::ReasonMissing { .. })));
    let auditor = staff(Role::Auditor, 9).because(Reason::parse("to see what it says").unwrap());
    assert!(matches!(world.register.order_document(&auditor, id), Err(RegisterError::Forbidden { .. })));
    assert_eq!(ledger_size(world), size, "nothing was shown");
    let document = world.register.order_document(&reading(), id).unwrap();
    assert_eq!((&document.bytes[..], document.leaf), (DOCUMENT, size));
    let line = world.register.leaf(&staff(Role::Auditor, 9), document.leaf).unwrap().line;
    assert_eq!(line.kind, RecordType::Revealed.number());
    let without = receive(world, account, Value::Null).id;
    assert!(matches!(
        world.register.order_document(&reading(), without),
        Err(RegisterError::NotFound { .. })
    ));
}

fn one_that_may_not_be_kept_leaves_its_hash(world: &World) {
    let account = world.apply(&Applicant::new(1)).account;
    let received = receive(world, account, not_kept());
    let document = world.register.order(&counsel(), received.id).unwrap().document.unwrap();
    assert_eq!((document.sha256, document.keeping), (sha256(DOCUMENT), Keeping::HashOnly));
    assert_eq!(sealed(world, received.id), []);
    let read = world.register.order_document(&reading(), received.id);
    assert!(matches!(read, Err(RegisterError::NotFound { .. })), "{read:?}");
    assert_eq!(check(world).findings, []);
}

#[test]
fn documents_that_cannot_be_are_refused() {
    let world = &World::sqlite();
    let content = |bytes: Vec<u8>| serde_json::to_value(DocumentBytes(bytes)).unwrap();
    let largest = json!({ "media_type": "image/tiff", "content": content(vec![7; DOCUMENT_BYTES_MAX]) });
    world.register.receive_order(&counsel(), new(&[], largest)).unwrap();
    let size = ledger_size(world);
    let cases = [
        ("/document/content", json!({ "content": content(vec![7; DOCUMENT_BYTES_MAX + 1]) })),
        ("/document/content", json!({ "content": "" })),
        ("/document/sha256", json!({ "sha256": "12", "size_bytes": 4 })),
        ("/document/size_bytes", json!({ "sha256": sha256(b""), "size_bytes": 0 })),
        ("/document", json!({ "sha256": sha256(b"a") })),
        ("/document", json!({ "content": "YQ==", "sha256": sha256(b"a"), "size_bytes": 1 })),
        ("/document", json!({})),
    ];
    for (pointer, mut document) in cases {
        document["media_type"] = "application/pdf".into();
        match world.register.receive_order(&counsel(), new(&[], document.clone())) {
            Err(RegisterError::Invalid { pointer: found, .. }) => assert_eq!(found, pointer),
            other => panic!("{document}: {other:?}"),
        }
    }
    assert_eq!(ledger_size(world), size, "nothing was recorded");
    let unnamed =
        json!({ "kind": "subpoena", "authority": "a", "reference": "b", "document": { "content": "YQ==" } });
    assert!(serde_json::from_value::<NewOrder>(unnamed).is_err(), "its kind is told, not guessed");
}

fn every_change_of_it_is_found(world: &World) {
    let account = world.apply(&Applicant::new(1)).account;
    let received = receive(world, account, kept());
    receive(world, account, not_kept());
    assert_eq!(check(world).findings, []);
    let good = sealed(world, received.id).pop().unwrap();
    let subject = world.store.read(move |tx| order::find(tx, received.id)).unwrap().unwrap().subject;
    let put = |blobs: Vec<blob::BlobRow>| {
        let change = move |tx: &mut dyn tenantry_store::Tx| {
            blob::forget(tx, &subject)?;
            blobs.iter().try_for_each(|row| blob::add(tx, &subject, row))
        };
        world.store.write(change).unwrap();
        check(world).findings.into_iter().map(|finding| finding.what).collect::<Vec<_>>()
    };
    for at in (0..good.sealed.len()).step_by(7) {
        let mut bad = good.clone();
        bad.sealed[at] ^= 1 << (at % 8);
        // Whoever knows the address writes it anew, too.
        let honest = at % 2 == 0;
        if !honest {
            bad.address = Sha256::digest(&bad.sealed).into();
        }
        let told = put(vec![bad]);
        assert!(told.len() == 1 && told[0].contains(": its document: "), "byte {at}: {told:?}");
    }
    let mut moved = good.clone();
    moved.address[31] ^= 1;
    assert!(put(vec![moved.clone()])[0].contains("not those it was kept as"));
    assert!(put(vec![])[0].contains("it is gone, and it was not erased"));
    assert!(put(vec![good.clone(), moved])[0].contains("there are several"));
    assert_eq!(put(vec![good.clone()]), [""; 0]);
    world.store.write(move |tx| blob::add(tx, &[9; 16], &good)).unwrap();
    assert!(check(world).findings[0].what.contains("1 large objects belong to no order"));
}

fn it_is_erased_with_its_order(world: &World) {
    let account = world.apply(&Applicant::new(1)).account;
    let received = receive(world, account, kept());
    let done = json!({ "verdict": "confirm", "reason_code": "order_executed", "note": "handed over" });
    world.decide(&counsel(), received.case, done).unwrap();
    world.approve(&officer()).ok();
    let version = world.register.account(&officer(), account).unwrap().summary.version;
    let ordinary = tenantry_model::account::Ending::Ordinary;
    world.register.close_account(&officer(), account, version, ordinary).unwrap();
    world.clock.advance_days(2 * 366 + 20);
    assert!(!erase_what_is_due(world, &Journal::default()).is_empty());
    assert_eq!(sealed(world, received.id), [], "the sealed bytes are gone with their key");
    let read = world.register.order_document(&reading(), received.id);
    assert!(matches!(read, Err(RegisterError::Erased)), "{read:?}");
    assert_eq!(check(world).findings, []);
    // What was acted on can still be told from any other document.
    let document = world.register.order(&counsel(), received.id).unwrap().document.unwrap();
    assert_eq!(document.sha256, sha256(DOCUMENT));
}

/// Asks for a disclosure that rests on an order, and has it approved.
fn approved(world: &World, account: AccountId, order: OrderId) -> ApprovalId {
    let asked = json!({ "account": account, "kinds": ["legal_name"], "recipient": "Bureau of Example",
        "legal_basis": "order", "order": order });
    let because = counsel().because(Reason::parse("order 2026/17 names this account").unwrap());
    let asked = world.register.request_disclosure(&because, serde_json::from_value(asked).unwrap()).unwrap();
    world.approve(&officer()).unwrap();
    asked.approval
}

/// The files of the package of a disclosure, what the verifier says of it, and its SHA-256.
fn disclosed(world: &World, approval: ApprovalId) -> (BTreeMap<String, Vec<u8>>, Report, String) {
    let built = world.register.build_disclosure(&counsel(), approval).unwrap();
    let report = verify(&built.zip, None, Some(built.receipt.as_bytes()));
    let files = zip::read(&built.zip).unwrap().into_iter();
    let files = files.map(|(path, bytes)| (path.trim_start_matches("bag/data/").to_owned(), bytes.to_vec()));
    (files.collect(), report, sha256(&built.zip))
}

/// What the shown records of a folder say in one field, by the type of the record.
fn shown(files: &BTreeMap<String, Vec<u8>>, folder: &str, name: &str) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    for (_, bytes) in
        files.iter().filter(|(path, _)| path.starts_with(folder) && path.rsplit('.').next() == Some("json"))
    {
        let Ok(record) = serde_json::from_slice::<Value>(bytes) else { continue };
        for field in record["fields"].as_array().into_iter().flatten().filter(|field| field["name"] == name) {
            found.push((record["type"].as_u64().unwrap(), field["text"].as_str().unwrap().to_owned()));
        }
    }
    found
}

fn what_rests_on_an_order_carries_it(world: &World) {
    let (account, other) = (world.apply(&Applicant::new(1)).account, world.apply(&Applicant::new(2)).account);
    let order = world.register.receive_order(&counsel(), new(&[account, other], kept())).unwrap();
    let approval = approved(world, account, order.id);
    let (files, report, digest) = disclosed(world, approval);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert_eq!(files["request/legal-process.pdf"], DOCUMENT);
    let said = "`data/request/legal-process.pdf` is what was received, by record";
    assert!(report.checked.iter().any(|line| line.starts_with(said)), "{report}");
    let request = String::from_utf8(files["request/request.txt"].clone()).unwrap();
    for line in ["Authority: Bureau of Example", "Their reference: 2026/17", &sha256(DOCUMENT)] {
        assert!(request.contains(line), "{request}");
    }
    assert!(String::from_utf8_lossy(&files["request/minimisation.txt"]).contains("a second person approved"));
    assert!(String::from_utf8_lossy(&files["request/scope.json"]).contains(&order.id.to_string()));
    let received = u64::from(RecordType::OrderReceived.number());
    assert_eq!(shown(&files, "request/", "order"), [(received, order.id.to_string())]);
    // Whom else the order names is nobody's business here.
    assert_eq!(shown(&files, "request/", "accounts"), []);
    assert!(files.values().all(|bytes| !bytes.windows(30).any(|part| part == other.to_string().as_bytes())));
    // Who asked, who agreed, and who opened what, the document too, stand in the custody of the package.
    let kinds = |name| shown(&files, "custody/", name).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    assert_eq!(kinds("decided_by"), [u64::from(RecordType::ApprovalDecided.number())]);
    let looked = u64::from(RecordType::Revealed.number());
    assert_eq!(kinds("actor"), [looked, looked], "the facts of the person, and the order");
    assert_eq!(shown(&files, "custody/", "document_sha256"), [(looked, sha256(DOCUMENT))]);
    // A package about the account for anybody else says nothing of the order.
    let ordinary =
        world.register.build_evidence(&staff(Role::Auditor, 9), account, "audit", None).unwrap().zip;
    for secret in [&b"Bureau of Example"[..], DOCUMENT] {
        assert!(!ordinary.windows(secret.len()).any(|part| part == secret));
    }
    // That this package was handed out stands in its receipt, and in the custody of the next one for the same request.
    let exported = u64::from(RecordType::EvidenceBuilt.number());
    assert_eq!(shown(&files, "custody/", "package_sha256"), []);
    let (next, report, _) = disclosed(world, approval);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(shown(&next, "custody/", "package_sha256").contains(&(exported, digest)));
    assert_eq!(check(world).findings, []);
}

fn of_an_order_that_was_not_kept_the_package_names_the_hash(world: &World) {
    let account = world.apply(&Applicant::new(1)).account;
    let order = receive(world, account, not_kept());
    let (files, report, _) = disclosed(world, approved(world, account, order.id));
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(!files.keys().any(|path| path.contains("legal-process")));
    let told = format!("compare what was served with its SHA-256 {}", sha256(DOCUMENT));
    assert!(report.not_checked.iter().any(|line| line.contains(&told)), "{report}");
    let named = shown(&files, "request/", "accounts");
    assert_eq!(named.len(), 1, "it names this account alone");
}
