//! Staff and API keys, for administrators. A secret is shown once, on the answer to the form that made it. Whom an administrator
//! wants to let in, and which key an administrator wants, waits for a second person; the administrator who asked is then shown the
//! link or the key.

use super::accounts::account_link;
use super::desk::{Desk, Trouble, sentence};
use super::session::{Sent, hex, see_other};
use super::words::{plain, role_word, when};
use crate::console::forms::{BareForm, InviteForm, KeyForm};
use crate::console::views::parts::{Badge, Choice, Link, Tone};
use crate::console::views::shell::Section;
use crate::console::views::staff::{AskedKeyRow, KeyRow, LinkOffer, NewSecret, StaffPage, StaffRow};
use crate::console::{Reply, page};
use axum::extract::{Path, Query};
use serde::Deserialize;
use std::collections::BTreeMap;
use tenantry_model::id::{AccountId, ApiKeyId, ApprovalId, StaffId};
use tenantry_model::staff::{Role, Scope};
use tenantry_register::RegisterError;
use tenantry_register::people::{LettingIn, NewApiKey, NewStaff, StaffView};

const HERE: &str = "/console/staff";

/// Keys on one page.
const KEYS: u32 = 100;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    before: String,
}

pub(super) async fn list(desk: Desk, Query(asked): Query<Asked>) -> Reply {
    desk.answer(move |desk| draw_from(desk, asked.before.parse().ok(), None, String::new())).await
}

pub(super) async fn invite(sent: Sent<InviteForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let Ok(role) = form.role.parse::<Role>() else {
                return draw(desk, None, "Choose a role.".to_owned());
            };
            let new = NewStaff { login: form.login, name: form.name, role };
            match desk.register().invite_staff(&desk.call_once(once), new) {
                Ok(_) => Ok(see_other("/console/staff?done=asked-second")),
                Err(error) => refused(desk, error),
            }
        })
        .await
}

pub(super) async fn ask_link(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    let Sent { desk, once, .. } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let id: StaffId = id.parse().map_err(|_| Trouble::NotHere)?;
            desk.register().request_login_link(&desk.call_once(once), id)?;
            Ok(see_other("/console/staff?done=asked-second"))
        })
        .await
}

pub(super) async fn show_link(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    let Sent { desk, once, .. } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let id: StaffId = id.parse().map_err(|_| Trouble::NotHere)?;
            let token = desk.register().approved_link(&desk.call_once(once), id)?;
            let value =
                format!("{}/console/login/link?token={}", desk.console().state.public_url, hex(&token));
            let label = "One-time log-in link, good for 15 minutes".to_owned();
            draw(desk, Some(NewSecret { label, value }), String::new())
        })
        .await
}

pub(super) async fn suspend(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    let Sent { desk, once, .. } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let id: StaffId = id.parse().map_err(|_| Trouble::NotHere)?;
            desk.register().disable_staff(&desk.call_once(once), id)?;
            Ok(see_other("/console/staff?done=suspended"))
        })
        .await
}

pub(super) async fn ask_key(sent: Sent<KeyForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let scopes = form.scopes.split(' ').filter_map(|word| word.parse::<Scope>().ok()).collect();
            let no_reseller = || draw(desk, None, "No account of a reseller has this identifier.".to_owned());
            let reseller = match form.reseller.trim() {
                "" => None,
                id => match id.parse::<AccountId>() {
                    Ok(id) => Some(id),
                    Err(_) => return no_reseller(),
                },
            };
            let new = NewApiKey { label: form.name, scopes, reseller };
            match desk.register().request_api_key(&desk.call_once(once), new) {
                Ok(_) => Ok(see_other("/console/staff?done=asked-second")),
                Err(RegisterError::NotFound { .. }) => no_reseller(),
                Err(error) => refused(desk, error),
            }
        })
        .await
}

pub(super) async fn show_key(Path(request): Path<String>, sent: Sent<BareForm>) -> Reply {
    let Sent { desk, once, .. } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let request: ApprovalId = request.parse().map_err(|_| Trouble::NotHere)?;
            let key = desk.console().state.approved_api_key(&desk.call_once(once), request)?;
            let label = "API key".to_owned();
            draw(desk, Some(NewSecret { label, value: key.reveal() }), String::new())
        })
        .await
}

pub(super) async fn revoke_key(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    let Sent { desk, once, .. } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let id: ApiKeyId = id.parse().map_err(|_| Trouble::NotHere)?;
            desk.console().state.revoke_api_key(&desk.call_once(once), id)?;
            Ok(see_other("/console/staff?done=revoked"))
        })
        .await
}

/// A refusal that the person can put right is said on the page.
fn refused(desk: &Desk, error: RegisterError) -> Result<Reply, Trouble> {
    match error {
        RegisterError::Invalid { .. } | RegisterError::Duplicate { .. } => draw(desk, None, sentence(&error)),
        other => Err(other.into()),
    }
}

fn draw(desk: &Desk, secret: Option<NewSecret>, problem: String) -> Result<Reply, Trouble> {
    draw_from(desk, None, secret, problem)
}

fn draw_from(
    desk: &Desk,
    before: Option<ApiKeyId>,
    secret: Option<NewSecret>,
    problem: String,
) -> Result<Reply, Trouble> {
    let (register, call, now) = (desk.register(), desk.call(), desk.now());
    let letting_in = register.letting_in(&call)?;
    let people = register.staff(&call)?.into_iter().map(|member| person(desk, &letting_in, member));
    let mut listed = register.api_keys(&call, before, KEYS + 1)?;
    let more = listed.len() > KEYS as usize;
    listed.truncate(KEYS as usize);
    let older_keys = listed
        .last()
        .filter(|_| more)
        .map(|last| Link::new(&format!("/console/staff?before={}", last.id), "Older keys"));
    let keys = listed.into_iter().map(|key| KeyRow {
        id: key.id.to_string(),
        name: key.label,
        scopes: key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        reseller: key.reseller.map(|id| account_link(id, &id.to_string())),
        state: match key.revoked_at {
            None => Badge::new(Tone::Good, "active"),
            Some(_) => Badge::new(Tone::Quiet, "revoked"),
        },
        created: when(key.created_at, now),
    });
    let asked_keys = register.keys_asked_for(&call)?.into_iter().map(|asked| AskedKeyRow {
        request: asked.request.to_string(),
        name: asked.label,
        offer: match asked.state {
            LettingIn::Waiting(request) => LinkOffer::Waits(waits(request)),
            LettingIn::Approved => LinkOffer::Show,
        },
    });
    Ok(page(&StaffPage {
        asked_keys: asked_keys.collect(),
        people: people.collect(),
        keys: keys.collect(),
        older_keys,
        roles: Role::ALL.iter().map(|role| Choice::new(role.as_str(), role_word(*role))).collect(),
        scopes: Scope::ALL.iter().map(|scope| Choice::new(scope.as_str(), &plain(scope.as_str()))).collect(),
        shell: desk.shell(Section::Staff),
        secret,
        problem,
    }))
}

fn waits(request: ApprovalId) -> Link {
    Link::new(&format!("/console/approvals/{request}"), "Waits for a second person")
}

fn person(desk: &Desk, letting_in: &BTreeMap<StaffId, LettingIn>, member: StaffView) -> StaffRow {
    let asked = letting_in.get(&member.id);
    let (state, link) = match (member.disabled_at, asked) {
        (Some(_), Some(LettingIn::Waiting(request))) => {
            (Badge::new(Tone::Info, "invited"), LinkOffer::Waits(waits(*request)))
        }
        (Some(_), _) => (Badge::new(Tone::Quiet, "suspended"), LinkOffer::Nothing),
        (None, Some(LettingIn::Waiting(request))) => {
            (Badge::new(Tone::Good, "active"), LinkOffer::Waits(waits(*request)))
        }
        (None, Some(LettingIn::Approved)) => (Badge::new(Tone::Good, "active"), LinkOffer::Show),
        (None, None) => (Badge::new(Tone::Good, "active"), LinkOffer::Ask),
    };
    StaffRow {
        id: member.id.to_string(),
        name: member.name,
        login: member.login,
        role: role_word(member.role).to_owned(),
        state,
        added: when(member.created_at, desk.now()),
        link,
    }
}
