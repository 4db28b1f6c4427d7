//! The kernels under a search: taking a name apart, comparing two analysed names, asking an index of a few changed entries.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark may stop")]

#[expect(dead_code, reason = "shared with the other benchmark")]
mod made;

use divan::counter::ItemsCount;
use tenantry_names::{Name, NameKind, Weighing, similarity};
use tenantry_screening::{Index, Options};

fn main() {
    divan::main();
}

const NAMES: usize = 1_000;

fn customers() -> Vec<String> {
    made::Customers::new(7).take(NAMES).map(|(_, q)| q.names[0].expose().clone()).collect()
}

fn analysed(texts: impl Iterator<Item = String>) -> Vec<Name> {
    texts.map(|t| Name::analyse(&t, NameKind::Person)).collect()
}

#[divan::bench]
fn take_a_name_apart(bencher: divan::Bencher<'_, '_>) {
    let names = customers();
    bencher
        .counter(ItemsCount::new(NAMES))
        .bench(|| names.iter().map(|n| Name::analyse(n, NameKind::Person).tokens().len()).sum::<usize>());
}

/// Customers against listed names, both analysed before: mostly strangers, as in life.
#[divan::bench]
fn compare_analysed_names(bencher: divan::Bencher<'_, '_>) {
    let listed = made::ofac();
    let persons = listed.entities().iter().filter(|e| e.schema == tenantry_model::listed::Schema::Person);
    let right = analysed(persons.take(NAMES).map(|e| e.caption().to_owned()));
    let left = analysed(customers().into_iter());
    bencher.counter(ItemsCount::new(NAMES * 100)).bench(|| {
        let mut work = Weighing::default();
        let mut sum = 0_u64;
        for (i, l) in left.iter().enumerate() {
            for r in right.iter().cycle().skip(i).take(100) {
                sum += u64::from(similarity(&mut work, l, r).similarity);
            }
        }
        sum
    });
}

/// One changed entry of a list, opened and searched: what a delta costs per customer.
#[divan::bench]
fn search_a_small_index(bencher: divan::Bencher<'_, '_>) {
    let listed = made::ofac();
    let changed: Vec<_> = listed.entities().iter().step_by(150).take(100).cloned().collect();
    let index = Index::build(&[(listed.header().clone(), &changed)]);
    let queries: Vec<_> = made::Customers::new(9).take(NAMES).map(|(_, q)| q).collect();
    let options = Options::default();
    bencher
        .counter(ItemsCount::new(NAMES))
        .bench(|| queries.iter().map(|q| index.search(q, &options).len()).sum::<usize>());
}
