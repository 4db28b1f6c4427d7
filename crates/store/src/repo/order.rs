//! Orders: legal process received, the accounts it names, and its deadline.

use super::convert::{at, limit, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::id::{AccountId, CaseId, OrderId};
use tenantry_model::order::OrderKind;
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO legal_order (id, kind, authority, reference, received_at, due_at, case_id, subject, sealed) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FIND = "SELECT id, kind, authority, reference, received_at, due_at, case_id, subject, sealed FROM legal_order WHERE id = $1";
    PAGE = "SELECT id, kind, authority, reference, received_at, due_at, case_id, subject, sealed FROM legal_order \
        ORDER BY due_at DESC, id LIMIT $1";
    COUNT_DUE = "SELECT COUNT(*) FROM legal_order WHERE due_at >= $1 AND due_at <= $2";
    ADD_ACCOUNT = "INSERT INTO order_account (legal_order, account) VALUES ($1, $2) ON CONFLICT (legal_order, account) DO NOTHING";
    ACCOUNTS = "SELECT account FROM order_account WHERE legal_order = $1 ORDER BY account";
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// Identifier.
    pub id: OrderId,
    /// What kind.
    pub kind: OrderKind,
    /// Who issued it.
    pub authority: String,
    /// The authority's own reference.
    pub reference: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When it must be answered.
    pub due_at: Timestamp,
    /// The case that carries the work.
    pub case: CaseId,
    /// Pseudonym in the ledger.
    pub subject: [u8; 16],
    /// The sealed detail.
    pub sealed: Vec<u8>,
}

/// Adds an order and the accounts it names.
pub fn add(tx: &mut dyn Tx, order: &OrderRow, accounts: &[AccountId]) -> Result<(), StoreError> {
    let params = params![
        order.id,
        order.kind.as_str(),
        &order.authority,
        &order.reference,
        order.received_at,
        order.due_at,
        order.case,
        order.subject,
        &order.sealed
    ];
    tx.execute(&ADD, params)?;
    for account in accounts {
        tx.execute(&ADD_ACCOUNT, params![order.id, *account])?;
    }
    Ok(())
}

/// An order by its identifier.
pub fn find(tx: &mut dyn Tx, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
    query_one(tx, &FIND, params![id], order)
}

/// Orders, latest deadline first.
pub fn page(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<OrderRow>, StoreError> {
    query_all(tx, &PAGE, params![limit(rows_max)], order)
}

/// How many orders are due from `from` to `until`.
pub fn count_due(tx: &mut dyn Tx, from: Timestamp, until: Timestamp) -> Result<i64, StoreError> {
    Ok(query_one(tx, &COUNT_DUE, params![from, until], |row| row.int(0))?.unwrap_or(0))
}

/// The accounts an order names.
pub fn accounts(tx: &mut dyn Tx, id: OrderId) -> Result<Vec<AccountId>, StoreError> {
    query_all(tx, &ACCOUNTS, params![id], |row| Ok(AccountId::from_bytes(row.id16(0)?)))
}

fn order(row: &Row<'_>) -> Result<OrderRow, StoreError> {
    Ok(OrderRow {
        id: OrderId::from_bytes(row.id16(0)?),
        kind: word(row, 1, "legal_order.kind")?,
        authority: row.text(2)?.to_owned(),
        reference: row.text(3)?.to_owned(),
        received_at: at(row, 4)?,
        due_at: at(row, 5)?,
        case: CaseId::from_bytes(row.id16(6)?),
        subject: row.id16(7)?,
        sealed: row.bytes(8)?.to_vec(),
    })
}
