//! Which of a query's tokens to look up: the cheapest set without which no name can reach the floor.

use tenantry_names::{Ceiling, Role, Token};

/// Up to so many tokens answers are remembered by set.
const REMEMBERED_MAX: usize = 10;
/// Up to so many tokens every set is tried; of longer names tokens are taken one by one.
const TRIED_MAX: u32 = 6;

/// What the index knows of each of the query's tokens.
pub(crate) struct Plan<'q> {
    tokens: &'q [Token],
    units: Vec<Unit>,
    /// First letters of words, and of initials, one bit each.
    word_letters: u32,
    initial_letters: u32,
    legal: bool,
    /// For each set of tokens, whether a name near them could reach the floor, as far as it was asked: without single
    /// letters in the name, then with.
    could_reach: [Vec<Option<bool>>; 2],
}

#[derive(Clone, Copy, Default)]
struct Unit {
    /// The most that any near token is like it, 0 to 1000.
    likeness: u16,
    near: bool,
    joined: bool,
    /// Names to look at when it is looked up.
    held: u32,
}

/// Tokens to look up, one bit each.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    /// For names without single letters.
    pub(crate) plain: u32,
    /// For names with one, which may stand for any word it begins.
    pub(crate) with_initials: u32,
}

fn letter(token: Token) -> u32 {
    1 << (token.first & 31)
}

impl<'q> Plan<'q> {
    pub(crate) fn new(tokens: &'q [Token]) -> Self {
        let letters = |role| tokens.iter().filter(|t| t.role == role).fold(0, |set, t| set | letter(*t));
        Self {
            tokens,
            units: vec![Unit::default(); tokens.len()],
            word_letters: letters(Role::Word),
            initial_letters: letters(Role::Initial),
            legal: tokens.iter().any(|t| t.role == Role::Legal),
            could_reach: Default::default(),
        }
    }

    /// Some token of the list is near this one.
    pub(crate) fn near(&mut self, unit: usize, likeness: u16) {
        if let Some(unit) = self.units.get_mut(unit) {
            unit.near = true;
            unit.likeness = unit.likeness.max(likeness);
        }
    }

    /// So many names hold a token near this one.
    pub(crate) fn held(&mut self, unit: usize, names: u32) {
        if let Some(unit) = self.units.get_mut(unit) {
            unit.held += names;
        }
    }

    /// A token of the list, held by so many names, is near this token and the next written together.
    pub(crate) fn joined(&mut self, first: usize, names: u32) {
        for unit in self.units.iter_mut().skip(first).take(2) {
            unit.near = true;
            unit.joined = true;
            unit.held += names;
        }
    }

    pub(crate) fn weight(&self, unit: u8) -> u32 {
        self.tokens.get(usize::from(unit)).map_or(0, |t| t.weight.into())
    }

    /// Whether the query holds a legal form.
    pub(crate) fn legal(&self) -> bool {
        self.legal
    }

    /// Whether a name near these tokens and no others could reach the floor. Asked with one floor only.
    pub(crate) fn could_reach(&mut self, set: u32, initials: bool, floor: u16) -> bool {
        if self.tokens.len() > REMEMBERED_MAX {
            return true;
        }
        let [without, with] = &mut self.could_reach;
        let answers = if initials { with } else { without };
        answers.resize(1 << self.tokens.len(), None);
        if let Some(known) = answers.get(set as usize).copied().flatten() {
            return known;
        }
        let answer = self.ceiling(set, initials) >= floor;
        let [without, with] = &mut self.could_reach;
        if let Some(slot) = if initials { with } else { without }.get_mut(set as usize) {
            *slot = Some(answer);
        }
        answer
    }

    /// Whether one of the query's single letters may stand for this token, or this single letter for a word of it.
    pub(crate) fn may_stand_for(&self, listed: Token) -> bool {
        let letters = match listed.role {
            Role::Word => self.initial_letters,
            Role::Initial => self.word_letters,
            _ => 0,
        };
        letters & letter(listed) != 0
    }

    /// The cheapest tokens to look up so that no name is lost that could reach the floor; `None` when none can.
    pub(crate) fn cheapest(&self, floor: u16) -> Option<Wanted> {
        let near = self.units.iter().enumerate().fold(0, |set, (i, u)| set | u32::from(u.near) << i);
        let plain = self.cheapest_of(near, floor, false);
        let with_initials = self.cheapest_of(near, floor, true);
        (plain | with_initials != 0).then_some(Wanted { plain, with_initials })
    }

    fn cheapest_of(&self, near: u32, floor: u16, initials: bool) -> u32 {
        if self.ceiling(near, initials) < floor {
            return 0;
        }
        if near.count_ones() > TRIED_MAX {
            return self.one_by_one(near, floor, initials);
        }
        let mut best = near;
        let mut least = self.cost(near);
        // Every subset of the near tokens, each once.
        let mut set = near;
        while set != 0 {
            set = (set - 1) & near;
            let cost = self.cost(set);
            if cost < least && self.ceiling(near & !set, initials) < floor {
                (best, least) = (set, cost);
            }
        }
        best
    }

    /// Takes tokens that weigh much for what they cost until the rest stays under the floor.
    fn one_by_one(&self, near: u32, floor: u16, initials: bool) -> u32 {
        let mut order: Vec<usize> = (0..self.units.len()).filter(|i| near >> i & 1 == 1).collect();
        let price = |i: &usize| {
            let held = self.units.get(*i).map_or(0, |u| u64::from(u.held));
            let weight = self.tokens.get(*i).map_or(0, |t| u64::from(t.weight));
            (held + 1) * 1_000_000 / (weight + 1)
        };
        order.sort_by_key(price);
        let mut set = 0;
        for i in order {
            if self.ceiling(near & !set, initials) < floor {
                break;
            }
            set |= 1 << i;
        }
        set
    }

    fn cost(&self, set: u32) -> u64 {
        let held = self.units.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1);
        held.map(|(_, u)| u64::from(u.held)).sum()
    }

    /// How alike a name can be that is near these tokens and no others.
    fn ceiling(&self, set: u32, initials: bool) -> u16 {
        let mut ceiling = Ceiling::default();
        for (i, (token, unit)) in self.tokens.iter().zip(&self.units).enumerate() {
            if set >> i & 1 == 0 {
                lacks(&mut ceiling, *token, initials);
            } else if unit.joined {
                ceiling.may_agree_joined(*token);
            } else {
                ceiling.may_agree(*token, u32::from(token.weight) * u32::from(unit.likeness) / 1000);
            }
        }
        ceiling.similarity()
    }
}

/// A token of the query has no partner, unless the listed name holds single letters.
pub(crate) fn lacks(ceiling: &mut Ceiling, token: Token, initials: bool) {
    if initials {
        ceiling.lacks_all_but_initials(token);
    } else {
        ceiling.lacks(token);
    }
}
