//! Measures: their content sealed, their dates and state plain.

use super::convert::{at, opt_at, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::id::{MeasureId, StaffId};
use tenantry_model::measure::MeasureState;
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO measure (id, state, subject, sealed, content_hash, proposed_by, proposed_at, effective_at, expires_at, \
        applied_at, ended_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, NULL, 1)";
    FIND = "SELECT id, state, subject, sealed, content_hash, proposed_by, proposed_at, effective_at, expires_at, applied_at, ended_at, \
        version FROM measure WHERE id = $1";
    PAGE = "SELECT id, state, subject, sealed, content_hash, proposed_by, proposed_at, effective_at, expires_at, applied_at, ended_at, \
        version FROM measure ORDER BY id DESC LIMIT $1";
    APPROVED = "SELECT id, state, subject, sealed, content_hash, proposed_by, proposed_at, effective_at, expires_at, applied_at, \
        ended_at, version FROM measure WHERE state = 'approved' ORDER BY id";
    IN_COURSE = "SELECT id, state, subject, sealed, content_hash, proposed_by, proposed_at, effective_at, expires_at, applied_at, \
        ended_at, version FROM measure WHERE state IN ('approved', 'lifted') AND ended_at IS NULL ORDER BY id";
    UNAPPLIED = "SELECT id, effective_at FROM measure WHERE state = 'approved' AND applied_at IS NULL AND ended_at IS NULL \
        ORDER BY id";
    SET_STATE = "UPDATE measure SET state = $2, version = version + 1 WHERE id = $1 AND version = $3";
    EXTEND = "UPDATE measure SET sealed = $2, content_hash = $3, expires_at = $4, version = version + 1 \
        WHERE id = $1 AND version = $5";
    APPLIED = "UPDATE measure SET applied_at = $2 WHERE id = $1 AND applied_at IS NULL";
    ENDED = "UPDATE measure SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
}

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureRow {
    /// Identifier.
    pub id: MeasureId,
    /// Where it stands.
    pub state: MeasureState,
    /// Pseudonym in the ledger.
    pub subject: [u8; 16],
    /// The sealed measure.
    pub sealed: Vec<u8>,
    /// Hash of the exact content, which is what is approved.
    pub content_hash: [u8; 32],
    /// Who wrote it.
    pub proposed_by: StaffId,
    /// When.
    pub proposed_at: Timestamp,
    /// From when it is enforced.
    pub effective_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When existing accounts were assessed under it.
    pub applied_at: Option<Timestamp>,
    /// When existing accounts were assessed after its end.
    pub ended_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: i64,
}

/// Adds a measure.
pub fn add(tx: &mut dyn Tx, measure: &MeasureRow) -> Result<(), StoreError> {
    let params = params![
        measure.id,
        measure.state.as_str(),
        measure.subject,
        &measure.sealed,
        measure.content_hash,
        measure.proposed_by,
        measure.proposed_at,
        measure.effective_at,
        measure.expires_at
    ];
    tx.execute(&ADD, params).map(|_| ())
}

/// A measure by its identifier.
pub fn find(tx: &mut dyn Tx, id: MeasureId) -> Result<Option<MeasureRow>, StoreError> {
    query_one(tx, &FIND, params![id], measure)
}

/// All measures, newest first.
pub fn page(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<MeasureRow>, StoreError> {
    query_all(tx, &PAGE, params![super::convert::limit(rows_max)], measure)
}

/// The approved measures, whether or not they are effective now.
pub fn approved(tx: &mut dyn Tx) -> Result<Vec<MeasureRow>, StoreError> {
    query_all(tx, &APPROVED, &[], measure)
}

/// The measures that were approved and whose end was not carried out yet: all that a date can still turn.
pub fn in_course(tx: &mut dyn Tx) -> Result<Vec<MeasureRow>, StoreError> {
    query_all(tx, &IN_COURSE, &[], measure)
}

/// The approved measures under which existing accounts were not assessed yet, with the instant from which they are enforced.
pub fn unapplied(tx: &mut dyn Tx) -> Result<Vec<(MeasureId, Timestamp)>, StoreError> {
    query_all(tx, &UNAPPLIED, &[], |row| Ok((MeasureId::from_bytes(row.id16(0)?), at(row, 1)?)))
}

/// Moves a measure to another state if its version is still `version`. Answers whether it was.
pub fn set_state(
    tx: &mut dyn Tx,
    id: MeasureId,
    state: MeasureState,
    version: i64,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&SET_STATE, params![id, state.as_str(), version])? == 1)
}

/// Writes the text and end of a measure anew, if `measure` is the version that stands. Answers whether it was.
pub fn extend(tx: &mut dyn Tx, measure: &MeasureRow) -> Result<bool, StoreError> {
    let params =
        params![measure.id, &measure.sealed, measure.content_hash, measure.expires_at, measure.version];
    Ok(tx.execute(&EXTEND, params)? == 1)
}

/// Records that existing accounts were assessed under the measure. `false` when another node was faster.
pub fn applied(tx: &mut dyn Tx, id: MeasureId, applied_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&APPLIED, params![id, applied_at])? == 1)
}

/// Records that existing accounts were assessed after the measure's end. `false` when another node was faster.
pub fn ended(tx: &mut dyn Tx, id: MeasureId, ended_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&ENDED, params![id, ended_at])? == 1)
}

fn measure(row: &Row<'_>) -> Result<MeasureRow, StoreError> {
    Ok(MeasureRow {
        id: MeasureId::from_bytes(row.id16(0)?),
        state: word(row, 1, "measure.state")?,
        subject: row.id16(2)?,
        sealed: row.bytes(3)?.to_vec(),
        content_hash: row.digest32(4)?,
        proposed_by: StaffId::from_bytes(row.id16(5)?),
        proposed_at: at(row, 6)?,
        effective_at: at(row, 7)?,
        expires_at: at(row, 8)?,
        applied_at: opt_at(row, 9)?,
        ended_at: opt_at(row, 10)?,
        version: row.int(11)?,
    })
}
