//! Whether the package holds all records of the subjects it claims to be complete about.
//!
//! Two things speak for it. The statement says how many records each subject has up to the checkpoint: the signer's word. The
//! index leaf, which the ledger recorded before, counted the records of every subject at once: a package that leaves one out
//! contradicts it. Both must hold where both are there.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_ledger::completeness::{IndexStatement, SubjectProof};
use tenantry_ledger::{Hash, LeafHeader, Pseudonym, RecordType, UnixNanos};

use crate::bag::Bag;
use crate::layout::{self, StatementJson, SubjectJson};
use crate::limits::SUBJECTS_MAX;
use crate::report::{self, Complete};
use crate::verify::{Check, Head};

/// Number of the kind of record that counts the records of every subject.
const CHAINS_INDEXED: RecordType = RecordType(40);

/// The index leaf of a package.
struct IndexLeaf {
    header: LeafHeader,
    statement: IndexStatement,
}

/// The records of a subject that are here, by their number: place in the ledger and leaf hash.
type Numbers = BTreeMap<u64, (u64, Hash)>;

impl Check {
    /// Where two neighbours of a subject's chain are both here, the later one names the earlier one.
    pub(crate) fn check_links(&mut self) {
        let mut chains: BTreeMap<(Pseudonym, u64), (u64, Hash)> = BTreeMap::new();
        let mut broken = Vec::new();
        for (index, (header, hash)) in &self.leaves {
            if header.subject == Pseudonym::NONE {
                continue;
            }
            if chains.insert((header.subject, header.subject_seq), (*index, *hash)).is_some() {
                broken.push(format!("record {index} repeats number {} of its subject", header.subject_seq));
            }
        }
        for (index, (header, _)) in &self.leaves {
            let Some(before) = header.subject_seq.checked_sub(1) else { continue };
            if let Some((previous, hash)) = chains.get(&(header.subject, before))
                && (*hash != header.prev_subject_leaf || previous >= index)
            {
                broken.push(format!("record {index} does not follow record {previous} of the same subject"));
            }
        }
        self.invalid.append(&mut broken);
    }

    pub(crate) fn check_statement(&mut self, bag: &Bag<'_>, head: &mut Head<'_>) -> Result<(), String> {
        let index = self.check_index(bag, head)?;
        let Some(bytes) = bag.find(layout::STATEMENT) else {
            if !bag.in_folder(layout::COMPLETE).is_empty() {
                return Err("subjects were counted here, but nothing says whose records it is for".to_owned());
            }
            self.not_checked
                .push("completeness: the package does not claim to hold all records of anybody".to_owned());
            return Ok(());
        };
        let statement: StatementJson =
            layout::from_json(bytes).ok_or("the completeness statement is not in its format")?;
        if statement.subjects.len() > SUBJECTS_MAX || statement.tree_size != head.checkpoint.size {
            return Err("the completeness statement is too long or about another checkpoint".to_owned());
        }
        if statement.subjects.is_empty() {
            return Err("the completeness statement is about nobody".to_owned());
        }
        let claimed: BTreeSet<&str> = statement.subjects.iter().map(|claim| claim.subject.as_str()).collect();
        let mut proofs =
            bag.in_folder(layout::COMPLETE).into_iter().filter_map(|name| name.strip_suffix(".proof"));
        let uncalled = proofs.any(|name| index.is_none() || !claimed.contains(name));
        if claimed.len() != statement.subjects.len() || uncalled {
            let what = "a subject is stated twice, or what was counted of one is here that is not stated, or without an index";
            return Err(what.to_owned());
        }
        let mut present: BTreeMap<String, Numbers> = BTreeMap::new();
        for (place, (header, hash)) in self.leaves.iter().filter(|(_, (header, _))| header.subject_seq > 0) {
            present
                .entry(header.subject.to_string())
                .or_default()
                .insert(header.subject_seq, (*place, *hash));
        }
        let nobody = Numbers::new();
        let whole = self.incomplete.len() + self.invalid.len();
        for claim in &statement.subjects {
            let numbers = present.get(&claim.subject).unwrap_or(&nobody);
            self.check_claim(claim, numbers);
            if let Some(index) = &index
                && let Err(reason) = self.check_count(bag, claim, numbers, index)
            {
                self.invalid.push(format!("subject {}: {reason}", claim.subject));
            }
        }
        let holds = self.incomplete.len() + self.invalid.len() == whole;
        if holds {
            self.checked.push(
                "the stated subjects have all their numbered records here, linked without a gap".to_owned(),
            );
        }
        let Some(index) = index else {
            self.not_checked.push(
                "that a subject has no records after the last one stated: this rests on the signer's statement"
                    .to_owned(),
            );
            return Ok(());
        };
        let first = present.iter().filter(|(subject, _)| claimed.contains(subject.as_str()));
        let first = first.flat_map(|(_, numbers)| numbers.values()).map(|(place, _)| *place).min();
        let first = first.and_then(|place| self.leaves.get(&place)).map(|(header, _)| header.recorded_at);
        self.say_completeness(&index, first.unwrap_or(index.header.recorded_at), holds);
        Ok(())
    }

    fn say_completeness(&mut self, index: &IndexLeaf, first: UnixNanos, holds: bool) {
        let (record, covers) = (index.header.log_seq, index.statement.covers);
        let (from, until) = (report::utc(first.into()), report::utc(index.header.recorded_at.into()));
        if holds {
            self.checked.push(format!(
                "no record of the stated subjects is missing between {from} and {until} (UTC), among the first {covers} records of \
                 the ledger: record {record} counted the records of every subject"
            ));
            self.complete = Some(Complete { from, until, records: covers, counted_by: record });
        }
        self.not_checked.push(format!(
            "that a subject has no records from number {covers} of the ledger on, and that the stated subjects are all that are \
             concerned: this rests on the signer's statement; that record {record} counted rightly: whoever has all leaves can \
             count again"
        ));
    }

    /// The one index leaf that a package may have.
    fn check_index(&mut self, bag: &Bag<'_>, head: &mut Head<'_>) -> Result<Option<IndexLeaf>, String> {
        let stems = layout::stems(bag.in_folder(layout::COMPLETE));
        let mut stems = stems.into_iter();
        let Some(stem) = stems.next() else { return Ok(None) };
        let about = |reason: String| format!("the index {}{stem}: {reason}", layout::COMPLETE);
        if stems.next().is_some() {
            return Err(about("it is not the only one".to_owned()));
        }
        let (header, shown) = self.check_record(bag, layout::COMPLETE, stem, head).map_err(about)?;
        let shown = shown.ok_or_else(|| about("what it counted is not shown".to_owned()))?;
        if header.record_type != CHAINS_INDEXED {
            return Err(about("its record is not that of an index".to_owned()));
        }
        let statement =
            IndexStatement::from_leaf(&header, &shown).map_err(|error| about(error.to_string()))?;
        Ok(Some(IndexLeaf { header, statement }))
    }

    /// The subject has as many records here as are stated.
    fn check_claim(&mut self, claim: &SubjectJson, numbers: &Numbers) {
        let (count, last) = (numbers.len() as u64, numbers.last_key_value().map_or(0, |(last, _)| *last));
        if last > claim.records {
            self.invalid.push(format!("subject {} has more records than stated", claim.subject));
        } else if count != claim.records {
            let missing = claim.records - count;
            self.incomplete.push(format!(
                "{missing} of {} records stated for subject {} are not in the package",
                claim.records, claim.subject
            ));
        }
    }

    /// The subject has here what the index counted.
    fn check_count(
        &mut self,
        bag: &Bag<'_>,
        claim: &SubjectJson,
        numbers: &Numbers,
        index: &IndexLeaf,
    ) -> Result<(), String> {
        let covers = index.statement.covers;
        let path = format!("{}{}.proof", layout::COMPLETE, claim.subject);
        if bag.find(&path).is_none() {
            // Only a first record behind the covered ones shows that there was nothing to count. Of a subject without any record
            // nothing shows it, and whoever drops all records of somebody states just that.
            let counter = index.header.log_seq;
            if numbers.values().any(|(place, _)| *place < covers) {
                self.incomplete.push(format!(
                    "what record {counter} counted of subject {} is not in the package",
                    claim.subject
                ));
            } else if claim.records == 0 {
                self.incomplete.push(format!(
                    "nothing here proves that there are no records of subject {}: record {counter} may have counted some",
                    claim.subject
                ));
            }
            return Ok(());
        }
        let proof = SubjectProof::parse(bag.text(&path)?).map_err(|error| error.to_string())?;
        proof.verify(&index.statement).map_err(|error| error.to_string())?;
        let chain = &proof.chain;
        if chain.subject.to_string() != claim.subject {
            return Err("its proof is about another subject".to_owned());
        }
        if claim.records < chain.records {
            return Err(format!("{} records are stated, but {} were counted", claim.records, chain.records));
        }
        if numbers.iter().any(|(number, (place, _))| (*number <= chain.records) != (*place < covers)) {
            return Err("its records contradict what was counted".to_owned());
        }
        if numbers.get(&chain.records).is_some_and(|(_, hash)| *hash != chain.head) {
            return Err("its last record is another than the one counted".to_owned());
        }
        let here = numbers.range(..=chain.records).count() as u64;
        if here < chain.records {
            self.incomplete.push(format!(
                "{} of {} records of subject {} that record {} counted are not in the package",
                chain.records - here,
                chain.records,
                claim.subject,
                index.header.log_seq
            ));
        }
        Ok(())
    }
}
