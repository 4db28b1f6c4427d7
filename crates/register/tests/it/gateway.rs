//! The gateway before plaintext: it is shown only after the access record is durable. Where that cannot be written, nothing is
//! shown, however sound the reading of the rest is.

use crate::retention::closed;
use crate::world::{Applicant, World, staff};
use serde_json::json;
use std::fmt::Debug;
use std::sync::atomic::Ordering;
use tenantry_model::staff::Role;
use tenantry_register::{Call, RegisterError};
use tenantry_store::StoreError;

fn officer() -> Call {
    staff(Role::ComplianceOfficer, 1)
}

/// Asks twice: once while nothing can be written, once after.
#[track_caller]
fn check<T: Debug>(
    world: &World,
    sound: &std::sync::atomic::AtomicU64,
    ask: impl Fn() -> Result<T, RegisterError>,
) {
    let size = || world.register.ledger_state(&officer()).unwrap().size;
    let before = size();
    sound.store(0, Ordering::SeqCst);
    let refused = ask();
    sound.store(u64::MAX, Ordering::SeqCst);
    assert!(matches!(refused, Err(RegisterError::Store(StoreError::DiskFull))), "{refused:?}");
    assert_eq!(size(), before, "nothing was recorded");
    ask().unwrap();
    assert!(size() > before, "what was shown is a record");
}

#[test]
fn what_cannot_be_recorded_is_not_shown() {
    let (world, sound) = World::breakable();
    let register = &world.register;
    let listed = world.apply(&Applicant::listed(1));
    let (party, case) = (listed.parties["me"], listed.cases[0]);
    check(&world, &sound, || register.reveal(&officer(), party, &[]));
    // A lease shows the case; every look at it by whoever holds it is a record.
    check(&world, &sound, || register.lease(&staff(Role::Reviewer, 1), case).map(drop));

    let (account, _) = closed(&world, 2);
    let hold = json!({ "kind": "internal", "silence": "silent", "authority": "Counsel", "reference": "12",
        "matter": "about a person", "accounts": [account] });
    let hold = register.place_hold(&officer(), serde_json::from_value(hold).unwrap()).unwrap();
    check(&world, &sound, || register.hold_matter(&officer(), hold.id));

    let disclosure = json!({ "account": listed.account, "kinds": ["legal_name"], "recipient": "Court of Example",
        "legal_basis": "own_rights" });
    let asked = register.request_disclosure(&officer(), serde_json::from_value(disclosure).unwrap()).unwrap();
    world.approve(&staff(Role::Legal, 2)).unwrap();
    register.checkpoint(&crate::world::system(tenantry_model::staff::Job::Checkpoints)).unwrap();
    check(&world, &sound, || register.build_disclosure(&officer(), asked.approval).map(drop));
}
