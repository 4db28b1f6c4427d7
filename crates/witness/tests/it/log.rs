//! A log in memory, and another history that parts from it.

use std::sync::Arc;
use tenantry_ledger::{Checkpoint, Frontier, Hash, HashSource, LedgerError, consistency_proof, leaf_hash};
use tenantry_model::time::Timestamp;
use tenantry_testkit::FixedClock;

pub(crate) const ORIGIN: &str = "log.example/one";

pub(crate) struct Log {
    levels: Vec<Vec<Hash>>,
    roots: Vec<Hash>,
}

impl Log {
    /// `leaves` leaves; from the `parts_at`-th on another history.
    pub(crate) fn parting_at(leaves: u64, parts_at: u64) -> Self {
        let mut log = Self { levels: Vec::new(), roots: vec![tenantry_ledger::empty_root()] };
        let mut tree = Frontier::new();
        for number in 0..leaves {
            let leaf = if number < parts_at { number } else { number + 1_000 };
            tree.append_with(leaf_hash(&leaf.to_be_bytes()), |level, _, hash| {
                let level = usize::from(level);
                if log.levels.len() <= level {
                    log.levels.push(Vec::new());
                }
                log.levels[level].push(hash);
            });
            log.roots.push(tree.root());
        }
        log
    }

    pub(crate) fn checkpoint(&self, size: u64) -> Checkpoint {
        Checkpoint { origin: ORIGIN.to_owned(), size, root: self.roots[size as usize] }
    }

    pub(crate) fn proof(&self, old: u64, new: u64) -> Vec<Hash> {
        consistency_proof(self, old, new).unwrap()
    }
}

impl HashSource for Log {
    type Error = LedgerError;

    fn hash(&self, level: u8, index: u64) -> Result<Hash, LedgerError> {
        let found = self.levels.get(usize::from(level)).and_then(|hashes| hashes.get(index as usize));
        found.copied().ok_or(LedgerError::MissingHash { level, index })
    }
}

pub(crate) fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(Timestamp::from_micros(1_790_000_000_000_000)))
}
