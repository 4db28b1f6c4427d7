//! Staff and API keys, for administrators. A secret is shown once, on the answer to the form that made it.

use super::desk::{Desk, Trouble, sentence};
use super::session::{Sent, hex, see_other};
use super::words::{plain, role_word, when};
use crate::console::forms::{BareForm, InviteForm, KeyForm};
use crate::console::views::parts::{Badge, Choice, Tone};
use crate::console::views::shell::Section;
use crate::console::views::staff::{KeyRow, NewSecret, StaffPage, StaffRow};
use crate::console::{Reply, page};
use axum::extract::Path;
use tenantry_model::id::{ApiKeyId, StaffId};
use tenantry_model::staff::{Role, Scope};
use tenantry_register::RegisterError;
use tenantry_register::people::{NewApiKey, NewStaff};

const HERE: &str = "/console/staff";

pub(super) async fn list(desk: Desk) -> Reply {
    desk.answer(|desk| draw(desk, None, String::new())).await
}

pub(super) async fn invite(sent: Sent<InviteForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let Ok(role) = form.role.parse::<Role>() else {
                return draw(desk, None, "Choose a role.".to_owned());
            };
            let new = NewStaff { login: form.login, name: form.name, role };
            match desk.register().add_staff(&desk.call_once(once), new) {
                Ok(id) => draw_link(desk, id),
                Err(error) => refused(desk, error),
            }
        })
        .await
}

pub(super) async fn link(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    sent.desk.at(HERE).answer(move |desk| draw_link(desk, id.parse().map_err(|_| Trouble::NotHere)?)).await
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

pub(super) async fn make_key(sent: Sent<KeyForm>) -> Reply {
    // Without the key of the rendering: a secret is nowhere stored, so a repeated request could not be answered again.
    let Sent { desk, form, .. } = sent;
    desk.at(HERE)
        .answer(move |desk| {
            let scopes = form.scopes.split(' ').filter_map(|word| word.parse::<Scope>().ok()).collect();
            let label = format!("API key “{}”", form.name.trim());
            let new = NewApiKey { label: form.name, scopes, reseller: None };
            match desk.console().state.create_api_key(&desk.call(), new) {
                Ok(key) => draw(desk, Some(NewSecret { label, value: key.reveal() }), String::new()),
                Err(error) => refused(desk, error),
            }
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

fn draw_link(desk: &Desk, id: StaffId) -> Result<Reply, Trouble> {
    let token = desk.register().login_link(&desk.call(), id)?;
    let value = format!("{}/console/login/link?token={}", desk.console().state.public_url, hex(&token));
    draw(
        desk,
        Some(NewSecret { label: "One-time log-in link, good for 15 minutes".to_owned(), value }),
        String::new(),
    )
}

fn draw(desk: &Desk, secret: Option<NewSecret>, problem: String) -> Result<Reply, Trouble> {
    let (register, call, now) = (desk.register(), desk.call(), desk.now());
    let people = register.staff(&call)?.into_iter().map(|member| StaffRow {
        id: member.id.to_string(),
        name: member.name,
        login: member.login,
        role: role_word(member.role).to_owned(),
        state: match member.disabled_at {
            None => Badge::new(Tone::Good, "active"),
            Some(_) => Badge::new(Tone::Quiet, "suspended"),
        },
        added: when(member.created_at, now),
    });
    let keys = register.api_keys(&call)?.into_iter().map(|key| KeyRow {
        id: key.id.to_string(),
        name: key.label,
        scopes: key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        state: match key.revoked_at {
            None => Badge::new(Tone::Good, "active"),
            Some(_) => Badge::new(Tone::Quiet, "revoked"),
        },
        created: when(key.created_at, now),
    });
    Ok(page(&StaffPage {
        people: people.collect(),
        keys: keys.collect(),
        roles: Role::ALL.iter().map(|role| Choice::new(role.as_str(), role_word(*role))).collect(),
        scopes: Scope::ALL.iter().map(|scope| Choice::new(scope.as_str(), &plain(scope.as_str()))).collect(),
        shell: desk.shell(Section::Staff),
        secret,
        problem,
    }))
}
