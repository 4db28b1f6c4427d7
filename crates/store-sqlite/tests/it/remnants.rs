//! What was deleted is nowhere in the files any more, wherever SQLite had moved it before.

use tenantry_model::random::{Entropy as _, draw};
use tenantry_store::repo::erasure::LEGIBLE_TABLES;
use tenantry_store::repo::key::{self, SubjectKeyRow};
use tenantry_store::{MIGRATIONS, Overwritten, Store as _, StoreExt as _, params, query_one, statements};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::SeededEntropy;

const KEYS: usize = 3_000;
const TOGETHER: usize = 50;

statements! {
    IS_TABLE = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1";
}

/// How many of these stand somewhere in the database's files.
fn found_in(folder: &std::path::Path, wrapped: &[&Vec<u8>]) -> usize {
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        files.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let places: std::collections::HashSet<&[u8]> = files.windows(16).collect();
    wrapped.iter().filter(|key| key.windows(16).any(|part| places.contains(part))).count()
}

/// The copies come into being when a full page is divided: with keys in any order, hundreds of pages are.
#[test]
fn no_copy_of_a_deleted_key_stays_in_a_page_that_was_divided() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
    store.migrate(MIGRATIONS).unwrap();
    let entropy = SeededEntropy::new(1);
    // Of different lengths, so that rows do not fit where others lay.
    let keys: Vec<([u8; 16], SubjectKeyRow)> = (0..KEYS)
        .map(|number| {
            let mut wrapped = vec![0; 40 + number % 97];
            entropy.fill(&mut wrapped);
            (draw(&entropy), SubjectKeyRow { id: draw(&entropy), epoch: 1, wrapped })
        })
        .collect();
    let (gone, kept) = keys.split_at(KEYS / 2);
    for (going, staying) in gone.chunks(TOGETHER).zip(kept.chunks(TOGETHER)) {
        let some = [going, staying].concat();
        let add = move |tx: &mut dyn tenantry_store::Tx| {
            some.iter().try_for_each(|(subject, row)| key::add_subject(tx, subject, 1, row))
        };
        store.write(add).unwrap();
    }
    for going in gone.chunks(TOGETHER) {
        let going = going.to_vec();
        let delete = move |tx: &mut dyn tenantry_store::Tx| {
            going.iter().try_for_each(|(subject, _)| key::delete_subject(tx, subject, 1).map(|_| ()))
        };
        store.write(delete).unwrap();
    }
    let found = |rows: &[([u8; 16], SubjectKeyRow)]| {
        let wrapped: Vec<_> = rows.iter().map(|(_, row)| &row.wrapped).collect();
        found_in(folder.path(), &wrapped)
    };
    assert_eq!(found(gone), gone.len(), "the log still has them");
    assert_eq!(store.overwrite_deleted().unwrap(), Overwritten::FileAndLog);
    assert_eq!((found(gone), found(kept)), (0, kept.len()));
    for (subject, row) in keys.clone() {
        let found = store.read(move |tx| key::find_subject(tx, &subject, 1)).unwrap();
        assert_eq!(found.is_some(), kept.iter().any(|(kept, _)| *kept == subject));
        assert!(found.is_none_or(|found| found == row));
    }
    assert_eq!(store.check_structure().unwrap(), Vec::<String>::new());
}

#[test]
fn every_table_that_can_be_read_without_a_key_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
    store.migrate(MIGRATIONS).unwrap();
    for table in LEGIBLE_TABLES {
        let is_table = store.read(|tx| query_one(tx, &IS_TABLE, params![*table], |row| row.int(0))).unwrap();
        assert_eq!(is_table, Some(1), "{table}");
    }
}
