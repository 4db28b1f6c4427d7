//! The rules the engine knows, and the words of their consequences.
//!
//! Which rules exist is code, because each is a computation; what follows from each, with its text, requirement and
//! citation, is data of the pack.

use crate::codes::codes;

codes! {
    /// A rule of the engine. Stable: recorded in decisions, cases and answers of the gate.
    pub enum RuleCode {
        /// The account has no customer among its parties.
        NoCustomer = "no_customer",
        /// A party shown or taken to be foreign pulls the account into the programme.
        ForeignParty = "foreign_party",
        /// Status is undetermined, and treated as foreign.
        StatusUndetermined = "status_undetermined",
        /// Customer and all owners are verified US persons.
        AllUsPersons = "all_us_persons",
        /// A claim of US status without anything that supports it.
        ClaimUnsupported = "claim_unsupported",
        /// Facts about status contradict each other.
        StatusContradiction = "status_contradiction",
        /// Something required before the account opens is missing.
        FieldMissing = "field_missing",
        /// What was collected is not verified.
        NotVerified = "not_verified",
        /// A date that cannot be, such as a date of birth in the future.
        ImpossibleDate = "impossible_date",
        /// A party named as owner is not described.
        OwnerNotDescribed = "owner_not_described",
        /// No individual is found who owns or controls the customer.
        NoOwnerFound = "no_owner_found",
        /// The disclosed shares exceed the whole.
        OwnershipExceedsWhole = "ownership_exceeds_whole",
        /// The owners could not be computed.
        OwnershipNotComputable = "ownership_not_computable",
        /// Two ways to compute a share fall on different sides of the threshold.
        OwnershipDisagreement = "ownership_disagreement",
        /// Screening or another evaluation failed.
        NotEvaluated = "not_evaluated",
        /// A party resembles a listed party.
        ListedMatch = "listed_match",
        /// A reviewer confirmed that a party is listed.
        ListedConfirmed = "listed_confirmed",
        /// Listed parties own the party in aggregate.
        OwnedByListed = "owned_by_listed",
        /// Listed parties, or parties that resemble them, may own the party in aggregate.
        MayBeOwnedByListed = "may_be_owned_by_listed",
        /// A measure prohibits the account.
        MeasureProhibits = "measure_prohibits",
        /// A measure sets conditions.
        MeasureConditions = "measure_conditions",
        /// A measure may reach the account; the facts do not settle it.
        MeasureMayReach = "measure_may_reach",
        /// A measure will reach the account from a later date.
        MeasureUpcoming = "measure_upcoming",
        /// An account above this one is not in good standing.
        ResellerStanding = "reseller_standing",
        /// Linked to an account closed for cause.
        LinkClosedForCause = "link_closed_for_cause",
        /// Weak evidence of a link to an account closed for cause.
        LinkWeak = "link_weak",
        /// The account is not in a state in which anything may be done.
        AccountNotOpen = "account_not_open",
        /// The account is open under conditions.
        AccountRestricted = "account_restricted",
        /// There is no decision on the account.
        NoDecision = "no_decision",
        /// Red flag: payment, addresses and connections point to different countries.
        CountryMismatch = "country_mismatch",
        /// Red flag: connected from outside every declared place.
        AccessOutsideDeclared = "access_outside_declared",
        /// Red flag: a connection through a network that hides its user.
        AnonymousNetwork = "anonymous_network",
        /// Red flag: an e-mail address of a throw-away service.
        DisposableEmail = "disposable_email",
        /// A red flag was not looked for, because no list of its kind was ever imported.
        FlagWithoutList = "flag_without_list",
        /// Red flag: one instrument or document on several accounts.
        SharedInstrument = "shared_instrument",
        /// Red flag: a post box where a street address is due.
        PostBox = "post_box",
        /// Red flag: a large part of the ownership is not disclosed.
        OwnershipUnexplained = "ownership_unexplained",
        /// Red flag: an owner holds for somebody who is not named.
        NomineeOwner = "nominee_owner",
        /// Red flag: owners changed shortly before.
        RecentOwnershipChange = "recent_ownership_change",
        /// Red flag: somebody pays who is neither customer nor owner.
        ThirdPartyPayer = "third_party_payer",
        /// Red flag: a document relied on has expired.
        DocumentExpired = "document_expired",
        /// A name is known in one script only, which weakens screening.
        NameInOneScript = "name_in_one_script",
        /// What the customer owes did not come in the time allowed, or use on provisional terms has ended.
        VerificationOverdue = "verification_overdue",
        /// What is known was verified so long ago that it wants a new look.
        ReverificationDue = "reverification_due",
        /// The account was refused for what only a person may find to be settled, and what is said now would settle it.
        RefusalQuestioned = "refusal_questioned",
    }
}

impl RuleCode {
    /// Red flags may be switched off or softened by a pack; everything else may not.
    pub const fn is_red_flag(self) -> bool {
        matches!(
            self,
            Self::CountryMismatch
                | Self::AccessOutsideDeclared
                | Self::AnonymousNetwork
                | Self::DisposableEmail
                | Self::SharedInstrument
                | Self::PostBox
                | Self::OwnershipUnexplained
                | Self::NomineeOwner
                | Self::RecentOwnershipChange
                | Self::ThirdPartyPayer
                | Self::DocumentExpired
                | Self::NameInOneScript
        )
    }

    /// Whether a pack may withhold something from an open account while a person looks at it.
    pub const fn can_be_grave(self) -> bool {
        matches!(self, Self::ListedMatch | Self::MeasureMayReach | Self::ResellerStanding)
    }

    /// Whether it refuses an account for what an authority ordered or a reviewer confirmed: new statements alone do not settle that.
    pub const fn refuses_for_good(self) -> bool {
        matches!(self, Self::ListedConfirmed | Self::OwnedByListed | Self::MeasureProhibits)
    }

    /// The least consequence a pack may give this rule: failing closed is not a matter of policy.
    pub const fn effect_min(self) -> Effect {
        match self {
            Self::ListedConfirmed | Self::OwnedByListed | Self::MeasureProhibits => Effect::Refuse,
            Self::NoCustomer
            | Self::ClaimUnsupported
            | Self::StatusContradiction
            | Self::FieldMissing
            | Self::NotVerified
            | Self::ImpossibleDate
            | Self::OwnerNotDescribed
            | Self::NoOwnerFound
            | Self::OwnershipExceedsWhole
            | Self::OwnershipNotComputable
            | Self::OwnershipDisagreement
            | Self::NotEvaluated
            | Self::ListedMatch
            | Self::MayBeOwnedByListed
            | Self::MeasureMayReach
            | Self::ResellerStanding
            | Self::LinkClosedForCause
            | Self::NoDecision
            | Self::AccountNotOpen
            | Self::VerificationOverdue
            | Self::RefusalQuestioned => Effect::Review,
            Self::MeasureConditions | Self::AccountRestricted => Effect::Restrict,
            _ => Effect::Note,
        }
    }

    /// The most a pack may make of this rule: weak evidence never acts.
    pub const fn effect_max(self) -> Effect {
        match self {
            Self::LinkWeak | Self::AllUsPersons | Self::MeasureUpcoming | Self::ForeignParty => Effect::Note,
            Self::MeasureConditions | Self::AccountRestricted => Effect::Restrict,
            Self::ListedConfirmed
            | Self::OwnedByListed
            | Self::MeasureProhibits
            | Self::VerificationOverdue => Effect::Refuse,
            _ => Effect::Review,
        }
    }
}

codes! {
    /// What follows from a rule. Ordered: the strongest of all rules that fired is the outcome.
    pub enum Effect {
        /// Recorded, changes nothing by itself.
        Note = "note",
        /// The account opens without some capabilities.
        Restrict = "restrict",
        /// A person decides first.
        Review = "review",
        /// The account is not opened or kept.
        Refuse = "refuse",
    }
}

codes! {
    /// How soon a case wants attention. Ordered.
    pub enum Priority {
        /// When there is time.
        Low = "low",
        /// In turn.
        Normal = "normal",
        /// Before others.
        High = "high",
        /// At once.
        Urgent = "urgent",
    }
}

codes! {
    /// Where a red flag comes from (ADP-05).
    pub enum FlagCategory {
        /// Suspicious identity data or evidence.
        Identity = "identity",
        /// Suspicious or anomalous activity.
        Activity = "activity",
        /// Notice from customers, victims, authorities or others.
        Notice = "notice",
    }
}

codes! {
    /// How to respond to a red flag (ADP-07).
    pub enum Response {
        /// Watch the account.
        Monitor = "monitor",
        /// Ask the customer.
        ContactCustomer = "contact_customer",
        /// Have credentials changed.
        ChangeCredentials = "change_credentials",
        /// Reopen under another number.
        ReopenUnderNewNumber = "reopen_under_new_number",
        /// Do not open the account.
        RefuseOpening = "refuse_opening",
        /// Close or suspend the account.
        CloseOrSuspend = "close_or_suspend",
        /// Accept only trusted means of payment.
        TrustedPaymentOnly = "trusted_payment_only",
        /// Tell the authorities.
        NotifyAuthorities = "notify_authorities",
        /// Decide that nothing, or something else, is due, and say why.
        Justify = "justify",
    }
}
