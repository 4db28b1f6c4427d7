//! Requests that need a second person: the exact content, its hash, who asked, who decided.

use super::convert::{at, limit, opt_at};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::id::{ApprovalId, StaffId};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO approval (id, action, object, content, content_hash, requested_by, requested_at, reason, state, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9)";
    FIND = "SELECT id, action, object, content, content_hash, requested_by, requested_at, reason, state, decided_by, decided_at, \
        expires_at FROM approval WHERE id = $1";
    WAITING = "SELECT id, action, object, content, content_hash, requested_by, requested_at, reason, state, decided_by, decided_at, \
        expires_at FROM approval WHERE state = 'waiting' ORDER BY requested_at, id LIMIT $1";
    WAITING_ABOUT = "SELECT COUNT(*) FROM approval WHERE state = 'waiting' AND object = $1";
    LAPSED = "SELECT id, action, object, content, content_hash, requested_by, requested_at, reason, state, decided_by, decided_at, \
        expires_at FROM approval WHERE state = 'waiting' AND expires_at <= $1 ORDER BY requested_at, id";
    OWN_OPEN = "SELECT id, action, object, content, content_hash, requested_by, requested_at, reason, state, decided_by, decided_at, \
        expires_at FROM approval WHERE action = $1 AND requested_by = $2 AND expires_at > $3 AND state IN ('waiting', 'approved') \
        ORDER BY requested_at, id LIMIT $4";
    APPROVED_AT = "SELECT MAX(decided_at) FROM approval WHERE object = $1 AND state = 'approved'";
    DECIDE = "UPDATE approval SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'waiting'";
    VOID = "UPDATE approval SET state = 'void', decided_at = $2 WHERE object = $1 AND state = 'waiting'";
}

/// A request for a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// Identifier.
    pub id: ApprovalId,
    /// What is to be done, a word of the register's table.
    pub action: String,
    /// Identifier of what it is done to.
    pub object: String,
    /// The exact content; identifiers and words only.
    pub content: Vec<u8>,
    /// Its hash.
    pub content_hash: [u8; 32],
    /// Who asks.
    pub requested_by: StaffId,
    /// When.
    pub requested_at: Timestamp,
    /// Why.
    pub reason: String,
    /// `waiting`, `approved`, `rejected`, `void`.
    pub state: String,
    /// The second person.
    pub decided_by: Option<StaffId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// When the request lapses.
    pub expires_at: Timestamp,
}

/// Adds a request.
pub fn add(tx: &mut dyn Tx, approval: &ApprovalRow) -> Result<(), StoreError> {
    let params = params![
        approval.id,
        &approval.action,
        &approval.object,
        &approval.content,
        approval.content_hash,
        approval.requested_by,
        approval.requested_at,
        &approval.reason,
        approval.expires_at
    ];
    tx.execute(&ADD, params).map(|_| ())
}

/// A request by its identifier.
pub fn find(tx: &mut dyn Tx, id: ApprovalId) -> Result<Option<ApprovalRow>, StoreError> {
    query_one(tx, &FIND, params![id], approval)
}

/// Requests that wait, oldest first.
pub fn waiting(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<ApprovalRow>, StoreError> {
    query_all(tx, &WAITING, params![limit(rows_max)], approval)
}

/// Whether a request about this object waits.
pub fn is_waiting_about(tx: &mut dyn Tx, object: &str) -> Result<bool, StoreError> {
    Ok(query_one(tx, &WAITING_ABOUT, params![object], |row| row.int(0))?.unwrap_or(0) > 0)
}

/// The requests that wait although their time is over at `at`, oldest first.
pub fn lapsed(tx: &mut dyn Tx, at: Timestamp) -> Result<Vec<ApprovalRow>, StoreError> {
    query_all(tx, &LAPSED, params![at], approval)
}

/// Requests for this that one person made, that lapse after `at` and were not refused, oldest first.
pub fn own_open(
    tx: &mut dyn Tx,
    action: &str,
    requested_by: StaffId,
    at: Timestamp,
    rows_max: u32,
) -> Result<Vec<ApprovalRow>, StoreError> {
    query_all(tx, &OWN_OPEN, params![action, requested_by, at, limit(rows_max)], approval)
}

/// When a request about this object was last approved.
pub fn approved_at(tx: &mut dyn Tx, object: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(query_one(tx, &APPROVED_AT, params![object], |row| opt_at(row, 0))?.flatten())
}

/// Decides a waiting request. Answers whether it was still waiting.
pub fn decide(
    tx: &mut dyn Tx,
    id: ApprovalId,
    state: &str,
    decided_by: StaffId,
    decided_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&DECIDE, params![id, state, decided_by, decided_at])? == 1)
}

/// Voids every waiting request about an object that has changed. Answers how many.
pub fn void(tx: &mut dyn Tx, object: &str, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&VOID, params![object, at])
}

fn approval(row: &Row<'_>) -> Result<ApprovalRow, StoreError> {
    Ok(ApprovalRow {
        id: ApprovalId::from_bytes(row.id16(0)?),
        action: row.text(1)?.to_owned(),
        object: row.text(2)?.to_owned(),
        content: row.bytes(3)?.to_vec(),
        content_hash: row.digest32(4)?,
        requested_by: StaffId::from_bytes(row.id16(5)?),
        requested_at: at(row, 6)?,
        reason: row.text(7)?.to_owned(),
        state: row.text(8)?.to_owned(),
        decided_by: row.opt_id16(9)?.map(StaffId::from_bytes),
        decided_at: opt_at(row, 10)?,
        expires_at: at(row, 11)?,
    })
}
