//! Disclosures: what was asked to be handed over, sealed, with the request for a second person that it rests on.

use super::convert::{at, limit};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::id::{AccountId, ApprovalId, DisclosureId, OrderId};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO disclosure (id, account, legal_order, approval, subject, requested_at, sealed) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FIND = "SELECT id, account, legal_order, approval, subject, requested_at, sealed FROM disclosure WHERE id = $1";
    PAGE = "SELECT id, account, legal_order, approval, subject, requested_at, sealed FROM disclosure \
        ORDER BY requested_at DESC, id DESC LIMIT $1";
}

/// A disclosure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosureRow {
    /// Identifier.
    pub id: DisclosureId,
    /// The account it is about.
    pub account: AccountId,
    /// The order that is its basis, where one is.
    pub order: Option<OrderId>,
    /// The request for a second person.
    pub approval: ApprovalId,
    /// Pseudonym in the ledger.
    pub subject: [u8; 16],
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// The sealed scope.
    pub sealed: Vec<u8>,
}

/// Adds a disclosure.
pub fn add(tx: &mut dyn Tx, row: &DisclosureRow) -> Result<(), StoreError> {
    let params =
        params![row.id, row.account, row.order, row.approval, row.subject, row.requested_at, &row.sealed];
    tx.execute(&ADD, params).map(|_| ())
}

/// A disclosure by its identifier.
pub fn find(tx: &mut dyn Tx, id: DisclosureId) -> Result<Option<DisclosureRow>, StoreError> {
    query_one(tx, &FIND, params![id], disclosure)
}

/// Disclosures, newest first.
pub fn page(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<DisclosureRow>, StoreError> {
    query_all(tx, &PAGE, params![limit(rows_max)], disclosure)
}

fn disclosure(row: &Row<'_>) -> Result<DisclosureRow, StoreError> {
    Ok(DisclosureRow {
        id: DisclosureId::from_bytes(row.id16(0)?),
        account: AccountId::from_bytes(row.id16(1)?),
        order: row.opt_id16(2)?.map(OrderId::from_bytes),
        approval: ApprovalId::from_bytes(row.id16(3)?),
        subject: row.id16(4)?,
        requested_at: at(row, 5)?,
        sealed: row.bytes(6)?.to_vec(),
    })
}
