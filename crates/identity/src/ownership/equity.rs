//! Effective equity: integrated ownership, the sum over all walks from an owner to the customer.
//!
//! For a party `n`, `v(n) = [n is the customer] + sum over m of share(n, m) * v(m)`. Without rings this is the product
//! along each path, summed. A ring of cross-holdings is a small linear system, solved exactly; the result is the
//! limit of going round for ever, and the shares of all outside owners add up to the whole.

use super::GapCode;
use super::graph::{Graph, Holding};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;
use tenantry_model::id::PartyId;

/// Which end of the bands to compute with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Least,
    Most,
}

impl Bound {
    fn of(self, holding: &Holding) -> &BigRational {
        match self {
            Self::Least => &holding.least,
            Self::Most => &holding.most,
        }
    }
}

/// Effective share of the customer by party.
pub(super) struct Effective {
    shares: BTreeMap<PartyId, BigRational>,
}

impl Effective {
    /// The party's share of the customer; for the customer itself, one, or more when it owns part of itself.
    pub(super) fn of(&self, party: PartyId) -> BigRational {
        self.shares.get(&party).cloned().unwrap_or_default()
    }
}

pub(super) fn effective(graph: &Graph, bound: Bound) -> Result<Effective, GapCode> {
    let mut effective = Effective { shares: BTreeMap::new() };
    for level in &graph.levels {
        let solved = solve(system(graph, level, &effective.shares, bound));
        match (solved, bound) {
            (Some(values), _) => effective.shares.extend(level.iter().copied().zip(values)),
            // Wide bands in a ring leave room for anything, which is what the upper end then says.
            (None, Bound::Most) => {
                effective.shares.extend(level.iter().map(|party| (*party, BigRational::one())));
            }
            (None, Bound::Least) => return Err(GapCode::RingWithoutOutside),
        }
    }
    Ok(effective)
}

/// Rows of `(I - A) v = b` for one level, with `b` from the levels already solved.
fn system(
    graph: &Graph,
    level: &[PartyId],
    solved: &BTreeMap<PartyId, BigRational>,
    bound: Bound,
) -> Vec<(Vec<BigRational>, BigRational)> {
    let share =
        |owner, owned| graph.holding(owner, owned).map_or_else(BigRational::zero, |h| bound.of(h).clone());
    level
        .iter()
        .map(|owner| {
            let row = level
                .iter()
                .map(|owned| {
                    let own = if owner == owned { BigRational::one() } else { BigRational::zero() };
                    own - share(*owner, *owned)
                })
                .collect();
            let mut right = if *owner == graph.customer { BigRational::one() } else { BigRational::zero() };
            for owned in graph.owned_by.get(owner).into_iter().flatten() {
                if let Some(value) = solved.get(owned) {
                    right += share(*owner, *owned) * value;
                }
            }
            (row, right)
        })
        .collect()
}

/// Gaussian elimination in exact fractions. `None` when the system has no meaningful solution: singular, or negative,
/// which happens exactly when the parties of a ring own the whole of each other.
fn solve(mut rows: Vec<(Vec<BigRational>, BigRational)>) -> Option<Vec<BigRational>> {
    let size = rows.len();
    for column in 0..size {
        let pivot = (column..size)
            .find(|r| rows.get(*r).and_then(|row| row.0.get(column)).is_some_and(|v| !v.is_zero()))?;
        rows.swap(column, pivot);
        let (head, tail) = rows.split_at_mut(column + 1);
        let chosen = head.last_mut()?;
        let divisor = chosen.0.get(column)?.clone();
        for value in &mut chosen.0 {
            *value /= &divisor;
        }
        chosen.1 /= &divisor;
        for row in tail {
            let factor = row.0.get(column)?.clone();
            if factor.is_zero() {
                continue;
            }
            for (value, by) in row.0.iter_mut().zip(&chosen.0) {
                *value -= by * &factor;
            }
            row.1 -= &chosen.1 * &factor;
        }
    }
    let mut values: Vec<BigRational> = Vec::with_capacity(size);
    for (row, right) in rows.iter().rev() {
        // The row holds a one on the diagonal and the coefficients of what is solved already after it.
        let known = row.iter().rev().zip(&values).fold(BigRational::zero(), |sum, (a, v)| sum + a * v);
        values.push(right - known);
    }
    values.reverse();
    values.iter().all(|v| !v.is_negative()).then_some(values)
}
