//! Looking up, in the lists in force, parties that somebody outside describes: nothing is written, nobody becomes a party.
//!
//! The persons named in measures are no public list. They are left out here; who has an account is screened against them all
//! the same.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::core::Core;
use crate::world::{self, MEASURES_LIST, SnapshotInForce, World};
use crate::{Register, RegisterError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tenantry_lists::Entries;
use tenantry_model::id::SnapshotId;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_model::time::Date;
use tenantry_screening::{Hit, Options, Query, Score, ofac_score};

/// Which listed entities count.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Codes of lists; all when empty.
    pub lists: Vec<String>,
    /// Codes of lists that do not count.
    pub except_lists: Vec<String>,
    /// Schemas that do not count.
    pub except_schemas: Vec<Schema>,
    /// Topics, one of which is needed; any when empty.
    pub topics: Vec<String>,
    /// Identifiers that do not count, for example hits that were dismissed.
    pub except_entities: Vec<String>,
    /// Entities whose publisher says they were last changed before this day do not count. Those without a date do.
    pub changed_since: Option<Date>,
}

/// How the likeness is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matcher {
    /// Our algorithm.
    Ours,
    /// Candidates of our algorithm with the score that OFAC's own tool would show, best first.
    Ofac,
}

/// A listed entity that was found, whole.
#[derive(Debug, Clone)]
pub struct Found {
    /// The evidence; its score is that of the matcher.
    pub hit: Hit,
    /// The entity with every value and where it was read.
    pub entity: ListedEntity,
}

/// What was found for one query.
#[derive(Debug, Clone)]
pub struct Matches {
    /// The best, as many as were asked for.
    pub found: Vec<Found>,
    /// How many there are.
    pub total: usize,
}

/// The entries of snapshots in force, kept after first use.
#[derive(Debug, Default)]
pub(crate) struct EntriesInForce(Mutex<HashMap<SnapshotId, Arc<Entries>>>);

impl Core {
    /// The entries of a snapshot in force.
    pub(crate) fn entries(&self, snapshot: &SnapshotInForce) -> Result<Arc<Entries>, RegisterError> {
        let mut kept = self.entries.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entries) = kept.get(&snapshot.id) {
            return Ok(Arc::clone(entries));
        }
        let in_force = self.world();
        kept.retain(|id, _| in_force.snapshots.iter().any(|s| s.id == *id));
        let entries = Arc::new(Entries::of(&world::load_snapshot(&self.store, snapshot.id)?));
        kept.insert(snapshot.id, Arc::clone(&entries));
        Ok(entries)
    }
}

impl Core {
    /// The entries of a snapshot in force if they are kept already. Never waits.
    fn entries_at_hand(&self, snapshot: &SnapshotInForce) -> Option<Arc<Entries>> {
        self.entries.0.try_lock().ok()?.get(&snapshot.id).map(Arc::clone)
    }
}

/// The lists at one moment, to be asked several times.
pub struct Lists {
    world: Arc<World>,
    entries: Vec<Arc<Entries>>,
}

impl std::fmt::Debug for Lists {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lists").field("generation", &self.world.generation).finish_non_exhaustive()
    }
}

impl Register {
    /// The lists in force, for looking up. What is asked of the answer is answered from the same versions.
    pub fn lists_to_match(&self, call: &Call) -> Result<Lists, RegisterError> {
        authorise(&call.actor, Action::MatchLists)?;
        let world = self.core.world();
        let entries = world.snapshots.iter().map(|s| self.core.entries(s)).collect::<Result<_, _>>()?;
        Ok(Lists { world, entries })
    }

    /// The same without waiting for anything: `None` when they have to be read first. For threads that must not block.
    pub fn lists_at_hand(&self, call: &Call) -> Result<Option<Lists>, RegisterError> {
        authorise(&call.actor, Action::MatchLists)?;
        let world = self.core.world();
        let entries: Option<Vec<_>> = world.snapshots.iter().map(|s| self.core.entries_at_hand(s)).collect();
        Ok(entries.map(|entries| Lists { world, entries }))
    }
}

impl Lists {
    /// The versions that answer.
    pub fn in_force(&self) -> &[SnapshotInForce] {
        &self.world.snapshots
    }

    /// Every listed entity that counts and whose score reaches `cutoff`, best first.
    pub fn find(
        &self,
        query: &Query,
        filter: &Filter,
        matcher: Matcher,
        cutoff: Score,
        limit: usize,
    ) -> Matches {
        let least = if matcher == Matcher::Ours { cutoff } else { Score::FLOOR };
        // Nothing is cut before what does not count is taken out.
        let mut hits = self.world.index.search(query, &Options { threshold: least, limit: usize::MAX });
        hits.retain(|hit| hit.list != MEASURES_LIST && filter.names(&hit.list, &hit.entity));
        let mut found: Vec<Found> = hits
            .into_iter()
            .filter_map(|hit| Some(Found { entity: self.entries(&hit.list)?.find(&hit.entity)?, hit }))
            .filter(|found| filter.counts(&found.entity))
            .collect();
        if matcher == Matcher::Ofac {
            for one in &mut found {
                one.hit.score = agency_score(query, &one.entity);
            }
            found.retain(|one| one.hit.score >= cutoff);
            found.sort_by_key(|one| std::cmp::Reverse(one.hit.score));
        }
        let total = found.len();
        found.truncate(limit);
        Matches { found, total }
    }

    /// An entity by its identifier, with the code of its list.
    pub fn entity(&self, id: &str) -> Option<(&str, ListedEntity)> {
        self.entries.iter().find_map(|e| Some((e.header().list.as_str(), e.find(id)?)))
    }

    /// Every entity that counts, with the code of its list.
    pub fn all<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = (&'a str, ListedEntity)> {
        let taken = self.entries.iter().filter(move |entries| filter.takes(&entries.header().list));
        taken.flat_map(move |entries| {
            let list = entries.header().list.as_str();
            let counts = entries.iter().filter(move |e| filter.names(list, &e.id) && filter.counts(e));
            counts.map(move |entity| (list, entity))
        })
    }

    fn entries(&self, list: &str) -> Option<&Entries> {
        self.entries.iter().find(|e| e.header().list == list).map(|e| &**e)
    }
}

impl Filter {
    fn takes(&self, list: &str) -> bool {
        let is = |code: &String| code == list;
        (self.lists.is_empty() || self.lists.iter().any(is)) && !self.except_lists.iter().any(is)
    }

    fn names(&self, list: &str, entity: &str) -> bool {
        self.takes(list) && !self.except_entities.iter().any(|id| id == entity)
    }

    fn counts(&self, entity: &ListedEntity) -> bool {
        let topic = self.topics.is_empty()
            || entity.texts(Property::Topic).any(|topic| self.topics.iter().any(|t| t == topic));
        let changed =
            last_change(entity).is_none_or(|changed| self.changed_since.is_none_or(|since| changed >= since));
        topic && changed && !self.except_schemas.contains(&entity.schema)
    }
}

/// The day on which the publisher says the entity was last changed.
pub fn last_change(entity: &ListedEntity) -> Option<Date> {
    entity.texts(Property::ModifiedAt).filter_map(|text| text.get(..10)?.parse().ok()).max()
}

fn agency_score(query: &Query, entity: &ListedEntity) -> Score {
    let names = [Property::Name, Property::Alias, Property::PreviousName, Property::WeakAlias];
    let listed: Vec<&str> = names.iter().flat_map(|p| entity.texts(*p)).collect();
    let pairs = query.names.iter().flat_map(|q| listed.iter().map(move |l| ofac_score(q.expose(), l)));
    Score::new(pairs.max().unwrap_or(0) * 10)
}
