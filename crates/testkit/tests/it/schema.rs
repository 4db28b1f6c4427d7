//! The schema of the register, and that of the conformance suite, are the same on both databases.

use std::collections::BTreeSet;
use std::sync::Arc;

use tenantry_store::repo::ALL_STATEMENTS;
use tenantry_store::{MIGRATIONS, Migration, Store, StoreError, StoreExt, params, query_all, statements};
use tenantry_store_postgres::{PostgresOptions, PostgresStore, ServerDurability};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::{PrivatePostgres, catalogue, conformance};

statements! {
    NOT_STRICT = "SELECT name FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name <> 'sqlite_schema'";
}

struct Both {
    sqlite: Arc<dyn Store>,
    postgres: Arc<dyn Store>,
    _folder: tempfile::TempDir,
}

fn both(migrations: &[Migration]) -> Both {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
    let mut options = PostgresOptions::new(PrivatePostgres::shared().create_database());
    options.durability = ServerDurability::NotRequired;
    let postgres = PostgresStore::open(&options).unwrap();
    let both = Both { sqlite: Arc::new(sqlite), postgres: Arc::new(postgres), _folder: folder };
    for store in [&both.sqlite, &both.postgres] {
        assert_eq!(store.migrate(migrations).unwrap().after, migrations.last().map_or(0, |last| last.number));
    }
    both
}

fn check(migrations: &[Migration]) {
    let both = both(migrations);
    let (sqlite, postgres) = (catalogue::read(&*both.sqlite), catalogue::read(&*both.postgres));
    let only_sqlite: BTreeSet<_> = sqlite.difference(&postgres).collect();
    let only_postgres: BTreeSet<_> = postgres.difference(&sqlite).collect();
    assert!(
        only_sqlite.is_empty() && only_postgres.is_empty(),
        "only on SQLite: {only_sqlite:#?}\nonly on PostgreSQL: {only_postgres:#?}"
    );
    let foreign: Vec<_> = sqlite.iter().filter(|line| line.contains("not one of the three")).collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
    let lax: Result<Vec<String>, StoreError> =
        both.sqlite.read(|tx| query_all(tx, &NOT_STRICT, params![], |row| Ok(row.text(0)?.to_owned())));
    assert_eq!(lax, Ok(Vec::new()), "tables that are not STRICT");
}

#[test]
fn the_register_has_one_schema() {
    check(MIGRATIONS);
}

/// Finds, without running anything, SQL that one database accepts and the other does not, and columns that are not there.
#[test]
fn every_statement_of_the_register_fits_both_databases() {
    let statements: Vec<_> = ALL_STATEMENTS.iter().copied().flatten().copied().collect();
    let names: BTreeSet<_> = statements.iter().map(|statement| statement.name).collect();
    assert_eq!(names.len(), statements.len(), "a statement is listed twice");
    let both = both(MIGRATIONS);
    assert_eq!(both.sqlite.check_statements(&statements), Ok(()), "on SQLite");
    assert_eq!(both.postgres.check_statements(&statements), Ok(()), "on PostgreSQL");
}

#[test]
fn the_conformance_suite_has_one_schema() {
    check(conformance::MIGRATIONS);
}

#[test]
fn a_difference_would_be_found() {
    const DIFFERENT: &[Migration] = &[Migration {
        number: 1,
        name: "different",
        sqlite: "CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, b TEXT NOT NULL UNIQUE, c BLOB, d TEXT REFERENCES a (b)) STRICT",
        postgres: "CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, b TEXT UNIQUE, c TEXT, d TEXT)",
    }];
    let both = both(DIFFERENT);
    let (sqlite, postgres) = (catalogue::read(&*both.sqlite), catalogue::read(&*both.postgres));
    let only_sqlite: Vec<_> = sqlite.difference(&postgres).map(String::as_str).collect();
    let expected =
        ["a.b: text, not null", "a.c: bytes, may be null", "a: (d) refers to a (b), on delete NO ACTION"];
    assert_eq!(only_sqlite, expected);
}
