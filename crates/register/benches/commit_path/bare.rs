//! The least a group commit on SQLite can cost: clients hand rows to one thread, which writes what waits and commits once.

use crate::{CLIENTS, Closed, closed_loop, folder};
use rusqlite::Connection;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

struct Row {
    bytes: Vec<u8>,
    durable: SyncSender<()>,
}

pub(crate) fn measure(bytes: usize, time: Duration) -> Closed {
    let folder = folder();
    let connection = Connection::open(folder.path().join("bare.db")).unwrap();
    let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; \
        PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 16000; \
        CREATE TABLE leaf (seq INTEGER NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT";
    connection.execute_batch(pragmas).unwrap();
    let (send, rows) = sync_channel::<Row>(usize::try_from(CLIENTS).unwrap());
    let writer = std::thread::spawn(move || write(connection, &rows));
    let closed = closed_loop(time, |_| {
        let send = send.clone();
        move || {
            let (durable, answered) = sync_channel(1);
            send.send(Row { bytes: vec![0x5a; bytes], durable }).unwrap();
            answered.recv().unwrap();
        }
    });
    drop(send);
    writer.join().unwrap();
    closed
}

fn write(mut connection: Connection, rows: &Receiver<Row>) {
    let mut seq = 0_i64;
    while let Ok(first) = rows.recv() {
        let batch: Vec<Row> = std::iter::once(first).chain(rows.try_iter()).collect();
        let transaction = connection.transaction().unwrap();
        for row in &batch {
            let mut insert =
                transaction.prepare_cached("INSERT INTO leaf (seq, bytes) VALUES (?1, ?2)").unwrap();
            insert.execute(rusqlite::params![seq, row.bytes]).unwrap();
            seq += 1;
        }
        transaction.commit().unwrap();
        for row in batch {
            row.durable.send(()).unwrap();
        }
    }
}
