//! A witness over HTTP, asked by our client.

use std::sync::Arc;
use tenantry_ledger::limits::NOTE_BYTES_MAX;
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
    let witness = Arc::new(Witness::open(vec![key()], &logs, folder.path(), clock).unwrap());
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
    // One byte over the bound: had it more to read, the server might hang up before its answer was read.
    let large = vec![b'a'; NOTE_BYTES_MAX + 8_193];
    let large = ureq::post(format!("{url}add-checkpoint")).send(large);
    assert!(matches!(large, Err(ureq::Error::StatusCode(413))), "{large:?}");
    assert_eq!(ask(1, 1, &log), Submission::OtherSize(2));
    server.stop();
    assert!(matches!(ask(2, 2, &log), Submission::Unreachable(_)));
}
