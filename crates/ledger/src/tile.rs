//! C2SP `tlog-tiles`: how the tree is cut into static files of at most 256 hashes, and entry bundles. This module
//! names tiles and computes their bytes; it does not store or serve them.

use crate::limits::LEAF_BYTES_MAX;
use crate::merkle::node_hash;
use crate::proof::HashSource;
use crate::{Hash, LedgerError};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;

/// A tile or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Level, 0 to 63; a level covers eight levels of the tree.
    pub level: u8,
    /// Index within the level.
    pub index: u64,
    /// Hashes in it, 1 to 256; below 256 the tile is partial.
    pub width: u16,
}

impl Tile {
    /// The path below the log's prefix, as in `tile/0/x001/x234/067.p/5`.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, self.tail())
    }

    /// The path of the entry bundle with the same index and width, as in `tile/entries/000.p/5`.
    pub fn entries_path(&self) -> String {
        format!("tile/entries/{}", self.tail())
    }

    /// Reads what [`Tile::path`] writes, and nothing else.
    pub fn parse_path(path: &str) -> Option<Self> {
        let (level, tail) = path.strip_prefix("tile/")?.split_once('/')?;
        let (index, width) = parse_tail(tail)?;
        let tile = Self { level: level.parse().ok().filter(|level| *level < 64)?, index, width };
        (tile.path() == path).then_some(tile)
    }

    /// Reads what [`Tile::entries_path`] writes, and nothing else. The level is 0.
    pub fn parse_entries_path(path: &str) -> Option<Self> {
        let (index, width) = parse_tail(path.strip_prefix("tile/entries/")?)?;
        let tile = Self { level: 0, index, width };
        (tile.entries_path() == path).then_some(tile)
    }

    /// Whether a tree of `size` leaves has this tile, full or in exactly this width.
    pub fn exists_in(&self, size: u64) -> bool {
        let hashes = size.checked_shr(8 * u32::from(self.level)).unwrap_or(0);
        let first = self.index.saturating_mul(TILE_WIDTH);
        hashes.saturating_sub(first).min(TILE_WIDTH) >= u64::from(self.width)
    }

    /// The hashes of the tile, concatenated.
    ///
    /// # Errors
    /// What the source returns.
    pub fn bytes<S: HashSource>(&self, source: &S) -> Result<Vec<u8>, S::Error> {
        let mut out = Vec::with_capacity(32 * usize::from(self.width));
        for offset in 0..u64::from(self.width) {
            out.extend_from_slice(&source.hash(8 * self.level, self.index * TILE_WIDTH + offset)?);
        }
        Ok(out)
    }

    fn tail(&self) -> String {
        let mut parts = vec![format!("{:03}", self.index % 1_000)];
        let mut rest = self.index / 1_000;
        while rest > 0 {
            parts.push(format!("x{:03}", rest % 1_000));
            rest /= 1_000;
        }
        parts.reverse();
        let path = parts.join("/");
        if u64::from(self.width) < TILE_WIDTH { format!("{path}.p/{}", self.width) } else { path }
    }
}

/// The tiles that come into being or grow when the tree goes from `old` to `new` leaves, lowest level first.
pub fn new_tiles(old: u64, new: u64) -> Vec<Tile> {
    let mut tiles = Vec::new();
    for level in 0..8 {
        let (from, to) = (old >> (8 * level), new >> (8 * level));
        for index in from / TILE_WIDTH..to.div_ceil(TILE_WIDTH) {
            let width = (to - index * TILE_WIDTH).min(TILE_WIDTH);
            if from < index * TILE_WIDTH + width {
                tiles.push(Tile { level, index, width: width as u16 });
            }
        }
    }
    tiles
}

/// The bytes of an entry bundle: each leaf with a 16-bit length.
///
/// # Errors
/// [`LedgerError::TooLarge`] for a leaf that does not fit.
pub fn entry_bundle<'l>(leaves: impl IntoIterator<Item = &'l [u8]>) -> Result<Vec<u8>, LedgerError> {
    let mut out = Vec::new();
    for leaf in leaves {
        let length = u16::try_from(leaf.len()).map_err(|_| LedgerError::TooLarge {
            format: "entry bundle",
            part: "leaf",
            found: leaf.len(),
            limit: LEAF_BYTES_MAX,
        })?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(leaf);
    }
    Ok(out)
}

/// Reads an entry bundle.
///
/// # Errors
/// [`LedgerError::Truncated`] when it is cut short, [`LedgerError::TooLarge`] beyond 256 entries.
pub fn parse_entry_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, LedgerError> {
    let mut reader = crate::bytes::Reader::new("entry bundle", bytes);
    let mut leaves = Vec::new();
    let mut left = bytes.len();
    while left > 0 {
        reader.check(leaves.len() + 1, TILE_WIDTH as usize, "entries")?;
        let leaf = reader.short(LEAF_BYTES_MAX, "leaf")?;
        left -= 2 + leaf.len();
        leaves.push(leaf);
    }
    Ok(leaves)
}

/// A [`HashSource`] over tiles: levels between two tile levels are recomputed from the tile below.
///
/// `read(level, index)` returns at least the hashes that exist of that tile.
pub struct TileHashes<F>(pub F);

impl<F> std::fmt::Debug for TileHashes<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TileHashes")
    }
}

impl<E: From<LedgerError>, F: Fn(u8, u64) -> Result<Vec<Hash>, E>> HashSource for TileHashes<F> {
    type Error = E;

    fn hash(&self, level: u8, index: u64) -> Result<Hash, E> {
        let (tile_level, height) = (level / 8, level % 8);
        let first = index << height;
        let tile = (self.0)(tile_level, first / TILE_WIDTH)?;
        let start = (first % TILE_WIDTH) as usize;
        let Some(hashes) = tile.get(start..start + (1 << height)) else {
            return Err(LedgerError::MissingHash { level, index }.into());
        };
        Ok(fold(hashes))
    }
}

/// Root of a complete subtree; `hashes` has a power of two of them.
fn fold(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => crate::merkle::empty_root(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            node_hash(&fold(left), &fold(right))
        }
    }
}

fn parse_tail(tail: &str) -> Option<(u64, u16)> {
    let (path, width) = match tail.split_once(".p/") {
        Some((path, width)) => (path, width.parse().ok().filter(|width| (1..256).contains(width))?),
        None => (tail, 256),
    };
    let mut index: u64 = 0;
    for part in path.split('/') {
        let digits = part.strip_prefix('x').unwrap_or(part);
        index = index.checked_mul(1_000)?.checked_add(digits.parse().ok()?)?;
    }
    Some((index, width))
}
