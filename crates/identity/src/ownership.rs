//! Who stands behind an organisation (DEF-07), and what listed parties own together.
//!
//! Four computations are kept apart, because they answer different questions: effective equity (shares multiplied along
//! every path, cross-holdings included), holdings through controlled entities (a majority holder is attributed the
//! whole lower stake), control by other means, and the aggregate cascade of the 50 percent rule. All use exact
//! fractions and carry bands as intervals. What is not disclosed is reported with its size and never counts as
//! nothing. Whether an owner is foreign is not judged here.

mod cascade;
mod control;
mod equity;
mod graph;
mod paths;

pub use cascade::{Cascade, OwnedByListed, TooLarge, aggregate_listed};

use crate::limits;
use control::Attribution;
use equity::Effective;
use graph::Graph;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tenantry_model::id::PartyId;
use tenantry_model::party::{Control, Interest, PartyKind};
use tenantry_model::share::{Share, ShareRange};

/// Finds the individuals who own at least `threshold` of `customer` or control it, and says what is not known.
///
/// `kinds` tells individuals from organisations; a party without a kind counts as an organisation whose owners are
/// unknown. The order of `interests` does not matter and exact repeats count once.
pub fn beneficial_owners(
    customer: PartyId,
    kinds: &BTreeMap<PartyId, PartyKind>,
    interests: &[Interest],
    threshold: Share,
) -> OwnershipFinding {
    let graph = match Graph::above(customer, interests) {
        Ok(graph) => graph,
        Err(gap) => return OwnershipFinding::failed(customer, gap),
    };
    let (least, most) = match (
        equity::effective(&graph, equity::Bound::Least),
        equity::effective(&graph, equity::Bound::Most),
    ) {
        (Ok(least), Ok(most)) => (least, most),
        (Err(gap), _) | (_, Err(gap)) => return OwnershipFinding::failed(customer, gap),
    };
    let mut gaps = graph.gaps(kinds);
    let unexplained = graph.unexplained(kinds, &least, &most);
    let test = Test {
        graph: &graph,
        kinds,
        least: &least,
        most: &most,
        threshold: ratio(threshold),
        unexplained: &unexplained,
    };
    let mut steps = limits::CONTROL_STEPS_MAX;
    let mut owners = Vec::new();
    for party in graph.owners().filter(|party| kinds.get(party) == Some(&PartyKind::Individual)) {
        let Some(attribution) = control::attribute(&graph, party, &mut steps) else {
            gaps.push(Gap { party, code: GapCode::TooManySteps });
            continue;
        };
        owners.push(test.owner(party, attribution));
    }
    let disagreements = owners.iter().filter_map(|owner| test.disagreement(owner)).collect();
    gaps.sort();
    gaps.dedup();
    OwnershipFinding { owners, unexplained: outward(&unexplained.0, &unexplained.1), gaps, disagreements }
}

/// Who owns and controls, and what is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnershipFinding {
    /// Every individual found above the customer, in order of identifier.
    pub owners: Vec<Owner>,
    /// Share of the customer for which nobody is named, rounded outward to parts per million.
    pub unexplained: ShareRange,
    /// What could not be followed to its end.
    pub gaps: Vec<Gap>,
    /// Where two ways to compute fall on different sides of the threshold.
    pub disagreements: Vec<Disagreement>,
}

impl OwnershipFinding {
    fn failed(customer: PartyId, gap: GapCode) -> Self {
        Self {
            owners: Vec::new(),
            unexplained: ShareRange::UNKNOWN,
            gaps: vec![Gap { party: customer, code: gap }],
            disagreements: Vec::new(),
        }
    }

    /// The owners who are beneficial owners or may be, leaving out those who could only be so through what nobody
    /// disclosed.
    pub fn beneficial(&self) -> impl Iterator<Item = &Owner> {
        self.owners.iter().filter(|o| matches!(o.reached, Reached::Reaches | Reached::MayReach))
    }
}

/// One individual above the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Who.
    pub party: PartyId,
    /// Effective equity, rounded outward to parts per million. The test itself is exact.
    pub equity: ShareRange,
    /// Holdings of the person and of every entity the person controls, directly in the customer.
    pub attributed: ShareRange,
    /// Whether the person is a beneficial owner.
    pub reached: Reached,
    /// By which prongs; empty unless `reached` is [`Reached::Reaches`].
    pub prongs: Vec<Prong>,
    /// Kinds of control the person holds over the customer or over an entity through which it is controlled.
    pub control: Vec<Control>,
    /// How the person is tied to the customer, person first, customer last; at most [`limits::PATHS_MAX`].
    pub paths: Vec<OwnershipPath>,
}

/// A chain of interests from an owner to the customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnershipPath {
    /// Owner first, customer last.
    pub parties: Vec<PartyId>,
}

/// Whether a person is a beneficial owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// Certainly.
    Reaches,
    /// The disclosed bands leave it open.
    MayReach,
    /// Only if the person also held part of what nobody disclosed.
    OnlyThroughUndisclosed,
    /// Certainly not.
    Below,
}

/// How a person is a beneficial owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prong {
    /// By effective equity.
    Equity,
    /// By what the person's controlled entities hold.
    ControlledHoldings,
    /// By substantial control.
    Control,
}

/// Something that could not be followed to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// About whom.
    pub party: PartyId,
    /// What.
    pub code: GapCode,
}

/// What could not be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapCode {
    /// Part of the party's ownership is not disclosed.
    Undisclosed,
    /// The disclosed shares exceed the whole.
    ExceedsWhole,
    /// The party holds for somebody who is not named.
    Nominee,
    /// Parties own each other so that the shares have no meaning.
    RingWithoutOutside,
    /// More interests or parties than are looked at.
    TooLarge,
    /// More levels than are looked at.
    TooDeep,
    /// A ring of cross-holdings with more parties than are looked at.
    RingTooLarge,
    /// Following control took more steps than are allowed.
    TooManySteps,
}

/// Two ways to compute the same share fall on different sides of the threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disagreement {
    /// Whose share.
    pub party: PartyId,
    /// Summed over the paths without going round a ring of cross-holdings.
    pub along_paths: ShareRange,
    /// Integrated: rings followed to their limit, so that all shares add up to the whole.
    pub integrated: ShareRange,
}

/// The threshold test, with what it needs.
struct Test<'a> {
    graph: &'a Graph,
    kinds: &'a BTreeMap<PartyId, PartyKind>,
    least: &'a Effective,
    most: &'a Effective,
    threshold: BigRational,
    unexplained: &'a (BigRational, BigRational),
}

impl Test<'_> {
    fn owner(&self, party: PartyId, attribution: Attribution) -> Owner {
        let equity = (self.least.of(party), capped(self.most.of(party)));
        let attributed = (attribution.least, capped(attribution.most));
        let mut prongs = Vec::new();
        if equity.0 >= self.threshold {
            prongs.push(Prong::Equity);
        }
        if attributed.0 >= self.threshold {
            prongs.push(Prong::ControlledHoldings);
        }
        if !attribution.control.is_empty() {
            prongs.push(Prong::Control);
        }
        let most = std::cmp::max(&equity.1, &attributed.1);
        let reached = if !prongs.is_empty() {
            Reached::Reaches
        } else if *most >= self.threshold || attribution.may_control == control::MayControl::Yes {
            Reached::MayReach
        } else if most + &self.unexplained.1 >= self.threshold {
            Reached::OnlyThroughUndisclosed
        } else {
            Reached::Below
        };
        Owner {
            party,
            equity: outward(&equity.0, &equity.1),
            attributed: outward(&attributed.0, &attributed.1),
            reached,
            prongs,
            control: attribution.control,
            paths: paths::between(self.graph, party).named,
        }
    }

    /// Only rings can make the two computations differ.
    fn disagreement(&self, owner: &Owner) -> Option<Disagreement> {
        if !self.graph.has_ring() || self.kinds.get(&owner.party) != Some(&PartyKind::Individual) {
            return None;
        }
        let found = paths::between(self.graph, owner.party);
        let (least, most) = found.sum?;
        let integrated = (self.least.of(owner.party), self.most.of(owner.party));
        let differs = |a: &BigRational, b: &BigRational| (*a >= self.threshold) != (*b >= self.threshold);
        (differs(&least, &integrated.0) || differs(&most, &integrated.1)).then(|| Disagreement {
            party: owner.party,
            along_paths: outward(&least, &capped(most.clone())),
            integrated: outward(&integrated.0, &capped(integrated.1.clone())),
        })
    }
}

fn ratio(share: Share) -> BigRational {
    BigRational::new(BigInt::from(share.ppm()), BigInt::from(Share::WHOLE.ppm()))
}

fn capped(value: BigRational) -> BigRational {
    value.min(BigRational::one())
}

/// A pair of exact fractions as parts per million, the least rounded down and the most rounded up.
fn outward(least: &BigRational, most: &BigRational) -> ShareRange {
    let ppm = |value: BigRational| {
        let whole = value.clamp(BigRational::zero(), BigRational::from_integer(Share::WHOLE.ppm().into()));
        u32::try_from(whole.to_integer()).ok().and_then(|ppm| Share::from_ppm(ppm).ok())
    };
    let million = BigRational::from_integer(Share::WHOLE.ppm().into());
    let least = ppm((least * &million).floor()).unwrap_or(Share::NONE);
    let most = ppm((most * &million).ceil()).unwrap_or(Share::WHOLE);
    ShareRange::new(least.min(most), most).unwrap_or(ShareRange::UNKNOWN)
}
