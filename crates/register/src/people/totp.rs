//! One-time codes, RFC 6238: six digits, steps of 30 seconds, HMAC-SHA-1 because that is what authenticator apps speak.

use aws_lc_rs::hmac;
use tenantry_model::random::{Entropy, draw};
use tenantry_model::time::Timestamp;
use zeroize::Zeroizing;

/// Seconds per step.
const STEP_SECONDS: i64 = 30;
/// Steps a clock may be off, each way.
const STEPS_OFF: i64 = 1;

/// The secret an authenticator app shares with the register: 160 bits.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl TotpSecret {
    /// A new secret.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let bytes: [u8; 20] = draw(entropy);
        Self(Zeroizing::new(bytes.to_vec()))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == 20).then(|| Self(Zeroizing::new(bytes.to_vec())))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret in base 32, for the authenticator app.
    pub fn base32(&self) -> Zeroizing<String> {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut text = Zeroizing::new(String::with_capacity(32));
        for chunk in self.0.chunks(5) {
            let mut bits = chunk.iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte)) << 24;
            for _ in 0..8 {
                let digit = usize::try_from(bits >> 59).unwrap_or(0);
                text.push(ALPHABET.get(digit).copied().map_or('A', char::from));
                bits <<= 5;
            }
        }
        text
    }

    /// What an authenticator app shows at an instant.
    pub fn shown_at(&self, now: Timestamp) -> String {
        self.code(now.as_micros() / 1_000_000 / STEP_SECONDS)
    }

    /// The step whose code this is, within one step of `now`. Compared in constant time.
    pub(super) fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let current = now.as_micros() / 1_000_000 / STEP_SECONDS;
        (current - STEPS_OFF..=current + STEPS_OFF)
            .filter(|step| {
                subtle::ConstantTimeEq::ct_eq(self.code(*step).as_bytes(), code.trim().as_bytes()).into()
            })
            .max()
    }

    /// The code at a step.
    pub(super) fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let offset = usize::from(bytes.last().copied().unwrap_or_default() & 15);
        let word = bytes.iter().skip(offset).take(4).fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
        format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, last six digits.
    #[test]
    fn codes_are_those_of_rfc_6238() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(secret.code(seconds / STEP_SECONDS), code);
            let at = Timestamp::from_micros(seconds * 1_000_000);
            assert_eq!(secret.step_of(code, at), Some(seconds / STEP_SECONDS));
        }
        assert_eq!(*secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
