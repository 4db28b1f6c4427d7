//! The ledger's rows: leaves in one gapless order, the head, the chain of each subject, tiles and checkpoints.

use super::convert::{at, limit};
use crate::{StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::time::Timestamp;

statements! {
    HEAD = "SELECT size, frontier, recorded_at FROM ledger_head WHERE id = 0";
    SET_HEAD = "INSERT INTO ledger_head (id, size, frontier, recorded_at) VALUES (0, $1, $2, $3) \
        ON CONFLICT (id) DO UPDATE SET size = excluded.size, frontier = excluded.frontier, recorded_at = excluded.recorded_at";
    APPEND = "INSERT INTO leaf (seq, type, recorded_at, subject, subject_seq, prev, class, bytes, body) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    SUBJECT_HEAD = "SELECT seq, leaf, last_leaf FROM subject_head WHERE subject = $1";
    SET_SUBJECT_HEAD = "INSERT INTO subject_head (subject, seq, leaf, last_leaf) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (subject) DO UPDATE SET seq = excluded.seq, leaf = excluded.leaf, last_leaf = excluded.last_leaf";
    RANGE = "SELECT seq, type, recorded_at, subject, subject_seq, prev, class, bytes, body FROM leaf WHERE seq >= $1 ORDER BY seq LIMIT $2";
    HEADERS = {
        sqlite: "SELECT seq, type, recorded_at, subject, subject_seq, prev, class, bytes, X'' FROM leaf WHERE seq >= $1 ORDER BY seq LIMIT $2",
        postgres: "SELECT seq, type, recorded_at, subject, subject_seq, prev, class, bytes, ''::bytea FROM leaf WHERE seq >= $1 ORDER BY seq LIMIT $2"
    };
    LATEST = "SELECT seq, type, recorded_at, subject, subject_seq, prev, class, bytes, body FROM leaf WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
    NEWEST_OF_TYPE = "SELECT seq FROM leaf WHERE type = $1 ORDER BY seq DESC LIMIT 1";
    BY_SUBJECT = "SELECT seq, type, recorded_at, subject, subject_seq, prev, class, bytes, body FROM leaf WHERE seq IN (\
        WITH RECURSIVE chain(seq) AS (SELECT leaf FROM subject_head WHERE subject = $1 \
        UNION ALL SELECT leaf.prev FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE leaf.prev IS NOT NULL) \
        SELECT seq FROM chain ORDER BY seq LIMIT $2) ORDER BY seq";
    CHAIN_THROUGH = "WITH RECURSIVE chain(seq, place) AS (SELECT CAST($1 AS BIGINT), CAST(1 AS BIGINT) \
        UNION ALL SELECT leaf.prev, chain.place + 1 FROM chain JOIN leaf ON leaf.seq = chain.seq \
        WHERE leaf.prev IS NOT NULL AND chain.place < $2) \
        SELECT seq, type, recorded_at, subject, subject_seq, prev, class, bytes, body FROM leaf \
        WHERE seq IN (SELECT seq FROM chain) ORDER BY seq DESC";
    IN_CHAIN_OF_TYPE = "SELECT seq, type, recorded_at, subject, subject_seq, prev, class, bytes, body FROM leaf WHERE type = $2 AND seq > $3 \
        AND seq IN (WITH RECURSIVE chain(seq) AS (SELECT leaf FROM subject_head WHERE subject = $1 \
        UNION ALL SELECT leaf.prev FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE leaf.prev > $3) SELECT seq FROM chain) \
        ORDER BY seq LIMIT $4";
    SUBJECTS = "SELECT subject FROM subject_head WHERE subject > $1 ORDER BY subject LIMIT $2";
    CHAIN_HEADS = {
        sqlite: "WITH RECURSIVE chain(seq) AS (SELECT leaf FROM subject_head WHERE subject > $1 AND subject <= $2 \
            UNION ALL SELECT leaf.prev FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE chain.seq >= $3 AND leaf.prev IS NOT NULL) \
            SELECT leaf.seq, leaf.type, leaf.recorded_at, leaf.subject, leaf.subject_seq, leaf.prev, leaf.class, leaf.bytes, X'' \
            FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE chain.seq < $3 ORDER BY leaf.subject",
        postgres: "WITH RECURSIVE chain(seq) AS (SELECT leaf FROM subject_head WHERE subject > $1 AND subject <= $2 \
            UNION ALL SELECT leaf.prev FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE chain.seq >= $3 AND leaf.prev IS NOT NULL) \
            SELECT leaf.seq, leaf.type, leaf.recorded_at, leaf.subject, leaf.subject_seq, leaf.prev, leaf.class, leaf.bytes, ''::bytea \
            FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE chain.seq < $3 ORDER BY leaf.subject"
    };
    FIND_TILE = "SELECT bytes FROM tile WHERE level = $1 AND number = $2";
    ADD_TILE = "INSERT INTO tile (level, number, bytes) VALUES ($1, $2, $3) ON CONFLICT (level, number) DO NOTHING";
    ADD_BATCH = "INSERT INTO event_batch (leaf, events, sealed) VALUES ($1, $2, $3)";
    ADD_EVENT_SUBJECT = "INSERT INTO event_subject (subject, leaf) VALUES ($1, $2)";
    BATCHES_ABOUT = "SELECT leaf FROM event_subject WHERE subject = $1 AND leaf < $2 ORDER BY leaf DESC LIMIT $3";
    FIND_BATCH = "SELECT events, sealed FROM event_batch WHERE leaf = $1";
    ADD_TIMESTAMP = "INSERT INTO ledger_timestamp (size, authority, stamped_at, token, root) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (size, authority) DO NOTHING";
    LATEST_TIMESTAMP = "SELECT size, authority, stamped_at, token, root FROM ledger_timestamp WHERE authority = $1 \
        ORDER BY stamped_at DESC LIMIT 1";
    TIMESTAMPS = "SELECT size, authority, stamped_at, token, root FROM ledger_timestamp ORDER BY stamped_at DESC, size DESC LIMIT $1";
    LATEST_CHECKPOINT = "SELECT size, note, signed_at FROM checkpoint ORDER BY size DESC LIMIT 1";
    FORGET_CHECKPOINTS = "DELETE FROM checkpoint";
    CHECKPOINTS_AFTER = "SELECT size, note, signed_at FROM checkpoint WHERE size > $1 ORDER BY size LIMIT $2";
    LINK = "SELECT subject, subject_seq, bytes FROM leaf WHERE seq = $1";
    COUNT_TILES = "SELECT COUNT(*) FROM tile";
    ADD_CHECKPOINT = "INSERT INTO checkpoint (size, note, signed_at) VALUES ($1, $2, $3) \
        ON CONFLICT (size) DO UPDATE SET note = excluded.note, signed_at = excluded.signed_at";
}

/// The state of the tree: size, frontier as the ledger crate encodes it, time of the newest leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRow {
    /// Number of leaves.
    pub size: i64,
    /// Encoded frontier.
    pub frontier: Vec<u8>,
    /// Time of the newest leaf; the next is never earlier.
    pub recorded_at: Timestamp,
}

/// One leaf with its sealed body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafRow {
    /// Position in the ledger, from 0.
    pub seq: i64,
    /// Type of record, as in the leaf.
    pub leaf_type: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Pseudonym of its subject.
    pub subject: [u8; 16],
    /// Position in the chain of its subject, from 1.
    pub subject_seq: i64,
    /// The leaf before it in that chain.
    pub prev: Option<i64>,
    /// Retention class.
    pub class: i64,
    /// The leaf itself.
    pub bytes: Vec<u8>,
    /// The sealed body.
    pub body: Vec<u8>,
}

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Number of leaves it covers.
    pub size: i64,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// The head, `None` before the first leaf.
pub fn head(tx: &mut dyn Tx) -> Result<Option<HeadRow>, StoreError> {
    query_one(tx, &HEAD, &[], |row| {
        Ok(HeadRow { size: row.int(0)?, frontier: row.bytes(1)?.to_vec(), recorded_at: at(row, 2)? })
    })
}

/// Replaces the head.
pub fn set_head(tx: &mut dyn Tx, head: &HeadRow) -> Result<(), StoreError> {
    tx.execute(&SET_HEAD, params![head.size, &head.frontier, head.recorded_at]).map(|_| ())
}

/// Appends a leaf. The sequence number is the primary key, so a number is never given twice.
pub fn append(tx: &mut dyn Tx, leaf: &LeafRow) -> Result<(), StoreError> {
    let params = params![
        leaf.seq,
        leaf.leaf_type,
        leaf.recorded_at,
        leaf.subject,
        leaf.subject_seq,
        leaf.prev,
        leaf.class,
        &leaf.bytes,
        &leaf.body
    ];
    tx.execute(&APPEND, params).map(|_| ())
}

/// Where the chain of a subject stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainRow {
    /// Leaves in it.
    pub records: i64,
    /// The newest of them.
    pub leaf: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// The chain of a subject; `None` for a new subject.
pub fn chain(tx: &mut dyn Tx, subject: &[u8; 16]) -> Result<Option<ChainRow>, StoreError> {
    query_one(tx, &SUBJECT_HEAD, params![subject], |row| {
        Ok(ChainRow { records: row.int(0)?, leaf: row.int(1)?, hash: row.digest32(2)? })
    })
}

/// Moves the head of a subject's chain.
pub fn set_chain(tx: &mut dyn Tx, subject: &[u8; 16], chain: &ChainRow) -> Result<(), StoreError> {
    tx.execute(&SET_SUBJECT_HEAD, params![subject, chain.records, chain.leaf, chain.hash]).map(|_| ())
}

/// Leaves from `first` on, in order.
pub fn range(tx: &mut dyn Tx, first: i64, rows_max: u32) -> Result<Vec<LeafRow>, StoreError> {
    query_all(tx, &RANGE, params![first, limit(rows_max)], leaf)
}

/// As [`range`], with empty bodies: for whoever only needs the leaves.
pub fn headers(tx: &mut dyn Tx, first: i64, rows_max: u32) -> Result<Vec<LeafRow>, StoreError> {
    query_all(tx, &HEADERS, params![first, limit(rows_max)], leaf)
}

/// The newest leaves before `before`, newest first.
pub fn latest(tx: &mut dyn Tx, before: i64, rows_max: u32) -> Result<Vec<LeafRow>, StoreError> {
    query_all(tx, &LATEST, params![before, limit(rows_max)], leaf)
}

/// The newest leaf of a type of record. Reads every leaf when there is none.
pub fn newest_of_type(tx: &mut dyn Tx, leaf_type: i64) -> Result<Option<i64>, StoreError> {
    query_one(tx, &NEWEST_OF_TYPE, params![leaf_type], |row| row.int(0))
}

/// The chain of a subject, oldest first.
pub fn by_subject(tx: &mut dyn Tx, subject: &[u8; 16], rows_max: u32) -> Result<Vec<LeafRow>, StoreError> {
    query_all(tx, &BY_SUBJECT, params![subject, limit(rows_max)], leaf)
}

/// A part of a subject's chain, newest first: leaf `last` and those before it.
pub fn chain_through(tx: &mut dyn Tx, last: i64, rows_max: u32) -> Result<Vec<LeafRow>, StoreError> {
    query_all(tx, &CHAIN_THROUGH, params![last, limit(rows_max)], leaf)
}

/// The leaves of one type in the chain of a subject behind leaf `after`, oldest first.
pub fn in_chain_of_type(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    leaf_type: i64,
    after: i64,
    rows_max: u32,
) -> Result<Vec<LeafRow>, StoreError> {
    query_all(tx, &IN_CHAIN_OF_TYPE, params![subject, leaf_type, after, limit(rows_max)], leaf)
}

/// Pseudonyms behind `after` that have a chain, in order.
pub fn subjects(tx: &mut dyn Tx, after: &[u8; 16], rows_max: u32) -> Result<Vec<[u8; 16]>, StoreError> {
    query_all(tx, &SUBJECTS, params![after, limit(rows_max)], |row| row.id16(0))
}

/// The last leaf before `before` of each subject behind `after` and up to `through`, in the order of their pseudonyms, with empty
/// bodies.
pub fn chain_heads(
    tx: &mut dyn Tx,
    after: &[u8; 16],
    through: &[u8; 16],
    before: i64,
) -> Result<Vec<LeafRow>, StoreError> {
    query_all(tx, &CHAIN_HEADS, params![after, through, before], leaf)
}

fn leaf(row: &crate::Row<'_>) -> Result<LeafRow, StoreError> {
    Ok(LeafRow {
        seq: row.int(0)?,
        leaf_type: row.int(1)?,
        recorded_at: at(row, 2)?,
        subject: row.id16(3)?,
        subject_seq: row.int(4)?,
        prev: row.opt_int(5)?,
        class: row.int(6)?,
        bytes: row.bytes(7)?.to_vec(),
        body: row.bytes(8)?.to_vec(),
    })
}

/// A full tile.
pub fn find_tile(tx: &mut dyn Tx, level: i64, number: i64) -> Result<Option<Vec<u8>>, StoreError> {
    query_one(tx, &FIND_TILE, params![level, number], |row| Ok(row.bytes(0)?.to_vec()))
}

/// Stores a full tile. Tiles never change, so storing one twice does nothing.
pub fn add_tile(tx: &mut dyn Tx, level: i64, number: i64, bytes: &[u8]) -> Result<(), StoreError> {
    tx.execute(&ADD_TILE, params![level, number, bytes]).map(|_| ())
}

/// The events behind a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRow {
    /// What is hashed, one event after the other.
    pub events: Vec<u8>,
    /// What is sealed of them, by subject.
    pub sealed: Vec<u8>,
}

/// Stores the events behind a leaf: what is hashed, and what is sealed.
pub fn add_batch(tx: &mut dyn Tx, leaf: i64, events: &[u8], sealed: &[u8]) -> Result<(), StoreError> {
    tx.execute(&ADD_BATCH, params![leaf, events, sealed]).map(|_| ())
}

/// Notes that the batch behind a leaf holds events about a subject.
pub fn add_event_subject(tx: &mut dyn Tx, subject: &[u8; 16], leaf: i64) -> Result<(), StoreError> {
    tx.execute(&ADD_EVENT_SUBJECT, params![subject, leaf]).map(|_| ())
}

/// The newest batches before `before` that hold events about a subject, by leaf, newest first.
pub fn batches_about(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    before: i64,
    rows_max: u32,
) -> Result<Vec<i64>, StoreError> {
    query_all(tx, &BATCHES_ABOUT, params![subject, before, limit(rows_max)], |row| row.int(0))
}

/// The events behind a leaf and what is sealed of them.
pub fn find_batch(tx: &mut dyn Tx, leaf: i64) -> Result<Option<BatchRow>, StoreError> {
    query_one(tx, &FIND_BATCH, params![leaf], |row| {
        Ok(BatchRow { events: row.bytes(0)?.to_vec(), sealed: row.bytes(1)?.to_vec() })
    })
}

/// A time-stamp token over the text of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampRow {
    /// Number of leaves the checkpoint covers.
    pub size: i64,
    /// Where the token was fetched.
    pub authority: String,
    /// The time it states.
    pub stamped_at: Timestamp,
    /// The token, RFC 3161, DER.
    pub token: Vec<u8>,
    /// The trusted certificate that its chain ended at, DER; empty for a token kept before these were.
    pub root: Vec<u8>,
}

/// Stores a token. One that is there already stays.
pub fn add_timestamp(tx: &mut dyn Tx, row: &TimestampRow) -> Result<(), StoreError> {
    tx.execute(&ADD_TIMESTAMP, params![row.size, &row.authority, row.stamped_at, &row.token, &row.root])
        .map(|_| ())
}

/// The newest token of an authority.
pub fn latest_timestamp(tx: &mut dyn Tx, authority: &str) -> Result<Option<TimestampRow>, StoreError> {
    query_one(tx, &LATEST_TIMESTAMP, params![authority], timestamp)
}

/// The newest tokens of all authorities, newest first.
pub fn timestamps(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<TimestampRow>, StoreError> {
    query_all(tx, &TIMESTAMPS, params![limit(rows_max)], timestamp)
}

pub(super) fn timestamp(row: &crate::Row<'_>) -> Result<TimestampRow, StoreError> {
    Ok(TimestampRow {
        size: row.int(0)?,
        authority: row.text(1)?.to_owned(),
        stamped_at: at(row, 2)?,
        token: row.bytes(3)?.to_vec(),
        root: row.bytes(4)?.to_vec(),
    })
}

/// The newest signed checkpoint.
pub fn latest_checkpoint(tx: &mut dyn Tx) -> Result<Option<CheckpointRow>, StoreError> {
    query_one(tx, &LATEST_CHECKPOINT, &[], |row| {
        Ok(CheckpointRow { size: row.int(0)?, note: row.text(1)?.to_owned(), signed_at: at(row, 2)? })
    })
}

/// Signed checkpoints over more than `after` leaves, smallest first.
pub fn checkpoints_after(
    tx: &mut dyn Tx,
    after: i64,
    rows_max: u32,
) -> Result<Vec<CheckpointRow>, StoreError> {
    query_all(tx, &CHECKPOINTS_AFTER, params![after, limit(rows_max)], |row| {
        Ok(CheckpointRow { size: row.int(0)?, note: row.text(1)?.to_owned(), signed_at: at(row, 2)? })
    })
}

/// The leaf at `seq`, if it is the one at a position of this subject's chain.
pub fn in_chain(
    tx: &mut dyn Tx,
    seq: i64,
    subject: &[u8; 16],
    subject_seq: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found = query_one(tx, &LINK, params![seq], |row| {
        Ok((row.id16(0)? == *subject && row.int(1)? == subject_seq).then_some(row.bytes(2)?.to_vec()))
    })?;
    Ok(found.flatten())
}

/// How many full tiles are stored.
pub fn count_tiles(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    Ok(query_one(tx, &COUNT_TILES, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Stores a signed checkpoint; signing the same size again refreshes its time.
pub fn add_checkpoint(tx: &mut dyn Tx, checkpoint: &CheckpointRow) -> Result<(), StoreError> {
    tx.execute(&ADD_CHECKPOINT, params![checkpoint.size, &checkpoint.note, checkpoint.signed_at]).map(|_| ())
}

/// Deletes every signed checkpoint, of a ledger that goes on under another name.
pub fn forget_checkpoints(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.execute(&FORGET_CHECKPOINTS, params![]).map(|_| ())
}
