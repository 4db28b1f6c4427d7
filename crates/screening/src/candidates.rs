//! Which names can be alike enough: exact retrieval without a cut.
//!
//! A [`Ceiling`] bounds the likeness of two names by what is known of them. First without any listed name: a set of the
//! query's tokens is *needed* when a name near none of them stays under the floor whatever else agrees. Of all such sets
//! the one that fewest names hold is looked up (`plan`). Then by what the postings say of those names (`sift`). Then for
//! each of those left, with what its own tokens may stand for and what it has to spare. Only what passes all is weighed in
//! full.

use crate::index::Index;
use crate::marks::{Marks, Meaning};
use crate::near_sets::NearSet;
use crate::plan::{Plan, SingleLetters, lacks};
use crate::sift::{Over, Sieve, Typed};
use crate::tables::{CLASSES, NameToken, View};
use std::cell::RefCell;
use std::ops::Range;
use tenantry_model::listed::Schema;
use tenantry_names::{
    Ceiling, Form, How, JOINED_LENGTHS, Name, NameKind, Near, Pairing, Role, Token, Weighed, Weighing,
    as_joined, joins_across, near_glued, weigh,
};

/// More tokens than a name has; see `tenantry_names`.
const TOKENS: usize = 32;
/// More rounds than a name takes.
const ROUNDS: u32 = 3 * TOKENS as u32;

/// A name alike enough, by its number in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) name: u32,
    pub(crate) entity: u32,
    pub(crate) weighed: Weighed,
}

/// Working memory, one per thread, shared by all indexes: rounds never repeat, so old marks are never mistaken.
#[derive(Default)]
struct Scratch {
    round: u32,
    met: Vec<u32>,
    marks: Marks,
    sieve: Sieve,
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
            if scratch.round >= u32::MAX - ROUNDS {
                *scratch = Scratch::default();
            }
            let floor = floor.max(1);
            let mut plan = Plan::new(name.tokens());
            mark_all(self, view, name, &mut plan, scratch);
            let Scratch { marks, sieve, tokens, weighing, .. } = scratch;
            let ranges = comparable(view, schema);
            let over = Over { view, name, marks, ranges: &ranges, floor };
            for one in sieve.sift(&over, &mut plan) {
                let listed = Listed { view, tokens: view.tokens_at(one.tokens.clone()) };
                let marked = Marked { name, listed, marks };
                if one.typed != Typed::Yes && marked.ceiling(&plan) < floor {
                    continue;
                }
                tokens.clear();
                tokens.extend(listed.tokens.iter().map(|t| t.token.token()));
                let weighed = weigh(weighing, name.tokens(), tokens, &marked);
                if weighed.similarity >= floor
                    && let Some(record) = view.name(one.posting.name())
                {
                    out.push(Candidate { name: one.posting.name(), entity: record.entity, weighed });
                }
            }
        });
    }
}

/// Finds what is near every query token and every two written together. Rounds advance per unit, so that each unit
/// meets each token once.
fn mark_all(index: &Index, view: &View, name: &Name, plan: &mut Plan, scratch: &mut Scratch) {
    let Scratch { round, met, marks, .. } = scratch;
    met.resize(met.len().max(view.tokens()), 0);
    *round += 1;
    marks.begin(*round, view.tokens());
    let length = |id: u32| move || view.look(id).map_or(0, |l| l.length() as u16);
    for (unit, form) in name.forms().iter().enumerate() {
        *round += 1;
        let set = index.sets.of(form, || NearSet::find(view, form, |id| was_met(met, id, *round)));
        for (id, near) in &set.near {
            marks.put(*id, Meaning::Token(unit as u8, *near), length(*id));
            plan.near(unit, *near);
        }
        for id in &set.parts {
            marks.put(*id, Meaning::Part(unit as u8), length(*id));
            plan.part(unit);
        }
        plan.held(unit, set.held);
    }
    let pairs = name.forms().iter().zip(name.tokens());
    for (first, ((form, token), (next, after))) in pairs.clone().zip(pairs.skip(1)).enumerate() {
        let letters = usize::from(token.length) + usize::from(after.length);
        let lengths = letters.saturating_sub(JOINED_LENGTHS)..=letters + JOINED_LENGTHS;
        if view.of_lengths(lengths.clone()).is_empty() {
            continue;
        }
        *round += 1;
        let joined = form.joined(next);
        let seen = |id| was_met(met, id, *round);
        let found = |id, near| {
            if let Some(near) = view.form(id).and_then(|f| as_joined(&joined, &f, near)) {
                marks.put(id, Meaning::Joined(first as u8, near), length(id));
                plan.joined(first, view.holding(id).len() as u32);
            }
        };
        if joins_across(&joined) {
            view.near(&joined, seen, found);
        } else {
            view.near_joined(&joined, lengths, seen, found);
        }
    }
}

/// Whether a token was met in this round; remembers it.
fn was_met(met: &mut [u32], id: u32, round: u32) -> bool {
    met.get_mut(id as usize).is_none_or(|slot| std::mem::replace(slot, round) == round)
}

/// The query beside a listed name, with what the marks say of the name's tokens.
struct Marked<'m> {
    name: &'m Name,
    listed: Listed<'m>,
    marks: &'m Marks,
}

/// The tokens of one listed name.
#[derive(Clone, Copy)]
struct Listed<'l> {
    view: &'l View<'l>,
    tokens: &'l [NameToken],
}

impl Marked<'_> {
    fn meanings(&self, j: usize) -> impl Iterator<Item = Meaning> {
        self.listed.tokens.get(j).into_iter().flat_map(|t| self.marks.meanings(t.form))
    }

    /// The upper bound with what the name's tokens may stand for and what it has to spare.
    fn ceiling(&self, plan: &Plan) -> u16 {
        let listed = self.listed;
        let mut met = Met::default();
        for (j, stored) in listed.tokens.iter().enumerate() {
            let token = stored.token.token();
            for meaning in self.marks.meanings(stored.form) {
                match meaning {
                    Meaning::Token(unit, near) => {
                        met.covered |= 1 << j;
                        met.heard |= u32::from(near.how == How::Transcribed) << unit;
                        met.by(
                            unit,
                            plan.weight(unit).min(token.weight.into()) * u32::from(near.likeness) / 1000,
                        );
                    }
                    Meaning::Joined(first, _) => {
                        met.covered |= 1 << j;
                        met.joined |= 0b11 << first;
                    }
                    Meaning::Part(unit) => {
                        met.covered |= 0b111 << j >> 1;
                        met.by(unit, plan.weight(unit));
                    }
                }
            }
            met.covered |= u32::from(plan.may_stand_for(token)) << j;
            met.initials |= token.role == Role::Initial;
            met.legal |= token.role == Role::Legal;
        }
        let mut ceiling =
            if met.legal || plan.legal() { Ceiling::default() } else { Ceiling::without_legal_forms() };
        if met.heard == 0 {
            ceiling.nothing_transcribed();
        }
        let letters = if met.initials { SingleLetters::Some } else { SingleLetters::None };
        for (unit, token) in self.name.tokens().iter().enumerate() {
            if met.heard >> unit & 1 == 1 {
                ceiling.may_be_heard(*token);
            }
            if met.joined >> unit & 1 == 1 {
                ceiling.may_agree_joined(*token);
            } else if met.units >> unit & 1 == 1 {
                ceiling.may_agree(*token, met.alike.get(unit).copied().unwrap_or(0));
            } else {
                lacks(&mut ceiling, *token, letters);
            }
        }
        for (j, stored) in listed.tokens.iter().enumerate() {
            if met.covered >> j & 1 == 0 {
                ceiling.spare(stored.token.token());
            }
        }
        ceiling.similarity()
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
        self.listed.view.form(self.listed.tokens.get(at)?.form)
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
    /// Query tokens that may agree by their sound in another script.
    heard: u32,
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
