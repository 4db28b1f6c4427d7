//! Cases: work for a human, and the words of its outcome.

use crate::words::words;

words! {
    /// Why a case exists.
    pub enum CaseKind as "kind of case" {
        /// A party resembles a listed party or a person named in a measure.
        Match = "match",
        /// Facts contradict each other (REC-04).
        Discrepancy = "discrepancy",
        /// Something the pack requires is missing.
        MissingItem = "missing_item",
        /// A red-flag rule fired (DEF-12).
        RedFlag = "red_flag",
        /// Two accounts may be one actor (CRT-16).
        Link = "link",
        /// Legal process arrived.
        Order = "order",
        /// A measure reaches an existing account.
        Measure = "measure",
        /// An evaluation failed, and what cannot be evaluated is reviewed.
        Failure = "failure",
        /// Somebody asks that what was decided about an account be looked at again (CIP-18).
        Appeal = "appeal",
    }
}

words! {
    /// On what ground somebody appeals (CIP-18).
    pub enum AppealGround as "ground of an appeal" {
        /// They are taken for somebody else.
        TakenForAnother = "taken_for_another",
        /// They could not be verified and can be now, or in another way.
        CanBeVerified = "can_be_verified",
        /// Their identity, or evidence about it, is in the hands of others.
        Compromised = "compromised",
        /// Something else, as the statement says.
        Other = "other",
    }
}

words! {
    /// Where a case stands.
    pub enum CaseState as "state of a case" {
        /// Waits for a reviewer.
        Open = "open",
        /// Decided by one person where the table asks for a second.
        AwaitingSecond = "awaiting_second",
        /// Waits for something from the customer.
        AwaitingCustomer = "awaiting_customer",
        /// Done.
        Closed = "closed",
    }
}

words! {
    /// What a reviewer concludes.
    pub enum Verdict as "verdict" {
        /// The concern is unfounded: not the same person, no contradiction, nothing missing.
        Dismiss = "dismiss",
        /// The concern is founded: the account is refused or suspended.
        Confirm = "confirm",
        /// More is needed from the customer.
        NeedInformation = "need_information",
        /// Passed to somebody with more authority.
        Escalate = "escalate",
    }
}

words! {
    /// Why a reviewer concludes so. One is always required.
    pub enum ReasonCode as "reason code" {
        /// Dates of birth differ beyond typing errors.
        DifferentBirthDate = "different_birth_date",
        /// Nationality, country or address tell the two apart.
        DifferentPlace = "different_place",
        /// Identifiers differ.
        DifferentIdentifier = "different_identifier",
        /// The names are not the same name.
        DifferentName = "different_name",
        /// A person is compared with an organisation or a thing.
        DifferentKind = "different_kind",
        /// Identity is established by identifiers or several attributes.
        SameIdentity = "same_identity",
        /// Ownership or control is established.
        OwnershipEstablished = "ownership_established",
        /// The contradiction is explained by evidence.
        ExplainedByEvidence = "explained_by_evidence",
        /// The contradiction could not be explained.
        Unexplained = "unexplained",
        /// The missing item arrived.
        ItemReceived = "item_received",
        /// The missing item did not arrive in time.
        ItemNotReceived = "item_not_received",
        /// The same actor as an earlier account.
        SameActor = "same_actor",
        /// The duty in the order is carried out.
        OrderExecuted = "order_executed",
        /// The order is invalid or outside the provider's power, with the note saying why.
        OrderRefused = "order_refused",
        /// The measure applies to the account.
        MeasureApplies = "measure_applies",
        /// The measure does not reach the account.
        MeasureDoesNotApply = "measure_does_not_apply",
        /// What was decided stands.
        DecisionStands = "decision_stands",
        /// What was decided was wrong, or rests on what is no longer so.
        DecisionWrong = "decision_wrong",
        /// Further facts are needed.
        InformationRequested = "information_requested",
        /// Needs a more senior decision.
        NeedsSenior = "needs_senior",
    }
}
