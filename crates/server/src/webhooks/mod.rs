//! Events that leave: CloudEvents 1.0 envelopes, signed as Standard Webhooks 1.0, delivered in order.
//!
//! * [`event`] writes the envelope: identifiers and references only, never personal data.
//! * [`signature`] signs it, with several secrets while one is being replaced.
//! * [`target`] decides which URLs and addresses may be called (SSRF guard).
//! * [`sender`] makes one attempt.
//! * [`schedule`] and [`plan`] are pure: when to try again, and what may go now.
//! * [`worker`] joins them over a [`worker::DeliveryStore`], which the register implements.

pub mod event;
pub mod limits;
pub mod plan;
pub mod schedule;
pub mod sender;
pub mod signature;
pub mod target;
pub mod worker;

/// What can be wrong with webhooks.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The URL of an endpoint is not acceptable.
    #[error("the endpoint URL is not accepted: {reason}")]
    Target {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An address that endpoints may not have.
    #[error("the endpoint's name leads to `{address}`, which is {why}; only public addresses are called")]
    Address {
        /// The address.
        address: std::net::IpAddr,
        /// What kind of address it is.
        why: &'static str,
    },
    /// A signing secret is malformed.
    #[error("a signing secret is `whsec_` and 24 to 64 bytes in base64")]
    Secret,
    /// An endpoint must have one to three secrets.
    #[error("an endpoint has one to {max} signing secrets, not {given}", max = limits::SECRETS_MAX)]
    SecretCount {
        /// How many there were.
        given: usize,
    },
    /// A reference in an event is not an identifier.
    #[error("a reference in an event is 1 to 128 characters of A-Z a-z 0-9 . _ : / -")]
    Reference,
    /// The store did not answer.
    #[error("the deliveries could not be read or written")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}
