//! Two names that are one although no word of one is a word of the other: the same letters with the blanks elsewhere
//! (`van der Bilt`, `Vanderbilt`), an acronym beside what it stands for, and the names of an organisation that a dictionary
//! knows. Each side has keys, and such names share one;
//! so an index finds them without comparing.

use crate::align::{How, MatchedUnit, Near, Pairing, Weighed, Weighing};
use crate::edit::LETTERS_MAX;
use crate::name::{Form, Name, NameKind, Role, Token};
use crate::words;

/// Fewest letters that are one name whatever its blanks.
const LETTERS_MIN: usize = 6;
/// Likeness of names that differ in blanks alone.
const BLANKS: u16 = 960;
/// Letters of an acronym. With three, a made-up name is as often another's as not.
const ACRONYM_LETTERS: std::ops::RangeInclusive<usize> = 3..=12;
/// Likeness of an acronym and its words: with three letters just under the threshold, then a hit, more with each letter.
const ACRONYM: u16 = 690;
const ACRONYM_PER_LETTER: u16 = 20;
const ACRONYM_MAX: u16 = 760;
/// Likeness of the names by which an organisation is known.
const KNOWN: u16 = 930;
/// What one letter of it tells, in thousandths of a bit.
const ACRONYM_LETTER_WEIGHT: u32 = 3_500;

/// What a name is found by as a whole. Two names that only this module calls alike share a value: one's `letters` are the
/// other's, or its `word` is among the other's `acronyms`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WholeKeys {
    /// Its letters without blanks; none when there are too few.
    pub letters: Option<String>,
    /// The only word it has, when that could be an acronym.
    pub word: Option<String>,
    /// What its words begin with, in the ways an acronym is made.
    pub acronyms: Vec<String>,
    /// The acronym it is known by, when a dictionary has it under this name.
    pub known: Option<&'static str>,
}

impl WholeKeys {
    /// Of a name.
    pub fn of(name: &Name) -> Self {
        let form = |at: usize| name.forms().get(at).map(Form::borrowed);
        let tokens = name.tokens();
        let mut out = Self { letters: Letters::of(tokens, form).map(|l| l.text), ..Self::default() };
        if name.kind() == NameKind::Person {
            return out;
        }
        out.known = known(tokens, form);
        out.word = only_word(tokens).and_then(form).map(|f| f.ascii().to_owned());
        for with_legal_forms in [true, false] {
            let acronym: String = initials(tokens, with_legal_forms).map(char::from).collect();
            if ACRONYM_LETTERS.contains(&acronym.len()) && !out.acronyms.contains(&acronym) {
                out.acronyms.push(acronym);
            }
        }
        out
    }
}

/// Weighs the two names as wholes, when that says more than `similarity`.
pub(crate) fn whole(
    work: &mut Weighing,
    left: &[Token],
    right: &[Token],
    pairing: &impl Pairing,
    similarity: u16,
) -> Option<Weighed> {
    let weight = |tokens: &[Token]| tokens.iter().map(|t| u32::from(t.weight)).sum::<u32>();
    let (likeness, how, matched) = if similarity < BLANKS && run_together(left, right, pairing) {
        (BLANKS, How::Glued, weight(left).min(weight(right)))
    } else if similarity < KNOWN && is_known(left, right, pairing) {
        (KNOWN, How::Equivalent, weight(left).min(weight(right)))
    } else if similarity < ACRONYM_MAX && pairing.kind() == NameKind::Organisation {
        let letters = acronym(left, right, |at| pairing.left(at))
            .or_else(|| acronym(right, left, |at| pairing.right(at)))?;
        let more = (letters - ACRONYM_LETTERS.start()) as u16;
        let likeness = (ACRONYM + more * ACRONYM_PER_LETTER).min(ACRONYM_MAX);
        (likeness, How::Initial, letters as u32 * ACRONYM_LETTER_WEIGHT)
    } else {
        return None;
    };
    if likeness <= similarity {
        return None;
    }
    let all = |tokens: &[Token]| (0, tokens.len() as u8);
    let near = Near { likeness, how };
    work.units.clear();
    work.units.push(MatchedUnit { left: all(left), right: all(right), near, weight: matched });
    Some(Weighed { similarity: likeness, matched, ..Weighed::default() })
}

fn names(token: &Token) -> bool {
    !matches!(token.role, Role::Legal | Role::Title)
}

fn is_known(left: &[Token], right: &[Token], pairing: &impl Pairing) -> bool {
    pairing.kind() != NameKind::Person
        && known(left, |at| pairing.left(at)).is_some_and(|l| known(right, |at| pairing.right(at)) == Some(l))
}

/// What an organisation of this whole name is known by.
fn known<'f>(tokens: &[Token], form: impl Fn(usize) -> Option<Form<'f>>) -> Option<&'static str> {
    let length = tokens.iter().map(|t| usize::from(t.length) + 1).sum::<usize>();
    if !words::may_be_known(length.saturating_sub(1)) {
        return None;
    }
    let mut text = String::with_capacity(length);
    for (at, _) in tokens.iter().enumerate() {
        let form = form(at)?;
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(form.ascii());
    }
    words::known(&text)
}

fn run_together(left: &[Token], right: &[Token], pairing: &impl Pairing) -> bool {
    let length = |tokens: &[Token]| -> usize {
        tokens.iter().filter(|t| names(t)).map(|t| usize::from(t.length)).sum()
    };
    length(left) == length(right)
        && length(left) >= LETTERS_MIN
        && Letters::of(left, |at| pairing.left(at))
            .is_some_and(|l| Letters::of(right, |at| pairing.right(at)) == Some(l))
}

/// The letters of a name, without blanks, in one script where letters are typed.
#[derive(PartialEq, Eq)]
struct Letters {
    text: String,
    script: crate::romanise::Script,
}

impl Letters {
    fn of<'f>(tokens: &[Token], form: impl Fn(usize) -> Option<Form<'f>>) -> Option<Self> {
        let mut out: Option<Self> = None;
        for (at, _) in tokens.iter().enumerate().filter(|(_, t)| names(t)) {
            let form = form(at)?;
            if form.look().native() || out.as_ref().is_some_and(|o| o.script != form.script()) {
                return None;
            }
            let out = out.get_or_insert_with(|| Self { text: String::new(), script: form.script() });
            out.text.push_str(form.ascii());
        }
        out.filter(|o| (LETTERS_MIN..=LETTERS_MAX).contains(&o.text.len()))
    }
}

/// The place of the only word of a name that could be an acronym, beside legal forms and nothing else.
fn only_word(tokens: &[Token]) -> Option<usize> {
    let mut words = tokens.iter().enumerate().filter(|(_, t)| t.role != Role::Legal);
    let (at, token) = words.next().filter(|(_, t)| t.role == Role::Word)?;
    (words.next().is_none() && ACRONYM_LETTERS.contains(&usize::from(token.length))).then_some(at)
}

/// What the words begin with.
fn initials(tokens: &[Token], with_legal_forms: bool) -> impl Iterator<Item = u8> {
    let counts = move |t: &&Token| t.role != Role::Particle && (with_legal_forms || t.role != Role::Legal);
    tokens.iter().filter(counts).map(|t| t.first)
}

/// How many letters the only word of `short` has, when each begins a word of `long` in order.
fn acronym<'f>(short: &[Token], long: &[Token], form: impl Fn(usize) -> Option<Form<'f>>) -> Option<usize> {
    let at = only_word(short)?;
    let length = usize::from(short.get(at)?.length);
    if long.len() < length {
        return None;
    }
    let form = form(at)?;
    let word = form.ascii().as_bytes();
    let spelled = |legal| initials(long, legal).eq(word.iter().copied());
    (spelled(true) || spelled(false)).then_some(length)
}
