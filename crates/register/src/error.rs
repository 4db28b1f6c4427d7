//! What a use case answers when it does not do what was asked.
//!
//! Each variant has a stable code ([`RegisterError::code`]) that the API shows and the documentation lists. No message
//! carries personal data.

use crate::access::Action;
use tenantry_store::StoreError;
use thiserror::Error;

/// Why the register did not do it. Nothing was changed unless the variant says otherwise.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The table does not let this actor do this.
    #[error("this actor may not {}; ask somebody whose role may", .action.as_str())]
    Forbidden {
        /// What was asked.
        action: Action,
    },
    /// The object does not exist, or lies outside what the actor may see. The two are not told apart on purpose.
    #[error("no such {what}")]
    NotFound {
        /// Kind of object.
        what: &'static str,
    },
    /// A field of the request is wrong.
    #[error("{pointer}: {detail}")]
    Invalid {
        /// JSON pointer to the field.
        pointer: String,
        /// What is wrong with it and what a right one looks like.
        detail: String,
    },
    /// The action needs a reason and none was given.
    #[error("say why: {} needs a reason of 10 to 1000 characters", .action.as_str())]
    ReasonMissing {
        /// What was asked.
        action: Action,
    },
    /// The object is no longer as the caller saw it.
    #[error("the {what} has changed since it was read; read it again and decide again")]
    Changed {
        /// Kind of object.
        what: &'static str,
    },
    /// The object is in a state in which this cannot be done.
    #[error("the {what} is {state}; {hint}")]
    State {
        /// Kind of object.
        what: &'static str,
        /// Its state.
        state: String,
        /// What can be done instead.
        hint: &'static str,
    },
    /// Something with this name exists already.
    #[error("there is already a {what} with this {field}")]
    Duplicate {
        /// Kind of object.
        what: &'static str,
        /// The field that must be unique.
        field: &'static str,
    },
    /// The idempotency key was used for another request.
    #[error("this idempotency key was used for a different request; use a new key")]
    KeyReused,
    /// The same person asked, or is not a person.
    #[error("a second person must approve this: not the one who asked, and not an API key")]
    SecondPerson,
    /// The approval does not match what is to be done any more.
    #[error("what was to be approved has changed, so the request is void; ask again")]
    ApprovalVoid,
    /// Another reviewer holds the case.
    #[error("somebody else holds this case; take another or wait until the lease ends")]
    Leased,
    /// The list was refused and the old snapshot stays in force.
    #[error("the list was refused and the snapshot in force stays: {reason}")]
    ListRefused {
        /// Why.
        reason: String,
    },
    /// What is needed to evaluate is not there.
    #[error("cannot evaluate: {what}")]
    Evaluation {
        /// What failed.
        what: String,
    },
    /// Sealed data could not be opened or sealed.
    #[error("the vault refused: {reason}")]
    Vault {
        /// What the vault said; never plaintext.
        reason: String,
    },
    /// The personal data was erased.
    #[error("the personal data was erased; what remains is its record in the ledger")]
    Erased,
    /// The ledger found itself inconsistent. Writing stops.
    #[error("the ledger is inconsistent: {reason}")]
    Ledger {
        /// What was found.
        reason: String,
    },
    /// The signer of the ledger cannot be asked. What was recorded stays recorded, unsigned for now.
    #[error("the ledger's signer cannot be asked: {reason}")]
    Signer {
        /// What the signer said.
        reason: String,
    },
    /// Too few witnesses have cosigned the newest checkpoint.
    #[error(
        "the newest checkpoint lacks the cosignatures that the witness policy asks for ({reason}); records are kept all the same, but nothing leaves here that rests on them: bring the witnesses back and ask again"
    )]
    Unwitnessed {
        /// Who is missing.
        reason: String,
    },
    /// Too many concurrent changes of what the decision depends on.
    #[error("what this depends on kept changing; try again")]
    Contention,
    /// So many ask for the same costly thing at one time that this one is not begun.
    #[error("too many {what} at one time; try again in a few seconds")]
    Busy {
        /// What there are too many of.
        what: &'static str,
    },
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RegisterError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::ReasonMissing { .. } => "reason_missing",
            Self::Changed { .. } => "changed",
            Self::State { .. } => "state",
            Self::Duplicate { .. } => "duplicate",
            Self::KeyReused => "idempotency_key_reused",
            Self::SecondPerson => "second_person_required",
            Self::ApprovalVoid => "approval_void",
            Self::Leased => "leased",
            Self::ListRefused { .. } => "list_refused",
            Self::Evaluation { .. } => "evaluation",
            Self::Vault { .. } => "vault",
            Self::Erased => "erased",
            Self::Ledger { .. } => "ledger",
            Self::Signer { .. } => "signer",
            Self::Unwitnessed { .. } => "unwitnessed",
            Self::Contention => "contention",
            Self::Busy { .. } => "busy",
            Self::Store(_) => "store",
        }
    }

    pub(crate) fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid { pointer: pointer.into(), detail: detail.into() }
    }
}
