//! Splits a written name into tokens and folds each to plain ASCII. Knows writing, not names: which characters
//! separate, which vanish inside a word, and when single letters are initials or one acronym is decided here.

use crate::fold::folded;
use crate::name::NameKind;
use crate::romanise;
use crate::words;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Most letters and digits of a name that are looked at; what only stands between them is free.
const NAME_CHARS_MAX: usize = 512;
/// Most characters of any kind that are passed over to find them. Places in a name are told in 16 bits.
const SCANNED_CHARS_MAX: usize = 60_000;
/// Most combining marks on one letter; nothing that is written has more.
const MARKS_MAX: usize = 4;
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

/// The pieces of a name, and whether they are all of it.
pub(crate) struct Pieces {
    pub(crate) pieces: Vec<Piece>,
    /// Whether something was left out because the name is too long, or has letters of a script that is not read.
    pub(crate) cut: bool,
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

fn class(c: char) -> Class {
    match c {
        '\'' | '’' | '‘' | '`' | '´' | 'ʻ' | 'ʼ' | 'ʿ' | 'ʾ' | 'ʹ' | '"' | '״' | '׳' | '\u{200c}'
        | '\u{200d}' | '\u{ad}' | '\u{640}' | '\u{feff}' => Class::Inside,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' => {
            Class::Inside
        }
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
pub(crate) fn pieces(text: &str, kind: NameKind) -> Pieces {
    let mut out: Vec<Piece> = Vec::new();
    let mut current = String::new();
    let mut start = 0;
    let (mut letters, mut since_dot, mut marks) = (0, 0, 0);
    // Whether the token has more than marks, and how many letters and digits were read so far.
    let (mut speaks, mut read) = (false, 0);
    let (mut cut, mut all_read) = (false, true);
    let end = std::iter::once((text.len(), ' '));
    let written = text.char_indices().chain(end).enumerate();
    // A character that stands for several is in one place, and what follows it is not before that place.
    let mut past = 0;
    for (at, byte, width, c) in
        written.flat_map(|(at, (byte, c))| folded(c).map(move |f| (at, byte, c.len_utf8(), f)))
    {
        let mut class = if byte == text.len() { Class::Separator } else { class(c) };
        let counts = class == Class::Letter && c.is_alphanumeric();
        all_read &= class == Class::Inside || romanise::is_read(c);
        cut = byte < text.len() && (at >= SCANNED_CHARS_MAX || (counts && read >= NAME_CHARS_MAX));
        if cut {
            class = Class::Separator;
        }
        let after = || text.get(byte + width..).unwrap_or_default().chars();
        let at = at as u16;
        marks = if class == Class::Letter && is_combining_mark(c) { marks + 1 } else { 0 };
        if marks > MARKS_MAX {
            continue;
        }
        let hebrew_mark =
            matches!(c, '\'' | '׳' | '’') && current.chars().last().is_some_and(romanise::is_hebrew);
        if class == Class::Letter || (hebrew_mark && !cut) {
            if letters == 0 {
                start = at;
                since_dot = 0;
            }
            current.extend(c.to_lowercase());
            letters += 1;
            past = at + 1;
            since_dot += 1;
            speaks |= counts;
            read += usize::from(counts);
            if letters < TOKEN_CHARS_MAX {
                continue;
            }
        }
        let breaks = match class {
            Class::Inside => false,
            // Dots in a word vanish (S.A. -> sa); between words and after initials they separate.
            Class::Dot => {
                let after = after().take_while(|c| c.is_alphanumeric());
                c != '.'
                    || kind == NameKind::Person
                    || std::mem::take(&mut since_dot).max(after.take(LETTERS_DOTTED_MAX + 1).count())
                        > LETTERS_DOTTED_MAX
            }
            _ => !(kind == NameKind::Person && c == '-' && is_syllable(&current, after())),
        };
        if breaks && letters > 0 {
            let end = at.max(past);
            // ASCII is composed already.
            let text = std::mem::take(&mut current);
            if speaks {
                let text = if text.is_ascii() { text } else { text.nfc().collect() };
                out.push(Piece { start, end, text, comma_after: false, native: false });
            }
            (letters, speaks) = (0, false);
        }
        if cut {
            break;
        }
        match class {
            Class::Comma => {
                if let Some(last) = out.last_mut() {
                    last.comma_after = true;
                }
            }
            Class::And | Class::Plus | Class::Percent if kind != NameKind::Person => {
                let word = if class == Class::Percent { "percent" } else { "and" };
                // Said again at once it says nothing.
                if out.last().is_none_or(|last| last.text != word) {
                    out.push(Piece {
                        start: at,
                        end: at + 1,
                        text: word.to_owned(),
                        comma_after: false,
                        native: false,
                    });
                }
            }
            _ => {}
        }
    }
    let pieces = if kind == NameKind::Person {
        // Dots part foreign names in Han.
        if text.contains(['·', '・', '‧']) { out } else { part_native(out) }
    } else {
        part_forms(join_letters(out))
    };
    Pieces { pieces, cut: cut || !all_read }
}

/// Whether a hyphen parts the syllables of one name and no initial from a name: one vowel before it, a word after it, as
/// in "U-jin".
fn is_syllable(before: &str, after: impl Iterator<Item = char>) -> bool {
    matches!(before, "a" | "e" | "i" | "o" | "u") && after.take(2).filter(|c| c.is_alphabetic()).count() == 2
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

/// A legal form written without a blank before or after the name, as is usual in Chinese, Japanese and Korean, is a word of
/// its own.
fn part_forms(pieces: Vec<Piece>) -> Vec<Piece> {
    if !pieces.iter().any(|p| romanise::is_cjk_text(&p.text)) {
        return pieces;
    }
    let mut out = Vec::with_capacity(2 * pieces.len());
    for piece in pieces {
        let after = words::forms_without_blank().filter(|f| piece.text.ends_with(f)).map(str::len).max();
        let before = words::forms_without_blank().filter(|f| piece.text.starts_with(f)).map(str::len).max();
        let at = after.map(|bytes| piece.text.len() - bytes).or(before);
        match at.filter(|at| (1..piece.text.len()).contains(at)) {
            Some(at) => cut(piece, at, &mut out),
            None => out.push(piece),
        }
    }
    out
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
