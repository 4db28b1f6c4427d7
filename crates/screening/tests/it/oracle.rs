//! The index finds exactly what comparing with every entity finds.

use crate::{entity, index};
use proptest::prelude::*;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::personal::Personal;
use tenantry_screening::{Index, Options, Query, Score};

const WORDS: &[&str] = &[
    "ali",
    "aly",
    "muhammad",
    "mohamed",
    "ahmad",
    "hassan",
    "al",
    "bin",
    "ibn",
    "khan",
    "kim",
    "jong",
    "un",
    "jongun",
    "putin",
    "putina",
    "poutine",
    "vladimir",
    "volodymyr",
    "v",
    "trading",
    "tradign",
    "company",
    "compnay",
    "limited",
    "bank",
    "of",
    "44",
    "four",
    "forty",
    "sea",
    "star",
    "seastar",
    "north",
    "northsea",
    "lovelace",
    "lovelcae",
    "lacelove",
    "ada",
    "adda",
    "dada",
    "путин",
    "владимир",
    "محمد",
    "علي",
    "김",
    "정은",
    "习近平",
    "xi",
    "jinping",
    "jin",
    "ping",
    "プーチン",
    "dr",
    "llc",
    "gazprom",
    "gasprom",
    "neft",
    "gazpromneft",
    "shanghai",
    "shangai",
    "hong",
    "kong",
    "hongkong",
];

fn name() -> impl Strategy<Value = String> {
    let word = prop_oneof![4 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => "[a-e]{2,7}"];
    prop::collection::vec(word, 1..5).prop_map(|words| words.join(" "))
}

fn schema() -> impl Strategy<Value = Schema> {
    prop::sample::select(&[Schema::Person, Schema::Company, Schema::LegalEntity, Schema::Vessel][..])
}

fn same(index: &Index, query: &Query, options: &Options) -> Result<(), TestCaseError> {
    prop_assert_eq!(index.search(query, options), index.search_exhaustive(query, options));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn index_equals_oracle(
        listed in prop::collection::vec((schema(), prop::collection::vec(name(), 1..4), 1930_i16..1990), 1..40),
        schema in schema(),
        names in prop::collection::vec(name(), 1..3),
        year in prop::option::of(1930_i16..1990),
        threshold in 400_u16..950,
    ) {
        let entities: Vec<_> = listed.iter().enumerate().map(|(i, (schema, names, year))| {
            let year = year.to_string();
            let mut values: Vec<(Property, &str)> = names.iter().map(|n| (Property::Name, n.as_str())).collect();
            values.push((Property::BirthDate, &year));
            entity(&format!("e{i}"), *schema, &values)
        }).collect();
        let mut query = Query::new(schema, "");
        query.names = names.into_iter().map(Personal::new).collect();
        query.birth_date = year.and_then(|y| y.to_string().parse().ok()).map(Personal::new);
        same(&index(&entities), &query, &Options { threshold: Score::new(threshold), limit: 1000 })?;
    }
}

#[test]
fn index_equals_oracle_on_the_real_list() {
    let snapshot = tenantry_lists::embedded::ofac_sdn().expect("embedded list");
    let index = Index::build(&[(snapshot.header().clone(), snapshot.entities())]);
    let strange =
        ["Владимир Путин", "محمد علي", "김정은", "יוסף כהן", "Jon Smiht", "TAMI LFOUNDATION", "JSCARGUMENT"];
    let every = snapshot.entities().iter().step_by(700).map(|e| {
        let mut name = e.caption().to_owned();
        name.insert(name.len() / 2, 'x');
        Query::new(e.schema, &name)
    });
    for query in every.chain(strange.iter().map(|n| Query::person(n))) {
        for threshold in [Score::FLOOR, Score::THRESHOLD] {
            let options = Options { threshold, limit: 10_000 };
            assert_eq!(index.search(&query, &options), index.search_exhaustive(&query, &options));
        }
    }
}
