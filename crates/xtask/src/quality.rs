//! Matching quality, ours beside the best open peer's, on the same inputs in the same run.
//!
//! The `quality` example of `tenantry-screening` measures; it first writes every pair it measures to a file, the peer
//! scores them, and the example prints one table with both. Nothing is asserted: figures are for people to judge. A
//! difference in speed between the two is not measured here.

use std::{fs, path::Path};

use crate::run::{Steps, program, root, show};

/// The peer: nomenklatura with its string core, at the newest versions when this was last measured.
const PEER: [&str; 2] = ["nomenklatura==4.17.4", "rigour==2.6.1"];

/// Where the data lies beside the repository.
const DATA: &str = "../shared/data";

/// How many of the rows to measure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All.
    Full,
    /// Every tenth where there are many: minutes instead of a quarter of an hour.
    Short,
}

pub(crate) fn quality(extent: Extent, data: Option<&str>) -> anyhow::Result<()> {
    let data = data.map_or_else(|| root().join(DATA), |given| root().join(given));
    if !data.join("evaluation").is_dir() {
        println!("no evaluation data at {}: nothing measured; cargo xtask quality FOLDER", data.display());
        return Ok(());
    }
    let mut steps = Steps::default();
    steps.step("the peer", install);
    steps.step("build", || {
        let words =
            ["build", "--release", "--locked", "--package", "tenantry-screening", "--example", "quality"];
        show(&mut program("cargo", &words))
    });
    steps.step("quality", || measure(extent, &data));
    steps.finish()
}

fn venv() -> std::path::PathBuf {
    root().join("target/peer")
}

fn install() -> anyhow::Result<()> {
    let stamp = venv().join("peer.txt");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == PEER.join("\n")) {
        return Ok(());
    }
    show(program("python3", &["-m", "venv", "--clear"]).arg(venv()))?;
    let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    show(program(venv().join("bin/python"), &words).args(PEER))?;
    Ok(fs::write(stamp, PEER.join("\n"))?)
}

fn measure(extent: Extent, data: &Path) -> anyhow::Result<()> {
    let (asked, told) = (root().join("target/quality-asked.jsonl"), root().join("target/quality-told.jsonl"));
    let sections = match extent {
        Extent::Full => "all",
        Extent::Short => "short",
    };
    let example = || program(root().join("target/release/examples/quality"), &[]);
    show(example().arg(data).args([sections, "ask"]).arg(&asked))?;
    let script = root().join("crates/screening/examples/quality/peer.py");
    show(program(venv().join("bin/python"), &[]).arg(script).args([&asked, &told]))?;
    show(example().arg(data).args([sections, "told"]).arg(&told))
}
