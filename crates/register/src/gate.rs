//! The gate: answers "may this account do this now?" from memory.
//!
//! What the gate would say about each account is computed whenever the account changes and stored with it; this module keeps
//! a copy of every account's answer in memory. The node that makes a change updates its own copy at once; every node follows
//! the store besides, and knows how long ago it last did. When that is too long, or an account is unknown, the answer is no. The
//! same holds for an account while a measure is enforced that it was not assessed under yet: what is remembered of it is as old as
//! the measure.

use crate::core::Core;
use crate::reassess::clocks::UnderWay;
use crate::{Register, RegisterError};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tenantry_model::account::Capability;
use tenantry_model::id::{AccountId, MeasureId};
use tenantry_model::time::Timestamp;
use tenantry_policy::gate::{Answer, GateVerdict};
use tenantry_policy::rule::RuleCode;
use tenantry_store::StoreExt;
use tenantry_store::repo::{account, approval, measure};

/// Age of the memory, in microseconds, from which the gate closes.
pub const STALE_AFTER_US: i64 = 15_000_000;
/// How far back each refresh looks again, in microseconds. Units follow each other in the order of the ledger and their instants
/// never go back, so what is read is all there was up to its newest instant; only an account that changes repeatedly within one
/// microsecond runs ahead of that order, by a microsecond each time.
const OVERLAP_US: i64 = 100_000;
const SHARDS: usize = 64;

/// What the gate answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateAnswer {
    /// The account that was asked about, `None` when it is unknown.
    pub account: Option<AccountId>,
    /// What was asked.
    pub action: Capability,
    /// Yes, yes within the restricted allowance, or no.
    #[serde(serialize_with = "as_text")]
    pub answer: Answer,
    /// Rules behind anything but a plain yes; the pack documents each.
    pub reasons: Vec<String>,
    /// How old the gate's knowledge is, in milliseconds: since it last followed the store, or since a measure is enforced that the
    /// account was not assessed under yet, whichever is longer.
    pub age_ms: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
fn as_text<S: serde::Serializer>(answer: &Answer, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(answer.as_str())
}

/// The verdict of one account, as text for the store: a letter per capability, then the rules.
pub(crate) fn encode(verdict: GateVerdict) -> String {
    let letter = |c: &Capability| match verdict.answer(*c) {
        Answer::Allow => 'A',
        Answer::Condition => 'C',
        Answer::Deny => 'D',
    };
    let letters: String = Capability::ALL.iter().map(letter).collect();
    let reasons: Vec<&str> = verdict.reasons().iter().map(RuleCode::as_str).collect();
    format!("{letters} {}", reasons.join(","))
}

/// The rule that the gate names for an account that could not be assessed.
pub(crate) const NOT_ASSESSED: &str = "not_assessed";

/// What is stored of an account that could not be assessed: nothing is allowed.
pub(crate) fn not_assessed() -> String {
    format!("{} {NOT_ASSESSED}", "D".repeat(Capability::ALL.len()))
}

/// Whether this is what is stored of an account that could not be assessed.
pub(crate) fn is_not_assessed(stored: &str) -> bool {
    stored.split_once(' ').is_some_and(|(_, reasons)| reasons == NOT_ASSESSED)
}

/// A decoded verdict; equal ones are kept once.
#[derive(Debug)]
struct Verdict {
    answers: Vec<Answer>,
    reasons: Vec<String>,
}

impl Verdict {
    fn decode(text: &str) -> Self {
        let (letters, reasons) = text.split_once(' ').unwrap_or((text, ""));
        let answer = |letter| match letter {
            'A' => Answer::Allow,
            'C' => Answer::Condition,
            _ => Answer::Deny,
        };
        Self {
            answers: letters.chars().map(answer).collect(),
            reasons: reasons.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect(),
        }
    }

    fn answer(&self, capability: Capability) -> Answer {
        // A capability this verdict was not made for is not allowed by it.
        self.answers.get(capability as usize).copied().unwrap_or(Answer::Deny)
    }
}

/// A verdict with the instant it came to be.
#[derive(Clone)]
struct Remembered {
    changed_at: Timestamp,
    verdict: Arc<Verdict>,
}

/// A measure that not all accounts were assessed under yet.
#[derive(Clone, Copy)]
struct Unapplied {
    /// From when on it is enforced.
    since: Timestamp,
    /// For how long it was, in microseconds, when the store was last followed, and the ticks then: a clock that is set back makes no
    /// answer younger.
    age_us: i64,
    ticks_us: i64,
    /// The last account in order of identifier that was.
    up_to: Option<AccountId>,
}

impl Unapplied {
    /// For how long it has been enforced, in microseconds; less than 0 before it is.
    fn age_us(&self, ticks_us: i64, now: Timestamp) -> i64 {
        let by_the_wall = now.as_micros().saturating_sub(self.since.as_micros());
        if self.age_us < 0 {
            return by_the_wall;
        }
        by_the_wall.max(self.age_us.saturating_add(ticks_us.saturating_sub(self.ticks_us).max(0)))
    }
}

/// Accounts by reference.
type ByReference = HashMap<Box<str>, AccountId>;

pub(crate) struct GateMemory {
    by_id: Vec<RwLock<HashMap<AccountId, Remembered>>>,
    /// The references of each reseller that gave its own, and under `None` those of the provider.
    by_reference: RwLock<HashMap<Option<AccountId>, ByReference>>,
    verdicts: RwLock<HashMap<String, Arc<Verdict>>>,
    /// Ticks of the clock when the store was last followed.
    followed_at_us: AtomicI64,
    /// Measures that are enforced and that not all accounts were assessed under yet.
    unapplied: RwLock<BTreeMap<MeasureId, Unapplied>>,
    changed_at_us: AtomicI64,
}

impl GateMemory {
    pub(crate) fn new() -> Self {
        Self {
            by_id: (0..SHARDS).map(|_| RwLock::default()).collect(),
            by_reference: RwLock::default(),
            verdicts: RwLock::default(),
            followed_at_us: AtomicI64::new(i64::MIN),
            unapplied: RwLock::default(),
            changed_at_us: AtomicI64::new(0),
        }
    }

    /// Puts an account's verdict into memory, unless a newer one is there: a repeated request is answered from what was
    /// answered before, and must not bring back what the gate said then.
    pub(crate) fn put(&self, row: &account::GateRow) {
        let new = Remembered { changed_at: row.changed_at, verdict: self.intern(&row.gate) };
        let Some(shard) = self.shard(row.id) else { return };
        let mut shard = write(shard);
        match shard.get(&row.id) {
            Some(known) if known.changed_at >= new.changed_at => return,
            Some(_) => {}
            None => {
                let mut references = write(&self.by_reference);
                references.entry(row.referred_by).or_default().insert(row.reference.as_str().into(), row.id);
            }
        }
        shard.insert(row.id, new);
    }

    fn intern(&self, text: &str) -> Arc<Verdict> {
        if let Some(known) = read(&self.verdicts).get(text) {
            return Arc::clone(known);
        }
        let verdict = Arc::new(Verdict::decode(text));
        Arc::clone(write(&self.verdicts).entry(text.to_owned()).or_insert(verdict))
    }

    fn shard(&self, id: AccountId) -> Option<&RwLock<HashMap<AccountId, Remembered>>> {
        let last = id.bytes().last().copied().unwrap_or_default();
        self.by_id.get(usize::from(last) % SHARDS)
    }

    fn find(&self, id: AccountId) -> Option<Arc<Verdict>> {
        self.shard(id).and_then(|shard| read(shard).get(&id).map(|known| Arc::clone(&known.verdict)))
    }

    /// The account that is meant by a reference: a reseller's own before one of the provider.
    fn meant(&self, own: Option<AccountId>, reference: &str) -> Option<AccountId> {
        let references = read(&self.by_reference);
        let among = |of: Option<AccountId>| references.get(&of).and_then(|of| of.get(reference)).copied();
        own.and_then(|own| among(Some(own))).or_else(|| among(None))
    }

    /// How long ago the store was followed, in microseconds.
    fn followed_ago_us(&self, ticks_us: i64) -> i64 {
        ticks_us.saturating_sub(self.followed_at_us.load(Ordering::Acquire)).max(0)
    }

    /// For how long a measure has been enforced that the account was not assessed under yet, in microseconds.
    fn behind_measures_us(&self, account: Option<AccountId>, ticks_us: i64, now: Timestamp) -> i64 {
        let unapplied = read(&self.unapplied);
        let behind = |measure: &&Unapplied| {
            measure.up_to.is_none_or(|up_to| account.is_none_or(|account| account > up_to))
        };
        let ago = |measure: &Unapplied| measure.age_us(ticks_us, now);
        unapplied.values().filter(behind).map(ago).max().unwrap_or_default().max(0)
    }

    /// How many accounts are in memory.
    pub(crate) fn len(&self) -> usize {
        self.by_id.iter().map(|shard| read(shard).len()).sum()
    }
}

impl Core {
    /// Follows the store: reads what changed since the last time. Answers how many accounts were read.
    pub(crate) fn follow_gate(self: &Arc<Self>) -> Result<u64, RegisterError> {
        let since = self.gate.changed_at_us.load(Ordering::Acquire).saturating_sub(OVERLAP_US);
        let (ticks_us, now) = (self.clock.ticks_us(), self.clock.now());
        let core = Arc::clone(self);
        let known = read(&self.gate.unapplied).clone();
        let (rows, newest, unapplied) = self.store.read(move |tx| {
            let (mut rows, mut newest) = (0, 0);
            account::gates_since(tx, Timestamp::from_micros(since), &mut |row| {
                rows += 1;
                newest = newest.max(row.changed_at.as_micros());
                core.gate.put(&row);
            })?;
            let enforced = measure::unapplied(tx)?;
            let under_way = if enforced.is_empty() { None } else { UnderWay::find(tx)? };
            let mut unapplied = BTreeMap::new();
            for (id, effective_at) in enforced {
                let before = known.get(&id);
                let since = match before {
                    Some(before) => before.since,
                    // What is to be enforced at once is, from its approval on.
                    None => {
                        effective_at.max(approval::approved_at(tx, &id.to_string())?.unwrap_or(effective_at))
                    }
                };
                let up_to = under_way.as_ref().and_then(|pass| pass.up_to(id));
                let age_us = before.map_or_else(
                    || now.as_micros().saturating_sub(since.as_micros()),
                    |before| before.age_us(ticks_us, now),
                );
                unapplied.insert(id, Unapplied { since, age_us, ticks_us, up_to });
            }
            Ok::<_, RegisterError>((rows, newest, unapplied))
        })?;
        *write(&self.gate.unapplied) = unapplied;
        self.gate.changed_at_us.fetch_max(newest, Ordering::AcqRel);
        self.gate.followed_at_us.fetch_max(ticks_us, Ordering::AcqRel);
        Ok(rows)
    }
}

impl Register {
    /// Follows the store, so that changes made by other nodes are seen. Called several times a second.
    pub fn follow_gate(&self) -> Result<u64, RegisterError> {
        self.core.follow_gate()
    }

    /// Answers from memory, without touching the store. `account` is an identifier or the provider's reference.
    pub fn gate(&self, account: &str, action: Capability) -> GateAnswer {
        self.gate_for(None, account, action)
    }

    /// The same for whoever is confined to a reseller account: its own references come before the provider's. Whether the account is
    /// in its sight is the caller's to ask.
    pub fn gate_for(&self, own: Option<AccountId>, account: &str, action: Capability) -> GateAnswer {
        let gate = &self.core.gate;
        let clock = &self.core.clock;
        let id = account.parse().ok().or_else(|| gate.meant(own, account));
        let ticks_us = clock.ticks_us();
        let age_us = gate.followed_ago_us(ticks_us).max(gate.behind_measures_us(id, ticks_us, clock.now()));
        let found = id.and_then(|id| gate.find(id).map(|verdict| (id, verdict)));
        let age_ms = age_us / 1_000;
        let deny = |account, rule: &str| GateAnswer {
            account,
            action,
            answer: Answer::Deny,
            reasons: vec![rule.to_owned()],
            age_ms,
        };
        let Some((id, verdict)) = found else { return deny(None, "account_unknown") };
        if age_us > STALE_AFTER_US {
            return deny(Some(id), "gate_stale");
        }
        let answer = verdict.answer(action);
        let reasons = if answer == Answer::Allow { Vec::new() } else { verdict.reasons.clone() };
        GateAnswer { account: Some(id), action, answer, reasons, age_ms }
    }

    /// How long ago the gate's memory followed the store, in milliseconds.
    pub fn gate_followed_ago_ms(&self) -> i64 {
        self.core.gate.followed_ago_us(self.core.clock.ticks_us()) / 1_000
    }

    /// How many accounts the gate knows.
    pub fn gate_accounts(&self) -> usize {
        self.core.gate.len()
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// Every action with what a stored verdict answers to it.
pub(crate) fn answers(stored: &str) -> BTreeMap<&'static str, &'static str> {
    let verdict = Verdict::decode(stored);
    Capability::ALL.iter().map(|c| (c.as_str(), verdict.answer(*c).as_str())).collect()
}
