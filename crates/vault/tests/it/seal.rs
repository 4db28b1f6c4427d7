//! Sealing, opening, destroying.

use std::sync::Arc;

use proptest::prelude::*;
use tenantry_ledger::{Pseudonym, RetentionClass};
use tenantry_vault::{
    Epoch, KeyTable as _, MemoryKeys, Place, Sealed, SealedSecret, Slot, Vault, VaultError,
};

use crate::{Counting, root};

const SLOT: Slot = Slot { subject: Pseudonym([7; 16]), class: RetentionClass::PERSONAL_DATA };
const PLACE: Place<'_> = Place { slot: SLOT, record: [1; 16], aad: b"header" };
const EPOCH: Epoch = Epoch(680);

struct World {
    vault: Vault,
    token_key: SealedSecret,
    keys: MemoryKeys,
    entropy: Counting,
    _folder: tempfile::TempDir,
}

fn world() -> World {
    let (folder, entropy) = (tempfile::tempdir().unwrap(), Counting::default());
    let root = Arc::new(root(folder.path(), &entropy));
    let (vault, token_key) = Vault::create_deployment(root, &entropy).unwrap();
    World { vault, token_key, keys: MemoryKeys::default(), entropy, _folder: folder }
}

impl World {
    fn seal(&mut self, place: &Place<'_>, text: &[u8]) -> Sealed {
        self.vault.seal(&mut self.keys, place, EPOCH, text, &self.entropy).unwrap()
    }

    fn open(&mut self, place: &Place<'_>, sealed: &Sealed) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.vault.open(&mut self.keys, place, sealed)?.map(|plaintext| plaintext.to_vec()))
    }
}

#[test]
fn what_is_sealed_opens_with_a_warm_and_a_cold_cache() {
    let mut world = world();
    let sealed = world.seal(&PLACE, b"A. Example");
    assert_eq!(world.open(&PLACE, &sealed).unwrap().as_deref(), Some(&b"A. Example"[..]));
    world.vault.forget_keys();
    assert_eq!(world.open(&PLACE, &sealed).unwrap().as_deref(), Some(&b"A. Example"[..]));
    let reopened = Vault::open_deployment(Arc::clone(world.vault.root()), &world.token_key).unwrap();
    assert!(reopened.open(&mut world.keys, &PLACE, &sealed).unwrap().is_some());
    assert!(!sealed.0.windows(7).any(|window| window == b"Example"));
}

#[test]
fn every_flipped_byte_of_a_sealed_record_is_refused() {
    let mut world = world();
    let sealed = world.seal(&PLACE, b"A. Example");
    for at in 0..sealed.0.len() {
        let mut bad = sealed.clone();
        bad.0[at] ^= 1;
        assert!(world.open(&PLACE, &bad).is_err(), "byte {at}");
        assert_ne!(bad.checksum(), sealed.checksum());
    }
    for length in 0..sealed.0.len() {
        assert!(world.open(&PLACE, &Sealed(sealed.0[..length].to_vec())).is_err(), "cut to {length}");
    }
}

#[test]
fn every_flipped_byte_of_a_wrapped_key_is_refused() {
    let mut world = world();
    let sealed = world.seal(&PLACE, b"A. Example");
    let row = world.keys.subject_key(SLOT).unwrap().unwrap();
    let epoch_key = world.keys.epoch_key(EPOCH, SLOT.class).unwrap().unwrap();
    for at in 0..row.wrapped.len() {
        let mut bad = row.clone();
        bad.wrapped[at] ^= 1;
        world.keys.delete_subject_key(SLOT).unwrap();
        world.keys.insert_subject_key(SLOT, &bad).unwrap();
        assert!(world.open(&PLACE, &sealed).is_err(), "byte {at} of the subject key, warm cache");
    }
    for at in 0..epoch_key.len() {
        let mut bad = epoch_key.clone();
        bad[at] ^= 1;
        world.keys = MemoryKeys::default();
        world.keys.insert_epoch_key(EPOCH, SLOT.class, &bad).unwrap();
        world.keys.insert_subject_key(SLOT, &row).unwrap();
        world.vault.forget_keys();
        assert!(world.open(&PLACE, &sealed).is_err(), "byte {at} of the epoch key");
    }
    for at in 0..world.token_key.0.len() {
        let mut bad = world.token_key.clone();
        bad.0[at] ^= 1;
        assert!(
            Vault::open_deployment(Arc::clone(world.vault.root()), &bad).is_err(),
            "byte {at} of the token key"
        );
    }
}

#[test]
fn a_record_opens_only_at_its_place() {
    let mut world = world();
    let sealed = world.seal(&PLACE, b"A. Example");
    let other_class = Slot { class: RetentionClass::DECISION_EVIDENCE, ..SLOT };
    for place in [
        Place { record: [2; 16], ..PLACE },
        Place { aad: b"headex", ..PLACE },
        Place { slot: other_class, ..PLACE },
    ] {
        assert!(world.open(&place, &sealed).is_err(), "{place:?}");
    }
}

#[test]
fn destroying_a_key_erases_and_nothing_else_does() {
    let mut world = world();
    let other = Place { slot: Slot { subject: Pseudonym([8; 16]), ..SLOT }, ..PLACE };
    let (sealed, kept) = (world.seal(&PLACE, b"A. Example"), world.seal(&other, b"B. Example"));
    let before = world.keys.clone();
    assert!(world.vault.destroy(&mut world.keys, SLOT).unwrap().is_some());
    assert!(world.vault.destroy(&mut world.keys, SLOT).unwrap().is_none(), "twice changes nothing");
    assert_eq!(world.open(&PLACE, &sealed).unwrap(), None);
    assert!(world.open(&other, &kept).unwrap().is_some());
    // The slot is used again: a new key, and the old record stays erased.
    let again = world.seal(&PLACE, b"C. Example");
    assert_eq!(world.open(&PLACE, &sealed).unwrap(), None);
    assert!(world.open(&PLACE, &again).unwrap().is_some());
    // A lost row is damage, not erasure.
    world.keys = MemoryKeys::default();
    assert!(matches!(world.open(&PLACE, &sealed), Err(VaultError::MissingKey { .. })));
    // Another process destroyed it: the cache of this one does not open it any more.
    world.keys = before;
    assert!(world.open(&PLACE, &sealed).unwrap().is_some());
    world.keys.delete_subject_key(SLOT).unwrap();
    assert_eq!(world.open(&PLACE, &sealed).unwrap(), None);
}

#[test]
fn tokens_are_equal_for_equal_values_of_one_kind_in_one_deployment() {
    let (one, two) = (world(), world());
    let token = one.vault.token("mail", b"a@example.org");
    assert_eq!(token, one.vault.token("mail", b"a@example.org"));
    for other in [one.vault.token("phone", b"a@example.org"), one.vault.token("mail", b"b@example.org")] {
        assert_ne!(token, other);
    }
    assert_ne!(one.vault.token("ab", b"c"), one.vault.token("a", b"bc"));
    assert_eq!(token, two.vault.token("mail", b"a@example.org"), "the test entropy repeats itself");
    let reopened = Vault::open_deployment(Arc::clone(one.vault.root()), &one.token_key).unwrap();
    assert_eq!(token, reopened.token("mail", b"a@example.org"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_content_comes_back(text: Vec<u8>, aad: Vec<u8>, record: [u8; 16], subject: [u8; 16]) {
        let mut world = world();
        let slot = Slot { subject: Pseudonym(subject), class: RetentionClass(3) };
        let place = Place { slot, record, aad: &aad };
        let sealed = world.seal(&place, &text);
        prop_assert_eq!(world.open(&place, &sealed).unwrap(), Some(text));
    }

    #[test]
    fn foreign_bytes_never_open(bytes: Vec<u8>) {
        let mut world = world();
        world.seal(&PLACE, b"A. Example");
        prop_assert!(world.open(&PLACE, &Sealed(bytes)).is_err());
    }
}
