//! Time and randomness as a test gives them: a clock that moves only when told, randomness that repeats.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tenantry_model::clock::Clock;
use tenantry_model::random::Entropy;
use tenantry_model::time::Timestamp;

/// A clock that stands still until it is moved. Clones show the same time.
///
/// ```
/// use tenantry_model::clock::Clock;
/// use tenantry_model::time::Timestamp;
/// use tenantry_testkit::FixedClock;
///
/// let clock = FixedClock::at(Timestamp::from_micros(1_000));
/// let same = clock.clone();
/// clock.advance_micros(5);
/// assert_eq!(same.now(), Timestamp::from_micros(1_005));
/// ```
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<AtomicI64>);

impl FixedClock {
    /// A clock that shows this instant.
    pub fn at(instant: Timestamp) -> Self {
        crate::logs::keep();
        Self(Arc::new(AtomicI64::new(instant.as_micros())))
    }

    /// Moves the clock; a negative number moves it back.
    pub fn advance_micros(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Moves the clock by whole days of 86,400 seconds; a negative number moves it back.
    pub fn advance_days(&self, days: i32) {
        self.advance_micros(i64::from(days) * 86_400_000_000);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that look random and are the same for the same seed (the generator *SplitMix64*). Never for secrets.
///
/// ```
/// use tenantry_model::random::draw;
/// use tenantry_testkit::SeededEntropy;
///
/// let (one, other) = (SeededEntropy::new(7), SeededEntropy::new(7));
/// let first: [u8; 16] = draw(&one);
/// assert_eq!(first, draw(&other));
/// assert_ne!(first, draw(&one));
/// ```
#[derive(Debug)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // The first outputs of SplitMix64 for the seed 1234567, as its reference program prints them.
        let seeded = SeededEntropy::new(1_234_567);
        let outputs = [seeded.next(), seeded.next(), seeded.next()];
        assert_eq!(
            outputs,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}
