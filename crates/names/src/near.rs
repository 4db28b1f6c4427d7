//! Likeness of two tokens. Two tokens are *near* when they are equal, equivalent by dictionary, at most one or two
//! typing errors apart, or sound alike; everything else is not near at all. That bounded definition is what lets
//! an index find every near token without comparing them all.

use crate::align::{How, Near};
use crate::edit;
use crate::look::Look;
use crate::name::Form;
use crate::romanise::Script;
use crate::sound::{self, Ear};
use crate::words;

/// Likeness of equivalent names (nickname, translation, usual other spelling).
const EQUIVALENT: u16 = 930;
/// Likeness of a name and a short form of it that no dictionary has.
const PET_FORM: u16 = 850;
/// Below this, two spellings are not near.
const SPELLING_MIN: u16 = 450;
/// Below this, two sounds of one script are not near.
const SOUND_MIN: u16 = 780;
/// The same for tokens with one consonant.
const SOUND_SHORT_MIN: u16 = 840;
/// Below this, two sounds of different scripts are not near.
pub(crate) const SOUND_ACROSS_MIN: u16 = 600;
/// The same for syllables of native names, each of which has many near neighbours.
const SOUND_NATIVE_MIN: u16 = 650;
/// Likeness of words with the same letters in another order.
const SHUFFLED: u16 = 860;
/// Shortest such word.
pub(crate) const SHUFFLED_MIN: usize = 5;
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
    if a.same.iter().any(|s| *s != 0 && b.same.contains(s)) {
        return Some(Near { likeness: EQUIVALENT, how: How::Equivalent });
    }
    if a.is_pet_form_of(b) || b.is_pet_form_of(a) {
        return Some(Near { likeness: PET_FORM, how: How::Equivalent });
    }
    // Typing errors are made in one script. Letters that stand for a script without vowels, or romanise a native name
    // part, were never typed: there only the sound counts.
    let typed = a.script == b.script || !(only_heard(a) || only_heard(b));
    let spelling = if typed { spelling(a, b).or_else(|| shuffled(a, b)) } else { None };
    let sound = sound_likeness(a, b);
    match (spelling, sound) {
        (None, None) => None,
        _ if words::other_countries(a, b) => None,
        (s, t) if t.unwrap_or(0) > s.unwrap_or(0) => {
            let how = if a.script == b.script { How::Sound } else { How::Transcribed };
            t.map(|likeness| Near { likeness, how })
        }
        (s, _) => s.map(|likeness| Near { likeness, how: How::Spelling }),
    }
}

fn native(form: &Form) -> bool {
    form.look.native()
}

fn only_heard(form: &Form) -> bool {
    native(form) || matches!(form.script, Script::Arabic | Script::Hebrew)
}

/// The same letters in another order, as in a word written backwards.
fn shuffled(a: &Form, b: &Form) -> Option<u16> {
    (a.ascii.len() >= SHUFFLED_MIN && a.ascii.len() == b.ascii.len() && a.letters == b.letters)
        .then_some(SHUFFLED)
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

fn spelling(a: &Form, b: &Form) -> Option<u16> {
    let errors = errors_max(a.ascii.len(), b.ascii.len());
    if !a.look.could_be(b.look, errors) {
        return None;
    }
    let (a, b) = (a.ascii.as_bytes(), b.ascii.as_bytes());
    let errors = edit::distance(a, b, errors)?;
    let length = a.len().max(b.len()) as u32;
    // An error weighs more the more words are as near: short words have many neighbours at one error, words of
    // middle length at two.
    let steepness = match (errors, length) {
        (2, ..=6) => 1900,
        (2, 7) => 1700,
        (2, 8) => 1400,
        (2, 9) => 1200,
        (_, ..=3) => 1500,
        _ => 1000,
    };
    let lost = edit::cost(a, b) * steepness / 1000 / length;
    Some(1000_u32.saturating_sub(lost) as u16).filter(|l| *l >= SPELLING_MIN)
}

fn sound_likeness(a: &Form, b: &Form) -> Option<u16> {
    if a.script == b.script {
        if a.sound_key != b.sound_key || a.sound_key == 0 {
            return None;
        }
        // One consonant is too little to go by unless nearly all is the same.
        let least = if a.sound_key & 0xf0 == 0 { SOUND_SHORT_MIN } else { SOUND_MIN };
        let likeness = sound::similarity(Ear::Exact, &a.sounds, &b.sounds, least);
        return (likeness >= least).then_some(likeness * 9 / 10);
    }
    if !a.look.could_sound(b.look) {
        return None;
    }
    // A word in syllables comes first.
    let (a, b) = if b.look.in_syllables() && !a.look.in_syllables() { (b, a) } else { (a, b) };
    let as_native = if native(a) { native_likeness(a, b) } else { None };
    if a.look.certainly_native() || (native(a) && a.skeleton.max(b.skeleton) <= 0xf) {
        return as_native;
    }
    as_native.max(heard(a, b))
}

/// How alike a native Chinese or Korean name part and a word in other letters sound.
fn native_likeness(a: &Form, b: &Form) -> Option<u16> {
    if a.skeleton != b.skeleton {
        return None;
    }
    let strict = if a.script == Script::Korean { STRICT_KOREAN } else { STRICT_CHINESE };
    let least = least(SOUND_NATIVE_MIN, strict);
    let likeness = if a.script == Script::Korean && b.script == Script::Latin {
        sound::similarity(Ear::Native, &a.sounds, &sound::korean(&b.ascii), least)
    } else {
        sound::similarity(Ear::Native, &a.sounds, &b.sounds, least)
    };
    scaled(likeness, strict, SOUND_NATIVE_MIN)
}

/// How alike two words of different scripts sound.
fn heard(a: &Form, b: &Form) -> Option<u16> {
    let (ear, strict) = ear(a.look, b.look);
    // One consonant is too little to go by unless nearly all is the same.
    let alone = a.skeleton.max(b.skeleton) <= 0xf && matches!(ear, Ear::Consonants);
    let floor = if alone { SOUND_SHORT_MIN } else { SOUND_ACROSS_MIN };
    scaled(sound::similarity(ear, &a.sounds, &b.sounds, least(floor, strict)), strict, floor)
}

/// The least likeness of sounds that still reaches `floor` when differences weigh `strict`.
fn least(floor: u16, strict: u32) -> u16 {
    (1000 - (u32::from(1000 - floor) * 1000).div_ceil(strict) as u16).min(999)
}

fn scaled(likeness: u16, strict: u32, floor: u16) -> Option<u16> {
    let scaled = 1000_u32.saturating_sub((1000 - u32::from(likeness)) * strict / 1000) as u16;
    (scaled >= floor).then_some(scaled)
}

/// How much a difference between native syllables weighs.
const STRICT_CHINESE: u32 = 3000;
const STRICT_KOREAN: u32 = 2600;

/// What to listen for across two scripts, and how much a difference weighs: set so that about one in a thousand
/// unrelated words of that script reaches 700.
pub(crate) fn ear(a: Look, b: Look) -> (Ear, u32) {
    let either = |s: Script| a.script() == s || b.script() == s;
    if either(Script::Korean) {
        (Ear::Native, STRICT_KOREAN)
    } else if either(Script::Chinese) {
        (Ear::Native, STRICT_CHINESE)
    } else if either(Script::Hangul) {
        (Ear::Syllables, 900)
    } else if either(Script::Syllabic) || either(Script::Syllables) {
        (Ear::Syllables, 1750)
    } else if either(Script::Arabic) {
        (Ear::Consonants, 2000)
    } else if either(Script::Hebrew) {
        (Ear::Consonants, 1000)
    } else if either(Script::Other) {
        (Ear::Exact, 1800)
    } else {
        (Ear::Exact, 1000)
    }
}

/// Equal, or equal after dropping at most one consonant on each side; of native name parts nothing is dropped, and
/// of short skeletons no consonant on both sides, since little would be left to go by.
pub(crate) fn skeletons_close(a: u64, b: u64, native: bool) -> bool {
    if a == b || native {
        return a == b;
    }
    let dropped = |x: u64, y: u64| x >= SKELETON_DROP_FROM && skeleton_deletions(x).any(|d| d == y);
    dropped(a, b)
        || dropped(b, a)
        || (may_change(a.min(b)) && skeleton_deletions(a).any(|x| skeleton_deletions(b).any(|y| x == y)))
}

/// Skeletons of two consonants and more may lose one, of three and more may have one changed.
const SKELETON_DROP_FROM: u64 = 0x10;
const SKELETON_CHANGE_FROM: u64 = 0x100;

/// Whether two tokens that sound alike across scripts may each lack a consonant of the other, when one has this skeleton.
pub fn may_change(skeleton: u64) -> bool {
    skeleton >= SKELETON_CHANGE_FROM
}

/// A skeleton with one consonant dropped, each in turn. Tokens of different scripts that sound alike have equal
/// skeletons, or one's skeleton among the other's deletions, or a deletion in common.
pub fn skeleton_deletions(skeleton: u64) -> impl Iterator<Item = u64> {
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

/// How alike two tokens of the left name, written together, are to one of the right.
pub fn near_joined(joined: &Form, right: &Form) -> Option<Near> {
    if !joins(joined, right) {
        return None;
    }
    as_joined(joined, right, near(joined, right)?)
}

/// Whether two tokens written together can stand for that one: across scripts only native syllables do.
fn joins(joined: &Form, right: &Form) -> bool {
    joined.script == right.script || joins_across(joined)
}

/// Whether these two tokens written together can stand for a token of any other script.
pub fn joins_across(joined: &Form) -> bool {
    native(joined)
}

/// The outcome of [`near_joined`] when [`near`] of the two is known.
pub fn as_joined(joined: &Form, right: &Form, near: Near) -> Option<Near> {
    (joins(joined, right)
        && near.how != How::Equivalent
        && (native(joined) || joined.ascii.len() >= 2 * GLUED_PART_MIN))
        .then_some(Near { likeness: near.likeness.min(GLUED), how: How::Glued })
}

/// Likeness when the other part is exact.
fn glued_part(rest: &[u8], part: &[u8], length: usize) -> Option<u16> {
    edit::distance(rest, part, 1)?;
    Some(GLUED.saturating_sub((edit::cost(rest, part) / length as u32) as u16))
}

/// Whether two ASCII texts are at most one typing error apart.
pub fn one_error(a: &[u8], b: &[u8]) -> bool {
    edit::distance(a, b, 1).is_some()
}
