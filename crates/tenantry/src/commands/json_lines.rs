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
    /// The object on the line, or why there is none. The reason repeats nothing of the line.
    pub(super) fn object(&self) -> Result<Map<String, Value>, String> {
        if self.too_long {
            return Err(format!("the line is longer than {LINE_BYTES_MAX} bytes"));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| {
            let place = error.column();
            match error.classify() {
                serde_json::error::Category::Data => "the line is not a JSON object".to_owned(),
                _ => format!("the line is not JSON: wrong near byte {place}"),
            }
        })
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
