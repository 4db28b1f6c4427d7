//! Messages to the outside: events written with the change they tell of, endpoints, and deliveries.

use super::convert::{at, limit, opt_at};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::id::{DeliveryId, EndpointId, EventId};
use tenantry_model::time::Timestamp;

statements! {
    ADD_EVENT = "INSERT INTO event (id, type, subject, data, recorded_at) VALUES ($1, $2, $3, $4, $5)";
    FIND_EVENT = "SELECT id, type, subject, data, recorded_at FROM event WHERE id = $1";
    EVENTS = "SELECT id, type, subject, data, recorded_at FROM event WHERE id > $1 ORDER BY id LIMIT $2";
    ADD_ENDPOINT = "INSERT INTO endpoint (id, url, types, subject, secrets, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, 1)";
    ENDPOINTS = "SELECT id, url, types, subject, secrets, disabled_at, created_at, version FROM endpoint ORDER BY id";
    FIND_ENDPOINT = "SELECT id, url, types, subject, secrets, disabled_at, created_at, version FROM endpoint WHERE id = $1";
    DISABLE_ENDPOINT = "UPDATE endpoint SET disabled_at = $2, version = version + 1 WHERE id = $1 AND disabled_at IS NULL";
    ADD_DELIVERY = "INSERT INTO delivery (id, endpoint, event, subject, state, attempts, next_at) VALUES ($1, $2, $3, $4, 'pending', 0, $5)";
    DUE = "SELECT id, endpoint, event, subject, state, attempts, next_at, last_status, last_error, settled_at FROM delivery \
        WHERE state = 'pending' AND next_at <= $1 AND NOT EXISTS (SELECT 1 FROM delivery AS earlier \
        WHERE earlier.endpoint = delivery.endpoint AND earlier.subject = delivery.subject AND earlier.state = 'pending' \
        AND earlier.id < delivery.id) ORDER BY next_at, id LIMIT $2";
    FIND_DELIVERY = "SELECT id, endpoint, event, subject, state, attempts, next_at, last_status, last_error, settled_at FROM delivery \
        WHERE id = $1";
    PLACE = "SELECT COUNT(*) FROM delivery WHERE endpoint = $1 AND subject = $2 AND id <= $3";
    SETTLE = "UPDATE delivery SET state = $2, attempts = $3, next_at = $4, last_status = $5, last_error = $6, settled_at = $7 WHERE id = $1";
    BY_STATE = "SELECT id, endpoint, event, subject, state, attempts, next_at, last_status, last_error, settled_at FROM delivery \
        WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    REPLAY = "UPDATE delivery SET state = 'pending', attempts = 0, next_at = $2, settled_at = NULL WHERE id = $1 AND state <> 'pending'";
    COUNT_IN_STATE = "SELECT COUNT(*) FROM delivery WHERE state = $1";
    FORGET_DELIVERIES = "DELETE FROM delivery WHERE id < $1";
    FORGET_EVENTS = "DELETE FROM event WHERE id < $1";
    COUNT_BY_STATE = "SELECT state, COUNT(*) FROM delivery GROUP BY state ORDER BY state";
}

/// One event. Identifiers and words only; personal data never travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Identifier; events are ordered by it.
    pub id: EventId,
    /// Type, for example `tenantry.account.opened`.
    pub event_type: String,
    /// What it is about; events of one subject are delivered in order.
    pub subject: String,
    /// Data as JSON.
    pub data: String,
    /// When it was written.
    pub recorded_at: Timestamp,
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointRow {
    /// Identifier.
    pub id: EndpointId,
    /// Where to deliver.
    pub url: String,
    /// Types it wants, separated by spaces; empty means all.
    pub types: String,
    /// Pseudonym under whose key the secrets are sealed.
    pub subject: [u8; 16],
    /// Sealed signing secrets.
    pub secrets: Vec<u8>,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// A delivery of one event to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Identifier.
    pub id: DeliveryId,
    /// Where to.
    pub endpoint: EndpointId,
    /// What.
    pub event: EventId,
    /// Subject of the event; deliveries of one subject go in order.
    pub subject: String,
    /// `pending`, `delivered`, `dead`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i64,
    /// When the next attempt is due.
    pub next_at: Timestamp,
    /// HTTP status of the last attempt.
    pub last_status: Option<i64>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was delivered or given up.
    pub settled_at: Option<Timestamp>,
}

/// Adds an event.
pub fn add_event(tx: &mut dyn Tx, event: &EventRow) -> Result<(), StoreError> {
    let params = params![event.id, &event.event_type, &event.subject, &event.data, event.recorded_at];
    tx.execute(&ADD_EVENT, params).map(|_| ())
}

/// An event by its identifier.
pub fn find_event(tx: &mut dyn Tx, id: EventId) -> Result<Option<EventRow>, StoreError> {
    query_one(tx, &FIND_EVENT, params![id], event)
}

/// Events after `after`, in order.
pub fn events(tx: &mut dyn Tx, after: EventId, rows_max: u32) -> Result<Vec<EventRow>, StoreError> {
    query_all(tx, &EVENTS, params![after, limit(rows_max)], event)
}

fn event(row: &Row<'_>) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        id: EventId::from_bytes(row.id16(0)?),
        event_type: row.text(1)?.to_owned(),
        subject: row.text(2)?.to_owned(),
        data: row.text(3)?.to_owned(),
        recorded_at: at(row, 4)?,
    })
}

/// Adds an endpoint.
pub fn add_endpoint(tx: &mut dyn Tx, endpoint: &EndpointRow) -> Result<(), StoreError> {
    let params = params![
        endpoint.id,
        &endpoint.url,
        &endpoint.types,
        endpoint.subject,
        &endpoint.secrets,
        endpoint.created_at
    ];
    tx.execute(&ADD_ENDPOINT, params).map(|_| ())
}

/// All endpoints.
pub fn endpoints(tx: &mut dyn Tx) -> Result<Vec<EndpointRow>, StoreError> {
    query_all(tx, &ENDPOINTS, &[], endpoint)
}

/// An endpoint by its identifier.
pub fn find_endpoint(tx: &mut dyn Tx, id: EndpointId) -> Result<Option<EndpointRow>, StoreError> {
    query_one(tx, &FIND_ENDPOINT, params![id], endpoint)
}

/// Switches an endpoint off. Answers whether it was on.
pub fn disable_endpoint(tx: &mut dyn Tx, id: EndpointId, disabled_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&DISABLE_ENDPOINT, params![id, disabled_at])? == 1)
}

fn endpoint(row: &Row<'_>) -> Result<EndpointRow, StoreError> {
    Ok(EndpointRow {
        id: EndpointId::from_bytes(row.id16(0)?),
        url: row.text(1)?.to_owned(),
        types: row.text(2)?.to_owned(),
        subject: row.id16(3)?,
        secrets: row.bytes(4)?.to_vec(),
        disabled_at: opt_at(row, 5)?,
        created_at: at(row, 6)?,
        version: row.int(7)?,
    })
}

/// Adds a pending delivery.
pub fn add_delivery(
    tx: &mut dyn Tx,
    id: DeliveryId,
    endpoint: EndpointId,
    event: &EventRow,
    next_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&ADD_DELIVERY, params![id, endpoint, event.id, &event.subject, next_at]).map(|_| ())
}

/// Deliveries that are due: of each endpoint and subject only the first that is pending.
pub fn due(tx: &mut dyn Tx, now: Timestamp, rows_max: u32) -> Result<Vec<DeliveryRow>, StoreError> {
    query_all(tx, &DUE, params![now, limit(rows_max)], delivery)
}

/// A delivery by its identifier.
pub fn find_delivery(tx: &mut dyn Tx, id: DeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
    query_one(tx, &FIND_DELIVERY, params![id], delivery)
}

/// Place of a delivery among those of its endpoint and subject, from 1.
pub fn place(tx: &mut dyn Tx, delivery: &DeliveryRow) -> Result<i64, StoreError> {
    let params = params![delivery.endpoint, &delivery.subject, delivery.id];
    Ok(query_one(tx, &PLACE, params, |row| row.int(0))?.unwrap_or(0))
}

/// Writes the outcome of an attempt.
pub fn settle(tx: &mut dyn Tx, delivery: &DeliveryRow) -> Result<(), StoreError> {
    let params = params![
        delivery.id,
        &delivery.state,
        delivery.attempts,
        delivery.next_at,
        delivery.last_status,
        delivery.last_error.as_deref(),
        delivery.settled_at
    ];
    tx.execute(&SETTLE, params).map(|_| ())
}

/// Deliveries in a state before `before`, newest first.
pub fn by_state(
    tx: &mut dyn Tx,
    state: &str,
    before: DeliveryId,
    rows_max: u32,
) -> Result<Vec<DeliveryRow>, StoreError> {
    query_all(tx, &BY_STATE, params![state, before, limit(rows_max)], delivery)
}

/// Puts a settled delivery back in the queue. Answers whether it was settled.
pub fn replay(tx: &mut dyn Tx, id: DeliveryId, next_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&REPLAY, params![id, next_at])? == 1)
}

/// How many deliveries are in a state.
pub fn count_in_state(tx: &mut dyn Tx, state: &str) -> Result<i64, StoreError> {
    Ok(query_one(tx, &COUNT_IN_STATE, params![state], |row| row.int(0))?.unwrap_or(0))
}

/// Deliveries per state.
pub fn count_by_state(tx: &mut dyn Tx) -> Result<Vec<(String, i64)>, StoreError> {
    query_all(tx, &COUNT_BY_STATE, &[], |row| Ok((row.text(0)?.to_owned(), row.int(1)?)))
}

fn delivery(row: &Row<'_>) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: DeliveryId::from_bytes(row.id16(0)?),
        endpoint: EndpointId::from_bytes(row.id16(1)?),
        event: EventId::from_bytes(row.id16(2)?),
        subject: row.text(3)?.to_owned(),
        state: row.text(4)?.to_owned(),
        attempts: row.int(5)?,
        next_at: at(row, 6)?,
        last_status: row.opt_int(7)?,
        last_error: row.opt_text(8)?.map(str::to_owned),
        settled_at: opt_at(row, 9)?,
    })
}

/// Forgets events and deliveries older than `before`. Answers how many. Their identifiers begin with the millisecond they were
/// made in, so no index is needed.
pub fn forget(tx: &mut dyn Tx, before: Timestamp) -> Result<u64, StoreError> {
    let millis = u64::try_from(before.as_micros() / 1_000).unwrap_or(0).to_be_bytes();
    let mut first = [0; 16];
    for (slot, byte) in first.iter_mut().zip(millis.into_iter().skip(2)) {
        *slot = byte;
    }
    Ok(tx.execute(&FORGET_DELIVERIES, params![first])? + tx.execute(&FORGET_EVENTS, params![first])?)
}
