//! Names in Chinese characters as Koreans read them: 金正恩 is *Kim Jong Un* to them and *Jin Zheng'en* to a Chinese. What
//! is written does not say whose name it is, so such a name has both readings.

use crate::romanise;
use std::collections::HashMap;
use std::sync::LazyLock;

const HANJA: &str = include_str!("../data/hanja.txt");

/// A character's readings, the first first.
type Readings = (char, Option<char>);

static READINGS: LazyLock<HashMap<char, Readings>> = LazyLock::new(|| {
    let mut out: HashMap<char, Readings> = HashMap::new();
    let mut second = false;
    for line in HANJA.lines() {
        second |= line == "[second]";
        let Some((syllable, characters)) = line.split_once(' ') else { continue };
        let Some(syllable) = syllable.chars().next().filter(|c| *c != '#') else { continue };
        for character in characters.chars() {
            let readings = out.entry(character).or_insert((syllable, None));
            if second {
                readings.1 = Some(syllable);
            }
        }
    }
    out
});

/// A full name in Chinese characters, blanks kept, each character as Koreans read it, when the first is a Korean family
/// name.
pub(crate) fn in_korean(text: &str) -> Option<String> {
    if !romanise::may_be_native_han(text) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let (first, second) = if c == ' ' { (' ', None) } else { *READINGS.get(&c)? };
        let family = out.is_empty();
        let bears = |reading: &char| romanise::is_korean_family_name(*reading);
        out.push(if family { second.filter(bears).or(Some(first).filter(bears))? } else { first });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names_are_read_in_korean() {
        for (han, hangul) in
            [("金正恩", "김정은"), ("李 明博", "이 명박"), ("朴槿惠", "박근혜"), ("文在寅", "문재인")]
        {
            assert_eq!(in_korean(han).as_deref(), Some(hangul), "{han}");
        }
        for other in ["金", "Kim", "김정은", "奥巴马", "金正恩同志", "马丁·路德", "正恩 金"]
        {
            assert_eq!(in_korean(other), None, "{other}");
        }
    }
}
