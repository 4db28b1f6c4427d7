//! What the reader of a package trusts: a C2SP `tlog-policy` file with log keys. Witness quorums are read as far as to
//! refuse them: a policy this verifier cannot enforce must not look enforced.

use tenantry_ledger::VerifierKey;

use crate::EvidenceError;

/// The keys a reader trusts, obtained from somewhere else than the package.
#[derive(Debug, Clone)]
pub struct Policy {
    logs: Vec<VerifierKey>,
}

impl Policy {
    /// Reads a policy file: `log <vkey> [<url>]` lines, comments, and `quorum none`.
    ///
    /// # Errors
    /// [`EvidenceError::Policy`] with the line that is not valid or asks for more than can be enforced.
    pub fn parse(text: &str) -> Result<Self, EvidenceError> {
        let (mut logs, mut quorum): (Vec<VerifierKey>, bool) = (Vec::new(), false);
        for (number, line) in text.split('\n').enumerate() {
            let refuse = |reason: &str| EvidenceError::Policy { line: number + 1, reason: reason.to_owned() };
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["log", key] | ["log", key, _] => {
                    let key = VerifierKey::parse(key).map_err(|error| refuse(&error.to_string()))?;
                    if logs.iter().any(|log| log.public_key() == key.public_key()) {
                        return Err(refuse("this key is listed before"));
                    }
                    logs.push(key);
                }
                ["quorum", "none"] if quorum => return Err(refuse("there is exactly one quorum line")),
                ["quorum", "none"] => quorum = true,
                ["quorum" | "witness" | "group", ..] => {
                    return Err(refuse(
                        "witness quorums cannot be checked by this version; use `quorum none`",
                    ));
                }
                _ => return Err(refuse("not a policy line")),
            }
        }
        if !quorum || logs.is_empty() {
            let reason = "it needs at least one `log` line and a line `quorum none`".to_owned();
            return Err(EvidenceError::Policy { line: 0, reason });
        }
        Ok(Self { logs })
    }

    /// The trusted log keys.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }
}
