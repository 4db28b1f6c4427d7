//! Messages to the outside: who gets them, what waits, what was given up.
//!
//! Events are written with the change they tell of (`unit`); this module manages endpoints and moves deliveries along. A change
//! of an endpoint is a change of administration and makes a record. A delivery is bookkeeping without a leaf: it is claimed by
//! moving its next attempt behind the end of the claim, so a claim whose process died runs out by itself. Deliveries of one
//! subject to one endpoint go in order: the next is not due before the one before it is settled.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::people::administration;
use crate::salt::Salt;
use crate::{Register, RegisterError, keys};
use serde::Serialize;
use std::sync::Arc;
use tenantry_model::event::EventType;
use tenantry_model::id::{DeliveryId, EndpointId, EventId};
use tenantry_model::random::draw;
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::outbox::{self, DeliveryRow, EndpointRow, EventRow};
use zeroize::Zeroizing;

/// Bounds of endpoints and deliveries.
pub mod limits {
    /// Endpoints of a deployment, switched-off ones included.
    pub const ENDPOINTS_MAX: usize = 100;
    /// Characters in the URL of an endpoint.
    pub const URL_LENGTH_MAX: usize = 2_048;
    /// Types that one endpoint can name.
    pub const TYPES_MAX: usize = 50;
    /// Deliveries shown or planned at once.
    pub const DELIVERIES_MAX: u32 = 1_024;
    /// Events on one page of the feed.
    pub const EVENTS_PER_PAGE: u32 = 200;
    /// Characters kept of why an attempt failed.
    pub const ERROR_LENGTH_MAX: usize = 200;
}

const PENDING: &str = "pending";
const DELIVERED: &str = "delivered";
const DEAD: &str = "dead";

/// Longest a claim may last, in microseconds.
const CLAIM_US_MAX: i64 = 120_000_000;
/// What a claimed delivery says of its last attempt.
const UNDER_WAY: &str = "attempt under way";

/// An endpoint as shown; its secret is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndpointView {
    /// Identifier.
    pub id: EndpointId,
    /// Where to deliver.
    pub url: String,
    /// Types it wants; empty means all.
    pub types: Vec<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
}

/// A delivery as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryView {
    /// Identifier.
    pub id: DeliveryId,
    /// Where to.
    pub endpoint: EndpointId,
    /// What.
    pub event: EventId,
    /// What the event is about.
    pub subject: String,
    /// `pending`, `delivered` or `dead`.
    pub state: String,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next attempt is due, while it is pending.
    pub next_at: Timestamp,
    /// HTTP status of the last attempt.
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was delivered or given up.
    pub settled_at: Option<Timestamp>,
}

/// A delivery that waits, as the worker plans it: the only one of its subject and endpoint that may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDelivery {
    /// Identifier.
    pub id: DeliveryId,
    /// Where to.
    pub endpoint: EndpointId,
    /// What the event is about.
    pub subject: String,
    /// Not before this instant.
    pub next_at: Timestamp,
    /// Until when somebody is trying it.
    pub claimed_until: Option<Timestamp>,
}

/// An event as it leaves, by the feed or by a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// Identifier; the same in every delivery and attempt, and in the feed.
    pub id: EventId,
    /// Type, for example `tenantry.account.opened`.
    pub event_type: String,
    /// What it is about.
    pub subject: String,
    /// Identifiers and words by name, as JSON.
    pub data: serde_json::Value,
    /// When it happened.
    pub recorded_at: Timestamp,
}

/// Everything one attempt needs.
#[derive(Clone)]
pub struct ClaimedDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// The event.
    pub event: FeedEvent,
    /// Place among the events of this subject for this endpoint, from 1 and without gaps.
    pub sequence: u64,
    /// Number of this attempt, from 1.
    pub attempt: u32,
    /// Where it goes.
    pub url: String,
    /// What signs it.
    pub secret: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for ClaimedDelivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClaimedDelivery").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// Done.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// To be tried again.
    Retry {
        /// When the next attempt is due.
        next_at: Timestamp,
        /// HTTP status, if there was an answer.
        status: Option<u16>,
        /// Why it failed; nothing that the endpoint sent.
        error: String,
    },
    /// Given up: a dead letter, which a person can replay.
    Dead {
        /// When.
        at: Timestamp,
        /// HTTP status, if there was an answer.
        status: Option<u16>,
        /// Why the last attempt failed.
        error: String,
    },
    /// The endpoint wants nothing more: the delivery is dead and the endpoint is switched off.
    EndpointGone {
        /// When.
        at: Timestamp,
    },
}

impl Register {
    /// Adds an endpoint. Answers its identifier and its signing secret, which is shown this once. Whether the address may be
    /// called is decided by the sender.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] for an address or type that cannot be, [`RegisterError::State`] when there are too many.
    pub fn add_endpoint(
        &self,
        call: &Call,
        url: &str,
        types: &[String],
    ) -> Result<(EndpointId, [u8; 32]), RegisterError> {
        manage(call)?;
        check_url(url)?;
        check_types(types)?;
        let (url, types) = (url.to_owned(), types.join(" "));
        let request = (url.clone(), types.clone());
        let (id, salt) = self.core.change(call, Action::ManageWebhooks, &request, move |unit| {
            if outbox::endpoints(unit.tx)?.len() >= limits::ENDPOINTS_MAX {
                let (state, hint) = ("full".to_owned(), "ask for fewer, wider endpoints");
                return Err(RegisterError::State { what: "list of endpoints", state, hint });
            }
            let id = EndpointId::new(unit.now, &*unit.core.entropy);
            let subject: [u8; 16] = draw(&*unit.core.entropy);
            let salt = Salt::draw(&*unit.core.entropy);
            let row = EndpointRow {
                id,
                url: url.clone(),
                types: types.clone(),
                subject,
                secrets: unit.seal_bytes(&subject, &id.bytes(), &salt.secret(&unit.core.vault))?,
                disabled_at: None,
                created_at: unit.now,
                version: 1,
            };
            outbox::add_endpoint(unit.tx, &row)?;
            let record = administration(unit.core.deployment, "endpoint_added");
            unit.record(record.text("endpoint", id).text("url", &url).text("types", &types))?;
            Ok((id, salt))
        })?;
        Ok((id, salt.secret(&self.core.vault)))
    }

    /// All endpoints, oldest first.
    pub fn endpoints(&self, call: &Call) -> Result<Vec<EndpointView>, RegisterError> {
        manage(call)?;
        let rows = self.core.store.read(|tx| outbox::endpoints(tx).map_err(RegisterError::from))?;
        Ok(rows.into_iter().map(endpoint_view).collect())
    }

    /// The feed: events after `after`, or from the first one on, oldest first, at most `limit`. Events are in the order of the
    /// ledger, so whoever goes on after the last one seen misses none.
    pub fn events(
        &self,
        call: &Call,
        after: Option<EventId>,
        limit: usize,
    ) -> Result<Vec<FeedEvent>, RegisterError> {
        manage(call)?;
        let after = after.unwrap_or(EventId::from_bytes([0; 16]));
        let rows_max = u32::try_from(limit).unwrap_or(u32::MAX).min(limits::EVENTS_PER_PAGE);
        let rows = self
            .core
            .store
            .read(move |tx| outbox::events(tx, after, rows_max).map_err(RegisterError::from))?;
        Ok(rows.into_iter().map(feed_event).collect())
    }

    /// Switches an endpoint off. What waits for it is given up when it falls due.
    pub fn disable_endpoint(&self, call: &Call, id: EndpointId) -> Result<(), RegisterError> {
        manage(call)?;
        self.core.change(call, Action::ManageWebhooks, &("disable", id), move |unit| {
            if !outbox::disable_endpoint(unit.tx, id, unit.now)? {
                return Err(RegisterError::NotFound { what: "endpoint in use" });
            }
            let record = administration(unit.core.deployment, "endpoint_disabled").text("endpoint", id);
            unit.record(record).map(|_| ())
        })
    }

    /// Deliveries that are due, under way, or due within two minutes: of each endpoint and subject only the first that
    /// waits, the earliest due first.
    pub fn open_deliveries(&self, call: &Call, limit: usize) -> Result<Vec<OpenDelivery>, RegisterError> {
        manage(call)?;
        let soon = self.core.clock.now().plus_micros(CLAIM_US_MAX);
        let rows_max = u32::try_from(limit).unwrap_or(u32::MAX).min(limits::DELIVERIES_MAX);
        let rows =
            self.core.store.read(move |tx| outbox::due(tx, soon, rows_max).map_err(RegisterError::from))?;
        Ok(rows.into_iter().map(open_view).collect())
    }

    /// Takes a delivery until `until`, at most two minutes ahead, and counts the attempt. `None` when it is settled, claimed or
    /// not due, or its endpoint was switched off.
    pub fn claim_delivery(
        &self,
        call: &Call,
        id: DeliveryId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedDelivery>, RegisterError> {
        manage(call)?;
        let until = until.min(now.plus_micros(CLAIM_US_MAX));
        let vault = Arc::clone(&self.core.vault);
        self.core.store.write(move |tx| {
            let Some(row) =
                outbox::find_delivery(tx, id)?.filter(|row| row.state == PENDING && row.next_at <= now)
            else {
                return Ok(None);
            };
            let endpoint = outbox::find_endpoint(tx, row.endpoint)?;
            let event = outbox::find_event(tx, row.event)?;
            let (Some(endpoint), Some(event)) = (endpoint.filter(|e| e.disabled_at.is_none()), event) else {
                outbox::settle(tx, &dead(row, now, None, "the endpoint was switched off"))?;
                return Ok(None);
            };
            let claimed = DeliveryRow {
                attempts: row.attempts + 1,
                next_at: until,
                last_error: Some(UNDER_WAY.to_owned()),
                ..row
            };
            outbox::settle(tx, &claimed)?;
            let sequence = u64::try_from(outbox::place(tx, &claimed)?).unwrap_or_default();
            let secret =
                keys::open_row(tx, &vault, &endpoint.subject, &endpoint.id.bytes(), &endpoint.secrets)?;
            Ok(Some(ClaimedDelivery {
                id,
                event: feed_event(event),
                sequence,
                attempt: u32::try_from(claimed.attempts).unwrap_or(u32::MAX),
                url: endpoint.url,
                secret,
            }))
        })
    }

    /// Records how attempt number `attempt` ended. Does nothing when the delivery was settled or claimed anew since.
    pub fn settle_delivery(
        &self,
        call: &Call,
        id: DeliveryId,
        attempt: u32,
        outcome: &DeliveryOutcome,
    ) -> Result<(), RegisterError> {
        manage(call)?;
        let ended = outcome.clone();
        let gone = self.core.store.write(move |tx| {
            let ours = |row: &DeliveryRow| row.state == PENDING && row.attempts == i64::from(attempt);
            let Some(row) = outbox::find_delivery(tx, id)?.filter(ours) else { return Ok(None) };
            let endpoint = row.endpoint;
            outbox::settle(tx, &after(row, &ended))?;
            Ok::<_, RegisterError>(matches!(ended, DeliveryOutcome::EndpointGone { .. }).then_some(endpoint))
        })?;
        match gone.map(|endpoint| self.disable_endpoint(call, endpoint)) {
            // Somebody else was faster.
            None | Some(Err(RegisterError::NotFound { .. })) => Ok(()),
            Some(done) => done,
        }
    }

    /// At most `rows_max` deliveries that were given up before `before`, newest first.
    pub fn dead_letters(
        &self,
        call: &Call,
        before: Option<DeliveryId>,
        rows_max: u32,
    ) -> Result<Vec<DeliveryView>, RegisterError> {
        manage(call)?;
        let before = before.unwrap_or(DeliveryId::from_bytes([0xff; 16]));
        let rows = self
            .core
            .store
            .read(move |tx| outbox::by_state(tx, DEAD, before, rows_max).map_err(RegisterError::from))?;
        Ok(rows.into_iter().map(delivery_view).collect())
    }

    /// How many deliveries were given up.
    pub fn dead_letter_count(&self, call: &Call) -> Result<i64, RegisterError> {
        manage(call)?;
        self.core.store.read(|tx| outbox::count_in_state(tx, DEAD).map_err(RegisterError::from))
    }

    /// How many deliveries are `pending`, `delivered` and `dead`.
    pub fn delivery_counts(&self, call: &Call) -> Result<Vec<(String, i64)>, RegisterError> {
        manage(call)?;
        self.core.store.read(|tx| outbox::count_by_state(tx).map_err(RegisterError::from))
    }

    /// Puts a settled delivery back into the queue, due now.
    pub fn replay_delivery(&self, call: &Call, id: DeliveryId) -> Result<(), RegisterError> {
        manage(call)?;
        let now = self.core.clock.now();
        self.core.store.write(move |tx| {
            let row = outbox::find_delivery(tx, id)?.filter(|row| row.state != PENDING);
            let row = row.ok_or(RegisterError::NotFound { what: "settled delivery" })?;
            let endpoint = outbox::find_endpoint(tx, row.endpoint)?;
            if endpoint.is_none_or(|endpoint| endpoint.disabled_at.is_some()) {
                let (state, hint) = ("switched off".to_owned(), "add a new endpoint");
                return Err(RegisterError::State { what: "endpoint of this delivery", state, hint });
            }
            outbox::replay(tx, id, now)?;
            Ok(())
        })
    }
}

/// Who may manage webhooks sees the events of everybody, so a key confined to one reseller may not.
fn manage(call: &Call) -> Result<(), RegisterError> {
    authorise(&call.actor, Action::ManageWebhooks)?;
    match call.actor.confined_to() {
        None => Ok(()),
        Some(_) => Err(RegisterError::Forbidden { action: Action::ManageWebhooks }),
    }
}

fn check_url(url: &str) -> Result<(), RegisterError> {
    let printable = url.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    let web = url.starts_with("https://") || url.starts_with("http://");
    if web && printable && url.len() <= limits::URL_LENGTH_MAX {
        return Ok(());
    }
    let detail = format!("an address beginning with https://, at most {} characters", limits::URL_LENGTH_MAX);
    Err(RegisterError::invalid("/url", detail))
}

fn check_types(types: &[String]) -> Result<(), RegisterError> {
    match types.iter().position(|text| text.parse::<EventType>().is_err()) {
        Some(position) => {
            let known: Vec<&str> = EventType::ALL.iter().map(|known| known.as_str()).collect();
            let detail = format!("no event has this type; the types are {}", known.join(", "));
            Err(RegisterError::invalid(format!("/types/{position}"), detail))
        }
        None if types.len() > limits::TYPES_MAX => Err(RegisterError::invalid(
            "/types",
            format!("at most {} types; none means all", limits::TYPES_MAX),
        )),
        None => Ok(()),
    }
}

fn after(row: DeliveryRow, outcome: &DeliveryOutcome) -> DeliveryRow {
    match outcome {
        DeliveryOutcome::Delivered { at } => DeliveryRow {
            state: DELIVERED.to_owned(),
            last_status: None,
            last_error: None,
            settled_at: Some(*at),
            ..row
        },
        DeliveryOutcome::Retry { next_at, status, error } => DeliveryRow {
            next_at: *next_at,
            last_status: status.map(i64::from),
            last_error: Some(shortened(error)),
            ..row
        },
        DeliveryOutcome::Dead { at, status, error } => dead(row, *at, *status, error),
        DeliveryOutcome::EndpointGone { at } => dead(row, *at, Some(410), "the endpoint wants nothing more"),
    }
}

fn dead(row: DeliveryRow, at: Timestamp, status: Option<u16>, error: &str) -> DeliveryRow {
    DeliveryRow {
        state: DEAD.to_owned(),
        last_status: status.map(i64::from),
        last_error: Some(shortened(error)),
        settled_at: Some(at),
        ..row
    }
}

fn shortened(error: &str) -> String {
    error.chars().take(limits::ERROR_LENGTH_MAX).collect()
}

fn feed_event(event: EventRow) -> FeedEvent {
    FeedEvent {
        id: event.id,
        event_type: event.event_type,
        subject: event.subject,
        data: serde_json::from_str(&event.data).unwrap_or_default(),
        recorded_at: event.recorded_at,
    }
}

fn open_view(row: DeliveryRow) -> OpenDelivery {
    let claimed = row.last_error.as_deref() == Some(UNDER_WAY);
    OpenDelivery {
        id: row.id,
        endpoint: row.endpoint,
        subject: row.subject,
        next_at: row.next_at,
        claimed_until: claimed.then_some(row.next_at),
    }
}

fn delivery_view(row: DeliveryRow) -> DeliveryView {
    DeliveryView {
        id: row.id,
        endpoint: row.endpoint,
        event: row.event,
        subject: row.subject,
        state: row.state,
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        next_at: row.next_at,
        last_status: row.last_status.and_then(|status| u16::try_from(status).ok()),
        last_error: row.last_error,
        settled_at: row.settled_at,
    }
}

fn endpoint_view(row: EndpointRow) -> EndpointView {
    EndpointView {
        id: row.id,
        url: row.url,
        types: row.types.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        created_at: row.created_at,
        disabled_at: row.disabled_at,
    }
}
