//! One account that cannot be opened keeps nobody else waiting: its own gate is closed, the pass ends for all others, and when the account
//! can be opened again it is as if nothing had been.

use crate::fsck::check;
use crate::world::{Applicant, World, on_both, staff, system};
use serde_json::json;
use tenantry_model::account::{Capability, Ending};
use tenantry_model::id::{AccountId, PartyId};
use tenantry_model::staff::{Job, Role};
use tenantry_register::Applied;
use tenantry_store::{StoreExt, Tx, params, query_one, statements};

on_both!(
    a_measure_begins_for_everybody_behind_an_account_that_cannot_be_opened,
    a_new_list_meets_everybody_behind_an_account_that_cannot_be_opened,
    what_waits_below_a_reseller_is_done_although_one_account_cannot_be_opened,
);

statements! {
    SEALED_NAME = "SELECT sealed FROM fact WHERE party = $1 AND kind = 'legal_name'";
    REPLACE_NAME = "UPDATE fact SET sealed = $2 WHERE party = $1 AND kind = 'legal_name'";
}

/// Puts bytes in the place of the sealed name of a party. Answers what was there.
fn put(world: &World, party: PartyId, sealed: Vec<u8>) -> Vec<u8> {
    let swap = move |tx: &mut dyn Tx| {
        let before = query_one(tx, &SEALED_NAME, params![party], |row| Ok(row.bytes(0)?.to_vec()))?.unwrap();
        tx.execute(&REPLACE_NAME, params![party, &sealed])?;
        Ok::<_, tenantry_store::StoreError>(before)
    };
    world.store.write(swap).unwrap()
}

/// Turns over one bit of the sealed name of a party. Answers what was there.
fn damage(world: &World, party: PartyId) -> Vec<u8> {
    let sound = put(world, party, Vec::new());
    let mut damaged = sound.clone();
    *damaged.last_mut().unwrap() ^= 1;
    put(world, party, damaged);
    sound
}

fn reasons(world: &World, account: AccountId) -> Vec<String> {
    world.register.follow_gate().unwrap();
    world.register.gate(&account.to_string(), Capability::Provision).reasons
}

fn not_assessed(world: &World) -> (i64, Vec<AccountId>) {
    let found = world.register.not_assessed(&system(Job::Clocks)).unwrap();
    (found.count, found.accounts)
}

fn size(world: &World) -> u64 {
    world.register.ledger_state(&staff(Role::Auditor, 1)).unwrap().size
}

/// Accounts one after another; the second is damaged. Answers all, and what was at the damaged place.
fn five_of_which_one_is_damaged(world: &World) -> (Vec<Applied>, Vec<u8>) {
    let all: Vec<_> = (1..=5).map(|number| world.apply(&Applicant::new(number))).collect();
    let sound = damage(world, all[1].parties["me"]);
    (all, sound)
}

fn a_measure_begins_for_everybody_behind_an_account_that_cannot_be_opened(world: &World) {
    let (all, sound) = five_of_which_one_is_damaged(world);
    let measure = json!({ "title": "Measure", "target": { "kind": "jurisdiction", "jurisdictions": ["NZ"] },
        "effect": { "effect": "prohibit" }, "citation": "15 CFR 7.307(b), test determination",
        "determined_on": "2026-10-20", "effective": { "from": "at_once" } });
    let officer = staff(Role::ComplianceOfficer, 1);
    let preview =
        world.register.preview_measure(&officer, serde_json::from_value(measure.clone()).unwrap()).unwrap();
    assert_eq!((preview.accounts, preview.on_effective_date.certain), (5, 4), "the others are counted");
    assert_eq!((preview.not_assessed, preview.not_assessed_accounts), (1, vec![all[1].account]));
    let proposed =
        world.register.propose_measure(&officer, serde_json::from_value(measure).unwrap()).unwrap().measure;
    world.approve(&staff(Role::Legal, 1)).unwrap();
    let minded = world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    assert_eq!(minded.began, [proposed], "it is carried out");
    assert_eq!((minded.pass.accounts, minded.pass.not_assessed), (5, 1));
    // Later than the gate bears with a measure that is not carried out.
    world.clock.advance_micros(60_000_000);
    let damaged = all[1].account;
    for applied in &all {
        let rule = if applied.account == damaged { "not_assessed" } else { "measure_prohibits" };
        assert!(reasons(world, applied.account).contains(&rule.to_owned()), "{}", applied.account);
    }
    assert_eq!(not_assessed(world), (1, vec![damaged]));
    let before = size(world);
    let minded = world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    assert_eq!((minded.ran_out.not_assessed, size(world)), (1, before), "tried again, and closed once");

    put(world, all[1].parties["me"], sound);
    let minded = world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    assert_eq!((minded.ran_out.accounts, minded.ran_out.not_assessed), (1, 0));
    assert!(reasons(world, damaged).contains(&"measure_prohibits".to_owned()), "assessed under the measure");
    assert_eq!(not_assessed(world), (0, Vec::new()));
    assert!(check(world).findings.is_empty(), "{:?}", check(world).findings);
}

fn a_new_list_meets_everybody_behind_an_account_that_cannot_be_opened(world: &World) {
    let rescreening = system(Job::Rescreening);
    let first = world.apply(&Applicant::new(9));
    world.register.rescreen(&rescreening, 500, &mut |_| {}).unwrap();
    let (all, sound) = five_of_which_one_is_damaged(world);
    let (damaged, name) = (all[1].account, Applicant::new(4).name);
    world.import(&format!("{}3,\"{name}\",1985-04-12,nz\n", crate::world::LIST));
    let pass = world.register.rescreen(&rescreening, 500, &mut |_| {}).unwrap();
    assert_eq!((pass.accounts, pass.not_assessed), (6, 1));
    assert_eq!(reasons(world, damaged), ["not_assessed"]);
    assert!(reasons(world, first.account).is_empty(), "everybody else goes on");
    let found = world.register.account(&system(Job::Rescreening), all[3].account).unwrap();
    assert_eq!(found.cases.len(), 1, "whom the new entry names is found behind it");
    assert_eq!(
        world.register.parties_behind(&rescreening).unwrap(),
        1,
        "one was not screened, and it is said"
    );
    assert!(
        !world.register.rescreening_waits(&rescreening).unwrap(),
        "another pass over everybody changes nothing"
    );

    put(world, all[1].parties["me"], sound);
    world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    assert!(reasons(world, damaged).is_empty(), "open as before");
    assert_eq!(world.register.parties_behind(&rescreening).unwrap(), 0);
    assert!(check(world).findings.is_empty(), "{:?}", check(world).findings);
}

fn what_waits_below_a_reseller_is_done_although_one_account_cannot_be_opened(world: &World) {
    let reseller = world.apply(&Applicant::new(1).selling());
    let below =
        |number| world.apply(&Applicant { reseller: Some(reseller.account), ..Applicant::new(number) });
    let [first, damaged, last] = [11, 12, 13].map(below);
    damage(world, damaged.parties["me"]);
    let officer = staff(Role::ComplianceOfficer, 1);
    let version = world.register.account(&officer, reseller.account).unwrap().summary.version;
    world.register.close_account(&officer, reseller.account, version, Ending::ForCause).unwrap();
    world.register.finish_below(&system(Job::Rescreening)).unwrap();
    assert_eq!(world.register.finish_below(&system(Job::Rescreening)).unwrap(), 0, "nothing waits any more");
    for sound in [first, last] {
        assert_eq!(world.register.account(&officer, sound.account).unwrap().cases.len(), 1);
    }
    assert_eq!(reasons(world, damaged.account), ["not_assessed"]);
}
