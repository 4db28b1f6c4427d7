//! Lists that are missing or too old: whoever is screened meanwhile is reviewed, and nobody is forgotten afterwards.

use crate::world::{Applicant, LIST, LIST_MAPPING, World, system};
use tenantry_lists::read_own_csv;
use tenantry_model::account::AccountState;
use tenantry_model::staff::Job;
use tenantry_model::time::DAY_US;
use tenantry_register::rules::{ListRules, Rules};

/// Code of the list of the world.
const CODE: &str = "test-list";

fn go_by(world: &World, required: &[&str], age_days_max: u32) {
    let required = required.iter().map(ToString::to_string).collect();
    let lists = ListRules { required, age_days_max: Some(age_days_max) };
    world.register.go_by(Rules { lists, ..Rules::default() });
}

fn state(world: &World, account: tenantry_model::id::AccountId) -> AccountState {
    world.register.account(&system(Job::CommandLine), account).unwrap().summary.state
}

/// The words of the decision on an application, and where its account stands.
fn applied(world: &World, number: u16) -> (tenantry_model::id::AccountId, AccountState, String) {
    let applied = world.apply(&Applicant::new(number));
    let details: Vec<String> = applied.decision.reasons.iter().map(|reason| reason.detail.clone()).collect();
    (applied.account, state(world, applied.account), details.join("; "))
}

#[test]
fn a_stale_list_reviews_newcomers_with_its_name_age_and_limit_and_lets_nobody_go_who_is_in() {
    let world = World::sqlite();
    go_by(&world, &[CODE], 3);
    let (before, stands, _) = applied(&world, 1);
    assert_eq!(stands, AccountState::Open);
    world.clock.advance_micros(3 * DAY_US);
    let (late, stands, why) = applied(&world, 2);
    assert_eq!(stands, AccountState::InReview);
    assert!(why.contains("the list test-list was last confirmed 3 days ago and may be 3 days old"), "{why}");
    // A pass meanwhile learns nothing newer: it undoes nothing, and passes nobody.
    world.register.reassess_all(&system(Job::Rescreening), 50, &mut |_| {}).unwrap();
    assert_eq!((state(&world, before), state(&world, late)), (AccountState::Open, AccountState::InReview));
    let lists = world.register.lists(&system(Job::CommandLine)).unwrap();
    assert_eq!((lists.troubles.len(), lists.parties_behind), (1, 0));

    // The same version, imported again, is young again, and whoever was screened meanwhile is behind.
    world.import(LIST);
    let lists = world.register.lists(&system(Job::CommandLine)).unwrap();
    assert_eq!((lists.troubles.len(), lists.history.len(), lists.parties_behind), (0, 1, 1));
    world.register.reassess_all(&system(Job::Rescreening), 50, &mut |_| {}).unwrap();
    assert_eq!(state(&world, late), AccountState::Open);
    assert_eq!(world.register.lists(&system(Job::CommandLine)).unwrap().parties_behind, 0);
    assert_eq!(applied(&world, 3).1, AccountState::Open);
}

#[test]
fn a_required_list_that_is_not_in_force_reviews_everybody_and_is_named() {
    let world = World::sqlite();
    go_by(&world, &[CODE, "ofac-sdn"], 3);
    let (_, stands, why) = applied(&world, 1);
    assert_eq!(stands, AccountState::InReview);
    assert!(why.contains("the list ofac-sdn must be in force and is not"), "{why}");
}

#[test]
fn a_date_of_publication_is_corrected_by_importing_the_same_version_again() {
    let world = World::sqlite();
    let import = |day: &str| {
        let mapping = LIST_MAPPING.parse().unwrap();
        let reading = read_own_csv(&mapping, day.parse().ok(), LIST.as_bytes()).unwrap();
        world.register.import_list(&system(Job::CommandLine), &reading, &[]).unwrap()
    };
    for day in ["2026-03-01", "2026-02-01"] {
        let imported = import(day);
        assert!(imported.unchanged);
        assert_eq!(imported.header.published_on, day.parse().ok());
        let lists = world.register.lists(&system(Job::CommandLine)).unwrap();
        assert_eq!(lists.in_force[0].header.published_on, day.parse().ok());
    }
}
