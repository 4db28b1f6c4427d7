//! Accounts, parties, measures, lists.

use tenantry_server::console::views::account::*;
use tenantry_server::console::views::accounts::*;
use tenantry_server::console::views::lists::*;
use tenantry_server::console::views::measures::*;
use tenantry_server::console::views::party::*;

use super::*;

pub(super) fn pages(theme: Theme) -> Vec<(&'static str, String)> {
    let masked = party(theme, false);
    let problem = PartyPage {
        problem: s("Choose a purpose first; nothing was shown and nothing recorded."),
        ..masked.clone()
    };
    let request = MeasureWork::Request {
        action: s("put it into force"),
        reasons: vec![Choice::new("R-1", "R-1 determination published")],
        problem: String::new(),
    };
    vec![
        ("accounts", draw(&accounts(theme))),
        ("accounts_empty", draw(&AccountsPage { rows: Vec::new(), query: s("zzz"), ..accounts(theme) })),
        ("account", draw(&account(theme))),
        ("party", draw(&masked)),
        ("party_problem", draw(&problem)),
        ("party_revealed", draw(&party(theme, true))),
        ("measures", draw(&measures(theme))),
        ("measures_empty", draw(&MeasuresPage { rows: Vec::new(), propose: None, ..measures(theme) })),
        ("measure_request", draw(&measure(theme, request))),
        (
            "measure_approve",
            draw(&measure(theme, MeasureWork::Approve(Box::new(second(ApprovalStanding::Ready))))),
        ),
        (
            "measure_read",
            draw(&measure(
                theme,
                MeasureWork::Read(s("In force since 2026-11-02. Only a compliance officer can end it.")),
            )),
        ),
        ("measure_new", draw(&measure_new(theme))),
        ("lists", draw(&lists(theme))),
        ("lists_empty", draw(&ListsPage { lists: Vec::new(), ..lists(theme) })),
    ]
}

fn accounts(theme: Theme) -> AccountsPage {
    let row = |id: &str,
               customer: &str,
               about: &str,
               state: Badge,
               status: Badge,
               gate: Badge,
               reseller: &str,
               days: i64| AccountRow {
        id: s(id),
        customer: s(customer),
        about: s(about),
        state,
        status,
        gate,
        reseller: s(reseller),
        opened: ago(days * 1440),
    };
    AccountsPage {
        shell: shell(theme, Section::Accounts),
        query: String::new(),
        states: vec![Choice::new("", "Every state").chosen(), Choice::new("review", "Review")],
        rows: vec![
            row(
                "acc_01J9QK",
                "Iskander Baimuratov",
                "person, Kazakhstan",
                info("review"),
                info("foreign"),
                warn("condition"),
                "Blue Ridge Reselling LLC",
                341,
            ),
            row(
                "acc_01J9QM",
                "Harrow & Finch Trading",
                "organisation, Delaware",
                info("review"),
                warn("undetermined"),
                bad("deny"),
                "",
                1,
            ),
            row(
                "acc_01J8AA",
                "Meridian Robotics GmbH",
                "organisation, Germany",
                good("open"),
                info("foreign"),
                good("allow"),
                "",
                88,
            ),
            row(
                "acc_01J7ZZ",
                "Priya Raman",
                "person, United States",
                good("open"),
                good("US"),
                good("allow"),
                "Cobalt Sky → Blue Ridge",
                140,
            ),
            row(
                "acc_01H8PQ",
                "Calder Hosting Ltd",
                "organisation, Belize",
                bad("closed"),
                info("foreign"),
                bad("deny"),
                "",
                402,
            ),
        ],
        pager: Pager {
            summary: s("1–50 of 5 000 accounts"),
            previous: None,
            next: Some(Link::new("/console/accounts?after=acc_01H8PQ", "Next page")),
        },
    }
}

fn account(theme: Theme) -> AccountPage {
    let owner = |depth: u8, href: &str, name: &str, share: &str, status: Badge, note: &str| OwnerNode {
        depth,
        party: Link::new(href, name),
        share: s(share),
        status,
        note: s(note),
    };
    let role = |role: &str, name: &str, status: Badge, identified: Badge, screened: Badge| RoleRow {
        role: s(role),
        party: Link::new("/console/parties/pty_01J9QM", name),
        status,
        identified,
        screened,
        since: When::day("2026-11-22", "1 d ago"),
    };
    AccountPage {
        shell: shell(theme, Section::Accounts),
        id: s("acc_01J9QM"),
        name: s("Harrow & Finch Trading"),
        state: info("review"),
        status: warn("undetermined"),
        applied: ago(1500),
        opened: None,
        reference: s("C-88213"),
        gate: GateView {
            verdict: bad("deny"),
            summary: s("Nothing may be provisioned until a reviewer has decided case 4822."),
            freshness: s("answer 2 s old"),
            actions: vec![
                GateAction { action: s("provision compute"), verdict: bad("deny"), condition: String::new() },
                GateAction { action: s("attach address"), verdict: bad("deny"), condition: String::new() },
                GateAction {
                    action: s("log in, read, export"),
                    verdict: warn("condition"),
                    condition: s("from the address of the application only"),
                },
            ],
            reasons: vec![
                reason(
                    Tone::Bad,
                    "CIP-OWNER-FOREIGN",
                    "An owner of 60 % is a foreign person, so the full data set is due.",
                    "15 CFR 7.302(d)(1)(i), CIP-06",
                    "the data set for Kestrel Holdings and its owner",
                ),
                reason(
                    Tone::Warn,
                    "CIP-CONTRA-1",
                    "The application says all owners are US persons; the registry extract does not.",
                    "15 CFR 7.302(d)(1)(i), CIP-07",
                    "a corrected statement",
                ),
            ],
        },
        roles: vec![
            role(
                "customer",
                "Harrow & Finch Trading",
                warn("undetermined"),
                good("identified"),
                good("clear"),
            ),
            role(
                "beneficial owner",
                "Kestrel Holdings (Cyprus)",
                info("foreign"),
                warn("partly"),
                good("clear"),
            ),
            role("beneficial owner", "Maria Delgado", good("US"), good("identified"), good("clear")),
            role(
                "payer",
                "Sundial Payments, card ••42",
                warn("undetermined"),
                quiet("token only"),
                quiet("not due"),
            ),
            role("user", "ops@harrowfinch.example", warn("undetermined"), quiet("not due"), quiet("not due")),
        ],
        chain: vec![
            Link::new("/console/accounts", "Northwind Cloud"),
            Link::new("/console/accounts/acc_R1", "Cobalt Sky"),
            Link::new("/console/accounts/acc_R2", "Blue Ridge Reselling"),
            Link::new("", "Harrow & Finch Trading"),
        ],
        ownership: vec![
            owner(
                0,
                "/console/parties/pty_01",
                "Harrow & Finch Trading",
                "customer",
                warn("undetermined"),
                "",
            ),
            owner(
                1,
                "/console/parties/pty_02",
                "Kestrel Holdings (Cyprus)",
                "60 %, directly",
                info("foreign"),
                "Not named in the application.",
            ),
            owner(
                2,
                "",
                "owner not known",
                "100 % of Kestrel Holdings",
                warn("undetermined"),
                "Reaches 60 % of the customer: must be identified.",
            ),
            owner(1, "/console/parties/pty_03", "Maria Delgado", "40 %, directly", good("US"), ""),
        ],
        decisions: vec![DecisionRow {
            id: s("dec_01J9"),
            at: ago(1490),
            outcome: info("review"),
            by: s("policy engine"),
            basis: s("pack eo13984-nprm-2024 v1.3, OFAC SDN 2026-11-22, engine 0.1.0"),
            reasons: vec![reason(
                Tone::Warn,
                "CIP-CONTRA-1",
                "Ownership in the registry extract differs from the application.",
                "pack rule OWN-02",
                "a corrected statement",
            )],
            record: Some(Link::new("/console/ledger?leaf=120101", "record #120 101")),
        }],
        measures: vec![MeasureInForce {
            measure: Link::new("/console/measures/M-12", "M-12 Accounts through unlisted resellers"),
            effect: s("addresses limited to 2"),
            state: good("in force"),
            from: When::day("2026-09-01", "83 d ago"),
        }],
        cases: vec![CaseRow {
            case: Link::new("/console/cases/4822", "4822 hidden owner"),
            state: info("open"),
            why: s("Owner of 60 % is foreign; the application said all owners are US persons"),
        }],
        links: vec![LinkRow {
            account: Link::new("/console/accounts/acc_01H8PQ", "Calder Hosting Ltd"),
            state: bad("closed"),
            strength: warn("strong"),
            basis: vec![
                s("same payment card; 1 in 4.1 M accounts shares one"),
                s("same director name; 31 accounts share it"),
            ],
            against: s("different registry country"),
        }],
        timeline: vec![
            event(1400, "case", Tone::Warn, "Case 4822 opened: hidden owner.", "policy engine", "#120 102"),
            event(1490, "decision", Tone::Info, "Application goes to review.", "policy engine", "#120 101"),
            event(1499, "evidence", Tone::Good, "Registry extract read.", "registry look-up", "#120 099"),
            event(
                1500,
                "sign-up",
                Tone::Quiet,
                "Application received from 192.0.2.44.",
                "key “billing”",
                "#120 090",
            ),
        ],
        older: Some(Link::new("/console/accounts/acc_01J9QM?before=120090", "Older entries")),
        evidence: Some(Link::new("/console/accounts/acc_01J9QM/evidence", "Evidence package")),
    }
}

fn party(theme: Theme, revealed: bool) -> PartyPage {
    let value = |plain: &str, masked: &str| {
        if revealed { FactValue::Plain(s(plain)) } else { FactValue::Masked(s(masked)) }
    };
    let fact = |label: &str, value: FactValue, provenance: Provenance, standing: Badge| FactRow {
        label: s(label),
        value,
        provenance,
        standing,
    };
    PartyPage {
        shell: shell(theme, Section::Parties),
        id: s("pty_01J9QK"),
        name: if revealed {
            s("Iskander Baimuratov")
        } else {
            s("I•••••••• B•••••••••")
        },
        kind: s("individual"),
        status: StatusView {
            status: info("foreign"),
            summary: s(
                "One citizenship is on record and it is not of the United States; nothing shows permanent residence.",
            ),
            bases: vec![
                StatusBasis {
                    test: s("Citizenship"),
                    finding: s("one, verified from a passport"),
                    points_to: info("foreign"),
                    citation: s("7.301, DEF-05"),
                },
                StatusBasis {
                    test: s("Lawful permanent residence"),
                    finding: s("declared “yes”, no document"),
                    points_to: warn("undetermined"),
                    citation: s("7.301, DEF-06"),
                },
            ],
            contradictions: vec![Contradiction {
                text: s("Permanent residence is declared, but the tax form says non-resident."),
                remedy: s("a residence card, or a corrected form"),
            }],
            citation: s("pack eo13984-nprm-2024 v1.3, rule STA-02"),
            derived: ago(46),
            due: Some(ahead(60 * 24 * 180)),
        },
        groups: vec![
            FactGroup {
                title: s("Identity"),
                facts: vec![
                    fact(
                        "Name",
                        value("Iskander Baimuratov", "I•••••••• B•••••••••"),
                        provenance("document", "passport KZ", good("verified"), 340, "Bo Tanaka"),
                        good("current"),
                    ),
                    fact(
                        "Date of birth",
                        value("1979-05-02", "••••-••-02"),
                        provenance("document", "passport KZ", good("verified"), 340, "Bo Tanaka"),
                        good("current"),
                    ),
                    fact(
                        "Nationality",
                        FactValue::Plain(s("Kazakhstan")),
                        provenance("document", "passport KZ", good("verified"), 340, ""),
                        good("current"),
                    ),
                ],
            },
            FactGroup {
                title: s("Addresses and contact"),
                facts: vec![
                    fact(
                        "Address",
                        value("Abay Ave 44, Almaty", "••• Almaty, KZ"),
                        provenance("declared", "application", warn("unverified"), 341, ""),
                        warn("disputed"),
                    ),
                    fact(
                        "E-mail",
                        value("i.baimuratov@mail.example", "i•••••••••••@mail.example"),
                        provenance("credential", "confirmed by link", good("verified"), 341, ""),
                        good("current"),
                    ),
                    fact(
                        "Telephone",
                        FactValue::Erased,
                        provenance("declared", "application", quiet("expired"), 900, ""),
                        quiet("superseded"),
                    ),
                ],
            },
        ],
        revealed: revealed.then(|| Access {
            purpose: s("deciding case 4821"),
            at: ago(0),
            record: Link::new("/console/ledger?leaf=120483", "record #120 483"),
        }),
        purposes: vec![
            Choice::new("case", "deciding a case"),
            Choice::new("order", "answering an order"),
            Choice::new("request", "the person asked"),
        ],
        problem: String::new(),
        missing: vec![MissingFact {
            label: s("Proof of address"),
            citation: s("7.302(d)(1)(iii)(B), due 2026-12-03"),
        }],
        accounts: vec![PartyAccount {
            role: s("customer"),
            account: Link::new("/console/accounts/acc_01J9QK", "acc_01J9QK"),
            state: info("review"),
        }],
        accesses: vec![event(
            60 * 24 * 264,
            "access",
            Tone::Info,
            "All values, for deciding case 3107.",
            "Ada Lindqvist",
            "#61 402",
        )],
    }
}

fn measures(theme: Theme) -> MeasuresPage {
    let row =
        |id: &str, title: &str, effect: &str, scope: &str, state: Badge, from: &str, hit: &str| MeasureRow {
            id: s(id),
            title: s(title),
            effect: s(effect),
            scope: s(scope),
            state,
            from: When::day(from, ""),
            hit: s(hit),
        };
    MeasuresPage {
        shell: shell(theme, Section::Measures),
        states: vec![Choice::new("", "Every state").chosen(), Choice::new("in-force", "In force")],
        rows: vec![
            row(
                "M-17",
                "Crimea region",
                "prohibit",
                "jurisdiction: UA-43",
                warn("waits for second person"),
                "2026-12-01",
                "12",
            ),
            row(
                "M-12",
                "Accounts through unlisted resellers",
                "condition",
                "jurisdiction: any, reseller without programme",
                good("in force"),
                "2026-09-01",
                "340",
            ),
            row(
                "M-09",
                "Calder group",
                "prohibit",
                "person: Calder Hosting Ltd and what it owns",
                good("in force"),
                "2026-06-14",
                "3",
            ),
        ],
        propose: Some(Link::new("/console/measures/new", "New measure")),
    }
}

fn measure(theme: Theme, work: MeasureWork) -> MeasurePage {
    let hit = |state: Badge, count: &str, percent: u8, tone: Tone, effect: &str| HitShare {
        state,
        count: s(count),
        share: Bar { percent, tone },
        effect: s(effect),
    };
    MeasurePage {
        shell: shell(theme, Section::Measures),
        id: s("M-17"),
        title: s("Crimea region"),
        state: warn("draft, simulated"),
        effect: s("prohibit: no new account, existing accounts closed after 7 days"),
        scope: vec![s("parties with an address in UA-43"), s("organisations registered there")],
        basis: s("15 CFR 7.307(b)(1); determination of 2026-11-18"),
        from: When::day("2026-12-01", "in 8 d"),
        until: None,
        content: Digest::new("9f2c41d07be38aa5560e1d9b1f6c7790c4f1a2d3e8b7645c0a9d12f4e3b8c761"),
        preview: MeasurePreview {
            at: ago(3),
            totals: vec![
                count("12", "accounts", "/console/accounts?measure=M-17"),
                count("14", "parties", ""),
                count("61", "resources", ""),
                count("5", "downstream of resellers", ""),
            ],
            by_state: vec![
                hit(good("open"), "7", 58, Tone::Info, "scaling frozen at once, closed after 7 days"),
                hit(warn("restricted"), "3", 25, Tone::Warn, "closed after 7 days"),
                hit(info("review"), "2", 17, Tone::Warn, "refused"),
            ],
            by_reseller: vec![
                ResellerHit {
                    reseller: Link::new("/console/accounts/acc_R1", "Cobalt Sky"),
                    accounts: s("1 of 88"),
                    level: s("1"),
                },
                ResellerHit {
                    reseller: Link::new("/console/accounts/acc_R2", "Blue Ridge Reselling LLC"),
                    accounts: s("4 of 340"),
                    level: s("2"),
                },
            ],
            examples: vec![HitExample {
                account: Link::new("/console/accounts/acc_01J2", "Tavrida Web Studio"),
                why: s("address in UA-43, verified"),
                state: good("open"),
                change: s("closed 2026-12-08"),
            }],
            unknown: vec![s("2 parties have an address without region; they go to review")],
        },
        work,
        timeline: vec![event(
            60,
            "measure",
            Tone::Info,
            "Draft saved, preview counted.",
            "Bo Tanaka",
            "#120 301",
        )],
    }
}

fn measure_new(theme: Theme) -> MeasureNewPage {
    MeasureNewPage {
        shell: shell(theme, Section::Measures),
        problems: vec![FieldProblem {
            field: s("from"),
            text: s("“2026-02-30” is not a day; write year-month-day."),
        }],
        draft: MeasureDraft { title: s("Crimea region"), ..MeasureDraft::default() },
        jurisdictions: vec![Choice::new("UA-43", "Crimea (UA-43)"), Choice::new("KP", "North Korea")],
    }
}

fn lists(theme: Theme) -> ListsPage {
    let list = |id: &str, name: &str, publisher: &str, state: Badge, warning: &str, days: i64| ListCard {
        id: s(id),
        name: s(name),
        publisher: s(publisher),
        state,
        warning: s(warning),
        snapshot: Digest::new("a91c77e2b0d4415c9f0e6a1b8c3d2e4f"),
        published: When::day("2026-11-22", "1 d ago"),
        fetched: ago(days * 1440 + 300),
        entries: s("18 412"),
        changes: s("12 added, 3 removed, 41 changed"),
        snapshots: vec![SnapshotRow {
            id: Digest::new("77d0aa12bb34cc56"),
            published: When::day("2026-11-20", "3 d ago"),
            entries: s("18 403"),
            changes: s("4 added"),
            cases: s("2"),
        }],
    };
    ListsPage {
        shell: shell(theme, Section::Lists),
        heartbeat: Heartbeat {
            state: good("complete"),
            text: s("5 132 of 5 132 active parties are screened against the newest snapshot of every list."),
            share: Bar { percent: 100, tone: Tone::Good },
            completed: Some(ago(40)),
            missing: None,
        },
        lists: vec![
            list("ofac-sdn", "OFAC Specially Designated Nationals", "US Treasury", good("fresh"), "", 0),
            list(
                "un-sc",
                "UN Security Council consolidated list",
                "United Nations",
                warn("stale"),
                "Not fetched for 4 days (limit 2). Matches against this list go to review, none passes.",
                4,
            ),
        ],
    }
}
