//! A disk that fails, and one that is full: nothing acknowledged is lost, and nobody is told that all is well.

use crate::client::Client;
use crate::people::person;
use crate::program::{Deployment, Serving};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Most requests until the trouble must have come.
const REQUESTS_MAX: u32 = 20_000;
/// Largest file of the process whose disk "fails", in blocks of 512 bytes: 4 MiB.
const FILE_BLOCKS_MAX: &str = "8192";
/// Size of the disk that fills up, and what of it is taken away before.
const DISK_BYTES: u64 = 24 << 20;
const FILLER_BYTES: usize = 18 << 20;

/// Applies until it is not acknowledged; answers who was, and the first other answer.
fn apply_until_refused(client: &Client) -> (u32, Option<(u16, Value)>) {
    for number in 0..REQUESTS_MAX {
        let body = person(number).to_string();
        match client.try_post("/v1/applications", &format!("key-{number}"), body.as_bytes()) {
            Ok(answer) if answer.status == 201 => {}
            Ok(answer) => {
                return (number, Some((answer.status, serde_json::from_slice(&answer.body).unwrap())));
            }
            Err(_) => return (number, None),
        }
    }
    panic!("{REQUESTS_MAX} applications were taken and the disk still took everything");
}

/// Everybody who was acknowledged is there, and there is room for more.
fn check_nothing_lost(serving: &Serving, acknowledged: u32) {
    assert!(acknowledged > 10, "only {acknowledged} were taken");
    for number in 0..acknowledged {
        let reference = person(number)["reference"].as_str().unwrap().to_owned();
        let gate = serving.client.get(&format!("/v1/gate/{reference}?action=provision")).expect(200);
        assert!(gate["account"].is_string(), "{reference}: {gate}");
    }
    let body = person(REQUESTS_MAX).to_string();
    assert_eq!(serving.client.try_post("/v1/applications", "later", body.as_bytes()).unwrap().status, 201);
}

#[test]
fn after_an_error_of_the_disk_the_server_ends_and_says_so_and_nothing_acknowledged_is_lost() {
    let deployment = Deployment::quiet();
    let serving = deployment.serve_under("trap '' XFSZ; ulimit -f \"$LIMIT\"", &[("LIMIT", FILE_BLOCKS_MAX)]);
    let (acknowledged, refused) = apply_until_refused(&serving.client);
    if let Some((status, problem)) = refused {
        assert!([503, 504].contains(&status), "{problem}");
    }
    let (status, log) = serving.wait();
    assert_eq!(status.code(), Some(4), "{log}");
    assert!(log.contains("the store has stopped and can record nothing more"), "{log}");
    let serving = deployment.serve();
    check_nothing_lost(&serving, acknowledged);
    assert!(serving.stop().0.success());
}

/// A small disk of its own; only root can have one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        let size = format!("size={DISK_BYTES}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What cannot be unmounted now goes with the machine's next start.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_refuses_new_work_and_loses_nothing_while_the_gate_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path()) else {
        eprintln!("not tested here: a small disk can only be mounted by root");
        return;
    };
    let filler = disk.0.join("filler");
    fs::write(&filler, vec![0; FILLER_BYTES]).unwrap();
    let deployment = Deployment::quiet_in(&disk.0);
    let serving = deployment.serve();
    let client = &serving.client;
    assert_eq!(client.get("/readyz").status, 200);
    let (acknowledged, refused) = apply_until_refused(client);
    let (status, problem) = refused.expect("an answer, not a broken connection");
    assert_eq!((status, &problem["type"]), (503, &Value::from("/problems/store-full")), "{problem}");
    let ready = client.get("/readyz");
    assert_eq!(ready.status, 503, "{}", ready.text());
    assert!(ready.text().contains("the disk of the store is full"), "{}", ready.text());
    let reference = person(0)["reference"].as_str().unwrap().to_owned();
    client.get(&format!("/v1/gate/{reference}?action=provision")).expect(200);
    assert!(serving.stop().0.success());

    fs::remove_file(&filler).unwrap();
    let serving = deployment.serve();
    check_nothing_lost(&serving, acknowledged);
    assert!(serving.stop().0.success());
}
