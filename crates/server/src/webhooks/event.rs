//! The envelope of an event: CloudEvents 1.0, structured JSON.
//!
//! An event says *that* something happened and to what, by identifier; the receiver fetches the rest with its
//! own rights. [`Reference`] admits identifiers only, so that a name cannot slip in.

use super::WebhookError;
use super::limits::REFERENCE_CHARS_MAX;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use tenantry_model::id::EventId;
use tenantry_model::time::Timestamp;

/// Media type of the body.
pub const CLOUDEVENTS_JSON: &str = "application/cloudevents+json; charset=utf-8";

/// An identifier or code inside an event: 1 to 128 characters of `A-Z a-z 0-9 . _ : / -`. No spaces, hence no names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// Checks the text.
    pub fn new(text: impl fmt::Display) -> Result<Self, WebhookError> {
        let text = text.to_string();
        let fits = (1..=REFERENCE_CHARS_MAX).contains(&text.len());
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/-".contains(&b));
        if fits && plain { Ok(Self(text)) } else { Err(WebhookError::Reference) }
    }
}

/// One event.
///
/// ```
/// use tenantry_model::id::EventId;
/// use tenantry_model::time::Timestamp;
/// use tenantry_server::webhooks::event::{Event, Reference};
///
/// let event = Event {
///     id: EventId::from_bytes([1; 16]),
///     event_type: Reference::new("tenantry.account.opened")?,
///     source: Reference::new("/deployments/demo")?,
///     subject: Reference::new("acc_00000000000000000000000001")?,
///     sequence: Some(3),
///     time: Timestamp::from_micros(1_000_000),
///     references: [("application".to_owned(), Reference::new("app_00000000000000000000000002")?)].into(),
/// };
/// assert!(event.to_json().starts_with(r#"{"specversion":"1.0","id":"evt_"#));
/// # Ok::<(), tenantry_server::webhooks::WebhookError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Names the event; the same in every delivery and every retry.
    pub id: EventId,
    /// What happened, for example `tenantry.account.opened`; once published it keeps its meaning.
    pub event_type: Reference,
    /// Which deployment says so.
    pub source: Reference,
    /// What it happened to. Deliveries of one subject keep their order.
    pub subject: Reference,
    /// In a delivery: place among the events of the subject for this endpoint, from 1; a gap tells that one is missing.
    pub sequence: Option<u64>,
    /// When it happened.
    pub time: Timestamp,
    /// Further identifiers and codes, by role.
    pub references: BTreeMap<String, Reference>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: String,
    source: &'a Reference,
    #[serde(rename = "type")]
    event_type: &'a Reference,
    subject: &'a Reference,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
    datacontenttype: &'static str,
    data: &'a BTreeMap<String, Reference>,
}

impl Event {
    /// The body to sign and send. The same event always gives the same bytes.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let envelope = Envelope {
            specversion: "1.0",
            id: self.id.to_string(),
            source: &self.source,
            event_type: &self.event_type,
            subject: &self.subject,
            time: self.time.to_string(),
            // The sequence extension is a string that sorts as text.
            sequence: self.sequence.map(|sequence| format!("{sequence:020}")),
            datacontenttype: "application/json",
            data: &self.references,
        };
        envelope.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_is_stable() {
        let event = Event {
            id: EventId::from_bytes([1; 16]),
            event_type: Reference::new("tenantry.account.gate-changed").unwrap(),
            source: Reference::new("/deployments/demo").unwrap(),
            subject: Reference::new("acc_1").unwrap(),
            sequence: Some(12),
            time: Timestamp::from_micros(1_700_000_000_000_001),
            references: [("decision".to_owned(), Reference::new("dec_1").unwrap())].into(),
        };
        insta::assert_snapshot!(event.to_json());
    }

    #[test]
    fn references_cannot_hold_names() {
        assert!(
            Reference::new("acc_0123").is_ok() && Reference::new("a".repeat(REFERENCE_CHARS_MAX)).is_ok()
        );
        for text in ["", "Jane Roe", "jane@example.org", "José", "a\"b", &"a".repeat(REFERENCE_CHARS_MAX + 1)]
        {
            assert!(Reference::new(text).is_err(), "{text}");
        }
    }
}
