//! The verifier: offline, without configuration, pure Rust. It stops at the first layer that fails, because what lies
//! above an altered layer means nothing: archive, file list, manifests, signatures, records, completeness, receipt.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use tenantry_ledger::{
    Checkpoint, Hash, LeafHeader, LedgerError, Quorum, SignatureType, SignedNote, VerifierKey,
};

use crate::approval::Approval;
use crate::bag::Bag;
use crate::limits::{KEYS_MAX, REASONS_MAX};
use crate::report::{self, Counts, Report, Signer, TreeHead, Trust, Verdict};
use crate::{Policy, PureCheck, layout, receipt};

/// Verifies a package. `policy` holds the keys the reader trusts; without one the key inside the package is used and
/// the report says that nobody vouches for it. `receipt` is the file that came beside the package.
pub fn verify(package: &[u8], policy: Option<&Policy>, receipt: Option<&[u8]>) -> Report {
    let mut check = Check { package_sha256: layout::hex(&Sha256::digest(package)), ..Check::default() };
    if let Err(reason) = check.run(package, policy, receipt) {
        check.invalid.push(reason);
    }
    check.into_report(policy, receipt)
}

#[derive(Default)]
pub(crate) struct Check {
    pub(crate) invalid: Vec<String>,
    pub(crate) incomplete: Vec<String>,
    pub(crate) checked: Vec<String>,
    pub(crate) not_checked: Vec<String>,
    pub(crate) counts: Counts,
    pub(crate) leaves: BTreeMap<u64, (LeafHeader, Hash)>,
    pub(crate) approvals: Vec<Approval>,
    package_sha256: String,
    signer: Option<Signer>,
    tree: Option<TreeHead>,
    tokens: usize,
    witnessed: bool,
}

/// A kind of signature as people call it.
fn kind(signature_type: SignatureType) -> &'static str {
    match signature_type {
        SignatureType::ED25519 => "Ed25519",
        SignatureType::COSIGNATURE_ED25519 => "Ed25519 (timed)",
        SignatureType::COSIGNATURE_ML_DSA_44 => "ML-DSA-44",
        _ => "unknown",
    }
}

/// The signed tree head that all proofs of a package lead to.
pub(crate) struct Head<'a> {
    pub(crate) checkpoint: Checkpoint,
    keys: Vec<VerifierKey>,
    text: &'a str,
    signatures: BTreeSet<&'a str>,
    /// The form in which the last proof repeated it: mostly that of the next one.
    repeated: Option<String>,
}

impl Head<'_> {
    /// Whether a proof repeats this head: the same text, and of its signatures at least one and no other.
    pub(crate) fn is_that_of(&mut self, checkpoint: &str) -> bool {
        if self.repeated.as_deref() == Some(checkpoint) {
            return true;
        }
        let lines = checkpoint.strip_prefix(self.text).and_then(|rest| rest.strip_prefix('\n'));
        let same = lines.is_some_and(|lines| {
            !lines.is_empty() && lines.split_inclusive('\n').all(|line| self.signatures.contains(line))
        });
        if same {
            self.repeated = Some(checkpoint.to_owned());
        }
        same
    }
}

impl Check {
    fn run(&mut self, package: &[u8], policy: Option<&Policy>, receipt: Option<&[u8]>) -> Result<(), String> {
        let bag = Bag::open(package)?;
        self.counts.files = bag.len();
        self.invalid.extend(bag.strangers().map(|path| format!("`{path}` does not belong in a package")));
        bag.check_manifests()?;
        self.checked
            .push("every file has the SHA-256 and SHA-512 listed for it, and no file is unlisted".to_owned());
        let mut head = self.check_signatures(&bag, policy)?;
        for folder in [layout::RECORDS, layout::CUSTODY, layout::ERASED] {
            self.check_records(&bag, folder, &mut head);
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
        self.check_erasures(&bag);
        self.check_links();
        self.check_approval(&bag);
        self.tokens =
            bag.in_folder(layout::TRUST).iter().filter(|name| layout::ending(name) == "tsr").count();
        self.check_statement(&bag, head.checkpoint.size)?;
        let Some(receipt) = receipt else { return Ok(()) };
        let leaf = receipt::check(receipt, &self.package_sha256, &head.checkpoint, &head.keys)
            .map_err(|reason| format!("the receipt: {reason}"))?;
        self.checked.push(format!(
            "the same ledger, continued, recorded this package byte for byte as record {leaf} when it was built"
        ));
        Ok(())
    }

    fn check_signatures<'a>(&mut self, bag: &Bag<'a>, policy: Option<&Policy>) -> Result<Head<'a>, String> {
        let lines = bag.text(layout::LOG_KEY)?.strip_suffix('\n').unwrap_or_default();
        let keys: Result<Vec<VerifierKey>, _> =
            lines.split('\n').take(KEYS_MAX + 1).map(VerifierKey::parse).collect();
        let keys = keys.map_err(|_| "a key of the log in the package is not a verifier key")?;
        let first = keys.first().ok_or("the package names no key of the log")?.clone();
        if keys.len() > KEYS_MAX || keys.iter().any(|key| key.name() != first.name()) {
            return Err("the keys in the package are too many or not of one log".to_owned());
        }
        let stated = lines.split('\n').fold(String::new(), |text, key| text + "log " + key + "\n");
        if bag.file(layout::POLICY)? != (stated + "quorum none\n").as_bytes() {
            return Err("the policy in the package names other keys than the package's own".to_owned());
        }
        let trusted = |key: &VerifierKey| policy.is_none_or(|p| p.logs().iter().any(|log| log.key == *key));
        let keys: Vec<VerifierKey> = keys.into_iter().filter(trusted).collect();
        let Some(first) = keys.first() else {
            return Err("the package is signed by a key that is not in the policy".to_owned());
        };
        let (name, fingerprint) = (first.name().to_owned(), layout::hex(&first.fingerprint()));
        let note = SignedNote::parse(bag.file(layout::TAG_NOTE)?);
        let note = note.and_then(|note| note.verify(&keys, &PureCheck).map(|_| note));
        let note = note.map_err(|error| format!("the signature of the package does not hold: {error}"))?;
        let digest = layout::hex(&Sha256::digest(bag.file(layout::TAG_MANIFEST)?));
        if note.text() != layout::package_note_text(&name, &digest) {
            return Err("the signature of the package is over another package".to_owned());
        }
        let note = bag.text(layout::CHECKPOINT)?;
        let refused = |error: LedgerError| format!("the checkpoint does not hold: {error}");
        let checkpoint = Checkpoint::verify(note.as_bytes(), &keys, &PureCheck).map_err(refused)?;
        let signatures = self.kinds_of_signatures(note, &keys).map_err(refused)?;
        if let Some(policy) = policy {
            self.check_witnesses(note, policy).map_err(refused)?;
        }
        let trust = if policy.is_some() { Trust::Policy } else { Trust::SelfAsserted };
        self.signer = Some(Signer { name, fingerprint, trust, signatures });
        self.tree = Some(TreeHead {
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            root: layout::hex(&checkpoint.root),
        });
        self.checked.push("package and ledger checkpoint are signed with the key shown".to_owned());
        let (text, lines) = note.rsplit_once("\n\n").ok_or("the checkpoint has no signatures")?;
        let text = note.get(..=text.len()).unwrap_or_default();
        Ok(Head { checkpoint, keys, text, signatures: lines.split_inclusive('\n').collect(), repeated: None })
    }

    /// The kinds of signatures by the log. One that its keys have and the checkpoint lacks may have been taken away: whoever
    /// forges the weaker kind must not get by without the stronger one.
    fn kinds_of_signatures(
        &mut self,
        note: &str,
        keys: &[VerifierKey],
    ) -> Result<Vec<&'static str>, LedgerError> {
        let note = SignedNote::parse(note.as_bytes())?;
        let signed = note.verify(keys, &PureCheck)?;
        let kinds: BTreeSet<SignatureType> = signed.iter().map(|key| key.signature_type()).collect();
        let expected: BTreeSet<SignatureType> = keys.iter().map(VerifierKey::signature_type).collect();
        for missing in expected.difference(&kinds) {
            self.incomplete.push(format!("the checkpoint has no {} signature of the log", kind(*missing)));
        }
        Ok(kinds.into_iter().map(kind).collect())
    }

    /// The witnesses of the policy that saw this state of the ledger, and whether they are enough.
    fn check_witnesses(&mut self, note: &str, policy: &Policy) -> Result<(), LedgerError> {
        let judgement = policy.judge(note.as_bytes(), &PureCheck)?;
        if judgement.quorum == Quorum::Missed {
            self.incomplete
                .push("fewer witnesses cosigned the checkpoint than the policy demands".to_owned());
        }
        let seen: Vec<String> = judgement
            .cosigners
            .iter()
            .map(|cosigner| format!("{} at {}", cosigner.witness.display_name(), report::utc(cosigner.time)))
            .collect();
        if !seen.is_empty() {
            self.witnessed = true;
            self.checked
                .push(format!("witnesses of the policy saw this state of the ledger: {}", seen.join(", ")));
        }
        Ok(())
    }

    fn into_report(mut self, policy: Option<&Policy>, receipt: Option<&[u8]>) -> Report {
        if policy.is_none() {
            let line = "whose key signed: no policy was given, the key is the package's own; compare its fingerprint";
            self.not_checked.insert(0, line.to_owned());
        }
        if receipt.is_none() {
            let line = "that the ledger recorded this package when it was built: no receipt was given";
            self.not_checked.push(line.to_owned());
        }
        let time = match self.tokens {
            0 => "the time: dates in records are the operator's word, no time-stamp authority is involved"
                .to_owned(),
            count => format!(
                "the time: dates in records are the operator's word; check the {count} time-stamp tokens in data/trust with openssl, as verify/README.txt says"
            ),
        };
        if !self.witnessed {
            let line = "that the ledger was shown to independent witnesses: no witness of a policy cosigned";
            self.not_checked.push(line.to_owned());
        }
        self.not_checked.push(time);
        for line in [
            "that what was recorded is true, or that everything that happened was recorded",
            "the report, the draft certificate and the request files beyond their being unaltered since signing",
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
            package_sha256: self.package_sha256,
            signer: self.signer,
            tree: self.tree,
            counts: self.counts,
            checked: self.checked,
            not_checked: self.not_checked,
        }
    }
}
