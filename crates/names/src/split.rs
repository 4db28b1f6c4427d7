//! Splits a written name into tokens and folds each to plain ASCII. Knows writing, not names: which characters
//! separate, which vanish inside a word, and when single letters are initials or one acronym is decided here.

use crate::name::NameKind;
use crate::romanise;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest part of a name that is looked at, in characters; the rest is ignored.
pub(crate) const NAME_CHARS_MAX: usize = 512;
/// Most tokens of a name that are looked at.
pub(crate) const NAME_TOKENS_MAX: usize = 32;
/// Longest token, in characters; longer runs are cut into several.
const TOKEN_CHARS_MAX: usize = 48;

/// Most letters before and after a dot that is part of a word, as in `S.A.` and `B.O.T.H.`.
const LETTERS_DOTTED_MAX: usize = 2;

/// A token as written, with its place in the text.
pub(crate) struct Piece {
    /// First character, counted from 0.
    pub(crate) start: u16,
    /// One past the last character.
    pub(crate) end: u16,
    /// The token's characters, lower case, marks composed.
    pub(crate) text: String,
    /// Whether a comma stood somewhere after this token and before the next.
    pub(crate) comma_after: bool,
    /// Whether it is a part of a native Korean or Chinese name.
    pub(crate) native: bool,
}

/// What a character does to the token being read.
#[derive(PartialEq)]
enum Class {
    Letter,
    Inside,
    Dot,
    Comma,
    And,
    Plus,
    Percent,
    Separator,
}

#[expect(clippy::match_same_arms, reason = "a table, grouped for the reader")]
fn class(c: char) -> Class {
    match c {
        '\'' | '’' | '‘' | '`' | '´' | 'ʻ' | 'ʼ' | 'ʿ' | 'ʾ' | 'ʹ' | '"' | '״' | '׳' | '\u{200c}'
        | '\u{200d}' | '\u{ad}' | '\u{640}' | '\u{feff}' => Class::Inside,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => Class::Inside,
        '.' | '·' | '・' | '•' => Class::Dot,
        ',' | '،' | ';' => Class::Comma,
        '&' | '＆' => Class::And,
        '+' => Class::Plus,
        '%' | '％' => Class::Percent,
        _ if c.is_alphanumeric() || is_combining_mark(c) || c == 'ー' => Class::Letter,
        _ => Class::Separator,
    }
}

/// Splits `text` into pieces.
pub(crate) fn pieces(text: &str, kind: NameKind) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut current = String::new();
    let mut start = 0;
    let mut letters = 0;
    let mut since_dot = 0;
    for (at, c) in text.chars().take(NAME_CHARS_MAX).chain(std::iter::once(' ')).enumerate() {
        let at = at as u16;
        let class = if at as usize >= NAME_CHARS_MAX { Class::Separator } else { class(c) };
        let hebrew_mark =
            matches!(c, '\'' | '׳' | '’') && current.chars().last().is_some_and(romanise::is_hebrew);
        if class == Class::Letter || hebrew_mark {
            if letters == 0 {
                start = at;
                since_dot = 0;
            }
            current.extend(c.to_lowercase());
            letters += 1;
            since_dot += 1;
            if letters < TOKEN_CHARS_MAX {
                continue;
            }
        }
        let breaks = match class {
            Class::Inside => false,
            // Dots in a word vanish (S.A. -> sa); between words and after initials they separate.
            Class::Dot => {
                let after = text.chars().skip(usize::from(at) + 1).take_while(|c| c.is_alphanumeric());
                c != '.'
                    || kind == NameKind::Person
                    || std::mem::take(&mut since_dot).max(after.take(LETTERS_DOTTED_MAX + 1).count())
                        > LETTERS_DOTTED_MAX
            }
            _ => !(kind == NameKind::Person && c == '-' && is_syllable(&current, text, at)),
        };
        if breaks && letters > 0 {
            let end = if class == Class::Letter { at + 1 } else { at };
            // ASCII is composed already.
            let text = std::mem::take(&mut current);
            let text = if text.is_ascii() { text } else { text.nfkc().collect() };
            out.push(Piece { start, end, text, comma_after: false, native: false });
            letters = 0;
        }
        match class {
            Class::Comma => {
                if let Some(last) = out.last_mut() {
                    last.comma_after = true;
                }
            }
            Class::And | Class::Plus | Class::Percent if kind != NameKind::Person => {
                let word = if class == Class::Percent { "percent" } else { "and" };
                out.push(Piece {
                    start: at,
                    end: at + 1,
                    text: word.to_owned(),
                    comma_after: false,
                    native: false,
                });
            }
            _ => {}
        }
        if out.len() >= NAME_TOKENS_MAX {
            out.truncate(NAME_TOKENS_MAX);
            return out;
        }
    }
    if kind == NameKind::Person {
        // Dots part foreign names in Han.
        if text.contains(['·', '・', '‧']) { out } else { part_native(out) }
    } else {
        join_letters(out)
    }
}

/// Whether a hyphen parts the syllables of one name and no initial from a name: one vowel before it, a word after it, as
/// in "U-jin".
fn is_syllable(before: &str, text: &str, hyphen: u16) -> bool {
    let mut after = text.chars().skip(usize::from(hyphen) + 1);
    matches!(before, "a" | "e" | "i" | "o" | "u")
        && after.by_ref().take(2).filter(|c| c.is_alphabetic()).count() == 2
}

/// A Chinese or Korean full name in one piece is parted after the family name; Korean parts go by syllable, since
/// romanisations part them anywhere.
fn part_native(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out = Vec::with_capacity(pieces.len());
    let alone = pieces.len() == 1;
    for piece in pieces {
        match romanise::family_name_end(&piece.text).filter(|_| alone) {
            Some(at) => cut(piece, at, &mut out),
            None => out.push(piece),
        }
    }
    let texts = out.iter().map(|p| p.text.as_str());
    if romanise::is_chinese_name(texts.clone()) {
        for piece in &mut out {
            piece.native = true;
        }
        return out;
    }
    if !romanise::is_korean_name(texts) {
        return out;
    }
    let mut syllables = Vec::with_capacity(2 * out.len());
    for piece in out {
        match piece.text.char_indices().nth(1) {
            Some((at, _)) => cut(piece, at, &mut syllables),
            None => syllables.push(piece),
        }
    }
    for piece in &mut syllables {
        piece.native = true;
    }
    syllables
}

/// Cuts a piece in two at a byte position.
fn cut(piece: Piece, at: usize, out: &mut Vec<Piece>) {
    let Some((head, tail)) = piece.text.split_at_checked(at) else {
        out.push(piece);
        return;
    };
    let middle = piece.start + head.chars().count() as u16;
    out.push(Piece {
        start: piece.start,
        end: middle,
        text: head.to_owned(),
        comma_after: false,
        native: false,
    });
    out.push(Piece {
        start: middle,
        end: piece.end,
        text: tail.to_owned(),
        comma_after: piece.comma_after,
        native: false,
    });
}

/// Runs of single letters in the name of an organisation are one acronym: `L L C`, `A B C Trading`.
fn join_letters(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut run = false;
    for piece in pieces {
        let single = piece.text.chars().count() == 1
            && piece.text.chars().all(char::is_alphabetic)
            && !romanise::is_cjk_text(&piece.text);
        match out.last_mut() {
            Some(last) if run && single && !last.comma_after => {
                last.text.push_str(&piece.text);
                last.end = piece.end;
                last.comma_after = piece.comma_after;
            }
            _ => out.push(piece),
        }
        run = single;
    }
    out
}
