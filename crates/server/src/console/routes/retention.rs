//! Holds and erasures: the page, and the forms that place, renew and ask.

use super::desk::{Desk, Trouble};
use super::session::{Sent, see_other};
use super::words::{plain, short, title, when};
use crate::console::forms::{BareForm, HoldForm, LiftForm};
use crate::console::views::parts::{Badge, Choice, Count, Digest, Link, Pager, Tone};
use crate::console::views::retention::{
    BatchAct, BatchRow, DueRow, HoldAct, HoldRow, PlaceHold, RetentionPage,
};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::{Path, Query};
use serde::Deserialize;
use tenantry_model::erasure::{ErasureFate, ErasureState};
use tenantry_model::hold::{HoldKind, HoldState, Silence};
use tenantry_model::id::{ErasureId, HoldId};
use tenantry_model::time::Timestamp;
use tenantry_register::erasure::{DuePlace, DueView, ErasureView};
use tenantry_register::holds::{HoldView, NewHold};
use tenantry_register::retention::Object;
use tenantry_register::{Action, Reason};

/// Where the forms lead back to.
const HERE: &str = "/console/retention";
/// Holds, and batches, on one page.
const ROWS: usize = 100;
/// Rows of what is due on the page.
const DUE_MAX: usize = 200;
/// Objects of a batch on the page.
const OBJECTS_MAX: usize = 4;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    holds: String,
    #[serde(default)]
    batches: String,
}

/// One page of rows out of those that were read, and where the other pages are.
fn paged<T>(rows: &mut Vec<T>, asked: &str, list: &str, id: impl Fn(&T) -> String) -> Pager {
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let last = rows.last().filter(|_| more).map(id);
    Pager {
        summary: format!("{} here", rows.len()),
        previous: (!asked.is_empty()).then(|| Link::new(HERE, "Newest")),
        next: last.map(|last| Link::new(&format!("{HERE}?{list}={last}"), "Earlier")),
    }
}

pub(super) async fn show(desk: Desk, Query(asked): Query<Asked>) -> Reply {
    desk.answer(move |desk| {
        let (register, call, now) = (desk.register(), desk.call(), desk.now());
        let mut holds = register.holds(&call, asked.holds.parse().ok())?;
        let mut batches = register.erasures(&call, asked.batches.parse().ok())?;
        let due = register.due_for_erasure(&call)?;
        let count = |value: usize, label: &str| Count {
            label: label.to_owned(),
            value: value.to_string(),
            href: String::new(),
        };
        let in_force = usize::try_from(register.holds_in_force(&call)?).unwrap_or(usize::MAX);
        let held = due.iter().filter(|line| line.place == DuePlace::Held).count();
        let open = batches.iter().filter(|batch| batch.state != ErasureState::Done).count();
        let hold_pages = paged(&mut holds, &asked.holds, "holds", |hold| hold.id.to_string());
        let batch_pages = paged(&mut batches, &asked.batches, "batches", |batch| batch.id.to_string());
        let place = desk.may(Action::PlaceHold).then(|| PlaceHold {
            kinds: HoldKind::ALL.iter().map(|k| Choice::new(k.as_str(), &plain(k.as_str()))).collect(),
            silences: vec![
                Choice::new(Silence::Silent.as_str(), "must not learn of it").chosen(),
                Choice::new(Silence::Open.as_str(), "may learn of it"),
            ],
        });
        Ok(page(&RetentionPage {
            shell: desk.shell(Section::Retention),
            counts: vec![
                count(in_force, "holds in force"),
                count(due.len(), "keys due"),
                count(held, "of them held"),
                count(open, "batches under way"),
            ],
            hold_pages,
            batch_pages,
            holds: holds.into_iter().map(|hold| hold_row(desk, hold, now)).collect(),
            place,
            batches: batches.into_iter().map(|batch| batch_row(desk, batch, now)).collect(),
            due: due.into_iter().take(DUE_MAX).map(|line| due_row(&line, now)).collect(),
        }))
    })
    .await
}

pub(super) async fn place(sent: Sent<HoldForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let unknown = |what: &str| Trouble::Wrong(format!("Choose {what} from the list."));
            let new = NewHold {
                kind: form.kind.parse().map_err(|_| unknown("the kind"))?,
                silence: form.silence.parse().map_err(|_| unknown("whether the person may learn of it"))?,
                authority: form.authority.clone(),
                reference: form.reference.clone(),
                matter: form.matter.clone(),
                accounts: form.accounts.split_whitespace().map(str::to_owned).collect(),
                parties: Vec::new(),
                records_from: None,
                records_until: None,
                record_types: Vec::new(),
                owner: None,
                review_at: None,
            };
            desk.register().place_hold(&desk.call_once(once), new)?;
            Ok(see_other("/console/retention?done=held"))
        })
        .await
}

pub(super) async fn renew(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    let Sent { desk, once, .. } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let id: HoldId = id.parse().map_err(|_| Trouble::NotHere)?;
            desk.register().renew_hold(&desk.call_once(once), id)?;
            Ok(see_other("/console/retention?done=renewed"))
        })
        .await
}

pub(super) async fn release(Path(id): Path<String>, sent: Sent<LiftForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let id: HoldId = id.parse().map_err(|_| Trouble::NotHere)?;
            let reason = why(&form, "it is to be released")?;
            desk.register().request_hold_release(&desk.call_once(once).because(reason), id)?;
            Ok(see_other("/console/retention?done=asked-second"))
        })
        .await
}

pub(super) async fn ask(Path(id): Path<String>, sent: Sent<LiftForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let id: ErasureId = id.parse().map_err(|_| Trouble::NotHere)?;
            let reason = why(&form, "it is to be erased")?;
            desk.register().request_erasure(&desk.call_once(once).because(reason), id)?;
            Ok(see_other("/console/retention?done=asked-second"))
        })
        .await
}

fn why(form: &LiftForm, what: &str) -> Result<Reason, Trouble> {
    Reason::parse(&form.reason)
        .map_err(|_| Trouble::Wrong(format!("Say in at least 10 characters why {what}.")))
}

fn hold_row(desk: &Desk, hold: HoldView, now: Timestamp) -> HoldRow {
    let may = hold.state == HoldState::InForce && desk.may(Action::ReleaseHold);
    let renewable = hold.kind.renewal_days().is_some() && hold.renewed_at.is_none();
    HoldRow {
        id: hold.id.to_string(),
        kind: title(hold.kind.as_str()),
        state: match hold.state {
            HoldState::InForce => Badge::new(Tone::Info, "in force"),
            HoldState::Released => Badge::new(Tone::Quiet, "released"),
            HoldState::Lapsed => Badge::new(Tone::Quiet, "lapsed"),
        },
        silence: plain(hold.silence.as_str()),
        authority: format!("{}, {}", hold.authority, hold.reference),
        objects: hold.objects.iter().map(|object| link(*object)).collect(),
        keys: hold.keys.to_string(),
        until: hold.expires_at.map(|at| when(at, now)),
        review: when(hold.review_at, now),
        act: match (may, renewable) {
            (false, _) => HoldAct::Nothing,
            (true, false) => HoldAct::Release,
            (true, true) => HoldAct::RenewOrRelease,
        },
    }
}

fn batch_row(desk: &Desk, batch: ErasureView, now: Timestamp) -> BatchRow {
    let count = |fate| batch.items.iter().filter(|item| item.fate == fate).count();
    let keys = match batch.state {
        ErasureState::Done => format!(
            "{} erased, {} held, {} no longer due",
            count(ErasureFate::Erased),
            count(ErasureFate::Held),
            count(ErasureFate::NotDue)
        ),
        _ => batch.items.len().to_string(),
    };
    let asks = batch.state == ErasureState::Scheduled && desk.may(Action::RequestErasure);
    BatchRow {
        id: batch.id.to_string(),
        state: match batch.state {
            ErasureState::Scheduled => Badge::new(Tone::Info, "scheduled"),
            ErasureState::AwaitingSecond => Badge::new(Tone::Warn, "waits for a second person"),
            ErasureState::Approved => Badge::new(Tone::Warn, "approved"),
            ErasureState::UnderWay => Badge::new(Tone::Warn, "under way"),
            ErasureState::Done => Badge::new(Tone::Good, "done"),
        },
        keys,
        objects: batch.items.iter().take(OBJECTS_MAX).map(|item| link(item.object)).collect(),
        more: batch.items.len().saturating_sub(OBJECTS_MAX),
        from: when(batch.erase_from, now),
        content: Digest::new(&batch.content_hash.to_string()),
        act: if asks { BatchAct::Ask } else { BatchAct::Nothing },
    }
}

fn due_row(line: &DueView, now: Timestamp) -> DueRow {
    DueRow {
        object: link(line.object),
        class: match line.class {
            1 => "personal data",
            _ => "decision evidence",
        }
        .to_owned(),
        basis: line.basis.clone(),
        since: when(line.due_at, now),
        place: match line.place {
            DuePlace::Held => Badge::new(Tone::Warn, "held"),
            DuePlace::Scheduled => Badge::new(Tone::Info, "scheduled"),
            DuePlace::Next => Badge::new(Tone::Quiet, "next round"),
        },
    }
}

fn link(object: Object) -> Link {
    let id = object.to_string();
    let (what, path) = match object {
        Object::Account(_) => ("account", format!("/console/accounts/{id}")),
        Object::Party(_) => ("party", format!("/console/parties/{id}")),
        Object::Order(_) => ("order", format!("/console/orders/{id}")),
        Object::Measure(_) => ("measure", format!("/console/measures/{id}")),
        Object::Hold(_) => ("hold", "/console/retention".to_owned()),
        Object::Disclosure(_) => ("disclosure", format!("/console/disclosures/{id}")),
        Object::Staff(_) => ("member of staff", "/console/staff".to_owned()),
    };
    Link::new(&path, &format!("{what} {}", short(&id)))
}
