//! Indic scripts by their sounds: consonants with the vowel `a` in them unless a sign gives another or takes it away. Nine of
//! them have the same letters in the same places of their blocks (the order of ISO 15919 and IS 13194), so one table reads all;
//! Sinhala has its own.

/// The blocks of one layout, from Devanagari to Malayalam.
const FIRST: u32 = 0x900;
const LAST: u32 = 0xd7f;
const SINHALA: std::ops::RangeInclusive<u32> = 0xd80..=0xdff;
const GURMUKHI: u32 = 0xa00;
const ORIYA: u32 = 0xb00;
const TAMIL: u32 = 0xb80;

/// What a character does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A consonant, which holds the vowel `a`.
    Consonant(&'static str),
    /// A consonant at the end of a syllable.
    Dead(&'static str),
    /// A vowel of its own.
    Vowel(&'static str),
    /// A vowel in place of that in the consonant.
    Mark(&'static str),
    /// Takes the vowel away.
    Virama,
    /// Makes another consonant of the one before.
    Nukta,
    /// A nasal as the next consonant has it.
    Nasal,
    /// Nothing that is heard.
    Silent,
}

/// One consonant or vowel as it is heard.
struct Sound {
    text: &'static str,
    of: Of,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Consonant,
    /// A nasal that is written as a mark and makes no cluster.
    Nasal,
    Vowel,
    /// The vowel that a consonant holds by itself.
    Inherent,
}

impl Sound {
    fn vowel(&self) -> bool {
        matches!(self.of, Of::Vowel | Of::Inherent)
    }
}

/// Whether the text is in one of these scripts.
pub(crate) fn is_indic(c: char) -> bool {
    (FIRST..=*SINHALA.end()).contains(&u32::from(c))
}

/// ASCII letters for a token of these scripts; `None` when it has other characters.
pub(crate) fn read(text: &str) -> Option<String> {
    let block = text.chars().next().map(|c| u32::from(c) & !0x7f)?;
    let mut sounds: Vec<Sound> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let sign = sign(c)?;
        let next = chars.peek().copied().and_then(self::sign);
        match sign {
            Sign::Consonant(text) => {
                let nukta = next == Some(Sign::Nukta);
                if nukta {
                    chars.next();
                }
                let text = if nukta { with_nukta(text) } else { text };
                let text = if block == TAMIL { in_tamil(text, &sounds, chars.peek()) } else { text };
                sounds.push(Sound { text, of: Of::Consonant });
                let next = chars.peek().copied().and_then(self::sign);
                if !matches!(next, Some(Sign::Mark(_) | Sign::Virama)) {
                    sounds.push(Sound { text: "a", of: Of::Inherent });
                }
            }
            Sign::Dead(text) => sounds.push(Sound { text, of: Of::Consonant }),
            Sign::Vowel(text) | Sign::Mark(text) => {
                sounds.push(Sound { text, of: Of::Vowel });
            }
            Sign::Nasal => {
                let labial = matches!(next, Some(Sign::Consonant(next)) if next.starts_with(['p', 'b', 'm']));
                // In the south a word ends in it as in `m`.
                let text = if labial || (next.is_none() && block >= TAMIL) { "m" } else { "n" };
                sounds.push(Sound { text, of: Of::Nasal });
            }
            Sign::Virama | Sign::Nukta | Sign::Silent => {}
        }
    }
    if block <= ORIYA {
        drop_last(&mut sounds);
        if matches!(block, FIRST | GURMUKHI | 0xa80) {
            drop_inner(&mut sounds);
        }
    }
    Some(sounds.iter().map(|s| s.text).collect())
}

/// In the north a word does not end in the vowel of its last consonant, but for one that follows another consonant.
fn drop_last(sounds: &mut Vec<Sound>) {
    if let [.., before, consonant, last] = sounds.as_slice()
        && last.of == Of::Inherent
        && consonant.of == Of::Consonant
        && before.of != Of::Consonant
    {
        sounds.pop();
    }
}

/// Nor is it heard between a syllable with a vowel and one that begins with a single consonant.
fn drop_inner(sounds: &mut Vec<Sound>) {
    let mut at = sounds.len();
    while at > 4 {
        at -= 1;
        if let Some([before, consonant, inner, after, next]) = sounds.get(at - 4..=at)
            && before.vowel()
            && consonant.of == Of::Consonant
            && inner.of == Of::Inherent
            && after.of == Of::Consonant
            && next.vowel()
        {
            sounds.remove(at - 2);
        }
    }
}

fn with_nukta(text: &'static str) -> &'static str {
    match text {
        "k" => "q",
        "g" => "gh",
        "j" => "z",
        "d" | "dh" => "r",
        "ph" => "f",
        other => other,
    }
}

/// Tamil writes one letter for a sound with and without voice: between vowels and after a nasal it has one, doubled it has
/// none. `ch` is `s` but doubled or after a nasal.
fn in_tamil(text: &'static str, before: &[Sound], next: Option<&char>) -> &'static str {
    let last = before.last();
    let doubled = last.is_some_and(|s| s.text == text) || next.is_some_and(|c| *c == '\u{bcd}');
    let nasal = last.is_some_and(|s| matches!(s.text, "n" | "m"));
    let voiced = !doubled && last.is_some_and(|s| s.vowel() || nasal);
    match text {
        "k" if voiced => "g",
        "t" if voiced => "d",
        "p" if voiced => "b",
        "ch" if nasal => "j",
        "ch" if !doubled => "s",
        other => other,
    }
}

fn sign(c: char) -> Option<Sign> {
    let code = u32::from(c);
    match code {
        FIRST..=LAST => shared(code),
        _ if SINHALA.contains(&code) => sinhala(code),
        _ => None,
    }
}

const CONSONANTS: [&str; 37] = [
    "k", "kh", "g", "gh", "n", "ch", "ch", "j", "jh", "n", "t", "th", "d", "dh", "n", "t", "th", "d", "dh",
    "n", "n", "p", "ph", "b", "bh", "m", "y", "r", "r", "l", "l", "zh", "v", "sh", "sh", "s", "h",
];
const VOWELS: [&str; 16] =
    ["a", "a", "i", "i", "u", "u", "ri", "li", "e", "e", "e", "ai", "o", "o", "o", "au"];
const MARKS: [&str; 15] = ["a", "i", "i", "u", "u", "ri", "ri", "e", "e", "e", "ai", "o", "o", "o", "au"];

fn shared(code: u32) -> Option<Sign> {
    let at = code & 0x7f;
    let of = |table: &[&'static str], from: u32| table.get((at - from) as usize).copied();
    // What one script has in a place of its own.
    let own = match code {
        0xb5f => Some(Sign::Consonant("y")),
        0xa5c | 0x9f0 | 0xd4e => Some(Sign::Consonant("r")),
        0x9f1 | 0xb71 => Some(Sign::Consonant("v")),
        0x9ce => Some(Sign::Dead("t")),
        0xa70 => Some(Sign::Nasal),
        0xa71..=0xa73 | 0xb83 => Some(Sign::Silent),
        0xd54 => Some(Sign::Dead("m")),
        0xd55 => Some(Sign::Dead("y")),
        0xd56 => Some(Sign::Dead("zh")),
        0xd7a | 0xd7b => Some(Sign::Dead("n")),
        0xd7c => Some(Sign::Dead("r")),
        0xd7d | 0xd7e => Some(Sign::Dead("l")),
        0xd7f => Some(Sign::Dead("k")),
        0x972 => Some(Sign::Vowel("a")),
        _ => None,
    };
    if own.is_some() {
        return own;
    }
    Some(match at {
        0x01 | 0x02 => Sign::Nasal,
        0x03 => Sign::Dead("h"),
        0x05..=0x14 => Sign::Vowel(of(&VOWELS, 0x05)?),
        0x15..=0x39 => Sign::Consonant(of(&CONSONANTS, 0x15)?),
        0x3c => Sign::Nukta,
        0x3e..=0x4c => Sign::Mark(of(&MARKS, 0x3e)?),
        0x4d => Sign::Virama,
        0x3d | 0x50..=0x57 => Sign::Silent,
        0x66..=0x6f => Sign::Dead(of(&DIGITS, 0x66)?),
        _ => return None,
    })
}

const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Letters of Sinhala from U+0D9A on; gaps are empty.
const SINHALA_CONSONANTS: [&str; 45] = [
    "k", "kh", "g", "gh", "n", "ng", "ch", "ch", "j", "jh", "n", "n", "nj", "t", "th", "d", "dh", "n", "nd",
    "t", "th", "d", "dh", "n", "", "nd", "p", "ph", "b", "bh", "m", "mb", "y", "r", "", "l", "", "", "v",
    "sh", "sh", "s", "h", "l", "f",
];
const SINHALA_VOWELS: [&str; 18] =
    ["a", "a", "e", "e", "i", "i", "u", "u", "ri", "ri", "li", "li", "e", "e", "ai", "o", "o", "au"];
const SINHALA_MARKS: [&str; 17] =
    ["a", "e", "e", "i", "i", "u", "", "u", "", "ru", "e", "e", "ai", "o", "o", "au", "l"];

fn sinhala(code: u32) -> Option<Sign> {
    let of = |table: &[&'static str], from: u32| {
        table.get((code - from) as usize).copied().filter(|text| !text.is_empty())
    };
    Some(match code {
        0xd81 | 0xd82 => Sign::Nasal,
        0xd83 => Sign::Dead("h"),
        0xd85..=0xd96 => Sign::Vowel(of(&SINHALA_VOWELS, 0xd85)?),
        0xd9a..=0xdc6 => Sign::Consonant(of(&SINHALA_CONSONANTS, 0xd9a)?),
        0xdca => Sign::Virama,
        0xdcf..=0xddf => Sign::Mark(of(&SINHALA_MARKS, 0xdcf)?),
        0xde6..=0xdef => Sign::Dead(of(&DIGITS, 0xde6)?),
        0xdf2 => Sign::Mark("ru"),
        _ => return None,
    })
}
