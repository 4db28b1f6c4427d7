//! The signer in a process of its own, behind a Unix socket.
//!
//! One connection carries one request after the other. A request is a 32-bit big-endian length and that many bytes of text: a
//! first line with the verb, then its content. The answer is framed the same way; its first line is `ok`, or `no` with a status
//! and a size.
//!
//! | verb | content | answer |
//! |---|---|---|
//! | `keys` | - | a verifier key on each line |
//! | `latest` | - | `<size> <root in base64>` |
//! | `checkpoint` | `old N`, proof lines, an empty line, the checkpoint text | the signed note |
//! | `note` | the text | the signed note |

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tenantry_ledger::{
    Checkpoint, Hash, LedgerError, NoteSigner, Refusal, SignedNote, TreeHead, VerifierKey, limits,
};

use crate::{LogSigner, SignerError};

/// Longest frame, in bytes.
const FRAME_BYTES_MAX: usize = limits::NOTE_BYTES_MAX + 16_384;
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

    fn latest(&self) -> Result<TreeHead, SignerError> {
        let line = &self.notes.line;
        let text = line.ask("latest\n")?;
        // A checkpoint's text with the origin left out, so that one parser reads both.
        let head = Checkpoint::parse_text(&format!("x\n{}", text.replace(' ', "\n")));
        head.map(|head| TreeHead::from(&head)).map_err(|_| line.protocol("its newest head is malformed"))
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
            return self.read(answer);
        }
        *held = None;
        let mut stream = UnixStream::connect(&self.path).map_err(failed)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
        stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
        let answer = exchange(&mut stream, request).map_err(failed)?;
        *held = Some(stream);
        self.read(answer)
    }

    fn read(&self, answer: Vec<u8>) -> Result<String, SignerError> {
        let text = String::from_utf8(answer).map_err(|_| self.protocol("its answer is not text"))?;
        let (first, rest) = text.split_once('\n').ok_or(self.protocol("its answer has no first line"))?;
        if first == "ok" {
            return Ok(rest.to_owned());
        }
        let mut words = first.split(' ').skip(1);
        let status = words.next().and_then(|status| status.parse().ok()).unwrap_or(0_u16);
        let size = words.next().and_then(|size| size.parse().ok()).unwrap_or(0_u64);
        Err(match status {
            404 => SignerError::Refused(Refusal::UnknownOrigin),
            409 if rest == "fork\n" => SignerError::Refused(Refusal::Fork { size }),
            409 => SignerError::Refused(Refusal::OtherSize { latest: size }),
            422 => SignerError::Refused(Refusal::Inconsistent(LedgerError::RootMismatch)),
            503 => SignerError::Stopped,
            _ => self.protocol("it refused the request as malformed"),
        })
    }

    fn protocol(&self, reason: &'static str) -> SignerError {
        SignerError::Protocol { path: self.path.clone(), reason }
    }
}

fn exchange(stream: &mut UnixStream, request: &str) -> std::io::Result<Vec<u8>> {
    write_frame(stream, request.as_bytes())?;
    read_frame(stream)
}

fn write_frame(stream: &mut UnixStream, bytes: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), bytes].concat())
}

fn read_frame(stream: &mut UnixStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(std::io::Error::other("the frame is longer than any request or answer"));
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
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
    while let Ok(request) = read_frame(&mut stream) {
        let answer = answer(&request, signer);
        if write_frame(&mut stream, answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn answer(request: &[u8], signer: &dyn LogSigner) -> String {
    let Some((verb, content)) = std::str::from_utf8(request).ok().and_then(|text| text.split_once('\n'))
    else {
        return "no 400\n".to_owned();
    };
    let done = match verb {
        "keys" => Ok(signer.keys().iter().flat_map(|key| [key.to_string(), "\n".to_owned()]).collect()),
        "latest" => signer.latest().map(|head| {
            let text = Checkpoint { origin: String::new(), size: head.size, root: head.root }.to_text();
            text.trim_start().replacen('\n', " ", 1)
        }),
        "checkpoint" => Growth::parse(content).map_err(SignerError::Malformed).and_then(|growth| {
            let note = signer.sign_checkpoint(growth.old, &growth.proof, &growth.checkpoint)?;
            Ok(note.to_string())
        }),
        "note" => SignedNote::sign(content, &[signer.notes()])
            .map(|note| note.to_string())
            .map_err(SignerError::Malformed),
        _ => return "no 400\n".to_owned(),
    };
    match done {
        Ok(text) => format!("ok\n{text}"),
        Err(SignerError::Refused(refusal)) => match refusal {
            Refusal::OtherSize { latest } => format!("no 409 {latest}\n"),
            Refusal::Fork { size } => format!("no 409 {size}\nfork\n"),
            other => format!("no {} 0\n", other.status()),
        },
        Err(SignerError::Malformed(_)) => "no 400\n".to_owned(),
        Err(_) => "no 503\n".to_owned(),
    }
}

/// A request to sign a checkpoint: that of C2SP `tlog-witness`, with the bare checkpoint in place of the signed one.
struct Growth {
    old: u64,
    proof: Vec<Hash>,
    checkpoint: Checkpoint,
}

impl Growth {
    fn to_text(&self) -> String {
        tenantry_ledger::growth_to_text(self.old, &self.proof, &self.checkpoint.to_text())
    }

    fn parse(text: &str) -> Result<Self, LedgerError> {
        let (old, proof, checkpoint) = tenantry_ledger::growth_from_text(text)?;
        Ok(Self { old, proof, checkpoint: Checkpoint::parse_text(checkpoint)? })
    }
}
