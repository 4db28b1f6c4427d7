//! Which names are worth opening. Postings are read in order, token after token, and what they say of a name is added up:
//! which of the query's tokens it may agree with, and how many of its letters take part. Most names are passed over by that
//! alone, without ever being looked at where they lie. Reading is safe in one direction: what is not read counts as if it
//! agreed.
//!
//! One thing is under no ceiling: a name that is the query mistyped may be like it although most of its words are near
//! none. Such a name holds a word near the query's heaviest or its next exactly ([`Anchors`]); of these, the ones are
//! kept whose length and letters fit.

use crate::marks::{Mark, Marks};
use crate::plan::{Plan, Reach, SingleLetters, Wanted, Words};
use crate::tables::{Posting, Trait, View};
use std::ops::Range;
use tenantry_names::{Anchors, Name, Sketch};

/// Set in the mask of a name in which a word agrees that has other letters; tokens of a query from this bit on are not told
/// apart.
const OTHER_LETTERS: u16 = 1 << 15;
const TOLD_APART: u32 = OTHER_LETTERS as u32 - 1;
/// So many postings are rather read than one name opened.
const POSTINGS_PER_NAME: usize = 6;
/// Up to so many postings are read without looking for those of the right entities first.
const FEW_POSTINGS: usize = 16;

/// Whether a name could be the query mistyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    No,
    /// Only if a word of it agrees that has other letters.
    Otherwise,
    Yes,
}

/// A name worth weighing.
#[derive(Clone)]
pub(crate) struct Sifted {
    pub(crate) posting: Posting,
    /// Where its tokens lie.
    pub(crate) tokens: Range<usize>,
    pub(crate) typed: Typed,
    /// Whether all was read that the postings say of it.
    settled: bool,
}

/// What postings said of a name.
#[derive(Clone, Copy, Default)]
struct Said {
    /// Query tokens it may agree with, and [`OTHER_LETTERS`].
    mask: u16,
    /// Letters of its telling words that may have a partner.
    letters: u16,
}

impl Said {
    fn add(&mut self, mark: &Mark, posting: Posting) {
        self.mask |= (mark.mask & TOLD_APART) as u16;
        if posting.has(Trait::Tells) {
            self.letters = self.letters.saturating_add(mark.letters);
        }
    }
}

/// What is sifted.
pub(crate) struct Over<'o> {
    pub(crate) view: &'o View<'o>,
    pub(crate) name: &'o Name,
    pub(crate) marks: &'o Marks,
    /// Names of the entities that count.
    pub(crate) ranges: &'o [Range<u32>],
    pub(crate) floor: u16,
}

/// Working memory: what is said of every name, all unsaid between two queries.
#[derive(Default)]
pub(crate) struct Sieve {
    said: Vec<Said>,
    /// One bit per name: whether anything is said of it. So many bits lie at hand where what is said does not.
    met: Vec<u64>,
    names: Vec<Sifted>,
}

impl Sieve {
    /// The names that could reach the floor, as far as can be told without weighing them.
    pub(crate) fn sift(&mut self, over: &Over, plan: &mut Plan) -> &[Sifted] {
        self.names.clear();
        self.said.resize(self.said.len().max(over.view.names()), Said::default());
        self.met.resize(self.met.len().max(over.view.names() / 64 + 1), 0);
        self.gather_typed(over);
        let wanted = plan.cheapest(over.floor);
        if let Some(wanted) = wanted {
            self.gather(over, wanted);
        }
        self.read_rest(over, plan, wanted.unwrap_or_default());
        self.forget();
        self.open(over, plan);
        &self.names
    }

    /// Adds a name when it is met for the first time.
    fn meet(&mut self, posting: Posting, typed: Typed) {
        let Some(bits) = self.met.get_mut(posting.name() as usize / 64) else { return };
        let bit = 1 << (posting.name() % 64);
        if *bits & bit == 0 {
            *bits |= bit;
            self.names.push(Sifted { posting, tokens: 0..0, typed, settled: true });
        }
    }

    /// What was said of a name that was met.
    fn said_of(&mut self, posting: Posting) -> Option<&mut Said> {
        let bits = self.met.get(posting.name() as usize / 64)?;
        (bits >> (posting.name() % 64) & 1 == 1).then(|| self.said.get_mut(posting.name() as usize))?
    }

    /// Gathers every name that could be the query mistyped.
    fn gather_typed(&mut self, over: &Over) {
        let view = over.view;
        let tokens = over.name.tokens();
        let sketch = Sketch::of(tokens, over.name.forms());
        let Anchors { near, exact } = Anchors::of(tokens);
        let near = near.map_or(0, |at| 1_u32 << at);
        let nearly = over.marks.marked().filter(|(_, mark)| mark.mask & near != 0).map(|(id, _)| id);
        let exact = exact.and_then(|at| over.name.forms().get(at));
        let exactly = exact.into_iter().flat_map(|form| view.exactly(form.ascii()));
        let other_letters = || over.marks.marked().filter(|(_, mark)| mark.other_letters);
        let otherwise = other_letters().next().is_some();
        for id in nearly.chain(exactly) {
            each_within(view.holding(id), over.ranges, |posting| {
                let fits = sketch.letters_fit(posting.sketch());
                if !sketch.could_be_typed(posting.sketch()) || !(fits || otherwise) {
                    return;
                }
                self.meet(posting, if fits { Typed::Yes } else { Typed::Otherwise });
            });
        }
        if self.names.iter().all(|one| one.typed == Typed::Yes) {
            return;
        }
        for (id, _) in other_letters() {
            each_within(view.holding(id), over.ranges, |posting| {
                if let Some(said) = self.said_of(posting) {
                    said.mask |= OTHER_LETTERS;
                }
            });
        }
    }

    /// Gathers every name that holds a token near a wanted one.
    fn gather(&mut self, over: &Over, wanted: Wanted) {
        for (id, mark) in over.marks.marked() {
            let takes = wanted.of(mark.mask);
            if takes == (false, false) {
                continue;
            }
            each_within(over.view.holding(id), over.ranges, |posting| {
                if !among(takes, posting) {
                    return;
                }
                self.meet(posting, Typed::No);
                if let Some(said) = self.said.get_mut(posting.name() as usize) {
                    said.add(&mark, posting);
                }
            });
        }
    }

    /// Keeps the names that could reach the floor by what was said of them. As long as that is less work than opening what is
    /// left, the postings of further tokens are read, those of the rarest first.
    fn read_rest(&mut self, over: &Over, plan: &mut Plan, mut read: Wanted) {
        for one in &mut self.names {
            if one.typed == Typed::Otherwise {
                let said = self.said.get(one.posting.name() as usize).copied().unwrap_or_default();
                one.typed = if said.mask & OTHER_LETTERS != 0 { Typed::Yes } else { Typed::No };
            }
        }
        let rest = plan.all_near() & TOLD_APART & !(read.plain & read.with_initials);
        let mut units: Vec<u32> = (0..u16::BITS).filter(|u| rest >> u & 1 == 1).collect();
        units.sort_unstable_by_key(|u| plan.held_by(*u));
        let mut judged = false;
        for unit in units {
            if plan.held_by(unit) as usize > self.names.len() * POSTINGS_PER_NAME {
                break;
            }
            for (id, mark) in over.marks.marked().filter(|(_, mark)| mark.mask >> unit & 1 == 1) {
                let done = read.of(mark.mask);
                if done == (true, true) {
                    continue;
                }
                each_within(over.view.holding(id), over.ranges, |posting| {
                    if !among(done, posting)
                        && let Some(said) = self.said_of(posting)
                    {
                        said.add(&mark, posting);
                    }
                });
            }
            read.plain |= 1 << unit;
            read.with_initials |= 1 << unit;
            self.judge(over, plan, read);
            judged = true;
        }
        if !judged {
            self.judge(over, plan, read);
        }
    }

    /// Keeps the names that could reach the floor by what was said of them.
    fn judge(&mut self, over: &Over, plan: &mut Plan, read: Wanted) {
        let near = plan.all_near();
        let Self { said, met, names } = self;
        names.retain_mut(|one| {
            if one.typed == Typed::Yes {
                return true;
            }
            let name = one.posting.name() as usize;
            let Some(said) = said.get_mut(name) else { return false };
            let known = if one.posting.has(Trait::Initials) { read.with_initials } else { read.plain };
            let unread = near & !(known & TOLD_APART);
            one.settled = unread == 0;
            let words = if unread == 0 { words(one.posting, said.letters, plan) } else { Words::Unknown };
            let set = u32::from(said.mask) & TOLD_APART | unread;
            let reaches = plan.could_reach(Reach { set, letters: letters(one.posting), words }, over.floor);
            if !reaches {
                *said = Said::default();
                met.get_mut(name / 64).into_iter().for_each(|bits| *bits &= !(1 << (name % 64)));
            }
            reaches
        });
    }

    /// Forgets what was said of the names that are left.
    fn forget(&mut self) {
        for one in &self.names {
            let name = one.posting.name() as usize;
            self.said.get_mut(name).into_iter().for_each(|said| *said = Said::default());
            self.met.get_mut(name / 64).into_iter().for_each(|bits| *bits = 0);
        }
    }

    /// Opens what is left, and keeps of it what could reach the floor.
    fn open(&mut self, over: &Over, plan: &mut Plan) {
        // Step by step, so that many reads are under way at a time: where the tokens lie, the first of each name, all of them.
        for one in &mut self.names {
            one.tokens = over.view.token_range(one.posting.name());
        }
        let first = |one: &Sifted| over.view.tokens_at(one.tokens.clone()).first().map_or(0, |t| t.form);
        std::hint::black_box(self.names.iter().map(first).fold(0, u32::wrapping_add));
        self.names.retain_mut(|one| {
            if one.settled || one.typed == Typed::Yes {
                return true;
            }
            let tokens = over.view.tokens_at(one.tokens.clone());
            let (mut set, mut taken) = (0, 0_u16);
            for token in tokens {
                if let Some(mark) = over.marks.of(token.form) {
                    set |= mark.mask;
                    taken = taken.saturating_add(if token.token.token().tells() { mark.letters } else { 0 });
                }
            }
            let words = words(one.posting, taken, plan);
            plan.could_reach(Reach { set, letters: letters(one.posting), words }, over.floor)
        });
    }
}

impl Wanted {
    /// Whether a token with this mask is wanted: for names without single letters, and for those with one.
    fn of(self, mask: u32) -> (bool, bool) {
        (mask & self.plain != 0, mask & self.with_initials != 0)
    }
}

fn among((plain, with_initials): (bool, bool), posting: Posting) -> bool {
    if posting.has(Trait::Initials) { with_initials } else { plain }
}

fn letters(posting: Posting) -> SingleLetters {
    if posting.has(Trait::Initials) { SingleLetters::Some } else { SingleLetters::None }
}

/// Whether a name of whose letters so many may have a partner has a word that has none. A single letter on either side may
/// stand for a word, so then nothing is known.
fn words(posting: Posting, letters: u16, plan: &Plan) -> Words {
    let all_counted = !posting.has(Trait::Initials) && !posting.has(Trait::Odd) && !plan.has_initials();
    let spare = posting.sketch().length().is_some_and(|length| length > usize::from(letters));
    if all_counted && spare { Words::Spare } else { Words::Unknown }
}

/// Calls `found` for every posting of names in the ranges.
fn each_within(postings: &[Posting], ranges: &[Range<u32>], mut found: impl FnMut(Posting)) {
    for range in ranges {
        let mut part = postings;
        if part.len() > FEW_POSTINGS {
            let from = part.partition_point(|p| p.name() < range.start);
            let to = part.partition_point(|p| p.name() < range.end);
            part = part.get(from..to).unwrap_or_default();
        }
        part.iter().copied().filter(|p| range.contains(&p.name())).for_each(&mut found);
    }
}
