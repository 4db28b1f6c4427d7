//! The rule about requirements: an id used in the code has a row in the table that users read.

use std::collections::{BTreeMap, BTreeSet};

use super::Repository;

/// The table of requirements, with one row per id.
const TABLE: &str = "docs/requirements.md";

/// Families of ids, as in the table.
const FAMILIES: [&str; 12] =
    ["DEF", "CIP", "REC", "RES", "CRT", "ASM", "ADP", "SPM", "AIT", "ENF", "EO", "DC"];

pub(super) fn listed(repository: &Repository) -> Vec<String> {
    let Some(table) = repository.text(TABLE) else { return vec![format!("{TABLE} is missing")] };
    let rows: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| "))
        .filter_map(|row| ids(row).into_iter().next())
        .collect();
    let mut unlisted: BTreeMap<&str, &str> = BTreeMap::new();
    for text in repository.with_extension("rs").chain(repository.with_extension("toml")) {
        for id in ids(&text.content) {
            if !rows.contains(id) {
                unlisted.entry(id).or_insert(&text.path);
            }
        }
    }
    unlisted.iter().map(|(id, path)| format!("{id}, named in {path}, has no row in {TABLE}")).collect()
}

/// Requirement ids in `text`, such as CIP and two digits joined by a hyphen.
fn ids(text: &str) -> Vec<&str> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'))
        .filter(|word| {
            word.split_once('-').is_some_and(|(family, number)| {
                let digits = number.chars().all(|character| character.is_ascii_digit());
                FAMILIES.contains(&family) && digits && (1..=2).contains(&number.len())
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_recognised() {
        assert_eq!(
            ids("serves CIP-09, SPM-01..05 and (DC-3); not UTF-8, SHA-256 or EO 13984"),
            ["CIP-09", "SPM-01", "DC-3"]
        );
    }
}
