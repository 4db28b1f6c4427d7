//! Accounts, who holds which role on them, and the applications that asked for them.

use super::convert::{at, limit, opt_at, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::id::{AccountId, ApplicationId, DecisionId, PartyId};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO account (id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, \
        for_cause, decision, gate, changed_at, version, look_again_at, referred_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, $9, \
        $10, $11, $12, 1, $13, $14)";
    FIND = "SELECT id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, for_cause, decision, \
        gate, changed_at, version, look_again_at, referred_by FROM account WHERE id = $1";
    FIND_BY_REFERENCE = "SELECT id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, \
        for_cause, decision, gate, changed_at, version, look_again_at, referred_by FROM account WHERE reference = $1 AND referred_by IS NULL";
    FIND_BY_REFERENCE_OF = "SELECT id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, \
        for_cause, decision, gate, changed_at, version, look_again_at, referred_by FROM account WHERE reference = $1 AND referred_by = $2";
    BY_REFERENCE_OF_RESELLERS = "SELECT id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, \
        for_cause, decision, gate, changed_at, version, look_again_at, referred_by FROM account WHERE reference = $1 AND referred_by IS NOT NULL \
        ORDER BY id LIMIT $2";
    PAGE = "SELECT id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, for_cause, decision, \
        gate, changed_at, version, look_again_at, referred_by FROM account WHERE id > $1 ORDER BY id LIMIT $2";
    PAGE_IN_STATE = "SELECT id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, for_cause, \
        decision, gate, changed_at, version, look_again_at, referred_by FROM account WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3";
    CHILDREN = "SELECT id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, for_cause, \
        decision, gate, changed_at, version, look_again_at, referred_by FROM account WHERE parent = $1 AND id > $2 ORDER BY id LIMIT $3";
    PAGE_BELOW = "WITH RECURSIVE below (id) AS (SELECT id FROM account WHERE id = $1 \
        UNION SELECT account.id FROM account JOIN below ON account.parent = below.id) \
        SELECT id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, for_cause, decision, \
        gate, changed_at, version, look_again_at, referred_by FROM account WHERE id IN (SELECT id FROM below) AND id > $2 ORDER BY id LIMIT $3";
    PAGE_BELOW_IN_STATE = "WITH RECURSIVE below (id) AS (SELECT id FROM account WHERE id = $1 \
        UNION SELECT account.id FROM account JOIN below ON account.parent = below.id) \
        SELECT id, reference, subject, state, parent, depth, created_at, opened_at, closed_at, last_access_at, for_cause, decision, \
        gate, changed_at, version, look_again_at, referred_by FROM account WHERE id IN (SELECT id FROM below) AND state = $4 AND id > $2 ORDER BY id LIMIT $3";
    PAGE_APPLICATIONS_BELOW = "WITH RECURSIVE below (id) AS (SELECT id FROM account WHERE id = $1 \
        UNION SELECT account.id FROM account JOIN below ON account.parent = below.id) \
        SELECT id, account, received_at, received_from FROM application WHERE account IN (SELECT id FROM below) AND id > $2 \
        ORDER BY id LIMIT $3";
    CHANGE = "UPDATE account SET state = $2, opened_at = $3, closed_at = $4, for_cause = $5, decision = $6, gate = $7, changed_at = $8, \
        look_again_at = $10, version = version + 1 WHERE id = $1 AND version = $9";
    DUE_FOR_A_LOOK = "SELECT id FROM account WHERE look_again_at <= $1 AND state <> 'closed' ORDER BY look_again_at, id LIMIT $2";
    LOOK_AGAIN = "UPDATE account SET look_again_at = $2 WHERE id = $1 AND version = $3";
    LOOK_AT_ONCE = "UPDATE account SET look_again_at = $2, version = version + 1 WHERE id = $1";
    ACCESSED = "UPDATE account SET last_access_at = $2 WHERE id = $1 AND (last_access_at IS NULL OR last_access_at < $2)";
    COUNT_BY_STATE = "SELECT state, COUNT(*) FROM account GROUP BY state ORDER BY state";
    GATES_SINCE = "SELECT id, reference, gate, changed_at, referred_by FROM account WHERE changed_at >= $1 ORDER BY changed_at, id";
    ADD_ROLE = "INSERT INTO account_role (account, party, role, since) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (account, party, role) DO UPDATE SET since = excluded.since, ended_at = NULL";
    END_ROLE = "UPDATE account_role SET ended_at = $4 WHERE account = $1 AND party = $2 AND role = $3 AND ended_at IS NULL";
    ROLES = "SELECT party, role FROM account_role WHERE account = $1 AND ended_at IS NULL ORDER BY party, role";
    ROLES_EVER = "SELECT party, role, since, ended_at FROM account_role WHERE account = $1 ORDER BY party, role";
    ACCOUNTS_OF = "SELECT account, role FROM account_role WHERE party = $1 AND ended_at IS NULL ORDER BY account, role";
    ACCOUNTS_EVER_OF = "SELECT DISTINCT account FROM account_role WHERE party = $1 ORDER BY account";
    ADD_APPLICATION = "INSERT INTO application (id, account, received_at, received_from) VALUES ($1, $2, $3, $4)";
    FIND_APPLICATION = "SELECT id, account, received_at, received_from FROM application WHERE id = $1";
    PAGE_APPLICATIONS = "SELECT id, account, received_at, received_from FROM application WHERE id > $1 ORDER BY id LIMIT $2";
    APPLICATION_OF = "SELECT id, account, received_at, received_from FROM application WHERE account = $1 ORDER BY id DESC LIMIT 1";
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Identifier.
    pub id: AccountId,
    /// The reference of whoever asked for it, unique among the provider's or one reseller's.
    pub reference: String,
    /// Reseller account whose own key gave the reference; `None` for one of the provider.
    pub referred_by: Option<AccountId>,
    /// Pseudonym in the ledger.
    pub subject: [u8; 16],
    /// Where it stands.
    pub state: AccountState,
    /// The reseller account above it.
    pub parent: Option<AccountId>,
    /// How many resellers stand above it.
    pub depth: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// Last access reported.
    pub last_access_at: Option<Timestamp>,
    /// 1 when it was refused, suspended or closed for cause.
    pub for_cause: i64,
    /// The decision in force.
    pub decision: Option<DecisionId>,
    /// What the gate answers, as the policy engine encodes it.
    pub gate: String,
    /// When state or gate last changed; strictly what the gate's refresher follows.
    pub changed_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
    /// When it is to be assessed again because a clock of its decision runs out.
    pub look_again_at: Option<Timestamp>,
}

/// A role that a party holds or held on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleRow {
    /// Who.
    pub party: PartyId,
    /// Which role.
    pub role: AccountRole,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` while it holds.
    pub ended_at: Option<Timestamp>,
}

/// What the gate keeps in memory of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRow {
    /// Identifier.
    pub id: AccountId,
    /// The reference of whoever asked for it.
    pub reference: String,
    /// Reseller account whose own key gave the reference; `None` for one of the provider.
    pub referred_by: Option<AccountId>,
    /// Encoded verdict.
    pub gate: String,
    /// When it last changed.
    pub changed_at: Timestamp,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationRow {
    /// Identifier.
    pub id: ApplicationId,
    /// The account it asked for.
    pub account: AccountId,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Who sent it: the actor's identifier.
    pub received_from: String,
}

/// Adds an account at version 1.
pub fn add(tx: &mut dyn Tx, account: &AccountRow) -> Result<(), StoreError> {
    let params = params![
        account.id,
        &account.reference,
        account.subject,
        account.state.as_str(),
        account.parent,
        account.depth,
        account.created_at,
        account.opened_at,
        account.for_cause,
        account.decision,
        &account.gate,
        account.changed_at,
        account.look_again_at,
        account.referred_by
    ];
    tx.execute(&ADD, params).map(|_| ())
}

/// An account by its identifier.
pub fn find(tx: &mut dyn Tx, id: AccountId) -> Result<Option<AccountRow>, StoreError> {
    query_one(tx, &FIND, params![id], account)
}

/// An account by its reference among those of a reseller, or among the provider's.
pub fn find_by_reference(
    tx: &mut dyn Tx,
    referred_by: Option<AccountId>,
    reference: &str,
) -> Result<Option<AccountRow>, StoreError> {
    match referred_by {
        None => query_one(tx, &FIND_BY_REFERENCE, params![reference], account),
        Some(reseller) => query_one(tx, &FIND_BY_REFERENCE_OF, params![reference, reseller], account),
    }
}

/// The accounts to which resellers gave this reference.
pub fn by_reference_of_resellers(
    tx: &mut dyn Tx,
    reference: &str,
    rows_max: u32,
) -> Result<Vec<AccountRow>, StoreError> {
    query_all(tx, &BY_REFERENCE_OF_RESELLERS, params![reference, limit(rows_max)], account)
}

/// Accounts after `after` in order of identifier.
pub fn page(tx: &mut dyn Tx, after: AccountId, rows_max: u32) -> Result<Vec<AccountRow>, StoreError> {
    query_all(tx, &PAGE, params![after, limit(rows_max)], account)
}

/// Accounts in one state after `after` in order of identifier.
pub fn page_in_state(
    tx: &mut dyn Tx,
    state: AccountState,
    after: AccountId,
    rows_max: u32,
) -> Result<Vec<AccountRow>, StoreError> {
    query_all(tx, &PAGE_IN_STATE, params![state.as_str(), after, limit(rows_max)], account)
}

/// Accounts directly below a reseller account.
pub fn children(
    tx: &mut dyn Tx,
    parent: AccountId,
    after: AccountId,
    rows_max: u32,
) -> Result<Vec<AccountRow>, StoreError> {
    query_all(tx, &CHILDREN, params![parent, after, limit(rows_max)], account)
}

/// An account and all below it, however deep, after `after` in order of identifier; only those in `state` if one is given.
pub fn page_below(
    tx: &mut dyn Tx,
    top: AccountId,
    state: Option<AccountState>,
    after: AccountId,
    rows_max: u32,
) -> Result<Vec<AccountRow>, StoreError> {
    match state {
        None => query_all(tx, &PAGE_BELOW, params![top, after, limit(rows_max)], account),
        Some(state) => {
            let params = params![top, after, limit(rows_max), state.as_str()];
            query_all(tx, &PAGE_BELOW_IN_STATE, params, account)
        }
    }
}

/// Writes the changing columns of an account if its version is still `account.version`. Answers whether it was.
pub fn change(tx: &mut dyn Tx, account: &AccountRow) -> Result<bool, StoreError> {
    let params = params![
        account.id,
        account.state.as_str(),
        account.opened_at,
        account.closed_at,
        account.for_cause,
        account.decision,
        &account.gate,
        account.changed_at,
        account.version,
        account.look_again_at
    ];
    Ok(tx.execute(&CHANGE, params)? == 1)
}

/// Accounts that are to be assessed again at `now` or before, the longest due first.
pub fn due_for_a_look(tx: &mut dyn Tx, now: Timestamp, rows_max: u32) -> Result<Vec<AccountId>, StoreError> {
    query_all(tx, &DUE_FOR_A_LOOK, params![now, limit(rows_max)], |row| {
        Ok(AccountId::from_bytes(row.id16(0)?))
    })
}

/// Says when an account that still has this version is to be assessed again, and changes nothing else of it.
pub fn look_again(
    tx: &mut dyn Tx,
    id: AccountId,
    version: i64,
    next: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(&LOOK_AGAIN, params![id, next, version]).map(|_| ())
}

/// Has an account assessed again as soon as may be, and any assessment refused that was made before.
pub fn look_at_once(tx: &mut dyn Tx, id: AccountId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(&LOOK_AT_ONCE, params![id, now]).map(|_| ())
}

/// Records an access, unless a later one is known.
pub fn accessed(tx: &mut dyn Tx, id: AccountId, accessed_at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&ACCESSED, params![id, accessed_at]).map(|_| ())
}

/// Accounts per state.
pub fn count_by_state(tx: &mut dyn Tx) -> Result<Vec<(AccountState, i64)>, StoreError> {
    query_all(tx, &COUNT_BY_STATE, &[], |row| Ok((word(row, 0, "account.state")?, row.int(1)?)))
}

/// Hands the gate of every account changed at or after `since` to `each`, oldest change first.
pub fn gates_since(
    tx: &mut dyn Tx,
    since: Timestamp,
    each: &mut dyn FnMut(GateRow),
) -> Result<(), StoreError> {
    tx.query(&GATES_SINCE, params![since], &mut |row| {
        each(GateRow {
            id: AccountId::from_bytes(row.id16(0)?),
            reference: row.text(1)?.to_owned(),
            gate: row.text(2)?.to_owned(),
            changed_at: at(row, 3)?,
            referred_by: row.opt_id16(4)?.map(AccountId::from_bytes),
        });
        Ok(())
    })
}

fn account(row: &Row<'_>) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: AccountId::from_bytes(row.id16(0)?),
        reference: row.text(1)?.to_owned(),
        subject: row.id16(2)?,
        state: word(row, 3, "account.state")?,
        parent: row.opt_id16(4)?.map(AccountId::from_bytes),
        depth: row.int(5)?,
        created_at: at(row, 6)?,
        opened_at: opt_at(row, 7)?,
        closed_at: opt_at(row, 8)?,
        last_access_at: opt_at(row, 9)?,
        for_cause: row.int(10)?,
        decision: row.opt_id16(11)?.map(DecisionId::from_bytes),
        gate: row.text(12)?.to_owned(),
        changed_at: at(row, 13)?,
        version: row.int(14)?,
        look_again_at: opt_at(row, 15)?,
        referred_by: row.opt_id16(16)?.map(AccountId::from_bytes),
    })
}

/// Gives a party a role on an account, also one that it held before.
pub fn add_role(
    tx: &mut dyn Tx,
    account: AccountId,
    party: PartyId,
    role: AccountRole,
    since: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&ADD_ROLE, params![account, party, role.as_str(), since]).map(|_| ())
}

/// Ends a role. Answers whether the party held it.
pub fn end_role(
    tx: &mut dyn Tx,
    account: AccountId,
    party: PartyId,
    role: AccountRole,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&END_ROLE, params![account, party, role.as_str(), at])? == 1)
}

/// Who holds which role on an account.
pub fn roles(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<(PartyId, AccountRole)>, StoreError> {
    query_all(tx, &ROLES, params![account], |row| {
        Ok((PartyId::from_bytes(row.id16(0)?), word(row, 1, "account_role.role")?))
    })
}

/// Who holds or held which role on an account.
pub fn roles_ever(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<RoleRow>, StoreError> {
    query_all(tx, &ROLES_EVER, params![account], |row| {
        Ok(RoleRow {
            party: PartyId::from_bytes(row.id16(0)?),
            role: word(row, 1, "account_role.role")?,
            since: at(row, 2)?,
            ended_at: opt_at(row, 3)?,
        })
    })
}

/// On which accounts a party holds which role.
pub fn accounts_of(tx: &mut dyn Tx, party: PartyId) -> Result<Vec<(AccountId, AccountRole)>, StoreError> {
    query_all(tx, &ACCOUNTS_OF, params![party], |row| {
        Ok((AccountId::from_bytes(row.id16(0)?), word(row, 1, "account_role.role")?))
    })
}

/// On which accounts a party holds or held a role.
pub fn accounts_ever_of(tx: &mut dyn Tx, party: PartyId) -> Result<Vec<AccountId>, StoreError> {
    query_all(tx, &ACCOUNTS_EVER_OF, params![party], |row| Ok(AccountId::from_bytes(row.id16(0)?)))
}

/// Adds an application.
pub fn add_application(tx: &mut dyn Tx, application: &ApplicationRow) -> Result<(), StoreError> {
    let params =
        params![application.id, application.account, application.received_at, &application.received_from];
    tx.execute(&ADD_APPLICATION, params).map(|_| ())
}

/// An application by its identifier.
pub fn find_application(tx: &mut dyn Tx, id: ApplicationId) -> Result<Option<ApplicationRow>, StoreError> {
    query_one(tx, &FIND_APPLICATION, params![id], application)
}

/// The newest application for an account.
pub fn application_of(tx: &mut dyn Tx, account: AccountId) -> Result<Option<ApplicationRow>, StoreError> {
    query_one(tx, &APPLICATION_OF, params![account], application)
}

/// Applications after `after` in order of identifier.
pub fn page_applications(
    tx: &mut dyn Tx,
    after: ApplicationId,
    rows_max: u32,
) -> Result<Vec<ApplicationRow>, StoreError> {
    query_all(tx, &PAGE_APPLICATIONS, params![after, limit(rows_max)], application)
}

/// Applications for an account and all below it after `after` in order of identifier.
pub fn page_applications_below(
    tx: &mut dyn Tx,
    top: AccountId,
    after: ApplicationId,
    rows_max: u32,
) -> Result<Vec<ApplicationRow>, StoreError> {
    query_all(tx, &PAGE_APPLICATIONS_BELOW, params![top, after, limit(rows_max)], application)
}

fn application(row: &Row<'_>) -> Result<ApplicationRow, StoreError> {
    Ok(ApplicationRow {
        id: ApplicationId::from_bytes(row.id16(0)?),
        account: AccountId::from_bytes(row.id16(1)?),
        received_at: at(row, 2)?,
        received_from: row.text(3)?.to_owned(),
    })
}
