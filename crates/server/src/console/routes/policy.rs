//! The policy pack in force, another one with what it would change, and asking for it.

use super::approvals::second_person;
use super::desk::{Desk, Trouble, capital, sentence};
use super::session::{Sent, see_other};
use super::timeline::Names;
use super::words::plain;
use crate::console::forms::PolicyForm;
use crate::console::views::parts::{Badge, Digest, Tone};
use crate::console::views::policy::{Change, Period, PolicyDraft, PolicyPage, PolicyWork};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Path;
use similar::{ChangeTag, TextDiff};
use tenantry_policy::pack::Pack;
use tenantry_register::approvals::{ApprovalView, ContentHash, Pending};
use tenantry_register::packs::PackView;
use tenantry_register::{Action, Reason, RegisterError};

/// Lines shown around a change.
const AROUND: usize = 2;

pub(super) async fn show(desk: Desk) -> Reply {
    desk.answer(|desk| {
        let pack = desk.register().pack_in_force(&desk.call())?;
        let draft = PolicyDraft { text: pack.text.clone(), ..PolicyDraft::default() };
        draw(desk, pack, draft)
    })
    .await
}

pub(super) async fn one(desk: Desk, Path(hash): Path<String>) -> Reply {
    desk.answer(move |desk| {
        let hash: ContentHash = hash.parse().map_err(|_| Trouble::NotHere)?;
        let pack = desk.register().pack(&desk.call(), hash)?;
        draw(desk, pack, PolicyDraft::default())
    })
    .await
}

pub(super) async fn propose(sent: Sent<PolicyForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at("/console/policy")
        .answer(move |desk| {
            // A browser ends the lines of a form as no file does.
            let text = form.text.replace("\r\n", "\n");
            let again = |problem: String| {
                let pack = desk.register().pack_in_force(&desk.call())?;
                draw(desk, pack, PolicyDraft { text: text.clone(), reason: form.reason.clone(), problem })
            };
            let Ok(reason) = Reason::parse(&form.reason) else {
                return again("Say in at least 10 characters why another pack is to be in force.".to_owned());
            };
            match desk.register().propose_pack(&desk.call_once(once).because(reason), text.clone()) {
                Ok(_) => Ok(see_other("/console/policy?done=asked-second")),
                Err(RegisterError::Invalid { detail, .. }) => again(capital(&detail)),
                Err(error @ RegisterError::State { .. }) => again(sentence(&error)),
                Err(other) => Err(other.into()),
            }
        })
        .await
}

fn draw(desk: &Desk, view: PackView, draft: PolicyDraft) -> Result<Reply, Trouble> {
    let in_force = desk.register().pack_in_force(&desk.call())?;
    let pack = Pack::parse(&view.text).map_err(|_| Trouble::Mistake)?;
    let requested = request(desk, view.hash)?;
    let is_in_force = view.hash == in_force.hash;
    let state = match (is_in_force, &requested) {
        (true, _) => Badge::new(Tone::Good, "in force"),
        (false, Some(_)) => Badge::new(Tone::Warn, "proposed"),
        (false, None) => Badge::new(Tone::Info, "not in force"),
    };
    let work = match requested {
        Some(request) if !is_in_force => {
            PolicyWork::Approve(Box::new(second_person(desk, &request, &Names::of(desk))))
        }
        _ if is_in_force && desk.may(Action::AdoptPack) => PolicyWork::Propose(draft),
        _ => PolicyWork::Read,
    };
    let waits = is_in_force && desk.register().pack_waits(&desk.call())?;
    let pass = "Accounts that were decided under another pack are decided again now.";
    Ok(page(&PolicyPage {
        shell: desk.shell(Section::Policy),
        title: view.title,
        name: format!("{} {}", view.id, view.version),
        state,
        status: capital(&view.status),
        note: pack.header.note.clone(),
        hash: Digest::new(&view.hash.to_string()),
        pass: if waits { pass.to_owned() } else { String::new() },
        clocks: clocks(&pack),
        retention: retention(&pack),
        changes: if is_in_force { Vec::new() } else { changes(&in_force.text, &view.text) },
        text: view.text,
        work,
    }))
}

/// The request that waits for exactly this text, if the viewer made it or may answer it.
fn request(desk: &Desk, hash: ContentHash) -> Result<Option<ApprovalView>, RegisterError> {
    let waiting = desk.register().approvals(&desk.call())?.into_iter();
    let about =
        |view: &ApprovalView| matches!(&view.pending, Pending::AdoptPack { content, .. } if *content == hash);
    Ok(waiting.into_iter().find(about))
}

fn clocks(pack: &Pack) -> Vec<Period> {
    let row = |(name, timer): (&str, &tenantry_policy::pack::Timer)| Period {
        name: plain(name),
        length: format!("{} days", timer.days),
        anchor: if Pack::is_counted(name) {
            timer.anchor.clone()
        } else {
            format!("{}; stated, not counted here yet", timer.anchor)
        },
        source: format!("{}, {}", timer.requirement, timer.citation),
    };
    pack.timers().map(row).collect()
}

fn retention(pack: &Pack) -> Vec<Period> {
    let row = |(name, class): (&str, &tenantry_policy::pack::Retention)| Period {
        name: plain(name),
        length: format!("{} years", class.years),
        anchor: class.anchor.clone(),
        source: format!("{}, {}", class.requirement, class.citation),
    };
    pack.retention_classes().map(row).collect()
}

fn changes(before: &str, after: &str) -> Vec<Change> {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(AROUND);
    let lines = groups.iter().flatten().flat_map(|op| diff.iter_changes(op));
    lines
        .map(|line| {
            let text = line.value().trim_end_matches('\n').to_owned();
            match line.tag() {
                ChangeTag::Equal => Change::Same(text),
                ChangeTag::Insert => Change::Added(text),
                ChangeTag::Delete => Change::Removed(text),
            }
        })
        .collect()
}
