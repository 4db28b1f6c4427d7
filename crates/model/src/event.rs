//! Events: what the outside is told, by webhook and in the feed.

use crate::words::words;

words! {
    /// What an event tells. A type keeps its meaning once it is published.
    pub enum EventType as "type of event" {
        /// An account is open.
        AccountOpened = "tenantry.account.opened",
        /// An account may be used within limits.
        AccountRestricted = "tenantry.account.restricted",
        /// A person has to decide about an account.
        AccountInReview = "tenantry.account.in_review",
        /// An account was refused.
        AccountRefused = "tenantry.account.refused",
        /// An account that was open may not be used.
        AccountSuspended = "tenantry.account.suspended",
        /// An account has ended.
        AccountClosed = "tenantry.account.closed",
        /// Parties came to an account, or roles and interests on it began or ended.
        AccountPartiesChanged = "tenantry.account.parties_changed",
        /// Facts or checks were added to a party.
        PartyFactsAdded = "tenantry.party.facts_added",
        /// A case was opened.
        CaseOpened = "tenantry.case.opened",
        /// The customer has to answer before a case goes on.
        CaseInformationNeeded = "tenantry.case.information_needed",
        /// A case was concluded.
        CaseClosed = "tenantry.case.closed",
        /// What was held against an account counts as undecided again.
        AppealGranted = "tenantry.appeal.granted",
        /// A second person put a measure into force.
        MeasureApproved = "tenantry.measure.approved",
        /// A measure has begun and every account was assessed under it.
        MeasureApplied = "tenantry.measure.applied",
        /// A measure has run out and every account was assessed without it.
        MeasureEnded = "tenantry.measure.ended",
        /// A measure was lifted before its end.
        MeasureLifted = "tenantry.measure.lifted",
        /// The end of a measure was put off.
        MeasureExtended = "tenantry.measure.extended",
        /// A proposed measure was rejected.
        MeasureRejected = "tenantry.measure.rejected",
        /// Legal process arrived.
        OrderReceived = "tenantry.order.received",
        /// A second person was asked.
        ApprovalRequested = "tenantry.approval.requested",
        /// A second person answered, or the request lapsed.
        ApprovalDecided = "tenantry.approval.decided",
        /// A disclosure was approved: its package can be built.
        DisclosureApproved = "tenantry.disclosure.approved",
        /// Keys whose time is over were put into a batch that people can look at.
        ErasureScheduled = "tenantry.erasure.scheduled",
        /// A batch that two people approved was destroyed.
        ErasureDone = "tenantry.erasure.done",
        /// A new version of a list came into force.
        ListImported = "tenantry.list.imported",
    }
}
