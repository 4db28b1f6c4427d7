//! C2SP `tlog-policy`: which logs and witnesses a reader trusts, and how many witnesses have to have seen a checkpoint.
//!
//! ```text
//! log <vkey> [<url>]                             witness <name> <vkey> [<url>]
//! group <name> all|any|<k> <name>...             quorum none|<name>
//! ```
//!
//! A checkpoint is valid under a policy when any listed log signed it and the quorum cosigned it. This module reads policies
//! and decides; it verifies signatures through [`SignatureCheck`] and opens no connection.

use crate::LedgerError;
use crate::checkpoint::Checkpoint;
use crate::cosignature::{SignedMessage, UnixSeconds};
use crate::limits::{POLICY_BYTES_MAX, POLICY_LINES_MAX};
use crate::note::{SignatureCheck, SignatureType, SignedNote, VerifierKey};

/// A log that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name is the origin.
    pub key: VerifierKey,
    /// Where it is reached.
    pub url: Option<String>,
}

/// A witness that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name within the policy: opaque bytes, mostly UTF-8.
    pub name: Vec<u8>,
    /// Its key.
    pub key: VerifierKey,
    /// Its submission prefix.
    pub url: Option<String>,
}

impl PolicyWitness {
    /// The name for people.
    pub fn display_name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    threshold: usize,
    members: Vec<Member>,
}

/// A place in [`TrustPolicy::witnesses`] or among the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// A trust policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustPolicy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Rule,
}

/// The quorum line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    None,
    Member(Member),
}

/// Who cosigned a checkpoint, and when by his own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigner<'p> {
    /// The witness.
    pub witness: &'p PolicyWitness,
    /// Time in the cosignature.
    pub time: UnixSeconds,
}

/// What a policy says about a signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement<'p> {
    /// The checkpoint, signed by at least one listed log.
    pub checkpoint: Checkpoint,
    /// The listed logs' keys that signed it.
    pub logs: Vec<&'p VerifierKey>,
    /// The listed witnesses that cosigned it.
    pub cosigners: Vec<Cosigner<'p>>,
    /// Whether they are enough.
    pub quorum: Quorum,
}

/// Whether enough witnesses cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quorum {
    /// The policy asks for none.
    NotRequired,
    /// Enough cosigned.
    Met,
    /// Too few cosigned.
    Missed,
}

impl TrustPolicy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`LedgerError::Policy`] with the line that breaks a rule, [`LedgerError::TooLarge`] beyond [`crate::limits`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        if bytes.len() > POLICY_BYTES_MAX {
            let found = bytes.len();
            return Err(LedgerError::TooLarge {
                format: "trust policy",
                part: "bytes",
                found,
                limit: POLICY_BYTES_MAX,
            });
        }
        let mut reading = Reading::default();
        for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
            reading.line(line).map_err(|reason| LedgerError::Policy { line: number, reason })?;
        }
        let whole = |reason| LedgerError::Policy { line: 0, reason };
        if bytes.last().is_some_and(|last| *last != b'\n') {
            return Err(whole("the last line ends in a newline"));
        }
        let quorum = reading.quorum.ok_or(whole("there is exactly one `quorum` line"))?;
        Ok(Self { logs: reading.logs, witnesses: reading.witnesses, groups: reading.groups, quorum })
    }

    /// The logs, in the order of the file.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether the policy asks for cosignatures at all.
    pub fn requires_witnesses(&self) -> bool {
        self.quorum != Rule::None
    }

    /// Whether those witnesses of the policy that `counts` names are enough for its quorum. `false` where it asks for none.
    pub fn is_quorum(&self, counts: impl Fn(&PolicyWitness) -> bool) -> bool {
        let time = UnixSeconds(0);
        let those = self.witnesses.iter().filter(|witness| counts(witness));
        let those: Vec<Cosigner<'_>> = those.map(|witness| Cosigner { witness, time }).collect();
        matches!(self.quorum, Rule::Member(member) if self.witnessed(member, &those))
    }

    /// Verifies the signatures of every listed key on a checkpoint and says what the policy makes of them.
    ///
    /// # Errors
    /// When the note or checkpoint is malformed, a listed key's signature is bad, or no listed log signed. Too few
    /// cosignatures are not an error here: see [`Judgement::quorum`] and [`TrustPolicy::verify`].
    pub fn judge(&self, note: &[u8], check: &dyn SignatureCheck) -> Result<Judgement<'_>, LedgerError> {
        let note = SignedNote::parse(note)?;
        let checkpoint = Checkpoint::parse_any_text(note.text())?;
        let (mut logs, mut cosigners): (Vec<&VerifierKey>, Vec<Cosigner<'_>>) = (Vec::new(), Vec::new());
        for line in note.signatures() {
            let log = self.logs.iter().map(|log| &log.key).find(|key| key.matches(line));
            let witness = self.witnesses.iter().find(|witness| witness.key.matches(line));
            for key in log.into_iter().chain(witness.map(|witness| &witness.key)) {
                if !check.check(key, note.text(), &line.signature) {
                    return Err(LedgerError::BadSignature { key_name: key.name().to_owned() });
                }
            }
            // A log's key name is its origin: a signature of one log does not vouch for another.
            if let Some(key) = log.filter(|key| key.name() == checkpoint.origin && !logs.contains(key)) {
                logs.push(key);
            }
            if let Some(witness) = witness {
                let time = SignedMessage::of(&witness.key, note.text(), &line.signature)?.time;
                // The newest statement of a witness that cosigned twice.
                match (time, cosigners.iter_mut().find(|known| known.witness == witness)) {
                    (Some(time), Some(known)) => known.time = known.time.max(time),
                    (Some(time), None) => cosigners.push(Cosigner { witness, time }),
                    (None, _) => {}
                }
            }
        }
        if logs.is_empty() {
            return Err(LedgerError::NoKnownSignature);
        }
        let quorum = match self.quorum {
            Rule::None => Quorum::NotRequired,
            Rule::Member(member) if self.witnessed(member, &cosigners) => Quorum::Met,
            Rule::Member(_) => Quorum::Missed,
        };
        Ok(Judgement { checkpoint, logs, cosigners, quorum })
    }

    /// As [`TrustPolicy::judge`], and refuses a checkpoint that misses the quorum.
    ///
    /// # Errors
    /// As [`TrustPolicy::judge`], and [`LedgerError::NoQuorum`].
    pub fn verify(&self, note: &[u8], check: &dyn SignatureCheck) -> Result<Judgement<'_>, LedgerError> {
        let judgement = self.judge(note, check)?;
        if judgement.quorum == Quorum::Missed { Err(LedgerError::NoQuorum) } else { Ok(judgement) }
    }

    fn witnessed(&self, member: Member, cosigners: &[Cosigner<'_>]) -> bool {
        match member {
            Member::Witness(at) => {
                let witness = self.witnesses.get(at);
                cosigners.iter().any(|cosigner| Some(cosigner.witness) == witness)
            }
            // Groups refer to earlier groups only, so this ends.
            Member::Group(at) => self.groups.get(at).is_some_and(|group| {
                let count = group.members.iter().filter(|member| self.witnessed(**member, cosigners)).count();
                count >= group.threshold
            }),
        }
    }
}

#[derive(Default)]
struct Reading {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Rule>,
    /// Members that a group has already.
    taken: Vec<Member>,
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), &'static str> {
        if line.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
            return Err("tab and newline are the only control characters");
        }
        let words: Vec<&[u8]> =
            line.split(|byte| *byte == b' ' || *byte == b'\t').filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(key, None),
            [b"log", key, url] => self.log(key, Some(url)),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(url)),
            [b"group", name, threshold, members @ ..] => self.group(name, threshold, members),
            [b"quorum", name] => self.set_quorum(name),
            _ => Err("a line is `log`, `witness`, `group`, `quorum`, a comment or empty"),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&&[u8]>) -> Result<(), &'static str> {
        let key = read_key(key)?;
        if self.logs.iter().any(|log| log.key.public_key() == key.public_key()) {
            return Err("this log key is listed before");
        }
        Self::room(self.logs.len())?;
        self.logs.push(PolicyLog { key, url: read_url(url)? });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&&[u8]>) -> Result<(), &'static str> {
        let key = read_key(key)?;
        if key.signature_type() == SignatureType::ED25519 {
            return Err("a witness has a cosignature key, type 0x04 or 0x06");
        }
        if self.witnesses.iter().any(|witness| witness.key.public_key() == key.public_key()) {
            return Err("this witness key is listed before");
        }
        self.fresh(name)?;
        Self::room(self.witnesses.len())?;
        self.witnesses.push(PolicyWitness { name: name.to_vec(), key, url: read_url(url)? });
        Ok(())
    }

    fn group(&mut self, name: &[u8], threshold: &[u8], members: &[&[u8]]) -> Result<(), &'static str> {
        self.fresh(name)?;
        Self::room(self.groups.len())?;
        let mut read = Vec::with_capacity(members.len());
        for member in members {
            let member = self.find(member).ok_or("a group names witnesses and groups of earlier lines")?;
            if self.taken.contains(&member) {
                return Err("a name is a member of one group at most, once");
            }
            self.taken.push(member);
            read.push(member);
        }
        let threshold = match threshold {
            b"all" => read.len(),
            b"any" => 1,
            number => {
                let number =
                    std::str::from_utf8(number).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
                number.and_then(|text| text.parse().ok()).unwrap_or(0)
            }
        };
        if threshold == 0 || threshold > read.len() {
            return Err("a threshold is `all`, `any` or a number from 1 to the count of members");
        }
        self.groups.push(Group { name: name.to_vec(), threshold, members: read });
        Ok(())
    }

    fn set_quorum(&mut self, name: &[u8]) -> Result<(), &'static str> {
        if self.quorum.is_some() {
            return Err("there is exactly one `quorum` line");
        }
        let rule = if name == b"none" {
            Rule::None
        } else {
            Rule::Member(
                self.find(name).ok_or("the quorum is `none` or a witness or group of an earlier line")?,
            )
        };
        self.quorum = Some(rule);
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Option<Member> {
        let witness = self.witnesses.iter().position(|witness| witness.name == name).map(Member::Witness);
        witness.or_else(|| self.groups.iter().position(|group| group.name == name).map(Member::Group))
    }

    fn fresh(&self, name: &[u8]) -> Result<(), &'static str> {
        if name == b"none" || self.find(name).is_some() {
            return Err("a name is defined once, and `none` is taken");
        }
        Ok(())
    }

    fn room(count: usize) -> Result<(), &'static str> {
        if count < POLICY_LINES_MAX { Ok(()) } else { Err("at most 256 logs, witnesses and groups each") }
    }
}

fn read_key(key: &[u8]) -> Result<VerifierKey, &'static str> {
    let text = std::str::from_utf8(key).map_err(|_| "a verifier key is UTF-8")?;
    VerifierKey::parse(text)
        .map_err(|_| "this is not a verifier key `name+keyid+base64` of type 0x01, 0x04 or 0x06")
}

fn read_url(url: Option<&&[u8]>) -> Result<Option<String>, &'static str> {
    url.map(|url| String::from_utf8(url.to_vec()).map_err(|_| "a URL is UTF-8 here")).transpose()
}
