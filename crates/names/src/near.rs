//! Likeness of two tokens. Two tokens are *near* when they are equal, equivalent by dictionary, at most one or two
//! typing errors apart, or sound alike; everything else is not near at all. That bounded definition is what lets
//! an index find every near token without comparing them all.

use crate::align::{How, Near};
use crate::edit;
use crate::name::Form;
use crate::romanise::Script;
use crate::sound;

/// Likeness of equivalent names (nickname, translation, usual other spelling).
const EQUIVALENT: u16 = 930;
/// Below this, two spellings are not near.
const SPELLING_MIN: u16 = 450;
/// Below this, two sounds of one script are not near.
const SOUND_MIN: u16 = 780;
/// Below this, two sounds of different scripts are not near.
const SOUND_ACROSS_MIN: u16 = 600;
/// Shortest token for which two errors are allowed, and the longer one's least length.
const TWO_ERRORS_LENGTHS: (usize, usize) = (5, 6);

/// How alike two tokens are, or `None` when they are not near.
pub fn near(a: &Form, b: &Form) -> Option<Near> {
    if a.ascii == b.ascii {
        return Some(Near { likeness: 1000, how: How::Same });
    }
    if let (Some(x), Some(y)) = (a.number, b.number) {
        return (x == y).then_some(Near { likeness: 1000, how: How::Equivalent });
    }
    if has_digit(a) && has_digit(b) && a.ascii.len().min(b.ascii.len()) < 5 {
        return None;
    }
    if a.same != 0 && a.same == b.same {
        return Some(Near { likeness: EQUIVALENT, how: How::Equivalent });
    }
    let spelling = spelling(a.ascii.as_bytes(), b.ascii.as_bytes());
    let sound = sound_likeness(a, b);
    match (spelling, sound) {
        (None, None) => None,
        (s, t) if t.unwrap_or(0) > s.unwrap_or(0) => t.map(|likeness| Near { likeness, how: How::Sound }),
        (s, _) => s.map(|likeness| Near { likeness, how: How::Spelling }),
    }
}

fn has_digit(form: &Form) -> bool {
    form.ascii.bytes().any(|b| b.is_ascii_digit())
}

/// Typing errors allowed between tokens of these lengths.
pub(crate) fn errors_max(a: usize, b: usize) -> usize {
    if a.min(b) >= TWO_ERRORS_LENGTHS.0 && a.max(b) >= TWO_ERRORS_LENGTHS.1 {
        2
    } else {
        usize::from(a.min(b) >= 2)
    }
}

pub(crate) fn spelling(a: &[u8], b: &[u8]) -> Option<u16> {
    edit::distance(a, b, errors_max(a.len(), b.len()))?;
    let length = a.len().max(b.len()) as u32;
    // Short words have many neighbours: an error weighs half as much again.
    let steepness = if length <= 3 { 1500 } else { 1000 };
    let lost = edit::cost(a, b) * steepness / 1000 / length;
    Some(1000_u32.saturating_sub(lost) as u16).filter(|l| *l >= SPELLING_MIN)
}

fn sound_likeness(a: &Form, b: &Form) -> Option<u16> {
    if a.script == b.script || a.script == Script::Latin && b.script == Script::Latin {
        if a.skeleton != b.skeleton || a.skeleton < 0x10 {
            return None;
        }
        let likeness = sound::similarity(&a.sounds, &b.sounds);
        return (likeness >= SOUND_MIN).then_some(likeness * 9 / 10);
    }
    if !skeletons_close(a.skeleton, b.skeleton) {
        return None;
    }
    let likeness = sound::similarity(&a.sounds, &b.sounds);
    (likeness >= SOUND_ACROSS_MIN).then_some(likeness)
}

/// Equal, or equal after dropping at most one consonant on each side.
fn skeletons_close(a: u64, b: u64) -> bool {
    a == b
        || skeleton_deletions(a).any(|x| x == b || skeleton_deletions(b).any(|y| x == y))
        || skeleton_deletions(b).any(|y| y == a)
}

/// A skeleton with one consonant dropped, each in turn.
pub(crate) fn skeleton_deletions(skeleton: u64) -> impl Iterator<Item = u64> {
    let length = (64 - skeleton.leading_zeros()).div_ceil(4);
    (0..length).map(move |at| {
        let low = skeleton & ((1_u64 << (4 * at)) - 1);
        let high = if at >= 15 { 0 } else { skeleton >> (4 * (at + 1)) << (4 * at) };
        low | high
    })
}

/// Likeness of a pair that differs in the blank alone.
const GLUED: u16 = 970;
/// Shortest part of a glued pair.
const GLUED_PART_MIN: usize = 2;

/// How alike one token is to two neighbouring tokens written together: one part exact, the other at most one
/// typing error away.
pub fn near_glued(whole: &Form, first: &Form, second: &Form) -> Option<Near> {
    let (whole, first, second) = (whole.ascii.as_bytes(), first.ascii.as_bytes(), second.ascii.as_bytes());
    let length = first.len() + second.len();
    if whole.len() < 2 * GLUED_PART_MIN
        || whole.len().abs_diff(length) > 1
        || first.len() < GLUED_PART_MIN
        || second.len() < GLUED_PART_MIN
    {
        return None;
    }
    let head = whole.strip_prefix(first).and_then(|rest| glued_part(rest, second, length));
    let tail = whole.strip_suffix(second).and_then(|rest| glued_part(rest, first, length));
    head.max(tail).map(|likeness| Near { likeness, how: How::Glued })
}

/// Likeness when the other part is exact.
fn glued_part(rest: &[u8], part: &[u8], length: usize) -> Option<u16> {
    edit::distance(rest, part, 1)?;
    Some(GLUED.saturating_sub((edit::cost(rest, part) / length as u32) as u16))
}
