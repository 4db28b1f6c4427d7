//! How alike two names can be at most, from the little that is known before they are lined up. Each part of the sum that
//! [`crate::weigh`] makes is replaced by its best case, so that the ceiling is never under the outcome: a search that
//! passes over what stays under the ceiling loses nothing, but for names that are one name mistyped (`typed`) or one as
//! wholes (`whole`), which are found by other means. Whoever changes [`crate::weigh`] keeps this true; a test
//! compares the two.

use crate::align::INITIAL_LIKENESS;
use crate::misheard;
use crate::name::{INITIAL_WEIGHT, Role, Token};
use crate::total::{
    CONTRADICTED_MAX, CONTRADICTION, CONTRADICTION_MIN, ENOUGH, ENOUGH_COMPANY, ENOUGH_TITLED,
    FATHERS_SPARED, LEFT_OVER, LEFT_OVER_ONE_WORD, RIGHT_OVER, RIGHT_OVER_TITLED, SHORTAGE, TELLING,
};

/// The best case of a pair of names, gathered token by token. All weights in thousandths of a bit.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent findings about two names")]
pub struct Ceiling {
    /// Most that agrees, each weight times its likeness.
    alike: u32,
    /// Most that takes part in the agreement.
    counted: u32,
    /// Whether more than initials can agree.
    agrees: bool,
    /// Most words that name among those that agree.
    words: u32,
    /// Least left over in the left name; words of it, and whether any names.
    left: u32,
    left_words: u32,
    left_names: bool,
    /// What initials leave unsaid of the left name's words.
    unsaid: u32,
    /// Least that left-over parts of the right name count; words of it, and whether any names.
    right_counts: u32,
    right_words: u32,
    right_names: bool,
    /// Most that may be unsaid of the right name's words.
    open_end: u32,
    /// Whether neither name says it is a company's.
    no_company: bool,
    /// Whether nothing can agree by its sound in another script.
    one_script: bool,
    /// Most words that name and may agree by their sound in another script, and words of the left name without partner.
    heard: u32,
    left_open: u32,
    /// Whether the left name holds a title, and how many words and single letters.
    title: bool,
    left_all: u32,
}

/// Most that is left unsaid when one token stands for a word of the other name.
const OPEN_END: u32 = 16_000;

impl Ceiling {
    /// Nothing gathered yet, but that neither name holds a legal form.
    pub fn without_legal_forms() -> Self {
        Self { no_company: true, ..Self::default() }
    }

    /// Nothing that may agree does so by its sound in another script.
    pub fn nothing_transcribed(&mut self) {
        self.one_script = true;
    }

    /// A token of the left name may agree with one of the right: `alike` is the most its weight times likeness can be.
    pub fn may_agree(&mut self, left: Token, alike: u32) {
        self.agrees = true;
        self.meet(left);
        self.alike += alike;
        self.counted += u32::from(left.weight);
        self.words += u32::from(u32::from(left.weight) >= TELLING);
        // A particle or title may stand in for a word, which leaves the rest of the word unsaid.
        if left.role != Role::Word {
            self.open_end += OPEN_END;
        }
    }

    /// What a token of the left name may agree with, it may by its sound in another script.
    pub fn may_be_heard(&mut self, left: Token) {
        self.heard += u32::from(u32::from(left.weight) >= TELLING);
    }

    fn meet(&mut self, left: Token) {
        self.title |= left.role == Role::Title;
        self.left_all += u32::from(matches!(left.role, Role::Word | Role::Initial));
    }

    /// A token of the left name may agree together with its neighbour: two that tell little may tell enough together.
    pub fn may_agree_joined(&mut self, left: Token) {
        self.may_agree(left, left.weight.into());
        self.words += 1;
    }

    /// No token of the right name can be the partner of this one of the left, which has no single letters.
    pub fn lacks(&mut self, left: Token) {
        self.meet(left);
        let weight = u32::from(left.weight);
        if left.role == Role::Initial {
            self.alike += weight * u32::from(INITIAL_LIKENESS) / 1000;
            self.counted += weight;
            self.open_end += OPEN_END;
            return;
        }
        self.left += if left.patronymic { weight * (1000 - FATHERS_SPARED) / 1000 } else { weight };
        if left.role == Role::Word {
            self.left_open += 1;
            self.left_words += weight;
            self.left_names = true;
        }
    }

    /// The same, but the right name has single letters, and one may stand for this token.
    pub fn lacks_all_but_initials(&mut self, left: Token) {
        if left.role != Role::Word {
            return self.lacks(left);
        }
        self.meet(left);
        self.left_open += 1;
        let weight = u32::from(left.weight);
        let by_initial = weight.min(INITIAL_WEIGHT.into());
        self.alike += by_initial * u32::from(INITIAL_LIKENESS) / 1000;
        self.counted += by_initial;
        self.unsaid += weight - by_initial;
    }

    /// A token of the right name has no partner in the left.
    pub fn spare(&mut self, right: Token) {
        let weight = u32::from(right.weight);
        let counts = match right.role {
            Role::Number => weight * 1000,
            _ if right.patronymic => weight * (1000 - FATHERS_SPARED) / 1000 * RIGHT_OVER,
            _ => weight * RIGHT_OVER,
        };
        self.right_counts += counts / 1000;
        if matches!(right.role, Role::Word | Role::Initial) {
            self.right_words += weight;
            self.right_names = true;
        }
    }

    /// Some word of the right name has no partner in the left; nothing else is known of it.
    pub fn spare_some_word(&mut self) {
        self.right_names = true;
    }

    /// The most that [`crate::Weighed::similarity`] can be, 0 to 1000.
    pub fn similarity(&self) -> u16 {
        if !self.agrees {
            return 0;
        }
        let left_share = if self.words <= 1 && self.left_names { LEFT_OVER_ONE_WORD } else { LEFT_OVER };
        let titled = self.title && self.left_all == 1;
        let right_counts =
            if titled { self.right_counts * RIGHT_OVER_TITLED / RIGHT_OVER } else { self.right_counts };
        let mut apart = self.left * left_share / 1000 + right_counts;
        if self.left_names && self.right_names {
            let words = self.left_words.min(self.right_words).max(CONTRADICTION_MIN);
            apart += words * CONTRADICTION / 1000;
        }
        let open = apart + self.unsaid * LEFT_OVER / 1000;
        let plain = self.alike * 1000 / (self.alike + open).max(1);
        let whole = self.counted + apart + self.unsaid + self.open_end + ROUNDING;
        let enough = match () {
            () if titled => ENOUGH_TITLED,
            () if self.no_company => ENOUGH,
            () => ENOUGH_COMPANY,
        };
        let lacking = enough.saturating_sub(self.alike) / 1000;
        let short = lacking * (apart * 1000 / whole.max(1)) * SHORTAGE / 1_000_000;
        let contradicted = self.left_names && self.right_names && self.one_script;
        let most = if contradicted { CONTRADICTED_MAX } else { 1000 };
        let misheard = self.heard >= misheard::WORDS_MIN && self.left_open <= 1;
        let least = if misheard { misheard::LIKENESS } else { 0 };
        (plain.saturating_sub(short).min(most.into()) as u16).max(least)
    }
}

/// What rounding sums instead of parts may add.
const ROUNDING: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        How, Name, NameKind, Near, Weighing, WholeKeys, could_be_typed, near, near_glued, near_joined,
        similarity,
    };
    use proptest::prelude::*;

    const WORDS: &[&str] = &[
        "ali",
        "aly",
        "muhammad",
        "mohamed",
        "bin",
        "ibn",
        "kim",
        "jong",
        "un",
        "putin",
        "poutine",
        "v",
        "m",
        "a",
        "trading",
        "tradign",
        "company",
        "limited",
        "44",
        "four",
        "sea",
        "star",
        "seastar",
        "ivanovich",
        "dr",
        "llc",
        "путин",
        "محمد",
        "علي",
        "بن",
        "김",
        "정은",
        "习近平",
        "xi",
        "jinping",
        "marie",
        "therese",
        "abena",
        "ondoa",
        "ماري",
        "تيريز",
        "أدينا",
        "أوندوا",
        "プーチン",
        "von",
        "al",
    ];

    fn name() -> impl Strategy<Value = String> {
        let word = prop_oneof![5 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => "[a-e]{1,7}"];
        prop::collection::vec(word, 1..6).prop_map(|words| words.join(" "))
    }

    /// Every pair of parts that are near: tokens of the left, tokens of the right.
    fn near_pairs(left: &Name, right: &Name) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>, Near)> {
        let mut out = Vec::new();
        for (i, l) in left.forms().iter().enumerate() {
            for (j, r) in right.forms().iter().enumerate() {
                out.extend(near(l, r).map(|n| (i..i + 1, j..j + 1, n)));
                if let Some(next) = right.forms().get(j + 1) {
                    out.extend(near_glued(l, r, next).map(|n| (i..i + 1, j..j + 2, n)));
                }
                if let Some(next) = left.forms().get(i + 1) {
                    out.extend(near_joined(&l.joined(next), r).map(|n| (i..i + 2, j..j + 1, n)));
                }
            }
        }
        out
    }

    /// The ceiling with everything known that a search can know.
    fn ceiling(left: &Name, right: &Name) -> u16 {
        let pairs = near_pairs(left, right);
        let legal = |n: &Name| n.tokens().iter().any(|t| t.role == Role::Legal);
        let mut out =
            if legal(left) || legal(right) { Ceiling::default() } else { Ceiling::without_legal_forms() };
        if pairs.iter().all(|p| p.2.how != How::Transcribed) {
            out.nothing_transcribed();
        }
        let initials = right.tokens().iter().any(|t| t.role == Role::Initial);
        for (i, token) in left.tokens().iter().enumerate() {
            let mine = || pairs.iter().filter(|p| p.0.contains(&i));
            let likeness = mine().filter(|p| p.1.len() == 1).map(|p| p.2.likeness).max().unwrap_or(1000);
            if mine().any(|p| p.2.how == How::Transcribed) {
                out.may_be_heard(*token);
            }
            if mine().any(|p| p.0.len() > 1) {
                out.may_agree_joined(*token);
            } else if mine().any(|p| p.1.len() > 1) {
                out.may_agree(*token, token.weight.into());
            } else if mine().next().is_some() {
                out.may_agree(*token, u32::from(token.weight) * u32::from(likeness) / 1000);
            } else if initials {
                out.lacks_all_but_initials(*token);
            } else {
                out.lacks(*token);
            }
        }
        for (j, token) in right.tokens().iter().enumerate() {
            let met = pairs.iter().any(|p| p.1.contains(&j));
            let stands = left.tokens().iter().any(|l| {
                l.first == token.first
                    && ((l.role == Role::Initial && token.role == Role::Word)
                        || (l.role == Role::Word && token.role == Role::Initial))
            });
            if !met && !stands {
                out.spare(*token);
            }
        }
        out.similarity()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]
        #[test]
        fn the_ceiling_is_never_under_the_outcome(left in name(), right in name(), kind in 0..3_usize) {
            let kind = [NameKind::Person, NameKind::Organisation, NameKind::Object][kind];
            let (left, right) = (Name::analyse(&left, kind), Name::analyse(&right, kind));
            let weighed = similarity(&mut Weighing::default(), &left, &right);
            let typed = could_be_typed(left.tokens(), right.tokens().iter().copied());
            let (l, r) = (WholeKeys::of(&left), WholeKeys::of(&right));
            let acronym = |a: &WholeKeys, b: &WholeKeys| a.word.iter().any(|w| b.acronyms.contains(w));
            let whole = (l.letters.is_some() && l.letters == r.letters) || acronym(&l, &r) || acronym(&r, &l);
            prop_assert!(typed || whole || ceiling(&left, &right) >= weighed.similarity);
        }
    }
}
