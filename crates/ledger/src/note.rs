//! C2SP `signed-note`: a text with signature lines, and verifier keys. This crate knows no signature algorithm; the
//! caller brings one as [`NoteSigner`] or [`SignatureCheck`]. Signatures of unknown keys are ignored, as the
//! specification demands; a bad signature of a known key refuses the note.

use sha2::{Digest, Sha256};

use crate::limits::{KEY_NAME_BYTES_MAX, NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX};
use crate::text::{from_base64, to_base64};
use crate::{Hash, LedgerError};

const FORMAT: &str = "note";
const KEY: &str = "verifier key";

/// The identifier byte of a signature type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignatureType(pub u8);

impl SignatureType {
    /// Ed25519 over the note text.
    pub const ED25519: Self = Self(0x01);
    /// Timestamped Ed25519 cosignature of a checkpoint.
    pub const COSIGNATURE_ED25519: Self = Self(0x04);
    /// Timestamped ML-DSA-44 cosignature of a checkpoint.
    pub const COSIGNATURE_ML_DSA_44: Self = Self(0x06);
}

/// A public key with its name, as written in configuration: `name+keyid+base64(type | key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    signature_type: SignatureType,
    public_key: Vec<u8>,
}

impl VerifierKey {
    /// A key from its parts.
    ///
    /// # Errors
    /// When the name is empty, too long, or has a space, control character or `+`; when the key has the wrong length.
    pub fn new(name: &str, signature_type: SignatureType, public_key: &[u8]) -> Result<Self, LedgerError> {
        check_name(name, KEY)?;
        let length = match signature_type {
            SignatureType::ED25519 | SignatureType::COSIGNATURE_ED25519 => 32,
            SignatureType::COSIGNATURE_ML_DSA_44 => 1_312,
            _ => return Err(LedgerError::invalid(KEY, "type", "0x01, 0x04 or 0x06")),
        };
        if public_key.len() != length {
            return Err(LedgerError::invalid(KEY, "key", "its length is fixed by the signature type"));
        }
        Ok(Self { name: name.to_owned(), signature_type, public_key: public_key.to_vec() })
    }

    /// Reads the text form. The key id in it must be the right one.
    ///
    /// # Errors
    /// Any deviation from the form.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(LedgerError::invalid(KEY, "text", "name+keyid+base64"));
        };
        let key = from_base64(key, KEY, "key")?;
        let Some((signature_type, public_key)) = key.split_first() else {
            return Err(LedgerError::Truncated { format: KEY, part: "key" });
        };
        let parsed = Self::new(name, SignatureType(*signature_type), public_key)?;
        if format!("{:08x}", parsed.key_id()) != id {
            return Err(LedgerError::invalid(KEY, "key id", "it is derived from name and key"));
        }
        Ok(parsed)
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Type of its signatures.
    pub const fn signature_type(&self) -> SignatureType {
        self.signature_type
    }

    /// The encoded public key.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// SHA-256(name | newline | type | key), first four bytes.
    pub fn key_id(&self) -> u32 {
        let [a, b, c, d, ..] = self.fingerprint();
        u32::from_be_bytes([a, b, c, d])
    }

    /// The whole hash of which [`VerifierKey::key_id`] is the beginning; what people compare.
    pub fn fingerprint(&self) -> Hash {
        Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', self.signature_type.0])
            .chain_update(&self.public_key)
            .finalize()
            .into()
    }

    /// Whether a signature line claims to be by this key.
    pub fn matches(&self, signature: &NoteSignature) -> bool {
        self.name == signature.key_name && self.key_id() == signature.key_id
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut key = vec![self.signature_type.0];
        key.extend_from_slice(&self.public_key);
        write!(f, "{}+{:08x}+{}", self.name, self.key_id(), to_base64(&key))
    }
}

/// Signs notes. Implemented where the private key lives.
pub trait NoteSigner: Send + Sync {
    /// The public half, with the name that appears on the signature line.
    fn verifier_key(&self) -> &VerifierKey;

    /// The signature over a note text (which ends in a newline), without the key id. Types that sign a structure
    /// derived from a checkpoint parse `text` and refuse what is not one.
    ///
    /// # Errors
    /// [`LedgerError::Signing`] when it cannot or will not sign.
    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError>;
}

/// Verifies signatures. Implemented with whatever cryptography the caller has.
pub trait SignatureCheck {
    /// Whether `signature` (without key id) by `key` over the note `text` is good. `false` for unsupported types.
    fn check(&self, key: &VerifierKey, text: &str, signature: &[u8]) -> bool;
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub key_name: String,
    /// Id of the key.
    pub key_id: u32,
    /// The signature bytes.
    pub signature: Vec<u8>,
}

/// A text with its signature lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl SignedNote {
    /// Signs a text with each signer in turn.
    ///
    /// # Errors
    /// When the text is not allowed in a note or a signer fails.
    pub fn sign(text: &str, signers: &[&dyn NoteSigner]) -> Result<Self, LedgerError> {
        check_text(text)?;
        if signers.is_empty() || signers.len() > NOTE_SIGNATURES_MAX {
            return Err(LedgerError::invalid(FORMAT, "signatures", "1 to 64 signers"));
        }
        let mut signatures = Vec::with_capacity(signers.len());
        for signer in signers {
            let key = signer.verifier_key();
            let signature = signer.sign(text)?;
            signatures.push(NoteSignature { key_name: key.name.clone(), key_id: key.key_id(), signature });
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Reads a note. Nothing is verified yet.
    ///
    /// # Errors
    /// Any deviation from the format.
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        if bytes.len() > NOTE_BYTES_MAX {
            let found = bytes.len();
            return Err(LedgerError::TooLarge {
                format: FORMAT,
                part: "bytes",
                found,
                limit: NOTE_BYTES_MAX,
            });
        }
        let whole =
            std::str::from_utf8(bytes).map_err(|_| LedgerError::invalid(FORMAT, "text", "it is UTF-8"))?;
        // The text ends at the last empty line: keep its newline, drop the separating one.
        let Some((head, lines)) = whole.rsplit_once("\n\n") else {
            return Err(LedgerError::invalid(FORMAT, "text", "an empty line separates text and signatures"));
        };
        let text = format!("{head}\n");
        check_text(&text)?;
        let Some(lines) = lines.strip_suffix('\n') else {
            return Err(LedgerError::invalid(FORMAT, "signatures", "every signature line ends in a newline"));
        };
        let signatures = lines.split('\n').map(parse_signature).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > NOTE_SIGNATURES_MAX {
            let found = signatures.len();
            let limit = NOTE_SIGNATURES_MAX;
            return Err(LedgerError::TooLarge { format: FORMAT, part: "signatures", found, limit });
        }
        Ok(Self { text, signatures })
    }

    /// The signed text, with its final newline. Means nothing before [`SignedNote::verify`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in their order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a cosignature.
    pub fn push(&mut self, signature: NoteSignature) {
        self.signatures.push(signature);
    }

    /// Returns the known keys that signed.
    ///
    /// # Errors
    /// [`LedgerError::BadSignature`] when a known key's signature fails, [`LedgerError::NoKnownSignature`] when none is there.
    pub fn verify<'k>(
        &self,
        known: &'k [VerifierKey],
        check: &dyn SignatureCheck,
    ) -> Result<Vec<&'k VerifierKey>, LedgerError> {
        let mut signed = Vec::new();
        for signature in &self.signatures {
            let Some(key) = known.iter().find(|key| key.matches(signature)) else { continue };
            if !check.check(key, &self.text, &signature.signature) {
                return Err(LedgerError::BadSignature { key_name: key.name.clone() });
            }
            if !signed.contains(&key) {
                signed.push(key);
            }
        }
        if signed.is_empty() { Err(LedgerError::NoKnownSignature) } else { Ok(signed) }
    }
}

impl std::fmt::Display for SignedNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let mut bytes = signature.key_id.to_be_bytes().to_vec();
            bytes.extend_from_slice(&signature.signature);
            writeln!(f, "— {} {}", signature.key_name, to_base64(&bytes))?;
        }
        Ok(())
    }
}

fn parse_signature(line: &str) -> Result<NoteSignature, LedgerError> {
    let parts = line.strip_prefix("— ").and_then(|rest| rest.split_once(' '));
    let Some((key_name, encoded)) = parts else {
        return Err(LedgerError::invalid(FORMAT, "signatures", "em dash, space, key name, space, base64"));
    };
    check_name(key_name, FORMAT)?;
    let bytes = from_base64(encoded, FORMAT, "signatures")?;
    match bytes.split_first_chunk() {
        Some((id, signature)) if !signature.is_empty() => Ok(NoteSignature {
            key_name: key_name.to_owned(),
            key_id: u32::from_be_bytes(*id),
            signature: signature.to_vec(),
        }),
        _ => Err(LedgerError::Truncated { format: FORMAT, part: "signatures" }),
    }
}

fn check_text(text: &str) -> Result<(), LedgerError> {
    if !text.ends_with('\n') || text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(LedgerError::invalid(
            FORMAT,
            "text",
            "it ends in a newline and has no other control character",
        ));
    }
    Ok(())
}

fn check_name(name: &str, format: &'static str) -> Result<(), LedgerError> {
    let forbidden = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '+';
    if name.is_empty() || name.len() > KEY_NAME_BYTES_MAX || name.contains(forbidden) {
        return Err(LedgerError::invalid(
            format,
            "name",
            "1 to 255 bytes without spaces, control characters or '+'",
        ));
    }
    Ok(())
}
