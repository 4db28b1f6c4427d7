//! What the verifier says. Made to be read by people and to be stored as JSON.

use std::fmt;

use serde::Serialize;
use tenantry_ledger::UnixSeconds;

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
    /// The kinds of signatures by which the log signed the checkpoint.
    pub signatures: Vec<&'static str>,
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
    /// Batches in `data/events`.
    pub batches: usize,
    /// Events in them that are proven.
    pub events: usize,
    /// Files in the package.
    pub files: usize,
}

/// A witness that saw the state of the ledger which all proofs lead to.
#[derive(Debug, Clone, Serialize)]
pub struct Witness {
    /// Its name in the policy.
    pub name: String,
    /// When, by its own clock, universal time.
    pub at: String,
    /// Whose word it is that this key is that witness.
    pub trust: Trust,
}

/// What a time-stamp authority says of the ledger.
#[derive(Debug, Clone, Serialize)]
pub struct Dated {
    /// Subject of the certificate that signed.
    pub authority: String,
    /// When, universal time.
    pub at: String,
    /// The first so many records of the ledger existed then.
    pub records: u64,
    /// SHA-256 of the root certificate, which is the package's own, hexadecimal.
    pub root_sha256: String,
}

/// The span in which no record of the stated subjects is missing.
#[derive(Debug, Clone, Serialize)]
pub struct Complete {
    /// Their first record, universal time.
    pub from: String,
    /// When the records of every subject were counted, universal time.
    pub until: String,
    /// The first so many records of the ledger were counted.
    pub records: u64,
    /// Number of the record that counted.
    pub counted_by: u64,
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
    /// SHA-256 of the package file, hexadecimal.
    pub package_sha256: String,
    /// Who signed, once that is established.
    pub signer: Option<Signer>,
    /// What was signed, once that is established.
    pub tree: Option<TreeHead>,
    /// What the package holds.
    pub counts: Counts,
    /// Who saw this state of the ledger.
    pub witnesses: Vec<Witness>,
    /// Who dated the ledger.
    pub time_stamps: Vec<Dated>,
    /// Where nothing is missing, if that is proven.
    pub complete: Option<Complete>,
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
        writeln!(f, "\nPackage SHA-256 {}", self.package_sha256)?;
        if let Some(signer) = &self.signer {
            let trust = match signer.trust {
                Trust::Policy => "as the policy demands",
                Trust::SelfAsserted => "KEY TAKEN FROM THE PACKAGE ITSELF: signer identity not checked",
            };
            writeln!(f, "Signed by {} ({trust})\n  fingerprint {}", signer.name, signer.fingerprint)?;
            writeln!(f, "  signatures  {}", signer.signatures.join(", "))?;
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

/// A time of day in universal time, `YYYY-MM-DD hh:mm:ss`: civil date from days after Richards, without leap seconds.
pub(crate) fn utc(time: UnixSeconds) -> String {
    let (days, second) = (time.0 / 86_400, time.0 % 86_400);
    // Days since 1 March of the year 0, in cycles of 400 years of 146,097 days.
    let (cycle, day) = ((days + 719_468) / 146_097, (days + 719_468) % 146_097);
    let year_of_cycle = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (400 * cycle + year_of_cycle + u64::from(month >= 10), (month + 2) % 12 + 1);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day_of_month:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_dates_are_right_at_the_edges() {
        let rows = [
            (0, "1970-01-01 00:00:00"),
            (951_782_399, "2000-02-28 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (951_868_800, "2000-03-01 00:00:00"),
            (1_790_000_000, "2026-09-21 14:13:20"),
            (4_107_542_400, "2100-03-01 00:00:00"),
        ];
        for (seconds, text) in rows {
            assert_eq!(utc(UnixSeconds(seconds)), text);
        }
    }
}
