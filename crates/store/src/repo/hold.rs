//! Holds: what must not be erased, the objects they name, and the keys they keep.

use super::convert::{at, limit, opt_at, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::erasure::ErasureObject;
use tenantry_model::hold::{HoldKind, HoldState, Silence};
use tenantry_model::id::{HoldId, OrderId};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO legal_hold (id, kind, state, silence, authority, reference, owner, legal_order, scope_from, scope_until, \
        placed_at, expires_at, review_at, leaf, subject, sealed, version) \
        VALUES ($1, $2, 'in_force', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)";
    FIND = "SELECT id, kind, state, silence, authority, reference, owner, legal_order, scope_from, scope_until, placed_at, expires_at, \
        renewed_at, review_at, ended_at, leaf, subject, sealed, version FROM legal_hold WHERE id = $1";
    COUNT_IN_FORCE = "SELECT COUNT(*) FROM legal_hold WHERE state = 'in_force'";
    PAGE = "SELECT id, kind, state, silence, authority, reference, owner, legal_order, scope_from, scope_until, placed_at, expires_at, \
        renewed_at, review_at, ended_at, leaf, subject, sealed, version FROM legal_hold WHERE id < $1 ORDER BY id DESC LIMIT $2";
    LAPSED = "SELECT id, kind, state, silence, authority, reference, owner, legal_order, scope_from, scope_until, placed_at, expires_at, \
        renewed_at, review_at, ended_at, leaf, subject, sealed, version FROM legal_hold \
        WHERE state = 'in_force' AND expires_at <= $1 ORDER BY id LIMIT $2";
    RENEW = "UPDATE legal_hold SET expires_at = $2, renewed_at = $3, review_at = $4, version = version + 1 \
        WHERE id = $1 AND state = 'in_force' AND renewed_at IS NULL";
    END = "UPDATE legal_hold SET state = $2, ended_at = $3, version = version + 1 WHERE id = $1 AND state = 'in_force'";
    ADD_OBJECT = "INSERT INTO hold_object (hold, kind, object) VALUES ($1, $2, $3) ON CONFLICT (hold, kind, object) DO NOTHING";
    OBJECTS = "SELECT kind, object FROM hold_object WHERE hold = $1 ORDER BY kind, object";
    ON_OBJECT = "SELECT hold_object.hold FROM hold_object JOIN legal_hold ON legal_hold.id = hold_object.hold \
        WHERE hold_object.object = $1 AND hold_object.kind = $2 AND legal_hold.state = 'in_force' ORDER BY hold_object.hold";
    ADD_RECORD_TYPE = "INSERT INTO hold_record_type (hold, leaf_type) VALUES ($1, $2) ON CONFLICT (hold, leaf_type) DO NOTHING";
    RECORD_TYPES = "SELECT leaf_type FROM hold_record_type WHERE hold = $1 ORDER BY leaf_type";
    ADD_PIN = "INSERT INTO hold_pin (subject, class, hold) VALUES ($1, $2, $3) ON CONFLICT (subject, class, hold) DO NOTHING";
    PINS = "SELECT COUNT(*) FROM hold_pin WHERE hold = $1";
    PINNING = "SELECT hold_pin.hold FROM hold_pin JOIN legal_hold ON legal_hold.id = hold_pin.hold \
        WHERE hold_pin.subject = $1 AND hold_pin.class = $2 AND legal_hold.state = 'in_force' ORDER BY hold_pin.hold";
    OF_ORDER = "SELECT id FROM legal_hold WHERE legal_order = $1 ORDER BY id";
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// Identifier.
    pub id: HoldId,
    /// Why something is held.
    pub kind: HoldKind,
    /// Where it stands.
    pub state: HoldState,
    /// Whether the person concerned may learn of it.
    pub silence: Silence,
    /// Who asked for it: an office, not a person.
    pub authority: String,
    /// Their reference.
    pub reference: String,
    /// Who answers for it, as text.
    pub owner: String,
    /// The order it carries out.
    pub order: Option<OrderId>,
    /// Only records from this instant on.
    pub scope_from: Option<Timestamp>,
    /// Only records before this instant.
    pub scope_until: Option<Timestamp>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Its last instant, for kinds that end by themselves.
    pub expires_at: Option<Timestamp>,
    /// When it was renewed.
    pub renewed_at: Option<Timestamp>,
    /// When somebody must look whether it is still needed.
    pub review_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The leaf that says what it covered when it was placed.
    pub leaf: i64,
    /// Pseudonym of its own.
    pub subject: [u8; 16],
    /// The sealed matter.
    pub sealed: Vec<u8>,
    /// Grows with every change.
    pub version: i64,
}

/// Adds a hold in force.
pub fn add(tx: &mut dyn Tx, hold: &HoldRow) -> Result<(), StoreError> {
    let params = params![
        hold.id,
        hold.kind.as_str(),
        hold.silence.as_str(),
        &hold.authority,
        &hold.reference,
        &hold.owner,
        hold.order,
        hold.scope_from,
        hold.scope_until,
        hold.placed_at,
        hold.expires_at,
        hold.review_at,
        hold.leaf,
        hold.subject,
        &hold.sealed
    ];
    tx.execute(&ADD, params).map(|_| ())
}

/// A hold by its identifier.
pub fn find(tx: &mut dyn Tx, id: HoldId) -> Result<Option<HoldRow>, StoreError> {
    query_one(tx, &FIND, params![id], hold)
}

/// How many holds are in force.
pub fn count_in_force(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    Ok(query_one(tx, &COUNT_IN_FORCE, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Holds before `before`, newest first.
pub fn page(tx: &mut dyn Tx, before: HoldId, rows_max: u32) -> Result<Vec<HoldRow>, StoreError> {
    query_all(tx, &PAGE, params![before, limit(rows_max)], hold)
}

/// Holds in force whose last instant is at or before `now`.
pub fn lapsed(tx: &mut dyn Tx, now: Timestamp, rows_max: u32) -> Result<Vec<HoldRow>, StoreError> {
    query_all(tx, &LAPSED, params![now, limit(rows_max)], hold)
}

/// Renews a hold in force that was not renewed before. Answers whether it was one.
pub fn renew(
    tx: &mut dyn Tx,
    id: HoldId,
    expires_at: Timestamp,
    renewed_at: Timestamp,
    review_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&RENEW, params![id, expires_at, renewed_at, review_at])? == 1)
}

/// Ends a hold in force. Answers whether it was one.
pub fn end(tx: &mut dyn Tx, id: HoldId, state: HoldState, ended_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&END, params![id, state.as_str(), ended_at])? == 1)
}

/// Names an object that a hold is about.
pub fn add_object(
    tx: &mut dyn Tx,
    hold: HoldId,
    kind: ErasureObject,
    object: &[u8; 16],
) -> Result<(), StoreError> {
    tx.execute(&ADD_OBJECT, params![hold, kind.as_str(), object]).map(|_| ())
}

/// The objects a hold names.
pub fn objects(tx: &mut dyn Tx, hold: HoldId) -> Result<Vec<(ErasureObject, [u8; 16])>, StoreError> {
    query_all(tx, &OBJECTS, params![hold], |row| Ok((word(row, 0, "hold_object.kind")?, row.id16(1)?)))
}

/// Holds in force that name an object.
pub fn on_object(tx: &mut dyn Tx, kind: ErasureObject, object: &[u8; 16]) -> Result<Vec<HoldId>, StoreError> {
    query_all(tx, &ON_OBJECT, params![object, kind.as_str()], id)
}

/// Confines a hold to records of a type, and of the others that are named.
pub fn add_record_type(tx: &mut dyn Tx, hold: HoldId, leaf_type: u16) -> Result<(), StoreError> {
    tx.execute(&ADD_RECORD_TYPE, params![hold, i64::from(leaf_type)]).map(|_| ())
}

/// The types of records a hold is confined to; none means that it keeps all.
pub fn record_types(tx: &mut dyn Tx, hold: HoldId) -> Result<Vec<u16>, StoreError> {
    query_all(tx, &RECORD_TYPES, params![hold], |row| Ok(u16::try_from(row.int(0)?).unwrap_or(u16::MAX)))
}

/// Keeps the key of a subject and class for as long as a hold is in force.
pub fn add_pin(tx: &mut dyn Tx, hold: HoldId, subject: &[u8; 16], class: u8) -> Result<(), StoreError> {
    tx.execute(&ADD_PIN, params![subject, i64::from(class), hold]).map(|_| ())
}

/// How many keys a hold keeps.
pub fn pins(tx: &mut dyn Tx, hold: HoldId) -> Result<i64, StoreError> {
    Ok(query_one(tx, &PINS, params![hold], |row| row.int(0))?.unwrap_or(0))
}

/// Holds in force that keep a key.
pub fn pinning(tx: &mut dyn Tx, subject: &[u8; 16], class: u8) -> Result<Vec<HoldId>, StoreError> {
    query_all(tx, &PINNING, params![subject, i64::from(class)], id)
}

/// Holds that carry out an order.
pub fn of_order(tx: &mut dyn Tx, order: OrderId) -> Result<Vec<HoldId>, StoreError> {
    query_all(tx, &OF_ORDER, params![order], id)
}

fn id(row: &Row<'_>) -> Result<HoldId, StoreError> {
    Ok(HoldId::from_bytes(row.id16(0)?))
}

fn hold(row: &Row<'_>) -> Result<HoldRow, StoreError> {
    Ok(HoldRow {
        id: HoldId::from_bytes(row.id16(0)?),
        kind: word(row, 1, "legal_hold.kind")?,
        state: word(row, 2, "legal_hold.state")?,
        silence: word(row, 3, "legal_hold.silence")?,
        authority: row.text(4)?.to_owned(),
        reference: row.text(5)?.to_owned(),
        owner: row.text(6)?.to_owned(),
        order: row.opt_id16(7)?.map(OrderId::from_bytes),
        scope_from: opt_at(row, 8)?,
        scope_until: opt_at(row, 9)?,
        placed_at: at(row, 10)?,
        expires_at: opt_at(row, 11)?,
        renewed_at: opt_at(row, 12)?,
        review_at: at(row, 13)?,
        ended_at: opt_at(row, 14)?,
        leaf: row.int(15)?,
        subject: row.id16(16)?,
        sealed: row.bytes(17)?.to_vec(),
        version: row.int(18)?,
    })
}
