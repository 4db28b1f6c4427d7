//! From what PostgreSQL reports to what the store says. Details and hints of the server can hold values and are not passed on.

use postgres::Error;
use postgres::error::{DbError, Severity, SqlState};
use tenantry_store::{ConstraintRule, StoreError};

pub(crate) fn translate(statement: &'static str, error: &Error) -> StoreError {
    let Some(reported) = error.as_db_error() else { return unavailable(error) };
    let constraint = || reported.constraint().or(reported.column()).unwrap_or_default().to_owned();
    let broken = |rule| StoreError::Constraint { statement, rule, constraint: constraint() };
    match reported.code() {
        &SqlState::UNIQUE_VIOLATION => StoreError::Conflict { statement, constraint: constraint() },
        &SqlState::FOREIGN_KEY_VIOLATION => broken(ConstraintRule::ForeignKey),
        &SqlState::CHECK_VIOLATION => broken(ConstraintRule::Check),
        &SqlState::NOT_NULL_VIOLATION => broken(ConstraintRule::NotNull),
        &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => {
            StoreError::Collision { statement }
        }
        &SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::ReadOnly { statement },
        &SqlState::DISK_FULL => StoreError::DiskFull,
        _ => StoreError::Refused { statement, reason: words(reported) },
    }
}

/// Whether the connection is gone, so that the fate of a running commit is unknown.
pub(crate) fn is_lost(error: &Error) -> bool {
    match error.as_db_error() {
        Some(reported) => {
            matches!(reported.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
                || reported.code() == &SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
        }
        None => true,
    }
}

pub(crate) fn unavailable(error: &Error) -> StoreError {
    let cause = || std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let reason = error.as_db_error().map_or_else(|| format!("{error}{}", cause()), words);
    StoreError::Unavailable { reason }
}

/// The server's class of error, and its words where they are about the text of a statement or about access.
fn words(reported: &DbError) -> String {
    let code = reported.code().code();
    let about_the_text = ["42", "0A", "28", "3D", "57"].iter().any(|class| code.starts_with(class));
    if about_the_text { format!("{} (code {code})", reported.message()) } else { format!("code {code}") }
}
