//! What a request asks for, to the byte: a closed list of identifiers and words, and the hash that is approved.

use crate::RegisterError;
use crate::access::Action;
use crate::rotation::Rotation;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tenantry_model::case::{ReasonCode, Verdict};
use tenantry_model::id::{AccountId, ApiKeyId, CaseId, DisclosureId, ErasureId, HoldId, MeasureId, StaffId};
use tenantry_model::staff::{Role, Scope};
use tenantry_model::time::{Date, Timestamp};
use tenantry_store::repo::approval::ApprovalRow;

/// SHA-256 of a content, or a keyed digest of one that is personal. Written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash behind its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn bytes(self) -> [u8; 32] {
        self.0
    }

    /// The hash of a content.
    pub(crate) fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }
}

impl std::fmt::Display for ContentHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl std::fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for ContentHash {
    type Err = RegisterError;
    fn from_str(text: &str) -> Result<Self, RegisterError> {
        let wrong =
            || RegisterError::invalid("/content_hash", "a content hash is 64 lower-case hexadecimal digits");
        unhex(text).and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or_else(wrong)
    }
}

impl Serialize for ContentHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What waits for a second person: identifiers and words, never personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Pending {
    /// Put a measure into force.
    ApproveMeasure {
        /// Which.
        measure: MeasureId,
        /// Digest of its exact text.
        content: ContentHash,
    },
    /// Lift a measure before its end.
    LiftMeasure {
        /// Which.
        measure: MeasureId,
        /// Digest of its exact text.
        content: ContentHash,
    },
    /// Put off the end of a measure.
    ExtendMeasure {
        /// Which.
        measure: MeasureId,
        /// Digest of its exact text as it stands.
        content: ContentHash,
        /// When it is to end.
        until: Timestamp,
        /// Citation of the authority's notice, which is published.
        notice: String,
        /// Date of the notice.
        noticed_on: Date,
    },
    /// Conclude a case.
    DecideCase {
        /// Which.
        case: CaseId,
        /// The account it is about.
        account: Option<AccountId>,
        /// What was concluded.
        verdict: Verdict,
        /// Why.
        reason_code: ReasonCode,
        /// Listed entities the verdict `confirm` names, each as `list/entity`; empty means every hit of the case.
        confirmed: Vec<String>,
        /// Digest of the concern the case is about.
        concern: ContentHash,
        /// Keyed digest of the note.
        note: ContentHash,
    },
    /// Hand personal data over.
    Disclose {
        /// Which disclosure.
        disclosure: DisclosureId,
        /// Digest of its exact scope.
        content: ContentHash,
    },
    /// Release a hold.
    ReleaseHold {
        /// Which.
        hold: HoldId,
        /// Digest of the hold as it stood.
        content: ContentHash,
    },
    /// Destroy the keys of a batch.
    Erase {
        /// Which.
        erasure: ErasureId,
        /// Digest of exactly these keys.
        content: ContentHash,
    },
    /// Change keys above the subjects.
    RotateKeys {
        /// Which.
        rotation: Rotation,
    },
    /// Decide by another policy pack from now on.
    AdoptPack {
        /// Its identifier.
        pack: String,
        /// Its version.
        version: String,
        /// Hash of its text.
        content: ContentHash,
    },
    /// Let in a new member of staff.
    AddStaff {
        /// Whom.
        staff: StaffId,
        /// In which role.
        role: Role,
        /// Keyed digest of log-in and name.
        content: ContentHash,
    },
    /// Let a one-time link be made for a member of staff, who comes in by it and sets new credentials.
    LoginLink {
        /// For whom.
        staff: StaffId,
        /// In which role.
        role: Role,
    },
    /// Let an API key be made. Its secret comes to be when whoever asked fetches it, and is in no request.
    MakeKey {
        /// The identifier it will have.
        key: ApiKeyId,
        /// What it is for; names no person.
        label: String,
        /// What it may do.
        scopes: Vec<Scope>,
        /// Reseller account it is confined to.
        reseller: Option<AccountId>,
    },
}

impl Pending {
    /// What a second person needs to be allowed to do.
    pub const fn approving_action(&self) -> Action {
        match self {
            Self::ApproveMeasure { .. } | Self::LiftMeasure { .. } | Self::ExtendMeasure { .. } => {
                Action::ApproveMeasure
            }
            Self::DecideCase { .. } => Action::ApproveCase,
            Self::Disclose { .. } => Action::ApproveDisclosure,
            Self::ReleaseHold { .. } => Action::ApproveRelease,
            Self::Erase { .. } => Action::ApproveErasure,
            Self::RotateKeys { .. } => Action::ApproveRotation,
            Self::AdoptPack { .. } => Action::ApprovePack,
            Self::AddStaff { .. } | Self::LoginLink { .. } | Self::MakeKey { .. } => Action::ApprovePeople,
        }
    }

    /// The stable word of what is to be done.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::ApproveMeasure { .. } => "approve_measure",
            Self::LiftMeasure { .. } => "lift_measure",
            Self::ExtendMeasure { .. } => "extend_measure",
            Self::DecideCase { .. } => "decide_case",
            Self::Disclose { .. } => "disclose",
            Self::ReleaseHold { .. } => "release_hold",
            Self::Erase { .. } => "erase",
            Self::RotateKeys { .. } => "rotate_keys",
            Self::AdoptPack { .. } => "adopt_pack",
            Self::AddStaff { .. } => "add_staff",
            Self::LoginLink { .. } => "login_link",
            Self::MakeKey { .. } => Self::MAKE_KEY,
        }
    }

    /// The word of a request for an API key.
    pub(crate) const MAKE_KEY: &'static str = "make_key";

    /// Identifier of what it is done to, as text.
    pub fn object(&self) -> String {
        match self {
            Self::ApproveMeasure { measure, .. }
            | Self::LiftMeasure { measure, .. }
            | Self::ExtendMeasure { measure, .. } => measure.to_string(),
            Self::DecideCase { case, .. } => case.to_string(),
            Self::Disclose { disclosure, .. } => disclosure.to_string(),
            Self::ReleaseHold { hold, .. } => hold.to_string(),
            Self::Erase { erasure, .. } => erasure.to_string(),
            Self::RotateKeys { rotation } => rotation.to_string(),
            // One at a time: the second would replace what the first was compared with.
            Self::AdoptPack { .. } => "policy pack".to_owned(),
            Self::AddStaff { staff, .. } | Self::LoginLink { staff, .. } => staff.to_string(),
            Self::MakeKey { key, .. } => key.to_string(),
        }
    }

    /// What a request asks for.
    pub(crate) fn read(row: &ApprovalRow) -> Result<Self, RegisterError> {
        serde_json::from_slice(&row.content).map_err(|_| RegisterError::Ledger {
            reason: format!("the content of request {} cannot be read", row.id),
        })
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes behind lower-case hexadecimal digits.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}
