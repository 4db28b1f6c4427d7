//! `tenantry orders`: receive legal process, show what arrived. Disclosing takes two people and is not here.

use super::{WrongInput, deployment, read_json};
use crate::cli::Orders;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::path::Path;
use tenantry_register::orders::{DocumentView, NewOrder, OrderView};

pub(super) fn run(file: Option<&Path>, orders: &Orders, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let call = deployment::operator();
    match orders {
        Orders::Receive { file } => {
            let new: NewOrder = read_json(file).context(WrongInput)?;
            let order = deployment::open(&config)?.receive_order(&call, new)?;
            out.answer(&order, text(&order)?)?;
        }
        Orders::Show { id } => {
            let order = deployment::open(&config)?.order(&call, *id)?;
            out.answer(&order, text(&order)?)?;
        }
        Orders::List => {
            let orders = deployment::open(&config)?.orders(&call)?;
            let mut lines = String::new();
            for order in &orders {
                writeln!(lines, "{} {} due {}, {}", order.id, order.kind, order.due_at, order.authority)?;
            }
            if orders.is_empty() {
                lines.push_str("no order was received\n");
            }
            out.answer(&serde_json::json!({ "orders": orders }), lines)?;
        }
    }
    Ok(Exit::Yes)
}

fn text(order: &OrderView) -> Result<String> {
    let mut text = format!(
        "{} {}\n  from {}, reference {}\n  received {}, due {}\n  case {}\n",
        order.id, order.kind, order.authority, order.reference, order.received_at, order.due_at, order.case
    );
    for account in &order.accounts {
        writeln!(text, "  names {account}")?;
    }
    if let Some(document) = &order.document {
        let DocumentView { media_type, size_bytes, sha256, keeping } = document;
        writeln!(text, "  arrived as {media_type}, {size_bytes} bytes, SHA-256 {sha256}, {keeping}")?;
    }
    Ok(text)
}
