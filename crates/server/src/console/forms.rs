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
    /// What the person logs in with.
    pub login: String,
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

/// `POST /console/credentials`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialsForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// The new password.
    pub password: String,
    /// The same again.
    pub again: String,
}

/// A button without fields of its own: log out, take a lease, give it back, next case, replay, log-in
/// link, suspend, revoke.
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
    #[serde(default)]
    pub verdict: String,
    /// Reason code; empty when none was chosen.
    pub reason: String,
    /// Note.
    pub note: String,
    /// Listed parties a confirmation is about, as `list/entity` separated by spaces; absent when no box was ticked.
    #[serde(default)]
    pub confirmed: String,
    /// `next` or `stay`.
    pub then: String,
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

/// `POST /console/parties/{id}/facts`. Which of the fields about the fact are needed depends on its kind; the others are
/// absent or empty.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Kind of fact.
    pub kind: String,
    /// Code of a country, a subdivision or a region.
    #[serde(default)]
    pub jurisdiction: String,
    /// A name.
    #[serde(default)]
    pub text: String,
    /// What the name or address is for.
    #[serde(default)]
    pub usage: String,
    /// Street and number.
    #[serde(default)]
    pub street: String,
    /// Town and postal code; may be empty.
    #[serde(default)]
    pub locality: String,
    /// Date of birth, whole or in part.
    #[serde(default)]
    pub date: String,
    /// Number of a document, a registration or a telephone.
    #[serde(default)]
    pub number: String,
    /// Kind of identity document.
    #[serde(default)]
    pub document: String,
    /// Last day of a document's validity; may be empty.
    #[serde(default)]
    pub expires_on: String,
    /// What the party claims to be.
    #[serde(default)]
    pub claim: String,
    /// Form of an organisation.
    #[serde(default)]
    pub form: String,
    /// `self_asserted` or `corroborated`; empty when none was chosen.
    pub strength: String,
    /// How it was checked; empty without a check, as are the next three.
    pub method: String,
    /// What came of the check.
    pub result: String,
    /// ISO date of the check.
    pub checked_on: String,
    /// What was looked at.
    pub description: String,
    /// Facts it takes the place of, separated by spaces; absent when no box was ticked.
    #[serde(default)]
    pub supersedes: String,
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

/// `POST /console/policy`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Text of the pack.
    pub text: String,
    /// Why.
    pub reason: String,
}

/// `POST /console/rotations`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// `YYYY-MM` for the key of a month, empty for the root.
    pub month: String,
    /// Retention class of that month's key.
    pub class: String,
    /// Why.
    pub reason: String,
}

/// `POST /console/holds`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Kind of hold.
    pub kind: String,
    /// `silent` or `open`.
    pub silence: String,
    /// Who asks.
    pub authority: String,
    /// Their reference.
    pub reference: String,
    /// Accounts, separated by spaces.
    pub accounts: String,
    /// What it is about.
    pub matter: String,
}

/// `POST /console/accounts/{id}/appeal`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppealForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Ground of the appeal; empty when none was chosen.
    pub ground: String,
    /// What they say.
    pub statement: String,
}

/// `POST /console/measures/{id}/extend`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtendForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Day on whose beginning the measure is to end, ISO.
    pub until: String,
    /// Citation of the notice.
    pub notice: String,
    /// Date of the notice, ISO.
    pub noticed_on: String,
    /// Why it is to be extended.
    pub reason: String,
}

/// `POST /console/measures/{id}/lift`, `/console/holds/{id}/release` and `/console/erasures/{id}/ask`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiftForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Why it is to be lifted.
    pub reason: String,
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
    /// Authority and citation.
    pub basis: String,
    /// `jurisdiction` or `person`; absent when none was chosen.
    #[serde(default)]
    pub scope: String,
    /// Jurisdiction codes, separated by spaces.
    pub jurisdictions: String,
    /// Names of the person, one per line.
    pub names: String,
    /// Date of birth, whole or in part, or empty.
    pub birth_date: String,
    /// Countries the order connects the person with: codes separated by spaces, or empty.
    #[serde(default)]
    pub countries: String,
    /// Numbers of documents, wallets: one per line, or empty.
    #[serde(default)]
    pub identifiers: String,
    /// Id of a party confirmed to be this person, or empty.
    pub party: String,
    /// Further persons: one per line, names | date of birth | countries | numbers; several of a kind separated by semicolons.
    #[serde(default)]
    pub more: String,
    /// `prohibit` or `condition`; absent when none was chosen.
    #[serde(default)]
    pub effect: String,
    /// Capabilities a condition withholds, separated by spaces; absent when no box was ticked.
    #[serde(default)]
    pub withheld: String,
    /// `whole_chain` or `direct_accounts`.
    #[serde(default)]
    pub reach: String,
    /// ISO date.
    pub determined_on: String,
    /// `at_once`, `after_grace` or `on`.
    #[serde(default)]
    pub effective: String,
    /// ISO date for `on`, else empty.
    pub from: String,
    /// ISO date or empty.
    pub until: String,
    /// Why it is proposed.
    pub reason: String,
    /// `preview` or `propose`.
    pub then: String,
}

/// `POST /console/orders/new`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Kind of legal process; empty when none was chosen.
    pub kind: String,
    /// Who issued it.
    pub authority: String,
    /// Their reference.
    pub reference: String,
    /// When it arrived, UTC to the minute, or empty.
    pub received: String,
    /// When it is due, UTC to the minute, or empty.
    pub due: String,
    /// Accounts it names, one per line.
    pub accounts: String,
    /// What it demands.
    pub words: String,
    /// What kind of document it arrived as; empty when none was chosen.
    #[serde(default)]
    pub document_type: String,
    /// The document, base64; empty when no file was chosen.
    #[serde(default)]
    pub document: String,
    /// SHA-256 of a document that may not be kept, or empty.
    #[serde(default)]
    pub document_sha256: String,
    /// Size in bytes of a document that may not be kept, or empty.
    #[serde(default)]
    pub document_bytes: String,
}

/// `POST /console/orders/{id}/document`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadDocumentForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Why it is read.
    pub reason: String,
}

/// `POST /console/disclosures/new`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Id of the account.
    pub account: String,
    /// Id of the order, or empty.
    pub order: String,
    /// Who gets the package.
    pub recipient: String,
    /// The recipient's public key, or empty.
    #[serde(default)]
    pub encrypt_to: String,
    /// Why they may have it; empty when none was chosen.
    pub legal_basis: String,
    /// Kinds of facts, separated by spaces; absent when no box was ticked.
    #[serde(default)]
    pub kinds: String,
    /// Why it is asked for.
    pub reason: String,
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
    /// What they will log in with.
    pub login: String,
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
    /// Scopes, separated by spaces; none when no box was ticked.
    #[serde(default)]
    pub scopes: String,
    /// Account of the reseller that the key is confined to; empty for none.
    #[serde(default)]
    pub reseller: String,
}

/// `POST /console/accounts/{id}/parties`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BehindForm {
    /// Session token.
    pub csrf: String,
    /// Idempotency key.
    pub once: String,
    /// Version of the account that the page showed.
    pub version: String,
    /// `add`, `begin`, `hold`, `end_role` or `end_interest`.
    pub then: String,
    /// Kind of a new party.
    #[serde(default)]
    pub kind: String,
    /// Name of a new party.
    #[serde(default)]
    pub name: String,
    /// Citizenship of a new person, or the law a new organisation is constituted under; or empty.
    #[serde(default)]
    pub country: String,
    /// Date of birth of a new person, whole or in part, or empty.
    #[serde(default)]
    pub birth_date: String,
    /// Roles of a new party, separated by spaces.
    #[serde(default)]
    pub roles: String,
    /// Party on the account.
    #[serde(default)]
    pub party: String,
    /// Its role.
    #[serde(default)]
    pub role: String,
    /// Who holds an interest.
    #[serde(default)]
    pub owner: String,
    /// In whom.
    #[serde(default)]
    pub owned: String,
    /// Percentage, band of percentages or fraction; or empty.
    #[serde(default)]
    pub share: String,
    /// Kinds of control, separated by spaces.
    #[serde(default)]
    pub control: String,
}

opaque_debug!(
    BehindForm,
    LookForm,
    LoginForm,
    LinkForm,
    CredentialsForm,
    BareForm,
    DecisionForm,
    HoldForm,
    RotationForm,
    PolicyForm,
    RevealForm,
    FactForm,
    ApprovalForm,
    AppealForm,
    LiftForm,
    ExtendForm,
    MeasureForm,
    OrderForm,
    ReadDocumentForm,
    DisclosureForm,
    InviteForm,
    KeyForm
);
