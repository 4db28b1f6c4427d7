//! Packages verify, every altered byte shows, personal data stays inside unless two persons let exactly that out.

use crate::fixtures::{Desk, individual, staff};
use tenantry_model::fact::FactKind;
use tenantry_model::id::{AccountId, ApiKeyId};
use tenantry_model::order::OrderKind;
use tenantry_model::staff::{Actor, Role, Scope};
use tenantry_register::disclosure::{LegalBasis, NewDisclosure};
use tenantry_register::evidence::BuiltPackage;
use tenantry_register::orders::NewOrder;
use tenantry_register::{Call, RegisterError};
use tenantry_verifier::{Policy, Report, Verdict, verify};

const DAY_US: i64 = 86_400_000_000;

fn verified(desk: &Desk, zip: &[u8]) -> Report {
    let policy = format!("log {}\nquorum none\n", desk.register.verifier_key());
    verify(zip, Some(&Policy::parse(policy.as_bytes()).unwrap()), None)
}

fn holds(zip: &[u8], text: &str) -> bool {
    zip.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

fn build(desk: &Desk, account: AccountId) -> BuiltPackage {
    desk.register.build_evidence(&staff(Role::Auditor), account, "audit 2026/4", None).unwrap()
}

#[test]
fn a_package_verifies_and_tells_no_personal_data() {
    let desk = Desk::new();
    desk.open_account(1);
    let account = desk.open_account(2);
    let built = build(&desk, account);
    let report = verified(&desk, &built.zip);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert_eq!(report.counts.records + report.counts.custody, built.records);
    assert!(report.counts.disclosed > 0);
    assert!(report.checked.iter().any(|line| line.contains("without a gap")), "{report}");
    assert!(holds(&built.zip, "ref-2"), "decision evidence is shown, and not compressed out of sight");
    for secret in ["Aroha", "Ngata", "1985-04-12", "person2@example.org", "tok_2", "ref-1"] {
        assert!(!holds(&built.zip, secret), "{secret}");
    }
}

#[test]
fn the_package_is_recorded_before_it_leaves() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    let built = build(&desk, account);
    let auditor = staff(Role::Auditor);
    let leaf = desk.register.leaf(&auditor, built.leaf).unwrap();
    assert_eq!(leaf.line.title, "Evidence package built");
    let policy =
        Policy::parse(format!("log {}\nquorum none\n", desk.register.verifier_key()).as_bytes()).unwrap();
    let report = verify(&built.zip, Some(&policy), Some(built.receipt.as_bytes()));
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(
        report.checked.iter().any(|line| line.contains(&format!("as record {}", built.leaf))),
        "{report}"
    );
    // The next package tells of the one before.
    let next = desk.register.build_evidence(&auditor, account, "another request", None).unwrap().zip;
    let swapped = verify(&next, Some(&policy), Some(built.receipt.as_bytes()));
    assert_eq!(swapped.verdict, Verdict::Invalid, "a receipt is for one package");
    let report = verified(&desk, &next);
    assert_eq!((report.verdict, report.counts.custody), (Verdict::Valid, 2), "beside the keys of the ledger");
    assert!(holds(&next, "package_sha256") && !holds(&next, "audit 2026/4"), "but not for whom it was");
}

#[test]
fn no_altered_byte_goes_unnoticed() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    let mut zip = build(&desk, account).zip;
    // A prime stride visits every part of the file; verifying once for every byte would take minutes.
    for position in (0..zip.len()).step_by((zip.len() / 300) | 1) {
        zip[position] ^= 1 << (position % 8);
        assert_ne!(verified(&desk, &zip).verdict, Verdict::Valid, "byte {position}");
        zip[position] ^= 1 << (position % 8);
    }
    assert_eq!(verified(&desk, &zip).verdict, Verdict::Valid);
}

#[test]
fn the_owners_behind_are_part_of_the_package() {
    let desk = Desk::new();
    let mut application = individual(1, "Aroha Ngata");
    let owner = serde_json::json!({ "key": "owner", "kind": "individual", "facts": [
        { "fact": { "kind": "legal_name", "text": "Hidden Owner" } } ] });
    let company = serde_json::json!({ "key": "company", "kind": "organisation", "roles": ["customer"], "facts": [
        { "fact": { "kind": "legal_name", "text": "Front Ltd" } } ] });
    application["parties"] = serde_json::json!([company, owner]);
    application["interests"] = serde_json::json!([{ "owner": "owner", "owned": "company",
        "share": { "min": "60", "max": "60" } }]);
    let applied = desk.apply(application);
    let report = verified(&desk, &build(&desk, applied.account).zip);
    // Application, decision and one record of each party, at least.
    assert!(report.counts.records >= 4, "{report}");
    assert!(!applied.cases.is_empty(), "an application with so little in it opens a case");
    assert!(report.counts.records >= 4 + applied.cases.len(), "the cases are there too: {report}");
}

#[test]
fn a_key_of_one_reseller_gets_packages_of_its_own_accounts_only() {
    let desk = Desk::new();
    let (own, other) = (desk.open_account(1), desk.open_account(2));
    let id = ApiKeyId::from_bytes([7; 16]);
    let key = Call::by(Actor::ApiKey { id, scopes: vec![Scope::Evidence], reseller: Some(own) });
    let built = desk.register.build_evidence(&key, own, "own records", None).unwrap();
    assert_eq!(verified(&desk, &built.zip).verdict, Verdict::Valid);
    assert!(matches!(
        desk.register.build_evidence(&key, other, "x", None),
        Err(RegisterError::NotFound { .. })
    ));
    assert!(desk.register.entries(&key, "tile/entries/000.p/1").is_err());
}

#[test]
fn purposes_are_one_line() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    for purpose in ["", "  ", "a\nb", &"x".repeat(121)] {
        let refused = desk.register.build_evidence(&staff(Role::Auditor), account, purpose, None);
        assert!(matches!(refused, Err(RegisterError::Invalid { .. })), "{purpose:?}");
    }
}

fn disclosure(account: AccountId) -> NewDisclosure {
    NewDisclosure {
        account,
        parties: Vec::new(),
        kinds: vec![FactKind::LegalName, FactKind::DateOfBirth],
        recipient: "Bureau of Example".to_owned(),
        legal_basis: LegalBasis::Emergency,
        order: None,
        encrypt_to: None,
    }
}

#[test]
fn which_facts_others_took_the_place_of_is_in_the_record() {
    let desk = Desk::new();
    let applied = desk.apply(individual(1, "Aroha Ngata"));
    let (legal, officer) = (staff(Role::Legal), staff(Role::ComplianceOfficer));
    let party = applied.parties["me"];
    let facts = desk.register.party(&officer, party).unwrap().facts;
    let card = facts.iter().find(|fact| fact.kind == FactKind::Payment).unwrap().id;
    let sent = serde_json::json!({ "supersedes": [card] });
    desk.register.add_facts(&officer, party, serde_json::from_value(sent).unwrap()).unwrap();
    let asked = desk.register.request_disclosure(&legal, disclosure(applied.account)).unwrap();
    let seen = desk.register.approval(&officer, asked.approval).unwrap().content_hash;
    desk.register.approve(&officer, asked.approval, seen).unwrap();
    let built = desk.register.build_disclosure(&legal, asked.approval).unwrap();
    assert_eq!(verified(&desk, &built.zip).verdict, Verdict::Valid);
    assert!(holds(&built.zip, "supersedes") && holds(&built.zip, &card.to_string()));
}

#[test]
fn a_disclosure_shows_what_was_approved_and_nothing_else() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    let (legal, officer) = (staff(Role::Legal), staff(Role::ComplianceOfficer));
    let asked = desk.register.request_disclosure(&legal, disclosure(account)).unwrap();
    assert_eq!(desk.register.disclosure(&officer, asked.scope.id).unwrap().scope, asked.scope);
    assert_eq!(desk.register.disclosures(&officer).unwrap()[0].approval, asked.approval);
    let early = desk.register.build_disclosure(&legal, asked.approval);
    assert!(matches!(early, Err(RegisterError::SecondPerson)), "{early:?}");
    let seen = desk.register.approval(&officer, asked.approval).unwrap().content_hash;
    let own = desk.register.approve(&legal, asked.approval, seen);
    assert!(matches!(own, Err(RegisterError::SecondPerson)));
    desk.register.approve(&officer, asked.approval, seen).unwrap();

    let before = desk.ledger_size();
    let built = desk.register.build_disclosure(&legal, asked.approval).unwrap();
    let auditor = staff(Role::Auditor);
    let access = desk.register.leaf(&auditor, before).unwrap();
    assert_eq!((access.line.title, access.approvals.len()), ("Personal data shown", 1));
    assert!(built.leaf > before, "the access is recorded before the package");
    let report = verified(&desk, &built.zip);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(report.checked.iter().any(|line| line.contains("second person approved exactly")), "{report}");
    for shown in ["Aroha Ngata", "1985-04-12", "Bureau of Example"] {
        assert!(holds(&built.zip, shown), "{shown}");
    }
    for secret in ["person1@example.org", "Queen Street", "tok_1", "because the test says so"] {
        assert!(!holds(&built.zip, secret), "{secret}");
    }
    // An ordinary package shows that somebody looked, but nothing of the disclosure.
    let ordinary = build(&desk, account);
    assert!(!holds(&ordinary.zip, "Bureau") && !holds(&ordinary.zip, "Aroha"));
    assert_eq!(
        verified(&desk, &ordinary.zip).counts.custody,
        2,
        "the access to the party, and the keys of the ledger"
    );

    desk.clock.advance_micros(8 * DAY_US);
    let late = desk.register.build_disclosure(&legal, asked.approval);
    assert!(matches!(late, Err(RegisterError::ApprovalVoid)), "{late:?}");
}

#[test]
fn disclosures_that_cannot_be_are_refused() {
    let desk = Desk::new();
    let (account, other) = (desk.open_account(1), desk.open_account(2));
    let legal = staff(Role::Legal);
    let order = desk.register.receive_order(
        &legal,
        NewOrder {
            kind: OrderKind::EuropeanProductionOrder,
            authority: "Court".to_owned(),
            reference: "1".to_owned(),
            received_at: None,
            due_at: None,
            accounts: vec![other.to_string()],
            words: String::new(),
            document: None,
        },
    );
    let order = order.unwrap().id;
    let check = |pointer: &str, change: &dyn Fn(&mut NewDisclosure)| {
        let mut new = disclosure(account);
        change(&mut new);
        match desk.register.request_disclosure(&legal, new) {
            Err(RegisterError::Invalid { pointer: found, .. }) => assert_eq!(found, pointer),
            answer => panic!("{pointer}: {answer:?}"),
        }
    };
    check("/kinds", &|new| new.kinds.clear());
    check("/kinds", &|new| new.kinds = vec![FactKind::NationalId]);
    check("/recipient", &|new| new.recipient.clear());
    check("/encrypt_to", &|new| new.encrypt_to = Some("age1nobody".to_owned()));
    check("/order", &|new| new.legal_basis = LegalBasis::Order);
    check("/order", &|new| new.order = Some(order));
    check("/parties/0", &|new| new.parties = vec![tenantry_model::id::PartyId::from_bytes([9; 16])]);
    let by_key = Call::by(Actor::ApiKey {
        id: ApiKeyId::from_bytes([7; 16]),
        scopes: Scope::ALL.to_vec(),
        reseller: None,
    });
    let refused = desk.register.request_disclosure(&by_key, disclosure(account));
    assert!(matches!(refused, Err(RegisterError::Forbidden { .. })));
}

/// The record end to end on the server store: decide, sign, prove, replay, hand over.
#[test]
fn end_to_end_on_postgres() {
    let desk = Desk::on_postgres();
    desk.import("test-list", &["John Doe"]);
    let applied = desk.apply(individual(1, "John Doe"));
    assert_eq!(desk.checkpoint(), Some(desk.ledger_size()));
    let built = build(&desk, applied.account);
    assert_eq!(verified(&desk, &built.zip).verdict, Verdict::Valid);
    let replay = desk.register.replay(&staff(Role::Auditor), applied.decision_id).unwrap();
    assert!(replay.same, "{replay:?}");
    let (endpoint, _) =
        desk.register.add_endpoint(&staff(Role::Operator), "https://example.org/", &[]).unwrap();
    desk.open_account(2);
    let deliveries = crate::fixtures::job(tenantry_model::staff::Job::Deliveries);
    let open = desk.register.open_deliveries(&deliveries, 10).unwrap();
    assert!(open.iter().any(|row| row.endpoint == endpoint));
    let now = open[0].next_at;
    let claimed =
        desk.register.claim_delivery(&deliveries, open[0].id, now, now.plus_micros(1_000)).unwrap().unwrap();
    assert_eq!(claimed.sequence, 1);
    assert_eq!(desk.reopened(5).ledger_trouble(), None);
    assert_eq!(desk.checkpoint(), Some(desk.ledger_size()));
}
