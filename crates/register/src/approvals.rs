//! Dual control: what nobody may do alone waits for a second person, bound to its exact content.
//!
//! A request holds what is to be done as a closed [`Pending`] of identifiers and words, and its SHA-256. The second person
//! approves that hash: staff only, never the one who asked, administrators not exempt, and only in a role the table allows. What
//! is approved is done in the same unit as the approval. When the object has changed since it was asked for, the request is void
//! and must be made again. Requests lapse after [`VALID_DAYS`].

mod content;
mod disclosure;
mod execute;
mod recorded;

pub use content::{ContentHash, Pending};

pub(crate) use execute::Executed;
pub(crate) use recorded::{approving_leaf, is_approved_in};

use content::{hex, unhex};

use crate::access::{Action, authorise};
use crate::apply::GateNews;
use crate::call::Call;
use crate::reassess::{Prepared, Reassessed};
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError, keys};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenantry_model::case::CaseState;
use tenantry_model::case::Verdict;
use tenantry_model::event::EventType;
use tenantry_model::id::{ApprovalId, StaffId};
use tenantry_model::staff::Actor;
use tenantry_model::time::Timestamp;
use tenantry_store::repo::approval::{self, ApprovalRow};
use tenantry_store::repo::case::CaseRow;
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// Calendar days after which a request lapses.
pub const VALID_DAYS: u32 = 7;
/// Most requests listed, oldest first.
const WAITING_MAX: u32 = 1_000;

/// A request as people see it.
#[derive(Clone, Serialize)]
pub struct ApprovalView {
    /// Identifier.
    pub id: ApprovalId,
    /// What is to be done.
    pub pending: Pending,
    /// Hash of the exact content: what the second person approves.
    pub content_hash: ContentHash,
    /// Who asks.
    pub requested_by: StaffId,
    /// When.
    pub requested_at: Timestamp,
    /// When the request lapses.
    pub expires_at: Timestamp,
    /// Why; `None` when erased.
    pub reason: Option<String>,
    /// `waiting`, `approved`, `rejected` or `void`.
    pub state: String,
    /// The second person.
    pub decided_by: Option<StaffId>,
    /// When they decided.
    pub decided_at: Option<Timestamp>,
    /// Whether the reader may be the second person.
    pub reader: Standing,
}

impl std::fmt::Debug for ApprovalView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApprovalView")
            .field("id", &self.id)
            .field("pending", &self.pending)
            .finish_non_exhaustive()
    }
}

/// How a reader stands to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// May approve or reject it.
    SecondPerson,
    /// Made it, and so may not.
    Requester,
}

/// What became of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answered {
    /// The request.
    pub approval: ApprovalId,
    /// The account that was assessed again, when the request was about one.
    pub account: Option<Reassessed>,
}

/// How the unit of an answer ended.
#[derive(Serialize, Deserialize)]
enum Outcome {
    Done { answered: Answered, news: Option<GateNews> },
    Void,
}

impl Unit<'_> {
    /// Asks for a second person. `subject` is the pseudonym under which the reason is sealed.
    pub(crate) fn request_approval(
        &mut self,
        pending: &Pending,
        subject: [u8; 16],
        reason: &str,
    ) -> Result<ApprovalId, RegisterError> {
        let Actor::Staff { id: requested_by, .. } = self.call.actor else {
            return Err(RegisterError::SecondPerson);
        };
        let object = pending.object();
        if approval::is_waiting_about(self.tx, &object)? {
            return Err(RegisterError::State {
                what: "request for a second person",
                state: "waiting".to_owned(),
                hint: "approve or reject the one that waits first",
            });
        }
        let id = ApprovalId::new(self.now, &*self.core.entropy);
        let content = serde_json::to_vec(pending).unwrap_or_default();
        let content_hash = ContentHash::of(&content);
        let sealed = self.seal(&subject, &id.bytes(), &reason)?;
        let expires_at = self.now.plus_days(VALID_DAYS);
        let record = Record::new(RecordType::ApprovalRequested, subject, Retention::PersonalData)
            .text("approval", id)
            .text("action", pending.word())
            .text("object", &object)
            .bytes("content", &content)
            .text("content_hash", content_hash)
            .text("requested_by", requested_by)
            .text("reason", reason)
            .text("expires_at", expires_at);
        self.record(record)?;
        let row = ApprovalRow {
            id,
            action: pending.word().to_owned(),
            object,
            content,
            content_hash: content_hash.bytes(),
            requested_by,
            requested_at: self.now,
            reason: format!("{}:{}", hex(&subject), hex(&sealed)),
            state: "waiting".to_owned(),
            decided_by: None,
            decided_at: None,
            expires_at,
        };
        approval::add(self.tx, &row)?;
        let told = serde_json::json!({ "approval": id, "do": pending.word(), "object": row.object });
        self.emit(EventType::ApprovalRequested, id, &told)?;
        Ok(id)
    }

    /// Writes down how a request ended. Answers the leaf.
    fn record_answer(&mut self, row: &ApprovalRow, state: &str) -> Result<u64, RegisterError> {
        let (subject, _) = sealed_reason(row)?;
        let mut record = Record::new(RecordType::ApprovalDecided, subject, Retention::PersonalData)
            .text("approval", row.id)
            .text("action", &row.action)
            .text("object", &row.object)
            .text("content_hash", ContentHash::from_bytes(row.content_hash))
            .text("state", state)
            .text("requested_by", row.requested_by)
            .text("decided_by", self.call.actor_text());
        if let Some(reason) = &self.call.reason {
            record = record.text("reason", reason.expose());
        }
        self.record(record)
    }

    /// Makes a request void because its object changed or its time ran out, and gives the object back.
    fn void_approval(&mut self, row: &ApprovalRow, pending: &Pending) -> Result<(), RegisterError> {
        self.record_answer(row, "void")?;
        if approval::void(self.tx, &row.object, self.now)? == 0 {
            return Err(RegisterError::Changed { what: "request for a second person" });
        }
        self.give_back(pending)
    }

    /// Makes the request void, if one waits, for a second person to decide a case that ends.
    pub(crate) fn end_request_about(&mut self, case: &CaseRow) -> Result<(), RegisterError> {
        let Some(id) = case.approval.filter(|_| case.state == CaseState::AwaitingSecond) else {
            return Ok(());
        };
        match approval::find(self.tx, id)? {
            Some(row) if row.state == "waiting" => self.void_approval(&row, &Pending::read(&row)?),
            _ => Ok(()),
        }
    }
}

impl Register {
    /// The requests that wait and that the caller made or may decide, oldest first. A machine sees none.
    pub fn approvals(&self, call: &Call) -> Result<Vec<ApprovalView>, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let (actor, vault) = (call.actor.clone(), Arc::clone(&self.core.vault));
        self.core.store.read(move |tx| {
            let mut views = Vec::new();
            for row in approval::waiting(tx, WAITING_MAX)? {
                views.extend(view(tx, &vault, &actor, row)?);
            }
            Ok(views)
        })
    }

    /// How many requests wait for the caller as the second person. Opens none of them.
    pub fn approvals_to_decide(&self, call: &Call) -> Result<usize, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let actor = call.actor.clone();
        self.core.store.read(move |tx| {
            let mut waiting = 0;
            for row in approval::waiting(tx, WAITING_MAX)? {
                let pending = Pending::read(&row)?;
                waiting += usize::from(second_person(&actor, &row, &pending).is_ok());
            }
            Ok(waiting)
        })
    }

    /// A request the caller made or may decide, or may have decided.
    pub fn approval(&self, call: &Call, id: ApprovalId) -> Result<ApprovalView, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let (actor, vault) = (call.actor.clone(), Arc::clone(&self.core.vault));
        self.core.store.read(move |tx| {
            let missing = || RegisterError::NotFound { what: "request for a second person" };
            let row = approval::find(tx, id)?.ok_or_else(missing)?;
            view(tx, &vault, &actor, row)?.ok_or_else(missing)
        })
    }

    /// Approves the exact content with this hash, as the second person, and does what was asked in the same unit.
    ///
    /// # Errors
    /// [`RegisterError::SecondPerson`] for the one who asked; [`RegisterError::ApprovalVoid`] when the hash is another, the request
    /// lapsed, or its object changed since.
    pub fn approve(&self, call: &Call, id: ApprovalId, seen: ContentHash) -> Result<Answered, RegisterError> {
        let pending = self.for_second_person(call, id)?;
        let answered = match &pending {
            Pending::DecideCase { case, account: Some(account), verdict, confirmed, .. } => {
                let findings = self.core.findings_of(*case, *verdict, confirmed)?;
                self.core.with_prepared(*account, &findings, |prepared| {
                    let answered = self.approve_once(call, id, seen, Some(Arc::clone(&prepared)))?;
                    self.core.look_at_linked(&prepared, *verdict);
                    self.core.look_below(*account);
                    Ok(answered)
                })
            }
            _ => self.approve_once(call, id, seen, None),
        }?;
        if let Pending::DecideCase { case, account: Some(account), verdict: Verdict::Confirm, .. } = &pending
        {
            let kind = self.core.kind_of(*case)?;
            self.core.look_after_appeal(kind, Some(*account), Verdict::Confirm);
        }
        if matches!(
            pending,
            Pending::ApproveMeasure { .. }
                | Pending::LiftMeasure { .. }
                | Pending::ExtendMeasure { .. }
                | Pending::AdoptPack { .. }
        ) {
            self.core.reload_world()?;
        }
        if let Pending::ApproveMeasure { measure, .. } = pending {
            self.core.enforce_at_once(measure);
        }
        Ok(answered)
    }

    /// Rejects a request as the second person; the call says why. What was asked for goes back to where it stood.
    pub fn reject(&self, call: &Call, id: ApprovalId) -> Result<Answered, RegisterError> {
        let action = self.for_second_person(call, id)?.approving_action();
        if call.reason.is_none() {
            return Err(RegisterError::ReasonMissing { action });
        }
        self.core.change(call, action, &("reject", id), move |unit| {
            let (row, pending, second) = unit.waiting_request(id)?;
            let leaf = unit.record_answer(&row, "rejected")?;
            unit.rests_on_approval(leaf);
            if !approval::decide(unit.tx, id, "rejected", second, unit.now)? {
                return Err(RegisterError::ApprovalVoid);
            }
            unit.give_back(&pending)?;
            unit.tell_answer(id, "rejected")?;
            Ok(Answered { approval: id, account: None })
        })
    }

    /// Reads a request and refuses whoever may not be its second person.
    fn for_second_person(&self, call: &Call, id: ApprovalId) -> Result<Pending, RegisterError> {
        let row = self.core.store.read(move |tx| approval::find(tx, id).map_err(RegisterError::from))?;
        let row = row.ok_or(RegisterError::NotFound { what: "request for a second person" })?;
        let pending = Pending::read(&row)?;
        second_person(&call.actor, &row, &pending)?;
        Ok(pending)
    }

    fn approve_once(
        &self,
        call: &Call,
        id: ApprovalId,
        seen: ContentHash,
        prepared: Option<Arc<Prepared>>,
    ) -> Result<Answered, RegisterError> {
        let action = self.for_second_person(call, id)?.approving_action();
        let outcome = self.core.change(call, action, &("approve", id, seen), move |unit| {
            let (row, pending, second) = unit.waiting_request(id)?;
            if row.content_hash != seen.bytes() {
                return Err(RegisterError::ApprovalVoid);
            }
            let prepared = prepared.as_deref();
            if row.expires_at <= unit.now || !unit.is_as_requested(&pending, prepared)? {
                unit.void_approval(&row, &pending)?;
                return Ok(Outcome::Void);
            }
            let leaf = unit.record_answer(&row, "approved")?;
            unit.rests_on_approval(leaf);
            if !approval::decide(unit.tx, id, "approved", second, unit.now)? {
                return Err(RegisterError::ApprovalVoid);
            }
            let Executed { account, news } = unit.execute(&pending, prepared)?;
            unit.tell_answer(id, "approved")?;
            Ok(Outcome::Done { answered: Answered { approval: id, account }, news })
        })?;
        match outcome {
            Outcome::Void => Err(RegisterError::ApprovalVoid),
            Outcome::Done { answered, news } => {
                if let Some(news) = news {
                    self.core.gate.put(&news.row());
                }
                Ok(answered)
            }
        }
    }
}

impl Register {
    /// Makes requests void whose time ran out, and gives their objects back.
    pub(crate) fn lapse_approvals(&self, call: &Call) -> Result<Vec<ApprovalId>, RegisterError> {
        let now = self.core.clock.now();
        let rows = self.core.store.read(move |tx| approval::lapsed(tx, now).map_err(RegisterError::from))?;
        let mut lapsed = Vec::new();
        for row in rows {
            let id = row.id;
            self.core.change(call, Action::Reassess, &("lapse", id), move |unit| {
                unit.void_approval(&row, &Pending::read(&row)?)
            })?;
            lapsed.push(id);
        }
        Ok(lapsed)
    }
}

impl Unit<'_> {
    /// A waiting request with the person who may answer it, looked at inside the unit that answers it.
    fn waiting_request(&mut self, id: ApprovalId) -> Result<(ApprovalRow, Pending, StaffId), RegisterError> {
        let row = approval::find(self.tx, id)?;
        let row = row.ok_or(RegisterError::NotFound { what: "request for a second person" })?;
        let pending = Pending::read(&row)?;
        let second = second_person(&self.call.actor, &row, &pending)?;
        match row.state.as_str() {
            "waiting" => Ok((row, pending, second)),
            "void" => Err(RegisterError::ApprovalVoid),
            state => Err(RegisterError::State {
                what: "request for a second person",
                state: state.to_owned(),
                hint: "it was answered already",
            }),
        }
    }

    fn tell_answer(&mut self, id: ApprovalId, state: &str) -> Result<(), RegisterError> {
        self.emit(EventType::ApprovalDecided, id, &serde_json::json!({ "approval": id, "state": state }))
    }
}

/// The second person, if the actor may be it: a person, in a role the table allows, and not the one who asked.
fn second_person(actor: &Actor, row: &ApprovalRow, pending: &Pending) -> Result<StaffId, RegisterError> {
    authorise(actor, pending.approving_action())?;
    match actor {
        Actor::Staff { id, .. } if *id != row.requested_by => Ok(*id),
        _ => Err(RegisterError::SecondPerson),
    }
}

fn view(
    tx: &mut dyn Tx,
    vault: &Vault,
    actor: &Actor,
    row: ApprovalRow,
) -> Result<Option<ApprovalView>, RegisterError> {
    let Actor::Staff { id: reader, .. } = actor else { return Ok(None) };
    let pending = Pending::read(&row)?;
    let reader = match second_person(actor, &row, &pending) {
        Ok(_) => Standing::SecondPerson,
        Err(_) if *reader == row.requested_by => Standing::Requester,
        Err(_) => return Ok(None),
    };
    let (subject, sealed) = sealed_reason(&row)?;
    let reason = match keys::open_json(tx, vault, &subject, &row.id.bytes(), &sealed) {
        Ok(reason) => Some(reason),
        Err(RegisterError::Erased) => None,
        Err(other) => return Err(other),
    };
    Ok(Some(ApprovalView {
        id: row.id,
        pending,
        content_hash: ContentHash::from_bytes(row.content_hash),
        requested_by: row.requested_by,
        requested_at: row.requested_at,
        expires_at: row.expires_at,
        reason,
        state: row.state,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        reader,
    }))
}

/// Pseudonym and sealed bytes of a request's reason, as the column holds them.
pub(crate) fn sealed_reason(row: &ApprovalRow) -> Result<([u8; 16], Vec<u8>), RegisterError> {
    let read = || {
        let (subject, sealed) = row.reason.split_once(':')?;
        Some((unhex(subject)?.try_into().ok()?, unhex(sealed)?))
    };
    read().ok_or_else(|| RegisterError::Ledger {
        reason: format!("the reason of request {} cannot be read", row.id),
    })
}
