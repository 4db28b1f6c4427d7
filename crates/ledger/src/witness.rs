//! C2SP `tlog-witness`: the request by which a log shows a checkpoint to a witness, and what a witness must check before it
//! cosigns. The same check is what keeps our own signer from signing a fork. Pure: whoever serves the request keeps the state.

use crate::checkpoint::Checkpoint;
use crate::limits::{NOTE_BYTES_MAX, WITNESS_PROOF_LINES_MAX};
use crate::merkle::empty_root;
use crate::note::{SignatureCheck, SignedNote, VerifierKey};
use crate::proof::verify_consistency;
use crate::text::{decimal, hash_from_base64, to_base64};
use crate::{Hash, LedgerError};

const FORMAT: &str = "add-checkpoint request";

/// A tree at one size, as it is remembered between checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// Root hash over them.
    pub root: Hash,
}

impl TreeHead {
    /// The tree before the first leaf: what is remembered of a log that was never seen.
    pub fn empty() -> Self {
        Self { size: 0, root: empty_root() }
    }
}

impl From<&Checkpoint> for TreeHead {
    fn from(checkpoint: &Checkpoint) -> Self {
        Self { size: checkpoint.size, root: checkpoint.root }
    }
}

/// Why a new tree head is not accepted after an older one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request is malformed, or its old size is larger than the checkpoint.
    #[error("the request is not valid: {0}")]
    Malformed(LedgerError),
    /// The origin is not one that is watched.
    #[error("no log of this origin is watched here")]
    UnknownOrigin,
    /// No trusted key of the log signed.
    #[error("no trusted key of the log signed the checkpoint")]
    NotSigned,
    /// The old size is not the one remembered.
    #[error("the newest checkpoint seen has {latest} leaves; prove growth from there")]
    OtherSize {
        /// Size of the newest checkpoint seen.
        latest: u64,
    },
    /// The same size with another root: the log shows two histories.
    #[error("a checkpoint of {size} leaves with another root hash was seen before: the log is forked")]
    Fork {
        /// The size of both.
        size: u64,
    },
    /// The consistency proof does not hold.
    #[error("the consistency proof does not hold: {0}")]
    Inconsistent(LedgerError),
}

impl Refusal {
    /// The HTTP status that the specification asks for.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::NotSigned => 403,
            Self::UnknownOrigin => 404,
            Self::OtherSize { .. } | Self::Fork { .. } => 409,
            Self::Inconsistent(_) => 422,
        }
    }
}

/// Whether a tree head may follow `latest`: same tree, or a proven extension of it. `old` is what the asker believes the
/// newest size to be.
///
/// # Errors
/// The reason why not; the order of the checks is that of the specification.
pub fn check_growth(latest: &TreeHead, old: u64, new: &TreeHead, proof: &[Hash]) -> Result<(), Refusal> {
    if old > new.size {
        return Err(Refusal::Malformed(LedgerError::TreeShrinks { old, new: new.size }));
    }
    if old != latest.size {
        return Err(Refusal::OtherSize { latest: latest.size });
    }
    if old == new.size && latest.root != new.root {
        return Err(Refusal::Fork { size: old });
    }
    verify_consistency(old, new.size, proof, &latest.root, &new.root).map_err(Refusal::Inconsistent)
}

/// An `add-checkpoint` request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the newest checkpoint that the asker believes the witness has cosigned.
    pub old: u64,
    /// Consistency proof from there.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: SignedNote,
}

impl AddCheckpoint {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// Any deviation from the format.
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        let bytes_max = NOTE_BYTES_MAX + 64 * (WITNESS_PROOF_LINES_MAX + 1);
        if bytes.len() > bytes_max {
            let found = bytes.len();
            return Err(LedgerError::TooLarge { format: FORMAT, part: "bytes", found, limit: bytes_max });
        }
        let text =
            std::str::from_utf8(bytes).map_err(|_| LedgerError::invalid(FORMAT, "text", "it is UTF-8"))?;
        let (old, proof, note) = growth_from_text(text)?;
        Ok(Self { old, proof, note: SignedNote::parse(note.as_bytes())? })
    }

    /// The checkpoint in it. Means nothing before [`AddCheckpoint::check`].
    ///
    /// # Errors
    /// When the note's text is not a checkpoint.
    pub fn checkpoint(&self) -> Result<Checkpoint, LedgerError> {
        Checkpoint::parse_any_text(self.note.text())
    }

    /// Everything a witness has to check, in the order of the specification. `keys` are those trusted for the origin, none when
    /// the origin is not watched; `latest` is the newest tree head it cosigned.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub fn check(
        &self,
        keys: &[VerifierKey],
        latest: &TreeHead,
        check: &dyn SignatureCheck,
    ) -> Result<Checkpoint, Refusal> {
        let checkpoint = self.checkpoint().map_err(Refusal::Malformed)?;
        if keys.is_empty() {
            return Err(Refusal::UnknownOrigin);
        }
        self.note.verify(keys, check).map_err(|_| Refusal::NotSigned)?;
        check_growth(latest, self.old, &TreeHead::from(&checkpoint), &self.proof)?;
        Ok(checkpoint)
    }
}

impl std::fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&growth_to_text(self.old, &self.proof, &self.note.to_string()))
    }
}

/// An old size, a consistency proof, and behind an empty line what is to be signed: the body of a request.
pub fn growth_to_text(old: u64, proof: &[Hash], checkpoint: &str) -> String {
    let lines: String = proof.iter().flat_map(|hash| [to_base64(hash), "\n".to_owned()]).collect();
    format!("old {old}\n{lines}\n{checkpoint}")
}

/// Takes apart what [`growth_to_text`] wrote: old size, proof, and the rest as it stands.
///
/// # Errors
/// Any deviation from the format.
pub fn growth_from_text(text: &str) -> Result<(u64, Vec<Hash>, &str), LedgerError> {
    let Some((head, checkpoint)) = text.split_once("\n\n") else {
        return Err(LedgerError::invalid(FORMAT, "checkpoint", "an empty line precedes it"));
    };
    let mut lines = head.split('\n');
    let old = lines.next().and_then(|line| line.strip_prefix("old "));
    let old = decimal(old.ok_or(LedgerError::invalid(FORMAT, "old", "a line `old N`"))?, FORMAT, "old")?;
    let proof = lines.map(|line| hash_from_base64(line, FORMAT, "proof")).collect::<Result<Vec<_>, _>>()?;
    if proof.len() > WITNESS_PROOF_LINES_MAX {
        let (found, limit) = (proof.len(), WITNESS_PROOF_LINES_MAX);
        return Err(LedgerError::TooLarge { format: FORMAT, part: "proof", found, limit });
    }
    Ok((old, proof, checkpoint))
}
