//! Two names that are one name mistyped. Typing errors do not respect words: a blank moves, goes or comes, and two
//! slips may fall into one short word. So what the alignment leaves open is compared once more with the blanks taken
//! out, and two errors in all are forgiven when the name is long enough to bear them.

use crate::align::{How, MatchedUnit, Near, Pairing, bits};
use crate::edit;
use crate::name::{Form, NameKind, Role, Token};
use crate::romanise::Script;
use crate::words;
use bytemuck::{Pod, Zeroable};

/// Most errors forgiven in a whole name.
const ERRORS_MAX: usize = 2;
/// Letters a name must have for one error, and for two.
const LETTERS_MIN: [usize; 3] = [0, 6, 8];
/// Letters that must be left open on each side, so that nothing is an error that replaces all there is.
const OPEN_MIN: usize = 3;
/// Letters an organisation's or object's open words must have for each error: their short words are made up.
const LETTERS_PER_ERROR: usize = 4;
/// Likeness with this many errors in the shortest name that bears them; longer names gain for each letter, to a limit.
const LIKENESS: [u16; 3] = [960, 820, 700];
const LIKENESS_PER_LETTER: usize = 8;
const LIKENESS_GAIN_MAX: usize = 100;

/// One name mistyped as the other.
pub(crate) struct Typed {
    /// How alike, 0 to 1000.
    pub(crate) likeness: u16,
    /// Tokens of the left name whose letters were compared without blanks.
    pub(crate) left: u32,
    /// Tokens of the right name.
    pub(crate) right: u32,
}

impl Token {
    /// Whether its letters are part of the name proper.
    pub fn tells(&self) -> bool {
        matches!(self.role, Role::Word | Role::Initial | Role::Number)
    }
}

fn length(tokens: impl Iterator<Item = Token>) -> usize {
    tokens.filter(Token::tells).map(|t| usize::from(t.length)).sum()
}

/// A name at a glance: how many letters its telling words have together, and how often each. Lies in files as it lies in
/// memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Sketch([u32; 2]);

impl Sketch {
    /// Bits that hold the length; the letters lie above them, two bits for each, which count to three and begin anew.
    const LENGTH_BITS: u32 = 6;
    /// Longer names count as this long.
    const LENGTH_MAX: u64 = (1 << Self::LENGTH_BITS) - 1;
    /// The higher bit of each letter.
    const HIGH: u64 = 0x000a_aaaa_aaaa_aaaa;

    /// The sketch of a name's tokens and their forms.
    pub fn of(tokens: &[Token], forms: &[Form]) -> Self {
        let telling = tokens.iter().zip(forms).filter(|(t, _)| t.tells());
        let letters = telling.flat_map(|(_, form)| form.ascii.bytes()).fold(0, |counts, b| {
            // Letters are 1 to 26 in their lowest bits, digits fall together with some of them.
            let one = 1_u64 << (2 * (u32::from(b).wrapping_sub(1) & 31) % 52);
            Self::apart(counts, Self::apart(0, one))
        });
        let length = (length(tokens.iter().copied()) as u64).min(Self::LENGTH_MAX);
        let packed = letters << Self::LENGTH_BITS | length;
        Self([packed as u32, (packed >> 32) as u32])
    }

    fn packed(self) -> u64 {
        u64::from(self.0[1]) << 32 | u64::from(self.0[0])
    }

    /// Differences of counts, each by itself. Bits that are no count's, as in a forged index, must not end the process.
    const fn apart(a: u64, b: u64) -> u64 {
        (a | Self::HIGH).wrapping_sub(b & !Self::HIGH) ^ ((a ^ !b) & Self::HIGH)
    }

    /// Letters that the telling words have together, `None` when they are too many to be counted.
    pub fn length(self) -> Option<usize> {
        let length = self.packed() & Self::LENGTH_MAX;
        (length < Self::LENGTH_MAX).then_some(length as usize)
    }

    /// Whether [`could_be_typed`] may hold of the two names.
    pub fn could_be_typed(self, other: Self) -> bool {
        let (a, b) = (self.packed() & Self::LENGTH_MAX, other.packed() & Self::LENGTH_MAX);
        a.abs_diff(b) as usize <= ERRORS_MAX && a.max(b) as usize >= LETTERS_MIN[1]
    }

    /// Whether the letters are those of one name mistyped as the other: an error takes one away and adds one at most. A word
    /// that is settled although it has other letters (see [`Near::is_settled`]) is not allowed for.
    pub fn letters_fit(self, other: Self) -> bool {
        let apart = Self::apart(self.packed() >> Self::LENGTH_BITS, other.packed() >> Self::LENGTH_BITS);
        let (odd, two) = (apart & !Self::HIGH, (apart & Self::HIGH) >> 1 & !apart);
        // Three apart may be one the other way.
        (odd.count_ones() + 2 * two.count_ones()) as usize <= 2 * ERRORS_MAX
    }
}

/// Whether the names are long enough, and near enough in length, to be one name mistyped: only such names can be like
/// each other although most of their weight has no near word.
pub fn could_be_typed(left: &[Token], right: impl Iterator<Item = Token>) -> bool {
    let (l, r) = (length(left.iter().copied()), length(right));
    l.abs_diff(r) <= ERRORS_MAX && l.max(r) >= LETTERS_MIN[1]
}

/// By which words a name is found that is the query mistyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchors {
    /// The heaviest token, which may be near.
    pub near: Option<usize>,
    /// The next, which must be exact.
    pub exact: Option<usize>,
}

impl Anchors {
    /// Of the query's tokens; single letters come last, the first of equals first.
    pub fn of(left: &[Token]) -> Self {
        let order =
            |at: &usize| left.get(*at).map(|t| (t.role != Role::Initial, t.weight, std::cmp::Reverse(*at)));
        let near = (0..left.len()).max_by_key(order);
        let exact = (0..left.len()).filter(|at| Some(*at) != near).max_by_key(order);
        Self { near, exact }
    }
}

/// Tells whether what `units` leave open or inexact differs by few typing errors in all.
pub(crate) fn typed(
    units: &[MatchedUnit],
    left: &[Token],
    right: &[Token],
    pairing: &impl Pairing,
) -> Option<Typed> {
    if !could_be_typed(left, right.iter().copied()) {
        return None;
    }
    let anchors = Anchors::of(left);
    let (mut settled_left, mut settled_right, mut anchored) = (0, 0, false);
    for unit in units {
        let near = |at: usize| unit.near.how != How::Initial && bits(unit.left) >> at & 1 == 1;
        anchored |= anchors.near.is_some_and(near);
        if unit.near.is_settled() {
            settled_left |= bits(unit.left);
            settled_right |= bits(unit.right);
            anchored |= unit.near.how == How::Same && anchors.exact == Some(usize::from(unit.left.0));
        }
    }
    if !anchored {
        return None;
    }
    let l = Open::of(left, settled_left, |at| pairing.left(at))?;
    let r = Open::of(right, settled_right, |at| pairing.right(at))?;
    if l.script != r.script || !l.digits().eq(r.digits()) || l.length.min(r.length) < OPEN_MIN {
        return None;
    }
    let whole = length(left.iter().copied()).max(length(right.iter().copied()));
    let open = l.length.max(r.length);
    let may_be_person = matches!(pairing.kind(), NameKind::Person | NameKind::Unknown);
    let allowed = (1..=ERRORS_MAX).rev().find(|errors| {
        LETTERS_MIN.get(*errors).is_some_and(|least| whole >= *least)
            && (may_be_person || open >= errors * LETTERS_PER_ERROR)
    });
    let errors = edit::distance(l.text(), r.text(), allowed.unwrap_or(0))?;
    let countries_differ = |(i, j)| match (pairing.left(i), pairing.right(j)) {
        (Some(a), Some(b)) => words::other_countries(&a, &b),
        _ => false,
    };
    if places(l.tokens).flat_map(|i| places(r.tokens).map(move |j| (i, j))).any(countries_differ) {
        return None;
    }
    let gain = (whole.saturating_sub(*LETTERS_MIN.get(errors)?) * LIKENESS_PER_LETTER).min(LIKENESS_GAIN_MAX);
    let likeness = (*LIKENESS.get(errors)? + gain as u16).min(LIKENESS[0]);
    Some(Typed { likeness, left: l.tokens, right: r.tokens })
}

/// The places of tokens that are in a set.
fn places(set: u32) -> impl Iterator<Item = usize> + Clone {
    (0..32).filter(move |at| set >> at & 1 == 1)
}

/// From this likeness on a unit needs no second look: equal but for a blank.
const SETTLED_MIN: u16 = 970;

impl Near {
    /// Whether what is this near needs no second look when names are compared without blanks.
    pub fn is_settled(self) -> bool {
        matches!(self.how, How::Same | How::Equivalent | How::Glued) && self.likeness >= SETTLED_MIN
    }
}

/// Letters of one side that are not settled, blanks taken out.
struct Open {
    letters: [u8; edit::LETTERS_MAX],
    length: usize,
    script: Option<Script>,
    tokens: u32,
}

impl Open {
    /// `None` when there are too many or in several scripts, or in one where letters are not what is typed.
    fn of<'f>(tokens: &[Token], settled: u32, form: impl Fn(usize) -> Option<Form<'f>>) -> Option<Self> {
        let mut out = Self { letters: [0; edit::LETTERS_MAX], length: 0, script: None, tokens: 0 };
        for (at, _) in tokens.iter().enumerate().filter(|(i, t)| settled >> i & 1 == 0 && t.tells()) {
            let form = form(at)?;
            if form.look.native() || out.script.is_some_and(|s| s != form.script) {
                return None;
            }
            out.script = Some(form.script);
            let text = form.ascii.as_bytes();
            out.letters.get_mut(out.length..out.length + text.len())?.copy_from_slice(text);
            out.length += text.len();
            out.tokens |= 1 << at;
        }
        Some(out)
    }

    fn text(&self) -> &[u8] {
        self.letters.get(..self.length).unwrap_or_default()
    }

    fn digits(&self) -> impl Iterator<Item = &u8> {
        self.text().iter().filter(|b| b.is_ascii_digit())
    }
}
