//! Gathering what a package is made of, in one read unit.

use super::{
    CHAIN_ROWS, EARLIER_PACKAGE_FIELDS, Order, Pinned, RECORDS_PER_SUBJECT_MAX, erased, events,
    parties_behind, stamps, summary,
};
use crate::RegisterError;
use crate::completeness::Completeness;
use crate::core::Core;
use crate::keys::{self, ERASED_LENGTH};
use crate::ledger_view::{StoredTree, stored_size};
use crate::record::RecordType;
use crate::sight::is_the_resellers;
use std::collections::{BTreeMap, BTreeSet};
use tenantry_evidence::{self as package, Line};
use tenantry_ledger::{
    Body, Checkpoint, Disclosure, LeafHeader, Pseudonym, RetentionClass, SignedNote, VerifierKey,
    inclusion_proof,
};
use tenantry_model::id::{FactId, PartyId};
use tenantry_store::Tx;
use tenantry_store::repo::account::AccountRow;
use tenantry_store::repo::ledger::LeafRow;
use tenantry_store::repo::{ledger, party};

/// What tells since when which key signs the ledger, and under which name.
pub(super) const KEY_HISTORY: [RecordType; 3] =
    [RecordType::SetUp, RecordType::LedgerKeyIntroduced, RecordType::LedgerContinued];
/// Most records of each of these.
const KEY_HISTORY_MAX: u32 = 1_000;
/// Records looked at behind a decision for the cases it opened in the same unit.
const OPENED_CASES_MAX: u32 = 64;
/// Fields of records about an account that name nobody but the account and the parties on it: no member of staff, no case, no other
/// account. What a package for a reseller shows of [`is_the_resellers`].
const OWN_FIELDS: [&str; 12] = [
    "decision",
    "account",
    "outcome",
    "cause",
    "application",
    "reference",
    "reseller",
    "parties",
    "interests",
    "before",
    "state",
    "ending",
];

/// The leaves of a package by their place, each with the party it is about if it is about one.
pub(super) type Leaves = BTreeMap<i64, (LeafRow, Option<PartyId>)>;

/// Whom a package is about: the account, what was opened for the request, every party.
pub(super) fn subjects(
    tx: &mut dyn Tx,
    row: &AccountRow,
    order: &Order,
) -> Result<BTreeMap<[u8; 16], Option<PartyId>>, RegisterError> {
    let mut subjects = BTreeMap::from([(row.subject, None)]);
    subjects.extend(order.opened.as_ref().map(|opened| (opened.subject, None)));
    for id in parties_behind(tx, row.id)? {
        let row = party::find(tx, id)?.ok_or(RegisterError::NotFound { what: "party" })?;
        subjects.insert(row.subject, Some(id));
    }
    Ok(subjects)
}

/// The place of the last record of a subject; 0 when it has none.
pub(super) fn last_record(tx: &mut dyn Tx, subject: &[u8; 16]) -> Result<u64, RegisterError> {
    Ok(ledger::chain(tx, subject)?.map_or(0, |chain| stored_size(chain.leaf)))
}

pub(super) struct Gathering<'a> {
    pub(super) core: &'a Core,
    pub(super) order: &'a Order,
    pub(super) row: &'a AccountRow,
    pub(super) confined: bool,
    pub(super) pinned: &'a Pinned,
}

impl Gathering<'_> {
    pub(super) fn gather(
        &self,
        tx: &mut dyn Tx,
        counted: &Completeness,
    ) -> Result<(package::Package, u64), RegisterError> {
        let note = SignedNote::parse(self.pinned.note.as_bytes())?;
        let signed = Checkpoint::parse_text(note.text())?;
        let mut leaves = Leaves::new();
        let mut complete = Vec::new();
        for (subject, party) in subjects(tx, self.row, self.order)? {
            let chain = chain(tx, &subject, signed.size)?;
            complete.push(package::SubjectClaim { subject: Pseudonym(subject), records: chain.len() as u64 });
            leaves.extend(chain.into_iter().map(|leaf| (leaf.seq, (leaf, party))));
        }
        for leaf in opened_cases(tx, &leaves, signed.size)? {
            leaves.insert(leaf.seq, (leaf, None));
        }
        for leaf in key_history(tx, self.core, signed.size)? {
            leaves.insert(leaf.seq, (leaf, None));
        }
        let gone = erased::erasures(tx, self.core, &mut leaves)?;
        let summary = self.summary(tx, &leaves)?;
        let events = events::batches(tx, self.core, &self.row.subject, signed.size)?;
        let (records, custody, erased) = self.records(tx, &leaves, &gone, signed.size)?;
        let index = package::IndexRecord {
            record: package::Record {
                leaf: counted.leaf.clone(),
                path: inclusion_proof(&StoredTree::new(tx, signed.size), counted.leaf_index, signed.size)?,
                disclosure: Some(counted.shown.clone()),
            },
            proofs: counted.proofs.clone(),
        };
        let last = leaves.last_key_value().map_or(0, |(seq, _)| stored_size(*seq));
        let package = package::Package {
            source_organization: signed.origin.clone(),
            external_identifier: self.order.purpose.clone(),
            bagging_date: self.pinned.at.date().to_string(),
            log_keys: self.keys_that_signed(&note),
            checkpoint: note,
            witnesses: self.pinned.witnesses.clone(),
            time_stamps: stamps::of(tx, &signed, self.pinned.stamped_until, last)?,
            request: self.attachments(),
            process: self.process(tx, signed.size)?,
            records,
            custody,
            erased,
            complete,
            index: Some(index),
            events,
            summary,
        };
        Ok((package, signed.size))
    }

    /// A checkpoint of the time before the second key bears one signature.
    fn keys_that_signed(&self, note: &SignedNote) -> Vec<VerifierKey> {
        let signed = |key: &&VerifierKey| note.signatures().iter().any(|line| key.matches(line));
        self.core.signer.keys().iter().filter(signed).cloned().collect()
    }

    pub(super) fn request(&self) -> Vec<Line> {
        let at = Line::new("Made at", summary::readable(self.pinned.at));
        self.order.request.iter().cloned().chain([at]).collect()
    }

    fn attachments(&self) -> Vec<package::Attachment> {
        let request = summary::request_text(&self.request()).into_bytes();
        let minimised = self.minimisation().join("\n") + "\n";
        let scope = self.order.opened.as_ref().map(|opened| ("scope.json", opened.scope.clone()));
        let files = [("request.txt", request), ("minimisation.txt", minimised.into_bytes())];
        let files = files.into_iter().chain(scope);
        files.map(|(name, bytes)| package::Attachment { name: name.to_owned(), bytes }).collect()
    }

    fn records(
        &self,
        tx: &mut dyn Tx,
        leaves: &Leaves,
        gone: &BTreeMap<i64, erased::Erasure>,
        size: u64,
    ) -> Result<Parts, RegisterError> {
        let mut opened = Vec::new();
        for (leaf, party) in leaves.values() {
            let header = LeafHeader::decode(&leaf.bytes)?;
            let shown = if is_erased(leaf) { None } else { self.shown(tx, &header, leaf, *party)? };
            opened.push((header, leaf, shown));
        }
        let tree = StoredTree::new(tx, size);
        let (mut records, mut custody, mut erased) = (Vec::new(), Vec::new(), Vec::new());
        for (header, row, disclosure) in opened {
            let (leaf, path) = (row.bytes.clone(), inclusion_proof(&tree, header.log_seq, size)?);
            if let Some(erasure) = gone.get(&row.seq) {
                let (erased_by, rule) = (erasure.leaf, erasure.rule.clone());
                erased.push(package::ErasedRecord { leaf, path, erased_by, rule });
                continue;
            }
            let record = package::Record { leaf, path, disclosure };
            if is_custody(&header) { custody.push(record) } else { records.push(record) }
        }
        Ok((records, custody, erased))
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
            // Its key was destroyed between two units; the next package names the erasure.
            Err(RegisterError::Erased) => return Ok(None),
            opened => opened?,
        };
        let body = Body::decode(&opening)?;
        let wanted = match &showing {
            Showing::AccessFor(purpose) => body.get("purpose") == Some(purpose.as_bytes()),
            _ => true,
        };
        if !wanted {
            return Ok(None);
        }
        let all = body.fields().map(|field| field.name.as_str());
        let names: Vec<&str> = match showing {
            Showing::All | Showing::AccessFor(_) => return Ok(Some(body.disclose_all())),
            Showing::Only(names) => all.filter(|name| names.contains(name)).collect(),
            Showing::AllBut(name) => all.filter(|other| *other != name).collect(),
            Showing::Facts(facts) => {
                let ours = |id: &str| id.parse().is_ok_and(|id| facts.contains(&id));
                all.filter(|name| *name == "supersedes" || name.strip_prefix("fact.").is_some_and(ours))
                    .collect()
            }
        };
        if names.is_empty() { Ok(None) } else { Ok(Some(body.disclose(&names)?)) }
    }

    fn showing(&self, header: &LeafHeader, party: Option<PartyId>) -> Option<Showing<'_>> {
        use RecordType as T;
        let kind = T::from_number(i64::from(header.record_type.0));
        if header.retention == RetentionClass::DECISION_EVIDENCE {
            return match kind {
                // For whom an earlier package was made is nobody else's business.
                Some(T::EvidenceBuilt) => Some(Showing::Only(&EARLIER_PACKAGE_FIELDS)),
                // Which keys signed the ledger, and what was erased, is told to everybody who checks it.
                Some(kind) if !self.confined || kind == T::Erased || KEY_HISTORY.contains(&kind) => {
                    Some(Showing::All)
                }
                // What a reseller sent or is told anyway, without what names others or the provider's own people.
                Some(kind) if is_the_resellers(kind) => Some(Showing::Only(&OWN_FIELDS)),
                // Cases, findings about matches, roles and holds are the provider's own work. That nothing is left out is proven.
                Some(_) => None,
                None => (!self.confined).then_some(Showing::All),
            };
        }
        let opened = self.order.opened.as_ref()?;
        match kind? {
            T::PartyRecorded => opened.facts.get(&party?).map(Showing::Facts),
            T::ApprovalRequested | T::ApprovalDecided if header.subject.0 == opened.subject => {
                Some(Showing::AllBut("reason"))
            }
            // Who opened what for this very request belongs to its custody; who looked for other reasons does not.
            T::Revealed => Some(Showing::AccessFor(&opened.purpose)),
            _ => None,
        }
    }
}

/// Records, records about access, erased records.
type Parts = (Vec<package::Record>, Vec<package::Record>, Vec<package::ErasedRecord>);

/// Whether the content of a record was erased.
pub(super) fn is_erased(leaf: &LeafRow) -> bool {
    leaf.body.len() == ERASED_LENGTH
}

/// Which fields of a record are shown.
enum Showing<'a> {
    All,
    Only(&'a [&'static str]),
    AllBut(&'static str),
    /// Everything of a record of access for this purpose, nothing of another.
    AccessFor(&'a str),
    Facts(&'a BTreeSet<FactId>),
}

/// The records of the keys that the ledger was signed with, so that a reader of a later day need not ask anybody.
fn key_history(tx: &mut dyn Tx, core: &Core, size: u64) -> Result<Vec<LeafRow>, RegisterError> {
    if core.key_history.get().is_none() {
        let mut places = Vec::new();
        for kind in KEY_HISTORY {
            let number = i64::from(kind.number());
            let leaves = ledger::in_chain_of_type(tx, &core.deployment, number, -1, KEY_HISTORY_MAX)?;
            places.extend(leaves.into_iter().map(|leaf| leaf.seq));
        }
        core.key_history.get_or_init(|| places);
    }
    let mut found = Vec::new();
    for place in core.key_history.get().into_iter().flatten() {
        found.extend(ledger::range(tx, *place, 1)?.into_iter().filter(|leaf| stored_size(leaf.seq) < size));
    }
    Ok(found)
}

/// Records about looking and handing over, and about the ledger itself, stand apart from the records looked at.
fn is_custody(header: &LeafHeader) -> bool {
    use RecordType as T;
    let kind = RecordType::from_number(i64::from(header.record_type.0));
    let looked =
        matches!(kind, Some(T::Revealed | T::EvidenceBuilt | T::ApprovalRequested | T::ApprovalDecided));
    looked || kind.is_some_and(|kind| KEY_HISTORY.contains(&kind))
}

/// The chain of a subject as far as the checkpoint reaches; without a gap, or it is refused.
fn chain(tx: &mut dyn Tx, subject: &[u8; 16], size: u64) -> Result<Vec<LeafRow>, RegisterError> {
    let gap = || RegisterError::Ledger { reason: "the chain of a subject has a gap".to_owned() };
    let Some(head) = ledger::chain(tx, subject)? else { return Ok(Vec::new()) };
    if head.records > i64::from(RECORDS_PER_SUBJECT_MAX) {
        let what = format!(
            "{} records about one subject do not fit a package, which takes {RECORDS_PER_SUBJECT_MAX}; \
            hand over copies of the ledger's tiles and of the database instead",
            head.records
        );
        return Err(RegisterError::Evaluation { what });
    }
    let (mut rows, mut last) = (Vec::new(), Some(head.leaf));
    while let Some(from) = last {
        let some = ledger::chain_through(tx, from, CHAIN_ROWS)?;
        last = some.last().ok_or_else(gap)?.prev;
        // Only damage leads forwards, and round and round.
        if last.is_some_and(|last| last >= from) {
            return Err(gap());
        }
        rows.extend(some);
    }
    rows.reverse();
    rows.retain(|row| u64::try_from(row.seq).is_ok_and(|seq| seq < size));
    if rows.iter().zip(1..).any(|(row, place)| row.subject_seq != place) {
        return Err(gap());
    }
    Ok(rows)
}

/// The cases that the decisions opened: they stand in the deployment's chain, right behind the decision that caused them.
fn opened_cases(tx: &mut dyn Tx, leaves: &Leaves, size: u64) -> Result<Vec<LeafRow>, RegisterError> {
    let mut cases = Vec::new();
    let decided = i64::from(RecordType::Decided.number());
    for decision in leaves.values().map(|(leaf, _)| leaf).filter(|leaf| leaf.leaf_type == decided) {
        for leaf in ledger::range(tx, decision.seq + 1, OPENED_CASES_MAX)? {
            let header = LeafHeader::decode(&leaf.bytes)?;
            let opened = header.record_type.0 == RecordType::CaseOpened.number();
            if opened && header.log_seq < size && header.causes.contains(&stored_size(decision.seq)) {
                cases.push(leaf);
            }
        }
    }
    Ok(cases)
}
