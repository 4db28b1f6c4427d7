//! The production source of randomness.

use tenantry_model::random::Entropy;

/// The operating system's generator through the cryptographic library. Constructed only in the binary.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the operating system has no randomness to give: going on would mean guessable keys.
    fn fill(&self, out: &mut [u8]) {
        #[expect(
            clippy::expect_used,
            reason = "no key may be made without randomness, and there is no way to go on"
        )]
        aws_lc_rs::rand::fill(out).expect("the operating system gives randomness");
    }
}
