//! Sealing, opening and destroying. Every call reads the wrapped key from the table first, so a key that another
//! process destroyed is never used from the cache; the cache only saves the decryption of wrapped keys.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{digest, hkdf, hmac};
use tenantry_ledger::{Pseudonym, RetentionClass};
use tenantry_model::random::{Entropy, draw};
use zeroize::Zeroizing;

use crate::aead::{self, Key};
use crate::table::{Epoch, KeyId, KeyTable, Slot, SubjectKeyRow};
use crate::{RootKey, SealedSecret, VaultError};

const SEALED_VERSION: u8 = 1;
/// Most unwrapped keys kept in memory.
const CACHED_KEYS_MAX: usize = 4_096;
/// Largest plaintext of one record, in bytes.
pub const PLAINTEXT_BYTES_MAX: usize = 16 * 1_048_576;

const TOKEN_CONTEXT: &[u8] = b"tenantry/secret/token/v1";

/// Which record is sealed: it opens only for the same slot, record and associated data.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Subject and retention class whose key protects it.
    pub slot: Slot,
    /// Unique name of the record.
    pub record: [u8; 16],
    /// What else it is bound to, such as header bytes; stored elsewhere.
    pub aad: &'a [u8],
}

/// A sealed record: `version (1) | key id (16) | nonce (12) | ciphertext | tag (16)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

impl Sealed {
    /// SHA-256 over the sealed bytes, kept outside the ledger so that a scrubber finds rot without any key.
    pub fn checksum(&self) -> [u8; 32] {
        let hash = digest::digest(&digest::SHA256, &self.0);
        <[u8; 32]>::try_from(hash.as_ref()).unwrap_or_default()
    }
}

/// Encrypts records under one random key per subject and retention class.
pub struct Vault {
    root: Arc<dyn RootKey>,
    token_key: hmac::Key,
    cache: Mutex<Cache>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Starts a new deployment: draws its token key and returns it sealed. Store it; [`Vault::open_deployment`] wants it.
    ///
    /// # Errors
    /// When the root refuses.
    pub fn create_deployment(
        root: Arc<dyn RootKey>,
        entropy: &dyn Entropy,
    ) -> Result<(Self, SealedSecret), VaultError> {
        let key = aead::draw_key(entropy);
        let sealed = SealedSecret(root.wrap(TOKEN_CONTEXT, &key, entropy)?);
        Ok((Self::assemble(root, &key), sealed))
    }

    /// Opens an existing deployment.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when the token key was altered or belongs to another root.
    pub fn open_deployment(root: Arc<dyn RootKey>, token_key: &SealedSecret) -> Result<Self, VaultError> {
        let key = root.unwrap(TOKEN_CONTEXT, &token_key.0)?;
        Ok(Self::assemble(root, &key))
    }

    /// Seals a record. Makes the subject key, and the epoch key of `epoch`, if they do not exist yet.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`], [`VaultError::Altered`] for a damaged key row, or what the key table returns.
    pub fn seal(
        &self,
        keys: &mut dyn KeyTable,
        place: &Place<'_>,
        epoch: Epoch,
        plaintext: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Sealed, VaultError> {
        if plaintext.len() > PLAINTEXT_BYTES_MAX {
            return Err(VaultError::TooLarge { found: plaintext.len(), limit: PLAINTEXT_BYTES_MAX });
        }
        let (id, key) = match keys.subject_key(place.slot).map_err(VaultError::KeyTable)? {
            Some(row) => (row.id, self.subject_key(keys, place.slot, &row)?),
            None => self.new_subject_key(keys, place.slot, epoch, entropy)?,
        };
        let mut out = Vec::with_capacity(1 + 16 + 12 + plaintext.len() + 16);
        out.push(SEALED_VERSION);
        out.extend_from_slice(&id.0);
        aead::seal_into(&mut out, &*record_key(&key, &place.record)?, &aad(place, id), plaintext, entropy)?;
        Ok(Sealed(out))
    }

    /// Opens a record. `None` means that its key was destroyed: the content is erased.
    ///
    /// The caller has already recorded who reads it and why.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when bytes, place or key do not belong together; [`VaultError::MissingKey`] when the key
    /// is gone without having been destroyed.
    pub fn open(
        &self,
        keys: &mut dyn KeyTable,
        place: &Place<'_>,
        sealed: &Sealed,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let altered = VaultError::Altered { what: "sealed record" };
        let Some((&SEALED_VERSION, rest)) = sealed.0.split_first() else { return Err(altered) };
        let Some((id, rest)) = rest.split_first_chunk() else { return Err(altered) };
        let id = KeyId(*id);
        let row = keys.subject_key(place.slot).map_err(VaultError::KeyTable)?.filter(|row| row.id == id);
        let Some(row) = row else {
            self.cache().remove(&CacheKey::Subject(id));
            if keys.is_destroyed(id).map_err(VaultError::KeyTable)? {
                return Ok(None);
            }
            return Err(VaultError::MissingKey { what: "subject key of a record" });
        };
        let key = self.subject_key(keys, place.slot, &row)?;
        aead::open(&*record_key(&key, &place.record)?, &aad(place, id), rest).map(Some).ok_or(altered)
    }

    /// Destroys the key of a subject and class: every record sealed under it is erased. Returns the id of the
    /// destroyed key, `None` if there was none. The caller has checked holds inside the same transaction.
    ///
    /// # Errors
    /// What the key table returns.
    pub fn destroy(&self, keys: &mut dyn KeyTable, slot: Slot) -> Result<Option<KeyId>, VaultError> {
        let id = keys.delete_subject_key(slot).map_err(VaultError::KeyTable)?;
        if let Some(id) = id {
            self.cache().remove(&CacheKey::Subject(id));
        }
        Ok(id)
    }

    /// Wraps an epoch key under another root.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it does not open under this one, or what `new` refuses.
    pub fn rewrap_epoch_key(
        &self,
        new: &dyn RootKey,
        epoch: Epoch,
        class: RetentionClass,
        wrapped: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, VaultError> {
        let context = epoch_context(epoch, class);
        new.wrap(&context, &*self.root.unwrap(&context, wrapped)?, entropy)
    }

    /// Wraps the deployment's token key under another root.
    ///
    /// # Errors
    /// As [`Vault::rewrap_epoch_key`].
    pub fn rewrap_token_key(
        &self,
        new: &dyn RootKey,
        sealed: &SealedSecret,
        entropy: &dyn Entropy,
    ) -> Result<SealedSecret, VaultError> {
        let key = self.root.unwrap(TOKEN_CONTEXT, &sealed.0)?;
        new.wrap(TOKEN_CONTEXT, &key, entropy).map(SealedSecret)
    }

    /// Draws a new key for an epoch and wraps these subject keys of it under the new one. Answers the wrapped epoch key and the
    /// wrapped subject keys in the same order; the caller stores both in one transaction.
    ///
    /// # Errors
    /// [`VaultError::Altered`] for a row that does not open.
    pub fn renew_epoch(
        &self,
        keys: &mut dyn KeyTable,
        epoch: Epoch,
        class: RetentionClass,
        rows: &[(Slot, SubjectKeyRow)],
        entropy: &dyn Entropy,
    ) -> Result<(Vec<u8>, Vec<Vec<u8>>), VaultError> {
        let wrapped = keys.epoch_key(epoch, class).map_err(VaultError::KeyTable)?;
        let wrapped = wrapped.ok_or(VaultError::MissingKey { what: "epoch key" })?;
        let old = self.epoch_key(epoch, class, &wrapped)?;
        let new = aead::draw_key(entropy);
        let subject_keys = rows
            .iter()
            .map(|(slot, row)| {
                let context = subject_context(*slot, epoch, row.id);
                let key = aead::unwrap(&old, &context, &row.wrapped, "wrapped subject key")?;
                aead::wrap(&new, &context, &key, entropy)
            })
            .collect::<Result<_, _>>()?;
        Ok((self.root.wrap(&epoch_context(epoch, class), &new, entropy)?, subject_keys))
    }

    /// Whether an epoch key opens under the root; the cache is not asked.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it does not.
    pub fn check_epoch_key(
        &self,
        epoch: Epoch,
        class: RetentionClass,
        wrapped: &[u8],
    ) -> Result<(), VaultError> {
        self.root.unwrap(&epoch_context(epoch, class), wrapped).map(drop)
    }

    /// Whether a subject key opens under its epoch key.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it does not, [`VaultError::MissingKey`] when its epoch key is gone.
    pub fn check_subject_key(
        &self,
        keys: &mut dyn KeyTable,
        slot: Slot,
        row: &SubjectKeyRow,
    ) -> Result<(), VaultError> {
        let wrapped = keys.epoch_key(row.epoch, slot.class).map_err(VaultError::KeyTable)?;
        let wrapped = wrapped.ok_or(VaultError::MissingKey { what: "epoch key of a subject key" })?;
        let epoch_key = self.epoch_key(row.epoch, slot.class, &wrapped)?;
        let context = subject_context(slot, row.epoch, row.id);
        aead::unwrap(&epoch_key, &context, &row.wrapped, "wrapped subject key").map(drop)
    }

    /// Forgets every unwrapped key, for example when another node may have erased some.
    pub fn forget_keys(&self) {
        *self.cache() = Cache::default();
    }

    /// A blind token: equal values of one kind give equal tokens in this deployment, and nothing can be learnt from a
    /// token without the deployment's key. The caller normalises. `kind` separates, for example, mail from telephone.
    ///
    /// `HMAC-SHA-256(token key, "tenantry/token/v1" | 0 | kind length u16 | kind | value)`
    pub fn token(&self, kind: &str, normalised: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.token_key);
        context.update(b"tenantry/token/v1\0");
        context.update(&(kind.len() as u16).to_be_bytes());
        context.update(kind.as_bytes());
        context.update(normalised);
        <[u8; 32]>::try_from(context.sign().as_ref()).unwrap_or_default()
    }

    /// The root, for secrets next to the vault such as a checkpoint signer.
    pub fn root(&self) -> &Arc<dyn RootKey> {
        &self.root
    }

    fn assemble(root: Arc<dyn RootKey>, token_key: &[u8; 32]) -> Self {
        let token_key = hmac::Key::new(hmac::HMAC_SHA256, token_key);
        Self { root, token_key, cache: Mutex::default() }
    }

    fn subject_key(
        &self,
        keys: &mut dyn KeyTable,
        slot: Slot,
        row: &SubjectKeyRow,
    ) -> Result<Key, VaultError> {
        if let Some(key) = self.cache().get(&CacheKey::Subject(row.id), &row.wrapped) {
            return Ok(key);
        }
        let wrapped = keys.epoch_key(row.epoch, slot.class).map_err(VaultError::KeyTable)?;
        let wrapped = wrapped.ok_or(VaultError::MissingKey { what: "epoch key of a subject key" })?;
        let epoch_key = self.epoch_key(row.epoch, slot.class, &wrapped)?;
        let context = subject_context(slot, row.epoch, row.id);
        let key = aead::unwrap(&epoch_key, &context, &row.wrapped, "wrapped subject key")?;
        self.cache().put(CacheKey::Subject(row.id), &row.wrapped, &key);
        Ok(key)
    }

    fn new_subject_key(
        &self,
        keys: &mut dyn KeyTable,
        slot: Slot,
        epoch: Epoch,
        entropy: &dyn Entropy,
    ) -> Result<(KeyId, Key), VaultError> {
        let epoch_key = match keys.epoch_key(epoch, slot.class).map_err(VaultError::KeyTable)? {
            Some(wrapped) => self.epoch_key(epoch, slot.class, &wrapped)?,
            None => self.new_epoch_key(keys, epoch, slot.class, entropy)?,
        };
        let (id, key) = (KeyId(draw(entropy)), aead::draw_key(entropy));
        let wrapped = aead::wrap(&epoch_key, &subject_context(slot, epoch, id), &key, entropy)?;
        self.cache().put(CacheKey::Subject(id), &wrapped, &key);
        keys.insert_subject_key(slot, &SubjectKeyRow { id, epoch, wrapped }).map_err(VaultError::KeyTable)?;
        Ok((id, key))
    }

    fn epoch_key(&self, epoch: Epoch, class: RetentionClass, wrapped: &[u8]) -> Result<Key, VaultError> {
        if let Some(key) = self.cache().get(&CacheKey::Epoch(epoch, class), wrapped) {
            return Ok(key);
        }
        let key = self.root.unwrap(&epoch_context(epoch, class), wrapped)?;
        self.cache().put(CacheKey::Epoch(epoch, class), wrapped, &key);
        Ok(key)
    }

    fn new_epoch_key(
        &self,
        keys: &mut dyn KeyTable,
        epoch: Epoch,
        class: RetentionClass,
        entropy: &dyn Entropy,
    ) -> Result<Key, VaultError> {
        let key = aead::draw_key(entropy);
        let wrapped = self.root.wrap(&epoch_context(epoch, class), &key, entropy)?;
        keys.insert_epoch_key(epoch, class, &wrapped).map_err(VaultError::KeyTable)?;
        self.cache().put(CacheKey::Epoch(epoch, class), &wrapped, &key);
        Ok(key)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key of one record. The subject key is uniformly random, so the extract step of HKDF is not needed.
fn record_key(subject_key: &[u8; 32], record: &[u8; 16]) -> Result<Key, VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, subject_key)
        .expand(&[b"tenantry/record-key/v1", record], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(key.as_mut()))
        .map_err(|_| VaultError::Cryptography { operation: "derive a key" })?;
    Ok(key)
}

fn aad(place: &Place<'_>, id: KeyId) -> Vec<u8> {
    let Slot { subject: Pseudonym(subject), class: RetentionClass(class) } = place.slot;
    let parts: [&[u8]; 6] = [b"tenantry/record/v1", &subject, &[class], &id.0, &place.record, place.aad];
    parts.concat()
}

fn subject_context(slot: Slot, epoch: Epoch, id: KeyId) -> Vec<u8> {
    let parts: [&[u8]; 5] =
        [b"tenantry/subject-key/v1", &slot.subject.0, &[slot.class.0], &epoch.0.to_be_bytes(), &id.0];
    parts.concat()
}

fn epoch_context(epoch: Epoch, class: RetentionClass) -> Vec<u8> {
    let parts: [&[u8]; 3] = [b"tenantry/epoch-key/v1", &epoch.0.to_be_bytes(), &[class.0]];
    parts.concat()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum CacheKey {
    Epoch(Epoch, RetentionClass),
    Subject(KeyId),
}

/// Unwrapped keys, oldest out first. An entry counts only for the very bytes it was unwrapped from.
#[derive(Default)]
struct Cache {
    entries: HashMap<CacheKey, (Vec<u8>, Key)>,
    order: VecDeque<CacheKey>,
}

impl Cache {
    fn get(&self, name: &CacheKey, wrapped: &[u8]) -> Option<Key> {
        self.entries.get(name).filter(|(from, _)| from == wrapped).map(|(_, key)| key.clone())
    }

    fn put(&mut self, name: CacheKey, wrapped: &[u8], key: &Key) {
        if self.entries.insert(name, (wrapped.to_vec(), key.clone())).is_none() {
            self.order.push_back(name);
        }
        while self.order.len() > CACHED_KEYS_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }

    fn remove(&mut self, name: &CacheKey) {
        if self.entries.remove(name).is_some() {
            self.order.retain(|entry| entry != name);
        }
    }
}
