//! Errors in plain words: what happened, whether anything was changed, and what to do.

use askama::Template;

use super::opaque_debug;
use super::parts::Link;
use super::shell::Shell;

/// Any error page.
#[derive(Clone, Template)]
#[template(path = "console/error.html")]
pub struct ErrorPage {
    /// Frame; may be without viewer.
    pub shell: Shell,
    /// Status code, printed small.
    pub status: u16,
    /// Headline.
    pub title: String,
    /// What happened.
    pub text: String,
    /// Whether anything was changed, one sentence.
    pub changed: String,
    /// What to do, one sentence each.
    pub advice: Vec<String>,
    /// For 409: what changed meanwhile, one line each.
    pub differences: Vec<String>,
    /// Where to go.
    pub ways: Vec<Link>,
    /// Request id for the operator; empty when none.
    pub request: String,
}

impl ErrorPage {
    fn new(shell: Shell, status: u16, title: &str, text: &str, changed: &str) -> Self {
        Self {
            shell,
            status,
            title: title.to_owned(),
            text: text.to_owned(),
            changed: changed.to_owned(),
            advice: Vec::new(),
            differences: Vec::new(),
            ways: vec![Link::new("/console/queue", "Go to the queue")],
            request: String::new(),
        }
    }

    fn advise(mut self, advice: &str) -> Self {
        self.advice.push(advice.to_owned());
        self
    }

    /// 400: a form that was not understood; `problem` says what to put right.
    pub fn bad_request(shell: Shell, problem: &str) -> Self {
        Self::new(shell, 400, "That was not understood", problem, "Nothing was changed.")
            .advise("Go back, put it right and send it again.")
    }

    /// 403: the role may not do this.
    pub fn forbidden(shell: Shell, what: &str) -> Self {
        Self::new(
            shell,
            403,
            "Your role does not include this",
            what,
            "Nothing was changed. The attempt is on record.",
        )
        .advise("If it is part of your work, ask an administrator for the role.")
    }

    /// 404: not there, or not visible to this viewer; the page does not say which.
    pub fn not_found(shell: Shell) -> Self {
        Self::new(
            shell,
            404,
            "There is nothing here for you",
            "The page does not exist, was erased when its time was up, or is not yours to see.",
            "Nothing was changed.",
        )
        .advise("Check the address, or search with Ctrl-K.")
    }

    /// 409: what the form was based on changed meanwhile.
    pub fn changed_meanwhile(shell: Shell, differences: Vec<String>, back: Link) -> Self {
        let mut page = Self::new(
            shell,
            409,
            "This changed while you were looking at it",
            "A decision counts only for exactly what was seen, so yours was not taken.",
            "Nothing was changed by you.",
        )
        .advise("Look at what is new, then decide again.");
        page.differences = differences;
        page.ways = vec![back];
        page
    }

    /// 429: too many tries.
    pub fn too_many(shell: Shell, wait_s: u32) -> Self {
        Self::new(
            shell,
            429,
            "Too many tries",
            "The limit protects log-in and search.",
            "Nothing was changed.",
        )
        .advise(&format!("Wait {wait_s} s and try again."))
    }

    /// 500: a mistake of ours.
    pub fn internal(shell: Shell, request: &str) -> Self {
        let mut page = Self::new(
            shell,
            500,
            "That is our mistake",
            "The page could not be made because of an error in this program.",
            "Work is written in one piece or not at all, so nothing is half done.",
        )
        .advise("Try again. If it happens again, give the operator the request id.");
        request.clone_into(&mut page.request);
        page
    }

    /// 503: too much at one time.
    pub fn busy(shell: Shell, why: &str) -> Self {
        Self::new(shell, 503, "Too much at one time", why, "Nothing was changed.")
            .advise("Wait a few seconds and try again.")
    }

    /// 503: it cannot be recorded, so it does not happen.
    pub fn failing_closed(shell: Shell, why: &str, request: &str) -> Self {
        let mut page = Self::new(
            shell,
            503,
            "It cannot be recorded, so it does not happen",
            why,
            "Nothing was changed, and the gate answers “deny” to what it cannot check.",
        )
        .advise("Wait: the page can be tried again safely.")
        .advise("If it lasts, the operator sees the cause under the request id.");
        request.clone_into(&mut page.request);
        page
    }
}

opaque_debug!(ErrorPage);
