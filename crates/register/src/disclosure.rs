//! Disclosures: personal data leaves only to a named recipient, on a typed legal basis, as far as a second person approved.
//!
//! Asking fixes the exact facts. The second person approves the digest of that scope (`approvals`); whoever then builds the
//! package opens these facts and no others, and every opening is an access record before it happens. The records of a
//! disclosure stand in a chain of its own: other packages about the account tell that somebody looked, but not for whom. REC-06,
//! SCA-D, EVD.

use crate::access::{Action, authorise};
use crate::approvals::{ContentHash, Pending};
use crate::call::Call;
use crate::core::Core;
use crate::evidence::{Built, BuiltPackage, Opened, Order, one_line, parties_behind, process, recipient_of};
use crate::ledger_view::hex;
use crate::orders::document::document_of;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError, keys};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenantry_evidence::Line;
use tenantry_model::fact::FactKind;
use tenantry_model::id::{AccountId, ApprovalId, DisclosureId, FactId, OrderId, PartyId};
use tenantry_model::order::Keeping;
use tenantry_model::random::draw;
use tenantry_model::time::Timestamp;
use tenantry_store::repo::{account, approval, disclosure, order, party};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// Most facts in one disclosure.
pub const FACTS_MAX: usize = 5_000;
/// Disclosures on one page.
const DISCLOSURES_PER_PAGE: u32 = 500;

/// Why personal data may be handed over (18 USC 2702, 2703; Regulation (EU) 2023/1543; 7.305).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    /// An order that was received here and names the account.
    Order,
    /// Consent of the person concerned.
    Consent,
    /// Danger to life that allows no delay.
    Emergency,
    /// Protection of the provider's own rights.
    OwnRights,
    /// A duty of the programme towards the regulator.
    ProgrammeDuty,
}

impl LegalBasis {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Consent => "consent",
            Self::Emergency => "emergency",
            Self::OwnRights => "own_rights",
            Self::ProgrammeDuty => "programme_duty",
        }
    }
}

/// A disclosure as asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDisclosure {
    /// The account it is about.
    pub account: AccountId,
    /// Parties whose facts are to be shown; none means all on the account and behind them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<PartyId>,
    /// Kinds of facts to be shown; at least one.
    pub kinds: Vec<FactKind>,
    /// Who gets the package: an office, one line.
    pub recipient: String,
    /// Why they may have it.
    pub legal_basis: LegalBasis,
    /// The order, where that is the basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The recipient's public key, `age1…`: the package leaves encrypted to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypt_to: Option<String>,
}

/// A disclosure as shown to those who ask for it and approve it: what exactly would leave, by identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureScope {
    /// Identifier.
    pub id: DisclosureId,
    /// The account.
    pub account: AccountId,
    /// The facts of each party that would be shown.
    pub facts: BTreeMap<PartyId, BTreeSet<FactId>>,
    /// Their kinds.
    pub kinds: Vec<FactKind>,
    /// Who gets the package.
    pub recipient: String,
    /// Why they may have it.
    pub legal_basis: LegalBasis,
    /// The order, where that is the basis.
    pub order: Option<OrderId>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// To whose public key the package is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypt_to: Option<String>,
    /// Random, so that the hash of the scope, which stands in the record of its approval, tells nothing by itself.
    pub salt: String,
}

/// What was asked for, and what it waits for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestedDisclosure {
    /// The request a second person answers.
    pub approval: ApprovalId,
    /// The exact scope.
    pub scope: DisclosureScope,
}

/// A disclosure as those see it who ask and approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DisclosureView {
    /// The exact scope.
    pub scope: DisclosureScope,
    /// The request for a second person.
    pub approval: ApprovalId,
    /// Where that stands: `waiting`, `approved`, `rejected` or `void`.
    pub state: String,
    /// Until when an approved package can be built.
    pub expires_at: Timestamp,
}

impl Register {
    /// Asks for a package that shows personal data. A second person approves exactly what is answered here.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] names the field; [`RegisterError::SecondPerson`] when the caller is not a person.
    pub fn request_disclosure(
        &self,
        call: &Call,
        new: NewDisclosure,
    ) -> Result<RequestedDisclosure, RegisterError> {
        let recipient = one_line("/recipient", &new.recipient)?;
        recipient_of("/encrypt_to", new.encrypt_to.as_deref())?;
        if new.kinds.is_empty() {
            return Err(RegisterError::invalid("/kinds", "name at least one kind of fact"));
        }
        let request = new.clone();
        self.core.change(call, Action::RequestDisclosure, &request, move |unit| {
            check_basis(unit.tx, unit.core, &new)?;
            let scope = DisclosureScope {
                id: DisclosureId::new(unit.now, &*unit.core.entropy),
                account: new.account,
                facts: facts_in_scope(unit.tx, &new)?,
                kinds: new.kinds.clone(),
                recipient: recipient.clone(),
                legal_basis: new.legal_basis,
                order: new.order,
                encrypt_to: new.encrypt_to.clone(),
                requested_at: unit.now,
                salt: hex(&draw::<32>(&*unit.core.entropy)),
            };
            let subject: [u8; 16] = draw(&*unit.core.entropy);
            let content = digest(&scope);
            let reason = unit.call.reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
            let pending = Pending::Disclose { disclosure: scope.id, content };
            let approval = unit.request_approval(&pending, subject, &reason)?;
            unit.keep_scope(&scope, subject, approval)?;
            Ok(RequestedDisclosure { approval, scope })
        })
    }

    /// A disclosure with its exact scope, for those who ask and approve.
    pub fn disclosure(&self, call: &Call, id: DisclosureId) -> Result<DisclosureView, RegisterError> {
        authorise(&call.actor, Action::ApproveDisclosure)?;
        let vault = Arc::clone(&self.core.vault);
        self.core.store.read(move |tx| {
            let row = disclosure::find(tx, id)?.ok_or(RegisterError::NotFound { what: "disclosure" })?;
            view(tx, &vault, &row)
        })
    }

    /// The disclosures that were asked for, newest first.
    pub fn disclosures(&self, call: &Call) -> Result<Vec<DisclosureView>, RegisterError> {
        authorise(&call.actor, Action::ApproveDisclosure)?;
        let vault = Arc::clone(&self.core.vault);
        self.core.store.read(move |tx| {
            let rows = disclosure::page(tx, DISCLOSURES_PER_PAGE)?;
            let views = rows.iter().map(|row| view(tx, &vault, row));
            // One that was erased is not shown any more; its records say that it was there.
            views.filter(|view| !matches!(view, Err(RegisterError::Erased))).collect()
        })
    }

    /// Builds the package of a disclosure that a second person approved. What is opened is recorded first. An approval holds
    /// until the request would have lapsed. Under an idempotency key the same package is answered again.
    ///
    /// # Errors
    /// [`RegisterError::SecondPerson`] without approval, [`RegisterError::ApprovalVoid`] when it was for another scope or is too old.
    pub fn build_disclosure(&self, call: &Call, id: ApprovalId) -> Result<BuiltPackage, RegisterError> {
        authorise(&call.actor, Action::RequestDisclosure)?;
        let (scope, subject, process) = self.approved_scope(id)?;
        let DisclosureScope { recipient, facts, .. } = scope.clone();
        let order = Order {
            account: scope.account,
            purpose: format!("Disclosure {}", scope.id),
            request: [
                Line::new("Disclosure", scope.id.to_string()),
                Line::new("About account", scope.account.to_string()),
                Line::new("To", recipient),
                Line::new("Legal basis", scope.legal_basis.as_str()),
                Line::new("Order", scope.order.map_or_else(|| "none".to_owned(), |order| order.to_string())),
            ]
            .into_iter()
            .chain(process)
            .chain([Line::new("Approved under request", id.to_string())])
            .collect(),
            opened: Some(Opened {
                subject,
                facts,
                scope: bytes_of(&scope),
                purpose: purpose_of(&scope),
                process: scope.order,
            }),
            recipient: recipient_of("/encrypt_to", scope.encrypt_to.as_deref())?,
        };
        // A repeated request hands out the same bytes to the same person, whose access is recorded already.
        if self.core.was_built(call, Action::BuildEvidence, &order)? == Built::NotYet {
            self.core.record_access(call, id, &scope, subject)?;
        }
        self.core.build_package(call, Action::BuildEvidence, &order)
    }

    /// The scope of an approved disclosure with its pseudonym, and what is told of the order it rests on; refused unless exactly
    /// this scope was approved.
    fn approved_scope(
        &self,
        id: ApprovalId,
    ) -> Result<(DisclosureScope, [u8; 16], Vec<Line>), RegisterError> {
        let core = Arc::clone(&self.core);
        let (row, scope, subject, process) = self.core.store.read(move |tx| {
            let row = approval::find(tx, id)?.ok_or(RegisterError::NotFound { what: "approval" })?;
            let Ok(Pending::Disclose { disclosure, .. }) = serde_json::from_slice(&row.content) else {
                return Err(RegisterError::NotFound { what: "approval of a disclosure" });
            };
            let (scope, subject) = kept_scope(tx, &core.vault, disclosure)?;
            let process = scope.order.map(|order| process::lines(tx, &core, order)).transpose()?;
            Ok((row, scope, subject, process.unwrap_or_default()))
        })?;
        self.disclosure_approved(id, scope.id, digest(&scope))?;
        if row.expires_at <= self.core.clock.now() {
            return Err(RegisterError::ApprovalVoid);
        }
        Ok((scope, subject, process))
    }
}

impl Core {
    /// Records who opens which facts, for every party, resting on the approval.
    fn record_access(
        self: &Arc<Self>,
        call: &Call,
        id: ApprovalId,
        scope: &DisclosureScope,
        subject: [u8; 16],
    ) -> Result<(), RegisterError> {
        let call = Call { key: None, ..call.clone() };
        let scope = scope.clone();
        self.change(&call, Action::BuildEvidence, &("open", id), move |unit| {
            let approved = Pending::Disclose { disclosure: scope.id, content: digest(&scope) };
            unit.rest_on_approval(&approved, &subject)?;
            for (id, facts) in &scope.facts {
                let row = party::find(unit.tx, *id)?.ok_or(RegisterError::NotFound { what: "party" })?;
                let record = Record::new(RecordType::Revealed, row.subject, Retention::PersonalData)
                    .text("party", id)
                    .text("actor", unit.call.actor_text())
                    .text("purpose", purpose_of(&scope))
                    .json("facts", facts);
                unit.record(record)?;
            }
            unit.record_process_opened(&scope, subject)
        })
    }
}

impl Unit<'_> {
    /// Records that the document of the order is opened, among the records of the disclosure.
    fn record_process_opened(
        &mut self,
        scope: &DisclosureScope,
        subject: [u8; 16],
    ) -> Result<(), RegisterError> {
        let Some(id) = scope.order else { return Ok(()) };
        let row = order::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "order" })?;
        let document = document_of(self.tx, self.core, &row.subject)?;
        let Some(document) = document.filter(|document| document.keeping == Keeping::Kept) else {
            return Ok(());
        };
        let record = Record::new(RecordType::Revealed, subject, Retention::PersonalData)
            .text("order", id)
            .text("actor", self.call.actor_text())
            .text("purpose", purpose_of(scope))
            .text("document_sha256", document.sha256);
        self.record(record).map(drop)
    }

    fn keep_scope(
        &mut self,
        scope: &DisclosureScope,
        subject: [u8; 16],
        approval: ApprovalId,
    ) -> Result<(), RegisterError> {
        let row = disclosure::DisclosureRow {
            id: scope.id,
            account: scope.account,
            order: scope.order,
            approval,
            subject,
            requested_at: scope.requested_at,
            sealed: self.seal(&subject, &scope.id.bytes(), scope)?,
        };
        disclosure::add(self.tx, &row)?;
        Ok(())
    }
}

fn kept_scope(
    tx: &mut dyn Tx,
    vault: &Vault,
    id: DisclosureId,
) -> Result<(DisclosureScope, [u8; 16]), RegisterError> {
    let row = disclosure::find(tx, id)?.ok_or(RegisterError::NotFound { what: "disclosure" })?;
    Ok((keys::open_json(tx, vault, &row.subject, &id.bytes(), &row.sealed)?, row.subject))
}

fn view(
    tx: &mut dyn Tx,
    vault: &Vault,
    row: &disclosure::DisclosureRow,
) -> Result<DisclosureView, RegisterError> {
    let request = approval::find(tx, row.approval)?.ok_or(RegisterError::NotFound { what: "approval" })?;
    Ok(DisclosureView {
        scope: keys::open_json(tx, vault, &row.subject, &row.id.bytes(), &row.sealed)?,
        approval: row.approval,
        state: request.state,
        expires_at: request.expires_at,
    })
}

/// What the records of access for a disclosure name as their purpose.
fn purpose_of(scope: &DisclosureScope) -> String {
    format!("disclosure {}", scope.id)
}

/// The scope as it is approved and handed over.
fn bytes_of(scope: &DisclosureScope) -> Vec<u8> {
    // Our own type serialises to memory without fail; an empty scope would be approved for nothing.
    serde_json::to_vec(scope).unwrap_or_default()
}

/// A scope tells of a person by its identifiers; its salt keeps the hash from telling.
pub(crate) fn digest(scope: &DisclosureScope) -> ContentHash {
    ContentHash::from_bytes(Sha256::digest(bytes_of(scope)).into())
}

fn check_basis(tx: &mut dyn Tx, core: &Core, new: &NewDisclosure) -> Result<(), RegisterError> {
    account::find(tx, new.account)?.ok_or(RegisterError::NotFound { what: "account" })?;
    let Some(id) = new.order else {
        return match new.legal_basis {
            LegalBasis::Order => Err(RegisterError::invalid("/order", "name the order that is the basis")),
            _ => Ok(()),
        };
    };
    if order::accounts(tx, id)?.contains(&new.account) {
        return match process::is_whole(tx, core, id) {
            Err(RegisterError::Erased) => {
                Err(RegisterError::invalid("/order", "what this order said was erased; nothing rests on it"))
            }
            whole => whole,
        };
    }
    order::find(tx, id)?.ok_or(RegisterError::NotFound { what: "order" })?;
    Err(RegisterError::invalid("/order", "this order does not name the account"))
}

fn facts_in_scope(
    tx: &mut dyn Tx,
    new: &NewDisclosure,
) -> Result<BTreeMap<PartyId, BTreeSet<FactId>>, RegisterError> {
    let known = parties_behind(tx, new.account)?;
    if let Some(position) = new.parties.iter().position(|party| !known.contains(party)) {
        return Err(RegisterError::invalid(format!("/parties/{position}"), "not a party of this account"));
    }
    let wanted = known.into_iter().filter(|party| new.parties.is_empty() || new.parties.contains(party));
    let mut scope = BTreeMap::new();
    let mut count = 0;
    for id in wanted {
        let facts = party::facts(tx, id)?;
        let facts: BTreeSet<FactId> =
            facts.into_iter().filter(|fact| new.kinds.contains(&fact.kind)).map(|fact| fact.id).collect();
        count += facts.len();
        if !facts.is_empty() {
            scope.insert(id, facts);
        }
    }
    match count {
        0 => Err(RegisterError::invalid("/kinds", "the register holds no such fact about these parties")),
        1..=FACTS_MAX => Ok(scope),
        _ => Err(RegisterError::invalid("/kinds", format!("at most {FACTS_MAX} facts in one disclosure"))),
    }
}
