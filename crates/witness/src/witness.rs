//! The witness: what a C2SP `tlog-witness` service does with a request. Whoever serves HTTP hands the body in and the answer out.

use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tenantry_ledger::{
    AddCheckpoint, Checkpoint, Refusal, SignedNote, TreeHead, TrustPolicy, UnixSeconds, VerifierKey,
};
use tenantry_model::clock::Clock;
use tenantry_vault::{CosignatureSigner, NoteCheck};

use crate::{HeadFile, SignerError};

const TEXT: &str = "text/plain; charset=utf-8";
const SIZE: &str = "text/x.tlog.size";

/// An answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// Cosigns what only grows.
pub struct Witness {
    keys: Vec<CosignatureSigner>,
    logs: BTreeMap<String, Log>,
    clock: Arc<dyn Clock>,
    stopped: AtomicBool,
}

struct Log {
    keys: Vec<VerifierKey>,
    head: HeadFile,
    /// Requests about one log follow each other.
    turn: Mutex<()>,
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Witness").field("logs", &self.logs.keys()).finish_non_exhaustive()
    }
}

impl Witness {
    /// A witness that watches the logs of a policy and keeps a head file for each in `folder`, which exists. A log that is new to
    /// the folder gets the file of an empty tree, so that from then on a missing file is a lost memory and no beginning.
    ///
    /// # Errors
    /// [`SignerError::Lost`] when a log was watched in this folder before and its head file is gone; [`SignerError::Damaged`] when
    /// one cannot be believed; [`SignerError::Io`].
    pub fn open(
        keys: Vec<CosignatureSigner>,
        policy: &TrustPolicy,
        folder: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SignerError> {
        let mut logs = BTreeMap::<String, Log>::new();
        for log in policy.logs() {
            let origin = log.key.name();
            if !logs.contains_key(origin) {
                let head = HeadFile::at(head_path(folder, origin));
                let TreeHead { size, root } = TreeHead::empty();
                head.begin(&Checkpoint { origin: origin.to_owned(), size, root })?;
                logs.insert(origin.to_owned(), Log { keys: Vec::new(), head, turn: Mutex::new(()) });
            }
            logs.entry(origin.to_owned()).and_modify(|entry| entry.keys.push(log.key.clone()));
        }
        Ok(Self { keys, logs, clock, stopped: AtomicBool::new(false) })
    }

    /// The keys it cosigns with.
    pub fn keys(&self) -> impl Iterator<Item = &VerifierKey> {
        self.keys.iter().map(CosignatureSigner::verifier_key)
    }

    /// Answers `POST add-checkpoint`. The new head is remembered durably before the cosignatures are handed out.
    pub fn add_checkpoint(&self, body: &[u8]) -> Answer {
        match self.cosign(body) {
            Ok(lines) => Answer { status: 200, content_type: TEXT, body: lines },
            Err(SignerError::Refused(refusal)) => {
                let status = refusal.status();
                match refusal {
                    Refusal::OtherSize { latest: size } | Refusal::Fork { size } => {
                        Answer { status, content_type: SIZE, body: format!("{size}\n") }
                    }
                    other => Answer { status, content_type: TEXT, body: format!("{other}\n") },
                }
            }
            Err(error) => {
                tracing::error!(%error, "a checkpoint could not be cosigned");
                let body = "the witness cannot cosign at present; its operator's log says why\n".to_owned();
                Answer { status: 500, content_type: TEXT, body }
            }
        }
    }

    fn cosign(&self, body: &[u8]) -> Result<String, SignerError> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(SignerError::Stopped);
        }
        let malformed = |error| SignerError::Refused(Refusal::Malformed(error));
        let request = AddCheckpoint::parse(body).map_err(malformed)?;
        let claimed = request.checkpoint().map_err(malformed)?;
        let log = self.logs.get(&claimed.origin).ok_or(SignerError::Refused(Refusal::UnknownOrigin))?;
        let _turn = log.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let cosigned = self.cosign_growth(log, &request);
        if matches!(cosigned, Err(SignerError::Io { .. })) {
            // What the disk holds is unknown now.
            self.stopped.store(true, Ordering::Release);
        }
        cosigned
    }

    fn cosign_growth(&self, log: &Log, request: &AddCheckpoint) -> Result<String, SignerError> {
        let guard = log.head.lock()?;
        // There was one when this process started, and a memory does not vanish.
        let remembered = guard.read()?.ok_or_else(|| log.head.lost())?;
        let latest = TreeHead::from(&remembered);
        let accepted = request.check(&log.keys, &latest, &NoteCheck).map_err(SignerError::Refused)?;
        if remembered != accepted {
            guard.replace(&accepted)?;
        }
        self.lines(request.note.text())
    }

    fn lines(&self, text: &str) -> Result<String, SignerError> {
        let now = UnixSeconds(u64::try_from(self.clock.now().as_micros() / 1_000_000).unwrap_or_default());
        let signers: Vec<_> = self.keys.iter().map(|key| key.at(now)).collect();
        let signers: Vec<_> =
            signers.iter().map(|signer| signer as &dyn tenantry_ledger::NoteSigner).collect();
        let note = SignedNote::sign(text, &signers)?.to_string();
        let lines = note.strip_prefix(text).and_then(|rest| rest.strip_prefix('\n')).unwrap_or_default();
        Ok(lines.to_owned())
    }

    /// The newest head seen of a log: of none yet, the empty tree. `None` for a log that is not watched.
    ///
    /// # Errors
    /// When its head file is damaged or gone.
    pub fn latest(&self, origin: &str) -> Result<Option<Checkpoint>, SignerError> {
        let head = |log: &Log| log.head.read()?.ok_or_else(|| log.head.lost());
        self.logs.get(origin).map(head).transpose()
    }
}

/// Origins are foreign text; file names are their hashes.
fn head_path(folder: &Path, origin: &str) -> PathBuf {
    let mut name = String::new();
    for byte in Sha256::digest(origin.as_bytes()).iter().take(16) {
        let _infallible = write!(name, "{byte:02x}");
    }
    folder.join(format!("{name}.head"))
}
