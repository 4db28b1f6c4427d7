//! The published numbers: how alike names are worth how many bits, and how many bits are what score. Changing any
//! of them is a new [`ALGORITHM`]. Zero bits is the threshold: as much for as against.

use crate::hit::{Cap, Score};

/// Frozen name of the algorithm: everything that decides a score, dictionaries of `tenantry-names` included.
pub const ALGORITHM: &str = "tenantry-8";

/// Total in thousandths of a bit to score; straight lines between the rows.
const SCORES: &[(i32, i32)] = &[
    (-24_000, 0),
    (-10_000, 250),
    (-4_000, 500),
    (0, 700),
    (4_000, 800),
    (8_000, 880),
    (16_000, 960),
    (30_000, 1000),
];

/// Similarity of names (0 to 1000) to thousandths of a bit; straight lines between the rows.
const NAME_BITS: &[(i32, i32)] = &[(0, -20_000), (500, -8_000), (700, 0), (850, 4_000), (1000, 7_000)];

/// Names less alike than this are not the same, whatever else agrees: attributes single nobody out among those of one name.
/// Only a hard rule brings such a pair up.
pub(crate) const SIMILARITY_FLOOR: u16 = 550;
/// The most that a pair gets which only a hard rule can bring up: less than is ever searched for.
const CAPPED: Score = Score::new(Score::FLOOR.per_mille() - 1);

/// Matched name weight (thousandths of a bit) that is neither rare nor common.
const NAME_WEIGHT_USUAL: i32 = 20_000;
/// How much a rare or common name moves a full match, in thousandths of a bit.
const RARITY_RANGE: (i32, i32) = (-2_000, 3_000);

/// The score for a total of evidence in thousandths of a bit.
pub fn calibration(total: i32) -> Score {
    Score::new(between(SCORES, total).clamp(0, 1000) as u16)
}

/// The score of a pair for a total of evidence, and for what caps it.
pub(crate) fn score(total: i32, cap: Option<Cap>) -> Score {
    let score = calibration(total);
    if cap.is_some() { score.min(CAPPED) } else { score }
}

/// The least total, in thousandths of a bit, whose score reaches `score`.
pub fn required_bits(score: Score) -> i32 {
    let (mut low, mut high) = (-24_000_i32, 30_000_i32);
    while low < high {
        let middle = (low + high).div_euclid(2);
        if calibration(middle) >= score {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Evidence of names with this similarity and this matched weight.
pub(crate) fn name_bits(similarity: u16, matched: u32) -> i32 {
    let plain = between(NAME_BITS, similarity.into());
    let above = (i32::from(similarity) - 700).max(0);
    let rarity = ((matched as i32 - NAME_WEIGHT_USUAL) / 5).clamp(RARITY_RANGE.0, RARITY_RANGE.1);
    plain + rarity * above / 300
}

/// The least similarity whose evidence, however rare the name, can reach `bits`.
pub(crate) fn similarity_for(bits: i32) -> u16 {
    // Bits grow with similarity, so the least is found by halving.
    let (mut low, mut high) = (0, 1000);
    while low < high {
        let middle = u16::midpoint(low, high);
        if name_bits(middle, u32::from(u16::MAX)) >= bits {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

fn between(rows: &[(i32, i32)], at: i32) -> i32 {
    let mut last = rows.first().copied().unwrap_or_default();
    if at <= last.0 {
        return last.1;
    }
    for (x, y) in rows.iter().copied() {
        if at <= x {
            let (width, height) = (x - last.0, y - last.1);
            return last.1 + if width == 0 { height } else { (at - last.0) * height / width };
        }
        last = (x, y);
    }
    last.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_similarity_is_the_first_that_reaches() {
        for bits in -25_000..=15_000 {
            let first = (0..=1000).find(|s| name_bits(*s, u32::from(u16::MAX)) >= bits).unwrap_or(1000);
            assert_eq!(similarity_for(bits), first, "{bits}");
        }
    }
}
