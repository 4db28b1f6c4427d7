//! Who may do what: one table, read by the choke point and by nothing else.
//!
//! Every use case names one [`Action`]. A role, an API key's scope or a system job may do it only if the table in
//! `access_table.txt` says so; that file is checked in, shown to auditors, and compared with this code by a test. Dual
//! control is not a permission but a property of the action: see [`Action::needs_second_person`].

use crate::RegisterError;
use tenantry_model::staff::{Actor, Job, Role, Scope};

/// What an actor can ask the register to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Submit an application.
    Apply,
    /// Add facts or evidence to a party; change who stands where on an account.
    AddFacts,
    /// Read accounts, parties and decisions without plaintext.
    Read,
    /// See personal data in plain; each reveal is a record.
    Reveal,
    /// Ask the gate.
    AskGate,
    /// Report accesses to an account.
    ReportAccess,
    /// Close an account.
    CloseAccount,
    /// Ask, for whoever holds an account, that what was decided about it be looked at again.
    Appeal,
    /// Read and lease cases.
    WorkCases,
    /// Decide a case.
    DecideCase,
    /// Propose a measure and preview whom it hits.
    ProposeMeasure,
    /// Approve or reject a measure as the second person.
    ApproveMeasure,
    /// Lift a measure.
    LiftMeasure,
    /// Put off the end of a measure.
    ExtendMeasure,
    /// Approve or reject what somebody else decided on a case.
    ApproveCase,
    /// Look up, in the lists in force, parties described by somebody outside.
    MatchLists,
    /// Import a watchlist.
    ImportList,
    /// Propose a policy pack.
    AdoptPack,
    /// Approve a policy pack as the second person.
    ApprovePack,
    /// Receive legal process.
    ReceiveOrder,
    /// Read which legal process arrived and when it is due, without what it says.
    ReadOrders,
    /// Read the ledger, its tiles and proofs.
    ReadLedger,
    /// Build an evidence package without plaintext.
    BuildEvidence,
    /// Ask for a package that discloses personal data.
    RequestDisclosure,
    /// Approve a disclosure as the second person.
    ApproveDisclosure,
    /// Place and renew holds.
    PlaceHold,
    /// See what a hold is about in plain; each look is a record.
    ReadMatter,
    /// Ask for the release of a hold.
    ReleaseHold,
    /// Approve the release of a hold as the second person.
    ApproveRelease,
    /// See holds, what is due for erasure and what was erased.
    ReadRetention,
    /// Ask for a scheduled erasure to be carried out.
    RequestErasure,
    /// Approve an erasure as the second person.
    ApproveErasure,
    /// Schedule what is due, carry out what was approved, end holds on their last day.
    Erase,
    /// Ask for another root or another key of an epoch.
    RequestRotation,
    /// Approve a change of keys as the second person.
    ApproveRotation,
    /// Carry out a change of keys that two people approved.
    RotateKeys,
    /// Check everything that is stored.
    CheckEverything,
    /// Set one's own password and one-time-code secret.
    OwnCredentials,
    /// Begin and end one's own session; refuse whoever fails too often.
    ComeAndGo,
    /// See staff, take access away, see and revoke API keys.
    ManagePeople,
    /// Ask for somebody to be let in: a new member of staff, a one-time link for one there is, or a machine with an API key.
    InvitePeople,
    /// Approve, as the second person, that somebody or a machine is let in.
    ApprovePeople,
    /// Let somebody or a machine in at once: whoever holds the machine this runs on.
    AdmitPeople,
    /// Manage webhooks, see and replay deliveries.
    ManageWebhooks,
    /// Sign checkpoints.
    SignCheckpoints,
    /// Screen parties again, apply measures, mind the clocks.
    Reassess,
    /// Create the deployment's first staff and keys.
    SetUp,
}

impl Action {
    /// Every action, in declaration order.
    pub const ALL: &'static [Self] = &[
        Self::Apply,
        Self::AddFacts,
        Self::Read,
        Self::Reveal,
        Self::AskGate,
        Self::ReportAccess,
        Self::CloseAccount,
        Self::Appeal,
        Self::WorkCases,
        Self::DecideCase,
        Self::ProposeMeasure,
        Self::ApproveMeasure,
        Self::LiftMeasure,
        Self::ExtendMeasure,
        Self::ApproveCase,
        Self::MatchLists,
        Self::ImportList,
        Self::AdoptPack,
        Self::ApprovePack,
        Self::ReceiveOrder,
        Self::ReadOrders,
        Self::ReadLedger,
        Self::BuildEvidence,
        Self::RequestDisclosure,
        Self::ApproveDisclosure,
        Self::PlaceHold,
        Self::ReadMatter,
        Self::ReleaseHold,
        Self::ApproveRelease,
        Self::ReadRetention,
        Self::RequestErasure,
        Self::ApproveErasure,
        Self::Erase,
        Self::RequestRotation,
        Self::ApproveRotation,
        Self::RotateKeys,
        Self::CheckEverything,
        Self::OwnCredentials,
        Self::ComeAndGo,
        Self::ManagePeople,
        Self::InvitePeople,
        Self::ApprovePeople,
        Self::AdmitPeople,
        Self::ManageWebhooks,
        Self::SignCheckpoints,
        Self::Reassess,
        Self::SetUp,
    ];

    /// The stable word of this action, as in the table, in records and in errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::AddFacts => "add_facts",
            Self::Read => "read",
            Self::Reveal => "reveal",
            Self::AskGate => "ask_gate",
            Self::ReportAccess => "report_access",
            Self::CloseAccount => "close_account",
            Self::Appeal => "appeal",
            Self::WorkCases => "work_cases",
            Self::DecideCase => "decide_case",
            Self::ProposeMeasure => "propose_measure",
            Self::ApproveMeasure => "approve_measure",
            Self::LiftMeasure => "lift_measure",
            Self::ExtendMeasure => "extend_measure",
            Self::ApproveCase => "approve_case",
            Self::MatchLists => "match_lists",
            Self::ImportList => "import_list",
            Self::AdoptPack => "adopt_pack",
            Self::ApprovePack => "approve_pack",
            Self::ReceiveOrder => "receive_order",
            Self::ReadOrders => "read_orders",
            Self::ReadLedger => "read_ledger",
            Self::BuildEvidence => "build_evidence",
            Self::RequestDisclosure => "request_disclosure",
            Self::ApproveDisclosure => "approve_disclosure",
            Self::PlaceHold => "place_hold",
            Self::ReadMatter => "read_matter",
            Self::ReleaseHold => "release_hold",
            Self::ApproveRelease => "approve_release",
            Self::ReadRetention => "read_retention",
            Self::RequestErasure => "request_erasure",
            Self::ApproveErasure => "approve_erasure",
            Self::Erase => "erase",
            Self::RequestRotation => "request_rotation",
            Self::ApproveRotation => "approve_rotation",
            Self::RotateKeys => "rotate_keys",
            Self::CheckEverything => "check_everything",
            Self::OwnCredentials => "own_credentials",
            Self::ComeAndGo => "come_and_go",
            Self::ManagePeople => "manage_people",
            Self::InvitePeople => "invite_people",
            Self::ApprovePeople => "approve_people",
            Self::AdmitPeople => "admit_people",
            Self::ManageWebhooks => "manage_webhooks",
            Self::SignCheckpoints => "sign_checkpoints",
            Self::Reassess => "reassess",
            Self::SetUp => "set_up",
        }
    }

    /// Whether nobody may do this alone: what is done needs a second person bound to the exact content.
    pub const fn needs_second_person(self) -> bool {
        matches!(
            self,
            Self::ProposeMeasure
                | Self::LiftMeasure
                | Self::ExtendMeasure
                | Self::RequestDisclosure
                | Self::ReleaseHold
                | Self::RequestErasure
                | Self::RequestRotation
                | Self::AdoptPack
                | Self::InvitePeople
        )
    }

    /// Whether the actor must say why.
    pub const fn needs_reason(self) -> bool {
        matches!(
            self,
            Self::Reveal
                | Self::CloseAccount
                | Self::ProposeMeasure
                | Self::LiftMeasure
                | Self::ExtendMeasure
                | Self::RequestDisclosure
                | Self::AdoptPack
                | Self::ReadMatter
                | Self::ReleaseHold
                | Self::RequestErasure
                | Self::RequestRotation
        )
    }
}

/// Refuses unless the table lets `actor` do `action`.
pub(crate) fn authorise(actor: &Actor, action: Action) -> Result<(), RegisterError> {
    let allowed = match actor {
        Actor::Staff { role, .. } => role_may(*role, action),
        Actor::ApiKey { scopes, .. } => scopes.iter().any(|scope| scope_may(*scope, action)),
        Actor::System { job } => job_may(*job, action),
    };
    if allowed && (actor.confined_to().is_none() || confined_may(action)) {
        return Ok(());
    }
    Err(RegisterError::Forbidden { action })
}

/// Whether an actor confined to a reseller may do an action at all, within its subtree.
pub const fn confined_may(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::Apply
            | A::AddFacts
            | A::Read
            | A::AskGate
            | A::ReportAccess
            | A::CloseAccount
            | A::Appeal
            | A::ReadLedger
            | A::BuildEvidence
    )
}

/// Whether a role may do an action.
pub const fn role_may(role: Role, action: Action) -> bool {
    use Action as A;
    if matches!(action, A::OwnCredentials | A::ComeAndGo) {
        return true;
    }
    match role {
        Role::Administrator => {
            matches!(
                action,
                A::Read
                    | A::ReadLedger
                    | A::ManagePeople
                    | A::InvitePeople
                    | A::ApprovePeople
                    | A::ManageWebhooks
                    | A::RequestRotation
            )
        }
        Role::Operator => {
            matches!(action, A::Read | A::AskGate | A::ImportList | A::ReadLedger | A::ManageWebhooks)
        }
        Role::Reviewer => matches!(
            action,
            A::Read
                | A::Reveal
                | A::AskGate
                | A::AddFacts
                | A::Appeal
                | A::WorkCases
                | A::DecideCase
                | A::ApproveCase
                | A::ReadOrders
                | A::ReadLedger
        ),
        Role::ComplianceOfficer => matches!(
            action,
            A::Apply
                | A::Read
                | A::Reveal
                | A::AskGate
                | A::AddFacts
                | A::CloseAccount
                | A::Appeal
                | A::WorkCases
                | A::DecideCase
                | A::ApproveCase
                | A::ProposeMeasure
                | A::ApproveMeasure
                | A::LiftMeasure
                | A::ExtendMeasure
                | A::ImportList
                | A::AdoptPack
                | A::ApprovePack
                | A::ReceiveOrder
                | A::ReadOrders
                | A::ReadLedger
                | A::BuildEvidence
                | A::RequestDisclosure
                | A::ApproveDisclosure
                | A::PlaceHold
                | A::ReadMatter
                | A::ReleaseHold
                | A::ApproveRelease
                | A::ReadRetention
                | A::RequestErasure
                | A::ApproveErasure
                | A::RequestRotation
                | A::ApproveRotation
                | A::ApprovePeople
        ),
        Role::Legal => matches!(
            action,
            A::Read
                | A::Reveal
                | A::WorkCases
                | A::DecideCase
                | A::ApproveCase
                | A::ApproveMeasure
                | A::ApprovePack
                | A::ReceiveOrder
                | A::ReadOrders
                | A::ReadLedger
                | A::BuildEvidence
                | A::RequestDisclosure
                | A::ApproveDisclosure
                | A::PlaceHold
                | A::ReadMatter
                | A::ReleaseHold
                | A::ApproveRelease
                | A::ReadRetention
                | A::RequestErasure
                | A::ApproveErasure
                | A::ApproveRotation
        ),
        Role::Auditor => {
            matches!(action, A::Read | A::ReadLedger | A::BuildEvidence | A::ReadRetention)
        }
    }
}

/// Whether a scope of an API key covers an action. No scope covers an approval: a key is not a person.
pub const fn scope_may(scope: Scope, action: Action) -> bool {
    use Action as A;
    match scope {
        Scope::Applications => matches!(action, A::Apply | A::Appeal),
        Scope::Read => matches!(action, A::Read),
        Scope::Facts => matches!(action, A::AddFacts),
        Scope::Gate => matches!(action, A::AskGate),
        Scope::Events => matches!(action, A::ReportAccess | A::CloseAccount),
        Scope::Lists => matches!(action, A::ImportList),
        Scope::Matching => matches!(action, A::MatchLists),
        Scope::Evidence => matches!(action, A::ReadLedger | A::BuildEvidence),
        Scope::Webhooks => matches!(action, A::ManageWebhooks),
        Scope::Orders => matches!(action, A::ReceiveOrder | A::ReadOrders),
        Scope::Holds => matches!(action, A::PlaceHold | A::ReadRetention),
    }
}

/// Whether a system job may do an action.
pub const fn job_may(job: Job, action: Action) -> bool {
    use Action as A;
    match job {
        Job::Checkpoints => matches!(action, A::SignCheckpoints | A::ReadLedger | A::CheckEverything),
        Job::Rescreening | Job::Clocks => matches!(action, A::Reassess | A::Read),
        Job::Deliveries => matches!(action, A::ManageWebhooks),
        Job::LogIns => matches!(action, A::ComeAndGo),
        Job::Retention => matches!(action, A::Erase | A::ReadRetention),
        Job::CommandLine => matches!(
            action,
            A::Apply
                | A::Read
                | A::AskGate
                | A::CloseAccount
                | A::ImportList
                | A::ReceiveOrder
                | A::ReadOrders
                | A::ReadLedger
                | A::BuildEvidence
                | A::ManagePeople
                | A::AdmitPeople
                | A::PlaceHold
                | A::ReadRetention
                | A::Erase
                | A::CheckEverything
                | A::RotateKeys
        ),
        Job::SetUp => {
            matches!(action, A::SetUp | A::ImportList | A::ManagePeople | A::AdmitPeople | A::Apply | A::Read)
        }
    }
}
