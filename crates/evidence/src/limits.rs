//! Bounds of what is printed, with their units. Those of the package itself are the verifier's.

/// Most rows of one table in the printed report; the attached table has them all.
pub const REPORT_ROWS_MAX: usize = 2_000;
/// Longest value of a shown field in the printed report, in letters.
pub const REPORT_VALUE_LETTERS_MAX: usize = 160;
