//! The reviewers of the demo. While the history is replayed they work the cases it raises, each some days after it was opened, and
//! leave what a real desk leaves: a little that is overdue, something that waits for a customer or for a second person, and
//! the newest cases untouched. The cases of the guided story are left for the visitor.

use super::APPLICANTS;
use crate::demo::random::Seeded;
use anyhow::Result;
use tenantry_model::case::{CaseKind, ReasonCode, Verdict};
use tenantry_model::id::{CaseId, StaffId};
use tenantry_model::staff::{Actor, Role};
use tenantry_model::time::Timestamp;
use tenantry_register::cases::CaseDecision;
use tenantry_register::{Applied, Call, Reason, Register, RegisterError};

/// Days until a case is taken up, fewest and most.
const TAKEN_UP_DAYS: (u64, u64) = (1, 9);
/// How many of a hundred recent cases are left lying.
const LEFT_LYING_PERCENT: u64 = 15;
/// How many of a hundred recent cases wait for an answer: of the customer, or of a second person.
const UNANSWERED_PERCENT: u64 = 40;
/// Days before the end of the history within which a case is recent.
const RECENT_DAYS: u32 = 40;

/// The desk.
pub(super) struct ReviewDesk {
    pub(super) seed: u64,
    /// The end of the history.
    pub(super) base: Timestamp,
    pub(super) reviewer: StaffId,
    pub(super) second: StaffId,
    waiting: Vec<Waiting>,
    seen: u64,
}

/// A case that will be taken up.
struct Waiting {
    case: CaseId,
    taken_up_at: Timestamp,
    answer: Answer,
}

/// Whether whoever has to answer a question of the desk does.
#[derive(Clone, Copy, PartialEq)]
enum Answer {
    Comes,
    StaysAway,
}

impl ReviewDesk {
    pub(super) const fn new(seed: u64, base: Timestamp, reviewer: StaffId, second: StaffId) -> Self {
        Self { seed, base, reviewer, second, waiting: Vec::new(), seen: 0 }
    }

    /// Notes the cases that an application raised.
    pub(super) fn note(&mut self, applied: &Applied, at: Timestamp) {
        for case in &applied.cases {
            let dice = Seeded::branch(self.seed, "review", self.seen);
            self.seen += 1;
            let (fewest, most) = TAKEN_UP_DAYS;
            let days = u32::try_from(dice.between(fewest, most)).unwrap_or(1);
            let recent = self.base < at.plus_days(RECENT_DAYS);
            let answer =
                if recent && dice.chance(UNANSWERED_PERCENT) { Answer::StaysAway } else { Answer::Comes };
            if !(recent && dice.chance(LEFT_LYING_PERCENT)) {
                self.waiting.push(Waiting { case: *case, taken_up_at: at.plus_days(days), answer });
            }
        }
    }

    /// Works every case that is to be taken up until `until`.
    pub(super) fn work(&mut self, register: &Register, until: Timestamp) -> Result<()> {
        let (due, later): (Vec<_>, Vec<_>) =
            self.waiting.drain(..).partition(|waiting| waiting.taken_up_at <= until);
        self.waiting = later;
        let share = due.len().div_ceil(APPLICANTS).max(1);
        let desk = &*self;
        std::thread::scope(|scope| {
            let workers: Vec<_> = due
                .chunks(share)
                .map(|mine| {
                    scope.spawn(move || mine.iter().try_for_each(|waiting| desk.decide(register, waiting)))
                })
                .collect();
            for worker in workers {
                worker.join().map_err(|_| anyhow::Error::msg("a reviewer of the demo ended early"))??;
            }
            Ok(())
        })
    }

    fn decide(&self, register: &Register, waiting: &Waiting) -> Result<()> {
        let reviewer = by(self.reviewer, Role::Reviewer);
        let kind = register.case(&reviewer, waiting.case)?.head.kind;
        let Some(decision) = decision(kind, waiting.answer) else { return Ok(()) };
        let decided = register
            .lease(&reviewer, waiting.case)
            .and_then(|lease| register.decide(&reviewer, waiting.case, lease.version, decision));
        let approval = match decided {
            Ok(decided) => decided.approval.filter(|_| waiting.answer == Answer::Comes),
            // What another case of the account, or its end, has settled meanwhile is left as it is.
            Err(RegisterError::State { .. } | RegisterError::Changed { .. } | RegisterError::Contention) => {
                None
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(id) = approval {
            let second =
                by(self.second, Role::ComplianceOfficer).because(Reason::parse("Evidence seen, agreed.")?);
            let request = register.approval(&second, id)?;
            register.approve(&second, id, request.content_hash)?;
        }
        Ok(())
    }
}

fn by(id: StaffId, role: Role) -> Call {
    Call::by(Actor::Staff { id, role })
}

/// What a reviewer concludes of an ordinary case; `None` for what is left to the visitor.
fn decision(kind: CaseKind, answer: Answer) -> Option<CaseDecision> {
    let (verdict, reason_code, note) = match (kind, answer) {
        (CaseKind::MissingItem, Answer::Comes) => {
            (Verdict::Confirm, ReasonCode::ItemNotReceived, "Asked for twice; it did not arrive.")
        }
        (CaseKind::Discrepancy, _) => (
            Verdict::Dismiss,
            ReasonCode::ExplainedByEvidence,
            "Explained by the papers that were shown since.",
        ),
        (CaseKind::RedFlag, Answer::Comes) => (
            Verdict::Dismiss,
            ReasonCode::ExplainedByEvidence,
            "The customer's explanation fits the invoices.",
        ),
        (CaseKind::MissingItem | CaseKind::RedFlag, Answer::StaysAway) => {
            (Verdict::NeedInformation, ReasonCode::InformationRequested, "Please send what is missing.")
        }
        (
            CaseKind::Match
            | CaseKind::Link
            | CaseKind::Measure
            | CaseKind::Order
            | CaseKind::Failure
            | CaseKind::Appeal,
            _,
        ) => return None,
    };
    Some(CaseDecision { verdict, reason_code, note: note.to_owned(), confirmed: Vec::new() })
}
