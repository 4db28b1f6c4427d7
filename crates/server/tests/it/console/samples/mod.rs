//! Invented view models for every page, used by the snapshot tests and by the `console_preview` example.

#![expect(clippy::expect_used, reason = "a sample that cannot be drawn fails the test or the preview")]

mod house;
mod people;
mod work;

use askama::Template;
use tenantry_server::console::theme::{Keys, Theme};
use tenantry_server::console::views::parts::*;
use tenantry_server::console::views::shell::*;

/// 2026-11-23 09:00 UTC.
const NOW_US: i64 = 1_795_424_400_000_000;

/// Every page in every state worth looking at: file name and HTML.
pub(crate) fn pages(theme: Theme) -> Vec<(&'static str, String)> {
    let mut pages = work::pages(theme);
    pages.extend(people::pages(theme));
    pages.extend(house::pages(theme));
    pages
}

fn draw(view: &impl Template) -> String {
    view.render().expect("template renders")
}

pub(crate) fn shell(theme: Theme, section: Section) -> Shell {
    Shell {
        provider: "Northwind Cloud".to_owned(),
        viewer: Some(Viewer {
            name: "Ada Lindqvist".to_owned(),
            role: "reviewer".to_owned(),
            sections: vec![
                Section::Queue,
                Section::Approvals,
                Section::Orders,
                Section::Accounts,
                Section::Measures,
                Section::Lists,
                Section::Ledger,
                Section::Webhooks,
                Section::Staff,
            ],
        }),
        section,
        waiting: Waiting { cases: 23, approvals: 2, orders: 1, dead_letters: 3 },
        flash: None,
        theme,
        keys: Keys::On,
        here: "/console/queue?state=open".to_owned(),
        guard: Guard { csrf: "csrf-token".to_owned(), once: "once-token".to_owned() },
        demo: Demo::Yes,
        alarm: None,
    }
}

fn public(theme: Theme) -> Shell {
    Shell { viewer: None, demo: Demo::No, ..shell(theme, Section::Elsewhere) }
}

fn ago(minutes: i64) -> When {
    When::at(NOW_US - minutes * 60_000_000, NOW_US)
}

fn ahead(minutes: i64) -> When {
    ago(-minutes)
}

fn good(word: &str) -> Badge {
    Badge::new(Tone::Good, word)
}

fn warn(word: &str) -> Badge {
    Badge::new(Tone::Warn, word)
}

fn bad(word: &str) -> Badge {
    Badge::new(Tone::Bad, word)
}

fn info(word: &str) -> Badge {
    Badge::new(Tone::Info, word)
}

fn quiet(word: &str) -> Badge {
    Badge::new(Tone::Quiet, word)
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn count(value: &str, label: &str, href: &str) -> Count {
    Count { label: s(label), value: s(value), href: s(href) }
}

fn event(minutes: i64, kind: &str, tone: Tone, text: &str, actor: &str, leaf: &str) -> Event {
    Event { at: ago(minutes), kind: s(kind), tone, text: s(text), actor: s(actor), link: None, leaf: s(leaf) }
}

fn reason(tone: Tone, code: &str, text: &str, citation: &str, remedy: &str) -> Reason {
    Reason { code: s(code), text: s(text), citation: s(citation), remedy: s(remedy), tone }
}

fn provenance(kind: &str, source: &str, standing: Badge, days: i64, by: &str) -> Provenance {
    Provenance {
        kind: s(kind),
        source: s(source),
        standing,
        at: When::day_at(NOW_US - days * 86_400_000_000, NOW_US),
        by: s(by),
    }
}

fn second(standing: ApprovalStanding) -> SecondPerson {
    SecondPerson {
        id: s("apr_01J9QX"),
        maker: s("Bo Tanaka"),
        asked: ago(95),
        effect: s("carries the verdict out: the account is refused, or suspended if it was open"),
        content: Digest::new("9f2c41d07be38aa5560e1d9b1f6c7790c4f1a2d3e8b7645c0a9d12f4e3b8c761"),
        reason: s("confirm: same_identity. Passport number ends in the same four digits."),
        standing,
        lapses: ahead(60 * 24 * 6),
    }
}
