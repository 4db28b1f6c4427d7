//! Remembers which list tokens are near a token that was asked for before. Names repeat: a few thousand words make
//! up most names of any population, so most questions have been answered already. What is remembered is a pure
//! function of the index and the token; forgetting it changes speed and nothing else.

use crate::groups::text_key;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use tenantry_names::{Form, Near};

/// Parts that are locked apart, so that threads seldom meet.
const SHARDS: usize = 16;
/// Near tokens remembered per part; a full part starts over. Sixteen parts of these take at most 16 MB.
const SHARD_NEAR_MAX: usize = 80_000;
/// What the key of a set takes, counted in near tokens.
const KEY_COST: usize = 12;

/// The list tokens near one token.
#[derive(Debug, Default)]
pub(crate) struct NearSet {
    /// Those near as a whole.
    pub(crate) near: Box<[(u32, Near)]>,
    /// Those that may be one part of it, the other part standing beside.
    pub(crate) parts: Box<[u32]>,
    /// How many names hold one of them, each counted as often as it does.
    pub(crate) held: u32,
}

#[derive(Default)]
struct Shard {
    sets: HashMap<Box<str>, Arc<NearSet>>,
    size: usize,
}

/// The memory.
#[derive(Default)]
pub(crate) struct NearSets {
    shards: [RwLock<Shard>; SHARDS],
}

thread_local! {
    static KEY: RefCell<String> = RefCell::default();
}

impl NearSets {
    /// The set of a token, worked out by `find` when it is not known yet.
    pub(crate) fn of(&self, form: &Form, find: impl FnOnce() -> NearSet) -> Arc<NearSet> {
        KEY.with_borrow_mut(|key| {
            key.clear();
            key.push(char::from(b'a' + form.script() as u8));
            key.push_str(form.ascii());
            self.by_key(key, find)
        })
    }

    fn by_key(&self, key: &str, find: impl FnOnce() -> NearSet) -> Arc<NearSet> {
        let Some(shard) = self.shards.get(text_key(0, key) as usize % SHARDS) else {
            return Arc::new(find());
        };
        if let Some(set) = shard.read().unwrap_or_else(PoisonError::into_inner).sets.get(key) {
            return Arc::clone(set);
        }
        let set = Arc::new(find());
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if shard.size >= SHARD_NEAR_MAX {
            *shard = Shard::default();
        }
        shard.size += set.near.len() + set.parts.len() / 2 + KEY_COST;
        shard.sets.insert(key.into(), Arc::clone(&set));
        set
    }
}
