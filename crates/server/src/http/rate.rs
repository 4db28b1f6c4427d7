//! Rates of callers: a token bucket each, kept as one number (GCRA: the instant at which the bucket is full
//! again). Memory is bounded: idle callers are forgotten, and when a shard is full of busy ones, newcomers to
//! it share one bucket. Time is a parameter.

use super::limits::RATE_CALLERS_MAX;
use super::problem::{Code, Problem};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use tenantry_model::id::ApiKeyId;

const SHARDS: usize = 16;
const SWEEP_EVERY_NS: u64 = 1_000_000_000;
const SECOND_NS: u64 = 1_000_000_000;

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// The holder of an API key.
    Key(ApiKeyId),
    /// An address without valid credentials. Use [`Caller::address`].
    Address(IpAddr),
}

impl Caller {
    /// A remote address; one IPv6 customer has a whole /64, so that is the caller.
    pub fn address(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// Which bucket of a caller a request takes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Questions to the gate.
    Gate,
    /// Everything else with credentials.
    General,
    /// Everything without.
    Anonymous,
}

impl Policy {
    const fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::General => "general",
            Self::Anonymous => "anonymous",
        }
    }
}

/// A sustained rate and how far it may be exceeded for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second in the long run, at least 1.
    pub per_second: u32,
    /// Requests at once after a pause, at least 1.
    pub burst: u32,
}

/// The rate of each policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Questions to the gate, per key.
    pub gate: Rate,
    /// Everything else, per key.
    pub general: Rate,
    /// Requests without credentials, per address.
    pub anonymous: Rate,
}

impl Default for Rates {
    /// High enough never to meet an honest integration, low enough to protect one process.
    fn default() -> Self {
        Self {
            gate: Rate { per_second: 50_000, burst: 50_000 },
            general: Rate { per_second: 4_000, burst: 8_000 },
            anonymous: Rate { per_second: 50, burst: 300 },
        }
    }
}

/// The answer for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    policy: Policy,
    rate: Rate,
    /// Requests that would still be let through at once.
    pub remaining: u32,
    /// Time until the bucket is full again.
    pub full_in_ns: u64,
    /// Time until the next request is let through; zero when this one was.
    pub retry_in_ns: u64,
}

impl Standing {
    /// Was the request let through?
    pub const fn allowed(&self) -> bool {
        self.retry_in_ns == 0
    }

    /// The fields of draft-ietf-httpapi-ratelimit-headers.
    pub fn write(&self, headers: &mut HeaderMap) {
        let name = self.policy.name();
        let window = self.rate.burst.div_ceil(self.rate.per_second.max(1));
        let limit = format!("\"{name}\";r={};t={}", self.remaining, self.full_in_ns.div_ceil(SECOND_NS));
        let policy = format!("\"{name}\";q={};w={window}", self.rate.burst);
        for (header, value) in [("ratelimit", limit), ("ratelimit-policy", policy)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(header), value);
            }
        }
    }

    /// The refusal.
    pub fn problem(&self) -> Problem {
        let seconds = self.retry_in_ns.div_ceil(SECOND_NS).max(1);
        let mut headers = HeaderMap::new();
        self.write(&mut headers);
        headers
            .into_iter()
            .filter_map(|(name, value)| Some((name?, value)))
            .fold(Problem::new(Code::RateLimited).retry_after(seconds), |p, (name, value)| {
                p.header(name, value)
            })
    }
}

/// Holds every caller to its rates.
#[derive(Debug)]
pub struct RateLimiter {
    rates: Rates,
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    shard_callers_max: usize,
}

#[derive(Debug, Default)]
struct Shard {
    /// When each bucket is full again, nanoseconds.
    buckets: HashMap<(Caller, Policy), u64>,
    /// The same for the bucket that newcomers share while there is no room.
    shared: u64,
    swept_at_ns: Option<u64>,
}

impl RateLimiter {
    /// A limiter that remembers up to [`RATE_CALLERS_MAX`] callers.
    pub fn new(rates: Rates) -> Self {
        Self::with_callers_max(rates, RATE_CALLERS_MAX)
    }

    fn with_callers_max(rates: Rates, callers_max: usize) -> Self {
        let shard_callers_max = callers_max.div_ceil(SHARDS);
        Self { rates, hasher: RandomState::new(), shards: Default::default(), shard_callers_max }
    }

    /// Takes one token of the caller's bucket, at `now_us` microseconds of the process's own count.
    pub fn take(&self, caller: Caller, policy: Policy, now_us: u64) -> Standing {
        let rate = match policy {
            Policy::Gate => self.rates.gate,
            Policy::General => self.rates.general,
            Policy::Anonymous => self.rates.anonymous,
        };
        let key = (caller, policy);
        let index = self.hasher.hash_one(key) as usize % SHARDS;
        let Some(shard) = self.shards.get(index) else { return spend(&mut 0, policy, rate, now_us) };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        spend(shard.bucket(key, now_us.saturating_mul(1_000), self.shard_callers_max), policy, rate, now_us)
    }
}

impl Shard {
    fn bucket(&mut self, key: (Caller, Policy), now_ns: u64, callers_max: usize) -> &mut u64 {
        if self.buckets.len() >= callers_max && !self.buckets.contains_key(&key) {
            if self.swept_at_ns.is_none_or(|at| now_ns.saturating_sub(at) >= SWEEP_EVERY_NS) {
                self.buckets.retain(|_, full_at| *full_at > now_ns);
                self.swept_at_ns = Some(now_ns);
            }
            if self.buckets.len() >= callers_max {
                return &mut self.shared;
            }
        }
        self.buckets.entry(key).or_insert(0)
    }
}

fn spend(full_at_ns: &mut u64, policy: Policy, rate: Rate, now_us: u64) -> Standing {
    let now_ns = now_us.saturating_mul(1_000);
    let token_ns = (SECOND_NS / u64::from(rate.per_second.max(1))).max(1);
    let depth_ns = token_ns.saturating_mul(u64::from(rate.burst.max(1)));
    let owed_ns = full_at_ns.saturating_sub(now_ns);
    let owed_after_ns = owed_ns.saturating_add(token_ns);
    if owed_after_ns > depth_ns {
        return Standing {
            policy,
            rate,
            remaining: 0,
            full_in_ns: owed_ns,
            retry_in_ns: owed_after_ns - depth_ns,
        };
    }
    *full_at_ns = now_ns.saturating_add(owed_after_ns);
    let remaining = u32::try_from((depth_ns - owed_after_ns) / token_ns).unwrap_or(u32::MAX);
    Standing { policy, rate, remaining, full_in_ns: owed_after_ns, retry_in_ns: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATES: Rates = Rates {
        gate: Rate { per_second: 50_000, burst: 50_000 },
        general: Rate { per_second: 10, burst: 5 },
        anonymous: Rate { per_second: 1, burst: 2 },
    };

    fn host(n: u32) -> Caller {
        Caller::address(IpAddr::V4(n.into()))
    }

    #[test]
    fn a_burst_then_the_sustained_rate() {
        let limiter = RateLimiter::new(RATES);
        let take = |us| limiter.take(host(1), Policy::General, us);
        for left in (0..5).rev() {
            assert_eq!(take(0).remaining, left);
        }
        let refused = take(0);
        assert_eq!((refused.allowed(), refused.retry_in_ns), (false, 100_000_000));
        assert!(!take(99_999).allowed());
        assert!(take(100_000).allowed());
        assert!(!take(100_001).allowed());
        assert_eq!(take(10_000_000).remaining, 4);
    }

    #[test]
    fn callers_and_policies_have_buckets_of_their_own() {
        let limiter = RateLimiter::new(RATES);
        for _ in 0..2 {
            assert!(limiter.take(host(1), Policy::Anonymous, 0).allowed());
        }
        assert!(!limiter.take(host(1), Policy::Anonymous, 0).allowed());
        assert!(limiter.take(host(2), Policy::Anonymous, 0).allowed());
        assert!(limiter.take(host(1), Policy::General, 0).allowed());
    }

    #[test]
    fn an_ipv6_caller_is_its_network_and_a_mapped_one_its_ipv4() {
        let of = |text: &str| Caller::address(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn memory_is_bounded_and_idle_callers_make_room() {
        let limiter = RateLimiter::with_callers_max(RATES, SHARDS * 4);
        let held = || limiter.shards.iter().map(|s| s.lock().unwrap().buckets.len()).sum::<usize>();
        for n in 0..10_000 {
            limiter.take(host(n), Policy::Anonymous, 0);
        }
        assert_eq!(held(), SHARDS * 4);
        assert!(
            !limiter.take(host(999_999), Policy::Anonymous, 0).allowed(),
            "newcomers share a spent bucket"
        );
        let hour_us = 3_600_000_000;
        assert!(limiter.take(host(999_999), Policy::Anonymous, hour_us).allowed());
        assert!(held() <= SHARDS * 4);
    }

    #[test]
    fn the_headers_follow_the_draft() {
        let limiter = RateLimiter::new(RATES);
        for _ in 0..2 {
            limiter.take(host(1), Policy::Anonymous, 0);
        }
        let mut headers = HeaderMap::new();
        limiter.take(host(1), Policy::Anonymous, 0).write(&mut headers);
        assert_eq!(headers["ratelimit"], "\"anonymous\";r=0;t=2");
        assert_eq!(headers["ratelimit-policy"], "\"anonymous\";q=2;w=2");
    }

    proptest! {
        /// Over any run of requests no more pass than burst + rate x time.
        #[test]
        fn never_more_than_the_rate(gaps in proptest::collection::vec(0_u64..300_000, 1..200)) {
            let limiter = RateLimiter::new(RATES);
            let (mut now, mut passed) = (0, 0_u64);
            for gap in gaps {
                now += gap;
                passed += u64::from(limiter.take(host(1), Policy::General, now).allowed());
            }
            prop_assert!(passed <= 5 + now / 100_000);
        }
    }
}
