//! Another policy pack: two people agree on its exact text, then everybody is decided under it.

use crate::fsck::check;
use crate::world::{Applicant, PACK, World, on_both, staff, system};
use tenantry_model::staff::{Job, Role};
use tenantry_register::approvals::ContentHash;
use tenantry_register::{Call, Reason, RegisterError};

on_both!(
    a_pack_is_adopted_by_two_people_and_everybody_is_decided_under_it,
    a_text_that_is_no_pack_is_refused_with_the_place,
    a_pack_that_nobody_adopted_is_found,
);

fn officer(number: u8) -> Call {
    staff(Role::ComplianceOfficer, number).because(Reason::parse("the programme was revised").unwrap())
}

/// A pack under which a tenth makes an owner.
fn other() -> String {
    PACK.replace("version = \"1.2.0\"", "version = \"1.3.0\"").replacen("value = \"25\"", "value = \"10\"", 1)
}

fn a_pack_is_adopted_by_two_people_and_everybody_is_decided_under_it(world: &World) {
    let before = world.apply(&Applicant::new(1));
    world.register.rescreen(&system(Job::Rescreening), 100, &mut |_| {}).unwrap();
    world.register.propose_pack(&officer(1), other()).unwrap();
    assert!(matches!(world.approve(&officer(1)), Err(RegisterError::SecondPerson)));
    let clocks = system(Job::Clocks);
    assert!(!world.register.pack_waits(&clocks).unwrap());
    assert_eq!(world.register.pack_in_force(&officer(1)).unwrap().version, "1.2.0");
    world.approve(&officer(2)).unwrap();
    let adopted = world.register.pack_in_force(&officer(1)).unwrap();
    assert_eq!((adopted.version.as_str(), adopted.text == other()), ("1.3.0", true));
    let after = world.apply(&Applicant::new(2));
    assert_eq!(after.decision.pack.version, "1.3.0");
    assert!(world.register.pack_waits(&clocks).unwrap(), "the first was decided under the pack before");
    world.register.rescreen(&system(Job::Rescreening), 100, &mut |_| {}).unwrap();
    assert!(!world.register.pack_waits(&clocks).unwrap());
    let view = world.register.account(&officer(1), before.account).unwrap();
    assert_eq!(view.decision.unwrap().pack.version, "1.3.0");
    for decision in [before.decision_id, view.decisions[0].id] {
        let replayed = world.register.replay(&officer(1), decision).unwrap();
        assert!(replayed.same, "{:?}", replayed.differences);
    }
    assert_eq!(check(world).findings, []);
}

fn a_text_that_is_no_pack_is_refused_with_the_place(world: &World) {
    let wrong = PACK.replacen("title =", "titel =", 1);
    match world.register.propose_pack(&officer(1), wrong) {
        Err(RegisterError::Invalid { pointer, detail }) => {
            assert_eq!(pointer, "/text");
            assert!(detail.contains("unknown field `titel`"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    let same = world.register.propose_pack(&officer(1), PACK.to_owned());
    assert!(matches!(same, Err(RegisterError::State { .. })));
    let unknown = world.register.pack(&officer(1), ContentHash::from_bytes([1; 32]));
    assert!(matches!(unknown, Err(RegisterError::NotFound { .. })));
    let alone = world.register.propose_pack(&staff(Role::Legal, 1), other());
    assert!(matches!(alone, Err(RegisterError::Forbidden { .. })));
}

fn a_pack_that_nobody_adopted_is_found(world: &World) {
    world.register.propose_pack(&officer(1), other()).unwrap();
    assert_eq!(check(world).findings, []);
    world.run("UPDATE setting SET value = (SELECT hash FROM pack WHERE text LIKE '%\"1.3.0\"%') WHERE name = 'pack'");
    let found = check(world).findings;
    assert!(found.iter().any(|finding| finding.place == "pack"), "{found:?}");
}
