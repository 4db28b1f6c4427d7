//! Legal process with its deadlines. What an order demands in words is part of its case, where seeing it is a record.

use super::accounts::account_link;
use super::desk::{Desk, Trouble};
use super::words::{account_state, short, sla, title, when};
use crate::console::views::orders::{OrderField, OrderPage, OrderRow, OrderTarget, OrdersPage};
use crate::console::views::parts::{Count, Link};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Path;
use tenantry_model::id::{CaseId, OrderId};
use tenantry_model::time::Timestamp;
use tenantry_register::orders::OrderView;

/// Days before its deadline from which an order counts as due soon.
const SOON_DAYS: u32 = 3;

pub(super) async fn list(desk: Desk) -> Reply {
    desk.answer(|desk| {
        let now = desk.now();
        let mut orders = desk.register().orders(&desk.call())?;
        // What is still to come first, soonest first; then what is past, latest first.
        orders.sort_by_key(|order| {
            let due = order.due_at.as_micros();
            if order.due_at >= now { (0, due) } else { (1, -due) }
        });
        let soon = now.plus_days(SOON_DAYS);
        let within = |from: Timestamp, to: Timestamp| {
            orders.iter().filter(|o| from <= o.due_at && o.due_at < to).count()
        };
        let count = |value: usize, label: &str| Count {
            label: label.to_owned(),
            value: value.to_string(),
            href: String::new(),
        };
        let counts = vec![
            count(orders.len(), "received"),
            count(within(now, soon), "due within 3 days"),
            count(within(Timestamp::from_micros(i64::MIN), now), "past their date"),
        ];
        Ok(page(&OrdersPage {
            shell: desk.shell(Section::Orders),
            counts,
            rows: orders.iter().map(|order| row(order, now)).collect(),
        }))
    })
    .await
}

fn row(order: &OrderView, now: Timestamp) -> OrderRow {
    OrderRow {
        id: order.id.to_string(),
        instrument: title(order.kind.as_str()),
        authority: order.authority.clone(),
        reference: order.reference.clone(),
        case: case_link(order.case),
        due: when(order.due_at, now),
        left: sla(order.due_at, now),
    }
}

fn case_link(case: CaseId) -> Link {
    Link::new(&format!("/console/cases/{case}"), &format!("case {}", short(&case.to_string())))
}

pub(super) async fn one(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| {
        let id: OrderId = id.parse().map_err(|_| Trouble::NotHere)?;
        let (register, call, now) = (desk.register(), desk.call(), desk.now());
        let order = register.order(&call, id)?;
        let mut targets = Vec::with_capacity(order.accounts.len());
        for account in &order.accounts {
            let view = register.account(&call, *account)?;
            targets.push(OrderTarget {
                account: account_link(*account, &view.summary.reference),
                state: account_state(view.summary.state),
            });
        }
        let received = when(order.received_at, now);
        let field =
            |label: &str, value: &str| OrderField { label: label.to_owned(), value: value.to_owned() };
        Ok(page(&OrderPage {
            shell: desk.shell(Section::Orders),
            id: id.to_string(),
            instrument: title(order.kind.as_str()),
            due: when(order.due_at, now),
            left: sla(order.due_at, now),
            fields: vec![
                field("Issued by", &order.authority),
                field("Their reference", &order.reference),
                field("Received", &format!("{} UTC, {}", received.shown, received.age)),
            ],
            case: case_link(order.case),
            targets,
        }))
    })
    .await
}
