//! Every bound of a package, with its unit. The verifier checks them before it works.

/// Largest package, in bytes.
pub const PACKAGE_BYTES_MAX: usize = 4_000_000_000;
/// Most files in a package.
pub const FILES_MAX: usize = 2_000_000;
/// Longest path in a package, in bytes.
pub const PATH_BYTES_MAX: usize = 200;
/// Most reasons listed in a report; further ones are counted.
pub const REASONS_MAX: usize = 100;
/// Most subjects in a completeness statement.
pub const SUBJECTS_MAX: usize = 100_000;
/// Most keys of the log in a package.
pub const KEYS_MAX: usize = 16;
