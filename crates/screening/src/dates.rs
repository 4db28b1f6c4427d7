//! Dates of birth and founding: how two of them relate, partial ones and published ranges included.

use crate::hit::Note;
use serde::{Deserialize, Serialize};
use std::fmt;
use tenantry_model::listed::Value;
use tenantry_model::time::PartialDate;

/// Full agreement and clear difference.
pub(crate) const SAME: i32 = 6_000;
pub(crate) const DIFFERENT: i32 = -11_000;
/// A date in a published range of so many years at most, from the first to the last, and what that is worth: a wide
/// range holds many people.
const WITHIN: &[(i16, i32)] = &[(0, 3_000), (1, 2_000), (4, 1_000)];

/// A published date, or a range of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Born {
    from: PartialDate,
    /// The last date of a range.
    to: Option<PartialDate>,
}

impl Born {
    /// `1957`, or `1957/1960-05` for a range.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let Some((from, to)) = text.split_once('/') else {
            return Some(Self { from: text.parse().ok()?, to: None });
        };
        let (a, b) = (from.parse::<PartialDate>().ok()?, to.parse::<PartialDate>().ok()?);
        let (from, to) = if first_day(b) < first_day(a) { (b, a) } else { (a, b) };
        Some(Self { from, to: Some(to).filter(|to| *to != from) })
    }

    pub(crate) fn is_range(&self) -> bool {
        self.to.is_some()
    }

    /// A listed value. Older snapshots hold both ends of a range as values of their own, each with the whole in its note.
    pub(crate) fn listed(value: &Value) -> Option<Self> {
        let whole = value.note.split("; ").find_map(|note| note.strip_prefix("range "));
        whole.and_then(Self::read).or_else(|| Self::read(&value.text))
    }
}

impl fmt::Display for Born {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.from.fmt(f)?;
        self.to.map_or(Ok(()), |to| write!(f, "/{to}"))
    }
}

/// The best relation of any asked date with any listed one: evidence, relation, which listed one.
pub(crate) fn relation(asked: &[PartialDate], listed: &[Born]) -> Option<(i32, Note, usize)> {
    let graded = listed.iter().enumerate().flat_map(|(i, born)| {
        asked.iter().map(move |date| {
            let (bits, note) = grade_in(*date, *born);
            (bits, note, i)
        })
    });
    graded.max_by_key(|(bits, _, i)| (*bits, std::cmp::Reverse(*i)))
}

/// The most that a date of birth can say for whoever is listed with these.
pub(crate) fn best_answer(listed: &[Born]) -> Option<i32> {
    listed.iter().map(|born| grade_in(born.from, *born).0).max()
}

/// A date in a range is never evidence against; one outside is graded by the nearer end, and no better than one inside.
fn grade_in(date: PartialDate, born: Born) -> (i32, Note) {
    let Some(to) = born.to else { return grade(date, born.from) };
    let years = to.year() - born.from.year();
    let within = WITHIN.iter().find(|(most, _)| years <= *most).map_or(0, |(_, bits)| *bits);
    let nearer = if last_day(date) < first_day(born.from) {
        born.from
    } else if first_day(date) > last_day(to) {
        to
    } else {
        return (within, Note::DateWithin);
    };
    let (bits, note) = grade(date, nearer);
    (bits.min(within), note)
}

fn first_day(date: PartialDate) -> (i16, i8, i8) {
    (date.year(), date.month().unwrap_or(1), date.day().unwrap_or(1))
}

fn last_day(date: PartialDate) -> (i16, i8, i8) {
    (date.year(), date.month().unwrap_or(12), date.day().unwrap_or(31))
}

fn grade(a: PartialDate, b: PartialDate) -> (i32, Note) {
    let years = i32::from(a.year()).abs_diff(i32::from(b.year()));
    let full = |d: PartialDate| d.month().zip(d.day());
    if let (Some((am, ad)), Some((bm, bd))) = (full(a), full(b)) {
        if years == 0 && am == bm && ad == bd {
            return (SAME, Note::DateSame);
        }
        if years == 0 && am == bd && ad == bm {
            return (4_000, Note::DateSwapped);
        }
        if digits_apart(a, b) == 1 {
            return (3_000, Note::DateDigit);
        }
        if am == bm && ad == bd && years <= 12 {
            return (1_500, Note::DateOtherYear);
        }
        if years == 0 {
            return if am == bm || ad == bd { (1_500, Note::DateSameMonth) } else { (0, Note::DateSameYear) };
        }
    } else if years == 0 {
        return match (a.month(), b.month()) {
            (Some(am), Some(bm)) if am == bm => (4_500, Note::DateSameMonth),
            (Some(_), Some(_)) => (0, Note::DateSameYear),
            _ => (3_000, Note::DateSameYear),
        };
    }
    match years {
        1 => (0, Note::DateYearApart),
        2 | 3 => (-1_500, Note::DateYearsApart),
        4..=6 => (-3_500, Note::DateYearsApart),
        7..=10 => (-6_000, Note::DateDifferent),
        11..=20 => (-9_000, Note::DateDifferent),
        // A generation: neither a slip nor an estimate.
        _ => (DIFFERENT, Note::DateDifferent),
    }
}

/// Digits that differ between two full dates.
fn digits_apart(a: PartialDate, b: PartialDate) -> usize {
    a.to_string().bytes().zip(b.to_string().bytes()).filter(|(x, y)| x != y).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_in_a_range_never_counts_against() {
        let bits = |asked: &str, listed: &str| {
            let date = asked.parse().expect("a date");
            grade_in(date, Born::read(listed).expect("a date or range")).0
        };
        for (asked, listed, expected) in [
            ("1962-05-06", "1960/1965", 0),
            ("1962", "1960/1964", 1_000),
            ("1965-12-31", "1960/1965", 0),
            ("1960", "1960-07/1961-02", 2_000),
            ("1960-07-01", "1960-07-01/1961", 2_000),
            ("1960-05-05", "1960-02/1960-11", 3_000),
            ("1966-01-01", "1960/1965", 0),
            ("1967", "1960/1965", -1_500),
            ("1958-03", "1960-04-05/1965", -1_500),
            ("1940", "1960/1965", -9_000),
            ("1990-01-01", "1960/1965", -11_000),
            ("1959-12-31", "1960-12-31/1969", 0),
            ("1962", "1965/1960", 0),
            ("1960", "1960/1960", 3_000),
        ] {
            assert_eq!(bits(asked, listed), expected, "{asked} in {listed}");
        }
        assert_eq!(Born::read("1960/"), None);
        assert_eq!(Born::read("1965/1960").map(|b| b.to_string()).as_deref(), Some("1960/1965"));
    }
}
