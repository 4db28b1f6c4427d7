//! Lines of JSON objects, each with its number; what is no object says why.

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};
use std::io::BufRead;

/// Longest line that is read, in bytes. A longer one is answered with an error, and the next line follows.
pub(super) const LINE_BYTES_MAX: usize = 16 << 20;

/// One line of the input.
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    /// The line without its end; empty when it was too long.
    pub(super) bytes: Vec<u8>,
    too_long: bool,
}

impl Line {
    /// The line as JSON with U+FFFD for what is no character (half of a surrogate pair, bytes that are not UTF-8), and its
    /// object: enough to say whose line it was. Nothing when it is no JSON object even so.
    pub(super) fn salvaged(&self) -> Option<(String, Map<String, Value>)> {
        let text = whole_characters(&String::from_utf8_lossy(&self.bytes));
        let object = serde_json::from_str(&text).ok()?;
        Some((text, object))
    }

    /// The object on the line, or why there is none. The reason repeats nothing of the line.
    pub(super) fn object(&self) -> Result<Map<String, Value>, String> {
        if self.too_long {
            return Err(format!("the line is longer than {LINE_BYTES_MAX} bytes"));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| {
            let place = error.column();
            match error.classify() {
                serde_json::error::Category::Data => "the line is not a JSON object".to_owned(),
                _ if self.salvaged().is_some() => format!(
                    "near byte {place} is half of a surrogate pair or what is not UTF-8; write whole characters"
                ),
                _ => format!("the line is not JSON: wrong near byte {place}"),
            }
        })
    }
}

/// Length of an escape such as `\ud83d`, in bytes.
const ESCAPE_BYTES: usize = 6;

/// JSON with `\ufffd` in place of every escape that is half of a surrogate pair.
fn whole_characters(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let (written, length) = match (surrogate(escape), escape.get(ESCAPE_BYTES..).and_then(surrogate)) {
            (Some(Half::High), Some(Half::Low)) => (None, 2 * ESCAPE_BYTES),
            (Some(_), _) => (Some("\\ufffd"), ESCAPE_BYTES),
            // What follows a backslash belongs to it, another backslash too.
            (None, _) => (None, 1 + escape.chars().nth(1).map_or(0, char::len_utf8)),
        };
        let (escape, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        out.push_str(written.unwrap_or(escape));
        rest = after;
    }
    out.push_str(rest);
    out
}

enum Half {
    High,
    Low,
}

/// Which half of a surrogate pair an escape at the start of the text is.
fn surrogate(text: &str) -> Option<Half> {
    let digits = text.strip_prefix("\\u").and_then(|rest| rest.get(..ESCAPE_BYTES - 2))?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

/// The lines of `input` that are not blank.
pub(super) fn lines(mut input: impl BufRead) -> impl Iterator<Item = Result<Line>> {
    let mut number = 0;
    std::iter::from_fn(move || {
        loop {
            number += 1;
            let mut bytes = Vec::new();
            match read_line(&mut input, &mut bytes).context("the input cannot be read") {
                Err(error) => return Some(Err(error)),
                Ok(Length::End) => return None,
                Ok(Length::TooLong) => return Some(Ok(Line { number, bytes: Vec::new(), too_long: true })),
                Ok(Length::Whole) => {
                    let start = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&bytes);
                    let text = start.trim_ascii();
                    if !text.is_empty() {
                        return Some(Ok(Line { number, bytes: text.to_vec(), too_long: false }));
                    }
                }
            }
        }
    })
}

enum Length {
    Whole,
    TooLong,
    End,
}

/// Reads up to the next line end; what goes beyond the bound is read over and not kept.
fn read_line(input: &mut impl BufRead, into: &mut Vec<u8>) -> std::io::Result<Length> {
    let (mut any, mut too_long) = (false, false);
    loop {
        let have = input.fill_buf()?;
        if have.is_empty() {
            return Ok(if too_long {
                Length::TooLong
            } else if any {
                Length::Whole
            } else {
                Length::End
            });
        }
        any = true;
        let end = have.iter().position(|byte| *byte == b'\n');
        let part = have.get(..end.unwrap_or(have.len())).unwrap_or_default();
        if into.len() + part.len() > LINE_BYTES_MAX {
            too_long = true;
            into.clear();
            into.shrink_to_fit();
        } else if !too_long {
            into.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(if too_long { Length::TooLong } else { Length::Whole });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_hides_no_line() {
        let rows = [
            (r#"{"id":"a","name":"\ud800"}"#, Some("\u{fffd}")),
            (r#"{"id":"a","name":"\ude00\uD83D\uDE00"}"#, Some("\u{fffd}\u{1f600}")),
            (r#"{"id":"a","name":"\\ud800"}"#, Some("\\ud800")),
            (r#"{"id":"a","name":"\ud800\n"}"#, Some("\u{fffd}\n")),
            (r#"{"id":"a","name":"\ud8"}"#, None),
            (r#"["a"]"#, None),
            ("{broken\\", None),
        ];
        for (text, expected) in rows {
            let line = Line { number: 1, bytes: text.as_bytes().to_vec(), too_long: false };
            let salvaged = line.salvaged().map(|(_, object)| object);
            let name = salvaged.as_ref().and_then(|object| object["name"].as_str());
            assert_eq!(name, expected, "{text}");
        }
        let bytes = b"{\"id\":\"a\",\"name\":\"\xff\"}".to_vec();
        assert!(Line { number: 1, bytes, too_long: false }.salvaged().is_some());
    }
}
