//! Endpoints, and messages that could not be delivered.

use super::desk::{Desk, Trouble};
use super::session::{Sent, see_other};
use super::words::when;
use crate::console::forms::BareForm;
use crate::console::views::parts::{Badge, Count, Tone};
use crate::console::views::shell::Section;
use crate::console::views::webhooks::{DeadLetter, EndpointRow, WebhooksPage};
use crate::console::{Reply, page};
use axum::extract::Path;
use std::collections::BTreeMap;
use tenantry_model::id::{DeliveryId, EndpointId};
use tenantry_model::time::Timestamp;
use tenantry_register::outbox::{DeliveryView, EndpointView};

/// Dead letters on the page, newest first.
const SHOWN_MAX: usize = 200;

pub(super) async fn list(desk: Desk) -> Reply {
    desk.answer(|desk| {
        let (register, call, now) = (desk.register(), desk.call(), desk.now());
        let endpoints = register.endpoints(&call)?;
        let urls: BTreeMap<EndpointId, String> = endpoints.iter().map(|e| (e.id, e.url.clone())).collect();
        let dead = register.dead_letters(&call)?;
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
            dead: dead.into_iter().take(SHOWN_MAX).map(|letter| letter_row(letter, &urls, now)).collect(),
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
