//! Migrations: all or nothing, once, in order, and never over a schema that is not ours.

use tenantry_store::{Migration, MigrationReport, Statement, StoreError, StoreExt};

use super::{ALL, MIGRATIONS, NO_SUCH_TABLE, TestStore};
use crate::catalogue;

const BROKEN: Migration =
    same(3, "broken", "CREATE TABLE half (id TEXT NOT NULL PRIMARY KEY); CREATE TABLE;");
const EDITED: Migration = same(2, "counters", "CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY)");
const RENAMED: Migration = Migration { name: "numbers", ..SECOND };
const FIRST: Migration = MIGRATIONS[0];
const SECOND: Migration = MIGRATIONS[1];

const fn same(number: i64, name: &'static str, text: &'static str) -> Migration {
    Migration { number, name, sqlite: text, postgres: text }
}

/// Step by step, and again without effect.
pub fn migrations_apply_once_and_in_order(test: TestStore) {
    let store = &*test.store;
    assert_eq!(store.check_schema(MIGRATIONS), Err(StoreError::SchemaTooOld { found: 0, known: 2 }));
    assert!(catalogue::read(store).is_empty(), "checking must not change anything");
    assert_eq!(store.migrate(&[FIRST]), Ok(MigrationReport { before: 0, after: 1 }));
    assert_eq!(store.check_schema(MIGRATIONS), Err(StoreError::SchemaTooOld { found: 1, known: 2 }));
    assert_eq!(store.migrate(MIGRATIONS), Ok(MigrationReport { before: 1, after: 2 }));
    assert_eq!(store.migrate(MIGRATIONS), Ok(MigrationReport { before: 2, after: 2 }));
    assert_eq!(store.check_schema(MIGRATIONS), Ok(()));
}

/// A script that fails half way takes the whole run back, also the migrations before it.
pub fn a_failing_migration_leaves_nothing_behind(test: TestStore) {
    let store = &*test.store;
    let failed = store.migrate(&[FIRST, SECOND, BROKEN]);
    assert!(matches!(failed, Err(StoreError::Migration { number: 3, name: "broken", .. })), "{failed:?}");
    assert!(catalogue::read(store).is_empty());
    assert_eq!(store.migrate(MIGRATIONS), Ok(MigrationReport { before: 0, after: 2 }));
}

/// A newer schema, an edited script, another name: not ours, hands off.
pub fn foreign_schemas_are_refused(test: TestStore) {
    let store = &*test.with_tables().store;
    let too_new = Err(StoreError::SchemaTooNew { found: 2, known: 1 });
    assert_eq!(store.check_schema(&[FIRST]), too_new);
    assert_eq!(store.migrate(&[FIRST]).map(drop), too_new);
    let differs = |difference| Err(StoreError::SchemaDiffers { number: 2, difference });
    assert_eq!(store.check_schema(&[FIRST, EDITED]), differs("its text"));
    assert_eq!(store.check_schema(&[FIRST, RENAMED]), differs("its name"));
    assert_eq!(store.check_schema(&[SECOND, same(3, "more", "")]), differs("it is missing"));
}

/// The check that finds SQL which one database accepts and the other does not.
pub fn the_suite_s_statements_fit_its_tables(test: TestStore) {
    let store = &*test.with_tables().store;
    let fitting: Vec<&Statement> =
        ALL.iter().copied().filter(|statement| **statement != NO_SUCH_TABLE).collect();
    assert_eq!(store.check_statements(&fitting), Ok(()));
    let refused = store.check_statements(ALL);
    assert!(
        matches!(refused, Err(StoreError::Refused { statement, .. }) if statement == NO_SUCH_TABLE.name),
        "{refused:?}"
    );
}
