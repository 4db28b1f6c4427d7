//! Members of staff, their sessions and one-time links, and API keys. Secrets are stored hashed or sealed.

use super::convert::{at, limit, opt_at, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::id::{AccountId, ApiKeyId, SessionId, StaffId};
use tenantry_model::staff::Role;
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO staff (id, login, name, role, password, totp, totp_step, failures, locked_until, created_at, version) \
        VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, 1)";
    FIND = "SELECT id, login, name, role, password, totp, totp_step, failures, locked_until, disabled_at, created_at, version \
        FROM staff WHERE id = $1";
    FIND_BY_LOGIN = "SELECT id, login, name, role, password, totp, totp_step, failures, locked_until, disabled_at, created_at, version \
        FROM staff WHERE login = $1";
    PAGE = "SELECT id, login, name, role, password, totp, totp_step, failures, locked_until, disabled_at, created_at, version \
        FROM staff ORDER BY login LIMIT $1";
    CHANGE = "UPDATE staff SET role = $2, password = $3, totp = $4, disabled_at = $5, version = version + 1 WHERE id = $1 AND version = $6";
    ATTEMPT = "UPDATE staff SET totp_step = $2, failures = $3, locked_until = $4 WHERE id = $1";
    ADD_SESSION = "INSERT INTO session (token, id, staff, form_token, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5, $6)";
    FIND_SESSION = "SELECT id, staff, form_token, created_at, seen_at, expires_at FROM session WHERE token = $1";
    SEEN = "UPDATE session SET seen_at = $2 WHERE token = $1";
    END_SESSION = "DELETE FROM session WHERE token = $1";
    END_SESSIONS_OF = "DELETE FROM session WHERE staff = $1";
    FORGET_SESSIONS = "DELETE FROM session WHERE expires_at < $1";
    ADD_LINK = "INSERT INTO login_link (token, staff, expires_at) VALUES ($1, $2, $3)";
    TAKE_LINK = "DELETE FROM login_link WHERE token = $1 RETURNING staff, expires_at";
    ADD_KEY = "INSERT INTO api_key (id, hash, label, scopes, reseller, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    FIND_KEY = "SELECT id, hash, label, scopes, reseller, created_at, revoked_at FROM api_key WHERE id = $1";
    PAGE_KEYS = "SELECT id, hash, label, scopes, reseller, created_at, revoked_at FROM api_key ORDER BY id LIMIT $1";
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
        staff.created_at
    ];
    tx.execute(&ADD, params).map(|_| ())
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

/// Records the outcome of a log-in attempt.
pub fn attempt(
    tx: &mut dyn Tx,
    id: StaffId,
    totp_step: i64,
    failures: i64,
    locked_until: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&ATTEMPT, params![id, totp_step, failures, locked_until]).map(|_| ())
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
    let params =
        params![token, session.id, session.staff, session.form_token, session.created_at, session.expires_at];
    tx.execute(&ADD_SESSION, params).map(|_| ())
}

/// A session by the hash of its token.
pub fn find_session(tx: &mut dyn Tx, token: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
    query_one(tx, &FIND_SESSION, params![token], |row| {
        Ok(SessionRow {
            id: SessionId::from_bytes(row.id16(0)?),
            staff: StaffId::from_bytes(row.id16(1)?),
            form_token: row.digest32(2)?,
            created_at: at(row, 3)?,
            seen_at: at(row, 4)?,
            expires_at: at(row, 5)?,
        })
    })
}

/// Records the last use of a session.
pub fn seen(tx: &mut dyn Tx, token: &[u8; 32], seen_at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&SEEN, params![token, seen_at]).map(|_| ())
}

/// Ends a session.
pub fn end_session(tx: &mut dyn Tx, token: &[u8; 32]) -> Result<(), StoreError> {
    tx.execute(&END_SESSION, params![token]).map(|_| ())
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

/// Takes a one-time link: it is gone afterwards, whatever comes of it.
pub fn take_link(tx: &mut dyn Tx, token: &[u8; 32]) -> Result<Option<(StaffId, Timestamp)>, StoreError> {
    query_one(tx, &TAKE_LINK, params![token], |row| Ok((StaffId::from_bytes(row.id16(0)?), at(row, 1)?)))
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

/// All API keys.
pub fn page_keys(tx: &mut dyn Tx, rows_max: u32) -> Result<Vec<KeyRow>, StoreError> {
    query_all(tx, &PAGE_KEYS, params![limit(rows_max)], key)
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
