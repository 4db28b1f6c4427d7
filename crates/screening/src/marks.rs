//! What the tokens of the list mean to the query at hand: which of the query's tokens each may stand for.

use tenantry_names::{How, Near};

/// End of a chain of entries.
const NONE: u32 = u32::MAX;

/// What a list token may stand for.
#[derive(Clone, Copy)]
pub(crate) enum Meaning {
    /// The query's token of this number.
    Token(u8, Near),
    /// The query's token of this number and the next, written together.
    Joined(u8, Near),
    /// One part of the query's token of this number, the other part standing beside.
    Part(u8),
}

impl Meaning {
    /// Whether this settles a token of the query although its letters may be others. (Parts do so only when they are exact.)
    fn has_other_letters(self) -> bool {
        match self {
            Self::Token(_, near) => near.how == How::Equivalent && near.is_settled(),
            Self::Joined(_, near) => near.is_settled(),
            Self::Part(_) => false,
        }
    }

    /// Query tokens it stands for, one bit each.
    fn mask(self) -> u32 {
        match self {
            Self::Token(unit, _) | Self::Part(unit) => 1 << unit,
            Self::Joined(first, _) => 0b11 << first,
        }
    }
}

/// All that is known of one list token.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mark {
    round: u32,
    /// Query tokens it may stand for.
    pub(crate) mask: u32,
    /// First of its entries.
    head: u32,
    /// How many letters of a name have a partner through it.
    pub(crate) letters: u16,
    /// Whether it may settle a token of the query although its letters are others.
    pub(crate) other_letters: bool,
}

#[derive(Clone, Copy)]
struct Entry {
    meaning: Meaning,
    next: u32,
}

/// The marks of one query name. Rounds never repeat, so marks of earlier ones are never mistaken for its own.
#[derive(Default)]
pub(crate) struct Marks {
    round: u32,
    by_token: Vec<Mark>,
    entries: Vec<Entry>,
    marked: Vec<u32>,
}

impl Marks {
    /// Begins anew for so many list tokens.
    pub(crate) fn begin(&mut self, round: u32, tokens: usize) {
        self.round = round;
        self.by_token.resize(self.by_token.len().max(tokens), Mark::default());
        self.entries.clear();
        self.marked.clear();
    }

    /// Adds what a token means that has so many letters.
    pub(crate) fn put(&mut self, id: u32, meaning: Meaning, letters: impl FnOnce() -> u16) {
        let Some(mark) = self.by_token.get_mut(id as usize) else { return };
        if mark.round != self.round {
            *mark = Mark { round: self.round, head: NONE, letters: letters(), ..Mark::default() };
            self.marked.push(id);
        }
        mark.mask |= meaning.mask();
        mark.other_letters |= meaning.has_other_letters();
        if let Meaning::Part(_) = meaning {
            // The other part is not marked and may be any.
            mark.letters = u16::MAX;
        }
        self.entries.push(Entry { meaning, next: mark.head });
        mark.head = self.entries.len() as u32 - 1;
    }

    /// The tokens that mean something.
    pub(crate) fn marked(&self) -> impl Iterator<Item = (u32, Mark)> {
        self.marked.iter().filter_map(|id| Some((*id, self.of(*id)?)))
    }

    /// What is known of a token, when it means anything.
    pub(crate) fn of(&self, id: u32) -> Option<Mark> {
        self.by_token.get(id as usize).copied().filter(|m| m.round == self.round)
    }

    /// All that a token means, the latest first.
    pub(crate) fn meanings(&self, id: u32) -> impl Iterator<Item = Meaning> {
        let mut at = self.of(id).map_or(NONE, |m| m.head);
        std::iter::from_fn(move || {
            let entry = self.entries.get(at as usize)?;
            at = entry.next;
            Some(entry.meaning)
        })
    }
}
