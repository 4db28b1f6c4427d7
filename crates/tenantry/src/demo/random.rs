//! Numbers that look random and repeat from a seed, for the demo and nothing else.
//!
//! SplitMix64: tiny, fast, and good enough to deal out invented people. It is not a source of secrets: keys, tokens and
//! identifiers of a real register come from the operating system.

use std::sync::atomic::{AtomicU64, Ordering};
use tenantry_model::random::Entropy;

/// Step of the Weyl sequence under SplitMix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A repeatable sequence of numbers.
#[derive(Debug)]
pub struct Seeded {
    state: AtomicU64,
}

impl Seeded {
    /// The sequence of this seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// The sequence of item `number` of the subject `label`: what is dealt to one account does not depend on how much was
    /// dealt to the accounts before it.
    pub fn branch(seed: u64, label: &str, number: u64) -> Self {
        let mut state = mixed(seed ^ STEP);
        for byte in label.bytes() {
            state = mixed(state ^ u64::from(byte));
        }
        Self::new(mixed(state ^ mixed(number)))
    }

    /// The next number.
    pub fn next(&self) -> u64 {
        let before = self.state.fetch_add(STEP, Ordering::Relaxed);
        mixed(before.wrapping_add(STEP))
    }

    /// A number from 0 to `bound - 1`; 0 when the bound is 0.
    pub fn below(&self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the items; the default of the type when there is none.
    pub fn pick<T: Copy + Default>(&self, items: &[T]) -> T {
        let bound = u64::try_from(items.len()).unwrap_or(0);
        let at = usize::try_from(self.below(bound)).unwrap_or(0);
        items.get(at).copied().unwrap_or_default()
    }

    /// `count` decimal digits.
    pub fn digits(&self, count: usize) -> String {
        (0..count).map(|_| self.pick(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])).collect()
    }
}

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            for (slot, byte) in chunk.iter_mut().zip(self.next().to_le_bytes()) {
                *slot = byte;
            }
        }
    }
}

const fn mixed(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_numbers_are_those_of_splitmix64() {
        // Published test sequence of the generator for the seed 1234567.
        let numbers = Seeded::new(1_234_567);
        assert_eq!(numbers.next(), 6_457_827_717_110_365_317);
        assert_eq!(numbers.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn bounds_hold() {
        let numbers = Seeded::new(7);
        assert!((0..1_000).all(|_| numbers.below(10) < 10));
        assert!((0..1_000).all(|_| (3..=5).contains(&numbers.between(3, 5))));
        assert_eq!(numbers.below(0), 0);
        assert_eq!(numbers.pick::<u8>(&[]), 0);
    }
}
