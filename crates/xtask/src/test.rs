//! Running every test of the repository.

use std::{collections::BTreeSet, fs, path::PathBuf};

use anyhow::bail;

use crate::{
    e2e, needs,
    run::{Steps, program, root, show},
    tidy,
};

/// How much of the tests to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything.
    Full,
    /// `cargo test` only.
    Short,
}

pub(crate) fn test(extent: Extent) -> anyhow::Result<()> {
    let mut steps = Steps::default();
    self::steps(&mut steps, extent);
    steps.finish()
}

pub(crate) fn steps(steps: &mut Steps, extent: Extent) {
    steps.step("programs the tests need", needs::ensure);
    steps.step("build", build);
    if extent == Extent::Full {
        steps.step("tools for the browser and the API", e2e::prepare);
        steps.step("API fuzzing", e2e::fuzz_api);
        steps.step("the published client of yente", e2e::yente_client);
        steps.step("a foreign client of the ledger", e2e::foreign_client);
    }
    steps.step("cargo test", cargo_test);
}

/// Every program and every test, with the same features of the dependencies as `cargo test` takes for the whole workspace: one
/// package alone would have a third of them compiled once more.
pub(crate) fn build() -> anyhow::Result<()> {
    show(&mut program("cargo", &["build", "--workspace", "--bins", "--tests", "--locked"]))
}

/// Unit, integration and documentation tests of every crate, then no snapshot that no test read.
fn cargo_test() -> anyhow::Result<()> {
    let read = root().join("target/snapshots-read.txt");
    fs::create_dir_all(root().join("target"))?;
    fs::write(&read, "")?;
    show(
        program("cargo", &["test", "--workspace", "--no-fail-fast", "--locked"])
            .env("INSTA_UPDATE", "no")
            .env("INSTA_SNAPSHOT_REFERENCES_FILE", &read),
    )?;
    let read: BTreeSet<PathBuf> = fs::read_to_string(&read)?.lines().filter_map(real).collect();
    let unread: Vec<String> = tidy::tracked_files()?
        .into_iter()
        .filter(|file| tidy::has_extension(file, "snap"))
        .filter(|file| {
            real(&format!("{}/{file}", root().display())).is_some_and(|path| !read.contains(&path))
        })
        .collect();
    if !unread.is_empty() {
        bail!("no test reads these snapshots, delete them: {}", unread.join(", "));
    }
    Ok(())
}

fn real(path: &str) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}
