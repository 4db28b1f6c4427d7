//! The demo's provider: a generated history of accounts, and a guided story through it.
//!
//! [`History::generate`] is a pure function of a [`Plan`] and of the watchlist that is loaded: same input, same bytes.
//! People, companies, papers and tokens are invented (see [`places`]); only where the story needs somebody who is listed is a
//! published entry taken from the list itself, at run time. What comes out is plain data in the shape of the API's bodies. It
//! decides nothing and writes nothing; `commands` carries it through the register like anybody else's applications.

mod companies;
pub mod events;
mod mix;
mod people;
pub mod places;
pub mod random;
mod sheet;
pub mod signals;
pub mod story;
pub mod summary;
mod tables;

use anyhow::Result;
use events::{Access, Closure};
pub use mix::Profile;
use random::Seeded;
use serde::Serialize;
use std::collections::BTreeMap;
use story::Story;
use tenantry_lists::Snapshot;
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_register::intake::NewApplication;

/// Accounts directly below the provider that sell on.
const RESELLERS: usize = 10;
/// Accounts below those that sell on again.
const SUB_RESELLERS: usize = 20;
/// How many of a hundred ordinary customers come through a reseller.
const THROUGH_RESELLERS_PERCENT: u64 = 12;
/// Days of history before the base instant.
const HISTORY_DAYS: u32 = 600;
/// Days before the base instant until which an application is settled.
const SETTLED_DAYS: u32 = 30;
/// How many of a hundred settled applicants have sent what they left out at first.
const SENT_SINCE_PERCENT: u64 = 60;
/// Fewest accounts with which every chapter of the story has its place.
pub const ACCOUNTS_MIN: usize = 200;
/// Most accounts; the generator would do more, the demo's ten seconds would not.
pub const ACCOUNTS_MAX: usize = 1_000_000;

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// From which everything follows.
    pub seed: u64,
    /// Accounts, between [`ACCOUNTS_MIN`] and [`ACCOUNTS_MAX`]; the nearest bound is taken outside.
    pub accounts: usize,
    /// The end of the history: nothing in it is later.
    pub base: Timestamp,
}

impl Default for Plan {
    /// 5,000 accounts up to 2 November 2026, 08:00 UTC.
    fn default() -> Self {
        Self { seed: 13_984, accounts: 5_000, base: Timestamp::from_micros(1_793_606_400_000_000) }
    }
}

/// One application of the history.
#[derive(Debug, Clone, Serialize)]
pub struct Opening {
    /// When it arrives.
    pub at: Timestamp,
    /// Reference of the reseller's account under which it is opened. Resellers open before anybody below them.
    pub under: Option<String>,
    /// What kind of applicant it is.
    pub profile: Profile,
    /// The application, its `reseller` not filled in: identifiers exist only once the register has given them.
    pub application: NewApplication,
}

/// A provider's history.
#[derive(Debug, Clone, Serialize)]
pub struct History {
    /// Applications, oldest first.
    pub openings: Vec<Opening>,
    /// Accesses reported after opening, oldest first.
    pub accesses: Vec<Access>,
    /// Accounts that were closed, oldest first.
    pub closures: Vec<Closure>,
    /// The guided story.
    pub story: Story,
}

impl History {
    /// Generates the history of `plan`, with listed parties for the story taken from `list`.
    ///
    /// # Errors
    /// When the list holds nobody the story could be about.
    pub fn generate(plan: &Plan, list: &Snapshot) -> Result<Self> {
        let accounts = plan.accounts.clamp(ACCOUNTS_MIN, ACCOUNTS_MAX);
        let mut cast = story::cast(plan, accounts, list)?;
        let mut openings = Vec::with_capacity(accounts);
        for slot in 0..accounts {
            openings.push(match cast.openings.remove(&slot) {
                Some(opening) => opening,
                None => ordinary(plan, accounts, slot)?,
            });
        }
        let accesses = events::accesses(plan, &openings);
        let closures = events::closures(plan, &openings, cast.removed);
        Ok(Self { openings, accesses, closures, story: cast.story })
    }

    /// The openings in three waves, each to be applied only after the one before: resellers, sub-resellers, everybody else.
    /// Within and between waves time does not go back.
    pub fn waves(&self) -> [&[Opening]; 3] {
        let (resellers, rest) = self.openings.split_at_checked(RESELLERS).unwrap_or((&[], &[]));
        let (sub_resellers, customers) = rest.split_at_checked(SUB_RESELLERS).unwrap_or((&[], &[]));
        [resellers, sub_resellers, customers]
    }

    /// The account references with the profile of each.
    pub fn profiles(&self) -> BTreeMap<&str, Profile> {
        self.openings.iter().map(|o| (o.application.reference.as_str(), o.profile)).collect()
    }
}

fn ordinary(plan: &Plan, accounts: usize, slot: usize) -> Result<Opening> {
    let dice = Seeded::branch(plan.seed, "account", number(slot));
    let at = opened_at(plan, accounts, slot);
    let (profile, under) = match slot {
        0..RESELLERS => (Profile::Reseller, None),
        RESELLERS..SUB_RESELLERS_END => (Profile::SubReseller, Some(dice.below(number(RESELLERS)))),
        _ => {
            let through = dice.chance(THROUGH_RESELLERS_PERCENT);
            let under = through.then(|| dice.below(number(SUB_RESELLERS_END)));
            // Most who left something out long ago have sent it since.
            let settled = at < plan.base.plus_micros(-i64::from(SETTLED_DAYS) * DAY_US);
            let profile = mix::deal(&dice);
            let sent = settled && dice.chance(SENT_SINCE_PERCENT);
            (if sent { mix::completed(profile) } else { profile }, under)
        }
    };
    let application = mix::application(profile, reference(slot), at, &dice)?;
    Ok(Opening { at, under: under.map(reference_of), profile, application })
}

/// The first slot after the resellers.
const SUB_RESELLERS_END: usize = RESELLERS + SUB_RESELLERS;

/// The provider's reference of the account in this slot.
fn reference(slot: usize) -> String {
    reference_of(number(slot))
}

fn reference_of(slot: u64) -> String {
    format!("acc-{:06}", slot + 1)
}

/// When the account in this slot is applied for: later slots later, spread over the history with some unevenness.
fn opened_at(plan: &Plan, accounts: usize, slot: usize) -> Timestamp {
    let span_us = i64::from(HISTORY_DAYS) * DAY_US;
    let step_us = span_us / i64::try_from(accounts).unwrap_or(i64::MAX).max(1);
    let jitter_us =
        Seeded::branch(plan.seed, "arrival", number(slot)).below(u64::try_from(step_us).unwrap_or(0) / 2);
    let after_us = step_us * i64::try_from(slot).unwrap_or(0) + i64::try_from(jitter_us).unwrap_or(0);
    plan.base.plus_micros(after_us - span_us)
}

/// A slot as a number to branch on.
fn number(slot: usize) -> u64 {
    u64::try_from(slot).unwrap_or(u64::MAX)
}
