//! Signers of notes, whose seeds are sealed under the root, and the check of their signatures. They sign what they are given;
//! that a checkpoint extends the last one is checked by whoever calls them.

use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair as _, ML_DSA_44, ML_DSA_44_SIGNING, PqdsaKeyPair, UnparsedPublicKey,
};
use tenantry_ledger::{
    LedgerError, NoteSigner, SignatureCheck, SignatureType, SignedMessage, UnixSeconds, VerifierKey,
    cosigned_message, timestamped_signature,
};
use tenantry_model::random::Entropy;

use crate::aead;
use crate::{RootKey, SealedSecret, VaultError};

/// Bytes of an ML-DSA-44 signature.
const ML_DSA_44_BYTES: usize = 2_420;

/// Signs checkpoints and package notes with Ed25519.
pub struct CheckpointSigner {
    pair: Ed25519KeyPair,
    key: VerifierKey,
}

impl std::fmt::Debug for CheckpointSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CheckpointSigner({})", self.key)
    }
}

impl CheckpointSigner {
    /// Draws a key for the log `origin` and returns it also sealed, to be stored.
    ///
    /// # Errors
    /// When `origin` is not a key name or the root refuses.
    pub fn create(
        origin: &str,
        root: &dyn RootKey,
        entropy: &dyn Entropy,
    ) -> Result<(Self, SealedSecret), VaultError> {
        let seed = aead::draw_key(entropy);
        let sealed = SealedSecret(root.wrap(&context(origin), &seed, entropy)?);
        Ok((Self::from_seed(origin, &seed)?, sealed))
    }

    /// Opens a stored key.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it was altered or belongs to another root or origin.
    pub fn open(origin: &str, root: &dyn RootKey, sealed: &SealedSecret) -> Result<Self, VaultError> {
        let seed = root.unwrap(&context(origin), &sealed.0)?;
        Self::from_seed(origin, &seed)
    }

    /// Wraps a stored key under another root.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it does not open under `old`, or what `new` refuses.
    pub fn rewrap(
        origin: &str,
        old: &dyn RootKey,
        new: &dyn RootKey,
        sealed: &SealedSecret,
        entropy: &dyn Entropy,
    ) -> Result<SealedSecret, VaultError> {
        let context = context(origin);
        let seed = old.unwrap(&context, &sealed.0)?;
        new.wrap(&context, &seed, entropy).map(SealedSecret)
    }

    /// The key that a seed stands for, RFC 8032.
    ///
    /// # Errors
    /// When `origin` is not a key name.
    pub fn from_seed(origin: &str, seed: &[u8; 32]) -> Result<Self, VaultError> {
        let pair = ed25519(seed)?;
        let key = VerifierKey::new(origin, SignatureType::ED25519, pair.public_key().as_ref())?;
        Ok(Self { pair, key })
    }
}

impl NoteSigner for CheckpointSigner {
    fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        let signature = self.pair.sign(text.as_bytes()).as_ref().to_vec();
        proofread(&self.key, text, signature)
    }
}

/// Cosigns checkpoints with Ed25519 (type 0x04) or ML-DSA-44 (type 0x06): a log's second signature, or a witness's.
pub struct CosignatureSigner {
    pair: Pair,
    key: VerifierKey,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    MlDsa44(PqdsaKeyPair),
}

impl std::fmt::Debug for CosignatureSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CosignatureSigner({}, type {:#04x})", self.key.name(), self.key.signature_type().0)
    }
}

impl CosignatureSigner {
    /// Draws a key called `name` and returns it also sealed, to be stored.
    ///
    /// # Errors
    /// When `name` is not a key name, the type is not one of cosignatures, or the root refuses.
    pub fn create(
        name: &str,
        signature_type: SignatureType,
        root: &dyn RootKey,
        entropy: &dyn Entropy,
    ) -> Result<(Self, SealedSecret), VaultError> {
        let seed = aead::draw_key(entropy);
        let sealed = SealedSecret(root.wrap(&cosignature_context(name, signature_type), &seed, entropy)?);
        Ok((Self::from_seed(name, signature_type, &seed)?, sealed))
    }

    /// Opens a stored key.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it was altered or belongs to another root, name or type.
    pub fn open(
        name: &str,
        signature_type: SignatureType,
        root: &dyn RootKey,
        sealed: &SealedSecret,
    ) -> Result<Self, VaultError> {
        let seed = root.unwrap(&cosignature_context(name, signature_type), &sealed.0)?;
        Self::from_seed(name, signature_type, &seed)
    }

    /// Wraps a stored key under another root.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when it does not open under `old`, or what `new` refuses.
    pub fn rewrap(
        name: &str,
        signature_type: SignatureType,
        (old, new): (&dyn RootKey, &dyn RootKey),
        sealed: &SealedSecret,
        entropy: &dyn Entropy,
    ) -> Result<SealedSecret, VaultError> {
        let context = cosignature_context(name, signature_type);
        let seed = old.unwrap(&context, &sealed.0)?;
        new.wrap(&context, &seed, entropy).map(SealedSecret)
    }

    /// The key that a seed stands for: RFC 8032, or ML-DSA.KeyGen of FIPS 204.
    ///
    /// # Errors
    /// When `name` is not a key name or the type is not one of cosignatures.
    pub fn from_seed(name: &str, signature_type: SignatureType, seed: &[u8; 32]) -> Result<Self, VaultError> {
        let (pair, public) = if signature_type == SignatureType::COSIGNATURE_ML_DSA_44 {
            let pair = PqdsaKeyPair::from_seed(&ML_DSA_44_SIGNING, seed)
                .map_err(|_| VaultError::Cryptography { operation: "load a signing key" })?;
            let public = pair.public_key().as_ref().to_vec();
            (Pair::MlDsa44(pair), public)
        } else {
            let pair = ed25519(seed)?;
            let public = pair.public_key().as_ref().to_vec();
            (Pair::Ed25519(pair), public)
        };
        let key = VerifierKey::new(name, signature_type, &public)?;
        if signature_type == SignatureType::ED25519 {
            return Err(VaultError::Cryptography {
                operation: "cosign with a key that makes no cosignatures",
            });
        }
        Ok(Self { pair, key })
    }

    /// The public half.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// A signer for one moment: what it signs says that it was signed then.
    pub fn at(&self, time: UnixSeconds) -> TimedSigner<'_> {
        TimedSigner { signer: self, time }
    }
}

/// A [`CosignatureSigner`] at one moment.
#[derive(Debug)]
pub struct TimedSigner<'a> {
    signer: &'a CosignatureSigner,
    time: UnixSeconds,
}

impl NoteSigner for TimedSigner<'_> {
    fn verifier_key(&self) -> &VerifierKey {
        &self.signer.key
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        let key = &self.signer.key;
        let message = cosigned_message(key, text, self.time)?;
        let bare = match &self.signer.pair {
            Pair::Ed25519(pair) => pair.sign(&message).as_ref().to_vec(),
            Pair::MlDsa44(pair) => {
                let mut signature = vec![0; ML_DSA_44_BYTES];
                pair.sign(&message, &mut signature)
                    .map_err(|_| LedgerError::Signing { reason: "ML-DSA-44 refused".to_owned() })?;
                signature
            }
        };
        proofread(key, text, timestamped_signature(self.time, &bare))
    }
}

/// Verifies note signatures of every type we make: Ed25519, and cosignatures with Ed25519 and ML-DSA-44.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoteCheck;

impl SignatureCheck for NoteCheck {
    fn check(&self, key: &VerifierKey, text: &str, signature: &[u8]) -> bool {
        let Ok(signed) = SignedMessage::of(key, text, signature) else { return false };
        let (message, signature) = (&signed.message, signed.signature);
        match key.signature_type() {
            SignatureType::ED25519 | SignatureType::COSIGNATURE_ED25519 => {
                UnparsedPublicKey::new(&ED25519, key.public_key()).verify(message, signature).is_ok()
            }
            SignatureType::COSIGNATURE_ML_DSA_44 => {
                UnparsedPublicKey::new(&ML_DSA_44, key.public_key()).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }
}

/// A fault while signing can leak the key; what leaves here verifies.
fn proofread(key: &VerifierKey, text: &str, signature: Vec<u8>) -> Result<Vec<u8>, LedgerError> {
    if !NoteCheck.check(key, text, &signature) {
        return Err(LedgerError::Signing { reason: "the fresh signature does not verify".to_owned() });
    }
    Ok(signature)
}

fn ed25519(seed: &[u8; 32]) -> Result<Ed25519KeyPair, VaultError> {
    Ed25519KeyPair::from_seed_unchecked(seed)
        .map_err(|_| VaultError::Cryptography { operation: "load a signing key" })
}

fn context(origin: &str) -> Vec<u8> {
    [b"tenantry/secret/ed25519/v1/".as_slice(), origin.as_bytes()].concat()
}

fn cosignature_context(name: &str, signature_type: SignatureType) -> Vec<u8> {
    [b"tenantry/secret/cosignature/v1/".as_slice(), &[signature_type.0, b'/'], name.as_bytes()].concat()
}
