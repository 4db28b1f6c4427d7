//! All automation of this repository: `cargo xtask help` lists it.
//!
//! Every subcommand is a sequence of named steps, each an ordinary program whose command line is printed
//! before it runs, so that anything seen here can be repeated by hand. Nothing here is part of the product.
//!
//! `tidy` holds the rules about the repository itself (arrows between crates, sizes, links, wording). They
//! run as a subcommand and, one by one, as ordinary tests of this crate.

#![expect(clippy::print_stdout, reason = "automation talks to the person who started it")]

mod ci;
mod dictionaries;
mod e2e;
mod fuzz;
mod needs;
mod quality;
mod run;
mod test;
mod tidy;
mod torture;
mod wasm;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <COMMAND>

Commands:
  test [--short]  install or find what the tests need, then run every test: cargo test for the whole
                  workspace (unit, integration and documentation tests), no snapshot left behind, and
                  the fuzzing of the HTTP API with schemathesis, the published client of yente, and a
                  published C2SP client of the ledger, all against the built binary
                    --short   cargo test only
  ci              what must hold before a change is accepted: format, clippy, tidy, documentation,
                  licences and sources of dependencies, then `test`
  torture [--short]
                  accidents, with failing controls: power cuts under a real file system, which is
                  searched for destroyed keys to its last byte, disks put together from recorded
                  writes, flushes and writes that fail, kills, bits that flip, many orders of the
                  threads of the queue and the group commit; and many sequences of steps compared
                  with a model of the register. Ctrl-C ends a trial with what was seen so far
                    --short   a few minutes instead of a night, without the model, which every test
                              run has
  tidy            the repository's own rules: arrows between crates, file sizes, names, purposes of
                  dependencies, links, wording, migrations
  fuzz [TARGET...] [--seconds N]
                  feed generated input to the parsers named, or to all; 60 seconds each unless told
                  otherwise. What made one fail is kept under target/fuzz
  wasm [--check]  build the verifier for a browser, which every evidence package carries, from its source
                  (rustup target add wasm32-unknown-unknown) and put it where packages take it from
                    --check   compare instead; loudly skipped without the target or with another compiler
  needs           find or install the programs the tests use (PostgreSQL, Chromium and its driver,
                  Python); as root they come from Debian, otherwise the command to run is printed
  quality [--short] [FOLDER]
                  matching quality beside the best open peer's: installs nomenklatura in a virtual
                  environment under target/, has both score the same pairs, and prints one table
                    --short   every tenth row where there are many
                    FOLDER    the data, ../shared/data when not given
  dictionaries FOLDER
                  make the dictionaries of names anew from their published sources in FOLDER
                  (crates/names/data/NOTICE.txt says which)
  help            this text

Every command prints each step with the time it took and exits with 1 when one of them failed.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => test::test(test::Extent::Full),
        ["test", "--short"] => test::test(test::Extent::Short),
        ["ci"] => ci::ci(),
        ["torture"] => torture::torture(test::Extent::Full),
        ["torture", "--short"] => torture::torture(test::Extent::Short),
        ["tidy"] => tidy::tidy(),
        ["wasm"] => wasm::wasm(wasm::Use::Commit),
        ["wasm", "--check"] => wasm::wasm(wasm::Use::Compare),
        ["needs"] => needs::ensure(),
        ["fuzz", rest @ ..] => fuzz::fuzz(rest),
        ["quality", rest @ ..] if rest.len() <= 2 => {
            let extent =
                if rest.contains(&"--short") { quality::Extent::Short } else { quality::Extent::Full };
            quality::quality(extent, rest.iter().copied().find(|word| !word.starts_with("--")))
        }
        ["dictionaries", folder] => dictionaries::dictionaries(folder),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(anyhow::anyhow!("`{}` is not a command; see `cargo xtask help`", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
