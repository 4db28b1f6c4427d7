//! Bounds of one hold.

/// Accounts and parties that one hold can name.
pub const OBJECTS_MAX: usize = 500;
/// Characters in the name of an authority or in its reference.
pub const LINE_LENGTH_MAX: usize = 200;
/// Characters in the words of a matter.
pub const MATTER_LENGTH_MAX: usize = 20_000;
/// Days after which somebody must look at a hold at the latest.
pub const REVIEW_DAYS_MAX: u32 = 365;
/// Holds on one page.
pub const HOLDS_PER_PAGE: u32 = 500;
/// Records of one subject and class that a snapshot lists.
pub const COVERED_RECORDS_MAX: u32 = 100_000;
