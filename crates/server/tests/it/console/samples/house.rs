//! Ledger, staff, webhooks, search, help, story, errors.

use tenantry_server::console::views::error::ErrorPage;
use tenantry_server::console::views::help::HelpPage;
use tenantry_server::console::views::ledger::*;
use tenantry_server::console::views::search::*;
use tenantry_server::console::views::staff::*;
use tenantry_server::console::views::story::*;
use tenantry_server::console::views::webhooks::*;

use super::*;

pub(super) fn pages(theme: Theme) -> Vec<(&'static str, String)> {
    let elsewhere = || shell(theme, Section::Elsewhere);
    let secret =
        Some(NewSecret { label: s("API key “billing”"), value: s("tnk_example_not_a_real_key") });
    let keys_off = Shell { keys: Keys::Off, ..shell(theme, Section::Help) };
    let nothing = SearchPage { query: s("nobody"), groups: Vec::new(), cut: String::new(), ..search(theme) };
    vec![
        ("ledger", draw(&ledger(theme))),
        ("staff", draw(&staff(theme, None))),
        ("staff_secret", draw(&staff(theme, secret))),
        ("webhooks", draw(&webhooks(theme))),
        ("search", draw(&search(theme))),
        ("search_start", draw(&SearchPage { query: String::new(), ..nothing.clone() })),
        ("search_nothing", draw(&nothing)),
        ("help", draw(&HelpPage { shell: shell(theme, Section::Help), version: s("0.1.0") })),
        ("help_keys_off", draw(&HelpPage { shell: keys_off, version: s("0.1.0") })),
        ("story", draw(&story(theme))),
        ("error_400", draw(&ErrorPage::bad_request(elsewhere(), "“2026-02-30” is not a day."))),
        (
            "error_403",
            draw(&ErrorPage::forbidden(
                elsewhere(),
                "Ending a measure is for compliance officers; you are a reviewer.",
            )),
        ),
        ("error_404", draw(&ErrorPage::not_found(elsewhere()))),
        (
            "error_409",
            draw(&ErrorPage::changed_meanwhile(
                elsewhere(),
                vec![s("Date of birth of the customer: 1979-05-02, was 1979-05-20")],
                Link::new("/console/cases/4821", "Back to case 4821"),
            )),
        ),
        ("error_429", draw(&ErrorPage::too_many(public(theme), 30))),
        ("error_500", draw(&ErrorPage::internal(elsewhere(), "req_01J9QX7"))),
        (
            "error_503",
            draw(&ErrorPage::failing_closed(
                Shell {
                    alarm: Some(Alarm {
                        text: s("The ledger cannot be written. Everything that must be recorded is refused."),
                        href: s("/console/ledger"),
                    }),
                    ..elsewhere()
                },
                "The ledger cannot be written at the moment.",
                "req_01J9QX7",
            )),
        ),
    ]
}

fn ledger(theme: Theme) -> LedgerPage {
    LedgerPage {
        shell: shell(theme, Section::Ledger),
        state: good("in order"),
        summary: s("Every record is covered by a signed checkpoint except the newest 4."),
        size: s("120 483"),
        root: Digest::new("c1f0a9e2d4b87365a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"),
        checkpoint: ago(1),
        uncovered: s("4 records"),
        origin: s("northwind.example/tenantry"),
        note: s(
            "northwind.example/tenantry\n120479\nwfCp4tS4c2WgscLT5PUGFyg5SltsfY6foLHC0+T1Bhc=\n\n— northwind.example/tenantry a1b2c3d4…\n",
        ),
        keys: vec![SignerKey {
            name: s("northwind.example/tenantry"),
            verifier: Digest::new("northwind.example/tenantry+4be02a19+AYx0b1c2d3e4f5061728394a5b6c7d8e9f"),
            state: good("in use"),
            since: When::day("2026-01-04", "323 d ago"),
        }],
        witnesses: vec![],
        verify: vec![
            VerifyStep {
                text: s("Nobody changed the past: recompute the root from the tiles"),
                command: s("tenantry verify ledger --tiles ./tiles --key verifier.txt"),
            },
            VerifyStep {
                text: s("A record is in it: check an evidence package offline"),
                command: s("tenantry verify package acc_01J9QM.zip --key verifier.txt"),
            },
        ],
        recent: vec![
            event(
                1,
                "access",
                Tone::Info,
                "Values of pty_01J9QK revealed for deciding case 4821.",
                "Ada Lindqvist",
                "#120 483",
            ),
            event(
                12,
                "decision",
                Tone::Good,
                "Case 4820 closed as “not a match”.",
                "Ada Lindqvist",
                "#120 482",
            ),
        ],
    }
}

fn staff(theme: Theme, secret: Option<NewSecret>) -> StaffPage {
    StaffPage {
        shell: shell(theme, Section::Staff),
        people: vec![
            StaffRow {
                id: s("stf_1"),
                name: s("Ada Lindqvist"),
                email: s("ada@northwind.example"),
                role: s("reviewer, administrator"),
                state: good("active"),
                factor: good("authenticator"),
                seen: Some(ago(0)),
            },
            StaffRow {
                id: s("stf_2"),
                name: s("Bo Tanaka"),
                email: s("bo@northwind.example"),
                role: s("compliance officer"),
                state: good("active"),
                factor: good("authenticator"),
                seen: Some(ago(90)),
            },
            StaffRow {
                id: s("stf_3"),
                name: s("Cem Aydın"),
                email: s("cem@northwind.example"),
                role: s("auditor"),
                state: warn("invited"),
                factor: warn("not set up"),
                seen: None,
            },
        ],
        keys: vec![
            KeyRow {
                id: s("key_4be0"),
                name: s("billing"),
                scopes: vec![s("applications:write"), s("gate:read")],
                state: good("active"),
                created: ago(60 * 24 * 40),
                used: Some(ago(1)),
                expires: ahead(60 * 24 * 50),
            },
            KeyRow {
                id: s("key_0c11"),
                name: s("old control plane"),
                scopes: vec![s("gate:read")],
                state: quiet("revoked"),
                created: ago(60 * 24 * 300),
                used: None,
                expires: ago(60 * 24 * 30),
            },
        ],
        roles: vec![Choice::new("reviewer", "Reviewer"), Choice::new("auditor", "Auditor")],
        scopes: vec![Choice::new("gate:read", "gate:read")],
        secret,
        problem: String::new(),
    }
}

fn webhooks(theme: Theme) -> WebhooksPage {
    WebhooksPage {
        shell: shell(theme, Section::Webhooks),
        endpoints: vec![
            EndpointRow {
                id: s("whk_1"),
                url: s("https://billing.northwind.example/hooks"),
                events: vec![s("account.*"), s("gate.changed")],
                state: warn("retrying"),
                pending: s("14"),
                dead: s("3"),
                delivered: Some(ago(35)),
            },
            EndpointRow {
                id: s("whk_2"),
                url: s("https://control.northwind.example/tenantry"),
                events: vec![s("gate.changed")],
                state: good("delivering"),
                pending: s("0"),
                dead: s("0"),
                delivered: Some(ago(1)),
            },
        ],
        dead: vec![DeadLetter {
            id: s("msg_01J9QZ"),
            event: s("account.restricted"),
            subject: s("acc_01J9QK"),
            endpoint: s("https://billing.northwind.example/hooks"),
            tries: s("12"),
            error: s("HTTP 502"),
            at: ago(300),
        }],
        pager: Pager { summary: s("1–3 of 3 dead letters"), previous: None, next: None },
    }
}

fn search(theme: Theme) -> SearchPage {
    SearchPage {
        shell: shell(theme, Section::Search),
        query: s("203.0.113.7 @ 2026-11-02 14:05"),
        understood: s("Who held the address 203.0.113.7 on 2026-11-02 at 14:05 UTC"),
        groups: vec![
            SearchGroup {
                title: s("Accounts"),
                hits: vec![SearchHit {
                    link: Link::new("/console/accounts/acc_01J9QK", "Iskander Baimuratov"),
                    state: info("review"),
                    why: s("held it from 2026-10-28 11:02 to 2026-11-12 08:30 on instance i-88a1"),
                }],
            },
            SearchGroup {
                title: s("Orders"),
                hits: vec![SearchHit {
                    link: Link::new("/console/orders/O-204", "O-204 preservation request"),
                    state: warn("preserved"),
                    why: s("names this address"),
                }],
            },
        ],
        cut: String::new(),
    }
}

fn story(theme: Theme) -> StoryPage {
    let step = |href: &str, text: &str, look: &str| StoryStep { link: Link::new(href, text), look: s(look) };
    StoryPage {
        shell: shell(theme, Section::Story),
        intro: s(
            "Northwind Cloud is invented, its 5 000 accounts too; the sanctions list is the real one. Five things happened this week. Follow them in any order.",
        ),
        chapters: vec![
            Chapter {
                title: s("A name close to a listed one"),
                text: s("Iskander Baimuratov was cleared in March. Yesterday the list changed."),
                state: info("case 4821 open"),
                steps: vec![
                    step(
                        "/console/cases/4821",
                        "Open case 4821",
                        "The points add up: for, against and unknown. What moved since March is marked.",
                    ),
                    step(
                        "/console/parties/pty_01J9QK",
                        "Look at the person",
                        "Values are masked. Reveal them and find your own access in “Who looked”.",
                    ),
                    step(
                        "/console/ledger",
                        "Find your decision in the ledger",
                        "It is a signed record now; the page says how to check it without us.",
                    ),
                ],
            },
            Chapter {
                title: s("A front company with a hidden owner"),
                text: s("Harrow & Finch says all its owners are US persons. The registry says otherwise."),
                state: warn("gate denies"),
                steps: vec![step(
                    "/console/accounts/acc_01J9QM",
                    "Open the account",
                    "Why the gate denies, with the clause, and what would change it.",
                )],
            },
            Chapter {
                title: s("A reseller whose customers are listed"),
                text: s("Blue Ridge sells on, two levels down."),
                state: info("measure drafted"),
                steps: vec![step(
                    "/console/measures/M-17",
                    "Preview the measure",
                    "Who is hit, downstream included, before anyone approves.",
                )],
            },
        ],
    }
}
