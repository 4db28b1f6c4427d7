//! What can go wrong with keys and sealed bytes. No message carries key material or content.

use std::path::PathBuf;

/// A failure of the vault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The root key file does not open with this passphrase or key file.
    #[error("`{path}` does not open: the passphrase or key file is another one, or the file was altered")]
    Unlock {
        /// The root key file.
        path: PathBuf,
    },
    /// A key file is not in its format.
    #[error("`{path}` is not a usable key file: {reason}")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The file that should be an erasure journal is something else.
    #[error(
        "`{path}` is not an erasure journal: {reason}. Bring back the journal; without it a restored database keeps what was erased"
    )]
    Journal {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Other users of the machine could read a key file.
    #[error("`{path}` has mode {mode:03o}, other users could read it; set it to 600")]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The operating system refused.
    #[error("cannot {action} `{path}`")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Authentication failed: the bytes were altered, or belong to another key, record or place.
    #[error("the {what} was altered or belongs elsewhere")]
    Altered {
        /// Which sealed thing.
        what: &'static str,
    },
    /// A key is gone without a record of its destruction.
    #[error("the {what} is missing and is not recorded as destroyed; restore the key table from its backup")]
    MissingKey {
        /// Which key.
        what: &'static str,
    },
    /// The key table failed.
    #[error("the key table failed")]
    KeyTable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The content is too large to seal.
    #[error("{found} bytes cannot be sealed as one record, at most {limit} are allowed")]
    TooLarge {
        /// Bytes given.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A hardware module refused.
    #[error("the hardware module `{module}` did not {action}: {reason}")]
    Token {
        /// The vendor's library.
        module: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the module said; functions and codes only.
        reason: String,
    },
    /// The cryptographic library refused an operation that cannot fail with valid keys.
    #[error("the cryptographic library refused to {operation}")]
    Cryptography {
        /// The operation.
        operation: &'static str,
    },
    /// Not a public key that files can be encrypted to.
    #[error("this is not the public key of a recipient: it begins with `age1` and is made with `age-keygen`")]
    Recipient,
    /// Nothing here opens encrypted files.
    #[error(
        "this is not an identity file: it has a line that begins with `AGE-SECRET-KEY-1` and is made with `age-keygen`"
    )]
    Identity,
    /// A key name or note is not valid.
    #[error(transparent)]
    Ledger(#[from] tenantry_ledger::LedgerError),
}
