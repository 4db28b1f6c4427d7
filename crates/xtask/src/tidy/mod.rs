//! The repository's own rules.
//!
//! A rule reads the tree as git tracks it and returns one line per breach, each saying where and what to do.
//! `cargo xtask tidy` runs them all; each is also an ordinary test, so `cargo test` alone finds a breach.
//! Rules have no lists of exceptions: a rule that needs one is the wrong rule.

mod crates;
mod dependencies;
mod documents;
mod files;
mod migrations;
mod requirements;
mod words;

use std::fs;

use anyhow::Context as _;
use cargo_metadata::{Metadata, MetadataCommand};

use crate::run::{program, read, root};

/// One rule: its name and how to find the breaches.
struct Rule {
    name: &'static str,
    breaches: fn(&Repository) -> Vec<String>,
}

const RULES: [Rule; 13] = [
    Rule { name: "arrows", breaches: crates::arrows },
    Rule { name: "folders", breaches: crates::folders },
    Rule { name: "crate documentation", breaches: crates::documentation },
    Rule { name: "rooms that hold something", breaches: crates::rooms },
    Rule { name: "purposes of dependencies", breaches: dependencies::purposes },
    Rule { name: "unused dependencies", breaches: dependencies::unused },
    Rule { name: "file sizes", breaches: files::sizes },
    Rule { name: "left-overs", breaches: files::leftovers },
    Rule { name: "links", breaches: documents::links },
    Rule { name: "changelog", breaches: documents::changelog },
    Rule { name: "migrations", breaches: migrations::pairs },
    Rule { name: "requirements", breaches: requirements::listed },
    Rule { name: "words", breaches: words::words },
];

/// The tree as git tracks it.
pub(crate) struct Repository {
    texts: Vec<Text>,
    metadata: Metadata,
}

/// A tracked text file: its path from the top folder, with `/`, and its content.
pub(crate) struct Text {
    path: String,
    content: String,
}

impl Repository {
    fn load() -> anyhow::Result<Self> {
        let mut texts = Vec::new();
        for path in tracked_files()? {
            // A file that is not UTF-8 is data, and a file deleted but not yet committed is gone.
            if let Ok(content) = fs::read_to_string(root().join(&path)) {
                texts.push(Text { path, content });
            }
        }
        let metadata = MetadataCommand::new()
            .current_dir(root())
            .no_deps()
            .exec()
            .context("cannot read the workspace's metadata")?;
        Ok(Self { texts, metadata })
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.texts.iter().find(|text| text.path == path).map(|text| text.content.as_str())
    }

    fn with_extension(&self, extension: &str) -> impl Iterator<Item = &Text> {
        self.texts.iter().filter(move |text| has_extension(&text.path, extension))
    }
}

/// The files git tracks, as paths from the top folder.
pub(crate) fn tracked_files() -> anyhow::Result<Vec<String>> {
    // A checkout may belong to another user than the one who checks it.
    let listing = read(&mut program("git", &["-c", "safe.directory=*", "ls-files", "-z"]))?;
    Ok(listing.split_terminator('\0').map(str::to_owned).collect())
}

/// Checks every rule and prints what breaks it.
pub(crate) fn tidy() -> anyhow::Result<()> {
    let repository = Repository::load()?;
    let mut count = 0;
    for rule in &RULES {
        for breach in (rule.breaches)(&repository) {
            println!("   {}: {breach}", rule.name);
            count += 1;
        }
    }
    anyhow::ensure!(count == 0, "{count} breaches of the repository's rules");
    println!("   {} rules hold over {} files", RULES.len(), repository.texts.len());
    Ok(())
}

pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
}

/// Files of others that the server carries unchanged; `docs/third-party.md` names them.
fn is_vendored(path: &str) -> bool {
    path.contains("/vendor/") || path.contains("/assets/swagger/") || path.contains("/htmx")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(name: &str) {
        let repository = Repository::load().unwrap();
        let rule = RULES.iter().find(|rule| rule.name == name).unwrap();
        let breaches = (rule.breaches)(&repository);
        assert!(breaches.is_empty(), "{name}:\n  {}", breaches.join("\n  "));
    }

    macro_rules! rules {
        ($($test:ident: $name:literal,)*) => {
            $(#[test] fn $test() { check($name); })*

            #[test]
            fn every_rule_is_a_test() {
                let tested = BTreeSet::from([$($name),*]);
                assert_eq!(tested, RULES.iter().map(|rule| rule.name).collect());
            }
        };
    }

    rules! {
        arrows: "arrows",
        folders: "folders",
        crate_documentation: "crate documentation",
        rooms_that_hold_something: "rooms that hold something",
        purposes_of_dependencies: "purposes of dependencies",
        unused_dependencies: "unused dependencies",
        file_sizes: "file sizes",
        leftovers: "left-overs",
        links: "links",
        changelog: "changelog",
        migrations: "migrations",
        requirements: "requirements",
        words: "words",
    }
}
