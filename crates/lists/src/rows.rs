//! Delimited text as publishers really write it: records with their line, bad ones told apart, nothing swallowed.
//!
//! RFC 4180 with three habits of the publishers: a 0x1A byte ends the file, text that is not UTF-8 is Latin-1, and
//! a record may run over a few lines when its publisher puts line breaks into quoted fields. A quote that never closes spoils its
//! own line only: reading goes on with the next line, which is why a general CSV reader is not used here.

use crate::ListsError;
use crate::bounded::failed;
use crate::limits::{LINE_BYTES_MAX, RECORD_LINES_MAX};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};

/// The byte that ends OFAC's files.
const END_OF_FILE: u8 = 0x1A;
/// Lines among which a header row may be, and how much of each is looked at when it is not found.
const HEAD_LINES: usize = 3;
const HEAD_LINE_BYTES: usize = 4 << 10;

/// A record, or why a line is none.
#[derive(Debug)]
pub(crate) enum Row {
    Fields {
        line: u64,
        fields: Vec<String>,
    },
    /// The file ends inside a quoted field of this record: the last field is incomplete.
    CutOff {
        line: u64,
        fields: Vec<String>,
    },
    Bad {
        line: u64,
        why: &'static str,
    },
}

/// Reads records of delimited text.
pub(crate) struct Rows<R> {
    input: BufReader<R>,
    file: String,
    delimiter: u8,
    over_lines: bool,
    pending: VecDeque<Line>,
    line: u64,
    /// How the first lines begin, among which the header row is.
    head: Vec<String>,
    /// Whether the 0x1A byte was met.
    pub(crate) end_mark: bool,
    /// Whether the last line read ended with a line break.
    pub(crate) ended_line: bool,
}

struct Line {
    number: u64,
    bytes: Vec<u8>,
    too_long: bool,
}

impl<R: Read> Rows<R> {
    /// Records of `input`; with `over_lines` a quoted field may hold line breaks.
    pub(crate) fn new(file: &str, input: R, delimiter: u8, over_lines: bool) -> Self {
        Self {
            input: BufReader::with_capacity(1 << 16, input),
            file: file.to_owned(),
            delimiter,
            over_lines,
            pending: VecDeque::new(),
            line: 0,
            head: Vec::new(),
            end_mark: false,
            ended_line: true,
        }
    }

    /// The next record, or `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<Row>, ListsError> {
        let Some(first) = self.next_line()? else { return Ok(None) };
        let line = first.number;
        if first.too_long {
            return Ok(Some(Row::Bad { line, why: "the line is longer than the limit" }));
        }
        match split(&first.bytes, self.delimiter) {
            Split::Fields(fields) => Ok(Some(Row::Fields { line, fields })),
            Split::Stray => Ok(Some(Row::Bad { line, why: "text follows a closing quote" })),
            Split::Open(_) if self.over_lines => self.join(first).map(Some),
            Split::Open(_) => Ok(Some(Row::Bad { line, why: "a quoted field is not closed" })),
        }
    }

    /// Why the header row with this column was not found, where the reason is what stands between the columns. Spreadsheets write
    /// semicolons in countries with a decimal comma.
    pub(crate) fn otherwise_separated(&self, column: &str) -> Option<String> {
        let wanted = char::from(self.delimiter);
        let has = |line: &String, other: char| {
            line.split(other).any(|cell| cell.trim().trim_matches('"').eq_ignore_ascii_case(column))
        };
        let other = [',', ';', '\t', '|']
            .into_iter()
            .find(|other| *other != wanted && self.head.iter().any(|line| has(line, *other)))?;
        Some(format!(
            "its columns are separated by {}, not by {}; save it with the latter",
            separator(other),
            separator(wanted)
        ))
    }

    fn join(&mut self, first: Line) -> Result<Row, ListsError> {
        let line = first.number;
        let mut joined = first.bytes;
        let mut further = VecDeque::new();
        while further.len() < RECORD_LINES_MAX && joined.len() < LINE_BYTES_MAX {
            let Some(next) = self.next_line()? else {
                // Nothing follows: with one line there is nothing to lose by taking what is there.
                if let (Split::Open(fields), true) = (split(&joined, self.delimiter), further.is_empty()) {
                    return Ok(Row::CutOff { line, fields });
                }
                break;
            };
            joined.push(b'\n');
            joined.extend_from_slice(&next.bytes);
            further.push_back(next);
            match split(&joined, self.delimiter) {
                Split::Fields(fields) => return Ok(Row::Fields { line, fields }),
                Split::Open(_) => {}
                Split::Stray => break,
            }
        }
        further.append(&mut self.pending);
        self.pending = further;
        Ok(Row::Bad { line, why: "a quoted field is not closed" })
    }

    fn next_line(&mut self) -> Result<Option<Line>, ListsError> {
        if let Some(line) = self.pending.pop_front() {
            return Ok(Some(line));
        }
        loop {
            let Some(mut line) = self.read_line()? else { return Ok(None) };
            while line.bytes.last() == Some(&END_OF_FILE) {
                line.bytes.pop();
                self.end_mark = true;
            }
            if !line.bytes.is_empty() {
                return Ok(Some(line));
            }
        }
    }

    fn read_line(&mut self) -> Result<Option<Line>, ListsError> {
        let failed = |source| failed(&self.file, source);
        let mut bytes = Vec::new();
        let limit = LINE_BYTES_MAX as u64 + 1;
        if self.input.by_ref().take(limit).read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        let mut too_long = false;
        while bytes.last() != Some(&b'\n') && bytes.len() as u64 == limit {
            too_long = true;
            bytes.clear();
            if self.input.by_ref().take(limit).read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
                break;
            }
        }
        self.ended_line = bytes.last() == Some(&b'\n');
        if too_long {
            bytes = vec![b' '];
        }
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        if self.line == 1 && bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        if self.head.len() < HEAD_LINES {
            self.head.push(text(bytes.get(..HEAD_LINE_BYTES).unwrap_or(&bytes)));
        }
        Ok(Some(Line { number: self.line, bytes, too_long }))
    }
}

fn separator(letter: char) -> String {
    if letter == '\t' { "tabs".to_owned() } else { format!("`{letter}`") }
}

enum Split {
    Fields(Vec<String>),
    /// The last field has no closing quote.
    Open(Vec<String>),
    Stray,
}

fn split(line: &[u8], delimiter: u8) -> Split {
    let mut fields = Vec::new();
    let mut field = Vec::new();
    let mut bytes = line.iter().copied().peekable();
    loop {
        field.clear();
        if bytes.peek() == Some(&b'"') {
            bytes.next();
            loop {
                match bytes.next() {
                    None => {
                        fields.push(text(&field));
                        return Split::Open(fields);
                    }
                    Some(b'"') if bytes.peek() == Some(&b'"') => field.extend(bytes.next()),
                    Some(b'"') => break,
                    Some(byte) => field.push(byte),
                }
            }
            while bytes.peek() == Some(&b' ') {
                bytes.next();
            }
            fields.push(text(&field));
            match bytes.next() {
                None => return Split::Fields(fields),
                Some(byte) if byte == delimiter => {}
                Some(_) => return Split::Stray,
            }
        } else {
            let mut more = false;
            for byte in bytes.by_ref() {
                if byte == delimiter {
                    more = true;
                    break;
                }
                field.push(byte);
            }
            fields.push(text(&field));
            if !more {
                return Split::Fields(fields);
            }
        }
    }
}

/// UTF-8, or Latin-1 where it is not.
pub(crate) fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Rows};

    fn check(text: &str, expected: &[&str]) {
        let mut rows = Rows::new("x.csv", text.as_bytes(), b',', true);
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            seen.push(match row {
                Row::Fields { line, fields } => format!("{line}:{}", fields.join("|")),
                Row::CutOff { line, fields } => format!("{line}~{}", fields.join("|")),
                Row::Bad { line, why } => format!("{line}! {why}"),
            });
        }
        assert_eq!(seen, expected, "{text:?}");
    }

    #[test]
    fn records_keep_their_lines() {
        check("a,b\r\n\r\n\"c \"\"d\"\"\",e \n\u{1A}", &["1:a|b", "3:c \"d\"|e "]);
        check("a,\"b\nc\",d\ne", &["1:a|b\nc|d", "3:e"]);
        check("", &[]);
        check("a,,", &["1:a||"]);
    }

    #[test]
    fn a_stray_quote_spoils_its_own_line_only() {
        check("1,\"x\n2,\"y\"\n3,z", &["1! a quoted field is not closed", "2:2|y", "3:3|z"]);
        check("1,\"x\"y\n2", &["1! text follows a closing quote", "2:2"]);
        check("0\n1,\"x", &["1:0", "2~1|x"]);
    }
}
