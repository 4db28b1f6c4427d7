//! Records: each is in the signed tree at its place, shows what was committed to, and if erased, by which record.

use std::collections::BTreeSet;

use tenantry_ledger::{Disclosure, LeafHeader, LedgerError, RecordType, TlogProof, leaf_hash};

use crate::approval::Approval;
use crate::bag::Bag;
use crate::layout::{self, ErasureJson};
use crate::verify::{Check, Head};

/// Number of the kind of record that states an erasure.
const ERASED: RecordType = RecordType(54);

/// What a record of an erasure shows.
pub(crate) struct Erasing {
    rule: String,
    records: BTreeSet<u64>,
}

impl Erasing {
    fn told_by(header: &LeafHeader, shown: &Disclosure) -> Option<Self> {
        if header.record_type != ERASED {
            return None;
        }
        let value = |name: &str| shown.shown().find(|field| field.name == name).map(|field| &field.value);
        let (basis, records) = (value("basis")?, value("records")?);
        // What is shown and cannot be read states no erasure.
        let rule = String::from_utf8(basis.clone()).unwrap_or_default();
        Some(Self { rule, records: serde_json::from_slice(records).unwrap_or_default() })
    }
}

impl Check {
    pub(crate) fn check_records(&mut self, bag: &Bag<'_>, folder: &str, head: &mut Head<'_>) {
        for stem in layout::stems(bag.in_folder(folder)) {
            match self.check_record(bag, folder, stem, head) {
                Ok(_) => match folder {
                    layout::RECORDS => self.counts.records += 1,
                    layout::CUSTODY => self.counts.custody += 1,
                    _ => self.counts.erased += 1,
                },
                Err(reason) => self.invalid.push(format!("record {folder}{stem}: {reason}")),
            }
        }
    }

    /// Checks the files of one record: its header, and its fields where they are shown.
    pub(crate) fn check_record(
        &mut self,
        bag: &Bag<'_>,
        folder: &str,
        stem: &str,
        head: &mut Head<'_>,
    ) -> Result<(LeafHeader, Option<Disclosure>), String> {
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
        let mut shown = None;
        if folder != layout::ERASED {
            match (part("json"), part("open")) {
                (Some(json), Some(open)) => {
                    let disclosure = layout::read_disclosure(&header, json, open)?;
                    disclosure
                        .verify(header.record_type, header.schema, &header.commitment)
                        .map_err(plain)?;
                    self.counts.disclosed += 1;
                    self.approvals.extend(Approval::told_by(&header, &disclosure));
                    if let Some(erasing) = Erasing::told_by(&header, &disclosure) {
                        self.erasing.insert(header.log_seq, erasing);
                    }
                    shown = Some(disclosure);
                }
                (None, None) => {}
                _ => return Err("of its .json and .open files only one is there".to_owned()),
            }
        }
        if self.leaves.insert(header.log_seq, (header.clone(), hash)).is_some() {
            return Err("it is in the package twice".to_owned());
        }
        Ok((header, shown))
    }

    /// Every erased record names the record that states its erasure, which is in the package and later, and says so.
    pub(crate) fn check_erasures(&mut self, bag: &Bag<'_>) {
        let mut untold = 0_usize;
        let names = bag.in_folder(layout::ERASED).into_iter().filter_map(|name| name.strip_suffix(".leaf"));
        let names: Vec<&str> = names.collect();
        let erased: BTreeSet<u64> = names.iter().filter_map(|name| name.parse().ok()).collect();
        for name in names {
            let path = format!("{}{name}.json", layout::ERASED);
            let erasure = bag.find(&path).and_then(layout::from_json::<ErasureJson>);
            let (Some(erasure), Ok(index)) = (erasure, name.parse::<u64>()) else {
                self.invalid.push(format!("`{path}` is missing or not in the format of an erasure"));
                continue;
            };
            let ErasureJson { erased_by, rule } = erasure;
            if erased_by <= index || rule.is_empty() {
                self.invalid.push(format!("`{path}` names no later record or no rule"));
                continue;
            }
            let Some((by, _)) = self.leaves.get(&erased_by) else {
                self.incomplete
                    .push(format!("record {erased_by}, which states the erasure of {index}, is not here"));
                continue;
            };
            match self.erasing.get(&erased_by) {
                _ if by.record_type != ERASED => {
                    self.invalid.push(format!("record {erased_by} does not state an erasure"));
                }
                None if erased.contains(&erased_by) => untold += 1,
                None => self.incomplete.push(format!(
                    "record {erased_by}, which states the erasure of {index}, is here without its content"
                )),
                Some(told) if !told.records.contains(&index) || told.rule != rule => {
                    self.invalid.push(format!(
                        "record {erased_by} does not say that {index} was erased under `{rule}`"
                    ));
                }
                Some(_) => {}
            }
        }
        let told = self.counts.erased.saturating_sub(untold);
        if told > 0 && self.invalid.is_empty() {
            self.checked.push(format!(
                "{told} records were erased before: when each was made, and which record states its erasure under which rule"
            ));
        }
        if untold > 0 {
            self.not_checked.push(format!(
                "the rule under which {untold} records were erased: what states it was erased itself"
            ));
        }
    }
}
