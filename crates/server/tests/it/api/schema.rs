//! Holds bodies against the document: every field of an answer is described, every field that is described as always
//! there is there, and every value is of the kind that is described. A small reading of JSON Schema, stricter than the
//! standard: what is not described is a fault.

use serde_json::Value;

/// What is wrong with `value` under `schema` of `document`; empty when nothing is.
pub(crate) fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        let target = target.unwrap_or_else(|| panic!("{reference} leads nowhere"));
        return check(document, target, value, at, found);
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let fits = choices.iter().any(|choice| faults(document, choice, value).is_empty());
        if !fits {
            let why: Vec<_> =
                choices.iter().map(|choice| faults(document, choice, value).join("; ")).collect();
            found.push(format!("{at}: fits none of the shapes: {}", why.join(" | ")));
        }
        return;
    }
    if let Some(all) = schema["allOf"].as_array() {
        return check(document, &joined(document, all), value, at, found);
    }
    if !schema["type"].is_null() && !types(schema).iter().any(|kind| is(kind, value)) {
        found.push(format!("{at}: {value} is not {}", schema["type"]));
        return;
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        found.push(format!("{at}: {value} is none of the words"));
    }
    match value {
        Value::Object(fields) => object(document, schema, fields, at, found),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                check(document, &schema["items"], item, &format!("{at}/{number}"), found);
            }
        }
        _ => {}
    }
}

/// Parts of one object that are described apart, as one description.
fn joined(document: &Value, parts: &[Value]) -> Value {
    let mut whole = serde_json::json!({ "type": "object", "properties": {}, "required": [] });
    for part in parts {
        let reference = part["$ref"].as_str().and_then(|path| document.pointer(path.trim_start_matches('#')));
        let part = reference.unwrap_or(part);
        for (name, schema) in part["properties"].as_object().into_iter().flatten() {
            whole["properties"][name] = schema.clone();
        }
        whole["required"]
            .as_array_mut()
            .unwrap()
            .extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    whole
}

fn object(
    document: &Value,
    schema: &Value,
    fields: &serde_json::Map<String, Value>,
    at: &str,
    found: &mut Vec<String>,
) {
    let described = schema["properties"].as_object();
    for needed in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(needed) {
            found.push(format!("{at}/{needed}: is missing"));
        }
    }
    for (name, value) in fields {
        let at = format!("{at}/{name}");
        match described.and_then(|d| d.get(name)) {
            Some(schema) => check(document, schema, value, &at, found),
            None if schema["additionalProperties"].is_object() => {
                check(document, &schema["additionalProperties"], value, &at, found);
            }
            // An object of which nothing is described is described elsewhere.
            None if described.is_none() => {}
            None => found.push(format!("{at}: is not described")),
        }
    }
}

fn types(schema: &Value) -> Vec<String> {
    match &schema["type"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several.iter().map(|t| t.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no such type: {other}"),
    }
}

#[test]
fn the_reading_finds_what_is_wrong() {
    let document = serde_json::json!({ "a": { "type": "object", "required": ["n"], "properties": {
        "n": { "type": ["integer", "null"] }, "w": { "enum": ["x"] }
    } } });
    let schema = serde_json::json!({ "$ref": "#/a" });
    let cases = [
        (serde_json::json!({ "n": 1 }), 0),
        (serde_json::json!({ "n": null, "w": "x" }), 0),
        (serde_json::json!({}), 1),
        (serde_json::json!({ "n": "1", "w": "y", "more": 1 }), 3),
        (serde_json::json!([]), 1),
    ];
    for (value, expect) in cases {
        assert_eq!(faults(&document, &schema, &value).len(), expect, "{value}");
    }
}
