//! Erasures: batches of keys whose time is over, and what clears the rows that these keys protected.

use super::convert::{at, limit, opt_at, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::account::AccountState;
use tenantry_model::erasure::{ErasureFate, ErasureObject, ErasureState};
use tenantry_model::id::{AccountId, DisclosureId, ErasureId, HoldId, MeasureId, OrderId, PartyId, StaffId};
use tenantry_model::time::Timestamp;

/// Tables from which erasures delete what no key protects: keys themselves, tokens, names, references, findings. A database has
/// to overwrite every copy of their rows; of sealed rows a copy is unreadable once the key is gone.
pub const LEGIBLE_TABLES: &[&str] = &[
    "account",
    "epoch_key",
    "finding",
    "flagged_access",
    "interest",
    "legal_hold",
    "legal_order",
    "login_link",
    "party",
    "session",
    "staff",
    "subject_key",
    "token",
];

statements! {
    ADD = "INSERT INTO erasure (id, state, scheduled_at, erase_from, pack, content_hash, scheduled_leaf, version) \
        VALUES ($1, 'scheduled', $2, $3, $4, $5, $6, 1)";
    FIND = "SELECT id, state, scheduled_at, erase_from, pack, content_hash, scheduled_leaf, approval_leaf, intent_leaf, done_leaf, \
        done_at, version FROM erasure WHERE id = $1";
    PAGE = "SELECT id, state, scheduled_at, erase_from, pack, content_hash, scheduled_leaf, approval_leaf, intent_leaf, done_leaf, \
        done_at, version FROM erasure WHERE id < $1 ORDER BY id DESC LIMIT $2";
    IN_STATE = "SELECT id, state, scheduled_at, erase_from, pack, content_hash, scheduled_leaf, approval_leaf, intent_leaf, done_leaf, \
        done_at, version FROM erasure WHERE state = $1 ORDER BY id LIMIT $2";
    CHANGE = "UPDATE erasure SET state = $2, approval_leaf = $3, intent_leaf = $4, done_leaf = $5, done_at = $6, version = version + 1 \
        WHERE id = $1 AND version = $7";
    ADD_ITEM = "INSERT INTO erasure_item (erasure, subject, class, kind, object, basis, anchor_at, due_at, fate) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'scheduled')";
    ITEMS = "SELECT subject, class, kind, object, basis, anchor_at, due_at, fate, key_id, leaf FROM erasure_item \
        WHERE erasure = $1 ORDER BY subject, class";
    ITEMS_WITH_FATE = "SELECT subject, class, kind, object, basis, anchor_at, due_at, fate, key_id, leaf FROM erasure_item \
        WHERE erasure = $1 AND fate = $2 ORDER BY subject, class LIMIT $3";
    SETTLE = "UPDATE erasure_item SET fate = $4, key_id = $5, leaf = $6 WHERE erasure = $1 AND subject = $2 AND class = $3";
    ERASED_BY = "SELECT leaf, basis FROM erasure_item WHERE subject = $1 AND class = $2 AND leaf > $3 ORDER BY leaf LIMIT 1";
    WAITS = "SELECT COUNT(*) FROM erasure_item JOIN erasure ON erasure.id = erasure_item.erasure WHERE erasure_item.subject = $1 \
        AND erasure_item.class = $2 AND erasure_item.fate = 'scheduled' AND erasure.state <> 'done'";
    ERASED = "SELECT kind, object, subject, class, key_id FROM erasure_item WHERE fate = 'erased' ORDER BY subject, class, erasure";
    ENDED = "SELECT id FROM account WHERE state = $1 AND erased_class = $2 AND id > $3 ORDER BY id LIMIT $4";
    LIVE_BELOW = "SELECT COUNT(*) FROM account WHERE parent = $1 AND state NOT IN ('closed', 'refused')";
    MARK_ACCOUNT = "UPDATE account SET erased_class = $2, reference = $3, state = 'closed', closed_at = COALESCE(closed_at, changed_at), \
        version = version + 1 WHERE id = $1";
    FORGET_DECISION = "UPDATE account SET decision = NULL WHERE id = $1";
    FORGET_DECISIONS = "DELETE FROM decision WHERE account = $1";
    FORGET_CASES = "DELETE FROM case_file WHERE account = $1 AND kind <> 'order'";
    ERASED_CLASS = "SELECT erased_class FROM account WHERE id = $1";
    OWNED_BY = "SELECT owned FROM interest WHERE owner = $1 ORDER BY owned";
    OWNERS_OF = "SELECT owner FROM interest WHERE owned = $1 ORDER BY owner";
    NEWEST_OF_CLASS = "WITH RECURSIVE chain(seq) AS (SELECT leaf FROM subject_head WHERE subject = $1 \
        UNION ALL SELECT leaf.prev FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE leaf.prev IS NOT NULL) \
        SELECT MAX(leaf.recorded_at) FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE leaf.class = $2";
    INDICES = "WITH RECURSIVE chain(seq) AS (SELECT leaf FROM subject_head WHERE subject = $1 \
        UNION ALL SELECT leaf.prev FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE leaf.prev IS NOT NULL) \
        SELECT leaf.seq FROM chain JOIN leaf ON leaf.seq = chain.seq \
        WHERE leaf.class = $2 AND leaf.recorded_at >= $3 AND leaf.recorded_at < $4 ORDER BY leaf.seq LIMIT $5";
    INDICES_OF_TYPE = "WITH RECURSIVE chain(seq) AS (SELECT leaf FROM subject_head WHERE subject = $1 \
        UNION ALL SELECT leaf.prev FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE leaf.prev IS NOT NULL) \
        SELECT leaf.seq FROM chain JOIN leaf ON leaf.seq = chain.seq \
        WHERE leaf.class = $2 AND leaf.recorded_at >= $3 AND leaf.recorded_at < $4 AND leaf.type = $5 ORDER BY leaf.seq LIMIT $6";
    CLEAR_BODIES = "UPDATE leaf SET body = substr(body, 1, 17) WHERE class = $2 AND seq IN (\
        WITH RECURSIVE chain(seq) AS (SELECT leaf FROM subject_head WHERE subject = $1 \
        UNION ALL SELECT leaf.prev FROM chain JOIN leaf ON leaf.seq = chain.seq WHERE leaf.prev IS NOT NULL) \
        SELECT seq FROM chain)";
    CLEAR_CASES = "UPDATE case_file SET sealed = substr(sealed, 1, 17) WHERE account = $1 AND subject = $2";
    CLEAR_FACTS = "UPDATE fact SET sealed = substr(sealed, 1, 17) WHERE party = $1";
    CLEAR_EVIDENCE = "UPDATE evidence_item SET sealed = substr(sealed, 1, 17) WHERE party = $1";
    FORGET_TOKENS = "DELETE FROM token WHERE account = $1";
    FORGET_TOKENS_OF = "DELETE FROM token WHERE account = $1 AND party = $2";
    FORGET_FLAG = "DELETE FROM flagged_access WHERE account = $1";
    FORGET_FINDINGS = "DELETE FROM finding WHERE party = $1";
    FORGET_INTERESTS = "DELETE FROM interest WHERE owner = $1 OR owned = $1";
    CLEAR_ORDER = "UPDATE legal_order SET sealed = substr(sealed, 1, 17) WHERE id = $1";
    CLEAR_OWN_CASES = "UPDATE case_file SET sealed = substr(sealed, 1, 17) WHERE subject = $1";
    CLEAR_HOLD = "UPDATE legal_hold SET sealed = substr(sealed, 1, 17) WHERE id = $1";
    CLEAR_DISCLOSURE = "UPDATE disclosure SET sealed = substr(sealed, 1, 17) WHERE id = $1";
    CLEAR_MEASURE = "UPDATE measure SET sealed = substr(sealed, 1, 17) WHERE id = $1";
    FORGET_ORDER_REFERENCE = "UPDATE legal_order SET reference = 'erased' WHERE id = $1";
    FORGET_HOLD_REFERENCE = "UPDATE legal_hold SET reference = 'erased' WHERE id = $1";
    FORGET_STAFF = "UPDATE staff SET login = $2, name = '', password = NULL, totp = NULL, version = version + 1 WHERE id = $1";
    FORGET_SESSIONS = "DELETE FROM session WHERE staff = $1";
    FORGET_LINKS = "DELETE FROM login_link WHERE staff = $1";
    ORDERS_WITH_KEY = "SELECT legal_order.id FROM legal_order JOIN subject_key ON subject_key.subject = legal_order.subject \
        WHERE subject_key.class = $1 AND legal_order.id > $2 ORDER BY legal_order.id LIMIT $3";
    MEASURES_WITH_KEY = "SELECT measure.id FROM measure JOIN subject_key ON subject_key.subject = measure.subject \
        WHERE subject_key.class = $1 AND measure.id > $2 ORDER BY measure.id LIMIT $3";
    HOLDS_WITH_KEY = "SELECT legal_hold.id FROM legal_hold JOIN subject_key ON subject_key.subject = legal_hold.subject \
        WHERE subject_key.class = $1 AND legal_hold.id > $2 AND legal_hold.state <> 'in_force' ORDER BY legal_hold.id LIMIT $3";
    DISCLOSURES_WITH_KEY = "SELECT disclosure.id FROM disclosure JOIN subject_key ON subject_key.subject = disclosure.subject \
        WHERE subject_key.class = $1 AND disclosure.id > $2 ORDER BY disclosure.id LIMIT $3";
    STAFF_LEFT = "SELECT staff.id FROM staff WHERE staff.disabled_at IS NOT NULL AND staff.id > $2 AND (($1 = 1 AND staff.name <> '') \
        OR EXISTS (SELECT 1 FROM subject_key WHERE subject_key.subject = staff.id AND subject_key.class = $1)) ORDER BY staff.id LIMIT $3";
    PARTIES_WITH_KEY = "WITH RECURSIVE behind (party) AS ( \
            SELECT r.party FROM account a JOIN account_role r ON r.account = a.id WHERE a.state = 'closed' AND a.erased_class >= $1 \
            UNION SELECT i.owner FROM behind b JOIN interest i ON i.owned = b.party) \
        SELECT party.id FROM behind b JOIN party ON party.id = b.party JOIN subject_key ON subject_key.subject = party.subject \
        WHERE subject_key.class = $1 AND party.id > $2 ORDER BY party.id LIMIT $3";
    ORDERS_ABOUT = "SELECT legal_order FROM order_account WHERE account = $1 ORDER BY legal_order";
    DISCLOSURES_ABOUT = "SELECT id FROM disclosure WHERE account = $1 ORDER BY id";
    FORGET_STATUS = "UPDATE party SET status = 'undetermined', version = version + 1 WHERE id = $1";
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureRow {
    /// Identifier.
    pub id: ErasureId,
    /// Where it stands.
    pub state: ErasureState,
    /// When it was scheduled.
    pub scheduled_at: Timestamp,
    /// From when on it may be carried out.
    pub erase_from: Timestamp,
    /// The pack under which it fell due.
    pub pack: [u8; 32],
    /// Digest of exactly what is to be destroyed.
    pub content_hash: [u8; 32],
    /// The leaf that scheduled it.
    pub scheduled_leaf: i64,
    /// The leaf that approved it.
    pub approval_leaf: Option<i64>,
    /// The leaf that says what is about to be destroyed.
    pub intent_leaf: Option<i64>,
    /// The leaf that says what was.
    pub done_leaf: Option<i64>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: i64,
}

/// One key of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureItemRow {
    /// Pseudonym of the subject.
    pub subject: [u8; 16],
    /// Retention class.
    pub class: u8,
    /// What the subject is.
    pub kind: ErasureObject,
    /// Its identifier.
    pub object: [u8; 16],
    /// The retention class of the pack that is over.
    pub basis: String,
    /// When the clock started.
    pub anchor_at: Timestamp,
    /// When it ran out.
    pub due_at: Timestamp,
    /// What became of it.
    pub fate: ErasureFate,
    /// Name of the key that was destroyed.
    pub key_id: Option<[u8; 16]>,
    /// The leaf that says so.
    pub leaf: Option<i64>,
}

/// Which leaf states that a record was erased, and under which class of the pack; `None` when no batch of this database did it.
pub fn erased_by(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    class: i64,
    record: i64,
) -> Result<Option<(i64, String)>, StoreError> {
    query_one(tx, &ERASED_BY, params![subject, class, record], |row| {
        Ok((row.int(0)?, row.text(1)?.to_owned()))
    })
}

/// Adds a batch with its items.
pub fn add(tx: &mut dyn Tx, batch: &ErasureRow, items: &[ErasureItemRow]) -> Result<(), StoreError> {
    let params = params![
        batch.id,
        batch.scheduled_at,
        batch.erase_from,
        batch.pack,
        batch.content_hash,
        batch.scheduled_leaf
    ];
    tx.execute(&ADD, params)?;
    for item in items {
        let params = params![
            batch.id,
            item.subject,
            i64::from(item.class),
            item.kind.as_str(),
            item.object,
            &item.basis,
            item.anchor_at,
            item.due_at
        ];
        tx.execute(&ADD_ITEM, params)?;
    }
    Ok(())
}

/// A batch by its identifier.
pub fn find(tx: &mut dyn Tx, id: ErasureId) -> Result<Option<ErasureRow>, StoreError> {
    query_one(tx, &FIND, params![id], batch)
}

/// Batches before `before`, newest first.
pub fn page(tx: &mut dyn Tx, before: ErasureId, rows_max: u32) -> Result<Vec<ErasureRow>, StoreError> {
    query_all(tx, &PAGE, params![before, limit(rows_max)], batch)
}

/// Batches in a state, oldest first.
pub fn in_state(tx: &mut dyn Tx, state: ErasureState, rows_max: u32) -> Result<Vec<ErasureRow>, StoreError> {
    query_all(tx, &IN_STATE, params![state.as_str(), limit(rows_max)], batch)
}

/// Stores a batch's state and leaves if its version is the one read. Answers whether it was.
pub fn change(tx: &mut dyn Tx, batch: &ErasureRow) -> Result<bool, StoreError> {
    let params = params![
        batch.id,
        batch.state.as_str(),
        batch.approval_leaf,
        batch.intent_leaf,
        batch.done_leaf,
        batch.done_at,
        batch.version
    ];
    Ok(tx.execute(&CHANGE, params)? == 1)
}

/// The items of a batch.
pub fn items(tx: &mut dyn Tx, id: ErasureId) -> Result<Vec<ErasureItemRow>, StoreError> {
    query_all(tx, &ITEMS, params![id], item)
}

/// Items of a batch with a fate.
pub fn items_with_fate(
    tx: &mut dyn Tx,
    id: ErasureId,
    fate: ErasureFate,
    rows_max: u32,
) -> Result<Vec<ErasureItemRow>, StoreError> {
    query_all(tx, &ITEMS_WITH_FATE, params![id, fate.as_str(), limit(rows_max)], item)
}

/// Stores what became of an item.
pub fn settle(tx: &mut dyn Tx, id: ErasureId, item: &ErasureItemRow) -> Result<(), StoreError> {
    let class = i64::from(item.class);
    let params = params![id, item.subject, class, item.fate.as_str(), item.key_id, item.leaf];
    tx.execute(&SETTLE, params).map(|_| ())
}

/// Whether a key waits in a batch that is not done.
pub fn waits(tx: &mut dyn Tx, subject: &[u8; 16], class: u8) -> Result<bool, StoreError> {
    Ok(query_one(tx, &WAITS, params![subject, i64::from(class)], |row| row.int(0))?.unwrap_or(0) > 0)
}

/// What an erasure erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedRow {
    /// What the subject is.
    pub kind: ErasureObject,
    /// Its identifier.
    pub object: [u8; 16],
    /// Pseudonym of the subject.
    pub subject: [u8; 16],
    /// Retention class.
    pub class: u8,
    /// Name of the key that was destroyed; `None` where nothing had been sealed.
    pub key: Option<[u8; 16]>,
}

/// Everything that was erased here.
pub fn erased(tx: &mut dyn Tx) -> Result<Vec<ErasedRow>, StoreError> {
    query_all(tx, &ERASED, &[], |row| {
        Ok(ErasedRow {
            kind: word(row, 0, "erasure_item.kind")?,
            object: row.id16(1)?,
            subject: row.id16(2)?,
            class: u8::try_from(row.int(3)?).unwrap_or_default(),
            key: row.opt_id16(4)?,
        })
    })
}

/// Accounts in a state of which exactly this much is erased, in order of identifier.
pub fn ended(
    tx: &mut dyn Tx,
    state: AccountState,
    erased_class: u8,
    after: AccountId,
    rows_max: u32,
) -> Result<Vec<AccountId>, StoreError> {
    let params = params![state.as_str(), i64::from(erased_class), after, limit(rows_max)];
    query_all(tx, &ENDED, params, |row| Ok(AccountId::from_bytes(row.id16(0)?)))
}

/// Identifiers, above `after`, of objects with a pseudonym of their own of which something is left in a class; of holds those
/// that are over, of staff those whose access was taken away, of parties those that stayed when an account of theirs was erased.
/// Accounts, and parties with them, are found through [`ended`].
pub fn own_subjects(
    tx: &mut dyn Tx,
    kind: ErasureObject,
    class: u8,
    after: &[u8; 16],
    rows_max: u32,
) -> Result<Vec<[u8; 16]>, StoreError> {
    let statement = match kind {
        ErasureObject::Order => &ORDERS_WITH_KEY,
        ErasureObject::Measure => &MEASURES_WITH_KEY,
        ErasureObject::Hold => &HOLDS_WITH_KEY,
        ErasureObject::Disclosure => &DISCLOSURES_WITH_KEY,
        ErasureObject::Staff => &STAFF_LEFT,
        ErasureObject::Party => &PARTIES_WITH_KEY,
        ErasureObject::Account => return Ok(Vec::new()),
    };
    query_all(tx, statement, params![i64::from(class), after, limit(rows_max)], |row| row.id16(0))
}

/// The orders that name an account.
pub fn orders_about(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<OrderId>, StoreError> {
    query_all(tx, &ORDERS_ABOUT, params![account], |row| Ok(OrderId::from_bytes(row.id16(0)?)))
}

/// The disclosures about an account.
pub fn disclosures_about(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<DisclosureId>, StoreError> {
    query_all(tx, &DISCLOSURES_ABOUT, params![account], |row| Ok(DisclosureId::from_bytes(row.id16(0)?)))
}

/// How many accounts directly below this one have not ended.
pub fn live_below(tx: &mut dyn Tx, account: AccountId) -> Result<i64, StoreError> {
    Ok(query_one(tx, &LIVE_BELOW, params![account], |row| row.int(0))?.unwrap_or(0))
}

/// The highest retention class of which nothing is left; 0 when nothing was erased.
pub fn erased_class(tx: &mut dyn Tx, account: AccountId) -> Result<i64, StoreError> {
    Ok(query_one(tx, &ERASED_CLASS, params![account], |row| row.int(0))?.unwrap_or(0))
}

/// The parties in which a party holds an interest.
pub fn owned_by(tx: &mut dyn Tx, owner: PartyId) -> Result<Vec<PartyId>, StoreError> {
    query_all(tx, &OWNED_BY, params![owner], |row| Ok(PartyId::from_bytes(row.id16(0)?)))
}

/// The parties that hold or held an interest in a party.
pub fn owners_of(tx: &mut dyn Tx, owned: PartyId) -> Result<Vec<PartyId>, StoreError> {
    query_all(tx, &OWNERS_OF, params![owned], |row| Ok(PartyId::from_bytes(row.id16(0)?)))
}

/// When the newest record of a subject and class was made.
pub fn newest_of_class(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    class: u8,
) -> Result<Option<Timestamp>, StoreError> {
    let found = query_one(tx, &NEWEST_OF_CLASS, params![subject, i64::from(class)], |row| opt_at(row, 0))?;
    Ok(found.flatten())
}

/// Indices of the leaves of a subject and class recorded from `from` on and before `until`.
pub fn indices(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    class: u8,
    (from, until): (Timestamp, Timestamp),
    rows_max: u32,
) -> Result<Vec<i64>, StoreError> {
    let params = params![subject, i64::from(class), from, until, limit(rows_max)];
    query_all(tx, &INDICES, params, |row| row.int(0))
}

/// The same, of one type of record.
pub fn indices_of_type(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    class: u8,
    (from, until): (Timestamp, Timestamp),
    leaf_type: u16,
    rows_max: u32,
) -> Result<Vec<i64>, StoreError> {
    let params = params![subject, i64::from(class), from, until, i64::from(leaf_type), limit(rows_max)];
    query_all(tx, &INDICES_OF_TYPE, params, |row| row.int(0))
}

/// Cuts the ciphertext of a subject's leaf bodies down to version and key name, which tell that they were erased. The leaves
/// themselves do not change.
pub fn clear_bodies(tx: &mut dyn Tx, subject: &[u8; 16], class: u8) -> Result<u64, StoreError> {
    tx.execute(&CLEAR_BODIES, params![subject, i64::from(class)])
}

/// Clears what an account leaves behind in plain or as ciphertext: its tokens, its reference, when an access was flagged, details of its cases. A refused one
/// is closed by it: there is nothing left to assess.
pub fn clear_account(
    tx: &mut dyn Tx,
    account: AccountId,
    subject: &[u8; 16],
    class: u8,
) -> Result<(), StoreError> {
    tx.execute(&CLEAR_CASES, params![account, subject])?;
    for statement in [&FORGET_TOKENS, &FORGET_FLAG] {
        tx.execute(statement, params![account])?;
    }
    let reference = format!("erased:{account}");
    tx.execute(&MARK_ACCOUNT, params![account, i64::from(class), reference]).map(|_| ())
}

/// Forgets the decision evidence of an account: its decisions and cases.
pub fn clear_evidence(tx: &mut dyn Tx, account: AccountId) -> Result<(), StoreError> {
    for statement in [&FORGET_DECISION, &FORGET_DECISIONS, &FORGET_CASES] {
        tx.execute(statement, params![account])?;
    }
    Ok(())
}

/// Forgets who held what in a party and in whom it did: part of the decision evidence, because it names nobody.
pub fn clear_interests(tx: &mut dyn Tx, party: PartyId) -> Result<(), StoreError> {
    tx.execute(&FORGET_INTERESTS, params![party]).map(|_| ())
}

/// Cuts the words of an order and of its case, and deletes the document as received.
pub fn clear_order(tx: &mut dyn Tx, order: OrderId, subject: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(&CLEAR_ORDER, params![order])?;
    super::blob::forget(tx, subject)?;
    tx.execute(&CLEAR_OWN_CASES, params![subject]).map(|_| ())
}

/// Forgets under which reference an authority knows an order.
pub fn clear_order_reference(tx: &mut dyn Tx, order: OrderId) -> Result<(), StoreError> {
    tx.execute(&FORGET_ORDER_REFERENCE, params![order]).map(|_| ())
}

/// Cuts the matter of a hold.
pub fn clear_hold(tx: &mut dyn Tx, hold: HoldId) -> Result<(), StoreError> {
    tx.execute(&CLEAR_HOLD, params![hold]).map(|_| ())
}

/// Forgets under which reference somebody asked for a hold.
pub fn clear_hold_reference(tx: &mut dyn Tx, hold: HoldId) -> Result<(), StoreError> {
    tx.execute(&FORGET_HOLD_REFERENCE, params![hold]).map(|_| ())
}

/// Cuts the scope of a disclosure.
pub fn clear_disclosure(tx: &mut dyn Tx, disclosure: DisclosureId) -> Result<(), StoreError> {
    tx.execute(&CLEAR_DISCLOSURE, params![disclosure]).map(|_| ())
}

/// Cuts the content of a measure.
pub fn clear_measure(tx: &mut dyn Tx, measure: MeasureId) -> Result<(), StoreError> {
    tx.execute(&CLEAR_MEASURE, params![measure]).map(|_| ())
}

/// Forgets who a member of staff was; the identifier stays, it is their pseudonym in the records.
pub fn clear_staff(tx: &mut dyn Tx, staff: StaffId) -> Result<(), StoreError> {
    for statement in [&FORGET_SESSIONS, &FORGET_LINKS] {
        tx.execute(statement, params![staff])?;
    }
    tx.execute(&FORGET_STAFF, params![staff, format!("erased:{staff}")]).map(|_| ())
}

/// Clears what a party leaves behind: facts and checks, findings, status, and its tokens on these accounts.
pub fn clear_party(
    tx: &mut dyn Tx,
    party: PartyId,
    subject: &[u8; 16],
    accounts: &[AccountId],
) -> Result<(), StoreError> {
    for account in accounts.iter().copied() {
        tx.execute(&CLEAR_CASES, params![account, subject])?;
        tx.execute(&FORGET_TOKENS_OF, params![account, party])?;
    }
    for statement in [&CLEAR_FACTS, &CLEAR_EVIDENCE, &FORGET_FINDINGS, &FORGET_STATUS] {
        tx.execute(statement, params![party])?;
    }
    Ok(())
}

fn batch(row: &Row<'_>) -> Result<ErasureRow, StoreError> {
    Ok(ErasureRow {
        id: ErasureId::from_bytes(row.id16(0)?),
        state: word(row, 1, "erasure.state")?,
        scheduled_at: at(row, 2)?,
        erase_from: at(row, 3)?,
        pack: row.digest32(4)?,
        content_hash: row.digest32(5)?,
        scheduled_leaf: row.int(6)?,
        approval_leaf: row.opt_int(7)?,
        intent_leaf: row.opt_int(8)?,
        done_leaf: row.opt_int(9)?,
        done_at: opt_at(row, 10)?,
        version: row.int(11)?,
    })
}

fn item(row: &Row<'_>) -> Result<ErasureItemRow, StoreError> {
    Ok(ErasureItemRow {
        subject: row.id16(0)?,
        class: u8::try_from(row.int(1)?).unwrap_or_default(),
        kind: word(row, 2, "erasure_item.kind")?,
        object: row.id16(3)?,
        basis: row.text(4)?.to_owned(),
        anchor_at: at(row, 5)?,
        due_at: at(row, 6)?,
        fate: word(row, 7, "erasure_item.fate")?,
        key_id: row.opt_id16(8)?,
        leaf: row.opt_int(9)?,
    })
}
