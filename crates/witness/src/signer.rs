//! What the register asks of whoever holds the log's keys.

use std::path::PathBuf;
use std::sync::Arc;
use tenantry_ledger::{Checkpoint, Hash, NoteSigner, SignedNote, TreeHead, VerifierKey};
use tenantry_model::clock::Clock;
use tenantry_vault::{CheckpointSigner, CosignatureSigner};

use crate::{HeadFile, LocalSigner, RemoteSigner, SignerError};

/// Where a log's signer is and what it remembers by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signing {
    /// In this process, remembering in this file.
    Remembering(PathBuf),
    /// In this process, forgetting when it ends: for demos and tests, which have no past to defend.
    Forgetful,
    /// In a process of its own, behind this socket.
    Process(PathBuf),
}

impl Signing {
    /// The signer. `keys` is asked for the log's keys only if the signer is in this process: for one elsewhere they stay sealed.
    ///
    /// # Errors
    /// When the keys cannot be had, or nobody answers at the socket.
    pub fn signer<E: From<SignerError>>(
        self,
        keys: impl FnOnce() -> Result<(CheckpointSigner, CosignatureSigner), E>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<dyn LogSigner>, E> {
        Ok(match self {
            Self::Remembering(path) => {
                let (classic, quantum) = keys()?;
                Arc::new(LocalSigner::new(classic, quantum, HeadFile::at(path), clock))
            }
            Self::Forgetful => {
                let (classic, quantum) = keys()?;
                Arc::new(LocalSigner::forgetful(classic, quantum, clock))
            }
            Self::Process(path) => Arc::new(RemoteSigner::connect(path)?),
        })
    }
}

/// How long a signer remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recall {
    /// Beyond the end of its process.
    Durable,
    /// Until its process ends.
    Volatile,
}

/// Holds the log's keys and remembers what it signed.
pub trait LogSigner: Send + Sync {
    /// The keys whose signatures every checkpoint carries: Ed25519, then ML-DSA-44. All bear the name of the origin.
    fn keys(&self) -> &[VerifierKey];

    /// The newest head that was signed; [`TreeHead::empty`] before the first.
    ///
    /// # Errors
    /// When its memory is damaged or unreachable.
    fn latest(&self) -> Result<TreeHead, SignerError>;

    /// How long it remembers that.
    fn memory(&self) -> Recall;

    /// Signs `checkpoint` with every key, if `proof` shows that it extends the newest signed head, whose size is `old`.
    /// The head is remembered durably before the signatures are handed out.
    ///
    /// # Errors
    /// [`SignerError::Refused`] for a fork, a shrunk tree or a bad proof; nothing is signed then.
    fn sign_checkpoint(
        &self,
        old: u64,
        proof: &[Hash],
        checkpoint: &Checkpoint,
    ) -> Result<SignedNote, SignerError>;

    /// Signs notes that are not checkpoints, with Ed25519. It refuses a text that could be read as a checkpoint: those pass
    /// only through [`LogSigner::sign_checkpoint`].
    fn notes(&self) -> &dyn NoteSigner;
}
