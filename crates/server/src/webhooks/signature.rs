//! Signatures of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, header value `v1,<base64>`.
//! While a secret is being replaced the message carries one signature per secret, separated by spaces.

use super::WebhookError;
use super::limits::SECRETS_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::str::FromStr;
use tenantry_model::random::{Entropy, draw};

const PREFIX: &str = "whsec_";
const BYTES_MIN: usize = 24;
const BYTES_MAX: usize = 64;

/// The secret shared with one endpoint, 24 to 64 bytes. Prints as `[secret]`.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

impl SigningSecret {
    /// A new secret of 32 bytes.
    pub fn issue(entropy: &dyn Entropy) -> Self {
        Self(draw::<32>(entropy).to_vec())
    }

    /// A secret as stored.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WebhookError> {
        let fits = (BYTES_MIN..=BYTES_MAX).contains(&bytes.len());
        if fits { Ok(Self(bytes.to_vec())) } else { Err(WebhookError::Secret) }
    }

    /// The text to show once to the owner of the endpoint, `whsec_…`.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn sign(&self, message: &str, timestamp_s: i64, body: &[u8]) -> String {
        // HMAC takes keys of any length, so this cannot fail; an empty signature would be refused by receivers.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(format!("{message}.{timestamp_s}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl FromStr for SigningSecret {
    type Err = WebhookError;

    fn from_str(text: &str) -> Result<Self, WebhookError> {
        let bytes = text.strip_prefix(PREFIX).and_then(|rest| STANDARD.decode(rest).ok());
        bytes.filter(|b| (BYTES_MIN..=BYTES_MAX).contains(&b.len())).map(Self).ok_or(WebhookError::Secret)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The secrets of an endpoint: the present one first, then those being phased out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSecrets(Vec<SigningSecret>);

impl SigningSecrets {
    /// One to three secrets.
    pub fn new(secrets: Vec<SigningSecret>) -> Result<Self, WebhookError> {
        if (1..=SECRETS_MAX).contains(&secrets.len()) {
            Ok(Self(secrets))
        } else {
            Err(WebhookError::SecretCount { given: secrets.len() })
        }
    }

    /// The `webhook-signature` of a message sent at `timestamp_s` seconds since 1970.
    pub fn signature(&self, message: &str, timestamp_s: i64, body: &[u8]) -> String {
        let signatures: Vec<_> =
            self.0.iter().map(|secret| secret.sign(message, timestamp_s, body)).collect();
        signatures.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message that the reference libraries of Standard Webhooks test themselves with.
    #[test]
    fn the_golden_message_has_its_golden_signature() {
        let secret: SigningSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        let secrets = SigningSecrets::new(vec![secret]).unwrap();
        let signature =
            secrets.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn rotation_signs_with_every_secret() {
        let one: SigningSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        let two = SigningSecret(vec![9; 32]);
        let alone = |s: &SigningSecret| s.sign("m", 1, b"b");
        let both = SigningSecrets::new(vec![two.clone(), one.clone()]).unwrap().signature("m", 1, b"b");
        assert_eq!(both, format!("{} {}", alone(&two), alone(&one)));
        for count in [0, SECRETS_MAX + 1] {
            assert!(SigningSecrets::new(vec![one.clone(); count]).is_err());
        }
    }

    #[test]
    fn secrets_are_bounded_read_back_and_do_not_print() {
        for (bytes, fits) in [(23, false), (24, true), (64, true), (65, false)] {
            let text = SigningSecret(vec![1; bytes]).reveal();
            assert_eq!(text.parse::<SigningSecret>().is_ok(), fits, "{bytes}");
        }
        for text in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***"] {
            assert!(text.parse::<SigningSecret>().is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", SigningSecret(vec![1; 32])), "[secret]");
    }
}
