//! The guided story of the demo: steps to click through, each with what to look at.

use askama::Template;

use super::opaque_debug;
use super::parts::Link;
use super::shell::Shell;

/// `GET /console/story`.
#[derive(Clone, Template)]
#[template(path = "console/story.html")]
pub struct StoryPage {
    /// Frame.
    pub shell: Shell,
    /// What the demo is, two sentences.
    pub intro: String,
    /// Chapters.
    pub chapters: Vec<Chapter>,
}

/// One chapter: an applicant, a front company, …
#[derive(Clone)]
pub struct Chapter {
    /// Title.
    pub title: String,
    /// What happens, one or two sentences.
    pub text: String,
    /// Why it matters, one or two sentences.
    pub matters: String,
    /// Steps.
    pub steps: Vec<StoryStep>,
}

/// One step.
#[derive(Clone)]
pub struct StoryStep {
    /// Where to go.
    pub link: Link,
    /// What to look at there.
    pub look: String,
}

opaque_debug!(StoryPage, Chapter, StoryStep);
