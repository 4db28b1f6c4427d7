//! What waits for a second person, and their answer to the exact content.

use super::desk::{Desk, Trouble, approves};
use super::session::{Sent, see_other};
use super::timeline::Names;
use super::words::{plain, role_word, short, when};
use crate::console::forms::ApprovalForm;
use crate::console::views::approvals::{ApprovalPage, ApprovalRow, ApprovalsPage, ContentLine};
use crate::console::views::parts::{ApprovalStanding, Digest, Link, SecondPerson};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Path;
use tenantry_model::case::Verdict;
use tenantry_model::id::{ApprovalId, StaffId};
use tenantry_model::staff::Role;
use tenantry_register::approvals::{ApprovalView, Pending, Standing};
use tenantry_register::{Action, Reason, RegisterError};

/// What the second person types, so that no single key approves anything.
const PHRASE: &str = "approve";

pub(super) async fn list(desk: Desk) -> Reply {
    desk.answer(|desk| {
        if !approves(desk.role()) {
            return Err(RegisterError::Forbidden { action: Action::ApproveCase }.into());
        }
        let names = Names::of(desk);
        let (mut ready, mut own) = (Vec::new(), Vec::new());
        for request in desk.register().approvals(&desk.call())? {
            let row = row(desk, &request, &names);
            match request.reader {
                Standing::SecondPerson => ready.push(row),
                Standing::Requester => own.push(row),
            }
        }
        Ok(page(&ApprovalsPage { shell: desk.shell(Section::Approvals), ready, own }))
    })
    .await
}

fn row(desk: &Desk, request: &ApprovalView, names: &Names) -> ApprovalRow {
    let now = desk.now();
    ApprovalRow {
        id: request.id.to_string(),
        kind: kind(&request.pending).to_owned(),
        subject: subject(&request.pending, names),
        effect: effect(&request.pending),
        maker: names.staff(request.requested_by),
        asked: when(request.requested_at, now),
        lapses: when(request.expires_at, now),
        content: Digest::new(&request.content_hash.to_string()),
    }
}

pub(super) async fn one(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| {
        let id: ApprovalId = id.parse().map_err(|_| Trouble::NotHere)?;
        let request = desk.register().approval(&desk.call(), id)?;
        let names = Names::of(desk);
        Ok(page(&ApprovalPage {
            shell: desk.shell(Section::Approvals),
            kind: kind(&request.pending).to_owned(),
            subject: subject(&request.pending, &names),
            content: content(desk, &request.pending),
            evidence: match &request.pending {
                Pending::DecideCase { .. } => {
                    "Evidence and note are in the case. Open it and take it; that you looked is recorded, \
                                               and you can approve there."
                        .to_owned()
                }
                Pending::ApproveMeasure { .. }
                | Pending::LiftMeasure { .. }
                | Pending::ExtendMeasure { .. } => {
                    "Whom it hits is on the page of the measure; you can approve there.".to_owned()
                }
                Pending::Disclose { .. } => {
                    "What exactly would leave is on the page of the disclosure; you can approve there."
                        .to_owned()
                }
                Pending::ReleaseHold { .. } | Pending::Erase { .. } => {
                    "What it covers is on the page of holds and erasures.".to_owned()
                }
                Pending::RotateKeys { .. } => String::new(),
                Pending::AdoptPack { .. } => {
                    "The text, and what it changes in the one in force, is on the page of the pack; you can approve there.".to_owned()
                }
                Pending::AddStaff { .. } => {
                    "Make sure, by another way than this page, that this person exists and is to work here."
                        .to_owned()
                }
                Pending::MakeKey { .. } => {
                    "Make sure, by another way than this page, that the machine is to do this and nothing more."
                        .to_owned()
                }
                Pending::LoginLink { .. } => {
                    "Make sure, by another way than this page, that this person asked for it.".to_owned()
                }
            },
            second: second_person(desk, &request, &names),
        }))
    })
    .await
}

pub(super) async fn answer(Path(id): Path<String>, sent: Sent<ApprovalForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    let here = id.parse::<ApprovalId>().map(|id| format!("/console/approvals/{id}")).unwrap_or_default();
    desk.at(&here)
        .answer(move |desk| {
            let id: ApprovalId = id.parse().map_err(|_| Trouble::NotHere)?;
            let call = desk.call_once(once);
            if form.verdict == "return" {
                let reason = Reason::parse(&form.note).map_err(|_| {
                    Trouble::Wrong("Say in at least 10 characters why it goes back.".to_owned())
                })?;
                desk.register().reject(&call.because(reason), id)?;
                return Ok(see_other("/console/approvals?done=returned"));
            }
            if form.verdict != PHRASE || form.phrase.trim().to_lowercase() != PHRASE {
                return Err(Trouble::Wrong(format!("To approve, type the word “{PHRASE}” into its field.")));
            }
            let seen =
                form.content.parse().map_err(|_| Trouble::Wrong("The form names no content.".to_owned()))?;
            desk.register().approve(&call, id, seen)?;
            desk.console().state.world_bell.notify_one();
            Ok(see_other("/console/approvals?done=approved"))
        })
        .await
}

/// The request as its second person meets it.
pub(super) fn second_person(desk: &Desk, request: &ApprovalView, names: &Names) -> SecondPerson {
    let now = desk.now();
    let standing = match (request.state.as_str(), request.reader) {
        ("waiting", Standing::SecondPerson) => ApprovalStanding::Ready,
        ("waiting", Standing::Requester) => ApprovalStanding::Own,
        (state, _) => ApprovalStanding::Over(format!("This request is over: {}.", plain(state))),
    };
    SecondPerson {
        id: request.id.to_string(),
        maker: names.staff(request.requested_by),
        asked: when(request.requested_at, now),
        effect: effect(&request.pending),
        content: Digest::new(&request.content_hash.to_string()),
        reason: request.reason.as_deref().map(plain).unwrap_or_default(),
        standing,
        lapses: when(request.expires_at, now),
    }
}

const fn kind(pending: &Pending) -> &'static str {
    match pending {
        Pending::ApproveMeasure { .. } => "measure",
        Pending::LiftMeasure { .. } => "lifting of a measure",
        Pending::ExtendMeasure { .. } => "extension of a measure",
        Pending::DecideCase { .. } => "verdict on a case",
        Pending::Disclose { .. } => "disclosure",
        Pending::ReleaseHold { .. } => "release of a hold",
        Pending::Erase { .. } => "erasure",
        Pending::RotateKeys { .. } => "change of keys",
        Pending::AdoptPack { .. } => "policy pack",
        Pending::AddStaff { .. } => "new member of staff",
        Pending::LoginLink { .. } => "log-in link",
        Pending::MakeKey { .. } => "API key",
    }
}

fn subject(pending: &Pending, names: &Names) -> Link {
    let object = pending.object();
    match pending {
        Pending::ApproveMeasure { .. } | Pending::LiftMeasure { .. } | Pending::ExtendMeasure { .. } => {
            Link::new(&format!("/console/measures/{object}"), &format!("measure {}", short(&object)))
        }
        Pending::DecideCase { .. } => {
            Link::new(&format!("/console/cases/{object}"), &format!("case {}", short(&object)))
        }
        Pending::Disclose { .. } => {
            Link::new(&format!("/console/disclosures/{object}"), &format!("disclosure {}", short(&object)))
        }
        Pending::ReleaseHold { .. } => Link::new("/console/retention", &format!("hold {}", short(&object))),
        Pending::RotateKeys { rotation } => Link::new("", &rotation.to_string()),
        Pending::AdoptPack { pack, version, content } => {
            Link::new(&format!("/console/policy/{content}"), &format!("{pack}, version {version}"))
        }
        Pending::AddStaff { staff, role, .. } | Pending::LoginLink { staff, role } => {
            Link::new("", &format!("{}, {}", names.staff(*staff), role_word(*role)))
        }
        Pending::MakeKey { label, .. } => Link::new("", label),
        Pending::Erase { .. } => Link::new("/console/retention", &format!("erasure {}", short(&object))),
    }
}

fn effect(pending: &Pending) -> String {
    match pending {
        Pending::ApproveMeasure { .. } => {
            "puts the measure into force from its date on, for every account it reaches"
        }
        Pending::LiftMeasure { .. } => "ends the measure now; accounts it held back are assessed again",
        Pending::ExtendMeasure { .. } => "puts off the end of the measure, for every account it reaches",
        Pending::DecideCase { verdict: Verdict::Confirm, .. } => {
            "carries the verdict out: the account is refused, or suspended if it was open"
        }
        Pending::DecideCase { .. } => "carries the verdict out and assesses the account again",
        Pending::Disclose { .. } => "lets exactly this package be built and handed over",
        Pending::ReleaseHold { .. } => {
            "ends the hold; what is due is scheduled for erasure like anything else"
        }
        Pending::RotateKeys { .. } => {
            "lets whoever holds the machine change exactly this key once, with `tenantry keys`"
        }
        Pending::AdoptPack { .. } => {
            "puts the pack into force: whoever applies is decided under it at once, everybody else in the next pass"
        }
        Pending::AddStaff { .. } => {
            "gives this person access in this role; whoever asked is then shown a one-time link for them"
        }
        Pending::LoginLink { .. } => {
            "shows whoever asked one link, with which this person's password and authenticator are set anew"
        }
        Pending::MakeKey { .. } => {
            "lets whoever asked make this key once and see its secret; whoever holds it can do exactly what is listed"
        }
        Pending::Erase { .. } => {
            "destroys exactly these keys once their days of grace are over, unless a hold is placed before"
        }
    }
    .to_owned()
}

/// The content, line by line: what the hash is over.
fn content(desk: &Desk, pending: &Pending) -> Vec<ContentLine> {
    let line = |label: &str, value: String| ContentLine { label: label.to_owned(), value };
    match pending {
        Pending::ApproveMeasure { measure, content } | Pending::LiftMeasure { measure, content } => {
            vec![line("Measure", measure.to_string()), line("Digest of its text", content.to_string())]
        }
        Pending::ExtendMeasure { measure, content, until, notice, noticed_on } => vec![
            line("Measure", measure.to_string()),
            line("Digest of its text as it stands", content.to_string()),
            line("Ends instead", until.to_string()),
            line("Notice", notice.clone()),
            line("Date of the notice", noticed_on.to_string()),
        ],
        Pending::Disclose { disclosure, content } => {
            vec![line("Disclosure", disclosure.to_string()), line("Digest of its scope", content.to_string())]
        }
        Pending::ReleaseHold { hold, content } => {
            vec![line("Hold", hold.to_string()), line("Digest of it as it stands", content.to_string())]
        }
        Pending::AddStaff { staff, role, content } => {
            let mut lines = person(desk, *staff, *role);
            lines.push(line("Digest of name and log-in", content.to_string()));
            lines
        }
        Pending::LoginLink { staff, role } => person(desk, *staff, *role),
        Pending::MakeKey { key, label, scopes, reseller } => {
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            let confined = match reseller {
                Some(reseller) => format!("the reseller {reseller} and what is below it"),
                None => "nothing: the whole provider".to_owned(),
            };
            vec![
                line("What it is for", label.clone()),
                line("What it may do", scopes.join(", ")),
                line("Confined to", confined),
                line("Identifier", key.to_string()),
            ]
        }
        Pending::RotateKeys { rotation } => vec![line("Key to be changed", rotation.to_string())],
        Pending::AdoptPack { pack, version, content } => vec![
            line("Pack", pack.clone()),
            line("Version", version.clone()),
            line("SHA-256 of its text", content.to_string()),
        ],
        Pending::Erase { erasure, content } => {
            vec![line("Erasure", erasure.to_string()), line("Digest of its keys", content.to_string())]
        }
        Pending::DecideCase { case, account, verdict, reason_code, confirmed, concern, note } => {
            let mut lines = vec![line("Case", case.to_string())];
            lines.extend(account.map(|account| line("Account", account.to_string())));
            lines.push(line("Verdict", plain(verdict.as_str())));
            lines.push(line("Reason", plain(reason_code.as_str())));
            if !confirmed.is_empty() {
                lines.push(line("Confirmed are", confirmed.join(", ")));
            }
            lines.push(line("Digest of the concern", concern.to_string()));
            lines.push(line("Digest of the note", note.to_string()));
            lines
        }
    }
}

/// Who is to be let in. Among colleagues names are no secret, so the console asks in its own name.
fn person(desk: &Desk, id: StaffId, role: Role) -> Vec<ContentLine> {
    let line = |label: &str, value: String| ContentLine { label: label.to_owned(), value };
    let member = desk.colleague(id);
    let mut lines = vec![line("Role", role_word(role).to_owned()), line("Person", id.to_string())];
    if let Some(member) = member {
        lines.splice(0..0, [line("Name", member.name), line("Log-in", member.login)]);
    }
    lines
}
