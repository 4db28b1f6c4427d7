//! Measures matching quality and speed on the development data beside this repository and prints one table:
//! `cargo run --release -p tenantry-screening --example quality -- [DATA_FOLDER] [SECTIONS] [ask|told FILE]`.
//!
//! SECTIONS is a list of names, entities, ofac, scripts, search, speed, and of `short`, `verbose`, `half`. `ask` writes
//! every measured pair to FILE for the peer (`peer.py`) instead of printing a table, `told` reads its answers; `cargo
//! xtask quality` does all of it in order.
#![expect(clippy::print_stdout, reason = "the table is the purpose of this program")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a measuring program may stop on a file it cannot read"
)]

mod data;
mod overlap;
mod pairs;
mod peer;
mod search;
mod speed;

use peer::Peer;
use std::env;
use std::path::{Path, PathBuf};

/// One line of the table.
pub(crate) struct Row {
    pub(crate) measure: String,
    /// nomenklatura logic-v2 on the same inputs, when it was asked in this run.
    pub(crate) peer: Option<String>,
    pub(crate) target: &'static str,
    pub(crate) ours: String,
}

/// How to measure.
pub(crate) struct Run {
    /// Print every row judged wrong.
    pub(crate) verbose: bool,
    /// Print wrong name pairs of the half that rules are developed on only.
    pub(crate) one_half: bool,
    /// Every how many-th row is taken, where there are many.
    pub(crate) step: usize,
    pub(crate) peer: Peer,
}

impl Run {
    /// Whether a wrong row may be shown.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.verbose && !(self.one_half && data::half(text) != 0)
    }
}

/// In the short form every tenth row is measured.
const SHORT_STEP: usize = 10;

fn main() {
    let mut words = env::args().skip(1);
    let folder = words.next().map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let what = words.next().unwrap_or_default();
    if !folder.join("evaluation").is_dir() {
        println!("no development data at {}: nothing measured", folder.display());
        return;
    }
    let peer = match (words.next().as_deref(), words.next()) {
        (Some("ask"), Some(file)) => Peer::asked(Path::new(&file)),
        (Some("told"), Some(file)) => Peer::told(Path::new(&file)),
        _ => Peer::Absent,
    };
    let mut run = Run {
        verbose: what.contains("verbose"),
        one_half: what.contains("half"),
        step: if what.contains("short") { SHORT_STEP } else { 1 },
        peer,
    };
    let sections = ["names", "entities", "ofac", "scripts", "search", "speed"];
    let all = !sections.iter().any(|s| what.contains(s));
    let wants = |section: &str| all || what.contains(section);
    let mut rows = Vec::new();
    if wants("names") {
        rows.extend(pairs::names(&folder, &mut run));
    }
    if wants("entities") {
        rows.extend(pairs::entities(&folder, &mut run));
    }
    if wants("ofac") {
        rows.extend(pairs::ofac(&folder, &run));
    }
    if wants("scripts") {
        rows.extend(pairs::scripts(&folder, &mut run));
    }
    if wants("search") || wants("speed") {
        let lists = data::lists(&folder);
        if wants("search") {
            rows.extend(search::all(&folder, &lists, &mut run));
        }
        if wants("speed") && !matches!(run.peer, Peer::Asked { .. }) {
            rows.extend(speed::all(&folder, &lists));
        }
    }
    if matches!(run.peer, Peer::Asked { .. }) {
        return;
    }
    println!("{:<66} {:>17} {:>8} {:>24}", "measure", "logic-v2", "target", "ours");
    for row in rows {
        let peer = row.peer.unwrap_or_else(|| "-".to_owned());
        println!("{:<66} {peer:>17} {:>8} {:>24}", row.measure, row.target, row.ours);
    }
    println!("{} at {}; - where the peer was not asked", tenantry_screening::ALGORITHM, load());
}

/// The machine's load, since figures depend on it.
fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("load {} of {cores} cores", load.split_whitespace().next().unwrap_or("unknown"))
}
