//! Which reasons fit which verdict on which kind of case, and which of them need words.

use serde::Serialize;
use tenantry_model::case::{CaseKind, ReasonCode, Verdict};

/// Whether a verdict needs a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteNeed {
    /// It must say more than its code.
    Required,
    /// It may.
    Optional,
}

/// A verdict a reviewer can give on a case, with what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerdictOption {
    /// The verdict.
    pub verdict: Verdict,
    /// Reasons that fit, each with whether it needs a note.
    pub reasons: Vec<(ReasonCode, NoteNeed)>,
    /// Why a second person must approve it; `None` when one person may decide.
    pub second_person: Option<String>,
}

/// Whether a reason fits a verdict on a kind of case.
pub const fn fits(kind: CaseKind, verdict: Verdict, reason: ReasonCode) -> bool {
    use CaseKind as K;
    use ReasonCode as R;
    match verdict {
        Verdict::NeedInformation => matches!(reason, R::InformationRequested),
        Verdict::Escalate => matches!(reason, R::NeedsSenior),
        Verdict::Dismiss => match kind {
            K::Match => matches!(
                reason,
                R::DifferentBirthDate
                    | R::DifferentPlace
                    | R::DifferentIdentifier
                    | R::DifferentName
                    | R::DifferentKind
                    | R::OwnershipEstablished
            ),
            K::MissingItem => matches!(reason, R::ItemReceived | R::ExplainedByEvidence),
            K::Discrepancy | K::RedFlag | K::Failure => matches!(reason, R::ExplainedByEvidence),
            K::Link => matches!(reason, R::DifferentIdentifier | R::DifferentName | R::ExplainedByEvidence),
            K::Order => matches!(reason, R::OrderRefused),
            K::Measure => matches!(reason, R::MeasureDoesNotApply),
            K::Appeal => matches!(reason, R::DecisionStands),
        },
        Verdict::Confirm => match kind {
            K::Match => matches!(reason, R::SameIdentity | R::OwnershipEstablished),
            K::Discrepancy | K::RedFlag | K::Failure => matches!(reason, R::Unexplained),
            K::MissingItem => matches!(reason, R::ItemNotReceived),
            K::Link => matches!(reason, R::SameActor),
            K::Order => matches!(reason, R::OrderExecuted),
            K::Measure => matches!(reason, R::MeasureApplies),
            K::Appeal => matches!(reason, R::DecisionWrong),
        },
    }
}

/// Whether a note is needed: wherever the code alone does not let somebody else follow the conclusion.
pub(super) const fn note_need(verdict: Verdict, reason: ReasonCode) -> NoteNeed {
    let explains = matches!(
        reason,
        ReasonCode::ExplainedByEvidence
            | ReasonCode::OrderRefused
            | ReasonCode::MeasureDoesNotApply
            | ReasonCode::DecisionStands
            | ReasonCode::OwnershipEstablished
    );
    match verdict {
        Verdict::Confirm | Verdict::NeedInformation | Verdict::Escalate => NoteNeed::Required,
        Verdict::Dismiss if explains => NoteNeed::Required,
        Verdict::Dismiss => NoteNeed::Optional,
    }
}

/// Every verdict on a kind of case.
pub(super) fn options(kind: CaseKind, pack: &tenantry_policy::pack::Pack) -> Vec<VerdictOption> {
    let option = |verdict: &Verdict| VerdictOption {
        verdict: *verdict,
        reasons: ReasonCode::ALL
            .iter()
            .filter(|reason| fits(kind, *verdict, **reason))
            .map(|reason| (*reason, note_need(*verdict, *reason)))
            .collect(),
        second_person: match verdict {
            Verdict::Dismiss | Verdict::Confirm => {
                pack.second_person(kind, *verdict).map(|row| row.why.clone())
            }
            Verdict::NeedInformation | Verdict::Escalate => None,
        },
    };
    Verdict::ALL.iter().map(option).collect()
}
