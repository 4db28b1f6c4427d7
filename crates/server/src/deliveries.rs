//! Webhook deliveries of the register, as the worker takes them.

use crate::webhooks::WebhookError;
use crate::webhooks::event::{Event, Reference};
use crate::webhooks::plan::DeliveryRow;
use crate::webhooks::sender::{Call, Failure};
use crate::webhooks::signature::{SigningSecret, SigningSecrets};
use crate::webhooks::target::{EndpointUrl, TargetPolicy};
use crate::webhooks::worker::{DeliveryStore, Settlement};
use std::fmt;
use tenantry_model::id::DeliveryId;
use tenantry_model::staff::{Actor, Job};
use tenantry_model::time::Timestamp;
use tenantry_register::outbox::{ClaimedDelivery, DeliveryOutcome, FeedEvent};
use tenantry_register::{Call as RegisterCall, Register, RegisterError};

/// What the register wants delivered.
pub struct Deliveries {
    register: Register,
    source: Reference,
    targets: TargetPolicy,
}

impl Deliveries {
    /// Deliveries in the name of the deployment at `public_url`.
    pub fn new(register: Register, public_url: &str, targets: TargetPolicy) -> Result<Self, WebhookError> {
        Ok(Self { register, source: Reference::new(public_url)?, targets })
    }

    fn prepare(&self, claimed: ClaimedDelivery) -> Result<Call, WebhookError> {
        let event = envelope(claimed.event, &self.source, Some(claimed.sequence))?;
        let secret = SigningSecret::from_bytes(&claimed.secret)?;
        Ok(Call {
            delivery: claimed.id,
            event: event.id,
            attempt: claimed.attempt,
            url: EndpointUrl::parse(&claimed.url, self.targets)?,
            secrets: SigningSecrets::new(vec![secret])?,
            body: event.to_json().into_bytes(),
        })
    }
}

/// An event of the register as it leaves.
pub(crate) fn envelope(
    event: FeedEvent,
    source: &Reference,
    sequence: Option<u64>,
) -> Result<Event, WebhookError> {
    let references = event.data.as_object().into_iter().flatten();
    let references = references.filter_map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some((name.clone(), Reference::new(text).ok()?))
    });
    Ok(Event {
        id: event.id,
        event_type: Reference::new(event.event_type)?,
        source: source.clone(),
        subject: Reference::new(event.subject)?,
        sequence,
        time: event.recorded_at,
        references: references.collect(),
    })
}

impl DeliveryStore for Deliveries {
    fn open_rows(&self, limit: usize) -> Result<Vec<DeliveryRow>, WebhookError> {
        let rows = self.register.open_deliveries(&by(), limit).map_err(stored)?;
        let row = |row: tenantry_register::outbox::OpenDelivery| DeliveryRow {
            id: row.id,
            endpoint: row.endpoint,
            subject: row.subject,
            // The register gives only the first of each subject and endpoint.
            sequence: 0,
            next_at: row.next_at,
            claimed_until: row.claimed_until,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    fn claim(&self, id: DeliveryId, now: Timestamp, until: Timestamp) -> Result<Option<Call>, WebhookError> {
        let claimed = self.register.claim_delivery(&by(), id, now, until).map_err(stored)?;
        let Some(claimed) = claimed else { return Ok(None) };
        let (attempt, at) = (claimed.attempt, now);
        match self.prepare(claimed) {
            Ok(call) => Ok(Some(call)),
            Err(error) => {
                // The endpoint was admitted under another policy, or the event holds what no event may: neither heals.
                let outcome = DeliveryOutcome::Dead { at, status: None, error: error.to_string() };
                self.register.settle_delivery(&by(), id, attempt, &outcome).map_err(stored)?;
                Ok(None)
            }
        }
    }

    fn settle(&self, id: DeliveryId, attempt: u32, settlement: &Settlement) -> Result<(), WebhookError> {
        let status = |failure: &Failure| match failure {
            Failure::Status(status) | Failure::Redirected(status) => Some(*status),
            _ => None,
        };
        let outcome = match settlement {
            Settlement::Delivered { at } => DeliveryOutcome::Delivered { at: *at },
            Settlement::Retry { next_at, failure, .. } => DeliveryOutcome::Retry {
                next_at: *next_at,
                status: status(failure),
                error: failure.to_string(),
            },
            Settlement::Dead { at, failure } => {
                DeliveryOutcome::Dead { at: *at, status: status(failure), error: failure.to_string() }
            }
            Settlement::EndpointGone { at } => DeliveryOutcome::EndpointGone { at: *at },
        };
        self.register.settle_delivery(&by(), id, attempt, &outcome).map_err(stored)
    }
}

impl fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deliveries")
    }
}

const fn by() -> RegisterCall {
    RegisterCall::by(Actor::System { job: Job::Deliveries })
}

fn stored(error: RegisterError) -> WebhookError {
    WebhookError::Store(Box::new(error))
}
