//! A search finds exactly what judging every entity by itself finds: nothing that the index does on the way may know better
//! than [`judge`], which has neither index nor threshold.

use crate::{entity, index};
use std::collections::BTreeSet;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_model::personal::Personal;
use tenantry_screening::{Cap, Index, Options, Query, Score, judge};

/// Draws that look random and are the same each time.
struct Draws(u64);

impl Draws {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % below.max(1)
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.next(times) == 0
    }

    fn of<T: Clone + Default>(&mut self, all: &[T]) -> T {
        let at = self.next(all.len());
        all.get(at).cloned().unwrap_or_default()
    }
}

/// Entities with an attribute besides the name, so that weak names can be made up for.
fn told(entity: &ListedEntity) -> bool {
    let known = [Property::BirthDate, Property::PassportNumber, Property::RegistrationNumber];
    known.iter().any(|p| entity.texts(*p).next().is_some())
}

/// One word of the name changed, shortened to its letter, left out, or taken from somebody else's.
fn reworded(name: &str, other: &str, draws: &mut Draws) -> String {
    let mut words: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
    let strange: Vec<&str> = other.split_whitespace().collect();
    for _ in 0..=draws.next(3) {
        let at = draws.next(words.len());
        let several = words.len() > 1;
        let Some(word) = words.get_mut(at) else { continue };
        let letter = word.chars().next().unwrap_or('x');
        match draws.next(5) {
            0 => *word = letter.to_string(),
            1 if several => drop(words.remove(at)),
            2 => *word = word.replacen(letter, "x", 1),
            3 => draws.of(&strange).clone_into(word),
            _ => words.insert(at, draws.of(&strange).to_owned()),
        }
    }
    words.join(" ")
}

/// Somebody who shares some of the attributes of an entity, under a name that is more or less like its own.
fn perturbed(of: &ListedEntity, other: &ListedEntity, draws: &mut Draws) -> Query {
    let mut example = of.clone();
    example.properties.retain(|_, _| !draws.one_in(3));
    for property in [Property::Alias, Property::WeakAlias, Property::PreviousName] {
        example.properties.remove(&property);
    }
    if draws.one_in(12) {
        example.schema = match draws.next(3) {
            0 => Schema::Vessel,
            1 => Schema::Person,
            _ => Schema::LegalEntity,
        };
    }
    let mut query = Query::by_example(&example);
    query.names = vec![Personal::new(reworded(of.caption(), other.caption(), draws))];
    if draws.one_in(3) {
        query.identifiers.clear();
    }
    // Attributes that single out nearly as well as a number, and are no hard rule.
    query.phones.push(Personal::new("+1 202 555 0101".to_owned()));
    query
}

fn found(index: &Index, query: &Query, threshold: Score) -> BTreeSet<String> {
    let hits = index.search(query, &Options { threshold, limit: usize::MAX });
    hits.into_iter().map(|hit| hit.entity).collect()
}

fn judged(entities: &[ListedEntity], query: &Query, threshold: Score) -> BTreeSet<String> {
    let is_hit = |e: &&ListedEntity| {
        let (score, explanation) = judge(query, e);
        score >= threshold || !explanation.hard_rules.is_empty()
    };
    entities.iter().filter(is_hit).map(|e| e.id.clone()).collect()
}

#[test]
fn a_search_finds_what_judging_everybody_finds() {
    let snapshot = tenantry_lists::embedded::ofac_sdn().expect("embedded list");
    let mut entities: Vec<_> = snapshot.entities().iter().filter(|e| told(e)).step_by(23).cloned().collect();
    for (at, one) in entities.iter_mut().enumerate().filter(|(at, _)| at % 2 == 0) {
        let origin = tenantry_model::listed::Origin { file: "test.csv".to_owned(), line: at as u64 };
        one.push(Property::Phone, tenantry_model::listed::Value::new("+1 202 555 0101", origin));
    }
    let (index, mut draws) = (index(&entities), Draws(88_172_645_463_325_252));
    let (mut near, mut hits) = (0, 0);
    for _ in 0..120 {
        let of = &entities[draws.next(entities.len())];
        let other = &entities[draws.next(entities.len())];
        let query = perturbed(of, other, &mut draws);
        for threshold in [Score::FLOOR, Score::THRESHOLD, Score::new(900)] {
            let expected = judged(&entities, &query, threshold);
            assert!(found(&index, &query, threshold) == expected, "another answer at {threshold}");
            hits += expected.len();
        }
        for hit in index.search(&query, &Options { threshold: Score::FLOOR, limit: usize::MAX }) {
            let listed = entities.iter().find(|e| e.id == hit.entity).expect("a listed entity");
            assert_eq!((hit.score, hit.explanation), judge(&query, listed));
        }
        near += usize::from(judge(&query, of).1.capped == Some(Cap::NamesApart));
    }
    assert!(near > 10 && hits > 100, "the draws say little: {near} names apart, {hits} hits");
}

/// Found by an audit: comparing the pair said 0.872, and a search found nothing.
#[test]
fn names_that_are_apart_are_no_hit_however_much_else_agrees() {
    let listed = entity(
        "x",
        Schema::Person,
        &[
            (Property::Name, "ZIMURINDA Innocent"),
            (Property::BirthDate, "1982-09-12"),
            (Property::Nationality, "cd"),
            (Property::Gender, "male"),
            (Property::Phone, "+243 990 000 111"),
            (Property::PassportNumber, "OB1234567"),
        ],
    );
    let mut example = listed.clone();
    example.properties.remove(&Property::PassportNumber);
    let mut query = Query::by_example(&example);
    query.names = vec![Personal::new("ZIMURINDA Ivan I".to_owned())];
    let (score, explanation) = judge(&query, &listed);
    assert_eq!((score, explanation.capped), (Score::new(499), Some(Cap::NamesApart)));
    assert!(explanation.total > 0);
    let index = index(std::slice::from_ref(&listed));
    assert!(found(&index, &query, Score::FLOOR).is_empty());
    // The same number says more than any name.
    query.identifiers = Query::by_example(&listed).identifiers;
    assert_eq!(judge(&query, &listed).1.capped, None);
    assert_eq!(found(&index, &query, Score::THRESHOLD).len(), 1);
}

#[test]
fn what_cannot_be_one_thing_is_no_hit() {
    let values = [(Property::Name, "Sea Star"), (Property::Email, "star@example.com")];
    let vessel = entity("v", Schema::Vessel, &values);
    let query = Query::by_example(&entity("", Schema::Person, &values));
    let (score, explanation) = judge(&query, &vessel);
    assert!(score < Score::FLOOR && explanation.hard_rules.is_empty());
    assert_eq!(explanation.capped, Some(Cap::KindsApart));
    assert!(found(&index(&[vessel]), &query, Score::FLOOR).is_empty());
}
