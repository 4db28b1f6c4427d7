//! Generated input against every parser, with LLVM's fuzzing engine on the stable compiler.
//!
//! The targets are one binary in `fuzz/`, outside the workspace, because everything in it is compiled with coverage
//! instrumentation. `fuzz/corpus/TARGET` holds small true examples that are checked in; what a run discovers stays under
//! `target/fuzz/corpus`, and input that made a target fail under `target/fuzz/failures`.

use std::{collections::BTreeSet, fs, path::PathBuf};

use anyhow::{Context as _, bail};

use crate::run::{program, read, root, show};

/// How LLVM is told to count the branches that were taken and to show the engine what is compared.
const INSTRUMENTATION: &str = "--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Seconds per target when a person asks for a run.
const SECONDS: u64 = 60;
/// Seconds per target in `cargo xtask ci`: the examples, and what is near them.
const SECONDS_SHORT: u64 = 1;
/// Memory a target may need, MiB.
const MEMORY_MIB: u64 = 1_024;
/// Longest input that is generated, bytes.
const INPUT_BYTES_MAX: u64 = 64 << 10;
/// Seconds after which one input counts as a hang.
const HANG_SECONDS: u64 = 60;

/// `cargo xtask fuzz [TARGET...] [--seconds N]`.
pub(crate) fn fuzz(words: &[&str]) -> anyhow::Result<()> {
    let (mut asked, mut seconds) = (Vec::new(), SECONDS);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--seconds" => {
                let number = words.next().context("`--seconds` needs a number")?;
                seconds = number.parse().with_context(|| format!("`{number}` is no number of seconds"))?;
            }
            target => asked.push(target.to_owned()),
        }
    }
    run(&asked, "release", seconds)
}

/// Every target for a few seconds.
pub(crate) fn short() -> anyhow::Result<()> {
    run(&[], "short", SECONDS_SHORT)
}

fn run(asked: &[String], profile: &str, seconds: u64) -> anyhow::Result<()> {
    let binary = build(profile)?;
    let targets: BTreeSet<String> =
        read(program(&binary, &[]).env("FUZZ_TARGET", "list"))?.lines().map(str::to_owned).collect();
    let folders = corpora()?;
    if targets != folders {
        let odd: Vec<_> = targets.symmetric_difference(&folders).map(String::as_str).collect();
        bail!(
            "every target has a folder under fuzz/corpus and the other way round; not so: {}",
            odd.join(", ")
        );
    }
    if let Some(unknown) = asked.iter().find(|name| !targets.contains(*name)) {
        let known: Vec<_> = targets.iter().map(String::as_str).collect();
        bail!("`{unknown}` is no target; there are {}", known.join(", "));
    }
    let mut failed = Vec::new();
    for target in targets.iter().filter(|name| asked.is_empty() || asked.contains(name)) {
        if let Err(error) = one(&binary, target, seconds) {
            println!("   {error:#}");
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}; the input is in target/fuzz/failures", failed.join(", "))
}

fn build(profile: &str) -> anyhow::Result<PathBuf> {
    // The target is named so that build scripts and macros are not instrumented.
    let host = read(&mut program("rustc", &["--version", "--verbose"]))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let folder = root().join("target/fuzz");
    let words = ["build", "--manifest-path", "fuzz/Cargo.toml", "--profile", profile, "--locked"];
    show(
        program("cargo", &words)
            .args(["--target", host])
            .env("RUSTFLAGS", INSTRUMENTATION)
            .env("CARGO_TARGET_DIR", &folder),
    )?;
    Ok(folder.join(host).join(profile).join("tenantry-fuzz"))
}

fn corpora() -> anyhow::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root().join("fuzz/corpus"))? {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn one(binary: &PathBuf, target: &str, seconds: u64) -> anyhow::Result<()> {
    let discovered = format!("target/fuzz/corpus/{target}");
    let failures = format!("target/fuzz/failures/{target}-");
    fs::create_dir_all(root().join(&discovered))?;
    fs::create_dir_all(root().join("target/fuzz/failures"))?;
    let words = [
        format!("-max_total_time={seconds}"),
        format!("-rss_limit_mb={MEMORY_MIB}"),
        format!("-max_len={INPUT_BYTES_MAX}"),
        format!("-timeout={HANG_SECONDS}"),
        format!("-artifact_prefix={failures}"),
        "-verbosity=0".to_owned(),
        "-print_final_stats=1".to_owned(),
        discovered,
        format!("fuzz/corpus/{target}"),
    ];
    println!("   FUZZ_TARGET={target}");
    show(program(binary, &[]).args(words).env("FUZZ_TARGET", target))
}
