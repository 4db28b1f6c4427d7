//! Small pieces that print themselves: times, badges, hashes, links, bars.
//!
//! Each derives a template and is marked safe for HTML, so a page writes `{{ row.opened }}` and gets a `<time>` element.
//! Status is always a word with a shape beside it; colour only repeats what both say.

use askama::{Template, filters::HtmlSafe};

use super::opaque_debug;

/// An instant in UTC, printed as ISO date and time with its age as a hint.
#[derive(Clone, Template)]
#[template(path = "console/part/when.html")]
pub struct When {
    /// Machine form, `2026-11-22T09:14:03Z`.
    pub iso: String,
    /// What is printed, `2026-11-22 09:14`.
    pub shown: String,
    /// Distance to now in words, `1 d ago` or `in 3 h`; empty when not wanted.
    pub age: String,
}

impl When {
    /// The instant `at_us`, seen from `now_us` (both microseconds since 1970 in UTC).
    ///
    /// ```
    /// use tenantry_server::console::views::parts::When;
    /// let when = When::at(1_795_000_443_000_000, 1_795_086_843_000_000);
    /// assert_eq!((when.shown.as_str(), when.age.as_str()), ("2026-11-18 11:14", "1 d ago"));
    /// ```
    pub fn at(at_us: i64, now_us: i64) -> Self {
        let Ok(at) = jiff::Timestamp::from_microsecond(at_us) else {
            return Self { iso: String::new(), shown: "outside the calendar".to_owned(), age: String::new() };
        };
        Self {
            iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            shown: at.strftime("%Y-%m-%d %H:%M").to_string(),
            age: distance(at_us, now_us),
        }
    }

    /// The day of the instant `at_us`, seen from `now_us`, where the time of day says nothing.
    pub fn day_at(at_us: i64, now_us: i64) -> Self {
        let when = Self::at(at_us, now_us);
        let shown = when.shown.split(' ').next().unwrap_or_default().to_owned();
        Self { shown, ..when }
    }

    /// A calendar day without a time of day, `2026-03-04`; `age` as in [`When::age`], may be empty.
    pub fn day(day: &str, age: &str) -> Self {
        Self { iso: day.to_owned(), shown: day.to_owned(), age: age.to_owned() }
    }
}

/// The distance between two instants in one unit: `just now`, `5 min ago`, `in 3 h`, `12 d ago`, `2 y ago`.
pub fn distance(at_us: i64, now_us: i64) -> String {
    const MINUTE_S: u64 = 60;
    const HOUR_S: u64 = 60 * MINUTE_S;
    const DAY_S: u64 = 24 * HOUR_S;
    const YEAR_S: u64 = 365 * DAY_S;
    let seconds = at_us.abs_diff(now_us) / 1_000_000;
    let amount = match seconds {
        0..MINUTE_S => return "just now".to_owned(),
        MINUTE_S..HOUR_S => format!("{} min", seconds / MINUTE_S),
        HOUR_S..DAY_S => format!("{} h", seconds / HOUR_S),
        DAY_S..YEAR_S => format!("{} d", seconds / DAY_S),
        _ => format!("{} y", seconds / YEAR_S),
    };
    if at_us <= now_us { format!("{amount} ago") } else { format!("in {amount}") }
}

/// What a status means to the reader. Each has its own shape, so that colour is never needed to tell them apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to report, or no longer in force (ring).
    Quiet,
    /// In order (filled disc).
    Good,
    /// Someone should look (triangle).
    Warn,
    /// Stopped, overdue or broken (square).
    Bad,
    /// Neutral but worth naming (diamond).
    Info,
}

impl Tone {
    /// The class name the style sheet knows.
    pub fn class(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
        }
    }

    /// The path of the shape in a 10 by 10 box.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Quiet => {
                "M5 .8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 0 1 0-8.4zm0 1.5a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 0 0 0-5.4z"
            }
            Self::Good => "M5 .8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 0 1 0-8.4z",
            Self::Warn => "M5 .6L9.8 9.2H.2z",
            Self::Bad => "M1 1h8v8H1z",
            Self::Info => "M5 .2L9.8 5L5 9.8L.2 5z",
        }
    }
}

/// A status: a word with its shape.
#[derive(Clone, Template)]
#[template(path = "console/part/badge.html")]
pub struct Badge {
    /// What it means.
    pub tone: Tone,
    /// The word, lower case, from the glossary.
    pub word: String,
}

impl Badge {
    /// A badge of this tone and word.
    pub fn new(tone: Tone, word: &str) -> Self {
        Self { tone, word: word.to_owned() }
    }
}

/// A hash or key: printed shortened, complete in the title and when copied from the details.
#[derive(Clone, Template)]
#[template(path = "console/part/digest.html")]
pub struct Digest {
    /// The complete text.
    pub full: String,
}

impl Digest {
    /// Characters printed before the dots.
    const SHOWN: usize = 12;

    /// A digest from its complete text.
    pub fn new(full: &str) -> Self {
        Self { full: full.to_owned() }
    }

    fn short(&self) -> String {
        self.full.chars().take(Self::SHOWN).collect()
    }

    fn is_cut(&self) -> bool {
        self.full.chars().count() > Self::SHOWN
    }
}

/// A link inside the console or to one of its own downloads.
#[derive(Clone, Template)]
#[template(path = "console/part/link.html")]
pub struct Link {
    /// Absolute path, `/console/accounts/acc_…`.
    pub href: String,
    /// What is printed.
    pub text: String,
}

impl Link {
    /// A link from its path and text.
    pub fn new(href: &str, text: &str) -> Self {
        Self { href: href.to_owned(), text: text.to_owned() }
    }
}

/// Where a value comes from, how old it is and who vouched for it.
#[derive(Clone, Template)]
#[template(path = "console/part/provenance.html")]
pub struct Provenance {
    /// `declared`, `document`, `registry`, `credential`, `inferred` or `reviewer`.
    pub kind: String,
    /// The source in words: `passport`, `state registry extract`.
    pub source: String,
    /// Verified, unverified, expired, contradicted…
    pub standing: Badge,
    /// When it was obtained.
    pub at: When,
    /// Who verified it; empty when nobody did.
    pub by: String,
}

/// A share of a whole as a small bar; the figure is printed beside it by the page.
#[derive(Clone, Template)]
#[template(path = "console/part/bar.html")]
pub struct Bar {
    /// Percent, 0 to 100.
    pub percent: u8,
    /// Colour and meaning of the filled part.
    pub tone: Tone,
}

/// One name with a number, for counts under a heading.
#[derive(Clone)]
pub struct Count {
    /// What is counted.
    pub label: String,
    /// How many, formatted.
    pub value: String,
    /// Where the counted things are listed; empty when nowhere.
    pub href: String,
}

/// One entry of a timeline.
#[derive(Clone)]
pub struct Event {
    /// When it happened.
    pub at: When,
    /// `sign-up`, `document`, `decision`, `resource`, `abuse report`, `measure`, `hold`, `access`…
    pub kind: String,
    /// What it means.
    pub tone: Tone,
    /// One sentence.
    pub text: String,
    /// Who did it: a person, a key, a named system job.
    pub actor: String,
    /// The record behind it; none when the viewer may not open it.
    pub link: Option<Link>,
    /// Position of the ledger leaf, `#120 482`; empty when not yet sequenced.
    pub leaf: String,
}

/// A reason with its rule and citation, as decisions and gate answers give it.
#[derive(Clone)]
pub struct Reason {
    /// Stable id, `SCR-MATCH-OPEN`.
    pub code: String,
    /// One sentence.
    pub text: String,
    /// The rule or clause: `7.302(d)(2), pack eo13984-nprm-2024`.
    pub citation: String,
    /// What would change the outcome; empty when nothing would.
    pub remedy: String,
    /// How serious.
    pub tone: Tone,
}

/// One choice of a selection box.
#[derive(Clone)]
pub struct Choice {
    /// Sent with the form.
    pub value: String,
    /// Printed.
    pub label: String,
    /// Whether the box shows it at first.
    pub chosen: Chosen,
}

/// Whether a choice is the present one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// It is.
    Yes,
    /// It is not.
    No,
}

impl Choice {
    /// A choice that is not the present one.
    pub fn new(value: &str, label: &str) -> Self {
        Self { value: value.to_owned(), label: label.to_owned(), chosen: Chosen::No }
    }

    /// The same choice, shown at first.
    pub fn chosen(mut self) -> Self {
        self.chosen = Chosen::Yes;
        self
    }

    pub(crate) fn is_chosen(&self) -> bool {
        self.chosen == Chosen::Yes
    }
}

/// Where a list continues.
#[derive(Clone, Template)]
#[template(path = "console/part/pager.html")]
pub struct Pager {
    /// `1–50 of 5 000 accounts`.
    pub summary: String,
    /// The page before; none on the first.
    pub previous: Option<Link>,
    /// The page after; none on the last.
    pub next: Option<Link>,
}

/// Four-eyes request: what is asked, by whom, bound to which content.
#[derive(Clone)]
pub struct SecondPerson {
    /// Id of the approval request.
    pub id: String,
    /// Who asked.
    pub maker: String,
    /// When.
    pub asked: When,
    /// What approving does, one sentence.
    pub effect: String,
    /// Hash of the exact content asked for.
    pub content: Digest,
    /// Why it is asked; empty when that was erased.
    pub reason: String,
    /// Where things stand for this viewer.
    pub standing: ApprovalStanding,
    /// When the request lapses.
    pub lapses: When,
}

/// Where a request stands for the viewer.
#[derive(Clone)]
pub enum ApprovalStanding {
    /// The viewer is another person with the right to approve.
    Ready,
    /// The viewer made the request.
    Own,
    /// It was answered or is void; the sentence says which.
    Over(String),
}

impl HtmlSafe for When {}
impl HtmlSafe for Badge {}
impl HtmlSafe for Digest {}
impl HtmlSafe for Link {}
impl HtmlSafe for Provenance {}
impl HtmlSafe for Bar {}
impl HtmlSafe for Pager {}

opaque_debug!(
    When,
    Tone,
    Badge,
    Digest,
    Link,
    Provenance,
    Bar,
    Count,
    Event,
    Reason,
    Choice,
    Chosen,
    Pager,
    SecondPerson,
    ApprovalStanding
);
