//! Between the types of the model and the three column types.

use crate::{Row, StoreError, Value};
use std::str::FromStr;
use tenantry_model::id;
use tenantry_model::time::Timestamp;

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl From<id::$name> for Value {
            fn from(id: id::$name) -> Self {
                Self::from(id.bytes())
            }
        }
    )+};
}

ids!(
    AccountId,
    ApiKeyId,
    ApplicationId,
    ApprovalId,
    CaseId,
    DecisionId,
    DeliveryId,
    DisclosureId,
    EndpointId,
    ErasureId,
    EventId,
    EvidenceId,
    FactId,
    HoldId,
    MeasureId,
    OrderId,
    PartyId,
    SessionId,
    SignalListId,
    SnapshotId,
    StaffId
);

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.as_micros())
    }
}

/// Reads an instant.
pub(super) fn at(row: &Row<'_>, column: usize) -> Result<Timestamp, StoreError> {
    row.int(column).map(Timestamp::from_micros)
}

/// Reads an instant that may be absent.
pub(super) fn opt_at(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.opt_int(column)?.map(Timestamp::from_micros))
}

/// Reads a word of a closed list.
pub(super) fn word<T: FromStr>(row: &Row<'_>, column: usize, what: &'static str) -> Result<T, StoreError> {
    row.text(column)?.parse().map_err(|_| StoreError::Column {
        statement: what,
        column,
        expected: "a word of the closed list",
        found: "another text",
    })
}

/// Reads a word that may be absent.
pub(super) fn opt_word<T: FromStr>(
    row: &Row<'_>,
    column: usize,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    match row.opt_text(column)? {
        None => Ok(None),
        Some(_) => word(row, column, what).map(Some),
    }
}

/// A count or limit as a parameter; more than `i64` holds is never meant.
pub(super) fn limit(rows_max: u32) -> i64 {
    i64::from(rows_max)
}
