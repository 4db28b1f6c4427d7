//! Witnesses: writing goes on without them, packages wait for them, and what they remember catches a restored backup.

use crate::fixtures::{Desk, job, staff};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tenantry_ledger::{
    AddCheckpoint, NoteSignature, PolicyWitness, Quorum, SignatureType, SignedNote, TlogProof, TrustPolicy,
};
use tenantry_model::staff::{Job, Role};
use tenantry_register::witnessing::WitnessState;
use tenantry_register::{Register, RegisterError};
use tenantry_store::repo::ledger;
use tenantry_store::{StoreExt, params, statements};
use tenantry_vault::{CosignatureSigner, NoteCheck};
use tenantry_witness::{Submission, Witness, Witnesses};

const MINUTE_US: i64 = 60_000_000;

statements! {
    CUT_LEAVES = "DELETE FROM leaf WHERE seq >= $1";
    CUT_CHECKPOINTS = "DELETE FROM checkpoint WHERE size > $1";
}

/// Real witnesses, asked without a network; those that are down do not answer.
#[derive(Default)]
pub(crate) struct Hall {
    witnesses: BTreeMap<String, Witness>,
    down: Mutex<Vec<String>>,
}

impl Witnesses for Hall {
    fn submit(&self, witness: &PolicyWitness, request: &AddCheckpoint) -> Submission {
        let name = witness.display_name();
        if self.down.lock().unwrap().contains(&name) {
            return Submission::Unreachable("down".to_owned());
        }
        let answer = self.witnesses[&name].add_checkpoint(request.to_string().as_bytes());
        match answer.status {
            200 => {
                let note = format!("{}\n{}", request.note.text(), answer.body);
                let lines: Vec<NoteSignature> =
                    SignedNote::parse(note.as_bytes()).unwrap().signatures().to_vec();
                Submission::Cosigned(lines.into_iter().filter(|line| witness.key.matches(line)).collect())
            }
            409 => match answer.body.trim().parse() {
                Ok(size) if size != request.old => Submission::OtherSize(size),
                _ => Submission::Refused(409),
            },
            status => Submission::Refused(status),
        }
    }
}

/// Three witnesses of which two are needed; one of them is post-quantum.
pub(crate) fn hall(desk: &Desk, register: &Register) -> Arc<Hall> {
    let kinds = [
        ("one", SignatureType::COSIGNATURE_ED25519),
        ("two", SignatureType::COSIGNATURE_ML_DSA_44),
        ("three", SignatureType::COSIGNATURE_ED25519),
    ];
    let logs = TrustPolicy::parse(register.trust_policy().as_bytes()).unwrap();
    let (mut hall, mut policy) = (Hall::default(), String::new());
    for (number, (name, kind)) in kinds.into_iter().enumerate() {
        let key =
            CosignatureSigner::from_seed(&format!("{name}.example"), kind, &[number as u8; 32]).unwrap();
        writeln!(policy, "witness {name} {} http://{name}.example/", key.verifier_key()).unwrap();
        let folder = desk.folder().join(name);
        std::fs::create_dir(&folder).unwrap();
        hall.witnesses
            .insert(name.to_owned(), Witness::new(vec![key], &logs, &folder, Arc::new(desk.clock.clone())));
    }
    policy += "group all-three 2 one two three\nquorum all-three\n";
    let hall = Arc::new(hall);
    register.set_witnesses(&policy, hall.clone(), 15).unwrap();
    hall
}

fn collect(register: &Register) -> Result<Option<WitnessState>, RegisterError> {
    register.collect_cosignatures(&job(Job::Checkpoints))
}

fn put_down(hall: &Hall, names: &[&str]) {
    *hall.down.lock().unwrap() = names.iter().map(|name| (*name).to_owned()).collect();
}

#[test]
fn a_quorum_cosigns_and_proofs_carry_it() {
    let desk = Desk::new();
    let hall = hall(&desk, &desk.register);
    put_down(&hall, &["three"]);
    for number in 0..3 {
        desk.open_account(number);
        desk.checkpoint();
        let state = collect(&desk.register).unwrap().unwrap();
        assert!(state.quorum && !state.alarm && state.size == desk.ledger_size(), "{state:?}");
        assert_eq!(state.witnesses.iter().filter(|line| line.standing == "cosigned").count(), 2);
    }
    let policy = TrustPolicy::parse(desk.register.trust_policy().as_bytes()).unwrap();
    let proof = desk.register.tlog_proof(&staff(Role::Auditor), 1).unwrap();
    let proof = TlogProof::parse(proof.as_bytes()).unwrap();
    let judgement = policy.verify(proof.checkpoint.as_bytes(), &NoteCheck).unwrap();
    assert_eq!((judgement.quorum, judgement.logs.len(), judgement.cosigners.len()), (Quorum::Met, 2, 2));
}

#[test]
fn without_quorum_writing_goes_on_packages_wait_and_after_a_while_it_is_an_alarm() {
    let desk = Desk::new();
    let hall = hall(&desk, &desk.register);
    put_down(&hall, &["one", "three"]);
    let account = desk.open_account(1);
    desk.checkpoint();
    let missed = collect(&desk.register).unwrap_err();
    assert!(matches!(missed, RegisterError::Unwitnessed { .. }), "{missed}");
    assert!(missed.to_string().contains("one: not reached: down"), "{missed}");
    desk.open_account(2);
    assert!(desk.checkpoint().is_some(), "signing goes on as well");
    let auditor = staff(Role::Auditor);
    let refused = desk.register.build_evidence(&auditor, account, "audit", None).unwrap_err();
    assert!(matches!(refused, RegisterError::Unwitnessed { .. }), "{refused}");
    let alarm = || desk.register.ledger_state(&auditor).unwrap().witnesses.unwrap().alarm;
    desk.clock.advance_micros(14 * MINUTE_US);
    assert!(!alarm());
    desk.clock.advance_micros(2 * MINUTE_US);
    assert!(alarm());
    assert_eq!(desk.register.ledger_trouble(), None, "it is no finding about the ledger");
    put_down(&hall, &[]);
    assert!(desk.register.build_evidence(&auditor, account, "audit", None).is_ok());
    assert!(!alarm());
}

/// A database that was put back to a checkpoint that has its quorum, opened by a process whose signer remembers nothing.
fn put_back(desk: &Desk) -> Register {
    let hall = hall(desk, &desk.register);
    desk.open_account(1);
    desk.checkpoint();
    assert!(collect(&desk.register).unwrap().unwrap().quorum);
    let earlier = desk.store.read(ledger::head).unwrap().unwrap();
    desk.open_account(2);
    desk.checkpoint();
    collect(&desk.register).unwrap();
    desk.store
        .write(move |tx| {
            tx.execute(&CUT_LEAVES, params![earlier.size])?;
            tx.execute(&CUT_CHECKPOINTS, params![earlier.size])?;
            ledger::set_head(tx, &earlier)
        })
        .unwrap();
    let register = desk.reopened(2);
    let policy = desk.register.trust_policy();
    register.set_witnesses(&policy, hall, 15).unwrap();
    register
}

fn assert_found(desk: &Desk, register: &Register, refused: &RegisterError) {
    assert!(matches!(refused, RegisterError::Ledger { .. }), "{refused}");
    assert!(
        refused.to_string().contains("witness") && refused.to_string().contains("older copy"),
        "{refused}"
    );
    assert!(register.ledger_trouble().is_some());
    let newest = desk.store.read(ledger::latest_checkpoint).unwrap().unwrap();
    desk.clock.advance_micros(60 * MINUTE_US);
    assert!(register.checkpoint(&job(Job::Checkpoints)).is_err(), "nothing is signed any more");
    assert_eq!(desk.store.read(ledger::latest_checkpoint).unwrap().unwrap(), newest);
}

#[test]
fn what_a_witness_remembers_catches_a_restored_backup_at_start() {
    let desk = Desk::new();
    let register = put_back(&desk);
    let refused = register.ask_every_witness(&job(Job::Checkpoints)).unwrap_err();
    assert_found(&desk, &register, &refused);
}

#[test]
fn nothing_is_signed_before_the_witnesses_were_asked() {
    let desk = Desk::new();
    let register = put_back(&desk);
    // A command that serves nobody has not asked; it grows the older copy and would sign a second history.
    desk.clock.advance_micros(60 * MINUTE_US);
    let refused = register.checkpoint(&job(Job::Checkpoints)).unwrap_err();
    assert_found(&desk, &register, &refused);
}

#[test]
fn witnesses_that_have_cosigned_are_asked_at_start_and_the_checkpoint_stays_as_it_is() {
    let desk = Desk::new();
    let hall = hall(&desk, &desk.register);
    desk.open_account(1);
    desk.checkpoint();
    collect(&desk.register).unwrap();
    let before = desk.store.read(ledger::latest_checkpoint).unwrap();
    let register = desk.reopened(2);
    register.set_witnesses(&desk.register.trust_policy(), hall.clone(), 15).unwrap();
    let state = register.ask_every_witness(&job(Job::Checkpoints)).unwrap().unwrap();
    assert!(state.quorum, "{state:?}");
    let after = desk.store.read(ledger::latest_checkpoint).unwrap();
    assert_eq!(after, before, "all three had cosigned it: nobody signs twice");
    put_down(&hall, &["one", "two", "three"]);
    let register = desk.reopened(3);
    register.set_witnesses(&desk.register.trust_policy(), hall, 15).unwrap();
    assert!(
        register.ask_every_witness(&job(Job::Checkpoints)).is_ok(),
        "who cannot be reached stops nothing"
    );
}

#[test]
fn a_policy_that_cannot_be_read_is_refused_and_none_is_none() {
    let desk = Desk::new();
    let hall: Arc<dyn Witnesses> = Arc::new(Hall::default());
    assert!(desk.register.set_witnesses("witness\n", Arc::clone(&hall), 1).is_err());
    desk.register.set_witnesses("quorum none\n", hall, 1).unwrap();
    desk.open_account(1);
    desk.checkpoint();
    assert_eq!(collect(&desk.register).unwrap(), None);
    assert_eq!(desk.register.ledger_state(&staff(Role::Auditor)).unwrap().witnesses, None);
}
