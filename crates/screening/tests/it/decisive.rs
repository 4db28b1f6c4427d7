//! The fact named as the one that decides does decide: each answer gives the score that was told, and one of them is a hit.

use crate::{entity, index};
use tenantry_model::fact::Gender;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_model::personal::Personal;
use tenantry_screening::{Attribute, Decisive, Identifier, Options, Query, Score, judge};

fn listed(schema: Schema, name: &str, values: &[(Property, &str)]) -> ListedEntity {
    let mut all = vec![(Property::Name, name)];
    all.extend(values);
    entity("x", schema, &all)
}

const DATED: (Property, &str) = (Property::BirthDate, "1970-02-03");
const MALE: (Property, &str) = (Property::Gender, "male");
const OF_IRAN: (Property, &str) = (Property::Country, "ir");
const PASSPORT: (Property, &str) = (Property::PassportNumber, "X1234567");
const TAX: (Property, &str) = (Property::TaxNumber, "7711223344");

/// The query with the answer filled in.
fn answered(query: &Query, decisive: &Decisive, listed: &ListedEntity, same: bool) -> Query {
    let mut query = query.clone();
    let example = Query::by_example(listed);
    match decisive.attribute {
        Attribute::Gender => {
            let is_male = example.gender == Some(Gender::Male);
            query.gender = Some(if is_male == same { Gender::Male } else { Gender::Female });
        }
        Attribute::Country if same => query.countries = example.countries,
        Attribute::Country => query.countries = "SE".parse().into_iter().collect(),
        Attribute::BirthDate if same => query.birth_dates = example.birth_dates,
        Attribute::BirthDate => {
            query.birth_dates = "1911-11-30".parse().ok().map(Personal::new).into_iter().collect();
        }
        _ => {
            let kind = decisive.property;
            let mut number = example.identifiers.into_iter().find(|i| kind.is_some() && i.property == kind);
            if let Some(number) = number.as_mut().filter(|_| !same) {
                *number = Identifier { value: Personal::new("8812340055".to_owned()), ..number.clone() };
            }
            query.identifiers.extend(number);
        }
    }
    query
}

fn check(query: &Query, listed: &ListedEntity, expected: Option<(Attribute, Option<Property>)>) {
    let (_, explanation) = judge(query, listed);
    let told = explanation.decisive.clone();
    assert_eq!(told.as_ref().map(|d| (d.attribute, d.property)), expected, "{:?}", explanation.total);
    let of_search = index(std::slice::from_ref(listed))
        .search(query, &Options { threshold: Score::FLOOR, limit: 1 })
        .pop()
        .map(|hit| hit.explanation);
    assert!(of_search.is_none_or(|found| found == explanation), "a search explains otherwise");
    let Some(decisive) = told else { return };
    let is_hit = |same: bool| {
        let (score, explanation) = judge(&answered(query, &decisive, listed, same), listed);
        assert_eq!(score, if same { decisive.if_same } else { decisive.if_different }, "{same}");
        score >= Score::THRESHOLD || !explanation.hard_rules.is_empty()
    };
    assert!(is_hit(true) && !is_hit(false), "one answer is a hit, the other none");
}

#[test]
fn the_least_that_decides_is_asked_for() {
    let ali = |values: &[(Property, &str)]| listed(Schema::Person, "Ali Hassan", values);
    let query = Query::person("Ali Hassan");
    let of = |attribute| Some((attribute, None));
    check(&query, &ali(&[DATED, MALE, OF_IRAN, PASSPORT]), of(Attribute::BirthDate));
    check(&query, &ali(&[OF_IRAN]), None);
    check(&query, &ali(&[]), None);
    // What is known already is not asked for, and what is known may leave less to make up for.
    let mut dated = query.clone();
    dated.birth_dates = "1974-05-09".parse().ok().map(Personal::new).into_iter().collect();
    check(&dated, &ali(&[DATED, MALE, OF_IRAN]), of(Attribute::Gender));
}

#[test]
fn a_rare_name_is_a_hit_whatever_the_gender() {
    let rare = listed(Schema::Person, "Zbynek Wroxlmeier", &[MALE]);
    check(&Query::person("Zbynek Wroxlmeier"), &rare, None);
}

#[test]
fn a_number_decides_where_it_alone_can() {
    let number = |property| Some((Attribute::Identifier, Some(property)));
    // Names that are apart: nothing but a number brings them together.
    let other = listed(Schema::Person, "Mehmet Yilmaz", &[DATED, PASSPORT]);
    check(&Query::person("Ali Hassan"), &other, number(Property::PassportNumber));
    // Another tax number speaks against, another passport does not.
    let sunrise = |values: &[(Property, &str)]| listed(Schema::Company, "Sunrise Trading Ltd", values);
    let query = Query::new(Schema::Company, "Sunrise Trading Ltd");
    check(&query, &sunrise(&[TAX]), number(Property::TaxNumber));
    check(&query, &sunrise(&[PASSPORT]), None);
}

#[test]
fn a_sister_is_told_by_her_country() {
    let melli = listed(Schema::Company, "Bank Melli Iran", &[OF_IRAN]);
    check(&Query::new(Schema::Company, "Bank Melli"), &melli, Some((Attribute::Country, None)));
    let melli = listed(Schema::Company, "Bank Melli", &[OF_IRAN]);
    check(&Query::new(Schema::Company, "Bank Melli Iran"), &melli, Some((Attribute::Country, None)));
}

#[test]
fn nothing_is_asked_for_once_a_number_agrees() {
    let listed = listed(Schema::Person, "Ali Hassan", &[DATED, PASSPORT]);
    let mut query = Query::by_example(&listed);
    query.birth_dates.clear();
    check(&query, &listed, None);
}
