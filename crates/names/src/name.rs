//! A name taken apart: tokens with their forms, roles and weights. All that depends on one name alone is done
//! here, once; comparing two names is `near` (two tokens) and `align` (two names).

use crate::fold::folded;
use crate::hanja;
use crate::look::Look;
use crate::numbers::{self, Numeral};
use crate::romanise::{self, Script};
use crate::sound::{self, Phoneme};
use crate::split::{self, Piece};
use crate::thai::{self, By};
use crate::words::{self, Entry};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// What bears the name; decides how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// A human being.
    Person,
    /// A company or another body.
    Organisation,
    /// A vessel, aircraft or other thing.
    Object,
    /// Not known: read like an organisation, compared with everything.
    Unknown,
}

/// In which language a name is read that is written in signs of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The one its script suggests.
    Usual,
    /// Chinese characters as Koreans read them.
    Korean,
    /// Thai by its letters, as many write their own name.
    Lettered,
}

impl Reading {
    /// Every reading.
    pub const ALL: [Self; 3] = [Self::Usual, Self::Korean, Self::Lettered];

    /// The reading of a number (its place in the declaration, as `reading as u8` gives it); a number of none is the usual.
    pub fn of_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Usual)
    }
}

/// What a token does in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Any word that names.
    Word,
    /// Article, preposition, "bin", "von".
    Particle,
    /// Rank, honorific.
    Title,
    /// Legal form of an organisation or a word of one.
    Legal,
    /// Number or ordinal, in digits or words.
    Number,
    /// A single letter standing for a word.
    Initial,
}

/// Which part of a person's name a token is, as far as its source keeps the parts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// The source does not say.
    #[default]
    Unsaid,
    /// Given name, middle name, father's name.
    Given,
    /// Family name.
    Family,
}

/// A token's spelling and sound, apart from where it stands: equal tokens of many names share one form. Its text is
/// its own, or lies in a store (see [`crate::StoredForm`]).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Form<'t> {
    pub(crate) ascii: Cow<'t, str>,
    pub(crate) script: Script,
    pub(crate) sounds: Cow<'t, [Phoneme]>,
    pub(crate) skeleton: u64,
    pub(crate) sound_key: u64,
    pub(crate) same: [u16; 2],
    pub(crate) number: Option<u16>,
    pub(crate) letters: u64,
    pub(crate) look: Look,
}

impl Form<'_> {
    /// The form of an ASCII (romanised) token.
    pub(crate) fn new(ascii: String, script: Script) -> Form<'static> {
        let entry = words::entry(&ascii).copied().unwrap_or_default();
        Form::with(ascii, script, &entry)
    }

    /// The same when what the dictionaries say of the token is known.
    fn with(ascii: String, script: Script, entry: &Entry) -> Form<'static> {
        let sounds = sound::phonemes(&ascii, script);
        let skeleton = sound::skeleton(&sounds);
        let sound_key = sound::key(&sounds);
        let number = ascii.parse().ok().or(entry.number).or_else(|| numbers::ordinal(&ascii));
        let code = |b: u8| u64::from(b).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(u32::from(b % 61));
        let letters = ascii.bytes().fold(0_u64, |sum, b| sum.wrapping_add(code(b)));
        let look = Look::new(&ascii, script, &sounds, skeleton);
        Form {
            ascii: ascii.into(),
            script,
            sounds: sounds.into(),
            skeleton,
            sound_key,
            same: entry.same,
            number,
            letters,
            look,
        }
    }

    /// Lower-case ASCII letters and digits of the token.
    pub fn ascii(&self) -> &str {
        &self.ascii
    }

    /// Writing system the token came in.
    pub fn script(&self) -> Script {
        self.script
    }

    /// Consonant classes, four bits each.
    pub fn skeleton(&self) -> u64 {
        self.skeleton
    }

    /// Key shared by tokens of one script that may sound alike, 0 for none.
    pub fn sound_key(&self) -> u64 {
        self.sound_key
    }

    /// The form of this token and the next written together.
    pub fn joined(&self, next: &Form) -> Form<'static> {
        let script = self.script.max(next.script);
        Form::new([&*self.ascii, &*next.ascii].concat(), script)
    }

    /// The same form, its text borrowed.
    pub fn borrowed(&self) -> Form<'_> {
        Form { ascii: Cow::Borrowed(&self.ascii), sounds: Cow::Borrowed(&self.sounds), ..*self }
    }

    /// Classes of equivalent words, 0 for none.
    pub fn same(&self) -> [u16; 2] {
        self.same
    }

    /// How often each letter occurs, as one number: equal for words with the same letters in any order.
    pub fn letters(&self) -> u64 {
        self.letters
    }

    /// The token at a glance.
    pub fn look(&self) -> Look {
        self.look
    }

    /// Value of a number, when it is one.
    pub fn number(&self) -> Option<u16> {
        self.number
    }
}

/// Weight and role of a token in its name: all that aligning two names needs besides likeness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent duties of one word")]
pub struct Token {
    /// What it tells about whose name this is, in thousandths of a bit.
    pub weight: u16,
    /// What it does.
    pub role: Role,
    /// Whether it is a father-and-son word such as "bin".
    pub chain: bool,
    /// First ASCII letter or digit; 0 when there is none.
    pub first: u8,
    /// Length of the ASCII form, in bytes.
    pub length: u8,
    /// Whether it is a part of a native Korean or Chinese name, which has no part to spare.
    pub syllable: bool,
    /// Whether it names the father, which many leave out.
    pub patronymic: bool,
    /// Whether it is a country or one of its people, or a city many firms are named after.
    pub place: bool,
    /// Whether that place is the country the bearer is known to be of, which the name only repeats.
    pub home: bool,
    /// Which part of a person's name it is.
    pub part: Part,
    /// Whether it is a known given name whose place in the name nothing but the order tells.
    pub given: bool,
}

/// A name, analysed.
#[derive(Clone)]
pub struct Name {
    text: Box<str>,
    kind: NameKind,
    pub(crate) tokens: Vec<Token>,
    pub(crate) forms: Vec<Form<'static>>,
    pub(crate) spans: Vec<(u16, u16)>,
    cut: bool,
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Name")
            .field("kind", &self.kind)
            .field("tokens", &self.tokens.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("script", &self.script).finish_non_exhaustive()
    }
}

impl Name {
    /// Takes a written name apart. Only the first 512 letters and digits and 32 tokens count, and only what stands among
    /// the first 60,000 characters; [`Name::is_cut`] tells when that is not all. A text without letters or digits gives
    /// a name without tokens, which is like nothing.
    pub fn analyse(text: &str, kind: NameKind) -> Self {
        Self::analyse_by(text, kind, By::Sounds)
    }

    /// The same, with Thai read by its sounds or by its letters.
    fn analyse_by(text: &str, kind: NameKind, by: By) -> Self {
        let split::Pieces { pieces, cut } = split::pieces(text, kind);
        let mut name = Self {
            text: text.into(),
            kind,
            tokens: Vec::with_capacity(pieces.len()),
            forms: Vec::with_capacity(pieces.len()),
            spans: Vec::with_capacity(pieces.len()),
            cut,
        };
        for piece in &pieces {
            name.push(piece, by);
        }
        name.join_numbers();
        name.join_phrases();
        name.settle_duties(&pieces);
        name
    }

    /// The same in a certain reading; `None` when the name has none in that language. A name is another under each reading, and
    /// has as many characters.
    pub fn read(text: &str, kind: NameKind, reading: Reading) -> Option<Self> {
        match reading {
            Reading::Usual => return Some(Self::analyse(text, kind)),
            Reading::Lettered if kind == NameKind::Person && text.chars().any(thai::is_thai) => {
                return Some(Self::analyse_by(text, kind, By::Letters));
            }
            Reading::Lettered => return None,
            Reading::Korean => {}
        }
        // Radicals and compatibility characters are one for one the characters that are read.
        let plain: String = text.chars().flat_map(folded).collect();
        let korean = hanja::in_korean(&plain).filter(|_| kind == NameKind::Person)?;
        Some(Self { text: text.into(), ..Self::analyse(&korean, kind) })
    }

    /// A word has a duty only where it can have it: "bin" stands between two names, and a title comes before the
    /// name and not after it or before a comma. Elsewhere it is a name of its own. What follows "bin" and is not
    /// the last word, and what ends like a Russian patronymic, names the father.
    fn settle_duties(&mut self, pieces: &[Piece]) {
        if self.kind != NameKind::Person {
            self.mend_legal_forms();
            return;
        }
        let last = self.tokens.len().saturating_sub(1);
        let family_first = pieces.iter().take(1).any(|p| p.comma_after);
        let mut after_chain = false;
        for (i, (token, form)) in self.tokens.iter_mut().zip(&self.forms).enumerate() {
            let edge = i == last || (i == 0 && family_first);
            let misplaced = (token.chain && (i == 0 || edge)) || (token.role == Role::Title && edge);
            if misplaced && last > 0 {
                let count = words::entry(&form.ascii).map_or(0, |e| e.count);
                (token.role, token.weight, token.chain) =
                    (Role::Word, word_weight(&form.ascii, count), false);
            }
            let russian = ["ovich", "evich", "avich", "ovna", "evna", "auna", "ovych", "ivna"];
            token.patronymic = token.role == Role::Word
                && i > 0
                && ((after_chain && i < last) || russian.iter().any(|end| form.ascii.ends_with(end)));
            after_chain = token.chain;
            token.given &= !family_first;
        }
    }

    /// A damaged legal form must not outweigh a rare word: an unknown word one typing error from one is taken for it,
    /// at the end of the name or where another legal form stands, as long as a word is left to name the bearer.
    fn mend_legal_forms(&mut self) {
        let role = |token: Option<&Token>, role| token.is_some_and(|t| t.role == role);
        let formed = self.tokens.iter().any(|t| t.role == Role::Legal);
        let mut words = self.tokens.iter().filter(|t| t.role == Role::Word).count();
        for at in (0..self.tokens.len()).rev() {
            let next = self.tokens.get(at + 1);
            let placed = formed || next.is_none();
            let shortest = if role(next, Role::Legal) { LEGAL_BEFORE_LEGAL_MIN } else { LEGAL_ALONE_MIN };
            let damaged = |form: &Form| words::nearly_legal(form, shortest);
            if placed
                && words > 1
                && role(self.tokens.get(at), Role::Word)
                && self.forms.get(at).is_some_and(damaged)
            {
                words -= 1;
                if let Some(token) = self.tokens.get_mut(at) {
                    (token.role, token.weight) = (Role::Legal, LEGAL_WEIGHT);
                }
            }
        }
    }

    fn push(&mut self, piece: &Piece, by: By) {
        let script =
            if piece.native { romanise::native_script(&piece.text) } else { romanise::script(&piece.text) };
        let lettered = || thai::read(&piece.text, By::Letters).filter(|_| by == By::Letters);
        let ascii = lettered().unwrap_or_else(|| romanise::ascii(&piece.text, script));
        self.cut |= romanise::mixes_alphabets(&piece.text);
        if ascii.is_empty() {
            return;
        }
        if self.tokens.len() >= NAME_TOKENS_MAX {
            self.cut = true;
            return;
        }
        let entry = words::entry_of(&ascii, self.kind);
        let form = Form::with(ascii, script, &entry);
        self.tokens.push(token(&form, &entry, self.kind));
        self.forms.push(form);
        self.spans.push((piece.start, piece.end));
    }

    /// "Forty four", "forty 4" and "one hundred and five" are one number each, and "No." before a number says nothing more.
    fn join_numbers(&mut self) {
        let mut at = 0;
        while at < self.forms.len() {
            if let Some((words, number)) = numbers::spelled(|i| self.numeral(at + i)).filter(|s| s.0 > 1) {
                self.join(at, words, number.to_string());
            }
            let numbering = |f: &Form| words::entry(&f.ascii).is_some_and(|e| e.numbering);
            if self.kind != NameKind::Person
                && at > 0
                && self.tokens.get(at).is_some_and(|t| t.role == Role::Number)
                && self.forms.get(at - 1).is_some_and(numbering)
            {
                let ascii = self.forms.get(at).map_or_else(String::new, |f| f.ascii.to_string());
                at -= 1;
                self.join(at, 2, ascii);
            }
            at += 1;
        }
    }

    /// What a token says of a number that may be spelled in several.
    fn numeral(&self, at: usize) -> Option<Numeral> {
        let (form, token) = (self.forms.get(at)?, self.tokens.get(at)?);
        if form.ascii == "and" {
            return Some(Numeral::And);
        }
        let number = form.number.filter(|_| token.role == Role::Number)?;
        let digits = form.ascii.bytes().any(|b| b.is_ascii_digit());
        Some(if digits { Numeral::Digits(number) } else { Numeral::Word(number) })
    }

    /// "United States" and "USA" are one word of an organisation's name. The words of a legal form stay words, since each may be
    /// damaged, but none of them names anybody.
    fn join_phrases(&mut self) {
        if self.kind == NameKind::Person {
            return;
        }
        let mut at = 0;
        while at < self.forms.len() {
            let from_here = self.forms.iter().skip(at).map(Form::ascii);
            if let Some(found) = words::phrase(from_here, || self.kind != NameKind::Object) {
                if let Some(short) = found.short {
                    self.join(at, found.words, short.to_owned());
                } else {
                    for token in self.tokens.iter_mut().skip(at).take(found.words) {
                        (token.role, token.weight) = (Role::Legal, LEGAL_WEIGHT);
                        (token.place, token.chain) = (false, false);
                    }
                    at += found.words - 1;
                }
            }
            at += 1;
        }
    }

    /// Puts one token in the place of several.
    fn join(&mut self, at: usize, words: usize, ascii: String) {
        let entry = words::entry_of(&ascii, self.kind);
        let form = Form::with(ascii, Script::Latin, &entry);
        let end = self.spans.get(at + words - 1).map_or(0, |s| s.1);
        self.tokens.drain(at + 1..at + words);
        self.forms.drain(at + 1..at + words);
        self.spans.drain(at + 1..at + words);
        if let (Some(t), Some(f), Some(s)) =
            (self.tokens.get_mut(at), self.forms.get_mut(at), self.spans.get_mut(at))
        {
            (*t, *f, s.1) = (token(&form, &entry, self.kind), form, end);
        }
    }

    /// The same name of a person whose family name is known to be one of `families`. Where none of them is in it, nothing is
    /// known of its parts.
    #[must_use]
    pub fn of_family<'t>(mut self, families: impl Iterator<Item = &'t str>) -> Self {
        if self.kind != NameKind::Person {
            return self;
        }
        for family in families {
            let family = Self::analyse(family, NameKind::Person);
            let is_family = |form: &Form| family.forms.iter().any(|f| f.ascii == form.ascii);
            if !family.forms.is_empty()
                && family.forms.iter().all(|f| self.forms.iter().any(|g| g.ascii == f.ascii))
            {
                for (token, form) in self.tokens.iter_mut().zip(&self.forms) {
                    token.part = if is_family(form) { Part::Family } else { Part::Given };
                }
                break;
            }
        }
        self
    }

    /// The same name, of somebody known to be of the countries for whose two-letter codes (in lower case) `is_own` holds.
    #[must_use]
    pub fn at_home(mut self, is_own: impl Fn(&str) -> bool) -> Self {
        for (token, form) in self.tokens.iter_mut().zip(&self.forms).filter(|(t, _)| t.place) {
            token.home = words::entry(&form.ascii).and_then(|e| e.country).is_some_and(&is_own);
        }
        self
    }

    /// The name as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a part of it was not read: it is too long, or there are letters of a script that is not read or a word of two
    /// alphabets. Comparing it says nothing about that part, so whoever relies on a comparison must ask.
    pub fn is_cut(&self) -> bool {
        self.cut || (self.tokens.is_empty() && self.text.chars().any(char::is_alphanumeric))
    }

    /// What bears it.
    pub fn kind(&self) -> NameKind {
        self.kind
    }

    /// Roles and weights, in reading order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Spelling and sound of each token, in reading order.
    pub fn forms(&self) -> &[Form<'static>] {
        &self.forms
    }
}

/// Most tokens of a name that are looked at.
const NAME_TOKENS_MAX: usize = 32;
/// Shortest legal form recognised with a typing error: before another one ("join stock"), and elsewhere.
const LEGAL_BEFORE_LEGAL_MIN: usize = 5;
const LEGAL_ALONE_MIN: usize = 6;
const PARTICLE_WEIGHT: u16 = 1000;
const TITLE_WEIGHT: u16 = 1500;
const LEGAL_WEIGHT: u16 = 800;
/// Most that a romanised Han or Hangul name part tells: there are a few hundred syllables.
const SYLLABLE_WEIGHT: u16 = 8000;
const NUMBER_WEIGHT: u16 = 6000;
/// Weight of a single letter, in thousandths of a bit.
pub(crate) const INITIAL_WEIGHT: u16 = 2500;

fn token(form: &Form, entry: &Entry, kind: NameKind) -> Token {
    let (role, weight) = duty(form, entry, kind);
    let first = form.ascii.bytes().next().unwrap_or(0);
    Token {
        weight,
        role,
        chain: entry.chain && !form.look.in_syllables(),
        first,
        length: form.ascii.len().min(255) as u8,
        syllable: form.look.native(),
        patronymic: false,
        place: role == Role::Word && entry.place,
        home: false,
        part: Part::Unsaid,
        given: kind == NameKind::Person && role == Role::Word && entry.given,
    }
}

fn duty(form: &Form, entry: &Entry, kind: NameKind) -> (Role, u16) {
    let person = kind == NameKind::Person;
    if form.ascii.bytes().any(|b| b.is_ascii_digit()) && form.number.is_some() {
        return (Role::Number, NUMBER_WEIGHT);
    }
    if form.look.in_syllables() {
        // What it sounds like in Latin letters is no word of ours.
        let weight = word_weight(&form.ascii, entry.count);
        return (Role::Word, if form.look.native() { weight.min(SYLLABLE_WEIGHT) } else { weight });
    }
    if form.ascii.len() == 1 && matches!(form.script, Script::Latin | Script::Alphabet) {
        return (Role::Initial, INITIAL_WEIGHT);
    }
    if entry.particle || (entry.joining && !person) {
        return (Role::Particle, PARTICLE_WEIGHT);
    }
    if entry.title && person {
        return (Role::Title, TITLE_WEIGHT);
    }
    if (entry.legal && !person && kind != NameKind::Object) || (entry.commercial && person) {
        return (Role::Legal, LEGAL_WEIGHT);
    }
    if form.number.is_some() && !person {
        return (Role::Number, NUMBER_WEIGHT);
    }
    (Role::Word, word_weight(&form.ascii, entry.count))
}

/// Weight of a plain word: its surprise where it was counted, else more the longer it is.
fn word_weight(ascii: &str, count: u32) -> u16 {
    let unknown = match ascii.len() {
        0..=2 => 8000,
        3 => 10_000,
        4 => 12_000,
        _ => 13_500,
    };
    if count == 0 { unknown } else { words::surprise(count).min(unknown) }
}
