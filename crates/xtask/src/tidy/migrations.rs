//! The rule about migrations: the two databases share one history.
//!
//! Every migration exists once per dialect under the same number and name, numbered without a gap from
//! 0001. That the resulting schemas are equal is tested by the store itself.

use std::collections::{BTreeMap, BTreeSet};

use super::Repository;

const DIALECTS: [&str; 2] = ["sqlite", "postgres"];

pub(super) fn pairs(repository: &Repository) -> Vec<String> {
    let paths = repository.with_extension("sql").map(|text| text.path.as_str());
    breaches(paths.filter(|path| path.starts_with("crates/store/migrations/")))
}

fn breaches<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut histories: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut breaches = Vec::new();
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or(path);
        match DIALECTS.into_iter().find(|dialect| path.contains(dialect)) {
            Some(dialect) => {
                histories.entry(dialect).or_default().insert(name);
            }
            None => breaches.push(format!("{path} belongs to neither of {}", DIALECTS.join(", "))),
        }
    }
    let [one, other] = DIALECTS.map(|dialect| histories.remove(dialect).unwrap_or_default());
    for name in one.symmetric_difference(&other) {
        breaches.push(format!("{name} exists for one database only"));
    }
    for (index, name) in one.iter().enumerate() {
        let number = format!("{:04}_", index + 1);
        if !name.starts_with(&number) {
            breaches.push(format!("{name} should be number {number}: no gaps, no number twice"));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_histories_are_one() {
        let check = |paths: &[&str]| breaches(paths.iter().copied()).len();
        assert_eq!(check(&["m/sqlite/0001_a.sql", "m/postgres/0001_a.sql"]), 0);
        assert_eq!(check(&["m/sqlite/0001_a.sql"]), 1);
        assert_eq!(check(&["m/sqlite/0001_a.sql", "m/postgres/0001_b.sql"]), 2);
        assert_eq!(check(&["m/sqlite/0002_a.sql", "m/postgres/0002_a.sql"]), 1);
        assert_eq!(check(&["m/0001_a.sql"]), 1);
    }
}
