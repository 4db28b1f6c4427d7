//! What can be wrong with ledger bytes. No message carries content of a record.

/// A ledger format or proof that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The bytes end before the named part is complete.
    #[error("the {format} ends inside `{part}`")]
    Truncated {
        /// Which format was being read.
        format: &'static str,
        /// The part that is incomplete.
        part: &'static str,
    },
    /// Bytes follow the end of the format.
    #[error("{count} bytes follow the end of the {format}")]
    Trailing {
        /// Which format was being read.
        format: &'static str,
        /// How many bytes are left over.
        count: usize,
    },
    /// The version label at the front is another one.
    #[error("this is not a {format}: the version label differs")]
    Label {
        /// Which format was expected.
        format: &'static str,
    },
    /// A part is not allowed to have this value.
    #[error("`{part}` of the {format} is not valid: {reason}")]
    Invalid {
        /// Which format was being read or written.
        format: &'static str,
        /// The offending part.
        part: &'static str,
        /// What the rule is.
        reason: &'static str,
    },
    /// A bound of [`crate::limits`] is exceeded.
    #[error("`{part}` of the {format} has {found}, at most {limit} are allowed")]
    TooLarge {
        /// Which format was being read or written.
        format: &'static str,
        /// The offending part.
        part: &'static str,
        /// What was found, in the unit of the limit.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// The leaf index lies outside the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    OutOfTree {
        /// Zero-based leaf index.
        index: u64,
        /// Number of leaves.
        size: u64,
    },
    /// The older tree would be larger than the newer one.
    #[error("a tree of {old} leaves cannot precede a tree of {new} leaves")]
    TreeShrinks {
        /// Leaves of the tree said to be older.
        old: u64,
        /// Leaves of the tree said to be newer.
        new: u64,
    },
    /// A proof has the wrong number of hashes for its place in the tree.
    #[error("the proof has {found} hashes, exactly {expected} are due")]
    ProofLength {
        /// Hashes present.
        found: usize,
        /// Hashes due.
        expected: usize,
    },
    /// Hashing the proof gives another root than the checkpoint states.
    #[error("the proof leads to another root hash than the checkpoint")]
    RootMismatch,
    /// Opening the commitment gives another value than the leaf states.
    #[error("the opened body does not match the commitment in its leaf")]
    CommitmentMismatch,
    /// The named field does not exist in the body.
    #[error("the body has no field `{name}`")]
    NoSuchField {
        /// The name asked for.
        name: String,
    },
    /// The records shown are not the whole chain of their subject.
    #[error("the chain of the subject breaks at its record {number}; it has {records}")]
    Chain {
        /// Number within the subject at which the chain breaks.
        number: u64,
        /// How many records the index committed to.
        records: u64,
    },
    /// A note carries no valid signature by a known key.
    #[error("the note has no signature by a known key")]
    NoKnownSignature,
    /// A note carries a signature by a known key that does not verify.
    #[error("the signature by `{key_name}` does not verify")]
    BadSignature {
        /// Name of the key on the signature line.
        key_name: String,
    },
    /// A note lacks the signature of a key that has to be there.
    #[error("the note has no signature by `{key_name}`, which must sign it")]
    MissingSignature {
        /// Name of the key.
        key_name: String,
    },
    /// A line of a trust policy does not hold.
    #[error("line {line} of the trust policy: {reason}")]
    Policy {
        /// Line, from 1; 0 for the file as a whole.
        line: usize,
        /// What the rule is.
        reason: &'static str,
    },
    /// A trust policy does not find enough cosignatures.
    #[error("the checkpoint does not have the cosignatures that the trust policy asks for")]
    NoQuorum,
    /// The signer could not or would not sign.
    #[error("signing failed: {reason}")]
    Signing {
        /// What happened, without key material.
        reason: String,
    },
    /// A hash that the source must have is missing.
    #[error("the hash at level {level}, index {index} is missing from the hash source")]
    MissingHash {
        /// Height of the subtree.
        level: u8,
        /// Index at that height.
        index: u64,
    },
}

impl LedgerError {
    pub(crate) const fn invalid(format: &'static str, part: &'static str, reason: &'static str) -> Self {
        Self::Invalid { format, part, reason }
    }
}
