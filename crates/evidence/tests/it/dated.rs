//! Time-stamp tokens in a package, of authorities made with `openssl ts`. Both verifiers have to see what does not hold.

use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};
use tenantry_evidence::{Package, TimeStamp, build};
use tenantry_ledger::{Checkpoint, Frontier, consistency_proof, leaf_hash};
use tenantry_timestamp::{Trust, request, token_of_response, verify_token};
use tenantry_verifier::{PureCertificateCheck, Verdict, verify};

use crate::bagit::python_with;
use crate::python::run;
use crate::sample::{Ledger, ORIGIN, TestSigner};

const KEYS: [&str; 3] = [
    "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
];
const CONFIG: &str = "[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n\
    [tsa]\nbasicConstraints=CA:false\nextendedKeyUsage=critical,timeStamping\n\
    [tsa_config]\nserial=serial\nsigner_digest=sha384\ndefault_policy=1.2.3.4.1\ndigests=sha256\ness_cert_id_alg=sha256\n\
    [req]\ndistinguished_name=dn\n[dn]\n";

fn openssl(folder: &Path, arguments: &str) {
    let output =
        Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whether `openssl` is here. Without it the tests say so and check nothing.
fn is_here() -> bool {
    let here = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !here {
        println!("SKIPPED: `openssl` is not installed, so no authority can be made to stamp anything");
    }
    here
}

/// A token over the first `size` leaves of the sample by a fresh authority with this kind of key, and its root certificate.
fn stamp(ledger: &Ledger, size: u64, key: &str) -> TimeStamp {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("tsa.cnf"), CONFIG).unwrap();
    std::fs::write(path.join("serial"), "01\n").unwrap();
    for name in ["root", "tsa"] {
        openssl(path, &format!("genpkey {key} -out {name}.key"));
        openssl(path, &format!("req -new -key {name}.key -subj /CN={name} -out {name}.csr -config tsa.cnf"));
    }
    openssl(
        path,
        "x509 -req -sha512 -in root.csr -signkey root.key -days 30 -extfile tsa.cnf -extensions ca -out root.pem",
    );
    openssl(
        path,
        "x509 -req -sha256 -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile tsa.cnf -extensions tsa \
         -out tsa.pem",
    );
    let head = head(ledger, size).to_text();
    std::fs::write(path.join("asked"), request(&digest(&head), 7).unwrap()).unwrap();
    openssl(
        path,
        "ts -reply -queryfile asked -signer tsa.pem -inkey tsa.key -config tsa.cnf -section tsa_config -out reply",
    );
    TimeStamp {
        token: token_of_response(&std::fs::read(path.join("reply")).unwrap()).unwrap(),
        root: std::fs::read_to_string(path.join("root.pem")).unwrap(),
        head,
        continues: consistency_proof(&ledger.levels, size, ledger.tree.size()).unwrap(),
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn head(ledger: &Ledger, size: u64) -> Checkpoint {
    let mut tree = Frontier::new();
    for leaf in ledger.leaves.iter().take(size as usize) {
        tree.append(leaf_hash(leaf));
    }
    Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root() }
}

#[test]
fn what_an_authority_dated_is_said_and_its_root_shown() {
    if !is_here() {
        return;
    }
    let (ledger, signer) = (Ledger::new(), TestSigner::new(1));
    let mut package = ledger.package(&signer);
    package.time_stamps =
        KEYS.iter().zip([3, 5, ledger.tree.size()]).map(|(key, size)| stamp(&ledger, size, key)).collect();
    let bytes = build(&package, &signer).unwrap();
    let report = verify(&bytes, None, None);
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    let sizes: Vec<u64> = report.time_stamps.iter().map(|dated| dated.records).collect();
    assert_eq!(sizes, [3, 5, 8], "{report}");
    assert!(
        report.time_stamps.iter().all(|dated| dated.authority == "CN=tsa" && dated.root_sha256.len() == 64)
    );
    assert!(
        report.checked.iter().any(|line| line.contains("CN=tsa says that the first 8 records")),
        "{report}"
    );
    assert!(
        report.not_checked.iter().any(|line| line.contains("their root certificates are the package's own"))
    );
    if let Some(python) = python_with("cryptography") {
        assert_eq!(run(&python, &bytes, None), (Some(0), "VALID".to_owned()));
    }
}

type Change = fn(&Ledger, &mut TimeStamp);

#[test]
fn a_token_that_does_not_hold_makes_the_package_invalid() {
    if !is_here() {
        return;
    }
    let changes: [(&str, Change); 7] = [
        ("another text", |ledger, stamp| {
            stamp.head = head(ledger, 6).to_text();
            stamp.continues = consistency_proof(&ledger.levels, 6, ledger.tree.size()).unwrap();
        }),
        ("another ledger", |_, stamp| stamp.head = stamp.head.replace(ORIGIN, "other.example/ledger")),
        ("a tree that was not continued", |_, stamp| {
            stamp.continues.pop();
        }),
        ("a root that did not certify it", |ledger, stamp| {
            stamp.root = self::stamp(ledger, 5, KEYS[1]).root;
        }),
        ("no root", |_, stamp| stamp.root = "none\n".to_owned()),
        ("a changed signature", |_, stamp| {
            let last = stamp.token.len() - 3;
            stamp.token[last] ^= 1;
        }),
        ("no token", |_, stamp| stamp.token.truncate(40)),
    ];
    let (ledger, signer) = (Ledger::new(), TestSigner::new(1));
    let good = stamp(&ledger, 5, KEYS[1]);
    for (name, change) in changes {
        let mut package: Package = ledger.package(&signer);
        let mut bad = good.clone();
        change(&ledger, &mut bad);
        package.time_stamps = vec![bad];
        let bytes = build(&package, &signer).unwrap();
        let report = verify(&bytes, None, None);
        assert_eq!(report.verdict, Verdict::Invalid, "{name}: {report}");
        assert!(report.reasons[0].starts_with("the time-stamp data/trust/stamp-"), "{name}: {report}");
        if let Some(python) = python_with("cryptography") {
            assert_eq!(run(&python, &bytes, None).0, Some(1), "{name}");
        }
    }
}

/// The signatures of a token and its certificates are checked with other code than the service's: every byte counts there too.
#[test]
fn every_changed_byte_of_a_token_is_found_or_says_the_same() {
    if !is_here() {
        return;
    }
    let ledger = Ledger::new();
    for key in KEYS {
        let stamp = stamp(&ledger, 5, key);
        let (trust, digest) = (Trust::from_pem(&stamp.root).unwrap(), digest(&stamp.head));
        let good = verify_token(&stamp.token, &digest, None, &trust, &PureCertificateCheck).unwrap();
        let mut unprotected = 0;
        for at in 0..stamp.token.len() {
            let mut bad = stamp.token.clone();
            bad[at] ^= 1;
            if let Ok(told) = verify_token(&bad, &digest, None, &trust, &PureCertificateCheck) {
                // Outside of what is signed there are a few version numbers and algorithm names; none changes what is said.
                assert_eq!(told, good, "byte {at}");
                unprotected += 1;
            }
        }
        assert!(unprotected < 80, "{unprotected}");
    }
}
