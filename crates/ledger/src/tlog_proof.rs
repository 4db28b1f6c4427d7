//! C2SP `tlog-proof@v1`: one text file that proves, offline, that a leaf is in a signed tree.

use crate::checkpoint::Checkpoint;
use crate::limits::{NOTE_BYTES_MAX, PROOF_EXTRA_BYTES_MAX, PROOF_HASHES_MAX};
use crate::note::SignedNote;
use crate::proof::verify_inclusion;
use crate::text::{decimal, from_base64, hash_from_base64, to_base64};
use crate::{Hash, LedgerError};

const FORMAT: &str = "tlog-proof";
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// An inclusion proof with the checkpoint it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Opaque data of the application; not authenticated. We write none.
    pub extra: Option<Vec<u8>>,
    /// Zero-based index of the leaf.
    pub index: u64,
    /// Sibling hashes from the leaf upwards.
    pub path: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

impl TlogProof {
    /// Reads the text form. Nothing is verified yet.
    ///
    /// # Errors
    /// Any deviation from the format, including a checkpoint that is not a signed note.
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        let bytes_max = NOTE_BYTES_MAX + 2 * PROOF_EXTRA_BYTES_MAX + 64 * PROOF_HASHES_MAX;
        if bytes.len() > bytes_max {
            let found = bytes.len();
            return Err(LedgerError::TooLarge { format: FORMAT, part: "bytes", found, limit: bytes_max });
        }
        let text =
            std::str::from_utf8(bytes).map_err(|_| LedgerError::invalid(FORMAT, "text", "it is UTF-8"))?;
        let Some((head, checkpoint)) = text.split_once("\n\n") else {
            return Err(LedgerError::invalid(FORMAT, "checkpoint", "an empty line precedes it"));
        };
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(LedgerError::Label { format: FORMAT });
        }
        let mut line = lines.next().unwrap_or_default();
        let mut extra = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            let bytes = from_base64(encoded, FORMAT, "extra")?;
            if bytes.len() > PROOF_EXTRA_BYTES_MAX {
                let found = bytes.len();
                return Err(LedgerError::TooLarge {
                    format: FORMAT,
                    part: "extra",
                    found,
                    limit: PROOF_EXTRA_BYTES_MAX,
                });
            }
            extra = Some(bytes);
            line = lines.next().unwrap_or_default();
        }
        let Some(index) = line.strip_prefix("index ") else {
            return Err(LedgerError::invalid(FORMAT, "index", "a line `index N`"));
        };
        let index = decimal(index, FORMAT, "index")?;
        let path = lines.map(|line| hash_from_base64(line, FORMAT, "path")).collect::<Result<Vec<_>, _>>()?;
        if path.len() > PROOF_HASHES_MAX {
            let found = path.len();
            return Err(LedgerError::TooLarge {
                format: FORMAT,
                part: "path",
                found,
                limit: PROOF_HASHES_MAX,
            });
        }
        SignedNote::parse(checkpoint.as_bytes())?;
        Ok(Self { extra, index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Checks that `leaf` sits at [`TlogProof::index`] under `checkpoint`. The caller has verified the signatures of
    /// that checkpoint and that it is the one in this proof.
    ///
    /// # Errors
    /// What [`verify_inclusion`] returns.
    pub fn verify(&self, leaf: &Hash, checkpoint: &Checkpoint) -> Result<(), LedgerError> {
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)
    }
}

impl std::fmt::Display for TlogProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", to_base64(hash))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
