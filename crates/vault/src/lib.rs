//! Keys, encryption and erasure.
//!
//! Personal data is kept encrypted under one **random** key per subject and retention class. Destroying that key erases
//! the data everywhere it was copied, while the ledger, which holds only commitments, still verifies.
//!
//! ```text
//! root -> epoch key (per month and class) -> subject key (random, per subject and class)
//!      -> record key = HKDF-Expand(subject key, record) -> AES-256-GCM(body with its openings)
//! ```
//!
//! The vault decrypts; it does not decide who may read, keeps no log of reads and does not know holds. The register
//! does all three before it calls. Wrapped keys live in a [`KeyTable`] that the caller implements inside its own
//! transaction. Requirements REC-02, REC-05 to REC-07; NIST SP 800-88 Rev. 2 on cryptographic erase.
//!
//! ```
//! use std::sync::Arc;
//! use tenantry_ledger::{Pseudonym, RetentionClass};
//! use tenantry_vault::*;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("root.key");
//! let entropy = SystemEntropy;
//! let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 }; // the default is far more
//! let root = SealedFile::create(&path, Unlock::Passphrase("correct horse"), cost, &entropy)?;
//! let (vault, _token_key) = Vault::create_deployment(Arc::new(root), &entropy)?;
//!
//! let mut keys = MemoryKeys::default();
//! let slot = Slot { subject: Pseudonym([7; 16]), class: RetentionClass::PERSONAL_DATA };
//! let place = Place { slot, record: [1; 16], aad: b"header" };
//! let sealed = vault.seal(&mut keys, &place, Epoch(680), b"A. Example", &entropy)?;
//! assert_eq!(vault.open(&mut keys, &place, &sealed)?.as_deref().map(Vec::as_slice), Some(&b"A. Example"[..]));
//!
//! vault.destroy(&mut keys, slot)?;
//! assert!(vault.open(&mut keys, &place, &sealed)?.is_none());
//! # Ok(())
//! # }
//! ```

mod aead;
mod certificate;
mod error;
mod journal;
mod random;
mod recipient;
mod root;
mod sealed_file;
mod signer;
mod table;
mod token;
mod vault;

pub use certificate::CertificateCheck;
pub use error::VaultError;
pub use journal::{JournalEntry, append_journal, read_journal};
pub use random::SystemEntropy;
pub use recipient::{Identity, Recipient};
pub use root::{RootKey, SealedSecret};
pub use sealed_file::{SealedFile, StretchCost, Unlock, create_key_file, read_key_file, read_pin};
pub use signer::{CheckpointSigner, CosignatureSigner, NoteCheck, TimedSigner};
pub use table::{Epoch, KeyId, KeyTable, KeyTableError, MemoryKeys, Slot, SubjectKeyRow};
pub use token::{TokenKey, TokenRoot};
pub use vault::{PLAINTEXT_BYTES_MAX, Place, Sealed, Vault};
