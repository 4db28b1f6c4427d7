//! API keys: `tnt_<26 characters id>_<64 hex secret><8 hex checksum>`.
//!
//! * The id is public and finds the record; the secret is 256 random bits, shown once.
//! * The checksum tells a key that was cut or mistyped from one that is unknown, before any look-up, and lets
//!   secret scanners recognise keys.
//! * What is stored is SHA-256 of the secret. A slow password hash would add nothing: it makes guessing
//!   weak secrets dear, and 256 random bits cannot be guessed at any speed, while every request would pay.
//!
//! Issuing and revoking belong to the register; it implements [`KeyDirectory`].

use super::problem::{Code, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};
use std::fmt::{self, Write as _};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use tenantry_model::id::{AccountId, ApiKeyId};
use tenantry_model::random::{Entropy, draw};
use tenantry_model::staff::Scope;
use tenantry_model::time::Timestamp;

const PREFIX: &str = "tnt_";
const ID_CHARS: usize = 26;
const SECRET_HEX: usize = 64;
const CHECKSUM_HEX: usize = 8;

/// A whole API key, as its holder has it. Prints as `[api key]`.
#[derive(Clone)]
pub struct ApiKey {
    id: ApiKeyId,
    secret: [u8; 32],
}

impl ApiKey {
    /// A new key for the record `id`.
    pub fn issue(id: ApiKeyId, entropy: &dyn Entropy) -> Self {
        Self { id, secret: draw(entropy) }
    }

    /// The key whose parts the register has just made.
    pub const fn from_parts(id: ApiKeyId, secret: [u8; 32]) -> Self {
        Self { id, secret }
    }

    /// Reads a presented key; `None` when it is damaged.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, rest) = text.strip_prefix(PREFIX)?.split_at_checked(ID_CHARS)?;
        let (secret, checksum) = rest.strip_prefix('_')?.split_at_checked(SECRET_HEX)?;
        let key = Self { id: format!("{}_{id}", ApiKeyId::PREFIX).parse().ok()?, secret: from_hex(secret)? };
        (checksum == key.checksum()).then_some(key)
    }

    /// The text to show once to the holder.
    pub fn reveal(&self) -> String {
        self.unchecked() + &self.checksum()
    }

    /// The public part.
    pub const fn id(&self) -> ApiKeyId {
        self.id
    }

    /// What is stored.
    pub fn hash(&self) -> KeyHash {
        KeyHash(Sha256::digest(self.secret).into())
    }

    fn unchecked(&self) -> String {
        let id = self.id.to_string();
        let digits = id.rsplit_once('_').map_or("", |(_, digits)| digits);
        format!("{PREFIX}{digits}_{}", to_hex(&self.secret))
    }

    fn checksum(&self) -> String {
        let mut hash = Sha256::new_with_prefix(b"tenantry api key checksum v1\0");
        hash.update(self.unchecked());
        to_hex(hash.finalize().get(..CHECKSUM_HEX / 2).unwrap_or_default())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[api key]")
    }
}

/// The stored form of a key. Compared in constant time only.
#[derive(Clone, Copy)]
pub struct KeyHash(pub [u8; 32]);

impl KeyHash {
    /// Is this the same hash? Takes the same time wherever they differ.
    pub fn matches(&self, other: &Self) -> bool {
        bool::from(self.0.ct_eq(&other.0))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key hash]")
    }
}

/// What the register knows of a key.
#[derive(Debug, Clone)]
pub struct KeyRecord {
    /// SHA-256 of the secret, see [`ApiKey::hash`].
    pub hash: KeyHash,
    /// Not valid from this instant on: the earlier of expiry and revocation.
    pub ends_at: Option<Timestamp>,
    /// Who the holder is.
    pub principal: Principal,
}

/// Where keys are looked up. Implemented over the register.
///
/// Called on the threads that serve connections, once per request: answer from memory and do not block.
pub trait KeyDirectory: Send + Sync {
    /// The record of a key, if this deployment has issued it.
    fn find(&self, id: ApiKeyId) -> Result<Option<KeyRecord>, KeysUnavailable>;
}

/// The directory cannot tell at the moment. The request is refused.
#[derive(Debug, thiserror::Error)]
#[error("API keys cannot be looked up at the moment")]
pub struct KeysUnavailable;

/// Who is asking: the holder of an API key. Handlers take it as an extractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The public part of the key; names the actor in records and logs.
    pub key: ApiKeyId,
    /// What the key may be used for.
    pub scopes: Arc<[Scope]>,
    /// The reseller account whose part of the chain the key is confined to; the whole provider when absent.
    pub confined_to: Option<AccountId>,
}

impl Principal {
    /// Fails unless the key has the scope.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        Err(Problem::new(Code::ScopeMissing).detail(format!("this needs the scope `{}`", scope.as_str())))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(Code::CredentialsMissing))
    }
}

/// Who holds the presented key, at `now`.
pub fn authenticate(presented: &str, keys: &dyn KeyDirectory, now: Timestamp) -> Result<Principal, Code> {
    let key = ApiKey::parse(presented).ok_or(Code::CredentialsMalformed)?;
    let record = keys.find(key.id()).map_err(|KeysUnavailable| Code::Unavailable)?;
    // An unknown id and a wrong secret are the same to the caller.
    let record = record.filter(|r| r.hash.matches(&key.hash())).ok_or(Code::CredentialsUnknown)?;
    if record.ends_at.is_some_and(|end| end <= now) {
        return Err(Code::CredentialsEnded);
    }
    Ok(record.principal)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != out.len() || !rest.is_empty() {
        return None;
    }
    for (slot, [high, low]) in out.iter_mut().zip(pairs) {
        *slot = (digit(*high)? << 4) | digit(*low)?;
    }
    Some(out)
}

/// Lower case only, so that a key has one spelling.
const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.fill(0x5a);
        }
    }

    struct One(KeyRecord);
    impl KeyDirectory for One {
        fn find(&self, id: ApiKeyId) -> Result<Option<KeyRecord>, KeysUnavailable> {
            Ok((id == self.0.principal.key).then(|| self.0.clone()))
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn key() -> ApiKey {
        ApiKey::issue(ApiKeyId::from_bytes([7; 16]), &Fixed)
    }

    #[test]
    fn the_written_form_is_stable_and_read_back() {
        insta::assert_snapshot!(key().reveal());
        let read = ApiKey::parse(&key().reveal()).unwrap();
        assert_eq!(read.id(), key().id());
        assert!(read.hash().matches(&key().hash()));
        assert_eq!(format!("{read:?} {:?}", read.hash()), "[api key] [key hash]");
    }

    /// Every single changed, lost or doubled character is noticed without a look-up.
    #[test]
    fn damage_is_told_from_unknown() {
        let good = key().reveal();
        for at in 0..good.len() {
            let mut changed = good.clone().into_bytes();
            changed[at] = if changed[at] == b'3' { b'4' } else { b'3' };
            assert!(ApiKey::parse(std::str::from_utf8(&changed).unwrap()).is_none(), "changed at {at}");
            let mut cut = good.clone();
            cut.remove(at);
            assert!(ApiKey::parse(&cut).is_none(), "cut at {at}");
        }
        for other in ["", "tnt_", "tnt_é", &good.to_uppercase(), &format!("{good}0"), &format!(" {good}")] {
            assert!(ApiKey::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn keys_are_accepted_until_they_end() {
        let principal = Principal { key: key().id(), scopes: [].into(), confined_to: None };
        let record = KeyRecord { hash: key().hash(), ends_at: Some(at(100)), principal: principal.clone() };
        let keys = One(record);
        let text = key().reveal();
        assert_eq!(authenticate(&text, &keys, at(99)), Ok(principal));
        assert_eq!(authenticate(&text, &keys, at(100)), Err(Code::CredentialsEnded));
        let stranger = ApiKey::issue(ApiKeyId::from_bytes([8; 16]), &Fixed).reveal();
        assert_eq!(authenticate(&stranger, &keys, at(0)), Err(Code::CredentialsUnknown));
        let wrong_secret = ApiKey { id: key().id(), secret: [0; 32] }.reveal();
        assert_eq!(authenticate(&wrong_secret, &keys, at(200)), Err(Code::CredentialsUnknown));
        assert_eq!(authenticate("tnt_oops", &keys, at(0)), Err(Code::CredentialsMalformed));
    }

    #[test]
    fn scopes_are_required_by_name() {
        let principal = Principal { key: key().id(), scopes: [Scope::Gate].into(), confined_to: None };
        assert!(principal.require(Scope::Gate).is_ok());
        let problem = principal.require(Scope::Read).unwrap_err();
        assert_eq!(problem.detail_text(), Some("this needs the scope `read`"));
    }
}
