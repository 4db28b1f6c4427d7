//! The ledger is consistent after any interleaving: several people work on two nodes at once while both sign checkpoints.
//!
//! `checkpoints.rs` has every order of single steps; here the steps overlap.

use crate::checkpoints::{check_chains, check_tree, leaves, order, signed};
use crate::fixtures::{Desk, job, list_of, staff as one};
use crate::idempotency::desk_with_list;
use crate::world::{Applicant, LISTED_NAME, machine, staff};
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tenantry_ledger::{Checkpoint, verify_consistency};
use tenantry_model::account::Ending;
use tenantry_model::case::CaseKind;
use tenantry_model::id::{AccountId, CaseId, PartyId};
use tenantry_model::random::{Entropy, draw};
use tenantry_model::staff::{Job, Role};
use tenantry_register::cases::CaseFilter;
use tenantry_register::{Register, RegisterError};
use tenantry_testkit::SeededEntropy;

const WORKERS: u16 = 4;
const STEPS_PER_WORKER: u16 = 40;

/// What workers share: what there is to work on.
#[derive(Default)]
struct Pool {
    accounts: Mutex<Vec<(AccountId, PartyId)>>,
    done: AtomicUsize,
}

fn pick(dice: &dyn Entropy, below: usize) -> usize {
    usize::from(u16::from_be_bytes(draw(dice))) % below.max(1)
}

/// One thing somebody does. What another one was faster with is refused, and nothing else may be.
fn step(desk: &Desk, node: &Register, dice: &dyn Entropy, number: u16, pool: &Pool) {
    let person = u8::try_from(pick(dice, 3)).unwrap() + 1;
    let known = {
        let accounts = pool.accounts.lock().unwrap();
        accounts.get(pick(dice, accounts.len())).copied()
    };
    let done = match (pick(dice, 10), known) {
        (0..=3, _) | (_, None) => apply(node, dice, number, pool),
        (4, Some((_, party))) => {
            let sent = json!({ "facts": [{ "fact": { "kind": "located_in", "jurisdiction": "AU" } }] });
            node.add_facts(&staff(Role::Reviewer, person), party, serde_json::from_value(sent).unwrap())
                .map(drop)
        }
        (5, Some((account, _))) => {
            let sent = json!({ "at": "2026-10-30T12:00:00Z", "access": "access" });
            node.report_access(&machine(None), account, serde_json::from_value(sent).unwrap()).map(drop)
        }
        (6, Some((account, _))) => close(node, account),
        (7, _) => work(node, person),
        (8, _) => node.receive_order(&one(Role::Legal), order(u32::from(number))).map(drop),
        (_, _) => {
            let names = [LISTED_NAME, &format!("Person Number {number}")];
            node.import_list(&job(Job::SetUp), &list_of("test-list", &names), &[]).map(drop)
        }
    };
    desk.clock.advance_micros(i64::try_from(pick(dice, 2_000_000)).unwrap());
    match done {
        Ok(()) => drop(pool.done.fetch_add(1, Ordering::Relaxed)),
        Err(error) => {
            // The last is for whoever takes up a case on which their own verdict waits.
            let expected =
                ["contention", "changed", "leased", "state", "not_found", "second_person_required"];
            assert!(expected.contains(&error.code()), "{error}");
        }
    }
}

fn apply(node: &Register, dice: &dyn Entropy, number: u16, pool: &Pool) -> Result<(), RegisterError> {
    let applicant = if pick(dice, 4) == 0 { Applicant::listed(number) } else { Applicant::new(number) };
    let applied = node.apply(&job(Job::SetUp), applicant.sent())?;
    pool.accounts.lock().unwrap().push((applied.account, applied.parties["me"]));
    Ok(())
}

fn close(node: &Register, account: AccountId) -> Result<(), RegisterError> {
    let officer = staff(Role::ComplianceOfficer, 1);
    let version = node.account(&officer, account)?.summary.version;
    node.close_account(&officer, account, version, Ending::Ordinary).map(drop)
}

/// Takes the first match of the queue and dismisses it.
fn work(node: &Register, person: u8) -> Result<(), RegisterError> {
    let reviewer = staff(Role::Reviewer, person);
    let matches = CaseFilter { kind: Some(CaseKind::Match), ..CaseFilter::default() };
    let page = node.queue(&reviewer, matches, None, 1)?;
    let Some(case): Option<CaseId> = page.cases.first().map(|case| case.id) else { return Ok(()) };
    let version = node.lease(&reviewer, case)?.version;
    let decision = json!({ "verdict": "dismiss", "reason_code": "different_place", "note": "seen" });
    node.decide(&reviewer, case, version, serde_json::from_value(decision).unwrap()).map(drop)
}

/// Signs on both nodes until told to stop; keeps every checkpoint that either showed.
fn sign(nodes: &[Register; 2], working: &AtomicBool) -> Vec<Checkpoint> {
    let mut seen: Vec<Checkpoint> = Vec::new();
    let mut turn = 0;
    loop {
        let last = !working.load(Ordering::Acquire);
        let node = &nodes[turn % 2];
        node.checkpoint(&job(Job::Checkpoints)).unwrap();
        assert_eq!(node.ledger_trouble(), None);
        let newest = signed(node);
        if seen.last() != Some(&newest) {
            seen.push(newest);
        }
        turn += 1;
        if last && turn % 2 == 0 {
            return seen;
        }
    }
}

fn work_together(desk: &Desk, seed: u64) {
    let nodes = [desk.register.clone(), desk.reopened(seed + 1_000)];
    let (pool, working) = (Pool::default(), AtomicBool::new(true));
    let seen = std::thread::scope(|scope| {
        let signer = scope.spawn(|| sign(&nodes, &working));
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let (nodes, pool) = (&nodes, &pool);
                scope.spawn(move || {
                    let dice = SeededEntropy::new(seed * 100 + u64::from(worker));
                    for number in 0..STEPS_PER_WORKER {
                        let node = &nodes[usize::from(worker % 2)];
                        step(desk, node, &dice, worker * STEPS_PER_WORKER + number, pool);
                    }
                })
            })
            .collect();
        let ended: Vec<_> = workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        working.store(false, Ordering::Release);
        let seen = signer.join().unwrap();
        for worker in ended {
            worker.unwrap();
        }
        seen
    });
    assert!(
        pool.done.load(Ordering::Relaxed) > usize::from(WORKERS * STEPS_PER_WORKER / 2),
        "too little was done"
    );
    check_ledger(desk, &seen);
    check_whole(desk, &pool);
}

fn check_ledger(desk: &Desk, seen: &[Checkpoint]) {
    let bytes = leaves(desk);
    let last = seen.last().unwrap();
    assert_eq!(last.size, bytes.len() as u64);
    check_tree(desk, &bytes, last).unwrap();
    check_chains(&bytes).unwrap();
    let auditor = one(Role::Auditor);
    for pair in seen.windows(2) {
        let (old, new) = (&pair[0], &pair[1]);
        assert!(old.size <= new.size, "a checkpoint went back");
        let proof = desk.register.consistency(&auditor, old.size, Some(new.size)).unwrap();
        verify_consistency(old.size, new.size, &proof.path, &old.root, &new.root).unwrap();
    }
}

/// Nothing is half-written: every account has decisions, and every decision its leaf.
fn check_whole(desk: &Desk, pool: &Pool) {
    let auditor = one(Role::Auditor);
    for (account, _) in pool.accounts.lock().unwrap().iter() {
        let view = desk.register.account(&auditor, *account).unwrap();
        assert!(!view.decisions.is_empty());
        for decision in &view.decisions {
            let leaf = desk.register.leaf(&auditor, u64::try_from(decision.leaf).unwrap()).unwrap();
            assert_eq!(leaf.line.title, "Decided");
            assert!(desk.register.replay(&auditor, decision.id).unwrap().same);
        }
    }
}

#[test]
fn the_ledger_is_consistent_while_many_work_on_it() {
    for seed in 1..=3 {
        work_together(&desk_with_list(Desk::new()), seed);
    }
}

#[test]
fn the_ledger_is_consistent_while_many_work_on_it_on_postgres() {
    for seed in 1..=2 {
        work_together(&desk_with_list(Desk::on_postgres()), seed);
    }
}
