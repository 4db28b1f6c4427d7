//! Cases as people see them: the queue, one case, the counts. The sealed detail only for whoever holds the lease.

use super::conclude::raised_by_assessment;
use super::lease::{holder, taken_at};
use super::read_summary;
use super::table::{VerdictOption, options};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::decisions::in_force;
use crate::outcome::CaseDetail;
use crate::query::screening_query;
use crate::{Register, RegisterError, dossier, keys};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenantry_linkage::Link;
use tenantry_model::case::{CaseKind, CaseState, ReasonCode, Verdict};
use tenantry_model::fact::{FactKind, FactValue, Source, Strength};
use tenantry_model::id::{AccountId, ApprovalId, CaseId, FactId, PartyId, StaffId};
use tenantry_model::staff::Actor;
use tenantry_model::time::Timestamp;
use tenantry_screening::Hit;
use tenantry_store::repo::account;
use tenantry_store::repo::case::{self, CaseRow};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// Most cases on one page.
const PAGE_MAX: usize = 200;
/// Cases read at a time.
const CHUNK: u32 = 200;
/// Cases looked through for one page; a filter that matches rarely answers a short page and a cursor.
const SCAN_MAX: usize = 10_000;

/// Which cases to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaseFilter {
    /// In this state; open unless said otherwise.
    pub state: Option<CaseState>,
    /// Of this kind.
    pub kind: Option<CaseKind>,
    /// Whose.
    pub whose: Whose,
}

/// Whose cases to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Everybody's.
    #[default]
    Anybody,
    /// Those the caller holds a lease on.
    Mine,
    /// Those nobody holds.
    Free,
}

/// Where a page of the queue ended. Written `due-in-microseconds.case`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseCursor {
    due_at: Timestamp,
    id: CaseId,
}

impl std::fmt::Display for CaseCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.due_at.as_micros(), self.id)
    }
}

impl std::str::FromStr for CaseCursor {
    type Err = RegisterError;
    fn from_str(text: &str) -> Result<Self, RegisterError> {
        let read = || {
            let (due_at, id) = text.split_once('.')?;
            Some(Self { due_at: Timestamp::from_micros(due_at.parse().ok()?), id: id.parse().ok()? })
        };
        read().ok_or_else(|| RegisterError::invalid("/cursor", "is not one that a page ended with"))
    }
}

impl Serialize for CaseCursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A page of the queue, those due first coming first.
#[derive(Debug, Clone, Serialize)]
pub struct QueuePage {
    /// The cases.
    pub cases: Vec<CaseHead>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<CaseCursor>,
}

/// The open part of a case: codes, sentences of the pack, dates; no personal data.
#[derive(Debug, Clone, Serialize)]
pub struct CaseHead {
    /// Identifier.
    pub id: CaseId,
    /// Why it exists.
    pub kind: CaseKind,
    /// Where it stands.
    pub state: CaseState,
    /// The account it is about.
    pub account: Option<AccountId>,
    /// That account's reference.
    pub reference: Option<String>,
    /// The party it is about.
    pub party: Option<PartyId>,
    /// 0 is most urgent, 3 least.
    pub priority: i64,
    /// Rules behind it.
    pub rules: Vec<String>,
    /// Requirement ids behind it.
    pub requirements: Vec<String>,
    /// What it is about, in sentences.
    pub sentences: Vec<String>,
    /// Best score of its hits, per mille.
    pub score_per_mille: Option<u16>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// How late it is, in whole minutes; 0 while it is not.
    pub overdue_minutes: i64,
    /// Who holds it now.
    pub leased_by: Option<StaffId>,
    /// Until when.
    pub leased_until: Option<Timestamp>,
    /// When it was passed to somebody with more authority.
    pub escalated_at: Option<Timestamp>,
    /// What was concluded last.
    pub verdict: Option<Verdict>,
    /// Why.
    pub reason_code: Option<ReasonCode>,
    /// By whom.
    pub decided_by: Option<StaffId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The request for a second person.
    pub approval: Option<ApprovalId>,
    /// Grows with every change.
    pub version: i64,
}

/// A case.
#[derive(Debug, Clone, Serialize)]
pub struct CaseView {
    /// Its open part.
    pub head: CaseHead,
    /// Whether the decision in force still raises the concern.
    pub raised: Raised,
    /// What can be decided, with the reasons that fit.
    pub options: Vec<VerdictOption>,
    /// The sealed part, for whoever holds the lease; `None` for everybody else.
    pub detail: Option<CaseDetailView>,
}

/// Whether the decision in force raises the concern of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Raised {
    /// It does.
    Still,
    /// It did when the case was opened and does not any more, for example because a missing item arrived.
    NoLonger,
    /// The case does not come from a decision.
    NotByDecision,
}

/// The sealed part of a case.
#[derive(Clone, Serialize)]
pub struct CaseDetailView {
    /// Hits with their explanations, best first.
    pub hits: Vec<Hit>,
    /// Links with their evidence.
    pub links: Vec<Link>,
    /// Free words: of an order, or the statement of an appeal.
    pub words: String,
    /// What reviewers noted, oldest first.
    pub notes: Vec<String>,
    /// The party's names as they were compared: positions in the explanations count in this list.
    pub names: Vec<String>,
    /// What the register holds of the party, with where each value comes from.
    pub facts: Vec<ComparedFact>,
}

impl std::fmt::Debug for CaseDetailView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaseDetailView").field("hits", &self.hits.len()).finish_non_exhaustive()
    }
}

/// A fact of the party a case is about.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedFact {
    /// The fact.
    pub id: FactId,
    /// What kind.
    pub kind: FactKind,
    /// Its value.
    pub value: FactValue,
    /// Where it comes from.
    pub source: Source,
    /// How strongly it is supported.
    pub strength: Strength,
    /// When it was said or observed.
    pub stated_at: Timestamp,
}

/// How many cases there are of a kind in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CaseCount {
    /// The state.
    pub state: CaseState,
    /// The kind.
    pub kind: CaseKind,
    /// How many.
    pub cases: i64,
}

impl Register {
    /// A page of the queue in order of due date, at most `limit` cases (1 to 200).
    ///
    /// Cases are the provider's own work: an actor confined to a reseller's subtree sees none.
    pub fn queue(
        &self,
        call: &Call,
        filter: CaseFilter,
        after: Option<CaseCursor>,
        limit: usize,
    ) -> Result<QueuePage, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        if call.actor.confined_to().is_some() {
            return Ok(QueuePage { cases: Vec::new(), next: None });
        }
        let (actor, now) = (call.actor.clone(), self.core.clock.now());
        let limit = limit.clamp(1, PAGE_MAX);
        self.core.store.read(move |tx| page(tx, &actor, filter, after, limit, now))
    }

    /// One case; its sealed part only for whoever holds the lease, whose access was recorded when it was taken.
    pub fn case(&self, call: &Call, id: CaseId) -> Result<CaseView, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        if call.actor.confined_to().is_some() {
            return Err(RegisterError::NotFound { what: "case" });
        }
        let pack = Arc::clone(&self.core.world().pack);
        let (actor, vault, now) = (call.actor.clone(), Arc::clone(&self.core.vault), self.core.clock.now());
        self.core.store.read(move |tx| {
            let row = case::find(tx, id)?.ok_or(RegisterError::NotFound { what: "case" })?;
            let reader = match actor {
                Actor::Staff { id, .. } => Some(id),
                Actor::ApiKey { .. } | Actor::System { .. } => None,
            };
            let holds = reader.is_some() && holder(&row, now) == reader;
            let detail = if holds { Some(detail(tx, &vault, &row)?) } else { None };
            let raised = raised(tx, &vault, &row)?;
            let options = options(row.kind, &pack);
            Ok(CaseView { head: head(tx, row, now)?, raised, options, detail })
        })
    }

    /// How many cases there are, per state and kind.
    pub fn case_counts(&self, call: &Call) -> Result<Vec<CaseCount>, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        if call.actor.confined_to().is_some() {
            return Ok(Vec::new());
        }
        let counts = self.core.store.read(|tx| case::count_by_state(tx).map_err(RegisterError::from))?;
        Ok(counts.into_iter().map(|(state, kind, cases)| CaseCount { state, kind, cases }).collect())
    }

    /// How many cases are open.
    pub fn open_case_count(&self, call: &Call) -> Result<i64, RegisterError> {
        authorise(&call.actor, Action::WorkCases)?;
        self.core.store.read(|tx| case::count_in_state(tx, CaseState::Open).map_err(RegisterError::from))
    }
}

fn page(
    tx: &mut dyn Tx,
    actor: &Actor,
    filter: CaseFilter,
    after: Option<CaseCursor>,
    limit: usize,
    now: Timestamp,
) -> Result<QueuePage, RegisterError> {
    let state = filter.state.unwrap_or(CaseState::Open);
    let start = CaseCursor { due_at: Timestamp::from_micros(i64::MIN), id: CaseId::from_bytes([0; 16]) };
    let mut at = after.unwrap_or(start);
    let (mut cases, mut scanned) = (Vec::new(), 0);
    loop {
        let rows = case::queue(tx, state, at.due_at, at.id, CHUNK)?;
        let last = rows.len() < CHUNK as usize;
        for row in rows {
            if cases.len() == limit || scanned == SCAN_MAX {
                return Ok(QueuePage { cases, next: Some(at) });
            }
            scanned += 1;
            at = CaseCursor { due_at: row.due_at, id: row.id };
            if wanted(&row, actor, filter, now) {
                cases.push(head(tx, row, now)?);
            }
        }
        if last {
            return Ok(QueuePage { cases, next: None });
        }
    }
}

fn wanted(row: &CaseRow, actor: &Actor, filter: CaseFilter, now: Timestamp) -> bool {
    let held_by = holder(row, now);
    let whose = match filter.whose {
        Whose::Anybody => true,
        Whose::Free => held_by.is_none(),
        Whose::Mine => matches!(actor, Actor::Staff { id, .. } if held_by == Some(*id)),
    };
    whose && filter.kind.is_none_or(|kind| kind == row.kind)
}

fn head(tx: &mut dyn Tx, row: CaseRow, now: Timestamp) -> Result<CaseHead, RegisterError> {
    const MINUTE_US: i64 = 60_000_000;
    let summary = read_summary(&row)?;
    let reference = match row.account {
        Some(id) => account::find(tx, id)?.map(|account| account.reference),
        None => None,
    };
    let leased_by = holder(&row, now);
    let late = if row.state == CaseState::Closed { 0 } else { now.as_micros() - row.due_at.as_micros() };
    Ok(CaseHead {
        id: row.id,
        kind: row.kind,
        state: row.state,
        account: row.account,
        reference,
        party: row.party,
        priority: row.priority,
        rules: summary.rules,
        requirements: summary.requirements,
        sentences: summary.sentences,
        score_per_mille: summary.score_per_mille,
        opened_at: row.opened_at,
        due_at: row.due_at,
        overdue_minutes: late.max(0) / MINUTE_US,
        leased_by,
        leased_until: row.leased_until.filter(|_| leased_by.is_some()),
        escalated_at: summary.escalated_at,
        verdict: row.verdict,
        reason_code: row.reason_code,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        approval: row.approval,
        version: row.version,
    })
}

/// Opens the sealed part and what the register holds of the party. Called only for the holder of a lease.
fn detail(tx: &mut dyn Tx, vault: &Vault, row: &CaseRow) -> Result<CaseDetailView, RegisterError> {
    let sealed: CaseDetail = keys::open_json(tx, vault, &row.subject, &row.id.bytes(), &row.sealed)?;
    let (mut names, mut facts) = (Vec::new(), Vec::new());
    if let Some(party) = row.party {
        let mut party = dossier::open_party(tx, vault, party, Vec::new())?;
        // What came since is not in the record of this access: taking the case again shows it.
        if let Some(taken_at) = taken_at(row) {
            party.facts.retain(|fact| fact.recorded_at <= taken_at);
            party.former_names.retain(|fact| fact.recorded_at <= taken_at);
        }
        let query = screening_query(party.kind, &party.facts, &party.former_names);
        names = query.into_iter().flat_map(|q| q.names).map(|name| name.expose().clone()).collect();
        facts = party
            .facts
            .into_iter()
            .map(|fact| ComparedFact {
                id: fact.id,
                kind: fact.value.kind(),
                value: fact.value,
                source: fact.source,
                strength: fact.strength,
                stated_at: fact.stated_at,
            })
            .collect();
    }
    Ok(CaseDetailView {
        hits: sealed.hits.into_iter().map(|(hit, _)| hit).collect(),
        links: sealed.links,
        words: sealed.words,
        notes: sealed.notes,
        names,
        facts,
    })
}

fn raised(tx: &mut dyn Tx, vault: &Vault, row: &CaseRow) -> Result<Raised, RegisterError> {
    let Some(id) = row.account.filter(|_| raised_by_assessment(row.kind)) else {
        return Ok(Raised::NotByDecision);
    };
    let newest = account::find(tx, id)?.and_then(|account| account.decision);
    let Some(newest) = in_force(tx, vault, newest)? else { return Ok(Raised::NotByDecision) };
    let still =
        newest.decision()?.cases.iter().any(|draft| draft.kind == row.kind && draft.party == row.party);
    Ok(if still { Raised::Still } else { Raised::NoLonger })
}
