//! The sealed root key file.

use std::os::unix::fs::PermissionsExt as _;

use tenantry_vault::{RootKey as _, SealedFile, Unlock, VaultError, create_key_file, read_key_file};

use crate::{CHEAP, Counting, root};

#[test]
fn it_opens_with_its_passphrase_only() {
    let folder = tempfile::tempdir().unwrap();
    let entropy = Counting::default();
    let made = root(folder.path(), &entropy);
    let wrapped = made.wrap(b"context", &[5; 32], &entropy).unwrap();
    let path = folder.path().join("root.key");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let opened = SealedFile::open(&path, Unlock::Passphrase("open sesame")).unwrap();
    assert_eq!(*opened.unwrap(b"context", &wrapped).unwrap(), [5; 32]);
    assert!(matches!(opened.unwrap(b"other", &wrapped), Err(VaultError::Altered { .. })));
    let wrong = SealedFile::open(&path, Unlock::Passphrase("open sesam")).unwrap_err();
    assert!(wrong.to_string().contains("does not open"), "{wrong}");
    let kind = SealedFile::open(&path, Unlock::KeyFile(&[0; 32])).unwrap_err();
    assert!(kind.to_string().contains("passphrase, not a key file"), "{kind}");
    assert!(
        SealedFile::create(&path, Unlock::Passphrase("x"), CHEAP, &entropy).is_err(),
        "it never overwrites"
    );
}

#[test]
fn a_key_file_unlocks_too() {
    let folder = tempfile::tempdir().unwrap();
    let entropy = Counting::default();
    let (path, key_path) = (folder.path().join("root.key"), folder.path().join("unlock.key"));
    let key = create_key_file(&key_path, &entropy).unwrap();
    assert_eq!(*read_key_file(&key_path).unwrap(), *key);
    SealedFile::create(&path, Unlock::KeyFile(&key), CHEAP, &entropy).unwrap();
    SealedFile::open(&path, Unlock::KeyFile(&key)).unwrap();
    assert!(matches!(SealedFile::open(&path, Unlock::KeyFile(&[0; 32])), Err(VaultError::Unlock { .. })));
}

#[test]
fn every_flipped_byte_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let entropy = Counting::default();
    let (path, key_path) = (folder.path().join("root.key"), folder.path().join("unlock.key"));
    let key = create_key_file(&key_path, &entropy).unwrap();
    SealedFile::create(&path, Unlock::KeyFile(&key), CHEAP, &entropy).unwrap();
    let good = std::fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert!(SealedFile::open(&path, Unlock::KeyFile(&key)).is_err(), "byte {at}");
    }
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    root(folder.path(), &Counting::default());
    let path = folder.path().join("root.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = SealedFile::open(&path, Unlock::Passphrase("open sesame")).unwrap_err();
    assert!(error.to_string().contains("mode 640"), "{error}");
}
