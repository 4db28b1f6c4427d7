//! The PostgreSQL driver against the suite that every driver has to pass, and its own promises.
#![expect(clippy::unwrap_used, reason = "a panic of a helper is the failure of its test")]

mod connections;

use std::sync::Arc;

use tenantry_store_postgres::{PostgresOptions, PostgresStore, ServerDurability};
use tenantry_testkit::PrivatePostgres;
use tenantry_testkit::conformance::TestStore;

tenantry_testkit::store_conformance!(open);

fn open() -> TestStore {
    let store = open_on(&PrivatePostgres::shared().create_database());
    TestStore { store: Arc::new(store), keep: Box::new(()) }
}

fn open_on(connection: &str) -> PostgresStore {
    let mut options = PostgresOptions::new(connection);
    options.durability = ServerDurability::NotRequired;
    PostgresStore::open(&options).unwrap()
}
