//! Log-in, queue, cases, approvals, orders.

use tenantry_server::console::forms::OrderForm;
use tenantry_server::console::views::approvals::*;
use tenantry_server::console::views::case::*;
use tenantry_server::console::views::disclosures::*;
use tenantry_server::console::views::login::*;
use tenantry_server::console::views::orders::*;
use tenantry_server::console::views::queue::*;

use super::*;

pub(super) fn pages(theme: Theme) -> Vec<(&'static str, String)> {
    let login = LoginPage {
        shell: public(theme),
        problem: String::new(),
        login: String::new(),
        next: s("/console/queue"),
    };
    let refused = LoginPage {
        problem: s("That did not match. Check log-in, password and code."),
        login: s("ada@northwind.example"),
        ..login.clone()
    };
    let ready = LinkState::Ready { token: s("one-time") };
    let case = case(theme);
    let without = CasePage { detail: None, lease: Lease::Free, ..case.clone() };
    let second_case = CasePage {
        state: warn("awaits second person"),
        work: Work::Approve(Box::new(second(ApprovalStanding::Ready))),
        ..case.clone()
    };
    let missing = CasePage {
        kind: s("Missing item"),
        why: vec![s("A required item is missing.")],
        record: Some(Link::new("/console/parties/pty_01j9qk/facts", "Record what you found")),
        work: Work::Take,
        ..without.clone()
    };
    let closed = CasePage {
        state: quiet("closed"),
        sla: sla("done", Tone::Quiet),
        previous: Some(Previous {
            at: ago(12),
            by: s("Ada Lindqvist"),
            verdict: s("not a match"),
            reason: s("different birth date"),
        }),
        work: Work::Read(s("This case is closed. A new concern opens a new one.")),
        ..without.clone()
    };
    let empty = QueuePage { rows: Vec::new(), ..queue(theme) };
    let empty_filtered = QueuePage { filtered: Filtered::Yes, ..empty.clone() };
    vec![
        ("login", draw(&login)),
        ("login_refused", draw(&refused)),
        ("login_link", draw(&LoginLinkPage { shell: public(theme), link: ready })),
        ("login_link_spent", draw(&LoginLinkPage { shell: public(theme), link: LinkState::Spent })),
        ("logged_out", draw(&LoggedOutPage { shell: public(theme) })),
        ("credentials", draw(&credentials(theme))),
        ("queue", draw(&queue(theme))),
        ("queue_empty", draw(&empty)),
        ("queue_empty_filtered", draw(&empty_filtered)),
        ("case", draw(&case)),
        ("case_missing", draw(&missing)),
        ("case_link", draw(&link_case(theme))),
        ("case_take", draw(&CasePage { work: Work::Take, ..without.clone() })),
        (
            "case_wait",
            draw(&CasePage { work: Work::Wait { name: s("Bo Tanaka"), left: s("6 min") }, ..without }),
        ),
        ("case_second", draw(&second_case)),
        ("case_closed", draw(&closed)),
        ("approvals", draw(&approvals(theme))),
        ("approval", draw(&approval(theme, second(ApprovalStanding::Ready)))),
        ("approval_own", draw(&approval(theme, second(ApprovalStanding::Own)))),
        (
            "approval_over",
            draw(&approval(theme, second(ApprovalStanding::Over(s("This request is over: void."))))),
        ),
        ("orders", draw(&orders(theme))),
        ("orders_empty", draw(&OrdersPage { rows: Vec::new(), ..orders(theme) })),
        ("order", draw(&order(theme))),
        ("order_new", draw(&order_new(theme))),
        ("disclosure_new", draw(&disclosure_new(theme))),
        ("disclosure", draw(&disclosure(theme, DisclosureWork::Build { until: ahead(60 * 24 * 5) }))),
        (
            "disclosure_second",
            draw(&disclosure(theme, DisclosureWork::Approve(Box::new(second(ApprovalStanding::Ready))))),
        ),
    ]
}

fn credentials(theme: Theme) -> CredentialsPage {
    CredentialsPage {
        shell: shell(theme, Section::Elsewhere),
        problem: s("The two passwords differ."),
        away: s("/console"),
        login: s("ada@northwind.example"),
        secret: s("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
        uri: s(
            "otpauth://totp/Tenantry:ada%40northwind.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Tenantry",
        ),
    }
}

fn sla(text: &str, tone: Tone) -> Sla {
    Sla { text: s(text), tone }
}

fn queue(theme: Theme) -> QueuePage {
    let row =
        |id: &str, kind: &str, subject: &str, why: &str, sla: Sla, lease: Lease, minutes: i64| QueueRow {
            id: s(id),
            short: s("…rmvya6"),
            kind: s(kind),
            subject: s(subject),
            why: s(why),
            state: info("open"),
            sla,
            lease,
            opened: ago(minutes),
        };
    QueuePage {
        shell: Shell {
            flash: Some(Flash { tone: Tone::Good, text: s("Decided. It is a record now.") }),
            ..shell(theme, Section::Queue)
        },
        counts: vec![
            count("23", "open", "/console/queue?state=open"),
            count("2", "await a second person", "/console/queue?state=awaiting_second"),
            count("5", "await the customer", "/console/queue?state=awaiting_customer"),
            count("1 204", "closed", "/console/queue?state=closed"),
        ],
        states: vec![Choice::new("open", "Open").chosen(), Choice::new("closed", "Closed")],
        kinds: vec![Choice::new("", "Every kind").chosen(), Choice::new("match", "Match")],
        whose: vec![Choice::new("", "Anybody’s").chosen(), Choice::new("mine", "Mine")],
        rows: vec![
            row(
                "cse_01j9qk1",
                "Link",
                "acc-004961",
                "The account shares strong identifiers with one that was closed for cause.",
                sla("overdue by 3 h", Tone::Bad),
                Lease::Free,
                27 * 60,
            ),
            row(
                "cse_01j9qk2",
                "Match",
                "acc-004962",
                "A party resembles a listed party.",
                sla("3 h left", Tone::Warn),
                Lease::Mine { left: s("14 min") },
                46,
            ),
            row(
                "cse_01j9qk3",
                "Order",
                "",
                "Preserve at once; produce within 10 days, unless there is a reason to refuse.",
                sla("9 d left", Tone::Quiet),
                Lease::Other { name: s("Bo Tanaka"), left: s("6 min") },
                80,
            ),
        ],
        pager: Pager {
            summary: s("3 here, 23 open"),
            previous: None,
            next: Some(Link::new("/console/queue?after=1.cse_01j9qk3", "Next page")),
        },
        filtered: Filtered::No,
    }
}

fn case(theme: Theme) -> CasePage {
    CasePage {
        shell: shell(theme, Section::Queue),
        id: s("cse_01j9qk2"),
        short: s("…rmvya6"),
        kind: s("Match"),
        state: info("open"),
        sla: sla("3 h left", Tone::Warn),
        lease: Lease::Mine { left: s("14 min") },
        account: Some(Link::new("/console/accounts/acc_01j9qk", "acc-004962")),
        party: Some(Link::new("/console/parties/pty_01j9qk", "party …d5d7d6")),
        record: None,
        why: vec![s("A party resembles a listed party.")],
        raised: s("The decision in force does not raise this any more."),
        rules: vec![s("listed_match")],
        requirements: vec![s("CRT-03")],
        previous: None,
        detail: Some(Detail {
            customer: Some(customer()),
            hits: vec![
                hit("Iskandar BAYMURATOV", "ofac-sdn-36114"),
                hit("Iskander BAIMURATOV", "ofac-sdn-40001"),
            ],
            links: Vec::new(),
            words: String::new(),
            notes: vec![s("Asked for the place of birth.")],
        }),
        timeline: vec![
            event(46, "case", Tone::Warn, "Case opened", "system: rescreening", "#120 311"),
            event(
                60 * 24 * 264,
                "decision",
                Tone::Good,
                "Decided, party …d5d7d6",
                "Ada Lindqvist",
                "#61 408",
            ),
        ],
        work: Work::Decide(decision()),
    }
}

fn link_case(theme: Theme) -> CasePage {
    CasePage {
        kind: s("Link"),
        raised: String::new(),
        detail: Some(Detail {
            customer: None,
            hits: Vec::new(),
            links: vec![CaseLink {
                account: Link::new("/console/accounts/acc_01h8", "acc-001250"),
                standing: bad("closed for cause"),
                strength: warn("strong"),
                basis: vec![
                    s("the same document number; 2 accounts hold it"),
                    s("the same payment; 2 accounts hold it"),
                ],
                against: s("email, phone"),
            }],
            words: s("Line one of what an order says.\nLine two."),
            notes: Vec::new(),
        }),
        ..case(theme)
    }
}

fn customer() -> Side {
    let row = |label: &str, value: &str, provenance| SideRow {
        label: s(label),
        values: vec![s(value)],
        provenance,
    };
    Side {
        title: s("Customer"),
        link: Some(Link::new("/console/parties/pty_01j9qk", "party …d5d7d6")),
        context: Vec::new(),
        rows: vec![
            row(
                "Legal name",
                "Iskander Baimuratov",
                Some(provenance("document", "", good("corroborated"), 340, "")),
            ),
            row(
                "Date of birth",
                "1979-05-02",
                Some(provenance("document", "", good("corroborated"), 340, "")),
            ),
            row("Citizenship", "KZ", Some(provenance("declared", "", warn("self asserted"), 341, ""))),
        ],
    }
}

fn hit(caption: &str, entity: &str) -> HitView {
    let row =
        |field: &str, left: Vec<Span>, right: Vec<Span>, relation: &str, points: i32, weight: Weight| {
            ComparisonRow { field: s(field), left, right, relation: s(relation), points, weight }
        };
    let name = vec![
        row(
            "Name",
            vec![Span::same("Iskand"), Span::differs("e"), Span::same("r Baimuratov")],
            vec![Span::same("Iskand"), Span::differs("a"), Span::same("r Baymuratov")],
            "the names agree with small differences",
            17_342,
            Weight::For,
        ),
        row(
            "Date of birth",
            vec![Span::same("1979-05-02")],
            vec![Span::same("1979-05-02")],
            "the same day",
            6_000,
            Weight::For,
        ),
        row(
            "Country",
            vec![Span::differs("KZ")],
            vec![Span::differs("RU")],
            "nothing agrees",
            -1_500,
            Weight::Against,
        ),
        row(
            "Gender",
            Vec::new(),
            vec![Span::same("Male")],
            "the customer’s is not known",
            0,
            Weight::Unknown,
        ),
    ];
    HitView {
        key: format!("ofac-sdn/{entity}"),
        caption: s(caption),
        comparison: Comparison {
            total: name.iter().map(|row| row.points).sum(),
            rows: name,
            score: s("0.912"),
            hard: vec![s("The same identifying number: N1234567")],
            engine: s("names-2"),
        },
        decider: Some(Decider {
            fact: s("Gender"),
            effect: s("if it agrees the score becomes 0.918, if it differs 0.402."),
        }),
        other: Side {
            title: s("Listed party"),
            link: None,
            context: vec![s(caption), format!("list ofac-sdn, entry {entity}"), s("Person")],
            rows: vec![SideRow {
                label: s("Alias"),
                values: vec![s("BAIMURATOV, Iskander (weak)"), s("BAYMURATOV, Iskandar")],
                provenance: None,
            }],
        },
    }
}

fn decision() -> DecisionForm {
    let verdict = |value: &str, label: &str, effect: &str, finality: &str| Verdict {
        value: s(value),
        label: s(label),
        effect: s(effect),
        finality: s(finality),
    };
    DecisionForm {
        version: s("7"),
        verdicts: vec![
            verdict("dismiss", "not a match", "Closes the case.", "Takes effect at once."),
            verdict(
                "confirm",
                "match",
                "Refuses the account for cause.",
                "Needs a second person: it takes an account away.",
            ),
            verdict("need_information", "need information", "The case waits.", "Takes effect at once."),
            verdict("escalate", "escalate", "Only a compliance officer can decide.", "Takes effect at once."),
        ],
        reasons: vec![
            ReasonGroup {
                verdict: s("not a match"),
                codes: vec![Choice::new("different_birth_date", "different birth date")],
            },
            ReasonGroup {
                verdict: s("match"),
                codes: vec![Choice::new("same_identity", "same identity (with a note)")],
            },
        ],
        hits: vec![
            Choice::new("ofac-sdn/ofac-sdn-36114", "Iskandar BAYMURATOV"),
            Choice::new("ofac-sdn/ofac-sdn-40001", "Iskander BAIMURATOV"),
        ],
        problem: s("That reason does not go with this verdict; choose one of its own group."),
        note: s("typed before"),
    }
}

fn approvals(theme: Theme) -> ApprovalsPage {
    let row = |id: &str, kind: &str, subject: &str, effect: &str, maker: &str| ApprovalRow {
        id: s(id),
        kind: s(kind),
        subject: Link::new("/console/measures/msr_01j9", subject),
        effect: s(effect),
        maker: s(maker),
        asked: ago(95),
        lapses: ahead(60 * 24 * 6),
        content: Digest::new("9f2c41d07be38aa5560e1d9b1f6c7790"),
    };
    ApprovalsPage {
        shell: shell(theme, Section::Approvals),
        ready: vec![
            row("apr_01j9qx", "measure", "measure …4k2m", "puts the measure into force", "Bo Tanaka"),
            row(
                "apr_01j9qy",
                "disclosure",
                "disclosure …77aa",
                "lets exactly this package be built",
                "Bo Tanaka",
            ),
        ],
        own: vec![row("apr_01j9r0", "verdict on a case", "case …rmvya6", "carries the verdict out", "you")],
    }
}

fn approval(theme: Theme, second: SecondPerson) -> ApprovalPage {
    let line = |label: &str, value: &str| ContentLine { label: s(label), value: s(value) };
    ApprovalPage {
        shell: shell(theme, Section::Approvals),
        kind: s("verdict on a case"),
        subject: Link::new("/console/cases/cse_01j9qk2", "case …rmvya6"),
        content: vec![
            line("Verdict", "confirm"),
            line("Reason", "same identity"),
            line("Digest of the note", "9f2c41d0"),
        ],
        evidence: s("Evidence and note are in the case."),
        second,
    }
}

fn orders(theme: Theme) -> OrdersPage {
    let row = |id: &str, instrument: &str, authority: &str, due: When, left: Sla| OrderRow {
        id: s(id),
        instrument: s(instrument),
        authority: s(authority),
        reference: s("26-114"),
        case: Link::new("/console/cases/cse_01j9qk3", "case …79hsd5"),
        due,
        left,
    };
    OrdersPage {
        shell: shell(theme, Section::Orders),
        counts: vec![
            count("2", "received", ""),
            count("1", "due within 3 days", ""),
            count("0", "past their date", ""),
        ],
        rows: vec![
            row(
                "ord_01j1",
                "Preservation request",
                "District Court",
                ahead(60 * 40),
                sla("1 d left", Tone::Warn),
            ),
            row("ord_01j2", "Subpoena", "Grand Jury", ahead(60 * 24 * 9), sla("9 d left", Tone::Quiet)),
        ],
        receive: Some(Link::new("/console/orders/new", "Receive an order")),
        disclosures: vec![disclosed()],
    }
}

fn disclosed() -> DisclosureRow {
    DisclosureRow {
        id: s("dsc_01j1"),
        short: s("…q7x2ka"),
        recipient: s("District Court"),
        state: warn("awaits second person"),
        asked: ago(95),
    }
}

fn order_new(theme: Theme) -> OrderNewPage {
    OrderNewPage {
        shell: shell(theme, Section::Orders),
        problem: s("This kind has no clock of its own; enter the date the order states."),
        kinds: vec![
            Choice::new("preservation_request", "Preservation request"),
            Choice::new("subpoena", "Subpoena").chosen(),
        ],
        documents: vec![
            Choice::new("application/pdf", "PDF").chosen(),
            Choice::new("message/rfc822", "E-mail (.eml)"),
        ],
        draft: OrderForm { authority: s("Grand Jury"), reference: s("26-115"), ..OrderForm::default() },
    }
}

fn disclosure_new(theme: Theme) -> DisclosureNewPage {
    DisclosureNewPage {
        shell: shell(theme, Section::Orders),
        problem: s("Tick at least one kind of fact."),
        account: Link::new("/console/accounts/acc_01j9qk", "acc-001667"),
        account_id: s("acc_01j9qk"),
        order: Link::new("/console/orders/ord_01j1", "order …79hsd5"),
        order_id: s("ord_01j1"),
        bases: vec![
            Choice::new("order", "an order that was received here").chosen(),
            Choice::new("consent", "consent of the person concerned"),
        ],
        kinds: vec![Choice::new("legal_name", "Legal name"), Choice::new("email", "E-mail address")],
        recipient: s("District Court"),
        encrypt_to: String::new(),
        reason: s("Subpoena 26-114 names this account."),
    }
}

fn disclosure(theme: Theme, work: DisclosureWork) -> DisclosurePage {
    DisclosurePage {
        shell: shell(theme, Section::Orders),
        id: s("dsc_01j1"),
        state: warn("awaits second person"),
        account: Link::new("/console/accounts/acc_01j9qk", "acc-001667"),
        recipient: s("District Court"),
        basis: s("an order that was received here"),
        order: Link::new("/console/orders/ord_01j1", "order …79hsd5"),
        asked: ago(95),
        kinds: s("Legal name, E-mail address"),
        shown: vec![ShownParty {
            party: Link::new("/console/parties/pty_01j9", "party …8k2m1q"),
            facts: s("2 facts"),
            ids: vec![
                Digest::new("fct_01k9yq3s7fd4f6g8h0j2k4z6x8"),
                Digest::new("fct_01k9yq3s7fd4f6g8h0j2k4z6x9"),
            ],
        }],
        work,
    }
}

fn order(theme: Theme) -> OrderPage {
    let field = |label: &str, value: &str| OrderField { label: s(label), value: s(value) };
    OrderPage {
        shell: shell(theme, Section::Orders),
        id: s("ord_01j1"),
        instrument: s("Preservation request"),
        due: ahead(60 * 40),
        left: sla("1 d left", Tone::Warn),
        fields: vec![field("Issued by", "District Court"), field("Their reference", "26-114")],
        document: Some(OrderDocumentCard {
            kind: s("PDF"),
            size: s("48213 bytes"),
            sha256: s("7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069"),
            kept: s("sealed; each look is recorded"),
            reading: Reading::Allowed,
        }),
        problem: String::new(),
        case: Link::new("/console/cases/cse_01j9qk3", "case …79hsd5"),
        targets: vec![OrderTarget {
            account: Link::new("/console/accounts/acc_01j9qk", "acc-001667"),
            state: good("open"),
            disclose: Link::new(
                "/console/disclosures/new?account=acc_01j9qk&order=ord_01j1",
                "Ask for a disclosure",
            ),
        }],
        disclosures: vec![disclosed()],
    }
}
