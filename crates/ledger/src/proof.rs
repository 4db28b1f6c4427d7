//! Inclusion and consistency proofs: generation after RFC 6962 sections 2.1.1 and 2.1.2, verification after
//! RFC 9162 sections 2.1.3.2 and 2.1.4.2. Generation and verification share no code on purpose.

use crate::limits::{PROOF_HASHES_MAX, TREE_SIZE_MAX};
use crate::merkle::{empty_root, node_hash};
use crate::{Hash, LedgerError};

/// Where the hashes of complete subtrees come from: a table, tiles, or memory.
pub trait HashSource {
    /// What goes wrong when reading.
    type Error: From<LedgerError>;

    /// The hash of the complete subtree over leaves `index << level .. (index + 1) << level`.
    ///
    /// # Errors
    /// The source's own, and [`LedgerError::MissingHash`] when it does not have the hash.
    fn hash(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// Proof that leaf `index` is in the tree of `size` leaves: sibling hashes from the leaf upwards.
///
/// # Errors
/// [`LedgerError::OutOfTree`], and what the source returns.
pub fn inclusion_proof<S: HashSource>(source: &S, index: u64, size: u64) -> Result<Vec<Hash>, S::Error> {
    if index >= size || size > TREE_SIZE_MAX {
        return Err(LedgerError::OutOfTree { index, size }.into());
    }
    let (mut low, mut high) = (0, size);
    let mut path = Vec::new();
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            path.push(subtree_hash(source, middle, high)?);
            high = middle;
        } else {
            path.push(subtree_hash(source, low, middle)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Proof that the tree of `old` leaves is a prefix of the tree of `new` leaves.
///
/// # Errors
/// [`LedgerError::TreeShrinks`], and what the source returns.
pub fn consistency_proof<S: HashSource>(source: &S, old: u64, new: u64) -> Result<Vec<Hash>, S::Error> {
    if old > new || new > TREE_SIZE_MAX {
        return Err(LedgerError::TreeShrinks { old, new }.into());
    }
    let mut path = Vec::new();
    if old == 0 || old == new {
        return Ok(path);
    }
    let (mut low, mut high) = (0, new);
    while old != high {
        let middle = low + split(high - low);
        if old <= middle {
            path.push(subtree_hash(source, middle, high)?);
            high = middle;
        } else {
            path.push(subtree_hash(source, low, middle)?);
            low = middle;
        }
    }
    if low != 0 {
        path.push(subtree_hash(source, low, high)?);
    }
    path.reverse();
    Ok(path)
}

/// Root hash of the first `size` leaves, from the source.
///
/// # Errors
/// What the source returns.
pub fn root_from<S: HashSource>(source: &S, size: u64) -> Result<Hash, S::Error> {
    if size == 0 {
        return Ok(empty_root());
    }
    subtree_hash(source, 0, size)
}

/// Checks an inclusion proof.
///
/// # Errors
/// [`LedgerError::RootMismatch`] or [`LedgerError::ProofLength`] when it does not hold.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), LedgerError> {
    if index >= size || size > TREE_SIZE_MAX {
        return Err(LedgerError::OutOfTree { index, size });
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return Err(wrong_length(path, index, size));
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            let skip = node.trailing_zeros();
            node >>= skip;
            last >>= skip;
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(wrong_length(path, index, size));
    }
    if hash == *root { Ok(()) } else { Err(LedgerError::RootMismatch) }
}

/// Checks that a tree of `old` leaves with `old_root` is a prefix of the tree of `new` leaves with `new_root`.
/// The empty tree is a prefix of every tree.
///
/// # Errors
/// [`LedgerError::RootMismatch`] or [`LedgerError::ProofLength`] when it does not hold.
pub fn verify_consistency(
    old: u64,
    new: u64,
    path: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), LedgerError> {
    if old > new || new > TREE_SIZE_MAX {
        return Err(LedgerError::TreeShrinks { old, new });
    }
    let wrong = |expected| LedgerError::ProofLength { found: path.len(), expected };
    if old == 0 || old == new {
        if !path.is_empty() {
            return Err(wrong(0));
        }
        let expected = if old == 0 { empty_root() } else { *new_root };
        return if *old_root == expected { Ok(()) } else { Err(LedgerError::RootMismatch) };
    }
    if path.len() > PROOF_HASHES_MAX {
        return Err(wrong(PROOF_HASHES_MAX));
    }
    // When the old tree is one complete subtree its root starts the path and is left out of the proof.
    let skip = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> skip, (new - 1) >> skip);
    let mut rest = path.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { rest.next() };
    let Some(first) = first else { return Err(wrong(1)) };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(wrong(path.len() - 1));
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            let skip = node.trailing_zeros();
            node >>= skip;
            last >>= skip;
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(wrong(path.len() + 1));
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(LedgerError::RootMismatch) }
}

/// Number of hashes in the inclusion proof of a leaf.
pub fn inclusion_proof_length(index: u64, size: u64) -> usize {
    let (mut low, mut high, mut count) = (0, size, 0);
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            high = middle;
        } else {
            low = middle;
        }
        count += 1;
    }
    count
}

fn wrong_length(path: &[Hash], index: u64, size: u64) -> LedgerError {
    LedgerError::ProofLength { found: path.len(), expected: inclusion_proof_length(index, size) }
}

/// The largest power of two below `count`; `count` is at least 2.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// RFC 6962 tree hash of leaves `low .. high`; `low` is a multiple of the largest complete subtree inside.
fn subtree_hash<S: HashSource>(source: &S, low: u64, high: u64) -> Result<Hash, S::Error> {
    let count = high - low;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return source.hash(level as u8, low >> level);
    }
    let middle = low + split(count);
    let left = subtree_hash(source, low, middle)?;
    Ok(node_hash(&left, &subtree_hash(source, middle, high)?))
}
