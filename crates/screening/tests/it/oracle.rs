//! The index finds exactly what comparing with every entity finds.

use crate::{entity, index};
use proptest::prelude::*;
use std::path::Path;
use tenantry_model::listed::ListedEntity;
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
    "khaja",
    "imran",
    "imra",
    "nkhan",
    "jang",
    "yong",
    "song",
    "chile",
    "president",
    "김민수",
    "建国",
    "朱爾",
    "nlst",
    "national",
    "lace",
    "silk",
    "la",
    "ce",
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
        query.birth_dates = year.and_then(|y| y.to_string().parse().ok()).map(Personal::new).into_iter().collect();
        same(&index(&entities), &query, &Options { threshold: Score::new(threshold), limit: 1000 })?;
    }
}

/// A number, wallet or address that a few share.
fn exact() -> impl Strategy<Value = (Property, &'static str)> {
    prop::sample::select(
        &[
            (Property::PassportNumber, "AB1234567"),
            (Property::RegistrationNumber, "HRB 48213"),
            (Property::RegistrationNumber, "HRB 48999"),
            (Property::ImoNumber, "9187629"),
            (Property::Wallet, "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"),
            (Property::Email, "ada@example.com"),
            (Property::Country, "ir"),
            (Property::Country, "de"),
            (Property::BirthDate, "1960/1965"),
            (Property::BirthDate, "1962-03-04"),
        ][..],
    )
}

fn any_schema() -> impl Strategy<Value = Schema> {
    prop_oneof![4 => schema(), 1 => Just(Schema::CryptoWallet)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn index_equals_oracle_with_and_without_names(
        listed in prop::collection::vec(
            (any_schema(), prop::collection::vec(name(), 0..3), prop::collection::vec(exact(), 0..4)), 1..20),
        schema in any_schema(),
        names in prop::collection::vec(name(), 0..3),
        asked in prop::collection::vec(exact(), 0..4),
        threshold in 400_u16..950,
    ) {
        let described = |id: &str, schema, names: &[String], exact: &[(Property, &'static str)]| {
            let names = names.iter().map(|n| (Property::Name, n.as_str()));
            entity(id, schema, &names.chain(exact.iter().copied()).collect::<Vec<_>>())
        };
        let listed = listed.iter().enumerate();
        let entities: Vec<_> =
            listed.map(|(i, (schema, names, exact))| described(&format!("e{i}"), *schema, names, exact)).collect();
        let query = Query::by_example(&described("", schema, &names, &asked));
        let index = index(&entities);
        same(&index, &query, &Options { threshold: Score::new(threshold), limit: 1000 })?;
        same(&index, &query, &Options { threshold: Score::new(threshold), limit: 3 })?;
    }
}

/// One random edit: a letter dropped, doubled, changed, or swapped with the next; blanks included.
fn edited(text: &str, draw: usize) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = draw / 4 % letters.len().max(1);
    match draw % 4 {
        0 if letters.len() > 1 => drop(letters.remove(at)),
        1 => letters.insert(at, letters.get(at).copied().unwrap_or('x')),
        2 => letters.iter_mut().skip(at).take(1).for_each(|c| *c = 'x'),
        _ if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => {}
    }
    letters.into_iter().collect()
}

/// Draws that look random and are the same each time.
fn draws() -> impl Iterator<Item = usize> {
    std::iter::successors(Some(88_172_645_463_325_252_u64), |x| {
        let x = x ^ x << 13;
        let x = x ^ x >> 7;
        Some(x ^ x << 17)
    })
    .map(|x| (x >> 20) as usize)
}

fn every_answer_is_the_oracles(index: &Index, queries: impl Iterator<Item = Query>) {
    for query in queries {
        for threshold in [Score::FLOOR, Score::THRESHOLD] {
            let options = Options { threshold, limit: 10_000 };
            assert!(
                index.search(&query, &options) == index.search_exhaustive(&query, &options),
                "another answer than the oracle's at {threshold}"
            );
        }
    }
}

#[test]
fn index_equals_oracle_on_the_real_list() {
    let snapshot = tenantry_lists::embedded::ofac_sdn().expect("embedded list");
    let index = Index::build(&[(snapshot.header().clone(), snapshot.entities())]);
    let strange = [
        "Владимир Путин",
        "محمد علي",
        "김정은",
        "习近平",
        "יוסף כהן",
        "プーチン",
        "Jon Smiht",
        "TAMI LFOUNDATION",
        "JSCARGUMENT",
        "A B C",
        "J Smith",
        "bin Laden",
        "Vla di mir",
    ];
    let names = snapshot.entities().iter().step_by(1100).zip(draws());
    let every = names.flat_map(|(e, draw)| {
        let other = e.texts(Property::Alias).next().unwrap_or(e.caption());
        let mut dated = Query::new(e.schema, &edited(other, draw));
        dated.birth_dates = e
            .texts(Property::BirthDate)
            .find_map(|d| d.parse().ok())
            .map(Personal::new)
            .into_iter()
            .collect();
        [Query::new(e.schema, &edited(e.caption(), draw)), dated]
    });
    let wholes = ["IRISL", "NIOC", "Islamic Revolutionary Guard Corps", "Ban kMel li", "U.S. Oil"];
    let every = every.chain(wholes.iter().map(|n| Query::organisation(n)));
    every_answer_is_the_oracles(&index, every.chain(strange.iter().map(|n| Query::person(n))));
}

/// The United Nations' list holds names in many scripts; the data lies beside the repository and is not part of it.
#[test]
fn index_equals_oracle_across_scripts() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/un");
    let file = Path::new(folder).join("UN_consolidated_2026-02-27.xml.zst");
    let Ok(file) = std::fs::File::open(file) else { return };
    let xml = zstd::Decoder::new(file).expect("zstd");
    let un = tenantry_lists::read_un_xml(xml).expect("UN list").snapshot;
    let index = Index::build(&[(un.header().clone(), un.entities())]);
    let all = |e: &ListedEntity| e.properties.get(&Property::Alias).map_or(0, Vec::len);
    let names = un.entities().iter().filter(|e| all(e) > 2).step_by(9).zip(draws());
    let every = names.flat_map(|(e, draw)| {
        let texts: Vec<&str> = [Property::Name, Property::Alias].iter().flat_map(|p| e.texts(*p)).collect();
        let text = texts[draw % texts.len()];
        [Query::new(e.schema, &edited(text, draw / 7)), Query::new(e.schema, text)]
    });
    let scripts = [
        "Усама бен Ладен",
        "أسامة بن لادن",
        "אוסמה בן לאדן",
        "オサマ・ビンラディン",
        "오사마 빈라덴",
        "奥萨马",
    ];
    every_answer_is_the_oracles(&index, every.chain(scripts.iter().map(|n| Query::person(n))));
}
