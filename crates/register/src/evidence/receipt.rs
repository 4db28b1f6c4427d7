//! Receipts: of a package, the record of its digest, opened as far as the digest, with its proof; of any record, its proof alone.

use super::EARLIER_PACKAGE_FIELDS;
use crate::call::Call;
use crate::core::Core;
use crate::events::EventProof;
use crate::ledger_view::StoredTree;
use crate::record::RecordType;
use crate::witnessing::Witnessed;
use crate::{Register, RegisterError, keys};
use std::sync::Arc;
use tenantry_ledger::{Body, LeafHeader, TlogProof, consistency_proof, inclusion_proof};
use tenantry_store::StoreExt;
use tenantry_store::repo::ledger;
use tenantry_verifier::{receipt, submission};

impl Register {
    /// The receipt of a record against the newest signed checkpoint, or of event `event` of a batch: one file that can be checked
    /// offline. What the record says stays sealed; whoever submitted it knows. Of the record of a package it is that package's
    /// receipt, which is checked together with it.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] when there is no such record or event, or no checkpoint covers it yet;
    /// [`RegisterError::Unwitnessed`] while the newest checkpoint lacks its quorum.
    pub fn record_receipt(
        &self,
        call: &Call,
        leaf: u64,
        event: Option<u16>,
    ) -> Result<String, RegisterError> {
        let policy = self.trust_policy();
        let Some(number) = event else {
            let view = self.leaf(call, leaf)?;
            if view.line.kind == RecordType::EvidenceBuilt.number() {
                return self.core.receipt_of_package(leaf);
            }
            let bytes = view.bytes;
            return Ok(submission::write(&bytes, &self.tlog_proof(call, leaf)?, &policy, None)?);
        };
        let EventProof { event, path, shown, leaf, proof } = self.event_proof(call, leaf, number)?;
        Ok(submission::write(&leaf, &proof, &policy, Some((&shown, &[(event, path)])))?)
    }
}

impl Core {
    fn receipt_of_package(self: &Arc<Self>, leaf: u64) -> Result<String, RegisterError> {
        let core = Arc::clone(self);
        let size = self.store.read(move |tx| {
            let missing = RegisterError::NotFound { what: "leaf" };
            let first = i64::try_from(leaf).unwrap_or(i64::MAX);
            let row = ledger::range(tx, first, 1)?.pop().filter(|row| row.seq == first).ok_or(missing)?;
            let header = LeafHeader::decode(&row.bytes)?;
            let body = Body::decode(&keys::open_body(tx, &core.vault, &header, &row.bytes, &row.body)?)?;
            let size = body.get("tree_size").and_then(|size| std::str::from_utf8(size).ok()?.parse().ok());
            size.ok_or_else(|| RegisterError::Ledger { reason: format!("record {leaf} names no tree") })
        })?;
        self.receipt(leaf, size, self.witnessed()?)
    }

    /// The receipt from the record `leaf` of a package whose proofs lead to the tree of `package_size` leaves, against this
    /// checkpoint.
    pub(super) fn receipt(
        self: &Arc<Self>,
        leaf: u64,
        package_size: u64,
        witnessed: Witnessed,
    ) -> Result<String, RegisterError> {
        let Witnessed { row, checkpoint: signed } = witnessed;
        if leaf >= signed.size {
            return Err(RegisterError::NotFound { what: "leaf under a checkpoint" });
        }
        let core = Arc::clone(self);
        self.store.read(move |tx| {
            let first = i64::try_from(leaf).unwrap_or(i64::MAX);
            let missing = RegisterError::NotFound { what: "leaf" };
            let stored = ledger::range(tx, first, 1)?.pop().filter(|row| row.seq == first).ok_or(missing)?;
            let header = LeafHeader::decode(&stored.bytes)?;
            let opening = keys::open_body(tx, &core.vault, &header, &stored.bytes, &stored.body)?;
            let disclosure = Body::decode(&opening)?.disclose(&EARLIER_PACKAGE_FIELDS)?;
            let tree = StoredTree::new(tx, signed.size);
            let path = inclusion_proof(&tree, leaf, signed.size)?;
            let continues = consistency_proof(&tree, package_size, signed.size)?;
            let proof = TlogProof { extra: None, index: leaf, path, checkpoint: row.note.clone() };
            Ok(receipt::write(&stored.bytes, &disclosure, &proof, &continues)?)
        })
    }
}
