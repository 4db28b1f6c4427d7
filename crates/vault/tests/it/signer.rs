//! The checkpoint signer.

use tenantry_ledger::{Checkpoint, NoteSigner as _};
use tenantry_vault::{CheckpointSigner, Ed25519Check, SealedSecret};

use crate::{Counting, root};

#[test]
fn it_signs_what_verifies_and_opens_only_as_itself() {
    let folder = tempfile::tempdir().unwrap();
    let entropy = Counting::default();
    let root = root(folder.path(), &entropy);
    let (signer, sealed) = CheckpointSigner::create("provider.example/ledger", &root, &entropy).unwrap();
    let checkpoint = Checkpoint { origin: "provider.example/ledger".into(), size: 3, root: [4; 32] };
    let note = checkpoint.sign(&[&signer]).unwrap().to_string();
    let keys = [signer.verifier_key().clone()];
    assert_eq!(Checkpoint::verify(note.as_bytes(), &keys, &Ed25519Check).unwrap(), checkpoint);

    let reopened = CheckpointSigner::open("provider.example/ledger", &root, &sealed).unwrap();
    assert_eq!(reopened.verifier_key(), signer.verifier_key());
    assert!(CheckpointSigner::open("other.example/ledger", &root, &sealed).is_err());
    for at in 0..sealed.0.len() {
        let mut bad = sealed.0.clone();
        bad[at] ^= 1;
        assert!(
            CheckpointSigner::open("provider.example/ledger", &root, &SealedSecret(bad)).is_err(),
            "byte {at}"
        );
    }
    for at in 0..note.len() {
        let mut bad = note.clone().into_bytes();
        bad[at] ^= 1;
        assert!(Checkpoint::verify(&bad, &keys, &Ed25519Check).is_err(), "byte {at} of the checkpoint");
    }
}
