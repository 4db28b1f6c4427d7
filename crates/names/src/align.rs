//! Lines the tokens of two names up: which part of one stands for which part of the other. What that is worth is
//! decided in `total`.

use crate::name::{Form, NameKind, Role, Token};
use crate::total::{DISTINGUISHED_MAX, total};
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
    /// Whether the similarity supposes that both are of one country: only one names it, and is known to be of it.
    pub home: bool,
}

impl Weighed {
    /// The same for two that are known to be of different countries: the place tells sister companies apart.
    #[must_use]
    pub fn elsewhere(self) -> Self {
        let most = if self.home { DISTINGUISHED_MAX } else { self.similarity };
        Self { similarity: self.similarity.min(most), ..self }
    }
}

/// Working memory for [`weigh`]; keep one and reuse it.
#[derive(Debug, Default)]
pub struct Weighing {
    pub(crate) candidates: Vec<MatchedUnit>,
    pub(crate) units: Vec<MatchedUnit>,
}

impl Weighing {
    /// The matched units of the last weighing, in the order of the left name.
    pub fn units(&self) -> &[MatchedUnit] {
        &self.units
    }
}

/// Most letters by which two tokens written together differ in length from the token that they stand for.
pub const JOINED_LENGTHS: usize = 2;
pub(crate) const INITIAL_LIKENESS: u16 = 900;

/// What [`weigh`] asks about the tokens of the two names, by their places.
pub trait Pairing {
    /// What bears the left name.
    fn kind(&self) -> NameKind;
    /// How near a token of the left name and one of the right are.
    fn pair(&self, left: usize, right: usize) -> Option<Near>;
    /// The same for a range of tokens written together on one side, ends exclusive; one of the two is a single token.
    fn glued(&self, left: (usize, usize), right: (usize, usize)) -> Option<Near>;
    /// Spelling of a token of the left name.
    fn left(&self, at: usize) -> Option<Form<'_>>;
    /// Spelling of a token of the right name.
    fn right(&self, at: usize) -> Option<Form<'_>>;
}

/// Weighs `left` (the query) against `right` (the listed name).
pub fn weigh(work: &mut Weighing, left: &[Token], right: &[Token], pairing: &impl Pairing) -> Weighed {
    work.candidates.clear();
    work.units.clear();
    for (i, l) in left.iter().enumerate() {
        for (j, r) in right.iter().enumerate() {
            let near = pairing.pair(i, j).or_else(|| initial(*l, *r));
            if let Some(near) = near {
                push(work, (i, i + 1), (j, j + 1), near, l.weight.into(), r.weight.into());
            }
        }
    }
    for (i, l) in left.iter().enumerate() {
        for (j, (r, next)) in right.iter().zip(right.iter().skip(1)).enumerate() {
            if lengths_fit(l.length, r.length, next.length)
                && let Some(near) = pairing.glued((i, i + 1), (j, j + 2))
                && !alone(pairing, near, [(i, j), (i, j + 1)])
            {
                push(work, (i, i + 1), (j, j + 2), near, l.weight.into(), sum(*r, *next));
            }
        }
    }
    for (j, r) in right.iter().enumerate() {
        for (i, (l, next)) in left.iter().zip(left.iter().skip(1)).enumerate() {
            if lengths_near(r.length, l.length, next.length)
                && let Some(near) = pairing.glued((i, i + 2), (j, j + 1))
                && !alone(pairing, near, [(i, j), (i + 1, j)])
            {
                push(work, (i, i + 2), (j, j + 1), near, sum(*l, *next), r.weight.into());
            }
        }
    }
    choose(work);
    total(work, left, right, pairing)
}

/// Whether one of the parts is as near without the other: what agrees alone is not written together with its neighbour.
fn alone(pairing: &impl Pairing, joined: Near, parts: [(usize, usize); 2]) -> bool {
    parts.iter().any(|(i, j)| pairing.pair(*i, *j).is_some_and(|part| part.likeness >= joined.likeness))
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

pub(crate) fn bits((from, to): (u8, u8)) -> u32 {
    (u32::MAX >> (32 - u32::from(to - from).max(1))) << from
}
