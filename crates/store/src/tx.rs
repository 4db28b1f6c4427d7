//! One transaction as repositories see it, and the two look-ups they all use.

use crate::{Row, Statement, StoreError, Value};

/// A transaction that is open for the duration of one unit.
///
/// After a statement has failed, the unit cannot go on: every further statement is refused and the unit is rolled
/// back even if the closure answers `Ok`. PostgreSQL works that way; the facade makes SQLite do the same. Use
/// `ON CONFLICT` where a conflict is an expected answer.
pub trait Tx {
    /// Runs a statement that answers no rows. Answers how many rows it changed.
    fn execute(&mut self, statement: &Statement, params: &[Value]) -> Result<u64, StoreError>;

    /// Runs a statement and hands each row of the answer to `each`, in order. An error of `each` ends the query.
    ///
    /// Also runs a changing statement with `RETURNING`; all of its changes are made even if `each` ends early.
    fn query(
        &mut self,
        statement: &Statement,
        params: &[Value],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
}

/// Looks up at most one row; `None` when there is none. More than one row is an error.
///
/// ```
/// use tenantry_store::{StoreError, Tx, params, query_one, statements};
///
/// statements! { OPENED_AT = "SELECT opened_at FROM account WHERE id = $1"; }
///
/// fn opened_at_us(tx: &mut dyn Tx, account: [u8; 16]) -> Result<Option<i64>, StoreError> {
///     query_one(tx, &OPENED_AT, params![account], |row| row.int(0))
/// }
/// ```
pub fn query_one<T>(
    tx: &mut dyn Tx,
    statement: &Statement,
    params: &[Value],
    mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut found = None;
    tx.query(statement, params, &mut |row| {
        if found.is_some() {
            return Err(StoreError::TooManyRows { statement: statement.name });
        }
        found = Some(map(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// Reads all rows of an answer in order. The statement itself bounds how many there are.
pub fn query_all<T>(
    tx: &mut dyn Tx,
    statement: &Statement,
    params: &[Value],
    mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    tx.query(statement, params, &mut |row| {
        found.push(map(row)?);
        Ok(())
    })?;
    Ok(found)
}
