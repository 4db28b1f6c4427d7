//! Signal lists, immutable by version, and which accounts were lately flagged for what they say of an access.

use super::convert::{at, limit, opt_at};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::id::{AccountId, FactId, SignalListId};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO signal_list (id, list, header, imported_at, confirmed_at, superseded_at, packed) \
        VALUES ($1, $2, $3, $4, $4, NULL, $5)";
    CONFIRM = "UPDATE signal_list SET confirmed_at = $2 WHERE id = $1 AND superseded_at IS NULL";
    SUPERSEDE = "UPDATE signal_list SET superseded_at = $2 WHERE list = $1 AND superseded_at IS NULL";
    CURRENT = "SELECT id, list, header, imported_at, superseded_at, confirmed_at FROM signal_list WHERE superseded_at IS NULL ORDER BY list";
    HISTORY = "SELECT id, list, header, imported_at, superseded_at, confirmed_at FROM signal_list ORDER BY imported_at DESC, id DESC LIMIT $1";
    FIND = "SELECT id, list, header, imported_at, superseded_at, confirmed_at FROM signal_list WHERE id = $1";
    PACKED = "SELECT packed FROM signal_list WHERE id = $1";
    FLAG = "INSERT INTO flagged_access (account, fact, flagged_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account) DO UPDATE SET fact = excluded.fact, flagged_at = excluded.flagged_at WHERE flagged_access.flagged_at < $4";
    FLAGGED_AT = "SELECT flagged_at FROM flagged_access WHERE account = $1";
}

/// A version of a signal list without its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalListRow {
    /// Identifier.
    pub id: SignalListId,
    /// Code of the list.
    pub list: String,
    /// What the version says of itself, as JSON.
    pub header: String,
    /// When it came into force here.
    pub imported_at: Timestamp,
    /// When a newer one took its place.
    pub superseded_at: Option<Timestamp>,
    /// When it was last imported and found to be this version; [`add`] takes `imported_at`.
    pub confirmed_at: Timestamp,
}

/// Adds a version and ends the one of the same list before it.
pub fn add(tx: &mut dyn Tx, row: &SignalListRow, packed: &[u8]) -> Result<(), StoreError> {
    tx.execute(&SUPERSEDE, params![&row.list, row.imported_at])?;
    tx.execute(&ADD, params![row.id, &row.list, &row.header, row.imported_at, packed]).map(|_| ())
}

/// Says that a version in force is still the newest. `false` when it is not in force.
pub fn confirm(tx: &mut dyn Tx, id: SignalListId, confirmed_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&CONFIRM, params![id, confirmed_at])? == 1)
}

/// The versions in force, one per list.
pub fn current(tx: &mut dyn Tx) -> Result<Vec<SignalListRow>, StoreError> {
    query_all(tx, &CURRENT, &[], row)
}

/// All versions, newest first.
pub fn history(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<SignalListRow>, StoreError> {
    query_all(tx, &HISTORY, params![limit(rows_max)], row)
}

/// A version by its identifier.
pub fn find(tx: &mut dyn Tx, id: SignalListId) -> Result<Option<SignalListRow>, StoreError> {
    query_one(tx, &FIND, params![id], row)
}

/// The packed entries of a version.
pub fn packed(tx: &mut dyn Tx, id: SignalListId) -> Result<Option<Vec<u8>>, StoreError> {
    query_one(tx, &PACKED, params![id], |row| Ok(row.bytes(0)?.to_vec()))
}

/// Notes that an access to an account was flagged and became this fact, unless one was since `since`. Answers whether it was noted.
pub fn flag(
    tx: &mut dyn Tx,
    account: AccountId,
    fact: FactId,
    flagged_at: Timestamp,
    since: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&FLAG, params![account, fact, flagged_at, since])? == 1)
}

/// When an access to an account was last flagged.
pub fn flagged_at(tx: &mut dyn Tx, account: AccountId) -> Result<Option<Timestamp>, StoreError> {
    query_one(tx, &FLAGGED_AT, params![account], |row| at(row, 0))
}

fn row(row: &Row<'_>) -> Result<SignalListRow, StoreError> {
    Ok(SignalListRow {
        id: SignalListId::from_bytes(row.id16(0)?),
        list: row.text(1)?.to_owned(),
        header: row.text(2)?.to_owned(),
        imported_at: at(row, 3)?,
        superseded_at: opt_at(row, 4)?,
        confirmed_at: at(row, 5)?,
    })
}
