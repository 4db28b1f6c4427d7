//! Measures matching quality and speed on the development data beside this repository and prints one table:
//! `cargo run --release -p tenantry-screening --example quality -- [DATA_FOLDER] [rows|speed]`.
#![expect(clippy::print_stdout, reason = "the table is the purpose of this program")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a measuring program may stop on a file it cannot read"
)]

mod data;
mod pairs;
mod search;
mod speed;

use std::env;
use std::path::PathBuf;

/// One line of the table.
pub(crate) struct Row {
    pub(crate) measure: String,
    /// The peer (nomenklatura logic-v2), as published or measured on other hardware.
    pub(crate) peer: &'static str,
    pub(crate) target: &'static str,
    pub(crate) ours: String,
}

fn main() {
    let mut args = env::args().skip(1);
    let folder = args.next().map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let what = args.next().unwrap_or_default();
    if !folder.join("evaluation").is_dir() {
        println!("no development data at {}: nothing measured", folder.display());
        return;
    }
    let wants = |section: &str| what.is_empty() || what.contains(section);
    let verbose = what.contains("verbose");
    let mut rows = Vec::new();
    if wants("names") {
        rows.extend(pairs::names(&folder, verbose));
    }
    if wants("entities") {
        rows.extend(pairs::entities(&folder, verbose));
    }
    if wants("ofac") {
        rows.extend(pairs::ofac(&folder, verbose));
    }
    if wants("scripts") {
        rows.extend(pairs::scripts(&folder, verbose));
    }
    if wants("search") || wants("speed") {
        let lists = data::lists(&folder);
        if wants("search") {
            rows.extend(search::all(&folder, &lists, verbose));
        }
        if wants("speed") {
            rows.extend(speed::all(&folder, &lists));
        }
    }
    println!("{:<58} {:>16} {:>10} {:>22}", "measure", "peer*", "target", "ours");
    for row in rows {
        println!("{:<58} {:>16} {:>10} {:>22}", row.measure, row.peer, row.target, row.ours);
    }
    println!("* nomenklatura logic-v2 / yente, as published or measured on other hardware; see docs.");
}
