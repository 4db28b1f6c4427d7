//! What holds for all names and evidence: order of aliases, more agreement, a name against itself.

use crate::{entity, index};
use proptest::prelude::*;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::personal::Personal;
use tenantry_screening::{Options, Query, Score, judge};

fn name() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-z]{2,9}", 1..5).prop_map(|words| words.join(" "))
}

/// Names of firms that may say a country, with a word that may be mistyped.
fn firm() -> impl Strategy<Value = String> {
    let word = prop::sample::select(&["melli", "mellli", "trading", "tradinge", "zorvex", "grampon"][..]);
    let place = prop::sample::select(&["", "iran", "chile", "spain"][..]);
    (prop::collection::vec(word, 1..4), place)
        .prop_map(|(words, place)| format!("{} {place}", words.join(" ")))
}

fn country() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["ir", "cl", "es", "de"][..])
}

fn score(query: &Query, values: &[(Property, &str)]) -> Score {
    judge(query, &entity("x", Schema::Person, values)).0
}

proptest! {
    #[test]
    fn the_order_of_aliases_does_not_matter(query in name(), names in prop::collection::vec(name(), 1..6)) {
        let mut values: Vec<_> = names.iter().map(|n| (Property::Alias, n.as_str())).collect();
        let query = Query::person(&query);
        let forward = score(&query, &values);
        values.reverse();
        prop_assert_eq!(score(&query, &values), forward);
    }

    #[test]
    fn the_order_of_the_query_s_names_does_not_matter(names in prop::collection::vec(name(), 1..4), listed in name()) {
        let mut query = Query::person("");
        query.names = names.iter().cloned().map(Personal::new).collect();
        let forward = score(&query, &[(Property::Name, &listed)]);
        query.names.reverse();
        prop_assert_eq!(score(&query, &[(Property::Name, &listed)]), forward);
    }

    #[test]
    fn one_more_alias_never_lowers_a_score(query in name(), listed in name(), more in name()) {
        let query = Query::person(&query);
        let one = score(&query, &[(Property::Name, &listed)]);
        prop_assert!(score(&query, &[(Property::Name, &listed), (Property::Alias, &more)]) >= one);
    }

    #[test]
    fn one_more_alias_never_lowers_a_company_s_score(
        query in firm(), listed in firm(), more in firm(), asked in country(), country in country()
    ) {
        let mut asked_for = Query::new(Schema::Company, &query);
        asked_for.countries = asked.to_uppercase().parse().into_iter().collect();
        let names = [(Property::Name, listed.as_str()), (Property::Alias, more.as_str())];
        let found = |names: &[(Property, &str)]| {
            let entity = entity("x", Schema::Company, &[names, &[(Property::Country, country)]].concat());
            let options = Options { threshold: Score::FLOOR, limit: 10 };
            let index = index(std::slice::from_ref(&entity));
            let hits = index.search(&asked_for, &options);
            assert_eq!(hits, index.search_exhaustive(&asked_for, &options));
            let score = judge(&asked_for, &entity).0;
            assert!(hits.first().is_none_or(|hit| hit.score == score), "search and judge agree");
            (score, hits.len())
        };
        let (one, with_more) = (found(&names[..1]), found(&names));
        prop_assert!(with_more >= one, "{one:?} {with_more:?}");
    }

    #[test]
    fn agreement_never_lowers_and_difference_never_raises(
        query in name(), listed in name(), born in 1930_i16..1990, apart in 1_i16..60
    ) {
        let (year, other) = (format!("{born}-05-06"), format!("{}-11-23", born + apart));
        let values = [
            (Property::Name, listed.as_str()),
            (Property::BirthDate, &year),
            (Property::Nationality, "fr"),
            (Property::Gender, "female"),
        ];
        let mut asked = Query::person(&query);
        let bare = score(&asked, &values);
        asked.birth_dates = year.parse().ok().map(Personal::new).into_iter().collect();
        let dated = score(&asked, &values);
        asked.nationalities = "FR".parse().into_iter().collect();
        let placed = score(&asked, &values);
        prop_assert!(bare <= dated && dated <= placed);
        asked.birth_dates = other.parse().ok().map(Personal::new).into_iter().collect();
        prop_assert!(score(&asked, &values) <= placed);
    }

    #[test]
    fn a_name_is_itself_in_any_order_of_words(words in prop::collection::vec("[a-z]{5,9}", 2..4)) {
        let (forward, backward) = (words.join(" "), words.iter().rev().cloned().collect::<Vec<_>>().join(" "));
        prop_assert!(score(&Query::person(&backward), &[(Property::Name, &forward)]) >= Score::THRESHOLD);
    }
}
