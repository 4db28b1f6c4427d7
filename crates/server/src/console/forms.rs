//! What the console's forms send. Field names equal the `name` attributes in the templates; a test compares the two.
//!
//! Every posting form carries `csrf` (bound to the session) and `once` (idempotency key of the rendering). Texts arrive as
//! typed; the handler turns them into model types or answers with the page again and a problem.

use serde::Deserialize;

use super::views::opaque_debug;

/// `POST /console/look`: colours and shortcuts.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookForm {
    /// Session token; not needed for a choice of colours.
    #[serde(default)]
    pub csrf: String,
    /// Idempotency key; not needed for a choice of colours.
    #[serde(default)]
    pub once: String,
    /// `system`, `light` or `dark`; absent when only the keys change.
    pub theme: Option<String>,
    /// `on` or `off`; absent when only the colours change.
    pub keys: Option<String>,
    /// Where to return to.
    pub here: String,
}

/// `POST /console/login`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginForm {
    /// Pre-session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Six digits of the authenticator.
    pub code: String,
    /// Where to go afterwards.
    pub next: String,
}

/// `POST /console/login/link`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkForm {
    /// Pre-session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// The one-time token.
    pub token: String,
}

/// A button without fields of its own: log out, take a lease, give it back, undo, next case, fetch a list, replay,
/// suspend, revoke.
#[derive(Clone, Deserialize)]
pub struct BareForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
}

/// `POST /console/cases/{id}/decision`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Version of what was seen.
    pub version: String,
    /// Verdict; absent when none was chosen.
    pub verdict: Option<String>,
    /// Reason code; empty when none was chosen.
    pub reason: String,
    /// Note.
    pub note: String,
    /// `next` or `stay`.
    pub then: String,
}

/// `POST /console/cases/{id}/ask`: asks the customer for a fact.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Machine name of the request.
    pub request: String,
}

/// `POST /console/cases/{id}/return`: gives the lease back.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Why it is given back; mandatory.
    pub why: String,
}

/// `POST /console/parties/{id}/reveal`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevealForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Purpose.
    pub purpose: String,
    /// Case or order it is for; may be empty.
    pub reference: String,
}

/// `POST /console/approvals/{id}`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Hash of the content that was seen.
    pub content: String,
    /// `approve` or `return`.
    pub verdict: String,
    /// The word `approve`, typed; only needed to approve.
    pub phrase: String,
    /// Note to the maker; mandatory when returning.
    pub note: String,
}

/// `POST /console/measures/{id}/request`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureRequestForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Hash of the content that was seen.
    pub content: String,
    /// Reason code.
    pub reason: String,
    /// Note.
    pub note: String,
}

/// `POST /console/measures/new`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Title.
    pub title: String,
    /// Legal basis with citation.
    pub basis: String,
    /// `jurisdiction` or `person`; absent when none was chosen.
    pub scope: Option<String>,
    /// Jurisdiction code; empty for person-based measures.
    pub jurisdiction: String,
    /// Party id; empty for jurisdiction-based measures.
    pub party: String,
    /// `prohibit` or `condition`; absent when none was chosen.
    pub effect: Option<String>,
    /// Condition text; empty when prohibiting.
    pub condition: String,
    /// ISO date.
    pub from: String,
    /// ISO date or empty.
    pub until: String,
}

/// `POST /console/staff`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Role.
    pub role: String,
}

/// `POST /console/keys`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// What the key is for.
    pub name: String,
    /// Scope.
    pub scope: String,
    /// Days until it lapses, 1 to 365.
    pub days: String,
}

opaque_debug!(
    LookForm,
    LoginForm,
    LinkForm,
    BareForm,
    DecisionForm,
    AskForm,
    ReturnForm,
    RevealForm,
    ApprovalForm,
    MeasureRequestForm,
    MeasureForm,
    InviteForm,
    KeyForm
);
