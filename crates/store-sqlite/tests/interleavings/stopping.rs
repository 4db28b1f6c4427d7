//! The disk fills up while clients write: the writer stops, and tells everybody.

use std::sync::Arc;

use tenantry_store::{StoreError, StoreExt, params, query_one, statements};

use crate::scenarios::at_once;
use crate::{Folder, Place as _};

statements! {
    CREATE = "CREATE TABLE page (content BLOB NOT NULL) STRICT";
    ADD = "INSERT INTO page (content) VALUES (zeroblob(8192))";
    COUNT = "SELECT COUNT(*) FROM page";
    LIMIT_PAGES = "PRAGMA max_page_count = 12";
}

/// Clients write until they are told that the disk is full, and from then on hear nothing else. What was answered is there.
pub(crate) fn full_disk() {
    let folder = Folder::new();
    let store = folder.open();
    let limited: Result<_, StoreError> = store.write(|tx| {
        tx.execute(&CREATE, params![])?;
        tx.query(&LIMIT_PAGES, params![], &mut |_| Ok(()))
    });
    limited.unwrap();
    let answered: i64 = at_once(|_client| {
        let store = Arc::clone(&store);
        move || {
            let add = || store.sequence(|tx| tx.execute(&ADD, params![]));
            let mut answered = 0;
            let error = loop {
                match add() {
                    Ok(_) => answered += 1,
                    Err(error) => break error,
                }
            };
            assert_eq!(error, StoreError::DiskFull);
            assert_eq!(add(), Err(StoreError::DiskFull), "a stopped writer stays stopped");
            answered
        }
    })
    .into_iter()
    .sum();
    drop(store);
    let count: Result<_, StoreError> =
        folder.open().read(|tx| query_one(tx, &COUNT, params![], |row| row.int(0)));
    assert_eq!(count, Ok(Some(answered)));
}
