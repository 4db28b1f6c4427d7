//! Which names can be alike enough: exact retrieval without a cut.
//!
//! The likeness of two names is at most *m / (m + s·u)*, where *m* is the weight of the query's tokens that have
//! a near token in the listed name, *u* the weight of the others, and *s* the share at which left-over weight
//! counts ([`LEFT_OVER`]). So a listed name without a near token for any of the query's *essential* tokens, the
//! heaviest ones whose absence alone keeps that bound under the floor, cannot reach it, and only the names that
//! hold one are looked at. Of those, the bound with all tokens decides whether they are weighed in full.

use crate::entity::comparable;
use crate::index::Index;
use crate::near_sets::NearSet;
use crate::tokens::Across;
use std::cell::RefCell;
use std::cmp::Reverse;
use tenantry_model::listed::Schema;
use tenantry_names::{
    Form, INITIAL_WEIGHT, LEFT_OVER, Name, Near, Role, Weighed, Weighing, as_joined, joins_across,
    near_glued, weigh,
};

/// Shortest token tried as two list tokens written together, and shortest part.
const GLUED_MIN: usize = 4;
const GLUED_PART_MIN: usize = 2;
/// End of a chain of near entries.
const NONE: u32 = u32::MAX;

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
    /// First of its near entries.
    head: u32,
}

/// A query unit (token, or two joined) near a list token.
#[derive(Clone, Copy)]
struct Entry {
    unit: u8,
    near: Near,
    next: u32,
}

/// Working memory, one per thread, shared by all indexes: rounds never repeat, so old marks are never mistaken.
#[derive(Default)]
struct Scratch {
    round: u32,
    marks: Vec<Mark>,
    met: Vec<u32>,
    names_met: Vec<u32>,
    entries: Vec<Entry>,
    marked: Vec<u32>,
    weighing: Weighing,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Index {
    /// Every name of a comparable entity whose similarity with `name` is at least `floor` (above 0).
    pub(crate) fn candidates(&self, name: &Name, schema: Schema, floor: u16, out: &mut Vec<Candidate>) {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut round = Round::begin(self, name, floor, scratch);
            round.mark_all();
            round.gather(schema, out);
        });
    }
}

/// One query name against the index.
struct Round<'r> {
    index: &'r Index,
    name: &'r Name,
    joined: Vec<Form>,
    floor: u32,
    /// Essential tokens of the query.
    essential: u32,
    scratch: &'r mut Scratch,
}

impl<'r> Round<'r> {
    fn begin(index: &'r Index, name: &'r Name, floor: u16, scratch: &'r mut Scratch) -> Self {
        if scratch.round >= u32::MAX - 64 {
            *scratch = Scratch::default();
        }
        scratch.marks.resize(scratch.marks.len().max(index.tokens.len()), Mark::default());
        scratch.met.resize(scratch.met.len().max(index.tokens.len()), 0);
        scratch.names_met.resize(scratch.names_met.len().max(index.names.len()), 0);
        scratch.entries.clear();
        scratch.marked.clear();
        let forms = name.forms();
        let joined = forms.iter().zip(forms.iter().skip(1)).map(|(a, b)| a.joined(b)).collect();
        let floor = u32::from(floor.max(1));
        Self { index, name, joined, floor, essential: essential(name, floor), scratch }
    }

    /// Finds the near tokens of every query token and of every pair written together.
    fn mark_all(&mut self) {
        // Rounds advance per unit too, so that each unit meets each token once.
        let index = self.index;
        let forms = self.name.forms();
        let first_round = self.scratch.round + 1;
        for (unit, form) in forms.iter().enumerate() {
            let met = &mut self.scratch.met;
            let set = index.tokens.sets.of(form, || near_set(index, met, first_round + unit as u32, form));
            for (id, near) in &set.near {
                self.mark_near(first_round, unit, 1 << unit, *id, *near);
            }
            for id in &set.parts {
                self.mark_plain(first_round, *id, 1 << unit);
            }
            self.mark_initial(first_round, unit);
        }
        let joined = std::mem::take(&mut self.joined);
        for (i, form) in joined.iter().enumerate() {
            let unit = forms.len() + i;
            let across = if joins_across(form) { Across::Yes } else { Across::No };
            let found = near_all(index, &mut self.scratch.met, first_round + unit as u32, form, across);
            for (id, near) in found {
                if let Some(near) = index.tokens.form(id).and_then(|f| as_joined(form, f, near)) {
                    self.mark_near(first_round, unit, 0b11 << i, id, near);
                }
            }
        }
        self.joined = joined;
        self.scratch.round = first_round + (2 * forms.len()) as u32 + 1;
    }

    fn mark_near(&mut self, round: u32, unit: usize, mask: u32, id: u32, near: Near) {
        let Scratch { marks, entries, marked, .. } = &mut *self.scratch;
        let Some(mark) = marks.get_mut(id as usize) else { return };
        touch(mark, round, id, marked);
        mark.mask |= mask;
        entries.push(Entry { unit: unit as u8, near, next: mark.head });
        mark.head = entries.len() as u32 - 1;
    }

    /// The list's single letters may stand for the query's words.
    fn mark_initial(&mut self, round: u32, unit: usize) {
        let Some(token) = self.name.tokens().get(unit).filter(|t| t.role == Role::Word) else { return };
        let letter = char::from(token.first).to_string();
        let ids: Vec<u32> = self.index.tokens.exactly(&letter).collect();
        for id in ids {
            // Not enough to look at a name: kept apart from what retrieves it.
            self.mark_plain(round, id, 1 << unit);
        }
    }

    fn mark_plain(&mut self, round: u32, id: u32, mask: u32) {
        let Scratch { marks, marked, .. } = &mut *self.scratch;
        if let Some(mark) = marks.get_mut(id as usize) {
            touch(mark, round, id, marked);
            mark.mask |= mask;
        }
    }

    /// Looks at every name that holds a token near an essential one.
    fn gather(&mut self, schema: Schema, out: &mut Vec<Candidate>) {
        let round = self.scratch.round;
        let first_round = round - (2 * self.name.forms().len()) as u32 - 1;
        let marked = std::mem::take(&mut self.scratch.marked);
        let weights = QueryWeights::of(self.name);
        for id in &marked {
            let mask = self.scratch.marks.get(*id as usize).map_or(0, |m| m.mask);
            if mask & self.essential == 0 {
                continue;
            }
            for name in self.index.names.holding(*id) {
                let Some(met) = self.scratch.names_met.get_mut(*name as usize) else { continue };
                if std::mem::replace(met, round) == round {
                    continue;
                }
                let Some((entity, listed)) = self.index.names.bearer(*name) else { continue };
                if !comparable(schema, listed) || !self.could_reach(first_round, *name, &weights) {
                    continue;
                }
                let weighed = self.weigh(first_round, *name);
                if u32::from(weighed.similarity) >= self.floor {
                    out.push(Candidate { name: *name, entity, weighed });
                }
            }
        }
        self.scratch.marked = marked;
    }

    /// The upper bound with what the name's tokens may stand for.
    fn could_reach(&self, round: u32, name: u32, weights: &QueryWeights) -> bool {
        let (ids, _) = self.index.names.tokens(name);
        let mut mask = weights.initials;
        for id in ids {
            if let Some(mark) = self.scratch.marks.get(*id as usize).filter(|m| m.round == round) {
                mask |= mark.mask;
            }
        }
        let matched = weights.sum(mask);
        let missing = weights.all - matched;
        // matched / (matched + share * missing) >= floor, in thousandths.
        u64::from(matched) * 1000 * (1000 - u64::from(self.floor))
            >= u64::from(self.floor) * u64::from(LEFT_OVER) * u64::from(missing)
    }

    fn weigh(&mut self, round: u32, name: u32) -> Weighed {
        let Scratch { marks, entries, weighing, .. } = &mut *self.scratch;
        let (ids, weights) = self.index.names.tokens(name);
        let near_of = |unit: usize, j: usize| -> Option<Near> {
            let mark = marks.get(*ids.get(j)? as usize).filter(|m| m.round == round)?;
            let mut at = mark.head;
            while at != NONE {
                let entry = entries.get(at as usize)?;
                if usize::from(entry.unit) == unit {
                    return Some(entry.near);
                }
                at = entry.next;
            }
            None
        };
        let forms = self.name.forms();
        let tokens = &self.index.tokens;
        let glued = |l: (usize, usize), r: (usize, usize)| {
            if l.1 - l.0 == 2 {
                near_of(forms.len() + l.0, r.0)
            } else {
                near_glued(forms.get(l.0)?, tokens.form(*ids.get(r.0)?)?, tokens.form(*ids.get(r.0 + 1)?)?)
            }
        };
        weigh(weighing, self.name.tokens(), weights, near_of, glued)
    }
}

/// Everything near a token.
fn near_set(index: &Index, met: &mut [u32], round: u32, form: &Form) -> NearSet {
    let near = near_all(index, met, round, form, Across::Yes).into();
    NearSet { near, parts: parts(index, form).into() }
}

/// Tokens near `form`; `met` remembers under `round` which were met.
fn near_all(index: &Index, met: &mut [u32], round: u32, form: &Form, across: Across) -> Vec<(u32, Near)> {
    let seen = |id: u32| {
        let Some(slot) = met.get_mut(id as usize) else { return true };
        std::mem::replace(slot, round) == round
    };
    let mut out = Vec::new();
    index.tokens.near(form, across, seen, |id, near| out.push((id, near)));
    out
}

/// List tokens that may be one part of a query token written as two in the list: one part exact, the other at most
/// one error away. It is enough to know the part held by fewer names.
fn parts(index: &Index, form: &Form) -> Vec<u32> {
    let text = form.ascii();
    let mut out = Vec::new();
    if text.len() < GLUED_MIN {
        return out;
    }
    for at in GLUED_PART_MIN..text.len() {
        let Some((head, tail)) = text.split_at_checked(at) else { continue };
        part(index, head, tail, &mut out);
        // The other part may have lost a letter: it can be one shorter than a part may be.
        if let Some((head, tail)) = text.split_at_checked(text.len() - at) {
            part(index, tail, head, &mut out);
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn part(index: &Index, exact: &str, other: &str, out: &mut Vec<u32>) {
    let exact: Vec<u32> = index.tokens.exactly(exact).collect();
    if exact.is_empty() {
        return;
    }
    let mut near = Vec::new();
    index.tokens.one_error(other, |id| near.push(id));
    let held = |ids: &[u32]| ids.iter().map(|id| index.names.holding(*id).len()).sum::<usize>();
    out.extend(if held(&exact) <= held(&near) { exact } else { near });
}

fn touch(mark: &mut Mark, round: u32, id: u32, marked: &mut Vec<u32>) {
    if mark.round != round {
        *mark = Mark { round, mask: 0, head: NONE };
        marked.push(id);
    }
}

/// Weights of the query's tokens by bit.
struct QueryWeights {
    weights: Vec<u32>,
    all: u32,
    /// Single letters: taken to match, since any word may begin with them.
    initials: u32,
}

impl QueryWeights {
    fn of(name: &Name) -> Self {
        let weights: Vec<u32> = name.tokens().iter().map(|t| u32::from(t.weight)).collect();
        let initials = name
            .tokens()
            .iter()
            .enumerate()
            .filter(|(_, t)| t.role == Role::Initial)
            .map(|(i, _)| 1 << i)
            .sum();
        Self { all: weights.iter().sum(), weights, initials }
    }

    fn sum(&self, mask: u32) -> u32 {
        self.weights.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, w)| *w).sum()
    }
}

/// The heaviest tokens without which the bound stays under the floor. A word of theirs met by a mere initial
/// counts as [`INITIAL_WEIGHT`] matched and the rest missing. Single letters come last: only the same letter
/// brings a name up.
fn essential(name: &Name, floor: u32) -> u32 {
    let tokens = name.tokens().iter().enumerate();
    let mut order: Vec<_> =
        tokens.map(|(i, t)| (t.role == Role::Initial, Reverse(u32::from(t.weight)), i)).collect();
    order.sort_unstable();
    let all: u32 = name.tokens().iter().map(|t| u32::from(t.weight)).sum();
    let (mut mask, mut taken, mut initials) = (0, 0, 0);
    for (_, Reverse(weight), i) in order {
        mask |= 1 << i;
        taken += weight;
        initials += u32::from(INITIAL_WEIGHT).min(weight);
        let matched = u64::from(all - taken + initials);
        let missing = u64::from(taken - initials);
        if matched * 1000 * u64::from(1000 - floor) < u64::from(floor) * u64::from(LEFT_OVER) * missing {
            return mask;
        }
    }
    mask
}
