//! Limits of the policy engine.

/// Largest pack that is read, in bytes.
pub const PACK_BYTES_MAX: usize = 1 << 20;
/// Most parties one decision looks at; more is reported as not evaluated and reviewed.
pub const PARTIES_MAX: usize = 1_000;
/// Most levels of resellers above an account.
pub const CHAIN_MAX: usize = 16;
/// Most years between a date of birth and now.
pub const AGE_YEARS_MAX: i16 = 125;
