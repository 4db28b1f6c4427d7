//! Building evidence packages: everything the ledger holds about an account, with proofs, for somebody who trusts nobody here.
//!
//! A package holds the records of the account, of its parties and of those who stand behind them, and proves that these are all
//! of them: the index leaf that counted every subject's records goes with it. Decision evidence is shown; personal data stays
//! behind its commitment unless a disclosure was approved ([`crate::disclosure`]). Every package is verified before it leaves,
//! and its digest is a record before it is handed out.
//!
//! A package is a function of what is pinned when it is made. A repeated request makes the same bytes again from what is stored anyway, so
//! nothing is kept twice, and what was erased meanwhile does not come back. REC-03, REC-04, REC-06, ENF-02, ASM-01; ledger
//! design part 7.

use crate::access::Action;
use crate::call::Call;
use crate::core::Core;
use crate::ledger_view::{hex, newest};
use crate::record::{Record, RecordType, Retention};
use crate::sight::account_in_sight;
use crate::witnessing::Witnessed;
use crate::{Register, RegisterError, access, dossier, keys};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenantry_evidence::{self as package, Line};
use tenantry_ledger::completeness::Index;
use tenantry_model::id::{AccountId, FactId, OrderId, PartyId};
use tenantry_model::time::Timestamp;
use tenantry_store::repo::account::AccountRow;
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Recipient;
use tenantry_verifier::{Policy, Verdict, verify};

mod erased;
mod events;
mod gather;
pub(crate) mod process;
mod receipt;
mod stamps;
mod summary;

/// Most records of one subject that a package takes. Each takes about five kilobytes of memory while the package is built and verified.
pub const RECORDS_PER_SUBJECT_MAX: u32 = 500_000;
/// Records of a chain read by one statement.
const CHAIN_ROWS: u32 = 1_000;
/// Characters in the purpose of a package.
const PURPOSE_LENGTH_MAX: usize = 120;
/// Fields that a later package shows of an earlier one.
const EARLIER_PACKAGE_FIELDS: [&str; 3] = ["account", "package_sha256", "tree_size"];

/// A package with what the ledger says of it.
#[derive(Clone)]
pub struct BuiltPackage {
    /// The ZIP file.
    pub zip: Vec<u8>,
    /// Its SHA-256, as recorded.
    pub digest: [u8; 32],
    /// Index of the leaf that records it.
    pub leaf: u64,
    /// Leaves under the checkpoint the package is made against.
    pub tree_size: u64,
    /// Records in it.
    pub records: usize,
    /// Proof that the ledger recorded exactly this package; handed over beside it, and checked with it.
    pub receipt: String,
    /// The package for its recipient alone, where one was named; then this is what leaves, and not [`BuiltPackage::zip`].
    pub encrypted: Option<Vec<u8>>,
}

impl BuiltPackage {
    /// What is handed over.
    pub fn file(&self) -> &[u8] {
        self.encrypted.as_deref().unwrap_or(&self.zip)
    }
}

impl std::fmt::Debug for BuiltPackage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BuiltPackage")
            .field("leaf", &self.leaf)
            .field("bytes", &self.zip.len())
            .finish_non_exhaustive()
    }
}

impl Register {
    /// Builds the package of an account. Personal data is in it only as commitments. `purpose` is the reference of the request,
    /// one line; it is part of the package and of the record, so it names no person. Under an idempotency key the same package
    /// is answered again and recorded once. For a recipient it is encrypted, every time anew; to whom is part of the record.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] for an account out of sight; [`RegisterError::Ledger`] when the ledger does not verify: then no
    /// package leaves; [`RegisterError::State`] when what a repeated package was made of is no longer as it was.
    pub fn build_evidence(
        &self,
        call: &Call,
        account: AccountId,
        purpose: &str,
        recipient: Option<&str>,
    ) -> Result<BuiltPackage, RegisterError> {
        access::authorise(&call.actor, Action::BuildEvidence)?;
        let purpose = one_line("/purpose", purpose)?;
        let recipient = recipient_of("/recipient", recipient)?;
        let request = vec![
            Line::new("About account", account.to_string()),
            Line::new("Purpose", &purpose),
            Line::new("Asked for by", call.actor_text()),
        ];
        self.core.build_package(
            call,
            Action::BuildEvidence,
            &Order { account, purpose, request, opened: None, recipient },
        )
    }
}

/// What a package is built from.
#[derive(Clone)]
pub(crate) struct Order {
    pub(crate) account: AccountId,
    pub(crate) purpose: String,
    /// What was asked, as it goes into the package and its report.
    pub(crate) request: Vec<Line>,
    /// What a second person approved to be opened.
    pub(crate) opened: Option<Opened>,
    /// To whom it is encrypted.
    pub(crate) recipient: Option<Recipient>,
}

impl Order {
    /// What makes two requests the same one.
    fn identity(&self) -> impl Serialize + use<> {
        let scope = self.opened.as_ref().map(|opened| hex(&Sha256::digest(&opened.scope)));
        (
            "package",
            self.account,
            self.purpose.clone(),
            scope,
            self.recipient.as_ref().map(ToString::to_string),
        )
    }
}

/// Personal data that may be opened in a package.
#[derive(Clone)]
pub(crate) struct Opened {
    /// Pseudonym of the disclosure: its request, approval and access records.
    pub(crate) subject: [u8; 16],
    /// The facts of each party that are shown.
    pub(crate) facts: BTreeMap<PartyId, BTreeSet<FactId>>,
    /// The scope, byte for byte as it was approved.
    pub(crate) scope: Vec<u8>,
    /// What the records of access to it name as their purpose.
    pub(crate) purpose: String,
    /// The order it rests on.
    pub(crate) process: Option<OrderId>,
}

/// What a package depends on beside the order and the records: the moment it was made.
#[derive(Clone, Serialize, Deserialize)]
struct Pinned {
    at: Timestamp,
    /// The signed checkpoint, with the cosignatures it had.
    note: String,
    /// The leaf that counted the records of every subject.
    index: u64,
    /// Who witnesses the ledger, as a policy without logs.
    witnesses: String,
    /// Tokens that state a later time were not there yet.
    stamped_until: Option<Timestamp>,
}

/// What is kept of a package under an idempotency key.
#[derive(Serialize, Deserialize)]
struct Kept {
    pinned: Pinned,
    digest: String,
    leaf: u64,
}

/// A package that has not left yet.
struct Made {
    zip: Vec<u8>,
    digest: [u8; 32],
    row: AccountRow,
    records: usize,
    tree_size: u64,
}

/// The key of a recipient.
pub(crate) fn recipient_of(pointer: &str, key: Option<&str>) -> Result<Option<Recipient>, RegisterError> {
    let read = key.map(Recipient::parse).transpose();
    read.map_err(|error| RegisterError::invalid(pointer, error.to_string()))
}

/// A checked single line for a package.
pub(crate) fn one_line(pointer: &str, text: &str) -> Result<String, RegisterError> {
    let text = text.trim();
    if (1..=PURPOSE_LENGTH_MAX).contains(&text.chars().count()) && !text.contains(char::is_control) {
        return Ok(text.to_owned());
    }
    let detail = format!("one line of 1 to {PURPOSE_LENGTH_MAX} characters that names no person");
    Err(RegisterError::invalid(pointer, detail))
}

impl Core {
    /// Builds, verifies, records. The record is durable before anything is handed out.
    pub(crate) fn build_package(
        self: &Arc<Self>,
        call: &Call,
        action: Action,
        order: &Order,
    ) -> Result<BuiltPackage, RegisterError> {
        if let Some(kept) = self.kept_package(call, action, order)? {
            return self.build_again(call, order, kept);
        }
        self.integrator.is_sound()?;
        let (pinned, index) = self.pin(call, order)?;
        let made = self.make(call, order, &pinned, index)?;
        self.verify_package(&made.zip, None)?;
        let kept = self.record_package(call, action, order, &made, pinned)?;
        if kept.digest == hex(&made.digest) {
            return self.hand_out(order, made, kept.leaf);
        }
        // The same request, asked at the same time, was faster.
        self.build_again(call, order, kept)
    }

    /// Whether the same request was answered before under the same key.
    pub(crate) fn was_built(
        self: &Arc<Self>,
        call: &Call,
        action: Action,
        order: &Order,
    ) -> Result<Built, RegisterError> {
        Ok(if self.kept_package(call, action, order)?.is_some() { Built::Before } else { Built::NotYet })
    }

    fn kept_package(
        self: &Arc<Self>,
        call: &Call,
        action: Action,
        order: &Order,
    ) -> Result<Option<Kept>, RegisterError> {
        self.answered_before(call, action, &order.identity())
    }

    /// Makes the package of a kept answer once more.
    fn build_again(
        self: &Arc<Self>,
        call: &Call,
        order: &Order,
        kept: Kept,
    ) -> Result<BuiltPackage, RegisterError> {
        let made = self.make(call, order, &kept.pinned, None)?;
        if hex(&made.digest) != kept.digest {
            return Err(RegisterError::State {
                what: "package of this idempotency key",
                state: "no longer to be had: what it was made of was erased or changed since".to_owned(),
                hint: "ask for a new one under a new key",
            });
        }
        self.hand_out(order, made, kept.leaf)
    }

    fn hand_out(
        self: &Arc<Self>,
        order: &Order,
        made: Made,
        leaf: u64,
    ) -> Result<BuiltPackage, RegisterError> {
        self.cover(leaf)?;
        let witnessed = self.witnessed()?;
        let Made { zip, digest, records, tree_size, .. } = made;
        let receipt = self.receipt(leaf, tree_size, witnessed)?;
        self.verify_package(&zip, Some(&receipt))?;
        let encrypted = order.recipient.as_ref().map(|recipient| recipient.encrypt(&zip));
        let encrypted = encrypted.transpose().map_err(keys::refused)?;
        Ok(BuiltPackage { zip, digest, leaf, tree_size, records, receipt, encrypted })
    }

    /// Has the record of the package signed for, unless it is.
    fn cover(self: &Arc<Self>, leaf: u64) -> Result<(), RegisterError> {
        let core = Arc::clone(self);
        let covered = self.store.read(move |tx| {
            let newest = newest(tx, &core)?;
            Ok::<_, RegisterError>(newest.is_some_and(|(_, signed)| leaf < signed.size))
        })?;
        if covered { Ok(()) } else { self.integrate().map(drop) }
    }

    /// Fixes the state of the ledger that the package is about. Counts the records of every subject anew if somebody it is about
    /// has records since they were last counted.
    fn pin(self: &Arc<Self>, call: &Call, order: &Order) -> Result<(Pinned, Option<Index>), RegisterError> {
        let (core, actor, wanted) = (Arc::clone(self), call.actor.clone(), order.clone());
        let counted = self.store.read(move |tx| {
            let row = account_in_sight(tx, &actor, wanted.account)?;
            let mut newest = 0;
            for subject in gather::subjects(tx, &row, &wanted)?.keys() {
                newest = newest.max(gather::last_record(tx, subject)?);
            }
            core.newest_count_beyond(tx, newest)
        })?;
        let (index, counted) = match counted {
            Some(index) => (index, None),
            None => self.write_index().map(|(index, counted)| (index, Some(counted)))?,
        };
        self.integrate()?;
        // This very checkpoint is pinned: the newest may be another by the time it is read again.
        let Witnessed { row, checkpoint } = self.witnessed()?;
        let (at, witnesses) = (self.clock.now(), self.witnessing.policy_text(&[]));
        let stamped_until = self.store.read(move |tx| stamps::newest_time(tx, checkpoint.size))?;
        Ok((Pinned { at, note: row.note, index, witnesses, stamped_until }, counted))
    }

    /// Makes a package of what is pinned. `index` is the index over all subjects where it was built just now.
    fn make(
        self: &Arc<Self>,
        call: &Call,
        order: &Order,
        pinned: &Pinned,
        index: Option<Index>,
    ) -> Result<Made, RegisterError> {
        let (core, actor, wanted) = (Arc::clone(self), call.actor.clone(), order.clone());
        let subjects: Vec<[u8; 16]> = self.store.read(move |tx| {
            let row = account_in_sight(tx, &actor, wanted.account)?;
            Ok::<_, RegisterError>(gather::subjects(tx, &row, &wanted)?.into_keys().collect())
        })?;
        let counted = self.completeness(&subjects, Some(pinned.index), index)?;
        let (actor, wanted, fixed) = (call.actor.clone(), order.clone(), pinned.clone());
        let (parts, row, tree_size) = self.store.read(move |tx| {
            let row = account_in_sight(tx, &actor, wanted.account)?;
            let confined = actor.confined_to().is_some();
            let gathering =
                gather::Gathering { core: &core, order: &wanted, row: &row, confined, pinned: &fixed };
            let (parts, tree_size) = gathering.gather(tx, &counted)?;
            Ok::<_, RegisterError>((parts, row, tree_size))
        })?;
        let records = parts.records.len() + parts.custody.len() + parts.erased.len();
        let zip = package::build(&parts, self.signer.notes()).map_err(refused)?;
        let digest = Sha256::digest(&zip).into();
        Ok(Made { zip, digest, row, records, tree_size })
    }

    /// What does not verify does not leave.
    fn verify_package(&self, zip: &[u8], receipt: Option<&str>) -> Result<(), RegisterError> {
        let keys = self.signer.keys().iter();
        let keys = keys.fold(String::new(), |text, key| text + "log " + &key.to_string() + "\n");
        let policy = Policy::parse((keys + "quorum none\n").as_bytes())
            .map_err(|error| RegisterError::Ledger { reason: format!("the package: {error}") })?;
        let report = verify(zip, Some(&policy), receipt.map(str::as_bytes));
        if report.verdict == Verdict::Valid {
            return Ok(());
        }
        let reason = report.reasons.first().cloned().unwrap_or_default();
        Err(RegisterError::Ledger { reason: format!("a package did not verify: {reason}") })
    }

    fn record_package(
        self: &Arc<Self>,
        call: &Call,
        action: Action,
        order: &Order,
        made: &Made,
        pinned: Pinned,
    ) -> Result<Kept, RegisterError> {
        let (account, purpose) = (made.row.id, order.purpose.clone());
        let subject = order.opened.as_ref().map_or(made.row.subject, |opened| opened.subject);
        let shown: Vec<FactId> =
            order.opened.iter().flat_map(|o| o.facts.values().flatten()).copied().collect();
        let (digest, tree_size) = (hex(&made.digest), made.tree_size);
        let recipient = order.recipient.as_ref().map(ToString::to_string);
        self.change(call, action, &order.identity(), move |unit| {
            let mut record = Record::new(RecordType::EvidenceBuilt, subject, Retention::DecisionEvidence)
                .text("account", account)
                .text("purpose", &purpose)
                .text("package_sha256", &digest)
                .text("tree_size", tree_size)
                .json("facts_shown", &shown);
            if let Some(recipient) = &recipient {
                record = record.text("encrypted_to", recipient);
            }
            let leaf = unit.record(record)?;
            Ok(Kept { pinned: pinned.clone(), digest: digest.clone(), leaf })
        })
    }
}

/// Whether a request was answered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Built {
    /// It was, under its key.
    Before,
    /// It was not.
    NotYet,
}

fn refused(error: package::EvidenceError) -> RegisterError {
    RegisterError::Ledger { reason: format!("the package: {error}") }
}

/// The parties that are or were on an account and those who stand or stood behind them.
pub(crate) fn parties_behind(tx: &mut dyn Tx, id: AccountId) -> Result<BTreeSet<PartyId>, RegisterError> {
    Ok(dossier::involved(tx, id, dossier::Held::Ever)?.parties.into_keys().collect())
}
