//! The Python verifier inside each package must agree with this one. Skips loudly without Python or `cryptography`.

use std::path::Path;
use std::process::Command;

use tenantry_evidence::build;
use tenantry_verifier::Verdict;

use crate::bagit::python_with;
use crate::cases::CASES;
use crate::sample::{Ledger, TestSigner, sample};
use crate::tamper::unzip;

#[test]
fn the_python_verifier_agrees() {
    let Some(python) = python_with("cryptography") else { return };
    let good = sample();
    let signer = TestSigner::new(1);
    assert_eq!(run(&python, &good), (Some(0), "VALID".to_owned()));
    for (name, verdict, _, change) in CASES {
        let mut package = Ledger::new().package(&signer);
        change(&mut package);
        let expected =
            if verdict == Verdict::Invalid { (Some(1), "INVALID") } else { (Some(2), "INCOMPLETE") };
        let (code, word) = run(&python, &build(&package, &signer).unwrap());
        assert_eq!((code, word.as_str()), expected, "{name}");
    }
    // One changed byte in the content of each file.
    for bytes in unzip(&good).values() {
        let at = good.windows(bytes.len()).position(|window| window == bytes).unwrap() + bytes.len() / 2;
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert_eq!(run(&python, &changed).0, Some(1), "byte {at}");
    }
}

pub(crate) fn run(python: &Path, package: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let (script, path) = (folder.path().join("verify.py"), folder.path().join("package.zip"));
    std::fs::write(&script, include_str!("../../verify/verify.py")).unwrap();
    std::fs::write(&path, package).unwrap();
    let output = Command::new(python).arg(&script).arg(&path).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let word = text.lines().last().unwrap_or_default();
    (output.status.code(), word.split(':').next().unwrap_or_default().to_owned())
}
