//! The receipt of a package: the record of its digest, opened as far as the digest, with its proof.

use super::EARLIER_PACKAGE_FIELDS;
use crate::core::Core;
use crate::ledger_view::{StoredTree, newest};
use crate::{RegisterError, keys};
use std::sync::Arc;
use tenantry_ledger::{Body, LeafHeader, TlogProof, consistency_proof, inclusion_proof};
use tenantry_store::StoreExt;
use tenantry_store::repo::ledger;
use tenantry_verifier::receipt;

impl Core {
    /// The receipt from the record `leaf` of a package whose proofs lead to the tree of `package_size` leaves.
    pub(super) fn receipt(self: &Arc<Self>, leaf: u64, package_size: u64) -> Result<String, RegisterError> {
        let core = Arc::clone(self);
        self.store.read(move |tx| {
            let missing = RegisterError::NotFound { what: "leaf under a checkpoint" };
            let (row, signed) = newest(tx, &core)?.filter(|(_, signed)| leaf < signed.size).ok_or(missing)?;
            let first = i64::try_from(leaf).unwrap_or(i64::MAX);
            let missing = RegisterError::NotFound { what: "leaf" };
            let stored = ledger::range(tx, first, 1)?.pop().filter(|row| row.seq == first).ok_or(missing)?;
            let header = LeafHeader::decode(&stored.bytes)?;
            let opening = keys::open_body(tx, &core.vault, &header, &stored.bytes, &stored.body)?;
            let disclosure = Body::decode(&opening)?.disclose(&EARLIER_PACKAGE_FIELDS)?;
            let tree = StoredTree::new(tx, signed.size);
            let path = inclusion_proof(&tree, leaf, signed.size)?;
            let continues = consistency_proof(&tree, package_size, signed.size)?;
            let proof = TlogProof { extra: None, index: leaf, path, checkpoint: row.note };
            Ok(receipt::write(&stored.bytes, &disclosure, &proof, &continues)?)
        })
    }
}
