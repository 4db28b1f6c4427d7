//! The default root: a random key in a file of mode 0600, encrypted under a passphrase (argon2id) or under the
//! content of a separate key file. Losing the file or what unlocks it loses every record; back both up apart.
//!
//! ```text
//! tenantry-root-key@v1
//! unlock passphrase argon2id <KiB> <passes> <lanes> <salt>      (or: unlock keyfile <salt>)
//! sealed <wrapped key>
//! ```
//! Salt and key are base64. The first two lines are authenticated together with the key.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tenantry_model::random::{Entropy, draw};
use zeroize::Zeroizing;

use crate::aead::{self, Key};
use crate::journal::sync_folder;
use crate::{RootKey, VaultError};

const HEADER: &str = "tenantry-root-key@v1";
const FILE_BYTES_MAX: u64 = 4_096;
const MEMORY_KIB_MAX: u32 = 1_048_576;
const PASSES_MAX: u32 = 64;
const LANES_MAX: u32 = 16;

/// What opens a root key file.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Unlock<'a> {
    /// Something a person types; stretched with argon2id.
    Passphrase(&'a str),
    /// 32 random bytes from another place, see [`read_key_file`].
    KeyFile(&'a [u8; 32]),
}

impl std::fmt::Debug for Unlock<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Passphrase",
            Self::KeyFile(_) => "KeyFile",
        })
    }
}

/// What a guess at the passphrase costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StretchCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Parallel lanes.
    pub lanes: u32,
}

impl Default for StretchCost {
    /// 64 MiB, three passes, one lane: some tenths of a second.
    fn default() -> Self {
        Self { memory_kib: 65_536, passes: 3, lanes: 1 }
    }
}

/// A root key held in memory after opening its file.
pub struct SealedFile {
    key: Key,
}

impl std::fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedFile")
    }
}

impl SealedFile {
    /// Draws a root key and writes its file. Never overwrites.
    ///
    /// # Errors
    /// [`VaultError::Io`] when the file exists or cannot be made durable.
    pub fn create(
        path: &Path,
        unlock: Unlock<'_>,
        cost: StretchCost,
        entropy: &dyn Entropy,
    ) -> Result<Self, VaultError> {
        let salt = STANDARD.encode(draw::<16>(entropy));
        let line = match unlock {
            Unlock::Passphrase(_) => {
                format!(
                    "unlock passphrase argon2id {} {} {} {salt}",
                    cost.memory_kib, cost.passes, cost.lanes
                )
            }
            Unlock::KeyFile(_) => format!("unlock keyfile {salt}"),
        };
        let head = format!("{HEADER}\n{line}\n");
        let wrapping = wrapping_key(path, &line, unlock)?;
        let key = aead::draw_key(entropy);
        let sealed = aead::wrap(&wrapping, head.as_bytes(), &key, entropy)?;
        write_private(path, format!("{head}sealed {}\n", STANDARD.encode(sealed)).as_bytes())?;
        Ok(Self { key })
    }

    /// Opens a root key file.
    ///
    /// # Errors
    /// [`VaultError::Unlock`] for a wrong passphrase or an altered file, [`VaultError::Permissions`] when others may
    /// read it, [`VaultError::KeyFile`] when it is something else.
    pub fn open(path: &Path, unlock: Unlock<'_>) -> Result<Self, VaultError> {
        let malformed = |reason| VaultError::KeyFile { path: path.to_owned(), reason };
        let bytes = read_private(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| malformed("it is not text"))?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [HEADER, line, sealed, ""] = lines.as_slice() else {
            return Err(malformed("it does not have the three lines of a root key"));
        };
        let sealed = sealed.strip_prefix("sealed ").and_then(|text| STANDARD.decode(text).ok());
        let sealed = sealed.ok_or(malformed("its third line is not `sealed` and base64"))?;
        let wrapping = wrapping_key(path, line, unlock)?;
        let head = format!("{HEADER}\n{line}\n");
        let key = aead::unwrap(&wrapping, head.as_bytes(), &sealed, "root key")
            .map_err(|_| VaultError::Unlock { path: path.to_owned() })?;
        Ok(Self { key })
    }
}

impl RootKey for SealedFile {
    fn wrap(&self, context: &[u8], key: &[u8; 32], entropy: &dyn Entropy) -> Result<Vec<u8>, VaultError> {
        aead::wrap(&self.key, context, key, entropy)
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        aead::unwrap(&self.key, context, wrapped, "key under the root")
    }
}

/// Writes a new key file with 32 random bytes in base64, mode 0600. Never overwrites.
///
/// # Errors
/// [`VaultError::Io`] when the file exists or cannot be made durable.
pub fn create_key_file(path: &Path, entropy: &dyn Entropy) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let key = aead::draw_key(entropy);
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(key.as_slice())));
    write_private(path, text.as_bytes())?;
    Ok(key)
}

/// Reads a key file.
///
/// # Errors
/// [`VaultError::KeyFile`], [`VaultError::Permissions`] or [`VaultError::Io`].
pub fn read_key_file(path: &Path) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let bytes = read_private(path)?;
    let decoded = Zeroizing::new(STANDARD.decode(bytes.trim_ascii_end()).unwrap_or_default());
    <[u8; 32]>::try_from(decoded.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| VaultError::KeyFile { path: path.to_owned(), reason: "it is not 32 bytes in base64" })
}

/// Reads the PIN of a token from a file that only its owner can read; a line end does not belong to it.
///
/// # Errors
/// [`VaultError::KeyFile`], [`VaultError::Permissions`] or [`VaultError::Io`].
pub fn read_pin(path: &Path) -> Result<Zeroizing<String>, VaultError> {
    let bytes = read_private(path)?;
    let text = std::str::from_utf8(bytes.trim_ascii_end());
    text.map(|text| Zeroizing::new(text.to_owned()))
        .map_err(|_| VaultError::KeyFile { path: path.to_owned(), reason: "the PIN is not text" })
}

/// The key that encrypts the root key, from the `unlock` line and what the operator holds.
fn wrapping_key(path: &Path, line: &str, unlock: Unlock<'_>) -> Result<Key, VaultError> {
    let malformed = |reason| VaultError::KeyFile { path: path.to_owned(), reason };
    let parts: Vec<&str> = line.split(' ').collect();
    let mut key = Zeroizing::new([0; 32]);
    match (parts.as_slice(), unlock) {
        (
            ["unlock", "passphrase", "argon2id", memory, passes, lanes, salt],
            Unlock::Passphrase(passphrase),
        ) => {
            let number = |text: &str, max| text.parse().ok().filter(|value| *value <= max);
            let salt = STANDARD.decode(salt).map_err(|_| malformed("its salt is not base64"))?;
            let params = match (
                number(memory, MEMORY_KIB_MAX),
                number(passes, PASSES_MAX),
                number(lanes, LANES_MAX),
            ) {
                (Some(memory), Some(passes), Some(lanes)) => {
                    Params::new(memory, passes, lanes, Some(32)).ok()
                }
                _ => None,
            };
            let params = params.ok_or(malformed("its argon2id costs are out of range"))?;
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_into(passphrase.as_bytes(), &salt, key.as_mut())
                .map_err(|_| malformed("its argon2id salt is out of range"))?;
        }
        (["unlock", "keyfile", salt], Unlock::KeyFile(bytes)) => {
            let salt = STANDARD.decode(salt).map_err(|_| malformed("its salt is not base64"))?;
            hkdf::Salt::new(hkdf::HKDF_SHA256, &salt)
                .extract(bytes)
                .expand(&[b"tenantry/root/keyfile/v1"], hkdf::HKDF_SHA256)
                .and_then(|okm| okm.fill(key.as_mut()))
                .map_err(|_| VaultError::Cryptography { operation: "derive a key" })?;
        }
        (["unlock", "passphrase", ..], _) => {
            return Err(malformed("it opens with a passphrase, not a key file"));
        }
        (["unlock", "keyfile", ..], _) => {
            return Err(malformed("it opens with a key file, not a passphrase"));
        }
        _ => return Err(malformed("its second line is not an `unlock` line")),
    }
    Ok(key)
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let failed = |action| move |source| VaultError::Io { action, path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed("create"))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write"))?;
    sync_folder(path)
}

fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let failed = |source| VaultError::Io { action: "read", path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        let permissions = file.metadata().map_err(failed)?.permissions();
        let mode = std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777;
        if mode & 0o077 != 0 {
            return Err(VaultError::Permissions { path: path.to_owned(), mode });
        }
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(VaultError::KeyFile { path: path.to_owned(), reason: "it is larger than 4 kB" });
    }
    Ok(bytes)
}
