//! The Python verifier inside each package must agree with this one. Skips loudly without Python or `cryptography`.

use std::path::Path;
use std::process::Command;

use tenantry_evidence::build;

use crate::bagit::python_with;
use crate::sample::{Ledger, TestSigner, sample};
use crate::tamper::unzip;

#[test]
fn the_python_verifier_agrees() {
    let Some(python) = python_with("cryptography") else { return };
    let good = sample();
    let signer = TestSigner::new(1);
    let mut gap = Ledger::new().package(&signer);
    gap.records.remove(1);
    let mut wrong = Ledger::new().package(&signer);
    wrong.records[0].path.swap(0, 1);
    let mut moved = Ledger::new().package(&signer);
    moved.records[0].disclosure = moved.custody[0].disclosure.clone();
    let cases = [
        (good.clone(), 0, "VALID"),
        (build(&gap, &signer).unwrap(), 2, "INCOMPLETE"),
        (build(&wrong, &signer).unwrap(), 1, "INVALID"),
        (build(&moved, &signer).unwrap(), 1, "INVALID"),
    ];
    for (package, code, word) in cases {
        assert_eq!(run(&python, &package), (Some(code), word.to_owned()));
    }
    // One changed byte in the content of each file.
    for bytes in unzip(&good).values() {
        let at = good.windows(bytes.len()).position(|window| window == bytes).unwrap() + bytes.len() / 2;
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert_eq!(run(&python, &changed).0, Some(1), "byte {at}");
    }
}

fn run(python: &Path, package: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let (script, path) = (folder.path().join("verify.py"), folder.path().join("package.zip"));
    std::fs::write(&script, include_str!("../../verify/verify.py")).unwrap();
    std::fs::write(&path, package).unwrap();
    let output = Command::new(python).arg(&script).arg(&path).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let word = text.lines().last().unwrap_or_default();
    (output.status.code(), word.split(':').next().unwrap_or_default().to_owned())
}
