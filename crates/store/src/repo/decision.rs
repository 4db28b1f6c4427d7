//! Decisions: when each was made, how it ended, under which pack; what it says stands in its leaf.

use super::convert::{at, limit};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::id::{AccountId, ApplicationId, DecisionId};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO decision (id, account, application, decided_at, outcome, cause, pack, leaf) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FIND = "SELECT id, account, application, decided_at, outcome, cause, pack, leaf FROM decision WHERE id = $1";
    OF_ACCOUNT = "SELECT id, account, application, decided_at, outcome, cause, pack, leaf FROM decision \
        WHERE account = $1 ORDER BY decided_at DESC, id DESC LIMIT $2";
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Identifier.
    pub id: DecisionId,
    /// The account it is about.
    pub account: AccountId,
    /// The application it answers, if it is the first one.
    pub application: Option<ApplicationId>,
    /// The instant it was decided as of.
    pub decided_at: Timestamp,
    /// Outcome, a word of the policy engine.
    pub outcome: String,
    /// What made the register decide: application, facts, list, measure, case.
    pub cause: String,
    /// Hash of the pack.
    pub pack: [u8; 32],
    /// Its leaf in the ledger, whose body holds what was decided and from what.
    pub leaf: i64,
}

/// Adds a decision.
pub fn add(tx: &mut dyn Tx, decision: &DecisionRow) -> Result<(), StoreError> {
    let params = params![
        decision.id,
        decision.account,
        decision.application,
        decision.decided_at,
        &decision.outcome,
        &decision.cause,
        decision.pack,
        decision.leaf
    ];
    tx.execute(&ADD, params).map(|_| ())
}

/// A decision by its identifier.
pub fn find(tx: &mut dyn Tx, id: DecisionId) -> Result<Option<DecisionRow>, StoreError> {
    query_one(tx, &FIND, params![id], decision)
}

/// The decisions on an account, newest first.
pub fn of_account(
    tx: &mut dyn Tx,
    account: AccountId,
    rows_max: u32,
) -> Result<Vec<DecisionRow>, StoreError> {
    query_all(tx, &OF_ACCOUNT, params![account, limit(rows_max)], decision)
}

fn decision(row: &Row<'_>) -> Result<DecisionRow, StoreError> {
    Ok(DecisionRow {
        id: DecisionId::from_bytes(row.id16(0)?),
        account: AccountId::from_bytes(row.id16(1)?),
        application: row.opt_id16(2)?.map(ApplicationId::from_bytes),
        decided_at: at(row, 3)?,
        outcome: row.text(4)?.to_owned(),
        cause: row.text(5)?.to_owned(),
        pack: row.digest32(6)?,
        leaf: row.int(7)?,
    })
}
