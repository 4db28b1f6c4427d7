//! What is said to a signer behind a socket, and what it answers, as bytes.
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
use std::path::Path;
use tenantry_ledger::{Checkpoint, Hash, LedgerError, Refusal, SignedNote, TreeHead, limits};

use crate::{LogSigner, SignerError};

/// Longest frame, in bytes.
pub const FRAME_BYTES_MAX: usize = limits::NOTE_BYTES_MAX + 16_384;

/// Writes a frame.
///
/// # Errors
/// When it is too long to say so, or the other side has gone.
pub fn write(stream: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), bytes].concat())
}

/// Reads a frame.
///
/// # Errors
/// When it is longer than anything that is said here, or breaks off.
pub fn read(stream: &mut impl Read) -> std::io::Result<Vec<u8>> {
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

/// What the signer says to a request, whatever that is.
pub fn answer(request: &[u8], signer: &dyn LogSigner) -> String {
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

/// The content of an answer, or why there is none.
///
/// # Errors
/// What the signer at `path` refused, or that it does not answer as one.
pub fn read_answer(answer: Vec<u8>, path: &Path) -> Result<String, SignerError> {
    let protocol = |reason| SignerError::Protocol { path: path.to_path_buf(), reason };
    let text = String::from_utf8(answer).map_err(|_| protocol("its answer is not text"))?;
    let (first, rest) = text.split_once('\n').ok_or(protocol("its answer has no first line"))?;
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
        _ => protocol("it refused the request as malformed"),
    })
}

/// Reads the answer to `latest`.
///
/// # Errors
/// When it is no tree head.
pub fn read_head(text: &str) -> Result<TreeHead, LedgerError> {
    // A checkpoint's text with the origin left out, so that one parser reads both.
    Checkpoint::parse_text(&format!("x\n{}", text.replace(' ', "\n"))).map(|head| TreeHead::from(&head))
}

/// A request to sign a checkpoint: that of C2SP `tlog-witness`, with the bare checkpoint in place of the signed one.
pub(crate) struct Growth {
    pub(crate) old: u64,
    pub(crate) proof: Vec<Hash>,
    pub(crate) checkpoint: Checkpoint,
}

impl Growth {
    pub(crate) fn to_text(&self) -> String {
        tenantry_ledger::growth_to_text(self.old, &self.proof, &self.checkpoint.to_text())
    }

    fn parse(text: &str) -> Result<Self, LedgerError> {
        let (old, proof, checkpoint) = tenantry_ledger::growth_from_text(text)?;
        Ok(Self { old, proof, checkpoint: Checkpoint::parse_text(checkpoint)? })
    }
}
