//! Points add up, hard rules hold, nothing personal prints, order does not matter.

use crate::{entity, index};
use tenantry_model::listed::{Property, Schema};
use tenantry_model::personal::Personal;
use tenantry_screening::{
    Attribute, HardRule, Identifier, Options, Query, Score, calibration, required_bits,
};

fn listed() -> Vec<tenantry_model::listed::ListedEntity> {
    vec![
        entity(
            "a",
            Schema::Person,
            &[
                (Property::Name, "EXAMPLE, Ada Maria"),
                (Property::Alias, "Ada Exemplar"),
                (Property::BirthDate, "1970-02-03"),
                (Property::Nationality, "fr"),
                (Property::Gender, "female"),
                (Property::PassportNumber, "X 123-456"),
            ],
        ),
        entity("b", Schema::Person, &[(Property::Name, "EXAMPLE, Ada"), (Property::BirthDate, "1990")]),
    ]
}

fn asked() -> Query {
    let mut query = Query::person("Ada Example");
    query.birth_dates = "1970-03-02".parse().ok().map(Personal::new).into_iter().collect();
    query.nationalities = "FR".parse().into_iter().collect();
    query
}

#[test]
fn points_add_up_to_the_total_and_the_total_is_the_score() {
    for hit in index(&listed()).search(&asked(), &Options { threshold: Score::FLOOR, limit: 10 }) {
        let sum: i32 = hit.explanation.points.iter().map(|p| p.bits).sum();
        assert_eq!(sum, hit.explanation.total);
        assert_eq!(calibration(sum), hit.score);
    }
}

#[test]
fn the_same_number_is_a_hit_under_any_name() {
    let mut query = Query::person("Somebody Else");
    query.identifiers =
        vec![Identifier { property: None, country: None, value: Personal::new("x123456".to_owned()) }];
    let hits = index(&listed()).search(&query, &Options::default());
    assert_eq!(hits.len(), 1);
    let rule =
        HardRule::SameIdentifier { property: Property::PassportNumber, listed: "X 123-456".to_owned() };
    assert_eq!(hits[0].explanation.hard_rules, [rule]);
}

#[test]
fn a_missing_birth_date_is_the_decisive_fact() {
    let hits = index(&listed()).search(&Query::person("Ada Example"), &Options::default());
    let decisive = hits[0].explanation.decisive.clone().expect("a fact is missing");
    assert_eq!(decisive.attribute, Attribute::BirthDate);
    assert!(decisive.if_same > hits[0].score && decisive.if_different < hits[0].score);
}

#[test]
fn a_query_does_not_print() {
    let shown = format!("{:?}", asked());
    assert!(!shown.contains("Ada") && !shown.contains("1970"), "{shown}");
}

#[test]
fn required_bits_invert_the_calibration() {
    for per_mille in 1..=1000 {
        let score = Score::new(per_mille);
        let bits = required_bits(score);
        assert!(calibration(bits) >= score && calibration(bits - 1) < score, "{per_mille}");
    }
}

#[test]
fn hits_survive_a_round_trip() {
    let hits = index(&listed()).search(&asked(), &Options::default());
    let text = serde_json::to_string(&hits).expect("serialises");
    let back: Vec<tenantry_screening::Hit> = serde_json::from_str(&text).expect("reads back");
    assert_eq!(back, hits);
}
