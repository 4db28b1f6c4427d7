//! How a romanised token sounds: a string of phonemes, and a consonant skeleton for retrieval. The phonemes are
//! coarse on purpose (about twenty); they must survive a trip through another script and back. Similarity of two
//! sound strings is an edit distance in which vowels are cheap and consonants of one place of articulation are near.

use crate::romanise::Script;

/// A phoneme. The numbering groups consonants by where they are spoken.
pub(crate) type Phoneme = u8;

const A: Phoneme = 1;
const E: Phoneme = 2;
const I: Phoneme = 3;
const O: Phoneme = 4;
const U: Phoneme = 5;
const H: Phoneme = 6;
const P: Phoneme = 8;
const B: Phoneme = 9;
const F: Phoneme = 10;
const V: Phoneme = 11;
const T: Phoneme = 12;
const D: Phoneme = 13;
const S: Phoneme = 14;
const Z: Phoneme = 15;
const SH: Phoneme = 16;
const CH: Phoneme = 17;
const J: Phoneme = 18;
const TS: Phoneme = 19;
const K: Phoneme = 20;
const G: Phoneme = 21;
const KH: Phoneme = 22;
const M: Phoneme = 23;
const N: Phoneme = 24;
const L: Phoneme = 25;
const R: Phoneme = 26;
const Y: Phoneme = 7;

/// Most phonemes of a token that are compared.
pub(crate) const PHONEMES_MAX: usize = 24;

const fn is_weak(p: Phoneme) -> bool {
    p <= Y
}

/// Skeleton class of a consonant, 1 to 7; 0 for vowels and for sounds that come and go.
fn class(p: Phoneme) -> u64 {
    match p {
        P | B | F | V => 1,
        T | D => 2,
        S | Z | SH | CH | J | TS => 3,
        K | G | KH => 4,
        M | N => 5,
        L | R => 6,
        _ => 0,
    }
}

/// Reads ASCII letters as phonemes; doubled sounds count once. Han is read as pinyin, whose letters differ.
pub(crate) fn phonemes(ascii: &str, script: Script) -> Vec<Phoneme> {
    let pinyin = matches!(script, Script::Chinese | Script::Syllables | Script::Syllabic);
    let bytes = ascii.as_bytes();
    let mut out: Vec<Phoneme> = Vec::with_capacity(bytes.len().min(PHONEMES_MAX));
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|r| !r.is_empty()) {
        if out.len() >= PHONEMES_MAX {
            break;
        }
        let (length, sounds) =
            if pinyin && let Some(read) = read_pinyin(rest) { read } else { read(rest, at == 0) };
        for sound in sounds {
            if out.last() != Some(sound) {
                out.push(*sound);
            }
        }
        at += length;
    }
    out.truncate(PHONEMES_MAX);
    out
}

/// Letters that pinyin uses in its own way. Kana never spell these, apart from `z`, which they hold as a sound of
/// its own before vowels other than those of pinyin.
fn read_pinyin(rest: &[u8]) -> Option<(usize, &'static [Phoneme])> {
    Some(match rest {
        [b'z', b'h', ..] => (2, &[J]),
        [b'n', b'g', b'a' | b'e' | b'i' | b'o' | b'u', ..] => return None,
        [b'n', b'g', ..] => (2, &[N]),
        [b'x', ..] => (1, &[SH]),
        [b'q', ..] => (1, &[CH]),
        [b'c', next, ..] if *next != b'h' => (1, &[TS]),
        _ => return None,
    })
}

/// How Koreans write the sounds of a syllable in Latin letters, in whichever habit, as one letter each: the way `hangul`
/// in `romanise` reads them.
const KOREAN_HABITS: &[(&str, &str)] = &[
    ("yeo", "yo"),
    ("you", "yu"),
    ("yoo", "yu"),
    ("yuh", "yo"),
    ("yae", "ye"),
    ("woo", "u"),
    ("wuh", "wo"),
    ("weo", "wo"),
    ("eui", "i"),
    ("eo", "o"),
    ("eu", "u"),
    ("oe", "e"),
    ("oi", "e"),
    ("oo", "u"),
    ("ou", "u"),
    ("oh", "o"),
    ("ah", "a"),
    ("uh", "o"),
    ("ae", "e"),
    ("ai", "e"),
    ("ay", "e"),
    ("ea", "e"),
    ("ee", "i"),
    ("ie", "i"),
    ("ui", "i"),
    ("ck", "k"),
    ("sh", "s"),
];

/// The phonemes of Latin letters that may be a Korean word.
pub(crate) fn korean(ascii: &str) -> Vec<Phoneme> {
    let mut plain = String::with_capacity(ascii.len());
    let mut rest = ascii;
    while let Some(letter) = rest.chars().next() {
        let habit = KOREAN_HABITS.iter().find(|(written, _)| rest.starts_with(written));
        let (length, read) =
            habit.map_or((letter.len_utf8(), None), |(written, read)| (written.len(), Some(read)));
        // An `h` before a vowel begins the next syllable and is not part of a habit.
        let next = rest.get(length..).unwrap_or_default();
        let begins = rest.get(..length).is_some_and(|w| w.ends_with('h') && w.len() == 2 && w != "sh")
            && next.starts_with(['a', 'e', 'i', 'o', 'u', 'y', 'w']);
        if let Some(read) = read.filter(|_| !begins) {
            plain.push_str(read);
            rest = next;
        } else {
            plain.push(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    phonemes(&plain, Script::Korean)
}

const CLUSTERS: &[(&str, &[Phoneme])] = &[
    ("shch", &[SH, CH]),
    ("tsch", &[CH]),
    ("dsch", &[J]),
    ("sch", &[SH]),
    ("tch", &[CH]),
    ("tsh", &[CH]),
    ("dzh", &[J]),
    ("dsh", &[J]),
    ("dj", &[J]),
    ("dz", &[Z]),
    ("sz", &[S]),
    ("cz", &[CH]),
    ("chr", &[K, R]),
    ("chl", &[K, L]),
    ("ch", &[CH]),
    ("sh", &[SH]),
    ("hs", &[SH]),
    ("woo", &[U]),
    ("wu", &[U]),
    ("zh", &[J]),
    ("kh", &[KH]),
    ("gh", &[G]),
    ("ph", &[F]),
    ("th", &[T]),
    ("dh", &[D]),
    ("ck", &[K]),
    ("ts", &[TS]),
    ("tz", &[TS]),
    ("qu", &[K]),
    ("ee", &[I]),
    ("ea", &[I]),
    ("ei", &[E, I]),
    ("oo", &[U]),
    ("ou", &[U]),
    ("au", &[A, U]),
];

/// For each first letter of a cluster, its second letters, one bit each: most letters begin none.
static SECONDS: [u32; 32] = seconds();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn seconds() -> [u32; 32] {
    let mut out = [0; 32];
    let mut at = 0;
    while at < CLUSTERS.len() {
        let text = CLUSTERS[at].0.as_bytes();
        out[(text[0] & 31) as usize] |= 1 << (text[1] & 31);
        at += 1;
    }
    out
}

fn may_cluster(rest: &[u8]) -> bool {
    let [first, second, ..] = rest else { return false };
    SECONDS.get(usize::from(first & 31)).is_some_and(|set| set >> (second & 31) & 1 == 1)
}

#[expect(clippy::match_same_arms, reason = "a table, grouped for the reader")]
fn read(rest: &[u8], first: bool) -> (usize, &'static [Phoneme]) {
    if may_cluster(rest) {
        for (text, sounds) in CLUSTERS {
            if rest.starts_with(text.as_bytes()) {
                return (text.len(), sounds);
            }
        }
    }
    let next = rest.get(1).copied().unwrap_or(0);
    let sounds: &'static [Phoneme] = match rest.first().copied().unwrap_or(0) {
        b'a' => &[A],
        b'e' => &[E],
        b'i' => &[I],
        b'o' => &[O],
        b'u' => &[U],
        b'y' if matches!(next, b'a' | b'e' | b'i' | b'o' | b'u') => &[Y],
        b'y' => &[I],
        b'h' => &[H],
        b'b' => &[B],
        b'p' => &[P],
        b'f' => &[F],
        b'v' | b'w' => &[V],
        b't' => &[T],
        b'd' => &[D],
        b's' => &[S],
        b'z' => &[Z],
        b'x' if first => &[SH],
        b'x' => &[K, S],
        b'c' if matches!(next, b'e' | b'i' | b'y') => &[S],
        b'c' | b'k' | b'q' => &[K],
        b'g' => &[G],
        b'j' => &[J],
        b'm' => &[M],
        b'n' => &[N],
        b'l' => &[L],
        b'r' => &[R],
        _ => &[],
    };
    (1, sounds)
}

/// Consonant classes in order, four bits each, first consonant in the lowest bits; at most [`SKELETON_MAX`].
pub(crate) fn skeleton(sounds: &[Phoneme]) -> u64 {
    packed(sounds, class)
}

fn packed(sounds: &[Phoneme], class: impl Fn(Phoneme) -> u64) -> u64 {
    let mut out = 0;
    let mut shift = 0;
    let mut last = 0;
    for sound in sounds {
        let class = class(*sound);
        if class == 0 {
            last = 0;
        } else if class != last && shift < 4 * SKELETON_MAX {
            out |= class << shift;
            shift += 4;
            last = class;
        }
    }
    out
}

/// Most consonants in a skeleton.
const SKELETON_MAX: u32 = 14;

/// Finer classes, for tokens of one script: what one alphabet keeps apart.
fn fine_class(p: Phoneme) -> u64 {
    match p {
        P | B => 1,
        F | V => 2,
        T | D => 3,
        S | Z | TS => 4,
        SH | CH | J => 5,
        K | G | KH => 6,
        M => 7,
        N => 8,
        L => 9,
        R => 10,
        _ => 0,
    }
}

/// Key of tokens of one script that may sound alike: fine skeleton, and whether vowels begin and end it.
/// 0 when there is no consonant to go by.
pub(crate) fn key(sounds: &[Phoneme]) -> u64 {
    let skeleton = packed(sounds, fine_class);
    if skeleton == 0 {
        return 0;
    }
    let open = |p: Option<&Phoneme>| u64::from(p.is_some_and(|p| is_weak(*p) && *p != H));
    skeleton | open(sounds.first()) << 56 | open(sounds.last()) << 60
}

/// How two tokens are written decides what counts as a difference in sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ear {
    /// Both in alphabets with all vowels: sounds are well known.
    Exact,
    /// One without written vowels: consonants decide.
    Consonants,
    /// One in syllables: vowels come in between, and the syllables at hand replace foreign sounds.
    Syllables,
    /// One a syllable of a native Korean or Chinese name: romanisations differ in habits, yet each vowel and
    /// consonant tells one syllable from some hundreds of others.
    Native,
}

impl Ear {
    /// Cost of a sound that only the first word has, in thousandths of a consonant. Where one word is in syllables it
    /// comes first: it has vowels that only part its consonants.
    const fn extra(self, p: Phoneme) -> u32 {
        match (self, p) {
            (Self::Syllables, L | R) => 500,
            (Self::Syllables, _) if is_weak(p) => 110,
            (Self::Syllables, _) => 800,
            _ => self.lacking(p),
        }
    }

    /// The same for a sound that only the second has. A syllable script gives up consonants at the end of a syllable
    /// rather than vowels, and `r` and `l` first.
    const fn lost(self, p: Phoneme) -> u32 {
        match (self, p) {
            (Self::Syllables, L | R | H) => 200,
            (Self::Syllables, _) if is_weak(p) => 260,
            (Self::Syllables, _) => 450,
            _ => self.lacking(p),
        }
    }

    const fn lacking(self, p: Phoneme) -> u32 {
        if !is_weak(p) {
            return 900;
        }
        match self {
            Self::Exact => 300,
            Self::Consonants | Self::Syllables => 170,
            // A full vowel makes another syllable, a glide or `h` may be a habit.
            Self::Native => {
                if matches!(p, H | Y) {
                    150
                } else {
                    350
                }
            }
        }
    }

    /// Cost of reading one sound as another. A syllabary that has a sound writes it: there, another counts a fifth more.
    const fn replaced(self, a: Phoneme, b: Phoneme) -> u32 {
        let cost = self.read_as(a, b);
        if matches!(self, Self::Syllables) && !(is_weak(a) && is_weak(b)) { cost * 6 / 5 } else { cost }
    }

    #[expect(clippy::match_same_arms, reason = "a table, grouped for the reader")]
    const fn read_as(self, a: Phoneme, b: Phoneme) -> u32 {
        if a == b {
            return 0;
        }
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        if matches!((self, a, b), (Self::Native, F, V)) {
            return 400;
        }
        match (is_weak(a), is_weak(b)) {
            (true, true) => match self {
                Self::Exact => 200,
                // `h` is a consonant that no script leaves out.
                Self::Consonants if a == H || b == H => 250,
                Self::Consonants => 120,
                Self::Syllables => vowels_apart(a, b),
                Self::Native => native_vowels(a, b),
            },
            (true, false) => match (a, b) {
                (U | O, V) => 200,
                (H, KH) => 200,
                (H, F) if matches!(self, Self::Syllables) => 250,
                (H, G) => 400,
                (Y | I, J) => 300,
                _ => 1100,
            },
            _ => self.consonants(a, b),
        }
    }

    #[expect(clippy::match_same_arms, reason = "a table, grouped for the reader")]
    const fn consonants(self, a: Phoneme, b: Phoneme) -> u32 {
        if matches!(self, Self::Syllables)
            && let Some(cost) = syllables(a, b)
        {
            return cost;
        }
        let near = match (a, b) {
            (P, B) | (F, V) | (T, D) | (S, Z) | (K, G | KH) | (CH, J | TS) | (SH, CH) => 150,
            (Z | SH, J) | (S | Z, TS) => 150,
            (B, V) | (P, F) | (S, SH) => 200,
            (L, R) => 300,
            (B, F) | (P, V) => 350,
            (G | CH | SH, KH) | (M, N) | (T, TS) | (J, G) | (CH, K) | (S, CH) | (Z, SH) => 400,
            (D | S, J) | (T | Z, CH) => 400,
            (T, S | SH) | (D, Z) | (S | TS, K) => 600,
            _ => return 1100,
        };
        if matches!(self, Self::Exact) { near * 2 } else { near }
    }
}

/// Vowels that romanisations of native names put for each other, and those they keep apart.
const fn native_vowels(a: Phoneme, b: Phoneme) -> u32 {
    match (a, b) {
        (O, U) | (H, _) | (_, Y) => 120,
        (A | I, E) | (E, I | O | U) => 200,
        _ => 450,
    }
}

/// Vowels by how far apart they are spoken.
const fn vowels_apart(a: Phoneme, b: Phoneme) -> u32 {
    match (a, b) {
        (O, U) | (I, Y) => 80,
        (E, I) => 130,
        (A, E | O) | (E, Y) => 200,
        (E, O) | (U, Y) => 260,
        (A | E | H, H) => 390,
        (A, I) | (I, O) => 450,
        _ => 330,
    }
}

/// What Kana, Hangul and Han transcriptions put for sounds they lack.
const fn syllables(a: Phoneme, b: Phoneme) -> Option<u32> {
    Some(match (a, b) {
        (L, R) => 40,
        (P, F) | (B, V) | (S, SH) | (Z | SH, J) | (M, N) | (SH, CH) => 120,
        (F, V) | (S, Z) | (CH, J) | (P, B) | (T, D) | (K, G) => 150,
        (T, CH | TS) | (CH, K) | (D, J | Z) | (J, G | K) => 250,
        (T, S | SH) => 350,
        _ => return None,
    })
}

/// Room for every phoneme; a power of two, so that a masked index is always inside.
const PHONEMES: usize = 32;

/// The costs of one ear, looked up.
struct Costs {
    replaced: [[u16; PHONEMES]; PHONEMES],
    extra: [u16; PHONEMES],
    lost: [u16; PHONEMES],
}

static COSTS: [Costs; 4] =
    [Costs::of(Ear::Exact), Costs::of(Ear::Consonants), Costs::of(Ear::Syllables), Costs::of(Ear::Native)];

impl Costs {
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    const fn of(ear: Ear) -> Self {
        let mut out = Self { replaced: [[0; PHONEMES]; PHONEMES], extra: [0; PHONEMES], lost: [0; PHONEMES] };
        let mut a = 0;
        while a < PHONEMES {
            out.extra[a] = ear.extra(a as Phoneme) as u16;
            out.lost[a] = ear.lost(a as Phoneme) as u16;
            let mut b = 0;
            while b < PHONEMES {
                out.replaced[a][b] = ear.replaced(a as Phoneme, b as Phoneme) as u16;
                b += 1;
            }
            a += 1;
        }
        out
    }
}

/// Likeness of two sound strings, 0 to 1000; 0 as soon as it is known to be under `least`. A word in syllables comes
/// first.
#[expect(clippy::indexing_slicing, reason = "fixed tables: phonemes are masked, lengths cut to PHONEMES_MAX")]
pub(crate) fn similarity(ear: Ear, a: &[Phoneme], b: &[Phoneme], least: u16) -> u16 {
    const MASK: usize = PHONEMES - 1;
    let (a, b) = (&a[..a.len().min(PHONEMES_MAX)], &b[..b.len().min(PHONEMES_MAX)]);
    let (mass_a, mass_b) = (mass(a), mass(b));
    let weight = mass_a.max(mass_b);
    let limit = weight * (1000 - u32::from(least)) / 1000;
    if weight == 0 || mass_apart(mass_a, mass_b) > limit {
        return 0;
    }
    let costs = &COSTS[ear as usize];
    let lost = |p: Phoneme| u32::from(costs.lost[usize::from(p) & MASK]);
    let mut row = [0_u32; PHONEMES_MAX + 1];
    for (j, p) in b.iter().enumerate() {
        row[j + 1] = row[j] + lost(*p);
    }
    for p in a {
        let replaced = &costs.replaced[usize::from(*p) & MASK];
        let gone = u32::from(costs.extra[usize::from(*p) & MASK]);
        let mut diagonal = row[0];
        let mut left = diagonal + gone;
        row[0] = left;
        let mut lowest = left;
        for (q, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            left = (diagonal + u32::from(replaced[usize::from(*q) & MASK]))
                .min(left + lost(*q))
                .min(above + gone);
            diagonal = above;
            *cell = left;
            lowest = lowest.min(left);
        }
        if lowest > limit {
            return 0;
        }
    }
    1000 - (row[b.len()] * 1000 / weight).min(1000) as u16
}

/// The least cost between sounds of these masses: what one side has more of is missing on the other, at a fifth of its
/// weight or more.
pub(crate) fn mass_apart(a: u32, b: u32) -> u32 {
    a.abs_diff(b) / 5
}

/// Weight of a sound string.
pub(crate) fn mass(sounds: &[Phoneme]) -> u32 {
    sounds.iter().map(|p| if is_weak(*p) { 300 } else { 1000 }).sum()
}
