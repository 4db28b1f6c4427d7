//! Going on under a new origin when records that were signed are lost for good.
//!
//! A checkpoint that others hold cannot be taken back: whoever signs another history under the same name proves that the ledger
//! forked. So the ledger ends under its name, and what is left of it goes on under another, with keys of its own. Two people agree
//! to exactly which signed tree is given up; a statement signed with the old key and the new one says what follows what, is a
//! record of the ledger, and is handed out for everybody who holds an old checkpoint. Nothing is rewritten. Ledger design 4.5.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::checkpoints::trouble;
use crate::core::Core;
use crate::keys;
use crate::ledger_view::hex;
use crate::record::{Record, RecordType, Retention};
use crate::rotation::Rotation;
use crate::set_up::{ORIGIN, QUANTUM, QUANTUM_KEY, SIGNING_KEY};
use crate::unit::Unit;
use crate::{Register, RegisterError};
use std::sync::Arc;
use tenantry_ledger::{Frontier, NoteSigner, SignedNote, TreeHead};
use tenantry_model::id::ApprovalId;
use tenantry_store::repo::{ledger, setting};
use tenantry_store::{Store, StoreExt};
use tenantry_vault::{CheckpointSigner, CosignatureSigner, SealedSecret};

/// Setting that holds the origin before this one.
const ORIGIN_BEFORE: &str = "origin_before";
const HEADER: &str = "tenantry-continuation@v1";

/// The names of a ledger, for whoever looks after the memory of its signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    /// Under which it goes on.
    pub current: String,
    /// Under which it ended, if it ever did.
    pub before: Option<String>,
}

impl Register {
    /// The names of the ledger in this store.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] when the store was never set up.
    pub fn origins(store: &Arc<dyn Store>) -> Result<Origins, RegisterError> {
        store.read(|tx| {
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            let current = setting::find(tx, ORIGIN)?.ok_or(RegisterError::NotFound { what: "deployment" })?;
            Ok(Origins { current: text(current), before: setting::find(tx, ORIGIN_BEFORE)?.map(text) })
        })
    }

    /// Asks for the ledger to go on under this origin, giving up what the signer signed last; a second person approves it, and
    /// then [`Register::continue_under`] does it.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] when no ledger can have this name or this one has it; [`RegisterError::SecondPerson`] when the
    /// caller is not a person.
    pub fn request_new_origin(&self, call: &Call, origin: &str) -> Result<ApprovalId, RegisterError> {
        let rotation = self.core.continuation(origin)?;
        // A name that cannot be one is refused before anybody is asked.
        NewKeys::draw(&self.core, origin)?;
        self.request_rotation(call, rotation)
    }

    /// Gives the ledger its new origin and keys. Answers the signed statement. From then on the signer needs a new memory: keep
    /// the old one, it is evidence.
    ///
    /// # Errors
    /// As [`Register::rotate_root`]; the approval is void when the signer has signed something since. [`RegisterError::Ledger`] when
    /// the leaves that are left, read again and hashed anew, are not what was written: nothing is signed over them.
    pub fn continue_under(
        &self,
        call: &Call,
        approval: ApprovalId,
        origin: &str,
    ) -> Result<SignedNote, RegisterError> {
        authorise(&call.actor, Action::RotateKeys)?;
        let rotation = self.core.continuation(origin)?;
        let (written, last) = self.core.store.read(|tx| {
            let written =
                ledger::head(tx)?.map_or(Ok(Frontier::new()), |head| Frontier::from_bytes(&head.frontier))?;
            Ok::<_, RegisterError>((written, ledger::latest_checkpoint(tx)?))
        })?;
        // What is signed as kept is what is on the disk, and not what the head says.
        let read = self.core.read_again(written.size())?;
        if read != written {
            return Err(trouble(
                "the leaves read back are not the leaves that were written: `tenantry ledger fsck`",
            ));
        }
        let kept = TreeHead { size: read.size(), root: read.root() };
        let new = NewKeys::draw(&self.core, origin)?;
        let statement = self.core.statement(&new, &kept)?;
        let (before, written) = (self.core.log_key.name().to_owned(), statement.to_string());
        let (name, last) = (origin.to_owned(), last.map(|row| row.note).unwrap_or_default());
        self.rotate(call, approval, rotation, move |unit| {
            new.store(unit, &name, &before)?;
            let record =
                Record::new(RecordType::LedgerContinued, unit.core.deployment, Retention::DecisionEvidence)
                    .text("ended", &before)
                    .text("continues", &name)
                    .text("last_checkpoint", &last)
                    .text("statement", &written);
            unit.record(record)?;
            Ok(2)
        })?;
        Ok(statement)
    }
}

impl Core {
    /// What two people agree to.
    fn continuation(&self, origin: &str) -> Result<Rotation, RegisterError> {
        if origin == self.log_key.name() {
            return Err(RegisterError::invalid("/origin", "is the name the ledger has; it needs another"));
        }
        let signed =
            self.signer.latest().map_err(|error| RegisterError::Signer { reason: error.to_string() })?;
        Ok(Rotation::Origin { origin: origin.to_owned(), signed: signed.size, root: hex(&signed.root) })
    }

    fn statement(&self, new: &NewKeys, kept: &TreeHead) -> Result<SignedNote, RegisterError> {
        let signed =
            self.signer.latest().map_err(|error| RegisterError::Signer { reason: error.to_string() })?;
        let head = |head: &TreeHead| format!("{} {}", head.size, hex(&head.root));
        let lines = [
            HEADER.to_owned(),
            format!("ended {}", self.log_key.name()),
            format!("signed {}", head(&signed)),
            format!("kept {}", head(kept)),
            format!("continues {}", new.classic.verifier_key().name()),
            format!("key {}", new.classic.verifier_key()),
            format!("key {}", new.quantum.verifier_key()),
        ];
        let text = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>();
        Ok(SignedNote::sign(&text, &[self.signer.notes(), &new.classic])?)
    }
}

/// The signing keys of the ledger under its new name.
struct NewKeys {
    classic: CheckpointSigner,
    quantum: CosignatureSigner,
    sealed: [SealedSecret; 2],
}

impl NewKeys {
    fn draw(core: &Core, origin: &str) -> Result<Self, RegisterError> {
        let (root, entropy) = (&**core.vault.root(), &*core.entropy);
        let name = |error: tenantry_vault::VaultError| match error {
            tenantry_vault::VaultError::Ledger(error) => RegisterError::invalid("/origin", error.to_string()),
            other => keys::refused(other),
        };
        let (classic, classic_sealed) = CheckpointSigner::create(origin, root, entropy).map_err(name)?;
        let (quantum, quantum_sealed) =
            CosignatureSigner::create(origin, QUANTUM, root, entropy).map_err(name)?;
        Ok(Self { classic, quantum, sealed: [classic_sealed, quantum_sealed] })
    }

    /// Checkpoints of the time before are no checkpoints of the ledger under its new name; the last one is in the record.
    fn store(&self, unit: &mut Unit<'_>, origin: &str, before: &str) -> Result<(), RegisterError> {
        let [classic, quantum] = &self.sealed;
        setting::put(unit.tx, ORIGIN_BEFORE, before.as_bytes())?;
        setting::put(unit.tx, ORIGIN, origin.as_bytes())?;
        setting::put(unit.tx, SIGNING_KEY, &classic.0)?;
        setting::put(unit.tx, QUANTUM_KEY, &quantum.0)?;
        Ok(ledger::forget_checkpoints(unit.tx)?)
    }
}
