//! The signer in a process of its own, behind a Unix socket. What is said there is in [`frames`].

use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tenantry_ledger::{Checkpoint, Hash, LedgerError, NoteSigner, SignedNote, TreeHead, VerifierKey};

use crate::frames::{self, Growth};
use crate::{LogSigner, Recall, SignerError};

/// How long a request waits for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks a signer behind a socket.
pub struct RemoteSigner {
    path: PathBuf,
    keys: Vec<VerifierKey>,
    notes: RemoteNotes,
}

impl std::fmt::Debug for RemoteSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RemoteSigner").field(&self.path).finish()
    }
}

impl RemoteSigner {
    /// Connects once to learn the keys.
    ///
    /// # Errors
    /// When nobody answers there, or not as a signer.
    pub fn connect(path: impl Into<PathBuf>) -> Result<Self, SignerError> {
        let path = path.into();
        let line = Arc::new(Line { path: path.clone(), stream: Mutex::new(None) });
        let text = line.ask("keys\n")?;
        let keys: Vec<VerifierKey> = text.lines().map(VerifierKey::parse).collect::<Result<_, _>>()?;
        let Some(first) = keys.first().cloned() else { return Err(line.protocol("it has no keys")) };
        Ok(Self { path, keys, notes: RemoteNotes { key: first, line } })
    }
}

impl LogSigner for RemoteSigner {
    fn keys(&self) -> &[VerifierKey] {
        &self.keys
    }

    /// A signer in a process of its own has a file.
    fn memory(&self) -> Recall {
        Recall::Durable
    }

    fn latest(&self) -> Result<TreeHead, SignerError> {
        let line = &self.notes.line;
        let text = line.ask("latest\n")?;
        frames::read_head(&text).map_err(|_| line.protocol("its newest head is malformed"))
    }

    fn sign_checkpoint(
        &self,
        old: u64,
        proof: &[Hash],
        checkpoint: &Checkpoint,
    ) -> Result<SignedNote, SignerError> {
        let request = Growth { old, proof: proof.to_vec(), checkpoint: checkpoint.clone() };
        let text = self.notes.line.ask(&format!("checkpoint\n{}", request.to_text()))?;
        let note = SignedNote::parse(text.as_bytes())?;
        let complete = note.text() == checkpoint.to_text()
            && self.keys.iter().all(|key| note.signatures().iter().any(|line| key.matches(line)));
        if complete { Ok(note) } else { Err(self.notes.line.protocol("it signed something else")) }
    }

    fn notes(&self) -> &dyn NoteSigner {
        &self.notes
    }
}

struct RemoteNotes {
    key: VerifierKey,
    line: Arc<Line>,
}

impl NoteSigner for RemoteNotes {
    fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        let failed = |error: SignerError| LedgerError::Signing { reason: error.to_string() };
        let answer = self.line.ask(&format!("note\n{text}")).map_err(failed)?;
        let note = SignedNote::parse(answer.as_bytes())?;
        let ours = note.signatures().iter().find(|line| self.key.matches(line));
        let ours = ours.filter(|_| note.text() == text);
        ours.map(|line| line.signature.clone()).ok_or(LedgerError::NoKnownSignature)
    }
}

/// A connection that is made again when it was lost.
struct Line {
    path: PathBuf,
    stream: Mutex<Option<UnixStream>>,
}

impl Line {
    fn ask(&self, request: &str) -> Result<String, SignerError> {
        let failed = |error| SignerError::io("ask the signer at", &self.path, error);
        let mut held = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        // A kept connection may have gone stale while the signer was started again; a fresh one is believed.
        if let Some(stream) = held.as_mut()
            && let Ok(answer) = exchange(stream, request)
        {
            return frames::read_answer(answer, &self.path);
        }
        *held = None;
        let mut stream = UnixStream::connect(&self.path).map_err(failed)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
        stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
        let answer = exchange(&mut stream, request).map_err(failed)?;
        *held = Some(stream);
        frames::read_answer(answer, &self.path)
    }

    fn protocol(&self, reason: &'static str) -> SignerError {
        SignerError::Protocol { path: self.path.clone(), reason }
    }
}

fn exchange(stream: &mut UnixStream, request: &str) -> std::io::Result<Vec<u8>> {
    frames::write(stream, request.as_bytes())?;
    frames::read(stream)
}

/// Answers requests on `listener` until it fails; each connection has a thread of its own, and all share the signer.
///
/// # Errors
/// When the listener cannot accept any more.
pub fn serve_signer(
    listener: &UnixListener,
    path: &Path,
    signer: &Arc<dyn LogSigner>,
) -> Result<(), SignerError> {
    loop {
        let (stream, _) = listener.accept().map_err(|error| SignerError::io("listen at", path, error))?;
        let signer = Arc::clone(signer);
        std::thread::spawn(move || serve_connection(stream, &*signer));
    }
}

fn serve_connection(mut stream: UnixStream, signer: &dyn LogSigner) {
    // The other side hung up, or spoke something else: either way this connection is over.
    while let Ok(request) = frames::read(&mut stream) {
        let answer = frames::answer(&request, signer);
        if frames::write(&mut stream, answer.as_bytes()).is_err() {
            return;
        }
    }
}
