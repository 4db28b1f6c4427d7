//! Watchlist snapshots, immutable, and what reviewers found about matches.

use super::convert::{at, limit, opt_at, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::case::Verdict;
use tenantry_model::id::{CaseId, PartyId, SnapshotId};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO snapshot (id, list, header, imported_at, confirmed_at, superseded_at, packed) \
        VALUES ($1, $2, $3, $4, $4, NULL, $5)";
    CONFIRM = "UPDATE snapshot SET confirmed_at = $2, header = $3 WHERE id = $1 AND superseded_at IS NULL";
    SUPERSEDE = "UPDATE snapshot SET superseded_at = $3 WHERE list = $1 AND id <> $2 AND superseded_at IS NULL";
    CURRENT = "SELECT id, list, header, imported_at, superseded_at, confirmed_at FROM snapshot WHERE superseded_at IS NULL ORDER BY list";
    HISTORY = "SELECT id, list, header, imported_at, superseded_at, confirmed_at FROM snapshot ORDER BY imported_at DESC, id DESC LIMIT $1";
    FIND = "SELECT id, list, header, imported_at, superseded_at, confirmed_at FROM snapshot WHERE id = $1";
    PACKED = "SELECT packed FROM snapshot WHERE id = $1";
    FIND_OUT = "INSERT INTO finding (party, list, entity, verdict, basis, case_id, found_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
        ON CONFLICT (party, list, entity) DO UPDATE SET verdict = excluded.verdict, basis = excluded.basis, \
        case_id = excluded.case_id, found_at = excluded.found_at";
    TAKE_BACK = "DELETE FROM finding WHERE case_id = $1";
    FINDINGS = "SELECT list, entity, verdict, basis, case_id, found_at FROM finding WHERE party = $1 ORDER BY list, entity";
}

/// A snapshot without its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// Identifier.
    pub id: SnapshotId,
    /// Code of the list.
    pub list: String,
    /// What the snapshot says of itself, as JSON.
    pub header: String,
    /// When it came into force here.
    pub imported_at: Timestamp,
    /// When a newer one took its place.
    pub superseded_at: Option<Timestamp>,
    /// When it was last imported and found to be this version; [`add`] takes `imported_at`.
    pub confirmed_at: Timestamp,
}

/// What a reviewer found about a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// Code of the list.
    pub list: String,
    /// The listed entity.
    pub entity: String,
    /// What was found: dismissed or confirmed.
    pub verdict: Verdict,
    /// Keyed digest of the fields on both sides it relied on.
    pub basis: [u8; 32],
    /// The case in which it was found.
    pub case: CaseId,
    /// When.
    pub found_at: Timestamp,
}

/// Adds a snapshot and ends the one of the same list before it.
pub fn add(tx: &mut dyn Tx, snapshot: &SnapshotRow, packed: &[u8]) -> Result<(), StoreError> {
    tx.execute(&SUPERSEDE, params![&snapshot.list, snapshot.id, snapshot.imported_at])?;
    let params = params![snapshot.id, &snapshot.list, &snapshot.header, snapshot.imported_at, packed];
    tx.execute(&ADD, params).map(|_| ())
}

/// Says that a version in force is still the newest, with what is now known of it. `false` when it is not in force.
pub fn confirm(
    tx: &mut dyn Tx,
    id: SnapshotId,
    confirmed_at: Timestamp,
    header: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&CONFIRM, params![id, confirmed_at, header])? == 1)
}

/// The snapshots in force, one per list.
pub fn current(tx: &mut dyn Tx) -> Result<Vec<SnapshotRow>, StoreError> {
    query_all(tx, &CURRENT, &[], snapshot)
}

/// All snapshots, newest first.
pub fn history(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<SnapshotRow>, StoreError> {
    query_all(tx, &HISTORY, params![limit(rows_max)], snapshot)
}

/// A snapshot by its identifier.
pub fn find(tx: &mut dyn Tx, id: SnapshotId) -> Result<Option<SnapshotRow>, StoreError> {
    query_one(tx, &FIND, params![id], snapshot)
}

/// The packed entries of a snapshot.
pub fn packed(tx: &mut dyn Tx, id: SnapshotId) -> Result<Option<Vec<u8>>, StoreError> {
    query_one(tx, &PACKED, params![id], |row| Ok(row.bytes(0)?.to_vec()))
}

fn snapshot(row: &Row<'_>) -> Result<SnapshotRow, StoreError> {
    Ok(SnapshotRow {
        id: SnapshotId::from_bytes(row.id16(0)?),
        list: row.text(1)?.to_owned(),
        header: row.text(2)?.to_owned(),
        imported_at: at(row, 3)?,
        superseded_at: opt_at(row, 4)?,
        confirmed_at: at(row, 5)?,
    })
}

/// Records a finding, replacing an earlier one about the same pair.
pub fn find_out(tx: &mut dyn Tx, party: PartyId, finding: &FindingRow) -> Result<(), StoreError> {
    let params = params![
        party,
        &finding.list,
        &finding.entity,
        finding.verdict.as_str(),
        finding.basis,
        finding.case,
        finding.found_at
    ];
    tx.execute(&FIND_OUT, params).map(|_| ())
}

/// Forgets what was found about matches in a case: it counts as undecided again.
pub fn take_back_findings(tx: &mut dyn Tx, case: CaseId) -> Result<(), StoreError> {
    tx.execute(&TAKE_BACK, params![case]).map(|_| ())
}

/// What was found about the matches of a party.
pub fn findings(tx: &mut dyn Tx, party: PartyId) -> Result<Vec<FindingRow>, StoreError> {
    query_all(tx, &FINDINGS, params![party], |row| {
        Ok(FindingRow {
            list: row.text(0)?.to_owned(),
            entity: row.text(1)?.to_owned(),
            verdict: word(row, 2, "finding.verdict")?,
            basis: row.digest32(3)?,
            case: CaseId::from_bytes(row.id16(4)?),
            found_at: at(row, 5)?,
        })
    })
}
