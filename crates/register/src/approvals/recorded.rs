//! What a second person approved, as the leaf of the answer says it. A column that says "approved" proves nothing: whoever can
//! write to the database can write that.

use super::{ContentHash, Pending};
use crate::RegisterError;
use crate::keys::open_body;
use crate::record::RecordType;
use crate::unit::Unit;
use tenantry_ledger::{Body, LeafHeader};
use tenantry_store::Tx;
use tenantry_store::repo::ledger::{self, LeafRow};
use tenantry_vault::Vault;

/// Records of one request that are looked at for its approval.
const OWN_RECORDS_MAX: u32 = 1_000;

impl Unit<'_> {
    /// From here on the unit rests on the approval of exactly this, which was recorded under `subject`.
    ///
    /// # Errors
    /// [`RegisterError::SecondPerson`] when no leaf says that another person approved it.
    pub(crate) fn rest_on_approval(
        &mut self,
        pending: &Pending,
        subject: &[u8; 16],
    ) -> Result<(), RegisterError> {
        let leaf = approving_leaf(self.tx, &self.core.vault, pending, subject)?;
        self.rest_on_leaf(&leaf.ok_or(RegisterError::SecondPerson)?)
    }

    /// The same when the leaf is known.
    ///
    /// # Errors
    /// As [`Unit::rest_on_approval`].
    pub(crate) fn rest_on_approval_in(
        &mut self,
        seq: Option<i64>,
        pending: &Pending,
    ) -> Result<(), RegisterError> {
        if !is_approved_in(self.tx, &self.core.vault, seq, pending)? {
            return Err(RegisterError::SecondPerson);
        }
        let seq = seq.and_then(|seq| u64::try_from(seq).ok()).ok_or(RegisterError::SecondPerson)?;
        self.rests_on_approval(seq);
        Ok(())
    }

    fn rest_on_leaf(&mut self, leaf: &LeafRow) -> Result<(), RegisterError> {
        let seq = u64::try_from(leaf.seq).map_err(|_| RegisterError::SecondPerson)?;
        self.rests_on_approval(seq);
        Ok(())
    }
}

/// The newest record under `subject` in which another person approved exactly this.
///
/// # Errors
/// [`RegisterError::Erased`] when the records were erased.
pub(crate) fn approving_leaf(
    tx: &mut dyn Tx,
    vault: &Vault,
    pending: &Pending,
    subject: &[u8; 16],
) -> Result<Option<LeafRow>, RegisterError> {
    for leaf in ledger::by_subject(tx, subject, OWN_RECORDS_MAX)?.into_iter().rev() {
        if approves(tx, vault, &leaf, pending)? {
            return Ok(Some(leaf));
        }
    }
    Ok(None)
}

/// Whether the leaf with this index says that another person approved exactly this.
///
/// # Errors
/// As [`approving_leaf`].
pub(crate) fn is_approved_in(
    tx: &mut dyn Tx,
    vault: &Vault,
    seq: Option<i64>,
    pending: &Pending,
) -> Result<bool, RegisterError> {
    let Some(seq) = seq else { return Ok(false) };
    match ledger::range(tx, seq, 1)?.first().filter(|leaf| leaf.seq == seq) {
        Some(leaf) => approves(tx, vault, leaf, pending),
        None => Ok(false),
    }
}

/// Whether a leaf says that somebody other than who asked approved exactly this.
fn approves(
    tx: &mut dyn Tx,
    vault: &Vault,
    leaf: &LeafRow,
    pending: &Pending,
) -> Result<bool, RegisterError> {
    if leaf.leaf_type != i64::from(RecordType::ApprovalDecided.number()) {
        return Ok(false);
    }
    let header = LeafHeader::decode(&leaf.bytes)?;
    let body = Body::decode(&open_body(tx, vault, &header, &leaf.bytes, &leaf.body)?)?;
    let says = |name: &str, value: &str| body.get(name) == Some(value.as_bytes());
    let people = (body.get("requested_by"), body.get("decided_by"));
    let two = matches!(people, (Some(asked), Some(approved)) if asked != approved);
    Ok(two && says("state", "approved") && says("content_hash", &pending.hash().to_string()))
}

impl Pending {
    /// What a second person approves.
    pub(super) fn hash(&self) -> ContentHash {
        ContentHash::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}
