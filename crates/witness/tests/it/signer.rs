//! A signer signs growth and nothing else, whoever asks, before and after restarts, here and behind a socket.

use proptest::prelude::*;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use tenantry_ledger::{Checkpoint, Refusal, SignedNote, TreeHead};
use tenantry_vault::NoteCheck;
use tenantry_witness::{HeadFile, LocalSigner, LogSigner, RemoteSigner, SignerError, serve_signer};

use crate::log::{Log, ORIGIN, clock};

fn open(folder: &Path) -> LocalSigner {
    let memory = HeadFile::at(folder.join("checkpoint.lock"));
    LocalSigner::from_seeds(ORIGIN, [1; 32], [2; 32], memory, clock()).unwrap()
}

#[test]
fn both_keys_sign_and_the_head_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let (signer, log) = (open(folder.path()), Log::parting_at(50, 50));
    assert_eq!(signer.latest().unwrap(), TreeHead::empty());
    let mut old = 0;
    for size in [0, 1, 1, 7, 8, 8, 33, 49] {
        let note = signer.sign_checkpoint(old, &log.proof(old, size), &log.checkpoint(size)).unwrap();
        let read = Checkpoint::verify_all(note.to_string().as_bytes(), signer.keys(), &NoteCheck).unwrap();
        assert_eq!(read, log.checkpoint(size));
        assert_eq!(open(folder.path()).latest().unwrap(), TreeHead::from(&log.checkpoint(size)));
        old = size;
    }
}

#[test]
fn a_restored_older_database_and_a_fork_are_refused_after_a_restart_too() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::parting_at(50, 50);
    open(folder.path()).sign_checkpoint(0, &[], &log.checkpoint(30)).unwrap();
    let fork = Log::parting_at(50, 25);
    let signer = open(folder.path());
    let refused =
        |old, proof: &[_], checkpoint: &Checkpoint| match signer.sign_checkpoint(old, proof, checkpoint) {
            Err(SignerError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        };
    assert_eq!(refused(20, &log.proof(20, 25), &log.checkpoint(25)), Refusal::OtherSize { latest: 30 });
    assert!(matches!(refused(30, &[], &log.checkpoint(25)), Refusal::Malformed(_)), "a tree does not shrink");
    assert_eq!(refused(0, &[], &log.checkpoint(40)), Refusal::OtherSize { latest: 30 });
    assert_eq!(refused(30, &[], &fork.checkpoint(30)), Refusal::Fork { size: 30 });
    assert!(matches!(refused(30, &fork.proof(30, 40), &fork.checkpoint(40)), Refusal::Inconsistent(_)));
    let other = Checkpoint { origin: "log.example/two".to_owned(), ..log.checkpoint(40) };
    assert_eq!(refused(30, &log.proof(30, 40), &other), Refusal::UnknownOrigin);
    assert_eq!(signer.latest().unwrap().size, 30, "refusing changes nothing");
    assert!(signer.sign_checkpoint(30, &log.proof(30, 40), &log.checkpoint(40)).is_ok());
}

#[test]
fn a_checkpoint_does_not_pass_as_an_ordinary_note() {
    let folder = tempfile::tempdir().unwrap();
    let (signer, log) = (open(folder.path()), Log::parting_at(50, 50));
    assert!(SignedNote::sign("a package\n", &[signer.notes()]).is_ok());
    for text in [log.checkpoint(30).to_text(), log.checkpoint(30).to_text() + "extension\n"] {
        assert!(SignedNote::sign(&text, &[signer.notes()]).is_err());
    }
}

#[test]
fn a_damaged_memory_signs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::parting_at(50, 50);
    open(folder.path()).sign_checkpoint(0, &[], &log.checkpoint(30)).unwrap();
    std::fs::write(folder.path().join("checkpoint.lock"), "").unwrap();
    let signer = open(folder.path());
    assert!(matches!(signer.latest(), Err(SignerError::Damaged { .. })));
    let refused = signer.sign_checkpoint(0, &[], &log.checkpoint(30));
    assert!(matches!(refused, Err(SignerError::Damaged { .. })));
}

#[test]
fn after_an_error_of_the_disk_nothing_more_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::parting_at(50, 50);
    let lost = folder.path().join("lost");
    std::fs::create_dir(&lost).unwrap();
    let signer = open(&lost);
    signer.sign_checkpoint(0, &[], &log.checkpoint(3)).unwrap();
    std::fs::remove_dir_all(&lost).unwrap();
    let growth = || signer.sign_checkpoint(3, &log.proof(3, 4), &log.checkpoint(4));
    assert!(matches!(growth(), Err(SignerError::Io { .. })));
    std::fs::create_dir(&lost).unwrap();
    assert!(matches!(growth(), Err(SignerError::Stopped)), "it does not try again");
    assert!(matches!(signer.latest(), Err(SignerError::Stopped)));
}

fn behind_a_socket(folder: &Path) -> RemoteSigner {
    let path = folder.join("signer.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let signer: Arc<dyn LogSigner> = Arc::new(open(folder));
    let served = path.clone();
    std::thread::spawn(move || serve_signer(&listener, &served, &signer));
    RemoteSigner::connect(path).unwrap()
}

#[test]
fn a_signer_behind_a_socket_does_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (remote, log) = (behind_a_socket(folder.path()), Log::parting_at(50, 50));
    assert_eq!(remote.keys(), open(folder.path()).keys());
    assert_eq!(remote.latest().unwrap(), TreeHead::empty());
    let note = remote.sign_checkpoint(0, &[], &log.checkpoint(30)).unwrap();
    assert!(Checkpoint::verify_all(note.to_string().as_bytes(), remote.keys(), &NoteCheck).is_ok());
    assert_eq!(remote.latest().unwrap(), TreeHead::from(&log.checkpoint(30)));
    let fork = Log::parting_at(50, 25);
    let refused = remote.sign_checkpoint(30, &[], &fork.checkpoint(30));
    assert!(matches!(refused, Err(SignerError::Refused(Refusal::Fork { size: 30 }))));
    let refused = remote.sign_checkpoint(20, &log.proof(20, 25), &log.checkpoint(25));
    assert!(matches!(refused, Err(SignerError::Refused(Refusal::OtherSize { latest: 30 }))));
    let refused = remote.sign_checkpoint(30, &fork.proof(30, 40), &fork.checkpoint(40));
    assert!(matches!(refused, Err(SignerError::Refused(Refusal::Inconsistent(_)))));
    let package = SignedNote::sign("a package\n", &[remote.notes()]).unwrap();
    assert!(package.verify(&remote.keys()[..1], &NoteCheck).is_ok());
    assert!(SignedNote::sign(&log.checkpoint(30).to_text(), &[remote.notes()]).is_err());
    assert!(remote.sign_checkpoint(30, &log.proof(30, 40), &log.checkpoint(40)).is_ok());
}

#[test]
fn nobody_at_the_socket_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let refused = RemoteSigner::connect(folder.path().join("nobody.sock")).unwrap_err();
    assert!(refused.to_string().contains("nobody.sock"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever is asked in whatever order, everything that was signed lies on one line of growth.
    #[test]
    fn what_is_signed_is_one_history(asked in prop::collection::vec((0_u64..40, 0_u64..40, 0_u64..40, any::<bool>()), 1..30)) {
        let folder = tempfile::tempdir().unwrap();
        let mut signer = open(folder.path());
        let mut signed: Vec<Checkpoint> = Vec::new();
        for (old, new, parts_at, restart) in asked {
            let log = Log::parting_at(40, parts_at);
            let proof = if old <= new { log.proof(old, new) } else { Vec::new() };
            if signer.sign_checkpoint(old, &proof, &log.checkpoint(new)).is_ok() {
                if let Some(last) = signed.last() {
                    prop_assert!(last.size <= new);
                    let growth = tenantry_ledger::verify_consistency(last.size, new, &proof, &last.root, &log.checkpoint(new).root);
                    prop_assert!(growth.is_ok());
                }
                signed.push(log.checkpoint(new));
            }
            if restart {
                signer = open(folder.path());
            }
        }
    }
}
