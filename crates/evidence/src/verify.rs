//! The verifier: offline, without configuration, pure Rust. It stops at the first layer that fails, because what lies
//! above an altered layer means nothing: archive, file list, manifests, signatures, records, completeness.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256, Sha512};
use tenantry_ledger::{
    Checkpoint, Hash, LeafHeader, LedgerError, Pseudonym, SignedNote, TlogProof, VerifierKey, leaf_hash,
};

use crate::layout::{self, ErasureJson, StatementJson};
use crate::limits::{REASONS_MAX, SUBJECTS_MAX};
use crate::report::{Counts, Report, Signer, TreeHead, Trust, Verdict};
use crate::{Policy, PureCheck, zip};

type Files<'a> = BTreeMap<&'a str, &'a [u8]>;

/// Verifies a package. `policy` holds the keys the reader trusts; without one the key inside the package is used and
/// the report says that nobody vouches for it.
pub fn verify(package: &[u8], policy: Option<&Policy>) -> Report {
    let mut check = Check::default();
    if let Err(reason) = check.run(package, policy) {
        check.invalid.push(reason);
    }
    check.into_report(policy)
}

#[derive(Default)]
struct Check {
    invalid: Vec<String>,
    incomplete: Vec<String>,
    checked: Vec<String>,
    not_checked: Vec<String>,
    counts: Counts,
    signer: Option<Signer>,
    tree: Option<TreeHead>,
    leaves: BTreeMap<u64, (LeafHeader, Hash)>,
}

impl Check {
    fn run(&mut self, package: &[u8], policy: Option<&Policy>) -> Result<(), String> {
        let archive =
            zip::read(package).map_err(|reason| format!("the archive is not acceptable: {reason}"))?;
        self.counts.files = archive.len();
        let mut files = Files::new();
        for (path, bytes) in archive {
            let path = path.strip_prefix(layout::BAG).ok_or(format!("`{path}` lies outside the bag"))?;
            files.insert(path, bytes);
        }
        for path in files.keys().filter(|path| !is_known(path)) {
            self.invalid.push(format!("`{path}` does not belong in a package"));
        }
        check_manifests(&files)?;
        self.checked
            .push("every file has the SHA-256 and SHA-512 listed for it, and no file is unlisted".to_owned());
        let (note, checkpoint) = self.check_signatures(&files, policy)?;
        for folder in [layout::RECORDS, layout::CUSTODY, layout::ERASED] {
            self.check_records(&files, folder, note, &checkpoint);
        }
        self.checked
            .push("every record is in the signed ledger at its place, by its own inclusion proof".to_owned());
        if self.counts.disclosed > 0 {
            self.checked
                .push("every shown field is what was committed to when the record was made".to_owned());
        }
        if self.counts.records == 0 {
            self.incomplete.push("the package holds no record".to_owned());
        }
        self.check_erasures(&files);
        self.check_links();
        self.check_statement(&files, &checkpoint)
    }

    fn check_signatures<'a>(
        &mut self,
        files: &Files<'a>,
        policy: Option<&Policy>,
    ) -> Result<(&'a [u8], Checkpoint), String> {
        let key =
            text(files, layout::LOG_KEY)?.strip_suffix('\n').and_then(|line| VerifierKey::parse(line).ok());
        let key = key.ok_or("the log's key in the package is not a verifier key")?;
        let trust = match policy {
            None => Trust::SelfAsserted,
            Some(policy) if policy.logs().contains(&key) => Trust::Policy,
            Some(_) => return Err("the package is signed by a key that is not in the policy".to_owned()),
        };
        let keys = [key.clone()];
        let note = SignedNote::parse(file(files, layout::TAG_NOTE)?);
        let note = note.and_then(|note| note.verify(&keys, &PureCheck).map(|_| note));
        let note = note.map_err(|error| format!("the signature of the package does not hold: {error}"))?;
        let digest = layout::hex(&Sha256::digest(file(files, layout::TAG_MANIFEST)?));
        if note.text() != layout::package_note_text(key.name(), &digest) {
            return Err("the signature of the package is over another package".to_owned());
        }
        let note = file(files, layout::CHECKPOINT)?;
        let checkpoint = Checkpoint::verify(note, &keys, &PureCheck)
            .map_err(|error| format!("the checkpoint does not hold: {error}"))?;
        if file(files, layout::POLICY)? != format!("log {key}\nquorum none\n").as_bytes() {
            return Err("the policy in the package names another key than the package's own".to_owned());
        }
        self.signer =
            Some(Signer { name: key.name().to_owned(), fingerprint: layout::hex(&key.fingerprint()), trust });
        self.tree = Some(TreeHead {
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            root: layout::hex(&checkpoint.root),
        });
        self.checked.push("package and ledger checkpoint are signed with the key shown".to_owned());
        Ok((note, checkpoint))
    }

    fn check_records(&mut self, files: &Files<'_>, folder: &str, note: &[u8], checkpoint: &Checkpoint) {
        let stems: BTreeSet<&str> =
            in_folder(files, folder).filter_map(|name| name.split('.').next()).collect();
        for stem in stems {
            match self.check_record(files, folder, stem, note, checkpoint) {
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
        files: &Files<'_>,
        folder: &str,
        stem: &str,
        note: &[u8],
        checkpoint: &Checkpoint,
    ) -> Result<(), String> {
        let part = |ending: &str| files.get(format!("{folder}{stem}.{ending}").as_str()).copied();
        let plain = |error: LedgerError| error.to_string();
        let leaf = part("leaf").ok_or("its leaf is missing")?;
        let header = LeafHeader::decode(leaf).map_err(plain)?;
        if layout::stem(header.log_seq) != stem {
            return Err("its files are named after another record".to_owned());
        }
        let proof = TlogProof::parse(part("tlog-proof").ok_or("its proof is missing")?).map_err(plain)?;
        if proof.checkpoint.as_bytes() != note || proof.index != header.log_seq || proof.extra.is_some() {
            return Err("its proof is for another checkpoint or place than the package's".to_owned());
        }
        let hash = leaf_hash(leaf);
        proof.verify(&hash, checkpoint).map_err(plain)?;
        if folder != layout::ERASED {
            match (part("json"), part("open")) {
                (Some(json), Some(open)) => {
                    let disclosure = layout::read_disclosure(&header, json, open)?;
                    disclosure
                        .verify(header.record_type, header.schema, &header.commitment)
                        .map_err(plain)?;
                    self.counts.disclosed += 1;
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
    fn check_erasures(&mut self, files: &Files<'_>) {
        for name in in_folder(files, layout::ERASED).filter_map(|name| name.strip_suffix(".leaf")) {
            let path = format!("{}{name}.json", layout::ERASED);
            let erasure = files.get(path.as_str()).and_then(|bytes| serde_json::from_slice(bytes).ok());
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

    /// Where two neighbours of a subject's chain are both here, the later one names the earlier one.
    fn check_links(&mut self) {
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

    fn check_statement(&mut self, files: &Files<'_>, checkpoint: &Checkpoint) -> Result<(), String> {
        let Some(bytes) = files.get(layout::STATEMENT) else {
            self.not_checked
                .push("completeness: the package does not claim to hold all records of anybody".to_owned());
            return Ok(());
        };
        let statement: StatementJson =
            serde_json::from_slice(bytes).map_err(|_| "the completeness statement is not in its format")?;
        if statement.subjects.len() > SUBJECTS_MAX || statement.tree_size != checkpoint.size {
            return Err("the completeness statement is too long or about another checkpoint".to_owned());
        }
        let mut present: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for (header, _) in self.leaves.values().filter(|(header, _)| header.subject_seq > 0) {
            present.entry(header.subject.to_string()).or_default().insert(header.subject_seq);
        }
        for claim in &statement.subjects {
            let numbers = present.get(&claim.subject).cloned().unwrap_or_default();
            let last = numbers.last().copied().unwrap_or(0);
            if last > claim.records {
                self.invalid.push(format!("subject {} has more records than stated", claim.subject));
            } else if numbers.len() as u64 != claim.records {
                let missing = claim.records - numbers.len() as u64;
                self.incomplete.push(format!(
                    "{missing} of {} records stated for subject {} are not in the package",
                    claim.records, claim.subject
                ));
            }
        }
        self.checked.push(
            "the stated subjects have all their numbered records here, linked without a gap".to_owned(),
        );
        self.not_checked.push(
            "that a subject has no records after the last one stated: this rests on the signer's statement"
                .to_owned(),
        );
        Ok(())
    }

    fn into_report(mut self, policy: Option<&Policy>) -> Report {
        if policy.is_none() {
            let line = "whose key signed: no policy was given, the key is the package's own; compare its fingerprint";
            self.not_checked.insert(0, line.to_owned());
        }
        for line in [
            "that the ledger was shown to independent witnesses; the package carries no cosignatures",
            "the time: dates in records are the operator's word, no time-stamp authority is involved",
            "that what was recorded is true, or that everything that happened was recorded",
            "the report and the request files beyond their being unaltered since signing",
        ] {
            self.not_checked.push(line.to_owned());
        }
        let verdict = match (self.invalid.is_empty(), self.incomplete.is_empty()) {
            (false, _) => Verdict::Invalid,
            (true, false) => Verdict::Incomplete,
            (true, true) => Verdict::Valid,
        };
        let mut reasons = self.invalid;
        reasons.append(&mut self.incomplete);
        let reasons_omitted = reasons.len().saturating_sub(REASONS_MAX);
        reasons.truncate(REASONS_MAX);
        Report {
            verdict,
            reasons,
            reasons_omitted,
            signer: self.signer,
            tree: self.tree,
            counts: self.counts,
            checked: self.checked,
            not_checked: self.not_checked,
        }
    }
}

/// Both payload manifests list exactly the payload, the tag manifest exactly the other files but itself and its note.
fn check_manifests(files: &Files<'_>) -> Result<(), String> {
    if file(files, layout::BAGIT)? != layout::BAGIT_TEXT.as_bytes() {
        return Err("`bagit.txt` is not that of BagIt 1.0".to_owned());
    }
    let payload = |path: &str| path.starts_with("data/");
    let tag = |path: &str| !payload(path) && path != layout::TAG_MANIFEST && path != layout::TAG_NOTE;
    check_manifest(files, layout::TAG_MANIFEST, tag, |bytes| layout::hex(&Sha256::digest(bytes)))?;
    check_manifest(files, layout::MANIFEST_256, payload, |bytes| layout::hex(&Sha256::digest(bytes)))?;
    check_manifest(files, layout::MANIFEST_512, payload, |bytes| layout::hex(&Sha512::digest(bytes)))?;
    let sizes: Vec<usize> =
        files.iter().filter(|(path, _)| payload(path)).map(|(_, bytes)| bytes.len()).collect();
    let oxum = format!("Payload-Oxum: {}.{}", sizes.iter().sum::<usize>(), sizes.len());
    if !text(files, layout::BAG_INFO)?.lines().any(|line| line == oxum) {
        return Err("`bag-info.txt` does not state the size of the payload".to_owned());
    }
    Ok(())
}

fn check_manifest(
    files: &Files<'_>,
    name: &str,
    covers: impl Fn(&str) -> bool,
    digest: impl Fn(&[u8]) -> String,
) -> Result<(), String> {
    let mut lines = text(files, name)?.split_inclusive('\n');
    for (path, bytes) in files.iter().filter(|(path, _)| covers(path)) {
        let expected = format!("{}  {path}\n", digest(bytes));
        if lines.next() != Some(expected.as_str()) {
            return Err(format!("`{path}` is not what `{name}` lists at its place"));
        }
    }
    if lines.next().is_some() {
        return Err(format!("`{name}` lists a file that is not there"));
    }
    Ok(())
}

fn is_known(path: &str) -> bool {
    let fixed = [
        layout::BAGIT,
        layout::BAG_INFO,
        layout::MANIFEST_256,
        layout::MANIFEST_512,
        layout::TAG_MANIFEST,
        layout::TAG_NOTE,
        layout::CHECKPOINT,
        layout::LOG_KEY,
        layout::POLICY,
        layout::STATEMENT,
        layout::REPORT,
        layout::README,
        layout::VERIFY_PY,
    ];
    let record = |folder: &str, endings: &[&str]| {
        path.strip_prefix(folder).and_then(|name| name.split_once('.')).is_some_and(|(stem, ending)| {
            stem.len() >= 6 && stem.bytes().all(|byte| byte.is_ascii_digit()) && endings.contains(&ending)
        })
    };
    fixed.contains(&path)
        || path.strip_prefix(layout::REQUEST).is_some_and(|name| !name.contains('/'))
        || record(layout::RECORDS, &["leaf", "json", "open", "tlog-proof"])
        || record(layout::CUSTODY, &["leaf", "json", "open", "tlog-proof"])
        || record(layout::ERASED, &["leaf", "json", "tlog-proof"])
}

fn in_folder<'a>(files: &'a Files<'_>, folder: &'a str) -> impl Iterator<Item = &'a str> {
    files.range(folder..).map_while(move |(path, _)| path.strip_prefix(folder))
}

fn file<'a>(files: &Files<'a>, path: &str) -> Result<&'a [u8], String> {
    files.get(path).copied().ok_or(format!("`{path}` is missing"))
}

fn text<'a>(files: &Files<'a>, path: &str) -> Result<&'a str, String> {
    std::str::from_utf8(file(files, path)?).map_err(|_| format!("`{path}` is not UTF-8"))
}
