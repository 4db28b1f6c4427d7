//! Time-stamps against an authority made with `openssl ts`, and our requests read by it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use tenantry_timestamp::{Stamp, TimestampError, Trust, request, token_of_response, verify_token};
use tenantry_vault::CertificateCheck;

const DIGEST: [u8; 32] = [0x5a; 32];
const NONCE: u64 = 0x8899_aabb_ccdd_eeff;

/// A root, an intermediate and a time-stamping certificate, all of one kind of key.
struct Authority {
    folder: TempDir,
}

fn openssl(folder: &Path, arguments: &str) -> Output {
    Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap()
}

/// Whether `openssl` is here. Without it the tests say so and check nothing.
#[expect(clippy::print_stdout, reason = "what is left out is said aloud")]
fn is_here() -> bool {
    let here = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !here {
        println!("SKIPPED: `openssl` is not installed, so no authority can be made to stamp anything");
    }
    here
}

impl Authority {
    fn new(key: &str, usage: &str) -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        let extensions = format!(
            "[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n\
             [tsa]\nbasicConstraints=CA:false\nextendedKeyUsage={usage}\n\
             [tsa_config]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\n\
             ess_cert_id_chain=no\ness_cert_id_alg=sha256\n[req]\ndistinguished_name=dn\n[dn]\n"
        );
        std::fs::write(authority.path("tsa.cnf"), extensions).unwrap();
        std::fs::write(authority.path("serial"), "01\n").unwrap();
        for name in ["root", "middle", "tsa"] {
            authority.run(&format!("genpkey {key} -out {name}.key"));
            authority
                .run(&format!("req -new -key {name}.key -subj /CN={name} -out {name}.csr -config tsa.cnf"));
        }
        authority.run(
            "x509 -req -in root.csr -signkey root.key -days 30 -extfile tsa.cnf -extensions ca -out root.pem",
        );
        for (name, above, kind) in [("middle", "root", "ca"), ("tsa", "middle", "tsa")] {
            authority.run(&format!(
                "x509 -req -in {name}.csr -CA {above}.pem -CAkey {above}.key -CAcreateserial -days 30 -extfile tsa.cnf -extensions {kind} -out {name}.pem"
            ));
        }
        authority
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &str) {
        let output = openssl(self.folder.path(), arguments);
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn trust(&self, name: &str) -> Trust {
        Trust::from_pem(&std::fs::read_to_string(self.path(name)).unwrap()).unwrap()
    }

    /// A response to a request of ours.
    fn stamp(&self) -> Vec<u8> {
        std::fs::write(self.path("asked.tsq"), request(&DIGEST, NONCE).unwrap()).unwrap();
        self.run(
            "ts -reply -queryfile asked.tsq -signer tsa.pem -inkey tsa.key -chain middle.pem -config tsa.cnf -section tsa_config -out reply.tsr",
        );
        std::fs::read(self.path("reply.tsr")).unwrap()
    }
}

fn verify(token: &[u8], trust: &Trust) -> Result<Stamp, TimestampError> {
    verify_token(token, &DIGEST, Some(NONCE), trust, &CertificateCheck)
}

const KEYS: [&str; 3] = [
    "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
];

#[test]
fn openssl_stamps_our_requests_and_we_verify_its_tokens() {
    if !is_here() {
        return;
    }
    for key in KEYS {
        let authority = Authority::new(key, "critical,timeStamping");
        let token = token_of_response(&authority.stamp()).unwrap();
        let stamp = verify(&token, &authority.trust("root.pem")).unwrap();
        assert_eq!((stamp.policy.as_str(), stamp.authority.as_str()), ("1.2.3.4.1", "CN=tsa"));
        assert_eq!(stamp.accuracy_us, Some(1_000_000));
        assert!(stamp.time_us > 1_700_000_000_000_000);
        // The other way round: openssl verifies the same response against our request.
        authority.run("ts -verify -queryfile asked.tsq -in reply.tsr -CAfile root.pem -untrusted middle.pem");
        // The signer or an authority between may be trusted directly.
        assert!(verify(&token, &authority.trust("middle.pem")).is_ok());
        let stranger = Authority::new(key, "critical,timeStamping");
        assert_eq!(
            verify(&token, &stranger.trust("root.pem")),
            Err(TimestampError::Untrusted),
            "same names, other keys"
        );
    }
}

#[test]
fn every_changed_byte_of_a_token_is_refused() {
    if !is_here() {
        return;
    }
    let authority = Authority::new(KEYS[1], "critical,timeStamping");
    let trust = authority.trust("root.pem");
    let token = token_of_response(&authority.stamp()).unwrap();
    let good = verify(&token, &trust).unwrap();
    let mut unprotected = Vec::new();
    for at in 0..token.len() {
        let mut bad = token.clone();
        bad[at] ^= 1;
        if let Ok(stamp) = verify(&bad, &trust) {
            // Outside of what is signed there are a few version numbers and algorithm names; none changes what is said.
            assert_eq!(stamp, good, "byte {at}");
            unprotected.push(at);
        }
    }
    assert!(unprotected.len() < 80, "{unprotected:?}");
    for length in 0..token.len() {
        assert!(verify(&token[..length], &trust).is_err());
    }
    let other = [0x5b; 32];
    assert_eq!(
        verify_token(&token, &other, None, &trust, &CertificateCheck),
        Err(TimestampError::OtherContent)
    );
    assert!(verify_token(&token, &DIGEST, Some(NONCE + 1), &trust, &CertificateCheck).is_err());
    assert!(verify_token(&token, &DIGEST, None, &trust, &CertificateCheck).is_ok());
}

/// A token that the authority signs without asking whether its certificate is for that: the content of a good token, signed
/// anew as CMS with the attribute that names the certificate.
fn signed_regardless(authority: &Authority) -> Vec<u8> {
    let good = Authority::new(KEYS[1], "critical,timeStamping");
    std::fs::write(good.path("token"), token_of_response(&good.stamp()).unwrap()).unwrap();
    good.run("cms -verify -noverify -inform DER -in token -out content");
    std::fs::copy(good.path("content"), authority.path("content")).unwrap();
    authority.run(
        "cms -sign -binary -nodetach -cades -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in content -signer tsa.pem \
         -inkey tsa.key -certfile middle.pem -outform DER -out token",
    );
    std::fs::read(authority.path("token")).unwrap()
}

#[test]
fn a_certificate_for_something_else_dates_nothing() {
    if !is_here() {
        return;
    }
    let right = Authority::new(KEYS[1], "critical,timeStamping");
    let token = signed_regardless(&right);
    assert!(
        verify(&token, &right.trust("root.pem")).is_ok(),
        "the control: made the same way, with the right certificate"
    );
    for usage in [
        "timeStamping",
        "critical,timeStamping,emailProtection",
        "critical,serverAuth",
        "critical,anyExtendedKeyUsage",
    ] {
        let wrong = Authority::new(KEYS[1], usage);
        let refused = verify(&signed_regardless(&wrong), &wrong.trust("root.pem"));
        let what = "its signer's certificate is for time-stamping only";
        assert_eq!(refused, Err(TimestampError::Invalid { what }), "{usage}");
        // Trusting that very certificate changes nothing.
        assert_eq!(verify(&signed_regardless(&wrong), &wrong.trust("tsa.pem")), refused, "{usage}");
    }
    assert!(Trust::from_pem("no certificate").is_err());
}

#[test]
fn responses_that_grant_nothing_are_said_so() {
    // PKIStatusInfo with status 2 (rejection) and no token.
    let rejection = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02];
    assert_eq!(token_of_response(&rejection), Err(TimestampError::Refused { status: 2 }));
    let granted_nothing = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00];
    assert!(matches!(token_of_response(&granted_nothing), Err(TimestampError::Invalid { .. })));
    assert!(token_of_response(&vec![0; 100_000]).is_err());
}
