//! Other scripts to ASCII, with a second reading where one spelling leaves the sound open. Latin letters lose
//! their marks; Cyrillic, Greek, Arabic and Hebrew follow tables written here for names, Hangul, Kana and the Indic scripts
//! their sounds; all else goes through `any_ascii`. That has something for most letters there are, which is not a reading: what
//! is known to be read is said by [`is_read`], and a name with anything else in it is not read whole. What a reading costs in
//! likeness is decided in `near`, not here.

use crate::{indic, kana, thai};
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
    /// Arabic letters: short vowels unwritten.
    Arabic,
    /// Hebrew letters: most vowels unwritten, several letters with two sounds.
    Hebrew,
    /// Kana, and three Han characters and more: usually a foreign word put in syllables.
    Syllabic,
    /// One or two Han characters alone: a native name part, or a foreign word put in syllables.
    Syllables,
    /// A part of a native Chinese name in Han, whose romanisation is known well.
    Chinese,
    /// A syllable of a native Korean name in Hangul, romanised in several habits.
    Korean,
    /// Hangul elsewhere: usually a foreign word put in syllables.
    Hangul,
    /// Anything else.
    Other,
}

impl Script {
    const ALL: [Self; 10] = [
        Self::Latin,
        Self::Alphabet,
        Self::Arabic,
        Self::Hebrew,
        Self::Syllabic,
        Self::Syllables,
        Self::Chinese,
        Self::Korean,
        Self::Hangul,
        Self::Other,
    ];

    /// The script of a number (its place in the declaration, as `script as u8` gives it); a number of none is
    /// [`Script::Other`].
    pub fn of_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Other)
    }
}

/// Most characters of a native Chinese or Korean name part.
const NATIVE_PART_MAX: usize = 2;

/// Script of a part of a native name.
pub(crate) fn native_script(text: &str) -> Script {
    if text.chars().all(is_hangul) { Script::Korean } else { Script::Chinese }
}

/// Script of a token: that of its first letter outside ASCII and Latin, else Latin.
pub(crate) fn script(text: &str) -> Script {
    let script = text.chars().map(script_of).find(|s| *s != Script::Latin).unwrap_or(Script::Latin);
    if script != Script::Syllabic {
        return script;
    }
    if text.chars().all(is_hangul) {
        return Script::Hangul;
    }
    let short = text.chars().all(is_han_or_hangul) && text.chars().count() <= NATIVE_PART_MAX;
    if short { Script::Syllables } else { Script::Syllabic }
}

fn is_han_or_hangul(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

fn is_hangul(c: char) -> bool {
    matches!(u32::from(c), 0xac00..=0xd7af)
}

fn script_of(c: char) -> Script {
    match u32::from(c) {
        0..=0x36f
        | 0x1d00..=0x1dbf
        | 0x1e00..=0x1eff
        | 0x2c60..=0x2c7f
        | 0xa720..=0xa7ff
        | 0xab30..=0xab6f => Script::Latin,
        0x370..=0x58f | 0x10a0..=0x10ff | 0x1c80..=0x1cbf | 0x1f00..=0x1fff | 0x2d00..=0x2d2f => {
            Script::Alphabet
        }
        0x590..=0x5ff | 0xfb1d..=0xfb4f => Script::Hebrew,
        0x600..=0x7bf | 0x8a0..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfefc => Script::Arabic,
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

/// Blocks of the scripts whose romanisation was tried on names of their own: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic,
/// Devanagari to Malayalam, Sinhala, Thai, Georgian, Ethiopic, Hangul, Kana, Bopomofo, Han. Not among them, since their vowels
/// stand elsewhere or are not written, or nobody tried: Lao, Khmer, Myanmar, Tibetan, Mongolian, Thaana, Syriac,
/// Cherokee and whatever is used less.
const READ: &[std::ops::RangeInclusive<u32>] = &[
    0..=0x52f,
    0x530..=0x6ff,
    0x750..=0x77f,
    0x8a0..=0xdff,
    0xe01..=0xe5b,
    0x10a0..=0x139f,
    0x1c80..=0x1cbf,
    0x1d00..=0x1fff,
    0x2c60..=0x2c7f,
    0x2d00..=0x2d2f,
    0x2d80..=0x2ddf,
    0x3005..=0x3007,
    0x3040..=0x318f,
    0x31a0..=0x31bf,
    0x31f0..=0x31ff,
    0x3400..=0x9fff,
    0xa640..=0xa69f,
    0xa720..=0xa7ff,
    0xa960..=0xa97f,
    0xab00..=0xab6f,
    0xac00..=0xd7ff,
    0xf900..=0xfaff,
    0x20000..=0x3ffff,
];

/// Letters that say nothing by themselves: glottal stops and breathings, tones, and what only lengthens.
fn is_unheard(c: char) -> bool {
    matches!(u32::from(c), 0x241 | 0x242 | 0x294 | 0x295 | 0x2a1 | 0x2a2 | 0x2b9..=0x2ff | 0x37a | 0x559)
}

/// Whether a character takes part in what is compared: a letter or digit that is known to be read, or no letter at all. Flags
/// are pairs of letters that say no sound.
pub(crate) fn is_read(c: char) -> bool {
    if c.is_ascii() {
        return true;
    }
    let code = u32::from(c);
    if (0x1f1e6..=0x1f1ff).contains(&code) {
        return false;
    }
    let known = || READ.iter().any(|block| block.contains(&code));
    let spoken = || {
        let mut sounds = String::new();
        letter(c, ' ', None).is_some()
            || is_hangul(c)
            || kana::read(c, &mut sounds)
            || (indic::is_indic(c) && indic::read(&c.to_string()).is_some())
            || thai::is_thai(c)
            || repeats(c)
            || any_ascii_char(c).bytes().any(|b| b.is_ascii_alphanumeric())
            || is_unheard(c)
    };
    !c.is_alphanumeric() || is_combining_mark(c) || (known() && spoken())
}

/// Whether a word has letters of the Latin alphabet and of another that looks like it: written so by mistake, or not to be
/// read.
pub(crate) fn mixes_alphabets(text: &str) -> bool {
    let of = |script| text.chars().any(|c| c.is_alphabetic() && script_of(c) == script);
    !text.is_ascii() && of(Script::Alphabet) && of(Script::Latin)
}

/// Family names of one character that most Koreans and Chinese bear.
const FAMILY_NAMES: &str = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국은편용예봉사부\
王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴武戴莫孔向汤湯习習阎閻詹游焦时時施康温溫芦蘆季俞章鲁魯葛伍申尤毕畢聂聶柴柳邢岳齐齊梅庄莊辛管祝左涂谷祁舒耿牟卜路关關苗凌费費纪紀靳盛童欧歐甄项項曲裴席卫衛查屈鲍鮑霍翁景单單包司柏宁寧柯阮解车車冉房边邊饶饒瞿丘古米池阳";

/// Characters that spell foreign names and hardly occur in native given names.
const TRANSCRIBES: &str = "尔爾斯特克姆夫弗布普茲兹蒂迪莱萊里恩伊尼塔卡拉巴贝貝加阿埃奥奧厄穆诺諾帕皮佩萨薩索塞什托图圖蓋盖戈基吉吕呂格瑟勒默莫納纳娜妮斯頓顿";

/// Whether the parts are a native Chinese name: two and more, each of one or two Han characters.
pub(crate) fn is_chinese_name<'t>(mut parts: impl Iterator<Item = &'t str> + Clone) -> bool {
    let han = |c: char| is_han_or_hangul(c) && !is_hangul(c);
    let short = |t: &str| t.chars().count() <= NATIVE_PART_MAX && t.chars().all(han);
    parts.clone().count() > 1 && parts.all(short)
}

/// Whether the parts are a native Korean name: a family name of one syllable first or last, the others of one or
/// two. Foreign names put in Hangul have longer parts or no family name.
pub(crate) fn is_korean_name<'t>(mut parts: impl DoubleEndedIterator<Item = &'t str> + Clone) -> bool {
    let short = |t: &str| (1..=NATIVE_PART_MAX).contains(&t.chars().count()) && t.chars().all(is_hangul);
    let family = |t: Option<&str>| {
        t.is_some_and(|t| t.chars().count() == 1 && t.chars().all(|c| FAMILY_NAMES.contains(c)))
    };
    parts.clone().all(short) && (family(parts.next()) || family(parts.next_back()))
}

/// A native full name written without a blank: where its given part begins, in bytes.
pub(crate) fn family_name_end(text: &str) -> Option<usize> {
    let count = text.chars().count();
    if !(2..=3).contains(&count) || !text.chars().all(is_han_or_hangul) {
        return None;
    }
    if text.chars().skip(1).any(|c| TRANSCRIBES.contains(c)) {
        return None;
    }
    text.chars().next().filter(|c| FAMILY_NAMES.contains(*c)).map(char::len_utf8)
}

/// Most characters of a full name whose family name has one.
const FULL_NAME_MAX: usize = 3;

/// Whether this may be a native full name in Han, the family name first, with or without a blank after it.
pub(crate) fn may_be_native_han(text: &str) -> bool {
    let han = |c: char| is_han_or_hangul(c) && !is_hangul(c);
    let characters = text.chars().filter(|c| *c != ' ');
    let ordered = text.chars().enumerate().all(|(at, c)| han(c) || (c == ' ' && at == 1));
    ordered && (2..=FULL_NAME_MAX).contains(&characters.count())
}

/// Whether a syllable is a Korean family name.
pub(crate) fn is_korean_family_name(syllable: char) -> bool {
    is_hangul(syllable) && FAMILY_NAMES.contains(syllable)
}

const KOREAN_FIRST: [&str; 19] =
    ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"];
const KOREAN_VOWELS: [&str; 21] = [
    "a", "e", "ya", "ye", "o", "e", "yo", "ye", "o", "wa", "we", "e", "yo", "u", "wo", "we", "wi", "yu", "u",
    "i", "i",
];
const KOREAN_LAST: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t",
    "ng", "t", "t", "k", "t", "p", "t",
];

/// A Hangul syllable by its sounds: one letter for each vowel, unlike the official romanisation.
fn hangul(c: char, out: &mut String) {
    let at = u32::from(c).saturating_sub(0xac00) as usize;
    out.push_str(KOREAN_FIRST.get(at / 588).copied().unwrap_or_default());
    out.push_str(KOREAN_VOWELS.get(at % 588 / 28).copied().unwrap_or_default());
    out.push_str(KOREAN_LAST.get(at % 28).copied().unwrap_or_default());
}

pub(crate) fn is_hebrew(c: char) -> bool {
    matches!(u32::from(c), 0x590..=0x5ff)
}

/// Whether the text holds Han, Kana or Hangul.
pub(crate) fn is_cjk_text(text: &str) -> bool {
    matches!(script(text), Script::Syllabic | Script::Syllables | Script::Hangul)
}

/// Characters as they are read where they spell a foreign name, as far as their own reading says another consonant or a
/// vowel too many. The customary values of published transcription tables.
const SPELLS: &[(&str, &str)] = &[
    ("尔爾耳", "r"),
    ("斯司絲丝", "s"),
    ("特", "t"),
    ("克", "k"),
    ("姆", "m"),
    ("夫弗", "f"),
    ("布", "b"),
    ("普", "p"),
    ("德", "d"),
    ("格", "g"),
    ("茲兹", "z"),
    ("茨", "ts"),
    ("什", "sh"),
    ("赫", "h"),
    ("恩", "en"),
    ("吉", "gi"),
    ("基", "ki"),
    ("加", "ga"),
    ("蓋盖", "ga"),
    ("希", "hi"),
    ("西", "si"),
    ("辛", "sin"),
    ("约約", "yo"),
    ("措", "tso"),
    ("佐", "zo"),
    ("若", "jo"),
    ("热熱", "je"),
    ("日", "zh"),
    ("让讓", "zhan"),
    ("休", "hyu"),
    ("麥麦", "ma"),
];

fn spells(c: char) -> Option<&'static str> {
    SPELLS.iter().find(|(chars, _)| chars.contains(c)).map(|(_, read)| *read)
}

/// Whether Han characters spell a foreign name.
fn is_foreign(text: &str, script: Script) -> bool {
    match script {
        Script::Syllabic => true,
        Script::Syllables => text.chars().any(|c| TRANSCRIBES.contains(c)),
        _ => false,
    }
}

/// ASCII letters and digits for a lower-case token of that script.
pub(crate) fn ascii(text: &str, script: Script) -> String {
    if text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return text.to_owned();
    }
    if text == "이" {
        // The family name, which nobody writes with one letter.
        return "yi".to_owned();
    }
    if script == Script::Other
        && let Some(read) = indic::read(text).or_else(|| thai::read(text, thai::By::Sounds))
    {
        return read;
    }
    let foreign = is_foreign(text, script);
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut chars = text.nfd().filter(|c| keeps(*c)).nfc().peekable();
    while let Some(written) = chars.next() {
        let next = chars.peek().copied();
        let c = if repeats(written) { previous } else { written };
        if is_hangul(c) {
            hangul(c, &mut out);
            continue;
        }
        if kana::read(c, &mut out) {
            previous = c;
            continue;
        }
        match spells(c).filter(|_| foreign).or_else(|| letter(c, previous, next)) {
            Some(fixed) => out.push_str(fixed),
            None => out.extend(
                any_ascii_char(c).chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()),
            ),
        }
        previous = c;
    }
    out
}

/// Whether a character stands for the one before it, as in 佐々木.
fn repeats(c: char) -> bool {
    matches!(c, '々' | '〻' | 'ゝ' | 'ゞ' | 'ヽ' | 'ヾ')
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
        // The Ethiopic letters for a vowel alone, which others pass over.
        0x12a5 | 0x12d5 => Some("e"),
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

#[expect(clippy::match_same_arms, reason = "a table in the order of the alphabet")]
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

#[expect(clippy::match_same_arms, reason = "a table in the order of the alphabet")]
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
        'װ' => "v",
        'ױ' => "oy",
        'ײ' => "ay",
        'ׯ' => "y",
        _ => "",
    }
}

#[expect(clippy::match_same_arms, reason = "a table in the order of the alphabet")]
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
