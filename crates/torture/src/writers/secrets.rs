//! What must not be on a disk: keys as they were drawn, and wrapped keys that were destroyed.

use anyhow::Result;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tenantry_model::random::Entropy;
use tenantry_store::repo::key;
use tenantry_store::{Job, Lane, Overwritten, SchemaWork, Store, StoreError, StoreExt as _, WhenFull};
use tenantry_vault::SystemEntropy;

/// Keys that are read in one unit.
const KEYS_MAX: u32 = 1_000;
/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// The system's randomness, with a memory for everything drawn that is as long as a key. Keys are drawn in this way, and so are
/// the values that hide what a leaf commits to: none of them is ever written as it is.
#[derive(Default)]
pub(super) struct Remembering(Mutex<Vec<Vec<u8>>>);

impl Remembering {
    /// What was drawn while something was done.
    pub(super) fn drawn_while(&self, work: impl FnOnce() -> Result<()>) -> Result<Vec<Vec<u8>>> {
        self.take();
        work()?;
        Ok(self.take())
    }

    fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entropy for Remembering {
    fn fill(&self, out: &mut [u8]) {
        SystemEntropy.fill(out);
        if out.len() == KEY_BYTES {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(out.to_vec());
        }
    }
}

/// Every wrapped subject key.
pub(super) fn wrapped_keys(store: &Arc<dyn Store>) -> Result<BTreeSet<Vec<u8>>> {
    let (mut all, mut after) = (BTreeSet::new(), ([0; 16], 0));
    loop {
        let page = store.read(move |tx| key::subjects(tx, (&after.0, after.1), KEYS_MAX))?;
        let Some((subject, class, _)) = page.last() else { return Ok(all) };
        after = (*subject, *class);
        all.extend(page.into_iter().map(|(_, _, row)| row.wrapped));
    }
}

/// A store that says that it overwrote its log, and did not.
pub(super) struct UncutLog(pub(super) Arc<dyn Store>);

impl Store for UncutLog {
    fn submit(&self, lane: Lane, when_full: WhenFull, job: Job) {
        self.0.submit(lane, when_full, job);
    }

    fn schema_session(&self, work: &mut SchemaWork<'_>) -> Result<(), StoreError> {
        self.0.schema_session(work)
    }

    fn overwrite_deleted(&self) -> Result<Overwritten, StoreError> {
        Ok(Overwritten::FileAndLog)
    }

    fn check_structure(&self) -> Result<Vec<String>, StoreError> {
        self.0.check_structure()
    }

    fn back_up(&self, target: &Path) -> Result<(), StoreError> {
        self.0.back_up(target)
    }
}
