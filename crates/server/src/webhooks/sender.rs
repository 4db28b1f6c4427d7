//! One attempt to deliver one event.
//!
//! The name is resolved here and every address it leads to must be admitted; the connection goes to one of
//! exactly these addresses, so a name that changes between check and connection gains nothing. Redirects are
//! not followed, no proxy of the environment is used, and the body of the answer is never read: only the status
//! counts, and an answer may hold anything.

use super::WebhookError;
use super::event::CLOUDEVENTS_JSON;
use super::limits::{ATTEMPT_TIME_MAX, RESOLVE_TIME_MAX, RESPONSE_HEAD_BYTES_MAX};
use super::signature::SigningSecrets;
use super::target::{EndpointUrl, TargetPolicy};
use std::fmt;
use std::time::Duration;
use tenantry_model::id::{DeliveryId, EventId};
use tenantry_model::time::Timestamp;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Everything one attempt needs.
#[derive(Debug, Clone)]
pub struct Call {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The event: becomes `webhook-id`, the same in every attempt, so that the receiver can drop repetitions.
    pub event: EventId,
    /// Number of this attempt, from 1.
    pub attempt: u32,
    /// Where it goes.
    pub url: EndpointUrl,
    /// What signs it.
    pub secrets: SigningSecrets,
    /// The event as JSON.
    pub body: Vec<u8>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint answered with a status of 200 to 299.
    Delivered,
    /// Try again later; the endpoint may have said when, in seconds.
    Failed {
        /// Why.
        failure: Failure,
        /// `Retry-After` of the answer, seconds.
        retry_after_s: Option<u64>,
    },
    /// The endpoint answered 410: it wants nothing more.
    Gone,
}

/// Why an attempt failed. Holds nothing that the endpoint sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The name or an address is not admitted.
    NotAdmitted,
    /// The name leads nowhere.
    NameUnknown,
    /// No connection.
    NotConnected,
    /// No trust in the certificate, or no TLS at all.
    Tls,
    /// No answer in time.
    TimedOut,
    /// The answer is not HTTP or its head is too large.
    NotHttp,
    /// The answer is a redirect, which is not followed.
    Redirected(u16),
    /// Another status.
    Status(u16),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAdmitted => f.write_str("the endpoint's address is not admitted"),
            Self::NameUnknown => f.write_str("the endpoint's name is unknown"),
            Self::NotConnected => f.write_str("no connection"),
            Self::Tls => f.write_str("no trusted TLS connection"),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::NotHttp => f.write_str("the answer is not sound HTTP"),
            Self::Redirected(status) => write!(f, "redirected ({status}), which is not followed"),
            Self::Status(status) => write!(f, "status {status}"),
        }
    }
}

/// Makes attempts. Synchronous: call it where blocking is allowed.
#[derive(Debug)]
pub struct Sender {
    agent: Agent,
}

impl Sender {
    /// A sender that admits what the policy admits.
    pub fn new(policy: TargetPolicy) -> Self {
        Self::with_attempt_time_max(policy, ATTEMPT_TIME_MAX)
    }

    /// The same with another bound for an attempt.
    pub fn with_attempt_time_max(policy: TargetPolicy, attempt_time_max: Duration) -> Self {
        let config = Agent::config_builder()
            .https_only(policy == TargetPolicy::PublicOnly)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_idle_connections(0)
            .max_response_header_size(RESPONSE_HEAD_BYTES_MAX)
            .timeout_global(Some(attempt_time_max))
            .timeout_resolve(Some(RESOLVE_TIME_MAX))
            .user_agent(concat!("tenantry/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = GuardedResolver { policy, inner: DefaultResolver::default() };
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver) }
    }

    /// Sends the event, stamped `now`.
    pub fn attempt(&self, call: &Call, now: Timestamp) -> Outcome {
        let (message, timestamp_s) = (call.event.to_string(), now.as_micros().div_euclid(1_000_000));
        let answer = self
            .agent
            .post(call.url.as_str())
            .header("content-type", CLOUDEVENTS_JSON)
            .header("webhook-id", &message)
            .header("webhook-timestamp", timestamp_s.to_string())
            .header("webhook-signature", call.secrets.signature(&message, timestamp_s, &call.body))
            .send(&call.body[..]);
        match answer {
            Err(error) => Outcome::Failed { failure: failure_of(&error), retry_after_s: None },
            Ok(response) => {
                let asked = response.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
                outcome_of(response.status().as_u16(), asked)
            }
        }
    }
}

fn outcome_of(status: u16, retry_after_s: Option<u64>) -> Outcome {
    match status {
        200..=299 => Outcome::Delivered,
        300..=399 => Outcome::Failed { failure: Failure::Redirected(status), retry_after_s: None },
        410 => Outcome::Gone,
        _ => Outcome::Failed { failure: Failure::Status(status), retry_after_s },
    }
}

fn failure_of(error: &ureq::Error) -> Failure {
    match error {
        ureq::Error::Other(inner) if inner.is::<WebhookError>() => Failure::NotAdmitted,
        ureq::Error::RequireHttpsOnly(_) | ureq::Error::BadUri(_) => Failure::NotAdmitted,
        ureq::Error::HostNotFound => Failure::NameUnknown,
        ureq::Error::Timeout(_) => Failure::TimedOut,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::TlsRequired => Failure::Tls,
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => Failure::NotHttp,
        // rustls reports through the socket it wraps.
        ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => Failure::Tls,
        _ => Failure::NotConnected,
    }
}

/// Resolves a name and admits all of its addresses or none: a mixture is a sign of mischief.
#[derive(Debug)]
struct GuardedResolver {
    policy: TargetPolicy,
    inner: DefaultResolver,
}

impl Resolver for GuardedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = self.inner.resolve(uri, config, timeout)?;
        for address in &addresses {
            self.policy.admits(address.ip()).map_err(|refused| ureq::Error::Other(Box::new(refused)))?;
        }
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_2xx_delivers_and_only_410_ends_the_endpoint() {
        let failed = |failure, retry_after_s| Outcome::Failed { failure, retry_after_s };
        let cases = [
            (200, Outcome::Delivered),
            (204, Outcome::Delivered),
            (302, failed(Failure::Redirected(302), None)),
            (308, failed(Failure::Redirected(308), None)),
            (400, failed(Failure::Status(400), Some(9))),
            (410, Outcome::Gone),
            (429, failed(Failure::Status(429), Some(9))),
            (503, failed(Failure::Status(503), Some(9))),
        ];
        for (status, expect) in cases {
            assert_eq!(outcome_of(status, Some(9)), expect, "{status}");
        }
    }
}
