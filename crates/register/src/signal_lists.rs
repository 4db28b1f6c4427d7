//! Signal lists in force: importing a new version, and what is in force.
//!
//! A new version is asked from the next assessment on and assesses nobody by itself: what it says is weak evidence about the moment an
//! address was used, and a list that changes every day would have everybody assessed every day.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::record::{Record, RecordType, Retention};
use crate::signals::{SignalsInForce, header_of};
use crate::unit::Unit;
use crate::{Register, RegisterError, world};
use serde::{Deserialize, Serialize};
use tenantry_lists::{Part, SignalReading, acceptable_signals};
use tenantry_model::event::EventType;
use tenantry_model::id::SignalListId;
use tenantry_model::signal::SignalListHeader;
use tenantry_model::time::Timestamp;
use tenantry_store::Tx;
use tenantry_store::repo::signal;

/// Versions listed, newest first.
const HISTORY_MAX: u32 = 200;
/// Longest code of a list, in bytes.
const CODE_BYTES_MAX: usize = 40;
/// Longest description of where a list comes from, in characters.
const SOURCE_CHARS_MAX: usize = 300;

/// What importing a signal list did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignalsImported {
    /// The version now in force.
    pub id: SignalListId,
    /// What it says of itself.
    pub header: SignalListHeader,
    /// Entries of the version before; `None` for the first.
    pub entries_before: Option<u64>,
    /// Whether whoever imported it accepted that it is much smaller.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Lines that were set aside, as file, line and why.
    pub notices: Vec<String>,
    /// `true` when this very version was in force already: it is confirmed.
    pub unchanged: bool,
}

/// A version of a signal list.
#[derive(Debug, Clone, Serialize)]
pub struct SignalListView {
    /// Identifier.
    pub id: SignalListId,
    /// What it says of itself.
    pub header: SignalListHeader,
    /// When it came into force here.
    pub imported_at: Timestamp,
    /// When a newer one took its place.
    pub superseded_at: Option<Timestamp>,
    /// When it was last imported and found to be this version: a list is as old as this.
    pub confirmed_at: Timestamp,
}

/// The signal lists.
#[derive(Debug, Clone, Serialize)]
pub struct SignalListsView {
    /// Versions in force.
    pub in_force: Vec<SignalListView>,
    /// All versions, newest first.
    pub history: Vec<SignalListView>,
    /// Codes of lists in force that cannot be read: whoever is assessed meanwhile is reviewed.
    pub unreadable: Vec<String>,
}

impl Register {
    /// Brings a new version of a signal list into force. Refuses one that is cut off, malformed or suddenly much smaller
    /// ([`Part::Entries`] in `without` accepts the last); the version in force stays. The version in force, imported again, is
    /// confirmed: its age begins anew.
    ///
    /// # Errors
    /// [`RegisterError::ListRefused`] says why; [`RegisterError::Invalid`] for a code or a source that is none.
    pub fn import_signals(
        &self,
        call: &Call,
        reading: &SignalReading,
        without: &[Part],
    ) -> Result<SignalsImported, RegisterError> {
        authorise(&call.actor, Action::ImportList)?;
        let header = reading.list.header().clone();
        check_naming(&header)?;
        let world = self.core.reload_world()?;
        let before = world.signals.lists.iter().find(|list| list.header().list == header.list);
        let watchlist = world.snapshots.iter().any(|snapshot| snapshot.header.list == header.list);
        let refusal = if watchlist {
            Some(format!("`{}` is the code of a watchlist; give the list a code of its own", header.list))
        } else {
            acceptable_signals(before.map(SignalsInForce::header), reading, without)
                .err()
                .map(|refusal| refusal.to_string())
        };
        if let Some(reason) = refusal {
            self.list_unreadable(call, &header.list, &reason)?;
            return Err(RegisterError::ListRefused { reason });
        }
        self.core.refused.forget(&header.list);
        let mut waived: Vec<String> = without.iter().map(ToString::to_string).collect();
        waived.sort_unstable();
        waived.dedup();
        let request = (header.list.clone(), header.digest.clone(), header.published_on, waived.clone());
        let known = before.filter(|list| list.header().digest == header.digest);
        let answer = SignalsImported {
            id: known.map_or(SignalListId::new(self.core.clock.now(), &*self.core.entropy), |list| list.id),
            header: known.map_or(header, |list| list.header().clone()),
            entries_before: before.map(|list| list.header().entries),
            without: waived,
            notices: reading.notices.iter().map(|n| format!("{}:{}: {}", n.file, n.line, n.why)).collect(),
            unchanged: known.is_some(),
        };
        let packed = reading.list.pack();
        let imported = self.core.change(call, Action::ImportList, &request, move |unit| {
            bring_into_force(unit, &packed, answer.clone())
        })?;
        self.core.reload_world()?;
        Ok(imported)
    }
}

/// The signal lists in force and their history; `unreadable` is what the world could not read of them.
pub(crate) fn view(tx: &mut dyn Tx, unreadable: Vec<String>) -> Result<SignalListsView, RegisterError> {
    let views = |rows: Vec<signal::SignalListRow>| rows.into_iter().map(list_view).collect();
    let in_force: Result<Vec<_>, _> = views(signal::current(tx)?);
    let history: Result<Vec<_>, _> = views(signal::history(tx, HISTORY_MAX)?);
    Ok(SignalListsView { in_force: in_force?, history: history?, unreadable })
}

fn list_view(row: signal::SignalListRow) -> Result<SignalListView, RegisterError> {
    Ok(SignalListView {
        header: header_of(&row)?,
        id: row.id,
        imported_at: row.imported_at,
        superseded_at: row.superseded_at,
        confirmed_at: row.confirmed_at,
    })
}

fn check_naming(header: &SignalListHeader) -> Result<(), RegisterError> {
    let code = header.list.as_bytes();
    let fits = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    if code.is_empty() || code.len() > CODE_BYTES_MAX || !code.iter().all(fits) {
        let detail = "the code of a list has 1 to 40 lower-case letters, digits or -, for example tor-exits";
        return Err(RegisterError::invalid("/list", detail));
    }
    let source = header.source.trim();
    let length = source.chars().count();
    if length == 0 || length > SOURCE_CHARS_MAX || source.chars().any(char::is_control) {
        let detail =
            "say where the list comes from, in 1 to 300 characters: its address, or the name of the file";
        return Err(RegisterError::invalid("/source", detail));
    }
    Ok(())
}

fn bring_into_force(
    unit: &mut Unit<'_>,
    packed: &[u8],
    answer: SignalsImported,
) -> Result<SignalsImported, RegisterError> {
    if answer.unchanged {
        if !signal::confirm(unit.tx, answer.id, unit.now)? {
            return Err(RegisterError::Contention);
        }
    } else {
        let row = signal::SignalListRow {
            id: answer.id,
            list: answer.header.list.clone(),
            header: serde_json::to_string(&answer.header).unwrap_or_default(),
            imported_at: unit.now,
            superseded_at: None,
            confirmed_at: unit.now,
        };
        signal::add(unit.tx, &row, packed)?;
        let told = serde_json::json!({ "signal_list": answer.id, "list": answer.header.list });
        unit.emit(EventType::ListImported, &answer.header.list, &told)?;
    }
    world::raise_generation(unit.tx)?;
    let mut record = Record::new(RecordType::ListImported, unit.core.deployment, Retention::DecisionEvidence)
        .text("signal_list", answer.id)
        .json("header", &answer.header)
        .text("set_aside", answer.notices.len())
        .text("unchanged", answer.unchanged);
    if !answer.without.is_empty() {
        record = record.text("without", answer.without.join(", "));
    }
    unit.record(record)?;
    Ok(answer)
}
