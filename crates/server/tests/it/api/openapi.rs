//! The document: checked in, complete, and true.

use serde_json::Value;
use std::collections::BTreeSet;
use tenantry_model::event::EventType;
use tenantry_server::api;

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

pub(crate) fn document() -> Value {
    serde_json::from_slice(&api::document_text()).unwrap()
}

#[test]
fn the_document_checked_in_is_the_one_the_code_makes() {
    let checked_in = std::fs::read(CHECKED_IN).unwrap_or_default();
    assert!(
        checked_in == api::document_text(),
        "docs/openapi.json is not what the code makes; write it again with `cargo run -p tenantry -- openapi > docs/openapi.json` and read the difference"
    );
}

/// Who integrates is told of every kind of event there is; a kind that is not in the table is refused.
#[test]
fn the_guide_names_every_type_of_event() {
    let guide = include_str!("../../../../../docs/integrating.md");
    let rows = guide.lines().filter(|line| line.starts_with("| `tenantry."));
    let mut named = BTreeSet::new();
    for row in rows {
        let cell = row.trim_start_matches('|').split('|').next().unwrap_or_default();
        let words: Vec<&str> = cell.split('`').filter(|word| word.contains('.')).collect();
        let (stem, _) = words[0].rsplit_once('.').unwrap();
        named.extend(words.iter().map(|word| match word.strip_prefix('.') {
            Some(last) => format!("{stem}.{last}"),
            None => (*word).to_owned(),
        }));
    }
    let known: BTreeSet<String> = EventType::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(named, known);
}

#[test]
fn every_operation_says_what_it_is_and_what_it_answers() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        for field in ["summary", "description", "operationId"] {
            assert!(operation[field].as_str().is_some_and(|t| t.len() > 2), "{at} has no {field}");
        }
        assert!(!operation["summary"].as_str().unwrap().ends_with('.'), "{at}: a summary is no sentence");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{at}: its id is taken");
        assert!(
            operation["tags"].as_array().unwrap().iter().all(|t| tags.contains(t.as_str().unwrap())),
            "{at}"
        );
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{at} never succeeds");
        assert!(answers.contains_key("429") && answers.contains_key("500"), "{at}");
        if path.starts_with("/v1/") {
            assert!(operation["security"][0]["api_key"].is_array(), "{at} asks for no key");
            assert!(answers.contains_key("401") && answers.contains_key("403"), "{at}");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].as_str().is_some_and(|t| t.len() > 2), "{at}: {parameter}");
        }
        if let Some(body) = operation["requestBody"]["content"].get("application/json") {
            assert!(body["example"].is_object(), "{at}: its body has no example");
            let faults = super::schema::faults(&document, &body["schema"], &body["example"]);
            assert_eq!(faults, Vec::<String>::new(), "{at}: its example is not of its shape");
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_nothing_is_described_in_vain() {
    fn walk(document: &Value, value: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
                }
                fields.values().for_each(|v| walk(document, v));
            }
            Value::Array(items) => items.iter().for_each(|v| walk(document, v)),
            _ => {}
        }
    }
    let document = document();
    walk(&document, &document);
    let text = document.to_string();
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("\"#/components/schemas/{name}\"")), "nothing refers to {name}");
    }
}

/// Path, method and description of every operation.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| {
        let item = item.as_object().unwrap().clone();
        let path = path.clone();
        item.into_iter().map(move |(method, operation)| (path.clone(), method.to_uppercase(), operation))
    };
    paths.iter().flat_map(of).collect()
}
