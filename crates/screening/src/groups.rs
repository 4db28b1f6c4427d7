//! A frozen map from a 64-bit key to small numbers, many per key: the posting lists of every channel. Keys are
//! kept as 32-bit tags, so a lookup can return a stranger now and then; callers check what they get.

/// The frozen map.
#[derive(Default)]
pub(crate) struct Groups {
    /// Start of each bucket in `entries`, one more than there are buckets.
    starts: Vec<u32>,
    entries: Vec<(u32, u32)>,
    shift: u32,
}

/// Spreads a key; the multiplier is that of Fibonacci hashing.
fn spread(key: u64) -> u64 {
    let mixed = (key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

impl Groups {
    /// Freezes pairs of key and value.
    pub(crate) fn freeze(pairs: Vec<(u64, u32)>) -> Self {
        let buckets_log2 = (pairs.len().max(2) as u64).ilog2() + 1;
        let shift = 64 - buckets_log2;
        let mut entries: Vec<(u64, u32)> = pairs.into_iter().map(|(k, v)| (spread(k), v)).collect();
        entries.sort_unstable();
        entries.dedup();
        let mut starts = vec![0_u32; (1 << buckets_log2) + 1];
        for (hash, _) in &entries {
            if let Some(count) = starts.get_mut((hash >> shift) as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let entries = entries.into_iter().map(|(h, v)| (h as u32, v)).collect();
        Self { starts, entries, shift }
    }

    /// Values of a key, ascending within equal tags.
    pub(crate) fn get(&self, key: u64) -> impl Iterator<Item = u32> {
        let hash = spread(key);
        let bucket = (hash >> self.shift) as usize;
        let from = self.starts.get(bucket).copied().unwrap_or(0) as usize;
        let to = self.starts.get(bucket + 1).copied().unwrap_or(0) as usize;
        let tag = hash as u32;
        self.entries.get(from..to).unwrap_or_default().iter().filter(move |e| e.0 == tag).map(|e| e.1)
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
