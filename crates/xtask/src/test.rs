//! Running every test of the repository.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use anyhow::{bail, ensure};

use crate::{
    e2e, needs,
    run::{Steps, program, root, show},
    tidy,
};

/// Test processes that keep a log at the least: those of the register and of the server.
const PROCESSES_MIN: usize = 2;
/// Lines that are told when there are more.
const SHOWN_MAX: usize = 20;

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

/// Unit, integration and documentation tests of every crate, then no personal data in what they logged and no snapshot that no test
/// read.
fn cargo_test() -> anyhow::Result<()> {
    let logs = root().join("target/test-logs");
    if logs.exists() {
        fs::remove_dir_all(&logs)?;
    }
    fs::create_dir_all(&logs)?;
    let read = root().join("target/snapshots-read.txt");
    fs::create_dir_all(root().join("target"))?;
    fs::write(&read, "")?;
    show(
        program("cargo", &["test", "--workspace", "--no-fail-fast", "--locked"])
            .env("LOGS_OF_TESTS", &logs)
            .env("INSTA_UPDATE", "no")
            .env("INSTA_SNAPSHOT_REFERENCES_FILE", &read),
    )?;
    no_personal_data_in(&logs)?;
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

/// Looks through everything that the test processes logged, at the finest level, for what the tests seed as personal data.
fn no_personal_data_in(logs: &Path) -> anyhow::Result<()> {
    let seeded = fs::read_to_string(root().join("crates/testkit/seeded.txt"))?;
    let marks: Vec<&str> = seeded.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let (mut processes, mut lines, mut told) = (0, 0, Vec::new());
    for entry in fs::read_dir(logs)? {
        let path = entry?.path();
        processes += 1;
        for (number, line) in BufReader::new(fs::File::open(&path)?).split(b'\n').enumerate() {
            lines += 1;
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            // Where it stands is said; what is said there is not repeated.
            let found = marks_in(&marks, &line);
            told.extend(found.map(|mark| format!("{}:{}: `{mark}`", path.display(), number + 1)));
        }
    }
    println!("   {processes} test processes logged {lines} lines");
    ensure!(
        processes >= PROCESSES_MIN && lines > 0,
        "the tests kept no logs; see crates/testkit/src/logs.rs"
    );
    ensure!(
        told.is_empty(),
        "{} lines of the tests' logs hold personal data:\n{}",
        told.len(),
        told.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join("\n")
    );
    Ok(())
}

fn marks_in<'a>(marks: &'a [&'a str], line: &'a str) -> impl Iterator<Item = &'a str> {
    marks.iter().copied().filter(move |mark| line.contains(mark))
}

fn real(path: &str) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_mark_is_found_and_none_without_logs_passes() {
        let marks = ["Queen Street", "@example.org"];
        assert_eq!(marks_in(&marks, r#"{"message":"cannot geocode 12 Queen Street"}"#).count(), 1);
        assert_eq!(marks_in(&marks, r#"{"message":"an account was opened"}"#).count(), 0);
        let folder = root().join(format!("target/test-logs-of-{}", std::process::id()));
        let says = |files: &[&str]| {
            fs::create_dir_all(&folder).unwrap();
            for (number, text) in files.iter().enumerate() {
                fs::write(folder.join(format!("{number}.log")), text).unwrap();
            }
            let said = no_personal_data_in(&folder);
            fs::remove_dir_all(&folder).unwrap();
            said.map_err(|error| error.to_string())
        };
        assert!(says(&[]).unwrap_err().contains("kept no logs"));
        assert!(says(&["fine\n", "fine\n"]).is_ok());
        let told = says(&["fine\n", "fine\nto person7@example.org\n"]).unwrap_err();
        assert!(told.contains("1.log:2: `@example.org`") && !told.contains("person7"), "{told}");
    }
}
