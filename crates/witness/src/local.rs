//! The signer in this process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tenantry_ledger::{
    Checkpoint, Hash, LedgerError, NoteSigner, SignatureType, SignedNote, TreeHead, UnixSeconds, VerifierKey,
    check_growth,
};
use tenantry_model::clock::Clock;
use tenantry_vault::{CheckpointSigner, CosignatureSigner};

use crate::{HeadFile, LogSigner, Recall, SignerError};

/// Signs with keys held in this process.
pub struct LocalSigner {
    classic: TextSigner,
    quantum: CosignatureSigner,
    keys: [VerifierKey; 2],
    memory: Memory,
    clock: Arc<dyn Clock>,
    stopped: AtomicBool,
    /// Whether there was a memory since this process started: it does not vanish.
    remembered: AtomicBool,
}

enum Memory {
    Durable(HeadFile),
    Volatile(Mutex<TreeHead>),
}

impl std::fmt::Debug for LocalSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LocalSigner").field(&self.origin()).finish()
    }
}

impl LocalSigner {
    /// A signer whose memory is this file.
    pub fn new(
        classic: CheckpointSigner,
        quantum: CosignatureSigner,
        memory: HeadFile,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self::assemble(classic, quantum, Memory::Durable(memory), clock)
    }

    /// A signer that forgets when the process ends: for demos and tests, which have no past to defend.
    pub fn forgetful(classic: CheckpointSigner, quantum: CosignatureSigner, clock: Arc<dyn Clock>) -> Self {
        Self::assemble(classic, quantum, Memory::Volatile(Mutex::new(TreeHead::empty())), clock)
    }

    /// A signer from two seeds that are kept elsewhere.
    ///
    /// # Errors
    /// When `origin` is not a key name.
    pub fn from_seeds(
        origin: &str,
        classic: [u8; 32],
        quantum: [u8; 32],
        memory: HeadFile,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SignerError> {
        let classic = CheckpointSigner::from_seed(origin, &classic)?;
        let quantum = CosignatureSigner::from_seed(origin, SignatureType::COSIGNATURE_ML_DSA_44, &quantum)?;
        Ok(Self::new(classic, quantum, memory, clock))
    }

    fn assemble(
        classic: CheckpointSigner,
        quantum: CosignatureSigner,
        memory: Memory,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let keys = [classic.verifier_key().clone(), quantum.verifier_key().clone()];
        let (stopped, remembered) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { classic: TextSigner(classic), quantum, keys, memory, clock, stopped, remembered }
    }

    fn origin(&self) -> &str {
        self.classic.verifier_key().name()
    }

    fn sign(&self, checkpoint: &Checkpoint) -> Result<SignedNote, SignerError> {
        let now = UnixSeconds(u64::try_from(self.clock.now().as_micros() / 1_000_000).unwrap_or_default());
        Ok(checkpoint.sign(&[&self.classic.0, &self.quantum.at(now)])?)
    }

    fn check(
        &self,
        latest: &TreeHead,
        old: u64,
        proof: &[Hash],
        checkpoint: &Checkpoint,
    ) -> Result<(), SignerError> {
        if checkpoint.origin != self.origin() {
            return Err(SignerError::Refused(tenantry_ledger::Refusal::UnknownOrigin));
        }
        check_growth(latest, old, &TreeHead::from(checkpoint), proof).map_err(SignerError::Refused)
    }

    /// The remembered head, if it is of this log.
    fn head(&self, remembered: Option<&Checkpoint>, file: &HeadFile) -> Result<TreeHead, SignerError> {
        match remembered {
            None if !self.remembered.load(Ordering::Acquire) => Ok(TreeHead::empty()),
            Some(checkpoint) if checkpoint.origin == self.origin() => {
                self.remembered.store(true, Ordering::Release);
                Ok(TreeHead::from(checkpoint))
            }
            _ => Err(SignerError::Damaged { path: file.path().to_path_buf() }),
        }
    }

    /// After an error of the disk nothing is known about what it holds, so nothing more is signed.
    fn unless_stopped<T>(&self, work: impl FnOnce() -> Result<T, SignerError>) -> Result<T, SignerError> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(SignerError::Stopped);
        }
        let done = work();
        if matches!(done, Err(SignerError::Io { .. })) {
            self.stopped.store(true, Ordering::Release);
        }
        done
    }
}

impl LogSigner for LocalSigner {
    fn keys(&self) -> &[VerifierKey] {
        &self.keys
    }

    fn memory(&self) -> Recall {
        match self.memory {
            Memory::Durable(_) => Recall::Durable,
            Memory::Volatile(_) => Recall::Volatile,
        }
    }

    fn latest(&self) -> Result<TreeHead, SignerError> {
        match &self.memory {
            Memory::Durable(file) => self.unless_stopped(|| {
                let remembered = file.lock()?.read()?;
                self.head(remembered.as_ref(), file)
            }),
            Memory::Volatile(head) => Ok(*head.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    fn sign_checkpoint(
        &self,
        old: u64,
        proof: &[Hash],
        checkpoint: &Checkpoint,
    ) -> Result<SignedNote, SignerError> {
        match &self.memory {
            Memory::Durable(file) => self.unless_stopped(|| {
                let guard = file.lock()?;
                let remembered = guard.read()?;
                self.check(&self.head(remembered.as_ref(), file)?, old, proof, checkpoint)?;
                if remembered.as_ref() != Some(checkpoint) {
                    guard.replace(checkpoint)?;
                    self.remembered.store(true, Ordering::Release);
                }
                self.sign(checkpoint)
            }),
            Memory::Volatile(head) => {
                let mut head = head.lock().unwrap_or_else(PoisonError::into_inner);
                self.check(&head, old, proof, checkpoint)?;
                let note = self.sign(checkpoint)?;
                *head = TreeHead::from(checkpoint);
                Ok(note)
            }
        }
    }

    fn notes(&self) -> &dyn NoteSigner {
        &self.classic
    }
}

/// Signs texts that nobody could take for a checkpoint.
struct TextSigner(CheckpointSigner);

impl NoteSigner for TextSigner {
    fn verifier_key(&self) -> &VerifierKey {
        self.0.verifier_key()
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        if Checkpoint::parse_any_text(text).is_ok() {
            let reason = "a checkpoint is signed only with a proof that it extends the last one".to_owned();
            return Err(LedgerError::Signing { reason });
        }
        self.0.sign(text)
    }
}
