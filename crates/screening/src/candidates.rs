//! Which names can be alike enough: exact retrieval without a cut.
//!
//! A [`Ceiling`] bounds the likeness of two names by what is known of them. First without any listed name: a set of the
//! query's tokens is *needed* when a name near none of them stays under the floor whatever else agrees. Of all such sets
//! the one that fewest names hold is looked up. Then for each of those names, with what its own tokens may stand for
//! and what it has to spare. Only what passes both is weighed in full.
//!
//! One thing is under no ceiling: a name that is the query mistyped may be like it although most of its words are near
//! none. Such a name holds a word near the query's heaviest or its next exactly ([`Anchors`]); of these, the ones are
//! weighed whose length and letters fit.

use crate::index::Index;
use crate::near_sets::NearSet;
use crate::plan::{Plan, Wanted, lacks};
use crate::tables::{CLASSES, Posting, View};
use crate::tokens::Across;
use std::cell::RefCell;
use std::ops::Range;
use tenantry_model::listed::Schema;
use tenantry_names::{
    Anchors, Ceiling, Form, How, Name, NameKind, Near, Pairing, Role, Sketch, StoredToken, Token, Weighed,
    Weighing, as_joined, joins_across, near_glued, weigh,
};

/// Shortest token tried as two list tokens written together, and shortest part.
const GLUED_MIN: usize = 4;
const GLUED_PART_MIN: usize = 2;
/// End of a chain of entries.
const NONE: u32 = u32::MAX;
/// More tokens than a name has; see `tenantry_names`.
const TOKENS: usize = 32;

/// A name alike enough, by its number in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) name: u32,
    pub(crate) entity: u32,
    pub(crate) weighed: Weighed,
}

/// What a list token means to the query at hand.
#[derive(Clone, Copy, Default)]
struct Mark {
    round: u32,
    /// Query tokens it may stand for.
    mask: u32,
    /// First of its entries.
    head: u32,
}

/// What a list token may stand for.
#[derive(Clone, Copy)]
enum Meaning {
    /// The query's token of this number.
    Token(u8, Near),
    /// The query's token of this number and the next, written together.
    Joined(u8, Near),
    /// One part of the query's token of this number, the other part standing beside.
    Part(u8),
}

#[derive(Clone, Copy)]
struct Entry {
    meaning: Meaning,
    next: u32,
}

/// Whether a name could be the query mistyped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Typed {
    No,
    /// Only if a word of it agrees that has other letters.
    Otherwise,
    Yes,
}

/// Working memory, one per thread, shared by all indexes: rounds never repeat, so old marks are never mistaken.
#[derive(Default)]
struct Scratch {
    round: u32,
    marks: Vec<Mark>,
    met: Vec<u32>,
    entries: Vec<Entry>,
    marked: Vec<u32>,
    /// One bit per name: looked at in this round.
    names_met: Vec<u64>,
    /// Names to be looked at, with where their tokens lie.
    names: Vec<(Posting, Range<usize>, Typed)>,
    tokens: Vec<Token>,
    weighing: Weighing,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Index {
    /// Every name of a comparable entity whose similarity with `name` is at least `floor` (above 0).
    pub(crate) fn candidates(
        &self,
        view: &View,
        name: &Name,
        schema: Schema,
        floor: u16,
        out: &mut Vec<Candidate>,
    ) {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut round = Round::begin(self, view, name, floor, scratch);
            round.mark_all();
            let ranges = comparable(view, schema);
            round.gather_typed(&ranges);
            round.gather(&ranges);
            round.weigh_all(out);
        });
    }
}

/// One query name against the index.
struct Round<'r> {
    index: &'r Index,
    view: &'r View<'r>,
    name: &'r Name,
    plan: Plan<'r>,
    floor: u16,
    scratch: &'r mut Scratch,
}

impl<'r> Round<'r> {
    fn begin(
        index: &'r Index,
        view: &'r View<'r>,
        name: &'r Name,
        floor: u16,
        scratch: &'r mut Scratch,
    ) -> Self {
        if scratch.round >= u32::MAX - 128 {
            *scratch = Scratch::default();
        }
        scratch.marks.resize(scratch.marks.len().max(view.tokens()), Mark::default());
        scratch.met.resize(scratch.met.len().max(view.tokens()), 0);
        scratch.names_met.resize(scratch.names_met.len().max(view.names() / 64 + 1), 0);
        scratch.entries.clear();
        scratch.marked.clear();
        scratch.names.clear();
        Self { index, view, name, plan: Plan::new(name.tokens()), floor: floor.max(1), scratch }
    }

    /// Finds what is near every query token and every two written together. Rounds advance per unit, so that each unit
    /// meets each token once; the first of them marks the query.
    fn mark_all(&mut self) {
        let (index, view) = (self.index, self.view);
        let forms = self.name.forms();
        let round = self.scratch.round + 1;
        for (unit, form) in forms.iter().enumerate() {
            let met = &mut self.scratch.met;
            let set = index.sets.of(form, || near_set(view, met, round + unit as u32, form));
            for (id, near) in &set.near {
                self.mark(round, *id, 1 << unit, Meaning::Token(unit as u8, *near));
                self.plan.near(unit, near.likeness);
            }
            for id in &set.parts {
                self.mark(round, *id, 1 << unit, Meaning::Part(unit as u8));
                self.plan.near(unit, 1000);
            }
            self.plan.held(unit, set.held);
        }
        for (first, (form, next)) in forms.iter().zip(forms.iter().skip(1)).enumerate() {
            let joined = form.joined(next);
            let across = if joins_across(&joined) { Across::Yes } else { Across::No };
            let unit_round = round + (forms.len() + first) as u32;
            for (id, near) in near_all(view, &mut self.scratch.met, unit_round, &joined, across) {
                if let Some(near) = view.form(id).and_then(|f| as_joined(&joined, &f, near)) {
                    self.mark(round, id, 0b11 << first, Meaning::Joined(first as u8, near));
                    self.plan.joined(first, view.holding(id).len() as u32);
                }
            }
        }
        self.scratch.round = round + (2 * forms.len()) as u32 + 1;
    }

    /// The round that marks the query.
    fn round(&self) -> u32 {
        self.scratch.round - (2 * self.name.forms().len()) as u32 - 1
    }

    fn mark(&mut self, round: u32, id: u32, mask: u32, meaning: Meaning) {
        let Scratch { marks, entries, marked, .. } = &mut *self.scratch;
        let Some(mark) = marks.get_mut(id as usize) else { return };
        if mark.round != round {
            *mark = Mark { round, mask: 0, head: NONE };
            marked.push(id);
        }
        mark.mask |= mask;
        entries.push(Entry { meaning, next: mark.head });
        mark.head = entries.len() as u32 - 1;
    }

    /// Gathers every comparable name that could be the query mistyped.
    fn gather_typed(&mut self, ranges: &[Range<u32>]) {
        let view = self.view;
        let tokens = self.name.tokens();
        let sketch = Sketch::of(tokens, self.name.forms());
        let typed = |name: u32| {
            let listed = view.sketch(name);
            match (sketch.could_be_typed(listed), sketch.letters_fit(listed)) {
                (false, _) => Typed::No,
                (true, false) => Typed::Otherwise,
                (true, true) => Typed::Yes,
            }
        };
        let Scratch { marks, marked, names_met, names, .. } = &mut *self.scratch;
        let Anchors { near, exact } = Anchors::of(tokens);
        let near = near.map_or(0, |at| 1_u32 << at);
        let nearly =
            marked.iter().copied().filter(|id| marks.get(*id as usize).is_some_and(|m| m.mask & near != 0));
        let exact = exact.and_then(|at| self.name.forms().get(at));
        let exactly = exact.into_iter().flat_map(|form| view.exactly(form.ascii()));
        for posting in nearly.chain(exactly).flat_map(|id| view.holding(id)) {
            let name = posting.name();
            if ranges.iter().any(|r| r.contains(&name)) {
                let typed = typed(name);
                if typed != Typed::No && first_time(names_met, name) {
                    names.push((*posting, view.token_range(name), typed));
                }
            }
        }
    }

    /// Gathers every comparable name that holds a token near a needed one.
    fn gather(&mut self, ranges: &[Range<u32>]) {
        let view = self.view;
        let wanted = self.plan.cheapest(self.floor);
        let Scratch { marks, marked, names_met, names, .. } = &mut *self.scratch;
        for id in marked.iter().filter(|_| wanted.is_some()) {
            let mask = marks.get(*id as usize).map_or(0, |m| m.mask);
            let Wanted { plain, with_initials } = wanted.unwrap_or_default();
            let (plain, with_initials) = (mask & plain != 0, mask & with_initials != 0);
            if !plain && !with_initials {
                continue;
            }
            for posting in view.holding(*id) {
                let name = posting.name();
                let wanted = if posting.initials() { with_initials } else { plain };
                if wanted && ranges.iter().any(|r| r.contains(&name)) && first_time(names_met, name) {
                    // Read apart from the tokens themselves, so that many reads can be under way at a time.
                    names.push((*posting, view.token_range(name), Typed::No));
                }
            }
        }
        for (posting, _, _) in &*names {
            if let Some(bits) = names_met.get_mut(posting.name() as usize / 64) {
                *bits = 0;
            }
        }
    }

    /// Weighs the gathered names that could reach the floor.
    fn weigh_all(&mut self, out: &mut Vec<Candidate>) {
        let round = self.round();
        let mut names = std::mem::take(&mut self.scratch.names);
        let Scratch { marks, entries, .. } = &*self.scratch;
        names.retain_mut(|(posting, range, typed)| {
            let mark = |form: &u32| marks.get(*form as usize).filter(|m| m.round == round);
            let forms = self.view.forms_at(range.clone());
            if *typed == Typed::Otherwise {
                let other_letters = |m: &Mark| chain(entries, m.head).any(has_other_letters);
                let any = forms.iter().filter_map(mark).any(other_letters);
                *typed = if any { Typed::Yes } else { Typed::No };
            }
            let mask = forms.iter().filter_map(mark).fold(0, |mask, m| mask | m.mask);
            *typed == Typed::Yes || self.plan.could_reach(mask, posting.initials(), self.floor)
        });
        for (posting, range, typed) in &names {
            let listed = Listed {
                forms: self.view.forms_at(range.clone()),
                tokens: self.view.tokens_at(range.clone()),
            };
            if *typed != Typed::Yes && self.ceiling(round, listed) < self.floor {
                continue;
            }
            let weighed = self.weigh(round, listed);
            if weighed.similarity >= self.floor
                && let Some(record) = self.view.name(posting.name())
            {
                out.push(Candidate { name: posting.name(), entity: record.entity, weighed });
            }
        }
        self.scratch.names = names;
    }

    fn entries(&self, round: u32, form: u32) -> impl Iterator<Item = Meaning> {
        let mark = self.scratch.marks.get(form as usize).filter(|m| m.round == round);
        chain(&self.scratch.entries, mark.map_or(NONE, |m| m.head))
    }

    /// The upper bound with what the name's tokens may stand for and what it has to spare.
    fn ceiling(&self, round: u32, listed: Listed) -> u16 {
        let mut met = Met::default();
        for (j, (form, stored)) in listed.forms.iter().zip(listed.tokens).enumerate() {
            let token = stored.token();
            for meaning in self.entries(round, *form) {
                match meaning {
                    Meaning::Token(unit, near) => {
                        met.covered |= 1 << j;
                        met.by(
                            unit,
                            self.plan.weight(unit).min(token.weight.into()) * u32::from(near.likeness) / 1000,
                        );
                    }
                    Meaning::Joined(first, _) => {
                        met.covered |= 1 << j;
                        met.joined |= 0b11 << first;
                    }
                    Meaning::Part(unit) => {
                        met.covered |= 0b111 << j >> 1;
                        met.by(unit, self.plan.weight(unit));
                    }
                }
            }
            met.covered |= u32::from(self.plan.may_stand_for(token)) << j;
            met.initials |= token.role == Role::Initial;
            met.legal |= token.role == Role::Legal;
        }
        let mut ceiling =
            if met.legal || self.plan.legal() { Ceiling::default() } else { Ceiling::without_legal_forms() };
        for (unit, token) in self.name.tokens().iter().enumerate() {
            if met.joined >> unit & 1 == 1 {
                ceiling.may_agree_joined(*token);
            } else if met.units >> unit & 1 == 1 {
                ceiling.may_agree(*token, met.alike.get(unit).copied().unwrap_or(0));
            } else {
                lacks(&mut ceiling, *token, met.initials);
            }
        }
        for (j, stored) in listed.tokens.iter().enumerate() {
            if met.covered >> j & 1 == 0 {
                ceiling.spare(stored.token());
            }
        }
        ceiling.similarity()
    }

    fn weigh(&mut self, round: u32, listed: Listed) -> Weighed {
        let Scratch { marks, entries, weighing, tokens, .. } = &mut *self.scratch;
        tokens.clear();
        tokens.extend(listed.tokens.iter().map(StoredToken::token));
        let marked = Marked { name: self.name, view: self.view, listed, marks, entries, round };
        weigh(weighing, self.name.tokens(), tokens, &marked)
    }
}

/// Whether this stands for a token of the query although its letters are others.
fn has_other_letters(meaning: Meaning) -> bool {
    match meaning {
        Meaning::Token(_, near) => near.how == How::Equivalent,
        Meaning::Joined(..) | Meaning::Part(_) => true,
    }
}

/// The query beside a listed name, with what the marks say of the name's tokens.
struct Marked<'m> {
    name: &'m Name,
    view: &'m View<'m>,
    listed: Listed<'m>,
    marks: &'m [Mark],
    entries: &'m [Entry],
    round: u32,
}

impl Marked<'_> {
    fn meanings(&self, j: usize) -> impl Iterator<Item = Meaning> {
        let mark = self.listed.forms.get(j).and_then(|f| self.marks.get(*f as usize));
        chain(self.entries, mark.filter(|m| m.round == self.round).map_or(NONE, |m| m.head))
    }
}

impl Pairing for Marked<'_> {
    fn kind(&self) -> NameKind {
        self.name.kind()
    }

    fn pair(&self, i: usize, j: usize) -> Option<Near> {
        self.meanings(j).find_map(|m| match m {
            Meaning::Token(unit, near) if usize::from(unit) == i => Some(near),
            _ => None,
        })
    }

    fn glued(&self, l: (usize, usize), r: (usize, usize)) -> Option<Near> {
        if l.1 - l.0 == 2 {
            return self.meanings(r.0).find_map(|m| match m {
                Meaning::Joined(first, near) if usize::from(first) == l.0 => Some(near),
                _ => None,
            });
        }
        near_glued(self.name.forms().get(l.0)?, &self.right(r.0)?, &self.right(r.0 + 1)?)
    }

    fn left(&self, at: usize) -> Option<Form<'_>> {
        self.name.forms().get(at).map(Form::borrowed)
    }

    fn right(&self, at: usize) -> Option<Form<'_>> {
        self.view.form(*self.listed.forms.get(at)?)
    }
}

/// The tokens of one listed name.
#[derive(Clone, Copy)]
struct Listed<'l> {
    forms: &'l [u32],
    tokens: &'l [StoredToken],
}

/// What the tokens of one listed name may stand for.
#[derive(Default)]
struct Met {
    /// Query tokens, and the most each can agree.
    units: u32,
    alike: [u32; TOKENS],
    /// Query tokens that may agree together with a neighbour.
    joined: u32,
    /// Tokens of the listed name that may have a partner.
    covered: u32,
    initials: bool,
    legal: bool,
}

impl Met {
    fn by(&mut self, unit: u8, alike: u32) {
        self.units |= 1 << unit;
        if let Some(most) = self.alike.get_mut(usize::from(unit)) {
            *most = alike.max(*most);
        }
    }
}

fn chain(entries: &[Entry], head: u32) -> impl Iterator<Item = Meaning> {
    let mut at = head;
    std::iter::from_fn(move || {
        let entry = entries.get(at as usize)?;
        at = entry.next;
        Some(entry.meaning)
    })
}

/// Names of entities that a party of this schema can be: few ranges, by the order of [`CLASSES`].
fn comparable(view: &View, schema: Schema) -> Vec<Range<u32>> {
    let mut out: Vec<Range<u32>> = Vec::with_capacity(2);
    for (class, listed) in CLASSES.iter().enumerate() {
        if !crate::entity::comparable(schema, *listed) {
            continue;
        }
        let range = view.class(class);
        match out.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => out.push(range),
        }
    }
    out
}

/// Whether a name is met for the first time; remembers it.
fn first_time(names_met: &mut [u64], name: u32) -> bool {
    let Some(bits) = names_met.get_mut(name as usize / 64) else { return false };
    let bit = 1 << (name % 64);
    let first = *bits & bit == 0;
    *bits |= bit;
    first
}

/// Everything near a token.
fn near_set(view: &View, met: &mut [u32], round: u32, form: &Form) -> NearSet {
    let near = near_all(view, met, round, form, Across::Yes);
    let parts = parts(view, form);
    let ids = near.iter().map(|(id, _)| id).chain(&parts);
    let held = ids.map(|id| view.holding(*id).len() as u32).sum();
    NearSet { near: near.into(), parts: parts.into(), held }
}

/// Tokens near `form`; `met` remembers under `round` which were met.
fn near_all(view: &View, met: &mut [u32], round: u32, form: &Form, across: Across) -> Vec<(u32, Near)> {
    let seen = |id: u32| {
        let Some(slot) = met.get_mut(id as usize) else { return true };
        std::mem::replace(slot, round) == round
    };
    let mut out = Vec::new();
    view.near(form, across, seen, |id, near| out.push((id, near)));
    out
}

/// List tokens that may be one part of a query token written as two in the list: one part exact, the other at most
/// one error away. It is enough to know the part held by fewer names.
fn parts(view: &View, form: &Form) -> Vec<u32> {
    let text = form.ascii();
    let mut out = Vec::new();
    if text.len() < GLUED_MIN {
        return out;
    }
    for at in GLUED_PART_MIN..text.len() {
        let Some((head, tail)) = text.split_at_checked(at) else { continue };
        part(view, head, tail, &mut out);
        // The other part may have lost a letter: it can be one shorter than a part may be.
        if let Some((head, tail)) = text.split_at_checked(text.len() - at) {
            part(view, tail, head, &mut out);
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn part(view: &View, exact: &str, other: &str, out: &mut Vec<u32>) {
    let exact: Vec<u32> = view.exactly(exact).collect();
    if exact.is_empty() {
        return;
    }
    let mut near = Vec::new();
    view.one_error(other, |id| near.push(id));
    let held = |ids: &[u32]| ids.iter().map(|id| view.holding(*id).len()).sum::<usize>();
    out.extend(if held(&exact) <= held(&near) { exact } else { near });
}
