//! A root key in a hardware module, through PKCS #11: an AES-256 key that never leaves the token.
//!
//! What it wraps is `version (1) | nonce (12) | ciphertext | tag (16)`, AES-GCM with the context as associated data, the same layout
//! as under the sealed file with a version of its own. One session is used by one caller at a time; the few keys directly below
//! the root are unwrapped once and then cached by the vault. Tested against SoftHSM 2.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use tenantry_model::random::{Entropy, draw};
use zeroize::Zeroizing;

use crate::{RootKey, VaultError};

const WRAP_VERSION: u8 = 2;
const NONCE_BYTES: usize = 12;
const TAG_BITS: u64 = 128;
const KEY_BYTES: u64 = 32;

/// Where a root key is in a hardware module.
#[derive(Clone, Copy)]
pub struct TokenKey<'a> {
    /// The vendor's library.
    pub module: &'a Path,
    /// Label of the token.
    pub token: &'a str,
    /// Label of the key on it.
    pub label: &'a str,
    /// PIN of the token's user.
    pub pin: &'a str,
}

impl std::fmt::Debug for TokenKey<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenKey")
            .field("module", &self.module)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// A root key that stays in a hardware module.
pub struct TokenRoot {
    session: Mutex<Session>,
    key: ObjectHandle,
    module: PathBuf,
}

impl std::fmt::Debug for TokenRoot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRoot").field("module", &self.module).finish_non_exhaustive()
    }
}

impl TokenRoot {
    /// Makes a root key on the token: sensitive, not extractable. Refuses when there is one of this label.
    ///
    /// # Errors
    /// [`VaultError::Token`] says what the module refused.
    pub fn create(at: &TokenKey<'_>) -> Result<Self, VaultError> {
        let failed = |action| refused(at.module, action);
        let session = open_session(at)?;
        if !find(&session, at)?.is_empty() {
            return Err(token(at.module, "make the root key", "there is a key of this label already"));
        }
        let template = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::Label(at.label.as_bytes().to_vec()),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
            Attribute::ValueLen(KEY_BYTES.into()),
        ];
        let key =
            session.generate_key(&Mechanism::AesKeyGen, &template).map_err(failed("make the root key"))?;
        Ok(Self { session: Mutex::new(session), key, module: at.module.to_owned() })
    }

    /// Opens the root key of this label.
    ///
    /// # Errors
    /// [`VaultError::Token`] when module, token or key is not there, or the PIN is another one.
    pub fn open(at: &TokenKey<'_>) -> Result<Self, VaultError> {
        let session = open_session(at)?;
        match find(&session, at)?.as_slice() {
            [key] => Ok(Self { key: *key, session: Mutex::new(session), module: at.module.to_owned() }),
            [] => Err(token(at.module, "find the root key", "the token has no key of this label")),
            _ => Err(token(at.module, "find the root key", "the token has several keys of this label")),
        }
    }
}

impl RootKey for TokenRoot {
    fn wrap(&self, context: &[u8], key: &[u8; 32], entropy: &dyn Entropy) -> Result<Vec<u8>, VaultError> {
        let mut nonce: [u8; NONCE_BYTES] = draw(entropy);
        let mut out = vec![WRAP_VERSION];
        out.extend_from_slice(&nonce);
        let failed = || refused(&self.module, "wrap a key");
        let gcm = GcmParams::new(&mut nonce, context, TAG_BITS.into()).map_err(failed())?;
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        out.extend(session.encrypt(&Mechanism::AesGcm(gcm), self.key, key).map_err(failed())?);
        Ok(out)
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let altered = VaultError::Altered { what: "key under the root" };
        let Some((&WRAP_VERSION, rest)) = wrapped.split_first() else { return Err(altered) };
        let Some((nonce, sealed)) = rest.split_first_chunk::<NONCE_BYTES>() else { return Err(altered) };
        let mut nonce = *nonce;
        let failed = || refused(&self.module, "unwrap a key");
        let gcm = GcmParams::new(&mut nonce, context, TAG_BITS.into()).map_err(failed())?;
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        match session.decrypt(&Mechanism::AesGcm(gcm), self.key, sealed).map(Zeroizing::new) {
            Ok(plain) => <[u8; 32]>::try_from(plain.as_slice()).map(Zeroizing::new).map_err(|_| altered),
            // The last three are what some modules say of a tag that does not fit.
            Err(Error::Pkcs11(
                RvError::EncryptedDataInvalid
                | RvError::EncryptedDataLenRange
                | RvError::GeneralError
                | RvError::FunctionFailed
                | RvError::DataInvalid,
                _,
            )) => Err(altered),
            Err(other) => Err(failed()(other)),
        }
    }
}

fn open_session(at: &TokenKey<'_>) -> Result<Session, VaultError> {
    let failed = |action| refused(at.module, action);
    let context = Pkcs11::new(at.module).map_err(failed("load the module"))?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(failed("initialise the module")(error)),
    }
    let slots = context.get_slots_with_token().map_err(failed("list tokens"))?;
    let slot = slots
        .into_iter()
        .find(|slot| context.get_token_info(*slot).is_ok_and(|info| info.label().trim_end() == at.token));
    let slot = slot.ok_or_else(|| token(at.module, "find the token", "no token has this label"))?;
    let session = context.open_rw_session(slot).map_err(failed("open a session"))?;
    match session.login(UserType::User, Some(&AuthPin::new(at.pin.into()))) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
        Err(error) => Err(failed("log in")(error)),
    }
}

fn find(session: &Session, at: &TokenKey<'_>) -> Result<Vec<ObjectHandle>, VaultError> {
    let wanted = [Attribute::Class(ObjectClass::SECRET_KEY), Attribute::Label(at.label.as_bytes().to_vec())];
    session.find_objects(&wanted).map_err(refused(at.module, "look for the root key"))
}

/// What the module said; its words name functions and codes, never key material or the PIN.
fn refused(module: &Path, action: &'static str) -> impl FnOnce(Error) -> VaultError {
    let module = module.to_owned();
    move |error| VaultError::Token { module, action, reason: error.to_string() }
}

fn token(module: &Path, action: &'static str, reason: &str) -> VaultError {
    VaultError::Token { module: module.to_owned(), action, reason: reason.to_owned() }
}
