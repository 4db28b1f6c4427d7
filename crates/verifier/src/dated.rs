//! Time-stamp tokens: what an authority outside the ledger says about when a tree head existed.
//!
//! A token is over the three lines of a checkpoint, mostly an earlier one than the package's. With it are that text, the
//! proof that the package's tree continues that tree, and the root certificate that the authority's chain ends at.

use sha2::{Digest as _, Sha256};
use tenantry_ledger::{Checkpoint, UnixSeconds, verify_consistency};
use tenantry_timestamp::{Trust, verify_token};

use crate::bag::Bag;
use crate::certificates::PureCertificateCheck;
use crate::layout;
use crate::report::{self, Dated};
use crate::verify::Check;

const PARTS: [&str; 4] = ["tsr", "pem", "head", "consistency"];

impl Check {
    /// Verifies every token; one that does not hold is a lie of whoever signed the package.
    pub(crate) fn check_time_stamps(&mut self, bag: &Bag<'_>, checkpoint: &Checkpoint) {
        let stems: std::collections::BTreeSet<&str> = bag
            .in_folder(layout::TRUST)
            .into_iter()
            .filter(|name| PARTS.contains(&layout::ending(name)))
            .filter_map(|name| name.rsplit_once('.').map(|(stem, _)| stem))
            .collect();
        for stem in stems {
            match dated(bag, stem, checkpoint) {
                Ok(dated) => self.dated.push(dated),
                Err(reason) => self.invalid.push(format!("the time-stamp {}{stem}: {reason}", layout::TRUST)),
            }
        }
        for dated in &self.dated {
            let Dated { authority, at, records, .. } = dated;
            self.checked.push(format!(
                "the time-stamp authority {authority} says that the first {records} records of the ledger existed at {at} (UTC)"
            ));
        }
    }

    /// What the tokens leave open.
    pub(crate) fn not_dated(&self) -> String {
        let Some(records) = self.dated.iter().map(|dated| dated.records).max() else {
            return "the time: dates in records are the operator's word, no time-stamp authority is involved"
                .to_owned();
        };
        let roots: std::collections::BTreeSet<&str> =
            self.dated.iter().map(|dated| dated.root_sha256.as_str()).collect();
        let roots: Vec<&str> = roots.into_iter().collect();
        format!(
            "whether you trust the time-stamp authorities: their root certificates are the package's own, SHA-256 {}; whether a \
             certificate was revoked; when records from number {records} on were made, which is the operator's word",
            roots.join(", ")
        )
    }
}

fn dated(bag: &Bag<'_>, stem: &str, package: &Checkpoint) -> Result<Dated, String> {
    let path = |ending: &str| format!("{}{stem}.{ending}", layout::TRUST);
    let (token, head) = (bag.file(&path("tsr"))?, bag.text(&path("head"))?);
    let (roots, continues) = (bag.text(&path("pem"))?, bag.text(&path("consistency"))?);
    let checkpoint = Checkpoint::parse_text(head).map_err(|error| error.to_string())?;
    let continues =
        layout::read_consistency(continues).ok_or("its .consistency file is not in its format")?;
    if checkpoint.origin != package.origin || checkpoint.size == 0 {
        return Err("it dates another ledger than the package's".to_owned());
    }
    verify_consistency(checkpoint.size, package.size, &continues, &checkpoint.root, &package.root)
        .map_err(|error| format!("the ledger of the package does not continue what it dates: {error}"))?;
    let trust = Trust::from_pem(roots).map_err(|error| error.to_string())?;
    let digest: [u8; 32] = Sha256::digest(head).into();
    let stamp = verify_token(token, &digest, None, &trust, &PureCertificateCheck)
        .map_err(|error| error.to_string())?;
    let seconds = u64::try_from(stamp.time_us / 1_000_000).unwrap_or_default();
    Ok(Dated {
        authority: stamp.authority,
        at: report::utc(UnixSeconds(seconds)),
        records: checkpoint.size,
        root_sha256: layout::hex(&Sha256::digest(&stamp.root)),
    })
}
