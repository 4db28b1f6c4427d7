//! Which names can be alike enough: exact retrieval without a cut.
//!
//! A [`Ceiling`] bounds the likeness of two names by what is known of them. First without any listed name: a set of the
//! query's tokens is *needed* when a name near none of them stays under the floor whatever else agrees. Of all such sets
//! the one that fewest names hold is looked up. Then for each of those names, with what its own tokens may stand for
//! and what it has to spare. Only what passes both is weighed in full, and what may be the query mistyped: names of about
//! its length that hold a token near its heaviest, or its next exactly.

use crate::index::Index;
use crate::near_sets::NearSet;
use crate::plan::{Plan, Wanted};
use crate::tables::{CLASSES, View};
use crate::tokens::Across;
use std::cell::RefCell;
use std::ops::Range;
use tenantry_model::listed::Schema;
use tenantry_names::{
    Anchors, Ceiling, Form, Name, NameKind, Near, Pairing, Role, StoredToken, Token, Weighed, Weighing,
    as_joined, could_be_typed, joins_across, near_glued, weigh,
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
    names: Vec<(u32, Range<usize>)>,
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
            round.gather(schema);
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

    /// Gathers every comparable name that holds a token near a needed one, and those that may be the query mistyped.
    fn gather(&mut self, schema: Schema) {
        let (view, query) = (self.view, self.name.tokens());
        let wanted = self.plan.cheapest(self.floor);
        let anchors = Anchors::of(query);
        let ranges = comparable(view, schema);
        let Scratch { marks, marked, names_met, names, .. } = &mut *self.scratch;
        let comparable = |name: u32| ranges.iter().any(|r| r.contains(&name));
        for id in &*marked {
            let mask = marks.get(*id as usize).map_or(0, |m| m.mask);
            let Wanted { plain, with_initials } = wanted.unwrap_or_default();
            let (plain, with_initials) = (mask & plain != 0, mask & with_initials != 0);
            if !plain && !with_initials {
                continue;
            }
            for posting in view.holding(*id) {
                let name = posting.name();
                let wanted = if posting.initials() { with_initials } else { plain };
                if wanted && comparable(name) && first_time(names_met, name) {
                    // Read apart from the tokens themselves, so that many reads can be under way at a time.
                    names.push((name, view.token_range(name)));
                }
            }
        }
        let near = anchors.near.map_or(0, |at| 1_u32 << at);
        let nearly =
            marked.iter().copied().filter(|id| marks.get(*id as usize).is_some_and(|m| m.mask & near != 0));
        let exact = anchors.exact.and_then(|at| self.name.forms().get(at));
        let exactly = exact.into_iter().flat_map(|form| view.exactly(form.ascii()));
        for posting in nearly.chain(exactly).flat_map(|id| view.holding(id)) {
            let name = posting.name();
            if comparable(name) && !is_met(names_met, name) {
                let range = view.token_range(name);
                if could_be_typed(query, view.tokens_at(range.clone()).iter().map(StoredToken::token)) {
                    first_time(names_met, name);
                    names.push((name, range));
                }
            }
        }
        for (name, _) in &*names {
            if let Some(bits) = names_met.get_mut(*name as usize / 64) {
                *bits = 0;
            }
        }
    }

    /// Weighs the gathered names that could reach the floor.
    fn weigh_all(&mut self, out: &mut Vec<Candidate>) {
        let round = self.round();
        let names = std::mem::take(&mut self.scratch.names);
        for (name, range) in &names {
            let tokens = self.view.tokens_at(range.clone());
            let typed = || could_be_typed(self.name.tokens(), tokens.iter().map(StoredToken::token));
            if self.ceiling(round, tokens) < self.floor && !typed() {
                continue;
            }
            let weighed = self.weigh(round, tokens);
            if weighed.similarity >= self.floor
                && let Some(record) = self.view.name(*name)
            {
                out.push(Candidate { name: *name, entity: record.entity, weighed });
            }
        }
        self.scratch.names = names;
    }

    fn entries(&self, round: u32, token: &StoredToken) -> impl Iterator<Item = Meaning> {
        let mark = self.scratch.marks.get(token.form as usize).filter(|m| m.round == round);
        chain(&self.scratch.entries, mark.map_or(NONE, |m| m.head))
    }

    /// The upper bound with what the name's tokens may stand for and what it has to spare.
    fn ceiling(&self, round: u32, tokens: &[StoredToken]) -> u16 {
        let mut met = Met::default();
        for (j, stored) in tokens.iter().enumerate() {
            let token = stored.token();
            for meaning in self.entries(round, stored) {
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
        let mut ceiling = Ceiling::new(!met.legal && !self.plan.legal());
        for (unit, token) in self.name.tokens().iter().enumerate() {
            if met.joined >> unit & 1 == 1 {
                ceiling.may_agree_joined(*token);
            } else if met.units >> unit & 1 == 1 {
                ceiling.may_agree(*token, met.alike.get(unit).copied().unwrap_or(0));
            } else {
                ceiling.lacks(*token, met.initials);
            }
        }
        for (j, stored) in tokens.iter().enumerate() {
            if met.covered >> j & 1 == 0 {
                ceiling.spare(stored.token());
            }
        }
        ceiling.similarity()
    }

    fn weigh(&mut self, round: u32, stored: &[StoredToken]) -> Weighed {
        let Scratch { marks, entries, weighing, tokens, .. } = &mut *self.scratch;
        tokens.clear();
        tokens.extend(stored.iter().map(StoredToken::token));
        let pairing = Marked { name: self.name, view: self.view, stored, marks, entries, round };
        weigh(weighing, self.name.tokens(), tokens, &pairing)
    }
}

/// The query beside a listed name, with what the marks say of the name's tokens.
struct Marked<'m> {
    name: &'m Name,
    view: &'m View<'m>,
    stored: &'m [StoredToken],
    marks: &'m [Mark],
    entries: &'m [Entry],
    round: u32,
}

impl Marked<'_> {
    fn meanings(&self, j: usize) -> impl Iterator<Item = Meaning> {
        let mark = self.stored.get(j).and_then(|t| self.marks.get(t.form as usize));
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
        self.view.form(self.stored.get(at)?.form)
    }
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

fn is_met(names_met: &[u64], name: u32) -> bool {
    names_met.get(name as usize / 64).is_some_and(|bits| bits >> (name % 64) & 1 == 1)
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
