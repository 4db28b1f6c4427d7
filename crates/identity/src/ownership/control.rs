//! Control through chains: the group a person controls, and what that group holds in the customer.
//!
//! A group starts with the person and grows by every organisation of which its members together hold more than half,
//! or which a member controls by other means. What its members hold directly in the customer is attributed to the
//! person in full: 60 percent of a holding that has 40 percent of the customer is 24 percent by equity and 40 by control.

use super::graph::{Graph, Holding};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use std::collections::BTreeSet;
use tenantry_model::id::PartyId;
use tenantry_model::party::Control;

/// What is attributed to one person.
pub(super) struct Attribution {
    pub(super) least: BigRational,
    pub(super) most: BigRational,
    /// Kinds of control that reach the customer.
    pub(super) control: Vec<Control>,
    pub(super) may_control: MayControl,
}

/// Whether the upper ends of the bands would make the person control the customer.
#[derive(PartialEq, Eq)]
pub(super) enum MayControl {
    Yes,
    No,
}

/// `None` when `steps` ran out.
pub(super) fn attribute(graph: &Graph, person: PartyId, steps: &mut usize) -> Option<Attribution> {
    let certain = group(graph, person, |h| &h.least, steps)?;
    let possible = group(graph, person, |h| &h.most, steps)?;
    let held = |members: &BTreeSet<PartyId>, pick: fn(&Holding) -> &BigRational| {
        members
            .iter()
            .filter(|member| **member != graph.customer)
            .filter_map(|member| graph.holding(*member, graph.customer))
            .fold(BigRational::zero(), |sum, holding| sum + pick(holding))
    };
    Some(Attribution {
        least: held(&certain, |h| &h.least),
        most: held(&possible, |h| &h.most),
        control: control_over_customer(graph, &certain),
        may_control: if possible.contains(&graph.customer) { MayControl::Yes } else { MayControl::No },
    })
}

/// The person and everything the person controls, with the shares `pick` chooses.
fn group(
    graph: &Graph,
    person: PartyId,
    pick: fn(&Holding) -> &BigRational,
    steps: &mut usize,
) -> Option<BTreeSet<PartyId>> {
    let half = BigRational::new(BigInt::from(1), BigInt::from(2));
    let mut members = BTreeSet::from([person]);
    let mut waiting: Vec<PartyId> = vec![person];
    while let Some(member) = waiting.pop() {
        for owned in graph.owned_by.get(&member).into_iter().flatten() {
            if members.contains(owned) {
                continue;
            }
            let holders = graph.owners_of.get(owned)?;
            // The group is nearly always smaller than the list of holders.
            *steps = steps.checked_sub(members.len())?;
            let inside = members.iter().filter_map(|member| holders.get(member));
            let mut share = BigRational::zero();
            let mut directed = false;
            for holding in inside {
                share += pick(holding);
                directed |= holding.control.iter().any(|control| passes_on(*control));
            }
            if directed || share > half {
                members.insert(*owned);
                waiting.push(*owned);
            }
        }
    }
    Some(members)
}

/// Whether control of an organisation carries over to what the organisation holds. An officer runs one organisation;
/// a nominee holds for somebody else.
const fn passes_on(control: Control) -> bool {
    match control {
        Control::SubstantialControl
        | Control::VotingRights
        | Control::BoardAppointment
        | Control::TrustRole => true,
        Control::SeniorOfficer | Control::Nominee => false,
    }
}

/// Control the group exercises over the customer. A nominee's tie is a gap and not control of its own.
fn control_over_customer(graph: &Graph, group: &BTreeSet<PartyId>) -> Vec<Control> {
    let holders = graph.owners_of.get(&graph.customer).into_iter().flatten();
    let kinds: BTreeSet<Control> = holders
        .filter(|(owner, _)| group.contains(owner))
        .flat_map(|(_, holding)| holding.control.iter().copied())
        .filter(|control| *control != Control::Nominee)
        .collect();
    kinds.into_iter().collect()
}
