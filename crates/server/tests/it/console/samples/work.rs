//! Log-in, queue, cases, approvals, orders.

use tenantry_server::console::views::approvals::*;
use tenantry_server::console::views::case::*;
use tenantry_server::console::views::login::*;
use tenantry_server::console::views::orders::*;
use tenantry_server::console::views::queue::*;

use super::*;

pub(super) fn pages(theme: Theme) -> Vec<(&'static str, String)> {
    let login = LoginPage {
        shell: public(theme),
        problem: String::new(),
        email: String::new(),
        next: s("/console/queue"),
    };
    let refused = LoginPage {
        problem: s("That did not match. Check the address, the password and the code."),
        email: s("ada@northwind.example"),
        ..login.clone()
    };
    let ready = LinkState::Ready { token: s("one-time"), name: s("Ada Lindqvist"), role: s("reviewer") };
    let case = case(theme);
    let second_case = CasePage {
        state: warn("waits for second person"),
        lease: Lease::Free,
        work: Work::Approve(Box::new(second(ApprovalStanding::Ready))),
        ..case.clone()
    };
    let closed = CasePage {
        state: quiet("closed"),
        sla: Sla { text: s("decided in time"), tone: Tone::Good },
        lease: Lease::Free,
        comparison: None,
        other: None,
        previous: None,
        work: Work::Closed(Closure {
            verdict: s("not a match"),
            reason: s("N-DOB-1: date of birth differs by more than a year"),
            note: String::new(),
            by: s("Ada Lindqvist"),
            at: ago(12),
            record: Link::new("/console/ledger?leaf=120482", "record #120 482"),
        }),
        ..case.clone()
    };
    let empty = QueuePage { rows: Vec::new(), ..queue(theme) };
    let empty_filtered = QueuePage { filtered: Filtered::Yes, query: s("kestrel"), ..empty.clone() };
    vec![
        ("login", draw(&login)),
        ("login_refused", draw(&refused)),
        ("login_link", draw(&LoginLinkPage { shell: public(theme), link: ready })),
        ("login_link_spent", draw(&LoginLinkPage { shell: public(theme), link: LinkState::Spent })),
        ("logged_out", draw(&LoggedOutPage { shell: public(theme) })),
        ("queue", draw(&queue(theme))),
        ("queue_empty", draw(&empty)),
        ("queue_empty_filtered", draw(&empty_filtered)),
        ("case", draw(&case)),
        ("case_take", draw(&CasePage { work: Work::Take, lease: Lease::Free, ..case.clone() })),
        (
            "case_wait",
            draw(&CasePage {
                work: Work::Wait { name: s("Bo Tanaka"), left: s("6 min") },
                comparison: None,
                ..case
            }),
        ),
        ("case_second", draw(&second_case)),
        ("case_closed", draw(&closed)),
        ("approvals", draw(&approvals(theme))),
        ("approval", draw(&approval(theme, second(ApprovalStanding::Ready)))),
        ("approval_own", draw(&approval(theme, second(ApprovalStanding::Own)))),
        (
            "approval_changed",
            draw(&approval(
                theme,
                second(ApprovalStanding::Changed(vec![s(
                    "date of birth of the customer was corrected 2026-11-23 08:40",
                )])),
            )),
        ),
        (
            "approval_blind",
            draw(&approval(theme, SecondPerson { verdict: None, ..second(ApprovalStanding::NotAllowed) })),
        ),
        ("orders", draw(&orders(theme))),
        ("orders_empty", draw(&OrdersPage { rows: Vec::new(), ..orders(theme) })),
        ("order", draw(&order(theme))),
    ]
}

fn sla(text: &str, tone: Tone) -> Sla {
    Sla { text: s(text), tone }
}

fn queue(theme: Theme) -> QueuePage {
    let row = |id: &str,
               kind: &str,
               subject: &str,
               why: &str,
               state: Badge,
               sla: Sla,
               lease: Lease,
               minutes: i64| QueueRow {
        id: s(id),
        kind: s(kind),
        subject: s(subject),
        why: s(why),
        state,
        sla,
        lease,
        opened: ago(minutes),
    };
    QueuePage {
        shell: Shell {
            flash: Some(Flash {
                tone: Tone::Good,
                text: s("Case 4820 closed as “not a match”."),
                undo: Some(Undo { action: s("/console/cases/4820/undo"), seconds_left: 9 }),
            }),
            ..shell(theme, Section::Queue)
        },
        counts: vec![
            count("23", "open", "/console/queue?state=open"),
            count("5", "due today", "/console/queue?state=due"),
            count("1", "overdue", "/console/queue?state=overdue"),
            count("1", "yours", "/console/queue?state=mine"),
        ],
        states: vec![
            Choice::new("open", "Open").chosen(),
            Choice::new("mine", "Mine"),
            Choice::new("all", "All"),
        ],
        kinds: vec![Choice::new("", "Every kind").chosen(), Choice::new("match", "Sanctions match")],
        query: String::new(),
        rows: vec![
            row(
                "4819",
                "removed person returns",
                "Calder Hosting Ltd",
                "Same payment card as acc_01H8…, closed by measure M-09",
                info("open"),
                sla("overdue by 3 h", Tone::Bad),
                Lease::Free,
                27 * 60,
            ),
            row(
                "4821",
                "sanctions rescreen",
                "Iskander Baimuratov",
                "List entry changed yesterday; you dismissed it on 2026-03-04",
                info("open"),
                sla("3 h 12 min left", Tone::Warn),
                Lease::Mine { left: s("14 min") },
                46,
            ),
            row(
                "4822",
                "hidden owner",
                "Harrow & Finch Trading",
                "Owner of 60 % is foreign; the application said all owners are US persons",
                info("open"),
                sla("1 d 4 h left", Tone::Quiet),
                Lease::Other { name: s("Bo Tanaka"), left: s("6 min") },
                80,
            ),
            row(
                "4823",
                "missing fact",
                "Tomás Echeverría",
                "No proof of address after 30 days; restricted since yesterday",
                warn("waits for customer"),
                sla("2 d left", Tone::Quiet),
                Lease::Free,
                60 * 31,
            ),
            row(
                "4824",
                "reseller finding",
                "Blue Ridge Reselling LLC",
                "3 of its customers match list entries; its programme is 13 days late",
                info("open"),
                sla("4 d left", Tone::Quiet),
                Lease::Free,
                60 * 52,
            ),
        ],
        pager: Pager {
            summary: s("1–5 of 23 cases"),
            previous: None,
            next: Some(Link::new("/console/queue?after=4824", "Next page")),
        },
        filtered: Filtered::No,
    }
}

fn case(theme: Theme) -> CasePage {
    CasePage {
        shell: shell(theme, Section::Queue),
        id: s("4821"),
        kind: s("sanctions rescreen"),
        state: info("open"),
        sla: sla("3 h 12 min left", Tone::Warn),
        lease: Lease::Mine { left: s("14 min 58 s") },
        list: Some(Link::new("/console/lists#list-ofac-sdn", "OFAC SDN 2026-11-22")),
        account: Link::new("/console/accounts/acc_01J9QK", "acc_01J9QK"),
        why: s("The list entry got a date of birth yesterday that now agrees with the customer's passport."),
        moved: s("list changed"),
        previous: Some(PreviousDecision {
            at: When::day("2026-03-04", "264 d ago"),
            by: s("you"),
            verdict: s("not a match"),
            reason: s("N-DOB-1 date of birth differs by more than a year"),
            note: s("differs by 11 years"),
            basis: vec![
                Basis { field: s("date of birth"), standing: warn("changed on the list") },
                Basis { field: s("nationality"), standing: quiet("unchanged") },
            ],
        }),
        customer: Side {
            title: s("Customer, as verified"),
            link: Some(Link::new("/console/parties/pty_01J9QK", "Iskander Baimuratov")),
            context: vec![s("reached through Blue Ridge Reselling LLC")],
            rows: vec![
                side(
                    "Name",
                    &["Iskander Baimuratov", "Искандер Баймуратов"],
                    Some(provenance("document", "passport KZ", good("verified"), 340, "Bo Tanaka")),
                    Change::None,
                ),
                side(
                    "Date of birth",
                    &["1979-05-02"],
                    Some(provenance("document", "passport KZ", good("verified"), 340, "Bo Tanaka")),
                    Change::None,
                ),
                side(
                    "Nationality",
                    &["Kazakhstan"],
                    Some(provenance("document", "passport KZ", good("verified"), 340, "")),
                    Change::None,
                ),
                side(
                    "Address",
                    &["Almaty, Kazakhstan"],
                    Some(provenance("declared", "application", warn("unverified"), 341, "")),
                    Change::None,
                ),
            ],
            documents: vec![],
        },
        comparison: Some(comparison()),
        other: Some(Side {
            title: s("Listed party"),
            link: None,
            context: vec![s("OFAC SDN, entry 36 114"), s("program RUSSIA-EO14024")],
            rows: vec![
                side("Name", &["BAYMURATOV, Iskandar", "also BAIMURATOV, Iskander"], None, Change::None),
                side("Date of birth", &["1979-05-02"], None, Change::Changed { before: s("1968") }),
                side("Nationality", &["Russia"], None, Change::None),
                side("Place of birth", &["Omsk"], None, Change::Added),
                side("Gender", &["Male"], None, Change::Removed),
            ],
            documents: vec![
                Link::new("/console/lists/ofac-sdn/entries/36114", "Entry as published"),
                Link::new("/console/lists/ofac-sdn/entries/36114?before", "Version before"),
            ],
        }),
        deciders: vec![
            Decider {
                fact: s("Place of birth"),
                effect: s("agreement adds 12, a difference takes 25"),
                request: s("place-of-birth"),
                language: s("Kazakh"),
            },
            Decider {
                fact: s("Former nationality"),
                effect: s("Russian adds 8; none takes 6"),
                request: s("former-nationality"),
                language: s("Kazakh"),
            },
        ],
        links: vec![
            CaseLink {
                account: Link::new("/console/accounts/acc_01H7", "Baimur Media"),
                strength: warn("strong"),
                basis: s("same payment card; 1 in 4.1 M accounts shares one"),
            },
            CaseLink {
                account: Link::new("/console/accounts/acc_01H9", "3 others"),
                strength: quiet("discounted"),
                basis: s("shared address 198.51.100.14, 412 accounts on it"),
            },
        ],
        timeline: vec![
            event(
                46,
                "list",
                Tone::Warn,
                "Entry 36 114 changed in the new snapshot; case opened.",
                "rescreening job",
                "#120 311",
            ),
            event(
                60 * 24 * 3,
                "resource",
                Tone::Quiet,
                "Two instances started in region fra-1.",
                "control plane",
                "#118 020",
            ),
            event(
                60 * 24 * 264,
                "decision",
                Tone::Good,
                "Match dismissed: date of birth differs by 11 years.",
                "Ada Lindqvist",
                "#61 408",
            ),
            event(
                60 * 24 * 340,
                "document",
                Tone::Good,
                "Passport read and verified.",
                "Bo Tanaka",
                "#40 112",
            ),
        ],
        policy: vec![Clause {
            label: s("Section 4.2"),
            text: s(
                "If the date of birth agrees within a year and the name by 0.9 or more, the match is escalated unless a second strong field differs.",
            ),
            citation: s("pack eo13984-nprm-2024 v1.3, rule SCR-04; 15 CFR 7.302(d)(2)"),
        }],
        checklist: vec![
            Step { text: s("Look at a second source"), standing: warn("open") },
            Step { text: s("Ask for the place of birth"), standing: warn("open") },
            Step { text: s("Compare the document number"), standing: good("done") },
        ],
        work: Work::Decide(DecisionForm {
            version: Digest::new("5be0c1d2f3a4"),
            lease_left: s("14 min 58 s"),
            verdicts: vec![
                verdict(
                    "no-match",
                    "not a match",
                    "closes the case; the account stays open; dismissed while these fields stay as they are",
                    "takes effect at once, can be undone for 10 s",
                ),
                verdict(
                    "match",
                    "match",
                    "asks for measure M-17: freeze scaling on 1 account, 6 resources, 0 downstream",
                    "needs a second person",
                ),
                verdict(
                    "need-info",
                    "need information",
                    "asks the customer for the place of birth; the case waits 7 days",
                    "takes effect at once, can be undone for 10 s",
                ),
                verdict(
                    "escalate",
                    "escalate",
                    "hands the case to the compliance officer; the account stays as it is",
                    "takes effect at once, can be undone for 10 s",
                ),
            ],
            reasons: vec![
                ReasonGroup {
                    verdict: s("not a match"),
                    codes: vec![
                        Choice::new("N-DOB-1", "N-DOB-1 date of birth differs"),
                        Choice::new("N-NAT-1", "N-NAT-1 nationality differs"),
                    ],
                },
                ReasonGroup {
                    verdict: s("match"),
                    codes: vec![Choice::new("M-ID-2", "M-ID-2 name and date of birth agree")],
                },
            ],
            problem: String::new(),
            note: String::new(),
        }),
    }
}

fn verdict(value: &str, label: &str, effect: &str, finality: &str) -> Verdict {
    Verdict { value: s(value), label: s(label), effect: s(effect), finality: s(finality) }
}

fn side(label: &str, values: &[&str], provenance: Option<Provenance>, change: Change) -> SideRow {
    SideRow { label: s(label), values: values.iter().map(|value| s(value)).collect(), provenance, change }
}

fn comparison() -> Comparison {
    let row = |field: &str,
               left: Vec<Span>,
               right: Vec<Span>,
               relation: &str,
               points: i32,
               weight: Weight,
               note: &str,
               fresh: Fresh| ComparisonRow {
        field: s(field),
        left,
        right,
        relation: s(relation),
        points,
        weight,
        note: s(note),
        fresh,
    };
    Comparison {
        rows: vec![
            row(
                "Name",
                vec![
                    Span::same("Iskand"),
                    Span::differs("e"),
                    Span::same("r Ba"),
                    Span::differs("i"),
                    Span::same("muratov"),
                ],
                vec![
                    Span::same("Iskand"),
                    Span::differs("a"),
                    Span::same("r Ba"),
                    Span::differs("y"),
                    Span::same("muratov"),
                ],
                "transliteration",
                52,
                Weight::For,
                "both are romanisations of Искандер Баймуратов; 1 in 90 000 people",
                Fresh::No,
            ),
            row(
                "Date of birth",
                vec![Span::same("1979-05-02")],
                vec![Span::same("1979-05-02")],
                "equal",
                34,
                Weight::For,
                "was 1968 on the list",
                Fresh::Yes,
            ),
            row(
                "Nationality",
                vec![Span::differs("Kazakhstan")],
                vec![Span::differs("Russia")],
                "differs",
                -15,
                Weight::Against,
                "people may hold two",
                Fresh::No,
            ),
            row(
                "Place of birth",
                vec![],
                vec![Span::same("Omsk")],
                "no data",
                0,
                Weight::Unknown,
                "not asked yet",
                Fresh::Yes,
            ),
            row("Gender", vec![], vec![], "no data", 0, Weight::Unknown, "", Fresh::No),
        ],
        total: 71,
        before: Some(38),
        cutoff: 60,
        open_range: s("−33 to +16"),
        engine: s("screening engine 0.1.0 · list snapshot a91c… · pack eo13984-nprm-2024 v1.3"),
    }
}

fn approvals(theme: Theme) -> ApprovalsPage {
    let row = |id: &str, kind: &str, subject: &str, effect: &str, state: Badge| ApprovalRow {
        id: s(id),
        kind: s(kind),
        subject: Link::new("/console/measures/M-17", subject),
        effect: s(effect),
        maker: s("Bo Tanaka"),
        asked: ago(95),
        lapses: ahead(60 * 22),
        content: Digest::new("9f2c41d07be38aa5560e1d9b1f6c7790"),
        state,
    };
    ApprovalsPage {
        shell: shell(theme, Section::Approvals),
        ready: vec![
            row(
                "apr_01J9QX",
                "measure",
                "M-17 Crimea region, prohibit",
                "closes 12 accounts, refuses new ones from the region",
                info("waiting"),
            ),
            row(
                "apr_01J9QY",
                "disclosure",
                "Order O-204, package 2",
                "seals and releases the package to the authority",
                info("waiting"),
            ),
        ],
        own: vec![ApprovalRow {
            maker: s("you"),
            ..row(
                "apr_01J9R0",
                "erasure",
                "pty_01H2…",
                "destroys 1 key; 14 facts become unreadable",
                info("waiting"),
            )
        }],
        void: vec![row(
            "apr_01J9QA",
            "hold release",
            "Hold H-31",
            "lets 3 accounts be erased when due",
            bad("void: content changed"),
        )],
    }
}

fn approval(theme: Theme, second: SecondPerson) -> ApprovalPage {
    ApprovalPage {
        shell: shell(theme, Section::Approvals),
        kind: s("a measure"),
        subject: Link::new("/console/measures/M-17", "M-17 Crimea region, prohibit"),
        content: vec![
            ContentLine {
                label: s("Effect"),
                value: s("prohibit: no new account, existing accounts closed after 7 days"),
            },
            ContentLine { label: s("Scope"), value: s("parties with an address in the region UA-43") },
            ContentLine { label: s("Legal basis"), value: s("15 CFR 7.307(b)(1)") },
            ContentLine { label: s("From"), value: s("2026-12-01") },
        ],
        second,
    }
}

fn orders(theme: Theme) -> OrdersPage {
    OrdersPage {
        shell: shell(theme, Section::Orders),
        counts: vec![count("4", "open", ""), count("1", "due in 3 days", ""), count("0", "overdue", "")],
        states: vec![Choice::new("open", "Open").chosen(), Choice::new("all", "All")],
        rows: vec![
            OrderRow {
                id: s("O-204"),
                instrument: s("preservation request"),
                authority: s("District Court, Northern District"),
                asks: s("Preserve everything about 203.0.113.7 between 2026-11-01 and 2026-11-10"),
                state: warn("preserved, not answered"),
                due: ahead(60 * 40),
                left: sla("1 d 16 h left", Tone::Warn),
            },
            OrderRow {
                id: s("O-203"),
                instrument: s("subpoena"),
                authority: s("Grand Jury 26-114"),
                asks: s("Subscriber of acc_01H8…"),
                state: info("in preparation"),
                due: ahead(60 * 24 * 9),
                left: sla("9 d left", Tone::Quiet),
            },
        ],
    }
}

fn order(theme: Theme) -> OrderPage {
    let field = |label: &str, value: &str| OrderField { label: s(label), value: s(value) };
    let check =
        |text: &str, standing: Badge, detail: &str| OrderCheck { text: s(text), standing, detail: s(detail) };
    OrderPage {
        shell: shell(theme, Section::Orders),
        id: s("O-204"),
        instrument: s("preservation request"),
        state: warn("preserved, not answered"),
        due: ahead(60 * 40),
        left: sla("1 d 16 h left", Tone::Warn),
        fields: vec![
            field("Issued by", "District Court, Northern District"),
            field("Statute", "18 USC 2703(f)"),
            field("Address", "203.0.113.7"),
            field("Time", "2026-11-01 00:00 to 2026-11-10 24:00 UTC"),
            field("Secrecy", "customer must not be told until 2027-05-01"),
        ],
        checks: vec![
            check(
                "Issuer called back on a number from the court's own site",
                good("passed"),
                "Bo Tanaka, 2026-11-21 10:14",
            ),
            check("Scope fits the instrument", good("passed"), ""),
            check("Second person approves the package", warn("open"), ""),
        ],
        targets: vec![OrderTarget {
            account: Link::new("/console/accounts/acc_01J9QK", "acc_01J9QK"),
            why: s("held the address from 2026-10-28 11:02 to 2026-11-12 08:30"),
            certainty: good("certain"),
        }],
        timeline: vec![event(
            60 * 50,
            "hold",
            Tone::Good,
            "Hold H-44 placed on 1 account.",
            "Bo Tanaka",
            "#119 871",
        )],
    }
}
