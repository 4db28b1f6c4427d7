//! Records: each is in the signed tree at its place, shows what was committed to, and if erased, by which record.

use std::collections::BTreeSet;

use tenantry_ledger::{LeafHeader, LedgerError, TlogProof, leaf_hash};

use crate::approval::Approval;
use crate::bag::Bag;
use crate::layout::{self, ErasureJson};
use crate::verify::{Check, Head};

impl Check {
    pub(crate) fn check_records(&mut self, bag: &Bag<'_>, folder: &str, head: &mut Head<'_>) {
        let stems: BTreeSet<&str> =
            bag.in_folder(folder).into_iter().filter_map(|name| name.split('.').next()).collect();
        for stem in stems {
            match self.check_record(bag, folder, stem, head) {
                Ok(()) => match folder {
                    layout::RECORDS => self.counts.records += 1,
                    layout::CUSTODY => self.counts.custody += 1,
                    _ => self.counts.erased += 1,
                },
                Err(reason) => self.invalid.push(format!("record {folder}{stem}: {reason}")),
            }
        }
    }

    fn check_record(
        &mut self,
        bag: &Bag<'_>,
        folder: &str,
        stem: &str,
        head: &mut Head<'_>,
    ) -> Result<(), String> {
        let part = |ending: &str| bag.find(format!("{folder}{stem}.{ending}").as_str());
        let plain = |error: LedgerError| error.to_string();
        let leaf = part("leaf").ok_or("its leaf is missing")?;
        let header = LeafHeader::decode(leaf).map_err(plain)?;
        if layout::stem(header.log_seq) != stem {
            return Err("its files are named after another record".to_owned());
        }
        let proof = TlogProof::parse(part("tlog-proof").ok_or("its proof is missing")?).map_err(plain)?;
        if !head.is_that_of(&proof.checkpoint) || proof.index != header.log_seq || proof.extra.is_some() {
            return Err("its proof is for another checkpoint or place than the package's".to_owned());
        }
        let hash = leaf_hash(leaf);
        proof.verify(&hash, &head.checkpoint).map_err(plain)?;
        if folder != layout::ERASED {
            match (part("json"), part("open")) {
                (Some(json), Some(open)) => {
                    let disclosure = layout::read_disclosure(&header, json, open)?;
                    disclosure
                        .verify(header.record_type, header.schema, &header.commitment)
                        .map_err(plain)?;
                    self.counts.disclosed += 1;
                    self.approvals.extend(Approval::told_by(&header, &disclosure));
                }
                (None, None) => {}
                _ => return Err("of its .json and .open files only one is there".to_owned()),
            }
        }
        let index = header.log_seq;
        if self.leaves.insert(index, (header, hash)).is_some() {
            return Err("it is in the package twice".to_owned());
        }
        Ok(())
    }

    /// Every erased record names the record that states its erasure, which is in the package and later.
    pub(crate) fn check_erasures(&mut self, bag: &Bag<'_>) {
        for name in bag.in_folder(layout::ERASED).into_iter().filter_map(|name| name.strip_suffix(".leaf")) {
            let path = format!("{}{name}.json", layout::ERASED);
            let erasure = bag.find(&path).and_then(|bytes| serde_json::from_slice(bytes).ok());
            let (Some(erasure), Ok(index)) = (erasure, name.parse::<u64>()) else {
                self.invalid.push(format!("`{path}` is missing or not in the format of an erasure"));
                continue;
            };
            let ErasureJson { erased_by, rule } = erasure;
            if erased_by <= index || rule.is_empty() {
                self.invalid.push(format!("`{path}` names no later record or no rule"));
            } else if !self.leaves.contains_key(&erased_by) {
                self.incomplete
                    .push(format!("record {erased_by}, which states the erasure of {index}, is not here"));
            }
        }
    }
}
