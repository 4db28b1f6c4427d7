//! Changing root and epoch keys: two people, exactly once, nothing else changes, nothing of the old wrapping is left.

use crate::fsck::check;
use crate::world::{Applicant, OtherRoot, World, machine, on_both, staff, system};
use std::sync::Arc;
use tenantry_model::id::ApprovalId;
use tenantry_model::staff::{Job, Role};
use tenantry_register::RegisterError;
use tenantry_register::rotation::Rotation;

on_both!(a_new_root_needs_two_people_and_then_opens_everything, an_epoch_gets_a_new_key,);

fn approved(world: &World, rotation: Rotation) -> ApprovalId {
    let approval = world.register.request_rotation(&staff(Role::Administrator, 1), rotation).unwrap();
    world.approve(&staff(Role::ComplianceOfficer, 2)).unwrap();
    approval
}

fn a_new_root_needs_two_people_and_then_opens_everything(world: &World) {
    let register = &world.register;
    let party = world.apply(&Applicant::new(1)).parties["me"];
    let root = || Arc::new(OtherRoot);
    let operator = system(Job::CommandLine);
    assert!(matches!(
        register.request_rotation(&machine(None), Rotation::Root),
        Err(RegisterError::Forbidden { .. })
    ));
    let nobody = ApprovalId::from_bytes([1; 16]);
    assert!(matches!(register.rotate_root(&operator, nobody, root()), Err(RegisterError::SecondPerson)));
    let asked = register.request_rotation(&staff(Role::ComplianceOfficer, 1), Rotation::Root).unwrap();
    assert!(matches!(world.approve(&staff(Role::ComplianceOfficer, 1)), Err(RegisterError::SecondPerson)));
    assert!(matches!(register.rotate_root(&operator, asked, root()), Err(RegisterError::SecondPerson)));
    world.approve(&staff(Role::Legal, 2)).unwrap();
    let wrong = register.rotate_epoch(&operator, asked, 680, 1);
    assert!(matches!(wrong, Err(RegisterError::ApprovalVoid)), "{wrong:?}");
    assert!(register.rotate_root(&operator, asked, root()).unwrap() >= 3);
    let again = register.rotate_root(&operator, asked, root());
    assert!(matches!(again, Err(RegisterError::ApprovalVoid)), "{again:?}");
    // The old root opens nothing any more, the new one everything.
    assert!(world.reopened(Arc::new(crate::world::OpenRoot)).is_err());
    let reopened = world.reopened(root()).unwrap();
    let revealed = reopened.reveal(&staff(Role::ComplianceOfficer, 1), party, &[]).unwrap();
    assert!(!revealed.values.is_empty());
    let mut all = reopened.check(&operator).unwrap();
    while all.step().unwrap() == tenantry_register::fsck::Step::More {}
    assert_eq!(all.into_report().findings, []);
    reopened.checkpoint(&system(Job::Checkpoints)).unwrap();
    // An approval that nobody used in time is none.
    let late = {
        let approval = reopened.request_rotation(&staff(Role::Administrator, 1), Rotation::Root).unwrap();
        let waiting = reopened.approvals(&staff(Role::Legal, 2)).unwrap().remove(0);
        reopened.approve(&staff(Role::Legal, 2), waiting.id, waiting.content_hash).unwrap();
        approval
    };
    world.clock.advance_days(8);
    assert!(matches!(reopened.rotate_root(&operator, late, root()), Err(RegisterError::ApprovalVoid)));
}

fn an_epoch_gets_a_new_key(world: &World) {
    let party = world.apply(&Applicant::new(1)).parties["me"];
    let before = world.wrapped_key(party);
    // November 2026.
    let rotation = Rotation::Epoch { epoch: 56 * 12 + 10, class: 1 };
    assert_eq!(rotation.to_string(), "epoch 2026-11, class 1");
    let approval = approved(world, rotation);
    let wrapped = world.register.rotate_epoch(&system(Job::CommandLine), approval, 56 * 12 + 10, 1).unwrap();
    assert!(wrapped >= 2);
    assert_ne!(world.wrapped_key(party), before);
    let revealed = world.register.reveal(&staff(Role::ComplianceOfficer, 1), party, &[]).unwrap();
    assert!(!revealed.values.is_empty());
    assert_eq!(check(world).findings, []);
    if world.folder.is_some() {
        assert!(!world.files_contain(&before), "the old wrapping is still in a file");
    }
}
