//! Foreign tools against the built binary: what the tests fetch for them, and the fuzzing of the HTTP API.
//!
//! The tools live in a Python virtual environment under `target/`, at pinned versions. The browser flows
//! themselves are ordinary tests; from here they only get axe-core, which is MPL-2.0 and therefore fetched
//! for testing and never shipped.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Stdio},
};

use anyhow::{Context as _, bail};

use crate::run::{program, read, root, show};

/// What the virtual environment holds.
const TOOLS: [&str; 4] =
    ["schemathesis==4.32.5", "axe-playwright-python==0.1.8", "cryptography==50.0.2", "bagit==1.9.0"];

/// The published client of yente, in an environment of its own because its dependencies are its own.
const YENTE_CLIENT: &str = "yente-client==0.2.0";
const YENTE_CLIENT_CHECKS: &str = "crates/xtask/matching_client.py";

/// The checked-in description of the HTTP API.
const OPENAPI: &str = "docs/openapi.json";

/// Generated requests per operation; the whole takes a few minutes on two cores.
const EXAMPLES_PER_OPERATION: &str = "20";

/// Where the browser tests look for axe-core.
const AXE_CORE: &str = "target/axe.min.js";

/// Creates the virtual environment and puts axe-core where the browser tests look for it.
pub(crate) fn prepare() -> anyhow::Result<()> {
    let venv = venv();
    let stamp = venv.join("tools.txt");
    let axe_core = root().join(AXE_CORE);
    if is_prepared(&stamp, &axe_core) {
        return Ok(());
    }
    show(program("python3", &["-m", "venv", "--clear"]).arg(&venv))?;
    let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    show(program(python(), &words).args(TOOLS))?;
    let place = "import axe_playwright_python as p, pathlib; print(next(pathlib.Path(p.__file__).parent.glob('axe*.js')))";
    let axe = read(&mut program(python(), &["-c", place]))?;
    fs::copy(axe.trim(), axe_core).context("cannot copy axe-core")?;
    fs::write(stamp, TOOLS.join("\n"))?;
    Ok(())
}

/// Whether the environment holds these tools and axe-core lies where the tests look for it: without it they would check nothing.
fn is_prepared(stamp: &Path, axe_core: &Path) -> bool {
    let current = fs::read_to_string(stamp).is_ok_and(|tools| tools == TOOLS.join("\n"));
    current && fs::metadata(axe_core).is_ok_and(|file| file.is_file() && file.len() > 0)
}

fn venv() -> PathBuf {
    root().join("target/venv")
}

fn python() -> PathBuf {
    venv().join("bin/python")
}

/// Sends generated requests, valid and broken, to every operation of a demo on SQLite and expects no
/// answer of the 500s and no answer that its description does not know.
pub(crate) fn fuzz_api() -> anyhow::Result<()> {
    if !root().join(OPENAPI).is_file() {
        println!("   {OPENAPI} does not exist yet: nothing to fuzz");
        return Ok(());
    }
    let demo = Demo::start()?;
    let checks = "not_a_server_error,content_type_conformance,response_schema_conformance";
    let described = format!("../{OPENAPI}");
    let words = ["run", &described, "--checks", checks, "--max-examples", EXAMPLES_PER_OPERATION];
    let steady = ["--seed", "13984", "--generation-database", "none", "--suppress-health-check", "all"];
    show(
        program(venv().join("bin/st"), &words)
            .current_dir(root().join("target")) // where it may leave its notes
            .args(steady)
            .args(["--phases", "examples,coverage,fuzzing", "--no-color", "--warnings", "off"])
            .args(["--url", &demo.address])
            .arg("--header")
            .arg(format!("Authorization: Bearer {}", demo.api_key)),
    )
}

/// Lets the published client of yente ask a demo everything it can ask. Where the client cannot be installed the step says so
/// loudly and passes.
pub(crate) fn yente_client() -> anyhow::Result<()> {
    let venv = root().join("target/venv-yente");
    let python = venv.join("bin/python");
    let stamp = venv.join("tools.txt");
    if !fs::read_to_string(&stamp).is_ok_and(|tools| tools == YENTE_CLIENT) {
        show(program("python3", &["-m", "venv", "--clear"]).arg(&venv))?;
        let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", YENTE_CLIENT];
        if let Err(error) = show(&mut program(&python, &words)) {
            println!(
                "\n   !!! {YENTE_CLIENT} could not be installed; YENTE'S CLIENT IS NOT RUN: {error:#}\n"
            );
            return Ok(());
        }
        fs::write(stamp, YENTE_CLIENT)?;
    }
    let demo = Demo::start()?;
    show(program(&python, &[YENTE_CLIENT_CHECKS]).args([&demo.address, &demo.api_key]))
}

/// The package that reads the ledger as a client of the C2SP formats that is not ours; it wants Python 3.12 or later.
const FOREIGN_CLIENT: &str = "aics-tlog==0.2.1";
/// Interpreters that are tried for it, before those that pyenv keeps beside the path.
const PYTHONS: [&str; 4] = ["python3", "python3.14", "python3.13", "python3.12"];

/// Every interpreter that may be new enough.
fn pythons() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = PYTHONS.iter().map(PathBuf::from).collect();
    let home = |name: &str, below: &str| std::env::var_os(name).map(|path| PathBuf::from(path).join(below));
    let versions = home("PYENV_ROOT", "versions").or_else(|| home("HOME", ".pyenv/versions"));
    let kept = versions.and_then(|folder| fs::read_dir(folder).ok());
    found.extend(kept.into_iter().flatten().flatten().map(|version| version.path().join("bin/python3")));
    found
}

/// Has a published client read the ledger of a demo: checkpoint, every tile, every entry. Without a new enough Python or without
/// the package index it says so and checks nothing.
pub(crate) fn foreign_client() -> anyhow::Result<()> {
    let venv = root().join("target/venv-foreign-client");
    let python = venv.join("bin/python");
    let stamp = venv.join("tools.txt");
    if !fs::read_to_string(&stamp).is_ok_and(|tools| tools == FOREIGN_CLIENT) {
        let new_enough = "import sys; sys.exit(sys.version_info < (3, 12))";
        let found = pythons().into_iter().find(|name| read(&mut program(name, &["-c", new_enough])).is_ok());
        let Some(found) = found else {
            println!("   SKIPPED: no Python 3.12 or later is here, which {FOREIGN_CLIENT} asks for");
            return Ok(());
        };
        show(program(found, &["-m", "venv", "--clear"]).arg(&venv))?;
        let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", FOREIGN_CLIENT];
        if let Err(error) = show(&mut program(&python, &words)) {
            println!("   SKIPPED: {FOREIGN_CLIENT} cannot be fetched: {error}");
            return Ok(());
        }
        fs::write(stamp, FOREIGN_CLIENT)?;
    }
    let demo = Demo::start()?;
    show(program(python, &["crates/xtask/foreign_client.py"]).args([&demo.address, &demo.api_key]))
}

/// A running `tenantry demo`, killed when dropped.
struct Demo {
    child: Child,
    /// Held open, so that the demo may go on printing.
    output: BufReader<ChildStdout>,
    address: String,
    api_key: String,
}

impl Demo {
    /// Starts the demo and reads the one JSON line in which it tells its address and an API key.
    fn start() -> anyhow::Result<Self> {
        let binary = root().join("target/debug/tenantry");
        let words = ["demo", "--listen", "127.0.0.1:0", "--json"];
        println!("   $ {} {}", binary.display(), words.join(" "));
        let mut child = program(&binary, &words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = child.stdout.take().context("the demo has no standard output")?;
        let output = BufReader::new(output);
        let mut demo = Self { child, output, address: String::new(), api_key: String::new() };
        let mut line = String::new();
        demo.output.read_line(&mut line)?;
        let told: serde_json::Value =
            serde_json::from_str(&line).with_context(|| format!("the demo answered `{}`", line.trim()))?;
        let text = |name: &str| told.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let (Some(address), Some(api_key)) = (text("address"), text("api_key")) else {
            bail!("the demo told no `address` and `api_key`");
        };
        demo.address = address;
        demo.api_key = api_key;
        Ok(demo)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Both fail only when the demo has already ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_without_axe_core_are_prepared_again() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let (stamp, axe_core) = (folder.path().join("tools.txt"), folder.path().join("axe.min.js"));
        fs::write(&axe_core, "axe")?;
        assert!(!is_prepared(&stamp, &axe_core), "nothing is there");
        fs::write(&stamp, TOOLS.join("\n"))?;
        assert!(is_prepared(&stamp, &axe_core));
        fs::write(&axe_core, "")?;
        assert!(!is_prepared(&stamp, &axe_core), "an empty file checks nothing");
        fs::remove_file(&axe_core)?;
        assert!(!is_prepared(&stamp, &axe_core), "the file is gone");
        fs::write(&axe_core, "axe")?;
        fs::write(&stamp, "schemathesis==0")?;
        assert!(!is_prepared(&stamp, &axe_core), "other tools");
        Ok(())
    }
}
