//! Files for a recipient: what another program opens and makes, and that no changed byte goes unnoticed.

use std::path::PathBuf;
use std::process::Command;
use tenantry_vault::{Identity, Recipient, VaultError};

/// A pair of keys that another program made.
const KEYS: &str = "# created: 2026-11-29T22:00:00Z\n# public key: age1an7cmnfrjqpr2qlaynegqns5clx3gzc8v7fxwwjslyqascmxed6q3hlh8y\nAGE-SECRET-KEY-1XFFQ9L9Y9DNHSSL0TKY29YDT0TE3L0YL2RCU8JKRFRVFVZKNH2VQFDMNQJ\n";
const PUBLIC: &str = "age1an7cmnfrjqpr2qlaynegqns5clx3gzc8v7fxwwjslyqascmxed6q3hlh8y";

fn identity() -> Identity {
    Identity::parse_file(KEYS).unwrap()
}

#[test]
fn only_the_recipient_opens_a_file() {
    let recipient = Recipient::parse(PUBLIC).unwrap();
    assert_eq!(identity().recipient(), recipient);
    for size in [0, 1, 65_535, 65_536, 65_537, 200_000] {
        let plain = vec![7; size];
        let (one, two) = (recipient.encrypt(&plain).unwrap(), recipient.encrypt(&plain).unwrap());
        assert_ne!(one, two);
        assert_eq!(*identity().decrypt(&one).unwrap(), plain);
    }
    let stranger =
        Identity::parse_file("AGE-SECRET-KEY-1FG09A5SJNTALTXT3JDG9M7YXQ0NW6HQQ2W4P68M0X2YW3EZP4R8QDCFYW3")
            .unwrap();
    let refused = stranger.decrypt(&recipient.encrypt(b"for somebody else").unwrap());
    assert!(matches!(refused, Err(VaultError::Altered { .. })));
}

/// The check before the library was admitted: every changed byte, every cut and every addition is refused.
#[test]
fn no_changed_byte_goes_unnoticed() {
    // More than one chunk of 64 KiB, so that cutting and swapping chunks is tried as well.
    let plain: Vec<u8> = (0..140_000_u32).map(|number| (number % 251) as u8).collect();
    let sealed = Recipient::parse(PUBLIC).unwrap().encrypt(&plain).unwrap();
    let header = 400;
    let positions =
        (0..header).chain((header..sealed.len()).step_by(997)).chain(sealed.len() - 40..sealed.len());
    let mut bad = sealed.clone();
    for at in positions {
        bad[at] ^= 1;
        assert!(identity().decrypt(&bad).is_err(), "byte {at}");
        bad[at] ^= 1;
    }
    for length in (0..sealed.len()).step_by(499).chain([sealed.len() - 1]) {
        assert!(identity().decrypt(&sealed[..length]).is_err(), "cut to {length}");
    }
    assert!(identity().decrypt(&[sealed.as_slice(), b"\0"].concat()).is_err());
    // The last 140,000 bytes and their tags are three chunks: two of 64 KiB and the rest.
    let chunk = 65_536 + 16;
    let payload = sealed.len() - (140_000 + 3 * 16);
    let mut swapped = sealed[..payload].to_vec();
    swapped.extend_from_slice(&sealed[payload + chunk..payload + 2 * chunk]);
    swapped.extend_from_slice(&sealed[payload..payload + chunk]);
    swapped.extend_from_slice(&sealed[payload + 2 * chunk..]);
    assert!(identity().decrypt(&swapped).is_err(), "chunks swapped");
}

#[test]
fn what_is_no_key_is_refused_in_words() {
    let cut = PUBLIC.strip_suffix(|_: char| true).unwrap();
    for text in ["", "age1", cut, "ssh-ed25519 AAAA", &PUBLIC.replace('q', "r")] {
        assert!(matches!(Recipient::parse(text), Err(VaultError::Recipient)), "{text}");
    }
    for text in ["", "# nothing", PUBLIC] {
        assert!(matches!(Identity::parse_file(text), Err(VaultError::Identity)), "{text}");
    }
    assert!(!format!("{:?}", identity()).contains("SECRET"));
}

/// Another program, written by others in another language: `age`, as Debian has it.
#[test]
fn another_program_opens_our_files_and_we_open_its() {
    let found = ["age"]
        .map(PathBuf::from)
        .into_iter()
        .find(|age| Command::new(age).arg("--version").output().is_ok_and(|output| output.status.success()));
    let Some(age) = found else {
        println!("SKIPPED: `age` is not installed, so only our own library reads what it writes");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let plain: Vec<u8> = (0..100_000_u32).map(|number| (number % 253) as u8).collect();
    std::fs::write(path("keys"), KEYS).unwrap();
    std::fs::write(path("ours"), Recipient::parse(PUBLIC).unwrap().encrypt(&plain).unwrap()).unwrap();
    std::fs::write(path("plain"), &plain).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(&age).current_dir(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["--decrypt", "--identity", "keys", "--output", "opened", "ours"]);
    assert_eq!(std::fs::read(path("opened")).unwrap(), plain);
    run(&["--recipient", PUBLIC, "--output", "theirs", "plain"]);
    run(&["--recipient", PUBLIC, "--armor", "--output", "text", "plain"]);
    for name in ["theirs", "text"] {
        assert_eq!(*identity().decrypt(&std::fs::read(path(name)).unwrap()).unwrap(), plain, "{name}");
    }
}
