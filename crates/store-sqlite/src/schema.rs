//! Changing and checking the schema, in one transaction on a connection of its own.

use rusqlite::Connection;
use tenantry_store::{Dialect, Ran, SchemaTx, SchemaWork, Statement, StoreError, Tx};

use crate::errors::{Stage, translate};
use crate::transaction::SqliteTx;

pub(crate) fn session(connection: &Connection, work: &mut SchemaWork<'_>) -> Result<(), StoreError> {
    run(connection, "BEGIN IMMEDIATE")?;
    // An early return drops the connection, and with it everything that was not committed.
    match work(&mut SqliteSchema { connection, tx: SqliteTx::new(connection) })? {
        Ran::Keep => run(connection, "COMMIT"),
        Ran::RollBack => run(connection, "ROLLBACK"),
    }
}

struct SqliteSchema<'a> {
    connection: &'a Connection,
    tx: SqliteTx<'a, 'a>,
}

impl SchemaTx for SqliteSchema<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn script(&mut self, text: &str) -> Result<(), StoreError> {
        // A script has no parameters, so the database's words are about the script.
        run(self.connection, text)
    }

    fn prepare(&mut self, statement: &Statement) -> Result<(), StoreError> {
        match self.connection.prepare(statement.sqlite) {
            Ok(_prepared) => Ok(()),
            Err(error) => Err(translate(statement.name, Stage::Prepare, &error)),
        }
    }

    fn tx(&mut self) -> &mut dyn Tx {
        &mut self.tx
    }
}

fn run(connection: &Connection, text: &str) -> Result<(), StoreError> {
    connection.execute_batch(text).map_err(|error| translate("schema", Stage::Prepare, &error))
}
