//! The queue of cases: what waits, why the viewer sees it, how long is left, who holds the lease.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Count, Pager, Tone, When};
use super::shell::Shell;

/// `GET /console/queue?state=&kind=&whose=&after=`. Taking a case posts to `/console/cases/{id}/lease`; the next case is
/// `POST /console/queue/next`, answered by a redirect to the case.
#[derive(Clone, Template)]
#[template(path = "console/queue.html")]
pub struct QueuePage {
    /// Frame.
    pub shell: Shell,
    /// Counts over the whole queue, by state.
    pub counts: Vec<Count>,
    /// Filter by state.
    pub states: Vec<Choice>,
    /// Filter by kind of case.
    pub kinds: Vec<Choice>,
    /// Filter by who holds it.
    pub whose: Vec<Choice>,
    /// The cases, most urgent first.
    pub rows: Vec<QueueRow>,
    /// Continuation.
    pub pager: Pager,
    /// Whether a filter is set, which changes what an empty list means.
    pub filtered: Filtered,
}

/// Whether the list is narrowed by a filter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Filtered {
    /// It is.
    Yes,
    /// Everything is shown.
    No,
}

/// One case in the queue.
#[derive(Clone)]
pub struct QueueRow {
    /// Case id.
    pub id: String,
    /// The last characters of the id.
    pub short: String,
    /// Kind in words: `sanctions match`, `link to a removed account`.
    pub kind: String,
    /// The account's reference; empty when it is about none or several.
    pub subject: String,
    /// Why it exists, one sentence.
    pub why: String,
    /// State of the case.
    pub state: Badge,
    /// Time left.
    pub sla: Sla,
    /// Who holds the lease.
    pub lease: Lease,
    /// When it was opened.
    pub opened: When,
}

/// Time left until a case must be decided.
#[derive(Clone)]
pub struct Sla {
    /// `3 h 12 min left`, `overdue by 2 d`, `no deadline`.
    pub text: String,
    /// How urgent.
    pub tone: Tone,
}

impl Sla {
    pub(crate) fn badge(&self) -> Badge {
        Badge::new(self.tone, &self.text)
    }
}

/// Who works on a case.
#[derive(Clone)]
pub enum Lease {
    /// Nobody.
    Free,
    /// The viewer, for so long.
    Mine {
        /// `14 min 58 s`.
        left: String,
    },
    /// Someone else, for so long.
    Other {
        /// Their name.
        name: String,
        /// `6 min`.
        left: String,
    },
}

impl QueuePage {
    fn is_filtered(&self) -> bool {
        self.filtered == Filtered::Yes
    }
}

opaque_debug!(QueuePage, Filtered, QueueRow, Sla, Lease);
