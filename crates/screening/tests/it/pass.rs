//! Rescreening in both directions: nobody is lost on the way, and a delta finds what the whole list would.

use crate::{entity, index};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_screening::{Hit, Index, Options, Query};

const FAMILY: [&str; 6] = ["Example", "Exemplar", "Sample", "Muster", "Ejemplo", "Voorbeeld"];
const GIVEN: [&str; 5] = ["Ada", "Blaise", "Charles", "Dorothy", "Emmy"];

fn listed() -> Vec<ListedEntity> {
    let names = FAMILY.iter().flat_map(|f| GIVEN.iter().map(move |g| format!("{f}, {g}")));
    names
        .enumerate()
        .map(|(i, n)| entity(&format!("e{i}"), Schema::Person, &[(Property::Name, &n)]))
        .collect()
}

fn customers() -> impl Iterator<Item = (usize, Query)> {
    let families = FAMILY.iter().chain(&["Nobody"; 9]).cycle();
    let names =
        GIVEN.iter().cycle().zip(families).map(|(given, family)| Query::person(&format!("{given} {family}")));
    names.take(2000).enumerate()
}

fn pass(index: &Index, threads: usize) -> (u64, BTreeMap<usize, Vec<Hit>>) {
    let mut found = BTreeMap::new();
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    let passed = index.pass(customers(), &Options::default(), threads, |key, hits| {
        found.insert(key, hits);
    });
    (passed, found)
}

#[test]
fn every_customer_passes_once_whatever_the_threads() {
    let index = index(&listed());
    let expected: BTreeMap<usize, Vec<Hit>> = customers()
        .map(|(key, query)| (key, index.search(&query, &Options::default())))
        .filter(|(_, hits)| !hits.is_empty())
        .collect();
    assert!(!expected.is_empty());
    for threads in [1, 2, 5] {
        assert_eq!(pass(&index, threads), (2000, expected.clone()));
    }
}

#[test]
fn the_changed_entries_alone_find_what_the_whole_list_finds_of_them() {
    let all = listed();
    let changed: Vec<ListedEntity> = all.iter().step_by(4).cloned().collect();
    let (_, delta) = pass(&index(&changed), 2);
    let (_, mut whole) = pass(&index(&all), 2);
    for hits in whole.values_mut() {
        hits.retain(|hit| changed.iter().any(|e| e.id == hit.entity));
    }
    whole.retain(|_, hits| !hits.is_empty());
    assert_eq!(delta, whole);
}
