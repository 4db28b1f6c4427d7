//! Beginning the signer's memory anew where it is lost.
//!
//! Without the memory an older copy of the database cannot be told from the newest, so whoever begins another one decides what was
//! signed last. Nobody does that alone: two people agree to exactly one checkpoint, by size and root, and that they did is a record.
//! The checkpoint is one that was signed and is stored here, and its tree is that of the leaves, read again and hashed anew.
//! Ledger design 4.5 and 8.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::checkpoints::trouble;
use crate::core::Core;
use crate::ledger_view::{hex, newest};
use crate::rotation::Rotation;
use crate::{Register, RegisterError};
use std::sync::Arc;
use tenantry_ledger::Checkpoint;
use tenantry_model::id::ApprovalId;
use tenantry_store::StoreExt;

impl Register {
    /// Asks for the signer's memory to begin anew from the newest checkpoint, if that has as many leaves as the caller says who
    /// compared it with what others hold; a second person approves it, and then [`Register::begin_memory`] does it.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] for another size; [`RegisterError::Ledger`] when the leaves are not those that were signed;
    /// [`RegisterError::SecondPerson`] when the caller is not a person.
    pub fn request_memory(&self, call: &Call, size: u64) -> Result<ApprovalId, RegisterError> {
        authorise(&call.actor, Action::RequestRotation)?;
        let newest = self.core.newest_read_again(size)?;
        self.request_rotation(call, of(&newest))
    }

    /// Records that the signer goes on from this checkpoint, and answers it: the caller writes the memory.
    ///
    /// # Errors
    /// As [`Register::rotate_root`]; the approval is void for another checkpoint.
    pub fn begin_memory(
        &self,
        call: &Call,
        approval: ApprovalId,
        size: u64,
    ) -> Result<Checkpoint, RegisterError> {
        authorise(&call.actor, Action::RotateKeys)?;
        let newest = self.core.newest_read_again(size)?;
        self.rotate(call, approval, of(&newest), |_| Ok(0))?;
        Ok(newest)
    }
}

fn of(checkpoint: &Checkpoint) -> Rotation {
    Rotation::Memory { size: checkpoint.size, root: hex(&checkpoint.root) }
}

impl Core {
    /// The newest stored checkpoint, if it has this size, its signatures are good and its tree is that of the leaves.
    fn newest_read_again(self: &Arc<Self>, size: u64) -> Result<Checkpoint, RegisterError> {
        let core = Arc::clone(self);
        let found = self.store.read(move |tx| newest(tx, &core))?;
        let (_, checkpoint) = found.ok_or(RegisterError::NotFound { what: "signed checkpoint" })?;
        if checkpoint.size != size {
            let detail = format!(
                "the newest signed checkpoint of this database has {} leaves, not {size}",
                checkpoint.size
            );
            return Err(RegisterError::invalid("/size", detail));
        }
        if self.read_again(size)?.root() != checkpoint.root {
            return Err(trouble(
                "its leaves are not those that its newest checkpoint was signed over: `tenantry ledger fsck`",
            ));
        }
        Ok(checkpoint)
    }
}
