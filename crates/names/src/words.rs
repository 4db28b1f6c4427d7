//! Words with a duty: particles, titles, legal forms, numbers, equivalent names, and how common a word is. The
//! lists are small files in `data/`, compiled in; they hold general knowledge about names, no listed person.

use crate::look::Look;
use crate::name::{Form, NameKind};
use crate::near;
use crate::romanise;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

const WORDS: &str = include_str!("../data/words.txt");
const ORGANISATIONS: &str = include_str!("../data/organisations.txt");
const NICKNAMES: &str = include_str!("../data/nicknames.txt");
const FREQUENT: &str = include_str!("../data/frequent.txt");

/// Names counted for `data/frequent.txt`.
const NAMES_COUNTED: u32 = 41_859;

/// What the dictionaries say of one word.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent duties of one word")]
pub(crate) struct Entry {
    pub(crate) particle: bool,
    /// Joins the words of an organisation's name; in a person's it is a name.
    pub(crate) joining: bool,
    pub(crate) chain: bool,
    pub(crate) title: bool,
    pub(crate) legal: bool,
    /// A legal form that is no name of a person.
    pub(crate) commercial: bool,
    pub(crate) place: bool,
    /// The country it is, as a two-letter code in lower case.
    pub(crate) country: Option<&'static str>,
    /// A given name, of one language or several.
    pub(crate) given: bool,
    pub(crate) number: Option<u16>,
    /// Says that a number follows.
    pub(crate) numbering: bool,
    /// Equivalence classes; 0 for none.
    pub(crate) same: [u16; 2],
    /// How many counted names hold the word or an equivalent of it.
    pub(crate) count: u32,
    /// How many hold the word itself.
    alone: u32,
    /// Classes in an organisation's name, and how many counted names hold a word of one; 0 when it is the same there.
    trade: [u16; 2],
    trade_count: u32,
}

static ENTRIES: LazyLock<Entries> = LazyLock::new(read);

type Entries = HashMap<&'static str, Entry, BuildHasherDefault<WordHasher>>;

/// A plain multiplicative hash: the words in the table are ours, so nobody can choose them to collide.
#[derive(Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let packed = chunk.iter().fold(0_u64, |packed, b| packed << 8 | u64::from(*b));
            self.0 = (self.0.rotate_left(5) ^ packed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// Several words that are one.
struct Phrase {
    words: Vec<&'static str>,
    /// How they are written short; nothing for a legal form.
    short: Option<&'static str>,
}

/// Phrases by their first word, romanised.
static PHRASES: LazyLock<HashMap<&'static str, Vec<Phrase>>> = LazyLock::new(|| {
    let mut out: HashMap<&str, Vec<Phrase>> = HashMap::new();
    let romanised = |word| match romanise::ascii(word, romanise::script(word)) {
        ascii if ascii == word => word,
        ascii => ascii.leak(),
    };
    let short = lines_of(WORDS, "[phrase]").filter_map(|l| l.split_once('='));
    let short = short.map(|(long, short)| (long, Some(short)));
    for (long, short) in short.chain(lines_of(WORDS, "[form]").map(|long| (long, None))) {
        let words: Vec<&str> = long.split(' ').map(romanised).collect();
        if let Some(first) = words.first() {
            out.entry(first).or_default().push(Phrase { words, short });
        }
    }
    out
});

/// Legal forms in writings that put no blank between words.
pub(crate) fn forms_without_blank() -> impl Iterator<Item = &'static str> {
    static FORMS: LazyLock<Vec<&str>> =
        LazyLock::new(|| lines_of(WORDS, "[form]").filter(|form| romanise::is_cjk_text(form)).collect());
    FORMS.iter().copied()
}

/// Words from the first on that are one.
pub(crate) struct Joined {
    pub(crate) words: usize,
    /// How they are written short; nothing for a legal form.
    pub(crate) short: Option<&'static str>,
}

/// The longest phrase that begins with the first word; legal forms among them where they are looked for.
pub(crate) fn phrase<'f>(
    forms: impl Iterator<Item = &'f str> + Clone,
    with_forms: impl Fn() -> bool,
) -> Option<Joined> {
    let all = PHRASES.get(forms.clone().next()?)?;
    let begins = |phrase: &&Phrase| {
        let mut given = forms.clone();
        (phrase.short.is_some() || with_forms())
            && phrase.words.iter().all(|word| given.next() == Some(*word))
    };
    let longest = all.iter().filter(begins).max_by_key(|phrase| phrase.words.len())?;
    Some(Joined { words: longest.words.len(), short: longest.short })
}

/// Organisations by each of their names, as an acronym, and which lengths these names have, one bit each.
static KNOWN: LazyLock<(HashMap<&'static str, &'static str>, u64)> = LazyLock::new(|| {
    let names = lines_of(ORGANISATIONS, "[known]").filter_map(|l| l.split_once('='));
    let all: HashMap<_, _> =
        names.flat_map(|(name, acronym)| [(name, acronym), (acronym, acronym)]).collect();
    let lengths = all.keys().fold(0, |set, name| set | 1 << (name.len() & 63));
    (all, lengths)
});

/// Whether an organisation may be known by a whole name of this length, blanks counted.
pub(crate) fn may_be_known(length: usize) -> bool {
    KNOWN.1 >> (length & 63) & 1 == 1
}

/// The acronym of an organisation that is widely known by it, by one of its whole names in plain words.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    KNOWN.0.get(name).copied()
}

/// Whether two words name different countries, so that neither is the other mistyped.
pub(crate) fn other_countries(a: &Form, b: &Form) -> bool {
    let country = |form: &Form| entry(form.ascii()).and_then(|entry| entry.country);
    country(a).zip(country(b)).is_some_and(|(a, b)| a != b)
}

/// The entry of an ASCII word.
pub(crate) fn entry(ascii: &str) -> Option<&'static Entry> {
    ENTRIES.get(ascii)
}

/// What the dictionaries say of a word in the name of something of this kind.
pub(crate) fn entry_of(ascii: &str, kind: NameKind) -> Entry {
    let entry = entry(ascii).copied().unwrap_or_default();
    if entry.trade_count == 0 || !matches!(kind, NameKind::Organisation | NameKind::Unknown) {
        return entry;
    }
    Entry { same: entry.trade, count: entry.trade_count, ..entry }
}

/// Shortest legal form that is ever recognised with a typing error.
const LEGAL_LETTERS_MIN: usize = 5;

/// Legal forms long enough to be recognised with a typing error.
static LEGAL: LazyLock<Vec<(Look, &'static str)>> = LazyLock::new(|| {
    let long = ENTRIES.iter().filter(|(word, entry)| entry.legal && word.len() >= LEGAL_LETTERS_MIN);
    long.map(|(word, _)| (Look::of(word), *word)).collect()
});

/// Whether an unknown word is one typing error from a legal form of at least `shortest` letters.
pub(crate) fn nearly_legal(form: &Form, shortest: usize) -> bool {
    let text = form.ascii();
    let near = |(look, word): &(Look, &str)| {
        word.len() >= shortest
            && look.could_be(form.look(), 1)
            && near::one_error(word.as_bytes(), text.as_bytes())
    };
    text.len() + 1 >= shortest && entry(text).is_none() && LEGAL.iter().any(near)
}

fn read() -> Entries {
    let mut out = Entries::default();
    for line in FREQUENT.lines().filter(|l| !l.starts_with('#')) {
        if let Some((word, count)) = line.split_once(' ') {
            let count = count.parse().unwrap_or(0);
            out.insert(word, Entry { count, alone: count, ..Entry::default() });
        }
    }
    let mut section = "";
    let mut class = 0;
    for line in WORDS.lines().filter(|l| !l.starts_with('#')) {
        if let Some(heading) = line.strip_prefix('[') {
            section = heading.trim_end_matches(']');
            continue;
        }
        if matches!(section, "same" | "given") {
            class += 1;
            read_class(line, class, section == "given", &mut out);
            continue;
        }
        if matches!(section, "phrase" | "form") {
            continue;
        }
        for word in line.split_whitespace() {
            let (word, value) = word.split_once('=').unwrap_or((word, ""));
            let entry = out.entry(word).or_default();
            match section {
                "particle" => entry.particle = true,
                "joining" => entry.joining = true,
                "chain" => entry.chain = true,
                "title" => entry.title = true,
                "legal" => entry.legal = true,
                "commercial" => entry.commercial = true,
                "numbering" => entry.numbering = true,
                "place" => {
                    entry.place = true;
                    entry.country = Some(value).filter(|code| !code.is_empty());
                }
                _ => entry.number = value.parse().ok(),
            }
        }
    }
    for line in lines_of(NICKNAMES, "[given]") {
        class += 1;
        read_nicknames(line, class, &mut out);
    }
    for line in lines_of(ORGANISATIONS, "[trade]") {
        class += 1;
        read_trade(line, class, &mut out);
    }
    out
}

/// The lines of a section.
fn lines_of(file: &'static str, section: &str) -> impl Iterator<Item = &'static str> {
    file.lines().skip_while(move |l| *l != section).skip(1).take_while(|l| !l.starts_with('['))
}

/// A word keeps the first two classes that name it, and counts as often as the most common of them together.
fn read_class(line: &'static str, class: u16, given: bool, out: &mut Entries) {
    let total = line.split_whitespace().filter_map(|w| out.get(w)).map(|e| e.alone).sum();
    for word in line.split_whitespace() {
        let entry = out.entry(word).or_default();
        if let Some(slot) = entry.same.iter_mut().find(|s| **s == 0) {
            *slot = class;
        }
        entry.count = entry.count.max(total);
        entry.given |= given;
    }
}

/// What the bearers of a name are called. Few are called anything but their name, so it stays as rare as it is.
fn read_nicknames(line: &'static str, class: u16, out: &mut Entries) {
    for word in line.split(' ') {
        let entry = out.entry(word).or_default();
        if let Some(slot) = entry.same.iter_mut().find(|s| **s == 0) {
            *slot = class;
        }
        entry.given = true;
    }
}

/// Words that mean the same in organisations' names. They join the class that one of them is in already; words with a duty
/// of their own keep it and no more.
fn read_trade(line: &'static str, class: u16, out: &mut Entries) {
    let romanised = |word| romanise::ascii(word, romanise::script(word));
    let mut words: Vec<String> = line.split(' ').map(romanised).filter(|w| !w.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    let dutiful = |e: &Entry| e.particle || e.joining || e.title || e.legal || e.place || e.number.is_some();
    words.retain(|w| !out.get(w.as_str()).is_some_and(dutiful));
    let known = words.iter().filter_map(|w| out.get(w.as_str())).find(|e| !e.given && e.same[0] != 0);
    let class = known.map_or(class, |e| e.same[0]);
    let total = words.iter().filter_map(|w| out.get(w.as_str())).map(|e| e.alone).sum::<u32>().max(1);
    for word in words {
        let entry = match out.get_mut(word.as_str()) {
            Some(entry) => entry,
            None => out.entry(word.leak()).or_default(),
        };
        if entry.trade_count == 0 {
            (entry.trade, entry.trade_count) = (entry.same, entry.count);
        }
        if !entry.trade.contains(&class)
            && let Some(slot) = entry.trade.iter_mut().find(|s| **s == 0)
        {
            *slot = class;
        }
        entry.trade_count = entry.trade_count.max(total);
    }
}

/// Surprise at meeting a word in a name, in thousandths of a bit: log2(names counted / names that hold it).
pub(crate) fn surprise(count: u32) -> u16 {
    log2_milli(NAMES_COUNTED) - log2_milli(count.clamp(1, NAMES_COUNTED))
}

/// log2 in thousandths, in integers: exact at powers of two, linear within 1/86 between them by a quadratic.
fn log2_milli(n: u32) -> u16 {
    let whole = n.max(1).ilog2();
    let fraction = ((u64::from(n) << 10) >> whole) - 1024;
    // log2(1 + x) ~ x + 0.3431 x (1 - x), x in 1/1024.
    let bent = fraction + fraction * (1024 - fraction) * 351 / (1024 * 1024);
    (whole * 1000) as u16 + (bent * 1000 / 1024) as u16
}
