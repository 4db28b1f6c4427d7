//! Weighs what matched against what was left over. The rule in one line: *likeness of the matched weight, over the
//! matched weight plus what is left over*, where a word left over on both sides is a contradiction and counts double,
//! and a word only the listed name has counts little.

use crate::align::{How, MatchedUnit, Near, Pairing, Weighed, Weighing, bits};
use crate::misheard;
use crate::name::{NameKind, Part, Role, Token};
use crate::typed;
use crate::whole::whole;

/// Share of left-over weight that counts, in thousandths: left (the query) and right (the listed name).
pub(crate) const LEFT_OVER: u32 = 400;
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
/// Share of a father's name that does not count when one side leaves it out, in thousandths.
pub(crate) const FATHERS_SPARED: u32 = 800;
const RIGHT_OVER_RARER: u32 = 450;
/// How much more they count for each inexact word among those that agree, and for how many at most.
const RIGHT_OVER_INEXACT: u32 = 150;
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
/// A word left over on both sides keeps two names under the threshold, however much else agrees: people of one family
/// and firms of one group share most of their names.
pub(crate) const CONTRADICTED_MAX: u16 = 650;
/// A place or a number that only one of two organisations has tells sister companies and sister ships apart: their names
/// alone stay just under the threshold, and the least other sign brings them up.
pub(crate) const DISTINGUISHED_MAX: u16 = 690;
/// Two given names in the other order, and nothing else: lists mix orders, but a son's name turned round is his father's.
const TURNED_MAX: u16 = 720;
/// Both sides say which is the family name, and it is the other's given name: just under the threshold, since lists take
/// one for the other.
const EXCHANGED_MAX: u16 = 690;
/// Letters from which on the only word of an organisation or thing may be inexact.
const ALONE_INEXACT_MIN: u8 = 4;
/// What a title leaves open of the listed name when it stands for the given name, and the weight the family name needs.
pub(crate) const RIGHT_OVER_TITLED: u32 = 100;
pub(crate) const ENOUGH_TITLED: u32 = 12_000;

/// Weighs the chosen units, or the two names as wholes where that says more.
pub(crate) fn total(work: &mut Weighing, left: &[Token], right: &[Token], pairing: &impl Pairing) -> Weighed {
    let by_words = by_words(work, left, right, pairing);
    whole(work, left, right, pairing, by_words.similarity).unwrap_or(by_words)
}

fn by_words(work: &mut Weighing, left: &[Token], right: &[Token], pairing: &impl Pairing) -> Weighed {
    let mut sum = Sum::of(&work.units, left, right);
    if !sum.any_word {
        return Weighed::default();
    }
    let native = is_native(left, right);
    let (mut l, mut r) = (Open::of(left, sum.left_used), Open::of(right, sum.right_used));
    // Where only one side has words over, those said twice add nothing and lack nothing. Syllables recur by nature.
    if !native && l.names != r.names {
        l = Open::of(left, sum.left_used | repeated(work, |u| u.left));
        r = Open::of(right, sum.right_used | repeated(work, |u| u.right));
    }
    let similarity = sum.similarity(&l, &r, left, right);
    let moved = generations_swapped(work, left, right) || (native && syllables_moved(work));
    let mut similarity = if moved { similarity * 6 / 10 } else { similarity };
    // A native name has no part to spare.
    if (l.names && r.names && !sum.transcribed) || (native && (l.names || r.names)) {
        similarity = similarity.min(CONTRADICTED_MAX);
    }
    let told = |open: &Open| open.distinguishes || open.home;
    let distinguished = pairing.kind() != NameKind::Person
        && told(&l) != told(&r)
        // A single letter may be a Roman number that the other side has too.
        && !(l.initials && told(&r))
        && !(r.initials && told(&l));
    if distinguished && (l.distinguishes || r.distinguishes) {
        similarity = similarity.min(DISTINGUISHED_MAX);
    }
    let parts = Parts::of(&work.units, left, right);
    if parts == Parts::Exchanged {
        similarity = similarity.min(EXCHANGED_MAX);
    } else if parts == Parts::Unsaid && turned(work, left, right) {
        similarity = similarity.min(TURNED_MAX);
    }
    if !matches!(pairing.kind(), NameKind::Person | NameKind::Unknown) && short_and_inexact(work, left, right)
    {
        similarity = similarity.min(DISTINGUISHED_MAX);
    }
    if !moved
        && parts != Parts::Exchanged
        && let Some(typed) = typed::typed(&work.units, left, right, pairing)
        && typed.likeness > similarity
    {
        let matched = retyped(work, left, right, &typed);
        return Weighed { similarity: typed.likeness, matched, ..Weighed::default() };
    }
    if !moved
        && parts != Parts::Exchanged
        && similarity < misheard::LIKENESS
        && sum.transcribed
        && misheard::misheard(&work.units, left, right, pairing)
    {
        similarity = misheard::LIKENESS;
    }
    let home = distinguished && similarity > DISTINGUISHED_MAX;
    Weighed { similarity, matched: sum.alike, left_over: l.weight, right_over: r.weight, home }
}

/// Puts one unit in the place of those that a whole-name comparison overrules, where it is one stretch on both sides;
/// returns the weight matched.
fn retyped(work: &mut Weighing, left: &[Token], right: &[Token], typed: &typed::Typed) -> u32 {
    work.units.retain(|u| bits(u.left) & typed.left == 0 && bits(u.right) & typed.right == 0);
    let kept: u32 = work.units.iter().map(|u| u.weight * u32::from(u.near.likeness) / 1000).sum();
    let (l, r) = (stretch(typed.left), stretch(typed.right));
    let weight = weight_of(left, l).min(weight_of(right, r));
    let free = |u: &MatchedUnit| bits(u.left) & bits(l) == 0 && bits(u.right) & bits(r) == 0;
    if work.units.iter().all(free) {
        let near = Near { likeness: typed.likeness, how: How::Spelling };
        work.units.push(MatchedUnit { left: l, right: r, near, weight });
        work.units.sort_unstable_by_key(|u| u.left);
    }
    kept + weight * u32::from(typed.likeness) / 1000
}

/// First token of a set and one past the last.
fn stretch(tokens: u32) -> (u8, u8) {
    (tokens.trailing_zeros() as u8, (32 - tokens.leading_zeros()) as u8)
}

fn is_native(left: &[Token], right: &[Token]) -> bool {
    left.iter().chain(right).any(|t| t.syllable)
}

/// Words that are the same as a word of the other side, whether that one found another partner or not.
fn repeated(work: &Weighing, side: impl Fn(&MatchedUnit) -> (u8, u8)) -> u32 {
    let same = work.candidates.iter().filter(|u| u.near.how == How::Same);
    same.fold(0, |set, u| set | bits(side(u)))
}

/// What the matched units add up to.
#[derive(Default)]
struct Sum {
    alike: u32,
    counted: u32,
    left_used: u32,
    right_used: u32,
    /// Weight of words that an initial leaves unsaid.
    left_extra: u32,
    right_extra: u32,
    any_word: bool,
    rarest: u32,
    words: u32,
    inexact: u32,
    typed: u32,
    transcribed: bool,
}

impl Sum {
    fn of(units: &[MatchedUnit], left: &[Token], right: &[Token]) -> Self {
        let mut out = Self::default();
        for unit in units {
            out.left_used |= bits(unit.left);
            out.right_used |= bits(unit.right);
            out.alike += unit.weight * u32::from(unit.near.likeness) / 1000;
            out.counted += unit.weight;
            out.transcribed |= unit.near.how == How::Transcribed;
            if unit.near.how == How::Initial || stands_in(unit, left, right) {
                // What the initial leaves unsaid of the word stays open.
                out.left_extra += weight_of(left, unit.left) - unit.weight;
                out.right_extra += weight_of(right, unit.right) - unit.weight;
            } else {
                out.any_word = true;
                out.rarest = out.rarest.max(unit.weight);
                out.words += u32::from(unit.weight >= TELLING);
                let differs = u32::from(unit.near.likeness < 1000 && unit.weight >= TELLING);
                out.inexact += differs;
                // Transcription errs in its own habits: its differences are one, not several.
                out.typed += if unit.near.how == How::Transcribed { 0 } else { differs };
            }
        }
        out
    }

    /// The share of what agrees; also settles what of the agreement counts.
    fn similarity(&mut self, l: &Open, r: &Open, left: &[Token], right: &[Token]) -> u16 {
        // Words the list has besides count little, unless they tell more than all that agrees.
        let right_share = if r.rarest > self.rarest + RARER { RIGHT_OVER_RARER } else { RIGHT_OVER };
        let right_share = right_share + self.inexact.min(INEXACT_MAX) * RIGHT_OVER_INEXACT;
        // One word out of several is not a name.
        let left_share = if self.words <= 1 && l.names { LEFT_OVER_ONE_WORD } else { LEFT_OVER };
        // A Korean or Chinese name has no part to spare: a syllable left over on either side is another name.
        let (left_share, right_share) = if is_native(left, right) {
            (NATIVE_OVER, NATIVE_OVER)
        } else if self.titled(left) {
            (left_share, RIGHT_OVER_TITLED)
        } else {
            (left_share, right_share)
        };
        // Two small differences are less likely between spellings of one name than one.
        let lost = (self.counted - self.alike) * (1000 + self.typed.saturating_sub(1) * INEXACT) / 1000;
        let alike = self.counted.saturating_sub(lost);
        let mut open = (l.weight - l.fathers * FATHERS_SPARED / 1000 + self.left_extra) * left_share / 1000
            + (r.weight - r.numbers - r.fathers * FATHERS_SPARED / 1000 + self.right_extra) * right_share
                / 1000
            + r.numbers;
        if l.names && r.names {
            open += (l.words.min(r.words)).max(CONTRADICTION_MIN) * CONTRADICTION / 1000;
        }
        let whole = (self.counted + open).max(1);
        let company = left.iter().chain(right).any(|t| t.role == Role::Legal);
        let enough = match () {
            () if self.titled(left) => ENOUGH_TITLED,
            () if company => ENOUGH_COMPANY,
            () => ENOUGH,
        };
        let unsaid = self.left_extra * left_share / 1000 + self.right_extra * right_share / 1000;
        let apart = open.saturating_sub(unsaid) + if self.inexact > 1 { lost.min(self.counted) } else { 0 };
        let short = enough.saturating_sub(alike) / 1000 * (apart * 1000 / whole) * SHORTAGE / 1_000_000;
        self.alike = alike;
        (alike * 1000 / whole).saturating_sub(short) as u16
    }

    /// "President Surname": the title says who is meant among few, when the family name is rare and exact.
    fn titled(&self, left: &[Token]) -> bool {
        self.words == 1
            && self.inexact == 0
            && self.rarest >= ENOUGH_TITLED
            && left.iter().any(|t| t.role == Role::Title)
            && left.iter().filter(|t| matches!(t.role, Role::Word | Role::Initial)).count() == 1
    }
}

/// What one side has left over.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent findings about one side")]
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
    /// Whether any of it is a place or a number, but for the bearer's own country.
    distinguishes: bool,
    /// Whether any of it is the bearer's own country.
    home: bool,
    /// Whether any of it is a single letter.
    initials: bool,
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
                    out.distinguishes |= token.place && !token.home;
                    out.home |= token.home;
                    out.initials |= token.role == Role::Initial;
                }
                Role::Number => {
                    out.numbers += weight;
                    out.distinguishes = true;
                }
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

/// How given and family names agree, where both sides say which is which.
#[derive(PartialEq, Eq)]
enum Parts {
    Unsaid,
    Agree,
    /// Each given name is the other's family name and the other way round.
    Exchanged,
}

impl Parts {
    fn of(units: &[MatchedUnit], left: &[Token], right: &[Token]) -> Self {
        let part = |tokens: &[Token], at: u8| tokens.get(usize::from(at)).map_or(Part::Unsaid, |t| t.part);
        let (mut agree, mut to_family, mut to_given) = (false, false, false);
        for unit in units.iter().filter(|u| u.weight >= TELLING) {
            match (part(left, unit.left.0), part(right, unit.right.0)) {
                (Part::Unsaid, _) | (_, Part::Unsaid) => {}
                (Part::Given, Part::Family) => to_family = true,
                (Part::Family, Part::Given) => to_given = true,
                (Part::Given, Part::Given) | (Part::Family, Part::Family) => agree = true,
            }
        }
        match (agree, to_family && to_given) {
            (true, _) => Self::Agree,
            (false, true) => Self::Exchanged,
            (false, false) => Self::Unsaid,
        }
    }
}

/// Whether both are two given names, each the other way round: which is the family name only the order could say.
fn turned(work: &Weighing, left: &[Token], right: &[Token]) -> bool {
    let two = |tokens: &[Token]| tokens.len() == 2 && tokens.iter().all(|t| t.given);
    let [first, second] = work.units.as_slice() else { return false };
    two(left) && two(right) && first.right.0 > second.right.0
}

/// Whether all that agrees is one word that is short and not the same: so many made-up names lie near it.
fn short_and_inexact(work: &Weighing, left: &[Token], right: &[Token]) -> bool {
    let mut telling = work.units.iter().filter(|u| u.weight >= TELLING);
    let (Some(unit), None) = (telling.next(), telling.next()) else { return false };
    let letters = |tokens: &[Token], at: u8| tokens.get(usize::from(at)).map_or(0, |t| t.length);
    matches!(unit.near.how, How::Spelling | How::Sound)
        && letters(left, unit.left.0).min(letters(right, unit.right.0)) < ALONE_INEXACT_MIN
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
