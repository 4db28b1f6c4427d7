//! What a deployment decides for itself and does not record: how old lists may grow, which must be there, how long sessions last.
//!
//! A decision is never replayed from these: where a list was missing or too old, the decision holds that as an input of its own.

use crate::Register;
use crate::core::Core;
use crate::world::World;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_policy::input::Signal;

/// The rules of a deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// About lists.
    pub lists: ListRules,
    /// About sessions.
    pub sessions: SessionRules,
}

/// Which lists must be there, and how old any list may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListRules {
    /// Codes of the lists, signal lists among them, that must be in force before anybody passes.
    pub required: Vec<String>,
    /// Days after its last confirmation from which a watchlist in force, or a signal list that must be, is stale; `None` when age is
    /// not looked at.
    pub age_days_max: Option<u32>,
}

/// How long sessions of the console last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub absolute_hours: u32,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self { idle_minutes: 30, absolute_hours: 12 }
    }
}

/// Why lists cannot be relied on. Who is screened meanwhile is reviewed, never passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum ListTrouble {
    /// A list that must be in force is not.
    Missing {
        /// Code of the list.
        list: String,
    },
    /// A list in force was not confirmed for too long.
    Stale {
        /// Code of the list.
        list: String,
        /// Whole days since it was last confirmed.
        age_days: i64,
        /// Days it may be old.
        age_days_max: u32,
    },
}

impl ListTrouble {
    /// Code of the list.
    pub fn list(&self) -> &str {
        match self {
            Self::Missing { list } | Self::Stale { list, .. } => list,
        }
    }
}

impl fmt::Display for ListTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { list } => write!(f, "the list {list} must be in force and is not"),
            Self::Stale { list, age_days, age_days_max } => write!(
                f,
                "the list {list} was last confirmed {age_days} days ago and may be {age_days_max} days old"
            ),
        }
    }
}

impl Register {
    /// Goes by these rules from now on. Until then no list is required, none is too old, and sessions last as by default.
    pub fn go_by(&self, rules: Rules) {
        self.core.rules.store(Arc::new(rules));
    }

    /// What is wrong with the lists now.
    pub fn list_troubles(&self) -> Vec<ListTrouble> {
        self.core.list_troubles(&self.core.world(), self.core.clock.now())
    }
}

impl Core {
    /// What is wrong with the lists of this world at this instant.
    pub(crate) fn list_troubles(&self, world: &World, now: Timestamp) -> Vec<ListTrouble> {
        let rules = self.rules.load();
        let in_force = |code: &String| {
            world.snapshots.iter().any(|s| s.header.list == *code)
                || world.signals.lists.iter().any(|s| s.header().list == *code)
                || world.signals.unreadable.contains(code)
        };
        let missing = rules.lists.required.iter().filter(|code| !in_force(code));
        let missing = missing.map(|code| ListTrouble::Missing { list: code.clone() });
        let limit = rules.lists.age_days_max;
        let screened = world.snapshots.iter().map(|s| (&s.header.list, s.confirmed_at));
        // Of lists that only raise flags, those are held to the limit that the deployment says it needs.
        let needed = world.signals.lists.iter().filter(|s| rules.lists.required.contains(&s.header().list));
        let needed = needed.map(|s| (&s.header().list, s.confirmed_at));
        let stale = screened.chain(needed).filter_map(|(list, confirmed_at)| {
            let (age_us, age_days_max) = (now.as_micros() - confirmed_at.as_micros(), limit?);
            let list = list.clone();
            (age_us > i64::from(age_days_max) * DAY_US).then_some(ListTrouble::Stale {
                list,
                age_days: age_us / DAY_US,
                age_days_max,
            })
        });
        missing.chain(stale).collect()
    }

    /// What should have been evaluated and cannot be in this world: it ends in review, never in an open account.
    pub(crate) fn signals(&self, world: &World, now: Timestamp) -> Vec<Signal> {
        let troubles = self.list_troubles(world, now);
        let mut missing: Vec<String> = troubles.iter().map(ToString::to_string).collect();
        if world.snapshots.is_empty() && missing.is_empty() {
            missing.push("no_watchlist".to_owned());
        }
        let missing = missing.into_iter().map(|what| Signal::NotEvaluated { what });
        missing.chain(world.signals.not_evaluated()).collect()
    }
}

/// What parties are stamped with that were screened while lists were in trouble: not what they are stamped with otherwise, so
/// that they count as behind once the trouble is over.
pub(crate) fn screened_in_trouble(screened_with: &[u8; 32], troubles: &[ListTrouble]) -> [u8; 32] {
    if troubles.is_empty() {
        return *screened_with;
    }
    let mut hash = Sha256::new();
    hash.update(screened_with);
    for trouble in troubles {
        hash.update(trouble.list());
        hash.update([0]);
    }
    hash.finalize().into()
}
