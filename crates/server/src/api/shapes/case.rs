//! Cases, without what reviewers see only under a lease.

use super::words::{AccountId, CaseId, CaseKind, CaseState, Instant, PartyId, Raised, ReasonCode, Verdict};
use utoipa::ToSchema;

/// The open part of a case: codes, sentences of the pack, dates; no personal data.
#[derive(ToSchema)]
pub struct CaseHead {
    /// Identifier.
    pub id: CaseId,
    /// Why it exists.
    pub kind: CaseKind,
    /// Where it stands.
    pub state: CaseState,
    /// The account it is about.
    #[schema(required)]
    pub account: Option<AccountId>,
    /// That account's reference.
    #[schema(required)]
    pub reference: Option<String>,
    /// The party it is about.
    #[schema(required)]
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
    #[schema(required)]
    pub score_per_mille: Option<u16>,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it is due.
    pub due_at: Instant,
    /// How late it is, in whole minutes; 0 while it is not.
    pub overdue_minutes: i64,
    /// Who holds it now.
    #[schema(required)]
    pub leased_by: Option<String>,
    /// Until when.
    #[schema(required)]
    pub leased_until: Option<Instant>,
    /// When it was passed to somebody with more authority.
    #[schema(required)]
    pub escalated_at: Option<Instant>,
    /// What was concluded last.
    #[schema(required)]
    pub verdict: Option<Verdict>,
    /// Why.
    #[schema(required)]
    pub reason_code: Option<ReasonCode>,
    /// By whom.
    #[schema(required)]
    pub decided_by: Option<String>,
    /// When.
    #[schema(required)]
    pub decided_at: Option<Instant>,
    /// The request for a second person.
    #[schema(required)]
    pub approval: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

/// A case.
#[derive(ToSchema)]
pub struct CaseView {
    /// Its open part.
    pub head: CaseHead,
    /// Whether the decision in force still raises the concern.
    pub raised: Raised,
}
