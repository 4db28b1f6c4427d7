//! The receipt of a package: proof that the ledger recorded this very package, byte for byte, when it was built.
//!
//! A package cannot hold the proof of its own digest, so the receipt is a file of its own, handed over beside it: the
//! record "evidence package built" with the fields shown, its inclusion proof under a later checkpoint, and the proof
//! that the later tree continues the one the package's proofs lead to. The later checkpoint bears every kind of signature
//! that the package's keys make and the cosignatures that its policy asks for, as the package's own does. JSON; the parts are those of a package:
//!
//! ```text
//! { "format": "tenantry/receipt@v1", "leaf": base64, "record": {...}, "opening": "...", "proof": "c2sp.org/tlog-proof@v1...",
//!   "continues": [base64, ...] }
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tenantry_ledger::{
    Disclosure, Hash, LeafHeader, LedgerError, RecordType, TlogProof, leaf_hash, verify_consistency,
};

use crate::layout::{self, RecordJson};
use crate::verify::{Check, Head};

/// Number of the kind of record that states the building of a package.
const EVIDENCE_BUILT: RecordType = RecordType(19);
const FORMAT: &str = "tenantry/receipt@v1";
/// The field of the record that holds the SHA-256 of the package.
pub const DIGEST_FIELD: &str = "package_sha256";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceiptJson {
    format: String,
    leaf: String,
    record: RecordJson,
    opening: String,
    proof: String,
    continues: Vec<String>,
}

/// The text of a receipt. `continues` proves that the tree of `proof` continues the tree of the package.
///
/// # Errors
/// When the leaf is none.
pub fn write(
    leaf: &[u8],
    disclosure: &Disclosure,
    proof: &TlogProof,
    continues: &[Hash],
) -> Result<String, LedgerError> {
    let (record, opening) = layout::write_disclosure(&LeafHeader::decode(leaf)?, disclosure);
    let receipt = ReceiptJson {
        format: FORMAT.to_owned(),
        leaf: STANDARD.encode(leaf),
        record,
        opening,
        proof: proof.to_string(),
        continues: continues.iter().map(|hash| STANDARD.encode(hash)).collect(),
    };
    // Our own types serialise to memory without fail; an empty receipt would be refused by every reader.
    let mut text = serde_json::to_string_pretty(&receipt).unwrap_or_default();
    text.push('\n');
    Ok(text)
}

impl Check {
    /// Checks a receipt against the package and its checkpoint; the index of the record that holds the package's digest.
    pub(crate) fn check_receipt(&mut self, receipt: &[u8], package: &Head<'_>) -> Result<u64, String> {
        let plain = |error: LedgerError| error.to_string();
        let receipt: ReceiptJson = layout::from_json(receipt).ok_or("it is not in its format")?;
        if receipt.format != FORMAT {
            return Err("it is of another version".to_owned());
        }
        let leaf = STANDARD.decode(&receipt.leaf).map_err(|_| "its leaf is not valid base64")?;
        let header = LeafHeader::decode(&leaf).map_err(plain)?;
        if header.record_type != EVIDENCE_BUILT {
            return Err("its record is not that of a package".to_owned());
        }
        let proof = TlogProof::parse(receipt.proof.as_bytes()).map_err(plain)?;
        let checkpoint =
            self.check_later_head(&proof.checkpoint, &package.keys, &package.policy).map_err(plain)?;
        let package = &package.checkpoint;
        if checkpoint.origin != package.origin || proof.index != header.log_seq || proof.extra.is_some() {
            return Err("its proof is for another ledger or place than its record's".to_owned());
        }
        proof.verify(&leaf_hash(&leaf), &checkpoint).map_err(plain)?;
        let continues = receipt.continues.iter().map(|hash| layout::decode(hash));
        let continues: Option<Vec<Hash>> = continues.collect();
        let continues = continues.ok_or("a hash in it is not valid base64")?;
        verify_consistency(package.size, checkpoint.size, &continues, &package.root, &checkpoint.root)
            .map_err(|error| format!("its ledger does not continue that of the package: {error}"))?;
        let disclosure = layout::disclosure_of(&header, receipt.record, receipt.opening.as_bytes())?;
        disclosure.verify(header.record_type, header.schema, &header.commitment).map_err(plain)?;
        let mut shown = disclosure.shown().filter(|field| field.name == DIGEST_FIELD);
        if shown.next().is_none_or(|field| field.value != self.package_sha256.as_bytes()) {
            return Err("it is the receipt of another package".to_owned());
        }
        Ok(header.log_seq)
    }
}
