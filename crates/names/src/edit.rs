//! Edit distance between two tokens: the plain count that decides whether they are comparable at all, the weighted
//! cost that says how alike they are, and the list of edits for display. Swapping neighbours is one edit.

use crate::compare::EditKind;

/// Longest token compared letter by letter; what follows is ignored.
pub(crate) const LETTERS_MAX: usize = 48;

/// More than any limit.
const FAR: u8 = 100;

/// Plain distance (insert, delete, replace, swap of neighbours), or `None` above `limit`.
#[expect(
    clippy::indexing_slicing,
    reason = "rows are one longer than the tokens, which are cut to LETTERS_MAX"
)]
pub(crate) fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    let (a, b) = trim(a, b);
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    if a.is_empty() || b.is_empty() {
        return Some(a.len().max(b.len()));
    }
    let width = b.len();
    let mut rows = [[0_u8; LETTERS_MAX + 1]; 3];
    for (j, cell) in rows[0].iter_mut().enumerate().take(width + 1) {
        *cell = j as u8;
    }
    let (mut before, mut above, mut now) = (2, 0, 1);
    for i in 0..a.len() {
        rows[now][0] = i as u8 + 1;
        let mut least = FAR;
        // Cells further than the limit from the diagonal are over it; the two beside the band must say so.
        let (from, to) = (i.saturating_sub(limit), (i + limit + 1).min(width));
        if from > 0 {
            rows[now][from] = FAR;
        }
        if to < width {
            rows[now][to + 1] = FAR;
        }
        for j in from..to {
            let mut best =
                (rows[above][j] + u8::from(a[i] != b[j])).min(rows[now][j] + 1).min(rows[above][j + 1] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(rows[before][j - 1] + 1);
            }
            rows[now][j + 1] = best;
            least = least.min(best);
        }
        if usize::from(least) > limit {
            return None;
        }
        (before, above, now) = (above, now, before);
    }
    Some(usize::from(rows[above][width])).filter(|d| *d <= limit)
}

/// Cuts both to what differs; a common head and tail cost nothing.
fn trim<'t>(a: &'t [u8], b: &'t [u8]) -> (&'t [u8], &'t [u8]) {
    let a = a.get(..LETTERS_MAX).unwrap_or(a);
    let b = b.get(..LETTERS_MAX).unwrap_or(b);
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (a.get(..a.len() - tail).unwrap_or_default(), b.get(..b.len() - tail).unwrap_or_default())
}

const WHOLE: u32 = 1000;
const SWAP: u32 = 700;
const VOWEL_FOR_VOWEL: u32 = 700;
const LOOKALIKE: u32 = 500;
const DOUBLED: u32 = 500;
const SILENT: u32 = 700;

/// Cost of replacing `x` by `y`, in thousandths of an edit.
#[expect(clippy::match_same_arms, reason = "a table, grouped for the reader")]
fn replace(x: u8, y: u8) -> u32 {
    if x == y {
        return 0;
    }
    if is_vowel(x) && is_vowel(y) {
        return if matches!((x.min(y), x.max(y)), (b'i', b'y') | (b'e', b'i') | (b'o', b'u')) {
            LOOKALIKE
        } else {
            VOWEL_FOR_VOWEL
        };
    }
    match (x.min(y), x.max(y)) {
        (b'0', b'o')
        | (b'1', b'i' | b'l')
        | (b'5', b's')
        | (b'3', b'e')
        | (b'4', b'a')
        | (b'8', b'b')
        | (b'9', b'g') => LOOKALIKE,
        (b'c', b'k' | b'q' | b's')
        | (b'k' | b'g', b'q')
        | (b's', b'z')
        | (b'v' | b'u', b'w')
        | (b'j', b'y')
        | (b'i', b'j')
        | (b'm', b'n')
        | (b'd', b't')
        | (b'b', b'p' | b'v')
        | (b'f', b'v') => LOOKALIKE,
        _ => WHOLE,
    }
}

fn is_vowel(c: u8) -> bool {
    matches!(c, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

fn one_sided(letters: &[u8], at: usize) -> u32 {
    let here = letters.get(at).copied().unwrap_or(0);
    let doubled = at > 0 && letters.get(at - 1) == Some(&here);
    if doubled {
        DOUBLED
    } else if matches!(here, b'h' | b'\'') {
        SILENT
    } else {
        WHOLE
    }
}

/// Weighted cost of turning `a` into `b`, in thousandths of an edit.
#[expect(
    clippy::indexing_slicing,
    reason = "rows are one longer than the tokens, which are cut to LETTERS_MAX"
)]
pub(crate) fn cost(a: &[u8], b: &[u8]) -> u32 {
    let a = a.get(..LETTERS_MAX).unwrap_or(a);
    let b = b.get(..LETTERS_MAX).unwrap_or(b);
    let width = b.len();
    let mut rows = [[0_u32; LETTERS_MAX + 1]; 3];
    for j in 0..width {
        rows[0][j + 1] = rows[0][j] + one_sided(b, j);
    }
    let (mut before, mut above, mut now) = (2, 0, 1);
    for i in 0..a.len() {
        let gone = one_sided(a, i);
        rows[now][0] = rows[above][0] + gone;
        for j in 0..width {
            let mut best = (rows[above][j] + replace(a[i], b[j]))
                .min(rows[now][j] + one_sided(b, j))
                .min(rows[above][j + 1] + gone);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(rows[before][j - 1] + SWAP);
            }
            rows[now][j + 1] = best;
        }
        (before, above, now) = (above, now, before);
    }
    rows[above][width]
}

type Step = (EditKind, (usize, usize), (usize, usize));

/// The edits that turn `a` into `b`, in reading order, for display.
#[expect(clippy::indexing_slicing, reason = "the table has one row and column more than the cut texts")]
pub(crate) fn script(a: &[char], b: &[char]) -> Vec<Step> {
    let a = a.get(..LETTERS_MAX).unwrap_or(a);
    let b = b.get(..LETTERS_MAX).unwrap_or(b);
    let swapped = |i: usize, j: usize| i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
    let mut table = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let mut best = (table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                    .min(table[i - 1][j] + 1)
                    .min(table[i][j - 1] + 1);
                if swapped(i, j) {
                    best = best.min(table[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    let (mut i, mut j) = (a.len(), b.len());
    let mut steps = Vec::new();
    while i > 0 || j > 0 {
        let here = table[i][j];
        if i > 0 && j > 0 && a[i - 1] == b[j - 1] && here == table[i - 1][j - 1] {
            (i, j) = (i - 1, j - 1);
        } else if swapped(i, j) && here == table[i - 2][j - 2] + 1 {
            steps.push((EditKind::Swap, (i - 2, i), (j - 2, j)));
            (i, j) = (i - 2, j - 2);
        } else if i > 0 && j > 0 && here == table[i - 1][j - 1] + 1 {
            steps.push((EditKind::Replace, (i - 1, i), (j - 1, j)));
            (i, j) = (i - 1, j - 1);
        } else if i > 0 && here == table[i - 1][j] + 1 {
            steps.push((EditKind::Delete, (i - 1, i), (j, j)));
            i -= 1;
        } else {
            steps.push((EditKind::Insert, (i, i), (j - 1, j)));
            j -= 1;
        }
    }
    steps.reverse();
    steps
}

#[cfg(test)]
mod tests {
    use super::distance;
    use proptest::prelude::*;

    /// The textbook table, without band or limit.
    fn textbook(a: &[u8], b: &[u8]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let plain =
                        (table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1])).min(table[i - 1][j] + 1);
                    let mut best = plain.min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(table[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn the_band_loses_nothing(a in "[a-c]{0,9}", b in "[a-c]{0,9}", limit in 0_usize..3) {
            let full = textbook(a.as_bytes(), b.as_bytes());
            prop_assert_eq!(distance(a.as_bytes(), b.as_bytes(), limit), Some(full).filter(|d| *d <= limit));
        }
    }
}
