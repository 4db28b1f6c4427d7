//! Whether the package holds all records of the subjects it claims to be complete about.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_ledger::{Hash, Pseudonym};

use crate::bag::Bag;
use crate::layout::{self, StatementJson};
use crate::limits::SUBJECTS_MAX;
use crate::verify::Check;

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

    pub(crate) fn check_statement(&mut self, bag: &Bag<'_>, tree_size: u64) -> Result<(), String> {
        let Some(bytes) = bag.find(layout::STATEMENT) else {
            self.not_checked
                .push("completeness: the package does not claim to hold all records of anybody".to_owned());
            return Ok(());
        };
        let statement: StatementJson =
            serde_json::from_slice(bytes).map_err(|_| "the completeness statement is not in its format")?;
        if statement.subjects.len() > SUBJECTS_MAX || statement.tree_size != tree_size {
            return Err("the completeness statement is too long or about another checkpoint".to_owned());
        }
        let mut present: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for (header, _) in self.leaves.values().filter(|(header, _)| header.subject_seq > 0) {
            present.entry(header.subject.to_string()).or_default().insert(header.subject_seq);
        }
        let whole = self.incomplete.len() + self.invalid.len();
        for claim in &statement.subjects {
            let numbers = present.get(&claim.subject);
            let (count, last) = numbers
                .map_or((0, 0), |numbers| (numbers.len() as u64, numbers.last().copied().unwrap_or(0)));
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
        if self.incomplete.len() + self.invalid.len() == whole {
            self.checked.push(
                "the stated subjects have all their numbered records here, linked without a gap".to_owned(),
            );
        }
        self.not_checked.push(
            "that a subject has no records after the last one stated: this rests on the signer's statement"
                .to_owned(),
        );
        Ok(())
    }
}
