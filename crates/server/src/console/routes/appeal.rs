//! An appeal entered for whoever sent it (CIP-18).

use super::accounts::account_link;
use super::desk::{Desk, Trouble, sentence};
use super::session::{Sent, see_other};
use super::words::title;
use crate::console::forms::AppealForm;
use crate::console::views::appeal::AppealPage;
use crate::console::views::parts::Choice;
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Path;
use tenantry_model::case::AppealGround;
use tenantry_model::id::AccountId;
use tenantry_model::personal::Personal;
use tenantry_register::cases::NewAppeal;
use tenantry_register::{Action, RegisterError};

pub(super) async fn new(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| {
        if !desk.may(Action::Appeal) {
            return Err(RegisterError::Forbidden { action: Action::Appeal }.into());
        }
        draw(desk, id.parse().map_err(|_| Trouble::NotHere)?, AppealForm::default(), String::new())
    })
    .await
}

pub(super) async fn receive(Path(id): Path<String>, sent: Sent<AppealForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    let here = id.parse::<AccountId>().map(|id| format!("/console/accounts/{id}")).unwrap_or_default();
    desk.at(&here)
        .answer(move |desk| {
            let id: AccountId = id.parse().map_err(|_| Trouble::NotHere)?;
            let Ok(ground) = form.ground.parse::<AppealGround>() else {
                return draw(desk, id, form, "Choose on what ground they appeal.".to_owned());
            };
            let statement = Personal::new(form.statement.replace("\r\n", "\n"));
            match desk.register().appeal(&desk.call_once(once), id, NewAppeal { ground, statement }) {
                Ok(received) => {
                    desk.console().state.deliveries_bell.notify_one();
                    Ok(see_other(&format!("/console/cases/{}?done=received", received.case)))
                }
                Err(error @ (RegisterError::Invalid { .. } | RegisterError::State { .. })) => {
                    draw(desk, id, form, sentence(&error))
                }
                Err(error) => Err(error.into()),
            }
        })
        .await
}

fn draw(desk: &Desk, id: AccountId, draft: AppealForm, problem: String) -> Result<Reply, Trouble> {
    let account = desk.register().account(&desk.call(), id)?;
    let ground = |ground: &AppealGround| {
        let choice = Choice::new(ground.as_str(), &title(ground.as_str()));
        if ground.as_str() == draft.ground { choice.chosen() } else { choice }
    };
    Ok(page(&AppealPage {
        shell: desk.shell(Section::Accounts),
        id: id.to_string(),
        account: account_link(id, &account.summary.reference),
        problem,
        grounds: AppealGround::ALL.iter().map(ground).collect(),
        draft,
    }))
}
