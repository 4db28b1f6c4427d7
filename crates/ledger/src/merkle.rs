//! The RFC 6962 Merkle tree: hashing (section 2.1) and the frontier, the few hashes that suffice to append and to
//! know the root. It stores no tree; proofs are in [`crate::proof`] and read hashes through a trait.

use sha2::{Digest, Sha256};

use crate::limits::TREE_SIZE_MAX;
use crate::{Hash, LedgerError};

/// Hash of a leaf: SHA-256(0x00 | leaf).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

/// Hash of an inner node: SHA-256(0x01 | left | right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Root of the empty tree: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The right edge of a tree: roots of its full subtrees from largest to smallest. 64 hashes at most, whatever the size.
///
/// ```
/// use tenantry_ledger::{Frontier, leaf_hash, node_hash};
/// let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
/// let mut tree = Frontier::new();
/// tree.append(a);
/// tree.append(b);
/// assert_eq!(tree.size(), 2);
/// assert_eq!(tree.root(), node_hash(&a, &b));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The empty tree.
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf hash and returns its index.
    pub fn append(&mut self, leaf: Hash) -> u64 {
        self.append_with(leaf, |_, _, _| {})
    }

    /// Appends a leaf hash, returns its index, and reports every subtree that became complete as
    /// `(level, index, hash)`, the leaf itself as level 0 included. What is reported is what a
    /// [`crate::HashSource`] has to answer.
    pub fn append_with(&mut self, leaf: Hash, mut completed: impl FnMut(u8, u64, Hash)) -> u64 {
        let index = self.size;
        let mut hash = leaf;
        completed(0, index, hash);
        for level in 1..=index.trailing_ones() {
            // As many full subtrees wait as the size has trailing one bits.
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
                completed(level as u8, index >> level, hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
        index
    }

    /// Root hash of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty_root() };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }

    /// `size u64 | peaks 32 bytes each`, big-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8 + 32 * self.peaks.len());
        out.extend_from_slice(&self.size.to_be_bytes());
        self.peaks.iter().for_each(|peak| out.extend_from_slice(peak));
        out
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the number of hashes is not the one the size calls for.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LedgerError> {
        let Some((size, rest)) = bytes.split_first_chunk() else {
            return Err(LedgerError::Truncated { format: "frontier", part: "size" });
        };
        let size = u64::from_be_bytes(*size);
        let (peaks, left_over) = rest.as_chunks();
        if size > TREE_SIZE_MAX || peaks.len() != size.count_ones() as usize || !left_over.is_empty() {
            return Err(LedgerError::invalid("frontier", "peaks", "one hash per set bit of the size"));
        }
        Ok(Self { size, peaks: peaks.to_vec() })
    }
}
