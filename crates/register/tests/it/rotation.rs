//! Changing root and epoch keys: two people, exactly once, nothing else changes, nothing of the old wrapping is left.

use crate::fsck::check;
use crate::world::{Applicant, OpenRoot, OtherRoot, World, machine, on_both, staff, system};
use std::sync::Arc;
use tenantry_model::id::ApprovalId;
use tenantry_model::staff::{Job, Role};
use tenantry_register::RegisterError;
use tenantry_register::rotation::Rotation;
use tenantry_vault::RootKey;

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
    assert!(world.reopened(Arc::new(OpenRoot)).is_err());
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

/// What reaches a backup that still holds the wrapped keys of somebody who was erased: another root, and nothing else. A key of a
/// month does not, because it lies in the same backup.
#[test]
fn a_backup_from_before_opens_under_the_old_root_only() {
    let world = World::sqlite();
    let party = world.apply(&Applicant::new(1)).parties["me"];
    let before = world.compact_file();
    let month = 56 * 12 + 10;
    let approval = approved(&world, Rotation::Epoch { epoch: month, class: 1 });
    world.register.rotate_epoch(&system(Job::CommandLine), approval, month, 1).unwrap();
    let reader = staff(Role::ComplianceOfficer, 1);
    let shows = |root: Arc<dyn RootKey>| match world.opened_under(&before, root) {
        Some((copy, _folder)) => copy.reveal(&reader, party, &[]).is_ok_and(|shown| !shown.values.is_empty()),
        None => false,
    };
    assert!(shows(Arc::new(OpenRoot)), "a new key of the month did not reach it");
    let approval = approved(&world, Rotation::Root);
    world.register.rotate_root(&system(Job::CommandLine), approval, Arc::new(OtherRoot)).unwrap();
    assert!(!shows(Arc::new(OtherRoot)), "the root that is in use opens no backup from before it");
    assert!(shows(Arc::new(OpenRoot)), "the old one does as long as there is a copy of it");
}
