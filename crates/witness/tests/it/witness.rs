//! A witness over requests, with both kinds of key.

use std::path::{Path, PathBuf};
use tenantry_ledger::{
    AddCheckpoint, NoteSigner as _, Quorum, SignatureType, SignedNote, TrustPolicy, UnixSeconds,
};
use tenantry_vault::{CheckpointSigner, CosignatureSigner, NoteCheck};
use tenantry_witness::{Answer, SignerError, Witness};

use crate::log::{Log, ORIGIN, clock};

fn log_key() -> CheckpointSigner {
    CheckpointSigner::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn keys() -> Vec<CosignatureSigner> {
    [SignatureType::COSIGNATURE_ED25519, SignatureType::COSIGNATURE_ML_DSA_44]
        .map(|kind| CosignatureSigner::from_seed("witness.example/w", kind, &[kind.0; 32]).unwrap())
        .into()
}

fn open(folder: &Path) -> Witness {
    try_open(folder).unwrap()
}

fn try_open(folder: &Path) -> Result<Witness, SignerError> {
    let policy = format!("log {}\nquorum none\n", log_key().verifier_key());
    Witness::open(keys(), &TrustPolicy::parse(policy.as_bytes()).unwrap(), folder, clock())
}

fn request(log: &Log, old: u64, size: u64) -> AddCheckpoint {
    let proof = if old <= size { log.proof(old, size) } else { Vec::new() };
    AddCheckpoint { old, proof, note: log.checkpoint(size).sign(&[&log_key()]).unwrap() }
}

fn ask(witness: &Witness, request: &AddCheckpoint) -> Answer {
    witness.add_checkpoint(request.to_string().as_bytes())
}

#[test]
fn it_cosigns_with_every_key_and_the_policy_counts_it() {
    let folder = tempfile::tempdir().unwrap();
    let (witness, log) = (open(folder.path()), Log::parting_at(50, 50));
    let answer = ask(&witness, &request(&log, 0, 20));
    assert_eq!((answer.status, answer.content_type), (200, "text/plain; charset=utf-8"));
    assert_eq!(answer.body.lines().count(), 2);
    assert!(answer.body.lines().all(|line| line.starts_with("— witness.example/w ")));
    let note = format!("{}{}", request(&log, 0, 20).note, answer.body);
    for key in witness.keys() {
        let policy = format!("log {}\nwitness w {key}\nquorum w\n", log_key().verifier_key());
        let policy = TrustPolicy::parse(policy.as_bytes()).unwrap();
        let judgement = policy.verify(note.as_bytes(), &NoteCheck).unwrap();
        assert_eq!(judgement.quorum, Quorum::Met);
        assert_eq!(judgement.cosigners[0].time, UnixSeconds(1_790_000_000));
    }
}

#[test]
fn it_remembers_across_restarts_and_answers_with_the_size_it_has_seen() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::parting_at(50, 50);
    assert_eq!(ask(&open(folder.path()), &request(&log, 0, 20)).status, 200);
    let witness = open(folder.path());
    let conflict = Answer { status: 409, content_type: "text/x.tlog.size", body: "20\n".to_owned() };
    assert_eq!(ask(&witness, &request(&log, 0, 30)), conflict);
    assert_eq!(ask(&witness, &request(&log, 10, 30)), conflict);
    assert_eq!(ask(&witness, &request(&log, 10, 15)), conflict, "an old checkpoint replayed");
    assert_eq!(ask(&witness, &request(&log, 20, 20)).status, 200, "the same again is no news and no harm");
    assert_eq!(ask(&witness, &request(&log, 20, 30)).status, 200);
    assert_eq!(witness.latest(ORIGIN).unwrap().unwrap(), log.checkpoint(30));
}

/// The head files in a witness's folder.
fn heads(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|ending| ending == "head")).collect()
}

#[test]
fn a_memory_that_vanishes_is_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let (witness, log) = (open(folder.path()), Log::parting_at(50, 50));
    assert_eq!(witness.latest(ORIGIN).unwrap().unwrap().size, 0, "a log that is new begins at nothing");
    assert_eq!(ask(&witness, &request(&log, 0, 20)).status, 200);
    let [head] = &heads(folder.path())[..] else { panic!("one log, one head") };
    let kept = std::fs::read(head).unwrap();
    std::fs::remove_file(head).unwrap();
    let fork = Log::parting_at(50, 10);
    assert_eq!(ask(&witness, &request(&fork, 0, 20)).status, 500, "while it runs");
    assert!(matches!(try_open(folder.path()), Err(SignerError::Lost { .. })), "and when it starts again");
    assert_eq!(heads(folder.path()), [] as [PathBuf; 0], "nothing begins in its place");
    std::fs::write(head, kept).unwrap();
    assert_eq!(ask(&open(folder.path()), &request(&log, 20, 30)).status, 200, "brought back, it goes on");
}

#[test]
fn it_refuses_with_the_status_of_the_specification() {
    let folder = tempfile::tempdir().unwrap();
    let (witness, log) = (open(folder.path()), Log::parting_at(50, 50));
    assert_eq!(ask(&witness, &request(&log, 0, 20)).status, 200);
    let fork = Log::parting_at(50, 10);
    assert_eq!(ask(&witness, &request(&fork, 20, 20)).status, 409);
    assert_eq!(ask(&witness, &request(&fork, 20, 30)).status, 422);
    assert_eq!(ask(&witness, &AddCheckpoint { proof: vec![], ..request(&log, 20, 30) }).status, 422);
    assert_eq!(ask(&witness, &AddCheckpoint { old: 31, ..request(&log, 20, 30) }).status, 400);
    let stranger = CheckpointSigner::from_seed(ORIGIN, &[9; 32]).unwrap();
    let forged =
        AddCheckpoint { note: log.checkpoint(30).sign(&[&stranger]).unwrap(), ..request(&log, 20, 30) };
    assert_eq!(ask(&witness, &forged).status, 403);
    let other = CheckpointSigner::from_seed("log.example/two", &[1; 32]).unwrap();
    let text = log.checkpoint(30).to_text().replace(ORIGIN, "log.example/two");
    let unknown =
        AddCheckpoint { note: SignedNote::sign(&text, &[&other]).unwrap(), ..request(&log, 20, 30) };
    assert_eq!(ask(&witness, &unknown).status, 404);
    for body in [&b""[..], b"old 1\n", b"\xff\xff", b"old 1\n\nnot a note\n"] {
        assert_eq!(witness.add_checkpoint(body).status, 400);
    }
    assert_eq!(witness.latest(ORIGIN).unwrap().unwrap().size, 20, "refusing changes nothing");
}

#[test]
fn requests_at_the_same_time_lead_to_one_history() {
    let folder = tempfile::tempdir().unwrap();
    let witness = open(folder.path());
    let histories = [Log::parting_at(50, 50), Log::parting_at(50, 0)];
    let accepted: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (witness, log) = (&witness, &histories[number % 2]);
                scope.spawn(move || ask(witness, &request(log, 0, 20 + number as u64)).status == 200)
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(
        accepted.iter().filter(|accepted| **accepted).count(),
        1,
        "all but the first prove from nothing"
    );
}
