//! What somebody could do who has the database in hand and changes what was signed: nothing is signed over it, and the check
//! says where. What two who write at once do to it: nothing.
//!
//! An older copy of the database in its place is refused in `signing` and `witnessing`, an old checkpoint shown to a witness again
//! in the tests of `tenantry-witness`.

use crate::fsck::check;
use crate::world::{Applicant, OpenRoot, World, on_both, system};
use std::sync::Arc;
use tenantry_model::staff::Job;
use tenantry_register::Register;
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::SeededEntropy;

on_both!(
    leaves_that_changed_places_are_found,
    a_tail_that_was_cut_off_is_found,
    a_leaf_put_in_between_is_found,
);

fn signed(world: &World) {
    for number in 1..=3 {
        world.apply(&Applicant::new(number));
    }
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
}

/// The check finds it, and after the next change nothing is signed.
#[track_caller]
fn assert_found(world: &World, place: &str) {
    let report = check(world);
    assert!(report.findings.iter().any(|finding| finding.place == place), "{:?}", report.findings);
    // Whoever opens it next is refused, or signs nothing.
    if let Ok(reopened) = world.reopened(Arc::new(OpenRoot)) {
        let _applied = reopened.apply(&system(Job::SetUp), Applicant::new(9).sent());
        let signed = reopened.checkpoint(&system(Job::Checkpoints));
        assert!(signed.is_err(), "{signed:?}");
    }
}

fn leaves_that_changed_places_are_found(world: &World) {
    signed(world);
    world.run(
        "UPDATE leaf SET seq = -1 WHERE seq = 3; UPDATE leaf SET seq = 3 WHERE seq = 4; UPDATE leaf SET seq = 4 WHERE seq = -1",
    );
    assert_found(world, "leaf");
}

fn a_tail_that_was_cut_off_is_found(world: &World) {
    signed(world);
    world.run("DELETE FROM leaf WHERE seq >= (SELECT size - 2 FROM ledger_head)");
    assert_found(world, "head");
}

fn a_leaf_put_in_between_is_found(world: &World) {
    signed(world);
    world.run(
        "UPDATE leaf SET seq = -seq WHERE seq >= 4; UPDATE leaf SET seq = 1 - seq WHERE seq < 0; \
         INSERT INTO leaf (seq, type, recorded_at, subject, subject_seq, prev, class, bytes, body) \
         SELECT 4, type, recorded_at, subject, subject_seq, prev, class, bytes, body FROM leaf WHERE seq = 3",
    );
    assert_found(world, "leaf");
}

#[test]
fn two_processes_that_write_at_once_write_one_history() {
    let world = World::sqlite();
    let path = world.folder.as_ref().unwrap().path().join("register.db");
    let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    let (clock, entropy) = (Arc::new(world.clock.clone()), Arc::new(SeededEntropy::new(78)));
    let other = Register::open(Arc::new(store), Arc::new(OpenRoot), clock, entropy).unwrap();
    std::thread::scope(|scope| {
        for (register, numbers) in [(&world.register, 0..10), (&other, 10..20)] {
            scope.spawn(move || {
                for number in numbers {
                    register.apply(&system(Job::SetUp), Applicant::new(number).sent()).unwrap();
                }
            });
        }
    });
    for register in [&world.register, &other] {
        register.checkpoint(&system(Job::Checkpoints)).unwrap();
    }
    assert_eq!(check(&world).findings, []);
    assert_eq!((world.register.ledger_trouble(), other.ledger_trouble()), (None, None));
}
