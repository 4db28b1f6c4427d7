//! A root key in a hardware module, tested against SoftHSM 2. Where it is not installed the test says so loudly and is passed over;
//! `cargo xtask needs` installs it.
#![expect(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a panic of a helper is the failure of its test; the module is told to a child process by its environment"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tenantry_ledger::{Pseudonym, RetentionClass};
use tenantry_vault::{
    Epoch, MemoryKeys, Place, RootKey, Slot, SystemEntropy, TokenKey, TokenRoot, Vault, VaultError,
};

const PIN: &str = "84618";

/// SoftHSM's library, with a token of this test alone in `folder`.
fn token(folder: &Path) -> Option<PathBuf> {
    let library = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"]
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists())?;
    let configuration = folder.join("softhsm2.conf");
    std::fs::create_dir(folder.join("tokens")).unwrap();
    let text = format!("directories.tokendir = {}\n", folder.join("tokens").display());
    std::fs::write(&configuration, text).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "tenantry-test", "--so-pin", "84619", "--pin", PIN])
        .env("SOFTHSM2_CONF", &configuration)
        .output()
        .ok()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Some(library)
}

/// The library reads its configuration from the environment, so the work is done in a process of its own: this test again.
#[test]
fn a_root_key_in_a_hardware_module() {
    if let Ok(module) = std::env::var("TENANTRY_TEST_TOKEN") {
        return work_with(Path::new(&module));
    }
    let folder = tempfile::tempdir().unwrap();
    let Some(module) = token(folder.path()) else {
        eprintln!("NOT TESTED: SoftHSM 2 is not installed; `cargo xtask needs` installs it");
        return;
    };
    let worked = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "token::a_root_key_in_a_hardware_module", "--nocapture"])
        .env("TENANTRY_TEST_TOKEN", module)
        .env("SOFTHSM2_CONF", folder.path().join("softhsm2.conf"))
        .output()
        .unwrap();
    assert!(worked.status.success(), "{}", String::from_utf8_lossy(&worked.stderr));
}

fn work_with(module: &Path) {
    let at = TokenKey { module, token: "tenantry-test", label: "root", pin: PIN };
    assert!(matches!(TokenRoot::open(&at), Err(VaultError::Token { .. })), "no key yet");
    let root = TokenRoot::create(&at).unwrap();
    assert!(matches!(TokenRoot::create(&at), Err(VaultError::Token { .. })), "never a second one");
    let wrapped = root.wrap(b"context", &[7; 32], &SystemEntropy).unwrap();
    assert_eq!(*root.unwrap(b"context", &wrapped).unwrap(), [7; 32]);
    assert!(!wrapped.windows(8).any(|window| window == [7; 8]), "wrapped is not plain");
    assert!(matches!(root.unwrap(b"another", &wrapped), Err(VaultError::Altered { .. })));
    for byte in 0..wrapped.len() {
        let mut altered = wrapped.clone();
        altered[byte] ^= 1;
        assert!(matches!(root.unwrap(b"context", &altered), Err(VaultError::Altered { .. })), "byte {byte}");
    }
    for length in 0..wrapped.len() {
        assert!(matches!(root.unwrap(b"context", &wrapped[..length]), Err(VaultError::Altered { .. })));
    }
    drop(root);

    // A whole vault under it, opened again.
    let (vault, token_key) =
        Vault::create_deployment(Arc::new(TokenRoot::open(&at).unwrap()), &SystemEntropy).unwrap();
    let mut keys = MemoryKeys::default();
    let slot = Slot { subject: Pseudonym([1; 16]), class: RetentionClass::PERSONAL_DATA };
    let place = Place { slot, record: [2; 16], aad: b"header" };
    let sealed = vault.seal(&mut keys, &place, Epoch(680), b"A. Example", &SystemEntropy).unwrap();
    drop(vault);
    let vault = Vault::open_deployment(Arc::new(TokenRoot::open(&at).unwrap()), &token_key).unwrap();
    let opened = vault.open(&mut keys, &place, &sealed).unwrap().unwrap();
    assert_eq!(opened.as_slice(), b"A. Example");
    let wrong = TokenKey { pin: "00000", ..at };
    drop((vault, opened));
    assert!(matches!(TokenRoot::open(&TokenKey { token: "nobody", ..wrong }), Err(VaultError::Token { .. })));
}
