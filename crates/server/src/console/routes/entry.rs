//! Coming and going: one-time link, password with code, setting both, logging out, and the look of the pages.
//!
//! A link is used up by the button on its page, not by opening it, so that a mail scanner cannot spend it. What was
//! wrong with a log-in is never said, and the register takes the same time for an unknown person.

use super::desk::{Desk, Lobby, Reach, Trouble};
use super::session::{CREDENTIALS, Knocked, Sent, see_other, unhex, with_cookie};
use crate::console::forms::{BareForm, CredentialsForm, LinkForm, LoginForm, LookForm};
use crate::console::theme::{Keys, Theme, safe_return};
use crate::console::views::login::{CredentialsPage, LinkState, LoggedOutPage, LoginLinkPage, LoginPage};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::{Form, Query};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tenantry_model::random::Entropy;
use tenantry_register::RegisterError;
use tenantry_register::people::TotpSecret;

/// What a session goes to when nothing else was asked for.
const START: &str = "/console";

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default)]
    token: String,
}

pub(super) async fn look(lobby: Lobby, Form(form): Form<LookForm>) -> Reply {
    let mut look = lobby.look;
    if let Some(theme) = form.theme.as_deref().and_then(Theme::from_word) {
        look.theme = theme;
    }
    if let Some(keys) = form.keys.as_deref().and_then(Keys::from_word) {
        look.keys = keys;
    }
    with_cookie(see_other(safe_return(&form.here)), &look.to_set_cookie())
}

pub(super) async fn login_page(lobby: Lobby, Query(asked): Query<Asked>) -> Reply {
    let view = LoginPage {
        shell: lobby.shell(),
        problem: String::new(),
        login: String::new(),
        next: safe_return(&asked.next).to_owned(),
    };
    with_cookie(page(&view), &lobby.console.cookies().wait(&lobby.token))
}

pub(super) async fn login(knocked: Knocked<LoginForm>) -> Reply {
    let Knocked { lobby, form } = knocked;
    lobby
        .answer(move |lobby| {
            let next = safe_return(&form.next);
            if let Some(session) =
                lobby.console.state.register.log_in(&form.login, &form.password, &form.code, &lobby.from)?
            {
                return Ok(with_cookie(see_other(next), &lobby.console.cookies().begin(&session.token)));
            }
            Ok(page(&LoginPage {
                shell: lobby.shell(),
                problem: "That did not match. Check log-in, password and code; after five failures wait a quarter of an hour."
                    .to_owned(),
                login: form.login,
                next: next.to_owned(),
            }))
        })
        .await
}

pub(super) async fn link_page(lobby: Lobby, Query(asked): Query<Asked>) -> Reply {
    let link = match unhex::<32>(&asked.token) {
        Some(_) => LinkState::Ready { token: asked.token },
        None => LinkState::Spent,
    };
    let mut shell = lobby.shell();
    // The address of this page holds the token; the switches must not carry it on.
    START.clone_into(&mut shell.here);
    with_cookie(page(&LoginLinkPage { shell, link }), &lobby.console.cookies().wait(&lobby.token))
}

pub(super) async fn link(knocked: Knocked<LinkForm>) -> Reply {
    let Knocked { lobby, form } = knocked;
    lobby
        .answer(move |lobby| {
            let session = match unhex(&form.token) {
                Some(token) => lobby.console.state.register.log_in_by_link(&token, &lobby.from)?,
                None => None,
            };
            let Some(session) = session else {
                return Ok(page(&LoginLinkPage { shell: lobby.shell(), link: LinkState::Spent }));
            };
            // In the demo the link is all there is; elsewhere it leads to what replaces it.
            let demo = lobby.console.options.demo_story.is_some();
            let next = if demo { "/console/story" } else { CREDENTIALS };
            Ok(with_cookie(see_other(next), &lobby.console.cookies().begin(&session.token)))
        })
        .await
}

pub(super) async fn logout(sent: Sent<BareForm>) -> Reply {
    sent.desk
        .answer(|desk| {
            desk.register().log_out(&desk.token, desk.from())?;
            Ok(with_cookie(see_other("/console/logged-out"), &desk.console().cookies().end()))
        })
        .await
}

pub(super) async fn logged_out(lobby: Lobby) -> Reply {
    page(&LoggedOutPage { shell: lobby.shell() })
}

pub(super) async fn credentials_page(desk: Desk) -> Reply {
    desk.answer(|desk| Ok(page(&credentials_view(desk, String::new())))).await
}

pub(super) async fn credentials(sent: Sent<CredentialsForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at(CREDENTIALS)
        .answer(move |desk| {
            if form.password != form.again {
                return Ok(page(&credentials_view(desk, "The two passwords differ.".to_owned())));
            }
            let secret = TotpSecret::new(&FromSession(&desk.token));
            match desk.register().set_password(&desk.call_once(once), &form.password, &secret) {
                // Every session ended with it; what was set is tried at once.
                Ok(()) => Ok(with_cookie(
                    see_other("/console/login?done=credentials"),
                    &desk.console().cookies().end(),
                )),
                Err(error @ RegisterError::Invalid { .. }) => {
                    Ok(page(&credentials_view(desk, super::desk::sentence(&error))))
                }
                Err(error) => Err(Trouble::from(error)),
            }
        })
        .await
}

fn credentials_view(desk: &Desk, problem: String) -> CredentialsPage {
    let secret = TotpSecret::new(&FromSession(&desk.token)).base32();
    let login = super::session::encoded(&desk.session.staff.login);
    CredentialsPage {
        shell: desk.shell(Section::Elsewhere),
        problem,
        away: match desk.reach() {
            Reach::Role => START.to_owned(),
            Reach::Credentials => String::new(),
        },
        login: desk.session.staff.login.clone(),
        uri: format!("otpauth://totp/Tenantry:{login}?secret={}&issuer=Tenantry", *secret),
        secret: (*secret).clone(),
    }
}

/// Derives the authenticator's secret from the token of the session, so that the page and the form behind it agree on
/// it without the server keeping it and without the form carrying it. The token is random and nowhere stored.
struct FromSession<'a>(&'a [u8; 32]);

impl Entropy for FromSession<'_> {
    fn fill(&self, out: &mut [u8]) {
        for (number, chunk) in out.chunks_mut(32).enumerate() {
            let block = Sha256::new()
                .chain_update(b"tenantry authenticator secret")
                .chain_update(number.to_be_bytes())
                .chain_update(self.0)
                .finalize();
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
        }
    }
}
