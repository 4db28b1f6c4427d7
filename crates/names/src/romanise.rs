//! Other scripts to ASCII, with a second reading where one spelling leaves the sound open. Latin letters lose
//! their marks; Cyrillic, Greek, Arabic and Hebrew follow tables written here for names; Hangul, Kana, Han and all
//! other scripts go through `any_ascii`. What a reading costs in likeness is decided in `near`, not here.

use any_ascii::any_ascii_char;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The writing system of a token, as far as comparison needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Script {
    /// Latin letters and digits.
    Latin,
    /// Cyrillic, Greek, Armenian, Georgian: alphabets with all vowels written.
    Alphabet,
    /// Arabic and Hebrew letters: most vowels unwritten.
    Consonantal,
    /// Kana, Hangul, Han: syllables, so that vowels are inserted between consonants.
    Syllabic,
    /// Anything else.
    Other,
}

/// Script of a token: that of its first letter outside ASCII and Latin, else Latin.
pub(crate) fn script(text: &str) -> Script {
    text.chars().map(script_of).find(|s| *s != Script::Latin).unwrap_or(Script::Latin)
}

fn script_of(c: char) -> Script {
    match u32::from(c) {
        0..=0x36f | 0x1e00..=0x1eff | 0xa720..=0xa7ff | 0xfb00..=0xfb06 | 0xff10..=0xff5a => Script::Latin,
        0x370..=0x58f | 0x10a0..=0x10ff | 0x1c80..=0x1cbf | 0x1f00..=0x1fff | 0x2d00..=0x2d2f => {
            Script::Alphabet
        }
        0x590..=0x7bf | 0x8a0..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfefc => Script::Consonantal,
        0x1100..=0x11ff
        | 0x3040..=0x30ff
        | 0x3130..=0x318f
        | 0x3400..=0x9fff
        | 0xac00..=0xd7af
        | 0xf900..=0xfaff
        | 0x20000..=0x3ffff => Script::Syllabic,
        _ if !c.is_alphabetic() => Script::Latin,
        _ => Script::Other,
    }
}

pub(crate) fn is_hebrew(c: char) -> bool {
    matches!(u32::from(c), 0x590..=0x5ff)
}

/// Whether the text holds Han, Kana or Hangul.
pub(crate) fn is_cjk_text(text: &str) -> bool {
    script(text) == Script::Syllabic
}

/// ASCII letters and digits for a lower-case token.
pub(crate) fn ascii(text: &str) -> String {
    if text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut chars = text.nfd().filter(|c| keeps(*c)).nfc().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match letter(c, previous, next) {
            Some(fixed) => out.push_str(fixed),
            None => out.extend(
                any_ascii_char(c).chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()),
            ),
        }
        previous = c;
    }
    out
}

/// Marks that carry no sound are dropped; those that change a letter's sound in Cyrillic, Kana and Indic stay.
fn keeps(c: char) -> bool {
    !is_combining_mark(c) || matches!(u32::from(c), 0x306 | 0x3099 | 0x309a | 0x900..=0xe7f)
}

fn letter(c: char, previous: char, next: Option<char>) -> Option<&'static str> {
    let code = u32::from(c);
    match code {
        0..=0x24f => latin(c),
        0x370..=0x3ff => greek(c, next),
        0x400..=0x52f => cyrillic(c, previous),
        0x590..=0x5ff => Some(hebrew(c, previous, next)),
        0x600..=0x6ff => arabic(c, previous),
        _ => None,
    }
}

fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ı' | 'i' => "i",
        'ə' => "a",
        'ŋ' => "ng",
        'ħ' => "h",
        _ => return None,
    })
}

fn greek(c: char, next: Option<char>) -> Option<&'static str> {
    Some(match c {
        'γ' if matches!(next, Some('κ' | 'γ' | 'ξ' | 'χ')) => "n",
        'μ' if next == Some('π') => "",
        'ν' if next == Some('τ') => "n",
        'β' => "v",
        'η' => "i",
        'υ' => "y",
        'χ' => "ch",
        'φ' => "f",
        'ξ' => "x",
        'θ' => "th",
        'ψ' => "ps",
        'ω' => "o",
        'ς' | 'σ' => "s",
        _ => return None,
    })
}

fn cyrillic(c: char, previous: char) -> Option<&'static str> {
    let after_vowel = " аеёиоуыэюяіїєў".contains(previous) || matches!(previous, 'ь' | 'ъ');
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' if after_vowel => "ye",
        'е' | 'э' => "e",
        'ё' => "yo",
        'ж' => "zh",
        'з' => "z",
        'и' => "i",
        'й' => "y",
        'к' | 'қ' => "k",
        'л' => "l",
        'м' => "m",
        'н' | 'ң' => "n",
        'о' | 'ө' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ү' | 'ұ' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ы' => "y",
        'ю' => "yu",
        'я' => "ya",
        'і' => "i",
        'ї' => "yi",
        'є' => "ye",
        'ў' => "u",
        'ј' => "j",
        'љ' => "lj",
        'њ' => "nj",
        'ћ' => "c",
        'ђ' => "dj",
        'џ' => "dz",
        'ғ' => "g",
        'ә' => "a",
        'һ' => "h",
        _ => return None,
    })
}

fn hebrew(c: char, previous: char, next: Option<char>) -> &'static str {
    let marked = matches!(next, Some('\'' | '׳' | '’'));
    match c {
        'א' if previous == ' ' => "a",
        'א' => "a",
        'ב' => "b",
        'ג' if marked => "j",
        'ג' => "g",
        'ד' => "d",
        'ה' if next.is_none() => "a",
        'ה' => "h",
        'ו' if previous == ' ' || previous == 'ו' => "v",
        'ו' if next == Some('ו') => "",
        'ו' => "o",
        'ז' if marked => "zh",
        'ז' => "z",
        'ח' => "h",
        'ט' => "t",
        'י' if previous == ' ' => "y",
        'י' => "i",
        'כ' | 'ך' => "k",
        'ל' => "l",
        'מ' | 'ם' => "m",
        'נ' | 'ן' => "n",
        'ס' => "s",
        'ע' => "a",
        'פ' => "p",
        'ף' => "f",
        'צ' | 'ץ' if marked => "ch",
        'צ' | 'ץ' => "tz",
        'ק' => "k",
        'ר' => "r",
        'ש' => "sh",
        'ת' if marked => "th",
        'ת' => "t",
        _ => "",
    }
}

fn arabic(c: char, previous: char) -> Option<&'static str> {
    Some(match c {
        'ا' | 'أ' | 'إ' | 'آ' | 'ٱ' => "a",
        'ب' => "b",
        'پ' => "p",
        'ت' | 'ط' => "t",
        'ث' => "th",
        'ج' => "j",
        'چ' => "ch",
        'ح' | 'ه' | 'ہ' | 'ھ' => "h",
        'ة' => "a",
        'خ' => "kh",
        'د' | 'ض' | 'ڈ' => "d",
        'ذ' => "dh",
        'ر' | 'ڑ' => "r",
        'ز' | 'ظ' => "z",
        'ژ' => "zh",
        'س' | 'ص' => "s",
        'ش' => "sh",
        'ع' => "a",
        'غ' => "gh",
        'ف' => "f",
        'ڤ' => "v",
        'ق' => "q",
        'ك' | 'ک' => "k",
        'گ' => "g",
        'ل' => "l",
        'م' => "m",
        'ن' | 'ں' => "n",
        'و' | 'ؤ' if previous == ' ' => "w",
        'و' | 'ؤ' => "u",
        'ي' | 'ی' | 'ئ' if previous == ' ' => "y",
        'ي' | 'ی' | 'ى' | 'ئ' | 'ے' => "i",
        'ء' => "",
        _ => return None,
    })
}
