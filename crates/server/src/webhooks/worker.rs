//! Carries out the plan: claims what is due, attempts it off the connection threads, settles the result.
//!
//! All state is in the store, so any number of processes may run a worker: a claim is taken in the store and
//! runs out by itself when its process dies. Delivery is therefore *at least once*; receivers drop repetitions
//! by `webhook-id`.

use super::WebhookError;
use super::limits::{
    ATTEMPTS_AT_ONCE, ATTEMPTS_AT_ONCE_PER_ENDPOINT, CLAIM_US, ROUND_EVERY_MAX, ROWS_PER_ROUND,
};
use super::plan::{DeliveryRow, Plan, Room, plan};
use super::schedule::{Jitter, next_at};
use super::sender::{Call, Failure, Outcome, Sender};
use crate::http::metrics::Metrics;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tenantry_model::clock::Clock;
use tenantry_model::id::DeliveryId;
use tenantry_model::random::{Entropy, draw};
use tenantry_model::time::Timestamp;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Where deliveries live. Implemented over the register; all functions may block.
pub trait DeliveryStore: Send + Sync {
    /// Open deliveries, the earliest due first, at most `limit`. For each subject and endpoint the earliest open
    /// one must be among them if any is; it is allowed to return only these.
    fn open_rows(&self, limit: usize) -> Result<Vec<DeliveryRow>, WebhookError>;

    /// Takes a delivery until `until` unless it is no longer open or is claimed beyond `now`. Counts the attempt.
    fn claim(&self, id: DeliveryId, now: Timestamp, until: Timestamp) -> Result<Option<Call>, WebhookError>;

    /// Records how the attempt ended and gives the claim back. Must do nothing when the delivery has been
    /// settled or claimed for a later attempt since.
    fn settle(&self, id: DeliveryId, attempt: u32, settlement: &Settlement) -> Result<(), WebhookError>;
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// Done.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// To be tried again.
    Retry {
        /// When it failed.
        at: Timestamp,
        /// When the next attempt is due.
        next_at: Timestamp,
        /// Why it failed.
        failure: Failure,
    },
    /// Given up: a dead letter, which a person can replay.
    Dead {
        /// When.
        at: Timestamp,
        /// Why the last attempt failed.
        failure: Failure,
    },
    /// The endpoint wants nothing more: the delivery is dead and the endpoint is to be switched off.
    EndpointGone {
        /// When.
        at: Timestamp,
    },
}

/// Delivers until told to stop.
#[derive(Clone)]
pub struct Worker {
    /// Where deliveries live.
    pub store: Arc<dyn DeliveryStore>,
    /// Makes the attempts.
    pub sender: Arc<Sender>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Spreads retries.
    pub entropy: Arc<dyn Entropy>,
    /// Counts attempts.
    pub metrics: Arc<Metrics>,
    /// Rung when there may be new deliveries, so that they leave at once.
    pub bell: Arc<Notify>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").finish_non_exhaustive()
    }
}

impl Worker {
    /// Delivers until `stop` completes, then lets the attempts under way end, which their time bound ensures.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut attempts = JoinSet::new();
        tokio::pin!(stop);
        loop {
            let pause = self.start_due(&mut attempts).await;
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(_) = attempts.join_next() => {}
                () = self.bell.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
            while attempts.try_join_next().is_some() {}
        }
        while attempts.join_next().await.is_some() {}
    }

    /// Starts what is due and says how long there is nothing else to do.
    async fn start_due(&self, attempts: &mut JoinSet<()>) -> Duration {
        let worker = self.clone();
        let claimed = tokio::task::spawn_blocking(move || worker.claim_due()).await;
        let (calls, wake_at) = match claimed {
            Ok(Ok(claimed)) => claimed,
            Ok(Err(error)) => {
                tracing::error!(%error, "webhook deliveries cannot be planned");
                return ROUND_EVERY_MAX;
            }
            Err(_) => return ROUND_EVERY_MAX,
        };
        for call in calls {
            let worker = self.clone();
            attempts.spawn_blocking(move || {
                if let Err(error) = worker.attempt(&call) {
                    tracing::error!(%error, delivery = %call.delivery, "a webhook delivery could not be recorded");
                }
            });
        }
        let wait_us =
            wake_at.map_or(i64::MAX, |at| at.as_micros().saturating_sub(self.clock.now().as_micros()));
        Duration::from_micros(u64::try_from(wait_us).unwrap_or(0)).min(ROUND_EVERY_MAX)
    }

    fn claim_due(&self) -> Result<(Vec<Call>, Option<Timestamp>), WebhookError> {
        let rows = self.store.open_rows(ROWS_PER_ROUND)?;
        self.metrics.queue_depth("webhooks", i64::try_from(rows.len()).unwrap_or(i64::MAX));
        let room = Room { total: ATTEMPTS_AT_ONCE, per_endpoint: ATTEMPTS_AT_ONCE_PER_ENDPOINT };
        let now = self.clock.now();
        let Plan { due, wake_at } = plan(&rows, now, room);
        let mut calls = Vec::new();
        for id in due {
            calls.extend(self.store.claim(id, now, now.plus_micros(CLAIM_US))?);
        }
        Ok((calls, wake_at))
    }

    fn attempt(&self, call: &Call) -> Result<(), WebhookError> {
        let outcome = self.sender.attempt(call, self.clock.now());
        let jitter = Jitter(u32::from_be_bytes(draw(self.entropy.as_ref())));
        let settlement = settle(&outcome, call.attempt, self.clock.now(), jitter);
        self.report(call, &settlement);
        self.store.settle(call.delivery, call.attempt, &settlement)
    }

    fn report(&self, call: &Call, settlement: &Settlement) {
        let (delivery, attempt) = (call.delivery, call.attempt);
        let outcome = match settlement {
            Settlement::Delivered { .. } => "delivered",
            Settlement::Retry { failure, .. } => {
                tracing::info!(%delivery, attempt, %failure, "a webhook delivery failed and will be repeated");
                "retry"
            }
            Settlement::Dead { failure, .. } => {
                tracing::warn!(%delivery, attempt, %failure, "a webhook delivery was given up");
                "dead"
            }
            Settlement::EndpointGone { .. } => {
                tracing::warn!(%delivery, attempt, "a webhook endpoint wants nothing more");
                "gone"
            }
        };
        self.metrics.delivery_attempted(outcome);
    }
}

/// What becomes of a delivery whose attempt number `attempt` ended so.
pub fn settle(outcome: &Outcome, attempt: u32, at: Timestamp, jitter: Jitter) -> Settlement {
    match *outcome {
        Outcome::Delivered => Settlement::Delivered { at },
        Outcome::Gone => Settlement::EndpointGone { at },
        Outcome::Failed { failure, retry_after_s } => match next_at(attempt, at, retry_after_s, jitter) {
            Some(next_at) => Settlement::Retry { at, next_at, failure },
            None => Settlement::Dead { at, failure },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::schedule::ATTEMPTS_MAX;

    #[test]
    fn the_last_failed_attempt_makes_a_dead_letter() {
        let at = Timestamp::from_micros(0);
        let failure = Failure::Status(500);
        let failed = Outcome::Failed { failure, retry_after_s: None };
        let retry = settle(&failed, ATTEMPTS_MAX - 1, at, Jitter(0));
        assert!(matches!(retry, Settlement::Retry { .. }));
        assert_eq!(settle(&failed, ATTEMPTS_MAX, at, Jitter(0)), Settlement::Dead { at, failure });
        assert_eq!(settle(&Outcome::Gone, 1, at, Jitter(0)), Settlement::EndpointGone { at });
        assert_eq!(settle(&Outcome::Delivered, ATTEMPTS_MAX, at, Jitter(0)), Settlement::Delivered { at });
    }
}
