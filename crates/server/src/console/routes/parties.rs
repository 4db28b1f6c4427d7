//! One party: what is said of it, masked; and the values, shown for a purpose after the access was recorded.
//!
//! The values are on the answer to the form and nowhere else: the answer is not stored, its address holds nothing, and
//! going back shows the masked page. Every answer is one access, so a form sent twice is two records.

use super::accounts::account_link;
use super::desk::{Desk, Trouble, sentence};
use super::facts::{RECORDED, kind_link, kinds};
use super::session::Sent;
use super::timeline::{Names, event};
use super::words::{fact_label, party_link, plain, record_link, short, status, title, when};
use crate::console::forms::RevealForm;
use crate::console::views::parts::{Badge, Choice, Event, Provenance, Tone, When};
use crate::console::views::party::{
    Access, CheckRow, Contradiction, FactGroup, FactRow, FactValue as Shown, MissingFact, PartyAccount,
    PartyPage, StatusBasis, StatusView,
};
use crate::console::views::shell::{Flash, Section};
use crate::console::{Reply, page};
use axum::extract::Path;
use std::collections::{BTreeMap, BTreeSet};
use tenantry_identity::status::{Basis, PointsTo, StatusFinding};
use tenantry_model::fact::{FactKind, FactValue, Strength};
use tenantry_model::id::{FactId, PartyId};
use tenantry_model::time::Timestamp;
use tenantry_register::parties::{FactView, PartyView, Revealed};
use tenantry_register::record::RecordType;
use tenantry_register::{Action, Reason, RegisterError};

/// Looks shown, newest first.
const ACCESSES_MAX: usize = 20;
/// Accounts named in a notice.
const NAMED_MAX: usize = 10;
/// What values may be looked at for: sent word and sentence of the record.
const PURPOSES: &[(&str, &str)] = &[
    ("case", "deciding a case"),
    ("order", "answering legal process"),
    ("request", "the person asked to see or correct it"),
    ("support", "helping the customer to complete an application"),
    ("audit", "checking the work of the register"),
];

pub(super) async fn one(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| {
        let id: PartyId = id.parse().map_err(|_| Trouble::NotHere)?;
        draw(desk, id, None, String::new())
    })
    .await
}

pub(super) async fn reveal(Path(id): Path<String>, sent: Sent<RevealForm>) -> Reply {
    let Sent { desk, form, .. } = sent;
    let here = id.parse::<PartyId>().map(|id| format!("/console/parties/{id}")).unwrap_or_default();
    desk.at(&here)
        .answer(move |desk| {
            let id: PartyId = id.parse().map_err(|_| Trouble::NotHere)?;
            let Some((_, purpose)) = PURPOSES.iter().find(|(word, _)| *word == form.purpose) else {
                return draw(
                    desk,
                    id,
                    None,
                    "Choose a purpose first; nothing was shown and nothing recorded.".to_owned(),
                );
            };
            let reference = form.reference.trim();
            let whole =
                if reference.is_empty() { (*purpose).to_owned() } else { format!("{purpose}: {reference}") };
            let revealed = Reason::parse(&whole)
                .and_then(|reason| desk.register().reveal(&desk.call().because(reason), id, &[]));
            match revealed {
                Ok(revealed) => draw(desk, id, Some((whole, revealed)), String::new()),
                Err(error @ RegisterError::Invalid { .. }) => draw(desk, id, None, sentence(&error)),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

fn draw(
    desk: &Desk,
    id: PartyId,
    revealed: Option<(String, Revealed)>,
    problem: String,
) -> Result<Reply, Trouble> {
    let party = desk.register().party(&desk.call(), id)?;
    let now = desk.now();
    let access = revealed.as_ref().map(|(purpose, revealed)| Access {
        purpose: purpose.clone(),
        at: when(now, now),
        record: record_link(revealed.leaf),
    });
    let values: Option<BTreeMap<FactId, FactValue>> =
        revealed.map(|(_, revealed)| revealed.values.into_iter().collect());
    let purposes = if desk.may(Action::Reveal) { PURPOSES } else { &[] };
    let mut shell = desk.shell(Section::Parties);
    if desk.done() == RECORDED {
        shell.flash = Some(Flash { tone: Tone::Good, text: assessed_again(desk, &party)? });
    }
    Ok(page(&PartyPage {
        shell,
        id: id.to_string(),
        label: party_link(id, party.kind).text,
        kind: party.kind.to_string(),
        status: status_view(desk, &party, now),
        groups: groups(&party.facts, values.as_ref(), now),
        revealed: access,
        purposes: purposes.iter().map(|(word, text)| Choice::new(word, text)).collect(),
        problem,
        missing: missing(desk, &party),
        kinds: kinds(desk, party.kind),
        checks: party
            .checks
            .iter()
            .map(|check| CheckRow {
                method: title(&check.method),
                result: plain(&check.result),
                at: when(check.checked_at, now),
            })
            .collect(),
        accounts: party
            .accounts
            .iter()
            .map(|(account, reference, role)| PartyAccount {
                role: plain(role.as_str()),
                account: account_link(*account, reference),
            })
            .collect(),
        accesses: accesses(desk, id, &party)?,
    }))
}

/// What a recorded fact led to: every account the party has a part in, with its state.
fn assessed_again(desk: &Desk, party: &PartyView) -> Result<String, Trouble> {
    let accounts: BTreeSet<_> = party.accounts.iter().map(|(account, _, _)| *account).collect();
    if accounts.is_empty() {
        return Ok("Recorded. The party has no part in an account, so none was assessed again.".to_owned());
    }
    let mut named = Vec::new();
    for account in accounts.iter().take(NAMED_MAX) {
        let summary = desk.register().account(&desk.call(), *account)?.summary;
        named.push(format!("{} is {}", summary.reference, plain(summary.state.as_str())));
    }
    let more = match accounts.len() - named.len() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Ok(format!("Recorded. Assessed again: {}{more}.", named.join(", ")))
}

fn status_view(desk: &Desk, party: &PartyView, now: Timestamp) -> StatusView {
    let finding = party.finding.as_ref();
    StatusView {
        status: status(party.status),
        summary: summary(finding),
        bases: finding.iter().flat_map(|f| &f.bases).map(basis).collect(),
        contradictions: contradictions(desk, party),
        citation: "15 CFR 7.301 (proposed); DEF-05, DEF-06, CIP-06 to CIP-08".to_owned(),
        screened: when(party.screened_at, now),
        current: if party.screened_newest {
            Badge::new(Tone::Good, "against the lists in force")
        } else {
            Badge::new(Tone::Warn, "against older lists")
        },
    }
}

/// What does not agree about a party, and where a fact that settles it is recorded.
pub(super) fn contradictions(desk: &Desk, party: &PartyView) -> Vec<Contradiction> {
    let links = |kinds: &[FactKind]| kinds.iter().map(|kind| kind_link(desk, party, *kind)).collect();
    let found = party.finding.iter().flat_map(|finding| &finding.contradictions);
    found
        .map(|contradiction| Contradiction {
            text: title(&word(&contradiction.code)),
            remedy: contradiction.code.resolved_by().to_owned(),
            settled_by: if desk.may(Action::AddFacts) {
                links(contradiction.code.settled_by(party.kind))
            } else {
                Vec::new()
            },
        })
        .collect()
}

fn summary(finding: Option<&StatusFinding>) -> String {
    let Some(finding) = finding else { return "Not derived yet.".to_owned() };
    match (finding.contradictions.len(), finding.missing.len()) {
        (0, 0) => format!("Rests on {} indications; nothing contradicts it.", finding.bases.len()),
        (0, missing) => format!("{missing} further facts would settle it."),
        (contradictions, _) => format!("{contradictions} contradictions are open."),
    }
}

fn basis(basis: &Basis) -> StatusBasis {
    StatusBasis {
        test: title(&word(&basis.code)),
        points_to: match basis.points_to {
            PointsTo::Us => Badge::new(Tone::Good, "US"),
            PointsTo::Foreign => Badge::new(Tone::Info, "foreign"),
        },
        weight: word(&basis.weight),
    }
}

fn missing(desk: &Desk, party: &PartyView) -> Vec<MissingFact> {
    let view = |fact: &tenantry_identity::status::MissingFact| MissingFact {
        label: kind_link(desk, party, fact.kind),
        strength: plain(fact.strength.as_str()),
    };
    party.finding.iter().flat_map(|finding| &finding.missing).map(view).collect()
}

/// The stable word of a code that is only known by how it is written.
fn word(code: &impl serde::Serialize) -> String {
    let written = serde_json::to_value(code).ok();
    written.as_ref().and_then(serde_json::Value::as_str).map(plain).unwrap_or_default()
}

fn groups(
    facts: &[FactView],
    values: Option<&BTreeMap<FactId, FactValue>>,
    now: Timestamp,
) -> Vec<FactGroup> {
    let mut groups: Vec<FactGroup> = Vec::new();
    for name in ["Identity", "Addresses and contact", "Payment", "Connections"] {
        let here = facts.iter().filter(|fact| group(fact.kind) == name);
        let rows: Vec<FactRow> = here.map(|fact| row(fact, values, now)).collect();
        if !rows.is_empty() {
            groups.push(FactGroup { title: name.to_owned(), facts: rows });
        }
    }
    groups
}

const fn group(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Address
        | FactKind::Email
        | FactKind::Telephone
        | FactKind::PlaceOfUse
        | FactKind::LocatedIn => "Addresses and contact",
        FactKind::Payment | FactKind::FinancialInstitution => "Payment",
        FactKind::AccessFrom => "Connections",
        _ => "Identity",
    }
}

fn row(fact: &FactView, values: Option<&BTreeMap<FactId, FactValue>>, now: Timestamp) -> FactRow {
    FactRow {
        label: fact_label(fact.kind),
        short: short(&fact.id.to_string()),
        value: match values.map(|values| values.get(&fact.id)) {
            None => Shown::Masked,
            Some(Some(value)) => Shown::Plain(shown(value)),
            Some(None) => Shown::Erased,
        },
        provenance: provenance(
            fact.source.as_str(),
            fact.strength,
            When::day_at(fact.stated_at.as_micros(), now.as_micros()),
        ),
        standing: match fact.superseded_at {
            None => Badge::new(Tone::Good, "current"),
            Some(_) => Badge::new(Tone::Quiet, "superseded"),
        },
    }
}

/// Where a value comes from.
pub(super) fn provenance(source: &str, strength: Strength, at: When) -> Provenance {
    let tone = match strength {
        Strength::SelfAsserted => Tone::Warn,
        Strength::Consistent => Tone::Info,
        Strength::Corroborated | Strength::Authenticated => Tone::Good,
    };
    Provenance {
        kind: plain(source),
        source: String::new(),
        standing: Badge::new(tone, &plain(strength.as_str())),
        at,
        by: String::new(),
    }
}

/// A value in plain. Only ever called with values whose access is on record.
pub(super) fn shown(value: &FactValue) -> String {
    let joined = |parts: Vec<Option<String>>| parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    match value {
        FactValue::LegalName { text } => text.expose().to_owned(),
        FactValue::OtherName { usage, text } => format!("{} ({})", text.expose(), plain(usage.as_str())),
        FactValue::Address { usage, street, locality, jurisdiction } => joined(vec![
            Some(street.expose().to_owned()),
            locality.as_ref().map(|l| l.expose().to_owned()),
            Some(format!("{jurisdiction} ({})", plain(usage.as_str()))),
        ]),
        FactValue::PlaceOfUse { jurisdiction }
        | FactValue::OrganisedUnder { jurisdiction }
        | FactValue::Citizenship { jurisdiction }
        | FactValue::PermanentResidence { jurisdiction }
        | FactValue::LocatedIn { jurisdiction }
        | FactValue::Headquarters { jurisdiction } => jurisdiction.to_string(),
        FactValue::OrganisationForm { form } => plain(form.as_str()),
        FactValue::StatusClaim { claim } => plain(claim.as_str()),
        FactValue::DateOfBirth { date } => date.to_string(),
        FactValue::Gender { gender } => gender.to_string(),
        FactValue::Email { address } => address.expose().to_owned(),
        FactValue::Telephone { number } => number.expose().to_owned(),
        FactValue::Payment { method, token, issuer, issuer_jurisdiction } => joined(vec![
            Some(format!("{} {}", plain(method.as_str()), token.expose())),
            issuer.as_ref().map(|i| i.expose().to_owned()),
            issuer_jurisdiction.map(|j| j.to_string()),
        ]),
        FactValue::FinancialInstitution { text, jurisdiction }
        | FactValue::UltimateParent { text, jurisdiction } => {
            joined(vec![Some(text.expose().to_owned()), jurisdiction.map(|j| j.to_string())])
        }
        FactValue::AccessFrom { ip, access, jurisdiction } => joined(vec![
            Some(ip.expose().to_string()),
            Some(plain(access.as_str())),
            jurisdiction.map(|j| j.to_string()),
        ]),
        FactValue::NationalId { jurisdiction, number }
        | FactValue::RegistrationNumber { jurisdiction, number } => {
            format!("{}, {jurisdiction}", number.expose())
        }
        FactValue::IdentityDocument { document, jurisdiction, number, expires_on } => joined(vec![
            Some(format!("{} {}", plain(document.as_str()), number.expose())),
            Some(jurisdiction.to_string()),
            expires_on.map(|day| format!("valid until {day}")),
        ]),
        other => plain(other.kind().as_str()),
    }
}

/// Who looked at the values, as the records of its accounts tell.
fn accesses(desk: &Desk, id: PartyId, party: &PartyView) -> Result<Vec<Event>, Trouble> {
    let Some((account, _, _)) = party.accounts.first() else { return Ok(Vec::new()) };
    let names = Names::of(desk);
    let revealed = i64::from(RecordType::Revealed.number());
    let entries = desk.register().timeline(&desk.call(), *account)?;
    let looks = entries.iter().rev().filter(|entry| entry.kind == revealed && entry.party == Some(id));
    Ok(looks.take(ACCESSES_MAX).map(|entry| event(desk, entry, &names)).collect())
}
