//! Just enough reading of HTML to check what we write: tags with their attributes, in order. Not a parser for foreign pages.

/// An opening or closing tag.
pub(crate) struct Tag {
    /// Lower-case name, with a slash in front when closing.
    pub(crate) name: String,
    /// Attributes in order; without a value the value is empty.
    pub(crate) attributes: Vec<(String, String)>,
    /// The text between this tag and the next.
    pub(crate) text: String,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// Every tag of the page, doctype left out.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let inner = &rest[start + 1..];
        let end = end_of_tag(inner);
        let after = &inner[end + 1..];
        let text = &after[..after.find('<').unwrap_or(after.len())];
        if !inner.starts_with('!') {
            tags.push(tag(inner[..end].trim_end_matches('/').trim(), text));
        }
        rest = after;
    }
    tags
}

fn end_of_tag(inner: &str) -> usize {
    let mut quote = None;
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '>') => return at,
            _ => {}
        }
    }
    panic!("tag without end: {}", &inner[..inner.len().min(60)]);
}

fn tag(source: &str, text: &str) -> Tag {
    let (name, mut rest) = source.split_once(char::is_whitespace).unwrap_or((source, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = rest[..end].to_owned();
        rest = &rest[end..];
        let Some(value) = rest.strip_prefix('=') else {
            attributes.push((key, String::new()));
            continue;
        };
        let quote = value.chars().next().expect("value after =");
        assert!(quote == '"' || quote == '\'', "unquoted value of {key} in <{source}>");
        let close = value[1..].find(quote).expect("closing quote");
        attributes.push((key, value[1..=close].to_owned()));
        rest = &value[close + 2..];
    }
    Tag { name: name.to_ascii_lowercase(), attributes, text: text.to_owned() }
}

/// The content of `<main>`, one trimmed line per line, for snapshots that do not repeat the frame.
pub(crate) fn main_part(html: &str) -> String {
    let start = html.find("<main").expect("page has a main element");
    let end = html.find("</main>").expect("main element ends");
    normal(&html[start..end])
}

/// Lines trimmed, empty ones dropped.
pub(crate) fn normal(html: &str) -> String {
    html.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
