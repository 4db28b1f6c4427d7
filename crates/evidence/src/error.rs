//! What keeps a package from being built.

/// A failure of building.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// A part given to the builder does not fit the package.
    #[error("the package cannot be built: {reason}")]
    Build {
        /// What does not fit.
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
