//! The paths that explain an owner's share, and their plain sum.

use super::OwnershipPath;
use super::graph::Graph;
use crate::limits;
use num_rational::BigRational;
use num_traits::{One, Zero};
use tenantry_model::id::PartyId;

/// What was found between an owner and the customer.
pub(super) struct Found {
    /// The first paths in order of identifiers, at most [`limits::PATHS_MAX`].
    pub(super) named: Vec<OwnershipPath>,
    /// Least and most of the share summed over all paths that visit nobody twice; `None` when there were too many.
    pub(super) sum: Option<(BigRational, BigRational)>,
}

/// Walks from the owner down to the customer, visiting nobody twice.
pub(super) fn between(graph: &Graph, owner: PartyId) -> Found {
    let mut found = Found { named: Vec::new(), sum: Some((BigRational::zero(), BigRational::zero())) };
    let mut steps = limits::PATH_STEPS_MAX;
    let mut work = vec![(vec![owner], (BigRational::one(), BigRational::one()))];
    while let Some((path, share)) = work.pop() {
        let Some(last) = path.last().copied() else { continue };
        if last == graph.customer {
            if let Some((least, most)) = &mut found.sum {
                *least += share.0;
                *most += share.1;
            }
            if found.named.len() < limits::PATHS_MAX {
                found.named.push(OwnershipPath { parties: path });
            }
            continue;
        }
        for owned in
            graph.owned_by.get(&last).into_iter().flatten().rev().filter(|owned| !path.contains(owned))
        {
            let Some(left) = steps.checked_sub(1) else {
                found.sum = None;
                return found;
            };
            steps = left;
            let Some(holding) = graph.holding(last, *owned) else { continue };
            let mut longer = path.clone();
            longer.push(*owned);
            work.push((longer, (&share.0 * &holding.least, &share.1 * &holding.most)));
        }
    }
    found
}
