//! What the handlers do not say one by one: title, tags, the security scheme, examples, and the problems each operation can
//! answer with, which follow from what it reads.

use super::guard::{API_KEY, operations};
use crate::http::problem::{Code, FieldError, ProblemBody};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, InfoBuilder, License, OpenApi, Ref, RefOr, ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};

const DESCRIPTION: &str = "The register of who holds what in a cloud.

Every call carries an API key (`Authorization: Bearer tnt_…`) whose scopes say what it may be used for. What changes \
something carries an `Idempotency-Key`; repeated with the same body it gives the first answer again. Errors are problem \
documents (RFC 9457) with a stable `code`: branch on the code, show the `detail`. Lists are pages with an opaque cursor. \
Objects have an `ETag`. Do not put personal data into URLs, references or keys.";

const TAGS: [(&str, &str); 14] = [
    ("Applications", "One call at sign-up."),
    ("Gate", "One call before anything is provisioned."),
    ("Accounts", "Where accounts stand."),
    ("Parties", "Who is behind them, without the values."),
    ("Decisions", "What was decided and why."),
    ("Measures", "Special measures in force."),
    ("Cases", "Work for people."),
    ("Orders", "Legal process and its deadlines."),
    ("Lists", "Watchlists and signal lists in force."),
    ("Matching", "Descriptions of parties against the lists in force, in yente's shape."),
    ("Reconciliation", "The same for OpenRefine."),
    ("Retention", "What must not be erased, and what is."),
    ("Ledger", "The record that anybody can check."),
    ("Events", "What happened, as a feed and as webhooks."),
];

/// Completes the document of the routes.
pub(super) fn complete(document: &mut OpenApi) {
    document.info = InfoBuilder::new()
        .title("Tenantry")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(License::new("Apache-2.0")))
        .build();
    document.servers =
        Some(vec![ServerBuilder::new().url("/").description(Some("This deployment.")).build()]);
    let tag = |(name, text)| TagBuilder::new().name(name).description(Some(text)).build();
    document.tags = Some(TAGS.map(tag).into());
    let components = document.components.get_or_insert_with(Components::new);
    super::shapes::words::add(&mut components.schemas);
    components.schemas.insert("Problem".to_owned(), ProblemBody::schema());
    components.schemas.insert(FieldError::name().into_owned(), FieldError::schema());
    components.add_security_scheme(
        API_KEY,
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("tnt_…")
                .description(Some("An API key of this deployment."))
                .build(),
        ),
    );
    // A path template has no wildcard; what it takes is said with the parameter.
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            tidy(operation);
            add_problems(operation);
        }
    }
    prune(document);
}

/// Leaves out shapes that nothing refers to.
fn prune(document: &mut OpenApi) {
    loop {
        let text = document.to_json().unwrap_or_default();
        let Some(components) = document.components.as_mut() else { return };
        let before = components.schemas.len();
        components.schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
        if components.schemas.len() == before {
            return;
        }
    }
}

/// An invented example by name.
pub(super) fn example(name: &str) -> Value {
    let text = match name {
        "application" => include_str!("examples/application.json"),
        "roles" => include_str!("examples/roles.json"),
        "statements" => include_str!("examples/statements.json"),
        "appeal" => include_str!("examples/appeal.json"),
        "access" => include_str!("examples/access.json"),
        "accesses" => include_str!("examples/accesses.json"),
        "hold" => include_str!("examples/hold.json"),
        "endpoint" => include_str!("examples/endpoint.json"),
        "order" => include_str!("examples/order.json"),
        "match" => include_str!("examples/match.json"),
        _ => "null",
    };
    serde_json::from_str(text).unwrap_or_default()
}

/// Joins the lines of the source to the paragraphs they are.
fn tidy(operation: &mut Operation) {
    if let Some(text) = operation.description.take() {
        let paragraphs: Vec<_> =
            text.split("\n\n").map(|p| p.lines().collect::<Vec<_>>().join(" ")).collect();
        operation.description = Some(paragraphs.join("\n\n"));
    }
}

fn add_problems(operation: &mut Operation) {
    let mut by_status: BTreeMap<u16, BTreeSet<Code>> = BTreeMap::new();
    for code in possible(operation) {
        by_status.entry(code.status().as_u16()).or_default().insert(code);
    }
    for (status, codes) in by_status {
        let lines: Vec<_> = codes.iter().map(|c| format!("* `{}`: {}", c.as_str(), c.title())).collect();
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new()
            .description(lines.join("\n"))
            .content("application/problem+json", content)
            .build();
        operation.responses.responses.insert(status.to_string(), response.into());
    }
}

/// What an operation can answer instead of a result.
fn possible(operation: &Operation) -> Vec<Code> {
    let mut codes = vec![Code::RateLimited, Code::Internal, Code::Unavailable, Code::Timeout];
    if operation.security.is_some() {
        codes.extend([
            Code::CredentialsMissing,
            Code::CredentialsMalformed,
            Code::CredentialsUnknown,
            Code::CredentialsEnded,
            Code::ScopeMissing,
            Code::Forbidden,
        ]);
    }
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        codes.extend(match (&parameter.parameter_in, parameter.name.as_str()) {
            (ParameterIn::Path, _) => &[Code::PathInvalid, Code::NotFound][..],
            (ParameterIn::Query, "cursor") => &[Code::CursorInvalid, Code::QueryInvalid],
            (ParameterIn::Query, _) => &[Code::QueryInvalid],
            (ParameterIn::Header, "Idempotency-Key") => &[
                Code::HeaderInvalid,
                Code::IdempotencyKeyMissing,
                Code::IdempotencyKeyReused,
                Code::StoreFull,
                Code::Conflict,
            ],
            (ParameterIn::Header, "If-Match") => {
                &[Code::HeaderInvalid, Code::VersionMissing, Code::VersionOutdated]
            }
            (ParameterIn::Header, "Tenantry-Reason") => &[Code::HeaderInvalid, Code::ReasonMissing],
            _ => &[],
        });
    }
    if let Some(RefOr::T(body)) = &operation.request_body {
        codes.push(Code::BodyTooLarge);
        if body.content.contains_key("application/json") {
            codes.extend([
                Code::BodyNotJson,
                Code::BodyNotUtf8,
                Code::BodyDuplicateKey,
                Code::BodyTooDeep,
                Code::BodyTypeUnsupported,
                Code::BodyInvalid,
                Code::ValueInvalid,
            ]);
        } else if body.content.contains_key("application/x-www-form-urlencoded") {
            codes.extend([Code::BodyTypeUnsupported, Code::BodyInvalid]);
        } else {
            codes.push(Code::ListRefused);
        }
    }
    let also: &[Code] = match operation.operation_id.as_deref() {
        Some("apply") => &[Code::Duplicate, Code::NotFound],
        Some("add_facts") => &[Code::Erased],
        Some("import_signal_list") => &[Code::ValueInvalid],
        _ => &[],
    };
    codes.extend(also);
    codes
}
