//! Appeals: redress for whoever was refused, or lost what they had (CIP-18).
//!
//! An appeal is a case like others, and nobody judges their own decision. One that is granted does not open the account by itself:
//! what was confirmed against it counts as undecided again, so that the account is assessed anew and every concern that still
//! stands is raised for somebody to look at with fresh eyes.

use super::{CaseDetail, CaseSummary};
use crate::access::Action;
use crate::accounts::store_change;
use crate::call::Call;
use crate::core::Core;
use crate::outcome::{Cause, NewCase};
use crate::record::{Record, RecordType, Retention};
use crate::sight::account_in_sight;
use crate::unit::Unit;
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tenantry_model::account::AccountState;
use tenantry_model::case::{AppealGround, CaseKind, CaseState, Verdict};
use tenantry_model::event::EventType;
use tenantry_model::id::{AccountId, CaseId, StaffId};
use tenantry_model::personal::Personal;
use tenantry_model::time::Timestamp;
use tenantry_store::repo::account::{self, AccountRow};
use tenantry_store::repo::case::{self, CaseRow};
use tenantry_store::repo::list;

/// Characters in the statement of an appeal.
pub const STATEMENT_LENGTH_MAX: usize = 4_000;

/// An appeal as it arrives.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAppeal {
    /// On what ground.
    pub ground: AppealGround,
    /// What they say, in their words. Sealed.
    pub statement: Personal<String>,
}

/// An appeal that was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealReceived {
    /// The case that carries the work.
    pub case: CaseId,
    /// When it is to be decided.
    pub due_at: Timestamp,
}

impl Register {
    /// Receives an appeal about an account that was refused, restricted, suspended, or closed for cause, and opens its case.
    ///
    /// # Errors
    /// [`RegisterError::State`] when nothing was decided against the account, or while an earlier appeal waits;
    /// [`RegisterError::Invalid`] for a statement that is empty or too long.
    pub fn appeal(
        &self,
        call: &Call,
        account: AccountId,
        new: NewAppeal,
    ) -> Result<AppealReceived, RegisterError> {
        let actor = call.actor.clone();
        let days = self.core.world().pack.case_due_days(CaseKind::Appeal);
        self.core.change(call, Action::Appeal, &("appeal", account, new.clone()), move |unit| {
            let row = account_in_sight(unit.tx, &actor, account)?;
            check(&new)?;
            unit.can_be_appealed(&row)?;
            let ground = new.ground;
            let leaf = unit.record(
                Record::new(RecordType::AppealReceived, row.subject, Retention::PersonalData)
                    .text("account", row.id)
                    .text("ground", ground)
                    .text("statement", new.statement.expose().trim())
                    .text("by", unit.call.actor_text()),
            )?;
            let due_at = unit.now.plus_days(days);
            let case = unit.add_case(&NewCase {
                kind: CaseKind::Appeal,
                account: Some(row.id),
                party: None,
                subject: row.subject,
                chain: row.subject,
                priority: 1,
                fingerprint: Sha256::digest(leaf.to_be_bytes()).into(),
                summary: CaseSummary {
                    rules: Vec::new(),
                    requirements: vec!["CIP-18".to_owned()],
                    sentences: vec![sentence(ground).to_owned()],
                    score_per_mille: None,
                    escalated_at: None,
                },
                detail: CaseDetail {
                    words: new.statement.expose().trim().to_owned(),
                    ..CaseDetail::default()
                },
                due_at,
                cause: Some(leaf),
                overtakes: Vec::new(),
            })?;
            Ok(AppealReceived { case, due_at })
        })
    }
}

impl Core {
    /// Assesses an account whose appeal was granted. What fails here the account's clock makes up for.
    pub(crate) fn look_after_appeal(
        self: &Arc<Self>,
        kind: CaseKind,
        account: Option<AccountId>,
        verdict: Verdict,
    ) {
        if let (CaseKind::Appeal, Some(account), Verdict::Confirm) = (kind, account, verdict) {
            let _ = self.reassess(account, Cause::Case);
            self.look_below(account);
        }
    }
}

impl Unit<'_> {
    fn can_be_appealed(&mut self, row: &AccountRow) -> Result<(), RegisterError> {
        let refuse = |hint| Err(RegisterError::State { what: "account", state: row.state.to_string(), hint });
        let against = match row.state {
            AccountState::Refused | AccountState::Restricted | AccountState::Suspended => true,
            AccountState::Closed => row.for_cause == 1,
            AccountState::Applied | AccountState::InReview | AccountState::Open => false,
        };
        if !against {
            return refuse("nothing was decided against it; while it is reviewed, add facts instead");
        }
        let waits = |case: &CaseRow| case.kind == CaseKind::Appeal && case.state != CaseState::Closed;
        if case::of_account(self.tx, row.id)?.iter().any(waits) {
            return refuse("an earlier appeal waits to be decided");
        }
        Ok(())
    }

    /// Nobody judges an appeal against what they decided themselves.
    pub(super) fn may_judge(&mut self, appeal: &CaseRow, me: StaffId) -> Result<(), RegisterError> {
        let (CaseKind::Appeal, Some(account)) = (appeal.kind, appeal.account) else { return Ok(()) };
        let own = |case: &CaseRow| is_confirmed(case) && case.decided_by == Some(me);
        if case::of_account(self.tx, account)?.iter().any(own) {
            return Err(RegisterError::State {
                what: "appeal",
                state: "against what you decided yourself".to_owned(),
                hint: "return it to the queue; somebody else judges it",
            });
        }
        Ok(())
    }

    /// Makes undecided what was confirmed against the account, and has it assessed again.
    pub(super) fn grant_appeal(&mut self, appeal: &CaseRow) -> Result<(), RegisterError> {
        let Some(id) = appeal.account else { return Ok(()) };
        let mut row = account::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "account" })?;
        let mut reopened = Vec::new();
        for mut confirmed in case::of_account(self.tx, id)?.into_iter().filter(is_confirmed) {
            confirmed.verdict = None;
            confirmed.reason_code = None;
            if !case::change(self.tx, &confirmed)? {
                return Err(RegisterError::Changed { what: "case" });
            }
            list::take_back_findings(self.tx, confirmed.id)?;
            reopened.push(confirmed.id);
        }
        row.for_cause = 0;
        row.look_again_at = Some(self.now);
        store_change(self.tx, &row)?;
        let record = Record::new(RecordType::AccountChanged, row.subject, Retention::DecisionEvidence)
            .text("account", id)
            .text("before", row.state)
            .text("state", row.state)
            .text("for_cause", row.for_cause)
            .text("case", appeal.id)
            .json("undecided", &reopened)
            .text("by", self.call.actor_text());
        self.record(record)?;
        let told = serde_json::json!({ "account": id, "reference": row.reference, "case": appeal.id });
        self.emit(EventType::AppealGranted, id, &told)
    }
}

/// Whether a case ended in something being held against the account. What a measure orders is the authority's, and an order is no
/// finding about anybody.
fn is_confirmed(case: &CaseRow) -> bool {
    let finds = !matches!(case.kind, CaseKind::Appeal | CaseKind::Order | CaseKind::Measure);
    finds && case.state == CaseState::Closed && case.verdict == Some(Verdict::Confirm)
}

fn check(new: &NewAppeal) -> Result<(), RegisterError> {
    let statement = new.statement.expose().trim();
    let is_text = !statement.chars().any(|c| c.is_control() && c != '\n');
    if statement.is_empty() || statement.chars().count() > STATEMENT_LENGTH_MAX || !is_text {
        let detail = format!("has 1 to {STATEMENT_LENGTH_MAX} printable characters");
        return Err(RegisterError::invalid("/statement", detail));
    }
    Ok(())
}

const fn sentence(ground: AppealGround) -> &'static str {
    match ground {
        AppealGround::TakenForAnother => "They say that they are taken for somebody else.",
        AppealGround::CanBeVerified => "They say that they can be verified now, or in another way.",
        AppealGround::Compromised => {
            "They say that their identity or evidence about it is in the hands of others: look at the accounts linked to this one too."
        }
        AppealGround::Other => "They ask that the decision be looked at again.",
    }
}
