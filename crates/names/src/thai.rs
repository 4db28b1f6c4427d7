//! Thai, by its sounds and by its letters. Vowels stand before, above, below and behind the consonant they follow, and not all are
//! written; a consonant sounds otherwise at the end of a syllable. The general system of the Royal Society writes the sounds. Many people
//! write their own name by the letters instead, as the Sanskrit and Pali words in it are written, so a name has both readings.

/// How a name is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// What is heard.
    Sounds,
    /// What is written.
    Letters,
}

/// Consonants: the letter, its sound before a vowel, its sound at the end of a syllable, the letter it is written with by letters.
const CONSONANTS: &[(char, &str, &str, &str)] = &[
    ('ก', "k", "k", "k"),
    ('ข', "kh", "k", "kh"),
    ('ฃ', "kh", "k", "kh"),
    ('ค', "kh", "k", "k"),
    ('ฅ', "kh", "k", "k"),
    ('ฆ', "kh", "k", "g"),
    ('ง', "ng", "ng", "ng"),
    ('จ', "ch", "t", "j"),
    ('ฉ', "ch", "t", "ch"),
    ('ช', "ch", "t", "j"),
    ('ซ', "s", "t", "s"),
    ('ฌ', "ch", "t", "j"),
    ('ญ', "y", "n", "y"),
    ('ฎ', "d", "t", "d"),
    ('ฏ', "t", "t", "t"),
    ('ฐ', "th", "t", "th"),
    ('ฑ', "th", "t", "d"),
    ('ฒ', "th", "t", "dh"),
    ('ณ', "n", "n", "n"),
    ('ด', "d", "t", "d"),
    ('ต', "t", "t", "t"),
    ('ถ', "th", "t", "th"),
    ('ท', "th", "t", "t"),
    ('ธ', "th", "t", "t"),
    ('น', "n", "n", "n"),
    ('บ', "b", "p", "b"),
    ('ป', "p", "p", "p"),
    ('ผ', "ph", "p", "p"),
    ('ฝ', "f", "p", "f"),
    ('พ', "ph", "p", "p"),
    ('ฟ', "f", "p", "f"),
    ('ภ', "ph", "p", "b"),
    ('ม', "m", "m", "m"),
    ('ย', "y", "i", "y"),
    ('ร', "r", "n", "r"),
    ('ล', "l", "n", "l"),
    ('ว', "w", "o", "v"),
    ('ศ', "s", "t", "s"),
    ('ษ', "s", "t", "s"),
    ('ส', "s", "t", "s"),
    ('ห', "h", "", "h"),
    ('ฬ', "l", "n", "l"),
    ('อ', "", "", ""),
    ('ฮ', "h", "", "h"),
];

const THANTHAKHAT: char = '\u{e4c}';

/// Whether a character is Thai.
pub(crate) fn is_thai(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e50}'..='\u{e59}')
}

/// ASCII letters for a Thai token; `None` when it has other characters.
pub(crate) fn read(text: &str, by: By) -> Option<String> {
    if text.is_empty() || !text.chars().all(is_thai) {
        return None;
    }
    let letters = heard(text);
    let mut reader = Reader { letters: &letters, at: 0, by, out: String::with_capacity(text.len()) };
    while reader.at < letters.len() {
        reader.syllable();
    }
    Some(reader.out)
}

/// The letters without tones, repetition and what a thanthakhat silences: a consonant with its vowel, and a second one that could end
/// no syllable any more.
fn heard(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = Vec::new();
    for c in text.chars() {
        match c {
            // Tones, repetition, abbreviation.
            '\u{e48}'..='\u{e4b}' | '\u{e46}' | '\u{e2f}' | '\u{e4e}' | '\u{e3a}' => {}
            // Sara am in two signs.
            '\u{e32}' if letters.last() == Some(&'\u{e4d}') => {
                letters.pop();
                letters.push('\u{e33}');
            }
            THANTHAKHAT => {
                while letters.last().is_some_and(|last| is_above_or_below(*last)) {
                    letters.pop();
                }
                let silenced = letters.pop();
                if let [.., vowel, first, second] = letters.as_slice()
                    && matches!(silenced, Some('ร' | 'ล' | 'ณ' | 'น' | 'ย'))
                    && is_vowel(*vowel)
                    && is_consonant(*first)
                    && is_consonant(*second)
                {
                    letters.pop();
                }
            }
            other => letters.push(other),
        }
    }
    letters
}

fn is_above_or_below(c: char) -> bool {
    matches!(c, '\u{e31}' | '\u{e34}'..='\u{e39}' | '\u{e47}')
}

/// Vowel signs that follow their consonant.
fn is_vowel(c: char) -> bool {
    is_above_or_below(c) || matches!(c, '\u{e30}' | '\u{e32}' | '\u{e33}' | '\u{e45}')
}

fn is_consonant(c: char) -> bool {
    CONSONANTS.iter().any(|row| row.0 == c)
}

/// Whether two consonants are one stop at the end of a syllable.
fn ends_alike(one: char, other: char) -> bool {
    let last = |letter: char| CONSONANTS.iter().find(|row| row.0 == letter).map(|row| row.2);
    last(one) == last(other) && matches!(last(one), Some("k" | "t" | "p"))
}

struct Reader<'a> {
    letters: &'a [char],
    at: usize,
    by: By,
    out: String,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn consonant(&self, ahead: usize) -> bool {
        self.peek(ahead).is_some_and(is_consonant)
    }

    /// Whether the letter so far ahead has a vowel of its own written behind it.
    fn has_vowel(&self, ahead: usize) -> bool {
        self.peek(ahead + 1).is_some_and(is_vowel)
    }

    fn before(&self) -> Option<char> {
        self.letters.get(self.at.checked_sub(1)?).copied()
    }

    fn take(&mut self, letters: usize) {
        self.at += letters;
    }

    fn say(&mut self, sound: &str) {
        self.out.push_str(sound);
    }

    /// How a consonant begins a syllable.
    fn first(&mut self, letter: char) {
        if let Some((_, sound, _, written)) = CONSONANTS.iter().find(|row| row.0 == letter) {
            self.say(if self.by == By::Sounds { sound } else { written });
        }
    }

    /// How a consonant ends one.
    fn last(&mut self, letter: char) {
        if let Some((_, _, sound, written)) = CONSONANTS.iter().find(|row| row.0 == letter) {
            self.say(if self.by == By::Sounds || matches!(letter, 'ย' | 'ว' | 'ญ') {
                sound
            } else {
                written
            });
        }
    }

    fn syllable(&mut self) {
        match self.peek(0) {
            Some(before @ '\u{e40}'..='\u{e44}') => {
                self.take(1);
                self.with_vowel_before(before);
            }
            Some('ฤ') => {
                self.take(1);
                let after = self.out.ends_with(|c: char| c.is_ascii_alphabetic());
                self.say(if after { "ri" } else { "rue" });
            }
            Some('ฦ') => {
                self.take(1);
                self.say("lue");
            }
            Some(digit @ '\u{e50}'..='\u{e59}') => {
                self.take(1);
                self.out.extend(char::from_digit(u32::from(digit) - 0xe50, 10));
            }
            Some(letter) if is_consonant(letter) => {
                self.onset();
                self.vowel_behind(letter);
            }
            // A vowel without its consonant.
            _ => self.take(1),
        }
    }

    /// One or two consonants before the vowel.
    fn onset(&mut self) {
        let (Some(first), second) = (self.peek(0), self.peek(1)) else { return };
        let leads = matches!(second, Some('ง' | 'ญ' | 'น' | 'ม' | 'ย' | 'ร' | 'ล' | 'ว'));
        let follows = matches!(second, Some('ร' | 'ล' | 'ว'));
        let opens = self.has_vowel(1);
        match (first, second) {
            // ห and อ only give the next its tone.
            ('ห', Some(second)) if leads && (opens || self.consonant(2)) => {
                self.first(second);
                self.take(2);
            }
            ('อ', Some('ย')) if opens => {
                self.first('ย');
                self.take(2);
            }
            ('ท', Some('ร')) if opens || self.consonant(2) => {
                self.say("s");
                self.take(2);
            }
            ('ก' | 'ข' | 'ค' | 'ต' | 'ป' | 'ผ' | 'พ' | 'จ' | 'ศ', Some(second)) if follows && opens =>
            {
                self.first(first);
                if !(matches!(first, 'จ' | 'ศ') && self.by == By::Sounds) {
                    self.first(second);
                }
                self.take(2);
            }
            _ => {
                self.first(first);
                self.take(1);
            }
        }
    }

    /// A consonant that ends the syllable, if one does.
    fn close(&mut self) {
        let Some(letter) = self.peek(0).filter(|c| is_consonant(*c) && *c != 'อ' && *c != 'ห') else {
            return;
        };
        if self.has_vowel(0) || self.peek(1) == Some('อ') && !self.has_vowel(1) {
            return;
        }
        // In names ร hardly ever ends a syllable before another, and a doubled one is a vowel of the next.
        let goes_on = self.consonant(1) || matches!(self.peek(1), Some('\u{e40}'..='\u{e44}'));
        let doubled = self.peek(1) == Some('ร') && self.peek(2) == Some('ร');
        if doubled || (letter == 'ร' && goes_on) {
            return;
        }
        // Two that are left over are a syllable of their own, but for one that is doubled and for "-tra", "-kra" after a short vowel.
        let left_over = self.consonant(1) && self.peek(2).is_none();
        let short = matches!(self.before(), Some('\u{e31}' | '\u{e34}' | '\u{e36}' | '\u{e38}'));
        let twice = self.peek(1).is_some_and(|next| next != 'ร' && ends_alike(letter, next));
        let unheard = left_over && (twice || (self.peek(1) == Some('ร') && (short || letter == 'ต')));
        if left_over && !unheard {
            return;
        }
        self.take(1);
        self.last(letter);
        if unheard && self.by == By::Sounds {
            self.take(1);
        }
    }

    fn with_vowel_before(&mut self, vowel: char) {
        if !self.consonant(0) {
            return;
        }
        // Before a vowel that is written first a cluster is told by its letters alone.
        let cluster = matches!(
            (self.peek(0), self.peek(1)),
            (Some('ก' | 'ข' | 'ค' | 'ต' | 'ป' | 'ผ' | 'พ'), Some('ร' | 'ล'))
        ) && (self.peek(2).is_some());
        let silent = self.peek(0) == Some('ห')
            && matches!(self.peek(1), Some('ง' | 'ญ' | 'น' | 'ม' | 'ย' | 'ร' | 'ล' | 'ว'))
            && self.peek(2).is_some();
        let letters = if cluster || silent { 2 } else { 1 };
        for ahead in usize::from(silent)..letters {
            if let Some(letter) = self.peek(ahead) {
                self.first(letter);
            }
        }
        self.take(letters);
        match vowel {
            '\u{e40}' => self.with_e(),
            '\u{e41}' => {
                self.say("ae");
                self.short();
                self.close();
            }
            '\u{e42}' => {
                self.say("o");
                self.short();
                self.close();
            }
            _ => {
                self.say("ai");
                if self.peek(0) == Some('ย') && !self.has_vowel(0) {
                    self.take(1);
                }
            }
        }
    }

    /// Signs that make a vowel short.
    fn short(&mut self) {
        while matches!(self.peek(0), Some('\u{e47}' | '\u{e30}')) {
            self.take(1);
        }
    }

    fn with_e(&mut self) {
        match (self.peek(0), self.peek(1)) {
            (Some('\u{e35}'), Some('ย')) => self.long(2, "ia"),
            (Some('\u{e37}'), Some('อ')) => self.long(2, "uea"),
            (Some('\u{e32}'), Some('\u{e30}')) => self.long(2, "o"),
            (Some('\u{e32}'), _) => {
                self.take(1);
                self.say("ao");
            }
            (Some('\u{e34}'), _) => self.long(1, "oe"),
            (Some('อ'), next) if next.is_none_or(|c| !is_vowel(c)) => self.long(1, "oe"),
            (Some('ย'), next) if next.is_none_or(|c| !is_vowel(c)) => {
                self.take(1);
                self.say("oei");
            }
            _ => {
                self.say("e");
                self.short();
                self.close();
            }
        }
    }

    fn long(&mut self, letters: usize, vowel: &str) {
        self.take(letters);
        self.say(vowel);
        self.short();
        self.close();
    }

    /// The vowel behind the consonants that were read, and what ends the syllable.
    fn vowel_behind(&mut self, letter: char) {
        let vowel = match self.peek(0) {
            Some('\u{e31}') => return self.short_a(),
            Some('\u{e33}') => {
                self.take(1);
                return self.say("am");
            }
            Some('\u{e30}') => {
                self.take(1);
                return self.say("a");
            }
            Some('\u{e32}' | '\u{e45}') => "a",
            Some('\u{e34}' | '\u{e35}') => "i",
            Some('\u{e36}' | '\u{e37}') => "ue",
            Some('\u{e38}' | '\u{e39}') => "u",
            Some('\u{e47}') => {
                self.take(1);
                if self.peek(0) == Some('อ') {
                    self.take(1);
                }
                self.say("o");
                return self.close();
            }
            _ => return self.unwritten(letter),
        };
        let carries = self.peek(0) == Some('\u{e37}') && self.peek(1) == Some('อ');
        self.long(if carries { 2 } else { 1 }, vowel);
    }

    fn short_a(&mut self) {
        match self.peek(1) {
            Some('ว') if !self.has_vowel(1) => self.long(2, "ua"),
            Some('ย') if !self.has_vowel(1) => {
                self.take(2);
                self.say("ai");
            }
            _ => self.long(1, "a"),
        }
    }

    /// A consonant without a vowel: `o` where another consonant ends the syllable, `a` where none does.
    fn unwritten(&mut self, letter: char) {
        match (self.peek(0), self.peek(1)) {
            (Some('ร'), Some('ร')) => {
                self.take(2);
                self.say("a");
                let ends = self.consonant(0) && !self.has_vowel(0);
                if ends { self.close() } else { self.say("n") }
            }
            (Some('อ'), next) if next.is_none_or(|c| !is_vowel(c)) => self.long(1, "o"),
            (Some('ว'), Some(end)) if is_consonant(end) && !self.has_vowel(0) && !self.has_vowel(1) => {
                self.long(1, "ua");
            }
            // Hardly ever the end of a syllable before another in a name.
            (Some('ว' | 'ร'), Some(next)) if is_consonant(next) && !self.has_vowel(0) => self.say("a"),
            // Three in a row: the first has the short vowel, the others are a syllable.
            (Some(next), Some(end)) if is_consonant(next) && is_consonant(end) && self.peek(2).is_none() => {
                self.say("a");
            }
            (Some(end), _) if is_consonant(end) && end != 'อ' && end != 'ห' && !self.has_vowel(0) => {
                self.say("o");
                self.close();
            }
            (None, _) if self.by == By::Sounds && self.out.len() > 2 && letter != 'อ' => {}
            _ => self.say("a"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_their_sounds() {
        for (thai, sounds) in [
            ("สมชาย", "somchai"),
            ("ทักษิณ", "thaksin"),
            ("ชินวัตร", "chinwat"),
            ("ประยุทธ์", "prayut"),
            ("จันทร์", "chan"),
            ("วงศ์สวัสดิ์", "wongsawat"),
            ("สุเทพ", "suthep"),
            ("เทือก", "thueak"),
            ("ไทย", "thai"),
            ("เกษม", "kesom"),
            ("เสือ", "suea"),
            ("เมีย", "mia"),
            ("บัว", "bua"),
            ("สุพรรณ", "suphan"),
            ("หมู", "mu"),
            ("น้ำ", "nam"),
        ] {
            assert_eq!(read(thai, By::Sounds).as_deref(), Some(sounds), "{thai}");
        }
        assert_eq!(read("Ada", By::Sounds), None);
        assert_eq!(read("สมA", By::Sounds), None);
    }
}
