//! What must hold before a change is accepted, cheapest first.

use anyhow::Context as _;

use crate::{
    fuzz,
    needs::find,
    run::{Steps, program, root, show},
    test, tidy, torture, wasm,
};

/// The cargo-deny release whose rules `deny.toml` is written for.
const CARGO_DENY: &str = "^0.20";

pub(crate) fn ci() -> anyhow::Result<()> {
    let mut steps = Steps::default();
    steps.step("format", || show(&mut program("cargo", &["fmt", "--all", "--check"])));
    steps.step("tidy", tidy::tidy);
    steps.step("clippy", || {
        let words = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
        show(&mut program("cargo", &words))?;
        // What is compiled only where a scheduler explores orders of threads.
        let packages = ["clippy", "-p", "tenantry-store", "-p", "tenantry-store-sqlite", "--all-targets"];
        let words = ["--features", "tenantry-store-sqlite/interleavings", "--locked", "--", "-D", "warnings"];
        show(program("cargo", &packages).args(words))
    });
    steps.step("documentation", || {
        let words = ["doc", "--no-deps", "--workspace", "--document-private-items", "--locked"];
        show(program("cargo", &words).env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links"))
    });
    steps.step("dependencies", dependencies);
    steps.step("fuzzing", fuzz::short);
    steps.step("verifier for a browser", || wasm::wasm(wasm::Use::Compare));
    test::steps(&mut steps, test::Extent::Full);
    torture::steps(&mut steps, test::Extent::Short);
    steps.finish()
}

/// Licences, sources and banned crates. The tool is a convenience: where it cannot be installed the step
/// says so loudly and passes.
fn dependencies() -> anyhow::Result<()> {
    let tools = root().join("target/tools");
    let own = tools.join("bin/cargo-deny");
    if !own.is_file() && find("cargo-deny").is_none() {
        let place = tools.to_str().context("the path of this checkout is not UTF-8")?;
        // Unoptimised it is there in half the time, and still done in seconds.
        let words =
            ["install", "--locked", "--debug", "cargo-deny", "--version", CARGO_DENY, "--root", place];
        if let Err(error) = show(&mut program("cargo", &words)) {
            println!(
                "\n   !!! cargo-deny could not be installed; LICENCES AND SOURCES ARE NOT CHECKED: {error:#}\n"
            );
            return Ok(());
        }
    }
    let tool = if own.is_file() { own } else { "cargo-deny".into() };
    show(&mut program(tool, &["--workspace", "--locked", "check", "bans", "licenses", "sources"]))
}
