//! The ledger is signed exactly as it was written, after any interleaving, and never when something was changed underneath.

use crate::fixtures::{Desk, individual, job, staff};
use proptest::prelude::*;
use tenantry_ledger::{
    Checkpoint, Frontier, Hash, HashSource, LeafHeader, LedgerError, Tile, VerifierKey, leaf_hash, new_tiles,
    parse_entry_bundle, verify_consistency, verify_inclusion,
};
use tenantry_model::order::OrderKind;
use tenantry_model::staff::{Job, Role};
use tenantry_register::orders::NewOrder;
use tenantry_register::{Register, RegisterError};
use tenantry_store::repo::ledger;
use tenantry_store::{Statement, StoreExt, params, statements};
use tenantry_vault::NoteCheck;

const HOUR_US: i64 = 3_600_000_000;

pub(crate) fn order(number: u32) -> NewOrder {
    NewOrder {
        kind: OrderKind::RegulatorRequest,
        authority: "Bureau".to_owned(),
        reference: format!("R-{number}"),
        received_at: None,
        due_at: None,
        accounts: Vec::new(),
        words: String::new(),
        document: None,
    }
}

pub(crate) fn leaves(desk: &Desk) -> Vec<Vec<u8>> {
    let rows = desk.store.read(|tx| ledger::range(tx, 0, u32::MAX)).unwrap();
    rows.into_iter().map(|row| row.bytes).collect()
}

/// Hashes of a tree held in memory: the reference.
struct InMemory(Vec<Hash>);

impl HashSource for InMemory {
    type Error = LedgerError;
    fn hash(&self, level: u8, index: u64) -> Result<Hash, LedgerError> {
        let mut tree = Frontier::new();
        let first = (index << level) as usize;
        self.0[first..first + (1 << level)].iter().for_each(|leaf| {
            tree.append(*leaf);
        });
        Ok(tree.root())
    }
}

pub(crate) fn signed(register: &Register) -> Checkpoint {
    let note = register.checkpoint_note().unwrap().unwrap();
    let key = VerifierKey::parse(&register.verifier_key()).unwrap();
    Checkpoint::verify(note.as_bytes(), &[key], &NoteCheck).unwrap()
}

#[test]
fn signs_when_grown_and_hourly() {
    let desk = Desk::new();
    let size = desk.ledger_size();
    assert_eq!(desk.checkpoint(), Some(size));
    assert_eq!(desk.checkpoint(), None);
    desk.open_account(1);
    assert_eq!(desk.checkpoint(), Some(desk.ledger_size()));
    desk.clock.advance_micros(HOUR_US - 1);
    assert_eq!(desk.checkpoint(), None);
    desk.clock.advance_micros(1);
    assert_eq!(desk.checkpoint(), Some(desk.ledger_size()), "an hour is a long time without a sign of life");
    assert!(matches!(desk.register.checkpoint(&job(Job::Clocks)), Err(RegisterError::Forbidden { .. })));
}

statements! {
    CHANGE_NEWEST = "UPDATE leaf SET bytes = (SELECT older.bytes FROM leaf AS older WHERE older.seq = 1) \
        WHERE seq = (SELECT MAX(newest.seq) FROM leaf AS newest)";
    CHANGE_COMMITMENT = "UPDATE leaf SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'00' AS BLOB) WHERE seq = (SELECT MAX(seq) FROM leaf)";
    MOVE_SUBJECT = "UPDATE leaf SET subject = x'00000000000000000000000000000001' WHERE seq = (SELECT MAX(seq) FROM leaf)";
    DROP_NEWEST = "DELETE FROM leaf WHERE seq = (SELECT MAX(seq) FROM leaf)";
    DROP_OLDER = "DELETE FROM leaf WHERE seq = (SELECT MAX(seq) - 1 FROM leaf)";
    CHANGE_SIGNED = "UPDATE leaf SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'00' AS BLOB) WHERE seq = 1";
    DROP_HEAD = "DELETE FROM ledger_head";
    SHRINK_HEAD = "UPDATE ledger_head SET size = 0, frontier = x'0000000000000000'";
    CHANGE_NOTE = "UPDATE checkpoint SET note = replace(note, 'example', 'exampel')";
    DROP_CHECKPOINTS = "DELETE FROM checkpoint";
}

/// Tampers after one signed and one unsigned account, and expects that nothing is signed any more.
#[track_caller]
fn check_refused(tamper: &'static Statement, restarted: bool) {
    let desk = Desk::new();
    desk.open_account(1);
    desk.checkpoint();
    desk.open_account(2);
    let before = desk.register.checkpoint_note().unwrap();
    let changed = desk.store.write(|tx| tx.execute(tamper, params![])).unwrap();
    assert!(changed > 0, "{}: the tampering did nothing", tamper.name);
    let after = desk.register.checkpoint_note().unwrap();
    let register = if restarted { desk.reopened(9) } else { desk.register.clone() };
    let call = job(Job::Checkpoints);
    let refused = register.checkpoint(&call);
    assert!(matches!(refused, Err(RegisterError::Ledger { .. })), "{}: {refused:?}", tamper.name);
    assert!(register.ledger_trouble().is_some(), "{}", tamper.name);
    assert!(register.checkpoint(&call).is_err(), "{}: the alarm went out by itself", tamper.name);
    assert_eq!(register.checkpoint_note().unwrap(), after);
    assert!(after.is_none() || after == before || tamper.name.ends_with("CHANGE_NOTE"));
}

#[test]
fn tampered_ledgers_are_not_signed() {
    for tamper in [
        &CHANGE_NEWEST,
        &CHANGE_COMMITMENT,
        &MOVE_SUBJECT,
        &DROP_NEWEST,
        &DROP_OLDER,
        &DROP_HEAD,
        &SHRINK_HEAD,
        &CHANGE_NOTE,
    ] {
        check_refused(tamper, false);
        check_refused(tamper, true);
    }
    // What was signed before is read again at start; that checkpoints are gone is known only to who remembers them.
    check_refused(&CHANGE_SIGNED, true);
    check_refused(&DROP_CHECKPOINTS, false);
}

#[test]
fn tiles_entries_and_proofs_are_those_of_the_leaves() {
    let desk = Desk::new();
    let legal = staff(Role::Legal);
    for (number, mark) in (0..360).map(|n| (n, n % 97 == 0)) {
        desk.register.receive_order(&legal, order(number)).unwrap();
        if mark {
            desk.checkpoint();
        }
    }
    desk.checkpoint();
    let tree = InMemory(leaves(&desk).iter().map(|leaf| leaf_hash(leaf)).collect());
    let size = tree.0.len() as u64;
    assert!(size > 2 * 256 + 100, "tiles of two levels: {size}");
    let auditor = staff(Role::Auditor);
    for register in [desk.register.clone(), desk.reopened(3)] {
        let tiles = new_tiles(0, size);
        assert!(tiles.iter().any(|tile| tile.level == 1));
        for tile in tiles {
            let path = tile.path();
            assert_eq!(register.tile(&auditor, &path).unwrap(), tile.bytes(&tree).unwrap(), "{path}");
            let larger = Tile { width: tile.width + 1, ..tile };
            assert!(tile.width == 256 || register.tile(&auditor, &larger.path()).is_err());
        }
        let bundle = register.entries(&auditor, "tile/entries/001").unwrap();
        let entries = parse_entry_bundle(&bundle).unwrap();
        assert_eq!(entries.iter().map(|leaf| leaf_hash(leaf)).collect::<Vec<_>>(), tree.0[256..512]);
        for path in ["tile/0/009", "tile/9/000", "tile/0/000.p/0", "tile/entries/9", "", "checkpoint"] {
            assert!(matches!(register.tile(&auditor, path), Err(RegisterError::NotFound { .. })), "{path}");
        }
        assert!(register.inclusion(&auditor, size, None).is_err());
        assert!(register.inclusion(&auditor, 0, Some(size + 1)).is_err());
        assert!(register.consistency(&auditor, 2, Some(1)).is_err());
    }
    // Rebuilt from tiles, the next process signs on.
    let next = desk.reopened(4);
    next.receive_order(&legal, order(1_000)).unwrap();
    let signed = next.checkpoint(&job(Job::Checkpoints)).unwrap().unwrap();
    assert_eq!(signed.size, desk.ledger_size());
    assert_eq!(next.ledger_trouble(), None);
    // The first process sees that another node signed, and goes on from there.
    desk.register.receive_order(&legal, order(1_001)).unwrap();
    assert_eq!(desk.checkpoint(), Some(desk.ledger_size()));
}

#[derive(Debug, Clone)]
enum Step {
    Apply,
    Order,
    Endpoint,
    Import,
    Wait,
    Sign { node: usize },
    Restart { node: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let node = 0_usize..2;
    let step = prop_oneof![
        3 => Just(Step::Apply),
        2 => Just(Step::Order),
        1 => Just(Step::Endpoint),
        1 => Just(Step::Import),
        1 => Just(Step::Wait),
        4 => node.clone().prop_map(|node| Step::Sign { node }),
        1 => node.prop_map(|node| Step::Restart { node }),
    ];
    prop::collection::vec(step, 1..24)
}

/// Does the step on one of two nodes over one store; every checkpoint that was signed goes into `notes`.
fn take(desk: &Desk, nodes: &mut [Register; 2], number: u32, step: &Step, notes: &mut Vec<Checkpoint>) {
    match step {
        Step::Apply => drop(desk.apply(individual(number, "Aroha Ngata"))),
        Step::Order => drop(nodes[1].receive_order(&staff(Role::Legal), order(number)).unwrap()),
        Step::Endpoint => {
            let url = format!("https://{number}.example.org/");
            nodes[0].add_endpoint(&staff(Role::Operator), &url, &[]).unwrap();
        }
        Step::Import => desk.import("test-list", &["John Doe", &format!("Person Number {number}")]),
        Step::Wait => desk.clock.advance_micros(HOUR_US),
        Step::Sign { node } => {
            if nodes[*node].checkpoint(&job(Job::Checkpoints)).unwrap().is_some() {
                notes.push(signed(&nodes[*node]));
            }
        }
        Step::Restart { node } => nodes[*node] = desk.reopened(u64::from(number) + 100),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_is_consistent_after_any_interleaving(steps in steps()) {
        let desk = Desk::new();
        let mut nodes = [desk.register.clone(), desk.reopened(50)];
        let mut notes = Vec::new();
        for (step, number) in steps.iter().zip(0..) {
            take(&desk, &mut nodes, number, step, &mut notes);
        }
        desk.clock.advance_micros(HOUR_US);
        take(&desk, &mut nodes, 0, &Step::Sign { node: 0 }, &mut notes);
        let bytes = leaves(&desk);
        let last = notes.last().unwrap();
        prop_assert_eq!(last.size, bytes.len() as u64);
        check_tree(&desk, &bytes, last)?;
        check_chains(&bytes)?;
        let auditor = staff(Role::Auditor);
        for pair in notes.windows(2) {
            let (old, new) = (&pair[0], &pair[1]);
            let proof = desk.register.consistency(&auditor, old.size, Some(new.size)).unwrap();
            prop_assert!(verify_consistency(old.size, new.size, &proof.path, &old.root, &new.root).is_ok());
        }
    }
}

pub(crate) fn check_tree(desk: &Desk, leaves: &[Vec<u8>], last: &Checkpoint) -> Result<(), TestCaseError> {
    let mut tree = Frontier::new();
    for leaf in leaves {
        tree.append(leaf_hash(leaf));
    }
    prop_assert_eq!(tree.root(), last.root);
    let auditor = staff(Role::Auditor);
    for (leaf, index) in leaves.iter().zip(0..) {
        let proof = desk.register.inclusion(&auditor, index, None).unwrap();
        prop_assert_eq!(proof.leaf, leaf_hash(leaf));
        prop_assert!(verify_inclusion(&proof.leaf, index, last.size, &proof.path, &last.root).is_ok());
        prop_assert_eq!(&desk.register.leaf(&auditor, index).unwrap().bytes, leaf);
    }
    Ok(())
}

/// Numbers of a subject run from 1 without gap, each leaf names the one before, and time never goes back.
pub(crate) fn check_chains(leaves: &[Vec<u8>]) -> Result<(), TestCaseError> {
    let mut heads = std::collections::BTreeMap::new();
    let mut before = 0;
    for (leaf, index) in leaves.iter().zip(0_u64..) {
        let header = LeafHeader::decode(leaf).unwrap();
        let (seq, hash) =
            heads.insert(header.subject, (header.subject_seq, leaf_hash(leaf))).unwrap_or((0, [0; 32]));
        prop_assert_eq!(header.log_seq, index);
        prop_assert_eq!((header.subject_seq, header.prev_subject_leaf), (seq + 1, hash));
        prop_assert!(header.recorded_at.0 >= before);
        before = header.recorded_at.0;
    }
    Ok(())
}

#[test]
fn records_are_listed_newest_first() {
    let desk = Desk::new();
    desk.open_account(1);
    let auditor = staff(Role::Auditor);
    let all = desk.register.latest_records(&auditor, None, 200).unwrap();
    assert_eq!(all.len() as u64, desk.ledger_size());
    assert_eq!(all.last().unwrap().title, "Set up");
    assert!(all.windows(2).all(|pair| pair[0].index == pair[1].index + 1));
    let page = desk.register.latest_records(&auditor, Some(2), 1).unwrap();
    assert_eq!(page.iter().map(|line| line.index).collect::<Vec<_>>(), [1]);
}
