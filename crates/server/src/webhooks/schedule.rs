//! When to try again. A pure function of the attempt, the moment and a random number given by the caller.

use super::limits::RETRY_AFTER_S_MAX;
use tenantry_model::time::Timestamp;

/// Pauses after the first, second, … failed attempt, seconds. The total is about three days, as Standard
/// Webhooks recommends; when they are used up the delivery is dead.
pub const PAUSES_S: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Attempts made before a delivery is dead.
pub const ATTEMPTS_MAX: u32 = 1 + PAUSES_S.len() as u32;

/// A pause is lengthened by up to this share, parts per hundred, so that many do not come back at once.
pub const JITTER_PERCENT_MAX: u64 = 20;

/// A random number for spreading retries; the whole range is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jitter(pub u32);

/// When the next attempt is due after attempt number `attempt` (from 1) failed at `failed_at`; `None` when that
/// was the last. `asked_s` is the endpoint's `Retry-After`, which can lengthen the pause up to a day.
pub fn next_at(
    attempt: u32,
    failed_at: Timestamp,
    asked_s: Option<u64>,
    jitter: Jitter,
) -> Option<Timestamp> {
    let index = usize::try_from(attempt.checked_sub(1)?).ok()?;
    let pause_s = *PAUSES_S.get(index)?;
    let pause_s = pause_s.max(asked_s.unwrap_or(0).min(RETRY_AFTER_S_MAX));
    let pause_us = pause_s * 1_000_000;
    let spread_us =
        u128::from(pause_us * JITTER_PERCENT_MAX / 100) * u128::from(jitter.0) / u128::from(u32::MAX);
    let total_us = u128::from(pause_us) + spread_us;
    Some(failed_at.plus_micros(i64::try_from(total_us).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn pause_s(attempt: u32, asked_s: Option<u64>, jitter: u32) -> Option<i64> {
        next_at(attempt, START, asked_s, Jitter(jitter))
            .map(|at| (at.as_micros() - START.as_micros()) / 1_000_000)
    }

    #[test]
    fn pauses_follow_the_table_until_the_last_attempt() {
        let pauses: Vec<_> = (1..=ATTEMPTS_MAX).map(|attempt| pause_s(attempt, None, 0)).collect();
        let expect = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(Some);
        assert_eq!(pauses, expect.into_iter().chain([None]).collect::<Vec<_>>());
        assert_eq!(pause_s(0, None, 0), None);
        assert_eq!(pause_s(1, None, u32::MAX), Some(6));
        assert_eq!(pause_s(1, Some(60), 0), Some(60));
        assert_eq!(pause_s(2, Some(60), 0), Some(300));
        assert_eq!(pause_s(1, Some(u64::MAX), 0), Some(86_400));
        assert_eq!(pause_s(ATTEMPTS_MAX, Some(60), 0), None);
    }

    proptest! {
        #[test]
        fn pauses_stay_within_the_spread(attempt in 1..ATTEMPTS_MAX, asked in any::<Option<u64>>(), jitter in any::<u32>()) {
            let base = pause_s(attempt, asked, 0).unwrap();
            let found = pause_s(attempt, asked, jitter).unwrap();
            prop_assert!(found >= base && found <= base + base / 5);
        }
    }
}
