//! Durable appends per second for 1, 64 and 256 clients that each wait for their own answer, against the least that any group
//! commit on SQLite can cost: the bare driver, one thread, the same rows, a transaction of as many rows as there are clients.
//!
//! Prints the machine's load first: on a busy machine these figures show the scheduler, not the disk. Nothing is asserted.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and ends when something is wrong"
)]

use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use divan::counter::ItemsCount;
use divan::{Bencher, main as run_benches};
use tempfile::TempDir;
use tenantry_store::{StoreError, StoreExt, params, statements};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};

/// Bytes per appended row: a leaf and a small sealed body.
const ROW_BYTES: usize = 640;

/// Appends of each client per sample.
const APPENDS: usize = 20;

const CLIENTS: [usize; 3] = [1, 64, 256];

statements! {
    CREATE = "CREATE TABLE leaf (position INTEGER NOT NULL PRIMARY KEY, body BLOB NOT NULL) STRICT";
    APPEND = "INSERT INTO leaf (position, body) VALUES ($1, $2)";
}

fn main() {
    let read = |file| std::fs::read_to_string(file).unwrap_or_default();
    let cpus = read("/proc/cpuinfo");
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let cores = thread::available_parallelism().map_or(0, usize::from);
    println!("machine:{model}, {cores} cores; load {}", read("/proc/loadavg").trim());
    run_benches();
}

/// A folder on the disk of the build, as `/tmp` may be memory.
fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

#[divan::bench(args = CLIENTS, sample_count = 20)]
fn units_of_the_store(bencher: Bencher<'_, '_>, clients: usize) {
    let folder = folder();
    let store = SqliteStore::open(&folder.path().join("bench.db"), &SqliteOptions::default()).unwrap();
    let created: Result<u64, StoreError> = store.write(|tx| tx.execute(&CREATE, params![]));
    created.unwrap();
    let next = AtomicI64::new(0);
    bencher.counter(ItemsCount::new(clients * APPENDS)).bench(|| {
        thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| {
                    for _ in 0..APPENDS {
                        let position = next.fetch_add(1, Ordering::Relaxed);
                        let added: Result<u64, StoreError> = store
                            .sequence(move |tx| tx.execute(&APPEND, params![position, [7_u8; ROW_BYTES]]));
                        added.unwrap();
                    }
                });
            }
        });
    });
}

#[divan::bench(args = CLIENTS, sample_count = 20)]
fn bare_group_commit(bencher: Bencher<'_, '_>, clients: usize) {
    let folder = folder();
    let mut bare = rusqlite::Connection::open(folder.path().join("bench.db")).unwrap();
    bare.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
        .unwrap();
    bare.execute_batch(CREATE.sqlite).unwrap();
    let mut position = 0_i64;
    bencher.counter(ItemsCount::new(clients * APPENDS)).bench_local(|| {
        for _ in 0..APPENDS {
            let transaction = bare.transaction().unwrap();
            for _ in 0..clients {
                let mut append = transaction.prepare_cached(APPEND.sqlite).unwrap();
                append.execute(rusqlite::params![position, [7_u8; ROW_BYTES]]).unwrap();
                position += 1;
            }
            transaction.commit().unwrap();
        }
    });
}
