//! Cases: work for a human, who holds it, and how it ended.

use super::convert::{at, limit, opt_at, opt_word, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::case::{CaseKind, CaseState, ReasonCode, Verdict};
use tenantry_model::id::{AccountId, ApprovalId, CaseId, PartyId, StaffId};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO case_file (id, kind, state, account, party, subject, priority, fingerprint, summary, sealed, opened_at, due_at, \
        version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)";
    FIND = "SELECT id, kind, state, account, party, subject, priority, fingerprint, summary, sealed, opened_at, due_at, leased_by, \
        leased_until, verdict, reason_code, decided_by, decided_at, approval, version FROM case_file WHERE id = $1";
    QUEUE = "SELECT id, kind, state, account, party, subject, priority, fingerprint, summary, sealed, opened_at, due_at, leased_by, \
        leased_until, verdict, reason_code, decided_by, decided_at, approval, version FROM case_file \
        WHERE state = $1 AND (due_at > $2 OR (due_at = $2 AND id > $3)) ORDER BY due_at, id LIMIT $4";
    OF_ACCOUNT = "SELECT id, kind, state, account, party, subject, priority, fingerprint, summary, sealed, opened_at, due_at, leased_by, \
        leased_until, verdict, reason_code, decided_by, decided_at, approval, version FROM case_file WHERE account = $1 \
        ORDER BY opened_at, id";
    WITH_FINGERPRINT = "SELECT COUNT(*) FROM case_file WHERE fingerprint = $1 AND (state <> 'closed' OR verdict IS NOT NULL)";
    DISMISSED = "SELECT fingerprint FROM case_file WHERE account = $1 AND state = 'closed' AND verdict = 'dismiss' ORDER BY fingerprint";
    COUNT_NOT_CLOSED = "SELECT COUNT(*) FROM case_file WHERE account = $1 AND state <> 'closed'";
    CHANGE = "UPDATE case_file SET state = $2, leased_by = $3, leased_until = $4, verdict = $5, reason_code = $6, decided_by = $7, \
        decided_at = $8, approval = $9, priority = $11, summary = $12, sealed = $13, version = version + 1 \
        WHERE id = $1 AND version = $10";
    COUNT_IN_STATE = "SELECT COUNT(*) FROM case_file WHERE state = $1";
    COUNT_BY_STATE = "SELECT state, kind, COUNT(*) FROM case_file GROUP BY state, kind ORDER BY state, kind";
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Identifier.
    pub id: CaseId,
    /// Why it exists.
    pub kind: CaseKind,
    /// Where it stands.
    pub state: CaseState,
    /// The account it is about.
    pub account: Option<AccountId>,
    /// The party it is about.
    pub party: Option<PartyId>,
    /// Pseudonym under whose key the detail is sealed.
    pub subject: [u8; 16],
    /// 0 is most urgent.
    pub priority: i64,
    /// Digest of what it is about, so that the same concern opens one case only.
    pub fingerprint: [u8; 32],
    /// Codes and identifiers as JSON; no personal data.
    pub summary: String,
    /// The sealed detail: names compared, explanations.
    pub sealed: Vec<u8>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// Who holds it.
    pub leased_by: Option<StaffId>,
    /// Until when.
    pub leased_until: Option<Timestamp>,
    /// What was concluded.
    pub verdict: Option<Verdict>,
    /// Why.
    pub reason_code: Option<ReasonCode>,
    /// By whom.
    pub decided_by: Option<StaffId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The request for a second person, when one is due.
    pub approval: Option<ApprovalId>,
    /// Grows with every change.
    pub version: i64,
}

/// Adds a case at version 1.
pub fn add(tx: &mut dyn Tx, case: &CaseRow) -> Result<(), StoreError> {
    let params = params![
        case.id,
        case.kind.as_str(),
        case.state.as_str(),
        case.account,
        case.party,
        case.subject,
        case.priority,
        case.fingerprint,
        &case.summary,
        &case.sealed,
        case.opened_at,
        case.due_at
    ];
    tx.execute(&ADD, params).map(|_| ())
}

/// A case by its identifier.
pub fn find(tx: &mut dyn Tx, id: CaseId) -> Result<Option<CaseRow>, StoreError> {
    query_one(tx, &FIND, params![id], case)
}

/// Cases in a state in order of due date, after the given position.
pub fn queue(
    tx: &mut dyn Tx,
    state: CaseState,
    after_due: Timestamp,
    after: CaseId,
    rows_max: u32,
) -> Result<Vec<CaseRow>, StoreError> {
    query_all(tx, &QUEUE, params![state.as_str(), after_due, after, limit(rows_max)], case)
}

/// All cases of an account, oldest first.
pub fn of_account(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<CaseRow>, StoreError> {
    query_all(tx, &OF_ACCOUNT, params![account], case)
}

/// Whether the same concern already has a case, open or closed with a verdict: a concern that was settled is not raised again.
pub fn is_known(tx: &mut dyn Tx, fingerprint: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(query_one(tx, &WITH_FINGERPRINT, params![fingerprint], |row| row.int(0))?.unwrap_or(0) > 0)
}

/// What was found about an account and is no concern: the digests of the cases that were dismissed.
pub fn dismissed(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<[u8; 32]>, StoreError> {
    query_all(tx, &DISMISSED, params![account], |row| row.digest32(0))
}

/// How many cases of an account are not closed.
pub fn count_not_closed(tx: &mut dyn Tx, account: AccountId) -> Result<i64, StoreError> {
    Ok(query_one(tx, &COUNT_NOT_CLOSED, params![account], |row| row.int(0))?.unwrap_or(0))
}

/// Writes the changing columns of a case if its version is still `case.version`. Answers whether it was.
pub fn change(tx: &mut dyn Tx, case: &CaseRow) -> Result<bool, StoreError> {
    let params = params![
        case.id,
        case.state.as_str(),
        case.leased_by,
        case.leased_until,
        case.verdict.map(Verdict::as_str),
        case.reason_code.map(ReasonCode::as_str),
        case.decided_by,
        case.decided_at,
        case.approval,
        case.version,
        case.priority,
        &case.summary,
        &case.sealed
    ];
    Ok(tx.execute(&CHANGE, params)? == 1)
}

/// How many cases are in a state.
pub fn count_in_state(tx: &mut dyn Tx, state: CaseState) -> Result<i64, StoreError> {
    Ok(query_one(tx, &COUNT_IN_STATE, params![state.as_str()], |row| row.int(0))?.unwrap_or(0))
}

/// Cases per state and kind.
pub fn count_by_state(tx: &mut dyn Tx) -> Result<Vec<(CaseState, CaseKind, i64)>, StoreError> {
    query_all(tx, &COUNT_BY_STATE, &[], |row| {
        Ok((word(row, 0, "case_file.state")?, word(row, 1, "case_file.kind")?, row.int(2)?))
    })
}

fn case(row: &Row<'_>) -> Result<CaseRow, StoreError> {
    Ok(CaseRow {
        id: CaseId::from_bytes(row.id16(0)?),
        kind: word(row, 1, "case_file.kind")?,
        state: word(row, 2, "case_file.state")?,
        account: row.opt_id16(3)?.map(AccountId::from_bytes),
        party: row.opt_id16(4)?.map(PartyId::from_bytes),
        subject: row.id16(5)?,
        priority: row.int(6)?,
        fingerprint: row.digest32(7)?,
        summary: row.text(8)?.to_owned(),
        sealed: row.bytes(9)?.to_vec(),
        opened_at: at(row, 10)?,
        due_at: at(row, 11)?,
        leased_by: row.opt_id16(12)?.map(StaffId::from_bytes),
        leased_until: opt_at(row, 13)?,
        verdict: opt_word(row, 14, "case_file.verdict")?,
        reason_code: opt_word(row, 15, "case_file.reason_code")?,
        decided_by: row.opt_id16(16)?.map(StaffId::from_bytes),
        decided_at: opt_at(row, 17)?,
        approval: row.opt_id16(18)?.map(ApprovalId::from_bytes),
        version: row.int(19)?,
    })
}
