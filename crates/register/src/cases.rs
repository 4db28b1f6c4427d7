//! Cases: the work of reviewers. A queue, a lease that gives each case one owner, and a decision with a mandatory reason.
//!
//! Taking a lease is the access to the sealed detail: its record is durable before anything is shown, and whoever holds no lease
//! sees the summary only. Grave verdicts wait for a second person (see [`crate::approvals`]); the rest is carried out in the unit
//! that records them: findings about matches, the account's state, the gate.

mod appeal;
mod conclude;
mod lease;
mod table;
mod view;

pub use appeal::{AppealReceived, NewAppeal, STATEMENT_LENGTH_MAX};
pub use lease::{LEASE_MINUTES, Lease};
pub use table::{NoteNeed, VerdictOption, fits};
pub use view::{
    CaseCount, CaseCursor, CaseDetailView, CaseFilter, CaseHead, CaseView, ComparedFact, QueuePage, Raised,
    Whose,
};

use self::conclude::raised_by_assessment;
use crate::access::{Action, authorise};
use crate::apply::GateNews;
use crate::approvals::{ContentHash, Executed, Pending};
use crate::call::Call;
use crate::core::Core;
use crate::outcome::{CaseDetail, CaseSummary};
use crate::reassess::{NewFindings, Prepared, Reassessed};
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError, keys};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenantry_model::case::{CaseKind, CaseState, ReasonCode, Verdict};
use tenantry_model::event::EventType;
use tenantry_model::id::{ApprovalId, CaseId, StaffId};
use tenantry_model::staff::{Actor, Role};
use tenantry_policy::rule::RuleCode;
use tenantry_store::repo::case::{self, CaseRow};
use tenantry_store::repo::list::FindingRow;
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// Characters in a note.
pub const NOTE_LENGTH_MAX: usize = 4_000;

/// What a reviewer decides about a case.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseDecision {
    /// The conclusion.
    pub verdict: Verdict,
    /// Why; must fit the kind of case and the verdict, see [`fits`].
    pub reason_code: ReasonCode,
    /// In words; sealed. Required for some verdicts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// For a confirmed match of several hits: the listed entities it is about, each as `list/entity`; the others are dismissed.
    /// Empty means all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<String>,
}

impl std::fmt::Debug for CaseDecision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaseDecision")
            .field("verdict", &self.verdict)
            .field("reason_code", &self.reason_code)
            .finish_non_exhaustive()
    }
}

/// What became of a case that was decided.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseDecided {
    /// The case.
    pub case: CaseId,
    /// Where it stands now.
    pub state: CaseState,
    /// The request for a second person, when one is due.
    pub approval: Option<ApprovalId>,
    /// The account that was assessed again, when the verdict was carried out.
    pub account: Option<Reassessed>,
}

/// A case with its sealed part opened by the register in its own name.
#[derive(Clone)]
struct OpenCase {
    row: CaseRow,
    summary: CaseSummary,
    detail: CaseDetail,
}

impl Register {
    /// Decides a case the caller holds a lease on. `version` is the one the caller saw.
    ///
    /// # Errors
    /// [`RegisterError::Leased`] without a lease, [`RegisterError::Changed`] for another version, [`RegisterError::Invalid`] when the
    /// reason does not fit or a note is missing.
    pub fn decide(
        &self,
        call: &Call,
        id: CaseId,
        version: i64,
        decision: CaseDecision,
    ) -> Result<CaseDecided, RegisterError> {
        authorise(&call.actor, Action::DecideCase)?;
        let open = self.core.open_case_file(id)?;
        check(&open, &decision)?;
        let needs_second = self.core.world().pack.second_person(open.row.kind, decision.verdict).is_some();
        let concludes = matches!(decision.verdict, Verdict::Dismiss | Verdict::Confirm);
        let account =
            open.row.account.filter(|_| concludes && !needs_second && raised_by_assessment(open.row.kind));
        let once = |prepared: Option<Arc<Prepared>>| {
            let sent = decision.clone();
            let (decided, news) =
                self.core.change(call, Action::DecideCase, &(id, version, sent.clone()), move |unit| {
                    unit.decide_case(id, version, &sent, prepared.as_deref())
                })?;
            if let Some(news) = news {
                self.core.gate.put(&GateNews::row(news));
            }
            self.core.look_after_appeal(open.row.kind, open.row.account, decision.verdict);
            Ok(decided)
        };
        match account {
            None => once(None),
            Some(account) => {
                let findings = findings(&open, decision.verdict, &decision.confirmed, self.core.clock.now());
                self.core.with_prepared(account, &findings, |prepared| {
                    let decided = once(Some(Arc::clone(&prepared)))?;
                    self.core.look_at_linked(&prepared, decision.verdict);
                    self.core.look_below(account);
                    Ok(decided)
                })
            }
        }
    }
}

impl Core {
    fn open_case_file(self: &Arc<Self>, id: CaseId) -> Result<OpenCase, RegisterError> {
        let vault = Arc::clone(&self.vault);
        self.store.read(move |tx| open_case_file(tx, &vault, id))
    }

    /// Of which kind a case is.
    pub(crate) fn kind_of(self: &Arc<Self>, id: CaseId) -> Result<CaseKind, RegisterError> {
        Ok(self.open_case_file(id)?.row.kind)
    }

    /// What a verdict on a case finds.
    pub(crate) fn findings_of(
        self: &Arc<Self>,
        id: CaseId,
        verdict: Verdict,
        confirmed: &[String],
    ) -> Result<NewFindings, RegisterError> {
        Ok(findings(&self.open_case_file(id)?, verdict, confirmed, self.clock.now()))
    }
}

fn open_case_file(tx: &mut dyn Tx, vault: &Vault, id: CaseId) -> Result<OpenCase, RegisterError> {
    let row = case::find(tx, id)?.ok_or(RegisterError::NotFound { what: "case" })?;
    let summary = read_summary(&row)?;
    let detail = keys::open_json(tx, vault, &row.subject, &id.bytes(), &row.sealed)?;
    Ok(OpenCase { row, summary, detail })
}

fn read_summary(row: &CaseRow) -> Result<CaseSummary, RegisterError> {
    serde_json::from_str(&row.summary).map_err(|_| RegisterError::Ledger {
        reason: format!("the summary of case {} cannot be read", row.id),
    })
}

/// Whether a case is about weak evidence of a link and nothing else: it waits for whoever has time, and holds nothing back.
pub(crate) fn is_weak(row: &CaseRow) -> Result<bool, RegisterError> {
    Ok(row.kind == CaseKind::Link && read_summary(row)?.rules == [RuleCode::LinkWeak.as_str()])
}

/// Identifier of a listed entity across lists.
fn entity_key(hit: &tenantry_screening::Hit) -> String {
    format!("{}/{}", hit.list, hit.entity)
}

fn findings(
    open: &OpenCase,
    verdict: Verdict,
    confirmed: &[String],
    now: tenantry_model::time::Timestamp,
) -> NewFindings {
    let dismissed = (verdict == Verdict::Dismiss).then_some(open.row.fingerprint);
    let Some(party) = open.row.party else { return NewFindings { of_hits: Vec::new(), dismissed } };
    let finding = |(hit, basis): &(tenantry_screening::Hit, [u8; 32])| FindingRow {
        list: hit.list.clone(),
        entity: hit.entity.clone(),
        verdict: verdict_on(hit, verdict, confirmed),
        basis: *basis,
        case: open.row.id,
        found_at: now,
    };
    let of_hits = open.detail.hits.iter().map(|hit| (party, finding(hit))).collect();
    NewFindings { of_hits, dismissed }
}

/// A confirmation that names entities dismisses the others.
fn verdict_on(hit: &tenantry_screening::Hit, verdict: Verdict, confirmed: &[String]) -> Verdict {
    match verdict {
        Verdict::Confirm if !confirmed.is_empty() && !confirmed.contains(&entity_key(hit)) => {
            Verdict::Dismiss
        }
        other => other,
    }
}

/// Refuses a decision that does not fit the case.
fn check(open: &OpenCase, decision: &CaseDecision) -> Result<(), RegisterError> {
    let kind = open.row.kind;
    if !fits(kind, decision.verdict, decision.reason_code) {
        let detail = format!("does not fit the verdict `{}` on a case of kind `{kind}`", decision.verdict);
        return Err(RegisterError::invalid("/reason_code", detail));
    }
    let note = decision.note.trim();
    if note.chars().count() > NOTE_LENGTH_MAX || note.chars().any(|c| c.is_control() && c != '\n') {
        return Err(RegisterError::invalid(
            "/note",
            format!("has at most {NOTE_LENGTH_MAX} printable characters"),
        ));
    }
    if note.is_empty() && table::note_need(decision.verdict, decision.reason_code) == NoteNeed::Required {
        return Err(RegisterError::invalid("/note", "this verdict and reason need a note"));
    }
    let known: Vec<String> = open.detail.hits.iter().map(|(hit, _)| entity_key(hit)).collect();
    for (position, entity) in decision.confirmed.iter().enumerate() {
        if decision.verdict != Verdict::Confirm || !known.contains(entity) {
            let detail = "names a hit of this case, and only with the verdict `confirm`";
            return Err(RegisterError::invalid(format!("/confirmed/{position}"), detail));
        }
    }
    Ok(())
}

/// The person who acts, with their role. A machine is none.
fn person(actor: &Actor, action: Action) -> Result<(StaffId, Role), RegisterError> {
    match actor {
        Actor::Staff { id, role } => Ok((*id, *role)),
        Actor::ApiKey { .. } | Actor::System { .. } => Err(RegisterError::Forbidden { action }),
    }
}

/// Whether a role may take what was escalated.
const fn is_senior(role: Role) -> bool {
    matches!(role, Role::ComplianceOfficer | Role::Legal)
}

impl Unit<'_> {
    fn decide_case(
        &mut self,
        id: CaseId,
        version: i64,
        decision: &CaseDecision,
        prepared: Option<&Prepared>,
    ) -> Result<(CaseDecided, Option<GateNews>), RegisterError> {
        let (me, role) = person(&self.call.actor, Action::DecideCase)?;
        let vault = Arc::clone(&self.core.vault);
        let mut open = open_case_file(self.tx, &vault, id)?;
        self.must_hold(&open, me, role)?;
        if open.row.version != version {
            return Err(RegisterError::Changed { what: "case" });
        }
        check(&open, decision)?;
        self.may_judge(&open.row, me)?;
        self.note_verdict(&mut open, me, decision)?;
        let kind = open.row.kind;
        let second = self.core.world().pack.second_person(kind, decision.verdict).is_some();
        let (row, mut approval, mut executed) = (&mut open.row, None, Executed::default());
        row.leased_by = None;
        row.leased_until = None;
        match decision.verdict {
            Verdict::Dismiss | Verdict::Confirm if second => {
                let pending = self.pending(&open, decision);
                let id = self.request_approval(&pending, open.row.subject, &reason_for_second(decision))?;
                open.row.state = CaseState::AwaitingSecond;
                open.row.approval = Some(id);
                approval = Some(id);
                self.store_case(&open)?;
            }
            Verdict::Dismiss | Verdict::Confirm => {
                let concern = ContentHash::from_bytes(open.row.fingerprint);
                self.store_case(&open)?;
                if !self.is_case_as_decided(id, decision.verdict, concern, prepared)? {
                    return Err(RegisterError::Changed { what: "case" });
                }
                executed = self.conclude_case(id, &decision.confirmed, prepared)?;
            }
            Verdict::NeedInformation => {
                row.state = CaseState::AwaitingCustomer;
                self.store_case(&open)?;
                let told = serde_json::json!({ "case": id, "kind": kind, "account": open.row.account });
                self.emit(EventType::CaseInformationNeeded, id, &told)?;
            }
            Verdict::Escalate => {
                row.priority = 0;
                open.summary.escalated_at = Some(self.now);
                self.store_case(&open)?;
            }
        }
        let state = case::find(self.tx, id)?.map_or(CaseState::Closed, |row| row.state);
        Ok((CaseDecided { case: id, state, approval, account: executed.account }, executed.news))
    }

    /// Writes the verdict into the case and the ledger.
    fn note_verdict(
        &mut self,
        open: &mut OpenCase,
        me: StaffId,
        decision: &CaseDecision,
    ) -> Result<(), RegisterError> {
        let note = decision.note.trim();
        if !note.is_empty() {
            open.detail.notes.push(note.to_owned());
        }
        open.row.verdict = Some(decision.verdict);
        open.row.reason_code = Some(decision.reason_code);
        open.row.decided_by = Some(me);
        open.row.decided_at = Some(self.now);
        let mut record = Record::new(RecordType::CaseDecided, open.row.subject, Retention::PersonalData)
            .text("case", open.row.id)
            .text("kind", open.row.kind)
            .text("verdict", decision.verdict)
            .text("reason_code", decision.reason_code)
            .json("confirmed", &decision.confirmed)
            .text("by", me)
            .text("note", note);
        if let Some(account) = open.row.account {
            record = record.text("account", account);
        }
        self.record(record).map(|_| ())
    }

    fn pending(&self, open: &OpenCase, decision: &CaseDecision) -> Pending {
        let note = zeroize::Zeroizing::new(decision.note.trim().as_bytes().to_vec());
        Pending::DecideCase {
            case: open.row.id,
            account: open.row.account,
            verdict: decision.verdict,
            reason_code: decision.reason_code,
            confirmed: decision.confirmed.clone(),
            concern: ContentHash::from_bytes(open.row.fingerprint),
            note: ContentHash::from_bytes(self.core.vault.token("note", &note)),
        }
    }

    /// Stores the changing parts of a case, sealed ones included.
    fn store_case(&mut self, open: &OpenCase) -> Result<(), RegisterError> {
        let mut row = open.row.clone();
        row.summary = serde_json::to_string(&open.summary).unwrap_or_default();
        row.sealed = self.seal(&row.subject, &row.id.bytes(), &open.detail)?;
        if case::change(self.tx, &row)? { Ok(()) } else { Err(RegisterError::Changed { what: "case" }) }
    }
}

/// What the second person is told before they take a lease: codes. The note is part of the sealed detail.
fn reason_for_second(decision: &CaseDecision) -> String {
    format!("{}: {}", decision.verdict, decision.reason_code)
}
