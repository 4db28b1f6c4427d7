//! The Python verifier inside each package must agree with this one. Skips loudly without Python or `cryptography`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tenantry_evidence::{Attachment, build};
use tenantry_verifier::{Verdict, verify};

use crate::bagit::python_with;
use crate::cases::CASES;
use crate::sample::{Ledger, TestSigner, sample};
use crate::tamper::{additions, unzip};

#[test]
fn the_python_verifier_agrees() {
    let Some(python) = python_with("cryptography") else { return };
    let good = sample();
    let signer = TestSigner::new(1);
    assert_eq!(run(&python, &good, None), (Some(0), "VALID".to_owned()));
    for (name, verdict, _, change) in CASES {
        let mut package = Ledger::new().package(&signer);
        change(&mut package);
        let expected =
            if verdict == Verdict::Invalid { (Some(1), "INVALID") } else { (Some(2), "INCOMPLETE") };
        let (code, word) = run(&python, &build(&package, &signer).unwrap(), None);
        assert_eq!((code, word.as_str()), expected, "{name}");
    }
}

#[test]
fn python_finds_what_was_added_or_cut_off() {
    let Some(python) = python_with("cryptography") else { return };
    let good = sample();
    for (name, changed) in additions(&good) {
        assert_eq!(run(&python, &changed, None).0, Some(1), "{name}");
    }
    for length in [0, 1, 30, good.len() / 2, good.len() - 22, good.len() - 1] {
        assert_eq!(run(&python, &good[..length], None).0, Some(1), "cut to {length}");
    }
}

/// In one process, because there are many: every byte of the first header, of the first entry of the directory and of the end, of
/// all others every seventh, and some in the content of each file.
#[test]
fn python_finds_a_flipped_byte_anywhere() {
    let Some(python) = python_with("cryptography") else { return };
    let good = sample();
    let mut places: Vec<usize> = (0..good.len()).collect();
    for bytes in unzip(&good).values() {
        let start = good.windows(bytes.len()).position(|window| window == bytes).unwrap();
        let within = start..start + bytes.len();
        places.retain(|at| !within.contains(at) || (at - start) % (bytes.len() / 5 + 1) == bytes.len() % 3);
    }
    let directory = good.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    places.retain(|at| *at < 64 || *at >= directory || at % 7 == 0);
    assert!(places.len() > 1_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package.zip");
    std::fs::write(folder.path().join("verify.py"), SCRIPT).unwrap();
    std::fs::write(&path, &good).unwrap();
    let mut flips = Command::new(python)
        .args(["-c", FLIPS])
        .arg(&path)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text =
        places.iter().fold(String::new(), |text, at| format!("{text}{at} {}\n", [1, 0x20, 0xff][at % 3]));
    flips.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let told = String::from_utf8(flips.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(told, format!("{} flips, unnoticed: []\n", places.len()));
    assert_eq!(std::fs::read(&path).unwrap(), good);
}

/// A record has three or four files, so that many packages have more than the 65,535 that a plain ZIP can count.
#[test]
fn a_package_of_very_many_files_is_read_by_both() {
    let signer = TestSigner::new(1);
    let mut package = Ledger::new().package(&signer);
    package.request =
        (0..65_536).map(|number| Attachment { name: format!("{number}"), bytes: vec![] }).collect();
    let bytes = build(&package, &signer).unwrap();
    assert_eq!(verify(&bytes, None, None).verdict, Verdict::Valid);
    if let Some(python) = python_with("cryptography") {
        assert_eq!(run(&python, &bytes, None), (Some(0), "VALID".to_owned()));
    }
}

pub(crate) const SCRIPT: &str = include_str!("../../verify/verify.py");
/// Changes one byte after the other in place, and says after which one the package is still not refused.
const FLIPS: &str = r#"
import sys
sys.path.insert(0, "")
import verify
verify.print = lambda *words: None
sys.argv = ["verify.py", sys.argv[1]]
flips, unnoticed = [tuple(map(int, line.split())) for line in sys.stdin], []
with open(sys.argv[1], "r+b", buffering=0) as file:
    for at, mask in flips:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ mask]))
        if verify.main() != 1:
            unnoticed.append(at)
        file.seek(at)
        file.write(bytes([byte]))
print(f"{len(flips)} flips, unnoticed: {unnoticed}")
"#;

/// The exit code and the word.
pub(crate) fn run(python: &Path, package: &[u8], receipt: Option<&str>) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("verify.py"), SCRIPT).unwrap();
    std::fs::write(path("package.zip"), package).unwrap();
    let mut command = Command::new(python);
    command.current_dir(&folder).args(["verify.py", "package.zip"]);
    if let Some(receipt) = receipt {
        std::fs::write(path("receipt.json"), receipt).unwrap();
        command.args(["--receipt", "receipt.json"]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let word = text.lines().last().unwrap_or_default();
    (output.status.code(), word.split(':').next().unwrap_or_default().to_owned())
}
