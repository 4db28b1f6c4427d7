//! The embedded driver against the suite that every driver has to pass, and its own promises.
#![expect(clippy::unwrap_used, reason = "a panic of a helper is the failure of its test")]

mod remnants;
mod stopping;

use std::sync::Arc;

use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::conformance::TestStore;

tenantry_testkit::store_conformance!(open);

fn open() -> TestStore {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
    TestStore { store: Arc::new(store), keep: Box::new(folder) }
}
