//! Watchlists in force, and the proof that everybody was screened against them.

use super::desk::Desk;
use super::words::{counted, grouped, when};
use crate::console::views::lists::{Heartbeat, ListCard, ListsPage, SnapshotRow};
use crate::console::views::parts::{Badge, Bar, Digest, Tone, When};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_register::watchlists::{ListsView, SnapshotView};

/// Days after which a version in force is called old: publishers change their lists about daily.
const OLD_AFTER_DAYS: i64 = 2;

pub(super) async fn list(desk: Desk) -> Reply {
    desk.answer(|desk| {
        let lists = desk.register().lists(&desk.call())?;
        let now = desk.now();
        let cards = lists.in_force.iter().map(|current| card(current, &lists, now)).collect();
        Ok(page(&ListsPage { shell: desk.shell(Section::Lists), heartbeat: heartbeat(&lists), lists: cards }))
    })
    .await
}

fn heartbeat(lists: &ListsView) -> Heartbeat {
    let screened = lists.parties.saturating_sub(lists.parties_behind);
    let percent = if lists.parties == 0 { 100 } else { screened.saturating_mul(100) / lists.parties };
    let (tone, word) = match (lists.in_force.is_empty(), lists.parties_behind) {
        (true, _) => (Tone::Bad, "no list"),
        (false, 0) => (Tone::Good, "complete"),
        (false, _) => (Tone::Warn, "incomplete"),
    };
    let text = format!(
        "{} of {} parties are screened against the newest version of every list, by {}.",
        counted(screened),
        counted(lists.parties),
        lists.algorithm
    );
    let share = Bar { percent: u8::try_from(percent.clamp(0, 100)).unwrap_or(0), tone };
    Heartbeat { state: Badge::new(tone, word), text, share }
}

fn card(current: &SnapshotView, lists: &ListsView, now: Timestamp) -> ListCard {
    let age_days = (now.as_micros() - current.imported_at.as_micros()) / DAY_US;
    let old = age_days >= OLD_AFTER_DAYS;
    let earlier =
        lists.history.iter().filter(|s| s.header.list == current.header.list && s.superseded_at.is_some());
    ListCard {
        id: current.header.list.clone(),
        name: current.header.title.clone(),
        state: if old { Badge::new(Tone::Warn, "old") } else { Badge::new(Tone::Good, "in force") },
        warning: if old {
            format!(
                "Imported {age_days} days ago. Bring a newer version in with “tenantry lists import” or POST /v1/lists."
            )
        } else {
            String::new()
        },
        snapshot: Digest::new(&current.header.digest),
        published: published(current),
        imported: when(current.imported_at, now),
        entries: grouped(current.header.entities),
        earlier: earlier.map(|snapshot| row(snapshot, now)).collect(),
    }
}

fn row(snapshot: &SnapshotView, now: Timestamp) -> SnapshotRow {
    SnapshotRow {
        id: Digest::new(&snapshot.header.digest),
        published: published(snapshot),
        imported: when(snapshot.imported_at, now),
        entries: grouped(snapshot.header.entities),
    }
}

fn published(snapshot: &SnapshotView) -> Option<When> {
    snapshot.header.published_on.map(|day| When::day(&day.to_string(), ""))
}
