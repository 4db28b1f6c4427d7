//! The vault over the database: wrapped keys found and stored inside the very transaction that seals.

use crate::RegisterError;
use crate::core::Core;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;
use tenantry_ledger::{Pseudonym, RetentionClass};
use tenantry_store::repo::key;
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::{
    Epoch, KeyId, KeyTable, KeyTableError, Place, Sealed, Slot, SubjectKeyRow, Vault, VaultError,
};
use zeroize::Zeroizing;

/// Bound to every sealed row, so that a ledger body cannot be passed off as one.
const ROW: &[u8] = b"tenantry/row/v1";

/// Bound to every sealed large object.
const BLOB: &[u8] = b"tenantry/blob/v1";
/// Name of a document among the records of its subject.
const DOCUMENT: [u8; 16] = *b"document\0\0\0\0\0\0\0\0";

/// Length of what is left of a sealed body or row after its erasure: the version and the name of the key that is gone.
pub(crate) const ERASED_LENGTH: usize = 17;

/// Opens a sealed state row. An erased one is [`RegisterError::Erased`].
pub(crate) fn open_row(
    tx: &mut dyn Tx,
    vault: &Vault,
    subject: &[u8; 16],
    row: &[u8; 16],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, RegisterError> {
    let place = Place { slot: slot(subject, RetentionClass::PERSONAL_DATA), record: *row, aad: ROW };
    open(tx, vault, &place, sealed)
}

/// Opens the one large object of a subject.
pub(crate) fn open_document(
    tx: &mut dyn Tx,
    vault: &Vault,
    subject: &[u8; 16],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, RegisterError> {
    let place = Place { slot: slot(subject, RetentionClass::PERSONAL_DATA), record: DOCUMENT, aad: BLOB };
    open(tx, vault, &place, sealed)
}

/// Opens a sealed state row and reads it as JSON.
pub(crate) fn open_json<T: DeserializeOwned>(
    tx: &mut dyn Tx,
    vault: &Vault,
    subject: &[u8; 16],
    row: &[u8; 16],
    sealed: &[u8],
) -> Result<T, RegisterError> {
    read_json(&open_row(tx, vault, subject, row, sealed)?)
}

/// The same for one of several rows of a subject, whose key is looked up once.
pub(crate) fn open_json_knowing<T: DeserializeOwned>(
    tx: &mut dyn Tx,
    vault: &Vault,
    known: &mut KnownKeys,
    subject: &[u8; 16],
    (row, sealed): (&[u8; 16], &[u8]),
) -> Result<T, RegisterError> {
    let place = Place { slot: slot(subject, RetentionClass::PERSONAL_DATA), record: *row, aad: ROW };
    let plain = vault.open(&mut Table { tx, known }, &place, &Sealed(sealed.to_vec())).map_err(refused)?;
    read_json(&plain.ok_or(RegisterError::Erased)?)
}

fn read_json<T: DeserializeOwned>(plain: &[u8]) -> Result<T, RegisterError> {
    serde_json::from_slice(plain)
        .map_err(|_| RegisterError::Vault { reason: "a sealed row has another shape".to_owned() })
}

/// Opens a sealed state row in a read unit of its own.
pub(crate) fn open_row_now(
    core: &Arc<Core>,
    subject: [u8; 16],
    row: [u8; 16],
    sealed: Vec<u8>,
) -> Result<Zeroizing<Vec<u8>>, RegisterError> {
    let vault = Arc::clone(&core.vault);
    core.store.read(move |tx| open_row(tx, &vault, &subject, &row, &sealed))
}

/// Opens the body of a leaf.
pub(crate) fn open_body(
    tx: &mut dyn Tx,
    vault: &Vault,
    header: &tenantry_ledger::LeafHeader,
    bytes: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, RegisterError> {
    let place = Place {
        slot: Slot { subject: header.subject, class: header.retention },
        record: body_record(header.log_seq),
        aad: bytes,
    };
    open(tx, vault, &place, sealed)
}

fn open(
    tx: &mut dyn Tx,
    vault: &Vault,
    place: &Place<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, RegisterError> {
    let mut table = Table { tx, known: &mut KnownKeys::default() };
    let plain = vault.open(&mut table, place, &Sealed(sealed.to_vec())).map_err(refused)?;
    plain.ok_or(RegisterError::Erased)
}

/// What is sealed, and where it belongs.
pub(crate) struct Sealing<'a> {
    pub(crate) vault: &'a Vault,
    pub(crate) entropy: &'a dyn tenantry_model::random::Entropy,
    pub(crate) epoch: Epoch,
    pub(crate) known: &'a mut KnownKeys,
}

impl Sealing<'_> {
    /// Seals a state row.
    pub(crate) fn row(
        &mut self,
        tx: &mut dyn Tx,
        subject: &[u8; 16],
        row: &[u8; 16],
        plain: &[u8],
    ) -> Result<Vec<u8>, RegisterError> {
        let place = Place { slot: slot(subject, RetentionClass::PERSONAL_DATA), record: *row, aad: ROW };
        self.seal(tx, &place, plain)
    }

    /// Seals the one large object of a subject.
    pub(crate) fn document(
        &mut self,
        tx: &mut dyn Tx,
        subject: &[u8; 16],
        plain: &[u8],
    ) -> Result<Vec<u8>, RegisterError> {
        let place = Place { slot: slot(subject, RetentionClass::PERSONAL_DATA), record: DOCUMENT, aad: BLOB };
        self.seal(tx, &place, plain)
    }

    /// Seals the body of a leaf; it opens only together with exactly these header bytes.
    pub(crate) fn body(
        &mut self,
        tx: &mut dyn Tx,
        header: &tenantry_ledger::LeafHeader,
        bytes: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, RegisterError> {
        let place = Place {
            slot: Slot { subject: header.subject, class: header.retention },
            record: body_record(header.log_seq),
            aad: bytes,
        };
        self.seal(tx, &place, plain)
    }

    fn seal(&mut self, tx: &mut dyn Tx, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, RegisterError> {
        let mut table = Table { tx, known: self.known };
        let sealed = self.vault.seal(&mut table, place, self.epoch, plain, self.entropy);
        sealed.map(|s| s.0).map_err(refused)
    }
}

fn slot(subject: &[u8; 16], class: RetentionClass) -> Slot {
    Slot { subject: Pseudonym(*subject), class }
}

/// Name of a leaf's body among the records of its subject.
fn body_record(log_seq: u64) -> [u8; 16] {
    let mut name = *b"leaf\0\0\0\0\0\0\0\0\0\0\0\0";
    for (slot, byte) in name.iter_mut().skip(8).zip(log_seq.to_be_bytes()) {
        *slot = byte;
    }
    name
}

pub(crate) fn refused(error: VaultError) -> RegisterError {
    match error {
        VaultError::KeyTable(source) => match source.downcast() {
            Ok(store) => RegisterError::Store(*store),
            Err(other) => RegisterError::Vault { reason: other.to_string() },
        },
        other => RegisterError::Vault { reason: other.to_string() },
    }
}

/// Wrapped keys of subjects that one transaction has read or made. It reads its own snapshot, so they cannot change under it other
/// than through its own [`Table`].
#[derive(Default)]
pub(crate) struct KnownKeys(BTreeMap<Slot, SubjectKeyRow>);

/// The key table inside one transaction.
pub(crate) struct Table<'a> {
    pub(crate) tx: &'a mut dyn Tx,
    pub(crate) known: &'a mut KnownKeys,
}

impl KeyTable for Table<'_> {
    fn epoch_key(&mut self, epoch: Epoch, class: RetentionClass) -> Result<Option<Vec<u8>>, KeyTableError> {
        Ok(key::find_epoch(self.tx, i64::from(epoch.0), class.0)?)
    }

    fn insert_epoch_key(
        &mut self,
        epoch: Epoch,
        class: RetentionClass,
        wrapped: &[u8],
    ) -> Result<(), KeyTableError> {
        Ok(key::add_epoch(self.tx, i64::from(epoch.0), class.0, wrapped)?)
    }

    fn subject_key(&mut self, slot: Slot) -> Result<Option<SubjectKeyRow>, KeyTableError> {
        if let Some(known) = self.known.0.get(&slot) {
            return Ok(Some(known.clone()));
        }
        let Some(row) = key::find_subject(self.tx, &slot.subject.0, slot.class.0)? else { return Ok(None) };
        let epoch = Epoch(u32::try_from(row.epoch).unwrap_or_default());
        let row = SubjectKeyRow { id: KeyId(row.id), epoch, wrapped: row.wrapped };
        self.known.0.insert(slot, row.clone());
        Ok(Some(row))
    }

    fn insert_subject_key(&mut self, slot: Slot, row: &SubjectKeyRow) -> Result<(), KeyTableError> {
        let stored =
            key::SubjectKeyRow { id: row.id.0, epoch: i64::from(row.epoch.0), wrapped: row.wrapped.clone() };
        key::add_subject(self.tx, &slot.subject.0, slot.class.0, &stored)?;
        self.known.0.insert(slot, row.clone());
        Ok(())
    }

    fn delete_subject_key(&mut self, slot: Slot) -> Result<Option<KeyId>, KeyTableError> {
        self.known.0.remove(&slot);
        Ok(key::delete_subject(self.tx, &slot.subject.0, slot.class.0)?.map(KeyId))
    }

    fn is_destroyed(&mut self, id: KeyId) -> Result<bool, KeyTableError> {
        Ok(key::is_destroyed(self.tx, &id.0)?)
    }
}
