//! Accounts, parties, measures, lists.

use tenantry_server::console::forms::AppealForm;
use tenantry_server::console::views::account::*;
use tenantry_server::console::views::accounts::*;
use tenantry_server::console::views::appeal::*;
use tenantry_server::console::views::behind::*;
use tenantry_server::console::views::facts::*;
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
    let mut read_only = PartyPage { purposes: Vec::new(), kinds: Vec::new(), ..masked.clone() };
    for contradiction in &mut read_only.status.contradictions {
        contradiction.settled_by.clear();
    }
    for fact in &mut read_only.missing {
        fact.label.href.clear();
    }
    let damaged = NotAssessed { count: s("1"), accounts: vec![s("acc_01j7r1")] };
    let kept = fact_draft("NZ", "2030-01-31", "fct_01j9q1");
    vec![
        ("accounts", draw(&accounts(theme))),
        ("accounts_empty", draw(&AccountsPage { rows: Vec::new(), query: s("zzz"), ..accounts(theme) })),
        ("account", draw(&account(theme))),
        ("appeal", draw(&appeal(theme, ""))),
        ("appeal_problem", draw(&appeal(theme, "Choose on what ground they appeal."))),
        ("behind", draw(&behind(theme, false))),
        ("behind_problem", draw(&behind(theme, true))),
        ("party", draw(&masked)),
        ("party_problem", draw(&problem)),
        ("party_revealed", draw(&party(theme, true))),
        ("party_read_only", draw(&read_only)),
        ("facts_kinds", draw(&facts(theme, None, ""))),
        ("facts", draw(&facts(theme, Some(fact_draft("", "", "")), ""))),
        ("facts_problem", draw(&facts(theme, Some(kept), "“Number” is missing."))),
        ("measures", draw(&measures(theme))),
        ("measures_empty", draw(&MeasuresPage { rows: Vec::new(), propose: None, ..measures(theme) })),
        ("measure_lift", draw(&measure(theme, MeasureWork::Change(Box::new(measure_change()))))),
        (
            "measure_approve",
            draw(&measure(theme, MeasureWork::Approve(Box::new(second(ApprovalStanding::Ready))))),
        ),
        ("measure_read", draw(&measure(theme, MeasureWork::Read(s("It was lifted before its end."))))),
        ("measure_new", draw(&measure_new(theme, None))),
        ("measure_new_preview", draw(&measure_new(theme, Some(preview())))),
        ("lists", draw(&lists(theme))),
        ("lists_not_assessed", draw(&ListsPage { not_assessed: Some(damaged), ..lists(theme) })),
        ("lists_empty", draw(&ListsPage { lists: Vec::new(), signals: Vec::new(), ..lists(theme) })),
    ]
}

fn accounts(theme: Theme) -> AccountsPage {
    let row = |id: &str, reference: &str, state: Badge, gate: Badge, reseller: Option<Link>, days: i64| {
        AccountRow { id: s(id), reference: s(reference), state, gate, reseller, applied: ago(days * 1440) }
    };
    let through = Some(Link::new("/console/accounts/acc_01j7r1", "…2hx79h"));
    AccountsPage {
        shell: shell(theme, Section::Accounts),
        query: String::new(),
        states: vec![Choice::new("", "Every state").chosen(), Choice::new("in_review", "in review (12)")],
        rows: vec![
            row("acc_01j9qk", "acc-004962", info("in review"), bad("deny"), through, 341),
            row("acc_01j8aa", "acc-004001", good("open"), good("allow"), None, 88),
            row("acc_01h8pq", "acc-000120", quiet("closed"), bad("deny"), None, 402),
        ],
        pager: Pager {
            summary: s("50 here, 5 000 in all"),
            previous: None,
            next: Some(Link::new("/console/accounts?after=acc_01h8pq", "Next page")),
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
    let role = |role: &str, name: &str, status: Badge| RoleRow {
        role: s(role),
        party: Link::new("/console/parties/pty_01j9qm", name),
        status,
    };
    let refusing = reason(
        Tone::Bad,
        "foreign_party",
        "An owner is a foreign person, so the full data set is due.",
        "CIP-06, 15 CFR 7.302(d)(1)(i)",
        "the data set for the owner",
    );
    AccountPage {
        shell: shell(theme, Section::Accounts),
        id: s("acc_01j9qm"),
        reference: s("acc-004965"),
        state: info("in review"),
        scope: Some(info("in the programme")),
        change: Some(Link::new("/console/accounts/acc_01j9qm/parties", "Change owners and roles")),
        applied: ago(1500),
        opened: None,
        gate: GateView {
            verdict: bad("deny"),
            summary: s("Nothing new may be created: account not open."),
            freshness: s("answer 0 s old"),
            actions: vec![
                GateAction { verdict: warn("condition"), actions: s("access") },
                GateAction { verdict: bad("deny"), actions: s("provision, scale, gpu") },
            ],
        },
        roles: vec![
            role("customer, user", "organisation …w1k3nf", warn("undetermined")),
            role("beneficial owner", "individual …8dyzq1", info("foreign person")),
            role("behind another", "organisation …77ab01", info("foreign person")),
        ],
        chain: vec![
            Link::new("/console/accounts", "Northwind Cloud"),
            Link::new("/console/accounts/acc_r1", "acc-000001"),
            Link::new("", "acc-004965"),
        ],
        below: vec![BelowRow {
            account: Link::new("/console/accounts/acc_b1", "acc-004970"),
            state: good("open"),
        }],
        below_cut: s("and at least 150 more"),
        ownership: vec![
            owner(0, "/console/parties/pty_01", "organisation …w1k3nf", "customer", warn("undetermined"), ""),
            owner(1, "/console/parties/pty_02", "organisation …77ab01", "90 %", info("foreign person"), ""),
            owner(
                2,
                "/console/parties/pty_03",
                "individual …8dyzq1",
                "70 %, nominee",
                info("foreign person"),
                "Holds 63 % of the customer through those between.",
            ),
            owner(1, "", "not described", "10 %", warn("undetermined"), ""),
        ],
        decisions: vec![
            DecisionRow {
                id: s("dec_01j9"),
                at: ago(1490),
                outcome: info("review"),
                cause: s("because somebody applied"),
                basis: s("pack eo13984-nprm-2024 1, policy-1"),
                reasons: vec![refusing],
                record: Link::new("/console/ledger?leaf=120101", "record #120 101"),
            },
            DecisionRow {
                id: s("dec_01j8"),
                at: ago(2490),
                outcome: good("open"),
                cause: s("because facts were added"),
                basis: String::new(),
                reasons: Vec::new(),
                record: Link::new("/console/ledger?leaf=110101", "record #110 101"),
            },
        ],
        measures: vec![MeasureInForce {
            measure: Link::new("/console/measures/msr_12", "measure …4k2m"),
            effect: s("sets conditions"),
            state: bad("in force"),
            from: When::day("2026-09-01", "83 d ago"),
        }],
        cases: vec![CaseRow {
            case: Link::new("/console/cases/cse_4822", "match …rmvya6"),
            state: info("open"),
            why: s("A party resembles a listed party."),
        }],
        appeal: Some(Link::new("/console/accounts/acc_01j7m8/appeal", "Enter an appeal")),
        links: vec![LinkRow {
            account: Link::new("/console/accounts/acc_01h8pq", "account …q4vvzm"),
            standing: bad("closed for cause"),
            strength: warn("strong"),
        }],
        timeline: vec![
            event(1400, "case", Tone::Warn, "Case opened", "system: set up", "#120 102"),
            event(1500, "account", Tone::Quiet, "Application received", "API key …9b1f6c", "#120 090"),
        ],
    }
}

fn party(theme: Theme, revealed: bool) -> PartyPage {
    let value = |plain: &str| if revealed { FactValue::Plain(s(plain)) } else { FactValue::Masked };
    let fact = |label: &str, value: FactValue, provenance: Provenance, standing: Badge| FactRow {
        label: s(label),
        short: s("…w1k3nf"),
        value,
        provenance,
        standing,
    };
    PartyPage {
        shell: shell(theme, Section::Parties),
        id: s("pty_01j9qk"),
        label: s("individual …d5d7d6"),
        kind: s("individual"),
        status: StatusView {
            status: info("foreign person"),
            summary: s("1 contradictions are open."),
            bases: vec![StatusBasis {
                test: s("Citizenship"),
                points_to: info("foreign"),
                weight: s("strong"),
            }],
            contradictions: contradictions(),
            citation: s("15 CFR 7.301 (proposed)"),
            screened: ago(46),
            current: good("against the lists in force"),
        },
        groups: vec![
            FactGroup {
                title: s("Identity"),
                facts: vec![fact(
                    "Legal name",
                    value("Iskander Baimuratov"),
                    provenance("document", "", good("corroborated"), 340, ""),
                    good("current"),
                )],
            },
            FactGroup {
                title: s("Addresses and contact"),
                facts: vec![
                    fact(
                        "E-mail address",
                        value("i.baimuratov@mail.example"),
                        provenance("declared", "", warn("self asserted"), 341, ""),
                        good("current"),
                    ),
                    fact(
                        "Telephone",
                        FactValue::Erased,
                        provenance("declared", "", warn("self asserted"), 900, ""),
                        quiet("superseded"),
                    ),
                ],
            },
        ],
        revealed: revealed.then(|| Access {
            purpose: s("deciding a case: cse_01j9qk2"),
            at: ago(0),
            record: Link::new("/console/ledger?leaf=120483", "record #120 483"),
        }),
        purposes: vec![
            Choice::new("case", "deciding a case"),
            Choice::new("order", "answering legal process"),
        ],
        problem: String::new(),
        missing: vec![MissingFact {
            label: kind_link("permanent_residence", "Permanent residence"),
            strength: s("corroborated"),
        }],
        kinds: kinds(),
        checks: vec![CheckRow { method: s("Document examined"), result: s("pass"), at: ago(340 * 1440) }],
        accounts: vec![PartyAccount {
            role: s("customer"),
            account: Link::new("/console/accounts/acc_01j9qk", "acc-004962"),
        }],
        accesses: vec![event(
            60 * 24 * 264,
            "access",
            Tone::Info,
            "Personal data shown",
            "Ada Lindqvist",
            "#61 402",
        )],
    }
}

fn kind_link(kind: &str, label: &str) -> Link {
    Link::new(&format!("/console/parties/pty_01j9qk/facts?kind={kind}"), label)
}

fn kinds() -> Vec<Choice> {
    vec![Choice::new("citizenship", "Citizenship"), Choice::new("identity_document", "Identity document")]
}

fn contradictions() -> Vec<Contradiction> {
    vec![Contradiction {
        text: s("Us claim against facts"),
        remedy: s("Evidence of US citizenship, or a corrected claim."),
        settled_by: vec![
            kind_link("citizenship", "Citizenship"),
            kind_link("status_claim", "Claimed status"),
        ],
    }]
}

/// Owners and roles; with `tried`, after a try in which almost everything was wrong.
fn behind(theme: Theme, tried: bool) -> BehindPage {
    let party = |name: &str| Link::new("/console/parties/pty_01j9qm", name);
    let line = |value: &str, problem: &str| {
        if tried { Line { value: s(value), problem: s(problem) } } else { Line::default() }
    };
    let choices = |words: &[&str], problem: &str| Choices {
        choices: words.iter().map(|word| Choice::new(&word.replace(' ', "_"), word)).collect(),
        problem: if tried { s(problem) } else { String::new() },
    };
    let roles = ["beneficial owner", "user", "payer", "signatory", "reseller"];
    let control = [
        "substantial control",
        "voting rights",
        "board appointment",
        "senior officer",
        "trust role",
        "nominee",
    ];
    let held = |name: &str, title: &str, role: &str| HeldRole {
        party: party(name),
        id: s("pty_01j9qm"),
        title: s(title),
        role: s(role),
    };
    BehindPage {
        shell: shell(theme, Section::Accounts),
        id: s("acc_01j9qm"),
        account: Link::new("/console/accounts/acc_01j9qm", "acc-004965"),
        version: 7,
        roles: vec![
            held("organisation …d5d7d6", "customer", ""),
            held("individual …a41c02", "beneficial owner", "beneficial_owner"),
            held("individual …a41c02", "payer", "payer"),
        ],
        interests: vec![HeldInterest {
            owner: party("individual …a41c02"),
            owned: party("organisation …d5d7d6"),
            owner_id: s("pty_01j9qm"),
            owned_id: s("pty_01j9qn"),
            held: s("33.3333–33.3334 %, voting rights"),
        }],
        problem: String::new(),
        add: AddDraft {
            kind: choices(&["individual", "organisation"], "Choose a person or an organisation."),
            name: line("", "A name has 1 to 400 printable characters."),
            country: line(
                "Portugal",
                "Write the code of a country, such as DE, or of a part of one, such as US-CA.",
            ),
            birth_date: line("yesterday", "Write the date as 1970-05-31, 1970-05 or 1970."),
            roles: choices(&roles, ""),
            owned: choices(&["organisation …d5d7d6"], "Say in whom, or leave share and control empty."),
            share: line(
                "12,5",
                "Write percent with at most four decimals (25 or 12.5), a band (25-50) or a fraction (1/3), up to the whole.",
            ),
            control: choices(&control, ""),
        },
        begin: BeginDraft {
            party: choices(&["organisation …d5d7d6", "individual …a41c02"], ""),
            role: choices(&roles, ""),
        },
        hold: HoldDraft {
            owner: choices(&["organisation …d5d7d6", "individual …a41c02"], ""),
            owned: choices(&["organisation …d5d7d6"], ""),
            share: Line::default(),
            control: choices(&control, ""),
        },
    }
}

fn facts(theme: Theme, draft: Option<FactDraft>, problem: &str) -> FactsPage {
    FactsPage {
        shell: shell(theme, Section::Parties),
        id: s("pty_01j9qk"),
        party: Link::new("/console/parties/pty_01j9qk", "individual …d5d7d6"),
        problem: s(problem),
        contradictions: contradictions(),
        kinds: kinds(),
        draft,
    }
}

/// An identity document, which has a field of every kind; what is not empty is kept from a try before.
fn fact_draft(state: &str, expires: &str, ticked: &str) -> FactDraft {
    let input = |name, label, hint, control, need| Input { name, label, hint, control, need };
    let choices = |words: &[(&str, &str)]| words.iter().map(|(word, text)| Choice::new(word, text)).collect();
    let replaceable = |id: &str, label: &str| {
        let choice = Choice::new(id, label);
        if ticked == id { choice.chosen() } else { choice }
    };
    FactDraft {
        kind: s("identity_document"),
        title: s("Identity document"),
        inputs: vec![
            input(
                "document",
                "Kind of document",
                "",
                Control::Choice(choices(&[("passport", "Passport")])),
                Need::Required,
            ),
            input(
                "jurisdiction",
                "Issuing state",
                "a code: NZ, US, US-CA",
                Control::Line(s(state)),
                Need::Required,
            ),
            input("number", "Number", "", Control::Line(String::new()), Need::Required),
            input("expires_on", "Valid until", "may stay empty", Control::Day(s(expires)), Need::Optional),
        ],
        strengths: choices(&[("self_asserted", "self-asserted"), ("corroborated", "corroborated")]),
        methods: choices(&[("document_examined", "Document examined")]),
        results: choices(&[("pass", "it confirms the fact")]),
        checked_on: String::new(),
        description: String::new(),
        replaceable: vec![
            replaceable("fct_01j9q1", "…77ab01 document, corroborated, 2025-12-18"),
            replaceable("fct_01j9q2", "…4k2m9z declared, self asserted, 2025-12-17"),
        ],
    }
}

fn measures(theme: Theme) -> MeasuresPage {
    let row = |id: &str, title: &str, effect: &str, scope: &str, state: Badge, from: &str| MeasureRow {
        id: s(id),
        title: s(title),
        effect: s(effect),
        scope: s(scope),
        state,
        from: When::day(from, ""),
        until: When::day("2027-06-01", ""),
    };
    MeasuresPage {
        shell: shell(theme, Section::Measures),
        rows: vec![
            row(
                "msr_17",
                "Crimea region",
                "prohibits accounts",
                "jurisdiction UA-43, Crimea",
                warn("proposed"),
                "2026-12-01",
            ),
            row(
                "msr_12",
                "Named persons of a determination",
                "withholds gpu, mail",
                "persons named: 2, confirmed among customers: 1",
                good("in force"),
                "2026-09-01",
            ),
        ],
        propose: Some(Link::new("/console/measures/new", "New measure")),
    }
}

fn preview() -> MeasurePreview {
    let hit = |state: Badge, certain: &str, possible: &str, percent: u8| HitShare {
        state,
        certain: s(certain),
        possible: s(possible),
        share: Bar { percent, tone: Tone::Info },
    };
    MeasurePreview {
        at: ago(0),
        totals: vec![count("12", "certainly hit on its date", ""), count("5", "below resellers", "")],
        by_state: vec![hit(good("open"), "7", "2", 60), hit(info("in review"), "5", "1", 40)],
        by_reseller: vec![ResellerHit {
            reseller: Link::new("/console/accounts/acc_r1", "acc-000001"),
            accounts: s("5"),
        }],
        examples: vec![HitExample {
            account: Link::new("/console/accounts/acc_01j2", "acc-000077"),
            why: s("located there"),
            state: good("open"),
            certainty: bad("certain"),
        }],
        candidates: vec![Candidate {
            account: Link::new("/console/accounts/acc_01j3", "acc-000078"),
            party: Link::new("/console/parties/pty_01j3", "party …d5d7d6"),
            score: s("0.912"),
        }],
        not_assessed: Some(NotAssessed { count: s("1"), accounts: vec![s("acc_01j4")] }),
    }
}

fn appeal(theme: Theme, problem: &str) -> AppealPage {
    AppealPage {
        shell: shell(theme, Section::Accounts),
        id: s("acc_01j7m8"),
        account: Link::new("/console/accounts/acc_01j7m8", "cust-4711"),
        problem: s(problem),
        grounds: vec![Choice::new("taken_for_another", "Taken for another"), Choice::new("other", "Other")],
        draft: AppealForm { statement: s("I am not that person."), ..AppealForm::default() },
    }
}

fn measure_change() -> MeasureChange {
    MeasureChange {
        lift_problem: s("Say why."),
        extend_problem: s("Until: is not after the end that stands."),
        until: s("2026-12-01"),
        notice: s("91 FR 70123"),
        noticed_on: s("2026-11-02"),
        reason: String::new(),
    }
}

fn measure(theme: Theme, work: MeasureWork) -> MeasurePage {
    MeasurePage {
        shell: shell(theme, Section::Measures),
        id: s("msr_17"),
        title: s("Crimea region"),
        state: warn("proposed"),
        effect: s("prohibits accounts"),
        scope: vec![s("jurisdiction UA-43, Crimea"), s("and every account below one that matches")],
        basis: s("15 CFR 7.307(b)(1); determination of 2026-11-18"),
        determined: s("2026-11-18"),
        from: When::day("2026-12-01", "in 8 d"),
        until: When::day("2027-11-18", "in 360 d"),
        extensions: vec![s("from 2026-11-01 by 91 FR 70123, of 2026-10-20")],
        proposed: s("by Bo Tanaka, 2026-11-23 08:00 UTC"),
        content: Digest::new("9f2c41d07be38aa5560e1d9b1f6c7790c4f1a2d3e8b7645c0a9d12f4e3b8c761"),
        preview: Some(preview()),
        work,
    }
}

fn measure_new(theme: Theme, preview: Option<MeasurePreview>) -> MeasureNewPage {
    MeasureNewPage {
        shell: shell(theme, Section::Measures),
        problem: s("“UA-XX” is not a code of a jurisdiction."),
        draft: MeasureDraft { title: s("Crimea region"), ..MeasureDraft::default() },
        capabilities: vec![Choice::new("gpu", "gpu"), Choice::new("mail", "mail").chosen()],
        regions: vec![(s("UA-43"), s("Crimea"))],
        preview,
    }
}

fn lists(theme: Theme) -> ListsPage {
    let list = |id: &str, name: &str, state: Badge, days: i64| ListCard {
        id: s(id),
        name: s(name),
        source: String::new(),
        state,
        snapshot: Digest::new("a91c77e2b0d4415c9f0e6a1b8c3d2e4f"),
        published: Some(When::day("2026-11-22", "1 d ago")),
        imported: ago(days * 1440 + 300),
        confirmed: ago(days * 1440 + 200),
        entries: s("18 412"),
        earlier: vec![SnapshotRow {
            id: Digest::new("77d0aa12bb34cc56"),
            published: None,
            imported: ago(days * 1440 + 9_000),
            entries: s("18 403"),
        }],
    };
    ListsPage {
        shell: shell(theme, Section::Lists),
        heartbeat: Heartbeat {
            state: good("complete"),
            text: s(
                "5 132 of 5 132 active parties are screened against the newest version of every list, by names-2.",
            ),
            share: Bar { percent: 100, tone: Tone::Good },
            pass: Some((
                ago(42),
                s(
                    "the 12 entries that had changed met the parties of 4 988 accounts; of 3 more, every entry was met again",
                ),
            )),
        },
        not_assessed: None,
        troubles: vec![s("The list un-sc was last confirmed 4 days ago and may be 3 days old.")],
        lists: vec![
            list("ofac-sdn", "OFAC Specially Designated Nationals", good("in force"), 0),
            list("un-sc", "UN Security Council consolidated list", warn("stale"), 4),
        ],
        signals: vec![ListCard {
            source: s("https://lists.example.org/exits.txt"),
            ..list("exits", "Networks that hide their user", good("in force"), 1)
        }],
        refused: vec![(
            ago(90),
            s(
                "un-sc: the list has 12 entries and the version in force 1003; it may lose at most 100 in 1,000",
            ),
        )],
    }
}
