//! What keeps a package from being built, or a policy from being read.

/// A failure of building or of reading a policy. A package that does not verify is a verdict, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// A part given to the builder does not fit the package.
    #[error("the package cannot be built: {reason}")]
    Build {
        /// What does not fit.
        reason: String,
    },
    /// A policy file is not valid.
    #[error("line {line} of the policy is not valid: {reason}")]
    Policy {
        /// Line number from 1; 0 for the file as a whole.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A ledger format refused its input.
    #[error(transparent)]
    Ledger(#[from] tenantry_ledger::LedgerError),
}

impl EvidenceError {
    pub(crate) fn build(reason: impl Into<String>) -> Self {
        Self::Build { reason: reason.into() }
    }
}
