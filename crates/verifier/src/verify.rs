//! The verifier: offline, without configuration, pure Rust. It stops at the first layer that fails, because what lies
//! above an altered layer means nothing: archive, file list, manifests, signatures, records, completeness, receipt.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use tenantry_ledger::{Hash, LeafHeader};

use crate::approval::Approval;
use crate::bag::Bag;
use crate::limits::REASONS_MAX;
use crate::records::Erasing;
use crate::report::{Complete, Counts, Dated, Report, Signer, TreeHead, Trust, Verdict, Witness};
use crate::{Policy, layout};

pub(crate) use crate::head::Head;

/// How a file begins that is encrypted with `age`, binary or as text.
const ENCRYPTED: [&[u8]; 2] = [b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----"];

/// Verifies a package, or the receipt of a record alone. `policy` holds the keys the reader trusts; without one the key inside
/// the package is used and the report says that nobody vouches for it. `receipt` is the file that came beside the package.
pub fn verify(package: &[u8], policy: Option<&Policy>, receipt: Option<&[u8]>) -> Report {
    let mut check = Check { package_sha256: layout::hex(&Sha256::digest(package)), ..Check::default() };
    if ENCRYPTED.iter().any(|beginning| package.starts_with(beginning)) {
        check.incomplete.push(
            "the file is encrypted and nothing in it was checked; decrypt it first, with the identity file of its recipient: \
             age --decrypt --identity KEY.txt --output package.zip FILE, or: tenantry verify FILE --identity KEY.txt"
                .to_owned(),
        );
        check.not_checked.push("anything in it: what is encrypted cannot be read".to_owned());
        return check.into_report(policy, Kind::Encrypted);
    }
    let (kind, done) = match (package.first(), receipt) {
        (Some(b'{'), None) => (Kind::Receipt, check.run_receipt(package, policy)),
        (_, None) => (Kind::Package, check.run(package, policy, None)),
        (_, Some(_)) => (Kind::PackageWithReceipt, check.run(package, policy, receipt)),
    };
    if let Err(reason) = done {
        check.invalid.push(reason);
    }
    check.into_report(policy, kind)
}

/// What was given to verify.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Package,
    PackageWithReceipt,
    /// The receipt of a record.
    Receipt,
    Encrypted,
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
    pub(crate) erasing: BTreeMap<u64, Erasing>,
    pub(crate) signer: Option<Signer>,
    pub(crate) tree: Option<TreeHead>,
    pub(crate) witnesses: Vec<Witness>,
    pub(crate) dated: Vec<Dated>,
    pub(crate) complete: Option<Complete>,
    pub(crate) package_sha256: String,
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
        self.check_time_stamps(&bag, &head.checkpoint);
        for folder in [layout::RECORDS, layout::CUSTODY, layout::ERASED] {
            self.check_records(&bag, folder, &mut head);
        }
        self.checked
            .push("every record is in the signed ledger at its place, by its own inclusion proof".to_owned());
        if self.counts.disclosed > 0 {
            self.checked
                .push("every shown field is what was committed to when the record was made".to_owned());
        }
        if self.counts.records + self.counts.erased == 0 {
            self.incomplete.push("the package holds no record".to_owned());
        }
        self.check_erasures(&bag);
        self.check_events(&bag, &mut head);
        self.check_statement(&bag, &mut head)?;
        self.check_links();
        self.check_approval(&bag);
        self.check_request(&bag, &mut head)?;
        let Some(receipt) = receipt else { return Ok(()) };
        let leaf = self.check_receipt(receipt, &head).map_err(|reason| format!("the receipt: {reason}"))?;
        self.checked.push(format!(
            "the same ledger, continued, recorded this package byte for byte as record {leaf} when it was built"
        ));
        Ok(())
    }

    fn into_report(mut self, policy: Option<&Policy>, kind: Kind) -> Report {
        if kind != Kind::Encrypted {
            self.say_not_checked(policy, kind);
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
            witnesses: self.witnesses,
            time_stamps: self.dated,
            complete: self.complete.filter(|_| verdict != Verdict::Invalid),
            checked: self.checked,
            not_checked: self.not_checked,
        }
    }

    /// What this verifier leaves to others, in plain words.
    fn say_not_checked(&mut self, policy: Option<&Policy>, kind: Kind) {
        if policy.is_none() {
            let line = "whose key signed: no policy was given, the key is the package's own; compare its fingerprint";
            self.not_checked.insert(0, line.to_owned());
        }
        if kind == Kind::Package {
            let line = "that the ledger recorded this package when it was built: no receipt was given";
            self.not_checked.push(line.to_owned());
        }
        if self.witnesses.is_empty() {
            let line = "that the ledger was shown to independent witnesses: no witness of a policy cosigned";
            self.not_checked.push(line.to_owned());
        } else if self.witnesses.iter().all(|witness| witness.trust == Trust::SelfAsserted) {
            let line =
                "whether the witnesses are independent: their keys are the package's own; compare them";
            self.not_checked.push(line.to_owned());
        }
        let time = self.not_dated();
        self.not_checked.push(time);
        self.not_checked
            .push("that what was recorded is true, or that everything that happened was recorded".to_owned());
        if kind != Kind::Receipt {
            let line = "the report, the draft certificate and the request files beyond their being unaltered since signing";
            self.not_checked.push(line.to_owned());
        }
    }
}
