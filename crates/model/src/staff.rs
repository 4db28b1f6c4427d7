//! Who acts: staff with roles, API keys with scopes, system jobs. The role-by-action table is the register's.

use crate::id::{AccountId, ApiKeyId, StaffId};
use crate::words::words;

words! {
    /// Role of a member of staff. Roles exclude each other: one person holds one.
    pub enum Role as "staff role" {
        /// Manages people, keys and settings; sees no plaintext.
        Administrator = "administrator",
        /// Starts, watches and upgrades the system; sees no plaintext.
        Operator = "operator",
        /// Works the queue of cases.
        Reviewer = "reviewer",
        /// Owns the programme: measures, packs, approvals, reports.
        ComplianceOfficer = "compliance_officer",
        /// Answers legal process: orders, holds, disclosures.
        Legal = "legal",
        /// Reads proofs and records, no plaintext.
        Auditor = "auditor",
    }
}

words! {
    /// How somebody came in.
    pub enum Entrance as "entrance" {
        /// With password and one-time code.
        Credentials = "credentials",
        /// By a one-time link, which takes the place of both.
        Link = "link",
    }
}

words! {
    /// What an API key may do.
    pub enum Scope as "API key scope" {
        /// Submit applications and read their outcome.
        Applications = "applications",
        /// Read accounts, parties (without plaintext) and cases.
        Read = "read",
        /// Add facts to parties.
        Facts = "facts",
        /// Ask the gate.
        Gate = "gate",
        /// Report events: access, closure.
        Events = "events",
        /// Import lists.
        Lists = "lists",
        /// Match descriptions of parties against the lists in force.
        Matching = "matching",
        /// Read the ledger and build evidence.
        Evidence = "evidence",
        /// Manage webhooks and read the feed of events.
        Webhooks = "webhooks",
        /// Receive legal process and see when it is due.
        Orders = "orders",
        /// Place, renew and read holds, read erasures.
        Holds = "holds",
    }
}

words! {
    /// Background work that acts in its own name.
    pub enum Job as "system job" {
        /// Signs checkpoints.
        Checkpoints = "checkpoints",
        /// Screens all parties against a new snapshot.
        Rescreening = "rescreening",
        /// Watches dates: measures that become effective or expire, cases that fall due.
        Clocks = "clocks",
        /// Delivers webhooks.
        Deliveries = "deliveries",
        /// Schedules what is due for erasure, carries out what was approved, ends holds on their last day.
        Retention = "retention",
        /// Looks at attempts to log in, and locks a log-in that fails too often.
        LogIns = "log_ins",
        /// First start: keys, first administrator, demo data.
        SetUp = "set_up",
        /// An operator at the host, through the command line.
        CommandLine = "command_line",
    }
}

/// Who calls a use case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person: the only kind of actor that can approve.
    Staff {
        /// Who.
        id: StaffId,
        /// In which role.
        role: Role,
    },
    /// A machine of the provider or of a reseller. A key is not a person.
    ApiKey {
        /// Which key.
        id: ApiKeyId,
        /// What it may do.
        scopes: Vec<Scope>,
        /// Reseller account whose subtree it is confined to, if any.
        reseller: Option<AccountId>,
    },
    /// The system itself.
    System {
        /// In which job.
        job: Job,
    },
}

impl Actor {
    /// The account whose subtree this actor is confined to, if any.
    pub const fn confined_to(&self) -> Option<AccountId> {
        match self {
            Self::ApiKey { reseller, .. } => *reseller,
            Self::Staff { .. } | Self::System { .. } => None,
        }
    }
}
