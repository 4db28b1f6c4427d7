//! Disclosures: asked for by one person, approved by another, and only then built. What a page shows of one is identifiers;
//! values are in the package alone.

use super::accounts::account_link;
use super::approvals::second_person;
use super::desk::{Desk, Trouble, sentence};
use super::session::{Sent, see_other};
use super::timeline::Names;
use super::words::{fact_label, plain, short, when};
use crate::console::forms::{BareForm, DisclosureForm};
use crate::console::views::disclosures::{DisclosureNewPage, DisclosurePage, DisclosureWork, ShownParty};
use crate::console::views::parts::{Badge, Choice, Digest, Link, Tone};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, Response, header};
use serde::Deserialize;
use tenantry_model::fact::FactKind;
use tenantry_model::id::{AccountId, DisclosureId, OrderId};
use tenantry_register::disclosure::{DisclosureView, LegalBasis, NewDisclosure};
use tenantry_register::{Action, Reason, RegisterError};

const BASES: [(LegalBasis, &str); 5] = [
    (LegalBasis::Order, "an order that was received here"),
    (LegalBasis::Consent, "consent of the person concerned"),
    (LegalBasis::Emergency, "danger to life that allows no delay"),
    (LegalBasis::OwnRights, "protection of our own rights"),
    (LegalBasis::ProgrammeDuty, "a duty of the programme towards the regulator"),
];

/// What a new disclosure is about.
#[derive(Deserialize)]
pub(super) struct About {
    account: String,
    #[serde(default)]
    order: String,
}

pub(super) async fn new(desk: Desk, about: Result<Query<About>, QueryRejection>) -> Reply {
    desk.answer(move |desk| {
        let Ok(Query(about)) = about else { return Err(Trouble::NotHere) };
        may_ask(desk)?;
        let form = DisclosureForm { account: about.account, order: about.order, ..DisclosureForm::default() };
        draw_new(desk, &form, String::new())
    })
    .await
}

pub(super) async fn ask(sent: Sent<DisclosureForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at("/console/orders")
        .answer(move |desk| {
            may_ask(desk)?;
            let Ok(reason) = Reason::parse(&form.reason) else {
                return draw_new(desk, &form, "Say in at least 10 characters why you ask.".to_owned());
            };
            let new = match parse(&form) {
                Ok(new) => new,
                Err(problem) => return draw_new(desk, &form, problem),
            };
            match desk.register().request_disclosure(&desk.call_once(once).because(reason), new) {
                Ok(asked) => {
                    Ok(see_other(&format!("/console/disclosures/{}?done=asked-second", asked.scope.id)))
                }
                Err(error @ RegisterError::Invalid { .. }) => draw_new(desk, &form, sentence(&error)),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

pub(super) async fn one(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| {
        let id: DisclosureId = id.parse().map_err(|_| Trouble::NotHere)?;
        let (register, call, now) = (desk.register(), desk.call(), desk.now());
        let disclosure = register.disclosure(&call, id)?;
        let scope = &disclosure.scope;
        let account = register.account(&call, scope.account)?;
        let kinds: Vec<String> = scope.kinds.iter().map(|kind| fact_label(*kind)).collect();
        let shown = scope.facts.iter().map(|(party, facts)| ShownParty {
            party: Link::new(
                &format!("/console/parties/{party}"),
                &format!("party {}", short(&party.to_string())),
            ),
            facts: format!("{} {}", facts.len(), if facts.len() == 1 { "fact" } else { "facts" }),
            ids: facts.iter().map(|fact| Digest::new(&fact.to_string())).collect(),
        });
        Ok(page(&DisclosurePage {
            shell: desk.shell(Section::Orders),
            id: id.to_string(),
            state: badge(&disclosure),
            account: account_link(scope.account, &account.summary.reference),
            recipient: match &scope.encrypt_to {
                None => scope.recipient.clone(),
                Some(key) => format!("{}, encrypted to {key}", scope.recipient),
            },
            basis: basis(scope.legal_basis).to_owned(),
            order: scope.order.map_or_else(|| Link::new("", ""), order_link),
            asked: when(scope.requested_at, now),
            kinds: kinds.join(", "),
            shown: shown.collect(),
            work: work(desk, &disclosure)?,
        }))
    })
    .await
}

/// Builds the package of an approved disclosure and hands it over.
pub(super) async fn package(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    let desk = sent.desk;
    let here = id.parse::<DisclosureId>().map(|id| format!("/console/disclosures/{id}")).unwrap_or_default();
    desk.at(&here)
        .answer(move |desk| {
            let id: DisclosureId = id.parse().map_err(|_| Trouble::NotHere)?;
            let approval = desk.register().disclosure(&desk.call(), id)?.approval;
            let built = desk.register().build_disclosure(&desk.call(), approval)?;
            let (kind, ending) = match built.encrypted {
                None => ("application/zip", ""),
                Some(_) => ("application/octet-stream", ".age"),
            };
            let mut reply = Response::new(Body::from(built.encrypted.unwrap_or(built.zip)));
            let headers = reply.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            if let Ok(name) =
                HeaderValue::from_str(&format!("attachment; filename=\"disclosure-{id}.zip{ending}\""))
            {
                headers.insert(header::CONTENT_DISPOSITION, name);
            }
            Ok(reply)
        })
        .await
}

/// Where a disclosure stands.
pub(super) fn badge(disclosure: &DisclosureView) -> Badge {
    match disclosure.state.as_str() {
        "waiting" => Badge::new(Tone::Warn, "awaits second person"),
        "approved" => Badge::new(Tone::Good, "approved"),
        other => Badge::new(Tone::Quiet, &plain(other)),
    }
}

pub(super) fn order_link(order: OrderId) -> Link {
    Link::new(&format!("/console/orders/{order}"), &format!("order {}", short(&order.to_string())))
}

fn basis(basis: LegalBasis) -> &'static str {
    BASES.iter().find(|(known, _)| *known == basis).map_or("", |(_, text)| text)
}

fn may_ask(desk: &Desk) -> Result<(), Trouble> {
    if desk.may(Action::RequestDisclosure) {
        return Ok(());
    }
    Err(RegisterError::Forbidden { action: Action::RequestDisclosure }.into())
}

fn work(desk: &Desk, disclosure: &DisclosureView) -> Result<DisclosureWork, Trouble> {
    let now = desk.now();
    Ok(match disclosure.state.as_str() {
        "waiting" => {
            let request = desk.register().approval(&desk.call(), disclosure.approval)?;
            DisclosureWork::Approve(Box::new(second_person(desk, &request, &Names::of(desk))))
        }
        "approved" if now < disclosure.expires_at => {
            DisclosureWork::Build { until: when(disclosure.expires_at, now) }
        }
        "approved" => DisclosureWork::Read("Its time ran out. Ask again if it is still needed.".to_owned()),
        "rejected" => DisclosureWork::Read("The second person returned it.".to_owned()),
        _ => DisclosureWork::Read("The request is void. Ask again if it is still needed.".to_owned()),
    })
}

fn draw_new(desk: &Desk, form: &DisclosureForm, problem: String) -> Result<Reply, Trouble> {
    let id: AccountId = form.account.parse().map_err(|_| Trouble::NotHere)?;
    let account = desk.register().account(&desk.call(), id)?;
    let order = match form.order.as_str() {
        "" => None,
        text => {
            let id: OrderId = text.parse().map_err(|_| Trouble::NotHere)?;
            Some(desk.register().order(&desk.call(), id)?)
        }
    };
    let chosen = |choice: Choice, is: bool| if is { choice.chosen() } else { choice };
    let basis_typed = match (form.legal_basis.as_str(), &order) {
        ("", Some(_)) => LegalBasis::Order.as_str(),
        (typed, _) => typed,
    };
    let bases = BASES.iter().filter(|(basis, _)| order.is_some() || *basis != LegalBasis::Order);
    let bases = bases
        .map(|(basis, text)| chosen(Choice::new(basis.as_str(), text), basis.as_str() == basis_typed))
        .collect();
    let ticked: Vec<&str> = form.kinds.split(' ').collect();
    let kinds = FactKind::ALL
        .iter()
        .map(|kind| chosen(Choice::new(kind.as_str(), &fact_label(*kind)), ticked.contains(&kind.as_str())));
    let recipient = match (&order, form.recipient.as_str()) {
        (Some(order), "") => order.authority.clone(),
        (_, typed) => typed.to_owned(),
    };
    Ok(page(&DisclosureNewPage {
        shell: desk.shell(Section::Orders),
        problem,
        account: account_link(id, &account.summary.reference),
        account_id: id.to_string(),
        order: order.as_ref().map_or_else(|| Link::new("", ""), |order| order_link(order.id)),
        order_id: form.order.clone(),
        bases,
        kinds: kinds.collect(),
        recipient,
        encrypt_to: form.encrypt_to.clone(),
        reason: form.reason.clone(),
    }))
}

fn parse(form: &DisclosureForm) -> Result<NewDisclosure, String> {
    let kinds: Result<Vec<FactKind>, _> =
        form.kinds.split(' ').filter(|word| !word.is_empty()).map(str::parse).collect();
    let kinds = kinds.map_err(|_| "That is not a kind of fact.".to_owned())?;
    if kinds.is_empty() {
        return Err("Tick at least one kind of fact.".to_owned());
    }
    let basis = BASES.iter().find(|(basis, _)| basis.as_str() == form.legal_basis);
    let (legal_basis, _) = basis.ok_or_else(|| "Choose why they may have it.".to_owned())?;
    let order = match form.order.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| "That is not the id of an order.".to_owned())?),
    };
    Ok(NewDisclosure {
        account: form.account.parse().map_err(|_| "That is not the id of an account.".to_owned())?,
        parties: Vec::new(),
        kinds,
        recipient: form.recipient.clone(),
        legal_basis: *legal_basis,
        order,
        encrypt_to: Some(form.encrypt_to.trim().to_owned()).filter(|key| !key.is_empty()),
    })
}
