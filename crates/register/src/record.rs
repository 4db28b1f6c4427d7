//! The kinds of records the ledger holds, and how long each is kept.
//!
//! A record's type number is part of its leaf for ever, so numbers are never reused. The body is a list of named fields;
//! what identifies people goes only into records of the class [`Retention::PersonalData`].

use serde::Serialize;

/// Type of a record; the number is what the leaf carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum RecordType {
    /// Facts and checks about a party.
    PartyRecorded = 1,
    /// An application arrived.
    ApplicationReceived = 2,
    /// A decision on an account.
    Decided = 3,
    /// An account changed state.
    AccountChanged = 4,
    /// Roles and interests on an account.
    RolesRecorded = 5,
    /// An access was reported.
    AccessReported = 6,
    /// A case was opened.
    CaseOpened = 7,
    /// A reviewer decided a case.
    CaseDecided = 8,
    /// A match was dismissed, with the basis it holds on.
    MatchDismissed = 9,
    /// A measure was proposed.
    MeasureProposed = 10,
    /// A measure changed state.
    MeasureChanged = 11,
    /// A second person was asked.
    ApprovalRequested = 12,
    /// A second person answered.
    ApprovalDecided = 13,
    /// A watchlist snapshot came into force.
    ListImported = 14,
    /// Every active party was screened against the snapshots in force.
    RescreeningDone = 15,
    /// A policy pack was adopted.
    PackAdopted = 16,
    /// Legal process arrived.
    OrderReceived = 17,
    /// Personal data was shown.
    Revealed = 18,
    /// An evidence package was built.
    EvidenceBuilt = 19,
    /// Staff, keys or endpoints changed.
    AdministrationChanged = 20,
    /// The deployment was set up.
    SetUp = 21,
    /// Why somebody did something, in their words; erased sooner than what they did.
    ReasonGiven = 22,
    /// Somebody asked that what was decided about an account be looked at again.
    AppealReceived = 23,
    /// A member of staff came in, left, or was locked out after too many attempts.
    StaffCameOrWent = 24,
    /// The length and head of every subject's chain were committed to.
    ChainsIndexed = 40,
    /// A batch of events was committed to.
    EventsBatched = 41,
    /// A key of the ledger came into use.
    LedgerKeyIntroduced = 42,
    /// The ledger goes on under another origin.
    LedgerContinued = 43,
    /// A hold was placed, with what it covers.
    HoldPlaced = 50,
    /// A hold was renewed, was released or lapsed.
    HoldChanged = 51,
    /// Keys whose time is over were put into a batch.
    ErasureScheduled = 52,
    /// The keys of an approved batch are about to be destroyed.
    ErasureIntended = 53,
    /// A key was destroyed, and with it these records.
    Erased = 54,
    /// A batch is done.
    ErasureDone = 55,
    /// Keys above the subjects were changed.
    KeysRotated = 56,
}

impl RecordType {
    /// Every type, in order of number.
    pub const ALL: &'static [Self] = &[
        Self::PartyRecorded,
        Self::ApplicationReceived,
        Self::Decided,
        Self::AccountChanged,
        Self::RolesRecorded,
        Self::AccessReported,
        Self::CaseOpened,
        Self::CaseDecided,
        Self::MatchDismissed,
        Self::MeasureProposed,
        Self::MeasureChanged,
        Self::ApprovalRequested,
        Self::ApprovalDecided,
        Self::ListImported,
        Self::RescreeningDone,
        Self::PackAdopted,
        Self::OrderReceived,
        Self::Revealed,
        Self::EvidenceBuilt,
        Self::AdministrationChanged,
        Self::SetUp,
        Self::ReasonGiven,
        Self::AppealReceived,
        Self::StaffCameOrWent,
        Self::ChainsIndexed,
        Self::EventsBatched,
        Self::LedgerKeyIntroduced,
        Self::LedgerContinued,
        Self::HoldPlaced,
        Self::HoldChanged,
        Self::ErasureScheduled,
        Self::ErasureIntended,
        Self::Erased,
        Self::ErasureDone,
        Self::KeysRotated,
    ];

    /// The number in the leaf.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The type behind a number, `None` for a record of a newer version.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| i64::from(t.number()) == number)
    }

    /// What happened, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::PartyRecorded => "Facts recorded",
            Self::ApplicationReceived => "Application received",
            Self::Decided => "Decided",
            Self::AccountChanged => "Account changed",
            Self::RolesRecorded => "Roles and interests recorded",
            Self::AccessReported => "Access reported",
            Self::CaseOpened => "Case opened",
            Self::CaseDecided => "Case decided",
            Self::MatchDismissed => "Match dismissed",
            Self::MeasureProposed => "Measure proposed",
            Self::MeasureChanged => "Measure changed",
            Self::ApprovalRequested => "Second person asked",
            Self::ApprovalDecided => "Second person answered",
            Self::ListImported => "List imported",
            Self::RescreeningDone => "All parties screened",
            Self::PackAdopted => "Policy pack adopted",
            Self::OrderReceived => "Order received",
            Self::Revealed => "Personal data shown",
            Self::EvidenceBuilt => "Evidence package built",
            Self::AdministrationChanged => "Administration changed",
            Self::SetUp => "Set up",
            Self::ReasonGiven => "Reason given",
            Self::AppealReceived => "Appeal received",
            Self::StaffCameOrWent => "Log-in or log-out of staff",
            Self::ChainsIndexed => "Chains of all subjects indexed",
            Self::EventsBatched => "Events batched",
            Self::LedgerKeyIntroduced => "Ledger key introduced",
            Self::LedgerContinued => "Ledger continued under a new origin",
            Self::HoldPlaced => "Hold placed",
            Self::HoldChanged => "Hold changed",
            Self::ErasureScheduled => "Erasure scheduled",
            Self::ErasureIntended => "Erasure about to be carried out",
            Self::Erased => "Erased",
            Self::ErasureDone => "Erasure done",
            Self::KeysRotated => "Keys changed",
        }
    }
}

/// How long a record's body is kept. Two classes from the start (REC-05, ENF-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Retention {
    /// Personal data: two years after closure or last access, whichever is later.
    PersonalData = 1,
    /// Decision evidence without personal data: ten years.
    DecisionEvidence = 2,
}

impl Retention {
    /// Every class, in order of number.
    pub const ALL: [Self; 2] = [Self::PersonalData, Self::DecisionEvidence];

    /// The class behind a number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.number() == number)
    }

    /// The number in the leaf.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// A record about to be made.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) kind: RecordType,
    pub(crate) subject: [u8; 16],
    pub(crate) class: Retention,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) causes: Vec<u64>,
}

impl Record {
    /// A record without fields.
    pub(crate) const fn new(kind: RecordType, subject: [u8; 16], class: Retention) -> Self {
        Self { kind, subject, class, fields: Vec::new(), causes: Vec::new() }
    }

    /// The same record with one more text field.
    #[must_use]
    pub(crate) fn text(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.fields.push((name.to_owned(), value.to_string().into_bytes()));
        self
    }

    /// The same record with one more field, as JSON.
    #[must_use]
    pub(crate) fn json(mut self, name: &str, value: &impl Serialize) -> Self {
        // Serialising our own types to memory cannot fail; were it to, the field is present and visibly empty.
        self.fields.push((name.to_owned(), serde_json::to_vec(value).unwrap_or_default()));
        self
    }

    /// The same record with one more field of bytes.
    #[must_use]
    pub(crate) fn bytes(mut self, name: &str, value: &[u8]) -> Self {
        self.fields.push((name.to_owned(), value.to_vec()));
        self
    }

    /// The same record naming a leaf that caused it.
    #[must_use]
    pub(crate) fn caused_by(mut self, leaf: u64) -> Self {
        self.causes.push(leaf);
        self
    }
}
