//! Which list tokens are near a token, and a memory of those that were asked for before. Names repeat: a few thousand
//! words make up most names of any population, so most questions have been answered already. What is remembered is a pure
//! function of the index and the token; forgetting it changes speed and nothing else.

use crate::groups::{number_key, text_key};
use crate::tables::View;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, PoisonError, RwLock};
use tenantry_names::{Form, Near, Script};

/// Shortest token tried as two list tokens written together, and shortest part.
const GLUED_MIN: usize = 4;
const GLUED_PART_MIN: usize = 2;

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

/// A remembered set, with the token it is of: two tokens may share a key.
struct Remembered {
    script: Script,
    same: [u16; 2],
    ascii: Box<str>,
    set: Arc<NearSet>,
}

impl Remembered {
    fn is_of(&self, form: &Form) -> bool {
        self.script == form.script() && self.same == form.same() && *self.ascii == *form.ascii()
    }
}

#[derive(Default)]
struct Shard {
    sets: HashMap<u64, Remembered, BuildHasherDefault<AsItIs>>,
    size: usize,
}

/// The keys are hashes already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, b| hash << 8 | u64::from(*b));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// The memory.
#[derive(Default)]
pub(crate) struct NearSets {
    shards: [RwLock<Shard>; SHARDS],
}

impl NearSets {
    /// The set of a token, worked out by `find` when it is not known yet.
    pub(crate) fn of(&self, form: &Form, find: impl FnOnce() -> NearSet) -> Arc<NearSet> {
        let [first, second] = form.same();
        let classes = u64::from(first) << 16 | u64::from(second);
        let key = number_key(form.script() as u8, text_key(0, form.ascii()) ^ classes);
        let Some(shard) = self.shards.get((key >> 20) as usize % SHARDS) else {
            return Arc::new(find());
        };
        if let Some(known) = shard.read().unwrap_or_else(PoisonError::into_inner).sets.get(&key)
            && known.is_of(form)
        {
            return Arc::clone(&known.set);
        }
        let set = Arc::new(find());
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if shard.size >= SHARD_NEAR_MAX {
            *shard = Shard::default();
        }
        let size = set.near.len() + set.parts.len() / 2 + KEY_COST;
        if let Entry::Vacant(free) = shard.sets.entry(key) {
            free.insert(Remembered {
                script: form.script(),
                same: form.same(),
                ascii: form.ascii().into(),
                set: Arc::clone(&set),
            });
            shard.size += size;
        }
        set
    }
}

impl NearSet {
    /// Everything near a token; `seen` tells (and remembers) whether a list token was met.
    pub(crate) fn find(view: &View, form: &Form, seen: impl FnMut(u32) -> bool) -> Self {
        let mut near = Vec::new();
        view.near(form, seen, |id, how| near.push((id, how)));
        let parts = parts(view, form);
        let ids = near.iter().map(|(id, _)| id).chain(&parts);
        let held = ids.map(|id| view.holding(*id).len() as u32).sum();
        Self { near: near.into(), parts: parts.into(), held }
    }
}

/// List tokens that may be one part of a query token written as two in the list: one part exact, the other at most
/// one error away. It is enough to know the part held by fewer names.
fn parts(view: &View, form: &Form) -> Vec<u32> {
    let text = form.ascii();
    let mut out = Vec::new();
    if text.len() < GLUED_MIN {
        return out;
    }
    for at in GLUED_PART_MIN..text.len() {
        let Some((head, tail)) = text.split_at_checked(at) else { continue };
        part(view, head, tail, &mut out);
        // The other part may have lost a letter: it can be one shorter than a part may be.
        if let Some((head, tail)) = text.split_at_checked(text.len() - at) {
            part(view, tail, head, &mut out);
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn part(view: &View, exact: &str, other: &str, out: &mut Vec<u32>) {
    let exact: Vec<u32> = view.exactly(exact).collect();
    if exact.is_empty() {
        return;
    }
    let mut near = Vec::new();
    view.one_error(other, |id| near.push(id));
    let held = |ids: &[u32]| ids.iter().map(|id| view.holding(*id).len()).sum::<usize>();
    out.extend(if held(&exact) <= held(&near) { exact } else { near });
}
