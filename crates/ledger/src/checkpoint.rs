//! C2SP `tlog-checkpoint`: origin, tree size and root hash as the text of a signed note. Our own ledger never writes
//! extension lines, which the specification discourages, and refuses them; a witness of other logs accepts them.

use crate::limits::TREE_SIZE_MAX;
use crate::note::{NoteSigner, SignatureCheck, SignedNote, VerifierKey};
use crate::text::{decimal, hash_from_base64, to_base64};
use crate::{Hash, LedgerError};

const FORMAT: &str = "checkpoint";

/// What a log commits to at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Identity of the log, the same as the name of its key.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root hash over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The note text: three lines.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, to_base64(&self.root))
    }

    /// Reads a note text.
    ///
    /// # Errors
    /// Any deviation from exactly three lines in their canonical form.
    pub fn parse_text(text: &str) -> Result<Self, LedgerError> {
        let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
        let [origin, size, root] = lines.as_slice() else {
            return Err(LedgerError::invalid(FORMAT, "text", "exactly three lines: origin, size, root"));
        };
        let size = decimal(size, FORMAT, "size")?;
        if origin.is_empty() || size > TREE_SIZE_MAX {
            return Err(LedgerError::invalid(FORMAT, "text", "an origin and a size below 2^62"));
        }
        let parsed =
            Self { origin: (*origin).to_owned(), size, root: hash_from_base64(root, FORMAT, "root")? };
        if parsed.to_text() != text {
            return Err(LedgerError::invalid(FORMAT, "text", "the last line ends in a newline"));
        }
        Ok(parsed)
    }

    /// Reads a note text of any log: further lines may follow the three, which none of the results speak of.
    ///
    /// # Errors
    /// Any other deviation, and an empty extension line.
    pub fn parse_any_text(text: &str) -> Result<Self, LedgerError> {
        let mut lines = text.split_inclusive('\n');
        let head: String = lines.by_ref().take(3).collect();
        if lines.any(|line| line == "\n" || !line.ends_with('\n')) {
            return Err(LedgerError::invalid(
                FORMAT,
                "text",
                "an extension line is not empty and ends in a newline",
            ));
        }
        Self::parse_text(&head)
    }

    /// Signs it.
    ///
    /// # Errors
    /// What the signers return.
    pub fn sign(&self, signers: &[&dyn NoteSigner]) -> Result<SignedNote, LedgerError> {
        SignedNote::sign(&self.to_text(), signers)
    }

    /// Reads a signed checkpoint and checks that the log's own key signed it: one of `keys` whose name is the origin.
    /// A signature by any other of `keys` must be good as well, but need not be there.
    ///
    /// # Errors
    /// A malformed note or checkpoint, or no good signature by the log.
    pub fn verify(
        note: &[u8],
        keys: &[VerifierKey],
        check: &dyn SignatureCheck,
    ) -> Result<Self, LedgerError> {
        let note = SignedNote::parse(note)?;
        let checkpoint = Self::parse_text(note.text())?;
        let signed = note.verify(keys, check)?;
        if !signed.iter().any(|key| key.name() == checkpoint.origin) {
            return Err(LedgerError::NoKnownSignature);
        }
        Ok(checkpoint)
    }

    /// As [`Checkpoint::verify`], and demands a good signature by **every** one of `keys`. For a ledger that signs with
    /// Ed25519 and ML-DSA-44, this is what keeps a checkpoint worth something after one of the two has been broken.
    ///
    /// # Errors
    /// As [`Checkpoint::verify`], and [`LedgerError::MissingSignature`] with the first key that did not sign.
    pub fn verify_all(
        note: &[u8],
        keys: &[VerifierKey],
        check: &dyn SignatureCheck,
    ) -> Result<Self, LedgerError> {
        let checkpoint = Self::verify(note, keys, check)?;
        let note = SignedNote::parse(note)?;
        let missing = keys.iter().find(|key| !note.signatures().iter().any(|line| key.matches(line)));
        match missing {
            Some(key) => Err(LedgerError::MissingSignature { key_name: key.name().to_owned() }),
            None => Ok(checkpoint),
        }
    }
}
