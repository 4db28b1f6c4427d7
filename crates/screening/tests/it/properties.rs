//! What holds for all names and evidence: order of aliases, more agreement, a name against itself.

use crate::entity;
use proptest::prelude::*;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::personal::Personal;
use tenantry_screening::{Query, Score, judge};

fn name() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-z]{2,9}", 1..5).prop_map(|words| words.join(" "))
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
        asked.birth_date = year.parse().ok().map(Personal::new);
        let dated = score(&asked, &values);
        asked.nationalities = "FR".parse().into_iter().collect();
        let placed = score(&asked, &values);
        prop_assert!(bare <= dated && dated <= placed);
        asked.birth_date = other.parse().ok().map(Personal::new);
        prop_assert!(score(&asked, &values) <= placed);
    }

    #[test]
    fn a_name_is_itself_in_any_order_of_words(words in prop::collection::vec("[a-z]{5,9}", 2..4)) {
        let (forward, backward) = (words.join(" "), words.iter().rev().cloned().collect::<Vec<_>>().join(" "));
        prop_assert!(score(&Query::person(&backward), &[(Property::Name, &forward)]) >= Score::THRESHOLD);
    }
}
