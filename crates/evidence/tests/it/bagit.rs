//! The bag judged by a program that is not ours: the Python package `bagit`. Without it the test says so and passes, except under
//! `CI=true`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sample::sample;
use crate::tamper::unzip;

#[test]
fn another_program_finds_the_bag_valid() {
    let Some(python) = python_with("bagit") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in unzip(&sample()) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let validate = || {
        let words = ["-m", "bagit", "--validate", "--quiet"];
        Command::new(&python).args(words).arg(folder.path().join("bag")).status().unwrap().success()
    };
    assert!(validate(), "bagit refuses the bag");
    std::fs::write(folder.path().join("bag/data/request/order.pdf"), b"another").unwrap();
    assert!(!validate(), "the control: bagit sees a changed file");
}

/// A Python with a package: the system's, or the one that `cargo xtask test` prepares.
pub(crate) fn python_with(package: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python");
    let found = [PathBuf::from("python3"), own].into_iter().find(|python| {
        let probe = Command::new(python).args(["-c", &format!("import {package}")]).output();
        probe.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        let advice = format!(
            "SKIPPED: python3 with the package `{package}` is not installed; cargo xtask test prepares it"
        );
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{advice}");
        println!("{advice}");
    }
    found
}
