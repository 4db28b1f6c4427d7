//! Statements on a connection: types of parameters checked before they are sent, cells read by their type.

use std::error::Error;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tenantry_store::{Cell, Columns, Row, Statement, StoreError, Tx, Value};

use crate::connection::Connection;
use crate::errors::{is_lost, translate};

/// The open transaction of a connection.
pub(crate) struct PostgresTx<'a> {
    connection: &'a mut Connection,
    /// Why the transaction cannot go on, if the database ended it.
    pub(crate) ended: Option<Ended>,
}

/// Why the database ended a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It collided with another one; running it again will help.
    Collided,
    /// The connection is gone.
    Lost,
}

impl<'a> PostgresTx<'a> {
    pub(crate) fn new(connection: &'a mut Connection) -> Self {
        Self { connection, ended: None }
    }

    /// The connection, for statements that are not ours to name.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        self.connection
    }

    pub(crate) fn prepare(&mut self, statement: &Statement) -> Result<postgres::Statement, StoreError> {
        if let Some(prepared) = self.connection.prepared.get(statement.postgres) {
            return Ok(prepared.clone());
        }
        let prepared = self.connection.client.prepare(statement.postgres);
        let prepared = prepared.map_err(|error| self.note(statement, &error))?;
        self.connection.trim();
        self.connection.prepared.insert(statement.postgres, prepared.clone());
        Ok(prepared)
    }

    fn note(&mut self, statement: &Statement, error: &postgres::Error) -> StoreError {
        let translated = translate(statement.name, error);
        if is_lost(error) {
            self.ended = Some(Ended::Lost);
        } else if matches!(translated, StoreError::Collision { .. }) {
            self.ended = Some(Ended::Collided);
        }
        translated
    }
}

impl Tx for PostgresTx<'_> {
    fn execute(&mut self, statement: &Statement, params: &[Value]) -> Result<u64, StoreError> {
        let prepared = self.prepare(statement)?;
        let bound = bind(&prepared, statement, params)?;
        let borrowed: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|value| value as _).collect();
        let changed = self.connection.client.execute(&prepared, &borrowed);
        changed.map_err(|error| self.note(statement, &error))
    }

    fn query(
        &mut self,
        statement: &Statement,
        params: &[Value],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let prepared = self.prepare(statement)?;
        let bound = bind(&prepared, statement, params)?;
        let mut outcome = Ok(());
        let streamed = self.connection.client.query_raw(&prepared, bound).and_then(|mut rows| {
            // All rows are taken off the wire even if `each` has had enough, so that an error behind them is seen.
            while let Some(row) = rows.next()? {
                if outcome.is_ok() {
                    outcome = each(&Row::new(statement.name, &Received(row)));
                }
            }
            Ok(())
        });
        streamed.map_err(|error| self.note(statement, &error))?;
        outcome
    }
}

/// Checks number and types of the parameters; the client would panic or send what the server then misreads.
fn bind<'a>(
    prepared: &postgres::Statement,
    statement: &Statement,
    params: &'a [Value],
) -> Result<Vec<Parameter<'a>>, StoreError> {
    let wrong = |position, reason| StoreError::Parameter { statement: statement.name, position, reason };
    let types = prepared.params();
    if types.len() != params.len() {
        return Err(wrong(types.len().min(params.len()) + 1, "is missing, in the text or in the call"));
    }
    for ((kind, value), position) in types.iter().zip(params).zip(1..) {
        let reason = match value {
            Value::Null => continue,
            Value::Int(number) if *kind == Type::INT4 && i32::try_from(*number).is_err() => {
                "is too large for the type that the text implies; cast it to BIGINT"
            }
            Value::Int(_) if matches!(*kind, Type::INT8 | Type::INT4) => continue,
            Value::Text(_) if matches!(*kind, Type::TEXT | Type::VARCHAR | Type::NAME) => continue,
            Value::Bytes(_) if *kind == Type::BYTEA => continue,
            _ => "has another type than the column it meets",
        };
        return Err(wrong(position, reason));
    }
    Ok(params.iter().map(Parameter).collect())
}

#[derive(Debug)]
struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Value::Int(number) => number.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_kind: &Type) -> bool {
        // `bind` has compared value and type.
        true
    }

    to_sql_checked!();
}

struct Received(postgres::Row);

impl Columns for Received {
    fn cell(&self, column: usize) -> Option<Cell<'_>> {
        let kind = self.0.columns().get(column)?.type_();
        let cell = match *kind {
            Type::INT8 => self.0.try_get::<_, Option<i64>>(column).map(|value| value.map(Cell::Int)),
            Type::INT4 => {
                self.0.try_get::<_, Option<i32>>(column).map(|value| value.map(|n| Cell::Int(n.into())))
            }
            // The embedded store has no truth values: `EXISTS (…)` answers 0 or 1 there.
            Type::BOOL => {
                self.0.try_get::<_, Option<bool>>(column).map(|value| value.map(|b| Cell::Int(b.into())))
            }
            Type::TEXT | Type::VARCHAR | Type::NAME => {
                self.0.try_get::<_, Option<&str>>(column).map(|value| value.map(Cell::Text))
            }
            Type::BYTEA => self.0.try_get::<_, Option<&[u8]>>(column).map(|value| value.map(Cell::Bytes)),
            _ => {
                return Some(Cell::Foreign(
                    "of a type that the store does not use; cast it to BIGINT or TEXT",
                ));
            }
        };
        Some(cell.map_or(Cell::Foreign("unreadable"), |value| value.unwrap_or(Cell::Null)))
    }
}
