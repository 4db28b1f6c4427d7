//! Comparison of two analysed names, with what a reader needs to check it: which characters were lined up with
//! which, by what, and the edits between them. The similarity is that of [`weigh`]; this module only shows it.

use crate::align::{How, MatchedUnit, Near, Pairing, Weighed, Weighing, weigh};
use crate::edit;
use crate::name::{Form, Name, NameKind};
use crate::near::{near, near_glued, near_joined};
use serde::{Deserialize, Serialize};

/// Characters of a written name, counted from 0, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First character.
    pub start: u16,
    /// One past the last.
    pub end: u16,
}

/// What an edit does to the left name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditKind {
    /// Another letter in its place.
    Replace,
    /// Letters only the right name has.
    Insert,
    /// Letters only the left name has.
    Delete,
    /// Two neighbours change places.
    Swap,
}

/// One difference between two matched parts, in characters of each written name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// What it does.
    pub kind: EditKind,
    /// Where in the left name.
    pub left: Span,
    /// Where in the right name.
    pub right: Span,
}

/// Two parts lined up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aligned {
    /// Characters of the left name.
    pub left: Span,
    /// Characters of the right name.
    pub right: Span,
    /// What makes them alike.
    pub how: How,
    /// How alike, 0 to 1000.
    pub likeness: u16,
    /// Weight that counts, in thousandths of a bit.
    pub weight: u32,
    /// Differences letter by letter; empty when the parts are the same or in different scripts.
    pub edits: Vec<Edit>,
}

/// Outcome of a comparison. Holds places in the names, not their text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// 0 to 1000; from 700 on the names are taken for the same.
    pub similarity: u16,
    /// Weight matched, in thousandths of a bit: how telling the agreement is.
    pub matched: u32,
    /// Parts lined up, in the order of the left name.
    pub aligned: Vec<Aligned>,
    /// Parts only the left name has.
    pub left_only: Vec<Span>,
    /// Parts only the right name has.
    pub right_only: Vec<Span>,
}

/// Compares `left` (what a customer gave) with `right` (what a list holds). Not symmetric: a listed name may have
/// more parts than the customer's at little cost, the other way round costs more.
pub fn compare(left: &Name, right: &Name) -> Comparison {
    let mut work = Weighing::default();
    let weighed = similarity(&mut work, left, right);
    show(left, right, weighed, work.units())
}

/// Two analysed names, side by side.
struct Both<'n> {
    left: &'n Name,
    right: &'n Name,
}

impl Pairing for Both<'_> {
    fn kind(&self) -> NameKind {
        self.left.kind()
    }

    fn pair(&self, left: usize, right: usize) -> Option<Near> {
        near(self.left.forms.get(left)?, self.right.forms.get(right)?)
    }

    fn glued(&self, l: (usize, usize), r: (usize, usize)) -> Option<Near> {
        let (left, right) = (&self.left.forms, &self.right.forms);
        if l.1 - l.0 == 1 {
            near_glued(left.get(l.0)?, right.get(r.0)?, right.get(r.0 + 1)?)
        } else {
            near_joined(&left.get(l.0)?.joined(left.get(l.0 + 1)?), right.get(r.0)?)
        }
    }

    fn left(&self, at: usize) -> Option<Form<'_>> {
        self.left.forms.get(at).map(Form::borrowed)
    }

    fn right(&self, at: usize) -> Option<Form<'_>> {
        self.right.forms.get(at).map(Form::borrowed)
    }
}

/// Similarity and matched weight of [`compare`], without the alignment.
pub fn similarity(work: &mut Weighing, left: &Name, right: &Name) -> Weighed {
    weigh(work, &left.tokens, &right.tokens, &Both { left, right })
}

/// Turns matched units into spans and edits.
pub(crate) fn show(left: &Name, right: &Name, weighed: Weighed, units: &[MatchedUnit]) -> Comparison {
    let aligned = units.iter().map(|u| aligned(left, right, u)).collect();
    let used = |range: (u8, u8), i: usize| (usize::from(range.0)..usize::from(range.1)).contains(&i);
    let left_only = (0..left.tokens.len()).filter(|i| !units.iter().any(|u| used(u.left, *i)));
    let right_only = (0..right.tokens.len()).filter(|i| !units.iter().any(|u| used(u.right, *i)));
    Comparison {
        similarity: weighed.similarity,
        matched: weighed.matched,
        aligned,
        left_only: left_only.map(|i| span(left, (i as u8, i as u8 + 1))).collect(),
        right_only: right_only.map(|i| span(right, (i as u8, i as u8 + 1))).collect(),
    }
}

fn span(name: &Name, (from, to): (u8, u8)) -> Span {
    let start = name.spans.get(usize::from(from)).map_or(0, |s| s.0);
    let end = name.spans.get(usize::from(to).saturating_sub(1)).map_or(start, |s| s.1);
    Span { start, end }
}

fn aligned(left: &Name, right: &Name, unit: &MatchedUnit) -> Aligned {
    let (l, r) = (span(left, unit.left), span(right, unit.right));
    let edits = if unit.near.how == How::Initial { Vec::new() } else { edits(left, l, right, r) };
    Aligned {
        left: l,
        right: r,
        how: unit.near.how,
        likeness: unit.near.likeness,
        weight: unit.weight,
        edits,
    }
}

fn letters(name: &Name, span: Span) -> Vec<char> {
    let inside = name.text().chars().take(span.end.into()).skip(span.start.into());
    inside.map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

/// Letter-by-letter differences, when both parts are Latin.
fn edits(left: &Name, l: Span, right: &Name, r: Span) -> Vec<Edit> {
    let (a, b) = (letters(left, l), letters(right, r));
    let latin = |text: &[char]| text.iter().all(|c| u32::from(*c) < 0x250 || !c.is_alphabetic());
    if a == b || !latin(&a) || !latin(&b) {
        return Vec::new();
    }
    let offset =
        |s: Span, from: usize, to: usize| Span { start: s.start + from as u16, end: s.start + to as u16 };
    edit::script(&a, &b)
        .into_iter()
        .map(|(kind, i, j)| Edit { kind, left: offset(l, i.0, i.1), right: offset(r, j.0, j.1) })
        .collect()
}
