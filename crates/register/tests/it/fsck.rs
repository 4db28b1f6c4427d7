//! The check of everything: a sound store is sound, and every flipped bit in what is covered is found.

use crate::retention::{Journal, closed, erase_what_is_due};
use crate::world::{Applicant, World, on_both, staff, system};
use serde_json::json;
use std::collections::BTreeSet;
use tenantry_model::clock::Clock as _;
use tenantry_model::id::{AccountId, ApiKeyId};
use tenantry_model::staff::{Actor, Job, Role, Scope};
use tenantry_register::fsck::{FINDINGS_PER_PLACE_MAX, Report, Step};
use tenantry_register::people::{NewApiKey, NewStaff};
use tenantry_register::{Call, RegisterError};
use tenantry_store::repo::account;
use tenantry_store::{StoreError, StoreExt as _, params, statements};

statements! {
    ADD_ROW = "INSERT INTO event_subject (subject, leaf) VALUES ($1, $2)";
    REMOVE_ROW = "DELETE FROM event_subject WHERE subject = $1 AND leaf = $2";
    MOVE_BATCH = "UPDATE event_batch SET leaf = $2 WHERE leaf = $1";
}

on_both!(
    a_sound_store_is_sound,
    an_erased_subject_is_no_finding,
    each_table_that_is_covered_is_looked_at,
    what_stands_in_columns_is_what_was_recorded,
    whom_batches_are_about_is_told_by_their_events,
);

pub(crate) fn check(world: &World) -> Report {
    let mut check = world.register.check(&system(Job::CommandLine)).unwrap();
    while check.step().unwrap() == Step::More {}
    check.into_report()
}

/// Reports accesses of these accounts by the batch.
fn report_accesses(world: &World, accounts: &[AccountId]) -> u64 {
    let (id, scopes) = (ApiKeyId::from_bytes([5; 16]), vec![Scope::Events]);
    let key = Call::by(Actor::ApiKey { id, scopes, reseller: None });
    let access = json!({ "at": world.clock.now(), "access": "access", "ip": "198.51.100.7" });
    let accesses = accounts.iter().map(|id| (*id, serde_json::from_value(access.clone()).unwrap()));
    world.register.report_accesses(&key, accesses.collect()).unwrap().leaf
}

pub(crate) fn work(world: &World) {
    let accounts = [1, 2, 3].map(|number| world.apply(&Applicant::new(number)).account);
    report_accesses(world, &[accounts[0], accounts[1], accounts[0]]);
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
    // A bit of a list.
    world.run("UPDATE snapshot SET list = 'another'");
    assert!(
        check(world).findings.iter().any(|finding| finding.what.contains("not those that were imported"))
    );
    world.run("UPDATE snapshot SET list = 'test-list'");
    world.run("UPDATE snapshot SET superseded_at = 1");
    assert!(check(world).findings.iter().any(|finding| finding.what.contains("in force is not")));
    world.run("UPDATE snapshot SET superseded_at = NULL");
    assert_eq!(check(world).findings, []);
    // What is gone is found, too.
    for (place, gone) in [
        ("tile", "DELETE FROM tile"),
        ("body", "DELETE FROM fact WHERE kind = 'date_of_birth'"),
        ("checkpoint", "DELETE FROM checkpoint"),
    ] {
        world.run(gone);
        let report = check(world);
        assert!(report.findings.iter().any(|f| f.place == place), "{gone}: {:?}", report.findings);
    }
}

fn an_erased_subject_is_no_finding(world: &World) {
    let (account, party) = closed(world, 1);
    report_accesses(world, &[account]);
    world.apply(&Applicant::new(2));
    world.clock.advance_days(3 * 365);
    assert!(!erase_what_is_due(world, &Journal::default()).is_empty());
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    let report = check(world);
    assert_eq!(report.findings, []);
    assert!(report.checked.erased > 0);
    // Nothing makes a new key for it, which nothing would erase any more.
    let access = json!({ "at": world.clock.now(), "access": "access", "ip": "198.51.100.7" });
    let access = || serde_json::from_value(access.clone()).unwrap();
    let key = Call::by(Actor::ApiKey {
        id: ApiKeyId::from_bytes([5; 16]),
        scopes: vec![Scope::Events],
        reseller: None,
    });
    let refused = world.register.report_access(&key, account, access());
    assert!(matches!(refused, Err(RegisterError::Erased)), "{refused:?}");
    let refused = world.register.report_accesses(&key, vec![(account, access())]);
    assert!(matches!(refused, Err(RegisterError::Erased)), "{refused:?}");
    let facts = json!({ "facts": [{ "fact": { "kind": "located_in", "jurisdiction": "AU" } }] });
    let refused =
        world.register.add_facts(&staff(Role::Reviewer, 1), party, serde_json::from_value(facts).unwrap());
    assert!(matches!(refused, Err(RegisterError::Erased)), "{refused:?}");
    assert_eq!(check(world).findings, []);
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
        ("body", "UPDATE fact SET stated_at = stated_at + 1", "UPDATE fact SET stated_at = stated_at - 1"),
        (
            "approval",
            "UPDATE approval SET state = 'approved', decided_by = requested_by",
            "UPDATE approval SET state = 'waiting', decided_by = NULL",
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

/// What decides what people may do, changed behind the register's back: the records say otherwise.
fn what_stands_in_columns_is_what_was_recorded(world: &World) {
    work(world);
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
    let reseller = world.apply(&Applicant::new(20).selling());
    world.apply(&Applicant { reseller: Some(reseller.account), ..Applicant::new(21) });
    let (closed, _) = closed(world, 22);
    let officer = staff(Role::ComplianceOfficer, 1);
    let measure = json!({ "title": "Test measure", "citation": "none", "effect": { "effect": "prohibit" },
        "target": { "kind": "jurisdiction", "jurisdictions": ["BY"] }, "determined_on": "2026-11-20",
        "effective": { "from": "at_once" } });
    let measure = serde_json::from_value(measure).unwrap();
    world.register.propose_measure(&officer, measure).unwrap();
    world.approve(&staff(Role::Legal, 2)).unwrap();
    world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    let hold = json!({ "kind": "internal", "silence": "silent", "authority": "Counsel", "reference": "12",
        "matter": "about a person", "accounts": [closed] });
    world.register.place_hold(&officer, serde_json::from_value(hold).unwrap()).unwrap();
    let key = NewApiKey { label: "gate".to_owned(), scopes: vec![Scope::Gate], reseller: None };
    world.register.create_api_key(&system(Job::SetUp), key).unwrap();
    let admin = staff(Role::Administrator, 1);
    let colleague =
        |login: &str| NewStaff { login: login.to_owned(), name: login.to_owned(), role: Role::Reviewer };
    let added = world.register.add_staff(&system(Job::CommandLine), colleague("one")).unwrap();
    world.register.disable_staff(&admin, added).unwrap();
    world.register.invite_staff(&admin, colleague("two")).unwrap();
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    assert_eq!(check(world).findings, []);
    let changes: &[(&str, &str, &str)] = &[
        (
            "UPDATE account SET gate = replace(gate, 'A', 'C')",
            "UPDATE account SET gate = replace(gate, 'C', 'A')",
            "the gate says of it",
        ),
        (
            "UPDATE account SET state = 'restricted' WHERE state = 'open'",
            "UPDATE account SET state = 'open' WHERE state = 'restricted'",
            "stands as restricted, its records say open",
        ),
        (
            "UPDATE account SET for_cause = 1 - for_cause",
            "UPDATE account SET for_cause = 1 - for_cause",
            "for cause",
        ),
        (
            "UPDATE account SET opened_at = opened_at + 1",
            "UPDATE account SET opened_at = opened_at - 1",
            "another time",
        ),
        (
            "UPDATE account SET closed_at = closed_at - 1",
            "UPDATE account SET closed_at = closed_at + 1",
            "another time",
        ),
        (
            "UPDATE account SET erased_class = 1",
            "UPDATE account SET erased_class = 0",
            "stands as erased, and no record says so",
        ),
        (
            "UPDATE account SET reference = reference || '!'",
            "UPDATE account SET reference = replace(reference, '!', '')",
            "reference",
        ),
        (
            "UPDATE account_role SET role = 'beneficial_owner' WHERE role = 'customer'",
            "UPDATE account_role SET role = 'customer' WHERE role = 'beneficial_owner'",
            "roles",
        ),
        (
            "UPDATE measure SET state = 'lifted'",
            "UPDATE measure SET state = 'approved'",
            "stands as lifted, its records say approved",
        ),
        (
            "UPDATE measure SET expires_at = expires_at - 1",
            "UPDATE measure SET expires_at = expires_at + 1",
            "dates",
        ),
        (
            "UPDATE measure SET applied_at = applied_at + 1",
            "UPDATE measure SET applied_at = applied_at - 1",
            "applied or ended",
        ),
        (
            "UPDATE legal_hold SET state = 'released'",
            "UPDATE legal_hold SET state = 'in_force'",
            "stands as released, its records say in_force",
        ),
        (
            "UPDATE finding SET entity = entity || '!'",
            "UPDATE finding SET entity = replace(entity, '!', '')",
            "no record says dismiss",
        ),
        (
            "UPDATE api_key SET scopes = scopes || ' read'",
            "UPDATE api_key SET scopes = replace(scopes, ' read', '')",
            "the key is not what its records say",
        ),
        (
            "UPDATE staff SET role = 'administrator' WHERE role = 'reviewer'",
            "UPDATE staff SET role = 'reviewer' WHERE role = 'administrator'",
            "role or access is not what the records say",
        ),
        (
            "UPDATE api_key SET revoked_at = created_at",
            "UPDATE api_key SET revoked_at = NULL",
            "the key is not what its records say",
        ),
    ];
    for (change, back, said) in changes {
        world.run(change);
        let findings = check(world).findings;
        assert!(findings.iter().any(|f| f.what.contains(said)), "{change}: {findings:?}");
        world.run(back);
        assert_eq!(check(world).findings, [], "{back}");
    }
    // What cannot be put back, one after the other.
    for (change, said) in [
        ("UPDATE account SET decision = NULL", "does not stand on its newest decision"),
        ("UPDATE account SET parent = NULL", "reseller"),
        ("UPDATE finding SET case_id = party", "its case is not there"),
        ("DELETE FROM hold_object", "other objects"),
        ("DELETE FROM legal_hold", "the hold"),
        ("DELETE FROM measure", "the measure"),
        ("DELETE FROM case_file", "the case"),
    ] {
        world.run(change);
        let findings = check(world).findings;
        assert!(findings.iter().any(|f| f.what.contains(said)), "{change}: {findings:?}");
    }
}

/// A change of the table of whom batches are about, behind the register's back.
#[derive(Debug, Clone, Copy)]
enum Change {
    Add([u8; 16], u64),
    Remove([u8; 16], u64),
    MoveBatch(u64, u64),
}

impl Change {
    fn make(self, world: &World) {
        let changed: Result<u64, StoreError> = world.store.write(move |tx| match self {
            Self::Add(subject, leaf) => tx.execute(&ADD_ROW, params![subject, leaf as i64]),
            Self::Remove(subject, leaf) => tx.execute(&REMOVE_ROW, params![subject, leaf as i64]),
            Self::MoveBatch(from, to) => tx.execute(&MOVE_BATCH, params![from as i64, to as i64]),
        });
        assert_eq!(changed, Ok(1), "{self:?}");
    }

    const fn back(self) -> Self {
        match self {
            Self::Add(subject, leaf) => Self::Remove(subject, leaf),
            Self::Remove(subject, leaf) => Self::Add(subject, leaf),
            Self::MoveBatch(from, to) => Self::MoveBatch(to, from),
        }
    }
}

/// Rows that say whom a batch is about: one that is missing, one too many, one that is wrong, each named; and the batch itself.
fn whom_batches_are_about_is_told_by_their_events(world: &World) {
    let accounts = [1, 2, 3].map(|number| world.apply(&Applicant::new(number)).account);
    let leaf = report_accesses(world, &accounts[..2]);
    let later = report_accesses(world, &accounts[..1]);
    let [first, second, third] = accounts.map(|account| {
        let found = world.store.read(move |tx| account::find(tx, account)).unwrap();
        found.unwrap().subject
    });
    assert_eq!(check(world).findings, []);
    let name = |subject: [u8; 16]| format!("{:032x}", u128::from_be_bytes(subject));
    let missing =
        |subject, leaf| format!("behind leaf {leaf}: no row says that it is about subject {}", name(subject));
    let wrong =
        |subject, leaf| format!("a row says that leaf {leaf} is about subject {}; it is not", name(subject));
    let cases = [
        (vec![Change::Remove(second, leaf)], vec![missing(second, leaf)]),
        (vec![Change::Add(third, leaf)], vec![wrong(third, leaf)]),
        (vec![Change::Add(first, 0)], vec![wrong(first, 0)]),
        (vec![Change::Add(first, 1_000_000)], vec![wrong(first, 1_000_000)]),
        (
            vec![Change::Remove(second, leaf), Change::Add(second, later)],
            vec![missing(second, leaf), wrong(second, later)],
        ),
        (
            vec![Change::MoveBatch(later, 0)],
            vec![
                format!("behind leaf {later}: its events are missing"),
                "events are stored behind leaf 0, which is no batch".to_owned(),
                wrong(first, later),
            ],
        ),
    ];
    for (changes, named) in cases {
        for change in &changes {
            change.make(world);
        }
        // When an account was last seen follows from its batches, and is a finding with them.
        let found = check(world).findings.into_iter().filter(|finding| finding.place != "row");
        let found = found.map(|finding| (finding.place, finding.what));
        let expected = named.into_iter().map(|what| ("batch", what));
        assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{changes:?}");
        for change in &changes {
            change.back().make(world);
        }
        assert_eq!(check(world).findings, [], "{changes:?}");
    }
}

/// A broken row hides nothing behind it.
#[test]
fn what_is_wrong_behind_a_broken_row_is_found_too() {
    let world = World::sqlite();
    work(&world);
    for number in 10..90 {
        world.apply(&Applicant::new(number));
    }
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    let all = check(&world).checked;
    let places =
        |report: &Report| -> BTreeSet<&'static str> { report.findings.iter().map(|f| f.place).collect() };
    // A leaf that says it is another, a leaf that is gone, and behind them a body, a key and a row.
    world.run("UPDATE leaf SET class = 3 - class WHERE seq = 2");
    world.run("DELETE FROM leaf WHERE seq = 7");
    world.run("UPDATE leaf SET body = CAST(substr(body, 1, 40) || x'00' || substr(body, 42) AS BLOB) WHERE seq = 200");
    world.run("UPDATE subject_key SET epoch = epoch + 1 WHERE subject = (SELECT subject FROM account WHERE reference = 'ref-60')");
    world.run("UPDATE account SET depth = 3 WHERE reference = 'ref-50'");
    let report = check(&world);
    let said: Vec<&str> = report.findings.iter().map(|f| f.what.as_str()).collect();
    for expected in [
        "the row of leaf 2 is not about that leaf",
        "7 is missing or cannot be read",
        "of leaf 200: ",
        "stands at another place",
    ] {
        assert!(said.iter().any(|what| what.contains(expected)), "{expected}: {said:?}");
    }
    assert!(places(&report).is_superset(&["leaf", "body", "key", "row"].into()), "{said:?}");
    // The tree is taken from the tiles where a row cannot be trusted, so what was signed still fits.
    assert!(!places(&report).contains("checkpoint") && !places(&report).contains("tile"), "{said:?}");
    assert_eq!(report.checked.leaves, all.leaves - 1);
    // A word that there is not: the other accounts are looked at all the same.
    world.run("UPDATE account SET state = 'elsewhere' WHERE reference = 'ref-10'");
    world.run("UPDATE account SET depth = 3 WHERE reference = 'ref-51'");
    let again = check(&world);
    assert_eq!(again.findings.iter().filter(|f| f.what.contains("stands at another place")).count(), 2);
    // Without the tile nobody knows the hash: that is said, and nothing that cannot be known is claimed to be wrong.
    world.run("DELETE FROM tile");
    let report = check(&world);
    assert!(
        report.findings.iter().any(|f| f.what.contains("nothing stored tells the hash of 2")),
        "{:?}",
        report.findings
    );
    assert!(!places(&report).contains("checkpoint"));
}

/// So many that nobody would read them all: of each place some are told and the rest counted.
#[test]
fn findings_are_bounded_and_none_drives_out_another() {
    let world = World::sqlite();
    work(&world);
    for number in 10..70 {
        world.apply(&Applicant::new(number));
    }
    world.run("UPDATE leaf SET recorded_at = recorded_at + 1");
    world.run("UPDATE account SET depth = 3 WHERE reference = 'ref-15'");
    let report = check(&world);
    let leaves = report.findings.iter().filter(|f| f.place == "leaf").count();
    assert_eq!(leaves, FINDINGS_PER_PLACE_MAX);
    assert!(report.more["leaf"] > 0 && !report.is_sound());
    assert!(report.findings.iter().any(|f| f.what.contains("stands at another place")));
}

/// The scrubber comes through in steps, rests until the next day, and keeps what it found until a later pass does not.
#[test]
fn the_scrubber_comes_through_and_finds_rot() {
    let world = World::sqlite();
    work(&world);
    let pass = || {
        let before = world.register.scrub_state().done_at;
        for _ in 0..200 {
            world.register.scrub(&system(Job::Checkpoints), 1).unwrap();
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
    world.register.scrub(&system(Job::Checkpoints), 1).unwrap();
    assert!(world.register.scrub_state().findings.is_empty(), "the next pass is due tomorrow");
    world.clock.advance_days(1);
    pass();
    assert_eq!(world.register.scrub_state().findings[0].place, "leaf");
    let trouble = world.register.ledger_trouble().unwrap();
    assert!(trouble.starts_with("leaf: "), "{trouble}");
    world.apply(&Applicant::new(50));
    let signed = world.register.checkpoint(&system(Job::Checkpoints));
    assert!(matches!(signed, Err(RegisterError::Ledger { .. })), "nothing is signed over it: {signed:?}");
    let built = world.register.build_evidence(
        &staff(Role::Auditor, 1),
        AccountId::from_bytes([1; 16]),
        "audit",
        None,
    );
    assert!(matches!(built, Err(RegisterError::Ledger { .. })), "nor exported from it: {built:?}");
    world.run("UPDATE leaf SET recorded_at = recorded_at - 1 WHERE seq = 3");
    world.clock.advance_days(1);
    pass();
    assert!(world.register.scrub_state().findings.is_empty());
}

/// A ledger that is written faster than it is read again: the pass ends at what was there when it began, keys and rows do not wait for
/// the leaves, and the next pass takes the rest.
#[test]
fn a_pass_of_the_scrubber_ends_while_the_ledger_grows() {
    let world = World::sqlite();
    work(&world);
    let size = || world.register.ledger_state(&staff(Role::Auditor, 1)).unwrap().size;
    let mut number = 0;
    let mut grow_to = |leaves: u64| {
        while size() < leaves {
            world.register.receive_order(&staff(Role::Legal, 1), crate::checkpoints::order(number)).unwrap();
            number += 1;
        }
    };
    grow_to(600);
    let begun = size();
    let scrub = || world.register.scrub(&system(Job::Checkpoints), 1).unwrap();
    scrub();
    scrub();
    let progress = world.register.scrub_state().checked;
    assert!(progress.leaves < begun && progress.keys + progress.rows > 0, "they take turns: {progress:?}");
    grow_to(begun + 600);
    while world.register.scrub_state().done_at.is_none() {
        scrub();
    }
    let state = world.register.scrub_state();
    assert_eq!(state.findings, []);
    assert!((begun..begun + 256).contains(&state.checked.leaves), "{:?}", state.checked);
    world.clock.advance_days(1);
    world.run("UPDATE leaf SET recorded_at = recorded_at + 1 WHERE seq = 1000");
    scrub();
    world.register.scrub(&system(Job::Checkpoints), u32::MAX).unwrap();
    let state = world.register.scrub_state();
    assert_eq!(state.findings[0].place, "leaf", "the next pass takes the rest: {:?}", state.findings);
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
