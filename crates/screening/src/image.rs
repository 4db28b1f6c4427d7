//! The index as bytes: one header, a table of sections, and the sections, which lie in a file as they lie in memory.
//!
//! What a file says is used only after its checksum was found right and its layout, algorithm and byte order are
//! those of this program; anything else is refused with a reason, and the caller builds the index again. The
//! checksum guards against damage, not against someone who may write the file.

use crate::calibrate::ALGORITHM;
use bytemuck::{AnyBitPattern, NoUninit, Pod, Zeroable};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::sync::Arc;

/// Bytes that somebody else keeps, for example a file mapped into memory.
pub type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Why bytes are not an index this program can search.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The bytes do not begin like an index.
    #[error("this is not a screening index; build it from the list snapshots")]
    Foreign,
    /// Another layout, byte order or program version.
    #[error(
        "the screening index was written by another version of the program or on another kind of machine; build it again"
    )]
    OtherLayout,
    /// Another algorithm's index.
    #[error(
        "the screening index belongs to algorithm {found}, this program screens with {ours}; build it again"
    )]
    OtherAlgorithm {
        /// Algorithm named in the header.
        found: String,
        /// Algorithm of this program.
        ours: &'static str,
    },
    /// Bytes are missing.
    #[error("the screening index breaks off: {found} of {expected} bytes; build it again")]
    CutShort {
        /// Length the header promises, in bytes.
        expected: u64,
        /// Length at hand, in bytes.
        found: u64,
    },
    /// The checksum does not agree.
    #[error("the screening index is damaged: its checksum does not agree; build it again")]
    Damaged,
}

/// The parts of an index, in file order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Headers of the snapshots.
    Headers,
    /// Texts of identifiers, captions and names.
    Texts,
    Entities,
    /// Entity numbers in order of their identifiers.
    ById,
    /// Attributes, one encoded value per entity.
    Attributes,
    Forms,
    /// Letters and sounds of the forms.
    Heap,
    Looks,
    /// Numbers of the tokens in order of their length, and where each length begins.
    ByLength,
    LengthStarts,
    /// Numbers of the scripts that occur.
    Scripts,
    KeyStarts,
    KeyEntries,
    Names,
    /// First token of each name, one more than there are names.
    NameStarts,
    NameTokens,
    /// First name of each class of schemas.
    Classes,
    PostingStarts,
    Postings,
    ExactStarts,
    ExactEntries,
}

const SECTIONS: usize = Section::ExactEntries as usize + 1;
const MAGIC: [u8; 8] = *b"TNTYSIX\0";
/// Raised with any change to the layout or to what its tables mean.
const LAYOUT: u32 = 6;
/// Reads as this only on a machine of the same byte order.
const BYTE_ORDER: u32 = 0x0102_0304;
/// Sections begin at multiples of this, in bytes: a cache line.
const ALIGNMENT: usize = 64;

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Head {
    magic: [u8; 8],
    byte_order: u32,
    layout: u32,
    algorithm: [u8; 32],
    program: [u8; 16],
    bytes: u64,
    /// SHA-256 over all that follows the head.
    checksum: [u8; 32],
}

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Place {
    from: u64,
    bytes: u64,
}

const HEAD: usize = size_of::<Head>();
const TABLE: usize = SECTIONS * size_of::<Place>();

/// Checked bytes and where their sections lie.
pub(crate) struct Image {
    bytes: Bytes,
    places: [Range<usize>; SECTIONS],
}

/// Our own bytes, aligned for any record.
struct Owned {
    words: Vec<u64>,
    bytes: usize,
}

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.words).get(..self.bytes).unwrap_or_default()
    }
}

impl Owned {
    fn zeroed(bytes: usize) -> Self {
        Self { words: vec![0; bytes.div_ceil(size_of::<u64>())], bytes }
    }

    fn as_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.words).get_mut(..self.bytes).unwrap_or_default()
    }
}

/// Fixed width with zeroes behind.
fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    out
}

fn head(bytes: usize, checksum: [u8; 32]) -> Head {
    Head {
        magic: MAGIC,
        byte_order: BYTE_ORDER,
        layout: LAYOUT,
        algorithm: padded(ALGORITHM),
        program: padded(env!("CARGO_PKG_VERSION")),
        bytes: bytes as u64,
        checksum,
    }
}

impl Image {
    /// Lays sections out behind each other. Sections not given are empty.
    pub(crate) fn write(sections: &[(Section, &[u8])]) -> Self {
        let mut places = [Place { from: 0, bytes: 0 }; SECTIONS];
        let mut end = HEAD + TABLE;
        for (section, bytes) in sections {
            end = end.next_multiple_of(ALIGNMENT);
            if let Some(place) = places.get_mut(*section as usize) {
                *place = Place { from: end as u64, bytes: bytes.len() as u64 };
            }
            end += bytes.len();
        }
        let mut owned = Owned::zeroed(end);
        let out = owned.as_mut();
        put(out, HEAD, bytemuck::cast_slice(&places));
        for (section, bytes) in sections {
            let from = places.get(*section as usize).map_or(0, |p| p.from);
            put(out, from as usize, bytes);
        }
        let checksum = Sha256::digest(out.get(HEAD..).unwrap_or_default()).into();
        put(out, 0, bytemuck::bytes_of(&head(end, checksum)));
        Self { bytes: Arc::new(owned), places: places.map(range) }
    }

    /// Checks bytes and takes them over. Bytes that lie unevenly in memory are copied.
    pub(crate) fn open(bytes: Bytes) -> Result<Self, ImageError> {
        let all = (*bytes).as_ref();
        let head: Head = all.get(..HEAD).map(bytemuck::pod_read_unaligned).ok_or(ImageError::Foreign)?;
        let ours = self::head(0, [0; 32]);
        if head.magic != MAGIC {
            return Err(ImageError::Foreign);
        }
        if (head.byte_order, head.layout) != (BYTE_ORDER, LAYOUT) || head.program != ours.program {
            return Err(ImageError::OtherLayout);
        }
        if head.algorithm != ours.algorithm {
            let found = String::from_utf8_lossy(&head.algorithm).trim_end_matches('\0').to_owned();
            return Err(ImageError::OtherAlgorithm { found, ours: ALGORITHM });
        }
        if head.bytes != all.len() as u64 {
            return Err(ImageError::CutShort { expected: head.bytes, found: all.len() as u64 });
        }
        let rest = all.get(HEAD..).unwrap_or_default();
        if <[u8; 32]>::from(Sha256::digest(rest)) != head.checksum {
            return Err(ImageError::Damaged);
        }
        let table: [Place; SECTIONS] =
            rest.get(..TABLE).map(bytemuck::pod_read_unaligned).ok_or(ImageError::Damaged)?;
        let places = table.map(range);
        if !places.iter().all(|p| all.get(p.clone()).is_some()) {
            return Err(ImageError::Damaged);
        }
        if all.as_ptr().align_offset(align_of::<u64>()) != 0 {
            let mut owned = Owned::zeroed(all.len());
            put(owned.as_mut(), 0, all);
            return Ok(Self { bytes: Arc::new(owned), places });
        }
        Ok(Self { bytes, places })
    }

    /// All of it, to be written to a file.
    pub(crate) fn bytes(&self) -> &[u8] {
        (*self.bytes).as_ref()
    }

    /// A section as records.
    pub(crate) fn table<T: AnyBitPattern + NoUninit>(&self, section: Section) -> &[T] {
        let place = self.places.get(section as usize).cloned().unwrap_or_default();
        bytemuck::try_cast_slice(self.bytes().get(place).unwrap_or_default()).unwrap_or_default()
    }
}

fn range(place: Place) -> Range<usize> {
    let from = place.from as usize;
    from..from.saturating_add(place.bytes as usize)
}

fn put(out: &mut [u8], from: usize, bytes: &[u8]) {
    if let Some(to) = out.get_mut(from..from + bytes.len()) {
        to.copy_from_slice(bytes);
    }
}
