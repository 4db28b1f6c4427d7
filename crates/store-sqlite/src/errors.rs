//! From what SQLite reports to what the store says. Words that could hold a value are not passed on.

use rusqlite::{Error, ErrorCode, ffi};
use tenantry_store::{ConstraintRule, StoreError};

/// When an error came up. Before a statement runs, SQLite's words can only be about the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Prepare,
    Run,
}

pub(crate) fn translate(statement: &'static str, stage: Stage, error: &Error) -> StoreError {
    let Error::SqliteFailure(code, message) = error else {
        return StoreError::Refused { statement, reason: error.to_string() };
    };
    let words = message.as_deref().unwrap_or_default();
    let constraint = words.split_once(": ").map_or(words, |(_, name)| name).to_owned();
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            StoreError::Conflict { statement, constraint }
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
            StoreError::Constraint { statement, rule: ConstraintRule::ForeignKey, constraint: String::new() }
        }
        ffi::SQLITE_CONSTRAINT_CHECK => {
            StoreError::Constraint { statement, rule: ConstraintRule::Check, constraint }
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => {
            StoreError::Constraint { statement, rule: ConstraintRule::NotNull, constraint }
        }
        _ => match code.code {
            ErrorCode::DiskFull => StoreError::DiskFull,
            ErrorCode::ReadOnly => StoreError::ReadOnly { statement },
            _ if stage == Stage::Prepare => StoreError::Refused { statement, reason: words.to_owned() },
            _ => StoreError::Refused { statement, reason: class(code.extended_code) },
        },
    }
}

/// Whether the connection cannot be trusted after this error.
pub(crate) fn is_fatal(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::DiskFull
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::OutOfMemory
                | ErrorCode::CannotOpen
        )
    )
}

/// The error's class in SQLite's words, which never hold a value.
pub(crate) fn describe(error: &Error) -> String {
    error.sqlite_error().map_or_else(|| "unexpected answer".to_owned(), |code| class(code.extended_code))
}

fn class(extended_code: i32) -> String {
    format!("{} (code {extended_code})", ffi::code_to_str(extended_code))
}
