//! The aggregate rule: what listed parties own by half or more together is treated as listed, and so on downward.
//!
//! An organisation owned in aggregate at the threshold by listed parties counts with its **whole** holding one level
//! further down; nothing is multiplied. Ownership counts, control does not.

use super::graph::{Holding, by_owned};
use super::{capped, outward, ratio};
use crate::limits;
use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tenantry_model::id::PartyId;
use tenantry_model::party::Interest;
use tenantry_model::share::{Share, ShareRange};

/// What the listed parties own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cascade {
    /// Owned at the threshold or above for certain.
    pub owned: Vec<OwnedByListed>,
    /// Owned at the threshold if the upper ends of bands, or what is not disclosed, belong to listed parties.
    pub possibly_owned: Vec<OwnedByListed>,
    /// More interests than are looked at: nothing can be said.
    pub too_large: TooLarge,
}

/// Whether the question was too large to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TooLarge {
    /// It was answered.
    #[default]
    No,
    /// It was not.
    Yes,
}

/// An organisation owned by listed parties in aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnedByListed {
    /// Which.
    pub party: PartyId,
    /// The owners that count, each listed or itself owned by listed parties.
    pub through: Vec<PartyId>,
    /// What they hold together.
    pub share: ShareRange,
}

/// Follows the holdings of `listed` parties down through `interests`; 50 percent is the usual `threshold`.
///
/// Undisclosed ownership makes a party *possibly* owned only when some listed party holds part of it already;
/// otherwise every organisation with a gap would be.
pub fn aggregate_listed(interests: &[Interest], listed: &BTreeSet<PartyId>, threshold: Share) -> Cascade {
    if interests.len() > limits::INTERESTS_MAX {
        return Cascade { too_large: TooLarge::Yes, ..Cascade::default() };
    }
    let holdings = by_owned(interests);
    let threshold = ratio(threshold);
    let certain =
        spread(&holdings, listed, &threshold, |holders, members| sum(holders, members, |h| &h.least));
    let possible = spread(&holdings, listed, &threshold, at_most);
    let describe = |party: &PartyId, members: &BTreeSet<PartyId>| {
        let holders = holdings.get(party)?;
        let through = holders.keys().filter(|owner| members.contains(owner)).copied().collect();
        let share = outward(&capped(sum(holders, members, |h| &h.least)), &capped(at_most(holders, members)));
        Some(OwnedByListed { party: *party, through, share })
    };
    Cascade {
        owned: certain.difference(listed).filter_map(|p| describe(p, &certain)).collect(),
        possibly_owned: possible
            .difference(&certain)
            .filter(|p| !listed.contains(p))
            .filter_map(|p| describe(p, &possible))
            .collect(),
        too_large: TooLarge::No,
    }
}

type Holders = BTreeMap<PartyId, Holding>;

fn sum(holders: &Holders, members: &BTreeSet<PartyId>, pick: fn(&Holding) -> &BigRational) -> BigRational {
    let counted = holders.iter().filter(|(owner, _)| members.contains(owner));
    counted.fold(BigRational::zero(), |sum, (_, holding)| sum + pick(holding))
}

/// What the members may hold: the upper ends of their bands and everything undisclosed, but never what others hold
/// for certain.
fn at_most(holders: &Holders, members: &BTreeSet<PartyId>) -> BigRational {
    let disclosed = sum(holders, members, |h| &h.most);
    if disclosed.is_zero() {
        return disclosed;
    }
    let others = holders.iter().filter(|(owner, _)| !members.contains(owner));
    let certain_of_others = others.fold(BigRational::zero(), |sum, (_, holding)| sum + &holding.least);
    (BigRational::one() - certain_of_others).max(BigRational::zero())
}

/// Grows the set until nothing joins; each join looks again only at what the newcomer holds.
fn spread(
    holdings: &BTreeMap<PartyId, Holders>,
    listed: &BTreeSet<PartyId>,
    threshold: &BigRational,
    share: impl Fn(&Holders, &BTreeSet<PartyId>) -> BigRational,
) -> BTreeSet<PartyId> {
    let mut held_by: BTreeMap<PartyId, Vec<PartyId>> = BTreeMap::new();
    for (owned, holders) in holdings {
        for owner in holders.keys() {
            held_by.entry(*owner).or_default().push(*owned);
        }
    }
    let mut members = listed.clone();
    let mut waiting: Vec<PartyId> = listed.iter().copied().collect();
    while let Some(member) = waiting.pop() {
        for owned in held_by.get(&member).into_iter().flatten() {
            let Some(holders) = holdings.get(owned) else { continue };
            if !members.contains(owned) && share(holders, &members) >= *threshold {
                members.insert(*owned);
                waiting.push(*owned);
            }
        }
    }
    members
}
