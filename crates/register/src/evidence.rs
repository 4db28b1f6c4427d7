//! Building evidence packages: everything the ledger holds about an account, with proofs, for somebody who trusts nobody here.
//!
//! A package holds the records of the account, of its parties and of those who stand behind them, and claims to hold all of
//! them. Decision evidence is shown; personal data stays behind its commitment unless a disclosure was approved
//! ([`crate::disclosure`]). Every package is verified before it leaves, and its digest is a record before it is handed out.
//! REC-03, REC-04, REC-06, ENF-02, ASM-01; ledger design part 7.

use crate::access::Action;
use crate::call::Call;
use crate::core::Core;
use crate::ledger_view::{StoredTree, hex, newest};
use crate::record::{Record, RecordType, Retention};
use crate::sight::account_in_sight;
use crate::{Register, RegisterError, access, dossier, keys};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenantry_evidence::{self as package, Line};
use tenantry_ledger::{Body, Disclosure, LeafHeader, Pseudonym, RetentionClass, SignedNote, inclusion_proof};
use tenantry_model::id::{AccountId, FactId, PartyId};
use tenantry_store::repo::account::AccountRow;
use tenantry_store::repo::ledger::LeafRow;
use tenantry_store::repo::{ledger, party};
use tenantry_store::{StoreExt, Tx};
use tenantry_verifier::{Policy, Verdict, verify};

mod receipt;
mod summary;

/// Most records of one subject that a package takes.
pub const RECORDS_PER_SUBJECT_MAX: u32 = 50_000;
/// Levels of ownership followed above an account's parties.
pub(crate) const OWNERSHIP_LEVELS_MAX: usize = 20;
/// Characters in the purpose of a package.
const PURPOSE_LENGTH_MAX: usize = 120;
/// Records looked at behind a decision for the cases it opened in the same unit.
const OPENED_CASES_MAX: u32 = 64;
/// Fields of a decision that name nobody but the account itself.
const OWN_DECISION_FIELDS: [&str; 4] = ["decision", "account", "outcome", "cause"];
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
    /// one line; it is part of the package and of the record, so it names no person.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] for an account out of sight; [`RegisterError::Ledger`] when the ledger does not verify: then no
    /// package leaves.
    pub fn build_evidence(
        &self,
        call: &Call,
        account: AccountId,
        purpose: &str,
    ) -> Result<BuiltPackage, RegisterError> {
        access::authorise(&call.actor, Action::BuildEvidence)?;
        let purpose = one_line("/purpose", purpose)?;
        let request = vec![
            Line::new("About account", account.to_string()),
            Line::new("Purpose", &purpose),
            Line::new("Asked for by", call.actor_text()),
            Line::new("At", self.core.clock.now().to_string()),
        ];
        self.core.build_package(
            call,
            Action::BuildEvidence,
            &Order { account, purpose, request, opened: None },
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
        self.integrate()?;
        self.require_quorum()?;
        let (core, actor, wanted) = (Arc::clone(self), call.actor.clone(), order.clone());
        let (parts, row, tree_size) = self.store.read(move |tx| {
            let row = account_in_sight(tx, &actor, wanted.account)?;
            let confined = actor.confined_to().is_some();
            let gathered = Gathering { core: &core, order: &wanted, row: &row, confined }.gather(tx)?;
            Ok::<_, RegisterError>((gathered.0, row, gathered.1))
        })?;
        let records = parts.records.len() + parts.custody.len();
        let zip = package::build(&parts, self.signer.notes()).map_err(refused)?;
        self.verify_package(&zip, None)?;
        let digest: [u8; 32] = Sha256::digest(&zip).into();
        let leaf = self.record_package(call, action, order, &row, digest, tree_size)?;
        self.integrate()?;
        let receipt = self.receipt(leaf, tree_size)?;
        self.verify_package(&zip, Some(&receipt))?;
        Ok(BuiltPackage { zip, digest, leaf, tree_size, records, receipt })
    }

    /// What does not verify does not leave.
    fn verify_package(&self, zip: &[u8], receipt: Option<&str>) -> Result<(), RegisterError> {
        let policy = format!("log {}\nquorum none\n", self.log_key);
        let policy = Policy::parse(policy.as_bytes())
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
        row: &AccountRow,
        digest: [u8; 32],
        tree_size: u64,
    ) -> Result<u64, RegisterError> {
        // Two packages are never the same, so a key under which to repeat the request has no use here.
        let call = Call { key: None, ..call.clone() };
        let (account, purpose) = (row.id, order.purpose.clone());
        let subject = order.opened.as_ref().map_or(row.subject, |opened| opened.subject);
        let shown: Vec<FactId> =
            order.opened.iter().flat_map(|o| o.facts.values().flatten()).copied().collect();
        self.change(&call, action, &("package", hex(&digest)), move |unit| {
            let record = Record::new(RecordType::EvidenceBuilt, subject, Retention::DecisionEvidence)
                .text("account", account)
                .text("purpose", &purpose)
                .text("package_sha256", hex(&digest))
                .text("tree_size", tree_size)
                .json("facts_shown", &shown);
            unit.record(record)
        })
    }
}

fn refused(error: package::EvidenceError) -> RegisterError {
    RegisterError::Ledger { reason: format!("the package: {error}") }
}

struct Gathering<'a> {
    core: &'a Core,
    order: &'a Order,
    row: &'a AccountRow,
    confined: bool,
}

impl Gathering<'_> {
    fn gather(&self, tx: &mut dyn Tx) -> Result<(package::Package, u64), RegisterError> {
        let (note, signed) = newest(tx, self.core)?.ok_or(RegisterError::NotFound { what: "checkpoint" })?;
        let parties = parties_behind(tx, self.row.id)?;
        let mut subjects = BTreeMap::from([(self.row.subject, None)]);
        subjects.extend(self.order.opened.as_ref().map(|opened| (opened.subject, None)));
        for id in parties {
            let row = party::find(tx, id)?.ok_or(RegisterError::NotFound { what: "party" })?;
            subjects.insert(row.subject, Some(id));
        }
        let mut leaves = BTreeMap::new();
        let mut complete = Vec::new();
        for (subject, party) in &subjects {
            let chain = chain(tx, subject, signed.size)?;
            complete
                .push(package::SubjectClaim { subject: Pseudonym(*subject), records: chain.len() as u64 });
            leaves.extend(chain.into_iter().map(|leaf| (leaf.seq, (leaf, *party))));
        }
        for leaf in opened_cases(tx, &leaves, signed.size)? {
            leaves.insert(leaf.seq, (leaf, None));
        }
        let summary = self.summary(tx, &leaves)?;
        let (records, custody) = self.records(tx, leaves.into_values(), signed.size)?;
        let package = package::Package {
            source_organization: signed.origin.clone(),
            external_identifier: self.order.purpose.clone(),
            bagging_date: self.core.clock.now().date().to_string(),
            checkpoint: SignedNote::parse(note.note.as_bytes())?,
            log_keys: vec![self.core.log_key.clone()],
            time_stamps: Vec::new(),
            request: self.attachments(),
            records,
            custody,
            erased: Vec::new(),
            complete,
            summary,
        };
        Ok((package, signed.size))
    }

    fn attachments(&self) -> Vec<package::Attachment> {
        let request = summary::request_text(&self.order.request).into_bytes();
        let scope = self.order.opened.as_ref().map(|opened| ("scope.json", opened.scope.clone()));
        let files = std::iter::once(("request.txt", request)).chain(scope);
        files.map(|(name, bytes)| package::Attachment { name: name.to_owned(), bytes }).collect()
    }

    fn records(
        &self,
        tx: &mut dyn Tx,
        leaves: impl Iterator<Item = (LeafRow, Option<PartyId>)>,
        size: u64,
    ) -> Result<(Vec<package::Record>, Vec<package::Record>), RegisterError> {
        let mut opened = Vec::new();
        for (leaf, party) in leaves {
            let header = LeafHeader::decode(&leaf.bytes)?;
            let shown = self.shown(tx, &header, &leaf, party)?;
            opened.push((header, leaf.bytes, shown));
        }
        let tree = StoredTree::new(tx, size);
        let (mut records, mut custody) = (Vec::new(), Vec::new());
        for (header, leaf, disclosure) in opened {
            let path = inclusion_proof(&tree, header.log_seq, size)?;
            let record = package::Record { leaf, path, disclosure };
            if is_custody(&header) { custody.push(record) } else { records.push(record) }
        }
        Ok((records, custody))
    }

    /// What of a record is shown: decision evidence as a whole, personal data only as far as it was approved.
    fn shown(
        &self,
        tx: &mut dyn Tx,
        header: &LeafHeader,
        leaf: &LeafRow,
        party: Option<PartyId>,
    ) -> Result<Option<Disclosure>, RegisterError> {
        let Some(showing) = self.showing(header, party) else { return Ok(None) };
        let opening = match keys::open_body(tx, &self.core.vault, header, &leaf.bytes, &leaf.body) {
            // What was erased stays provable by its leaf alone.
            Err(RegisterError::Erased) => return Ok(None),
            opened => opened?,
        };
        let body = Body::decode(&opening)?;
        let all = body.fields().map(|field| field.name.as_str());
        let names: Vec<&str> = match showing {
            Showing::All => return Ok(Some(body.disclose_all())),
            Showing::Only(names) => all.filter(|name| names.contains(name)).collect(),
            Showing::AllBut(name) => all.filter(|other| *other != name).collect(),
            Showing::Facts(facts) => {
                let ours = |id: &str| id.parse().is_ok_and(|id| facts.contains(&id));
                all.filter(|name| name.strip_prefix("fact.").is_some_and(ours)).collect()
            }
        };
        if names.is_empty() { Ok(None) } else { Ok(Some(body.disclose(&names)?)) }
    }

    fn showing(&self, header: &LeafHeader, party: Option<PartyId>) -> Option<Showing<'_>> {
        use RecordType as T;
        let kind = T::from_number(i64::from(header.record_type.0));
        if header.retention == RetentionClass::DECISION_EVIDENCE {
            return Some(match kind {
                // A decision names linked accounts, which may belong to other resellers.
                Some(T::Decided) if self.confined => Showing::Only(&OWN_DECISION_FIELDS),
                // For whom an earlier package was made is nobody else's business.
                Some(T::EvidenceBuilt) => Showing::Only(&EARLIER_PACKAGE_FIELDS),
                _ => Showing::All,
            });
        }
        let opened = self.order.opened.as_ref()?;
        match kind? {
            T::PartyRecorded => opened.facts.get(&party?).map(Showing::Facts),
            T::ApprovalRequested | T::ApprovalDecided if header.subject.0 == opened.subject => {
                Some(Showing::AllBut("reason"))
            }
            _ => None,
        }
    }
}

/// Which fields of a record are shown.
enum Showing<'a> {
    All,
    Only(&'a [&'static str]),
    AllBut(&'static str),
    Facts(&'a BTreeSet<FactId>),
}

/// Records about looking and handing over stand apart from the records looked at.
fn is_custody(header: &LeafHeader) -> bool {
    use RecordType as T;
    let kind = RecordType::from_number(i64::from(header.record_type.0));
    matches!(kind, Some(T::Revealed | T::EvidenceBuilt | T::ApprovalRequested | T::ApprovalDecided))
}

/// The parties on an account and those who stand behind them.
pub(crate) fn parties_behind(tx: &mut dyn Tx, id: AccountId) -> Result<BTreeSet<PartyId>, RegisterError> {
    Ok(dossier::involved(tx, id)?.parties.into_keys().collect())
}

/// The chain of a subject as far as the checkpoint reaches; without a gap, or it is refused.
fn chain(tx: &mut dyn Tx, subject: &[u8; 16], size: u64) -> Result<Vec<LeafRow>, RegisterError> {
    let mut rows = ledger::by_subject(tx, subject, RECORDS_PER_SUBJECT_MAX)?;
    if rows.len() == RECORDS_PER_SUBJECT_MAX as usize {
        let what =
            format!("more than {RECORDS_PER_SUBJECT_MAX} records about one subject do not fit a package");
        return Err(RegisterError::Evaluation { what });
    }
    rows.retain(|row| u64::try_from(row.seq).is_ok_and(|seq| seq < size));
    if rows.iter().zip(1..).any(|(row, place)| row.subject_seq != place) {
        return Err(RegisterError::Ledger { reason: "the chain of a subject has a gap".to_owned() });
    }
    Ok(rows)
}

/// The cases that the decisions opened: they stand in the deployment's chain, right behind the decision that caused them.
fn opened_cases(
    tx: &mut dyn Tx,
    leaves: &BTreeMap<i64, (LeafRow, Option<PartyId>)>,
    size: u64,
) -> Result<Vec<LeafRow>, RegisterError> {
    let mut cases = Vec::new();
    let decided = i64::from(RecordType::Decided.number());
    for decision in leaves.values().map(|(leaf, _)| leaf).filter(|leaf| leaf.leaf_type == decided) {
        for leaf in ledger::range(tx, decision.seq + 1, OPENED_CASES_MAX)? {
            let header = LeafHeader::decode(&leaf.bytes)?;
            let opened = header.record_type.0 == RecordType::CaseOpened.number();
            if opened && header.log_seq < size && header.causes.contains(&stored(decision.seq)) {
                cases.push(leaf);
            }
        }
    }
    Ok(cases)
}

fn stored(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(u64::MAX)
}
