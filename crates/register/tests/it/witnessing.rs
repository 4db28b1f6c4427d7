//! Witnesses: writing goes on without them, packages wait for them, and what they remember catches a restored backup.

use crate::fixtures::{Desk, job, staff};
use crate::signing;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Barrier, Mutex};
use tenantry_ledger::{
    AddCheckpoint, NoteSignature, PolicyWitness, Quorum, SignatureType, SignedNote, TlogProof, TrustPolicy,
};
use tenantry_model::staff::{Job, Role};
use tenantry_register::witnessing::WitnessState;
use tenantry_register::{Register, RegisterError};
use tenantry_store::repo::ledger;
use tenantry_store::{StoreExt, params, statements};
use tenantry_vault::{CosignatureSigner, NoteCheck};
use tenantry_verifier::{Policy, Verdict, verify};
use tenantry_witness::{Submission, Witness, Witnesses};

const MINUTE_US: i64 = 60_000_000;

statements! {
    CUT_LEAVES = "DELETE FROM leaf WHERE seq >= $1";
    CUT_CHECKPOINTS = "DELETE FROM checkpoint WHERE size > $1";
}

/// Real witnesses, asked without a network; those that are down do not answer, some say what was put into their mouths, and
/// one that hangs answers when it is let go.
#[derive(Default)]
pub(crate) struct Hall {
    witnesses: BTreeMap<String, Witness>,
    down: Mutex<Vec<String>>,
    lies: Mutex<BTreeMap<String, Submission>>,
    hangs: Mutex<BTreeMap<String, Arc<Barrier>>>,
}

impl Witnesses for Hall {
    fn submit(&self, witness: &PolicyWitness, request: &AddCheckpoint) -> Submission {
        let name = witness.display_name();
        let hangs = self.hangs.lock().unwrap().get(&name).cloned();
        if let Some(barrier) = hangs {
            barrier.wait();
        }
        if let Some(lie) = self.lies.lock().unwrap().get(&name) {
            return lie.clone();
        }
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
        hall.witnesses.insert(
            name.to_owned(),
            Witness::open(vec![key], &logs, &folder, Arc::new(desk.clock.clone())).unwrap(),
        );
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
    cosigned_by_all(&desk);
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

/// What a bare number or status can say, and nobody signed.
const LIES: [Submission; 3] =
    [Submission::OtherSize(1_000_000), Submission::Refused(409), Submission::Refused(422)];

fn lie(hall: &Hall, names: &[&str], lie: &Submission) {
    *hall.lies.lock().unwrap() = names.iter().map(|name| ((*name).to_owned(), lie.clone())).collect();
}

/// Waits for those that answer after the quorum was met.
fn cosigned_by_all(desk: &Desk) {
    collect(&desk.register).unwrap();
    while collect(&desk.register).unwrap().unwrap().witnesses.iter().any(|line| line.standing != "cosigned") {
        std::thread::yield_now();
    }
}

#[test]
fn one_witness_alone_stops_nothing_and_is_an_alarm() {
    for said in LIES {
        let desk = Desk::new();
        let hall = hall(&desk, &desk.register);
        lie(&hall, &["two"], &said);
        let account = desk.open_account(1);
        assert!(desk.checkpoint().is_some(), "{said:?}: two others cosign that nothing was signed before");
        let state = collect(&desk.register).unwrap().unwrap();
        assert!(state.quorum, "{said:?}: {state:?}");
        let contested = desk.register.contested().unwrap();
        assert!(contested.contains("witness two") && contested.contains("nothing proves it"), "{contested}");
        let auditor = staff(Role::Auditor);
        let state = desk.register.ledger_state(&auditor).unwrap();
        assert_eq!((state.trouble, state.witnesses.unwrap().contested), (None, Some(contested)));
        assert!(desk.register.build_evidence(&auditor, account, "audit", None).is_ok());
        lie(&hall, &[], &said);
        put_down(&hall, &["one"]);
        desk.open_account(3);
        desk.checkpoint();
        assert!(collect(&desk.register).unwrap().unwrap().quorum);
        assert_eq!(desk.register.contested(), None, "it cosigns, so it says nothing else any more");
    }
}

#[test]
fn as_many_witnesses_as_the_quorum_stop_it() {
    for said in LIES {
        let desk = Desk::new();
        let hall = hall(&desk, &desk.register);
        desk.open_account(1);
        desk.checkpoint();
        cosigned_by_all(&desk);
        desk.open_account(2);
        desk.checkpoint();
        lie(&hall, &["one", "two"], &said);
        put_down(&hall, &["three"]);
        let refused = collect(&desk.register).unwrap_err();
        assert!(matches!(refused, RegisterError::Ledger { .. }), "{said:?}: {refused}");
        desk.open_account(3);
        assert!(desk.register.checkpoint(&job(Job::Checkpoints)).is_err(), "{said:?}");
        let proof = desk.register.tlog_proof(&staff(Role::Auditor), 1);
        assert!(
            matches!(proof, Err(RegisterError::Ledger { .. })),
            "nor is anything proven with it: {proof:?}"
        );
    }
}

/// At a start the signer's own memory decides between one witness and none that answers: without it, the word of the one counts.
#[test]
fn at_a_start_without_a_memory_one_witness_stops_it_unless_a_quorum_contradicts() {
    let ask = |register: &Register| register.ask_every_witness(&job(Job::Checkpoints));
    let desk = Desk::new();
    let hall = hall(&desk, &desk.register);
    let remembers = signing::remembering(&desk, 5).unwrap();
    desk.open_account(1);
    signing::sign(&remembers).unwrap();
    let policy = desk.register.trust_policy();
    let started = |remembers: bool, seed| {
        let register =
            if remembers { signing::remembering(&desk, seed).unwrap() } else { desk.reopened(seed) };
        register.set_witnesses(&policy, hall.clone(), 15).unwrap();
        register
    };
    lie(&hall, &["two"], &Submission::OtherSize(1_000_000));
    put_down(&hall, &["one", "three"]);
    let goes_on = started(true, 6);
    let asked = ask(&goes_on);
    assert!(matches!(asked, Err(RegisterError::Unwitnessed { .. })), "{asked:?}");
    desk.open_account(2);
    assert!(signing::sign(&goes_on).unwrap().is_some(), "what the signer remembers is here");
    let stops = started(false, 7);
    let asked = ask(&stops);
    assert!(matches!(asked, Err(RegisterError::Ledger { .. })), "{asked:?}");
    assert!(stops.ledger_trouble().unwrap().contains("witness two has cosigned 1000000"));
    put_down(&hall, &[]);
    let goes_on = started(false, 8);
    assert!(ask(&goes_on).unwrap().unwrap().quorum, "two that cosign it now outweigh the one");
}

/// A database cut back to the time before its first checkpoint, without the signer's memory: nothing in it tells that anything was
/// signed. Witnesses do.
#[test]
fn witnesses_are_asked_before_the_first_signature_too() {
    let desk = Desk::new();
    let hall = hall(&desk, &desk.register);
    let begun = desk.store.read(ledger::head).unwrap().unwrap();
    desk.open_account(1);
    desk.checkpoint();
    collect(&desk.register).unwrap();
    signing::restore(&desk, &begun);
    assert_eq!(desk.store.read(ledger::latest_checkpoint).unwrap(), None);
    for grown in [false, true] {
        let register = desk.reopened(2 + u64::from(grown));
        register.set_witnesses(&desk.register.trust_policy(), hall.clone(), 15).unwrap();
        if grown {
            // As many leaves as were signed, and more, of another history.
            (10..18).for_each(|number| _ = desk.open_account(number));
        }
        let refused = register.checkpoint(&job(Job::Checkpoints)).unwrap_err();
        assert!(matches!(refused, RegisterError::Ledger { .. }), "{refused}");
        assert!(refused.to_string().contains("witness"), "{refused}");
        assert_eq!(desk.store.read(ledger::latest_checkpoint).unwrap(), None, "no second history is signed");
    }
}

#[test]
fn nobody_waits_for_a_witness_that_hangs_once_the_quorum_is_met() {
    let desk = Desk::new();
    let hall = hall(&desk, &desk.register);
    let account = desk.open_account(1);
    desk.checkpoint();
    let barrier = Arc::new(Barrier::new(2));
    hall.hangs.lock().unwrap().insert("three".to_owned(), Arc::clone(&barrier));
    let state = collect(&desk.register).unwrap().unwrap();
    assert!(state.quorum, "{state:?}");
    // While it hangs: the policy is told, packages are built, what is wrong with the ledger is told.
    assert!(desk.register.trust_policy().contains("witness three"));
    assert!(desk.register.ledger_state(&staff(Role::Auditor)).unwrap().witnesses.unwrap().quorum);
    hall.hangs.lock().unwrap().clear();
    put_down(&hall, &["three"]);
    assert!(desk.register.build_evidence(&staff(Role::Auditor), account, "audit", None).is_ok());
    let first = i64::try_from(state.size).unwrap();
    let cosigned = || {
        let row = desk.store.read(move |tx| ledger::checkpoints_after(tx, first - 1, 1)).unwrap().remove(0);
        let note = SignedNote::parse(row.note.as_bytes()).unwrap();
        note.signatures().iter().filter(|line| line.key_name == "three.example").count()
    };
    assert_eq!(cosigned(), 0);
    put_down(&hall, &[]);
    barrier.wait();
    // What comes late is kept with the checkpoint it is about, which is no longer the newest.
    while cosigned() == 0 {
        std::thread::yield_now();
    }
}

#[test]
fn what_rests_on_a_checkpoint_rests_on_one_with_its_quorum() {
    let desk = Desk::new();
    let hall = hall(&desk, &desk.register);
    let account = desk.open_account(1);
    let auditor = staff(Role::Auditor);
    let built = desk.register.build_evidence(&auditor, account, "audit", None).unwrap();
    let policy = Policy::parse(desk.register.trust_policy().as_bytes()).unwrap();
    let report = verify(&built.zip, Some(&policy), Some(built.receipt.as_bytes()));
    assert_eq!(report.verdict, Verdict::Valid, "its receipt has its witnesses, too: {report}");
    assert!(desk.register.record_receipt(&auditor, 1, None).is_ok());
    put_down(&hall, &["one", "two"]);
    desk.open_account(2);
    desk.checkpoint();
    let refused = [
        desk.register.record_receipt(&auditor, 1, None),
        desk.register.record_receipt(&auditor, built.leaf, None),
        desk.register.tlog_proof(&auditor, 1),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(RegisterError::Unwitnessed { .. })), "{refused:?}");
    }
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
