//! A call: who asks, why, and under which idempotency key. Every use case takes one.

use crate::RegisterError;
use tenantry_model::staff::Actor;

/// Shortest and longest reason, in characters.
const REASON_LENGTH: std::ops::RangeInclusive<usize> = 10..=1_000;
/// Longest idempotency key, in bytes.
const KEY_LENGTH_MAX: usize = 200;

/// Why an actor does what it does. Sealed with the record, because people write names into it.
#[derive(Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Parses a reason of 10 to 1000 characters.
    pub fn parse(text: &str) -> Result<Self, RegisterError> {
        let text = text.trim();
        if REASON_LENGTH.contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n')
        {
            return Ok(Self(text.to_owned()));
        }
        Err(RegisterError::invalid("/reason", "a reason has 10 to 1000 characters"))
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[reason]")
    }
}

/// A key under which a request can be repeated without doing it twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses a key of 1 to 200 printable ASCII characters.
    pub fn parse(text: &str) -> Result<Self, RegisterError> {
        let printable = text.bytes().all(|b| (0x21..=0x7e).contains(&b));
        if !text.is_empty() && text.len() <= KEY_LENGTH_MAX && printable {
            return Ok(Self(text.to_owned()));
        }
        Err(RegisterError::invalid(
            "/idempotency-key",
            "an idempotency key has 1 to 200 printable ASCII characters",
        ))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who asks, why, and under which key.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who asks.
    pub actor: Actor,
    /// Why, where the action asks for it.
    pub reason: Option<Reason>,
    /// Key under which the request may be repeated.
    pub key: Option<IdempotencyKey>,
}

impl Call {
    /// A call without reason or key.
    pub const fn by(actor: Actor) -> Self {
        Self { actor, reason: None, key: None }
    }

    /// The same call with a reason.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The same call under a key.
    #[must_use]
    pub fn under(mut self, key: IdempotencyKey) -> Self {
        self.key = Some(key);
        self
    }

    /// 16 bytes that stand for the actor in records and idempotency rows.
    pub(crate) fn actor_id(&self) -> [u8; 16] {
        match &self.actor {
            Actor::Staff { id, .. } => id.bytes(),
            Actor::ApiKey { id, .. } => id.bytes(),
            Actor::System { job } => {
                let mut id = [0; 16];
                for (slot, byte) in id.iter_mut().zip(job.as_str().bytes()) {
                    *slot = byte;
                }
                id
            }
        }
    }

    /// The actor as text, for records of who sent what.
    pub(crate) fn actor_text(&self) -> String {
        match &self.actor {
            Actor::Staff { id, .. } => id.to_string(),
            Actor::ApiKey { id, .. } => id.to_string(),
            Actor::System { job } => format!("system:{job}"),
        }
    }
}
