//! Carrying a verdict out: findings about hits, the account's state, the gate, the end of the case. All in one unit.

use super::{OpenCase, entity_key, is_senior, open_case_file, person, read_summary, verdict_on};
use crate::RegisterError;
use crate::access::Action;
use crate::approvals::{ContentHash, Executed};
use crate::assess::Assessment;
use crate::named;
use crate::outcome::{Cause, concern, settle_hits};
use crate::reassess::Prepared;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use std::sync::Arc;
use tenantry_model::account::AccountState;
use tenantry_model::case::{CaseKind, CaseState, Verdict};
use tenantry_model::event::EventType;
use tenantry_model::id::{AccountId, CaseId};
use tenantry_model::time::Timestamp;
use tenantry_policy::decision::CaseDraft;
use tenantry_policy::rule::RuleCode;
use tenantry_screening::Hit;
use tenantry_store::repo::account::AccountRow;
use tenantry_store::repo::case::{self, CaseRow};

/// What a confirmed concern does to the account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Consequence {
    /// Refused or suspended for cause: no automatic decision brings it back.
    ForCause,
    /// Refused or suspended until the concern is gone.
    Withheld,
    /// What the decision and the measures say; see `reassess::settle`.
    AsDecided,
}

fn consequence(open: &OpenCase, confirmed: &[String]) -> Consequence {
    match open.row.kind {
        // Being a person whom a measure names has the consequences of the measure, in its time.
        CaseKind::Match if only_named(open, confirmed) => Consequence::AsDecided,
        CaseKind::Match | CaseKind::Discrepancy | CaseKind::RedFlag | CaseKind::Link => Consequence::ForCause,
        CaseKind::MissingItem | CaseKind::Failure => Consequence::Withheld,
        CaseKind::Measure | CaseKind::Order | CaseKind::Appeal => Consequence::AsDecided,
    }
}

fn only_named(open: &OpenCase, confirmed: &[String]) -> bool {
    let found = |hit: &Hit| verdict_on(hit, Verdict::Confirm, confirmed) == Verdict::Confirm;
    let mut hits = open.detail.hits.iter().map(|(hit, _)| hit).filter(|hit| found(hit)).peekable();
    hits.peek().is_some() && hits.all(|hit| named::is_named(&hit.list))
}

/// Whether cases of a kind come from assessing an account. Others no assessment can show to be gone.
pub(super) const fn raised_by_assessment(kind: CaseKind) -> bool {
    !matches!(kind, CaseKind::Order | CaseKind::Appeal)
}

impl Unit<'_> {
    /// Whether a case still stands on what the verdict was given on.
    ///
    /// A hit whose basis moved, or another concern of the same kind about the same party, means that facts have changed since.
    /// A concern that is simply gone can still be dismissed, and cannot be confirmed any more.
    pub(crate) fn is_case_as_decided(
        &mut self,
        id: CaseId,
        verdict: Verdict,
        decided_on: ContentHash,
        prepared: Option<&Prepared>,
    ) -> Result<bool, RegisterError> {
        let vault = Arc::clone(&self.core.vault);
        let open = open_case_file(self.tx, &vault, id)?;
        if open.row.fingerprint != decided_on.bytes() || open.row.state == CaseState::Closed {
            return Ok(false);
        }
        let Some(prepared) = prepared.filter(|_| raised_by_assessment(open.row.kind)) else {
            return Ok(true);
        };
        if open.detail.hits.is_empty() {
            return Ok(same_concern(&open, verdict, prepared));
        }
        let found = open.row.party.and_then(|p| prepared.assessment.hits.get(&p));
        Ok(open.detail.hits.iter().all(|(hit, basis)| {
            let now =
                found.into_iter().flatten().find(|f| f.hit.list == hit.list && f.hit.entity == hit.entity);
            now.map_or(verdict == Verdict::Dismiss, |found| found.basis == *basis)
        }))
    }

    /// Ends the cases of the account that are about what the draft is about and can no longer be decided, because what they rest on
    /// has moved: the case that is about to be opened takes their place. Answers which, and since when one of them was a senior's.
    pub(crate) fn end_overtaken(
        &mut self,
        assessment: &Assessment,
        account: AccountId,
        draft: &CaseDraft,
    ) -> Result<(Vec<CaseId>, Option<Timestamp>), RegisterError> {
        let (mut ended, mut escalated_at) = (Vec::new(), None);
        for row in case::of_account(self.tx, account)? {
            let same = row.kind == draft.kind && row.party == draft.party;
            if !same || row.state == CaseState::Closed || !self.has_moved(assessment, &row)? {
                continue;
            }
            self.end_request_about(&row)?;
            let id = row.id;
            let mut row = case::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "case" })?;
            row.state = CaseState::Closed;
            row.leased_by = None;
            row.leased_until = None;
            row.verdict = None;
            row.reason_code = None;
            if !case::change(self.tx, &row)? {
                return Err(RegisterError::Changed { what: "case" });
            }
            escalated_at = escalated_at.or(read_summary(&row)?.escalated_at);
            ended.push(id);
        }
        Ok((ended, escalated_at))
    }

    /// Whether what a case rests on is not what the assessment found. Other concerns than matches rest on all of it.
    fn has_moved(&mut self, assessment: &Assessment, row: &CaseRow) -> Result<bool, RegisterError> {
        if row.kind != CaseKind::Match {
            return Ok(true);
        }
        let vault = Arc::clone(&self.core.vault);
        let hits = open_case_file(self.tx, &vault, row.id)?.detail.hits;
        let found = row.party.and_then(|party| assessment.hits.get(&party));
        Ok(hits.iter().any(|(hit, basis)| {
            let mut now = found.into_iter().flatten();
            now.any(|f| f.hit.list == hit.list && f.hit.entity == hit.entity && f.basis != *basis)
        }))
    }

    /// Ends a case with the verdict written into it and carries the verdict out.
    pub(crate) fn conclude_case(
        &mut self,
        id: CaseId,
        confirmed: &[String],
        prepared: Option<&Prepared>,
    ) -> Result<Executed, RegisterError> {
        let vault = Arc::clone(&self.core.vault);
        let mut open = open_case_file(self.tx, &vault, id)?;
        let (_, role) = person(&self.call.actor, Action::ApproveCase)?;
        if open.summary.escalated_at.is_some() && !is_senior(role) {
            return Err(RegisterError::Forbidden { action: Action::ApproveCase });
        }
        let Some(verdict) = open.row.verdict else { return Err(RegisterError::Changed { what: "case" }) };
        self.settle_matches(&open, verdict, confirmed)?;
        open.row.state = CaseState::Closed;
        open.row.leased_by = None;
        open.row.leased_until = None;
        if !case::change(self.tx, &open.row)? {
            return Err(RegisterError::Changed { what: "case" });
        }
        self.emit(
            EventType::CaseClosed,
            id,
            &serde_json::json!({ "case": id, "kind": open.row.kind, "verdict": verdict }),
        )?;
        if open.row.kind == CaseKind::Appeal {
            if verdict == Verdict::Confirm {
                self.grant_appeal(&open.row)?;
            }
            return Ok(Executed::default());
        }
        let Some(prepared) = prepared else { return Ok(Executed::default()) };
        let mut row = self.reopen(prepared)?;
        if row.state == AccountState::Closed {
            return Ok(Executed::default());
        }
        if verdict == Verdict::Confirm {
            self.take_away(&open, confirmed, &mut row)?;
        }
        let (reassessed, news) = self.write_prepared(prepared, &mut row, Cause::Case)?;
        Ok(Executed { account: Some(reassessed), news: Some(news) })
    }

    /// Refuses an account that never opened, suspends one that did.
    fn take_away(
        &mut self,
        open: &OpenCase,
        confirmed: &[String],
        row: &mut AccountRow,
    ) -> Result<(), RegisterError> {
        let consequence = consequence(open, confirmed);
        if consequence == Consequence::AsDecided {
            return Ok(());
        }
        let before = row.state;
        row.state = match before {
            AccountState::Applied | AccountState::InReview | AccountState::Refused => AccountState::Refused,
            _ => AccountState::Suspended,
        };
        if consequence == Consequence::ForCause {
            row.for_cause = 1;
        }
        let record = Record::new(RecordType::AccountChanged, row.subject, Retention::DecisionEvidence)
            .text("account", row.id)
            .text("before", before)
            .text("state", row.state)
            .text("for_cause", row.for_cause)
            .text("case", open.row.id)
            .text("by", self.call.actor_text());
        self.record(record)?;
        self.below_waits(row.id)
    }

    fn settle_matches(
        &mut self,
        open: &OpenCase,
        verdict: Verdict,
        confirmed: &[String],
    ) -> Result<(), RegisterError> {
        let Some(party) = open.row.party else { return Ok(()) };
        let mut dismissed = Vec::new();
        for found in &open.detail.hits {
            let verdict = verdict_on(&found.0, verdict, confirmed);
            settle_hits(self, party, open.row.id, verdict, std::slice::from_ref(found))?;
            if verdict == Verdict::Dismiss {
                dismissed.push((entity_key(&found.0), found.1));
            }
        }
        if dismissed.is_empty() {
            return Ok(());
        }
        let record = Record::new(RecordType::MatchDismissed, open.row.subject, Retention::DecisionEvidence)
            .text("case", open.row.id)
            .text("party", party)
            .json("dismissed", &dismissed);
        self.record(record).map(|_| ())
    }

    /// Gives a case whose verdict was not approved back to the queue.
    pub(crate) fn return_case(&mut self, id: CaseId) -> Result<(), RegisterError> {
        let mut row = case::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "case" })?;
        if row.state != CaseState::AwaitingSecond {
            return Ok(());
        }
        row.state = CaseState::Open;
        row.leased_by = None;
        row.leased_until = None;
        row.verdict = None;
        row.reason_code = None;
        row.decided_by = None;
        row.decided_at = None;
        row.approval = None;
        if case::change(self.tx, &row)? { Ok(()) } else { Err(RegisterError::Changed { what: "case" }) }
    }
}

/// Whether the assessment raises the concern of the case, or none of its kind when that is enough.
fn same_concern(open: &OpenCase, verdict: Verdict, prepared: &Prepared) -> bool {
    let assessment = &prepared.assessment;
    let mut raised = assessment
        .decision
        .cases
        .iter()
        .filter(|draft| draft.kind == open.row.kind && draft.party == open.row.party)
        .filter(|draft| draft.rules.as_slice() != [RuleCode::ListedConfirmed])
        .peekable();
    match raised.peek() {
        None => verdict == Verdict::Dismiss,
        Some(_) => raised.any(|draft| concern(assessment, draft) == open.row.fingerprint),
    }
}
