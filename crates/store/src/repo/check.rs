//! Walks over whole tables, a page at a time, for the check that everything is as it was written.

use super::convert::limit;
use super::ledger::ChainRow;
use crate::{Row, Statement, StoreError, Tx, params, query_all, query_one, statements};

statements! {
    SUBJECT_HEADS = "SELECT subject, seq, leaf, last_leaf FROM subject_head WHERE subject > $1 ORDER BY subject LIMIT $2";
    CHAINED_LEAVES = "SELECT CAST(SUM(seq) AS BIGINT) FROM subject_head";
    FACTS = "SELECT fact.id, party.subject, fact.sealed FROM fact JOIN party ON party.id = fact.party WHERE fact.id > $1 \
        ORDER BY fact.id LIMIT $2";
    EVIDENCE = "SELECT evidence_item.id, party.subject, evidence_item.sealed FROM evidence_item JOIN party \
        ON party.id = evidence_item.party WHERE evidence_item.id > $1 ORDER BY evidence_item.id LIMIT $2";
    CASES = "SELECT id, subject, sealed FROM case_file WHERE id > $1 ORDER BY id LIMIT $2";
    MEASURES = "SELECT id, subject, sealed FROM measure WHERE id > $1 ORDER BY id LIMIT $2";
    ORDERS = "SELECT id, subject, sealed FROM legal_order WHERE id > $1 ORDER BY id LIMIT $2";
    ORDER_SUBJECTS = "SELECT id, subject FROM legal_order WHERE id > $1 ORDER BY id LIMIT $2";
    BLOBS_OF_NOTHING = "SELECT COUNT(*) FROM blob WHERE subject NOT IN (SELECT subject FROM legal_order)";
    HOLDS = "SELECT id, subject, sealed FROM legal_hold WHERE id > $1 ORDER BY id LIMIT $2";
    MEASURE_IDS = "SELECT id FROM measure WHERE id > $1 ORDER BY id LIMIT $2";
    FOUND_OF = "SELECT DISTINCT party FROM finding WHERE party > $1 ORDER BY party LIMIT $2";
    DECISIONS = "SELECT id FROM decision WHERE id > $1 ORDER BY id LIMIT $2";
    SNAPSHOTS = "SELECT id FROM snapshot WHERE id > $1 ORDER BY id LIMIT $2";
    PACKS = "SELECT hash, text FROM pack ORDER BY hash";
    BATCHES_OUTSIDE = "SELECT COUNT(*) FROM event_batch WHERE leaf < $1 OR leaf >= $2";
    EVENT_SUBJECTS_OUTSIDE = "SELECT COUNT(*) FROM event_subject WHERE leaf < $1 OR leaf >= $2";
    BATCHES = "SELECT leaf FROM event_batch WHERE leaf > $1 ORDER BY leaf LIMIT $2";
    EVENT_SUBJECTS = "SELECT subject, leaf FROM event_subject WHERE (subject, leaf) > ($1, $2) ORDER BY subject, leaf LIMIT $3";
    EVENT_SUBJECT = "SELECT COUNT(*) FROM event_subject WHERE subject = $1 AND leaf = $2";
    APPROVALS = "SELECT id, content, content_hash FROM approval WHERE id > $1 ORDER BY id LIMIT $2";
}

/// Where a walk stands: behind this row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// Identifier, or pseudonym of the subject.
    pub id: [u8; 16],
    /// Retention class, where it is part of the key.
    pub class: u8,
}

impl After {
    /// Before the first row.
    pub const fn start() -> Self {
        Self { id: [0; 16], class: 0 }
    }
}

/// A table with a sealed column per row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedTable {
    /// Facts.
    Facts,
    /// Checks.
    Evidence,
    /// Details of cases.
    Cases,
    /// Measures.
    Measures,
    /// Words of orders.
    Orders,
    /// Matters of holds.
    Holds,
}

impl SealedTable {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Facts, Self::Evidence, Self::Cases, Self::Measures, Self::Orders, Self::Holds];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Facts => "fact",
            Self::Evidence => "evidence_item",
            Self::Cases => "case_file",
            Self::Measures => "measure",
            Self::Orders => "legal_order",
            Self::Holds => "legal_hold",
        }
    }

    /// Whether an erasure cuts the ciphertext of its rows.
    pub const fn is_cleared(self) -> bool {
        !matches!(self, Self::Cases)
    }

    const fn statement(self) -> &'static Statement {
        match self {
            Self::Facts => &FACTS,
            Self::Evidence => &EVIDENCE,
            Self::Cases => &CASES,
            Self::Measures => &MEASURES,
            Self::Orders => &ORDERS,
            Self::Holds => &HOLDS,
        }
    }
}

/// A sealed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// Identifier of the row.
    pub id: [u8; 16],
    /// Under whose key it is sealed.
    pub subject: [u8; 16],
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// Sealed rows of a table behind an identifier.
pub fn sealed_rows(
    tx: &mut dyn Tx,
    table: SealedTable,
    after: &[u8; 16],
    rows_max: u32,
) -> Result<Vec<SealedRow>, StoreError> {
    query_all(tx, table.statement(), params![after, limit(rows_max)], |row| {
        Ok(SealedRow { id: row.id16(0)?, subject: row.id16(1)?, sealed: row.bytes(2)?.to_vec() })
    })
}

/// Orders behind an identifier: each with its pseudonym.
pub fn orders(
    tx: &mut dyn Tx,
    after: &[u8; 16],
    rows_max: u32,
) -> Result<Vec<([u8; 16], [u8; 16])>, StoreError> {
    query_all(tx, &ORDER_SUBJECTS, params![after, limit(rows_max)], |row| Ok((row.id16(0)?, row.id16(1)?)))
}

/// How many large objects belong to nothing.
pub fn blobs_of_nothing(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    Ok(query_one(tx, &BLOBS_OF_NOTHING, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Chains behind a subject, with the subject of each.
pub fn chains(
    tx: &mut dyn Tx,
    after: &[u8; 16],
    rows_max: u32,
) -> Result<Vec<([u8; 16], ChainRow)>, StoreError> {
    query_all(tx, &SUBJECT_HEADS, params![after, limit(rows_max)], |row| {
        Ok((row.id16(0)?, ChainRow { records: row.int(1)?, leaf: row.int(2)?, hash: row.digest32(3)? }))
    })
}

/// Leaves in all chains together.
pub fn chained_leaves(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    Ok(query_one(tx, &CHAINED_LEAVES, &[], |row| row.opt_int(0))?.flatten().unwrap_or(0))
}

/// Event batches, and rows that say which batches are about whom, whose leaf is below `below` or not below `size`.
pub fn event_rows_outside(tx: &mut dyn Tx, below: i64, size: i64) -> Result<(i64, i64), StoreError> {
    let mut count = |statement| query_one(tx, statement, params![below, size], |row| row.int(0));
    Ok((count(&BATCHES_OUTSIDE)?.unwrap_or(0), count(&EVENT_SUBJECTS_OUTSIDE)?.unwrap_or(0)))
}

/// Leaves of event batches behind one.
pub fn event_batches(tx: &mut dyn Tx, after: i64, rows_max: u32) -> Result<Vec<i64>, StoreError> {
    query_all(tx, &BATCHES, params![after, limit(rows_max)], |row| row.int(0))
}

/// Rows that say that a batch is about a subject, behind one.
pub fn event_subjects(
    tx: &mut dyn Tx,
    after: (&[u8; 16], i64),
    rows_max: u32,
) -> Result<Vec<([u8; 16], i64)>, StoreError> {
    query_all(tx, &EVENT_SUBJECTS, params![after.0, after.1, limit(rows_max)], |row| {
        Ok((row.id16(0)?, row.int(1)?))
    })
}

/// Whether a row says that the batch behind a leaf is about a subject.
pub fn is_event_subject(tx: &mut dyn Tx, subject: &[u8; 16], leaf: i64) -> Result<bool, StoreError> {
    Ok(query_one(tx, &EVENT_SUBJECT, params![subject, leaf], |row| row.int(0))? == Some(1))
}

/// Identifiers of decisions behind one.
pub fn decisions(tx: &mut dyn Tx, after: &[u8; 16], rows_max: u32) -> Result<Vec<[u8; 16]>, StoreError> {
    query_all(tx, &DECISIONS, params![after, limit(rows_max)], |row| row.id16(0))
}

/// Identifiers of measures behind one.
pub fn measures(tx: &mut dyn Tx, after: &[u8; 16], rows_max: u32) -> Result<Vec<[u8; 16]>, StoreError> {
    query_all(tx, &MEASURE_IDS, params![after, limit(rows_max)], |row| row.id16(0))
}

/// Parties behind one of whose matches something was found.
pub fn parties_with_findings(
    tx: &mut dyn Tx,
    after: &[u8; 16],
    rows_max: u32,
) -> Result<Vec<[u8; 16]>, StoreError> {
    query_all(tx, &FOUND_OF, params![after, limit(rows_max)], |row| row.id16(0))
}

/// Snapshots of lists after one, in order of identifier.
pub fn snapshots(tx: &mut dyn Tx, after: &[u8; 16], rows_max: u32) -> Result<Vec<[u8; 16]>, StoreError> {
    query_all(tx, &SNAPSHOTS, params![after, limit(rows_max)], |row| row.id16(0))
}

/// Every policy pack: hash and text. One row per version that was ever adopted.
pub fn packs(tx: &mut dyn Tx) -> Result<Vec<([u8; 32], String)>, StoreError> {
    query_all(tx, &PACKS, &[], |row| Ok((row.digest32(0)?, row.text(1)?.to_owned())))
}

/// The content of a request for a second person: identifier, content, hash.
pub type ApprovedContent = ([u8; 16], Vec<u8>, [u8; 32]);

/// Contents of requests behind an identifier.
pub fn approvals(
    tx: &mut dyn Tx,
    after: &[u8; 16],
    rows_max: u32,
) -> Result<Vec<ApprovedContent>, StoreError> {
    let content = |row: &Row<'_>| Ok((row.id16(0)?, row.bytes(1)?.to_vec(), row.digest32(2)?));
    query_all(tx, &APPROVALS, params![after, limit(rows_max)], content)
}
