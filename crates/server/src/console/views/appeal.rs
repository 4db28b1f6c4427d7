//! An appeal that somebody sent to the provider, entered for them.

use askama::Template;

use super::opaque_debug;
use super::parts::{Choice, Link};
use super::shell::Shell;
use crate::console::forms::AppealForm;

/// `GET /console/accounts/{id}/appeal`, posts to the same path.
#[derive(Clone, Template)]
#[template(path = "console/appeal.html")]
pub struct AppealPage {
    /// Frame.
    pub shell: Shell,
    /// Account id.
    pub id: String,
    /// The account.
    pub account: Link,
    /// What went wrong with the last try; empty at first.
    pub problem: String,
    /// Grounds to choose from.
    pub grounds: Vec<Choice>,
    /// What was typed before.
    pub draft: AppealForm,
}

opaque_debug!(AppealPage);
