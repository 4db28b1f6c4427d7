//! How old the gate's answers are, and that old ones are a no.

use crate::world::{Applicant, OpenRoot, World, on_both, staff, system};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tenantry_model::account::Capability;
use tenantry_model::clock::Clock;
use tenantry_model::staff::{Job, Role};
use tenantry_model::time::Timestamp;
use tenantry_policy::gate::Answer;
use tenantry_register::Register;
use tenantry_register::gate::{GateAnswer, STALE_AFTER_US};
use tenantry_testkit::SeededEntropy;

on_both!(
    a_measure_reaches_the_gate_with_its_approval,
    a_measure_that_accounts_were_not_assessed_under_ages_the_gate
);

fn measure(target: Value) -> Value {
    json!({ "title": "Test measure", "citation": "15 CFR 7.307(b), test determination", "target": target,
            "effect": { "effect": "prohibit" }, "determined_on": "2026-11-20", "effective": { "from": "at_once" } })
}

fn approve(world: &World, measure: Value) {
    let officer = staff(Role::ComplianceOfficer, 1);
    world.register.propose_measure(&officer, serde_json::from_value(measure).unwrap()).unwrap();
    // The second person takes their time.
    world.clock.advance_micros(3_600_000_000);
    world.register.follow_gate().unwrap();
    world.approve(&staff(Role::Legal, 2)).unwrap();
}

fn a_measure_reaches_the_gate_with_its_approval(world: &World) {
    let in_country = world.apply(&Applicant::new(1).in_country("BY"));
    let named = world.apply(&Applicant::new(2));
    let other = world.apply(&Applicant::new(3));
    let asked = |reference: &str| world.register.gate(reference, Capability::Provision).answer;
    approve(world, measure(json!({ "kind": "jurisdiction", "jurisdictions": ["BY"] })));
    assert_eq!((asked(&in_country.reference), asked(&named.reference)), (Answer::Deny, Answer::Allow));
    world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    let person = json!({ "names": ["Somebody Else"], "confirmed": [named.parties["me"]] });
    approve(world, measure(json!({ "kind": "person", "persons": [person] })));
    assert_eq!((asked(&named.reference), asked(&other.reference)), (Answer::Deny, Answer::Allow));
}

fn a_measure_that_accounts_were_not_assessed_under_ages_the_gate(world: &World) {
    let applied = world.apply(&Applicant::new(1));
    let asked = || {
        world.register.follow_gate().unwrap();
        let GateAnswer { answer, age_ms, reasons, .. } =
            world.register.gate(&applied.reference, Capability::Provision);
        (answer, age_ms, reasons)
    };
    assert_eq!(asked(), (Answer::Allow, 0, Vec::new()));
    approve(world, measure(json!({ "kind": "jurisdiction", "jurisdictions": ["BY"] })));
    assert_eq!(asked(), (Answer::Allow, 0, Vec::new()), "it counts from the approval");
    world.clock.advance_micros(4_000_000);
    assert_eq!(asked(), (Answer::Allow, 4_000, Vec::new()), "followed just now, but before the pass");
    assert_eq!(world.register.gate_followed_ago_ms(), 0);
    world.clock.advance_micros(STALE_AFTER_US);
    assert_eq!(asked(), (Answer::Deny, 19_000, vec!["gate_stale".to_owned()]));
    let next = world.reopened(Arc::new(OpenRoot)).unwrap();
    assert_eq!(
        next.gate(&applied.reference, Capability::Provision).age_ms,
        19_000,
        "for another process as well"
    );
    world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    assert_eq!(asked(), (Answer::Allow, 0, Vec::new()));
}

#[test]
fn whom_the_pass_has_met_is_not_doubted_and_an_interrupted_pass_goes_on() {
    const ACCOUNTS: u16 = 1_150;
    let (world, sound) = World::breakable();
    let accounts: Vec<_> =
        (1..=ACCOUNTS).map(|number| world.apply(&Applicant::new(number)).account).collect();
    approve(&world, measure(json!({ "kind": "jurisdiction", "jurisdictions": ["BY"] })));
    world.clock.advance_micros(STALE_AFTER_US + 1_000_000);
    let asked = |register: &Register, at: u16| {
        let answer = register.gate(&accounts[usize::from(at)].to_string(), Capability::Provision);
        (answer.answer, answer.age_ms)
    };
    let (met, doubted) = ((Answer::Allow, 0), (Answer::Deny, 16_000));
    world.register.follow_gate().unwrap();
    assert_eq!((asked(&world.register, 0), asked(&world.register, ACCOUNTS - 1)), (doubted, doubted));
    // The disk is full when it is to be written down for the second time how far the pass has come.
    sound.store(1, Ordering::SeqCst);
    world.register.mind_clocks(&system(Job::Clocks)).unwrap_err();
    sound.store(u64::MAX, Ordering::SeqCst);
    let next = world.reopened(Arc::new(OpenRoot)).unwrap();
    for register in [&world.register, &next] {
        register.follow_gate().unwrap();
        let answers = [0, 499, 500, ACCOUNTS - 1].map(|at| asked(register, at));
        assert_eq!(answers, [met, met, doubted, doubted]);
        assert_eq!(register.gate("no such account", Capability::Provision).answer, Answer::Deny);
    }
    let done = next.mind_clocks(&system(Job::Clocks)).unwrap();
    assert_eq!((done.began.len(), done.pass.accounts), (1, u64::from(ACCOUNTS)), "all of them, in two goes");
    assert_eq!((asked(&next, 500), asked(&next, ACCOUNTS - 1)), (met, met));
}

/// A clock on the wall that is set, and time that passes.
#[derive(Default)]
struct Wall {
    now_us: AtomicI64,
    passed_us: AtomicI64,
}

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now_us.load(Ordering::SeqCst))
    }

    fn ticks_us(&self) -> i64 {
        self.passed_us.load(Ordering::SeqCst)
    }
}

#[test]
fn setting_the_clock_makes_no_answer_younger_or_older() {
    let world = World::sqlite();
    let applied = world.apply(&Applicant::new(1));
    let wall = Arc::new(Wall::default());
    wall.now_us.store(world.now().as_micros(), Ordering::SeqCst);
    let (store, clock, entropy) = (world.store.clone(), wall.clone(), Arc::new(SeededEntropy::new(5)));
    let register = Register::open(store, Arc::new(OpenRoot), clock, entropy).unwrap();
    let asked = || {
        let answer = register.gate(&applied.reference, Capability::Provision);
        (answer.answer, answer.age_ms)
    };
    wall.now_us.fetch_add(3_600_000_000, Ordering::SeqCst);
    assert_eq!(asked(), (Answer::Allow, 0), "set forward");
    wall.now_us.fetch_sub(7_200_000_000, Ordering::SeqCst);
    wall.passed_us.fetch_add(STALE_AFTER_US + 1_000, Ordering::SeqCst);
    assert_eq!(asked(), (Answer::Deny, 15_001), "set back");
    // Nor does it make a measure younger that the account was not assessed under.
    register.follow_gate().unwrap();
    approve(&world, measure(json!({ "kind": "jurisdiction", "jurisdictions": ["BY"] })));
    wall.now_us.store(world.now().as_micros() + 2_000_000, Ordering::SeqCst);
    register.follow_gate().unwrap();
    assert_eq!(asked(), (Answer::Allow, 2_000));
    wall.now_us.fetch_sub(3_600_000_000, Ordering::SeqCst);
    for passed in [5_000_000, 8_000_000, 1_000_000] {
        wall.passed_us.fetch_add(passed, Ordering::SeqCst);
        register.follow_gate().unwrap();
    }
    assert_eq!(asked(), (Answer::Deny, 16_000), "set back while a measure waits");
}
