//! What the search tool of OFAC would say: a compatibility score for those who have to show it beside ours. The
//! method follows the agency's public description (FAQ 249: Jaro-Winkler over the whole names and over their
//! parts) with details known from shown scores. It is no part of [`crate::ALGORITHM`] and decides nothing here.

/// Parts this short in the query are passed over.
const PART_CHARS_IGNORED: usize = 2;
/// Parts less alike than this (millionths) count as not alike at all.
const PART_MIN: u64 = 500_000;
/// One, in millionths.
const ONE: u64 = 1_000_000;
/// Most equal letters at the head that earn the bonus, and the bonus for each, in thousandths.
const PREFIX_MAX: usize = 4;
const PREFIX_BONUS: u64 = 100;

/// Score of a listed name for a query, 0 to 100, as OFAC's tool would show it.
///
/// ```
/// assert_eq!(tenantry_screening::ofac_score("PUTIN VLADIMIR", "PUTIN, Vladimir"), 100);
/// ```
pub fn ofac_score(query: &str, name: &str) -> u16 {
    let (query, name) = (folded(query), folded(name));
    let whole = if query.first().and_then(|w| w.first()) == name.first().and_then(|w| w.first()) {
        jaro_winkler(&query.join(&' '), &name.join(&' '))
    } else {
        0
    };
    let parts = parts(&query, &name);
    ((whole.max(parts) * 100 + ONE / 2) / ONE) as u16
}

/// Mean over the query's parts of the best likeness of each.
fn parts(query: &[Vec<char>], name: &[Vec<char>]) -> u64 {
    let long: Vec<_> = query.iter().filter(|w| w.len() > PART_CHARS_IGNORED).collect();
    let best = |part: &[char]| {
        let likeness = name.iter().map(|other| jaro_winkler(part, other)).max().unwrap_or(0);
        if likeness < PART_MIN { 0 } else { likeness }
    };
    let sum: u64 = long.iter().map(|part| best(part)).sum();
    sum / (long.len() as u64).max(1)
}

/// Lower-case words.
fn folded(text: &str) -> Vec<Vec<char>> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(|w| w.chars().flat_map(char::to_lowercase).collect())
        .collect()
}

/// Jaro-Winkler in millionths, with the bonus for a common head at any likeness.
fn jaro_winkler(a: &[char], b: &[char]) -> u64 {
    let jaro = jaro(a, b);
    let prefix = a.iter().zip(b).take(PREFIX_MAX).take_while(|(x, y)| x == y).count() as u64;
    jaro + (ONE - jaro) * prefix * PREFIX_BONUS / 1000
}

fn jaro(a: &[char], b: &[char]) -> u64 {
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; b.len()];
    let mut matched = Vec::new();
    for (i, x) in a.iter().enumerate() {
        let from = i.saturating_sub(reach);
        let window = b.iter().zip(taken.iter_mut()).skip(from).take(i + reach + 1 - from);
        if let Some((_, free)) = window.into_iter().find(|(y, taken)| *y == x && !**taken) {
            *free = true;
            matched.push(*x);
        }
    }
    let count = matched.len() as u64;
    if count == 0 {
        return 0;
    }
    let other = b.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(y, _)| y);
    let moved = matched.iter().zip(other).filter(|(x, y)| x != y).count() as u64 / 2;
    (ONE * count / a.len() as u64 + ONE * count / b.len() as u64 + ONE * (count - moved) / count) / 3
}
