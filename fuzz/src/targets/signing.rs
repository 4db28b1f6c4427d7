//! What is said between the register, its signer and the witnesses. Nobody may get a fork signed, whatever they say to the signer,
//! and nobody a signature counted that is none, whatever they answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tenantry_ledger::{
    AddCheckpoint, Checkpoint, Hash, PolicyWitness, SignatureCheck as _, SignatureType, SignedNote,
    VerifierKey, leaf_hash,
};
use tenantry_model::clock::Clock;
use tenantry_model::time::Timestamp;
use tenantry_vault::{CheckpointSigner, CosignatureSigner, NoteCheck};
use tenantry_witness::{LocalSigner, SignerError, Submission, frames, read_answer};

const ORIGIN: &str = "log.example/one";
const WITNESS: &str = "witness.example/one";
const SOCKET: &str = "signer.socket";

struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_790_000_000_000_000)
    }
}

fn log_key() -> CheckpointSigner {
    CheckpointSigner::from_seed(ORIGIN, &[1; 32]).expect("a seed")
}

fn signer() -> LocalSigner {
    let quantum = CosignatureSigner::from_seed(ORIGIN, SignatureType::COSIGNATURE_ML_DSA_44, &[2; 32]);
    LocalSigner::forgetful(log_key(), quantum.expect("a seed"), Arc::new(Standing))
}

/// A connection with any number of requests, to a signer that has signed nothing yet.
pub(crate) fn requests(data: &[u8]) {
    let (signer, mut said) = (signer(), data);
    let mut signed = BTreeMap::<u64, Hash>::new();
    while let Ok(request) = frames::read(&mut said) {
        let answer = frames::answer(&request, &signer);
        let mut frame = Vec::new();
        frames::write(&mut frame, answer.as_bytes()).expect("memory takes it");
        assert_eq!(frame.get(4..), Some(answer.as_bytes()));
        let Ok(content) = frames::read_answer(answer.into_bytes(), Path::new(SOCKET)) else { continue };
        if request.starts_with(b"latest\n") {
            let head = frames::read_head(&content).expect("its own head");
            assert!(head.size == 0 || signed.get(&head.size) == Some(&head.root), "a head never signed");
        }
        let Ok(note) = SignedNote::parse(content.as_bytes()) else { continue };
        if let Ok(checkpoint) = Checkpoint::parse_any_text(note.text()) {
            assert!(request.starts_with(b"checkpoint\n"), "a checkpoint in the guise of something else");
            assert!(signed.keys().all(|size| *size <= checkpoint.size), "a tree that shrank");
            let before = signed.insert(checkpoint.size, checkpoint.root);
            assert!(before.is_none_or(|root| root == checkpoint.root), "a fork");
        }
    }
}

/// An answer of whoever listens where the signer should.
pub(crate) fn answers(data: &[u8]) {
    match frames::read_answer(data.to_vec(), Path::new(SOCKET)) {
        Ok(content) => {
            assert!(data.starts_with(b"ok\n"));
            let _ = (frames::read_head(&content), SignedNote::parse(content.as_bytes()));
            let _ = content.lines().map(VerifierKey::parse).collect::<Result<Vec<_>, _>>();
        }
        Err(SignerError::Refused(_) | SignerError::Protocol { .. } | SignerError::Stopped) => {}
        Err(other) => panic!("an answer is no reason for this: {other}"),
    }
}

/// A request to a witness, and the witness as the policy names it.
fn asked() -> &'static (PolicyWitness, AddCheckpoint) {
    static ASKED: OnceLock<(PolicyWitness, AddCheckpoint)> = OnceLock::new();
    ASKED.get_or_init(|| {
        let key = CosignatureSigner::from_seed(WITNESS, SignatureType::COSIGNATURE_ED25519, &[3; 32]);
        let key = key.expect("a seed").verifier_key().clone();
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 1, root: leaf_hash(b"a") };
        let note = checkpoint.sign(&[&log_key()]).expect("a checkpoint");
        let witness = PolicyWitness { name: b"one".to_vec(), key, url: None };
        (witness, AddCheckpoint { old: 0, proof: Vec::new(), note })
    })
}

/// The answer of a witness: a line with the status, then the body.
pub(crate) fn witness_answer(data: &[u8]) {
    let Some((status, body)) = std::str::from_utf8(data).ok().and_then(|text| text.split_once('\n')) else {
        return;
    };
    let Ok(status) = status.parse() else { return };
    let (witness, request) = asked();
    match read_answer(witness, request, status, body) {
        Submission::Cosigned(signatures) => {
            assert!(status == 200 && !signatures.is_empty());
            for line in &signatures {
                let holds = NoteCheck.check(&witness.key, request.note.text(), &line.signature);
                assert!(witness.key.matches(line) && holds, "a cosignature that is none");
            }
        }
        Submission::OtherSize(size) => assert!(status == 409 && size != request.old),
        Submission::Refused(refused) => assert_eq!(refused, status),
        Submission::Unreachable(why) => assert!(!why.is_empty()),
    }
}
