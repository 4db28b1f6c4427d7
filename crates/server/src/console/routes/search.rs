//! Search by identifier or reference. What leads to exactly one page goes there at once.

use super::desk::{Desk, Trouble};
use super::session::see_other;
use crate::console::views::parts::Link;
use crate::console::views::search::{SearchHit, SearchPage};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Query;
use serde::Deserialize;
use tenantry_model::id::{
    AccountId, ApplicationId, ApprovalId, CaseId, DecisionId, MeasureId, OrderId, PartyId,
};
use tenantry_register::{Action, RegisterError};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

pub(super) async fn search(desk: Desk, Query(asked): Query<Asked>) -> Reply {
    desk.answer(move |desk| {
        let query = asked.q.trim();
        match find(desk, query)? {
            Some(hit) => Ok(see_other(&hit.link.href)),
            None => Ok(page(&SearchPage {
                shell: desk.shell(Section::Search),
                query: query.to_owned(),
                hits: Vec::new(),
            })),
        }
    })
    .await
}

fn find(desk: &Desk, query: &str) -> Result<Option<SearchHit>, Trouble> {
    let (register, call) = (desk.register(), desk.call());
    let found = |there: Result<(), RegisterError>, href: String, what: &str| match there {
        Ok(()) => Ok(Some(SearchHit { link: Link::new(&href, query), what: what.to_owned() })),
        Err(RegisterError::NotFound { .. } | RegisterError::Forbidden { .. }) => Ok(None),
        Err(other) => Err(Trouble::from(other)),
    };
    if query.is_empty() {
        return Ok(None);
    }
    if let Ok(id) = query.parse::<PartyId>() {
        return found(register.party(&call, id).map(drop), format!("/console/parties/{id}"), "party");
    }
    if let Ok(id) = query.parse::<CaseId>() {
        return found(register.case(&call, id).map(drop), format!("/console/cases/{id}"), "case");
    }
    if let Ok(id) = query.parse::<OrderId>() {
        return found(register.order(&call, id).map(drop), format!("/console/orders/{id}"), "order");
    }
    if let Ok(id) = query.parse::<MeasureId>() {
        return found(register.measure(&call, id).map(drop), format!("/console/measures/{id}"), "measure");
    }
    if let Ok(id) = query.parse::<ApprovalId>() {
        return found(register.approval(&call, id).map(drop), format!("/console/approvals/{id}"), "approval");
    }
    if let Some(leaf) = query.strip_prefix('#').and_then(|number| number.parse::<u64>().ok()) {
        let there = if desk.may(Action::ReadLedger) { register.leaf(&call, leaf).map(drop) } else { Ok(()) };
        return found(there, format!("/console/ledger?leaf={leaf}"), "record");
    }
    let account = if let Ok(id) = query.parse::<AccountId>() {
        register.account(&call, id).map(|_| id)
    } else if let Ok(id) = query.parse::<ApplicationId>() {
        register.application(&call, id).map(|view| view.account.id)
    } else if let Ok(id) = query.parse::<DecisionId>() {
        register.decision(&call, id).map(|view| view.account)
    } else {
        register.account_by_reference(&call, query)
    };
    match account {
        Ok(id) => found(Ok(()), format!("/console/accounts/{id}"), "account"),
        Err(error) => found(Err(error), String::new(), ""),
    }
}
