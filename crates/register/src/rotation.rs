//! Changing the keys above the subjects: another root for the deployment, another key for an epoch. Nobody does it alone.
//!
//! Two people agree on it in the console; whoever holds the machine then carries it out, once, before the request would have
//! lapsed. No body and no row is encrypted again: only what wraps their keys changes, in one transaction. ADR 0008.

use crate::access::{Action, authorise};
use crate::approvals::{Pending, sealed_reason};
use crate::call::Call;
use crate::keys::{Table, refused};
use crate::record::{Record, RecordType, Retention};
use crate::set_up::{ORIGIN, QUANTUM, QUANTUM_KEY, SIGNING_KEY, TOKEN_KEY};
use crate::unit::{Unit, nanos};
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenantry_ledger::{Pseudonym, RetentionClass};
use tenantry_model::id::ApprovalId;
use tenantry_model::random::draw;
use tenantry_store::repo::{approval, key, setting};
use tenantry_vault::{
    CheckpointSigner, CosignatureSigner, Epoch, KeyId, Place, RootKey, SealedSecret, Slot, SubjectKeyRow,
};

/// Which key is to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rotation {
    /// The root: everything directly below it is wrapped under another one.
    Root,
    /// The key of a month and retention class: its subject keys are wrapped under a new one, the old one is overwritten.
    Epoch {
        /// Months since January 1970.
        epoch: u32,
        /// Retention class.
        class: u8,
    },
    /// The keys that sign checkpoints, with the name they sign under: the ledger goes on under another origin.
    Origin {
        /// The new origin.
        origin: String,
        /// Leaves of the tree that was signed last under the one before, and is given up.
        signed: u64,
        /// Root of that tree, in hexadecimal.
        root: String,
    },
    /// What the signer remembers, where that is lost: it goes on from this checkpoint, and whatever was signed after it is forgotten.
    Memory {
        /// Leaves of the tree it remembers.
        size: u64,
        /// Root of that tree, in hexadecimal.
        root: String,
    },
}

impl std::fmt::Display for Rotation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Root => f.write_str("root"),
            Self::Epoch { epoch, class } => {
                write!(f, "epoch {}-{:02}, class {class}", 1970 + epoch / 12, epoch % 12 + 1)
            }
            Self::Origin { origin, signed, root } => {
                write!(f, "origin {origin}, giving up the signed tree of {signed} leaves with root {root}")
            }
            Self::Memory { size, root } => {
                write!(f, "memory of the signer, from the signed tree of {size} leaves with root {root}")
            }
        }
    }
}

impl Register {
    /// Asks for a change of keys; a second person approves it, and then [`Register::rotate_root`] or [`Register::rotate_epoch`]
    /// carries it out.
    ///
    /// # Errors
    /// [`RegisterError::SecondPerson`] when the caller is not a person.
    pub fn request_rotation(&self, call: &Call, rotation: Rotation) -> Result<ApprovalId, RegisterError> {
        self.core.change(call, Action::RequestRotation, &("rotate", rotation.clone()), move |unit| {
            let subject: [u8; 16] = draw(&*unit.core.entropy);
            let reason = unit.call.reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
            unit.request_approval(&Pending::RotateKeys { rotation: rotation.clone() }, subject, &reason)
        })
    }

    /// Wraps every key directly below the root under another root. This register goes on under the old one until it is opened
    /// again. Answers how many keys were wrapped.
    ///
    /// # Errors
    /// [`RegisterError::SecondPerson`] without approval; [`RegisterError::ApprovalVoid`] when it was for something else, is too old
    /// or was used before.
    pub fn rotate_root(
        &self,
        call: &Call,
        approval: ApprovalId,
        new: Arc<dyn RootKey>,
    ) -> Result<u64, RegisterError> {
        self.rotate(call, approval, Rotation::Root, move |unit| unit.wrap_below_root(&*new))
    }

    /// Gives an epoch a new key and wraps its subject keys under it. Answers how many keys were wrapped.
    ///
    /// # Errors
    /// As [`Register::rotate_root`]; [`RegisterError::NotFound`] when the epoch has no key.
    pub fn rotate_epoch(
        &self,
        call: &Call,
        approval: ApprovalId,
        epoch: u32,
        class: u8,
    ) -> Result<u64, RegisterError> {
        let rotation = Rotation::Epoch { epoch, class };
        self.rotate(call, approval, rotation, move |unit| {
            unit.renew_epoch(Epoch(epoch), RetentionClass(class))
        })
    }

    /// Carries a change out that two people approved, once, and records it.
    pub(crate) fn rotate(
        &self,
        call: &Call,
        approval: ApprovalId,
        rotation: Rotation,
        mut work: impl FnMut(&mut Unit<'_>) -> Result<u64, RegisterError> + Send + 'static,
    ) -> Result<u64, RegisterError> {
        authorise(&call.actor, Action::RotateKeys)?;
        let wrapped = self.core.change(call, Action::RotateKeys, &("rotate", approval), move |unit| {
            unit.use_approval(approval, &rotation)?;
            unit.know_own_key()?;
            let wrapped = work(unit)?;
            let record =
                Record::new(RecordType::KeysRotated, unit.core.deployment, Retention::DecisionEvidence)
                    .text("rotation", &rotation)
                    .text("approval", approval)
                    .text("keys", wrapped);
            unit.record(record)?;
            Ok(wrapped)
        })?;
        self.core.vault.forget_keys();
        self.core.store.overwrite_deleted()?;
        Ok(wrapped)
    }
}

impl Unit<'_> {
    /// Refuses unless two people approved exactly this, and it was not done yet.
    fn use_approval(&mut self, id: ApprovalId, rotation: &Rotation) -> Result<(), RegisterError> {
        let row = approval::find(self.tx, id)?.ok_or(RegisterError::SecondPerson)?;
        match (row.state.as_str(), Pending::read(&row)?) {
            ("approved", Pending::RotateKeys { rotation: approved }) if approved == *rotation => {}
            ("approved" | "void", _) => return Err(RegisterError::ApprovalVoid),
            _ => return Err(RegisterError::SecondPerson),
        }
        let used = format!("rotated/{id}");
        if row.expires_at <= self.now || setting::find(self.tx, &used)?.is_some() {
            return Err(RegisterError::ApprovalVoid);
        }
        setting::put(self.tx, &used, &self.now.as_micros().to_be_bytes())?;
        let (subject, _) = sealed_reason(&row)?;
        self.rest_on_approval(&Pending::RotateKeys { rotation: rotation.clone() }, &subject)
    }

    /// Has the key in memory that the record of the change is sealed under: once it is made, the row opens under another key only.
    fn know_own_key(&mut self) -> Result<(), RegisterError> {
        let (vault, entropy) = (Arc::clone(&self.core.vault), Arc::clone(&self.core.entropy));
        let class = RetentionClass(Retention::DecisionEvidence.number());
        let slot = Slot { subject: Pseudonym(self.core.deployment), class };
        let place = Place { slot, record: [0; 16], aad: &[] };
        let epoch = Epoch::of(nanos(self.now));
        let mut table = Table { tx: self.tx, known: &mut self.keys };
        vault.seal(&mut table, &place, epoch, &[], &*entropy).map(drop).map_err(refused)
    }

    fn wrap_below_root(&mut self, new: &dyn RootKey) -> Result<u64, RegisterError> {
        let (vault, entropy) = (Arc::clone(&self.core.vault), Arc::clone(&self.core.entropy));
        let mut wrapped = 0;
        for (month, class, old) in key::epochs(self.tx)? {
            let epoch = Epoch(u32::try_from(month).unwrap_or_default());
            let again = vault.rewrap_epoch_key(new, epoch, RetentionClass(class), &old, &*entropy);
            key::set_epoch(self.tx, month, class, &again.map_err(refused)?)?;
            wrapped += 1;
        }
        let missing = || RegisterError::Evaluation { what: "a key of the deployment is missing".to_owned() };
        let token = SealedSecret(setting::find(self.tx, TOKEN_KEY)?.ok_or_else(missing)?);
        let token = vault.rewrap_token_key(new, &token, &*entropy).map_err(refused)?;
        setting::put(self.tx, TOKEN_KEY, &token.0)?;
        let origin = setting::find(self.tx, ORIGIN)?.ok_or_else(missing)?;
        let signing = SealedSecret(setting::find(self.tx, SIGNING_KEY)?.ok_or_else(missing)?);
        let origin = String::from_utf8_lossy(&origin);
        let signing = CheckpointSigner::rewrap(&origin, &**vault.root(), new, &signing, &*entropy);
        setting::put(self.tx, SIGNING_KEY, &signing.map_err(refused)?.0)?;
        // A deployment from before the second key has none yet.
        if let Some(sealed) = setting::find(self.tx, QUANTUM_KEY)? {
            let roots: (&dyn RootKey, &dyn RootKey) = (&**vault.root(), new);
            let again = CosignatureSigner::rewrap(&origin, QUANTUM, roots, &SealedSecret(sealed), &*entropy);
            setting::put(self.tx, QUANTUM_KEY, &again.map_err(refused)?.0)?;
        }
        Ok(wrapped + 2)
    }

    fn renew_epoch(&mut self, epoch: Epoch, class: RetentionClass) -> Result<u64, RegisterError> {
        let (vault, entropy) = (Arc::clone(&self.core.vault), Arc::clone(&self.core.entropy));
        let month = i64::from(epoch.0);
        if key::find_epoch(self.tx, month, class.0)?.is_none() {
            return Err(RegisterError::NotFound { what: "key of this epoch" });
        }
        let rows: Vec<(Slot, SubjectKeyRow)> = key::of_epoch(self.tx, month, class.0)?
            .into_iter()
            .map(|(subject, row)| {
                let slot = Slot { subject: Pseudonym(subject), class };
                (slot, SubjectKeyRow { id: KeyId(row.id), epoch, wrapped: row.wrapped })
            })
            .collect();
        let renewed = vault.renew_epoch(
            &mut Table { tx: self.tx, known: &mut self.keys },
            epoch,
            class,
            &rows,
            &*entropy,
        );
        let (epoch_key, subject_keys) = renewed.map_err(refused)?;
        for ((slot, _), wrapped) in rows.iter().zip(&subject_keys) {
            key::set_subject(self.tx, &slot.subject.0, class.0, wrapped)?;
        }
        key::set_epoch(self.tx, month, class.0, &epoch_key)?;
        Ok(rows.len() as u64 + 1)
    }
}
