//! Randomness as a parameter, so that a demo or a test can be repeated byte for byte from a seed.

/// A source of unpredictable bytes. Production uses the cryptographic generator of the vault; demo and tests
/// use a seeded one and say so.
pub trait Entropy: Send + Sync {
    /// Fills `out` completely.
    fn fill(&self, out: &mut [u8]);
}

/// Draws a fixed number of bytes.
pub fn draw<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut out = [0; N];
    entropy.fill(&mut out);
    out
}
