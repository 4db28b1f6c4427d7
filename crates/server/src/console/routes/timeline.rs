//! What happened to an account and its parties, as the ledger tells it: records by type and time, with who acted.

use super::accounts::account_link;
use super::desk::{Desk, Trouble};
use super::session::unhex;
use super::words::{grouped, short, when};
use crate::console::views::parts::{Event, Link, Tone};
use std::collections::BTreeMap;
use tenantry_model::id::{AccountId, StaffId};
use tenantry_register::accounts::TimelineEntry;
use tenantry_register::record::RecordType;

/// Entries shown, newest first.
const SHOWN_MAX: usize = 60;

/// Who stands behind the pseudonyms of those who act: colleagues by name, system jobs by theirs.
pub(super) struct Names {
    colleagues: BTreeMap<StaffId, String>,
    me: StaffId,
}

impl Names {
    pub(super) fn of(desk: &Desk) -> Self {
        Self { colleagues: desk.colleagues(), me: desk.session.staff.id }
    }

    /// A colleague's name.
    pub(super) fn staff(&self, id: StaffId) -> String {
        match self.colleagues.get(&id) {
            _ if id == self.me => "you".to_owned(),
            Some(name) => name.clone(),
            None => short(&id.to_string()),
        }
    }

    /// Whoever acted, by the pseudonym of a record.
    pub(super) fn actor(&self, pseudonym: &str) -> String {
        let Some(bytes) = unhex::<16>(pseudonym) else { return String::new() };
        let id = StaffId::from_bytes(bytes);
        if self.colleagues.contains_key(&id) || id == self.me {
            return self.staff(id);
        }
        let job: String = bytes.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
        if !job.is_empty() && job.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            return format!("system: {}", super::words::plain(&job));
        }
        format!("API key {}", short(pseudonym))
    }
}

/// The newest entries about an account.
pub(super) fn of_account(desk: &Desk, id: AccountId, names: &Names) -> Result<Vec<Event>, Trouble> {
    let mut entries = desk.register().timeline(&desk.call(), id)?;
    entries.reverse();
    entries.truncate(SHOWN_MAX);
    Ok(entries.iter().map(|entry| event(desk, entry, names)).collect())
}

/// One entry.
pub(super) fn event(desk: &Desk, entry: &TimelineEntry, names: &Names) -> Event {
    let leaf = u64::try_from(entry.leaf).unwrap_or_default();
    Event {
        at: when(entry.at, desk.now()),
        kind: kind(entry.kind).to_owned(),
        tone: tone(entry.kind),
        text: match entry.party {
            Some(party) => format!("{}, party {}", entry.title, short(&party.to_string())),
            None => entry.title.clone(),
        },
        actor: names.actor(&entry.actor),
        link: Some(Link::new(&format!("/console/ledger?leaf={leaf}"), "record")),
        leaf: format!("#{}", grouped(leaf)),
    }
}

/// An account behind an identifier, under its reference where the viewer may read it.
pub(super) fn account_by_reference(desk: &Desk, id: AccountId) -> Link {
    let found = desk.register().account(&desk.call(), id);
    account_link(id, &found.map_or_else(|_| short(&id.to_string()), |view| view.summary.reference))
}

/// The word for a type of record.
pub(super) fn kind(number: i64) -> &'static str {
    use RegisterKind as K;
    match RegisterKind::of(number) {
        K::Facts => "facts",
        K::Decision => "decision",
        K::Account => "account",
        K::Access => "access",
        K::Case => "case",
        K::Measure => "measure",
        K::Approval => "approval",
        K::List => "list",
        K::Order => "order",
        K::House => "house",
    }
}

/// What a type of record means to the reader.
pub(super) fn tone(number: i64) -> Tone {
    match RegisterKind::of(number) {
        RegisterKind::Decision | RegisterKind::Approval => Tone::Good,
        RegisterKind::Case | RegisterKind::Measure | RegisterKind::Order => Tone::Warn,
        RegisterKind::Access => Tone::Info,
        RegisterKind::Facts | RegisterKind::Account | RegisterKind::List | RegisterKind::House => Tone::Quiet,
    }
}

enum RegisterKind {
    Facts,
    Decision,
    Account,
    Access,
    Case,
    Measure,
    Approval,
    List,
    Order,
    House,
}

impl RegisterKind {
    fn of(number: i64) -> Self {
        use RecordType as T;
        match RecordType::from_number(number) {
            Some(T::PartyRecorded | T::RolesRecorded) => Self::Facts,
            Some(T::Decided | T::MatchDismissed) => Self::Decision,
            Some(T::ApplicationReceived | T::AccountChanged | T::AccessReported | T::ReasonGiven) => {
                Self::Account
            }
            Some(T::Revealed | T::EvidenceBuilt) => Self::Access,
            Some(T::CaseOpened | T::CaseDecided | T::AppealReceived) => Self::Case,
            Some(T::MeasureProposed | T::MeasureChanged) => Self::Measure,
            Some(T::ApprovalRequested | T::ApprovalDecided) => Self::Approval,
            Some(T::ListImported | T::RescreeningDone) => Self::List,
            Some(T::OrderReceived) => Self::Order,
            _ => Self::House,
        }
    }
}
