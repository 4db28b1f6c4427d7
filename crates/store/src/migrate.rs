//! Migrations: numbered SQL scripts per database, applied in order, each recorded with a fingerprint of its text.
//!
//! All pending migrations of a run share one transaction, so a database is never between two versions. A migration that
//! has been released is never edited: the fingerprint would tell. To add one, put a file of the same number and name into
//! both folders and add one line to [`MIGRATIONS`].

use crate::{Statement, StoreError, Tx, Value, query_all};

/// One migration, with a script per database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// The number, from 1 without gaps.
    pub number: i64,
    /// The name, as in the file name.
    pub name: &'static str,
    /// The script for SQLite.
    pub sqlite: &'static str,
    /// The script for PostgreSQL.
    pub postgres: &'static str,
}

/// Embeds the two files of one migration. The paths are relative to this crate's folder `migrations`.
macro_rules! migration {
    ($number:literal, $digits:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $digits, "_", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $digits, "_", $name, ".sql")),
        }
    };
}
/// The schema of the register, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001", "register"),
    migration!(2, "0002", "lists_and_disclosures"),
    migration!(3, "0003", "ledger_timestamp"),
    migration!(4, "0004", "event_batch"),
    migration!(5, "0005", "retention"),
    migration!(6, "0006", "decision_text_once"),
    migration!(7, "0007", "chains_by_pointer"),
    migration!(8, "0008", "evidence"),
    migration!(9, "0009", "hold_record_type"),
    migration!(10, "0010", "people"),
    migration!(11, "0011", "endings_and_clocks"),
    migration!(12, "0012", "blob"),
    migration!(13, "0013", "signal_lists"),
    migration!(14, "0014", "log_ins_and_references"),
];

/// What a run of the migrations did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationReport {
    /// The newest migration before the run, 0 for an empty database.
    pub before: i64,
    /// The newest migration after the run.
    pub after: i64,
}

/// Which script of a migration a connection takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The embedded database.
    Sqlite,
    /// The server.
    Postgres,
}

/// A transaction in which the schema may be changed. Drivers implement it for [`Store::schema_session`](crate::Store::schema_session).
pub trait SchemaTx {
    /// The dialect of the connection.
    fn dialect(&self) -> Dialect;

    /// Runs a script of several statements without parameters.
    fn script(&mut self, text: &str) -> Result<(), StoreError>;

    /// Prepares a statement without running it.
    fn prepare(&mut self, statement: &Statement) -> Result<(), StoreError>;

    /// The same transaction for single statements.
    fn tx(&mut self) -> &mut dyn Tx;
}

/// Applies what is missing. The caller commits on `Ok` and rolls back on `Err`.
pub(crate) fn apply_migrations(
    schema: &mut dyn SchemaTx,
    migrations: &[Migration],
) -> Result<MigrationReport, StoreError> {
    let before = applied_prefix(schema, migrations)?;
    let mut after = before;
    for migration in migrations.iter().skip_while(|migration| migration.number <= before) {
        let text = script_of(migration, schema.dialect());
        schema.script(text).map_err(|error| failed(migration, &error))?;
        let record =
            [Value::Int(migration.number), Value::from(migration.name), Value::Int(fingerprint(text))];
        schema.tx().execute(&RECORD, &record)?;
        after = migration.number;
    }
    Ok(MigrationReport { before, after })
}

/// Checks that exactly these migrations are applied. The caller rolls back in any case.
pub(crate) fn check_migrations(
    schema: &mut dyn SchemaTx,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let found = applied_prefix(schema, migrations)?;
    let known = newest(migrations);
    if found < known { Err(StoreError::SchemaTooOld { found, known }) } else { Ok(()) }
}

static APPLIED: Statement = crate::statement_texts!(
    APPLIED,
    "SELECT number, name, fingerprint FROM schema_migration ORDER BY number"
);
static RECORD: Statement = crate::statement_texts!(
    RECORD,
    "INSERT INTO schema_migration (number, name, fingerprint) VALUES ($1, $2, $3)"
);

const CREATE_SQLITE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, fingerprint INTEGER NOT NULL) STRICT;";
const CREATE_POSTGRES: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, fingerprint BIGINT NOT NULL);";

/// Creates the table of migrations if need be, and answers the newest one applied, after comparing all of them.
fn applied_prefix(schema: &mut dyn SchemaTx, migrations: &[Migration]) -> Result<i64, StoreError> {
    schema.script(match schema.dialect() {
        Dialect::Sqlite => CREATE_SQLITE,
        Dialect::Postgres => CREATE_POSTGRES,
    })?;
    let dialect = schema.dialect();
    let applied =
        query_all(schema.tx(), &APPLIED, &[], |row| Ok((row.int(0)?, row.text(1)?.to_owned(), row.int(2)?)))?;
    let found = applied.last().map_or(0, |(number, _, _)| *number);
    if found > newest(migrations) {
        return Err(StoreError::SchemaTooNew { found, known: newest(migrations) });
    }
    for (migration, index) in
        migrations.iter().take_while(|migration| migration.number <= found).zip(0_usize..)
    {
        let difference = match applied.get(index) {
            Some((number, _, _)) if *number != migration.number => "it is missing",
            Some((_, name, _)) if name != migration.name => "its name",
            Some((_, _, print)) if *print != fingerprint(script_of(migration, dialect)) => "its text",
            Some(_) => continue,
            None => "it is missing",
        };
        return Err(StoreError::SchemaDiffers { number: migration.number, difference });
    }
    Ok(found)
}

fn newest(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |migration| migration.number)
}

fn script_of(migration: &Migration, dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => migration.sqlite,
        Dialect::Postgres => migration.postgres,
    }
}

fn failed(migration: &Migration, error: &StoreError) -> StoreError {
    StoreError::Migration { number: migration.number, name: migration.name, reason: error.to_string() }
}

/// FNV-1a over the text, line ends unified. Finds edits made by mistake; it is no protection against intent.
fn fingerprint(text: &str) -> i64 {
    let bytes = text.bytes().filter(|byte| *byte != b'\r');
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_the_published_function() {
        // Test vectors of the FNV authors for the 64-bit variant 1a.
        assert_eq!(fingerprint("").cast_unsigned(), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint("a").cast_unsigned(), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fingerprint("foobar").cast_unsigned(), 0x8594_4171_f739_67e8);
        assert_eq!(fingerprint("a\r\nb"), fingerprint("a\nb"));
    }

    #[test]
    fn every_file_is_listed_and_both_folders_have_the_same() {
        let listed =
            MIGRATIONS.iter().map(|migration| format!("{:04}_{}.sql", migration.number, migration.name));
        let listed: Vec<String> = listed.collect();
        for folder in ["sqlite", "postgres"] {
            let folder = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
            let files = std::fs::read_dir(&folder).unwrap();
            let mut found: Vec<_> =
                files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
            found.sort();
            assert_eq!(found, listed, "{folder}");
        }
    }

    #[test]
    fn numbers_have_no_gaps() {
        for (migration, number) in MIGRATIONS.iter().zip(1..) {
            assert_eq!(migration.number, number, "{}", migration.name);
        }
    }
}
