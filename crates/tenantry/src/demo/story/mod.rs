//! The guided story: five chapters to click through, each about accounts that are in the history.
//!
//! The customers are invented. Where a chapter needs somebody who is listed, [`listed`] picks a published entry from the
//! list that is loaded; no name is written into this program.

mod chapters;
mod listed;

use super::events::Closure;
use super::{ACCOUNTS_MIN, Opening, Plan, RESELLERS};
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeMap;
use tenantry_lists::Snapshot;
use tenantry_model::case::CaseKind;
use tenantry_model::order::OrderKind;
use tenantry_model::time::Timestamp;

/// The story.
#[derive(Debug, Clone, Serialize)]
pub struct Story {
    /// Chapters in the order in which to read them.
    pub chapters: Vec<Chapter>,
    /// The legal process of the last chapter.
    pub order: ReceivedOrder,
}

/// One chapter.
#[derive(Debug, Clone, Serialize)]
pub struct Chapter {
    /// Number, from 1.
    pub number: usize,
    /// Title.
    pub title: &'static str,
    /// What happened, one or two sentences.
    pub happened: &'static str,
    /// What to look at, in this order.
    pub steps: Vec<Step>,
    /// Why it matters, one or two sentences.
    pub matters: &'static str,
    /// Identifiers of the published entries in the chapter, for example `ofac-sdn-36`.
    pub listed: Vec<String>,
}

impl Chapter {
    /// References of the accounts the chapter is about, each once, in the order in which they appear.
    pub fn accounts(&self) -> Vec<&str> {
        let mut seen: Vec<&str> = Vec::new();
        for step in &self.steps {
            if let Some(reference) = step.place.reference()
                && !seen.contains(&reference)
            {
                seen.push(reference);
            }
        }
        seen
    }
}

/// One thing to look at.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Where.
    pub place: Place,
    /// What to see there.
    pub look: &'static str,
}

/// A place in the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The page of an account, by reference.
    Account(String),
    /// The case of this kind about an account, by its reference.
    Case(CaseKind, String),
    /// The order of the story.
    Order,
    /// Measures, where a preview says who would be hit.
    Measures,
    /// The ledger.
    Ledger,
}

impl Place {
    /// The account a place is about.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Self::Account(reference) | Self::Case(_, reference) => Some(reference),
            Self::Order | Self::Measures | Self::Ledger => None,
        }
    }
}

/// Legal process to be received.
#[derive(Debug, Clone, Serialize)]
pub struct ReceivedOrder {
    /// What kind.
    pub kind: OrderKind,
    /// Who sent it; invented.
    pub authority: &'static str,
    /// The authority's own file number; invented.
    pub file_number: &'static str,
    /// When it arrived: shortly before the end of the history.
    pub received_at: Timestamp,
    /// References of the accounts it is about.
    pub accounts: Vec<String>,
    /// What it asks for, in words.
    pub asks: &'static str,
}

/// The story's part in the history.
pub(super) struct Cast {
    /// Openings by the slot they take.
    pub(super) openings: BTreeMap<usize, Opening>,
    /// The customer of chapter four leaves for the first time.
    pub(super) removed: Closure,
    pub(super) story: Story,
}

/// Slots of the history that belong to the story.
#[derive(Debug, Clone, Copy)]
struct Slots {
    reseller: usize,
    sub_reseller: usize,
    removed: usize,
    ordered: usize,
    near_name: usize,
    front: usize,
    listed_customers: [usize; 3],
    returner: usize,
}

impl Slots {
    /// Where in a history of this many accounts each part stands. There are at least [`ACCOUNTS_MIN`].
    const fn of(accounts: usize) -> Self {
        let end = if accounts < ACCOUNTS_MIN { ACCOUNTS_MIN } else { accounts };
        Self {
            reseller: 0,
            sub_reseller: RESELLERS,
            removed: end / 4,
            ordered: end / 3,
            near_name: end - 40,
            front: end - 35,
            listed_customers: [end - 30, end - 28, end - 26],
            returner: end - 20,
        }
    }
}

/// Prepares the story for a history of `accounts` accounts.
pub(super) fn cast(plan: &Plan, accounts: usize, list: &Snapshot) -> Result<Cast> {
    chapters::cast(plan, accounts, Slots::of(accounts), &listed::Picks::from(list)?)
}
