//! Lines the tokens of two names up and weighs what matched against what was left over. The rule in one line:
//! *likeness of the matched weight, over the matched weight plus what is left over*, where a word left over on both
//! sides is a contradiction and counts double, and a word only the listed name has counts little.

use crate::name::{Role, Token};
use serde::{Deserialize, Serialize};

/// Likeness of two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// 0 to 1000.
    pub likeness: u16,
    /// By what.
    pub how: How,
}

/// What makes two tokens alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The same letters.
    Same,
    /// Equivalent by dictionary: nickname, translation, number word.
    Equivalent,
    /// A few typing errors apart.
    Spelling,
    /// Alike in sound.
    Sound,
    /// Alike in sound across two scripts.
    Transcribed,
    /// One side writes as one word what the other writes as two.
    Glued,
    /// A single letter standing for the word.
    Initial,
}

/// A part of the left name matched with a part of the right: token ranges, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchedUnit {
    /// Tokens of the left name.
    pub left: (u8, u8),
    /// Tokens of the right name.
    pub right: (u8, u8),
    /// How alike.
    pub near: Near,
    /// Weight that counts: the lesser of the two sides', in thousandths of a bit.
    pub weight: u32,
}

/// Outcome of weighing two names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weighed {
    /// 0 to 1000.
    pub similarity: u16,
    /// Weight matched, each unit times its likeness, in thousandths of a bit.
    pub matched: u32,
    /// Weight left over in the left name.
    pub left_over: u32,
    /// Weight left over in the right name.
    pub right_over: u32,
}

/// Working memory for [`weigh`]; keep one and reuse it.
#[derive(Debug, Default)]
pub struct Weighing {
    candidates: Vec<MatchedUnit>,
    units: Vec<MatchedUnit>,
}

impl Weighing {
    /// The matched units of the last weighing, in the order of the left name.
    pub fn units(&self) -> &[MatchedUnit] {
        &self.units
    }
}

/// Share of left-over weight that counts, in thousandths: left (the query) and right (the listed name).
pub(crate) const LEFT_OVER: u32 = 500;
pub(crate) const LEFT_OVER_ONE_WORD: u32 = 1_000;
/// Weight from which on an agreement in part is as good as it looks: enough to single one name out among sixty million.
pub(crate) const ENOUGH: u32 = 26_000;
/// The same for companies, of which there are fewer than people and which one word names as often as not.
pub(crate) const ENOUGH_COMPANY: u32 = 18_000;
/// What an agreement in part has less than that counts against it: thousandths of similarity for each bit lacking
/// if no part agreed, in thousandths.
pub(crate) const SHORTAGE: u32 = 47_000;
const NATIVE_OVER: u32 = 1_000;
pub(crate) const RIGHT_OVER: u32 = 300;
/// Share of a father's name that does not count when the query leaves it out, in thousandths.
pub(crate) const FATHERS_SPARED: u32 = 800;
const RIGHT_OVER_RARER: u32 = 450;
/// How much more they count for each inexact word among those that agree, and for how many at most.
const RIGHT_OVER_INEXACT: u32 = 90;
const INEXACT_MAX: u32 = 3;
/// From this weight on a unit is a word that names.
pub(crate) const TELLING: u32 = 3_000;
/// By how much more a difference counts for each further inexact word, in thousandths.
const INEXACT: u32 = 500;
/// How much rarer than anything that agrees a left-over word must be to count for more, in thousandths of a bit.
const RARER: u32 = 3_000;
/// A word on each side that has no partner is a contradiction, however common the words are: least weight and share.
pub(crate) const CONTRADICTION_MIN: u32 = 9_000;
pub(crate) const CONTRADICTION: u32 = 1_400;
/// Most letters by which two joined tokens and their match differ in length.
const JOINED_LENGTHS: usize = 2;
pub(crate) const INITIAL_LIKENESS: u16 = 900;

/// Weighs `left` (the query) against `right` (the listed name). `pair(i, j)` tells how near tokens `i` and `j`
/// are; `glued(i, n, j, m)` the same for `n` tokens from `i` against `m` from `j`, where one of `n`, `m` is 2.
pub fn weigh(
    work: &mut Weighing,
    left: &[Token],
    right: &[Token],
    mut pair: impl FnMut(usize, usize) -> Option<Near>,
    mut glued: impl FnMut((usize, usize), (usize, usize)) -> Option<Near>,
) -> Weighed {
    work.candidates.clear();
    work.units.clear();
    for (i, l) in left.iter().enumerate() {
        for (j, r) in right.iter().enumerate() {
            let near = pair(i, j).or_else(|| initial(*l, *r));
            if let Some(near) = near {
                push(work, (i, i + 1), (j, j + 1), near, l.weight.into(), r.weight.into());
            }
        }
    }
    for (i, l) in left.iter().enumerate() {
        for (j, (r, next)) in right.iter().zip(right.iter().skip(1)).enumerate() {
            if lengths_fit(l.length, r.length, next.length)
                && let Some(near) = glued((i, i + 1), (j, j + 2))
            {
                push(work, (i, i + 1), (j, j + 2), near, l.weight.into(), sum(*r, *next));
            }
        }
    }
    for (j, r) in right.iter().enumerate() {
        for (i, (l, next)) in left.iter().zip(left.iter().skip(1)).enumerate() {
            if lengths_near(r.length, l.length, next.length)
                && let Some(near) = glued((i, i + 2), (j, j + 1))
            {
                push(work, (i, i + 2), (j, j + 1), near, sum(*l, *next), r.weight.into());
            }
        }
    }
    choose(work);
    total(work, left, right)
}

fn lengths_fit(whole: u8, first: u8, second: u8) -> bool {
    usize::from(whole).abs_diff(usize::from(first) + usize::from(second)) <= 1
}

fn lengths_near(whole: u8, first: u8, second: u8) -> bool {
    usize::from(whole).abs_diff(usize::from(first) + usize::from(second)) <= JOINED_LENGTHS
}

fn sum(a: Token, b: Token) -> u32 {
    u32::from(a.weight) + u32::from(b.weight)
}

fn initial(l: Token, r: Token) -> Option<Near> {
    let stands = (l.role == Role::Initial && r.role == Role::Word)
        || (r.role == Role::Initial && l.role == Role::Word);
    (stands && l.first == r.first).then_some(Near { likeness: INITIAL_LIKENESS, how: How::Initial })
}

fn push(
    work: &mut Weighing,
    left: (usize, usize),
    right: (usize, usize),
    near: Near,
    left_weight: u32,
    right_weight: u32,
) {
    let (left, right) = ((left.0 as u8, left.1 as u8), (right.0 as u8, right.1 as u8));
    work.candidates.push(MatchedUnit { left, right, near, weight: left_weight.min(right_weight) });
}

/// Takes the most telling unit first, then the next that does not overlap; ties in reading order.
fn choose(work: &mut Weighing) {
    let Weighing { candidates, units } = work;
    if candidates.len() > 1 {
        candidates.sort_unstable_by_key(|u| {
            (
                std::cmp::Reverse(u.weight * u32::from(u.near.likeness)),
                u.left.0.abs_diff(u.right.0),
                u.left,
                u.right,
            )
        });
    }
    let (mut left_used, mut right_used) = (0_u32, 0_u32);
    for unit in candidates.iter() {
        let (l, r) = (bits(unit.left), bits(unit.right));
        if left_used & l == 0 && right_used & r == 0 {
            left_used |= l;
            right_used |= r;
            units.push(*unit);
        }
    }
    units.sort_unstable_by_key(|u| u.left);
}

fn bits((from, to): (u8, u8)) -> u32 {
    (u32::MAX >> (32 - u32::from(to - from).max(1))) << from
}

fn total(work: &Weighing, left: &[Token], right: &[Token]) -> Weighed {
    let (mut alike, mut counted) = (0_u32, 0_u32);
    let (mut left_used, mut right_used) = (0, 0);
    let (mut any_word, mut rarest) = (false, 0);
    let (mut words, mut inexact, mut typed) = (0_u32, 0_u32, 0_u32);
    let (mut left_extra, mut right_extra) = (0, 0);
    for unit in &work.units {
        left_used |= bits(unit.left);
        right_used |= bits(unit.right);
        alike += unit.weight * u32::from(unit.near.likeness) / 1000;
        counted += unit.weight;
        if unit.near.how == How::Initial || stands_in(unit, left, right) {
            // What the initial leaves unsaid of the word stays open.
            left_extra += weight_of(left, unit.left) - unit.weight;
            right_extra += weight_of(right, unit.right) - unit.weight;
        } else {
            any_word = true;
            rarest = rarest.max(unit.weight);
            words += u32::from(unit.weight >= TELLING);
            let differs = u32::from(unit.near.likeness < 1000 && unit.weight >= TELLING);
            inexact += differs;
            // Transcription errs in its own habits: its differences are one, not several.
            typed += if unit.near.how == How::Transcribed { 0 } else { differs };
        }
    }
    if !any_word {
        return Weighed::default();
    }
    let (l, r) = (Open::of(left, left_used), Open::of(right, right_used));
    // Words the list has besides count little, unless they tell more than all that agrees.
    let right_share = if r.rarest > rarest + RARER { RIGHT_OVER_RARER } else { RIGHT_OVER };
    let right_share = right_share + inexact.min(INEXACT_MAX) * RIGHT_OVER_INEXACT;
    // One word out of several is not a name.
    let left_share = if words <= 1 && l.names { LEFT_OVER_ONE_WORD } else { LEFT_OVER };
    // A Korean or Chinese name has no part to spare: a syllable left over on either side is another name.
    let native = left.iter().chain(right).any(|t| t.syllable);
    let (left_share, right_share) =
        if native { (NATIVE_OVER, NATIVE_OVER) } else { (left_share, right_share) };
    // Two small differences are less likely between spellings of one name than one.
    let lost = (counted - alike) * (1000 + typed.saturating_sub(1) * INEXACT) / 1000;
    let alike = counted.saturating_sub(lost);
    let mut open = (l.weight + left_extra) * left_share / 1000
        + (r.weight - r.numbers - r.fathers * FATHERS_SPARED / 1000 + right_extra) * right_share / 1000
        + r.numbers;
    if l.names && r.names {
        open += (l.words.min(r.words)).max(CONTRADICTION_MIN) * CONTRADICTION / 1000;
    }
    let whole = (counted + open).max(1);
    let company = left.iter().chain(right).any(|t| t.role == Role::Legal);
    let enough = if company { ENOUGH_COMPANY } else { ENOUGH };
    let unsaid = left_extra * left_share / 1000 + right_extra * right_share / 1000;
    let apart = open.saturating_sub(unsaid) + if inexact > 1 { lost.min(counted) } else { 0 };
    let short = enough.saturating_sub(alike) / 1000 * (apart * 1000 / whole) * SHORTAGE / 1_000_000;
    let mut similarity = (alike * 1000 / whole).saturating_sub(short) as u16;
    if generations_swapped(work, left, right) || (native && syllables_moved(work)) {
        similarity = similarity * 6 / 10;
    }
    Weighed { similarity, matched: alike, left_over: l.weight, right_over: r.weight }
}

/// What one side has left over.
#[derive(Default)]
struct Open {
    /// All of it.
    weight: u32,
    /// Words and initials.
    words: u32,
    /// Numbers.
    numbers: u32,
    /// Words that name the father.
    fathers: u32,
    /// The rarest word.
    rarest: u32,
    /// Whether any of it names: a word or an initial.
    names: bool,
}

impl Open {
    fn of(tokens: &[Token], used: u32) -> Self {
        let mut out = Self::default();
        for (i, token) in tokens.iter().enumerate() {
            if used >> i & 1 == 1 {
                continue;
            }
            let weight = u32::from(token.weight);
            out.weight += weight;
            if token.patronymic {
                out.fathers += weight;
            }
            match token.role {
                Role::Word | Role::Initial => {
                    out.words += weight;
                    out.rarest = out.rarest.max(weight);
                    out.names = true;
                }
                Role::Number => out.numbers += weight,
                Role::Particle | Role::Title | Role::Legal => {}
            }
        }
        out
    }
}

fn weight_of(tokens: &[Token], (from, to): (u8, u8)) -> u32 {
    tokens.iter().take(to.into()).skip(from.into()).map(|t| u32::from(t.weight)).sum()
}

/// The family name of a Korean or Chinese name may come first or last, but its syllables keep their order: read in
/// the order of one side, the other goes round at most once.
fn syllables_moved(work: &Weighing) -> bool {
    let right = work.units.iter().map(|u| u.right.0);
    let next = right.clone().skip(1).chain(right.clone().take(1));
    work.units.len() > 2 && right.zip(next).filter(|(a, b)| a > b).count() > 1
}

/// Whether a particle or title only sounds like a word in another script: what that word says stays open. (In one
/// script it is more likely the particle with a typing error.)
fn stands_in(unit: &MatchedUnit, left: &[Token], right: &[Token]) -> bool {
    let role = |tokens: &[Token], (from, to): (u8, u8)| {
        tokens.get(usize::from(from)).filter(|_| to == from + 1).map(|t| t.role)
    };
    let (Some(l), Some(r)) = (role(left, unit.left), role(right, unit.right)) else { return false };
    unit.near.how == How::Transcribed && l != r && (l == Role::Word || r == Role::Word)
}

/// "A bin B" is the son of B, "B bin A" his father: the same words the other way round are another person.
fn generations_swapped(work: &Weighing, left: &[Token], right: &[Token]) -> bool {
    let (Some(l), Some(r)) = (left.iter().position(|t| t.chain), right.iter().position(|t| t.chain)) else {
        return false;
    };
    if l == 0 || r == 0 {
        return false;
    }
    let partner =
        |i: usize| work.units.iter().find(|u| usize::from(u.left.0) == i).map(|u| usize::from(u.right.0));
    partner(l - 1) == Some(r + 1) && partner(l + 1) == Some(r - 1)
}
