//! Walks over whole tables, a page at a time, for the check that everything is as it was written.

use super::convert::limit;
use super::ledger::{ChainRow, TimestampRow};
use crate::{Statement, StoreError, Tx, params, query_all, query_one, statements};

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
    BLOBS_OF_NOTHING = "SELECT COUNT(*) FROM blob WHERE subject NOT IN (SELECT subject FROM legal_order)";
    HOLDS = "SELECT id, subject, sealed FROM legal_hold WHERE id > $1 ORDER BY id LIMIT $2";
    DISCLOSURES = "SELECT id, subject, sealed FROM disclosure WHERE id > $1 ORDER BY id LIMIT $2";
    ENDPOINTS = "SELECT id, subject, secrets FROM endpoint WHERE id > $1 ORDER BY id LIMIT $2";
    AUTHENTICATORS = "SELECT id, id, totp FROM staff WHERE id > $1 AND totp IS NOT NULL ORDER BY id LIMIT $2";
    ACCOUNT_IDS = "SELECT id FROM account WHERE id > $1 ORDER BY id LIMIT $2";
    PARTY_IDS = "SELECT id FROM party WHERE id > $1 ORDER BY id LIMIT $2";
    CASE_IDS = "SELECT id FROM case_file WHERE id > $1 ORDER BY id LIMIT $2";
    MEASURE_IDS = "SELECT id FROM measure WHERE id > $1 ORDER BY id LIMIT $2";
    ORDER_IDS = "SELECT id FROM legal_order WHERE id > $1 ORDER BY id LIMIT $2";
    HOLD_IDS = "SELECT id FROM legal_hold WHERE id > $1 ORDER BY id LIMIT $2";
    DISCLOSURE_IDS = "SELECT id FROM disclosure WHERE id > $1 ORDER BY id LIMIT $2";
    ERASURE_IDS = "SELECT id FROM erasure WHERE id > $1 ORDER BY id LIMIT $2";
    APPROVAL_IDS = "SELECT id FROM approval WHERE id > $1 ORDER BY id LIMIT $2";
    EVENT_IDS = "SELECT id FROM event WHERE id > $1 ORDER BY id LIMIT $2";
    DELIVERY_IDS = "SELECT id FROM delivery WHERE id > $1 ORDER BY id LIMIT $2";
    TOKENS = "SELECT kind, digest, party FROM token WHERE account = $1 ORDER BY kind, digest, party";
    PINS = "SELECT subject, class FROM hold_pin WHERE hold = $1 ORDER BY subject, class";
    TIMESTAMPS = "SELECT size, authority, stamped_at, token, root FROM ledger_timestamp WHERE (size, authority) > ($1, $2) \
        ORDER BY size, authority LIMIT $3";
    FOUND_OF = "SELECT DISTINCT party FROM finding WHERE party > $1 ORDER BY party LIMIT $2";
    DECISIONS = "SELECT id FROM decision WHERE id > $1 ORDER BY id LIMIT $2";
    TOKENS_OF_NOTHING = "SELECT COUNT(*) FROM token WHERE NOT EXISTS (SELECT 1 FROM account WHERE account.id = token.account)";
    SNAPSHOTS = "SELECT id FROM snapshot WHERE id > $1 ORDER BY id LIMIT $2";
    SIGNAL_LISTS = "SELECT id FROM signal_list WHERE id > $1 ORDER BY id LIMIT $2";
    PACKS = "SELECT hash, name, text FROM pack ORDER BY hash";
    BATCH_EVENTS = "SELECT events FROM event_batch WHERE leaf = $1";
    BATCHES_OUTSIDE = "SELECT COUNT(*) FROM event_batch WHERE leaf < $1 OR leaf >= $2";
    EVENT_SUBJECTS_OUTSIDE = "SELECT COUNT(*) FROM event_subject WHERE leaf < $1 OR leaf >= $2";
    BATCHES = "SELECT leaf FROM event_batch WHERE leaf > $1 ORDER BY leaf LIMIT $2";
    EVENT_SUBJECTS = "SELECT subject, leaf FROM event_subject WHERE (subject, leaf) > ($1, $2) ORDER BY subject, leaf LIMIT $3";
    EVENT_SUBJECT = "SELECT COUNT(*) FROM event_subject WHERE subject = $1 AND leaf = $2";
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
    /// Scopes of disclosures.
    Disclosures,
    /// Secrets that sign webhooks.
    Endpoints,
    /// Secrets of one-time codes.
    Authenticators,
}

impl SealedTable {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Facts,
        Self::Evidence,
        Self::Cases,
        Self::Measures,
        Self::Orders,
        Self::Holds,
        Self::Disclosures,
        Self::Endpoints,
        Self::Authenticators,
    ];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Facts => "fact",
            Self::Evidence => "evidence_item",
            Self::Cases => "case_file",
            Self::Measures => "measure",
            Self::Orders => "legal_order",
            Self::Holds => "legal_hold",
            Self::Disclosures => "disclosure",
            Self::Endpoints => "endpoint",
            Self::Authenticators => "staff",
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
            Self::Disclosures => &DISCLOSURES,
            Self::Endpoints => &ENDPOINTS,
            Self::Authenticators => &AUTHENTICATORS,
        }
    }
}

/// A table whose rows are looked at one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdTable {
    /// Accounts.
    Accounts,
    /// Parties.
    Parties,
    /// Cases.
    Cases,
    /// Measures.
    Measures,
    /// Orders.
    Orders,
    /// Holds.
    Holds,
    /// Disclosures.
    Disclosures,
    /// Batches of erasures.
    Erasures,
    /// Requests for a second person.
    Approvals,
    /// Messages to the outside.
    Events,
    /// Deliveries of messages.
    Deliveries,
    /// Decisions.
    Decisions,
    /// Versions of lists.
    Snapshots,
    /// Versions of signal lists.
    SignalLists,
}

/// Identifiers in a table behind one, in order. Nothing else of the rows is read, so one that cannot be read hides no other.
pub fn ids(
    tx: &mut dyn Tx,
    table: IdTable,
    after: &[u8; 16],
    rows_max: u32,
) -> Result<Vec<[u8; 16]>, StoreError> {
    let statement = match table {
        IdTable::Accounts => &ACCOUNT_IDS,
        IdTable::Parties => &PARTY_IDS,
        IdTable::Cases => &CASE_IDS,
        IdTable::Measures => &MEASURE_IDS,
        IdTable::Orders => &ORDER_IDS,
        IdTable::Holds => &HOLD_IDS,
        IdTable::Disclosures => &DISCLOSURE_IDS,
        IdTable::Erasures => &ERASURE_IDS,
        IdTable::Approvals => &APPROVAL_IDS,
        IdTable::Events => &EVENT_IDS,
        IdTable::Deliveries => &DELIVERY_IDS,
        IdTable::Decisions => &DECISIONS,
        IdTable::Snapshots => &SNAPSHOTS,
        IdTable::SignalLists => &SIGNAL_LISTS,
    };
    query_all(tx, statement, params![after, limit(rows_max)], |row| row.id16(0))
}

/// A token as stored: kind, digest, and the party it comes from.
pub type TokenOf = (String, [u8; 32], [u8; 16]);

/// The tokens of an account.
pub fn tokens(tx: &mut dyn Tx, account: &[u8; 16]) -> Result<Vec<TokenOf>, StoreError> {
    query_all(tx, &TOKENS, params![account], |row| {
        Ok((row.text(0)?.to_owned(), row.digest32(1)?, row.id16(2)?))
    })
}

/// The keys that a hold pins: subject and class.
pub fn pins(tx: &mut dyn Tx, hold: &[u8; 16]) -> Result<Vec<([u8; 16], i64)>, StoreError> {
    query_all(tx, &PINS, params![hold], |row| Ok((row.id16(0)?, row.int(1)?)))
}

/// Time-stamps behind one, in order of size and authority.
pub fn timestamps(
    tx: &mut dyn Tx,
    after: (i64, &str),
    rows_max: u32,
) -> Result<Vec<TimestampRow>, StoreError> {
    query_all(tx, &TIMESTAMPS, params![after.0, after.1, limit(rows_max)], super::ledger::timestamp)
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

/// How many tokens belong to no account.
pub fn tokens_of_nothing(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    Ok(query_one(tx, &TOKENS_OF_NOTHING, &[], |row| row.int(0))?.unwrap_or(0))
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

/// The events of a batch without what is sealed of them.
pub fn batch_events(tx: &mut dyn Tx, leaf: i64) -> Result<Option<Vec<u8>>, StoreError> {
    query_one(tx, &BATCH_EVENTS, params![leaf], |row| Ok(row.bytes(0)?.to_vec()))
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

/// Parties behind one of whose matches something was found.
pub fn parties_with_findings(
    tx: &mut dyn Tx,
    after: &[u8; 16],
    rows_max: u32,
) -> Result<Vec<[u8; 16]>, StoreError> {
    query_all(tx, &FOUND_OF, params![after, limit(rows_max)], |row| row.id16(0))
}

/// Every policy pack: hash, name and text. One row per version that was ever adopted or proposed.
pub fn packs(tx: &mut dyn Tx) -> Result<Vec<([u8; 32], String, String)>, StoreError> {
    query_all(tx, &PACKS, &[], |row| Ok((row.digest32(0)?, row.text(1)?.to_owned(), row.text(2)?.to_owned())))
}
