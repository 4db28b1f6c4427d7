//! The receipt of a record: that what was submitted is in the ledger, for whoever submitted it, without a package.
//!
//! One JSON file: the leaf with its inclusion proof under a signed checkpoint, the policy of the ledger, and where the record is a
//! batch of events, what it commits to and those events that the receipt is about. The parts are those of a package.
//!
//! ```text
//! { "format": "tenantry/record-receipt@v1", "policy": "log ...", "leaf": base64, "proof": "c2sp.org/tlog-proof@v1...",
//!   "record": {...}, "opening": "...", "events": "tenantry/events@v1..." }
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tenantry_ledger::batch::EVENT_BYTES;
use tenantry_ledger::{Disclosure, Hash, LeafHeader, LedgerError, TlogProof, leaf_hash};

use crate::events::events_of;
use crate::head::Keys;
use crate::layout::{self, RecordJson};
use crate::verify::Check;
use crate::{Policy, report};

const FORMAT: &str = "tenantry/record-receipt@v1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceiptJson {
    format: String,
    policy: String,
    leaf: String,
    proof: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<RecordJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opening: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    events: Option<String>,
}

/// An event with its sibling hashes within its batch.
pub type ProvenEvent = ([u8; EVENT_BYTES], Vec<Hash>);

/// The text of a receipt. `policy` has the keys of the log first; `proof` is a C2SP `tlog-proof`. A batch is shown with some of
/// its events.
///
/// # Errors
/// When the leaf is none.
pub fn write(
    leaf: &[u8],
    proof: &str,
    policy: &str,
    batch: Option<(&Disclosure, &[ProvenEvent])>,
) -> Result<String, LedgerError> {
    let header = LeafHeader::decode(leaf)?;
    let shown = batch.map(|(shown, _)| layout::write_disclosure(&header, shown));
    let (record, opening) = shown.unzip();
    let receipt = ReceiptJson {
        format: FORMAT.to_owned(),
        policy: policy.to_owned(),
        leaf: STANDARD.encode(leaf),
        proof: proof.to_owned(),
        record,
        opening,
        events: batch.map(|(_, events)| layout::write_events(events)),
    };
    // Our own types serialise to memory without fail; an empty receipt would be refused by every reader.
    let mut text = serde_json::to_string_pretty(&receipt).unwrap_or_default();
    text.push('\n');
    Ok(text)
}

impl Check {
    pub(crate) fn run_receipt(&mut self, receipt: &[u8], policy: Option<&Policy>) -> Result<(), String> {
        let plain = |error: LedgerError| error.to_string();
        let receipt: ReceiptJson =
            layout::from_json(receipt).ok_or("this is neither a package nor the receipt of a record")?;
        if receipt.format != FORMAT {
            return Err("this is not the receipt of a record, or of another version".to_owned());
        }
        let leaf = STANDARD.decode(&receipt.leaf).map_err(|_| "its leaf is not valid base64")?;
        let header = LeafHeader::decode(&leaf).map_err(plain)?;
        let proof = TlogProof::parse(receipt.proof.as_bytes()).map_err(plain)?;
        let own = Policy::parse(receipt.policy.as_bytes()).map_err(plain)?;
        let keys = Keys::of(own.logs().iter().map(|log| log.key.clone()).collect(), policy)?;
        let head = self.check_head(&proof.checkpoint, &own, keys, policy)?;
        if proof.index != header.log_seq || proof.extra.is_some() {
            return Err("its proof is for another place than its record's".to_owned());
        }
        proof.verify(&leaf_hash(&leaf), &head.checkpoint).map_err(plain)?;
        self.counts.records = 1;
        self.checked.push(format!(
            "record {} of {} (UTC) is in the ledger at its place, under a checkpoint signed with the key shown",
            header.log_seq,
            report::utc(header.recorded_at.into())
        ));
        match (receipt.record, receipt.opening, receipt.events) {
            (None, None, None) => {
                self.not_checked.push("what the record says: its content is sealed".to_owned());
                Ok(())
            }
            (Some(record), Some(opening), Some(events)) => {
                let shown = layout::disclosure_of(&header, record, opening.as_bytes())?;
                let events = events_of(&header, &shown, &events)?;
                (self.counts.batches, self.counts.events, self.counts.disclosed) = (1, events, 1);
                self.checked
                    .push(format!("{events} events shown are in the batch of the record at their places"));
                self.not_checked.push("what the events say: their content is sealed".to_owned());
                Ok(())
            }
            _ => Err("of what it shows some is missing".to_owned()),
        }
    }
}
