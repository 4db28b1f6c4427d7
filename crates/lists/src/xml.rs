//! XML as a stream of records: one small tree at a time, so that memory does not grow with the file.
//!
//! Document type declarations are refused and references are limited to the five predefined ones and characters, so
//! entity expansion cannot happen. Depth, attributes and record size are bounded, and so is a single text, comment or tag before it
//! is held, inside of records and outside.

use crate::ListsError;
use crate::bounded::{Over, failed};
use crate::limits::{XML_ATTRIBUTES_MAX, XML_DEPTH_MAX, XML_RECORD_BYTES_MAX};
use crate::snapshot::{Gathering, NoticeKind};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

/// An element with its attributes, its own text and its children. Names come without namespace prefix. Texts and attributes remember
/// that a reader took them, so that [what nobody took](Node::left) can be told.
#[derive(Debug, Default, Clone)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) line: u64,
    attributes: Vec<(String, Once)>,
    text: Once,
    pub(crate) children: Vec<Node>,
}

/// A text, and whether somebody took it.
#[derive(Debug, Default, Clone)]
struct Once {
    text: String,
    taken: Cell<bool>,
}

impl Once {
    fn take(&self) -> &str {
        self.taken.set(true);
        self.text.trim()
    }

    fn left(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !self.taken.get() && !text.is_empty())
    }
}

impl Node {
    /// The value of an attribute, or nothing.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.take())
    }

    /// The element's own text, trimmed.
    pub(crate) fn text(&self) -> &str {
        self.text.take()
    }

    /// Takes these attributes, because what they say is said elsewhere.
    pub(crate) fn pass_over(&self, attributes: &[&str]) {
        for name in attributes {
            self.attribute(name);
        }
    }

    /// Hands every text and attribute that nobody took to `each`, with its line, the element (empty for this one) and its own
    /// name; the own text of this element has none.
    pub(crate) fn left(&self, each: &mut impl FnMut(u64, &str, &str, &str)) {
        self.left_within("", each);
    }

    fn left_within(&self, parent: &str, each: &mut impl FnMut(u64, &str, &str, &str)) {
        for (name, value) in &self.attributes {
            if let Some(text) = value.left() {
                each(self.line, parent, name, text);
            }
        }
        for child in &self.children {
            if let Some(text) = child.text.left() {
                each(child.line, parent, &child.name, text);
            }
            child.left_within(&child.name, each);
        }
    }

    /// The first child with this name.
    pub(crate) fn first(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child with this name, or nothing.
    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.first(name).map_or("", Node::text)
    }

    /// The children below a path of names, all branches followed.
    pub(crate) fn below<'n>(&'n self, path: &[&str]) -> Vec<&'n Node> {
        let mut found = vec![self];
        for name in path {
            found = found
                .into_iter()
                .flat_map(|node| node.children.iter().filter(|child| child.name == *name))
                .collect();
        }
        found
    }

    /// Every element of this name below, however deep.
    pub(crate) fn named<'n>(&'n self, name: &str) -> Vec<&'n Node> {
        let mut found = Vec::new();
        self.collect(name, &mut found);
        found
    }

    fn collect<'n>(&'n self, name: &str, found: &mut Vec<&'n Node>) {
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            child.collect(name, found);
        }
    }
}

/// Reads a whole file: `on_root` sees the root element, `on_record` every record. A file that breaks off or breaks down
/// after its root is a truncation notice, so that what came before can be looked at; anything before it is an error.
pub(crate) fn read_records<R: Read>(
    mut records: Records<'_, R>,
    root: &str,
    gathering: &mut Gathering,
    mut on_root: impl FnMut(&Node),
    mut on_record: impl FnMut(&mut Gathering, &Node),
) -> Result<(), ListsError> {
    let (mut rooted, mut ended) = (false, false);
    loop {
        match records.next() {
            Ok(Some(Piece::Root(node))) if node.name == root => {
                rooted = true;
                on_root(&node);
            }
            Ok(Some(Piece::Record(node))) if rooted => on_record(gathering, &node),
            Ok(Some(Piece::End)) => ended = true,
            Ok(Some(Piece::Root(_) | Piece::Record(_)) | None) => break,
            Err(ListsError::Format { why, .. }) if rooted => {
                gathering.notice(&records.file, records.line(), NoticeKind::Truncated, why);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
    if !rooted {
        return records.broken(&format!("the root element is not `{root}`"));
    }
    if !ended {
        let why = "the root element is not closed: the file is cut off";
        gathering.notice(&records.file, records.line(), NoticeKind::Truncated, why);
    }
    Ok(())
}

/// What the stream of records yields.
#[derive(Debug)]
pub(crate) enum Piece {
    /// The root element with its attributes, without children.
    Root(Node),
    /// One record.
    Record(Node),
    /// The root element was closed: the file is whole.
    End,
}

/// Reads records: the elements whose name is one of `names`, wherever they are.
pub(crate) struct Records<'n, R: Read> {
    reader: Reader<Lines<BufReader<R>>>,
    file: String,
    format: &'static str,
    names: &'n [&'n str],
    buffer: Vec<u8>,
    depth: usize,
    ended: bool,
}

impl<'n, R: Read> Records<'n, R> {
    pub(crate) fn new(file: &str, format: &'static str, names: &'n [&'n str], input: R) -> Self {
        let mut reader =
            Reader::from_reader(Lines { inner: BufReader::with_capacity(1 << 16, input), line: 1, left: 0 });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, file: file.to_owned(), format, names, buffer: Vec::new(), depth: 0, ended: false }
    }

    /// The next piece, or `None` when the file ends; without an [`Piece::End`] before, it is cut off.
    pub(crate) fn next(&mut self) -> Result<Option<Piece>, ListsError> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().left = XML_RECORD_BYTES_MAX;
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return self.unread(&error),
            };
            match event {
                Event::Start(start) => {
                    let line = self.reader.get_ref().line;
                    let Some(node) = node(&start, line) else {
                        return self.broken("an element is not well formed");
                    };
                    if self.ended || self.depth > XML_DEPTH_MAX {
                        return self.broken("elements are nested too deeply or follow the root");
                    }
                    if self.names.contains(&node.name.as_str()) {
                        return self.record(node);
                    }
                    self.depth += 1;
                    if self.depth == 1 {
                        return Ok(Some(Piece::Root(node)));
                    }
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        self.ended = true;
                        return Ok(Some(Piece::End));
                    }
                }
                Event::DocType(_) => return self.broken("document type declarations are not accepted"),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// The line reached, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.reader.get_ref().line
    }

    fn unread<T>(&self, error: &quick_xml::Error) -> Result<T, ListsError> {
        match error {
            quick_xml::Error::Io(source) => Err(failed(&self.file, told_again(source))),
            // At the end of a cut file there is no way to tell a syntax error from the cut.
            error => self.broken(&error.to_string()),
        }
    }

    fn broken<T>(&self, why: &str) -> Result<T, ListsError> {
        let why = why.chars().take(200).collect();
        Err(ListsError::Format { file: self.file.clone(), line: self.line(), format: self.format, why })
    }

    /// Reads on to the end of the record that was just opened.
    fn record(&mut self, root: Node) -> Result<Option<Piece>, ListsError> {
        let mut open = vec![root];
        let mut held = 0_usize;
        loop {
            self.buffer.clear();
            self.reader.get_mut().left = XML_RECORD_BYTES_MAX.saturating_sub(held);
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return self.unread(&error),
            };
            held += event.len() + 64;
            match event {
                Event::Start(start) => {
                    let Some(node) = node(&start, self.reader.get_ref().line) else {
                        return self.broken("an element is not well formed");
                    };
                    if open.len() >= XML_DEPTH_MAX {
                        return self.broken("elements are nested too deeply");
                    }
                    open.push(node);
                }
                Event::End(_) => {
                    let Some(node) = open.pop() else { return self.broken("an element is closed twice") };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(node),
                        None => return Ok(Some(Piece::Record(node))),
                    }
                }
                Event::Text(text) => push(&mut open, &text),
                Event::CData(text) => push(&mut open, &text),
                Event::GeneralRef(reference) => match resolved(&reference) {
                    Some(text) => push(&mut open, &text),
                    None => return self.broken("a reference to an unknown entity"),
                },
                Event::DocType(_) => return self.broken("document type declarations are not accepted"),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }
}

fn push(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.text.push_str(text);
    }
}

fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Some(letter.to_string());
    }
    resolve_predefined_entity(reference).map(str::to_owned)
}

fn node(start: &BytesStart<'_>, line: u64) -> Option<Node> {
    let mut node = Node { name: start.local_name().as_ref().to_owned(), line, ..Node::default() };
    // Names of attributes that come twice are not looked for: that takes time with the square of their number.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.ok()?;
        if node.attributes.len() >= XML_ATTRIBUTES_MAX {
            return None;
        }
        let value = quick_xml::escape::unescape(&attribute.value).ok()?.into_owned();
        let taken = Cell::new(is_of_xml(attribute.key.as_ref()));
        let name = attribute.key.local_name().as_ref().to_owned();
        node.attributes.push((name, Once { text: value, taken }));
    }
    Some(node)
}

/// Whether an attribute is about the XML and not about the list: `xmlns`, `xmlns:x`, `xsi:nil`.
fn is_of_xml(name: &str) -> bool {
    name == "xmlns" || ["xmlns:", "xsi:", "xml:"].iter().any(|prefix| name.starts_with(prefix))
}

/// What went wrong, for an error that is shared.
fn told_again(source: &io::Error) -> io::Error {
    let inner = source.get_ref();
    match inner.and_then(|inner| inner.downcast_ref::<Over>()) {
        Some(over) => (*over).into(),
        None => io::Error::new(source.kind(), source.to_string()),
    }
}

/// A reader that counts the lines it has handed out, and hands out no more than it may.
struct Lines<R> {
    inner: R,
    line: u64,
    /// Bytes that may still be handed out, set anew for each event.
    left: usize,
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let have = self.fill_buf()?;
        let length = have.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..length), have.get(..length)) {
            to.copy_from_slice(from);
        }
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = self.left;
        let buffer = self.inner.fill_buf()?;
        if left == 0 && !buffer.is_empty() {
            let limit = XML_RECORD_BYTES_MAX as u64;
            return Err(Over { what: "record of an XML list in bytes", limit }.into());
        }
        Ok(buffer.get(..left).unwrap_or(buffer))
    }

    fn consume(&mut self, amount: usize) {
        let seen = self.inner.fill_buf().map_or(0, |buffer| newlines(buffer.get(..amount).unwrap_or(buffer)));
        self.line += seen;
        self.left = self.left.saturating_sub(amount);
        self.inner.consume(amount);
    }
}

#[expect(clippy::naive_bytecount, reason = "parsing costs far more than this; not worth a dependency")]
fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}
