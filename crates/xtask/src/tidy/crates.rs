//! Rules about crates: which may know which, where they live, and that they explain themselves.

use cargo_metadata::{DependencyKind, Package};

use super::Repository;

/// Where a crate stands. Arrows point to a lower floor, and between neighbours of the core only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Floor {
    /// Pure engines: no I/O, no clock, no async, no SQL.
    Core,
    /// What the edges implement.
    Port,
    /// Databases, keys, formats.
    Edge,
    /// Signers and witnesses: what keeps the keys of an edge from signing two histories.
    Signing,
    /// The use cases.
    Register,
    /// HTTP, console, webhooks.
    Server,
    /// The binary.
    Binary,
    /// Automation, which stands beside the house.
    Automation,
}

fn floor(name: &str) -> Option<Floor> {
    Some(match name {
        "model" | "names" | "screening" | "identity" | "policy" | "tenure" | "linkage" | "signals"
        | "ledger" | "verifier" | "evidence" | "timestamp" => Floor::Core,
        "store" => Floor::Port,
        "store-sqlite" | "store-postgres" | "vault" | "lists" | "mapped" | "feeds" | "verifier-wasm" => {
            Floor::Edge
        }
        "witness" => Floor::Signing,
        "register" => Floor::Register,
        "server" => Floor::Server,
        "tenantry" => Floor::Binary,
        "xtask" | "torture" => Floor::Automation,
        _ => return None,
    })
}

/// The test helpers: any crate above the core may use them in tests, automation always, and nothing else.
const TESTKIT: &str = "testkit";

/// Libraries that would bring I/O, a clock, randomness, threads' pools or SQL into the core.
const IMPURE: [&str; 17] = [
    "anyhow",
    "aws-lc-rs",
    "axum",
    "clap",
    "getrandom",
    "hyper",
    "indicatif",
    "postgres",
    "rand",
    "reqwest",
    "rusqlite",
    "tempfile",
    "tokio",
    "tower",
    "tracing",
    "tracing-subscriber",
    "ureq",
];

pub(super) fn arrows(repository: &Repository) -> Vec<String> {
    let mut breaches = Vec::new();
    for package in &repository.metadata.packages {
        let from = short(&package.name);
        if from != TESTKIT && floor(from).is_none() {
            breaches.push(format!("`{from}` has no floor yet: name it in {}", file!()));
        }
        for dependency in &package.dependencies {
            let in_tests = dependency.kind == DependencyKind::Development;
            if let Some(why) = wrong_arrow(from, short(&dependency.name), in_tests) {
                breaches.push(format!("{from} -> {}: {why}", dependency.name));
            }
        }
    }
    breaches
}

/// Why `from` must not depend on `to`, if it must not.
fn wrong_arrow(from: &str, to: &str, in_tests: bool) -> Option<&'static str> {
    if to == TESTKIT {
        let serves = match floor(from) {
            Some(Floor::Core) => false,
            Some(Floor::Automation) => true,
            _ => in_tests,
        };
        return (!serves).then_some("test helpers serve tests above the core, and automation");
    }
    if floor(from) == Some(Floor::Core) && !in_tests && IMPURE.contains(&to) {
        return Some("the core is pure: no I/O, clock, randomness, async or SQL");
    }
    let lower = floor(to)?;
    // The helpers see what the tests they serve may see: ports and edges.
    let upper = if from == TESTKIT { Floor::Register } else { floor(from)? };
    let neighbours_in_the_core = upper == Floor::Core && lower == Floor::Core;
    let own_tests_of_a_port = in_tests && upper == Floor::Register && lower == Floor::Edge;
    let real_lists_in_tests = in_tests && upper == Floor::Core && to == "lists";
    let allowed = lower < upper || neighbours_in_the_core || own_tests_of_a_port || real_lists_in_tests;
    (!allowed).then_some("arrows point down, from edges to ports to the core")
}

pub(super) fn folders(repository: &Repository) -> Vec<String> {
    repository.metadata.packages.iter().filter_map(wrong_folder).collect()
}

fn wrong_folder(package: &Package) -> Option<String> {
    let folder = package.manifest_path.parent()?;
    let right = folder.file_name() == Some(short(&package.name))
        && folder.parent().and_then(|parent| parent.file_name()) == Some("crates");
    (!right).then(|| format!("`{}` belongs in crates/{}", package.name, short(&package.name)))
}

/// The crate's name without the prefix that all of ours share.
fn short(name: &str) -> &str {
    name.strip_prefix("tenantry-").unwrap_or(name)
}

pub(super) fn documentation(repository: &Repository) -> Vec<String> {
    let mut breaches = Vec::new();
    for package in &repository.metadata.packages {
        let name = short(&package.name);
        let library = format!("crates/{name}/src/lib.rs");
        let program = format!("crates/{name}/src/main.rs");
        let Some(source) = repository.text(&library).or_else(|| repository.text(&program)) else {
            continue; // not committed yet: nothing to hold it to
        };
        let example_due = floor(name) == Some(Floor::Core);
        if let Some(what) = lacking_documentation(source, example_due) {
            breaches.push(format!("`{name}`: {what}"));
        }
        if package.description.is_none() {
            breaches.push(format!("`{name}`: Cargo.toml has no description"));
        }
    }
    breaches
}

fn lacking_documentation(source: &str, example_due: bool) -> Option<&'static str> {
    let lines: Vec<&str> = source.lines().filter_map(|line| line.strip_prefix("//!")).collect();
    if lines.len() < 5 {
        return Some("the crate does not say what it is for, in five lines or more of `//!`");
    }
    let example = lines.iter().any(|line| line.trim_start().starts_with("```"));
    (example_due && !example).then_some("the crate's documentation has no example that runs")
}

pub(super) fn rooms(repository: &Repository) -> Vec<String> {
    let mut breaches = Vec::new();
    for package in &repository.metadata.packages {
        let folder = format!("crates/{}/src/", short(&package.name));
        let code = repository.with_extension("rs").filter(|text| text.path.starts_with(&folder));
        let lines: Option<usize> = code.map(|text| code_lines(&text.content)).reduce(|a, b| a + b);
        if lines.is_some_and(|lines| lines < 20) {
            breaches.push(format!("`{}` holds nothing yet: a crate appears with its content", package.name));
        }
    }
    breaches
}

fn code_lines(source: &str) -> usize {
    source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_point_down() {
        let rows = [
            ("screening", "names", false, true),
            ("screening", "store", false, false),
            ("screening", "store", true, false),
            ("screening", "lists", false, false),
            ("screening", "lists", true, true),
            ("model", "vault", false, false),
            ("model", "tokio", false, false),
            ("model", "serde", false, true),
            ("ledger", "aws-lc-rs", true, true),
            ("ledger", "testkit", true, false),
            ("store", "model", false, true),
            ("store", "store-sqlite", false, false),
            ("store", "store-sqlite", true, false),
            ("store-sqlite", "store", false, true),
            ("store-sqlite", "store-postgres", false, false),
            ("store-sqlite", "testkit", true, true),
            ("store-sqlite", "testkit", false, false),
            ("vault", "register", false, false),
            ("register", "vault", false, true),
            ("register", "server", false, false),
            ("server", "register", false, true),
            ("tenantry", "store-postgres", false, true),
            ("server", "tenantry", true, false),
            ("torture", "testkit", false, true),
            ("torture", "tenantry", false, true),
            ("testkit", "store-sqlite", false, true),
            ("testkit", "server", false, false),
        ];
        for (from, to, in_tests, allowed) in rows {
            assert_eq!(
                wrong_arrow(from, to, in_tests).is_none(),
                allowed,
                "{from} -> {to}, tests: {in_tests}"
            );
        }
    }

    #[test]
    fn a_crate_says_what_it_is_for_and_the_core_shows_it() {
        let prose = "//! a\n//! b\n//! c\n//! d\n//! e\n";
        assert!(lacking_documentation("//! A crate.\n", false).is_some());
        assert!(lacking_documentation(prose, false).is_none());
        assert!(lacking_documentation(prose, true).is_some());
        assert!(lacking_documentation(&format!("{prose}//! ```\n//! ```\n"), true).is_none());
    }

    #[test]
    fn comments_and_blank_lines_fill_no_room() {
        assert_eq!(code_lines("//! doc\n\n// note\nfn main() {}\n"), 1);
    }
}
