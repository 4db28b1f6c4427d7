//! Files for somebody outside: encrypted to a recipient's public key in the `age` format, version 1, so that the recipient opens
//! them with any of its programs. X25519 keys only; nothing here concerns what is kept in the register.

use crate::VaultError;
use std::fmt;
use zeroize::Zeroizing;

/// How a line with an X25519 identity begins.
const IDENTITY: &str = "AGE-SECRET-KEY-1";

/// To whom a file is encrypted.
#[derive(Clone)]
pub struct Recipient(age::x25519::Recipient);

impl Recipient {
    /// Reads `age1…`.
    ///
    /// # Errors
    /// [`VaultError::Recipient`] for anything else.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let key = text.trim().parse().map_err(|_| VaultError::Recipient)?;
        Ok(Self(key))
    }

    /// Encrypts a file. Twice the same file is never the same bytes.
    ///
    /// # Errors
    /// [`VaultError::Cryptography`] when the library refuses.
    pub fn encrypt(&self, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        age::encrypt(&self.0, plain)
            .map_err(|_| VaultError::Cryptography { operation: "encrypt to a recipient" })
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.0)
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Recipient {}

/// What opens files for a recipient.
pub struct Identity(age::x25519::Identity);

impl Identity {
    /// Reads the first identity of an identity file: `AGE-SECRET-KEY-1…` on a line of its own; lines with `#` are comments.
    ///
    /// # Errors
    /// [`VaultError::Identity`] when there is none.
    pub fn parse_file(text: &str) -> Result<Self, VaultError> {
        let line = text.lines().map(str::trim).find(|line| line.starts_with(IDENTITY));
        let key = line.and_then(|line| line.parse().ok()).ok_or(VaultError::Identity)?;
        Ok(Self(key))
    }

    /// The recipient whose files this opens.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// Decrypts a file, binary or as text.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it is for somebody else, was altered or cut; the two cannot always be told apart.
    pub fn decrypt(&self, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let plain = age::decrypt(&self.0, encrypted);
        plain.map(Zeroizing::new).map_err(|_| VaultError::Altered { what: "encrypted file" })
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}
