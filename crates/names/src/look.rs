//! A token at a glance: sixteen bytes that rule most pairs out before letters or sounds are compared. Each bound
//! here is one that `near` implies, so that a look never rules out what `near` would accept.

use crate::near::{self, SOUND_ACROSS_MIN};
use crate::romanise::Script;
use crate::sound::{self, Phoneme};
use bytemuck::{Pod, Zeroable};

/// Letters, length, script and consonants of a token. Lies in files as it lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub struct Look {
    skeleton: u64,
    letters: u32,
    mass: u16,
    length: u8,
    /// Number of the script; kept as a number since any byte may be in a file.
    script: u8,
}

impl Look {
    /// The look of a token by its ASCII text, as typed in Latin letters.
    pub fn of(ascii: &str) -> Self {
        Self::new(ascii, Script::Latin, &[], 0)
    }

    pub(crate) fn new(ascii: &str, script: Script, sounds: &[Phoneme], skeleton: u64) -> Self {
        let letters = ascii.bytes().fold(0, |set, b| set | 1 << (b & 31));
        let mass = sound::mass(sounds) as u16;
        Self { skeleton, letters, mass, length: ascii.len().min(255) as u8, script: script as u8 }
    }

    /// Whether `errors` typing errors could turn one token into the other: each changes at most two letters.
    pub fn could_be(self, other: Self, errors: usize) -> bool {
        usize::from(self.length.abs_diff(other.length)) <= errors
            && (self.letters ^ other.letters).count_ones() as usize <= 2 * errors
    }

    /// Whether tokens of two scripts could sound alike.
    pub fn could_sound(self, other: Self) -> bool {
        let native = self.certainly_native() || other.certainly_native();
        let (_, strict) = near::ear(self, other);
        let (a, b) = (u32::from(self.mass), u32::from(other.mass));
        let limit = a.max(b) * (1000 - u32::from(SOUND_ACROSS_MIN)) / strict + 2 * a.max(b) / 1000;
        sound::mass_apart(a, b) <= limit && near::skeletons_close(self.skeleton, other.skeleton, native)
    }

    /// Whether the token is a native Chinese or Korean name part.
    pub(crate) fn native(self) -> bool {
        matches!(self.script(), Script::Syllables | Script::Korean | Script::Chinese)
    }

    /// Whether the token is written in syllables.
    pub(crate) fn in_syllables(self) -> bool {
        self.native() || matches!(self.script(), Script::Syllabic | Script::Hangul)
    }

    /// Whether it can be nothing else.
    pub(crate) fn certainly_native(self) -> bool {
        matches!(self.script(), Script::Korean | Script::Chinese)
    }

    /// Writing system of the token.
    pub(crate) fn script(self) -> Script {
        Script::of_number(self.script)
    }

    /// Which letters and digits occur, one bit each (some share one).
    pub fn letters(self) -> u32 {
        self.letters
    }

    /// Letters and digits, as far as a byte counts.
    pub fn length(self) -> usize {
        self.length.into()
    }
}
