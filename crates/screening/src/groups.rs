//! A frozen map from a 64-bit key to small numbers, many per key: the posting lists of every channel. Keys are
//! kept as 16-bit tags within their bucket, so a lookup can return a stranger now and then; callers check what they get.

use bytemuck::{Pod, Zeroable};
use tenantry_names::Look;

/// The frozen map, where it lies.
#[derive(Clone, Copy, Default)]
pub(crate) struct Groups<'i> {
    /// Start of each bucket in `entries`, one more than there are buckets.
    pub(crate) starts: &'i [u32],
    pub(crate) entries: &'i [GroupEntry],
}

/// What is left of a key, a value, and what the value looks like: enough to pass over most without reading more.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct GroupEntry {
    tag: u16,
    glance: Glance,
    value: u32,
}

/// A [`Look`] in two bytes: length and letters, coarse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Pod, Zeroable)]
#[repr(transparent)]
pub(crate) struct Glance(u16);

impl Glance {
    /// Letters that fall together count as one, longer words than this as equally long.
    const LETTERS: u32 = 12;
    const LENGTH_MAX: usize = 15;

    pub(crate) fn of(look: Look) -> Self {
        let letters = look.letters();
        let folded = (letters | letters >> Self::LETTERS | letters >> (2 * Self::LETTERS)) & 0xfff;
        Self((folded << 4) as u16 | look.length().min(Self::LENGTH_MAX) as u16)
    }

    fn length(self) -> usize {
        usize::from(self.0 & 0xf)
    }

    /// Whether `errors` typing errors could turn one word into the other; see [`Look::could_be`].
    fn could_be(self, other: Self, errors: usize) -> bool {
        let (a, b) = (self.length(), other.length());
        (a.abs_diff(b) <= errors || a.max(b) == Self::LENGTH_MAX)
            && ((self.0 ^ other.0) >> 4).count_ones() as usize <= 2 * errors
    }
}

/// Spreads a key; the multiplier is that of Fibonacci hashing.
fn spread(key: u64) -> u64 {
    let mixed = (key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Freezes pairs of key and value: starts and entries of a [`Groups`].
pub(crate) fn freeze(pairs: Vec<(u64, u32)>, glance: impl Fn(u32) -> Glance) -> (Vec<u32>, Vec<GroupEntry>) {
    let buckets_log2 = (pairs.len().max(2) as u64).ilog2() + 1;
    let shift = 64 - buckets_log2;
    let mut entries: Vec<(u64, u32)> = pairs.into_iter().map(|(k, v)| (spread(k), v)).collect();
    entries.sort_unstable();
    entries.dedup();
    let starts = starts(entries.iter().map(|(hash, _)| (hash >> shift) as usize), 1 << buckets_log2);
    let entry = |(hash, value): (u64, u32)| GroupEntry { tag: hash as u16, glance: glance(value), value };
    (starts, entries.into_iter().map(entry).collect())
}

/// Where each group begins, one more than there are groups, of members given in order of their groups.
pub(crate) fn starts(members: impl Iterator<Item = usize>, groups: usize) -> Vec<u32> {
    let mut starts = vec![0_u32; groups + 1];
    for group in members {
        if let Some(count) = starts.get_mut(group + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

impl<'i> Groups<'i> {
    /// Values of a key.
    pub(crate) fn get(self, key: u64) -> impl Iterator<Item = u32> + use<'i> {
        self.entries(key).map(|e| e.value)
    }

    /// Where a key's values lie.
    pub(crate) fn bucket(self, key: u64) -> Bucket<'i> {
        let hash = spread(key);
        // One more start than buckets, and buckets a power of two.
        let buckets_log2 = self.starts.len().max(2).ilog2();
        let bucket = (hash >> (64 - buckets_log2)) as usize;
        let from = self.starts.get(bucket).copied().unwrap_or(0) as usize;
        let to = self.starts.get(bucket + 1).copied().unwrap_or(0) as usize;
        Bucket { tag: hash as u16, entries: self.entries.get(from..to).unwrap_or_default() }
    }

    fn entries(self, key: u64) -> impl Iterator<Item = &'i GroupEntry> + use<'i> {
        self.bucket(key).entries()
    }
}

/// The values of one key, among those of others.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bucket<'i> {
    tag: u16,
    entries: &'i [GroupEntry],
}

impl<'i> Bucket<'i> {
    fn entries(self) -> impl Iterator<Item = &'i GroupEntry> + use<'i> {
        self.entries.iter().filter(move |e| e.tag == self.tag)
    }

    /// Values that look like words so many typing errors away.
    pub(crate) fn close(self, glance: Glance, errors: usize) -> impl Iterator<Item = u32> + use<'i> {
        self.entries().filter(move |e| glance.could_be(e.glance, errors)).map(|e| e.value)
    }
}

/// A key for text in a channel (FNV-1a).
pub(crate) fn text_key(channel: u8, text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    text.bytes().fold(step(0xcbf2_9ce4_8422_2325, channel), step)
}

/// A key for a number in a channel.
pub(crate) fn number_key(channel: u8, number: u64) -> u64 {
    number.rotate_left(7) ^ (u64::from(channel) + 1).wrapping_mul(0xd6e8_feb8_6659_fd93)
}
