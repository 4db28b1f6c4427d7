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
    PAGE_OPEN = "SELECT legal_order.id, legal_order.kind, authority, reference, received_at, legal_order.due_at, case_id, \
        legal_order.subject, legal_order.sealed FROM legal_order JOIN case_file ON case_file.id = legal_order.case_id \
        WHERE case_file.state <> 'closed' AND (legal_order.due_at, legal_order.id) > ($1, $2) \
        ORDER BY legal_order.due_at, legal_order.id LIMIT $3";
    PAGE_ANSWERED = "SELECT legal_order.id, legal_order.kind, authority, reference, received_at, legal_order.due_at, case_id, \
        legal_order.subject, legal_order.sealed FROM legal_order JOIN case_file ON case_file.id = legal_order.case_id \
        WHERE case_file.state = 'closed' AND (legal_order.due_at, legal_order.id) < ($1, $2) \
        ORDER BY legal_order.due_at DESC, legal_order.id DESC LIMIT $3";
    COUNT = "SELECT COUNT(*) FROM legal_order";
    COUNT_OPEN_BEFORE = "SELECT COUNT(*) FROM legal_order JOIN case_file ON case_file.id = legal_order.case_id \
        WHERE case_file.state <> 'closed' AND legal_order.due_at < $1";
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

/// Whether the case of an order is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is not: the order waits for an answer.
    Open,
    /// It is.
    Answered,
}

/// A place among the orders of one standing: after an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When it is due.
    pub due_at: Timestamp,
    /// Which it is.
    pub order: OrderId,
}

/// Orders of one standing after a place: open ones soonest deadline first, answered ones latest deadline first.
pub fn page(
    tx: &mut dyn Tx,
    standing: Standing,
    after: Option<Place>,
    rows_max: u32,
) -> Result<Vec<OrderRow>, StoreError> {
    let (statement, first) = match standing {
        Standing::Open => (&PAGE_OPEN, (Timestamp::from_micros(i64::MIN), OrderId::from_bytes([0; 16]))),
        Standing::Answered => {
            (&PAGE_ANSWERED, (Timestamp::from_micros(i64::MAX), OrderId::from_bytes([0xff; 16])))
        }
    };
    let (due_at, id) = after.map_or(first, |place| (place.due_at, place.order));
    query_all(tx, statement, params![due_at, id, limit(rows_max)], order)
}

/// How many orders there are.
pub fn count(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    Ok(query_one(tx, &COUNT, &[], |row| row.int(0))?.unwrap_or(0))
}

/// How many open orders are due before an instant.
pub fn count_open_before(tx: &mut dyn Tx, instant: Timestamp) -> Result<i64, StoreError> {
    Ok(query_one(tx, &COUNT_OPEN_BEFORE, params![instant], |row| row.int(0))?.unwrap_or(0))
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
