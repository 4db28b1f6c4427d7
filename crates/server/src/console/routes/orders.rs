//! Legal process with its deadlines. What an order demands in words is part of its case, where seeing it is a record.

use super::accounts::account_link;
use super::desk::{Desk, Trouble, sentence};
use super::disclosures::badge;
use super::session::{Sent, see_other};
use super::words::{account_state, short, sla, title, when};
use crate::console::forms::{OrderForm, ReadDocumentForm};
use crate::console::views::orders::{
    DisclosureRow, OrderDocumentCard, OrderField, OrderNewPage, OrderPage, OrderRow, OrderTarget, OrdersPage,
    Reading,
};
use crate::console::views::parts::{Choice, Count, Link};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, Response, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tenantry_model::id::{CaseId, OrderId};
use tenantry_model::order::{DocumentType, Keeping, OrderKind};
use tenantry_model::time::Timestamp;
use tenantry_register::disclosure::DisclosureView;
use tenantry_register::orders::{DocumentBytes, DocumentView, NewDocument, NewOrder, OrderView};
use tenantry_register::{Action, Reason, RegisterError};

/// Days before its deadline from which an order counts as due soon.
const SOON_DAYS: u32 = 3;

pub(super) async fn list(desk: Desk) -> Reply {
    desk.answer(|desk| {
        let now = desk.now();
        let mut orders = desk.register().orders(&desk.call())?;
        // What is still to come first, soonest first; then what is past, latest first.
        orders.sort_by_key(|order| {
            let due = order.due_at.as_micros();
            if order.due_at >= now { (0, due) } else { (1, -due) }
        });
        let soon = now.plus_days(SOON_DAYS);
        let within = |from: Timestamp, to: Timestamp| {
            orders.iter().filter(|o| from <= o.due_at && o.due_at < to).count()
        };
        let count = |value: usize, label: &str| Count {
            label: label.to_owned(),
            value: value.to_string(),
            href: String::new(),
        };
        let counts = vec![
            count(orders.len(), "received"),
            count(within(now, soon), "due within 3 days"),
            count(within(Timestamp::from_micros(i64::MIN), now), "past their date"),
        ];
        Ok(page(&OrdersPage {
            shell: desk.shell(Section::Orders),
            counts,
            rows: orders.iter().map(|order| row(order, now)).collect(),
            receive: desk
                .may(Action::ReceiveOrder)
                .then(|| Link::new("/console/orders/new", "Receive an order")),
            disclosures: disclosures(desk, |_| true)?,
        }))
    })
    .await
}

/// The disclosures among those that the viewer may see at all.
fn disclosures(desk: &Desk, wanted: impl Fn(&DisclosureView) -> bool) -> Result<Vec<DisclosureRow>, Trouble> {
    if !desk.may(Action::ApproveDisclosure) {
        return Ok(Vec::new());
    }
    let now = desk.now();
    let all = desk.register().disclosures(&desk.call())?;
    let row = |disclosure: &DisclosureView| DisclosureRow {
        id: disclosure.scope.id.to_string(),
        short: short(&disclosure.scope.id.to_string()),
        recipient: disclosure.scope.recipient.clone(),
        state: badge(disclosure),
        asked: when(disclosure.scope.requested_at, now),
    };
    Ok(all.iter().filter(|disclosure| wanted(disclosure)).map(row).collect())
}

pub(super) async fn new(desk: Desk) -> Reply {
    desk.answer(|desk| {
        if !desk.may(Action::ReceiveOrder) {
            return Err(RegisterError::Forbidden { action: Action::ReceiveOrder }.into());
        }
        Ok(draw_new(desk, OrderForm::default(), String::new()))
    })
    .await
}

pub(super) async fn receive(sent: Sent<OrderForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at("/console/orders/new")
        .answer(move |desk| {
            let new = match parse(&form) {
                Ok(new) => new,
                Err(problem) => return Ok(draw_new(desk, form, problem)),
            };
            match desk.register().receive_order(&desk.call_once(once), new) {
                Ok(order) => {
                    desk.console().state.deliveries_bell.notify_one();
                    Ok(see_other(&format!("/console/orders/{}?done=received", order.id)))
                }
                Err(error @ RegisterError::Invalid { .. }) => Ok(draw_new(desk, form, sentence(&error))),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

fn draw_new(desk: &Desk, draft: OrderForm, problem: String) -> Reply {
    let choice = |kind: &OrderKind| {
        let choice = Choice::new(kind.as_str(), &title(kind.as_str()));
        if kind.as_str() == draft.kind { choice.chosen() } else { choice }
    };
    let kinds = OrderKind::ALL.iter().map(choice).collect();
    let document = |kind: &DocumentType| {
        let choice = Choice::new(kind.as_str(), document_title(*kind));
        if kind.as_str() == draft.document_type { choice.chosen() } else { choice }
    };
    let documents = DocumentType::ALL.iter().map(document).collect();
    page(&OrderNewPage { shell: desk.shell(Section::Orders), problem, kinds, documents, draft })
}

const fn document_title(kind: DocumentType) -> &'static str {
    match kind {
        DocumentType::Pdf => "PDF",
        DocumentType::Email => "E-mail (.eml)",
        DocumentType::Text => "Plain text",
        DocumentType::Xml => "XML",
        DocumentType::Png => "Picture, PNG",
        DocumentType::Jpeg => "Picture, JPEG",
        DocumentType::Tiff => "Scan or fax, TIFF",
        DocumentType::Other => "Something else",
    }
}

fn parse(form: &OrderForm) -> Result<NewOrder, String> {
    let instant = |text: &str, what: &str| match text.trim() {
        "" => Ok(None),
        text => {
            let wrong = |_| format!("Write {what} as year-month-dayThour:minute; it must exist.");
            format!("{text}:00Z").parse::<Timestamp>().map(Some).map_err(wrong)
        }
    };
    Ok(NewOrder {
        kind: form.kind.parse().map_err(|_| "Choose what kind of order it is.".to_owned())?,
        authority: form.authority.clone(),
        reference: form.reference.clone(),
        received_at: instant(&form.received, "when it arrived")?,
        due_at: instant(&form.due, "when it is due")?,
        accounts: form.accounts.split_whitespace().map(str::to_owned).collect(),
        words: form.words.clone(),
        document: parse_document(form)?,
    })
}

fn parse_document(form: &OrderForm) -> Result<Option<NewDocument>, String> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (content, sha256) = (given(&form.document), given(&form.document_sha256));
    let size = given(&form.document_bytes);
    if content.is_none() && sha256.is_none() && size.is_none() {
        return Ok(None);
    }
    let media_type = form.document_type.parse();
    let media_type = media_type.map_err(|_| "Choose what kind of document it is.".to_owned())?;
    let content = content.map(|text| STANDARD.decode(text).map(DocumentBytes)).transpose();
    let content = content.map_err(|_| "The document did not arrive whole; choose it again.".to_owned())?;
    let size_bytes = size.map(|text| text.parse::<u64>()).transpose();
    let size_bytes =
        size_bytes.map_err(|_| "Write the size of the document as a number of bytes.".to_owned())?;
    Ok(Some(NewDocument { media_type, content, sha256, size_bytes }))
}

fn row(order: &OrderView, now: Timestamp) -> OrderRow {
    OrderRow {
        id: order.id.to_string(),
        instrument: title(order.kind.as_str()),
        authority: order.authority.clone(),
        reference: order.reference.clone(),
        case: case_link(order.case),
        due: when(order.due_at, now),
        left: sla(order.due_at, now),
    }
}

fn case_link(case: CaseId) -> Link {
    Link::new(&format!("/console/cases/{case}"), &format!("case {}", short(&case.to_string())))
}

pub(super) async fn one(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| draw(desk, id.parse().map_err(|_| Trouble::NotHere)?, String::new())).await
}

/// Hands out the document as received, after the record of who reads it and why.
pub(super) async fn document(Path(id): Path<String>, sent: Sent<ReadDocumentForm>) -> Reply {
    let Sent { desk, form, .. } = sent;
    let here = id.parse::<OrderId>().map(|id| format!("/console/orders/{id}")).unwrap_or_default();
    desk.at(&here)
        .answer(move |desk| {
            let id: OrderId = id.parse().map_err(|_| Trouble::NotHere)?;
            let read = Reason::parse(&form.reason)
                .and_then(|reason| desk.register().order_document(&desk.call().because(reason), id));
            let document = match read {
                Ok(document) => document,
                Err(error @ RegisterError::Invalid { .. }) => return draw(desk, id, sentence(&error)),
                Err(error) => return Err(error.into()),
            };
            let kind = document.media_type;
            let mut reply = Response::new(Body::from(document.bytes.to_vec()));
            let headers = reply.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.as_str()));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            // Never shown by the browser as a page of ours, whatever it says that it is.
            let name = format!("attachment; filename=\"order-{id}.{}\"", kind.ending());
            if let Ok(name) = HeaderValue::from_str(&name) {
                headers.insert(header::CONTENT_DISPOSITION, name);
            }
            Ok(reply)
        })
        .await
}

fn draw(desk: &Desk, id: OrderId, problem: String) -> Result<Reply, Trouble> {
    let (register, call, now) = (desk.register(), desk.call(), desk.now());
    let order = register.order(&call, id)?;
    let mut targets = Vec::with_capacity(order.accounts.len());
    for account in &order.accounts {
        let view = register.account(&call, *account)?;
        targets.push(OrderTarget {
            account: account_link(*account, &view.summary.reference),
            state: account_state(view.summary.state),
            disclose: if desk.may(Action::RequestDisclosure) {
                let href = format!("/console/disclosures/new?account={account}&order={id}");
                Link::new(&href, "Ask for a disclosure")
            } else {
                Link::new("", "")
            },
        });
    }
    let received = when(order.received_at, now);
    let field = |label: &str, value: &str| OrderField { label: label.to_owned(), value: value.to_owned() };
    Ok(page(&OrderPage {
        shell: desk.shell(Section::Orders),
        id: id.to_string(),
        instrument: title(order.kind.as_str()),
        due: when(order.due_at, now),
        left: sla(order.due_at, now),
        fields: vec![
            field("Issued by", &order.authority),
            field("Their reference", &order.reference),
            field("Received", &format!("{} UTC, {}", received.shown, received.age)),
        ],
        document: order.document.as_ref().map(|document| card(desk, document)),
        problem,
        case: case_link(order.case),
        targets,
        disclosures: disclosures(desk, |disclosure| disclosure.scope.order == Some(id))?,
    }))
}

fn card(desk: &Desk, document: &DocumentView) -> OrderDocumentCard {
    let (kept, reading) = match document.keeping {
        Keeping::Kept if desk.may(Action::Reveal) => ("sealed; each look is recorded", Reading::Allowed),
        Keeping::Kept => ("sealed; each look is recorded", Reading::No),
        Keeping::HashOnly => ("no, it may not be: compare the original with this SHA-256", Reading::No),
    };
    OrderDocumentCard {
        kind: document_title(document.media_type).to_owned(),
        size: format!("{} bytes", document.size_bytes),
        sha256: document.sha256.clone(),
        kept: kept.to_owned(),
        reading,
    }
}
