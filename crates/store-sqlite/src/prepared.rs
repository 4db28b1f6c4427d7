//! The writer's prepared statements. It uses each many times a second, so it finds them by the address of their constant instead
//! of by their text, and works out once which parameter stands where.

use std::collections::HashMap;

use rusqlite::{Connection, PrepFlags};
use tenantry_store::{Statement, StoreError, limits};

/// A prepared statement with the position in the call of each of its parameters, or what is wrong with their numbering.
pub(crate) struct Prepared<'c> {
    pub(crate) text: rusqlite::Statement<'c>,
    pub(crate) positions: Result<Box<[usize]>, StoreError>,
}

/// The prepared statements of one connection.
pub(crate) struct PreparedStatements<'c> {
    connection: &'c Connection,
    known: HashMap<usize, Prepared<'c>>,
}

impl<'c> PreparedStatements<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self { connection, known: HashMap::new() }
    }

    /// The statement, prepared now if it was not before.
    pub(crate) fn get(&mut self, statement: &Statement) -> rusqlite::Result<&mut Prepared<'c>> {
        // Texts are constants of the program: equal addresses are equal texts.
        let address = statement.sqlite.as_ptr() as usize;
        if !self.known.contains_key(&address) {
            if self.known.len() >= limits::PREPARED_STATEMENTS_MAX {
                self.known.clear();
            }
            let flags = PrepFlags::SQLITE_PREPARE_PERSISTENT;
            let text = self.connection.prepare_with_flags(statement.sqlite, flags)?;
            let positions = positions(&text, statement);
            self.known.insert(address, Prepared { text, positions });
        }
        // It was inserted above where it was not there.
        self.known.get_mut(&address).ok_or(rusqlite::Error::InvalidQuery)
    }

    /// Runs a statement without parameters that controls the transaction.
    pub(crate) fn control(&mut self, statement: &Statement) -> rusqlite::Result<()> {
        self.get(statement)?.text.raw_execute().map(drop)
    }
}

/// For each parameter of the text its position in the call, from 0. `$n` is the n-th parameter; SQLite numbers `$n` by first
/// appearance, so the name decides, not the place.
pub(crate) fn positions(
    text: &rusqlite::Statement<'_>,
    statement: &Statement,
) -> Result<Box<[usize]>, StoreError> {
    let wrong = |position, reason| StoreError::Parameter { statement: statement.name, position, reason };
    let position = |index| {
        let number = text.parameter_name(index).and_then(|name| name.strip_prefix('$')?.parse().ok());
        let number: usize =
            number.ok_or_else(|| wrong(index, "must be written `$` and a number in the text"))?;
        number.checked_sub(1).ok_or_else(|| wrong(number, "leaves a gap in the numbering"))
    };
    (1..=text.parameter_count()).map(position).collect()
}
