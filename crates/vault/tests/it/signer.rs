//! The signers, and that two implementations agree on what is a signature.

use tenantry_ledger::{
    Checkpoint, LedgerError, NoteSigner, SignatureCheck, SignatureType, SignedNote, UnixSeconds, VerifierKey,
};
use tenantry_vault::{CheckpointSigner, CosignatureSigner, NoteCheck, SealedSecret};
use tenantry_verifier::PureCheck;

use crate::{Counting, root};

const ORIGIN: &str = "provider.example/ledger";
const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: ORIGIN.into(), size: 3, root: [4; 32] }
}

#[test]
fn it_signs_what_verifies_and_opens_only_as_itself() {
    let folder = tempfile::tempdir().unwrap();
    let entropy = Counting::default();
    let root = root(folder.path(), &entropy);
    let (signer, sealed) = CheckpointSigner::create(ORIGIN, &root, &entropy).unwrap();
    let note = checkpoint().sign(&[&signer]).unwrap().to_string();
    let keys = [signer.verifier_key().clone()];
    assert_eq!(Checkpoint::verify(note.as_bytes(), &keys, &NoteCheck).unwrap(), checkpoint());

    let reopened = CheckpointSigner::open(ORIGIN, &root, &sealed).unwrap();
    assert_eq!(reopened.verifier_key(), signer.verifier_key());
    assert!(CheckpointSigner::open("other.example/ledger", &root, &sealed).is_err());
    for at in 0..sealed.0.len() {
        let mut bad = sealed.0.clone();
        bad[at] ^= 1;
        assert!(CheckpointSigner::open(ORIGIN, &root, &SealedSecret(bad)).is_err(), "byte {at}");
    }
    for at in 0..note.len() {
        let mut bad = note.clone().into_bytes();
        bad[at] ^= 1;
        assert!(Checkpoint::verify(&bad, &keys, &NoteCheck).is_err(), "byte {at} of the checkpoint");
    }
}

#[test]
fn cosignature_keys_open_only_as_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let entropy = Counting::default();
    let root = root(folder.path(), &entropy);
    let (classic, quantum) = (SignatureType::COSIGNATURE_ED25519, SignatureType::COSIGNATURE_ML_DSA_44);
    for kind in [classic, quantum] {
        let (signer, sealed) = CosignatureSigner::create(ORIGIN, kind, &root, &entropy).unwrap();
        let reopened = CosignatureSigner::open(ORIGIN, kind, &root, &sealed).unwrap();
        assert_eq!(reopened.verifier_key(), signer.verifier_key());
        let other = if kind == classic { quantum } else { classic };
        assert!(CosignatureSigner::open(ORIGIN, other, &root, &sealed).is_err(), "a seed has one use");
        assert!(CosignatureSigner::open("other.example", kind, &root, &sealed).is_err());
    }
    assert!(CosignatureSigner::create(ORIGIN, SignatureType::ED25519, &root, &entropy).is_err());
    assert!(CosignatureSigner::from_seed("a name", classic, &[1; 32]).is_err());
}

/// All three kinds of signature on one checkpoint.
fn signed() -> (String, Vec<VerifierKey>) {
    let folder = tempfile::tempdir().unwrap();
    let entropy = Counting::default();
    let (log, _) = CheckpointSigner::create(ORIGIN, &root(folder.path(), &entropy), &entropy).unwrap();
    let quantum =
        CosignatureSigner::from_seed(ORIGIN, SignatureType::COSIGNATURE_ML_DSA_44, &[5; 32]).unwrap();
    let witness =
        CosignatureSigner::from_seed("witness.example/1", SignatureType::COSIGNATURE_ED25519, &[6; 32])
            .unwrap();
    let note = checkpoint().sign(&[&log, &quantum.at(NOW), &witness.at(NOW)]).unwrap().to_string();
    let keys = [log.verifier_key(), quantum.verifier_key(), witness.verifier_key()];
    (note, keys.into_iter().cloned().collect())
}

#[test]
fn both_implementations_accept_all_three_signatures() {
    let (note, keys) = signed();
    for check in [&NoteCheck as &dyn SignatureCheck, &PureCheck] {
        assert_eq!(Checkpoint::verify_all(note.as_bytes(), &keys, check).unwrap(), checkpoint());
        for key in &keys {
            let one = std::slice::from_ref(key);
            let accepted = SignedNote::parse(note.as_bytes()).unwrap().verify(one, check).is_ok();
            assert!(accepted, "type {:#x}", key.signature_type().0);
        }
    }
}

#[test]
fn both_implementations_refuse_every_changed_byte_of_text_and_signatures() {
    let (note, keys) = signed();
    let parsed = SignedNote::parse(note.as_bytes()).unwrap();
    for (line, key) in parsed.signatures().iter().zip(&keys) {
        for check in [&NoteCheck as &dyn SignatureCheck, &PureCheck] {
            assert!(check.check(key, parsed.text(), &line.signature));
            for at in 0..line.signature.len() {
                let mut bad = line.signature.clone();
                bad[at] ^= 1 << (at % 8);
                assert!(
                    !check.check(key, parsed.text(), &bad),
                    "type {:#x}, byte {at}",
                    key.signature_type().0
                );
            }
            for at in 0..parsed.text().len() {
                let mut bad = parsed.text().as_bytes().to_vec();
                bad[at] ^= 1;
                let refused =
                    String::from_utf8(bad).map_or(true, |bad| !check.check(key, &bad, &line.signature));
                assert!(refused, "type {:#x}, text byte {at}", key.signature_type().0);
            }
            let mut longer = line.signature.clone();
            longer.push(0);
            assert!(!check.check(key, parsed.text(), &longer));
            assert!(!check.check(key, parsed.text(), &line.signature[1..]));
            assert!(!check.check(key, parsed.text(), &[]));
        }
    }
}

#[test]
fn a_signature_of_another_key_name_or_kind_is_refused() {
    let kind = SignatureType::COSIGNATURE_ML_DSA_44;
    let signer = CosignatureSigner::from_seed(ORIGIN, kind, &[5; 32]).unwrap();
    let signature = signer.at(NOW).sign(&checkpoint().to_text()).unwrap();
    let renamed = VerifierKey::new("other.example", kind, signer.verifier_key().public_key()).unwrap();
    let other = CosignatureSigner::from_seed(ORIGIN, kind, &[7; 32]).unwrap();
    let mut weak = signer.verifier_key().public_key().to_vec();
    weak[40] ^= 1;
    let weak = VerifierKey::new(ORIGIN, kind, &weak).unwrap();
    for check in [&NoteCheck as &dyn SignatureCheck, &PureCheck] {
        assert!(check.check(signer.verifier_key(), &checkpoint().to_text(), &signature));
        for key in [&renamed, other.verifier_key(), &weak] {
            assert!(!check.check(key, &checkpoint().to_text(), &signature), "the name is signed as well");
        }
        assert!(!check.check(signer.verifier_key(), "a text\n", &signature), "only checkpoints are cosigned");
    }
    assert!(matches!(signer.at(NOW).sign("a text\n"), Err(LedgerError::Invalid { .. })));
}

/// The example of RFC 9881, appendix C: the seed 00 01 02 .. 1f and the beginning of its public key.
#[test]
fn a_published_seed_gives_the_published_public_key() {
    let mut seed = [0; 32];
    for (byte, value) in seed.iter_mut().zip(0..) {
        *byte = value;
    }
    let kind = SignatureType::COSIGNATURE_ML_DSA_44;
    let signer = CosignatureSigner::from_seed("x", kind, &seed).unwrap();
    let public = signer.verifier_key().public_key();
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    assert_eq!(hex(&public[..32]), "d7b2b47254aae0db45e7930d4a98d2c97d8f1397d1789dafa17024b316e9bec9");
    assert_eq!(public.len(), 1_312);
}
