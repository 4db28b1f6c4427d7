//! The check of everything: a sound store is sound, and every flipped bit in what is covered is found.

use crate::retention::{Journal, closed, erase_what_is_due};
use crate::world::{Applicant, World, on_both, staff, system};
use tenantry_model::staff::{Job, Role};
use tenantry_register::fsck::{Report, Step};

on_both!(a_sound_store_is_sound, an_erased_subject_is_no_finding, each_table_that_is_covered_is_looked_at,);

pub(crate) fn check(world: &World) -> Report {
    let mut check = world.register.check(&system(Job::CommandLine)).unwrap();
    while check.step().unwrap() == Step::More {}
    check.into_report()
}

fn work(world: &World) {
    for number in 1..=3 {
        world.apply(&Applicant::new(number));
    }
    let listed = world.apply(&Applicant::listed(4));
    let decision = serde_json::json!({ "verdict": "dismiss", "reason_code": "different_place" });
    world.decide(&staff(Role::Reviewer, 1), listed.cases[0], decision).unwrap();
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
}

fn a_sound_store_is_sound(world: &World) {
    work(world);
    for number in 10..90 {
        world.apply(&Applicant::new(number));
    }
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    let report = check(world);
    assert_eq!(report.findings, []);
    let checked = &report.checked;
    assert_eq!(checked.leaves, checked.leaves_total);
    assert_eq!((checked.bodies, checked.erased), (checked.leaves, 0));
    assert!(
        checked.tiles >= 1 && checked.checkpoints == 2 && checked.keys > 10 && checked.rows > 40,
        "{checked:?}"
    );
}

fn an_erased_subject_is_no_finding(world: &World) {
    closed(world, 1);
    world.apply(&Applicant::new(2));
    world.clock.advance_days(3 * 365);
    assert!(!erase_what_is_due(world, &Journal::default()).is_empty());
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    let report = check(world);
    assert_eq!(report.findings, []);
    assert!(report.checked.erased > 0);
}

/// One change behind the register's back per place, each found where it was made.
fn each_table_that_is_covered_is_looked_at(world: &World) {
    work(world);
    let changes: &[(&str, &str, &str)] = &[
        (
            "leaf",
            "UPDATE leaf SET recorded_at = recorded_at + 1 WHERE seq = 3",
            "UPDATE leaf SET recorded_at = recorded_at - 1 WHERE seq = 3",
        ),
        (
            "leaf",
            "UPDATE leaf SET class = 3 - class WHERE seq = 2",
            "UPDATE leaf SET class = 3 - class WHERE seq = 2",
        ),
        ("head", "UPDATE ledger_head SET size = size + 1", "UPDATE ledger_head SET size = size - 1"),
        ("checkpoint", "UPDATE checkpoint SET size = size - 1", "UPDATE checkpoint SET size = size + 1"),
        ("chain", "UPDATE subject_head SET seq = seq + 1", "UPDATE subject_head SET seq = seq - 1"),
        ("key", "UPDATE subject_key SET epoch = epoch + 1", "UPDATE subject_key SET epoch = epoch - 1"),
        (
            "decision",
            "UPDATE decision SET cause = cause || '!'",
            "UPDATE decision SET cause = replace(cause, '!', '')",
        ),
        (
            "pack",
            "UPDATE pack SET text = text || '!'",
            "UPDATE pack SET text = substr(text, 1, length(text) - 1)",
        ),
    ];
    for (place, change, back) in changes {
        world.run(change);
        let report = check(world);
        assert!(
            report.findings.iter().any(|finding| finding.place == *place),
            "{change}: {:?}",
            report.findings
        );
        world.run(back);
        assert_eq!(check(world).findings, [], "{back}");
    }
}

/// The scrubber comes through in steps, rests until the next day, and keeps what it found until a later pass does not.
#[test]
fn the_scrubber_comes_through_and_finds_rot() {
    let world = World::sqlite();
    work(&world);
    let pass = || {
        let before = world.register.scrub_state().done_at;
        for _ in 0..200 {
            world.register.scrub(&system(Job::Checkpoints)).unwrap();
            if world.register.scrub_state().done_at != before {
                return;
            }
        }
        panic!("a pass does not end");
    };
    pass();
    let state = world.register.scrub_state();
    assert_eq!((state.findings, state.checked.leaves), (Vec::new(), state.checked.leaves_total));
    world.run("UPDATE leaf SET recorded_at = recorded_at + 1 WHERE seq = 3");
    world.register.scrub(&system(Job::Checkpoints)).unwrap();
    assert!(world.register.scrub_state().findings.is_empty(), "the next pass is due tomorrow");
    world.clock.advance_days(1);
    pass();
    assert_eq!(world.register.scrub_state().findings[0].place, "leaf");
    world.run("UPDATE leaf SET recorded_at = recorded_at - 1 WHERE seq = 3");
    world.clock.advance_days(1);
    pass();
    assert!(world.register.scrub_state().findings.is_empty());
}

/// Bits flipped in the raw file of the embedded store. Whether a flip touched something that is covered is decided by a second
/// opinion that knows nothing of the check: the covered columns read with plain SQL before and after.
#[test]
fn every_flipped_bit_that_touches_what_is_covered_is_found() {
    let world = World::sqlite();
    work(&world);
    for number in 10..40 {
        world.apply(&Applicant::new(number));
    }
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    let sound = world.compact_file();
    let before = World::covered_of(&sound).unwrap();
    let (mut covered, mut found, mut elsewhere) = (0, 0, 0);
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..FLIPS {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bit = usize::try_from(dice >> 16).unwrap() % (sound.len() * 8);
        let mut flipped = sound.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let after = World::covered_of(&flipped);
        let touched = after.as_ref() != Some(&before);
        let noticed = world.check_of(&flipped).is_none_or(|report| !report.is_sound());
        match (touched, noticed) {
            (true, true) => (covered, found) = (covered + 1, found + 1),
            (true, false) => {
                let lines = after.unwrap_or_default();
                let changed: Vec<_> = lines.iter().filter(|line| !before.contains(line)).collect();
                panic!("bit {bit} changed what is covered and was not found: {changed:?}");
            }
            (false, true) => found += 1,
            (false, false) => elsewhere += 1,
        }
    }
    assert!(covered > FLIPS / 4, "the sample is worth something: {covered} of {FLIPS}");
    println!(
        "{FLIPS} flips: {covered} touched what is covered, {found} were found, {elsewhere} touched nothing that is covered"
    );
}

/// Flips in one run; enough to meet every table, few enough to be run always.
const FLIPS: usize = 200;
