//! Limits against hostile or broken input. Reaching one is reported, and what is reported is reviewed.

/// Most interests looked at in one ownership question.
pub const INTERESTS_MAX: usize = 50_000;
/// Most parties in one ownership graph.
pub const PARTIES_MAX: usize = 10_000;
/// Most levels between a customer and its remotest owner; a ring of cross-holdings is one level.
pub const LEVELS_MAX: usize = 64;
/// Most parties in one ring of cross-holdings.
pub const RING_MAX: usize = 32;
/// Most paths named in the explanation of one owner.
pub const PATHS_MAX: usize = 8;
/// Most steps spent on finding paths for one owner.
pub const PATH_STEPS_MAX: usize = 1_024;
/// Most steps spent on control through chains in one ownership question.
pub const CONTROL_STEPS_MAX: usize = 2_000_000;
