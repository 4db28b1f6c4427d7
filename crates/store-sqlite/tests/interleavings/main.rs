//! The queue and the group commit under many orders of their threads: the store's own code, with a scheduler that decides at every
//! step who goes on (`tenantry_store::sync`). What holds for SQLite is shown to be able to fail on a small store in memory, whose
//! writer can be given one fault.
//!
//! `cargo xtask torture --short` runs it; `cargo xtask torture` with many more orders.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic of a helper is the failure of its test")]

mod explore;
mod memory;
mod scenarios;
mod stopping;

use std::sync::Arc;

use tempfile::TempDir;
use tenantry_store::{Store, StoreError, StoreExt, params};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};

use crate::explore::{explore, failure};
use crate::memory::{Fault, Memory};
use crate::scenarios::Held;

/// A place where the same records can be opened again after the store that wrote them was dropped.
trait Place {
    /// Opens the store there.
    fn open(&self) -> Arc<dyn Store>;
}

/// A folder with a database file that has the table.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        // In memory where there are such folders: what survives a power cut is for the trials of power cuts.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = Self(folder.unwrap());
        let created: Result<_, StoreError> =
            folder.open().write(|tx| tx.execute(&scenarios::CREATE, params![]));
        created.unwrap();
        folder
    }
}

impl Place for Folder {
    fn open(&self) -> Arc<dyn Store> {
        // One connection for readers: they have to wait for each other too.
        let options = SqliteOptions { read_connections: 1 };
        Arc::new(SqliteStore::open(&self.0.path().join("register.db"), &options).unwrap())
    }
}

#[test]
fn an_answered_unit_can_be_seen_by_everybody_and_in_order() {
    explore(|| scenarios::answered_is_visible(&Folder::new()));
    explore(|| scenarios::answered_is_visible(&Memory::new(Fault::None)));
}

#[test]
fn a_unit_that_fails_takes_no_other_with_it() {
    explore(|| scenarios::failing_among_good(&Folder::new()));
    explore(|| scenarios::failing_among_good(&Memory::new(Fault::None)));
}

#[test]
fn every_unit_is_answered_once_also_one_that_found_the_queue_full() {
    let on_sqlite = Arc::new(scenarios::Seen::default());
    let seen = Arc::clone(&on_sqlite);
    explore(move || scenarios::answered_once(&Folder::new(), &seen));
    on_sqlite.assert_both_were_met();

    let in_memory = Arc::new(scenarios::Seen::default());
    let seen = Arc::clone(&in_memory);
    explore(move || scenarios::answered_once(&Memory::new(Fault::None), &seen));
    in_memory.assert_both_were_met();
}

#[test]
fn a_store_that_is_dropped_finishes_what_it_accepted() {
    for held in [Held::ByNobody, Held::ByACallback] {
        explore(move || scenarios::dropped(&Folder::new(), held));
        explore(move || scenarios::dropped(&Memory::new(Fault::None), held));
    }
}

#[test]
fn a_writer_that_stopped_answers_everybody() {
    explore(stopping::full_disk);
}

#[test]
fn control_an_answer_before_the_commit_is_found() {
    let found = failure(|| scenarios::answered_is_visible(&Memory::new(Fault::AnswersBeforeCommit)));
    assert!(found.contains("was answered but cannot be seen"), "{found}");
}

#[test]
fn control_a_unit_without_an_answer_is_found() {
    let found = failure(|| {
        scenarios::answered_once(&Memory::new(Fault::ForgetsTheSecondOfABatch), &scenarios::Seen::default());
    });
    assert!(found.contains("deadlock"), "{found}");
}

#[test]
fn control_a_batch_in_another_order_is_found() {
    let found = failure(|| scenarios::answered_is_in_order(&Memory::new(Fault::TurnsABatchRound)));
    assert!(found.contains("not in the order"), "{found}");
}

#[test]
fn control_a_store_that_does_not_finish_is_found() {
    let found = failure(|| scenarios::dropped(&Memory::new(Fault::LeavesWithTheStore), Held::ByNobody));
    assert!(found.contains("was accepted but"), "{found}");
}
