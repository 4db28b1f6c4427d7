//! The frame around every page: who is looking, where they are, what waits, and how the page shall look.

use askama::{Template, filters::HtmlSafe};

use super::opaque_debug;
use super::parts::Tone;
use crate::console::theme::{Keys, Theme};

/// Everything the frame prints. Build it once per request.
#[derive(Clone)]
pub struct Shell {
    /// Name of the provider, beside the wordmark.
    pub provider: String,
    /// Who is logged in; none on public pages.
    pub viewer: Option<Viewer>,
    /// The entry of the navigation that is current.
    pub section: Section,
    /// Numbers in the navigation.
    pub waiting: Waiting,
    /// A message about the last action.
    pub flash: Option<Flash>,
    /// Colours.
    pub theme: Theme,
    /// Whether single-key shortcuts are on (WCAG 2.1.4).
    pub keys: Keys,
    /// The page's own path and query, where the switches return to.
    pub here: String,
    /// Goes into every form.
    pub guard: Guard,
    /// Says that this is a demo with invented people.
    pub demo: Demo,
    /// A condition everyone must know, such as failing closed; shown on every page.
    pub alarm: Option<Alarm>,
}

impl Shell {
    pub(crate) fn in_demo(&self) -> bool {
        self.demo == Demo::Yes
    }

    pub(crate) fn is(&self, section: &str) -> bool {
        self.section.slug() == section
    }

    pub(crate) fn shows(&self, section: &str) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.sections.iter().any(|s| s.slug() == section))
    }
}

/// The person logged in.
#[derive(Clone)]
pub struct Viewer {
    /// Name shown.
    pub name: String,
    /// Role in words.
    pub role: String,
    /// Sections shown in the navigation (the register still decides).
    pub sections: Vec<Section>,
}

/// Whether the data are invented.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    /// Started by the demo command.
    Yes,
    /// A real deployment.
    No,
}

/// Where in the console a page belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Queue and cases.
    Queue,
    /// Approvals waiting.
    Approvals,
    /// Accounts.
    Accounts,
    /// Parties, reached from accounts.
    Parties,
    /// Special measures.
    Measures,
    /// Watchlists.
    Lists,
    /// Legal orders.
    Orders,
    /// Holds and erasures.
    Retention,
    /// Policy pack.
    Policy,
    /// Ledger.
    Ledger,
    /// Webhooks.
    Webhooks,
    /// Staff and keys.
    Staff,
    /// Guided story.
    Story,
    /// Search.
    Search,
    /// Help.
    Help,
    /// None: log-in, errors.
    Elsewhere,
}

impl Section {
    /// The short name used in templates and in the body's class.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Approvals => "approvals",
            Self::Accounts => "accounts",
            Self::Parties => "parties",
            Self::Measures => "measures",
            Self::Lists => "lists",
            Self::Orders => "orders",
            Self::Retention => "retention",
            Self::Policy => "policy",
            Self::Ledger => "ledger",
            Self::Webhooks => "webhooks",
            Self::Staff => "staff",
            Self::Story => "story",
            Self::Search => "search",
            Self::Help => "help",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// Numbers beside navigation entries; 0 prints nothing.
#[derive(Clone, Copy, Default)]
pub struct Waiting {
    /// Open cases the viewer may take.
    pub cases: u32,
    /// Approvals the viewer may give.
    pub approvals: u32,
    /// Orders with a deadline within three days.
    pub orders: u32,
    /// Messages that could not be delivered.
    pub dead_letters: u32,
}

/// A message about the last action, announced to screen readers.
#[derive(Clone)]
pub struct Flash {
    /// How it went.
    pub tone: Tone,
    /// One sentence.
    pub text: String,
}

/// A condition that concerns everyone.
#[derive(Clone)]
pub struct Alarm {
    /// What is wrong and what that means, one or two sentences.
    pub text: String,
    /// Where to read more; empty when nowhere.
    pub href: String,
}

/// The two hidden fields of every posting form: against forged requests, and against sending twice.
#[derive(Clone, Template)]
#[template(path = "console/part/guard.html")]
pub struct Guard {
    /// Token bound to the session.
    pub csrf: String,
    /// Idempotency key of this rendering.
    pub once: String,
}

impl HtmlSafe for Guard {}

opaque_debug!(Shell, Viewer, Demo, Section, Waiting, Flash, Alarm, Guard);
