//! Time-stamps: asked for once a day, verified before they are kept. The authority is made with `openssl ts`.

use crate::fixtures::{Desk, job, staff};
use std::path::Path;
use std::process::Command;
use tenantry_model::staff::{Job, Role};
use tenantry_model::time::DAY_US;
use tenantry_register::RegisterError;
use tenantry_register::timestamps::StampRequest;
use tenantry_timestamp::Trust;

const URL: &str = "https://tsa.example/";

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An authority whose certificate is trusted directly. `None` without `openssl`, which is said.
#[expect(clippy::print_stdout, reason = "what is left out is said aloud")]
pub(crate) fn authority(folder: &Path) -> Option<Trust> {
    if !Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: `openssl` is not installed, so no authority can be made to stamp anything");
        return None;
    }
    let config = "[tsa]\nextendedKeyUsage=critical,timeStamping\n[tsa_config]\nserial=serial\nsigner_digest=sha256\n\
                  default_policy=1.2.3.4.1\ndigests=sha256\ness_cert_id_alg=sha256\n[req]\ndistinguished_name=dn\n[dn]\n";
    std::fs::write(folder.join("tsa.cnf"), config).unwrap();
    std::fs::write(folder.join("serial"), "01\n").unwrap();
    openssl(folder, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out tsa.key");
    openssl(folder, "req -new -key tsa.key -subj /CN=tsa -out tsa.csr -config tsa.cnf");
    openssl(
        folder,
        "x509 -req -in tsa.csr -signkey tsa.key -days 30 -extfile tsa.cnf -extensions tsa -out tsa.pem",
    );
    Some(Trust::from_pem(&std::fs::read_to_string(folder.join("tsa.pem")).unwrap()).unwrap())
}

pub(crate) fn answer(folder: &Path, asked: &StampRequest) -> Vec<u8> {
    std::fs::write(folder.join("asked.tsq"), &asked.query).unwrap();
    openssl(
        folder,
        "ts -reply -queryfile asked.tsq -signer tsa.pem -inkey tsa.key -config tsa.cnf -section tsa_config -out reply.tsr",
    );
    std::fs::read(folder.join("reply.tsr")).unwrap()
}

#[test]
fn a_checkpoint_is_dated_once_a_day_by_a_token_that_holds() {
    let desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let Some(trust) = authority(folder.path()) else { return };
    let call = job(Job::Checkpoints);
    assert_eq!(desk.register.stamp_due(&call, URL).unwrap(), None, "nothing was signed yet");
    desk.open_account(1);
    let size = desk.checkpoint().unwrap();
    let asked = desk.register.stamp_due(&call, URL).unwrap().unwrap();
    let response = answer(folder.path(), &asked);
    let mut bad = response.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    let refused = desk.register.keep_stamp(&call, URL, &asked, &bad, &trust);
    assert!(matches!(refused, Err(RegisterError::Evaluation { .. })), "{refused:?}");
    let other = desk.register.stamp_due(&call, URL).unwrap().unwrap();
    assert!(
        desk.register.keep_stamp(&call, URL, &other, &response, &trust).is_err(),
        "an answer to another question"
    );
    let stamp = desk.register.keep_stamp(&call, URL, &asked, &response, &trust).unwrap();
    let kept = desk.register.timestamps(&staff(Role::Auditor)).unwrap();
    assert_eq!((kept.len(), kept[0].size, kept[0].authority.as_str()), (1, size, URL));
    assert_eq!(kept[0].stamped_at.as_micros(), stamp.time_us);
    // The authority's clock is the machine's; the register's is put beside it.
    desk.clock.advance_micros(kept[0].stamped_at.as_micros() - crate::fixtures::NOON_US);
    assert_eq!(desk.register.stamp_due(&call, URL).unwrap(), None);
    assert!(desk.register.stamp_due(&call, "https://other.example/").unwrap().is_some());
    desk.clock.advance_micros(DAY_US);
    assert!(desk.register.stamp_due(&call, URL).unwrap().is_some());
}
