//! Endpoints, and messages that could not be delivered.

use super::desk::{Desk, Trouble};
use super::session::{Sent, see_other};
use super::words::when;
use crate::console::forms::BareForm;
use crate::console::views::parts::{Badge, Count, Link, Pager, Tone};
use crate::console::views::shell::Section;
use crate::console::views::webhooks::{DeadLetter, EndpointRow, WebhooksPage};
use crate::console::{Reply, page};
use axum::extract::{Path, Query};
use serde::Deserialize;
use std::collections::BTreeMap;
use tenantry_model::id::{DeliveryId, EndpointId};
use tenantry_model::time::Timestamp;
use tenantry_register::outbox::{DeliveryView, EndpointView};

/// Dead letters on the page, newest first.
const SHOWN_MAX: u32 = 100;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    before: String,
}

pub(super) async fn list(desk: Desk, Query(asked): Query<Asked>) -> Reply {
    desk.answer(move |desk| {
        let (register, call, now) = (desk.register(), desk.call(), desk.now());
        let endpoints = register.endpoints(&call)?;
        let urls: BTreeMap<EndpointId, String> = endpoints.iter().map(|e| (e.id, e.url.clone())).collect();
        let before = asked.before.parse().ok();
        let mut dead = register.dead_letters(&call, before, SHOWN_MAX + 1)?;
        let more = dead.len() > SHOWN_MAX as usize;
        dead.truncate(SHOWN_MAX as usize);
        let pager = Pager {
            summary: format!(
                "{} here, {} in all",
                dead.len(),
                super::words::counted(register.dead_letter_count(&call)?)
            ),
            previous: before.map(|_: DeliveryId| Link::new("/console/webhooks", "First page")),
            next: dead
                .last()
                .filter(|_| more)
                .map(|last| Link::new(&format!("/console/webhooks?before={}", last.id), "Next page")),
        };
        let counts = register.delivery_counts(&call)?;
        let count = |(state, n): (String, i64)| Count {
            value: super::words::counted(n),
            label: if state == "dead" { "given up".to_owned() } else { state },
            href: String::new(),
        };
        Ok(page(&WebhooksPage {
            shell: desk.shell(Section::Webhooks),
            counts: counts.into_iter().map(count).collect(),
            endpoints: endpoints.into_iter().map(|endpoint| endpoint_row(endpoint, now)).collect(),
            dead: dead.into_iter().map(|letter| letter_row(letter, &urls, now)).collect(),
            pager,
        }))
    })
    .await
}

pub(super) async fn replay(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    sent.desk
        .at("/console/webhooks")
        .answer(move |desk| {
            let id: DeliveryId = id.parse().map_err(|_| Trouble::NotHere)?;
            desk.register().replay_delivery(&desk.call(), id)?;
            desk.console().state.deliveries_bell.notify_one();
            Ok(see_other("/console/webhooks?done=replayed"))
        })
        .await
}

fn endpoint_row(endpoint: EndpointView, now: Timestamp) -> EndpointRow {
    EndpointRow {
        id: endpoint.id.to_string(),
        url: endpoint.url,
        events: if endpoint.types.is_empty() { vec!["every event".to_owned()] } else { endpoint.types },
        state: match endpoint.disabled_at {
            None => Badge::new(Tone::Good, "in use"),
            Some(_) => Badge::new(Tone::Quiet, "switched off"),
        },
        added: when(endpoint.created_at, now),
    }
}

fn letter_row(letter: DeliveryView, urls: &BTreeMap<EndpointId, String>, now: Timestamp) -> DeadLetter {
    let answer = letter.last_status.map(|status| format!("HTTP {status}"));
    DeadLetter {
        id: letter.id.to_string(),
        event: letter.event.to_string(),
        subject: letter.subject,
        endpoint: urls.get(&letter.endpoint).cloned().unwrap_or_else(|| letter.endpoint.to_string()),
        tries: letter.attempts.to_string(),
        error: [answer, letter.last_error].into_iter().flatten().collect::<Vec<_>>().join(", "),
        at: when(letter.settled_at.unwrap_or(letter.next_at), now),
    }
}
