//! Statements on a connection: binding by name, reading cells, remembering errors after which nothing may go on.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};
use tenantry_store::{Cell, Columns, Row, Statement, StoreError, Tx, Value};

use crate::errors::{Stage, is_fatal, translate};
use crate::prepared::{PreparedStatements, positions};

/// The open transaction of a connection.
pub(crate) struct SqliteTx<'t, 'c> {
    prepared: Source<'t, 'c>,
    /// The first error that makes the connection useless, as its units are told.
    pub(crate) fatal: Option<StoreError>,
}

/// Where prepared statements come from.
enum Source<'t, 'c> {
    /// The connection's own cache, which may go from thread to thread with it.
    Connection(&'c Connection),
    /// The writer's.
    Writer(&'t mut PreparedStatements<'c>),
}

/// Why a statement did not do its work.
enum Failure {
    Told(StoreError),
    Sqlite(Stage, rusqlite::Error),
}

impl<'t, 'c> SqliteTx<'t, 'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self { prepared: Source::Connection(connection), fatal: None }
    }

    pub(crate) fn of_the_writer(prepared: &'t mut PreparedStatements<'c>) -> Self {
        Self { prepared: Source::Writer(prepared), fatal: None }
    }

    /// Prepares a statement, binds its parameters and lets `work` run it.
    fn run<T>(
        &mut self,
        statement: &Statement,
        params: &[Value],
        work: impl FnOnce(&mut rusqlite::Statement<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let failed = |error| Failure::Sqlite(Stage::Prepare, error);
        let done = match &mut self.prepared {
            Source::Connection(connection) => {
                connection.prepare_cached(statement.sqlite).map_err(failed).and_then(|mut text| {
                    let positions = positions(&text, statement);
                    bound(&mut text, positions.as_deref(), statement, params, work)
                })
            }
            Source::Writer(prepared) => prepared.get(statement).map_err(failed).and_then(|prepared| {
                let positions = prepared.positions.as_deref();
                let done = bound(&mut prepared.text, positions, statement, params, work);
                // What was bound may be about a person, and the statement is kept.
                prepared.text.clear_bindings();
                done
            }),
        };
        done.map_err(|failure| match failure {
            Failure::Told(error) => error,
            Failure::Sqlite(stage, error) => self.note(statement, stage, &error),
        })
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

impl Tx for SqliteTx<'_, '_> {
    fn execute(&mut self, statement: &Statement, params: &[Value]) -> Result<u64, StoreError> {
        self.run(statement, params, |text| text.raw_execute().map(|changed| changed as u64))
    }

    fn query(
        &mut self,
        statement: &Statement,
        params: &[Value],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        self.run(statement, params, |text| {
            let mut rows = text.raw_query();
            while outcome.is_ok()
                && let Some(row) = rows.next()?
            {
                outcome = each(&Row::new(statement.name, &Borrowed(row)));
            }
            Ok(())
        })?;
        outcome
    }
}

/// Binds each parameter of the text to its value, then lets `work` run it.
fn bound<T>(
    text: &mut rusqlite::Statement<'_>,
    positions: Result<&[usize], &StoreError>,
    statement: &Statement,
    params: &[Value],
    work: impl FnOnce(&mut rusqlite::Statement<'_>) -> rusqlite::Result<T>,
) -> Result<T, Failure> {
    let positions = positions.map_err(|wrong| Failure::Told(wrong.clone()))?;
    let wrong = |position, reason| {
        Failure::Told(StoreError::Parameter { statement: statement.name, position, reason })
    };
    if positions.len() != params.len() {
        let position = positions.len().min(params.len()) + 1;
        return Err(wrong(position, "is missing, in the text or in the call"));
    }
    for (index, position) in (1..).zip(positions) {
        let value =
            params.get(*position).ok_or_else(|| wrong(position + 1, "leaves a gap in the numbering"))?;
        text.raw_bind_parameter(index, Parameter(value))
            .map_err(|_| wrong(position + 1, "is longer than SQLite can store"))?;
    }
    work(text).map_err(|error| Failure::Sqlite(Stage::Run, error))
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
