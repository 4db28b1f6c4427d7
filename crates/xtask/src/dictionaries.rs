//! The dictionaries of `tenantry-names` that come from published sources, made anew from these. What is taken is decided
//! here by rule and not word by word; each file says where it comes from, and `NOTICE.txt` beside them under what terms.

use anyhow::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::run::root;

const SYMBOLS: &str = "symbols.json";
const NICKNAMES: &str = "names.csv";
const READINGS: &str = "Unihan_Readings.txt";

/// A short form of more names than this says too little about which is meant.
const NAMES_OF_NICKNAME_MAX: usize = 2;
/// Shorter words of organisations mean too many things.
const WORD_LETTERS_MIN: usize = 3;
/// A word that so many letters more make of another is derived from it and means something else: bank, banking.
const DERIVED_LETTERS_MIN: usize = 3;

/// Writes every dictionary from the sources in `folder`.
pub(crate) fn dictionaries(folder: &str) -> anyhow::Result<()> {
    let read = |name: &str| {
        let path = root().join(folder).join(name);
        fs::read_to_string(&path).with_context(|| format!("{} is one of the sources", path.display()))
    };
    let out = root().join("crates/names/data");
    write(&out, "organisations.txt", &organisations(&serde_json::from_str(&read(SYMBOLS)?)?))?;
    write(&out, "nicknames.txt", &nicknames(&read(NICKNAMES)?))?;
    write(&out, "hanja.txt", &hanja(&read(READINGS)?))
}

fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    println!("{name}: {} lines, {} bytes", text.lines().count(), text.len());
    Ok(fs::write(folder.join(name), text)?)
}

/// Words of organisations that mean the same, and names whose acronym is as usual as they are.
fn organisations(symbols: &BTreeMap<String, BTreeMap<String, Vec<String>>>) -> String {
    let mut out = "# Words of organisations' names that mean the same in several languages, and what is known by an acronym.
# From rigour 2.6.1 (symbols.json), copyright 2023-2025 OpenSanctions Datenbanken GmbH, MIT; see NOTICE.txt.
# Made by `cargo xtask dictionaries`: single words of three letters and more in alphabets, Arabic or Hebrew, without those
# derived from another.
[trade]
"
    .to_owned();
    let mut known = String::from("[known]\n");
    let groups = || ["org_domains", "org_symbols"].iter().filter_map(|k| symbols.get(*k)).flatten();
    for (_, forms) in groups() {
        let words: BTreeSet<String> = forms.iter().filter_map(|f| single_word(f)).collect();
        let plain: Vec<&str> = words.iter().filter(|w| !is_derived(w, &words)).map(String::as_str).collect();
        if plain.len() > 1 {
            let _ = writeln!(out, "{}", plain.join(" "));
        }
    }
    for (acronym, forms) in groups().filter(|(key, forms)| forms.contains(key)) {
        let long: BTreeSet<String> = forms.iter().filter_map(|f| several_words(f)).collect();
        for name in long {
            let _ = writeln!(known, "{name}={}", acronym.to_lowercase());
        }
    }
    out + &known
}

fn single_word(form: &str) -> Option<String> {
    let letters = |c: char| c.is_alphabetic() && u32::from(c) < 0x700;
    let word = form.to_lowercase();
    (word.chars().all(letters) && word.chars().count() >= WORD_LETTERS_MIN).then_some(word)
}

fn is_derived(word: &str, among: &BTreeSet<String>) -> bool {
    let longer = |ending: &str| ending.chars().count() >= DERIVED_LETTERS_MIN;
    among.iter().any(|stem| word.strip_prefix(stem.as_str()).is_some_and(longer))
}

fn several_words(form: &str) -> Option<String> {
    let plain: String = form.to_lowercase().chars().filter(|c| !matches!(c, '\'' | '’')).collect();
    let words: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    (plain.is_ascii() && words.len() > 1).then(|| words.join(" "))
}

/// Given names and their short forms, one name a line.
fn nicknames(table: &str) -> String {
    let mut of_name: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut of_nickname: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let plain = |word: &str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    for line in table.lines() {
        let mut fields = line.split(',');
        let (Some(name), Some("has_nickname"), Some(nickname)) =
            (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        if plain(name) && plain(nickname) {
            of_name.entry(name).or_default().insert(nickname);
            of_nickname.entry(nickname).or_default().insert(name);
        }
    }
    let mut out = "# English given names and what their bearers are called.
# From nicknames 1.0.1 (names.csv), Carlton Northern and contributors, Apache-2.0; see NOTICE.txt.
# Made by `cargo xtask dictionaries`: short forms of two names at most.
[given]
"
    .to_owned();
    for (name, nicknames) in of_name {
        let telling = |n: &&&str| of_nickname.get(**n).is_some_and(|of| of.len() <= NAMES_OF_NICKNAME_MAX);
        let kept: Vec<&str> = nicknames.iter().filter(telling).copied().collect();
        if !kept.is_empty() {
            let _ = writeln!(out, "{name} {}", kept.join(" "));
        }
    }
    out
}

/// Korean readings of Chinese characters, one reading a line: characters' first readings, then their others.
fn hanja(table: &str) -> String {
    let mut sections = [BTreeMap::<char, String>::new(), BTreeMap::new()];
    for line in table.lines() {
        let mut fields = line.split('\t');
        let (Some(code), Some("kHangul"), Some(readings)) = (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let character = code.strip_prefix("U+").and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(character) = character.and_then(char::from_u32).filter(|c| u32::from(*c) <= 0xffff) else {
            continue;
        };
        for (section, reading) in sections.iter_mut().zip(readings.split(' ')) {
            if let Some(syllable) = reading.chars().next() {
                section.entry(syllable).or_default().push(character);
            }
        }
    }
    let mut out = "# How Koreans read Chinese characters: the first reading of each, then a second where there is one.
# From Unihan_Readings.txt (kHangul) of Unicode 14.0.0, copyright 1991-2021 Unicode, Inc., Unicode License V3; see NOTICE.txt.
# Made by `cargo xtask dictionaries`.
"
    .to_owned();
    for (heading, section) in ["[first]", "[second]"].iter().zip(sections) {
        let _ = writeln!(out, "{heading}");
        for (syllable, characters) in section {
            let _ = writeln!(out, "{syllable} {characters}");
        }
    }
    out
}
