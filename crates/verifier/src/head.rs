//! The signed tree head that all proofs of a package lead to: whose keys signed it and the package, and which witnesses saw it.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use tenantry_ledger::{Checkpoint, LedgerError, Quorum, SignatureType, SignedNote, VerifierKey};

use crate::bag::Bag;
use crate::limits::KEYS_MAX;
use crate::report::{self, Signer, TreeHead, Trust, Witness};
use crate::verify::Check;
use crate::{Policy, PureCheck, layout};

/// A kind of signature as people call it.
pub fn kind_of_signature(signature_type: SignatureType) -> &'static str {
    match signature_type {
        SignatureType::ED25519 => "Ed25519",
        SignatureType::COSIGNATURE_ED25519 => "Ed25519 (timed)",
        SignatureType::COSIGNATURE_ML_DSA_44 => "ML-DSA-44",
        _ => "unknown",
    }
}

/// The tree head.
pub(crate) struct Head<'a> {
    pub(crate) checkpoint: Checkpoint,
    /// The keys of its log.
    pub(crate) keys: Keys,
    /// Who has to have seen it: the reader's policy, or without one that which came with it.
    pub(crate) policy: Policy,
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

/// The keys in a package or receipt and in the reader's policy.
pub(crate) struct Keys {
    /// Those the package names, all of one log.
    stated: Vec<VerifierKey>,
    /// Those that vouch for it: the policy's of this log, or without a policy the package's own.
    vouching: Vec<VerifierKey>,
    /// The first of the package's keys that vouches.
    first: VerifierKey,
}

impl Keys {
    pub(crate) fn of(stated: Vec<VerifierKey>, policy: Option<&Policy>) -> Result<Self, String> {
        let name = stated.first().ok_or("no key of the log is named")?.name().to_owned();
        if stated.len() > KEYS_MAX || stated.iter().any(|key| key.name() != name) {
            return Err("the keys are too many or not of one log".to_owned());
        }
        let vouching: Vec<VerifierKey> = match policy {
            None => stated.clone(),
            Some(policy) => {
                policy.logs().iter().map(|log| &log.key).filter(|key| key.name() == name).cloned().collect()
            }
        };
        let Some(first) = stated.iter().find(|key| vouching.contains(key)).cloned() else {
            return Err("it is signed by a key that is not in the policy".to_owned());
        };
        Ok(Self { stated, vouching, first })
    }

    /// The keys that signed a note: of those that are known none badly, and among them the one that is shown to people.
    fn verify(&self, note: &SignedNote) -> Result<Vec<VerifierKey>, LedgerError> {
        let all = self.all();
        let signed: Vec<VerifierKey> = note.verify(&all, &PureCheck)?.into_iter().cloned().collect();
        if !signed.contains(&self.first) {
            return Err(LedgerError::MissingSignature { key_name: self.first.name().to_owned() });
        }
        Ok(signed)
    }

    /// Each key once.
    fn all(&self) -> Vec<VerifierKey> {
        let others = self.vouching.iter().filter(|key| !self.stated.contains(key));
        self.stated.iter().chain(others).cloned().collect()
    }
}

impl Check {
    pub(crate) fn check_signatures<'a>(
        &mut self,
        bag: &Bag<'a>,
        policy: Option<&Policy>,
    ) -> Result<Head<'a>, String> {
        let lines = bag.text(layout::LOG_KEY)?.strip_suffix('\n').unwrap_or_default();
        let stated: Result<Vec<VerifierKey>, _> =
            lines.split('\n').take(KEYS_MAX + 1).map(VerifierKey::parse).collect();
        let stated = stated.map_err(|_| "a key of the log in the package is not a verifier key")?;
        let keys = Keys::of(stated, policy)?;
        let note = SignedNote::parse(bag.file(layout::TAG_NOTE)?);
        let note = note.and_then(|note| keys.verify(&note).map(|_| note));
        let note = note.map_err(|error| format!("the signature of the package does not hold: {error}"))?;
        let digest = layout::hex(&Sha256::digest(bag.file(layout::TAG_MANIFEST)?));
        if note.text() != layout::package_note_text(keys.first.name(), &digest) {
            return Err("the signature of the package is over another package".to_owned());
        }
        let own = Policy::parse(bag.file(layout::POLICY)?)
            .map_err(|error| format!("the policy in the package cannot be read: {error}"))?;
        let head = self.check_head(bag.text(layout::CHECKPOINT)?, &own, keys, policy)?;
        self.checked.push("package and ledger checkpoint are signed with the key shown".to_owned());
        Ok(head)
    }

    /// Checks a checkpoint: who of the log and of the witnesses signed it. `own` is the policy that came with it.
    pub(crate) fn check_head<'a>(
        &mut self,
        note: &'a str,
        own: &Policy,
        keys: Keys,
        policy: Option<&Policy>,
    ) -> Result<Head<'a>, String> {
        let refused = |error: LedgerError| format!("the checkpoint does not hold: {error}");
        let checkpoint = Checkpoint::verify(note.as_bytes(), &keys.vouching, &PureCheck).map_err(refused)?;
        let signatures = self.kinds_of_signatures(note, &keys).map_err(refused)?;
        if let Some(policy) = policy {
            self.check_witnesses(note, policy, Trust::Policy).map_err(refused)?;
        }
        if !own.logs().iter().map(|log| &log.key).eq(&keys.stated) {
            return Err("the policy in the package names other keys than the package's own".to_owned());
        }
        self.check_witnesses(note, own, Trust::SelfAsserted).map_err(refused)?;
        self.say_witnesses();
        let trust = if policy.is_some() { Trust::Policy } else { Trust::SelfAsserted };
        let (name, fingerprint) = (keys.first.name().to_owned(), layout::hex(&keys.first.fingerprint()));
        self.signer = Some(Signer { name, fingerprint, trust, signatures });
        self.tree = Some(TreeHead {
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            root: layout::hex(&checkpoint.root),
        });
        let (text, lines) = note.rsplit_once("\n\n").ok_or("the checkpoint has no signatures")?;
        let text = note.get(..=text.len()).unwrap_or_default();
        let signatures = lines.split_inclusive('\n').collect();
        let policy = policy.unwrap_or(own).clone();
        Ok(Head { checkpoint, keys, policy, text, signatures, repeated: None })
    }

    /// The kinds of signatures by the log. One whose key is known and that the checkpoint lacks may have been taken away:
    /// whoever forges the weaker kind must not get by without the stronger one.
    fn kinds_of_signatures(&mut self, note: &str, keys: &Keys) -> Result<Vec<&'static str>, LedgerError> {
        let signed = keys.verify(&SignedNote::parse(note.as_bytes())?)?;
        let kinds: BTreeSet<SignatureType> = signed.iter().map(VerifierKey::signature_type).collect();
        // The policy may know keys of earlier years; of the package's own every one has to sign.
        let lacking = keys.stated.iter().filter(|key| !signed.contains(key));
        let lacking =
            lacking.chain(keys.vouching.iter().filter(|key| !kinds.contains(&key.signature_type())));
        let lacking: BTreeSet<SignatureType> = lacking.map(VerifierKey::signature_type).collect();
        for missing in lacking {
            self.incomplete
                .push(format!("the checkpoint has no {} signature of the log", kind_of_signature(missing)));
        }
        Ok(kinds.into_iter().map(kind_of_signature).collect())
    }

    /// Checks a checkpoint of the same log that came after the package. Its keys may be others than those of the package by then,
    /// but no kind of signature may be lacking, and enough witnesses of the reader's policy have to have seen it, too; without one, of
    /// the package's own.
    pub(crate) fn check_later_head(
        &mut self,
        note: &str,
        keys: &Keys,
        witnesses: &Policy,
    ) -> Result<Checkpoint, LedgerError> {
        let checkpoint = Checkpoint::verify(note.as_bytes(), &keys.vouching, &PureCheck)?;
        if witnesses.judge(note.as_bytes(), &PureCheck)?.quorum == Quorum::Missed {
            let lacking = "fewer witnesses cosigned the checkpoint of the receipt than its policy demands";
            self.incomplete.push(lacking.to_owned());
        }
        let all = keys.all();
        let note = SignedNote::parse(note.as_bytes())?;
        let signed = note.verify(&all, &PureCheck)?;
        let signed: BTreeSet<SignatureType> = signed.iter().map(|key| key.signature_type()).collect();
        let known: BTreeSet<SignatureType> = all.iter().map(VerifierKey::signature_type).collect();
        for missing in known.difference(&signed) {
            let kind = kind_of_signature(*missing);
            self.incomplete.push(format!("the checkpoint of the receipt has no {kind} signature of the log"));
        }
        Ok(checkpoint)
    }

    /// The witnesses of a policy that saw this state of the ledger, and whether they are enough.
    fn check_witnesses(&mut self, note: &str, policy: &Policy, trust: Trust) -> Result<(), LedgerError> {
        let judgement = policy.judge(note.as_bytes(), &PureCheck)?;
        if judgement.quorum == Quorum::Missed {
            let whose = match trust {
                Trust::Policy => "the policy demands",
                Trust::SelfAsserted => "the package itself demands",
            };
            self.incomplete.push(format!("fewer witnesses cosigned the checkpoint than {whose}"));
        }
        for cosigner in &judgement.cosigners {
            let (name, at) = (cosigner.witness.display_name(), report::utc(cosigner.time));
            if !self.witnesses.iter().any(|known| known.name == name && known.trust == Trust::Policy) {
                self.witnesses.push(Witness { name, at, trust });
            }
        }
        Ok(())
    }

    fn say_witnesses(&mut self) {
        for (trust, whose) in [
            (Trust::Policy, "witnesses of the policy"),
            (Trust::SelfAsserted, "witnesses that the package names"),
        ] {
            let seen: Vec<String> = self
                .witnesses
                .iter()
                .filter(|witness| witness.trust == trust)
                .map(|witness| format!("{} at {} (UTC)", witness.name, witness.at))
                .collect();
            if !seen.is_empty() {
                self.checked.push(format!("{whose} saw this state of the ledger: {}", seen.join(", ")));
            }
        }
    }
}
