//! A witness over HTTP, asked by our client.

use std::io::ErrorKind;
use std::sync::Arc;
use tenantry_ledger::{
    AddCheckpoint, Checkpoint, PolicyWitness, SignatureType, TrustPolicy, empty_root, leaf_hash, node_hash,
};
use tenantry_model::time::Timestamp;
use tenantry_server::witness::WitnessServer;
use tenantry_testkit::FixedClock;
use tenantry_vault::{CheckpointSigner, CosignatureSigner};
use tenantry_witness::{Submission, Witness, WitnessClient, Witnesses};

const ORIGIN: &str = "log.example/http";

fn checkpoint(size: u64) -> Checkpoint {
    let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
    let root = match size {
        0 => empty_root(),
        1 => a,
        _ => node_hash(&a, &b),
    };
    Checkpoint { origin: ORIGIN.to_owned(), size, root }
}

#[test]
fn our_client_and_our_witness_speak_the_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let log = CheckpointSigner::from_seed(ORIGIN, &[1; 32]).unwrap();
    let stranger = CheckpointSigner::from_seed(ORIGIN, &[9; 32]).unwrap();
    let key =
        || CosignatureSigner::from_seed("w.example", SignatureType::COSIGNATURE_ML_DSA_44, &[2; 32]).unwrap();
    let logs = format!("log {}\nquorum none\n", tenantry_ledger::NoteSigner::verifier_key(&log));
    let logs = TrustPolicy::parse(logs.as_bytes()).unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp::from_micros(1_790_000_000_000_000)));
    let witness = Arc::new(Witness::new(vec![key()], &logs, folder.path(), clock));
    let server = WitnessServer::start("127.0.0.1:0".parse().unwrap(), witness).unwrap();
    let url = format!("http://{}/", server.local_addr());
    let known =
        PolicyWitness { name: b"w".to_vec(), key: key().verifier_key().clone(), url: Some(url.clone()) };
    let client = WitnessClient::default();
    let ask = |old, size, signer: &CheckpointSigner| {
        let proof = if old == 1 && size == 2 { vec![leaf_hash(b"b")] } else { Vec::new() };
        let note = checkpoint(size).sign(&[signer]).unwrap();
        client.submit(&known, &AddCheckpoint { old, proof, note })
    };
    assert!(matches!(ask(0, 1, &log), Submission::Cosigned(lines) if lines.len() == 1));
    assert_eq!(ask(0, 2, &log), Submission::OtherSize(1));
    assert!(matches!(ask(1, 2, &log), Submission::Cosigned(_)));
    assert_eq!(ask(1, 1, &log), Submission::OtherSize(2));
    assert_eq!(ask(2, 2, &stranger), Submission::Refused(403));
    let keys = ureq::get(format!("{url}keys")).call().unwrap().body_mut().read_to_string().unwrap();
    assert_eq!(keys, format!("{}\n", key().verifier_key()));
    let large = ureq::post(format!("{url}add-checkpoint")).send(vec![b'a'; 400_000]);
    // It may hang up before all of it was sent; the answer is then lost on the way.
    let hung_up =
        |error: &std::io::Error| matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset);
    let refused = match &large {
        Err(ureq::Error::StatusCode(status)) => *status == 413,
        Err(ureq::Error::Io(error)) => hung_up(error),
        _ => false,
    };
    assert!(refused, "{large:?}");
    assert_eq!(ask(1, 1, &log), Submission::OtherSize(2));
    server.stop();
    assert!(matches!(ask(2, 2, &log), Submission::Unreachable(_)));
}
