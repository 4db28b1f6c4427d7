//! Logging in: the landing of a one-time link, password with authenticator code, and the page after leaving.

use askama::Template;

use super::opaque_debug;
use super::shell::Shell;

/// The log-in form. `GET /console/login`, posts to the same path.
#[derive(Clone, Template)]
#[template(path = "console/login.html")]
pub struct LoginPage {
    /// Frame, without viewer.
    pub shell: Shell,
    /// Why the last try failed, in words that do not say which part was wrong; empty at first.
    pub problem: String,
    /// What was typed as log-in, shown again after a failure.
    pub login: String,
    /// Where to go afterwards; a path inside the console.
    pub next: String,
}

/// The landing of a one-time link. The link only shows this page; the button posts the token, so that a mail scanner that
/// follows links cannot use it up. `GET /console/login/link?token=…`, posts to `/console/login/link`.
#[derive(Clone, Template)]
#[template(path = "console/login_link.html")]
pub struct LoginLinkPage {
    /// Frame, without viewer.
    pub shell: Shell,
    /// What the link is good for.
    pub link: LinkState,
}

/// What a one-time link is good for.
#[derive(Clone)]
pub enum LinkState {
    /// It may be good; only using it tells, so that a link cannot be tried out.
    Ready {
        /// The token, posted back.
        token: String,
    },
    /// It was used, has lapsed, or never existed; the page does not say which.
    Spent,
}

/// Said after logging out.
#[derive(Clone, Template)]
#[template(path = "console/logged_out.html")]
pub struct LoggedOutPage {
    /// Frame, without viewer.
    pub shell: Shell,
}

/// Setting one's own password and authenticator. `GET /console/credentials`, posts to the same path.
#[derive(Clone, Template)]
#[template(path = "console/credentials.html")]
pub struct CredentialsPage {
    /// Frame.
    pub shell: Shell,
    /// What was wrong with the last try; empty at first.
    pub problem: String,
    /// Where one goes who sets nothing now; empty when there is nowhere else to go yet.
    pub away: String,
    /// What the viewer logs in with.
    pub login: String,
    /// The authenticator's secret in base 32.
    pub secret: String,
    /// The same as an `otpauth:` address.
    pub uri: String,
}

opaque_debug!(LoginPage, LoginLinkPage, LinkState, LoggedOutPage, CredentialsPage);
