//! Accesses by the batch: one leaf, a proof for each, sealed per account, all or nothing.

use crate::fixtures::{Desk, staff};
use tenantry_ledger::batch::{BatchStatement, verify_event};
use tenantry_ledger::{LeafHeader, TlogProof, leaf_hash};
use tenantry_model::id::{AccountId, ApiKeyId};
use tenantry_model::staff::{Actor, Role, Scope};
use tenantry_register::accounts::NewAccess;
use tenantry_register::{Call, RegisterError};
use tenantry_store::{StoreExt, params, statements};

statements! {
    CHANGE_EVENTS = "UPDATE event_batch SET events = CAST(substr(events, 1, length(events) - 1) || x'ff' AS BLOB)";
}

fn key() -> Call {
    let (id, scopes) = (ApiKeyId::from_bytes([5; 16]), vec![Scope::Events]);
    Call::by(Actor::ApiKey { id, scopes, reseller: None })
}

fn access(desk: &Desk, seconds_ago: i64) -> NewAccess {
    let state = desk.register.ledger_state(&staff(Role::Auditor)).unwrap();
    let at = state.checkpoint.unwrap().signed_at.plus_micros(-seconds_ago * 1_000_000);
    serde_json::from_value(serde_json::json!({ "at": at, "access": "access", "ip": "198.51.100.7" })).unwrap()
}

fn batch(desk: &Desk, accounts: &[AccountId], count: usize) -> Vec<(AccountId, NewAccess)> {
    (0..count).map(|number| (accounts[number % accounts.len()], access(desk, number as i64 % 50))).collect()
}

#[test]
fn every_access_of_a_batch_is_proven_by_the_verifier_of_everything_else() {
    for desk in [Desk::new(), Desk::on_postgres()] {
        let accounts: Vec<AccountId> = (0..3).map(|number| desk.open_account(number)).collect();
        desk.checkpoint();
        let before = desk.ledger_size();
        let receipt = desk.register.report_accesses(&key(), batch(&desk, &accounts, 70)).unwrap();
        assert_eq!((receipt.leaf, receipt.events), (before, 70));
        assert_eq!(desk.ledger_size(), before + 1, "one leaf for all of them");
        let auditor = staff(Role::Auditor);
        assert!(desk.register.event_proof(&auditor, receipt.leaf, 0).is_err(), "not signed yet");
        let size = desk.checkpoint().unwrap();
        let signed = crate::checkpoints::signed(&desk.register);
        for number in 0..70 {
            let proof = desk.register.event_proof(&auditor, receipt.leaf, number).unwrap();
            let header = LeafHeader::decode(&proof.leaf).unwrap();
            let statement = BatchStatement::from_leaf(&header, &proof.shown).unwrap();
            assert_eq!(verify_event(&proof.event, &proof.path, &statement).unwrap().number, number);
            let outer = TlogProof::parse(proof.proof.as_bytes()).unwrap();
            outer.verify(&leaf_hash(&proof.leaf), &signed).unwrap();
            assert_eq!((outer.index, signed.size), (receipt.leaf, size));
        }
        assert!(matches!(
            desk.register.event_proof(&auditor, receipt.leaf, 70),
            Err(RegisterError::NotFound { .. })
        ));
        assert!(matches!(desk.register.event_proof(&auditor, 0, 0), Err(RegisterError::NotFound { .. })));
    }
}

#[test]
fn accesses_are_read_per_account_after_the_reading_is_recorded() {
    let desk = Desk::new();
    let accounts: Vec<AccountId> = (0..3).map(|number| desk.open_account(number)).collect();
    desk.checkpoint();
    let receipt = desk.register.report_accesses(&key(), batch(&desk, &accounts[..2], 9)).unwrap();
    let reviewer = staff(Role::Reviewer);
    let shown = desk.register.reveal_accesses(&reviewer, receipt.leaf, accounts[0]).unwrap();
    assert_eq!(shown.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 2, 4, 6, 8]);
    assert!(shown.iter().all(|(_, body)| body.get("ip") == Some(b"198.51.100.7".as_slice())));
    let newest = desk.register.latest_records(&staff(Role::Auditor), None, 1).unwrap();
    assert_eq!(newest[0].title, "Personal data shown");
    assert!(desk.register.reveal_accesses(&reviewer, receipt.leaf, accounts[2]).unwrap().is_empty());
    let auditor = desk.register.reveal_accesses(&staff(Role::Auditor), receipt.leaf, accounts[0]);
    assert!(matches!(auditor, Err(RegisterError::Forbidden { .. })));
}

#[test]
fn a_batch_is_recorded_whole_or_not_at_all() {
    let desk = Desk::new();
    let accounts = [desk.open_account(1)];
    desk.checkpoint();
    let before = desk.ledger_size();
    let mut unknown = batch(&desk, &accounts, 3);
    unknown[2].0 = AccountId::from_bytes([9; 16]);
    assert!(matches!(desk.register.report_accesses(&key(), unknown), Err(RegisterError::NotFound { .. })));
    let mut late = batch(&desk, &accounts, 3);
    late[1].1 = access(&desk, -3_600);
    let refused = desk.register.report_accesses(&key(), late).unwrap_err();
    assert!(refused.to_string().starts_with("/accesses/1/at"), "{refused}");
    assert!(desk.register.report_accesses(&key(), Vec::new()).is_err());
    assert!(desk.register.report_accesses(&key(), batch(&desk, &accounts, 4_097)).is_err());
    assert_eq!(desk.ledger_size(), before);
    assert_eq!(desk.register.report_accesses(&key(), batch(&desk, &accounts, 4_096)).unwrap().events, 4_096);
}

#[test]
fn changed_events_are_found_before_a_proof_is_given() {
    let desk = Desk::new();
    let accounts = [desk.open_account(1)];
    desk.checkpoint();
    let receipt = desk.register.report_accesses(&key(), batch(&desk, &accounts, 5)).unwrap();
    desk.checkpoint();
    desk.store.write(|tx| tx.execute(&CHANGE_EVENTS, params![])).unwrap();
    let refused = desk.register.event_proof(&staff(Role::Auditor), receipt.leaf, 1);
    assert!(matches!(refused, Err(RegisterError::Ledger { .. })), "{refused:?}");
}
