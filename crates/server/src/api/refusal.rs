//! The one table from what the register refuses to what the API answers. No text carries personal data.

use crate::http::problem::{Code, Problem};
use tenantry_register::RegisterError;
use tenantry_store::StoreError;

/// Seconds after which it is worth asking again when the store is busy.
const RETRY_AFTER_S: u64 = 1;

/// The problem for a refusal.
pub fn problem(error: &RegisterError) -> Problem {
    use RegisterError as E;
    match error {
        E::Forbidden { .. } | E::SecondPerson => Problem::new(Code::Forbidden).detail(error.to_string()),
        E::NotFound { .. } => Problem::new(Code::NotFound).detail(error.to_string()),
        E::Invalid { pointer, detail } => Problem::new(Code::ValueInvalid).at(pointer, detail),
        E::ReasonMissing { .. } => Problem::new(Code::ReasonMissing).detail(error.to_string()),
        E::Changed { .. } => Problem::new(Code::VersionOutdated).detail(error.to_string()),
        E::Duplicate { .. } => Problem::new(Code::Duplicate).detail(error.to_string()),
        E::KeyReused => Problem::new(Code::IdempotencyKeyReused),
        E::State { .. } | E::ApprovalVoid | E::Leased => {
            Problem::new(Code::Conflict).detail(error.to_string())
        }
        E::ListRefused { .. } => Problem::new(Code::ListRefused).detail(error.to_string()),
        E::Erased => Problem::new(Code::Erased),
        E::Busy { .. } | E::Contention | E::Signer { .. } | E::Unwitnessed { .. } => {
            unavailable().detail(error.to_string())
        }
        E::Evaluation { .. } | E::Vault { .. } | E::Ledger { .. } => {
            tracing::error!(code = error.code(), %error, "a request could not be evaluated");
            unavailable()
        }
        E::Store(store) => of_store(store),
        _ => {
            tracing::error!(code = error.code(), "a refusal without an entry in the table");
            Problem::new(Code::Internal)
        }
    }
}

fn of_store(error: &StoreError) -> Problem {
    match error {
        StoreError::Busy { .. } | StoreError::Contention { .. } => unavailable(),
        StoreError::OutcomeUnknown => Problem::new(Code::Timeout).detail(error.to_string()),
        StoreError::DiskFull => {
            tracing::error!(%error, "nothing can be recorded");
            Problem::new(Code::StoreFull)
                .detail("the disk of the store is full, and nothing of this request was recorded")
        }
        StoreError::Stopped { .. } => {
            tracing::error!(%error, "nothing can be recorded");
            unavailable().detail("the store has stopped, and nothing of this request was recorded")
        }
        StoreError::Unavailable { .. } => {
            tracing::error!(%error, "the store does not answer");
            unavailable()
        }
        _ => {
            tracing::error!(%error, "the store refused what the register asked");
            Problem::new(Code::Internal)
        }
    }
}

fn unavailable() -> Problem {
    Problem::new(Code::Unavailable).retry_after(RETRY_AFTER_S)
}
