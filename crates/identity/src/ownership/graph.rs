//! The interests above one customer, as a graph with exact bands, and its rings of cross-holdings.

use super::equity::Effective;
use super::{Gap, GapCode, capped, ratio};
use crate::limits;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};
use tenantry_model::id::PartyId;
use tenantry_model::party::{Control, Interest, PartyKind};

/// What one party holds in another, repeats added up.
#[derive(Clone)]
pub(super) struct Holding {
    pub(super) least: BigRational,
    pub(super) most: BigRational,
    pub(super) control: BTreeSet<Control>,
}

/// Everything above the customer.
pub(super) struct Graph {
    pub(super) customer: PartyId,
    /// Owned party, then owner.
    pub(super) owners_of: BTreeMap<PartyId, BTreeMap<PartyId, Holding>>,
    /// Owner, then owned party.
    pub(super) owned_by: BTreeMap<PartyId, BTreeSet<PartyId>>,
    /// Parties that own each other, in an order where owners come after what they own.
    pub(super) levels: Vec<Vec<PartyId>>,
    exceeding: BTreeSet<PartyId>,
}

impl Graph {
    pub(super) fn above(customer: PartyId, interests: &[Interest]) -> Result<Self, GapCode> {
        if interests.len() > limits::INTERESTS_MAX {
            return Err(GapCode::TooLarge);
        }
        let all = by_owned(interests);
        let reached = reachable(customer, &all)?;
        let mut owners_of = BTreeMap::new();
        let mut owned_by: BTreeMap<PartyId, BTreeSet<PartyId>> = BTreeMap::new();
        let mut exceeding = BTreeSet::new();
        for party in &reached {
            let mut holdings = all.get(party).cloned().unwrap_or_default();
            if tighten(&mut holdings) == Sum::ExceedsWhole {
                exceeding.insert(*party);
            }
            for owner in holdings.keys() {
                owned_by.entry(*owner).or_default().insert(*party);
            }
            owners_of.insert(*party, holdings);
        }
        let levels = levels(customer, &owners_of)?;
        Ok(Self { customer, owners_of, owned_by, levels, exceeding })
    }

    /// Every party above the customer, in order.
    pub(super) fn owners(&self) -> impl Iterator<Item = PartyId> {
        self.owners_of.keys().copied().filter(|party| *party != self.customer)
    }

    pub(super) fn holding(&self, owner: PartyId, owned: PartyId) -> Option<&Holding> {
        self.owners_of.get(&owned)?.get(&owner)
    }

    pub(super) fn has_ring(&self) -> bool {
        self.levels.iter().any(|level| level.len() > 1)
            || self.owners_of.iter().any(|(party, owners)| owners.contains_key(party))
    }

    /// Least and most of the party's ownership that nobody is named for. An individual has no owners.
    fn undisclosed(
        &self,
        party: PartyId,
        kinds: &BTreeMap<PartyId, PartyKind>,
    ) -> (BigRational, BigRational) {
        if kinds.get(&party) == Some(&PartyKind::Individual) {
            return (BigRational::zero(), BigRational::zero());
        }
        let holdings = self.owners_of.get(&party);
        let sum = |pick: fn(&Holding) -> &BigRational| {
            holdings.into_iter().flatten().fold(BigRational::zero(), |sum, (_, holding)| sum + pick(holding))
        };
        let rest = |sum: BigRational| (BigRational::one() - sum).max(BigRational::zero());
        (rest(sum(|h| &h.most)), rest(sum(|h| &h.least)))
    }

    /// Share of the customer for which nobody is named: the undisclosed part of every organisation, weighed by what
    /// that organisation holds.
    pub(super) fn unexplained(
        &self,
        kinds: &BTreeMap<PartyId, PartyKind>,
        least: &Effective,
        most: &Effective,
    ) -> (BigRational, BigRational) {
        let (mut low, mut high) = (BigRational::zero(), BigRational::zero());
        for party in self.owners_of.keys() {
            let undisclosed = self.undisclosed(*party, kinds);
            low += undisclosed.0 * least.of(*party);
            high += undisclosed.1 * most.of(*party);
        }
        (capped(low), capped(high))
    }

    pub(super) fn gaps(&self, kinds: &BTreeMap<PartyId, PartyKind>) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for (party, holdings) in &self.owners_of {
            if self.exceeding.contains(party) {
                gaps.push(Gap { party: *party, code: GapCode::ExceedsWhole });
            }
            if !self.undisclosed(*party, kinds).1.is_zero() {
                gaps.push(Gap { party: *party, code: GapCode::Undisclosed });
            }
            let nominees = holdings.iter().filter(|(_, holding)| holding.control.contains(&Control::Nominee));
            gaps.extend(nominees.map(|(owner, _)| Gap { party: *owner, code: GapCode::Nominee }));
        }
        gaps
    }
}

/// Interests by what is owned. Exact repeats count once; different statements about one pair add up, as two classes
/// of shares do.
pub(super) fn by_owned(interests: &[Interest]) -> BTreeMap<PartyId, BTreeMap<PartyId, Holding>> {
    let mut seen: Vec<_> = interests
        .iter()
        .map(|i| {
            let share = i.share.map(|s| (s.min().ppm(), s.max().ppm()));
            (i.owned, i.owner, share, i.control.iter().copied().collect::<BTreeSet<Control>>())
        })
        .collect();
    seen.sort();
    seen.dedup();
    let part = |ppm| tenantry_model::share::Share::from_ppm(ppm).map_or_else(|_| BigRational::one(), ratio);
    let mut out: BTreeMap<PartyId, BTreeMap<PartyId, Holding>> = BTreeMap::new();
    for (owned, owner, share, control) in seen {
        let holding = out.entry(owned).or_default().entry(owner).or_insert_with(|| Holding {
            least: BigRational::zero(),
            most: BigRational::zero(),
            control: BTreeSet::new(),
        });
        if let Some((least, most)) = share {
            holding.least += part(least);
            holding.most += part(most);
        }
        holding.control.extend(control);
    }
    out
}

fn reachable(
    customer: PartyId,
    all: &BTreeMap<PartyId, BTreeMap<PartyId, Holding>>,
) -> Result<BTreeSet<PartyId>, GapCode> {
    let mut reached = BTreeSet::from([customer]);
    let mut waiting = vec![customer];
    while let Some(party) = waiting.pop() {
        for owner in all.get(&party).into_iter().flatten().map(|(owner, _)| *owner) {
            if reached.insert(owner) {
                waiting.push(owner);
            }
        }
        if reached.len() > limits::PARTIES_MAX {
            return Err(GapCode::TooLarge);
        }
    }
    Ok(reached)
}

#[derive(PartialEq, Eq)]
enum Sum {
    WithinWhole,
    ExceedsWhole,
}

/// Nobody can hold more than what the others' least shares leave.
fn tighten(holdings: &mut BTreeMap<PartyId, Holding>) -> Sum {
    let least: BigRational = holdings.values().fold(BigRational::zero(), |sum, h| sum + &h.least);
    if least > BigRational::one() {
        return Sum::ExceedsWhole;
    }
    for holding in holdings.values_mut() {
        let room = BigRational::one() - &least + &holding.least;
        if holding.most > room {
            holding.most = room;
        }
    }
    Sum::WithinWhole
}

/// Strongly connected parties (Tarjan's method without recursion), owned before owner.
fn levels(
    customer: PartyId,
    owners_of: &BTreeMap<PartyId, BTreeMap<PartyId, Holding>>,
) -> Result<Vec<Vec<PartyId>>, GapCode> {
    let mut search = Search::default();
    search.run(customer, owners_of);
    // Owners complete first, so the customer comes last: turn it round.
    search.found.reverse();
    let mut depth: BTreeMap<PartyId, usize> = BTreeMap::new();
    for level in &mut search.found {
        level.sort();
        if level.len() > limits::RING_MAX {
            return Err(GapCode::RingTooLarge);
        }
        let own = level.iter().filter_map(|party| depth.get(party)).max().copied().unwrap_or(0);
        if own > limits::LEVELS_MAX {
            return Err(GapCode::TooDeep);
        }
        for owner in level.iter().filter_map(|party| owners_of.get(party)).flat_map(BTreeMap::keys) {
            let seen = depth.entry(*owner).or_insert(0);
            *seen = (*seen).max(own + 1);
        }
    }
    Ok(search.found)
}

#[derive(Default)]
struct Search {
    next: usize,
    index: BTreeMap<PartyId, usize>,
    low: BTreeMap<PartyId, usize>,
    on_stack: BTreeSet<PartyId>,
    stack: Vec<PartyId>,
    found: Vec<Vec<PartyId>>,
}

impl Search {
    fn run(&mut self, start: PartyId, owners_of: &BTreeMap<PartyId, BTreeMap<PartyId, Holding>>) {
        let owners = |party: PartyId| -> Vec<PartyId> {
            owners_of.get(&party).into_iter().flat_map(BTreeMap::keys).copied().collect()
        };
        let mut work = vec![(start, owners(start))];
        self.enter(start);
        while let Some((party, rest)) = work.last_mut() {
            let party = *party;
            let Some(owner) = rest.pop() else {
                work.pop();
                self.leave(party);
                if let Some((below, _)) = work.last() {
                    self.lower(*below, self.low_of(party));
                }
                continue;
            };
            if self.index.contains_key(&owner) {
                if self.on_stack.contains(&owner) {
                    let index = self.index.get(&owner).copied().unwrap_or_default();
                    self.lower(party, index);
                }
            } else {
                self.enter(owner);
                work.push((owner, owners(owner)));
            }
        }
    }

    fn enter(&mut self, party: PartyId) {
        self.index.insert(party, self.next);
        self.low.insert(party, self.next);
        self.next += 1;
        self.stack.push(party);
        self.on_stack.insert(party);
    }

    fn low_of(&self, party: PartyId) -> usize {
        self.low.get(&party).copied().unwrap_or_default()
    }

    fn lower(&mut self, party: PartyId, to: usize) {
        let low = self.low_of(party).min(to);
        self.low.insert(party, low);
    }

    fn leave(&mut self, party: PartyId) {
        if self.index.get(&party) != self.low.get(&party) {
            return;
        }
        let mut ring = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack.remove(&member);
            ring.push(member);
            if member == party {
                break;
            }
        }
        self.found.push(ring);
    }
}
