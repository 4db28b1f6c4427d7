//! Where a page is made: the frame of the viewer, what was just done, and what a refusal looks like.

use super::Console;
use super::session::{Cookies, hex};
use super::words::role_word;
use crate::console::theme::Look;
use crate::console::views::error::ErrorPage;
use crate::console::views::parts::{Link, Tone};
use crate::console::views::shell::{Alarm, Demo, Flash, Guard, Section, Shell, Viewer, Waiting};
use crate::console::{Reply, page_with_status};
use axum::http::{StatusCode, header};
use std::collections::BTreeMap;
use tenantry_model::id::StaffId;
use tenantry_model::random::draw;
use tenantry_model::staff::{Actor, Entrance, Job, Role};
use tenantry_model::time::Timestamp;
use tenantry_register::access::role_may;
use tenantry_register::people::{ComesFrom, Session, StaffView};
use tenantry_register::{Action, Call, IdempotencyKey, Register, RegisterError};

/// Seconds after which it is worth trying again.
const RETRY_AFTER_S: u16 = 5;
/// Days before its deadline from which an order counts as due soon.
const SOON_DAYS: u32 = 3;

/// What is known of a request before anybody has logged in.
#[derive(Clone)]
pub(super) struct Lobby {
    pub(super) console: Console,
    pub(super) look: Look,
    pub(super) here: String,
    pub(super) done: String,
    pub(super) request: String,
    /// Stands in for the form token of a session.
    pub(super) token: String,
    /// Where it comes from.
    pub(super) from: ComesFrom,
}

/// A request of somebody who is logged in.
#[derive(Clone)]
pub(super) struct Desk {
    lobby: Lobby,
    pub(super) session: Session,
    /// The session's token.
    pub(super) token: [u8; 32],
}

/// How far a session reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// As far as the role.
    Role,
    /// To one's own credentials and out again.
    Credentials,
}

/// Why a page or a form did not do what was asked.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The register refused.
    Refused(RegisterError),
    /// There is nothing here, or not for this viewer.
    NotHere,
    /// Something was not understood; the sentence says what.
    Wrong(String),
    /// The form was not sent from a page of this session.
    Forged,
    /// A mistake of ours.
    Mistake,
}

impl From<RegisterError> for Trouble {
    fn from(error: RegisterError) -> Self {
        Self::Refused(error)
    }
}

impl Console {
    pub(super) fn cookies(&self) -> Cookies {
        Cookies::under(&self.state.public_url)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.state.clock.now()
    }

    fn guard(&self, csrf: String) -> Guard {
        Guard { csrf, once: hex(&draw::<16>(&*self.state.entropy)) }
    }
}

impl Lobby {
    /// The frame of a public page.
    pub(super) fn shell(&self) -> Shell {
        Shell {
            provider: self.console.options.provider.clone(),
            viewer: None,
            section: Section::Elsewhere,
            waiting: Waiting::default(),
            flash: flash(&self.done),
            theme: self.look.theme,
            keys: self.look.keys,
            here: self.here.clone(),
            guard: self.console.guard(self.token.clone()),
            demo: if self.console.options.demo_story.is_some() { Demo::Yes } else { Demo::No },
            alarm: None,
        }
    }

    /// The page of a refusal.
    pub(super) fn trouble(&self, trouble: Trouble) -> Reply {
        draw_trouble(self.shell(), trouble, &self.request, "/console")
    }

    /// Runs work that asks the register, off the threads that serve connections.
    pub(super) async fn answer(
        self,
        work: impl FnOnce(&Self) -> Result<Reply, Trouble> + Send + 'static,
    ) -> Reply {
        let lobby = self.clone();
        match crate::http::blocking(move || work(&self)).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(trouble)) => lobby.trouble(trouble),
            Err(_) => lobby.trouble(Trouble::Mistake),
        }
    }
}

impl Desk {
    pub(super) const fn new(lobby: Lobby, session: Session, token: [u8; 32]) -> Self {
        Self { lobby, session, token }
    }

    pub(super) const fn console(&self) -> &Console {
        &self.lobby.console
    }

    pub(super) fn register(&self) -> &Register {
        &self.lobby.console.state.register
    }

    pub(super) fn now(&self) -> Timestamp {
        self.lobby.console.now()
    }

    /// Where the request comes from.
    pub(super) const fn from(&self) -> &ComesFrom {
        &self.lobby.from
    }

    /// A one-time link is no log-in: somebody else may have had it in their hands. In the demo there is nothing else.
    pub(super) fn reach(&self) -> Reach {
        let demo = self.console().options.demo_story.is_some();
        if demo || self.session.entered_by == Entrance::Credentials {
            Reach::Role
        } else {
            Reach::Credentials
        }
    }

    /// The code of what was just done, as the address carries it; anybody can write one.
    pub(super) fn done(&self) -> &str {
        &self.lobby.done
    }

    /// The viewer's call.
    pub(super) fn call(&self) -> Call {
        Call::by(self.session.actor.clone())
    }

    /// The viewer's call under the key of a rendering.
    pub(super) fn call_once(&self, once: IdempotencyKey) -> Call {
        self.call().under(once)
    }

    pub(super) const fn role(&self) -> Role {
        self.session.staff.role
    }

    pub(super) const fn may(&self, action: Action) -> bool {
        role_may(self.role(), action)
    }

    /// The same desk, on a page of this path: where its switches return to.
    pub(super) fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.lobby.here);
        self
    }

    /// The frame of a page. Asks the register what waits.
    pub(super) fn shell(&self, section: Section) -> Shell {
        let mut shell = self.lobby.shell();
        shell.section = section;
        shell.guard = self.console().guard(hex(&self.session.form_token));
        shell.viewer = Some(Viewer {
            name: self.session.staff.name.clone(),
            role: role_word(self.role()).to_owned(),
            sections: Vec::new(),
        });
        if self.reach() == Reach::Credentials {
            return shell;
        }
        if let Some(viewer) = &mut shell.viewer {
            viewer.sections = sections(self.role());
        }
        shell.waiting = self.waiting();
        shell.alarm = self.register().ledger_trouble().map(|_| Alarm {
            text:
                "The ledger found itself inconsistent. What must be recorded is refused until it is repaired."
                    .to_owned(),
            href: "/console/ledger".to_owned(),
        });
        shell
    }

    /// Numbers of the navigation. What cannot be counted is left out: the page itself will say what is wrong.
    fn waiting(&self) -> Waiting {
        let call = self.call();
        let register = self.register();
        let soon = self.now().plus_days(SOON_DAYS);
        let orders = || u32::try_from(register.orders_due(&call, soon).ok()?).ok();
        let dead = || u32::try_from(register.dead_letter_count(&call).ok()?).ok();
        let cases = || u32::try_from(register.open_case_count(&call).ok()?).ok();
        let approvals = || u32::try_from(register.approvals_to_decide(&call).ok()?).ok();
        Waiting {
            cases: cases().unwrap_or(0),
            approvals: approvals().unwrap_or(0),
            orders: orders().unwrap_or(0),
            dead_letters: dead().unwrap_or(0),
        }
    }

    /// Names of colleagues by identifier. Among colleagues they are no secret, so the console asks in its own name.
    pub(super) fn colleagues(&self) -> BTreeMap<StaffId, String> {
        let call = Call::by(Actor::System { job: Job::SetUp });
        let staff = self.register().staff(&call).unwrap_or_default();
        staff.into_iter().map(|member| (member.id, member.name)).collect()
    }

    /// A colleague.
    pub(super) fn colleague(&self, id: StaffId) -> Option<StaffView> {
        let call = Call::by(Actor::System { job: Job::SetUp });
        self.register().staff(&call).unwrap_or_default().into_iter().find(|member| member.id == id)
    }

    /// The page of a refusal.
    pub(super) fn trouble(&self, trouble: Trouble) -> Reply {
        draw_trouble(self.shell(Section::Elsewhere), trouble, &self.lobby.request, &self.lobby.here)
    }

    /// Runs work that asks the register, off the threads that serve connections.
    pub(super) async fn answer(
        self,
        work: impl FnOnce(&Self) -> Result<Reply, Trouble> + Send + 'static,
    ) -> Reply {
        let worked = crate::http::blocking(move || match work(&self) {
            Ok(reply) => reply,
            Err(trouble) => self.trouble(trouble),
        });
        worked.await.unwrap_or_else(axum::response::IntoResponse::into_response)
    }
}

/// The pages a role may open, by the register's table.
fn sections(role: Role) -> Vec<Section> {
    let may = |action| role_may(role, action);
    let asks = [
        (Section::Queue, may(Action::WorkCases)),
        (Section::Approvals, approves(role)),
        (Section::Orders, may(Action::WorkCases)),
        (Section::Accounts, may(Action::Read)),
        (Section::Measures, may(Action::Read)),
        (Section::Lists, may(Action::Read)),
        (Section::Retention, may(Action::ReadRetention)),
        (Section::Ledger, may(Action::ReadLedger)),
        (Section::Webhooks, may(Action::ManageWebhooks)),
        (Section::Staff, may(Action::ManagePeople)),
    ];
    asks.into_iter().filter(|(_, open)| *open).map(|(section, _)| section).collect()
}

/// Whether a role is ever the second person for somebody.
pub(super) fn approves(role: Role) -> bool {
    [Action::ApproveCase, Action::ApprovePeople].iter().any(|action| role_may(role, *action))
}

/// The sentence behind the code of what was just done. Codes are ours; an unknown one says nothing.
fn flash(done: &str) -> Option<Flash> {
    let text = match done {
        "decided" => "Decided. It is a record now.",
        "asked-second" => "A second person was asked. Nothing takes effect before they approve.",
        "leased" => "The case is yours.",
        "given-back" => "The case went back to the queue.",
        "queue-empty" => "No case waits that you could take.",
        "approved" => "Approved and done.",
        "returned" => "Returned to whoever asked.",
        "proposed" => "Saved, and a second person was asked. Nothing takes effect before they approve.",
        "suspended" => "Access was taken away and every session ended.",
        "revoked" => "The key no longer works.",
        "replayed" => "The message is due again now.",
        "credentials" => "Password and authenticator are set. Log in with them, now and from now on.",
        "held" => "The hold is in force. Nothing it covers is erased.",
        "renewed" => "The hold is renewed.",
        "behind-changed" => "Recorded, and the account was assessed again.",
        "received" => "The order is recorded and its clock runs.",
        _ => return None,
    };
    let tone = if done == "queue-empty" { Tone::Info } else { Tone::Good };
    Some(Flash { tone, text: text.to_owned() })
}

/// The one table from refusals to pages.
fn draw_trouble(shell: Shell, trouble: Trouble, request: &str, back: &str) -> Reply {
    use RegisterError as E;
    let changed =
        |shell, text: String| ErrorPage::changed_meanwhile(shell, vec![text], Link::new(back, "Look again"));
    let view = match trouble {
        Trouble::NotHere | Trouble::Refused(E::NotFound { .. }) => ErrorPage::not_found(shell),
        Trouble::Wrong(text) => ErrorPage::bad_request(shell, &text),
        Trouble::Forged => ErrorPage::bad_request(
            shell,
            "This form belongs to another session, or was not sent from a page of this console.",
        ),
        Trouble::Mistake => ErrorPage::internal(shell, request),
        Trouble::Refused(error) => match &error {
            E::Forbidden { .. } | E::SecondPerson => ErrorPage::forbidden(shell, &sentence(&error)),
            E::Invalid { detail, .. } => ErrorPage::bad_request(shell, &capital(detail)),
            E::ReasonMissing { .. } | E::Duplicate { .. } | E::ListRefused { .. } | E::KeyReused => {
                ErrorPage::bad_request(shell, &sentence(&error))
            }
            E::Changed { .. } | E::State { .. } | E::ApprovalVoid | E::Leased | E::Erased => {
                changed(shell, sentence(&error))
            }
            E::Busy { .. } => ErrorPage::busy(shell, &sentence(&error)),
            E::Contention | E::Store(_) | E::Evaluation { .. } | E::Vault { .. } | E::Ledger { .. } => {
                tracing::error!(code = error.code(), %error, "a page could not be made");
                ErrorPage::failing_closed(shell, &sentence(&error), request)
            }
            _ => {
                tracing::error!(code = error.code(), "a refusal without an entry in the table");
                ErrorPage::internal(shell, request)
            }
        },
    };
    let status = StatusCode::from_u16(view.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = page_with_status(status, &view);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        reply.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_S.into());
    }
    reply
}

/// What the register said, as a sentence.
pub(super) fn sentence(error: &RegisterError) -> String {
    match error {
        RegisterError::Invalid { detail, .. } => capital(detail),
        other => capital(&other.to_string()),
    }
}

/// Words of the register as a sentence.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
