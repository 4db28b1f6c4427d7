//! JSON lines: one object per line, with its line number, within the line limit.

use crate::ListsError;
use crate::bounded::failed;
use crate::limits::LINE_BYTES_MAX;
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader, Read};

/// A JSON object of a line, or why the line is none.
pub(crate) enum JsonLine {
    Object { line: u64, object: Map<String, Value> },
    Bad { line: u64, why: &'static str, last: bool },
}

/// Reads JSON lines.
pub(crate) struct JsonLines<R> {
    input: BufReader<R>,
    file: String,
    line: u64,
}

impl<R: Read> JsonLines<R> {
    pub(crate) fn new(file: &str, input: R) -> Self {
        Self { input: BufReader::with_capacity(1 << 16, input), file: file.to_owned(), line: 0 }
    }

    /// The next line that is not empty.
    pub(crate) fn next(&mut self) -> Result<Option<JsonLine>, ListsError> {
        loop {
            let failed = |source| failed(&self.file, source);
            let mut bytes = Vec::new();
            let limit = LINE_BYTES_MAX as u64 + 1;
            if self.input.by_ref().take(limit).read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            let line = self.line;
            if bytes.len() as u64 == limit && bytes.last() != Some(&b'\n') {
                return Err(ListsError::TooLarge {
                    what: "line of a JSON file in bytes",
                    limit: LINE_BYTES_MAX as u64,
                });
            }
            let text = bytes.trim_ascii();
            if text.is_empty() {
                continue;
            }
            let last = bytes.last() != Some(&b'\n');
            return Ok(Some(match serde_json::from_slice(text) {
                Ok(object) => JsonLine::Object { line, object },
                Err(_) => JsonLine::Bad { line, why: "the line is not a JSON object", last },
            }));
        }
    }
}

/// The texts of a value: a string, a number, or a list of them.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Object(_) => Vec::new(),
    }
}

/// The text of a field, or nothing.
pub(crate) fn text<'v>(object: &'v Map<String, Value>, field: &str) -> &'v str {
    object.get(field).and_then(Value::as_str).map_or("", str::trim)
}
