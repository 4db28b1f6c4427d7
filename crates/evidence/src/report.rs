//! What the verifier says. Made to be read by people and to be stored as JSON.

use std::fmt;

use serde::Serialize;

/// The answer in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Everything in the package is what the log signed, and everything it claims to contain is there.
    Valid,
    /// Something was altered, does not belong together, or is not in the form a package has.
    Invalid,
    /// Nothing was found altered, but something the package claims or needs is missing.
    Incomplete,
}

/// How it is known whose key signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// The key is in the policy the reader supplied.
    Policy,
    /// The key comes from the package itself: anybody could have made one. Compare the fingerprint.
    SelfAsserted,
}

/// The key that signed package and checkpoint.
#[derive(Debug, Clone, Serialize)]
pub struct Signer {
    /// Name of the key, the log's origin.
    pub name: String,
    /// SHA-256 over name, type and key, in hexadecimal.
    pub fingerprint: String,
    /// How it is known.
    pub trust: Trust,
}

/// The tree head all proofs lead to.
#[derive(Debug, Clone, Serialize)]
pub struct TreeHead {
    /// Origin of the log.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// Root hash, hexadecimal.
    pub root: String,
}

/// How many records of which kind were checked.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Counts {
    /// Records in `data/records`.
    pub records: usize,
    /// Records in `data/custody`.
    pub custody: usize,
    /// Records in `data/erased`.
    pub erased: usize,
    /// Of all these, how many show at least one field.
    pub disclosed: usize,
    /// Files in the package.
    pub files: usize,
}

/// The result of verifying a package.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The answer.
    pub verdict: Verdict,
    /// Why it is not VALID; empty when it is.
    pub reasons: Vec<String>,
    /// Reasons beyond the listed ones.
    pub reasons_omitted: usize,
    /// Who signed, once that is established.
    pub signer: Option<Signer>,
    /// What was signed, once that is established.
    pub tree: Option<TreeHead>,
    /// What the package holds.
    pub counts: Counts,
    /// What was established, in plain words.
    pub checked: Vec<String>,
    /// What was not checked, in plain words. Never empty.
    pub not_checked: Vec<String>,
}

impl Verdict {
    /// What the word means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Valid => "nothing in the package was altered and nothing it claims to contain is missing",
            Self::Invalid => "the package was altered, or was never a proper package; do not rely on it",
            Self::Incomplete => "nothing was found altered, but something it claims or needs is missing",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Valid => "VALID",
            Self::Invalid => "INVALID",
            Self::Incomplete => "INCOMPLETE",
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.verdict, self.verdict.meaning())?;
        self.reasons.iter().try_for_each(|reason| writeln!(f, "  - {reason}"))?;
        if self.reasons_omitted > 0 {
            writeln!(f, "  - and {} more", self.reasons_omitted)?;
        }
        if let Some(signer) = &self.signer {
            let trust = match signer.trust {
                Trust::Policy => "as the policy demands",
                Trust::SelfAsserted => "KEY TAKEN FROM THE PACKAGE ITSELF: signer identity not checked",
            };
            writeln!(f, "\nSigned by {} ({trust})\n  fingerprint {}", signer.name, signer.fingerprint)?;
        }
        if let Some(tree) = &self.tree {
            writeln!(f, "Ledger {} at {} records, root {}", tree.origin, tree.size, tree.root)?;
        }
        writeln!(f)?;
        if !self.checked.is_empty() {
            writeln!(f, "Checked:")?;
            self.checked.iter().try_for_each(|line| writeln!(f, "  - {line}"))?;
        }
        writeln!(f, "Not checked:")?;
        self.not_checked.iter().try_for_each(|line| writeln!(f, "  - {line}"))
    }
}
