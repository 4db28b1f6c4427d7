//! Ledger, staff, webhooks, search, help, story, errors.

use tenantry_server::console::views::error::ErrorPage;
use tenantry_server::console::views::help::HelpPage;
use tenantry_server::console::views::ledger::*;
use tenantry_server::console::views::retention::*;
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
    let nothing = SearchPage { query: s("nobody"), hits: Vec::new(), ..search(theme) };
    vec![
        ("ledger", draw(&ledger(theme))),
        ("staff", draw(&staff(theme, None))),
        ("staff_secret", draw(&staff(theme, secret))),
        ("webhooks", draw(&webhooks(theme))),
        ("retention", draw(&retention(theme))),
        (
            "retention_empty",
            draw(&RetentionPage {
                place: None,
                holds: Vec::new(),
                batches: Vec::new(),
                due: Vec::new(),
                ..retention(theme)
            }),
        ),
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
        checkpoint: Some(Checkpoint {
            root: Digest::new("c1f0a9e2d4b87365a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"),
            signed: ago(1),
            note: s("northwind.example/tenantry\n120479\nwfCp4tS4c2WgscLT5PUGFyg5SltsfY6foLHC0+T1Bhc=\n"),
        }),
        uncovered: s("4 records"),
        origin: s("northwind.example/tenantry"),
        verifier: s("northwind.example/tenantry+4be02a19+AYx0b1c2d3e4f5061728394a5b6c7d8e9f"),
        fingerprint: s("5be0c1d2f3a45be0c1d2f3a4"),
        verify: vec![VerifyStep {
            text: s("Check an evidence package offline"),
            command: s("tenantry verify package.zip --key verifier.txt"),
        }],
        leaf: Some(LeafRecord {
            index: s("#120 483"),
            title: s("Personal data shown"),
            at: ago(1),
            fields: vec![(s("Leaf hash"), s("9f2c41d07be38aa5")), (s("By"), s("you"))],
        }),
        recent: vec![event(1, "access", Tone::Info, "Personal data shown", "you", "#120 483")],
        older: Some(Link::new("/console/ledger?before=120443", "Older records")),
    }
}

fn staff(theme: Theme, secret: Option<NewSecret>) -> StaffPage {
    let person = |id: &str, name: &str, login: &str, role: &str, state: Badge, link| StaffRow {
        id: s(id),
        name: s(name),
        login: s(login),
        role: s(role),
        state,
        added: ago(60 * 24 * 90),
        link,
    };
    let waits = LinkOffer::Waits(Link::new("/console/approvals/apr_1", "Waits for a second person"));
    let invited = Badge::new(Tone::Info, "invited");
    let key = |id: &str, name: &str, scopes: &[&str], state: Badge| KeyRow {
        id: s(id),
        name: s(name),
        scopes: scopes.iter().map(|scope| s(scope)).collect(),
        reseller: scopes.contains(&"applications").then(|| Link::new("/console/accounts/acc_r1", "acc_r1")),
        state,
        created: ago(60 * 24 * 40),
    };
    StaffPage {
        shell: shell(theme, Section::Staff),
        people: vec![
            person(
                "stf_1",
                "Ada Lindqvist",
                "ada@northwind.example",
                "reviewer",
                good("active"),
                LinkOffer::Ask,
            ),
            person("stf_2", "Bo Ek", "bo@northwind.example", "legal", good("active"), LinkOffer::Show),
            person(
                "stf_3",
                "Cem Aydın",
                "cem@northwind.example",
                "auditor",
                quiet("suspended"),
                LinkOffer::Nothing,
            ),
            person("stf_4", "Dara Ito", "dara@northwind.example", "auditor", invited, waits),
        ],
        asked_keys: vec![
            AskedKeyRow {
                request: s("apr_7"),
                name: s("sign-up"),
                offer: LinkOffer::Waits(Link::new("/console/approvals/apr_7", "Waits for a second person")),
            },
            AskedKeyRow { request: s("apr_8"), name: s("control plane"), offer: LinkOffer::Show },
        ],
        keys: vec![
            key("key_4be0", "billing", &["applications", "gate"], good("active")),
            key("key_0c11", "old control plane", &["gate"], quiet("revoked")),
        ],
        older_keys: Some(Link::new("/console/staff?before=key_0c11", "Older keys")),
        roles: vec![Choice::new("reviewer", "reviewer"), Choice::new("auditor", "auditor")],
        scopes: vec![Choice::new("applications", "applications"), Choice::new("gate", "gate")],
        secret,
        problem: String::new(),
    }
}

fn retention(theme: Theme) -> RetentionPage {
    let hold = |id: &str, kind: &str, until, act| HoldRow {
        id: s(id),
        kind: s(kind),
        state: Badge::new(Tone::Info, "in force"),
        silence: s("silent"),
        authority: s("Court of Example, 2026/17"),
        objects: vec![Link::new("/console/accounts/acc_01j9qk", "account 01j9qk")],
        keys: s("3"),
        until,
        review: ago(5),
        act,
    };
    let batch = |id: &str, state, keys: &str, act| BatchRow {
        id: s(id),
        state,
        keys: s(keys),
        objects: vec![Link::new("/console/parties/pty_01j9qk", "party 01j9qk")],
        more: 2,
        from: ago(3),
        content: Digest::new("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        act,
    };
    RetentionPage {
        shell: shell(theme, Section::Retention),
        counts: vec![count("2", "holds in force", ""), count("5", "keys due", "")],
        hold_pages: Pager {
            summary: s("2 here"),
            previous: None,
            next: Some(Link::new("/console/retention?holds=hld_1", "Earlier")),
        },
        batch_pages: Pager { summary: s("1 here"), previous: None, next: None },
        holds: vec![
            hold("hld_2", "Preservation request", Some(ago(1)), HoldAct::RenewOrRelease),
            hold("hld_1", "Litigation", None, HoldAct::Release),
        ],
        place: Some(PlaceHold {
            kinds: vec![Choice::new("litigation", "litigation")],
            silences: vec![Choice::new("silent", "must not learn of it").chosen()],
        }),
        batches: vec![
            batch("ers_2", Badge::new(Tone::Info, "scheduled"), "3", BatchAct::Ask),
            batch("ers_1", good("done"), "3 erased, 0 held, 0 no longer due", BatchAct::Nothing),
        ],
        due: vec![DueRow {
            object: Link::new("/console/accounts/acc_01j9qk", "account 01j9qk"),
            class: s("personal data"),
            basis: s("identity_record"),
            since: ago(40),
            place: Badge::new(Tone::Warn, "held"),
        }],
    }
}

fn webhooks(theme: Theme) -> WebhooksPage {
    WebhooksPage {
        shell: shell(theme, Section::Webhooks),
        counts: vec![count("14", "pending", ""), count("1", "given up", "")],
        endpoints: vec![EndpointRow {
            id: s("whe_1"),
            url: s("https://billing.northwind.example/hooks"),
            events: vec![s("tenantry.account.opened"), s("tenantry.case.opened")],
            state: good("in use"),
            added: ago(35),
        }],
        dead: vec![DeadLetter {
            id: s("dlv_01j9qz"),
            event: s("evt_01j9qz"),
            subject: s("acc_01j9qk"),
            endpoint: s("https://billing.northwind.example/hooks"),
            tries: s("12"),
            error: s("HTTP 502"),
            at: ago(300),
        }],
        pager: Pager { summary: s("1 here, 1 in all"), previous: None, next: None },
    }
}

fn search(theme: Theme) -> SearchPage {
    SearchPage {
        shell: shell(theme, Section::Search),
        query: s("acc-004962"),
        hits: vec![SearchHit {
            link: Link::new("/console/accounts/acc_01j9qk", "acc-004962"),
            what: s("account"),
        }],
    }
}

fn story(theme: Theme) -> StoryPage {
    let step = |href: &str, text: &str, look: &str| StoryStep { link: Link::new(href, text), look: s(look) };
    StoryPage {
        shell: shell(theme, Section::Story),
        intro: s("This provider and all its customers are invented; the sanctions list is the real one."),
        chapters: vec![Chapter {
            title: s("A name close to a listed one"),
            text: s("Somebody applies whose name differs by one letter from a name on the list."),
            matters: s("Most people who resemble a listed person are somebody else."),
            steps: vec![
                step("/console/cases/cse_4821", "Case “match” of acc-004962", "The points add up."),
                step("", "The order", "Nothing here for this viewer."),
            ],
        }],
    }
}
