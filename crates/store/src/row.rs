//! Reading one row of an answer, by position, with errors that name the statement and the column.

use crate::StoreError;

/// One cell of a row as a driver lends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// An integer.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Something the store does not use, for example a floating-point number; the name is for the error.
    Foreign(&'static str),
}

impl std::fmt::Debug for Cell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

impl Cell<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "an integer",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::Foreign(name) => name,
        }
    }
}

/// What a driver implements so that a [`Row`] can be read.
pub trait Columns {
    /// The cell at a position counted from 0, or `None` beyond the last column.
    fn cell(&self, column: usize) -> Option<Cell<'_>>;
}

/// One row of an answer. Columns are counted from 0, in the order of the `SELECT` or `RETURNING` list.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    statement: &'static str,
    columns: &'a dyn Columns,
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("statement", &self.statement).finish_non_exhaustive()
    }
}

impl<'a> Row<'a> {
    /// For drivers: a row of the named statement.
    pub fn new(statement: &'static str, columns: &'a dyn Columns) -> Self {
        Self { statement, columns }
    }

    /// The integer in a column that is never null.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.opt_int(column)?.ok_or_else(|| self.wrong(column, "an integer", Cell::Null))
    }

    /// The integer in a column, `None` when it is null.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(value)),
            other => Err(self.wrong(column, "an integer", other)),
        }
    }

    /// The text in a column that is never null.
    pub fn text(&self, column: usize) -> Result<&'a str, StoreError> {
        self.opt_text(column)?.ok_or_else(|| self.wrong(column, "a text", Cell::Null))
    }

    /// The text in a column, `None` when it is null.
    pub fn opt_text(&self, column: usize) -> Result<Option<&'a str>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(value) => Ok(Some(value)),
            other => Err(self.wrong(column, "a text", other)),
        }
    }

    /// The bytes in a column that is never null.
    pub fn bytes(&self, column: usize) -> Result<&'a [u8], StoreError> {
        self.opt_bytes(column)?.ok_or_else(|| self.wrong(column, "bytes", Cell::Null))
    }

    /// The bytes in a column, `None` when it is null.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<&'a [u8]>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Bytes(value) => Ok(Some(value)),
            other => Err(self.wrong(column, "bytes", other)),
        }
    }

    /// The 16-byte identifier in a column that is never null.
    pub fn id16(&self, column: usize) -> Result<[u8; 16], StoreError> {
        self.array(column, "16 bytes")
    }

    /// The 16-byte identifier in a column, `None` when it is null.
    pub fn opt_id16(&self, column: usize) -> Result<Option<[u8; 16]>, StoreError> {
        match self.opt_bytes(column)? {
            None => Ok(None),
            Some(_) => self.id16(column).map(Some),
        }
    }

    /// The 32-byte digest in a column that is never null.
    pub fn digest32(&self, column: usize) -> Result<[u8; 32], StoreError> {
        self.array(column, "32 bytes")
    }

    fn array<const N: usize>(&self, column: usize, expected: &'static str) -> Result<[u8; N], StoreError> {
        let bytes = self.bytes(column)?;
        bytes.try_into().map_err(|_| self.wrong(column, expected, Cell::Foreign("bytes of another length")))
    }

    fn cell(&self, column: usize) -> Result<Cell<'a>, StoreError> {
        self.columns
            .cell(column)
            .ok_or_else(|| self.wrong(column, "a column", Cell::Foreign("no such column")))
    }

    fn wrong(&self, column: usize, expected: &'static str, found: Cell<'_>) -> StoreError {
        StoreError::Column { statement: self.statement, column, expected, found: found.kind() }
    }
}
