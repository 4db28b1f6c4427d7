//! The list of orders: those that wait for an answer first, soonest deadline first, what is overdue before everything else; then those that
//! are answered, latest deadline first. An order is answered when its case is closed.

use super::{OrderView, whole_view};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenantry_model::id::OrderId;
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::order::{self, OrderRow, Place, Standing};

/// A place in the list of orders: after an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderCursor {
    part: Part,
    due_at: Timestamp,
    order: OrderId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Open,
    Answered,
}

impl From<Part> for Standing {
    fn from(part: Part) -> Self {
        match part {
            Part::Open => Self::Open,
            Part::Answered => Self::Answered,
        }
    }
}

/// One page of orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrdersPage {
    /// The orders.
    pub orders: Vec<OrderView>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<OrderCursor>,
}

/// How many orders there are, over all pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OrderCounts {
    /// Received at any time.
    pub received: i64,
    /// Open and due from now on until the instant that was asked about.
    pub due_soon: i64,
    /// Open and past their date.
    pub overdue: i64,
}

impl Register {
    /// A page of at most `rows_max` orders, open ones first, soonest deadline first.
    pub fn orders(
        &self,
        call: &Call,
        after: Option<OrderCursor>,
        rows_max: u16,
    ) -> Result<OrdersPage, RegisterError> {
        authorise(&call.actor, Action::ReadOrders)?;
        let rows_max = usize::from(rows_max.max(1));
        let core = Arc::clone(&self.core);
        self.core.store.read(move |tx| {
            let parts: &[Part] = match after.map(|after| after.part) {
                None | Some(Part::Open) => &[Part::Open, Part::Answered],
                Some(Part::Answered) => &[Part::Answered],
            };
            let mut rows: Vec<(Part, OrderRow)> = Vec::new();
            for part in parts {
                let after = after.filter(|after| after.part == *part);
                let after = after.map(|after| Place { due_at: after.due_at, order: after.order });
                // One row more tells whether there is another page.
                let left = u32::try_from(rows_max + 1 - rows.len()).unwrap_or(0);
                let found = order::page(tx, Standing::from(*part), after, left)?;
                rows.extend(found.into_iter().map(|row| (*part, row)));
            }
            let more = rows.len() > rows_max;
            rows.truncate(rows_max);
            let next = rows.last().filter(|_| more).map(|(part, row)| OrderCursor {
                part: *part,
                due_at: row.due_at,
                order: row.id,
            });
            let orders =
                rows.into_iter().map(|(_, row)| whole_view(tx, &core, row)).collect::<Result<_, _>>()?;
            Ok(OrdersPage { orders, next })
        })
    }

    /// How many orders there are, and how many are open and due until `until` or overdue.
    pub fn order_counts(&self, call: &Call, until: Timestamp) -> Result<OrderCounts, RegisterError> {
        authorise(&call.actor, Action::ReadOrders)?;
        let now = self.core.clock.now();
        self.core.store.read(move |tx| {
            let overdue = order::count_open_before(tx, now)?;
            let due_soon = order::count_open_before(tx, until)?.saturating_sub(overdue).max(0);
            Ok(OrderCounts { received: order::count(tx)?, due_soon, overdue })
        })
    }
}
