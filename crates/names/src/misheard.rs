//! Two names in different scripts that are one but for a consonant. Whoever transcribes a name mishears or misreads a
//! letter as easily as others mistype one; so what is forgiven within a script (`typed`) is forgiven across two: one consonant
//! for another, in one word, when the rest of a long name agrees by its sound.

use crate::align::{How, MatchedUnit, Pairing, bits};
use crate::name::{NameKind, Role, Token};
use crate::total::TELLING;

/// Words that must agree by their sound.
pub(crate) const WORDS_MIN: u32 = 3;
/// Consonants the name must have for one to be another.
const CONSONANTS_MIN: u32 = 8;
/// Consonants of the word in which one is another.
const CONSONANTS_IN_WORD_MIN: u32 = 2;
/// Likeness of such names: barely the same.
pub(crate) const LIKENESS: u16 = 710;

/// Whether the names agree in all but one word on each side, and those in all but one consonant.
pub(crate) fn misheard(
    units: &[MatchedUnit],
    left: &[Token],
    right: &[Token],
    pairing: &impl Pairing,
) -> bool {
    if !matches!(pairing.kind(), NameKind::Person | NameKind::Unknown) {
        return false;
    }
    let (mut used_left, mut used_right, mut words, mut consonants) = (0, 0, 0, 0);
    for unit in units {
        used_left |= bits(unit.left);
        used_right |= bits(unit.right);
        if unit.near.how == How::Transcribed && unit.weight >= TELLING {
            words += 1;
            consonants += pairing.left(unit.left.0.into()).map_or(0, |form| count(form.skeleton));
        }
    }
    let (Some(l), Some(r)) = (only_word(left, used_left), only_word(right, used_right)) else { return false };
    let (Some(l), Some(r)) = (pairing.left(l), pairing.right(r)) else { return false };
    words >= WORDS_MIN
        && consonants + count(l.skeleton) >= CONSONANTS_MIN
        && l.script != r.script
        && !l.look.native()
        && !r.look.native()
        && one_apart(l.skeleton, r.skeleton)
}

/// The only word that is left open, when there is one.
fn only_word(tokens: &[Token], used: u32) -> Option<usize> {
    let named = |t: &Token| matches!(t.role, Role::Word | Role::Initial | Role::Number);
    let mut open = tokens.iter().enumerate().filter(|(i, t)| used >> i & 1 == 0 && named(t));
    let (at, token) = open.next()?;
    (token.role == Role::Word && open.next().is_none()).then_some(at)
}

fn count(skeleton: u64) -> u32 {
    (u64::BITS - skeleton.leading_zeros()).div_ceil(4)
}

/// Whether as many consonants follow each other, and one is another.
fn one_apart(a: u64, b: u64) -> bool {
    let other = (0..u64::BITS / 4).filter(|at| (a ^ b) >> (4 * at) & 0xf != 0).count();
    count(a) == count(b) && count(a) >= CONSONANTS_IN_WORD_MIN && other == 1
}
