//! What goes into a package beside its records: who dated the ledger, who witnessed it, who counted the records, what was erased
//! before, which events there were. Everything is judged by the verifier that every package carries.

use crate::fixtures::{Desk, job, staff};
use crate::retention::{Journal, closed, erase_what_is_due};
use crate::timestamps::{answer, authority};
use crate::world::{World, on_both};
use tenantry_model::id::{AccountId, ApiKeyId};
use tenantry_model::staff::{Actor, Job, Role, Scope};
use tenantry_register::accounts::NewAccess;
use tenantry_register::{Call, IdempotencyKey, Register, RegisterError};
use tenantry_store::{StoreExt, params, statements};
use tenantry_vault::Identity;
use tenantry_verifier::{Policy, Report, Trust, Verdict, verify};

on_both!(
    what_was_erased_is_named_with_the_record_that_states_it,
    what_was_erased_again_in_a_restored_copy_is_named_too,
    decision_evidence_that_was_erased_is_named_too,
);

statements! {
    FORGET_BODIES = "UPDATE leaf SET body = substr(body, 1, 17) WHERE class = 1";
}

fn checked(register: &Register, zip: &[u8]) -> Report {
    let policy = Policy::parse(register.trust_policy().as_bytes()).unwrap();
    verify(zip, Some(&policy), None)
}

fn package_of(register: &Register, account: AccountId) -> Report {
    let built = register.build_evidence(&staff(Role::Auditor), account, "audit 2026/4", None).unwrap();
    let report = checked(register, &built.zip);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    report
}

fn says(lines: &[String], part: &str) -> bool {
    lines.iter().any(|line| line.contains(part))
}

#[test]
fn both_kinds_of_signature_are_there_and_checked() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    let report = package_of(&desk.register, account);
    assert_eq!(report.signer.unwrap().signatures, ["Ed25519", "ML-DSA-44"]);
    // Without a policy the package's own keys are used; both have to have signed.
    let built = desk.register.build_evidence(&staff(Role::Auditor), account, "audit", None).unwrap();
    let report = verify(&built.zip, None, Some(built.receipt.as_bytes()));
    assert_eq!((report.verdict, report.signer.unwrap().signatures.len()), (Verdict::Valid, 2));
}

#[test]
fn the_records_of_everybody_in_it_were_counted_before() {
    let desk = Desk::new();
    let (first, second) = (desk.open_account(1), desk.open_account(2));
    let before = desk.ledger_size();
    let report = package_of(&desk.register, first);
    let complete = report.complete.clone().unwrap();
    assert_eq!((complete.records, complete.counted_by), (before, before), "counted right before: {report}");
    assert!(says(&report.checked, "no record of the stated subjects is missing between"), "{report}");
    // Nobody in the second package has records since they were counted, so nothing is counted anew.
    let size = desk.ledger_size();
    assert_eq!(package_of(&desk.register, second).complete.unwrap().counted_by, before);
    assert_eq!(desk.ledger_size(), size + 1, "only the package is a record");
    // The first has one: that its package was built.
    assert_eq!(package_of(&desk.register, first).complete.unwrap().counted_by, size + 1);
}

#[test]
fn a_chain_of_many_records_is_read_in_parts() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    let (id, scopes) = (ApiKeyId::from_bytes([5; 16]), vec![Scope::Events]);
    let call = Call::by(Actor::ApiKey { id, scopes, reseller: None });
    for second in 0..2_100 {
        let at = format!("2026-01-01T00:{:02}:{:02}Z", second / 60, second % 60);
        let access: NewAccess =
            serde_json::from_value(serde_json::json!({ "at": at, "access": "access" })).unwrap();
        desk.register.report_access(&call, account, access).unwrap();
    }
    let report = package_of(&desk.register, account);
    assert!(report.counts.records > 2_100, "{report}");
    assert!(says(&report.checked, "no record of the stated subjects is missing"), "{report}");
}

#[test]
fn a_ledger_that_lost_a_record_gives_no_package() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    package_of(&desk.register, account);
    desk.store.write(move |tx| tx.execute(&FORGET_BODIES, params![]).map(|_| ())).unwrap();
    let refused = desk.register.build_evidence(&staff(Role::Auditor), account, "audit", None).unwrap_err();
    assert!(refused.to_string().contains("no record says why"), "{refused}");
}

#[test]
fn what_an_authority_dated_goes_into_the_package() {
    let desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let Some(trust) = authority(folder.path()) else { return };
    let account = desk.open_account(1);
    let size = desk.checkpoint().unwrap();
    let call = job(Job::Checkpoints);
    for url in ["https://one.example/", "https://two.example/"] {
        let asked = desk.register.stamp_due(&call, url).unwrap().unwrap();
        desk.register.keep_stamp(&call, url, &asked, &answer(folder.path(), &asked), &trust).unwrap();
    }
    let report = package_of(&desk.register, account);
    let dated: Vec<(&str, u64)> =
        report.time_stamps.iter().map(|dated| (dated.authority.as_str(), dated.records)).collect();
    assert_eq!(dated, [("CN=tsa", size), ("CN=tsa", size)], "{report}");
    assert!(says(&report.not_checked, "their root certificates are the package's own"), "{report}");
    // Of each authority the earliest token that covers the records of the account, and no later one.
    desk.open_account(2);
    desk.checkpoint();
    desk.clock.advance_micros(700 * tenantry_model::time::DAY_US);
    let asked = desk.register.stamp_due(&call, "https://one.example/").unwrap().unwrap();
    desk.register
        .keep_stamp(&call, "https://one.example/", &asked, &answer(folder.path(), &asked), &trust)
        .unwrap();
    let other = desk.open_account(3);
    let sizes: Vec<u64> =
        package_of(&desk.register, other).time_stamps.iter().map(|dated| dated.records).collect();
    assert!(sizes.contains(&size) && sizes.iter().any(|newer| *newer > size), "{sizes:?}");
}

fn what_was_erased_is_named_with_the_record_that_states_it(world: &World) {
    let (account, _) = closed(world, 1);
    world.clock.advance_days(2 * 366);
    assert_eq!(erase_what_is_due(world, &Journal::default()).len(), 1);
    let report = package_of(&world.register, account);
    assert!(report.counts.erased >= 1, "the person: {report}");
    assert!(says(&report.checked, "records were erased before"), "{report}");
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    let kept = world.register.build_evidence(&staff(Role::Auditor), account, "audit", None).unwrap().zip;
    assert!(kept.windows(15).any(|bytes| bytes == b"identity_record"), "the rule is named");
}

fn what_was_erased_again_in_a_restored_copy_is_named_too(world: &World) {
    let (account, party) = closed(world, 1);
    let keys = world.keys_of(party);
    let replayed = world.register.replay_erasures(&crate::world::system(Job::Retention), &keys).unwrap();
    assert_eq!(replayed.erased, 1);
    let report = package_of(&world.register, account);
    assert!(report.counts.erased >= 1 && says(&report.checked, "records were erased before"), "{report}");
}

fn decision_evidence_that_was_erased_is_named_too(world: &World) {
    let (account, _) = closed(world, 1);
    let (other, _) = closed(world, 2);
    world.clock.advance_days(2 * 366);
    erase_what_is_due(world, &Journal::default());
    world.clock.advance_days(11 * 366);
    assert!(!erase_what_is_due(world, &Journal::default()).is_empty());
    for account in [account, other] {
        let report = package_of(&world.register, account);
        assert!(report.counts.erased >= 4, "{report}");
    }
}

fn key() -> Call {
    let (id, scopes) = (ApiKeyId::from_bytes([5; 16]), vec![Scope::Events]);
    Call::by(Actor::ApiKey { id, scopes, reseller: None })
}

fn accesses(desk: &Desk, accounts: &[AccountId], count: usize) -> Vec<(AccountId, NewAccess)> {
    let state = desk.register.ledger_state(&staff(Role::Auditor)).unwrap();
    let at = state.checkpoint.unwrap().signed_at;
    let access = serde_json::json!({ "at": at, "access": "access", "ip": "198.51.100.7" });
    let access: NewAccess = serde_json::from_value(access).unwrap();
    (0..count).map(|number| (accounts[number % accounts.len()], access)).collect()
}

#[test]
fn events_of_the_account_are_proven_in_two_stages_and_stay_sealed() {
    for desk in [Desk::new(), Desk::on_postgres()] {
        let accounts: Vec<AccountId> = (0..3).map(|number| desk.open_account(number)).collect();
        desk.checkpoint();
        for count in [10, 5, 1] {
            desk.register.report_accesses(&key(), accesses(&desk, &accounts, count)).unwrap();
        }
        let report = package_of(&desk.register, accounts[0]);
        assert_eq!((report.counts.batches, report.counts.events), (3, 4 + 2 + 1), "{report}");
        assert!(says(&report.not_checked, "that all events reported in batches are here"), "{report}");
        let report = package_of(&desk.register, accounts[2]);
        assert_eq!((report.counts.batches, report.counts.events), (2, 3 + 1), "{report}");
        let zip =
            desk.register.build_evidence(&staff(Role::Auditor), accounts[0], "audit", None).unwrap().zip;
        assert!(!zip.windows(12).any(|bytes| bytes == b"198.51.100.7"));
    }
}

#[test]
fn whoever_submitted_something_gets_a_receipt_that_needs_no_package() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    desk.checkpoint();
    let batch = desk.register.report_accesses(&key(), accesses(&desk, &[account], 40)).unwrap();
    let auditor = staff(Role::Auditor);
    assert!(desk.register.record_receipt(&auditor, batch.leaf, Some(7)).is_err(), "not signed yet");
    desk.checkpoint();
    for (leaf, event) in [(batch.leaf, Some(7)), (batch.leaf, Some(39)), (batch.leaf, None), (1, None)] {
        let receipt = desk.register.record_receipt(&auditor, leaf, event).unwrap();
        let report = checked(&desk.register, receipt.as_bytes());
        assert_eq!(report.verdict, Verdict::Valid, "{report}");
        assert_eq!(report.counts.events, usize::from(event.is_some()), "{report}");
    }
    // That of a package goes beside the package.
    let built = desk.register.build_evidence(&auditor, account, "audit", None).unwrap();
    let receipt = desk.register.record_receipt(&auditor, built.leaf, None).unwrap();
    let report = verify(&built.zip, None, Some(receipt.as_bytes()));
    assert!(
        report.verdict == Verdict::Valid && says(&report.checked, "recorded this package byte for byte"),
        "{report}"
    );
    assert!(matches!(
        desk.register.record_receipt(&auditor, batch.leaf, Some(40)),
        Err(RegisterError::NotFound { .. })
    ));
    let confined = Call::by(Actor::ApiKey {
        id: ApiKeyId::from_bytes([7; 16]),
        scopes: Scope::ALL.to_vec(),
        reseller: Some(account),
    });
    for event in [None, Some(7)] {
        let refused = desk.register.record_receipt(&confined, batch.leaf, event);
        assert!(matches!(refused, Err(RegisterError::Forbidden { .. })), "{refused:?}");
    }
}

#[test]
fn a_repeated_request_gets_the_same_package_and_leaves_no_record() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    let auditor = staff(Role::Auditor).under(IdempotencyKey::parse("once").unwrap());
    let first = desk.register.build_evidence(&auditor, account, "audit", None).unwrap();
    let size = desk.ledger_size();
    desk.clock.advance_micros(90_000_000);
    // Others go on meanwhile.
    desk.open_account(2);
    package_of(&desk.register, account);
    let again = desk.register.build_evidence(&auditor, account, "audit", None).unwrap();
    assert_eq!((again.leaf, again.digest, &again.zip), (first.leaf, first.digest, &first.zip));
    let policy = Policy::parse(desk.register.trust_policy().as_bytes()).unwrap();
    assert_eq!(verify(&again.zip, Some(&policy), Some(again.receipt.as_bytes())).verdict, Verdict::Valid);
    assert!(desk.ledger_size() > size);
    let other = desk.register.build_evidence(&auditor, account, "another purpose", None);
    assert!(matches!(other, Err(RegisterError::KeyReused)), "{other:?}");
    // What was erased meanwhile does not come back under the key: the package can no longer be made.
    let grown = desk.ledger_size();
    desk.store.write(move |tx| tx.execute(&FORGET_BODIES, params![]).map(|_| ())).unwrap();
    assert!(desk.register.build_evidence(&auditor, account, "audit", None).is_err());
    assert_eq!(desk.ledger_size(), grown);
}

#[test]
fn witnesses_of_the_deployment_are_named_in_the_package() {
    let desk = Desk::new();
    let _hall = crate::witnessing::hall(&desk, &desk.register);
    let account = desk.open_account(1);
    let built = desk.register.build_evidence(&staff(Role::Auditor), account, "audit", None).unwrap();
    let report = checked(&desk.register, &built.zip);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(
        report.witnesses.len() >= 2 && report.witnesses.iter().all(|w| w.trust == Trust::Policy),
        "{report}"
    );
    let report = verify(&built.zip, None, None);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(report.witnesses.iter().all(|witness| witness.trust == Trust::SelfAsserted), "{report}");
    assert!(says(&report.not_checked, "whether the witnesses are independent"), "{report}");
}

#[test]
fn a_package_for_a_recipient_opens_with_their_key_only() {
    let desk = Desk::new();
    let account = desk.open_account(1);
    let auditor = staff(Role::Auditor).under(IdempotencyKey::parse("once").unwrap());
    let built = desk.register.build_evidence(&auditor, account, "audit", Some(RECIPIENT)).unwrap();
    assert_ne!(built.file(), built.zip);
    let identity = Identity::parse_file(IDENTITY).unwrap();
    assert_eq!(*identity.decrypt(built.file()).unwrap(), built.zip);
    assert_eq!(checked(&desk.register, built.file()).verdict, Verdict::Incomplete);
    // Repeated, it is the same package encrypted anew; for another recipient it is another request.
    let again = desk.register.build_evidence(&auditor, account, "audit", Some(RECIPIENT)).unwrap();
    assert_eq!((again.leaf, again.zip == built.zip, again.file() == built.file()), (built.leaf, true, false));
    let other = desk.register.build_evidence(&auditor, account, "audit", None);
    assert!(matches!(other, Err(RegisterError::KeyReused)), "{other:?}");
    let wrong = desk.register.build_evidence(&staff(Role::Auditor), account, "audit", Some("age1nobody"));
    assert!(matches!(wrong, Err(RegisterError::Invalid { pointer, .. }) if pointer == "/recipient"));
}

/// A recipient's key and what opens files for it.
const RECIPIENT: &str = "age1an7cmnfrjqpr2qlaynegqns5clx3gzc8v7fxwwjslyqascmxed6q3hlh8y";
const IDENTITY: &str = "AGE-SECRET-KEY-1XFFQ9L9Y9DNHSSL0TKY29YDT0TE3L0YL2RCU8JKRFRVFVZKNH2VQFDMNQJ";
