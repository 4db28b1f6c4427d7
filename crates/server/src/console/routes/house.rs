//! Start page, help, and the page for addresses that lead nowhere.

use super::desk::{Desk, Trouble};
use super::session::see_other;
use crate::console::views::help::HelpPage;
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use tenantry_register::Action;

pub(super) async fn start(desk: Desk) -> Reply {
    if desk.may(Action::WorkCases) { see_other("/console/queue") } else { see_other("/console/accounts") }
}

pub(super) async fn help(desk: Desk) -> Reply {
    desk.answer(|desk| {
        let shell = desk.shell(Section::Help);
        Ok(page(&HelpPage { shell, version: env!("CARGO_PKG_VERSION").to_owned() }))
    })
    .await
}

pub(super) async fn nothing_here(desk: Desk) -> Reply {
    desk.answer(|_| Err(Trouble::NotHere)).await
}
