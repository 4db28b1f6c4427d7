//! Which of a query's tokens to look up: the cheapest set without which no name can reach the floor.

use std::collections::HashMap;
use tenantry_names::{Ceiling, How, Near, Role, Token};

/// Up to so many tokens answers are remembered in a table, from there on in a map.
const TABLE_MAX: usize = 8;
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
    /// Whether a name could reach the floor, as far as it was asked: by its number, or of long queries by itself.
    table: Vec<Option<bool>>,
    map: HashMap<Reach, bool>,
}

/// What is known of a name before it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Reach {
    /// Tokens of the query that it may agree with, one bit each.
    pub(crate) set: u32,
    pub(crate) letters: SingleLetters,
    pub(crate) words: Words,
}

/// Whether a word of a name is a single letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SingleLetters {
    None,
    Some,
}

/// The words of a listed name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Words {
    /// Nothing is known of those that are near none of the query's.
    Unknown,
    /// At least one is near none.
    Spare,
}

#[derive(Clone, Copy, Default)]
struct Unit {
    /// The most that any near token is like it, 0 to 1000.
    likeness: u16,
    near: bool,
    joined: bool,
    /// Whether any near token is so by its sound in another script.
    transcribed: bool,
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
            table: Vec::new(),
            map: HashMap::new(),
        }
    }

    /// Some token of the list is near this one.
    pub(crate) fn near(&mut self, unit: usize, near: Near) {
        if let Some(unit) = self.units.get_mut(unit) {
            unit.near = true;
            unit.likeness = unit.likeness.max(near.likeness);
            unit.transcribed |= near.how == How::Transcribed;
        }
    }

    /// Some token of the list may be a part of this one.
    pub(crate) fn part(&mut self, unit: usize) {
        if let Some(unit) = self.units.get_mut(unit) {
            unit.near = true;
            unit.likeness = 1000;
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

    /// Whether a name of which this is known could reach the floor. Asked with one floor only.
    pub(crate) fn could_reach(&mut self, reach: Reach, floor: u16) -> bool {
        if self.tokens.len() > TABLE_MAX {
            if let Some(known) = self.map.get(&reach) {
                return *known;
            }
            let answer = self.ceiling(reach) >= floor;
            self.map.insert(reach, answer);
            return answer;
        }
        self.table.resize(4 << self.tokens.len(), None);
        let number = (reach.set as usize) << 2 | (reach.letters as usize) << 1 | reach.words as usize;
        if let Some(known) = self.table.get(number).copied().flatten() {
            return known;
        }
        let answer = self.ceiling(reach) >= floor;
        if let Some(slot) = self.table.get_mut(number) {
            *slot = Some(answer);
        }
        answer
    }

    /// Tokens of the query that some token of the list is near, one bit each.
    pub(crate) fn all_near(&self) -> u32 {
        self.units.iter().enumerate().fold(0, |set, (i, u)| set | u32::from(u.near) << i)
    }

    /// How many names hold a token near this one, each counted as often as it does.
    pub(crate) fn held_by(&self, unit: u32) -> u32 {
        self.units.get(unit as usize).map_or(0, |u| u.held)
    }

    /// Whether a single letter is a word of the query.
    pub(crate) fn has_initials(&self) -> bool {
        self.initial_letters != 0
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
        let near = self.all_near();
        let plain = self.cheapest_of(near, floor, SingleLetters::None);
        let with_initials = self.cheapest_of(near, floor, SingleLetters::Some);
        (plain | with_initials != 0).then_some(Wanted { plain, with_initials })
    }

    fn cheapest_of(&self, near: u32, floor: u16, letters: SingleLetters) -> u32 {
        let reaches = |set| self.ceiling(Reach { set, letters, words: Words::Unknown }) >= floor;
        if !reaches(near) {
            return 0;
        }
        if near.count_ones() > TRIED_MAX {
            return self.one_by_one(near, reaches);
        }
        let mut best = near;
        let mut least = self.cost(near);
        // Every subset of the near tokens, each once.
        let mut set = near;
        while set != 0 {
            set = (set - 1) & near;
            let cost = self.cost(set);
            if cost < least && !reaches(near & !set) {
                (best, least) = (set, cost);
            }
        }
        best
    }

    /// Takes tokens that weigh much for what they cost until the rest stays under the floor.
    fn one_by_one(&self, near: u32, reaches: impl Fn(u32) -> bool) -> u32 {
        let mut order: Vec<usize> = (0..self.units.len()).filter(|i| near >> i & 1 == 1).collect();
        let price = |i: &usize| {
            let held = self.units.get(*i).map_or(0, |u| u64::from(u.held));
            let weight = self.tokens.get(*i).map_or(0, |t| u64::from(t.weight));
            (held + 1) * 1_000_000 / (weight + 1)
        };
        order.sort_by_key(price);
        let mut set = 0;
        for i in order {
            if !reaches(near & !set) {
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

    /// How alike a name can be of which this is known.
    fn ceiling(&self, reach: Reach) -> u16 {
        let mut ceiling = Ceiling::default();
        let mut transcribed = false;
        for (i, (token, unit)) in self.tokens.iter().zip(&self.units).enumerate() {
            if reach.set >> i & 1 == 0 {
                lacks(&mut ceiling, *token, reach.letters);
                continue;
            }
            transcribed |= unit.transcribed;
            if unit.transcribed {
                ceiling.may_be_heard(*token);
            }
            if unit.joined {
                ceiling.may_agree_joined(*token);
            } else {
                ceiling.may_agree(*token, u32::from(token.weight) * u32::from(unit.likeness) / 1000);
            }
        }
        if !transcribed {
            ceiling.nothing_transcribed();
        }
        if reach.words == Words::Spare {
            ceiling.spare_some_word();
        }
        ceiling.similarity()
    }
}

/// A token of the query has no partner, unless the listed name holds single letters.
pub(crate) fn lacks(ceiling: &mut Ceiling, token: Token, letters: SingleLetters) {
    match letters {
        SingleLetters::None => ceiling.lacks(token),
        SingleLetters::Some => ceiling.lacks_all_but_initials(token),
    }
}
