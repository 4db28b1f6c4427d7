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

macro_rules! event_types {
    ($($(#[$meta:meta])* $name:ident = $word:literal;)+) => {
        /// What happened. The word is a promise: once published it keeps its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventType { $($(#[$meta])* $name,)+ }

        impl EventType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The CloudEvents `type`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => concat!("tenantry.", $word),)+ }
            }
        }
    };
}

event_types! {
    /// An application was received.
    ApplicationReceived = "application.received";
    /// An application was decided.
    ApplicationDecided = "application.decided";
    /// An account was opened.
    AccountOpened = "account.opened";
    /// What the gate answers for an account changed.
    AccountGateChanged = "account.gate-changed";
    /// An account was closed.
    AccountClosed = "account.closed";
    /// A fact about a party was recorded or replaced.
    PartyChanged = "party.changed";
    /// A case was opened.
    CaseOpened = "case.opened";
    /// A case was decided.
    CaseDecided = "case.decided";
    /// A measure took effect, changed or ended.
    MeasureChanged = "measure.changed";
    /// A list snapshot came into force.
    ListUpdated = "list.updated";
    /// Somebody must approve.
    ApprovalRequested = "approval.requested";
    /// The endpoint is being tried out.
    Test = "webhook.test";
}

impl EventType {
    /// The type a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.as_str() == word)
    }
}

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
/// use tenantry_server::webhooks::event::{Event, EventType, Reference};
///
/// let event = Event {
///     id: EventId::from_bytes([1; 16]),
///     event_type: EventType::AccountOpened,
///     source: Reference::new("/deployments/demo")?,
///     subject: Reference::new("acc_00000000000000000000000001")?,
///     sequence: 3,
///     time: Timestamp::from_micros(1_000_000),
///     references: [("application", Reference::new("app_00000000000000000000000002")?)].into(),
/// };
/// assert!(event.to_json().starts_with(r#"{"specversion":"1.0","id":"evt_"#));
/// # Ok::<(), tenantry_server::webhooks::WebhookError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Names the event; the same in every delivery and every retry.
    pub id: EventId,
    /// What happened.
    pub event_type: EventType,
    /// Which deployment says so.
    pub source: Reference,
    /// What it happened to. Deliveries of one subject keep their order.
    pub subject: Reference,
    /// Place among the events of the subject, from 1; a gap tells the receiver that one is missing.
    pub sequence: u64,
    /// When it happened.
    pub time: Timestamp,
    /// Further identifiers and codes, by role.
    pub references: BTreeMap<&'static str, Reference>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: String,
    source: &'a Reference,
    #[serde(rename = "type")]
    event_type: &'static str,
    subject: &'a Reference,
    time: String,
    sequence: String,
    datacontenttype: &'static str,
    data: &'a BTreeMap<&'static str, Reference>,
}

impl Event {
    /// The body to sign and send. The same event always gives the same bytes.
    pub fn to_json(&self) -> String {
        let envelope = Envelope {
            specversion: "1.0",
            id: self.id.to_string(),
            source: &self.source,
            event_type: self.event_type.as_str(),
            subject: &self.subject,
            time: self.time.to_string(),
            // The sequence extension is a string that sorts as text.
            sequence: format!("{:020}", self.sequence),
            datacontenttype: "application/json",
            data: &self.references,
        };
        serde_json::to_string(&envelope).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_is_stable() {
        let event = Event {
            id: EventId::from_bytes([1; 16]),
            event_type: EventType::AccountGateChanged,
            source: Reference::new("/deployments/demo").unwrap(),
            subject: Reference::new("acc_1").unwrap(),
            sequence: 12,
            time: Timestamp::from_micros(1_700_000_000_000_001),
            references: [("decision", Reference::new("dec_1").unwrap())].into(),
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

    #[test]
    fn type_words_are_unique_and_read_back() {
        for one in EventType::ALL {
            assert_eq!(EventType::parse(one.as_str()), Some(*one));
        }
    }
}
