//! Statements on a connection: binding by name, reading cells, remembering errors after which nothing may go on.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};
use tenantry_store::{Cell, Columns, Row, Statement, StoreError, Tx, Value};

use crate::errors::{Stage, is_fatal, translate};

/// The open transaction of a connection.
pub(crate) struct SqliteTx<'a> {
    connection: &'a Connection,
    /// The first error that makes the connection useless, as its units are told.
    pub(crate) fatal: Option<StoreError>,
}

impl<'a> SqliteTx<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection, fatal: None }
    }

    fn prepare(
        &mut self,
        statement: &Statement,
        params: &[Value],
    ) -> Result<CachedStatement<'a>, StoreError> {
        let mut prepared = self
            .connection
            .prepare_cached(statement.sqlite)
            .map_err(|error| self.note(statement, Stage::Prepare, &error))?;
        bind(&mut prepared, statement, params)?;
        Ok(prepared)
    }

    fn note(&mut self, statement: &Statement, stage: Stage, error: &rusqlite::Error) -> StoreError {
        let translated = translate(statement.name, stage, error);
        if is_fatal(error) && self.fatal.is_none() {
            self.fatal = Some(match &translated {
                StoreError::DiskFull => StoreError::DiskFull,
                other => StoreError::Stopped { reason: other.to_string() },
            });
        }
        translated
    }
}

impl Tx for SqliteTx<'_> {
    fn execute(&mut self, statement: &Statement, params: &[Value]) -> Result<u64, StoreError> {
        let mut prepared = self.prepare(statement, params)?;
        let changed = prepared.raw_execute().map_err(|error| self.note(statement, Stage::Run, &error))?;
        Ok(changed as u64)
    }

    fn query(
        &mut self,
        statement: &Statement,
        params: &[Value],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut prepared = self.prepare(statement, params)?;
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next().map_err(|error| self.note(statement, Stage::Run, &error))? {
            each(&Row::new(statement.name, &Borrowed(row)))?;
        }
        Ok(())
    }
}

/// Binds `$n` to the n-th parameter. SQLite numbers `$n` by first appearance, so the name decides, not the position.
fn bind(
    prepared: &mut CachedStatement<'_>,
    statement: &Statement,
    params: &[Value],
) -> Result<(), StoreError> {
    let wrong = |position, reason| StoreError::Parameter { statement: statement.name, position, reason };
    let count = prepared.parameter_count();
    if count != params.len() {
        return Err(wrong(count.min(params.len()) + 1, "is missing, in the text or in the call"));
    }
    for index in 1..=count {
        let number = prepared.parameter_name(index).and_then(|name| name.strip_prefix('$')?.parse().ok());
        let position: usize =
            number.ok_or_else(|| wrong(index, "must be written `$` and a number in the text"))?;
        let value = params
            .get(position.wrapping_sub(1))
            .ok_or_else(|| wrong(position, "leaves a gap in the numbering"))?;
        prepared
            .raw_bind_parameter(index, Parameter(value))
            .map_err(|_| wrong(position, "is longer than SQLite can store"))?;
    }
    Ok(())
}

struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

struct Borrowed<'a>(&'a rusqlite::Row<'a>);

impl Columns for Borrowed<'_> {
    fn cell(&self, column: usize) -> Option<Cell<'_>> {
        Some(match self.0.get_ref(column).ok()? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(value) => Cell::Int(value),
            ValueRef::Real(_) => Cell::Foreign("a floating-point number"),
            ValueRef::Text(bytes) => {
                std::str::from_utf8(bytes).map_or(Cell::Foreign("a text that is not UTF-8"), Cell::Text)
            }
            ValueRef::Blob(bytes) => Cell::Bytes(bytes),
        })
    }
}
