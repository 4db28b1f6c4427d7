//! Members of staff, their sessions and one-time links, and API keys. Secrets are stored hashed or sealed.

use super::convert::{at, limit, opt_at, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::id::{AccountId, ApiKeyId, ApprovalId, SessionId, StaffId};
use tenantry_model::staff::{Entrance, Role};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO staff (id, login, name, role, password, totp, totp_step, failures, locked_until, disabled_at, created_at, version) \
        VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, $8, 1)";
    REMOVE_INVITED = "DELETE FROM staff WHERE id = $1 AND disabled_at IS NOT NULL AND password IS NULL";
    FIND = "SELECT id, login, name, role, password, totp, totp_step, failures, locked_until, disabled_at, created_at, version \
        FROM staff WHERE id = $1";
    FIND_BY_LOGIN = "SELECT id, login, name, role, password, totp, totp_step, failures, locked_until, disabled_at, created_at, version \
        FROM staff WHERE login = $1";
    PAGE = "SELECT id, login, name, role, password, totp, totp_step, failures, locked_until, disabled_at, created_at, version \
        FROM staff ORDER BY login LIMIT $1";
    CHANGE = "UPDATE staff SET role = $2, password = $3, totp = $4, disabled_at = $5, version = version + 1 WHERE id = $1 AND version = $6";
    SUCCEED = "UPDATE staff SET totp_step = $2, failures = 0, locked_until = 0 \
        WHERE id = $1 AND totp_step < $2 AND locked_until <= $3 AND disabled_at IS NULL AND version = $4";
    FAIL = "UPDATE staff SET failures = failures + 1 WHERE id = $1 AND failures + 1 < $2 AND locked_until <= $3";
    LOCK = "UPDATE staff SET failures = failures + 1, locked_until = $3 WHERE id = $1 AND failures + 1 >= $2 AND locked_until <= $4";
    ADD_SESSION = "INSERT INTO session (token, id, staff, form_token, created_at, seen_at, expires_at, entered_by) \
        VALUES ($1, $2, $3, $4, $5, $5, $6, $7)";
    FIND_SESSION = "SELECT id, staff, form_token, created_at, seen_at, expires_at, entered_by FROM session WHERE token = $1";
    SEEN = "UPDATE session SET seen_at = $2 WHERE token = $1";
    PAGE_SESSIONS = "SELECT id, staff, form_token, created_at, seen_at, expires_at, entered_by FROM session WHERE id > $1 ORDER BY id LIMIT $2";
    END_SESSION = "DELETE FROM session WHERE token = $1";
    END_SESSIONS_OF = "DELETE FROM session WHERE staff = $1";
    FORGET_SESSIONS = "DELETE FROM session WHERE expires_at < $1";
    ADD_LINK = "INSERT INTO login_link (token, staff, expires_at) VALUES ($1, $2, $3)";
    FIND_LINK = "SELECT staff, expires_at FROM login_link WHERE token = $1";
    TAKE_LINK = "DELETE FROM login_link WHERE token = $1 RETURNING staff, expires_at";
    PUT_GRANT = "INSERT INTO login_grant (staff, approval) VALUES ($1, $2) ON CONFLICT (staff) DO UPDATE SET approval = excluded.approval";
    GRANTS = "SELECT staff, approval FROM login_grant ORDER BY staff LIMIT $1";
    FIND_GRANT = "SELECT approval FROM login_grant WHERE staff = $1";
    END_GRANT = "DELETE FROM login_grant WHERE staff = $1";
    ADD_KEY = "INSERT INTO api_key (id, hash, label, scopes, reseller, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    FIND_KEY = "SELECT id, hash, label, scopes, reseller, created_at, revoked_at FROM api_key WHERE id = $1";
    PAGE_KEYS = "SELECT id, hash, label, scopes, reseller, created_at, revoked_at FROM api_key WHERE id < $1 ORDER BY id DESC LIMIT $2";
    PAGE_KEYS_IN_FORCE = "SELECT id, hash, label, scopes, reseller, created_at, revoked_at FROM api_key \
        WHERE id > $1 AND revoked_at IS NULL ORDER BY id LIMIT $2";
    REVOKE_KEY = "UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
}

/// A member of staff.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Identifier, also the pseudonym in the ledger.
    pub id: StaffId,
    /// What they log in with, folded to lower case.
    pub login: String,
    /// Name to show.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Password hash in PHC form; `None` when only one-time links work.
    pub password: Option<String>,
    /// Sealed TOTP secret.
    pub totp: Option<Vec<u8>>,
    /// Last TOTP step used, so that a code works once.
    pub totp_step: i64,
    /// Failed attempts since the last success.
    pub failures: i64,
    /// No attempt is looked at before this.
    pub locked_until: Timestamp,
    /// When access was taken away.
    pub disabled_at: Option<Timestamp>,
    /// When added.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

impl std::fmt::Debug for StaffRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaffRow").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// A console session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Identifier to name it by; unrelated to the token.
    pub id: SessionId,
    /// Whose.
    pub staff: StaffId,
    /// What every form of this session must carry.
    pub form_token: [u8; 32],
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// How it was begun.
    pub entered_by: Entrance,
}

/// An API key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Identifier, the public part of the key.
    pub id: ApiKeyId,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it is for.
    pub label: String,
    /// Scopes, separated by spaces.
    pub scopes: String,
    /// Reseller account it is confined to.
    pub reseller: Option<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Adds a member of staff.
pub fn add(tx: &mut dyn Tx, staff: &StaffRow) -> Result<(), StoreError> {
    let params = params![
        staff.id,
        &staff.login,
        &staff.name,
        staff.role.as_str(),
        staff.password.as_deref(),
        staff.totp.as_deref(),
        staff.disabled_at,
        staff.created_at
    ];
    tx.execute(&ADD, params).map(|_| ())
}

/// Removes somebody who was invited and never let in.
pub fn remove_invited(tx: &mut dyn Tx, id: StaffId) -> Result<(), StoreError> {
    tx.execute(&REMOVE_INVITED, params![id]).map(|_| ())
}

/// A member of staff by identifier.
pub fn find(tx: &mut dyn Tx, id: StaffId) -> Result<Option<StaffRow>, StoreError> {
    query_one(tx, &FIND, params![id], staff)
}

/// A member of staff by log-in.
pub fn find_by_login(tx: &mut dyn Tx, login: &str) -> Result<Option<StaffRow>, StoreError> {
    query_one(tx, &FIND_BY_LOGIN, params![login], staff)
}

/// All staff in order of log-in.
pub fn page(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<StaffRow>, StoreError> {
    query_all(tx, &PAGE, params![limit(rows_max)], staff)
}

/// Writes role, credentials and access if the version is still `staff.version`. Answers whether it was.
pub fn change(tx: &mut dyn Tx, staff: &StaffRow) -> Result<bool, StoreError> {
    let params = params![
        staff.id,
        staff.role.as_str(),
        staff.password.as_deref(),
        staff.totp.as_deref(),
        staff.disabled_at,
        staff.version
    ];
    Ok(tx.execute(&CHANGE, params)? == 1)
}

/// A log-in that was right. Counts, and answers `true`, only for a one-time code that was not used yet, while no lock is on, and if
/// access and credentials are still as they were read: the statement itself looks, so that what happens meanwhile is seen.
pub fn succeed(
    tx: &mut dyn Tx,
    staff: &StaffRow,
    totp_step: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&SUCCEED, params![staff.id, totp_step, now, staff.version])? == 1)
}

/// A log-in that was wrong: one failure more, if that makes fewer than `failures_max`. Answers whether it was counted; otherwise it
/// is one for [`lock`], or a lock is on.
pub fn fail(tx: &mut dyn Tx, id: StaffId, failures_max: i64, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&FAIL, params![id, failures_max, now])? == 1)
}

/// The failure that makes `failures_max` or more: locks until `locked_until`. Answers whether it did; while a lock is on nothing is
/// counted.
pub fn lock(
    tx: &mut dyn Tx,
    id: StaffId,
    failures_max: i64,
    locked_until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&LOCK, params![id, failures_max, locked_until, now])? == 1)
}

fn staff(row: &Row<'_>) -> Result<StaffRow, StoreError> {
    Ok(StaffRow {
        id: StaffId::from_bytes(row.id16(0)?),
        login: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        role: word(row, 3, "staff.role")?,
        password: row.opt_text(4)?.map(str::to_owned),
        totp: row.opt_bytes(5)?.map(<[u8]>::to_vec),
        totp_step: row.int(6)?,
        failures: row.int(7)?,
        locked_until: at(row, 8)?,
        disabled_at: opt_at(row, 9)?,
        created_at: at(row, 10)?,
        version: row.int(11)?,
    })
}

/// Adds a session under the hash of its token.
pub fn add_session(tx: &mut dyn Tx, token: &[u8; 32], session: &SessionRow) -> Result<(), StoreError> {
    let params = params![
        token,
        session.id,
        session.staff,
        session.form_token,
        session.created_at,
        session.expires_at,
        session.entered_by.as_str()
    ];
    tx.execute(&ADD_SESSION, params).map(|_| ())
}

/// A session by the hash of its token.
pub fn find_session(tx: &mut dyn Tx, token: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
    query_one(tx, &FIND_SESSION, params![token], session)
}

/// Sessions behind this one.
pub fn page_sessions(
    tx: &mut dyn Tx,
    after: Option<SessionId>,
    rows_max: u32,
) -> Result<Vec<SessionRow>, StoreError> {
    let after = after.unwrap_or(SessionId::from_bytes([0; 16]));
    query_all(tx, &PAGE_SESSIONS, params![after, limit(rows_max)], session)
}

fn session(row: &Row<'_>) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: SessionId::from_bytes(row.id16(0)?),
        staff: StaffId::from_bytes(row.id16(1)?),
        form_token: row.digest32(2)?,
        created_at: at(row, 3)?,
        seen_at: at(row, 4)?,
        expires_at: at(row, 5)?,
        entered_by: word(row, 6, "session.entered_by")?,
    })
}

/// Records the last use of a session.
pub fn seen(tx: &mut dyn Tx, token: &[u8; 32], seen_at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&SEEN, params![token, seen_at]).map(|_| ())
}

/// Ends a session. Answers whether there was one.
pub fn end_session(tx: &mut dyn Tx, token: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(tx.execute(&END_SESSION, params![token])? == 1)
}

/// Ends every session of a member of staff.
pub fn end_sessions_of(tx: &mut dyn Tx, staff: StaffId) -> Result<u64, StoreError> {
    tx.execute(&END_SESSIONS_OF, params![staff])
}

/// Deletes sessions that ended before `before`.
pub fn forget_sessions(tx: &mut dyn Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET_SESSIONS, params![before])
}

/// Adds a one-time link under the hash of its token.
pub fn add_link(
    tx: &mut dyn Tx,
    token: &[u8; 32],
    staff: StaffId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&ADD_LINK, params![token, staff, expires_at]).map(|_| ())
}

/// Whose a one-time link is and until when, without taking it.
pub fn find_link(tx: &mut dyn Tx, token: &[u8; 32]) -> Result<Option<(StaffId, Timestamp)>, StoreError> {
    query_one(tx, &FIND_LINK, params![token], |row| Ok((StaffId::from_bytes(row.id16(0)?), at(row, 1)?)))
}

/// Takes a one-time link: it is gone afterwards, whatever comes of it.
pub fn take_link(tx: &mut dyn Tx, token: &[u8; 32]) -> Result<Option<(StaffId, Timestamp)>, StoreError> {
    query_one(tx, &TAKE_LINK, params![token], |row| Ok((StaffId::from_bytes(row.id16(0)?), at(row, 1)?)))
}

/// Notes which request, once approved, lets a one-time link be made for a member of staff; an earlier one no longer does.
pub fn put_grant(tx: &mut dyn Tx, staff: StaffId, approval: ApprovalId) -> Result<(), StoreError> {
    tx.execute(&PUT_GRANT, params![staff, approval]).map(|_| ())
}

/// The request that lets a one-time link be made for a member of staff.
pub fn find_grant(tx: &mut dyn Tx, staff: StaffId) -> Result<Option<ApprovalId>, StoreError> {
    query_one(tx, &FIND_GRANT, params![staff], |row| Ok(ApprovalId::from_bytes(row.id16(0)?)))
}

/// Every such request that was not used yet.
pub fn grants(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<(StaffId, ApprovalId)>, StoreError> {
    query_all(tx, &GRANTS, params![limit(rows_max)], |row| {
        Ok((StaffId::from_bytes(row.id16(0)?), ApprovalId::from_bytes(row.id16(1)?)))
    })
}

/// Takes such a request away: it was used, refused, or its person has left.
pub fn end_grant(tx: &mut dyn Tx, staff: StaffId) -> Result<(), StoreError> {
    tx.execute(&END_GRANT, params![staff]).map(|_| ())
}

/// Adds an API key.
pub fn add_key(tx: &mut dyn Tx, key: &KeyRow) -> Result<(), StoreError> {
    let params = params![key.id, key.hash, &key.label, &key.scopes, key.reseller, key.created_at];
    tx.execute(&ADD_KEY, params).map(|_| ())
}

/// An API key by its identifier.
pub fn find_key(tx: &mut dyn Tx, id: ApiKeyId) -> Result<Option<KeyRow>, StoreError> {
    query_one(tx, &FIND_KEY, params![id], key)
}

/// API keys made before this one, revoked ones too, newest first: identifiers are in the order of making.
pub fn page_keys(
    tx: &mut dyn Tx,
    before: Option<ApiKeyId>,
    rows_max: u32,
) -> Result<Vec<KeyRow>, StoreError> {
    let before = before.unwrap_or(ApiKeyId::from_bytes([0xff; 16]));
    query_all(tx, &PAGE_KEYS, params![before, limit(rows_max)], key)
}

/// API keys in force behind this one, oldest first, so that what is made while pages are read is seen.
pub fn page_keys_in_force(
    tx: &mut dyn Tx,
    after: Option<ApiKeyId>,
    rows_max: u32,
) -> Result<Vec<KeyRow>, StoreError> {
    let after = after.unwrap_or(ApiKeyId::from_bytes([0; 16]));
    query_all(tx, &PAGE_KEYS_IN_FORCE, params![after, limit(rows_max)], key)
}

/// Revokes an API key. Answers whether it was in force.
pub fn revoke_key(tx: &mut dyn Tx, id: ApiKeyId, revoked_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&REVOKE_KEY, params![id, revoked_at])? == 1)
}

fn key(row: &Row<'_>) -> Result<KeyRow, StoreError> {
    Ok(KeyRow {
        id: ApiKeyId::from_bytes(row.id16(0)?),
        hash: row.digest32(1)?,
        label: row.text(2)?.to_owned(),
        scopes: row.text(3)?.to_owned(),
        reseller: row.opt_id16(4)?.map(AccountId::from_bytes),
        created_at: at(row, 5)?,
        revoked_at: opt_at(row, 6)?,
    })
}
