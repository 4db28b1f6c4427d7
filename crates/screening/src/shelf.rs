//! Where prepared indexes lie between two starts. The core has no files: an edge implements this.

use crate::image::{Bytes, ImageError};
use crate::index::Index;

/// A place for prepared indexes, by the key of what they were built from. Neither method may fail: what cannot be kept
/// is built again.
pub trait Shelf: Send + Sync {
    /// The bytes kept under a key.
    fn find(&self, key: &[u8; 32]) -> Option<Bytes>;

    /// Keeps bytes, and answers them from where they now lie.
    fn keep(&self, key: &[u8; 32], bytes: &[u8]) -> Option<Bytes>;
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoShelf;

impl Shelf for NoShelf {
    fn find(&self, _: &[u8; 32]) -> Option<Bytes> {
        None
    }

    fn keep(&self, _: &[u8; 32], _: &[u8]) -> Option<Bytes> {
        None
    }
}

/// An index from a shelf.
#[derive(Debug)]
pub struct Shelved {
    /// The index.
    pub index: Index,
    /// Why what lay on the shelf could not be used, when something did; the index was built anew.
    pub refused: Option<ImageError>,
}

impl Index {
    /// The index of a key: from the shelf when it is there and sound, else built and kept. `key` must change with
    /// anything the index is built from.
    pub fn from_shelf<E>(
        shelf: &dyn Shelf,
        key: &[u8; 32],
        build: impl FnOnce() -> Result<Self, E>,
    ) -> Result<Shelved, E> {
        let refused = match shelf.find(key).map(Self::open) {
            Some(Ok(index)) => return Ok(Shelved { index, refused: None }),
            Some(Err(error)) => Some(error),
            None => None,
        };
        let built = build()?;
        let kept = shelf.keep(key, built.bytes()).and_then(|bytes| Self::open(bytes).ok());
        Ok(Shelved { index: kept.unwrap_or(built), refused })
    }
}
