//! Watchlists and signal lists in force, and the proof that everybody was screened against them.

use super::desk::{Desk, capital};
use super::words::{counted, grouped, when};
use crate::console::views::lists::{Heartbeat, ListCard, ListsPage, SnapshotRow};
use crate::console::views::parts::{Badge, Bar, Digest, Tone, When};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use tenantry_model::signal::SignalKind;
use tenantry_model::time::{DAY_US, Date, Timestamp};
use tenantry_register::reassess::Pass;
use tenantry_register::signal_lists::SignalListView;
use tenantry_register::watchlists::{ListsView, SnapshotView};

pub(super) async fn list(desk: Desk) -> Reply {
    desk.answer(|desk| {
        let lists = desk.register().lists(&desk.call())?;
        let now = desk.now();
        let cards = lists.in_force.iter().map(|current| card(current, &lists, now)).collect();
        let troubles = lists.troubles.iter().map(|trouble| capital(trouble)).collect();
        let refused =
            lists.refused.iter().map(|r| (when(r.at, now), format!("{}: {}", r.list, r.reason))).collect();
        let (shell, heartbeat) = (desk.shell(Section::Lists), heartbeat(&lists, now));
        let signals = lists.signal_lists.in_force.iter();
        let signals = signals.map(|current| signal_card(current, &lists, now)).collect();
        Ok(page(&ListsPage { shell, heartbeat, troubles, refused, lists: cards, signals }))
    })
    .await
}

fn heartbeat(lists: &ListsView, now: Timestamp) -> Heartbeat {
    let screened = lists.parties.saturating_sub(lists.parties_behind);
    let percent = if lists.parties == 0 { 100 } else { screened.saturating_mul(100) / lists.parties };
    let (tone, word) = match (lists.in_force.is_empty(), lists.parties_behind) {
        (true, _) => (Tone::Bad, "no list"),
        (false, 0) => (Tone::Good, "complete"),
        (false, _) => (Tone::Warn, "incomplete"),
    };
    let text = format!(
        "{} of {} active parties are screened against the newest version of every list, by {}.",
        counted(screened),
        counted(lists.parties),
        lists.algorithm
    );
    let share = Bar { percent: u8::try_from(percent.clamp(0, 100)).unwrap_or(0), tone };
    let pass = lists.last_pass.as_ref().map(|last| (when(last.ended_at, now), met(&last.pass)));
    Heartbeat { state: Badge::new(tone, word), text, share, pass }
}

/// What a pass compared with what.
fn met(pass: &Pass) -> String {
    let whole = counted(i64::try_from(pass.met_everything).unwrap_or(i64::MAX));
    if pass.met_changes == 0 {
        return format!("the parties of {whole} accounts met every entry");
    }
    format!(
        "the {} entries that had changed met the parties of {} accounts; of {whole} more, every entry was met again",
        grouped(pass.changed_entries),
        grouped(pass.met_changes)
    )
}

fn card(current: &SnapshotView, lists: &ListsView, now: Timestamp) -> ListCard {
    let age_us = now.as_micros() - current.confirmed_at.as_micros();
    let stale = lists.age_days_max.is_some_and(|days| age_us > i64::from(days) * DAY_US);
    let earlier =
        lists.history.iter().filter(|s| s.header.list == current.header.list && s.superseded_at.is_some());
    ListCard {
        id: current.header.list.clone(),
        name: current.header.title.clone(),
        source: String::new(),
        state: if stale { Badge::new(Tone::Warn, "stale") } else { Badge::new(Tone::Good, "in force") },
        snapshot: Digest::new(&current.header.digest),
        published: published(current.header.published_on),
        imported: when(current.imported_at, now),
        confirmed: when(current.confirmed_at, now),
        entries: grouped(current.header.entities),
        earlier: earlier.map(|snapshot| row(snapshot, now)).collect(),
    }
}

fn row(snapshot: &SnapshotView, now: Timestamp) -> SnapshotRow {
    SnapshotRow {
        id: Digest::new(&snapshot.header.digest),
        published: published(snapshot.header.published_on),
        imported: when(snapshot.imported_at, now),
        entries: grouped(snapshot.header.entities),
    }
}

/// A signal list. None is too old unless the deployment says that it needs it: then it is among the troubles.
fn signal_card(current: &SignalListView, lists: &ListsView, now: Timestamp) -> ListCard {
    let header = &current.header;
    let unreadable = lists.signal_lists.unreadable.contains(&header.list);
    let history = lists.signal_lists.history.iter();
    let earlier = history.filter(|s| s.header.list == header.list && s.superseded_at.is_some());
    let name = match header.kind {
        SignalKind::AnonymousNetwork => "Networks that hide their user",
        SignalKind::DisposableEmail => "Throw-away e-mail services",
    };
    ListCard {
        id: header.list.clone(),
        name: name.to_owned(),
        source: header.source.clone(),
        state: if unreadable {
            Badge::new(Tone::Bad, "unreadable")
        } else {
            Badge::new(Tone::Good, "in force")
        },
        snapshot: Digest::new(&header.digest),
        published: published(header.published_on),
        imported: when(current.imported_at, now),
        confirmed: when(current.confirmed_at, now),
        entries: grouped(header.entries),
        earlier: earlier
            .map(|version| SnapshotRow {
                id: Digest::new(&version.header.digest),
                published: published(version.header.published_on),
                imported: when(version.imported_at, now),
                entries: grouped(version.header.entries),
            })
            .collect(),
    }
}

fn published(on: Option<Date>) -> Option<When> {
    on.map(|day| When::day(&day.to_string(), ""))
}
