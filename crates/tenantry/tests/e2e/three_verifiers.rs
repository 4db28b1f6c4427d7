//! One package, three verifiers: the program, the Python in the package, and the page in the package in a real browser. Each
//! file of the package is changed by one byte in turn, the archive around it is made good again, and all three must see it. And
//! what a dishonest provider could sign, a record left out among it, all three must call by the same word.
//!
//! `cargo test -p tenantry --test e2e three_verifiers -- --nocapture` prints the table. Without a browser, or without Python and its
//! package `cryptography`, it says so aloud and goes on with the others.

use crate::browser::Browser;
use crate::cases::CASES;
use crate::main_job::import_list;
use crate::people::firm;
use crate::program::Deployment;
use crate::sample::{Ledger, TestSigner};
use std::path::{Path, PathBuf};
use std::process::Command;
use tenantry_evidence::build;
use tenantry_verifier::zip;

const PAGE: &str = "bag/verify/verify.html";
const SCRIPT: &str = "bag/verify/verify.py";

#[test]
fn a_changed_byte_in_any_file_is_found_by_all_three() {
    let deployment = Deployment::quiet();
    let fingerprint = package_of(&deployment);
    let folder = deployment.folder();
    let package = std::fs::read(folder.join("package.zip")).unwrap();
    let files = zip::read(&package).unwrap();
    let mut all = Verifiers::of(&deployment, &package, fingerprint);
    let good = all.words("package.zip", Some("package.zip.receipt.json"));
    row("file changed by one byte", &["tenantry verify", "verify.py", "verify.html"].map(str::to_owned));
    row("none", &good);
    assert!(good.iter().all(|word| word == "VALID" || word == "-"), "{good:?}");

    let named = |name: &str| files.iter().any(|(path, _)| path.trim_start_matches("bag/") == name);
    for name in ["README.txt", "verify.py", "verify.html", "verifier-source.tar.gz", "BUILD.txt"] {
        assert!(named(&format!("verify/{name}")), "{name} is one of the files");
    }
    all.find_a_change_in_each_file(&package);
    all.find_changes_around_the_files(&package);

    // Encrypted to a recipient it says so to everybody, and is the same package to whoever has the key.
    std::fs::write(folder.join("key.txt"), format!("{IDENTITY}\n")).unwrap();
    let build =
        ["evidence", "build", "customer-20417", "-o", "package.zip.age", "--recipient", RECIPIENT, "--json"];
    assert_eq!(deployment.run(&build).expect(0)["encrypted_to"], RECIPIENT);
    let words = all.words("package.zip.age", None);
    row("(encrypted)", &words);
    assert!(words.iter().all(|word| word == "INCOMPLETE" || word == "-"), "{words:?}");
    let opened = [
        "verify",
        "package.zip.age",
        "--identity",
        "key.txt",
        "--policy",
        "keys.txt",
        "--receipt",
        "package.zip.age.receipt.json",
        "--json",
    ];
    assert_eq!(deployment.run(&opened).expect(0)["verdict"], "VALID");

    // The receipt is a file of its own: of another package it is refused, and a changed one too.
    let receipt = std::fs::read_to_string(folder.join("package.zip.receipt.json")).unwrap();
    std::fs::write(folder.join("changed.json"), receipt.replacen('A', "B", 1)).unwrap();
    let words = all.words("package.zip", Some("changed.json"));
    row("(the receipt)", &words);
    assert!(words.iter().all(|word| word == "INVALID" || word == "-"), "{words:?}");
}

#[test]
fn what_is_missing_or_wrong_is_called_so_by_all_three() {
    let deployment = Deployment::quiet();
    let signer = TestSigner::new(1);
    let folder = deployment.folder();
    std::fs::write(folder.join("keys.txt"), format!("log {}\nquorum none\n", signer.key())).unwrap();
    let fingerprint =
        signer.key().fingerprint().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let good = build(&Ledger::new().package(&signer), &signer).unwrap();
    let mut all = Verifiers::of(&deployment, &good, fingerprint);
    // It has what an account of a young deployment has not: an order, erased records, events.
    all.find_a_change_in_each_file(&good);
    row("what is wrong", &["tenantry verify", "verify.py", "verify.html"].map(str::to_owned));
    for (name, verdict, _, change) in CASES {
        let mut package = Ledger::new().package(&signer);
        change(&mut package);
        std::fs::write(folder.join("case.zip"), build(&package, &signer).unwrap()).unwrap();
        let words = all.words("case.zip", None);
        row(name, &words);
        assert!(words.iter().all(|word| *word == verdict.to_string() || word == "-"), "{name}: {words:?}");
    }
}

/// A recipient's key and what opens files for it.
const RECIPIENT: &str = "age1an7cmnfrjqpr2qlaynegqns5clx3gzc8v7fxwwjslyqascmxed6q3hlh8y";
const IDENTITY: &str = "AGE-SECRET-KEY-1XFFQ9L9Y9DNHSSL0TKY29YDT0TE3L0YL2RCU8JKRFRVFVZKNH2VQFDMNQJ";

/// One row of the table.
fn row(what: &str, words: &[String]) {
    println!("{what:<42} {}", words.join("  "));
}

/// A deployment with a real list, one account and its package; answers the fingerprint of its key.
fn package_of(deployment: &Deployment) -> String {
    import_list(deployment);
    let serving = deployment.serve();
    serving.client.post("/v1/applications", "sign-up", &firm()).expect(201);
    let key = serving.client.ledger_key();
    std::fs::write(deployment.folder().join("keys.txt"), format!("log {key}\nquorum none\n")).unwrap();
    assert!(serving.stop().0.success());
    let build = ["evidence", "build", "customer-20417", "-o", "package.zip", "--purpose", "Audit", "--json"];
    deployment.run(&build).expect(0);
    let report = deployment.run(&["verify", "package.zip", "--json"]).expect(0);
    report["signer"]["fingerprint"].as_str().unwrap().to_owned()
}

struct Verifiers<'a> {
    deployment: &'a Deployment,
    python: Option<PathBuf>,
    browser: Option<Browser>,
    fingerprint: String,
}

impl<'a> Verifiers<'a> {
    /// With the page and the script that a package carries.
    fn of(deployment: &'a Deployment, package: &[u8], fingerprint: String) -> Self {
        let (files, folder) = (zip::read(package).unwrap(), deployment.folder());
        for (path, name) in [(PAGE, "verify.html"), (SCRIPT, "verify.py")] {
            let bytes = files.iter().find(|(found, _)| *found == path).unwrap().1;
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        Self {
            deployment,
            python: python(),
            browser: Browser::start(&folder.join("verify.html")),
            fingerprint,
        }
    }

    /// One byte of each file in turn; the archive around it is made good again.
    fn find_a_change_in_each_file(&mut self, package: &[u8]) {
        let files = zip::read(package).unwrap();
        for (changed, (path, bytes)) in files.iter().enumerate() {
            let mut altered = bytes.to_vec();
            let middle = altered.len() / 2;
            altered[middle] ^= 1;
            let mut files = files.clone();
            files[changed].1 = &altered;
            self.find(path.trim_start_matches("bag/"), &zip::write(&files).unwrap());
        }
    }

    /// One byte in each field of the archive's own: of the first header, of its entry in the directory, and of the end.
    fn find_changes_around_the_files(&mut self, package: &[u8]) {
        let directory = package.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").unwrap();
        let offset = package[directory + 16..directory + 20].try_into().unwrap();
        let first = usize::try_from(u32::from_le_bytes(offset)).unwrap();
        let header = [0, 4, 6, 8, 10, 12, 14, 18, 22, 26, 28, 30];
        let entry = [0, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 30, 32, 34, 36, 38, 42, 46];
        let end = [0, 4, 6, 8, 10, 12, 16, 20];
        let places = header.into_iter().chain(entry.map(|at| first + at)).chain(end.map(|at| directory + at));
        for at in places {
            let mut changed = package.to_vec();
            changed[at] ^= 1;
            self.find(&format!("(archive, byte {at})"), &changed);
        }
    }

    /// All three call it INVALID.
    fn find(&mut self, what: &str, changed: &[u8]) {
        std::fs::write(self.deployment.folder().join("changed.zip"), changed).unwrap();
        let words = self.words("changed.zip", None);
        row(what, &words);
        assert!(words.iter().all(|word| word == "INVALID" || word == "-"), "{what}: {words:?}");
    }

    /// What each says of a package in the folder; `-` for one that is not installed.
    fn words(&mut self, package: &str, receipt: Option<&str>) -> Vec<String> {
        let folder = self.deployment.folder();
        let mut arguments = vec!["verify", package, "--policy", "keys.txt", "--json"];
        arguments.extend(receipt.iter().flat_map(|receipt| ["--receipt", receipt]));
        let ran = self.deployment.run(&arguments);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout()).unwrap();
        let ours = report["verdict"].as_str().unwrap().to_owned();
        let python = self.python.as_ref().map(|python| {
            let mut command = Command::new(python);
            command.current_dir(folder).args(["verify.py", package, &self.fingerprint]);
            command.args(receipt.iter().flat_map(|receipt| ["--receipt", receipt]));
            let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
            let word = output.lines().last().and_then(|line| line.split(':').next());
            word.unwrap_or("nothing").to_owned()
        });
        let given = |name: &str| folder.join(name);
        let browser = self.browser.as_mut().map(|browser| {
            let receipt = receipt.map(given);
            browser.check(&given(package), &given("keys.txt"), receipt.as_deref())
        });
        let missing = || "-".to_owned();
        vec![ours, python.unwrap_or_else(missing), browser.unwrap_or_else(missing)]
    }
}

/// A Python that can check signatures: the system's, or the one that `cargo xtask test` prepared.
pub(crate) fn python() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python");
    let found = [PathBuf::from("python3"), own].into_iter().find(|python| {
        let probe = Command::new(python).args(["-c", "import cryptography"]).output();
        probe.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        println!("SKIPPED: verify.py is not run: python3 with the package `cryptography` is not installed");
    }
    found
}
