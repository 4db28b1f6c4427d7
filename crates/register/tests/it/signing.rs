//! A signer that remembers: an older database, another history and a second process are told apart from growth.

use crate::fixtures::{Desk, job, staff};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use tenantry_ledger::{Checkpoint, VerifierKey, leaf_hash};
use tenantry_model::staff::{Job, Role};
use tenantry_register::{Register, RegisterError, Signing};
use tenantry_store::repo::ledger::{self, ChainRow, HeadRow};
use tenantry_store::{StoreExt, params, statements};
use tenantry_vault::NoteCheck;
use tenantry_witness::serve_signer;

statements! {
    CUT_LEAVES = "DELETE FROM leaf WHERE seq >= $1";
    CUT_CHECKPOINTS = "DELETE FROM checkpoint WHERE size > $1";
    CUT_CHAINS = "DELETE FROM subject_head";
    DROP_CHECKPOINTS = "DELETE FROM checkpoint";
    CHANGE_SIGNED = "UPDATE leaf SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'00' AS BLOB) WHERE seq = 1";
    SPOIL_KEYS = "UPDATE setting SET value = x'00' WHERE name IN ('signing_key', 'signing_key_ml_dsa_44')";
    DROP_QUANTUM_KEY = "DELETE FROM setting WHERE name = 'signing_key_ml_dsa_44'";
}

pub(crate) fn lock(desk: &Desk) -> PathBuf {
    desk.folder().join("checkpoint.lock")
}

pub(crate) fn remembering(desk: &Desk, seed: u64) -> Result<Register, RegisterError> {
    desk.reopened_signing(seed, Signing::Remembering(lock(desk)))
}

pub(crate) fn sign(register: &Register) -> Result<Option<u64>, RegisterError> {
    register.checkpoint(&job(Job::Checkpoints)).map(|signed| signed.map(|signed| signed.size))
}

pub(crate) fn head(desk: &Desk) -> HeadRow {
    desk.store.read(ledger::head).unwrap().unwrap()
}

/// Makes the database what it was at `head`, as restoring a backup would.
pub(crate) fn restore(desk: &Desk, head: &HeadRow) {
    let head = head.clone();
    desk.store
        .write(move |tx| {
            tx.execute(&CUT_LEAVES, params![head.size])?;
            tx.execute(&CUT_CHECKPOINTS, params![head.size])?;
            tx.execute(&CUT_CHAINS, params![])?;
            let mut next = 0;
            while next < head.size {
                for row in ledger::range(tx, next, 100)? {
                    let chain =
                        ChainRow { records: row.subject_seq, leaf: row.seq, hash: leaf_hash(&row.bytes) };
                    ledger::set_chain(tx, &row.subject, &chain)?;
                    next = row.seq + 1;
                }
            }
            ledger::set_head(tx, &head)
        })
        .unwrap();
}

#[test]
fn every_checkpoint_bears_both_signatures() {
    let desk = Desk::new();
    let register = remembering(&desk, 1).unwrap();
    desk.open_account(1);
    let size = sign(&register).unwrap().unwrap();
    let keys: Vec<_> = register.verifier_keys().iter().map(|key| VerifierKey::parse(key).unwrap()).collect();
    let note = register.checkpoint_note().unwrap().unwrap();
    let signed = Checkpoint::verify_all(note.as_bytes(), &keys, &NoteCheck).unwrap();
    assert_eq!((keys.len(), signed.size), (2, size));
    let policy = tenantry_ledger::TrustPolicy::parse(register.trust_policy().as_bytes()).unwrap();
    assert_eq!(policy.verify(note.as_bytes(), &NoteCheck).unwrap().logs.len(), 2);
    let state = register.ledger_state(&staff(Role::Auditor)).unwrap();
    assert_eq!(state.quantum_key, Some(keys[1].to_string()));
}

#[test]
fn a_restored_older_database_is_refused_at_start_with_the_way_out() {
    let desk = Desk::new();
    let register = remembering(&desk, 1).unwrap();
    desk.open_account(1);
    sign(&register).unwrap();
    let earlier = head(&desk);
    desk.open_account(2);
    sign(&register).unwrap();
    restore(&desk, &earlier);
    let refused = remembering(&desk, 2).unwrap_err().to_string();
    assert!(refused.contains("older copy") && refused.contains("docs/operating.md"), "{refused}");
    // It went on from the older copy and grew past what was signed: now it is another history.
    for number in 3..8 {
        desk.open_account(number);
    }
    let refused = remembering(&desk, 3).unwrap_err().to_string();
    assert!(refused.contains("another history"), "{refused}");
    assert!(matches!(sign(&register), Err(RegisterError::Ledger { .. })), "and who ran on notices, too");
}

#[test]
fn a_changed_past_is_refused_at_start_and_lost_checkpoints_are_not_missed() {
    let desk = Desk::new();
    desk.open_account(1);
    let size = sign(&remembering(&desk, 1).unwrap()).unwrap();
    // Checkpoints are derived: with the leaves and the signer's memory sound, they are signed again.
    desk.store.write(|tx| tx.execute(&DROP_CHECKPOINTS, params![])).unwrap();
    assert_eq!(sign(&remembering(&desk, 2).unwrap()).unwrap(), size);
    desk.store.write(|tx| tx.execute(&CHANGE_SIGNED, params![])).unwrap();
    let refused = remembering(&desk, 3).unwrap_err().to_string();
    assert!(refused.contains("another history"), "{refused}");
}

#[test]
fn a_missing_memory_is_not_an_empty_one() {
    let desk = Desk::new();
    let register = remembering(&desk, 1).unwrap();
    desk.open_account(1);
    let size = sign(&register).unwrap().unwrap();
    std::fs::remove_file(lock(&desk)).unwrap();
    let refused = remembering(&desk, 2).unwrap_err().to_string();
    assert!(refused.contains("memory is missing"), "{refused}");
    assert!(refused.contains(&format!("tenantry ledger remember --size {size}")), "{refused}");
    // Who runs on and finds it gone signs nothing either.
    desk.open_account(2);
    assert!(sign(&register).unwrap_err().to_string().contains("checkpoint.lock"));
    assert!(!lock(&desk).exists());
}

/// The checkpoints are gone with the memory; a leaf that is only written once something was signed is still there.
#[test]
fn a_record_that_tells_of_a_checkpoint_is_believed_when_none_is_stored() {
    let desk = Desk::new();
    let register = remembering(&desk, 1).unwrap();
    let account = desk.open_account(1);
    register.build_evidence(&staff(Role::Auditor), account, "audit", None).unwrap();
    desk.store.write(|tx| tx.execute(&DROP_CHECKPOINTS, params![])).unwrap();
    assert!(remembering(&desk, 2).is_ok(), "with the memory they are signed again");
    std::fs::remove_file(lock(&desk)).unwrap();
    let refused = remembering(&desk, 3).unwrap_err().to_string();
    assert!(refused.contains("memory is missing and no checkpoint is stored"), "{refused}");
    assert!(!lock(&desk).exists());
}

#[test]
fn two_processes_with_one_memory_sign_one_history() {
    let desk = Desk::new();
    let registers = [remembering(&desk, 1).unwrap(), remembering(&desk, 2).unwrap()];
    for number in 0..6 {
        desk.open_account(number);
        let signed = sign(&registers[number as usize % 2]).unwrap();
        assert_eq!(signed, Some(desk.ledger_size()));
    }
    assert!(registers.iter().all(|register| register.ledger_trouble().is_none()));
}

#[test]
fn a_signer_in_a_process_of_its_own_signs_the_same() {
    let desk = Desk::new();
    let (lock, socket) = (lock(&desk), desk.folder().join("signer.sock"));
    let signer = desk.signer(&lock);
    let listener = UnixListener::bind(&socket).unwrap();
    let path = socket.clone();
    std::thread::spawn(move || serve_signer(&listener, &path, &signer));
    let register = desk.reopened_signing(1, Signing::Process(socket.clone())).unwrap();
    let account = desk.open_account(1);
    assert_eq!(sign(&register).unwrap(), Some(desk.ledger_size()));
    assert!(register.build_evidence(&staff(Role::Auditor), account, "audit", None).is_ok(), "packages, too");
    let earlier = head(&desk);
    desk.open_account(2);
    sign(&register).unwrap();
    restore(&desk, &earlier);
    let refused = desk.reopened_signing(2, Signing::Process(socket)).unwrap_err().to_string();
    assert!(refused.contains("older copy"), "{refused}");
    // The keys of the signer stay sealed here: with others in their place nothing is different.
    desk.store.write(|tx| tx.execute(&SPOIL_KEYS, params![])).unwrap();
    let refused = desk.reopened_signing(4, Signing::Process(desk.folder().join("signer.sock"))).unwrap_err();
    assert!(refused.to_string().contains("older copy"), "{refused}");
    assert!(remembering(&desk, 5).is_err(), "a signer in this process needs them");
    let nobody = desk.reopened_signing(3, Signing::Process(desk.folder().join("nobody.sock"))).unwrap_err();
    assert!(matches!(nobody, RegisterError::Signer { .. }), "{nobody}");
}

#[test]
fn a_deployment_of_the_time_before_the_second_key_gets_one_and_records_it() {
    let desk = Desk::new();
    desk.open_account(1);
    sign(&remembering(&desk, 9).unwrap()).unwrap();
    desk.store.write(|tx| tx.execute(&DROP_QUANTUM_KEY, params![])).unwrap();
    let register = remembering(&desk, 1).unwrap();
    let newest = register.latest_records(&staff(Role::Auditor), None, 1).unwrap();
    assert_eq!(newest[0].title, "Ledger key introduced");
    sign(&register).unwrap().unwrap();
    let again = remembering(&desk, 2).unwrap();
    assert_eq!(again.verifier_keys(), register.verifier_keys());
}

#[test]
fn a_memory_is_begun_anew_by_two_people_from_exactly_one_checkpoint() {
    let desk = Desk::new();
    let register = remembering(&desk, 1).unwrap();
    desk.open_account(1);
    let size = sign(&register).unwrap().unwrap();
    std::fs::remove_file(lock(&desk)).unwrap();
    let refused = remembering(&desk, 2).unwrap_err().to_string();
    assert!(refused.contains("tenantry ledger remember"), "{refused}");
    let forgetful = desk.reopened_signing(3, Signing::Forgetful).unwrap();
    let (first, second, operator) =
        (staff(Role::Administrator), staff(Role::ComplianceOfficer), job(Job::CommandLine));
    let machine = forgetful.request_memory(&operator, size);
    assert!(matches!(machine, Err(RegisterError::Forbidden { .. })), "{machine:?}");
    let other = forgetful.request_memory(&first, size + 1);
    assert!(matches!(other, Err(RegisterError::Invalid { .. })), "another size than was compared: {other:?}");
    let asked = forgetful.request_memory(&first, size).unwrap();
    let early = forgetful.begin_memory(&operator, asked, size);
    assert!(matches!(early, Err(RegisterError::SecondPerson)), "{early:?}");
    let seen = forgetful.approval(&second, asked).unwrap();
    assert!(
        seen.pending
            .object()
            .starts_with(&format!("memory of the signer, from the signed tree of {size} leaves"))
    );
    assert!(forgetful.approve(&first, asked, seen.content_hash).is_err(), "nobody alone");
    forgetful.approve(&second, asked, seen.content_hash).unwrap();
    let checkpoint = forgetful.begin_memory(&operator, asked, size).unwrap();
    assert_eq!(checkpoint.size, size);
    let again = forgetful.begin_memory(&operator, asked, size);
    assert!(matches!(again, Err(RegisterError::ApprovalVoid)), "once: {again:?}");
    let newest = forgetful.latest_records(&staff(Role::Auditor), None, 1).unwrap();
    assert_eq!(newest[0].title, "Keys changed");
    tenantry_witness::HeadFile::at(lock(&desk)).lock().unwrap().replace(&checkpoint).unwrap();
    assert!(sign(&remembering(&desk, 4).unwrap()).unwrap() > Some(size), "it goes on from there");
}

#[test]
fn no_memory_is_begun_over_leaves_that_are_not_those_that_were_signed() {
    let desk = Desk::new();
    let register = remembering(&desk, 1).unwrap();
    desk.open_account(1);
    let size = sign(&register).unwrap().unwrap();
    std::fs::remove_file(lock(&desk)).unwrap();
    let forgetful = desk.reopened_signing(3, Signing::Forgetful).unwrap();
    desk.store.write(|tx| tx.execute(&CHANGE_SIGNED, params![])).unwrap();
    let refused = forgetful.request_memory(&staff(Role::Administrator), size);
    assert!(matches!(refused, Err(RegisterError::Ledger { .. })), "{refused:?}");
}
