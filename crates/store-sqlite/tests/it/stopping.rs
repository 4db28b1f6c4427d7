//! After an error of the disk the writer stops, and says so to everybody; what was answered before is there afterwards.

use tenantry_store::{StoreError, StoreExt, params, query_one, statements};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};

statements! {
    CREATE = "CREATE TABLE page (number INTEGER NOT NULL PRIMARY KEY, content BLOB NOT NULL) STRICT";
    ADD = "INSERT INTO page (number, content) VALUES ($1, zeroblob(4096))";
    COUNT = "SELECT COUNT(*) FROM page";
    LIMIT_PAGES = "PRAGMA max_page_count = 20";
}

#[test]
fn a_full_disk_stops_the_writer_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.db");
    let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    let created: Result<_, StoreError> = store.write(|tx| {
        tx.execute(&CREATE, params![])?;
        tx.query(&LIMIT_PAGES, params![], &mut |_| Ok(()))
    });
    assert_eq!(created, Ok(()));

    let add = |number| store.sequence(move |tx| tx.execute(&ADD, params![number]));
    let count = |store: &SqliteStore| store.read(|tx| query_one(tx, &COUNT, params![], |row| row.int(0)));
    let mut answered = 0;
    let error = loop {
        match add(answered) {
            Ok(_) => answered += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error, StoreError::DiskFull);
    assert!(answered > 3, "only {answered} fitted");
    for refused in [add(answered), store.write(|tx| tx.execute(&ADD, params![1_000]))] {
        assert_eq!(refused, Err(StoreError::DiskFull));
    }
    assert_eq!(count(&store), Ok(Some(answered)), "reading goes on");

    drop(store);
    let reopened = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    assert_eq!(count(&reopened), Ok(Some(answered)));
    assert_eq!(reopened.sequence(move |tx| tx.execute(&ADD, params![answered])), Ok(1));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.db");
    std::fs::write(&path, "A letter, not a database.".repeat(100)).unwrap();
    let refused = SqliteStore::open(&path, &SqliteOptions::default()).unwrap_err();
    assert!(matches!(&refused, StoreError::Open { reason } if reason.contains("register.db")), "{refused}");
}
