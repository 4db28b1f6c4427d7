//! Why something was not signed. No message carries key material.

use std::path::PathBuf;
use tenantry_ledger::{LedgerError, Refusal};
use tenantry_vault::VaultError;

/// A signature that was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The new head does not extend what was signed before.
    #[error("the signer refuses: {0}")]
    Refused(Refusal),
    /// What is to be signed is malformed, or a checkpoint came in the guise of something else.
    #[error("the signer refuses what it was given: {0}")]
    Malformed(#[from] LedgerError),
    /// The file that remembers the newest head cannot be believed.
    #[error(
        "`{path}` is damaged: it does not say what was signed last. Restore it from its backup; do not delete it, because then nothing would keep a fork from being signed"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// There was a memory and there is none.
    #[error(
        "`{path}` is gone, and with it what was signed last; bring it back. Only if nothing was ever signed for this log here, delete `{guard}` and start again"
    )]
    Lost {
        /// The file.
        path: PathBuf,
        /// The file beside it that shows it was in use.
        guard: PathBuf,
    },
    /// The operating system refused; the signer signs nothing more until it is started again.
    #[error("cannot {action} `{path}`; nothing is signed until the process starts again")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or socket.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// An earlier error of the disk stopped this signer.
    #[error("the signer stopped after an error of its disk; start the process again once the disk is sound")]
    Stopped,
    /// The signer's process does not answer as one.
    #[error("the signer at `{path}` does not answer as one: {reason}")]
    Protocol {
        /// The socket.
        path: PathBuf,
        /// What was wrong.
        reason: &'static str,
    },
    /// A key could not be used.
    #[error(transparent)]
    Key(#[from] VaultError),
}

impl SignerError {
    pub(crate) fn io(action: &'static str, path: &std::path::Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_path_buf(), source }
    }
}
