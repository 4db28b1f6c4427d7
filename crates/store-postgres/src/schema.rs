//! Changing and checking the schema, in one transaction on a connection, and a thread, of its own.

use postgres::Config;
use tenantry_store::{Dialect, Ran, SchemaTx, SchemaWork, Statement, StoreError, Tx};

use crate::ServerDurability;
use crate::connection::{Access, Connection};
use crate::errors::translate;
use crate::transaction::PostgresTx;

/// Two programs that start at once must not create the first table at once: the advisory lock, whose number spells
/// `tenantry`. Where the table is there already, changes of the schema wait for changes of the records, and the reverse.
const BEGIN: &str = "
    BEGIN ISOLATION LEVEL READ COMMITTED;
    SELECT pg_advisory_xact_lock(8387231245791425145);
    DO $$ BEGIN
        IF to_regclass('schema_migration') IS NOT NULL THEN
            LOCK TABLE schema_migration IN EXCLUSIVE MODE;
        END IF;
    END $$;";

pub(crate) fn session(
    config: &Config,
    durability: ServerDurability,
    work: &mut SchemaWork<'_>,
) -> Result<(), StoreError> {
    // The client must not live on a thread of an asynchronous runtime, and the caller may be one.
    std::thread::scope(|scope| {
        let session = scope.spawn(|| session_here(config, durability, work));
        session.join().unwrap_or(Err(StoreError::UnitPanicked))
    })
}

/// Runs one statement that must not stand in a transaction.
pub(crate) fn outside_transaction(
    config: &Config,
    durability: ServerDurability,
    text: &str,
) -> Result<(), StoreError> {
    std::thread::scope(|scope| {
        let alone = scope.spawn(|| run(&mut Connection::open(config, Access::Change, durability)?, text));
        alone.join().unwrap_or(Err(StoreError::UnitPanicked))
    })
}

fn session_here(
    config: &Config,
    durability: ServerDurability,
    work: &mut SchemaWork<'_>,
) -> Result<(), StoreError> {
    let mut connection = Connection::open(config, Access::Change, durability)?;
    run(&mut connection, BEGIN)?;
    // An early return drops the connection, and with it everything that was not committed.
    match work(&mut PostgresSchema { tx: PostgresTx::new(&mut connection) })? {
        Ran::Keep => run(&mut connection, "COMMIT"),
        Ran::RollBack => run(&mut connection, "ROLLBACK"),
    }
}

struct PostgresSchema<'a> {
    tx: PostgresTx<'a>,
}

impl SchemaTx for PostgresSchema<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn script(&mut self, text: &str) -> Result<(), StoreError> {
        run(self.tx.connection(), text)
    }

    fn prepare(&mut self, statement: &Statement) -> Result<(), StoreError> {
        self.tx.prepare(statement).map(drop)
    }

    fn tx(&mut self) -> &mut dyn Tx {
        &mut self.tx
    }
}

fn run(connection: &mut Connection, text: &str) -> Result<(), StoreError> {
    connection.client.batch_execute(text).map_err(|error| translate("schema", &error))
}
